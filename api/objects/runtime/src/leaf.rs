//! Own scalars, and the two that everybody needs: `Date` and `DateTime`.

use async_graphql::registry::{MetaType, MetaTypeId, Registry};
use async_graphql::{InputType, Value};
use chrono::{DateTime as ChronoDateTime, Datelike, NaiveDate, SecondsFormat, Utc};

use crate::out::Out;
use crate::plan::{Node, PlanCx};
use crate::run::{Fail, Run};
use crate::sink::Sink;

/// A scalar. [`leaf!`](crate::leaf!) makes it usable as a field's type and as an argument's.
pub trait Leaf: Sized + Send + Sync {
    /// The GraphQL name.
    const NAME: &'static str;
    /// What it means and how it is written.
    const DESCRIPTION: &'static str;
    /// Where its format is specified, if anywhere.
    const SPECIFIED_BY: Option<&'static str> = None;

    /// Writes the value: exactly one call on the sink.
    fn put<S: Sink>(&self, sink: &mut S);

    /// Reads a value.
    ///
    /// # Errors
    /// With the reason for the caller.
    fn read(value: &Value) -> Result<Self, String>;
}

/// The text of a scalar that is written as a string.
///
/// # Errors
/// With the reason for the caller when it is not a string.
pub fn text(value: &Value) -> Result<&str, String> {
    match value {
        Value::String(text) => Ok(text),
        // What was given is not repeated: it may be a name, or a number by which somebody is known.
        _ => Err("expected a string".to_owned()),
    }
}

/// Enters a scalar into the schema.
pub fn register<T: Leaf + InputType>(registry: &mut Registry) -> String {
    registry.create_input_type::<T, _>(MetaTypeId::Scalar, |_| MetaType::Scalar {
        name: T::NAME.to_owned(),
        description: Some(T::DESCRIPTION.to_owned()),
        // Values are read when a field is planned: the error then has the field's path and a code.
        is_valid: None,
        visible: None,
        inaccessible: false,
        tags: Vec::new(),
        specified_by_url: T::SPECIFIED_BY.map(str::to_owned),
        directive_invocations: Vec::new(),
        requires_scopes: Vec::new(),
    })
}

/// Makes a [`Leaf`] an output type and an input type.
#[macro_export]
macro_rules! leaf {
    ($($ty:ty),+ $(,)?) => {$(
        impl $crate::Out for $ty {
            type Plan<'q> = ();
            fn type_name() -> ::std::borrow::Cow<'static, str> {
                <Self as $crate::Leaf>::NAME.into()
            }
            fn register(registry: &mut $crate::registry::Registry) -> ::std::string::String {
                $crate::leaf::register::<Self>(registry)
            }
            fn plan<'q>(_: &$crate::PlanCx<'q>, _: &[&'q $crate::plan::Node]) -> Self::Plan<'q> {}
            fn write<'p, S: $crate::Sink>(
                &self,
                (): &'p (),
                run: &mut $crate::Run<'p, S>,
            ) -> ::core::result::Result<(), $crate::Fail> {
                $crate::Leaf::put(self, &mut run.sink);
                ::core::result::Result::Ok(())
            }
        }
        impl $crate::async_graphql::OutputType for $ty {
            fn type_name() -> ::std::borrow::Cow<'static, str> {
                <Self as $crate::Leaf>::NAME.into()
            }
            fn create_type_info(registry: &mut $crate::registry::Registry) -> ::std::string::String {
                $crate::leaf::register::<Self>(registry)
            }
            async fn resolve(
                &self,
                _: &$crate::async_graphql::ContextSelectionSet<'_>,
                _: &$crate::plan::Node,
            ) -> $crate::async_graphql::ServerResult<$crate::async_graphql::Value> {
                ::core::result::Result::Ok($crate::leaf::value(self))
            }
        }
        impl $crate::async_graphql::InputType for $ty {
            type RawValueType = Self;
            fn type_name() -> ::std::borrow::Cow<'static, str> {
                <Self as $crate::Leaf>::NAME.into()
            }
            fn create_type_info(registry: &mut $crate::registry::Registry) -> ::std::string::String {
                $crate::leaf::register::<Self>(registry)
            }
            fn parse(
                value: ::core::option::Option<$crate::async_graphql::Value>,
            ) -> $crate::async_graphql::InputValueResult<Self> {
                <Self as $crate::Leaf>::read(&value.unwrap_or_default()).map_err(|reason| {
                    $crate::async_graphql::InputValueError::custom(reason).with_extension("code", "BAD_USER_INPUT")
                })
            }
            fn to_value(&self) -> $crate::async_graphql::Value {
                $crate::leaf::value(self)
            }
            fn as_raw_value(&self) -> ::core::option::Option<&Self::RawValueType> {
                ::core::option::Option::Some(self)
            }
        }
    )+};
}

/// The scalar as the library's value.
pub fn value(leaf: &impl Leaf) -> Value {
    let mut sink = crate::sink::ValueSink::default();
    leaf.put(&mut sink);
    sink.finish()
}

/// A date of four digits of year as text: ten times as fast as the calendar's own formatting, and dates are many.
fn digits(date: NaiveDate) -> Option<[u8; 10]> {
    let year = u32::try_from(date.year()).ok().filter(|year| *year <= 9_999)?;
    let mut text = *b"0000-00-00";
    let places = [(0, year / 1_000), (1, year / 100), (2, year / 10), (3, year)];
    let places = places.into_iter().chain([(5, date.month() / 10), (6, date.month())]);
    for (at, number) in places.chain([(8, date.day() / 10), (9, date.day())]) {
        text[at] += (number % 10) as u8;
    }
    Some(text)
}

