//! The garden by our macros.

use async_graphql::{
    EmptyMutation, EmptySubscription, Error, ID, Object, Schema, SimpleObject, Subscription,
};
use chrono::NaiveDate;
use objects::{Coded, Cx, Date, Now, interface, object, term, union};
use uuid::Uuid;

use super::group::DataGroup;
use super::rows::{self, FlowerRow, GARDEN, GardenRow, TreeRow};

term! {
    /// What a plant is.
    pub Kind for rows::Kind as "Kind" {
        /// Keeps its leaves.
        Evergreen = "EVERGREEN",
        /// Drops them.
        Deciduous = "DECIDUOUS",
    }
}

term! {
    /// How a height is told.
    pub Unit for rows::Unit as "Unit" {
        /// In metres.
        Metre = "METRE",
        /// In feet.
        Foot = "FOOT",
    }
}

pub struct Garden<'g>(pub &'g GardenRow);

/// A place with plants.
#[object(name = "Garden", gate = open)]
impl<'g> Garden<'g> {
    /// The global id.
    #[group(Structure)]
    fn id(&self) -> ID {
        ID("garden".to_owned())
    }

    /// The name.
    #[group(Structure)]
    fn name(&self) -> &'g str {
        self.0.name
    }

    /// The area in hectares.
    #[group(Structure)]
    fn area(&self) -> f64 {
        132.0
    }

    /// Whether it is open today.
    #[group(Structure)]
    fn open(&self) -> bool {
        true
    }

    /// The code on the gate.
    #[group(Structure)]
    fn code(&self) -> Uuid {
        Uuid::from_u128(0x1234_5678_9abc_def0)
    }

    /// The trees, at most as many as asked for.
    #[group(Structure)]
    #[complexity(list = usize::try_from(first).unwrap_or(0))]
    fn trees(
        &self,
        /// How many at most.
        #[default(2)]
        first: i32,
        /// Of this kind only.
        kind: Option<Coded<Kind>>,
    ) -> Vec<Tree<'g>> {
        let wanted = |tree: &&TreeRow| kind.is_none_or(|kind| kind.0 == tree.kind);
        self.0.trees.iter().filter(wanted).take(usize::try_from(first).unwrap_or(0)).map(Tree).collect()
    }

    /// The trees with these names, in that order; null for a name that no tree has.
    #[group(Structure)]
    fn trees_named(
        &self,
        /// The names.
        names: &[String],
    ) -> Vec<Option<Tree<'g>>> {
        names.iter().map(|name| self.0.trees.iter().find(|tree| tree.name == *name).map(Tree)).collect()
    }

    /// One tree by name.
    #[group(Structure)]
    fn tree(
        &self,
        /// The name.
        name: &str,
    ) -> Option<Tree<'g>> {
        self.0.trees.iter().find(|tree| tree.name == name).map(Tree)
    }

    /// All plants.
    #[group(Structure)]
    fn plants(&self) -> Vec<Plant<'g>> {
        let trees = self.0.trees.iter().map(|tree| Plant::Tree(Tree(tree)));
        trees.chain(self.0.flowers.iter().map(|flower| Plant::Flower(Flower(flower)))).collect()
    }

    /// Everything whose name holds the text.
    #[group(Structure)]
    fn hits(
        &self,
        /// The text.
        text: String,
    ) -> Vec<Hit<'g>> {
        let mut hits = vec![Hit::Garden(Garden(self.0))];
        hits.extend(
            self.0.trees.iter().filter(|row| row.name.contains(&text)).map(|row| Hit::Tree(Tree(row))),
        );
        hits.extend(
            self.0.flowers.iter().filter(|row| row.name.contains(&text)).map(|row| Hit::Flower(Flower(row))),
        );
        hits
    }

    /// Something with a name.
    #[group(Structure)]
    fn named(&self) -> Named<'g> {
        Named::Garden(Box::new(Garden(self.0)))
    }

    /// The beds by row and column.
    #[group(Structure)]
    fn grid(&self) -> Vec<Vec<i32>> {
        vec![vec![1, 2], vec![], vec![3]]
    }

    /// The holes by row and column.
    #[group(Structure)]
    fn holes(&self) -> Vec<Option<Vec<Option<i32>>>> {
        vec![None, Some(vec![None, Some(7)])]
    }
}

#[derive(Clone, Copy)]
pub struct Tree<'g>(pub &'g TreeRow);

/// A plant with a trunk.
#[object(name = "Tree", gate = open)]
impl<'g> Tree<'g> {
    /// The global id.
    #[group(Structure)]
    fn id(&self) -> ID {
        ID(self.0.id.to_string())
    }

    /// The name.
    #[group(Structure)]
    fn name(&self) -> &str {
        self.0.name
    }

