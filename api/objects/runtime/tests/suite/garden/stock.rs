//! The garden by the library's macros: the twin of `ours`.

use async_graphql::{
    EmptyMutation, EmptySubscription, Error, ID, Interface, Object, Schema, SimpleObject, Union,
};
use objects::Date;
use uuid::Uuid;

use super::rows::{self, FlowerRow, GARDEN, GardenRow, Kind, TreeRow, Unit};

pub struct Garden(pub &'static GardenRow);

/// A place with plants.
#[Object]
impl Garden {
    /// The global id.
    async fn id(&self) -> ID {
        ID("garden".to_owned())
    }

    /// The name.
    async fn name(&self) -> String {
        self.0.name.to_owned()
    }

    /// The area in hectares.
    async fn area(&self) -> f64 {
        132.0
    }

    /// Whether it is open today.
    async fn open(&self) -> bool {
        true
    }

    /// The code on the gate.
    async fn code(&self) -> Uuid {
        Uuid::from_u128(0x1234_5678_9abc_def0)
    }

    /// The trees, at most as many as asked for.
    async fn trees(
        &self,
        #[graphql(desc = "How many at most.", default = 2)] first: Option<i32>,
        #[graphql(desc = "Of this kind only.")] kind: Option<Kind>,
    ) -> Vec<Tree> {
        let wanted = |tree: &&TreeRow| kind.is_none_or(|kind| kind == tree.kind);
        let first = usize::try_from(first.unwrap_or(2)).unwrap_or(0);
        self.0.trees.iter().filter(wanted).take(first).map(Tree).collect()
    }

    /// The trees with these names, in that order; null for a name that no tree has.
    async fn trees_named(&self, #[graphql(desc = "The names.")] names: Vec<String>) -> Vec<Option<Tree>> {
        names.iter().map(|name| self.0.trees.iter().find(|tree| tree.name == *name).map(Tree)).collect()
    }

    /// One tree by name.
    async fn tree(&self, #[graphql(desc = "The name.")] name: String) -> Option<Tree> {
        self.0.trees.iter().find(|tree| tree.name == name).map(Tree)
    }

    /// All plants.
    async fn plants(&self) -> Vec<Plant> {
        plants(self.0)
    }

    /// Everything whose name holds the text.
    async fn hits(&self, #[graphql(desc = "The text.")] text: String) -> Vec<Hit> {
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
    async fn named(&self) -> Named {
        Named::Garden(Garden(self.0))
    }

    /// The beds by row and column.
    async fn grid(&self) -> Vec<Vec<i32>> {
        vec![vec![1, 2], vec![], vec![3]]
    }

    /// The holes by row and column.
    async fn holes(&self) -> Vec<Option<Vec<Option<i32>>>> {
        vec![None, Some(vec![None, Some(7)])]
    }
}

pub struct Tree(pub &'static TreeRow);

/// A plant with a trunk.
#[Object]
impl Tree {
    /// The global id.
    async fn id(&self) -> ID {
        ID(self.0.id.to_string())
    }

    /// The name.
    async fn name(&self) -> String {
        self.0.name.to_owned()
    }

    /// The height.
    async fn height(
        &self,
        #[graphql(desc = "The unit.", default_with = "Some(Unit::Metre)")] unit: Option<Unit>,
    ) -> f64 {
        rows::height(self.0.metres, unit.unwrap_or(Unit::Metre))
    }

    /// What it is.
    async fn kind(&self) -> Kind {
        self.0.kind
    }

    /// When it was planted.
    async fn planted(&self) -> Date {
        Date(self.0.planted)
    }

    /// Its age in days; null before it was planted.
    async fn age(&self, #[graphql(desc = "The day.")] on: Date) -> Option<i32> {
        i32::try_from((on.0 - self.0.planted).num_days()).ok().filter(|days| *days >= 0)
    }

    /// What it was called.
    #[graphql(deprecation = "use name")]
    async fn old_name(&self) -> Option<&str> {
        Some(self.0.name)
    }

    /// Its rings.
    async fn rings(&self) -> Option<&[i32]> {
        self.0.rings.as_deref()
    }

    /// Its label.
    async fn label(
        &self,
        #[graphql(desc = "Whether to fail.", default_with = "Some(false)")] fail: Option<bool>,
    ) -> Option<Result<String, Error>> {
        Some(rows::label(self.0.name, fail.unwrap_or(false)))
    }

    /// The garden it stands in.
    async fn garden(&self) -> Garden {
        Garden(&GARDEN)
    }
}

pub struct Flower(pub &'static FlowerRow);

/// A plant with petals.
#[Object]
impl Flower {
    /// The global id.
    async fn id(&self) -> ID {
        ID(self.0.id.to_string())
    }

    /// The name.
    async fn name(&self) -> String {
        self.0.name.to_owned()
    }

    /// The height.
    async fn height(
        &self,
        #[graphql(desc = "The unit.", default_with = "Some(Unit::Metre)")] unit: Option<Unit>,
    ) -> f64 {
        rows::height(self.0.metres, unit.unwrap_or(Unit::Metre))
    }

    /// The colour.
    async fn colour(&self) -> String {
        self.0.colour.to_owned()
    }
}

/// What grows.
#[derive(Interface)]
#[graphql(
    field(name = "id", ty = "ID", desc = "The global id."),
    field(name = "name", ty = "String", desc = "The name."),
    field(
        name = "height",
        ty = "f64",
        desc = "The height.",
        arg(name = "unit", ty = "Option<Unit>", desc = "The unit.", default_with = "Some(Unit::Metre)")
    )
)]
pub enum Plant {
    Tree(Tree),
    Flower(Flower),
}

/// What has a name.
#[derive(Interface)]
#[graphql(field(name = "name", ty = "String", desc = "The name."))]
pub enum Named {
    Garden(Garden),
    Tree(Tree),
    Flower(Flower),
}

/// What a search finds.
#[derive(Union)]
pub enum Hit {
    Garden(Garden),
    Tree(Tree),
    Flower(Flower),
}

/// A payload of the library's own kind with one of our types in it.
#[derive(SimpleObject)]
pub struct Visit {
    /// The number of the visit.
    number: i32,
    /// The garden that was visited.
    garden: Option<Garden>,
}

fn plants(garden: &'static GardenRow) -> Vec<Plant> {
    let trees = garden.trees.iter().map(|tree| Plant::Tree(Tree(tree)));
    trees.chain(garden.flowers.iter().map(|flower| Plant::Flower(Flower(flower)))).collect()
}

pub struct Query;

#[Object]
impl Query {
    /// The garden.
    async fn garden(&self) -> Option<Garden> {
        Some(Garden(&GARDEN))
    }

    /// All plants.
    async fn plants(&self) -> Option<Vec<Plant>> {
        Some(plants(&GARDEN))
    }

    /// A visit.
    async fn visit(&self) -> Option<Visit> {
        Some(Visit { number: 1, garden: Some(Garden(&GARDEN)) })
    }
}

/// The schema of queries.
pub fn schema() -> Schema<Query, EmptyMutation, EmptySubscription> {
    Schema::new(Query, EmptyMutation, EmptySubscription)
}
