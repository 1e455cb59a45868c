//! What makes the ledger append-only on each engine, whoever is connected.
//!
//! SQLite's `INSERT OR REPLACE` deletes without firing delete triggers, so inserts over an existing key are
//! refused as well; the hidden row number is such a key too. (Tables without one would need no such guard, but
//! took two thirds more space and a quarter more time to write.) PostgreSQL's triggers are `ENABLE ALWAYS`, so
//! that replica mode does not get round them.
//! The one change that passes empties image and salt of a change: that is a redaction.

use sea_orm_migration::sea_orm::DbBackend;

/// Append-only tables and their keys.
const TABLES: &[(&str, &[&str])] = &[
    ("entry", &["stream", "revision"]),
    ("change", &["stream", "revision", "position"]),
    ("checkpoint", &["stream", "revision"]),
    ("access_record", &["id"]),
];

/// Columns of a change that a redaction leaves as they are.
const CHANGE_KEEPS: &[&str] =
    &["stream", "revision", "position", "table_name", "row_id", "subject_id", "digest"];

/// The statements that make the triggers.
pub(super) fn sql(backend: DbBackend) -> Vec<String> {
    match backend {
        DbBackend::Sqlite => TABLES.iter().flat_map(|(table, key)| sqlite(table, key)).collect(),
        _ => postgres(),
    }
}

fn redaction(old_equals_new: &str) -> String {
    let kept: Vec<String> = CHANGE_KEEPS
        .iter()
        .map(|column| format!("NEW.\"{column}\" {old_equals_new} OLD.\"{column}\""))
        .collect();
    format!("NEW.image IS NULL AND NEW.salt IS NULL AND {}", kept.join(" AND "))
}

fn sqlite(table: &str, key: &[&str]) -> Vec<String> {
    let refuse = |what: &str| format!("SELECT RAISE(ABORT, '{table} is append-only: {what} is refused')");
    let same: Vec<String> = key.iter().map(|column| format!("\"{column}\" = NEW.\"{column}\"")).collect();
    let update = if table == "change" {
        format!("WHEN NOT (NEW.rowid = OLD.rowid AND {}) ", redaction("IS"))
    } else {
        String::new()
    };
    vec![
        format!(
            "CREATE TRIGGER {table}_no_update BEFORE UPDATE ON \"{table}\" {update}BEGIN {}; END",
            refuse("UPDATE")
        ),
        format!(
            "CREATE TRIGGER {table}_no_delete BEFORE DELETE ON \"{table}\" BEGIN {}; END",
            refuse("DELETE")
        ),
        format!(
            "CREATE TRIGGER {table}_no_replace BEFORE INSERT ON \"{table}\" \
             WHEN EXISTS (SELECT 1 FROM \"{table}\" WHERE {}) \
             OR EXISTS (SELECT 1 FROM \"{table}\" WHERE rowid = NEW.rowid) BEGIN {}; END",
            same.join(" AND "),
            refuse("INSERT over an existing key")
        ),
    ]
}

fn postgres() -> Vec<String> {
    let mut statements = vec![
        "CREATE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$ BEGIN \
         RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP; END $$"
            .to_owned(),
        format!(
            "CREATE FUNCTION ledger_redact_only() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$ BEGIN \
             IF {} THEN RETURN NEW; END IF; \
             RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP; END $$",
            redaction("IS NOT DISTINCT FROM")
        ),
    ];
    for (table, _) in TABLES {
        let update = if *table == "change" { "ledger_redact_only" } else { "ledger_refuse" };
        for (name, when, function) in [
            ("no_update", "BEFORE UPDATE", update),
            ("no_delete", "BEFORE DELETE", "ledger_refuse"),
            ("no_truncate", "BEFORE TRUNCATE", "ledger_refuse"),
        ] {
            let each = if name == "no_truncate" { "STATEMENT" } else { "ROW" };
            statements.push(format!(
                "CREATE TRIGGER {table}_{name} {when} ON \"{table}\" FOR EACH {each} EXECUTE FUNCTION {function}()"
            ));
            statements.push(format!("ALTER TABLE \"{table}\" ENABLE ALWAYS TRIGGER {table}_{name}"));
        }
    }
    statements
}
