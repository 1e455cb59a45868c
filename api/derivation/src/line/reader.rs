//! Strict reading of a line's inputs: exact decimals, no unknown keys, no silent nulls.
//!
//! A [`Node`] is a place in the line, kept as the text it was written as, so that `1.30` stays `1.30` and nothing
//! passes through binary floating point. Reading is lazy: a node is parsed by the method that says what it must be.
//! An error remembers where it stands; the JSON Pointer is worked out only when there is one.

use super::number;
use crate::statistics::nearest;
use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::Deserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;
use std::ops::RangeInclusive;

/// Why a line was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum LineErrorCode {
    /// The line is no JSON object.
    InvalidJson,
    /// The endpoint is not one of ours.
    UnknownEndpoint,
    /// A required key is absent.
    MissingField,
    /// A key that the endpoint does not have.
    UnknownField,
    /// Another JSON type than asked for, or null where null is not allowed.
    InvalidType,
    /// The right type with a value that cannot be: out of range, not in the list, or contradicting another.
    InvalidValue,
    /// A unit, or a pair of units, that the analyte does not have.
    UnsupportedUnit,
}

/// A refusal of one line, and the place in it.
#[derive(Clone, Debug)]
pub(crate) struct LineError {
    pub(super) code: LineErrorCode,
    pub(super) message: Cow<'static, str>,
    /// Address of the first byte of the offending value (of the object, when a key is missing).
    at: usize,
    /// The key that is missing from the object at `at`.
    missing: Option<Cow<'static, str>>,
}

impl LineError {
    /// An error about the whole line.
    pub(super) fn whole(code: LineErrorCode, message: &'static str) -> LineError {
        LineError { code, message: message.into(), at: 0, missing: None }
    }

    /// The JSON Pointer into `line` of the place that this error is about.
    pub(super) fn pointer(&self, line: &str) -> String {
        let mut pointer = String::new();
        if self.at == 0 {
            return pointer;
        }
        let mut here = Node { text: line.trim() };
        while here.address() != self.at {
            let Some((step, child)) = here.child_at(self.at) else { break };
            pointer.push('/');
            pointer.push_str(&step.replace('~', "~0").replace('/', "~1"));
            here = child;
        }
        if let Some(key) = &self.missing {
            pointer.push('/');
            pointer.push_str(&key.replace('~', "~0").replace('/', "~1"));
        }
        pointer
    }
}

/// The `inputs` object of a line.
pub(crate) struct Inputs<'a>(pub(super) Node<'a>);

impl<'a> Inputs<'a> {
    /// The keys of the inputs, when they are among `known`.
    pub(crate) fn fields(&self, known: &'static [&'static str]) -> Result<Fields<'a>, LineError> {
        self.0.fields(known)
    }
}

/// An object whose keys have been checked against the endpoint's own.
pub(crate) struct Fields<'a> {
    object: Node<'a>,
    entries: Vec<(Cow<'a, str>, Node<'a>)>,
}

