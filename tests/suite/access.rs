//! The access matrix over the wire: every root field by every role. A new one without a row fails here.

use crate::everything::Schema;
use policy::{Act, Role, may};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use tests::both;
use tests::world::people;

/// What a root field of the query answers to somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sees {
    /// Something.
    There,
    /// Null, or nothing in it.
    Nothing,
}
use Sees::{Nothing as N, There as Y};

/// Root fields of the query by who asks; columns as in `policy::rules`, and the stranger last.
#[rustfmt::skip]
const QUERIES: [(&str, [Sees; 14]); 5] = [
    //            sponsor          site     board  others   nobody's
    //            MM DM ST MO PV   PI CR PH MB IS  AD HC AU  stranger
    ("viewer",  [ Y, Y, Y, Y, Y,   Y, Y, Y, Y, Y,  Y, Y, Y,  Y ]),
    // The study's own id, as the asker reads it; the stranger names the one that others read.
    ("node",    [ Y, Y, Y, Y, Y,   Y, Y, Y, Y, Y,  Y, Y, Y,  N ]),
    ("nodes",   [ Y, Y, Y, Y, Y,   Y, Y, Y, Y, Y,  Y, Y, Y,  N ]),
    ("studies", [ Y, Y, Y, Y, Y,   Y, Y, Y, Y, Y,  Y, Y, Y,  N ]),
    ("study",   [ Y, Y, Y, Y, Y,   Y, Y, Y, Y, Y,  Y, Y, Y,  N ]),
];

/// Whoever has a token: a user name, the role's column, and the role. Hospital systems have stories of their own.
fn askers() -> Vec<(String, usize, Option<Role>)> {
    let mut all = vec![("administrator".to_owned(), Role::Administrator.column(), Some(Role::Administrator))];
    all.extend(
        people().into_iter().map(|person| (person.name, person.role.map_or(13, Role::column), person.role)),
    );
    all
}

both! {
    /// ACC-01: each root field of the query answers each role as the table says.
    async fn every_root_field_answers_each_role_as_the_table_says(app: &TestApp) {
        let schema = Schema::read(app).await;
        let there: BTreeSet<&str> = schema.names("Query").into_iter().collect();
        let known: BTreeSet<&str> = QUERIES.iter().map(|(name, _)| *name).collect();
        assert_eq!(there, known, "add a row for a new root field to tests/suite/access.rs");

        let plain = app.study("data-manager", "id").await["id"].clone();
        for (name, column, role) in askers() {
            let caller = app.as_(&name);
            let own = caller.ask("{ study(code: \"NK510\") { id } }").await;
            let id = own.one()["id"].as_str().map_or(plain.clone(), |id| json!(id));
            for (field, row) in &QUERIES {
                let (document, variables) = match *field {
                    "viewer" => ("{ viewer { name } }", json!({})),
                    "node" => ("query($id: ID!) { node(id: $id) { id } }", json!({ "id": id })),
                    "nodes" => ("query($id: ID!) { nodes(ids: [$id]) { id } }", json!({ "id": id })),
                    "studies" => ("{ studies { nodes { code } } }", json!({})),
                    _ => ("{ study(code: \"NK510\") { code } }", json!({})),
                };
                let answer = caller.query(document, variables).await;
                let shown = !matches!(answer.one(), Value::Null)
                    && answer.one() != &json!([null])
                    && answer.one() != &json!({ "nodes": [] });
                let sees = if shown { Y } else { N };
                assert_eq!(sees, row[column], "{field} for {name} ({role:?}): {}", answer.text);
            }
        }
    }

    /// `viewer.acts` is the row of the matrix.
    async fn the_viewer_is_told_the_acts_of_the_matrix(app: &TestApp) {
        for (name, _, role) in askers() {
            let answer = app.as_(&name).ask("{ viewer { acts } }").await;
            let told: BTreeSet<String> = serde_json::from_value(answer.one()["acts"].clone()).unwrap();
            let may_do = Act::ALL.iter().filter(|act| role.is_some_and(|role| may(role, **act)));
            assert_eq!(told, may_do.map(|act| act.as_str().to_owned()).collect(), "{name}");
        }
    }

    /// ACC-07: an administrator reads the registry and nothing of any subject.
    async fn an_administrator_reads_nothing_clinical(app: &TestApp) {
        let schema = Schema::read(app).await;
        let document = format!("{{ study(code: \"NK510\") {{ {} }} }}", schema.selection("Study", 5, &["Protocol.document"]));
        let answer = app.as_("administrator").ask(&document).await;
        assert_eq!(answer.one()["subjects"], Value::Null);
        assert_eq!(answer.one()["cohorts"], Value::Null);
        for subject in &app.world.subjects {
            for text in [&subject.code, &subject.initials, &subject.hospital_number] {
                assert!(!answer.mentions(text.as_str()), "reads {text}");
            }
        }
    }

    /// ACC-09: a grant that ended is gone on the next request.
    async fn an_ended_grant_is_gone_on_the_next_request(app: &TestApp) {
        let coordinator = app.as_("coordinator-sh01");
        let document = "{ study(code: \"NK510\") { code } }";
        assert_eq!(coordinator.ask(document).await.one()["code"], "NK510");
        let end = portal::command::EndMembership {
            membership: app.world.memberships["coordinator-sh01"],
            reason: "The delegation ended.".to_owned(),
        };
        let call = tests::world::by("administrator");
        tests::world::accepted(app.server.store().decide_portal(Box::new(end), call).await.unwrap());
        assert_eq!(coordinator.ask(document).await.one(), &Value::Null);
        assert_eq!(coordinator.ask("{ viewer { memberships { role } } }").await.one()["memberships"], json!([]));
    }
}
