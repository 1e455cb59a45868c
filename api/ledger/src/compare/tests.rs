use super::*;
use crate::testing::{Ledger, id};

type Row = (&'static str, Uuid, &'static str);

fn rows() -> Vec<Row> {
    vec![
        ("assessment", id(3), r#"{"items":[1,2,3],"pga":"1.30"}"#),
        ("visit", id(1), r#"{"code":"V1","state":"DONE"}"#),
        ("visit", id(2), r#"{"code":"V2","state":"PLANNED"}"#),
    ]
}

fn found(change: impl FnOnce(&mut Vec<Row>)) -> (String, Uuid, DifferenceKind) {
    let mut actual = rows();
    change(&mut actual);
    let difference = compare_rows(rows(), actual).unwrap_err();
    (difference.table, difference.row, difference.what)
}

fn field(pointer: &str) -> DifferenceKind {
    DifferenceKind::Field { pointer: pointer.to_owned() }
}

#[test]
fn equal_sides_are_equal() {
    assert_eq!(compare_rows(rows(), rows()), Ok(3));
    assert_eq!(compare_rows(Vec::<Row>::new(), Vec::<Row>::new()), Ok(0));
    let verified = Ledger::of_four().verify().unwrap();
    let folded = || verified.fold().rows().map(|row| (row.table, row.row, row.image));
    assert_eq!(compare_rows(folded(), folded()), Ok(5));
}

#[test]
fn a_missing_row_is_named() {
    let visit = || "visit".to_owned();
    assert_eq!(found(|rows| rows.retain(|row| row.1 != id(1))), (visit(), id(1), DifferenceKind::Missing));
    assert_eq!(found(|rows| rows.truncate(2)), (visit(), id(2), DifferenceKind::Missing));
    assert_eq!(found(Vec::clear), ("assessment".to_owned(), id(3), DifferenceKind::Missing));
}

#[test]
fn an_extra_row_is_named() {
    let extra = |index: usize, table: &'static str, row: u128| {
        found(|rows| rows.insert(index, (table, id(row), "{}")))
    };
    assert_eq!(extra(0, "aa", 9), ("aa".to_owned(), id(9), DifferenceKind::Extra));
    assert_eq!(extra(1, "assessment", 9), ("assessment".to_owned(), id(9), DifferenceKind::Extra));
    assert_eq!(extra(3, "visit", 3), ("visit".to_owned(), id(3), DifferenceKind::Extra));
}

#[test]
fn a_different_row_is_named_with_its_first_field() {
    let pointer = |index: usize, image: &'static str| found(|rows| rows[index].2 = image).2;
    assert_eq!(pointer(1, r#"{"code":"V1","state":"MISSED"}"#), field("/state"));
    assert_eq!(pointer(1, r#"{"code":"V3","state":"MISSED"}"#), field("/code"));
    assert_eq!(pointer(1, r#"{"code":"V1"}"#), field("/state"));
    assert_eq!(pointer(1, r#"{"a":0,"code":"V1","state":"DONE"}"#), field("/a"));
    assert_eq!(pointer(0, r#"{"items":[1,9,3],"pga":"1.30"}"#), field("/items/1"));
    assert_eq!(pointer(0, r#"{"items":[1,2],"pga":"1.30"}"#), field("/items/2"));
    assert_eq!(pointer(0, r#"{"items":{"~/":1},"pga":"1.30"}"#), field("/items"));
    assert_eq!(pointer(0, r#"{"items":[1,2,3], "pga":"1.30"}"#), field(""));
    assert_eq!(pointer(0, "no JSON"), field(""));
    assert_eq!(first_difference(r#"{"a":{"~/":1}}"#, r#"{"a":{"~/":2}}"#), "/a/~0~1");
}

#[test]
fn rows_that_are_not_sorted_are_a_fault_of_the_query() {
    assert_eq!(found(|rows| rows.insert(2, rows[1])), ("visit".to_owned(), id(1), DifferenceKind::Unsorted));
    let (mut folded, actual) = (rows(), rows());
    folded.swap(1, 2);
    assert_eq!(compare_rows(folded, actual).unwrap_err().what, DifferenceKind::Unsorted);
    let mut comparison = Comparison::new(rows());
    comparison.push("assessment", id(3), rows()[0].2).unwrap();
    assert_eq!(comparison.push("a", id(1), "{}").unwrap_err().what, DifferenceKind::Unsorted);
}

#[test]
fn the_text_names_place_and_field_and_no_value() {
    let mut actual = rows();
    actual[1].2 = r#"{"code":"V1","state":"A secret"}"#;
    let text = compare_rows(rows(), actual).unwrap_err().to_string();
    assert_eq!(text, format!("table visit, row {}: /state differs from the ledger", id(1)));
}
