//! BILAG-2004: 97 items in nine systems, each system graded A (most active) to E (never involved).
//!
//! Sources: Isenberg 2005; Yee 2007, 2009, 2010; index form revision of 1 September 2009. Items compare the last four
//! weeks with the four weeks before. The grade lists were taken from a secondary description: before regulatory use a
//! second person checks them against the licensed form and glossary.

pub mod grade;
pub mod haematological;
pub mod items;
pub mod numeric;
pub mod renal;
pub mod tally;

pub use grade::{Grade, GradePolicy, Grades, Involvement, RenalFirstVisit, SystemGrade, grade_all};
pub use items::{Item, ItemKind, item};

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// How many items the form has.
pub const ITEMS: usize = 97;

/// One of the nine systems, in the order of the form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum System {
    /// System 1.
    Constitutional,
    /// System 2.
    Mucocutaneous,
    /// System 3.
    Neuropsychiatric,
    /// System 4.
    Musculoskeletal,
    /// System 5.
    Cardiorespiratory,
    /// System 6.
    Gastrointestinal,
    /// System 7.
    Ophthalmic,
    /// System 8, graded from measurements.
    Renal,
    /// System 9, graded from measurements.
    Haematological,
}

impl System {
    /// All nine, in the order of the form.
    pub const ALL: [System; 9] = [
        System::Constitutional,
        System::Mucocutaneous,
        System::Neuropsychiatric,
        System::Musculoskeletal,
        System::Cardiorespiratory,
        System::Gastrointestinal,
        System::Ophthalmic,
        System::Renal,
        System::Haematological,
    ];

    /// The stable name, for example `renal`.
    pub const fn code(self) -> &'static str {
        match self {
            System::Constitutional => "constitutional",
            System::Mucocutaneous => "mucocutaneous",
            System::Neuropsychiatric => "neuropsychiatric",
            System::Musculoskeletal => "musculoskeletal",
            System::Cardiorespiratory => "cardiorespiratory",
            System::Gastrointestinal => "gastrointestinal",
            System::Ophthalmic => "ophthalmic",
            System::Renal => "renal",
            System::Haematological => "haematological",
        }
    }

    /// The system of a stable name.
    pub fn from_code(code: &str) -> Option<System> {
        System::ALL.into_iter().find(|system| system.code() == code)
    }
}

/// What was recorded for an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ItemValue {
    /// 0 absent, 1 improving, 2 same, 3 worse, 4 new.
    Score(u8),
    /// A measurement in the item's unit.
    Number(Decimal),
    /// Yes or no.
    YesNo(bool),
}

/// One assessment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bilag2004 {
    /// Item n stands at place n - 1; none when not done.
    pub items: [Option<ItemValue>; ITEMS],
    /// Numbers of items of systems 8 and 9 whose values are not due to lupus and count for no grade.
    pub not_due_to_sle: Vec<u8>,
}

impl Default for Bilag2004 {
    /// Nothing done.
    fn default() -> Self {
        Bilag2004 { items: [None; ITEMS], not_due_to_sle: Vec::new() }
    }
}

impl Bilag2004 {
    /// A form on which nothing is active: scores 0, yes/no items No, measurements not taken.
    pub fn nothing_active() -> Bilag2004 {
        let mut form = Bilag2004::default();
        for item in &items::TABLE {
            form.items[usize::from(item.number) - 1] = match item.kind {
                ItemKind::Score => Some(ItemValue::Score(0)),
                ItemKind::YesNo => Some(ItemValue::YesNo(false)),
                ItemKind::Number { .. } => None,
            };
        }
        form
    }

    /// What was recorded for item `number` (1 to 97); none when not done.
    pub fn item(&self, number: u8) -> Option<ItemValue> {
        *self.items.get(usize::from(number).checked_sub(1)?)?
    }

    /// Records item `number`; a number outside 1 to 97 is ignored.
    pub fn set(&mut self, number: u8, value: ItemValue) {
        let place = usize::from(number).checked_sub(1).and_then(|index| self.items.get_mut(index));
        if let Some(place) = place {
            *place = Some(value);
        }
    }

    /// Whether the value of item `number` counts for grading.
    pub fn is_due_to_sle(&self, number: u8) -> bool {
        !self.not_due_to_sle.contains(&number)
    }

    /// A score; none when not done. A score that is not due to lupus counts as 0.
    pub(crate) fn score(&self, number: u8) -> Option<u8> {
        match self.item(number) {
            _ if !self.is_due_to_sle(number) => Some(0),
            Some(ItemValue::Score(score)) => Some(score),
            Some(ItemValue::Number(_) | ItemValue::YesNo(_)) | None => None,
        }
    }

    /// A yes/no; none when not done. A yes that is not due to lupus counts as no.
    pub(crate) fn yes(&self, number: u8) -> Option<bool> {
        match self.item(number) {
            _ if !self.is_due_to_sle(number) => Some(false),
            Some(ItemValue::YesNo(yes)) => Some(yes),
            Some(ItemValue::Number(_) | ItemValue::Score(_)) | None => None,
        }
    }

    /// A measurement as it was taken, whatever caused it.
    pub(crate) fn measured(&self, number: u8) -> Option<Decimal> {
        match self.item(number) {
            Some(ItemValue::Number(value)) => Some(value),
            Some(ItemValue::Score(_) | ItemValue::YesNo(_)) | None => None,
        }
    }

    /// A measurement for grading.
    pub(crate) fn reading(&self, number: u8) -> Reading {
        match self.measured(number) {
            _ if !self.is_due_to_sle(number) => Reading::Ignored,
            Some(value) => Reading::Taken(value),
            None => Reading::NotTaken,
        }
    }
}

/// A measurement as grading sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reading {
    /// Taken, and counted.
    Taken(Decimal),
    /// Not due to lupus: known to count for nothing.
    Ignored,
    /// Not taken: unknown.
    NotTaken,
}

impl Reading {
    pub(crate) fn value(self) -> Option<Decimal> {
        match self {
            Reading::Taken(value) => Some(value),
            Reading::Ignored | Reading::NotTaken => None,
        }
    }
}
