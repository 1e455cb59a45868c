//! Where the library deviates from the GraphQL specification, ours is asserted by hand: failures travel to the
//! nearest nullable position, an empty selection is an empty object, conflicts are refused. And what the
//! specification does not know: masks and budgets, through both entrances.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::garden::group::DataGroup;
use async_graphql::futures_util::FutureExt;
use async_graphql::{
    EmptyMutation, EmptySubscription, Error, Object, Request, Response, Schema, SimpleObject, Union,
};
use objects::{
    Budget, BudgetError, Cx, Date, Gate, Limit, Mode, Now, Permissions, Permit, Rights, Stated, object,
};
use serde_json::json;

/// How often a closed field's method ran.
static RAN: AtomicU32 = AtomicU32::new(0);

struct Amount(Option<i32>);

impl Stated for Amount {
    fn masked() -> Self {
        Amount(None)
    }
}

/// An amount that may be kept from the viewer.
#[object(name = "Amount", stated, gate = open)]
impl Amount {
    /// PRESENT or MASKED.
    #[group(Structure)]
    fn state(&self) -> &'static str {
        if self.0.is_some() { "PRESENT" } else { "MASKED" }
    }

    /// The kilograms.
    #[group(Structure)]
    fn kilograms(&self) -> Option<i32> {
        self.0
    }
}

#[derive(Clone)]
struct Tree {
    number: i32,
    mine: bool,
}

impl Gate<DataGroup> for Tree {
    fn permits(&self, group: DataGroup) -> Permit {
        assert_eq!(group, DataGroup::Harvest, "open groups are not asked for");
        if self.mine { Permit::Allowed } else { Permit::Masked }
    }
}

/// A tree with its own gate.
#[object(name = "Tree")]
impl Tree {
    /// The number.
    #[group(Structure)]
    fn number(&self) -> i32 {
        self.number
    }

    /// Fails for the second tree.
    #[group(Structure)]
    fn hard(&self) -> Result<i32, Error> {
        if self.number == 2 { Err(Error::new("hard")) } else { Ok(self.number) }
    }

    /// Fails for the second tree, and may be null.
    #[group(Structure)]
    fn soft(&self) -> Result<Option<i32>, Error> {
        self.hard().map(Some)
    }

    /// Its rings.
    #[group(Structure)]
    fn rings(&self) -> [i32; 2] {
        [1, 2]
    }

    /// Not a number.
    #[group(Structure)]
    fn ratio(&self) -> f64 {
        f64::NAN
    }

    /// What it bore.
    #[group(Harvest)]
    fn bore(&self, day: Option<Date>) -> Amount {
        RAN.fetch_add(1, Ordering::SeqCst);
        Amount(Some(if day.is_some() { 0 } else { 40 }))
    }

    /// The picker.
    #[group(Harvest)]
    fn picker(&self) -> Option<String> {
        RAN.fetch_add(1, Ordering::SeqCst);
        Some("Ada".to_owned())
    }

    /// The crates, by size.
    #[group(Harvest)]
    fn crates(&self) -> Option<Vec<i32>> {
        RAN.fetch_add(1, Ordering::SeqCst);
        Some(vec![])
    }
}

struct Crate {
    tree: Tree,
}

/// A crate, which asks its tree's gate.
#[object(name = "Crate", gate = "tree")]
impl Crate {
    /// The weight.
    #[group(Harvest)]
    fn weight(&self) -> Option<i32> {
        Some(self.tree.number)
    }
}

struct Shed;

/// A shed, which asks the request's rights.
#[object(name = "Shed", gate = request)]
impl Shed {
    /// Its keeper.
    #[group(Harvest)]
    fn keeper(&self, cx: &Cx<'_>) -> Option<String> {
        Some(cx.data::<String>().cloned().unwrap_or_default())
    }
}

struct Orchard;

fn trees() -> Vec<Tree> {
    vec![Tree { number: 1, mine: true }, Tree { number: 2, mine: false }, Tree { number: 3, mine: true }]
}

