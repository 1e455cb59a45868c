//! Values that say whether they are there, and if not, why.

use crate::graphql::scalar::{PartialDate, Text};
use crate::graphql::term::Coded;
use objects::{Date, Stated, object};
use policy::DataGroup;
use study::view::{Shown, ShownDate, ShownPartialDate, ValueState};

/// A calendar date that may be kept from the viewer. The safety board sees the study day alone.
#[object(name = "MaskedDate", stated, gate = open)]
impl MaskedDate {
    /// Whether the date is there, and if not, why.
    #[group(Envelope)]
    fn state(&self) -> Coded<ValueState> {
        Coded(self.0.state)
    }
    /// The calendar date at the subject's site.
    #[group(Envelope)]
    fn value(&self) -> Option<Date> {
        self.0.date.map(Date)
    }
    /// The study day: 1 is the day of the first dose, the day before is -1, and there is no day 0.
    #[group(Envelope)]
    fn study_day(&self) -> Option<i32> {
        self.0.study_day
    }
}

/// A calendar date that may be kept from the viewer.
pub struct MaskedDate(pub ShownDate);

impl Stated for MaskedDate {
    fn masked() -> MaskedDate {
        MaskedDate(ShownDate::MASKED)
    }
}

/// A date that may lack its day or month, and may be kept from the viewer.
#[object(name = "MaskedPartialDate", stated, gate = open)]
impl MaskedPartialDate {
    /// Whether the date is there, and if not, why.
    #[group(Envelope)]
    fn state(&self) -> Coded<ValueState> {
        Coded(self.0.state)
    }
    /// The date as recorded.
    #[group(Envelope)]
    fn value(&self) -> Option<PartialDate> {
        self.0.text.clone().map(PartialDate)
    }
    /// The study day of a date that lacks nothing.
    #[group(Envelope)]
    fn study_day(&self) -> Option<i32> {
        self.0.study_day
    }
}

/// A date that may lack its day or month, and may be kept from the viewer.
pub struct MaskedPartialDate(pub ShownPartialDate);

impl Stated for MaskedPartialDate {
    fn masked() -> MaskedPartialDate {
        MaskedPartialDate(ShownPartialDate { state: ValueState::Masked, text: None, study_day: None })
    }
}

/// Text that may be kept from the viewer, or withheld because it names the subject.
#[object(name = "MaskedText", stated, gate = open)]
impl MaskedText {
    /// Whether the text is there, and if not, why.
    #[group(Envelope)]
    fn state(&self) -> Coded<ValueState> {
        Coded(self.0.state)
    }
    /// The text.
    #[group(Envelope)]
    fn value(&self) -> Option<Text> {
        self.0.value.clone()
    }
}

/// Text that may be kept from the viewer.
pub struct MaskedText(pub Shown<Text>);

impl MaskedText {
    pub(crate) fn of(shown: Shown<&str>) -> MaskedText {
        MaskedText(shown.map(str::to_owned))
    }
}

impl Stated for MaskedText {
    fn masked() -> MaskedText {
        MaskedText(Shown::masked())
    }
}

/// A whole number that may be kept from the viewer.
#[object(name = "MaskedInt", stated, gate = open)]
impl MaskedInt {
    /// Whether the number is there, and if not, why.
    #[group(Envelope)]
    fn state(&self) -> Coded<ValueState> {
        Coded(self.0.state)
    }
    /// The number.
    #[group(Envelope)]
    fn value(&self) -> Option<i32> {
        self.0.value
    }
}

/// A whole number that may be kept from the viewer.
pub struct MaskedInt(pub Shown<i32>);

impl Stated for MaskedInt {
    fn masked() -> MaskedInt {
        MaskedInt(Shown::masked())
    }
}
