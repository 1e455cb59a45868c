//! The roots of the schema.

mod limits;
pub(crate) mod query;
mod subscription;
mod viewer;

pub use super::mutation::Mutation;
pub use query::Query;
pub(crate) use query::scope;
pub use subscription::Subscription;
