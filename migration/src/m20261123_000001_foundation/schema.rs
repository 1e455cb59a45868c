//! Tables as data, and the SQL that makes them on each engine.
//!
//! The declared types of SQLite are those that sea-orm itself declares and reads.

use sea_orm_migration::sea_orm::DbBackend;
use std::fmt::Write;

/// What a column holds.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    Id,
    Text,
    Int,
    /// A position in a stream: at least 0, and no more than JSON holds exactly.
    Revision,
    Bool,
    Date,
    Instant,
    Bytes,
    /// An exact decimal, as text.
    Exact,
    /// A date that may lack its day or month, as text.
    PartialDate,
    /// A time of day at the site, as text: `09:05`.
    ClockTime,
    /// 32 bytes in lower hexadecimal.
    Digest,
    /// A checked JSON document that is read and written whole.
    Json,
    /// One of some codes.
    OneOf(&'static [&'static str]),
}

pub(super) struct Column {
    name: &'static str,
    kind: Kind,
    null: bool,
    refs: Option<Reference>,
}

/// A row that a column points to.
#[derive(Clone, Copy)]
struct Reference {
    table: &'static str,
    /// A column that both rows have, and in which they have to agree: the subject, or the study.
    same: Option<&'static str>,
}

pub(super) fn col(name: &'static str, kind: Kind) -> Column {
    Column { name, kind, null: false, refs: None }
}

impl Column {
    pub(super) fn null(mut self) -> Column {
        self.null = true;
        self
    }

    pub(super) fn refs(mut self, table: &'static str) -> Column {
        self.refs = Some(Reference { table, same: None });
        self
    }

    /// Points to a row of the same subject, or of the same study: `same` is the column that says which. The
    /// other table has `id` and that column as a key.
    pub(super) fn refs_same(mut self, table: &'static str, same: &'static str) -> Column {
        self.refs = Some(Reference { table, same: Some(same) });
        self
    }

    fn sql(&self, backend: DbBackend) -> String {
        let sqlite = backend == DbBackend::Sqlite;
        let declared = match self.kind {
            Kind::Id => ["uuid", "uuid_text"],
            Kind::Text
            | Kind::Exact
            | Kind::PartialDate
            | Kind::ClockTime
            | Kind::Digest
            | Kind::OneOf(_) => ["text", "text"],
            Kind::Int => ["integer", "integer"],
            Kind::Revision => ["bigint", "bigint"],
            Kind::Bool => ["boolean", "boolean"],
            Kind::Date => ["date", "date_text"],
            Kind::Instant => ["timestamp with time zone", "timestamp_with_timezone_text"],
            Kind::Bytes => ["bytea", "blob"],
            Kind::Json => ["json", "json_text"],
        }[usize::from(sqlite)];
        let mut sql = format!("\"{}\" {declared}", self.name);
        if !self.null {
            sql.push_str(" NOT NULL");
        }
        if let Some(check) = self.check(sqlite) {
            let _ = write!(sql, " CHECK ({check})");
        }
        if let Some(Reference { table, same: None }) = self.refs {
            let _ = write!(sql, " REFERENCES \"{table}\" (\"id\")");
        }
        sql
    }

    /// The key of two columns by which the column points to another table. With a null in it, it points to nothing.
    fn pair(&self) -> Option<String> {
        let Reference { table, same } = self.refs?;
        let (own, theirs) = (quoted(&[self.name, same?]), quoted(&["id", same?]));
        Some(format!("FOREIGN KEY ({own}) REFERENCES \"{table}\" ({theirs})"))
    }

