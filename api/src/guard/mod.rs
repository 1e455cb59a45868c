//! Stands before the GraphQL parser: what is too much is refused before anything is built from it.
//!
//! The library's parser can be brought down by nested values, and its validation by fragments that fan out
//! or by fields that repeat. [`scan`] reads the text once, in order; [`expand`] then counts the parsed
//! document with each fragment looked at once.

mod expand;
mod scan;

use crate::config::Limits;
use async_graphql::parser::types::{ExecutableDocument, OperationType};
pub use scan::nesting_of_json;

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
                format!("the document goes beyond `limits.{limit}`: at most {allowed} are allowed")
            }
            Refused::Syntax { message, .. } => message.clone(),
            Refused::Rule(message) => message.clone(),
        }
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
}

/// Scans, parses and counts a document.
///
/// # Errors
/// What was too much or wrong, in time linear in the text.
pub fn admit(text: &str, operation_name: Option<&str>, limits: &Limits) -> Result<Admitted, Refused> {
    within("document_bytes", text.len(), limits.document_bytes)?;
    let count = scan::scan(text)?;
    within("tokens", count.tokens, limits.tokens)?;
    within("nesting", count.nesting, limits.nesting)?;
    within("directives", count.directives, limits.directives)?;
    let document = async_graphql::parser::parse_query(text).map_err(|error| Refused::Syntax {
        at: error.positions().next().map(|position| (position.line, position.column)),
        message: format!("the document is not GraphQL: {error}"),
    })?;
    let operation = expand::check(&document, operation_name, limits)?;
    Ok(Admitted { document, operation })
}
