//! The tables are the second wall: what a decision should never let through, the database does not take.

use crate::engine::Engine;
use crate::{on_both_engines, round_trip, samples};
use entity::{ledger, rows, side};
use sea_orm::{ColumnTrait, ColumnType, ConnectionTrait, EntityTrait, IdenStatic, Iterable};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

on_both_engines! {
    /// A code of a controlled list is taken, and no other text.
    every_code_is_taken_and_no_other;
    /// A row cannot point to what is not there.
    a_row_needs_what_it_points_to;
    /// A record cannot point to a visit, panel or adverse event of somebody else.
    a_record_points_to_its_own_subjects_rows_alone;
    /// A record cannot belong to one study and its subject, site or cohort to another.
    a_record_stays_in_its_study;
    /// Keys that people know rows by are unique.
    what_identifies_a_row_is_unique;
    /// Decimals, dates, partial dates, documents and numbers outside their ranges are refused.
    a_value_that_means_nothing_is_refused;
    /// Text that does mean something is taken.
    a_value_that_means_something_is_taken;
    /// The tables have exactly the columns of the entities, and null is allowed in the same ones.
    the_tables_have_the_columns_of_the_entities;
}

/// The codes that a type reads in one of its fields, as the type itself tells when it reads another.
fn codes<R: DeserializeOwned>(image: &Value, field: &str) -> Option<Vec<String>> {
    let mut other = image.clone();
    other[field] = json!("NO_SUCH_CODE");
    let error = serde_json::from_value::<R>(other).err()?.to_string();
    let known = error.strip_prefix("unknown variant `NO_SUCH_CODE`, expected ")?;
    Some(known.split('`').skip(1).step_by(2).map(str::to_owned).collect())
}

/// Every column with a controlled list, with its codes.
fn lists() -> BTreeMap<(&'static str, String), Vec<String>> {
    let mut lists = BTreeMap::new();
    macro_rules! of {
        ($(($module:ident, $row:ident, $table:literal),)+) => {$(
            let image = samples::image($table);
            for field in image.as_object().unwrap().keys() {
                if let Some(codes) = codes::<rows::$row>(&image, field) {
                    lists.insert(($table, column(field)), codes);
                }
            }
        )+};
    }
    entity::for_each_study_table!(of);
    entity::for_each_portal_table!(of);
    of!((access_record, AccessRecord, "access_record"),);
    let roles = policy::Role::ALL.iter().map(|role| role.as_str().to_owned()).collect();
    lists.insert(("membership", "role".to_owned()), roles);
    lists
}

/// The column of an image's field.
fn column(field: &str) -> String {
    let mut column = String::new();
    for letter in field.chars() {
        if letter.is_ascii_uppercase() {
            column.push('_');
        }
        column.push(letter.to_ascii_lowercase());
    }
    column
}

async fn every_code_is_taken_and_no_other(engine: &Engine) {
    round_trip::fill(engine).await;
    // Whoever approves a grant is another person than who proposed it, and the samples have one.
    refused(engine, "UPDATE membership_proposal SET state = 'APPROVED'").await;
    engine.run("UPDATE membership_proposal SET decided_by = NULL").await;
    let lists = lists();
    assert!(lists.len() > 30, "{} columns with controlled lists", lists.len());
    for ((table, column), codes) in lists.iter().filter(|((table, _), _)| *table != "access_record") {
        assert!(codes.len() >= 2, "{table}.{column}");
        for code in codes {
            engine.run(&format!("UPDATE \"{table}\" SET \"{column}\" = '{code}'")).await;
        }
        refused(engine, &format!("UPDATE \"{table}\" SET \"{column}\" = 'NO_SUCH_CODE'")).await;
    }
}

/// A list in the schema that holds more or fewer codes than the program is a migration that was forgotten.
#[tokio::test]
async fn the_lists_of_the_schema_are_those_of_the_program() {
    let engine = crate::engine::sqlite().await;
    let tables =
        engine.texts("SELECT sql FROM sqlite_master WHERE type = 'table' AND sql LIKE '%CHECK%'").await;
    let mut found = BTreeMap::new();
    for sql in &tables {
        let table = sql.split('"').nth(1).unwrap().to_owned();
        for line in sql.lines() {
            let Some((_, list)) = line.split_once("\" IN ('") else { continue };
            let column = line.trim().split('"').nth(1).unwrap().to_owned();
            let list = list.split_once("')").unwrap().0;
            found.insert(
                (table.clone(), column),
                list.split("', '").map(str::to_owned).collect::<BTreeSet<_>>(),
            );
        }
    }
    let program: BTreeMap<_, BTreeSet<_>> = lists()
        .into_iter()
        .map(|((table, column), codes)| ((table.to_owned(), column), codes.into_iter().collect()))
        .collect();
    assert_eq!(found, program);
}

