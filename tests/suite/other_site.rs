//! ACC-03: what belongs to another site reads exactly as what does not exist, whichever way one asks.

use crate::everything::{Schema, named};
use serde_json::{Value, json};
use tests::{TestApp, both};

/// A subject of another site with everything of it that has an id, as its own site's coordinator reads them.
pub async fn ids_of_sh01(app: &TestApp) -> Vec<(String, String)> {
    let schema = Schema::read(app).await;
    let selection = schema.selection("Subject", 4, &["Subject.history", "Subject.site", "Subject.cohort"]);
    let document =
        format!("{{ study(code: \"NK510\") {{ subject(code: \"SH01-001\") {{ {selection} }} }} }}");
    let answer = app.as_("coordinator-sh01").ask(&document).await;
    let mut found = Vec::new();
    collect(answer.one(), &mut found);
    found.sort();
    found.dedup();
    let kinds: std::collections::BTreeSet<_> = found.iter().map(|(kind, _)| kind.as_str()).collect();
    for kind in ["Subject", "Visit", "Assessment", "AutoantibodyPanel", "AdverseEvent", "Dose", "Medication"]
    {
        assert!(kinds.contains(kind), "no {kind} among {kinds:?}");
    }
    found
}

fn collect(value: &Value, found: &mut Vec<(String, String)>) {
    if let (Some(kind), Some(id)) = (value["__typename"].as_str(), value["id"].as_str())
        && kind != "RuleVersion"
        && kind != "Study"
    {
        found.push((kind.to_owned(), id.to_owned()));
    }
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
        Value::Object(fields) => fields.values().for_each(|item| collect(item, found)),
        _ => {}
    }
}

/// An id of the same form that names nothing.
pub fn unknown(id: &str) -> String {
    let last = id.len() - 6;
    let swapped = if &id[last..last + 1] == "A" { "B" } else { "A" };
    format!("{}{swapped}{}", &id[..last], &id[last + 1..])
}

both! {
    /// `node` and `nodes`: an id of another site, one that names nothing and one that is none are the same null.
    async fn a_node_of_another_site_is_not_there(app: &TestApp) {
        let stranger = app.as_("coordinator-bj02");
        let own = app.as_("coordinator-sh01");
        let document = "query($id: ID!) { node(id: $id) { __typename id } }";
        let many = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }";
        for (kind, id) in ids_of_sh01(app).await {
            let here = own.query(document, json!({ "id": id })).await;
            assert_eq!(here.one()["__typename"], kind.as_str(), "{kind} {id}: its own site finds it");
            let theirs = stranger.query(document, json!({ "id": id })).await;
            let nothing = stranger.query(document, json!({ "id": unknown(&id) })).await;
            assert_eq!(theirs, nothing, "{kind}");
            assert_eq!(theirs.one(), &Value::Null, "{kind}");
            let both = stranger.query(many, json!({ "ids": [id, unknown(&id), "none"] })).await;
            assert_eq!(both.one(), &json!([null, null, null]), "{kind}");
        }
    }

    /// `subject(code)`, the filter by site, and the list.
    async fn a_subject_of_another_site_is_not_there(app: &TestApp) {
        let stranger = app.as_("coordinator-bj02");
        let document = "query($code: String!) { study(code: \"NK510\") { subject(code: $code) { id } } }";
        let theirs = stranger.query(document, json!({ "code": "SH01-001" })).await;
        let nothing = stranger.query(document, json!({ "code": "SH01-999" })).await;
        assert_eq!(theirs, nothing);
        assert_eq!(theirs.one()["subject"], Value::Null);

        let document = "query($site: String!) { study(code: \"NK510\") { subjects(filter: {site: $site}) {
            totalCount nodes { code } pageInfo { hasNextPage endCursor } } } }";
        let theirs = stranger.query(document, json!({ "site": "SH01" })).await;
        let nothing = stranger.query(document, json!({ "site": "XX99" })).await;
        assert_eq!(theirs, nothing);
        assert_eq!(theirs.one()["subjects"]["totalCount"], 0);

        let study = app.study("coordinator-bj02", "sites { code } subjects(first: 100) { nodes { code } }").await;
        assert_eq!(study["sites"], json!([{ "code": "BJ02" }]));
        assert_eq!(study["subjects"]["nodes"], json!([{ "code": "BJ02-001" }, { "code": "BJ02-002" }, { "code": "BJ02-003" }]));
    }

    /// No answer to a site holds anything of another site: neither code, nor id, nor name, nor identifiers.
    async fn no_answer_names_another_site(app: &TestApp) {
        let schema = Schema::read(app).await;
        let document =
            format!("{{ study(code: \"NK510\") {{ {} }} }}", schema.selection("Study", 5, &["Protocol.document"]));
        let foreign: Vec<String> = ids_of_sh01(app).await.into_iter().map(|(_, id)| id).collect();
        for name in ["coordinator-bj02", "investigator-bj02", "pharmacist-bj02"] {
            let answer = app.as_(name).ask(&document).await;
            answer.ok();
            for subject in app.world.subjects.iter().filter(|subject| subject.site != "BJ02") {
                for text in [&subject.code, &subject.initials, &subject.hospital_number] {
                    assert!(!answer.mentions(text.as_str()), "{name} reads {text}");
                }
                assert!(!answer.mentions(&subject.row.to_string()), "{name} reads a row's id");
            }
            for text in ["SH01", "GZ03"].into_iter().map(str::to_owned).chain(foreign.iter().cloned()) {
                assert!(!answer.mentions(&text), "{name} reads {text}");
            }
        }
    }

    /// Every argument and input field that takes an id is known to these stories: a new one has to be added here.
    async fn every_field_that_takes_an_id_is_tested(app: &TestApp) {
        const TESTED: [&str; 2] = ["Query.node(id)", "Query.nodes(ids)"];
        let schema = Schema::read(app).await;
        for ty in ["Query", "Study", "Subject", "Dsmb", "DataCut", "Subscription"] {
            for field in schema.fields(ty) {
                for argument in field["args"].as_array().unwrap() {
                    let (_, name) = named(&argument["type"]);
                    let place = format!("{ty}.{}({})", field["name"].as_str().unwrap(), argument["name"].as_str().unwrap());
                    // The stream of events has its story in the module on live events.
                    let tested = TESTED.contains(&place.as_str()) || place == "Subscription.studyEvents(study)";
                    assert!(name != "ID" || tested, "{place} takes an id: add it to tests/suite/other_site.rs");
                }
            }
        }
    }
}