    /// The height.
    #[group(Structure)]
    fn height(
        &self,
        /// The unit.
        #[default(Coded(rows::Unit::Metre))]
        unit: Coded<Unit>,
    ) -> f64 {
        rows::height(self.0.metres, unit.0)
    }

    /// What it is.
    #[group(Structure)]
    fn kind(&self) -> Coded<Kind> {
        Coded(self.0.kind)
    }

    /// When it was planted.
    #[group(Structure)]
    fn planted(&self) -> NaiveDate {
        self.0.planted
    }

    /// Its age in days; null before it was planted.
    #[group(Structure)]
    fn age(
        &self,
        /// The day.
        on: Date,
    ) -> Option<i32> {
        i32::try_from((on.0 - self.0.planted).num_days()).ok().filter(|days| *days >= 0)
    }

    /// What it was called.
    #[group(Structure)]
    #[retired("use name")]
    fn old_name(&self) -> Option<&str> {
        Some(self.0.name)
    }

    /// Its rings.
    #[group(Structure)]
    fn rings(&self) -> Option<&[i32]> {
        self.0.rings.as_deref()
    }

    /// Its label.
    #[group(Structure)]
    fn label(
        &self,
        /// Whether to fail.
        #[default]
        fail: bool,
    ) -> Option<Result<String, Error>> {
        Some(rows::label(self.0.name, fail))
    }

    /// The garden it stands in.
    #[group(Structure)]
    fn garden(&self, cx: &Cx<'_>) -> Garden<'static> {
        assert!(cx.data::<objects::Mode>().is_some());
        Garden(&GARDEN)
    }

    #[skip]
    #[allow(dead_code)] // A method that is no field.
    fn metres(&self) -> f64 {
        self.0.metres
    }
}

pub struct Flower<'g>(pub &'g FlowerRow);

/// A plant with petals.
#[object(name = "Flower", gate = open)]
impl Flower<'_> {
    /// The global id.
    #[group(Structure)]
    fn id(&self) -> ID {
        ID(self.0.id.to_string())
    }

    /// The name.
    #[group(Structure)]
    fn name(&self) -> &str {
        self.0.name
    }

    /// The height.
    #[group(Structure)]
    fn height(
        &self,
        /// The unit.
        #[default(Coded(rows::Unit::Metre))]
        unit: Coded<Unit>,
    ) -> f64 {
        rows::height(self.0.metres, unit.0)
    }

    /// The colour.
    #[group(Structure)]
    #[field(name = "colour")]
    fn petals(&self) -> String {
        self.0.colour.to_owned()
    }
}

/// What grows.
#[interface(name = "Plant", fields("id", "name", "height"))]
pub enum Plant<'g> {
    Tree(Tree<'g>),
    Flower(Flower<'g>),
}

/// What has a name.
#[interface(name = "Named", fields("name"))]
pub enum Named<'g> {
    Garden(Box<Garden<'g>>),
    #[allow(dead_code)] // A possible type that no row shows.
    Tree(Tree<'g>),
    #[allow(dead_code)] // A possible type that no row shows.
    Flower(Flower<'g>),
}

/// What a search finds.
#[union(name = "Hit")]
pub enum Hit<'g> {
    Garden(Garden<'g>),
    Tree(Tree<'g>),
    Flower(Flower<'g>),
}

/// A payload of the library's own kind with one of our types in it.
#[derive(SimpleObject)]
pub struct Visit {
    /// The number of the visit.
    number: i32,
    /// The garden that was visited.
    garden: Option<async_graphql::Result<Now<Garden<'static>>>>,
}

pub struct Query;

#[Object]
impl Query {
    /// The garden.
    async fn garden(&self) -> Option<async_graphql::Result<Now<Garden<'static>>>> {
        Some(Ok(Now(Garden(&GARDEN))))
    }

    /// All plants.
    async fn plants(&self) -> Option<async_graphql::Result<Now<Vec<Plant<'static>>>>> {
        let Now(garden) = Now(Garden(&GARDEN));
        Some(Ok(Now(garden.plants())))
    }

    /// A visit.
    async fn visit(&self) -> Option<Visit> {
        Some(Visit { number: 1, garden: Some(Ok(Now(Garden(&GARDEN)))) })
    }
}

pub struct Events;

#[Subscription]
impl Events {
    /// A tree each time one is seen.
    async fn seen(&self) -> impl async_graphql::futures_util::Stream<Item = Option<Now<Tree<'static>>>> {
        async_graphql::futures_util::stream::iter(GARDEN.trees.iter().map(|tree| Some(Now(Tree(tree)))))
    }
}

/// The schema of queries.
pub fn schema() -> Schema<Query, EmptyMutation, EmptySubscription> {
    Schema::new(Query, EmptyMutation, EmptySubscription)
}
