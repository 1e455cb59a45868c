//! P11-07: the audit trail is read and filtered by subject, kind of record, user, command and time; its pages
//! together are the whole list and its count is the list's, for each role.

use crate::history::one_more_assessment;
use serde_json::{Value, json};
use tests::{TestApp, both};

/// Those who read the trail: of everything, of a part of the data groups, and of one site.
const READERS: [&str; 8] = [
    "data-manager",
    "medical-monitor",
    "safety-officer",
    "auditor",
    "monitor-sh01",
    "investigator-sh01",
    "coordinator-bj02",
    "coordinator-gz03",
];

const ENTRIES: &str = "totalCount pageInfo { hasNextPage endCursor }
    nodes { revision at actor command changes { kind subject } }";

/// Page after page of the study's ledger: the entries, and the count that each page gave.
async fn paged(app: &TestApp, name: &str, filter: &Value, first: usize) -> (Vec<Value>, Vec<Value>) {
    let document = format!(
        "query($filter: LedgerFilter, $first: Int, $after: String) {{ study(code: \"NK510\") {{
            ledger(first: $first, after: $after, filter: $filter) {{ {ENTRIES} }} }} }}"
    );
    let (mut entries, mut counts, mut after) = (Vec::new(), Vec::new(), Value::Null);
    loop {
        let variables = json!({ "filter": filter, "first": first, "after": after });
        let answer = app.as_(name).query(&document, variables).await;
        let page = answer.one()["ledger"].clone();
        let nodes = page["nodes"].as_array().unwrap_or_else(|| panic!("{name}: {}", answer.text));
        assert!(nodes.len() <= first);
        entries.extend(nodes.iter().cloned());
        counts.push(page["totalCount"].clone());
        if page["pageInfo"]["hasNextPage"] == false {
            return (entries, counts);
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
}

fn has<'e>(entry: &'e Value, field: &'e str, value: &str) -> bool {
    entry["changes"].as_array().unwrap().iter().any(|change| change[field] == value)
}

/// A filter, and what it means of an entry that is shown.
type Wanted = (Value, Box<dyn Fn(&Value) -> bool>);

fn filters(all: &[Value], own: &str) -> Vec<Wanted> {
    let revision = |entry: &Value| entry["revision"].as_u64().unwrap();
    let (from, until) = (&all[all.len() - 5], &all[1]);
    let (low, high) = (revision(from), revision(until));
    let within = move |entry: &Value| (low..high).contains(&revision(entry));
    let (from, until) = (from["at"].clone(), until["at"].clone());
    let subject = own.to_owned();
    let of_subject = move |entry: &Value| has(entry, "subject", &subject);
    let of = of_subject.clone();
    vec![
        (json!({}), Box::new(|_| true)),
        (json!({ "subject": own }), Box::new(of_subject)),
        (json!({ "kinds": ["assessment"] }), Box::new(|entry| has(entry, "kind", "assessment"))),
        (
            json!({ "kinds": ["site", "adverse event"] }),
            Box::new(|entry| has(entry, "kind", "site") || has(entry, "kind", "adverse event")),
        ),
        (
            json!({ "actor": "Made-up coordinator-sh01" }),
            Box::new(|entry| entry["actor"] == "Made-up coordinator-sh01"),
        ),
        (json!({ "commands": ["openCohort"] }), Box::new(|entry| entry["command"] == "openCohort")),
        (json!({ "from": from, "until": until }), Box::new(within)),
        (
            json!({ "from": from, "kinds": ["visit"], "subject": own, "commands": ["addSite"] }),
            Box::new(move |entry| {
                let both = entry["changes"].as_array().unwrap().iter().any(|it| it["kind"] == "visit");
                revision(entry) >= low && both && of(entry) && entry["command"] == "addSite"
            }),
        ),
        (json!({ "kinds": [] }), Box::new(|_| false)),
        (json!({ "actor": "nobody of this name" }), Box::new(|_| false)),
    ]
}

fn own_subject(app: &TestApp, name: &str) -> String {
    let site = name.rsplit('-').next().unwrap().to_uppercase();
    let own = app.world.subjects.iter().find(|subject| subject.code.starts_with(&site));
    own.unwrap_or(&app.world.subjects[4]).code.clone()
}

