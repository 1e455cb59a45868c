//! The published schema: its text is in the repository, and every field in it says to which data group it belongs.

use crate::everything::Schema;
use tests::both;
use trialgraph::graphql::root::{Mutation, Query, Subscription};

/// `api/schema.graphql` is the schema that the server has. `TRIALGRAPH_BLESS=1` writes it anew.
#[test]
#[allow(clippy::disallowed_methods)] // What is asked of the tests comes by the environment.
fn the_published_schema_is_the_servers() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../api/schema.graphql");
    let sdl = trialgraph::graphql::sdl();
    if std::env::var("TRIALGRAPH_BLESS").is_ok() {
        std::fs::write(path, &sdl).unwrap();
    }
    let published = std::fs::read_to_string(path).unwrap_or_default();
    let differing = published.lines().zip(sdl.lines()).position(|(one, other)| one != other);
    assert!(
        published == sdl,
        "api/schema.graphql is not the server's schema (first differing line: {differing:?}); look at the change and \
         run this test with TRIALGRAPH_BLESS=1"
    );
}

/// Every field of every type names its data group where it is declared.
#[test]
fn every_field_names_its_data_group() {
    let registry = objects::audit::registry::<Query, Mutation, Subscription>();
    assert!(registry.types.len() > 50, "the registry holds the schema");
    assert_eq!(objects::audit::untagged_fields(&registry), Vec::<String>::new());
    assert_eq!(objects::audit::unlisted_members(&registry), Vec::<String>::new());
    assert_eq!(objects::audit::uncounted_costs(&registry), Vec::<String>::new());
    assert_eq!(objects::audit::uncounted_pages(&registry), Vec::<String>::new());
}

both! {
    /// The schema holds what its sketch promised: the seven outcome measures on the study and on the subject.
    async fn the_outcome_measures_are_in_the_schema(app: &TestApp) {
        let schema = Schema::read(app).await;
        for (ty, fields) in [
            ("Query", &["viewer", "node", "nodes", "studies", "study"][..]),
            ("Study", &["head", "protocol", "sites", "cohorts", "subjects", "subject", "outcomes", "escalation",
                "safety", "dsmb", "ledger", "changes"]),
            ("Subject", &["identity", "eligibility", "visits", "assessments", "autoantibodyPanels", "labResults",
                "doses", "medications", "adverseEvents", "intercurrentEvents", "protocolDeviations", "sledai", "bilag", "sledaiChange",
                "autoantibodyChange", "sri", "bicla", "lldas", "doris", "timeInLldas", "timeInDoris", "dlt", "hysLaw",
                "populations", "prednisoneEquivalent", "history"]),
            ("StudyOutcomes", &["sri", "bicla", "lldas", "doris", "dltRate", "treatmentEmergentEvents",
                "treatmentRelatedEvents", "lymphodepletionEvents", "sledaiChange", "autoantibodyChange"]),
            ("LabResult", &["ctcaeGrade"]),
            ("Incidence", &["byGrade", "atLeast", "incidenceRate", "eventRate"]),
            ("Safety", &["evaluations"]),
            ("Subscription", &["studyEvents"]),
        ] {
            let names = schema.names(ty);
            for field in fields {
                assert!(names.contains(field), "{ty}.{field} is missing");
            }
        }
    }

    /// A page costs by how many are asked for: each list that has `first` costs more with a larger one.
    async fn a_page_costs_by_its_size(app: &TestApp) {
        let of_study = "{ study(code: \"NK510\") { ";
        let of_subject = "{ study(code: \"NK510\") { subject(code: \"SH01-001\") { ";
        let schema = Schema::read(app).await;
        for (ty, outer, ends) in [("Query", "{ ", " }"), ("Study", of_study, " } }"), ("Subject", of_subject, " } } }")] {
            let paged = schema.fields(ty).into_iter().filter(|field| {
                field["args"].as_array().unwrap().iter().any(|argument| argument["name"] == "first")
            });
            let mut seen = 0;
            for field in paged {
                let name = field["name"].as_str().unwrap();
                let from = if name == "changes" { "from: 1, " } else { "" };
                let cost = async |first: usize| {
                    let document = format!("{outer}{name}({from}first: {first}) {{ nodes {{ __typename }} }}{ends}");
                    let answer = app.as_("data-manager").ask(&document).await;
                    let body: serde_json::Value = serde_json::from_str(&answer.text).unwrap();
                    body["extensions"]["cost"]["requested"].as_u64().unwrap_or_else(|| panic!("{document}: {body}"))
                };
                // `nodes` of each item; type names cost nothing.
                assert_eq!(cost(90).await - cost(10).await, 80, "{ty}.{name}");
                seen += 1;
            }
            assert!(seen > 0, "{ty} has no pages");
        }
    }

    /// Everything can be asked for in one breath, by somebody who may see it, without an error.
    async fn everything_can_be_asked_for(app: &TestApp) {
        let schema = Schema::read(app).await;
        let selection = schema.selection("Study", 5, &[]);
        let document = format!("{{ study(code: \"NK510\") {{ {selection} }} }}");
        for name in ["data-manager", "investigator-sh01", "auditor", "dsmb-statistician"] {
            let answer = app.as_(name).ask(&document).await;
            assert_eq!(answer.one()["code"], "NK510", "{name}");
        }
    }
}