/// Trees in every kind of list.
#[object(name = "Orchard", gate = open)]
impl Orchard {
    /// The name.
    #[group(Structure)]
    fn name(&self) -> &str {
        "south"
    }
    /// `[Tree!]!`
    #[group(Structure)]
    fn strict(&self) -> Vec<Tree> {
        trees()
    }
    /// `[Tree!]`
    #[group(Structure)]
    fn nullable(&self) -> Option<Vec<Tree>> {
        Some(trees())
    }
    /// `[Tree]!`
    #[group(Structure)]
    fn holed(&self) -> Vec<Option<Tree>> {
        trees().into_iter().map(Some).collect()
    }
    /// `[[Tree!]]!`
    #[group(Structure)]
    fn rows(&self) -> Vec<Option<Vec<Tree>>> {
        vec![Some(vec![trees().remove(0)]), Some(trees())]
    }
    /// One that fails at once.
    #[group(Structure)]
    fn broken(&self) -> Option<Result<Tree, Error>> {
        Some(Err(objects::run::coded("CONFLICT", "broken")))
    }
    /// The crates.
    #[group(Structure)]
    fn crates(&self) -> Vec<Crate> {
        trees().into_iter().map(|tree| Crate { tree }).collect()
    }
    /// The shed.
    #[group(Structure)]
    fn shed(&self) -> Shed {
        Shed
    }
    /// Itself.
    #[group(Structure)]
    fn again(&self) -> Option<Orchard> {
        Some(Orchard)
    }
}

/// A union of the library's, which asks our objects field by field.
#[derive(Union)]
enum Stock {
    Tree(Tree),
    Shed(Shed),
}

/// An object of the library's that holds ours without `Now`.
#[derive(SimpleObject)]
struct Holder {
    tree: Tree,
    mixed: Vec<Stock>,
}

struct Query;

#[Object]
impl Query {
    async fn orchard(&self) -> Option<async_graphql::Result<Now<Orchard>>> {
        Some(Ok(Now(Orchard)))
    }
    async fn holder(&self) -> Holder {
        let [first, second, _] = trees().try_into().unwrap_or_else(|_| panic!("three"));
        Holder {
            tree: second.clone(),
            mixed: vec![Stock::Tree(first), Stock::Tree(second), Stock::Shed(Shed)],
        }
    }
}

fn run(request: Request) -> Response {
    let schema = Schema::new(Query, EmptyMutation, EmptySubscription);
    schema.execute(request).now_or_never().expect("nothing waits")
}

fn written(response: &Response) -> serde_json::Value {
    let mut bytes = Vec::new();
    objects::response::write(response, &mut bytes).expect("is JSON");
    serde_json::from_slice(&bytes).expect("is JSON")
}

/// Asks in both modes and checks data and errors `(message, path)`.
fn check(document: &str, data: serde_json::Value, errors: &[(&str, serde_json::Value)]) {
    for mode in [Mode::Value, Mode::Bytes] {
        let answer = written(&run(Request::new(document).data(mode)));
        assert_eq!(answer["data"], data, "{mode:?} {document}");
        let got: Vec<_> = answer["errors"].as_array().into_iter().flatten().collect();
        let got: Vec<_> = got
            .iter()
            .map(|error| (error["message"].as_str().unwrap_or(""), error["path"].clone()))
            .collect();
        assert_eq!(got, errors, "{mode:?} {document}");
    }
}

#[test]
fn a_failure_stops_at_the_nearest_nullable_position() {
    check(
        "{ orchard { name nullable { number hard } } }",
        json!({ "orchard": { "name": "south", "nullable": null } }),
        &[("hard", json!(["orchard", "nullable", 1, "hard"]))],
    );
    check(
        "{ orchard { holed { h: hard number } } }",
        json!({ "orchard": { "holed": [{ "h": 1, "number": 1 }, null, { "h": 3, "number": 3 }] } }),
        &[("hard", json!(["orchard", "holed", 1, "h"]))],
    );
    check(
        "{ orchard { rows { hard } name } }",
        json!({ "orchard": { "rows": [[{ "hard": 1 }], null], "name": "south" } }),
        &[("hard", json!(["orchard", "rows", 1, 1, "hard"]))],
    );
    check(
        "{ orchard { strict { number soft } } }",
        json!({ "orchard": { "strict": [
            { "number": 1, "soft": 1 }, { "number": 2, "soft": null }, { "number": 3, "soft": 3 }
        ] } }),
        &[("hard", json!(["orchard", "strict", 1, "soft"]))],
    );
}