both! {
    /// P11-07: whatever is asked for, the pages together are what the whole list holds of it, and so is the count.
    async fn the_pages_of_a_filter_are_the_whole_list(app: &TestApp) {
        for subject in [0, 4, 8, 0] {
            one_more_assessment(app, subject).await;
        }
        for name in READERS {
            let (all, _) = paged(app, name, &Value::Null, 100).await;
            assert!(all.len() >= 10, "{name} sees {} entries", all.len());
            let revisions: Vec<u64> = all.iter().map(|entry| entry["revision"].as_u64().unwrap()).collect();
            assert!(revisions.is_sorted_by(|one, other| one > other), "{name}: newest first");
            for (filter, wanted) in filters(&all, &own_subject(app, name)) {
                let expected: Vec<&Value> = all.iter().filter(|entry| wanted(entry)).collect();
                for first in [2, 100] {
                    let (found, counts) = paged(app, name, &filter, first).await;
                    assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{name}: {filter} by {first}");
                    assert!(counts.iter().all(|count| *count == json!(expected.len())), "{name}: {filter}: {counts:?}");
                }
            }
        }
    }

    /// A filter tells nothing of what is kept: by a kind of record that the viewer does not see nothing is found, and
    /// another site's subject is exactly as one that is not there.
    async fn a_filter_finds_nothing_of_what_is_kept(app: &TestApp) {
        let assessments = json!({ "kinds": ["assessment"] });
        assert!(!paged(app, "data-manager", &assessments, 100).await.0.is_empty());
        assert_eq!(paged(app, "safety-officer", &assessments, 100).await, (vec![], vec![json!(0)]));

        let theirs = app.world.subjects[4].code.clone();
        assert!(theirs.starts_with("BJ02"));
        let mut answers = Vec::new();
        for code in [theirs.as_str(), "BJ02-999", ""] {
            answers.push(paged(app, "coordinator-sh01", &json!({ "subject": code }), 100).await);
        }
        assert_eq!(answers, vec![(vec![], vec![json!(0)]); 3]);
        let theirs = json!({ "actor": "Made-up coordinator-bj02" });
        assert_eq!(paged(app, "coordinator-sh01", &theirs, 100).await.1, [json!(0)]);
    }

    /// Who reads no trail counts none of it, whatever the filter.
    async fn who_reads_no_trail_counts_none(app: &TestApp) {
        for name in ["statistician", "pharmacist-sh01", "dsmb-member", "dsmb-statistician", "administrator"] {
            let study = app.study(name, "ledger(filter: {kinds: [\"dose\"]}) { totalCount }").await;
            assert_eq!(study["ledger"], Value::Null, "{name}");
        }
    }

    /// A filter with a fault is refused with what would be right.
    async fn a_filter_with_a_fault_is_refused(app: &TestApp) {
        for (filter, says) in [
            (json!({ "kinds": ["adverse_event"] }), "adverse event"),
            (json!({ "kinds": ["subject_identity"] }), "no kind of record"),
            (json!({ "commands": vec!["addSite"; 51] }), "at most 50"),
            (json!({ "until": "tomorrow" }), ""),
            (json!({ "user": "me" }), ""),
        ] {
            let document = "query($filter: LedgerFilter) { study(code: \"NK510\") { ledger(filter: $filter) { totalCount } } }";
            let answer = app.as_("data-manager").query(document, json!({ "filter": filter })).await;
            assert_eq!(answer.codes(), ["BAD_USER_INPUT"], "{filter}: {}", answer.text);
            assert!(answer.text.contains(says), "{filter}: {}", answer.text);
        }
    }

    /// The history of a subject is the part of the ledger that touched it; as of an older revision it ends there.
    async fn a_history_counts_what_it_lists(app: &TestApp) {
        let before = app.study("data-manager", "revision").await["revision"].clone();
        one_more_assessment(app, 4).await;
        one_more_assessment(app, 4).await;
        let code = &app.world.subjects[4].code;
        for (name, at, history, ledger) in [
            ("data-manager", "", 3, 3),
            ("coordinator-bj02", "", 3, 3),
            ("data-manager", ", asOf: {revision: BEFORE}", 1, 1),
        ] {
            let at = at.replace("BEFORE", &before.to_string());
            let document = format!(
                "{{ study(code: \"NK510\"{at}) {{ revision ledger {{ totalCount }}
                    mine: ledger(filter: {{subject: \"{code}\"}}) {{ totalCount }}
                    subject(code: \"{code}\") {{
                        history {{ totalCount nodes {{ revision }} }}
                        visits: history(filter: {{kinds: [\"visit\"], commands: [\"addSite\"]}}) {{ totalCount }}
                        none: history(filter: {{subject: \"SH01-001\"}}) {{ totalCount }} }} }} }}"
            );
            let answer = app.as_(name).ask(&document).await;
            let (study, subject) = (answer.one(), &answer.one()["subject"]);
            assert_eq!(subject["history"]["totalCount"], history, "{name}: {}", answer.text);
            assert_eq!(subject["history"]["nodes"].as_array().unwrap().len(), history);
            assert_eq!((&subject["visits"]["totalCount"], &subject["none"]["totalCount"]), (&json!(history), &json!(0)));
            assert_eq!(study["mine"]["totalCount"], ledger);
            if name == "data-manager" {
                assert_eq!(study["ledger"]["totalCount"], study["revision"], "a sponsor lists every entry");
            }
        }
    }
}
