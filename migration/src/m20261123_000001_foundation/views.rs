//! Views for people who read the tables with SQL.

use sea_orm_migration::sea_orm::DbBackend;

/// The views' names.
pub(super) const NAMES: &[&str] = &["assessment_item"];

/// The statements that make them.
pub(super) fn sql(backend: DbBackend) -> Vec<String> {
    vec![match backend {
        DbBackend::Sqlite => ASSESSMENT_ITEM_SQLITE.to_owned(),
        _ => ASSESSMENT_ITEM_POSTGRES.to_owned(),
    }]
}

/// SLEDAI-2K and BILAG-2004, one row an item, numbered from 1 in the instrument's order. The value is text:
/// `true`, a score or a decimal; null when it is unknown or not done.
const ASSESSMENT_ITEM_SQLITE: &str = "\
CREATE VIEW assessment_item AS
SELECT a.id AS assessment_id, a.study_id, a.subject_id, a.visit_id, a.instrument, i.key + 1 AS number,
  CASE i.type WHEN 'true' THEN 'true' WHEN 'false' THEN 'false' ELSE CAST(i.value AS text) END AS value
FROM assessment AS a, json_each(a.items, CASE a.instrument WHEN 'SLEDAI_2K' THEN '$.sledai' ELSE '$.bilag' END) AS i";

const ASSESSMENT_ITEM_POSTGRES: &str = "\
CREATE VIEW assessment_item AS
SELECT a.id AS assessment_id, a.study_id, a.subject_id, a.visit_id, a.instrument, i.place::integer AS number,
  i.value #>> '{}' AS value
FROM assessment AS a
CROSS JOIN LATERAL json_array_elements(coalesce(a.items -> 'sledai', a.items -> 'bilag'))
  WITH ORDINALITY AS i (value, place)";
