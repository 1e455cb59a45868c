//! What every row of a stream can say of itself.

use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel, Iterable, ModelTrait, PrimaryKeyToColumn};
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

/// What inserts a row, or writes it over: every column set.
///
/// A plain `into_active_model()` marks every column as unchanged, and an update of it would write none.
pub fn columns<R>(row: R) -> <R::Entity as EntityTrait>::ActiveModel
where
    R: ModelTrait + IntoActiveModel<<R::Entity as EntityTrait>::ActiveModel>,
{
    row.into_active_model().reset_all()
}

/// For an insert of many rows of which some are there already: those are written over, column by column.
pub fn write_over<E: EntityTrait>() -> OnConflict {
    let key = E::PrimaryKey::iter().map(PrimaryKeyToColumn::into_column);
    let is_key = |column: &E::Column| E::PrimaryKey::from_column(*column).is_some();
    let mut conflict = OnConflict::columns(key);
    conflict.update_columns(E::Column::iter().filter(|column| !is_key(column))).to_owned()
}