async fn refused(engine: &Engine, sql: &str) {
    if let Ok(done) = engine.owner.execute_unprepared(sql).await {
        panic!("taken, {} rows: {sql}", done.rows_affected());
    }
}

async fn a_row_needs_what_it_points_to(engine: &Engine) {
    round_trip::fill(engine).await;
    let mut pointers = 0;
    macro_rules! point {
        ($(($module:ident, $row:ident, $table:literal),)+) => {$(
            let image = samples::image($table);
            // Persons are named by id where an account may be the installation's own, and what a finding or
            // a proposal speaks of may be any row.
            let free = ["id", "protocolVersionId", "grantedBy", "proposedBy", "decidedBy", "recordId", "reason"];
            for (field, value) in image.as_object().unwrap() {
                let is_id = value.as_str().is_some_and(|text| uuid::Uuid::parse_str(text).is_ok());
                if is_id && (!free.contains(&field.as_str()) || ($table, field.as_str()) == ("study", "id")) {
                    pointers += 1;
                    let column = column(field);
                    refused(engine, &format!("UPDATE \"{}\" SET \"{column}\" = {}", $table, nobody(engine))).await;
                }
            }
        )+};
    }
    entity::for_each_study_table!(point);
    entity::for_each_portal_table!(point);
    assert!(pointers > 60, "{pointers}");
}

/// What a record may point to within its subject: the table of the record, its column, and the table meant.
const OF_ONE_SUBJECT: &[(&str, &str, &str)] = &[
    ("assessment", "visit_id", "visit"),
    ("autoantibody_panel", "visit_id", "visit"),
    ("lab_result", "visit_id", "visit"),
    ("autoantibody_result", "panel_id", "autoantibody_panel"),
    ("adverse_event_grade", "adverse_event_id", "adverse_event"),
    ("adverse_event_causality", "adverse_event_id", "adverse_event"),
    ("dlt_adjudication", "adverse_event_id", "adverse_event"),
    ("clock", "adverse_event_id", "adverse_event"),
];

/// Inserts a second row of a table: the sample's copy with other values in some columns.
async fn second(engine: &Engine, table: &str, other: &[(&str, String)]) {
    let columns = engine.columns(table).await;
    let names: Vec<String> = columns.keys().map(|name| format!("\"{name}\"")).collect();
    let value = |name: &String| {
        let told = other.iter().find(|(column, _)| column == name);
        told.map_or_else(|| format!("\"{name}\""), |(_, value)| value.clone())
    };
    let values: Vec<String> = columns.keys().map(value).collect();
    let (names, values) = (names.join(", "), values.join(", "));
    engine.run(&format!("INSERT INTO \"{table}\" ({names}) SELECT {values} FROM \"{table}\" LIMIT 1")).await;
}

/// Refused, and because of a foreign key.
async fn unlinked(engine: &Engine, sql: &str) {
    let error = engine.owner.execute_unprepared(sql).await.err().unwrap_or_else(|| panic!("taken: {sql}"));
    assert!(error.to_string().to_lowercase().contains("foreign key"), "{sql}: {error}");
}

/// An id as the engine writes it.
fn literal(engine: &Engine, id: uuid::Uuid) -> String {
    match engine.backend() {
        sea_orm::DatabaseBackend::Sqlite => format!("x'{}'", id.simple()),
        _ => format!("'{id}'"),
    }
}