/// A calendar date as an argument; fields return `chrono::NaiveDate` itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(
    /// The date.
    pub NaiveDate,
);

impl Leaf for Date {
    const NAME: &'static str = "Date";
    const DESCRIPTION: &'static str = "A calendar date without a time zone: `2026-11-22`.";
    const SPECIFIED_BY: Option<&'static str> = Some("https://www.rfc-editor.org/rfc/rfc3339#section-5.6");

    fn put<S: Sink>(&self, sink: &mut S) {
        match digits(self.0) {
            Some(text) => sink.plain(str::from_utf8(&text).unwrap_or_default()),
            None => sink.display(self.0.format("%Y-%m-%d")),
        }
    }

    /// Only what would be written again the same: the calendar's parser alone would let `2026-1-5` pass.
    fn read(value: &Value) -> Result<Self, String> {
        let text = text(value)?;
        let date = NaiveDate::parse_from_str(text, "%Y-%m-%d")
            .ok()
            .filter(|date| text.len() == 10 && date.to_string() == text);
        // The value is not repeated, since it may be somebody's birth date.
        date.map(Date).ok_or_else(|| "it is not a date of the form 2026-11-22".to_owned())
    }
}

impl From<NaiveDate> for Date {
    fn from(date: NaiveDate) -> Self {
        Date(date)
    }
}

impl From<Date> for NaiveDate {
    fn from(date: Date) -> Self {
        date.0
    }
}

/// A moment as an argument, or in a type of the library's own; fields return `chrono::DateTime<Utc>` itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DateTime(
    /// The moment.
    pub ChronoDateTime<Utc>,
);

impl Leaf for DateTime {
    const NAME: &'static str = "DateTime";
    const DESCRIPTION: &'static str =
        "A moment, with an offset from UTC when sent and in UTC when answered: `2026-11-22T08:30:00Z`.";
    const SPECIFIED_BY: Option<&'static str> = Some("https://www.rfc-editor.org/rfc/rfc3339#section-5.6");

    fn put<S: Sink>(&self, sink: &mut S) {
        sink.display(self.0.to_rfc3339_opts(SecondsFormat::AutoSi, true));
    }

    fn read(value: &Value) -> Result<Self, String> {
        let text = text(value)?;
        match ChronoDateTime::parse_from_rfc3339(text) {
            Ok(moment) => Ok(DateTime(moment.to_utc())),
            Err(_) => Err(format!("\"{text}\" is not a moment of the form 2026-11-22T08:30:00Z")),
        }
    }
}

impl From<ChronoDateTime<Utc>> for DateTime {
    fn from(moment: ChronoDateTime<Utc>) -> Self {
        DateTime(moment)
    }
}

impl From<DateTime> for ChronoDateTime<Utc> {
    fn from(moment: DateTime) -> Self {
        moment.0
    }
}

leaf!(Date, DateTime);

macro_rules! as_leaf {
    ($($ty:ty => $leaf:ident),*) => {$(
        impl Out for $ty {
            type Plan<'q> = ();
            fn type_name() -> std::borrow::Cow<'static, str> {
                $leaf::NAME.into()
            }
            fn register(registry: &mut Registry) -> String {
                register::<$leaf>(registry)
            }
            fn plan<'q>(_: &PlanCx<'q>, _: &[&'q Node]) -> Self::Plan<'q> {}
            fn write<'p, S: Sink>(&self, (): &'p (), run: &mut Run<'p, S>) -> Result<(), Fail> {
                $leaf(*self).put(&mut run.sink);
                Ok(())
            }
        }
    )*};
}

as_leaf!(NaiveDate => Date, ChronoDateTime<Utc> => DateTime);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_ten_characters() {
        for wrong in ["2026-1-5", "2026-02-30", "2026-11-22T00:00:00Z", " 2026-11-22", "+2026-11-2", ""] {
            assert!(Date::read(&Value::from(wrong)).is_err(), "{wrong}");
        }
        let date = Date::read(&Value::from("2026-11-22")).unwrap();
        assert_eq!(value(&date), Value::from("2026-11-22"));
        assert!(Date::read(&Value::from(20_261_122)).is_err());
    }

    /// Written as the calendar itself would, at both ends of what it can hold and beyond four digits.
    #[test]
    fn a_date_is_written_as_the_calendar_writes_it() {
        for days in [
            0, 1, 30, 58, 59, 365, 1_461, 36_524, 146_097, 730_000, 3_652_058, 3_652_059, 4_000_000, -1, -400,
        ] {
            let date = NaiveDate::MIN.with_year(0).unwrap() + chrono::Duration::days(days);
            assert_eq!(value(&Date(date)), Value::from(date.format("%Y-%m-%d").to_string()), "{days}");
        }
        assert_eq!(value(&Date(NaiveDate::MAX)), Value::from(NaiveDate::MAX.format("%Y-%m-%d").to_string()));
    }

    #[test]
    fn a_moment_is_answered_in_utc() {
        let moment = DateTime::read(&Value::from("2026-11-22T16:30:00.250+08:00")).unwrap();
        assert_eq!(value(&moment), Value::from("2026-11-22T08:30:00.250Z"));
        assert!(DateTime::read(&Value::from("2026-11-22T16:30:00")).is_err(), "an offset is required");
    }
}
