//! The rows behind both declarations. Synthetic.

use std::sync::LazyLock;

use chrono::NaiveDate;

/// What a plant is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, async_graphql::Enum)]
pub enum Kind {
    /// Keeps its leaves.
    Evergreen,
    /// Drops them.
    Deciduous,
}

/// How a height is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, async_graphql::Enum)]
pub enum Unit {
    /// In metres.
    Metre,
    /// In feet.
    Foot,
}

/// A tree.
pub struct TreeRow {
    pub id: u16,
    pub name: &'static str,
    pub metres: f64,
    pub kind: Kind,
    pub planted: NaiveDate,
    pub rings: Option<Vec<i32>>,
}

/// A flower.
pub struct FlowerRow {
    pub id: u16,
    pub name: &'static str,
    pub metres: f64,
    pub colour: &'static str,
}

/// The garden.
pub struct GardenRow {
    pub name: &'static str,
    pub trees: Vec<TreeRow>,
    pub flowers: Vec<FlowerRow>,
}

fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).expect("is a date")
}

/// The only garden.
pub static GARDEN: LazyLock<GardenRow> = LazyLock::new(|| GardenRow {
    name: "Kew \"south\"\n\u{1}é",
    trees: vec![
        TreeRow {
            id: 1,
            name: "yew",
            metres: 12.5,
            kind: Kind::Evergreen,
            planted: day(1900, 3, 1),
            rings: Some(vec![1, 2, 3]),
        },
        TreeRow {
            id: 2,
            name: "oak",
            metres: 20.0,
            kind: Kind::Deciduous,
            planted: day(1950, 10, 31),
            rings: None,
        },
        TreeRow {
            id: 3,
            name: "ash",
            metres: 0.1,
            kind: Kind::Deciduous,
            planted: day(2020, 2, 29),
            rings: Some(vec![]),
        },
    ],
    flowers: vec![
        FlowerRow { id: 11, name: "iris", metres: 0.6, colour: "blue" },
        FlowerRow { id: 12, name: "rose", metres: 1.25, colour: "red" },
    ],
});

/// A height in the unit asked for.
pub fn height(metres: f64, unit: Unit) -> f64 {
    match unit {
        Unit::Metre => metres,
        Unit::Foot => metres / 0.3048,
    }
}

/// The label of a thing, or why there is none.
pub fn label(name: &str, fail: bool) -> Result<String, async_graphql::Error> {
    if fail {
        Err(async_graphql::Error::new(format!("no label for {name}")))
    } else {
        Ok(format!("<{name}>"))
    }
}