impl<'a> Fields<'a> {
    /// The value of a key that must be there (it may be null: the reading method decides).
    pub(crate) fn required(&self, key: &'static str) -> Result<Node<'a>, LineError> {
        self.get(key).ok_or_else(|| self.missing(key))
    }

    /// The value of a key that may be left out.
    pub(crate) fn get(&self, key: &'static str) -> Option<Node<'a>> {
        self.entries.iter().find(|(name, _)| name == key).map(|(_, node)| *node)
    }

    /// A key that may be left out; null is refused unless `read` takes it.
    pub(crate) fn or<T>(
        &self,
        key: &'static str,
        default: T,
        read: impl FnOnce(Node<'a>) -> Result<T, LineError>,
    ) -> Result<T, LineError> {
        self.get(key).map_or(Ok(default), read)
    }

    /// A key that must be there and may be null.
    pub(crate) fn nullable<T>(
        &self,
        key: &'static str,
        read: impl FnOnce(Node<'a>) -> Result<T, LineError>,
    ) -> Result<Option<T>, LineError> {
        self.required(key)?.nullable(read)
    }

    /// A key that may be left out or null; both mean unknown.
    pub(crate) fn optional<T>(
        &self,
        key: &'static str,
        read: impl FnOnce(Node<'a>) -> Result<T, LineError>,
    ) -> Result<Option<T>, LineError> {
        self.get(key).map_or(Ok(None), |node| node.nullable(read))
    }

    /// `MISSING_FIELD` for `key`, for rules that ask for a key only in some cases.
    pub(crate) fn missing(&self, key: &'static str) -> LineError {
        LineError {
            code: LineErrorCode::MissingField,
            message: format!("the key `{key}` is required").into(),
            at: self.object.address(),
            missing: Some(key.into()),
        }
    }
}

/// A place in the line, as it was written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Node<'a> {
    text: &'a str,
}

impl<'a> Node<'a> {
    /// The whole line.
    pub(super) fn root(line: &'a str) -> Node<'a> {
        Node { text: line.trim() }
    }

    /// Whether the value is `null`.
    pub(crate) fn is_null(self) -> bool {
        self.text == "null"
    }

    /// None for null, else what `read` makes of the value.
    pub(crate) fn nullable<T>(
        self,
        read: impl FnOnce(Node<'a>) -> Result<T, LineError>,
    ) -> Result<Option<T>, LineError> {
        if self.is_null() { Ok(None) } else { read(self).map(Some) }
    }

    /// `true` or `false`.
    pub(crate) fn boolean(self) -> Result<bool, LineError> {
        match self.text {
            "true" => Ok(true),
            "false" => Ok(false),
            _ => Err(self.wrong_type("true or false is expected")),
        }
    }

    /// A whole JSON number.
    pub(crate) fn int(self) -> Result<i64, LineError> {
        let wrong = || self.wrong_type("a whole number is expected");
        if !self.is_number() {
            return Err(wrong());
        }
        if let Ok(number) = self.text.parse() {
            return Ok(number);
        }
        // Whole numbers may be written 4.0 or 4e0. One that is too large is whole all the same, and out of range.
        let too_large = || self.invalid("a whole number within 64 bits is expected");
        match number::exact(self.text) {
            Some(decimal) if decimal.fract().is_zero() => i64::try_from(decimal).map_err(|_| too_large()),
            None if !self.text.contains(['.', 'e', 'E']) => Err(too_large()),
            Some(_) | None => Err(wrong()),
        }
    }

    /// A whole JSON number within limits.
    pub(crate) fn int_in(self, range: RangeInclusive<i64>) -> Result<i64, LineError> {
        let number = self.int()?;
        if range.contains(&number) {
            return Ok(number);
        }
        Err(self.invalid(match range.end() {
            &i64::MAX => format!("a whole number from {} is expected", range.start()),
            end => format!("a whole number from {} to {end} is expected", range.start()),
        }))
    }

    /// An exact decimal: a JSON number, or a string that reads as one.
    pub(crate) fn decimal(self) -> Result<Decimal, LineError> {
        if self.is_number() {
            return number::exact(self.text)
                .ok_or_else(|| self.invalid("a number with at most 28 digits is expected"));
        }
        if !self.text.starts_with('"') {
            return Err(self.wrong_type("a decimal is expected: a number, or a string such as \"1.30\""));
        }
        let text = self.string()?;
        number::plain(&text).ok_or_else(|| self.invalid("the string is no decimal such as \"1.30\""))
    }

    /// An exact decimal within limits (both included).
    pub(crate) fn decimal_in(self, low: Decimal, high: Decimal) -> Result<Decimal, LineError> {
        let value = self.decimal()?;
        if (low..=high).contains(&value) {
            return Ok(value);
        }
        Err(self.invalid(format!("a decimal from {low} to {high} is expected")))
    }

    /// An exact decimal that is not below zero.
    pub(crate) fn non_negative(self) -> Result<Decimal, LineError> {
        let value = self.decimal()?;
        if value >= Decimal::ZERO {
            Ok(value)
        } else {
            Err(self.invalid("a decimal of 0 or more is expected"))
        }
    }

    /// A probability strictly between 0 and 1.
    pub(crate) fn open_unit(self) -> Result<Decimal, LineError> {
        let value = self.decimal()?;
        if value <= Decimal::ZERO || value >= Decimal::ONE {
            return Err(self.invalid("a decimal above 0 and below 1 is expected"));
        }
        // What rounds to 1 has no interval and no quantile.
        if nearest(value) >= 1.0 {
            return Err(self.invalid("it is too close to 1 to be told from it: give at most 15 nines"));
        }
        Ok(value)
    }

    /// Any string.
    pub(crate) fn string(self) -> Result<Cow<'a, str>, LineError> {
        if !self.text.starts_with('"') {
            return Err(self.wrong_type("a string is expected"));
        }
        // The line was read as JSON before: without an escape the content stands as it is.
        let content = self.text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        if let Some(plain) = content.filter(|content| !content.contains('\\')) {
            return Ok(Cow::Borrowed(plain));
        }
        match serde_json::from_str::<Text<'a>>(self.text) {
            Ok(text) => Ok(text.0),
            Err(_) => Err(self.invalid("the string holds half of a surrogate pair")),
        }
    }

    /// One of a list of words.
    pub(crate) fn choice<T: Copy>(self, choices: &[(&'static str, T)]) -> Result<T, LineError> {
        let word = self.string()?;
        choices.iter().find(|(name, _)| *name == word).map(|(_, value)| *value).ok_or_else(|| {
            let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
            self.invalid(format!("one of {} is expected", names.join(", ")))
        })
    }

    /// A calendar date, `YYYY-MM-DD`.
    pub(crate) fn date(self) -> Result<NaiveDate, LineError> {
        let text = self.string()?;
        number::date(&text).ok_or_else(|| self.invalid("a date YYYY-MM-DD of the calendar is expected"))
    }

    /// The values of a list.
    pub(crate) fn list(self) -> Result<Vec<Node<'a>>, LineError> {
        if !self.text.starts_with('[') {
            return Err(self.wrong_type("a list is expected"));
        }
        match serde_json::from_str::<Vec<&'a RawValue>>(self.text) {
            Ok(values) => Ok(values.into_iter().map(|raw| Node { text: raw.get() }).collect()),
            Err(_) => Err(self.wrong_type("a list is expected")),
        }
    }

    /// The entries of a map whose keys are data. A key given twice is refused.
    pub(crate) fn entries(self) -> Result<Vec<(Cow<'a, str>, Node<'a>)>, LineError> {
        let entries = self.raw_entries()?;
        let mut seen = HashSet::with_capacity(entries.len());
        match entries.iter().find(|(key, _)| !seen.insert(&**key)) {
            Some((key, node)) => Err(node.invalid(format!("the key `{key}` is given twice"))),
            None => Ok(entries),
        }
    }

    /// The keys of an object, when they are among `known`. A key given twice is refused.
    pub(crate) fn fields(self, known: &'static [&'static str]) -> Result<Fields<'a>, LineError> {
        let entries = self.raw_entries()?;
        for (position, (key, node)) in entries.iter().enumerate() {
            if !known.contains(&&**key) {
                let message = format!("the key `{key}` is not known here; known are {}", known.join(", "));
                return Err(node.error(LineErrorCode::UnknownField, message));
            }
            if entries[..position].iter().any(|(earlier, _)| earlier == key) {
                return Err(node.invalid(format!("the key `{key}` is given twice")));
            }
        }
        Ok(Fields { object: self, entries })
    }

    /// `INVALID_VALUE` here.
    pub(crate) fn invalid(self, message: impl Into<Cow<'static, str>>) -> LineError {
        self.error(LineErrorCode::InvalidValue, message)
    }

    /// `INVALID_TYPE` here.
    pub(crate) fn wrong_type(self, message: impl Into<Cow<'static, str>>) -> LineError {
        self.error(LineErrorCode::InvalidType, message)
    }

    /// `UNSUPPORTED_UNIT` here.
    pub(crate) fn unsupported_unit(self, message: impl Into<Cow<'static, str>>) -> LineError {
        self.error(LineErrorCode::UnsupportedUnit, message)
    }

    pub(super) fn error(self, code: LineErrorCode, message: impl Into<Cow<'static, str>>) -> LineError {
        LineError { code, message: message.into(), at: self.address(), missing: None }
    }

    pub(super) fn raw_entries(self) -> Result<Vec<(Cow<'a, str>, Node<'a>)>, LineError> {
        if !self.text.starts_with('{') {
            return Err(self.wrong_type("an object is expected"));
        }
        match serde_json::from_str::<Entries<'a>>(self.text) {
            Ok(entries) => Ok(entries.0),
            Err(_) => Err(self.invalid("a key of the object holds half of a surrogate pair")),
        }
    }

    /// Whether the value is a JSON number.
    pub(super) fn is_number(self) -> bool {
        self.text.starts_with(|first: char| first == '-' || first.is_ascii_digit())
    }

    fn address(self) -> usize {
        self.text.as_ptr() as usize
    }

    /// The child, and its step, that holds the byte at `address`.
    fn child_at(self, address: usize) -> Option<(String, Node<'a>)> {
        let holds = |node: &Node<'a>| (node.address()..node.address() + node.text.len()).contains(&address);
        match self.text.as_bytes().first()? {
            b'{' => {
                let entry = self.raw_entries().ok()?.into_iter().find(|(_, node)| holds(node))?;
                Some((entry.0.into_owned(), entry.1))
            }
            b'[' => {
                let (index, node) =
                    self.list().ok()?.into_iter().enumerate().find(|(_, node)| holds(node))?;
                Some((index.to_string(), node))
            }
            _ => None,
        }
    }
}

/// A string that borrows from the line when it has no escapes.
struct Text<'a>(Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextVisitor;
        impl<'de> Visitor<'de> for TextVisitor {
            type Value = Text<'de>;
            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a string")
            }
            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Borrowed(text)))
            }
            fn visit_str<E>(self, text: &str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Owned(text.to_owned())))
            }
        }
        deserializer.deserialize_str(TextVisitor)
    }
}

/// The entries of an object in their order, values unread.
struct Entries<'a>(Vec<(Cow<'a, str>, Node<'a>)>);

impl<'de: 'a, 'a> Deserialize<'de> for Entries<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct EntriesVisitor;
        impl<'de> Visitor<'de> for EntriesVisitor {
            type Value = Entries<'de>;
            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entries<'de>, A::Error> {
                let mut entries = Vec::with_capacity(12);
                while let Some((key, raw)) = map.next_entry::<Text<'de>, &'de RawValue>()? {
                    entries.push((key.0, Node { text: raw.get() }));
                }
                Ok(Entries(entries))
            }
        }
        deserializer.deserialize_map(EntriesVisitor)
    }
}
