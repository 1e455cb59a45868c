//! The roots of the schema.

mod query;
mod subscription;
mod viewer;

pub use super::mutation::Mutation;
pub use query::Query;
pub use subscription::Subscription;
