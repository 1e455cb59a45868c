//! Around the objects: preparing requests, writing responses, auditing a schema, subscriptions, generic types
//! and costs.

use crate::garden::group::DataGroup;
use crate::garden::{answer, at_once, ours, stock, text};
use async_graphql::futures_util::StreamExt;
use async_graphql::parser::parse_query;
use async_graphql::{
    EmptyMutation, EmptySubscription, ID, InputObject, MaybeUndefined, Object, Request, Schema, Variables,
};
use objects::{Mode, Now, Out, object};
use serde_json::json;

// Preparing.

#[test]
fn a_required_variable_without_a_value_is_refused_before_execution() {
    let prepare = |document: &str, variables: serde_json::Value| {
        let mut parsed = parse_query(document).unwrap();
        objects::prepare::complete(&mut parsed, None, &mut Variables::from_json(variables))
    };
    let document = "query($n: Int!, $s: String! = \"x\") { garden { trees(first: $n) { name } } }";
    for variables in [json!({}), json!({ "n": null }), json!({ "n": 1, "s": null })] {
        let errors = prepare(document, variables).unwrap_err();
        assert_eq!(errors.len(), 1);
        assert_eq!(errors[0].extensions.as_ref().unwrap().get("code"), Some(&"BAD_USER_INPUT".into()));
    }
    assert!(prepare(document, json!({ "n": 1 })).is_ok());
}

#[test]
fn only_the_operation_that_runs_is_completed() {
    let document = "query A($n: Int = 1) { garden { trees(first: $n) { name } } } query B($m: Int!) { garden { trees(first: $m) { name } } }";
    let mut parsed = parse_query(document).unwrap();
    let mut variables = Variables::default();
    objects::prepare::complete(&mut parsed, Some("A"), &mut variables).unwrap();
    assert_eq!(variables.len(), 1);
    assert!(objects::prepare::complete(&mut parsed, Some("B"), &mut Variables::default()).is_err());
    assert!(
        objects::prepare::complete(&mut parsed, None, &mut Variables::default()).is_ok(),
        "execution reports it"
    );
}

#[derive(InputObject)]
struct Change {
    note: MaybeUndefined<String>,
    tags: Option<Vec<Option<String>>>,
}

struct Changes;

#[Object]
impl Changes {
    async fn change(&self, input: Change, #[graphql(default = 7)] number: Option<i32>) -> String {
        let note = match input.note {
            MaybeUndefined::Undefined => "keep".to_owned(),
            MaybeUndefined::Null => "clear".to_owned(),
            MaybeUndefined::Value(note) => note,
        };
        format!("{note} {:?} {number:?}", input.tags)
    }
}