#[test]
fn a_failure_without_a_nullable_position_reaches_the_root() {
    check(
        "{ orchard { name strict { hard } } }",
        json!({ "orchard": null }),
        &[("hard", json!(["orchard", "strict", 1, "hard"]))],
    );
    check(
        "{ orchard { again { name again { strict { hard } } } } }",
        json!({ "orchard": { "again": { "name": "south", "again": null } } }),
        &[("hard", json!(["orchard", "again", "again", "strict", 1, "hard"]))],
    );
}

#[test]
fn an_error_keeps_its_code() {
    let answer = written(&run(Request::new("{ orchard { broken { number } name } }")));
    assert_eq!(answer["data"], json!({ "orchard": { "broken": null, "name": "south" } }));
    assert_eq!(answer["errors"][0]["extensions"]["code"], "CONFLICT");
    assert_eq!(answer["errors"][0]["locations"], json!([{ "line": 1, "column": 13 }]));
}

#[test]
fn what_is_not_a_number_is_an_error() {
    check(
        "{ orchard { holed { ratio } } }",
        json!({ "orchard": { "holed": [null, null, null] } }),
        &[0, 1, 2].map(|at| ("The value is not a finite number.", json!(["orchard", "holed", at, "ratio"]))),
    );
}

#[test]
fn an_empty_selection_is_an_empty_object() {
    check("{ orchard { name @skip(if: true) } }", json!({ "orchard": {} }), &[]);
    check(
        "{ orchard { shed { ... @include(if: false) { keeper } } name } }",
        json!({ "orchard": { "shed": {}, "name": "south" } }),
        &[],
    );
}

#[test]
fn a_conflict_that_validation_lets_through_is_refused() {
    let message = "Fields \"x\" conflict: use different aliases to fetch both.";
    check(
        "{ orchard { again { x: name ... on Orchard { x: __typename } } } }",
        json!({ "orchard": { "again": null } }),
        &[(message, json!(["orchard", "again", "x"]))],
    );
}

#[test]
fn a_bad_argument_is_reported_in_each_row_with_path_and_code() {
    let document = "{ orchard { holed { bore(day: \"2026-1-1\") { state } } } }";
    let answer = written(&run(Request::new(document)));
    assert_eq!(answer["data"], json!({ "orchard": { "holed": [null, null, null] } }));
    assert_eq!(answer["errors"].as_array().unwrap().len(), 3);
    assert_eq!(answer["errors"][2]["path"], json!(["orchard", "holed", 2, "bore"]));
    assert_eq!(answer["errors"][2]["extensions"]["code"], "BAD_USER_INPUT");
}

struct Only(DataGroup);

impl Permissions for Only {
    fn allows(&self, group: u16) -> bool {
        group == self.0 as u16
    }
}

/// One test, for it counts how often methods ran.
#[test]
fn a_masked_field_reads_null_or_its_state_and_its_method_does_not_run() {
    let document = "{ orchard { strict { number bore { state kilograms } picker crates } } }";
    let mine = |number: i32| json!({ "number": number, "bore": { "state": "PRESENT", "kilograms": 40 }, "picker": "Ada", "crates": [] });
    let theirs = json!({ "number": 2, "bore": { "state": "MASKED", "kilograms": null }, "picker": null, "crates": null });
    RAN.store(0, Ordering::SeqCst);
    check(document, json!({ "orchard": { "strict": [mine(1), theirs, mine(3)] } }), &[]);
    assert_eq!(RAN.load(Ordering::SeqCst), 12, "two modes, two trees, three fields");

    // The second entrance: the library's union asks field by field, its own object by `resolve`.
    let document = "{ holder { tree { number bore { state } } mixed { ... on Tree { number picker } ... on Shed { keeper } } } }";
    let data = json!({ "holder": {
        "tree": { "number": 2, "bore": { "state": "MASKED" } },
        "mixed": [{ "number": 1, "picker": "Ada" }, { "number": 2, "picker": null }, { "keeper": null }],
    } });
    check(document, data, &[]);

    check(
        "{ orchard { crates { weight } } }",
        json!({ "orchard": { "crates": [{ "weight": 1 }, { "weight": null }, { "weight": 3 }] } }),
        &[],
    );
}

