//! The operations that a server executes: any, or those of a list that its front ends were built with, by their SHA-256.
//!
//! The list is an operation manifest as GraphQL build tools write it (`apollo-persisted-query-manifest`, version 1). Whoever
//! has a stolen token can then do nothing but what a front end does.

use super::Envelope;
use crate::failure::{Code, Failure};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use std::collections::HashMap;
use std::path::Path;

/// The format that a manifest names.
const FORMAT: &str = "apollo-persisted-query-manifest";

#[derive(Deserialize)]
struct Manifest {
    format: String,
    version: u32,
    operations: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    id: String,
    body: String,
}

/// Which operations are executed.
#[derive(Debug, Default)]
pub struct Operations(Option<HashMap<String, String>>);

impl Operations {
    /// Those of a manifest, or any without one.
    ///
    /// # Errors
    /// What is wrong with it, for the operator.
    pub fn read(file: Option<&Path>) -> Result<Operations, String> {
        let Some(file) = file else { return Ok(Operations(None)) };
        let wrong = |what: &dyn std::fmt::Display| format!("server.operations: {}: {what}", file.display());
        let text = std::fs::read_to_string(file).map_err(|error| wrong(&error))?;
        Operations::of(&text).map_err(|error| wrong(&error))
    }

    fn of(text: &str) -> Result<Operations, String> {
        let manifest: Manifest = serde_json::from_str(text).map_err(|error| error.to_string())?;
        if manifest.format != FORMAT || manifest.version != 1 {
            return Err(format!("it must be an `{FORMAT}` of version 1"));
        }
        let mut known = HashMap::with_capacity(manifest.operations.len());
        for Entry { id, body } in manifest.operations {
            if id != hash(&body) {
                return Err(format!("the operation `{id}` is not named by the SHA-256 of its body"));
            }
            known.insert(id, body);
        }
        Ok(Operations(Some(known)))
    }

    /// Puts the document in place that a request names by its hash. With a list, a document that is not on it is refused.
    ///
    /// # Errors
    /// PERSISTED_QUERY_NOT_FOUND.
    pub fn resolve(&self, wanted: &mut Envelope) -> Result<(), Failure> {
        let refuse = |why| Err(Failure::new(Code::PersistedQueryNotFound, why));
        match (&self.0, &wanted.hash) {
            (None, Some(_)) if wanted.query.is_empty() => {
                refuse("this server keeps no operations: send the document as `query`")
            }
            (None, _) => Ok(()),
            (Some(known), given) => {
                let named = given.clone().unwrap_or_else(|| hash(&wanted.query));
                let Some(body) = known.get(&named) else {
                    return refuse("the operation is not one that this server executes");
                };
                wanted.query.clone_from(body);
                Ok(())
            }
        }
    }
}

fn hash(text: &str) -> String {
    data_encoding::HEXLOWER.encode(&Sha256::digest(text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Map, json};

    fn wanted(query: &str, hash: Option<String>) -> Envelope {
        Envelope { query: query.to_owned(), hash, operation_name: None, variables: Map::new() }
    }

    fn manifest(id: &str) -> String {
        let entry = json!({ "id": id, "name": "A", "type": "query", "body": "query A { a }" });
        json!({ "format": FORMAT, "version": 1, "operations": [entry] }).to_string()
    }

    /// Threat model 7.2: an unknown hash is refused, and so is a document that no front end was built with.
    #[test]
    fn only_listed_operations_are_executed() {
        let id = hash("query A { a }");
        let list = Operations::of(&manifest(&id)).unwrap();
        let resolved = |operations: &Operations, mut envelope: Envelope| {
            operations
                .resolve(&mut envelope)
                .map(|()| envelope.query)
                .map_err(|failure| failure.code.as_str())
        };
        let known = Ok("query A { a }".to_owned());
        let unknown = Err("PERSISTED_QUERY_NOT_FOUND");
        assert_eq!(resolved(&list, wanted("", Some(id.clone()))), known);
        assert_eq!(resolved(&list, wanted("query A { a }", None)), known);
        // What is named is executed, whatever document comes with it.
        assert_eq!(resolved(&list, wanted("query A { b }", Some(id.clone()))), known);
        assert_eq!(resolved(&list, wanted("query A { b }", None)), unknown);
        assert_eq!(resolved(&list, wanted("query A { a } ", None)), unknown);
        assert_eq!(resolved(&list, wanted("", Some(hash("")))), unknown);
        assert_eq!(resolved(&list, wanted("", None)), unknown);
        let any = Operations::default();
        assert_eq!(resolved(&any, wanted("{ b }", None)), Ok("{ b }".to_owned()));
        assert_eq!(
            resolved(&any, wanted("", None)),
            Ok(String::new()),
            "what is wrong with it the parser says"
        );
        assert_eq!(resolved(&any, wanted("", Some(id))), unknown);
    }

    #[test]
    fn a_manifest_that_is_none_is_refused() {
        for (text, why) in [
            ("{}", "missing field"),
            (manifest("abc").as_str(), "not named by the SHA-256"),
            (r#"{"format":"other","version":1,"operations":[]}"#, "must be an"),
            (r#"{"format":"apollo-persisted-query-manifest","version":2,"operations":[]}"#, "must be an"),
        ] {
            let error = Operations::of(text).unwrap_err();
            assert!(error.contains(why), "{text}: {error}");
        }
    }
}
