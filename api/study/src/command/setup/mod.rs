//! Founding a study, its sites, and opening its cohorts.

mod add_site;
mod found_study;
mod open_cohort;
#[cfg(test)]
mod tests;

pub use add_site::AddSite;
pub use found_study::FoundStudy;
pub use open_cohort::OpenCohort;
