//! From images to rows: which table an image belongs to, and the statements that bring the tables there.

use crate::error::StoreError;
use entity::row::Row;
use entity::rows;
use ledger::to_canonical;
use sea_orm::sea_query::SimpleExpr;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DbBackend, DbErr, EntityTrait, IntoActiveModel, Iterable,
    QueryFilter, QueryOrder, QuerySelect,
};
use std::collections::HashSet;
use uuid::Uuid;

/// A row as it shall be, on its way into its table.
#[derive(Clone, Copy)]
pub(crate) struct Image<'i> {
    pub table: &'i str,
    pub row: Uuid,
    pub text: &'i str,
    /// Whether the table has the row already.
    pub held: bool,
}

impl Image<'_> {
    /// Reads the image and proves that the row says the same again: otherwise the tables would never equal
    /// the ledger.
    fn parse<R: Row>(&self) -> Result<R, StoreError> {
        let wrong = |what: String| StoreError::internal_fault(format!("{} {}: {what}", self.table, self.row));
        let row: R = serde_json::from_str(self.text)
            .map_err(|error| wrong(format!("no row of its table, from column {} on", error.column())))?;
        if row.id() != self.row {
            return Err(wrong(format!("the image is of row {}", row.id())));
        }
        if to_canonical(&row)? != self.text {
            return Err(wrong("the row reads otherwise than its image".to_owned()));
        }
        Ok(row)
    }
}

/// New rows and changed rows of one table.
struct Split<R> {
    new: Vec<R>,
    changed: Vec<R>,
}

impl<R> Default for Split<R> {
    fn default() -> Self {
        Split { new: Vec::new(), changed: Vec::new() }
    }
}

impl<R: Row> Split<R> {
    fn put(&mut self, image: Image<'_>) -> Result<(), StoreError> {
        let row = image.parse()?;
        if image.held {
            self.changed.push(row)
        } else {
            self.new.push(row)
        }
        Ok(())
    }
}

/// The most parameters of one statement.
const fn parameters(backend: DbBackend) -> usize {
    match backend {
        DbBackend::Sqlite => 32_766,
        _ => 65_535,
    }
}

/// Inserts rows, as many in a statement as it takes.
pub(crate) async fn insert<E, C>(db: &C, rows: Vec<E::Model>) -> Result<(), DbErr>
where
    E: EntityTrait,
    E::Model: IntoActiveModel<E::ActiveModel>,
    C: ConnectionTrait,
{
    let size = parameters(db.get_database_backend()) / E::Column::iter().count().max(1);
    let mut rows = rows.into_iter().peekable();
    while rows.peek().is_some() {
        let chunk = rows.by_ref().take(size).map(IntoActiveModel::into_active_model);
        E::insert_many(chunk).exec_without_returning(db).await?;
    }
    Ok(())
}

/// Updates rows one by one; each must be there.
async fn update<E, C>(db: &C, id: E::Column, rows: Vec<E::Model>) -> Result<(), DbErr>
where
    E: EntityTrait,
    E::Model: IntoActiveModel<E::ActiveModel> + Row,
    C: ConnectionTrait,
{
    for row in rows {
        let key = row.id();
        let mut values = row.into_active_model().reset_all();
        values.not_set(id);
        let done = E::update_many().set(values).filter(id.eq(key)).exec(db).await?;
        if done.rows_affected != 1 {
            return Err(DbErr::RecordNotUpdated);
        }
    }
    Ok(())
}

/// Which of these rows a table has.
async fn existing<E, C>(db: &C, id: E::Column, wanted: &[Uuid]) -> Result<Vec<Uuid>, DbErr>
where
    E: EntityTrait,
    C: ConnectionTrait,
{
    E::find().select_only().column(id).filter(id.is_in(wanted.iter().copied())).into_tuple().all(db).await
}

/// Rows of a table in the order of their ids, after one, as canonical text.
async fn page<E, C>(
    db: &C,
    id: E::Column,
    scope: Option<SimpleExpr>,
    after: Option<Uuid>,
) -> Result<Vec<(Uuid, String)>, StoreError>
where
    E: EntityTrait,
    E::Model: Row,
    C: ConnectionTrait,
{
    let mut query = E::find().order_by_asc(id).limit(PAGE);
    if let Some(scope) = scope {
        query = query.filter(scope);
    }
    if let Some(after) = after {
        query = query.filter(id.gt(after));
    }
    let rows = query.all(db).await?;
    rows.iter().map(|row| Ok((row.id(), to_canonical(row)?))).collect()
}

/// Rows in a page when tables are read for comparison.
pub(crate) const PAGE: u64 = 1_000;

