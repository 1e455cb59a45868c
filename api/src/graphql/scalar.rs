//! Scalars of the schema.

use async_graphql::Value;
use objects::{Leaf, Sink, leaf};
use study::rules::Exact;

/// Plain text.
pub type Text = String;

/// A global id.
pub struct Id(pub String);

impl Leaf for Id {
    const NAME: &'static str = "ID";
    const DESCRIPTION: &'static str = "A global id. Opaque: it says nothing to whoever holds it.";

    fn put<S: Sink>(&self, sink: &mut S) {
        // Base64 for addresses.
        sink.plain(&self.0);
    }

    fn read(value: &Value) -> Result<Id, String> {
        objects::leaf::text(value).map(|text| Id(text.to_owned()))
    }
}

/// An exact decimal number.
pub struct Decimal(pub Exact);

impl Decimal {
    /// Hundredths, with both digits.
    pub(crate) fn hundredths(hundredths: i32) -> Decimal {
        Decimal(Exact::hundredths(hundredths))
    }
}

impl<T: Into<Exact>> From<T> for Decimal {
    fn from(number: T) -> Decimal {
        Decimal(number.into())
    }
}

impl Leaf for Decimal {
    const NAME: &'static str = "Decimal";
    const DESCRIPTION: &'static str =
        "An exact decimal number as a string, with the digits that it was given: \"1.30\". Never a float.";

    fn put<S: Sink>(&self, sink: &mut S) {
        sink.display(self.0);
    }

    fn read(value: &Value) -> Result<Decimal, String> {
        let text = objects::leaf::text(value)?;
        text.parse()
            .map(Decimal)
            .map_err(|_| format!("it is no decimal: it must be {}", study::rules::NotExact::RIGHT))
    }
}

/// A date that may lack its day or month.
pub struct PartialDate(pub String);

impl Leaf for PartialDate {
    const NAME: &'static str = "PartialDate";
    const DESCRIPTION: &'static str = "A calendar date of which the day, or the day and month, may be unknown: 2026, 2026-11 or 2026-11-22.";
    const SPECIFIED_BY: Option<&'static str> = Some("https://www.iso.org/iso-8601-date-and-time-format.html");

    fn put<S: Sink>(&self, sink: &mut S) {
        sink.string(&self.0);
    }

    fn read(value: &Value) -> Result<PartialDate, String> {
        let text = objects::leaf::text(value)?;
        match text.parse::<study::rules::PartialText>() {
            Ok(_) => Ok(PartialDate(text.to_owned())),
            Err(_) => Err(format!("it is no date: it must be {}", study::rules::NotPartial::RIGHT)),
        }
    }
}

/// A position in a ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Revision(pub u64);

impl Leaf for Revision {
    const NAME: &'static str = "Revision";
    const DESCRIPTION: &'static str = "A position in a study's ledger: a non-negative integer below 2^53.";

    fn put<S: Sink>(&self, sink: &mut S) {
        sink.integer(i64::try_from(self.0).unwrap_or(i64::MAX));
    }

    fn read(value: &Value) -> Result<Revision, String> {
        let number = match value {
            Value::Number(number) => number.as_u64().filter(|number| *number < 1 << 53),
            _ => None,
        };
        number
            .map(Revision)
            .ok_or_else(|| "it is no revision: it must be an integer from 0 to 2^53 - 1".to_owned())
    }
}

/// A planned visit's code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VisitCode(pub String);

impl Leaf for VisitCode {
    const NAME: &'static str = "VisitCode";
    const DESCRIPTION: &'static str =
        "The protocol's code of a planned visit, for example \"DAY_28\" or \"MONTH_3\".";

    fn put<S: Sink>(&self, sink: &mut S) {
        sink.string(&self.0);
    }

    fn read(value: &Value) -> Result<VisitCode, String> {
        objects::leaf::text(value).map(|text| VisitCode(text.to_owned()))
    }
}

leaf!(Id, Decimal, PartialDate, Revision, VisitCode);