    fn check(&self, sqlite: bool) -> Option<String> {
        let name = self.name;
        let one = |pattern: &str| format!("\"{name}\" GLOB '{pattern}'");
        match self.kind {
            Kind::OneOf(codes) => Some(format!("\"{name}\" IN ('{}')", codes.join("', '"))),
            // No leading zeros are asked for here: the program keeps the digits that it was given.
            Kind::Exact if sqlite => Some(format!(
                "\"{name}\" NOT GLOB '*[^-0-9.]*' AND \"{name}\" GLOB '*[0-9]' AND \"{name}\" NOT GLOB '?*-*' \
                 AND \"{name}\" NOT GLOB '*.*.*' AND ltrim(\"{name}\", '-') NOT GLOB '.*'"
            )),
            Kind::Exact => Some(format!("\"{name}\" ~ '^-?[0-9]+([.][0-9]+)?$'")),
            // What is missing is filled up to a first day, and that has to be a date.
            Kind::PartialDate if sqlite => {
                let first = format!("\"{name}\" || substr('-01-01', length(\"{name}\") - 3)");
                Some(format!("length(\"{name}\") IN (4, 7, 10) AND {first} IS date({first})"))
            }
            Kind::PartialDate => {
                Some(format!("\"{name}\" ~ '^[0-9]{{4}}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?$'"))
            }
            Kind::ClockTime if sqlite => {
                Some([one("[01][0-9]:[0-5][0-9]"), one("2[0-3]:[0-5][0-9]")].join(" OR "))
            }
            Kind::ClockTime => Some(format!("\"{name}\" ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$'")),
            Kind::Digest if sqlite => {
                Some(format!("length(\"{name}\") = 64 AND \"{name}\" NOT GLOB '*[^0-9a-f]*'"))
            }
            Kind::Digest => Some(format!("\"{name}\" ~ '^[0-9a-f]{{64}}$'")),
            Kind::Revision => Some(format!("\"{name}\" BETWEEN 0 AND 9007199254740991")),
            Kind::Json if sqlite => Some(format!("json_valid(\"{name}\")")),
            Kind::Date if sqlite => Some(format!("\"{name}\" IS date(\"{name}\")")),
            Kind::Instant if sqlite => {
                let digits = "[0-9][0-9]";
                let date = one(&format!("{digits}{digits}-{digits}-{digits}?{digits}:{digits}:{digits}*"));
                Some(format!("{date} AND datetime(\"{name}\") <> ''"))
            }
            Kind::Bool if sqlite => Some(format!("\"{name}\" IN (0, 1)")),
            Kind::Text => Some(format!("\"{name}\" <> ''")),
            Kind::Id | Kind::Int | Kind::Bool | Kind::Date | Kind::Instant | Kind::Bytes | Kind::Json => None,
        }
    }
}

pub(super) struct Table {
    pub(super) name: &'static str,
    columns: Vec<Column>,
    key: Vec<&'static str>,
    uniques: Vec<Vec<&'static str>>,
    indexes: Vec<Vec<&'static str>>,
    checks: Vec<&'static str>,
}

impl Table {
    /// A table whose key is its `id`.
    pub(super) fn new(name: &'static str, columns: Vec<Column>) -> Table {
        let (uniques, indexes, checks) = (Vec::new(), Vec::new(), Vec::new());
        Table { name, columns, key: vec!["id"], uniques, indexes, checks }
    }

    pub(super) fn key(mut self, columns: &[&'static str]) -> Table {
        self.key = columns.to_vec();
        self
    }

    pub(super) fn unique(mut self, columns: &[&'static str]) -> Table {
        self.uniques.push(columns.to_vec());
        self
    }

    pub(super) fn index(self, column: &'static str) -> Table {
        self.index_on(&[column])
    }

    pub(super) fn index_on(mut self, columns: &[&'static str]) -> Table {
        self.indexes.push(columns.to_vec());
        self
    }

    pub(super) fn check(mut self, condition: &'static str) -> Table {
        self.checks.push(condition);
        self
    }

    /// The statements that make the table and its indexes.
    pub(super) fn sql(&self, backend: DbBackend) -> Vec<String> {
        let mut parts: Vec<String> = self.columns.iter().map(|column| column.sql(backend)).collect();
        parts.push(format!("PRIMARY KEY ({})", quoted(&self.key)));
        parts.extend(self.uniques.iter().map(|columns| format!("UNIQUE ({})", quoted(columns))));
        parts.extend(self.columns.iter().filter_map(Column::pair));
        parts.extend(self.checks.iter().map(|condition| format!("CHECK ({condition})")));
        let mut statements = vec![format!("CREATE TABLE \"{}\" (\n  {}\n)", self.name, parts.join(",\n  "))];
        for columns in &self.indexes {
            let name = format!("{}_{}", self.name, columns.join("_"));
            statements.push(format!("CREATE INDEX \"{name}\" ON \"{}\" ({})", self.name, quoted(columns)));
        }
        statements
    }
}

fn quoted(columns: &[&str]) -> String {
    columns.iter().map(|column| format!("\"{column}\"")).collect::<Vec<_>>().join(", ")
}
