//! Values as they leave: each says whether it is there, and if not, why.

use chrono::NaiveDate;

/// Whether a value is there, and if not, why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ValueState {
    /// There.
    Present,
    /// Kept from the viewer. Says nothing of whether there is one.
    Masked,
    /// Left out because it could single somebody out.
    Suppressed,
    /// Nobody has recorded it.
    NotCollected,
    /// What was recorded does not decide it.
    NotEvaluable,
}

/// A value with its state.
#[derive(Clone, Debug, PartialEq)]
pub struct Shown<T> {
    /// Whether it is there.
    pub state: ValueState,
    /// The value when it is.
    pub value: Option<T>,
}

impl<T> Shown<T> {
    /// A value that is there, or was not collected.
    pub fn of(value: Option<T>) -> Shown<T> {
        let state = if value.is_some() { ValueState::Present } else { ValueState::NotCollected };
        Shown { state, value }
    }

    /// A value that is kept from the viewer.
    pub fn masked() -> Shown<T> {
        Shown { state: ValueState::Masked, value: None }
    }

    /// The same state over another value.
    pub fn map<U>(self, map: impl FnOnce(T) -> U) -> Shown<U> {
        Shown { state: self.state, value: self.value.map(map) }
    }
}

/// A date with its study day. The board sees the study day alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShownDate {
    /// Whether it is there.
    pub state: ValueState,
    /// The calendar date at the site.
    pub date: Option<NaiveDate>,
    /// The study day: 1 is the day of the first dose, the day before is -1, and there is no day 0.
    pub study_day: Option<i32>,
}

impl ShownDate {
    /// A date that is kept from the viewer.
    pub const MASKED: ShownDate = ShownDate { state: ValueState::Masked, date: None, study_day: None };
}

/// A date that may lack its day or month, with its study day when it lacks neither.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownPartialDate {
    /// Whether it is there.
    pub state: ValueState,
    /// As recorded: `2026`, `2026-11` or `2026-11-22`.
    pub text: Option<String>,
    /// The study day of a whole date.
    pub study_day: Option<i32>,
}
