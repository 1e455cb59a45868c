//! What every row of a stream can say of itself.

use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

/// A row of a stream. Its serde form is its image in the ledger.
pub trait Row: Serialize + DeserializeOwned + Clone + PartialEq + Send + Sync + 'static {
    /// The table's name, in the database and in the ledger.
    const TABLE: &'static str;

    /// The row's id.
    fn id(&self) -> Uuid;

    /// The subject that the row belongs to; of a subject's own row itself.
    fn subject(&self) -> Option<Uuid>;
}