async fn a_record_points_to_its_own_subjects_rows_alone(engine: &Engine) {
    round_trip::fill(engine).await;
    let [somebody, theirs] =
        ["somebody else", "of somebody else"].map(|name| literal(engine, samples::id(name)));
    let own = literal(engine, samples::id("subject"));
    let person = [("id", somebody.clone()), ("code", "'SH01-002'".into()), ("ordinal", "2".into())];
    second(engine, "subject", &person).await;
    let of_theirs = [("id", theirs.clone()), ("subject_id", somebody.clone())];
    let visit =
        [("planned_code", "'DAY_14'".to_owned())].into_iter().chain(of_theirs.clone()).collect::<Vec<_>>();
    second(engine, "visit", &visit).await;
    second(engine, "adverse_event", &of_theirs).await;
    let panel = [("visit_id", theirs.clone())].into_iter().chain(of_theirs.clone()).collect::<Vec<_>>();
    second(engine, "autoantibody_panel", &panel).await;

    for (table, column, _) in OF_ONE_SUBJECT {
        let mine = format!("\"{table}\" SET");
        let row = format!("WHERE \"subject_id\" = {own}");
        unlinked(engine, &format!("UPDATE {mine} \"{column}\" = {theirs} {row}")).await;
    }
    // Nor by giving the record, or what it points to, to somebody else.
    for (table, _, of) in OF_ONE_SUBJECT {
        for moved in [table, of] {
            let own_row = format!("WHERE \"subject_id\" = {own}");
            unlinked(engine, &format!("UPDATE \"{moved}\" SET \"subject_id\" = {somebody} {own_row}")).await;
        }
    }
    // The wall is no wider than that: a record goes to somebody else's visit together with its subject.
    engine
        .run(&format!("UPDATE \"assessment\" SET \"visit_id\" = {theirs}, \"subject_id\" = {somebody}"))
        .await;
    // And a result that names no visit needs none.
    engine.run("UPDATE \"lab_result\" SET \"visit_id\" = NULL").await;
}

async fn a_record_stays_in_its_study(engine: &Engine) {
    round_trip::fill(engine).await;
    let [other, site] = ["another study", "a site of it"].map(|name| literal(engine, samples::id(name)));
    second(engine, "registered_study", &[("id", other.clone()), ("code", "'OTHER'".into())]).await;
    second(engine, "site", &[("id", site.clone()), ("study_id", other.clone())]).await;
    for table in
        ["allocation", "consent", "visit", "dose", "medication", "disposition", "change_reason", "finding"]
    {
        unlinked(engine, &format!("UPDATE \"{table}\" SET \"study_id\" = {other}")).await;
    }
    for table in ["stopping_rule", "planned_visit", "subject", "service_client"] {
        unlinked(engine, &format!("UPDATE \"{table}\" SET \"study_id\" = {other}")).await;
    }
    for table in ["subject", "service_client"] {
        unlinked(engine, &format!("UPDATE \"{table}\" SET \"site_id\" = {site}")).await;
    }
    engine.run(&format!("UPDATE \"service_client\" SET \"site_id\" = {site}, \"study_id\" = {other}")).await;
}

/// The id of no row.
fn nobody(engine: &Engine) -> &'static str {
    match engine.backend() {
        sea_orm::DatabaseBackend::Sqlite => "zeroblob(16)",
        _ => "'00000000-0000-0000-0000-000000000000'",
    }
}

async fn what_identifies_a_row_is_unique(engine: &Engine) {
    round_trip::fill(engine).await;
    // Table, a column of the key that is meant, and what another key of the table would refuse, made different.
    for (table, key, other) in [
        ("registered_study", "code", None),
        ("person", "name", None),
        ("service_client", "name", None),
        ("setting", "key", None),
        ("public_key", "kid", None),
        ("site", "code", Some(("ordinal", "2"))),
        ("site", "ordinal", Some(("code", "'other'"))),
        ("cohort", "level", Some(("code", "'other'"))),
        ("cohort", "code", Some(("level", "2"))),
        ("planned_visit", "code", Some(("ordinal", "99"))),
        ("planned_visit", "ordinal", Some(("code", "'other'"))),
        ("subject", "code", Some(("ordinal", "2"))),
        ("subject", "ordinal", Some(("code", "'other'"))),
        ("allocation", "subject_id", None),
        ("visit", "planned_code", None),
        ("assessment", "instrument", None),
        ("autoantibody_result", "analyte", None),
        ("dose", "ordinal", None),
        ("adverse_event_causality", "agent", None),
        ("dlt_adjudication", "adverse_event_id", None),
        ("disposition", "subject_id", None),
        ("data_cut", "name", None),
        ("clock", "kind", None),
        ("protocol_version", "label", None),
    ] {
        let columns = engine.columns(table).await;
        let names: Vec<String> = columns.keys().map(|name| format!("\"{name}\"")).collect();
        let values: Vec<String> = columns
            .iter()
            .map(|(name, nullable)| match name.as_str() {
                "id" => nobody(engine).to_owned(),
                name if other.is_some_and(|(column, _)| column == name) => {
                    other.map_or("", |(_, value)| value).to_owned()
                }
                // Null is equal to nothing: what may be null is no help to the key that is meant.
                name if *nullable && name != key => "NULL".to_owned(),
                name => format!("\"{name}\""),
            })
            .collect();
        let (names, values) = (names.join(", "), values.join(", "));
        let sql = format!("INSERT INTO \"{table}\" ({names}) SELECT {values} FROM \"{table}\"");
        let error =
            engine.owner.execute_unprepared(&sql).await.err().unwrap_or_else(|| panic!("taken: {sql}"));
        let text = error.to_string().to_lowercase();
        assert!(text.contains("unique") && text.contains(key), "{table}: {text}");
    }
}