#[test]
fn a_variable_left_out_is_a_field_left_out() {
    let schema = Schema::new(Changes, EmptyMutation, EmptySubscription);
    let document = "query($note: String, $number: Int, $tag: String) { change(input: { note: $note, tags: [$tag] }, number: $number) }";
    let ask = |variables: serde_json::Value| text(&answer!(schema, document, variables, Mode::Value));
    assert_eq!(ask(json!({})), r#"{"data":{"change":"keep Some([None]) Some(7)"}}"#);
    assert_eq!(
        ask(json!({ "note": null, "number": null, "tag": null })),
        r#"{"data":{"change":"clear Some([None]) None"}}"#
    );
    assert_eq!(
        ask(json!({ "note": "new", "number": 1, "tag": "t" })),
        r#"{"data":{"change":"new Some([Some(\"t\")]) Some(1)"}}"#
    );
    // Without the preparation a left-out note would clear the old one.
    let bare = at_once(schema.execute(Request::new(document)));
    assert_eq!(text(&bare), r#"{"data":{"change":"clear Some([None]) None"}}"#);
}

#[test]
fn an_unused_variable_is_still_refused() {
    let response = answer!(ours::schema(), "query($unused: Int) { garden { id } }", json!({}), Mode::Bytes);
    assert!(response.errors[0].message.contains("not used"), "{:?}", response.errors);
}

#[test]
fn the_expanded_size_counts_what_fragments_write_out() {
    let size = |document: &str| objects::prepare::expanded_size(&parse_query(document).unwrap());
    assert_eq!(size("{ garden { id name ... { area } } }"), 4);
    assert_eq!(size("{ garden { ...F ...F } } fragment F on Garden { id name }"), 5);
    let mut bomb = "{ garden { ...F0 } }".to_owned();
    for at in 0..80 {
        bomb += &format!(" fragment F{at} on Garden {{ ...F{next} ...F{next} }}", next = at + 1);
    }
    bomb += " fragment F80 on Garden { id }";
    assert_eq!(size(&bomb), u64::MAX);
    assert!(size("{ garden { ...A } } fragment A on Garden { id ...B } fragment B on Garden { ...A }") < 10);
}

#[test]
fn a_plan_enters_a_fragment_once() {
    // Validation needs 2^14 steps for this, the plan fifteen.
    let mut document = "{ garden { ...F0 } }".to_owned();
    for at in 0..14 {
        document += &format!(" fragment F{at} on Garden {{ ...F{next} ...F{next} }}", next = at + 1);
    }
    document += " fragment F14 on Garden { id }";
    let response = answer!(ours::schema(), &document, json!({}), Mode::Bytes);
    assert_eq!(text(&response), r#"{"data":{"garden":{"id":"garden"}}}"#);
}

// Writing.

#[test]
fn values_are_the_default_and_read_as_serde_writes_them() {
    let document = "{ garden { name code area grid trees(first: 3) { kind label(fail: true) } } visit { number garden { id } } }";
    let plain = at_once(ours::schema().execute(document));
    let serde = serde_json::to_string(&plain).unwrap();
    assert_eq!(text(&plain), serde);
    assert_eq!(text(&answer!(ours::schema(), document, json!({}), Mode::Bytes)), serde);
    let refused = at_once(ours::schema().execute("{ nope }"));
    let mut bytes = Vec::new();
    objects::response::write_refused(&refused, &mut bytes).unwrap();
    let refused: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
    assert_eq!(refused.as_object().unwrap().keys().collect::<Vec<_>>(), ["errors"]);
}

// Subscriptions.

#[test]
fn a_subscription_streams_our_objects() {
    let schema = Schema::new(ours::Query, EmptyMutation, ours::Events);
    let request = Request::new("subscription { seen { name label(fail: true) } }").data(Mode::Bytes);
    let events: Vec<_> = at_once(schema.execute_stream(request).collect());
    let events: Vec<_> = events.iter().map(text).collect();
    assert_eq!(events.len(), 3);
    let first: serde_json::Value = serde_json::from_str(&events[0]).unwrap();
    assert_eq!(first["data"], json!({ "seen": { "name": "yew", "label": null } }));
    assert_eq!(first["errors"][0]["path"], json!(["seen", "label"]));
}

// Generic types.

struct Edge<T> {
    cursor: usize,
    node: T,
}

/// A place in a list.
#[object(name = format!("{}Edge", T::type_name()), gate = open)]
impl<T: Out> Edge<T> {
    /// The place.
    #[group(Structure)]
    fn cursor(&self) -> ID {
        self.cursor.into()
    }
    /// What stands there.
    #[group(Structure)]
    fn node(&self) -> &T {
        &self.node
    }
}

struct Connection<T> {
    edges: Vec<Edge<T>>,
}

/// A page of a list.
#[object(name = format!("{}Connection", T::type_name()), gate = open)]
impl<T: Out> Connection<T> {
    /// The places of the page.
    #[group(Structure)]
    fn edges(&self) -> &[Edge<T>] {
        &self.edges
    }
    /// The things themselves.
    #[group(Structure)]
    fn nodes(&self) -> Vec<&T> {
        self.edges.iter().map(|edge| &edge.node).collect()
    }
    /// How many there are.
    #[group(Structure)]
    fn total_count(&self) -> u16 {
        u16::try_from(self.edges.len()).unwrap_or(u16::MAX)
    }
}

struct Word<'w>(&'w str);

/// A word of a text that lives as long as its book, so its plan must not depend on that life.
#[object(name = "Word", gate = open)]
impl<'w> Word<'w> {
    /// The word.
    #[group(Structure)]
    fn text(&self) -> &'w str {
        self.0
    }
    /// Its letters, each a word.
    #[group(Structure)]
    fn letters(&self) -> Connection<Word<'w>> {
        let letters = self.0.char_indices().map(|(at, letter)| &self.0[at..at + letter.len_utf8()]);
        Connection {
            edges: letters.enumerate().map(|(cursor, text)| Edge { cursor, node: Word(text) }).collect(),
        }
    }
}

struct Library;

