//! Canonical text: RFC 8785 JSON, narrowed so that one value has one text and a text survives every reader.
//!
//! Narrower than the RFC: no floats (a decimal is a string), no integers beyond 2^53 (writers of the RFC
//! round them without a word), texts in NFC and without U+0000 (which PostgreSQL cannot store), at most 100
//! levels.

mod guard;

use std::sync::Arc;

use serde::Serialize;

/// The largest integer allowed, 2^53; its negative is the smallest.
pub const MAX_INTEGER: i128 = 1 << 53;

/// The greatest number of objects and arrays inside each other. Readers of JSON commonly stop a little above.
pub const MAX_DEPTH: usize = 100;

/// Why a value has no canonical text, or a text is not canonical. It names the place and never the value
/// there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CanonicalError {
    /// A number that is not an integer, or is typed as one that need not be; also NaN and infinities.
    Float {
        /// The place, as a JSON pointer (RFC 6901).
        pointer: String,
    },
    /// An integer beyond 2^53.
    TooLarge {
        /// The place, as a JSON pointer.
        pointer: String,
    },
    /// A text, or a key, that is not in Unicode's normalisation form C.
    NotNfc {
        /// The place, as a JSON pointer.
        pointer: String,
    },
    /// A text, or a key, that holds U+0000.
    Nul {
        /// The place, as a JSON pointer.
        pointer: String,
    },
    /// More than [`MAX_DEPTH`] objects and arrays inside each other.
    TooDeep {
        /// The place, as a JSON pointer.
        pointer: String,
    },
    /// The value cannot be written as JSON: a key twice, a key that is no text, an error of its own.
    Unwritable(&'static str),
    /// The text is not JSON, or not of the expected shape.
    Syntax {
        /// The column at which reading stopped, in bytes from 1.
        column: usize,
    },
    /// The text is JSON, but not the canonical text of its value.
    NotCanonical {
        /// The first byte that differs from the canonical text, from 0.
        offset: usize,
    },
}

impl CanonicalError {
    /// What is wrong, in words for an operator. Holds no value of the text.
    pub fn message(&self) -> String {
        match self {
            Self::Float { pointer } => format!("a number that is not an integer at \"{pointer}\""),
            Self::TooLarge { pointer } => format!("an integer beyond 2^53 at \"{pointer}\""),
            Self::NotNfc { pointer } => format!("a text that is not in form NFC at \"{pointer}\""),
            Self::Nul { pointer } => format!("a text with U+0000 at \"{}\"", pointer.escape_default()),
            Self::TooDeep { pointer } => format!("more than {MAX_DEPTH} levels at \"{pointer}\""),
            Self::Unwritable(why) => format!("no JSON: {why}"),
            Self::Syntax { column } => format!("not the expected JSON, at column {column}"),
            Self::NotCanonical { offset } => format!("not canonical, from byte {offset} on"),
        }
    }

    /// Only the column: the reader's own message may quote the text, which may be personal.
    pub(crate) fn syntax(error: &serde_json::Error) -> Self {
        Self::Syntax { column: error.column() }
    }
}

/// The canonical text of a value.
///
/// # Errors
/// The value holds a float, an integer beyond 2^53, or a text that is not NFC or has U+0000; the error names
/// the place.
pub fn to_canonical<T: Serialize>(value: &T) -> Result<String, CanonicalError> {
    guard::check(value)?;
    serde_json_canonicalizer::to_string(value)
        .map_err(|_| CanonicalError::Unwritable("a key twice, or raw JSON inside"))
}

/// [`to_canonical`] as the shared text that a change holds.
///
/// # Errors
/// As `to_canonical`.
pub fn to_image<T: Serialize>(row: &T) -> Result<Arc<str>, CanonicalError> {
    to_canonical(row).map(Arc::from)
}

/// Proves that a text is canonical: reads it, writes its canonical text anew and compares byte by byte.
///
/// # Errors
/// The text is not JSON, holds what canonical text may not hold, or has another canonical text.
pub fn check(text: &str) -> Result<(), CanonicalError> {
    let value: serde_json::Value =
        serde_json::from_str(text).map_err(|error| CanonicalError::syntax(&error))?;
    same(&to_canonical(&value)?, text)
}

/// Compares a text with the canonical text of its value.
pub(crate) fn same(canonical: &str, text: &str) -> Result<(), CanonicalError> {
    if canonical == text {
        return Ok(());
    }
    let common = canonical.bytes().zip(text.bytes()).take_while(|(left, right)| left == right).count();
    Err(CanonicalError::NotCanonical { offset: common })
}

#[cfg(test)]
pub(crate) mod tests;