/// Column by column what has to be refused.
const NONSENSE: &[(&str, &str, &[&str])] = &[
    (
        "lab_result",
        "value",
        &["", "1e5", ".5", "5.", "1.2.3", "NaN", "--1", "1-", "1,5", " 1", "-", "-.5", "+1"],
    ),
    ("cohort", "cells_per_kg", &["forty", "4E7"]),
    (
        "medication",
        "start",
        &["", "26", "2026-1", "2026-13", "2026-00", "2026-11-", "2026-11-3", "2026-11-32", "2026/11"],
    ),
    ("adverse_event", "end", &["unknown", "2026-20-01", "2026-11-00"]),
    ("subject", "screened_on", &["2026-02-30", "2026-13-01", ""]),
    ("visit", "date", &["2026-04-31"]),
    ("subject", "bilag_history", &["[", "RENAL"]),
    ("visit", "note", &["{\"text\":"]),
    ("subject", "code", &[""]),
    ("dose", "start_time", &["9:05", "25:00", "09:60", "noon", "09:05:00"]),
    ("lab_result", "collected_at", &["9am", "24:00"]),
    ("clock", "due_at", &["soon", ""]),
    ("data_cut", "open_hash", &["abc"]),
    ("protocol_version", "digest", &["A"]),
];

/// The same for numbers.
const OUT_OF_RANGE: &[(&str, &str, &[i64])] = &[
    ("adverse_event_grade", "grade", &[0, 6, -1]),
    ("cohort", "capacity", &[0, -1]),
    ("cohort", "level", &[0]),
    ("dose", "ordinal", &[0]),
    ("subject", "birth_year", &[0, 91, 20260]),
    ("planned_visit", "window_before", &[-1]),
    ("planned_visit", "analysis_low", &[43]),
    ("study", "planned_enrolment", &[0]),
    ("data_cut", "open_revision", &[-1, 9_007_199_254_740_992]),
];

async fn a_value_that_means_nothing_is_refused(engine: &Engine) {
    round_trip::fill(engine).await;
    for (table, column, values) in NONSENSE {
        for value in *values {
            refused(engine, &format!("UPDATE \"{table}\" SET \"{column}\" = '{value}'")).await;
        }
    }
    for (table, column, values) in OUT_OF_RANGE {
        for value in *values {
            refused(engine, &format!("UPDATE \"{table}\" SET \"{column}\" = {value}")).await;
        }
    }
    for (table, column) in [("subject", "code"), ("cohort", "cells_per_kg"), ("assessment", "items")] {
        refused(engine, &format!("UPDATE \"{table}\" SET \"{column}\" = NULL")).await;
    }
}

async fn a_value_that_means_something_is_taken(engine: &Engine) {
    round_trip::fill(engine).await;
    for (table, column, values) in [
        ("lab_result", "value", &["0", "-0.5", "1.10", "40000000", "9999999999999999999999999999"][..]),
        ("medication", "start", &["1999", "2024-12", "2024-02-29", "2026-10-31"][..]),
        ("subject", "screened_on", &["2024-02-29"][..]),
        ("dose", "start_time", &["00:00", "19:59", "23:59"][..]),
    ] {
        for value in values {
            engine.run(&format!("UPDATE \"{table}\" SET \"{column}\" = '{value}'")).await;
        }
    }
}

