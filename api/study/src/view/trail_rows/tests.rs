use super::*;
use entity::row::Row;
use entity::rows;

macro_rules! names {
    ($($field:ident: $row:ident,)+) => { vec![$(<rows::$row as Row>::TABLE),+] };
}

/// ACC-05: every table of a study has a group for its trail, none twice, and there is no other.
#[test]
fn every_table_is_mapped() {
    let mut held: Vec<&str> = crate::snapshot::tables::subject_tables!(names);
    held.extend(crate::snapshot::tables::study_tables!(names));
    held.push(<rows::Subject as Row>::TABLE);
    held.sort_unstable();
    // Findings are of a subject or of the study, and in both lists.
    held.dedup();
    let mut mapped: Vec<&str> = TABLES.iter().map(|rule| rule.0).collect();
    mapped.sort_unstable();
    assert_eq!(held, mapped);
    assert_eq!(group_of("subject_identity"), None);
    assert_eq!(group_of("lab_result"), Some(DataGroup::LabResults));
}

/// ACC-05: ids of the inside and what could name a person are in no trail.
#[test]
fn inner_ids_and_identity_never_leave() {
    for (table, name) in [
        ("visit", "id"),
        ("visit", "study_id"),
        ("visit", "subject_id"),
        ("finding", "record_id"),
        ("study", "protocol_version_id"),
        ("subject", "identity_fields"),
        ("subject", "identity_commitment"),
        ("redaction", "replacement"),
        ("proposal", "payload"),
    ] {
        assert!(matches!(field(table, name), Field::Never), "{table}.{name}");
    }
    assert!(matches!(field("visit", "date"), Field::Plain));
}

#[test]
fn a_key_of_an_image_is_judged_by_its_column() {
    assert_eq!(column("totalCells"), "total_cells");
    assert_eq!(column("date"), "date");
    for (table, key) in [
        ("visit", "studyId"),
        ("visit", "subjectId"),
        ("finding", "recordId"),
        ("proposal", "proposedBy"),
        ("subject", "identityFields"),
    ] {
        assert!(matches!(field(table, &column(key)), Field::Never), "{table}.{key}");
    }
    assert!(matches!(field("subject", &column("birthYear")), Field::Of(DataGroup::Age)));
    assert!(matches!(field("adverse_event", &column("awareOn")), Field::Of(DataGroup::SeriousEvents)));
}
