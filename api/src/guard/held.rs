//! Documents that passed, so that a client's documents are scanned, parsed and counted once.
//!
//! Whether a document passes depends on its text, the operation's name and the rules, which are the server's for as
//! long as it runs: nothing that is held here can become wrong. What depends on a request's variables, the sizes of
//! pages and the cost, is judged with each request, and so are quotas; nothing that was refused is held.

use super::{Admitted, Refused, Rules, admit};
use async_graphql::parser::types::OperationType;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Bytes of documents that are held, as they are counted here: in two halves, of which the older is dropped whole.
const BYTES: usize = 32 << 20;

/// What a parsed document takes, by tokens of its text: the costliest, a flat list of fields that has just outgrown
/// its vector, comes to 420.
const BYTES_A_TOKEN: usize = 512;

/// What any document takes besides.
const BYTES_A_DOCUMENT: usize = 1 << 10;

/// What was admitted under a text, by the name of the operation that runs.
type Held = HashMap<Box<str>, Vec<(Option<Box<str>>, Arc<Admitted>)>>;

#[derive(Default)]
struct Halves {
    newer: Held,
    older: Held,
    /// Bytes of the newer half.
    bytes: usize,
}

/// Documents that passed.
#[derive(Default)]
pub struct Documents {
    halves: Mutex<Halves>,
}

/// A document that passed, and whether it was held.
pub struct Passed {
    /// The document.
    pub admitted: Arc<Admitted>,
    held: bool,
}

impl Documents {
    /// Scans, parses and counts a document, unless it is held.
    ///
    /// # Errors
    /// As for [`admit`].
    pub fn admit(&self, text: &str, name: Option<&str>, rules: Rules<'_>) -> Result<Passed, Refused> {
        if let Some(admitted) = self.find(text, name) {
            return Ok(Passed { admitted, held: true });
        }
        Ok(Passed { admitted: Arc::new(admit(text, name, rules)?), held: false })
    }

    /// Holds a document from now on. Called once the caller is known, so that nobody else can fill the memory. A
    /// mutation is not held: written without variables it may carry what is personal.
    pub fn keep(&self, text: &str, name: Option<&str>, passed: &Passed) {
        if !passed.held && passed.admitted.operation != OperationType::Mutation {
            self.halves.lock().unwrap_or_else(PoisonError::into_inner).put(text, name, &passed.admitted);
        }
    }

    fn find(&self, text: &str, name: Option<&str>) -> Option<Arc<Admitted>> {
        let mut halves = self.halves.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = of(&halves.newer, text, name) {
            return Some(found);
        }
        let found = of(&halves.older, text, name)?;
        halves.put(text, name, &found);
        Some(found)
    }
}

fn of(held: &Held, text: &str, name: Option<&str>) -> Option<Arc<Admitted>> {
    let named = held.get(text)?.iter().find(|(of, _)| of.as_deref() == name)?;
    Some(named.1.clone())
}

fn size(text: &str, name: Option<&str>, admitted: &Admitted) -> usize {
    BYTES_A_DOCUMENT + text.len() + name.map_or(0, str::len) + BYTES_A_TOKEN * admitted.tokens
}

impl Halves {
    fn put(&mut self, text: &str, name: Option<&str>, admitted: &Arc<Admitted>) {
        let bytes = size(text, name, admitted);
        if self.bytes + bytes > BYTES / 2 {
            self.older = std::mem::take(&mut self.newer);
            self.bytes = 0;
        }
        let named = self.newer.entry(text.into()).or_default();
        if named.iter().all(|(of, _)| of.as_deref() != name) {
            named.push((name.map(Into::into), admitted.clone()));
            self.bytes += bytes;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Settings;

    fn ask(documents: &Documents, text: &str, name: Option<&str>) -> Result<(OperationType, bool), Refused> {
        let passed = documents.admit(text, name, (&Settings::default()).into())?;
        documents.keep(text, name, &passed);
        Ok((passed.admitted.operation, passed.held))
    }

    #[test]
    fn a_document_is_held_by_its_text_and_the_name_of_its_operation() {
        let documents = Documents::default();
        let text = "query A { a } subscription B { b } mutation C { c }";
        for (name, operation) in [("A", OperationType::Query), ("B", OperationType::Subscription)] {
            assert_eq!(ask(&documents, text, Some(name)), Ok((operation, false)));
            assert_eq!(ask(&documents, text, Some(name)), Ok((operation, true)));
        }
        for _ in 0..2 {
            assert_eq!(ask(&documents, text, Some("C")), Ok((OperationType::Mutation, false)));
        }
        assert!(ask(&documents, text, None).is_err() && ask(&documents, text, Some("D")).is_err());
        assert_eq!(ask(&documents, &format!("{text} "), Some("A")), Ok((OperationType::Query, false)));
    }

    #[test]
    fn what_is_not_kept_is_not_held() {
        let documents = Documents::default();
        for _ in 0..2 {
            let passed = documents.admit("{ a }", None, (&Settings::default()).into());
            assert_eq!(passed.map(|it| it.held), Ok(false));
        }
    }

    #[test]
    fn what_is_held_is_bounded_and_what_is_used_stays() {
        let documents = Documents::default();
        let large = |n: usize| format!("{{ x {{ a{n} {} }} }} #{}", "b ".repeat(1_500), "#".repeat(20_000));
        ask(&documents, "{ used }", None).unwrap();
        for n in 0..100 {
            ask(&documents, &large(n), None).unwrap();
            assert_eq!(ask(&documents, "{ used }", None), Ok((OperationType::Query, true)), "after {n}");
            let halves = documents.halves.lock().unwrap();
            let held = halves.newer.iter().chain(&halves.older);
            let sizes =
                held.flat_map(|(text, named)| named.iter().map(|it| size(text, it.0.as_deref(), &it.1)));
            assert!(sizes.sum::<usize>() <= BYTES);
        }
        assert_eq!(ask(&documents, &large(0), None), Ok((OperationType::Query, false)));
    }
}
