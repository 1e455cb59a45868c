//! Stands before the GraphQL parser: what is too much is refused before anything is built from it.
//!
//! The library's parser can be brought down by nested values, and its validation by fragments that fan out
//! or by fields that repeat. [`json`] and [`scan`] read a text once, in order; [`expand`] then counts the parsed
//! document with each fragment looked at once. [`rate`] counts callers and addresses.

pub mod cost;
pub mod counters;
mod expand;
mod held;
pub mod json;
pub mod operations;
pub mod pages;
pub mod rate;
mod scan;

use crate::config::{Limits, Settings};
use crate::failure::{Code, Failure};
use async_graphql::parser::types::{ExecutableDocument, OperationType};
pub use held::{Documents, Passed};
pub use json::Envelope;

/// A document that is not looked at further.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// It is larger or deeper than a limit allows.
    TooMuch {
        /// The limit's name in the configuration.
        limit: &'static str,
        /// What it allows.
        allowed: usize,
    },
    /// It is not GraphQL.
    Syntax {
        /// What the parser says.
        message: String,
        /// Line and column, from 1.
        at: Option<(usize, usize)>,
    },
    /// It says something that must not be said.
    Rule(String),
}

impl Refused {
    /// The public text.
    pub fn message(&self) -> String {
        match self {
            Refused::TooMuch { limit, allowed } => {
                format!("the request goes beyond `limits.{limit}`: at most {allowed} are allowed")
            }
            Refused::Syntax { message, .. } => message.clone(),
            Refused::Rule(message) => message.clone(),
        }
    }
}

impl From<Refused> for Failure {
    fn from(refused: Refused) -> Failure {
        let code = match refused {
            Refused::TooMuch { .. } => Code::CostExceeded,
            Refused::Syntax { .. } | Refused::Rule(_) => Code::BadUserInput,
        };
        Failure::new(code, refused.message())
    }
}

fn within(limit: &'static str, value: usize, allowed: usize) -> Result<(), Refused> {
    if value > allowed { Err(Refused::TooMuch { limit, allowed }) } else { Ok(()) }
}

/// A document that passed, with the type of the operation that will run.
#[derive(Debug)]
pub struct Admitted {
    /// The parsed document.
    pub document: ExecutableDocument,
    /// What kind of operation was asked for.
    pub operation: OperationType,
    /// Lexical tokens of its text, which is what its size in memory goes by.
    pub tokens: usize,
}

/// What is allowed of a document.
#[derive(Clone, Copy, Debug)]
pub struct Rules<'s> {
    /// The numbers.
    pub limits: &'s Limits,
    /// Whether the schema may be introspected.
    pub introspection: bool,
    /// Whether a name is that of an input type: the library's validation ends in a panic where one is unknown.
    pub is_input: fn(&str) -> bool,
}

impl<'s> From<&'s Settings> for Rules<'s> {
    fn from(settings: &'s Settings) -> Rules<'s> {
        Rules {
            limits: &settings.limits,
            introspection: settings.server.introspection,
            is_input: crate::graphql::is_input,
        }
    }
}

/// The parser's message without the line of the document that it shows: that may hold somebody's name.
fn without_source(message: &str) -> &str {
    let expected = message.lines().find_map(|line| line.trim_start().strip_prefix("= "));
    let shows_source = message.contains("-->") || message.contains('\n');
    expected.unwrap_or(if shows_source { "it cannot be parsed there" } else { message })
}

/// Scans, parses and counts a document.
///
/// # Errors
/// What was too much or wrong, in time linear in the text.
pub fn admit(text: &str, operation_name: Option<&str>, rules: Rules<'_>) -> Result<Admitted, Refused> {
    let limits = rules.limits;
    within("document_bytes", text.len(), limits.document_bytes)?;
    let count = scan::scan(text)?;
    within("tokens", count.tokens, limits.tokens)?;
    within("nesting", count.nesting, limits.nesting)?;
    within("directives", count.directives, limits.directives)?;
    let document = async_graphql::parser::parse_query(text).map_err(|error| Refused::Syntax {
        at: error.positions().next().map(|position| (position.line, position.column)),
        message: format!("the document is not GraphQL: {}", without_source(&error.to_string())),
    })?;
    within("fragments", document.fragments.len(), limits.fragments)?;
    let operation = expand::check(&document, operation_name, rules)?;
    Ok(Admitted { document, operation, tokens: count.tokens })
}
