//! Synchronous GraphQL objects: registration and resolution from one declaration.
//!
//! A type whose data is in memory needs no future per field. [`object`] on a plain `impl` block declares the
//! type once; each query field is planned once (selection, arguments), and rows are then written straight as
//! JSON bytes or as the library's `Value`.
//!
//! ```
//! use objects::{Date, Gate, Now, Permit, Stated, object, term};
//!
//! /// What the access rules tell apart.
//! #[derive(Clone, Copy)]
//! pub enum DataGroup { Structure, Harvest }
//! impl DataGroup {
//!     pub const fn is_open(self) -> bool { matches!(self, DataGroup::Structure) }
//! }
//!
//! #[derive(Clone, Copy)]
//! pub enum ValueState { Present, Masked }
//! term! {
//!     /// Whether a value is there.
//!     pub State for ValueState as "State" {
//!         /// It is.
//!         Present = "PRESENT",
//!         /// It is kept from the viewer.
//!         Masked = "MASKED",
//!     }
//! }
//!
//! pub struct Yield { state: ValueState, kilograms: Option<i32> }
//! impl Stated for Yield {
//!     fn masked() -> Self { Yield { state: ValueState::Masked, kilograms: None } }
//! }
//!
//! /// How much a tree bore.
//! #[object(name = "Yield", stated, gate = open)]
//! impl Yield {
//!     /// Whether the amount is there.
//!     #[group(Structure)]
//!     fn state(&self) -> objects::Coded<State> { objects::Coded(self.state) }
//!
//!     /// The amount, in kilograms.
//!     #[group(Structure)]
//!     fn kilograms(&self) -> Option<i32> { self.kilograms }
//! }
//!
//! pub struct Tree<'o> { name: &'o str, mine: bool }
//! impl Gate<DataGroup> for Tree<'_> {
//!     fn permits(&self, _: DataGroup) -> Permit {
//!         if self.mine { Permit::Allowed } else { Permit::Masked }
//!     }
//! }
//!
//! /// A tree of the orchard.
//! #[object(name = "Tree")]
//! impl Tree<'_> {
//!     /// Its name.
//!     #[group(Structure)]
//!     fn name(&self) -> &str { self.name }
//!
//!     /// What it bore in a year, by weight.
//!     #[group(Harvest)]
//!     #[complexity(list = 2)]
//!     fn bore(
//!         &self,
//!         /// The calendar year.
//!         #[default(2026)]
//!         year: i32,
//!         until: Option<Date>,
//!     ) -> Yield {
//!         let kilograms = if year == 2026 && until.is_none() { 40 } else { 0 };
//!         Yield { state: ValueState::Present, kilograms: Some(kilograms) }
//!     }
//! }
//!
//! // A root stays a type of the library, and hands over by `Now`.
//! struct Query;
//! #[async_graphql::Object]
//! impl Query {
//!     async fn trees(&self) -> Option<async_graphql::Result<Now<Vec<Tree<'static>>>>> {
//!         Some(Ok(Now(vec![Tree { name: "oak", mine: true }, Tree { name: "elm", mine: false }])))
//!     }
//! }
//!
//! # use async_graphql::{EmptyMutation, EmptySubscription, Schema};
//! let schema = Schema::new(Query, EmptyMutation, EmptySubscription);
//! let asked = schema.execute("{ trees { name bore { state kilograms } } }");
//! let answer = async_graphql::futures_util::FutureExt::now_or_never(asked).expect("nothing waits");
//! assert_eq!(
//!     answer.data.into_json().expect("is JSON"),
//!     serde_json::json!({ "trees": [
//!         { "name": "oak", "bore": { "state": "PRESENT", "kilograms": 40 } },
//!         { "name": "elm", "bore": { "state": "MASKED", "kilograms": null } },
//!     ] }),
//! );
//! ```
//!
//! # The attribute
//!
//! `#[object(name = "..", group = path::To::Enum, implements("Node"), stated, gate = ..)]`
//!
//! - `name`: a string, or for a generic type an expression: `name = format!("{}Edge", <T as Out>::type_name())`.
//! - `group`: the enum of data groups; `DataGroup` in scope unless named. It implements [`Group`] and has
//!   `pub const fn is_open(self) -> bool`.
//! - `gate`: who answers for closed groups. Left out: the type's own [`Gate`]. `gate = "field"`: the [`Gate`] of
//!   that struct field. `gate = request`: the request's [`Rights`]. `gate = open`: nobody, and every field must be
//!   in an open group.
//! - `stated`: the type implements [`Stated`] and is written masked instead of as null.
//!
//! On a method: `#[group(Variant)]` (mandatory), a doc comment (mandatory), `#[field(name = "..")]`,
//! `#[retired("reason")]`, `#[complexity(expression)]` over the arguments and `child_complexity`,
//! `#[complexity(list = length)]` (a list without either counts as [`plan::LIST`] long), or `#[skip]` if it is no field. On an argument: a doc comment, `#[default]`,
//! `#[default(value)]`, `#[arg(name = "..")]`. A parameter of type `&Cx<'_>` gives access to the request. An
//! argument may be taken by reference (`&str`, `&[T]`), which spares the copy per row.
//!
//! [`interface`] and [`union`] go on an enum whose variants hold one object each:
//! `#[interface(name = "Node", fields("id"))]`, `#[union(name = "SearchHit")]`.
//!
//! # What does not compile
//!
//! A field without a group:
//! ```compile_fail
//! # mod group { include!("../tests/suite/garden/group.rs"); }
//! # use group::DataGroup;
//! pub struct Tree;
//! /// A tree.
//! #[objects::object(name = "Tree", gate = open)]
//! impl Tree {
//!     /// Its name.
//!     fn name(&self) -> &str { "oak" }
//! }
//! ```
//! A field without a description:
//! ```compile_fail
//! # mod group { include!("../tests/suite/garden/group.rs"); }
//! # use group::DataGroup;
//! pub struct Tree;
//! /// A tree.
//! #[objects::object(name = "Tree", gate = open)]
//! impl Tree {
//!     #[group(Structure)]
//!     fn name(&self) -> &str { "oak" }
//! }
//! ```
//! A closed field that could not be masked:
//! ```compile_fail
//! # mod group { include!("../tests/suite/garden/group.rs"); }
//! # use group::DataGroup;
//! pub struct Tree;
//! /// A tree.
//! #[objects::object(name = "Tree", gate = request)]
//! impl Tree {
//!     /// What it bore.
//!     #[group(Harvest)]
//!     fn kilograms(&self) -> i32 { 40 }
//! }
//! ```
//! A closed field of a type without a gate:
//! ```compile_fail
//! # mod group { include!("../tests/suite/garden/group.rs"); }
//! # use group::DataGroup;
//! pub struct Tree;
//! /// A tree.
//! #[objects::object(name = "Tree", gate = open)]
//! impl Tree {
//!     /// What it bore.
//!     #[group(Harvest)]
//!     fn kilograms(&self) -> Option<i32> { Some(40) }
//! }
//! ```
//! And what differs from these only in being complete does:
//! ```
//! # mod group { include!("../tests/suite/garden/group.rs"); }
//! # use group::DataGroup;
//! pub struct Tree;
//! /// A tree.
//! #[objects::object(name = "Tree", gate = request)]
//! impl Tree {
//!     /// Its name.
//!     #[group(Structure)]
//!     fn name(&self) -> &str { "oak" }
//!     /// What it bore.
//!     #[group(Harvest)]
//!     fn kilograms(&self) -> Option<i32> { Some(40) }
//! }
//! ```
//!
//! Invariant: a field outside the open groups is asked for at the gate before its method runs.
//! Invariant: nothing here knows what a data group means.
//!
//! Per-field extensions of the library and custom field directives are not run inside these objects.

pub use async_graphql;
pub use async_graphql::registry;
pub use objects_macro::{interface, object, union};

pub mod audit;
pub mod budget;
pub mod coded;
pub mod gate;
pub mod interface;
pub mod leaf;
pub mod now;
pub mod out;
pub mod plan;
pub mod prepare;
pub mod response;
pub mod run;
pub mod sink;
pub mod union;

pub use budget::{Budget, BudgetError, Limit};
pub use coded::{Coded, Term};
pub use gate::{Gate, Group, Permissions, Permit, Rights, Stated};
pub use leaf::{Date, DateTime, Leaf};
pub use now::Now;
pub use out::{Failure, Out};
pub use plan::{Object, PlanCx};
pub use response::Mode;
pub use run::{Cx, Fail, Run};
pub use sink::Sink;
