//! Each test that SECURITY.md names exists.

use std::path::Path;

#[test]
fn every_test_of_the_threat_model_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let text = std::fs::read_to_string(root.join("SECURITY.md")).unwrap();
    let mut named = 0;
    for quoted in text.split('`').skip(1).step_by(2) {
        let Some((file, test)) = quoted.split_once(".rs: ") else { continue };
        named += 1;
        let inside = if file.starts_with("api/") { file.to_owned() } else { format!("tests/suite/{file}") };
        let path = root.join(format!("{inside}.rs"));
        let source = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{inside}.rs: {error}"));
        assert!(source.contains(&format!("fn {test}(")), "{inside}.rs has no test `{test}`");
    }
    assert!(named >= 40, "only {named} tests are named");
    // Every row of the threat model's list of the first table.
    for id in [
        "S1", "S2", "S3", "T1", "T2", "T3", "R1", "I1", "I2", "I3", "I4", "I5", "I6", "I7", "D1", "D2", "D3",
        "E1", "E2", "E3",
    ] {
        assert!(text.contains(&format!("| {id} |")), "{id} has no row");
    }
}