#[test]
fn the_request_s_rights_are_asked_through_both_entrances_and_none_means_masked() {
    let document = "{ orchard { shed { keeper } } holder { mixed { ... on Shed { keeper } } } }";
    let ask = |rights: Option<DataGroup>| {
        let request = Request::new(document).data(Mode::Bytes).data("Bo".to_owned());
        let request = match rights {
            Some(group) => request.data(Rights(Arc::new(Only(group)))),
            None => request,
        };
        let answer = written(&run(request));
        assert!(answer["errors"].is_null());
        (
            answer["data"]["orchard"]["shed"]["keeper"].clone(),
            answer["data"]["holder"]["mixed"][2]["keeper"].clone(),
        )
    };
    assert_eq!(ask(None), (json!(null), json!(null)));
    assert_eq!(ask(Some(DataGroup::Structure)), (json!(null), json!(null)));
    assert_eq!(ask(Some(DataGroup::Harvest)), (json!("Bo"), json!("Bo")));
}

#[derive(Default)]
struct Upto {
    most: u32,
    asked: AtomicU32,
}

impl Budget for Upto {
    fn item(&self) -> Result<(), BudgetError> {
        if self.asked.fetch_add(1, Ordering::SeqCst) < self.most {
            return Ok(());
        }
        Err(BudgetError { code: "COST_EXCEEDED", message: "spent".to_owned() })
    }
}

fn within(most: u32, document: &str, mode: Mode) -> (serde_json::Value, u32) {
    let budget = Arc::new(Upto { most, ..Upto::default() });
    let answer = written(&run(Request::new(document).data(mode).data(Limit(budget.clone()))));
    (answer, budget.asked.load(Ordering::SeqCst))
}

#[test]
fn a_spent_budget_ends_the_answer_at_the_item() {
    for mode in [Mode::Value, Mode::Bytes] {
        let document = "{ orchard { name again { nullable { number } } } }";
        let (answer, asked) = within(3, document, mode);
        assert_eq!((asked, &answer["errors"]), (3, &json!(null)));
        let (answer, _) = within(2, document, mode);
        assert_eq!(answer["data"], json!({ "orchard": null }), "no nullable position keeps an aborted part");
        assert_eq!(answer["errors"][0]["extensions"]["code"], "COST_EXCEEDED");
        assert_eq!(answer["errors"][0]["path"], json!(["orchard", "again", "nullable", 2]));
        assert_eq!(answer["errors"].as_array().unwrap().len(), 1);
    }
}

#[test]
fn the_budget_is_asked_between_many_fields_and_through_the_second_entrance() {
    let fields: String = (0..130).map(|at| format!("f{at}: name ")).collect();
    let (_, asked) = within(10, &format!("{{ orchard {{ {fields} }} }}"), Mode::Bytes);
    assert_eq!(asked, 2, "at the 64th field and at the 128th");
    // Two trees whose list the library's union asks for itself.
    let document = "{ holder { mixed { ... on Tree { rings } } } }";
    let (answer, asked) = within(4, document, Mode::Value);
    assert_eq!((asked, &answer["errors"]), (4, &json!(null)));
    let (answer, _) = within(3, document, Mode::Value);
    assert_eq!(answer["errors"][0]["path"], json!(["holder", "mixed", 1, "rings", 1]));
    assert_eq!(answer["errors"][0]["extensions"]["code"], "COST_EXCEEDED");
}