macro_rules! dispatch {
    ($(#[doc = $doc:literal])+ $batch:ident, $names:ident, $page:ident, |$column:ident, $study:ident| $scope:expr;
     $(($module:ident, $row:ident, $name:literal)),+ $(,)?) => {
        $(#[doc = $doc])+
        #[derive(Default)]
        pub(crate) struct $batch { $($module: Split<rows::$row>),+ }

        impl $batch {
            /// Takes in a row as it shall be. Each row at most once.
            pub(crate) fn put(&mut self, image: Image<'_>) -> Result<(), StoreError> {
                match image.table {
                    $($name => self.$module.put(image),)+
                    other => Err(StoreError::internal_fault(format!("no table {other} in this stream"))),
                }
            }

            /// Brings the tables there: new rows parents first, then the changed ones.
            pub(crate) async fn write<C: ConnectionTrait>(self, db: &C) -> Result<(), DbErr> {
                $(insert::<entity::$module::Entity, C>(db, self.$module.new).await?;)+
                $(update::<entity::$module::Entity, C>(db, entity::$module::Column::Id, self.$module.changed).await?;)+
                Ok(())
            }
        }

        /// The names of the tables, in the order of [`ledger::compare_rows`].
        fn $names() -> Vec<&'static str> {
            let mut names = vec![$($name),+];
            names.sort_unstable();
            names
        }

        /// A page of a table's rows, of one study or all.
        async fn $page<C: ConnectionTrait>(
            db: &C,
            table: &str,
            $study: Option<Uuid>,
            after: Option<Uuid>,
        ) -> Result<Vec<(Uuid, String)>, StoreError> {
            match table {
                $($name => {
                    use entity::$module::Column as $column;
                    page::<entity::$module::Entity, C>(db, $column::Id, $scope, after).await
                })+
                other => Err(StoreError::internal_fault(format!("no table {other} in this stream"))),
            }
        }
    };
}

macro_rules! study_rows { ($($table:tt),+ $(,)?) => { dispatch! {
    /// Rows of the study streams.
    StudyRows, study_tables, study_page,
    |Column, study| study.map(|study| Column::StudyId.eq(study)); $($table),+
} } }
macro_rules! portal_rows { ($($table:tt),+ $(,)?) => { dispatch! {
    /// Rows of the portal stream.
    PortalRows, portal_tables, portal_page, |Column, _study| None; $($table),+
} } }
dispatch! {
    /// Rows of the access stream.
    AccessRows, access_tables, access_page, |Column, _study| None;
    (access_record, AccessRecord, "access_record")
}
entity::for_each_study_table!(study_rows);
entity::for_each_portal_table!(portal_rows);

macro_rules! existing_rows { ($(($module:ident, $row:ident, $name:literal)),+ $(,)?) => {
    /// Which of these rows a table of the portal has.
    pub(crate) async fn portal_existing<C: ConnectionTrait>(
        db: &C,
        table: &str,
        wanted: &[Uuid],
    ) -> Result<HashSet<Uuid>, StoreError> {
        let found = match table {
            $($name => existing::<entity::$module::Entity, C>(db, entity::$module::Column::Id, wanted).await?,)+
            other => return Err(StoreError::internal_fault(format!("no table {other} in this stream"))),
        };
        Ok(found.into_iter().collect())
    }
} }
entity::for_each_portal_table!(existing_rows);

macro_rules! static_names { ($(($module:ident, $row:ident, $name:literal)),+ $(,)?) => {
    fn study_name(table: &str) -> Option<&'static str> {
        match table { $($name => Some($name),)+ _ => None }
    }
} }
entity::for_each_study_table!(static_names);

/// A table's name as the ledger crate holds it: borrowed for the many rows of a study.
pub(crate) fn table_name(table: String) -> ledger::TableName {
    match study_name(&table) {
        Some(name) => name.into(),
        None => table.into(),
    }
}

/// The tables of one kind of stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Set {
    Portal,
    Access,
    /// Those of the study streams, with the rows of one study.
    Study(Uuid),
}

impl Set {
    /// The tables' names in order.
    pub(crate) fn names(self) -> Vec<&'static str> {
        match self {
            Set::Portal => portal_tables(),
            Set::Access => access_tables(),
            Set::Study(_) => study_tables(),
        }
    }

    /// Rows of a table in the order of their ids, after one, as canonical text; at most [`PAGE`].
    pub(crate) async fn page<C: ConnectionTrait>(
        self,
        db: &C,
        table: &str,
        after: Option<Uuid>,
    ) -> Result<Vec<(Uuid, String)>, StoreError> {
        match self {
            Set::Portal => portal_page(db, table, None, after).await,
            Set::Access => access_page(db, table, None, after).await,
            Set::Study(study) => study_page(db, table, Some(study), after).await,
        }
    }
}