/// Each entity's columns, and whether they may be null.
fn entities() -> BTreeMap<String, BTreeMap<String, bool>> {
    let mut entities = BTreeMap::new();
    macro_rules! of {
        ($(($module:ident, $row:ident, $table:literal),)+) => {$( add::<entity::$module::Entity>(&mut entities); )+};
    }
    entity::for_each_study_table!(of);
    entity::for_each_portal_table!(of);
    add::<entity::access_record::Entity>(&mut entities);
    add::<ledger::head::Entity>(&mut entities);
    add::<ledger::entry::Entity>(&mut entities);
    add::<ledger::change::Entity>(&mut entities);
    add::<ledger::checkpoint::Entity>(&mut entities);
    add::<ledger::idempotency::Entity>(&mut entities);
    add::<side::client_assertion::Entity>(&mut entities);
    add::<side::credential::Entity>(&mut entities);
    add::<side::identity_lookup::Entity>(&mut entities);
    add::<side::invitation::Entity>(&mut entities);
    add::<side::refresh_token::Entity>(&mut entities);
    add::<side::secret::Entity>(&mut entities);
    add::<side::session::Entity>(&mut entities);
    add::<side::sign_in_attempt::Entity>(&mut entities);
    add::<side::subject_identity::Entity>(&mut entities);
    add::<side::subject_key::Entity>(&mut entities);
    entities
}

fn add<E: EntityTrait + Default>(entities: &mut BTreeMap<String, BTreeMap<String, bool>>) {
    let table = E::default().table_name().to_owned();
    let mut columns = BTreeMap::new();
    for column in E::Column::iter() {
        let definition = column.def();
        let (name, kind) = (IdenStatic::as_str(&column).to_owned(), definition.get_column_type());
        // INT-04, and the ledger's rule: nothing that a float rounds, no integer but revisions beyond 2^31.
        let rounded = matches!(
            kind,
            ColumnType::Float | ColumnType::Double | ColumnType::Decimal(_) | ColumnType::Money(_)
        );
        assert!(!rounded, "{table}.{name} is not exact");
        let wide = matches!(kind, ColumnType::BigInteger | ColumnType::BigUnsigned | ColumnType::Unsigned);
        assert!(!wide || name.ends_with("revision"), "{table}.{name} may hold what JSON rounds");
        columns.insert(name, definition.is_null());
    }
    entities.insert(table, columns);
}

async fn the_tables_have_the_columns_of_the_entities(engine: &Engine) {
    let mut tables = BTreeMap::new();
    for table in engine.tables().await.into_iter().filter(|table| table != "seaql_migrations") {
        let columns = engine.columns(&table).await;
        tables.insert(table, columns);
    }
    assert_eq!(tables, entities());
}

/// No image holds a float or an integer that JSON rounds.
#[test]
fn images_hold_no_number_that_is_rounded() {
    fn check(table: &str, value: &Value) {
        match value {
            Value::Number(number) => {
                let exact =
                    number.as_i64().is_some_and(|number| number.unsigned_abs() <= 9_007_199_254_740_991);
                assert!(exact, "{table}: {number}");
            }
            Value::Array(items) => items.iter().for_each(|item| check(table, item)),
            Value::Object(fields) => fields.values().for_each(|field| check(table, field)),
            Value::Null | Value::Bool(_) | Value::String(_) => {}
        }
    }
    macro_rules! of {
        ($(($module:ident, $row:ident, $table:literal),)+) => {$(
            let row: rows::$row = serde_json::from_value(samples::image($table)).unwrap();
            check($table, &serde_json::to_value(row).unwrap());
        )+};
    }
    entity::for_each_study_table!(of);
    entity::for_each_portal_table!(of);
    of!((access_record, AccessRecord, "access_record"),);
}

/// Taking down the foundation would take the ledger with it.
#[tokio::test]
async fn the_ledger_cannot_be_migrated_away() {
    use migration::{Migrator, MigratorTrait};
    let engine = crate::engine::sqlite().await;
    let tables = engine.tables().await;
    assert!(Migrator::down(&engine.owner, None).await.is_err());
    assert_eq!(engine.tables().await, tables);
    assert_eq!(Migrator::get_pending_migrations(&engine.owner).await.unwrap().len(), 0);
}