#[Object]
impl Library {
    async fn word(&self) -> Option<async_graphql::Result<Now<Word<'static>>>> {
        Some(Ok(Now(Word("oak"))))
    }
}

#[test]
fn a_generic_type_holds_views_with_a_lifetime() {
    let schema = Schema::new(Library, EmptyMutation, EmptySubscription);
    let document = "{ word { letters { totalCount edges { cursor node { text } } nodes { letters { nodes { text __typename } } } } } }";
    let response = answer!(schema, document, json!({}), Mode::Bytes);
    let letters =
        |letter: &str| json!({ "letters": { "nodes": [{ "text": letter, "__typename": "Word" }] } });
    let answer: serde_json::Value = serde_json::from_str(&text(&response)).unwrap();
    assert_eq!(
        answer["data"]["word"]["letters"],
        json!({
            "totalCount": 3,
            "edges": [
                { "cursor": "0", "node": { "text": "o" } },
                { "cursor": "1", "node": { "text": "a" } },
                { "cursor": "2", "node": { "text": "k" } },
            ],
            "nodes": [letters("o"), letters("a"), letters("k")],
        })
    );
    assert!(schema.sdl().contains("type WordConnection {"));
    assert!(schema.sdl().contains("edges: [WordEdge!]!"));
}

// Costs.

#[test]
fn a_list_costs_its_length_times_its_children() {
    let schema =
        |limit| Schema::build(ours::Query, EmptyMutation, EmptySubscription).limit_complexity(limit).finish();
    // garden 1 + trees (1 + n * 2)
    for (arguments, cost) in [("", 6), ("(first: 10)", 22), ("(first: null)", 6)] {
        let document = format!("{{ garden {{ trees{arguments} {{ id name }} }} }}");
        assert!(at_once(schema(cost).execute(&document)).is_ok(), "{document}");
        assert!(at_once(schema(cost - 1).execute(&document)).is_err(), "{document}");
    }
    let left_out = "query($n: Int) { garden { trees(first: $n) { id name } } }";
    assert!(at_once(schema(6).execute(left_out)).is_ok());
    assert!(at_once(schema(5).execute(left_out)).is_err());
}

// Auditing.

#[test]
fn the_audit_finds_exactly_the_fields_without_a_group() {
    let ours = objects::audit::registry::<ours::Query, EmptyMutation, EmptySubscription>();
    let mut untagged = objects::audit::untagged_fields(&ours);
    untagged.sort();
    assert_eq!(untagged, ["Query.garden", "Query.plants", "Query.visit", "Visit.garden", "Visit.number"]);
    assert!(objects::audit::unlisted_members(&ours).is_empty());
    assert!(objects::audit::uncounted_costs(&ours).is_empty());
    let stock = objects::audit::registry::<stock::Query, EmptyMutation, EmptySubscription>();
    assert!(objects::audit::untagged_fields(&stock).contains(&"Tree.height".to_owned()));
}

#[test]
fn each_type_has_its_table_of_groups() {
    use objects::Object;
    let table = ours::Flower::TYPE_FIELDS;
    assert_eq!(
        table,
        [
            ("id", DataGroup::Structure),
            ("name", DataGroup::Structure),
            ("height", DataGroup::Structure),
            ("colour", DataGroup::Structure)
        ]
    );
}

/// Says that it implements an interface that does not list it.
struct Stray;

/// A stray.
#[object(name = "Stray", implements("Named", "Plant"), gate = request)]
impl Stray {
    /// Costly, and closed.
    #[group(Harvest)]
    #[complexity(5 + child_complexity)]
    fn name(&self) -> Option<String> {
        None
    }
}

/// Has a name.
#[objects::interface(name = "Named", fields("name"))]
enum Named {
    Stray(Stray),
}

struct Strays;

#[Object]
impl Strays {
    async fn stray(&self) -> Option<Now<Named>> {
        Some(Now(Named::Stray(Stray)))
    }
}

#[test]
fn the_audit_finds_strays_and_costs_on_interfaces() {
    let registry = objects::audit::registry::<Strays, EmptyMutation, EmptySubscription>();
    assert_eq!(objects::audit::unlisted_members(&registry), ["Stray: Plant"]);
    assert_eq!(objects::audit::uncounted_costs(&registry), ["Named.name"]);
    let schema = Schema::new(Strays, EmptyMutation, EmptySubscription);
    assert_eq!(text(&at_once(schema.execute("{ stray { name } }"))), r#"{"data":{"stray":{"name":null}}}"#);
}
