//! What the safety board's own statistician does.

mod create_data_cut;
#[cfg(test)]
mod tests;

pub use create_data_cut::CreateDataCut;
