//! What a parsed document comes to once its fragments are spread, with each fragment looked at once.

use super::{Refused, within};
use crate::config::Limits;
use async_graphql::Name;
use async_graphql::parser::types::{
    DocumentOperations, ExecutableDocument, OperationDefinition, OperationType, Selection, SelectionSet,
};
use std::collections::HashMap;

/// What a selection set comes to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Size {
    fields: usize,
    aliases: usize,
    depth: usize,
}

enum Known {
    Open,
    Done(Size),
}

struct Counter<'d> {
    document: &'d ExecutableDocument,
    fragments: HashMap<&'d Name, Known>,
}

impl<'d> Counter<'d> {
    /// The size of a selection set. Recursion is bounded by the nesting that the scan allowed and by the
    /// number of fragments, each of which is entered once.
    fn set(&mut self, set: &'d SelectionSet) -> Result<Size, Refused> {
        let mut size = Size::default();
        for item in &set.items {
            let (inner, own) = match &item.node {
                Selection::Field(field) => {
                    let own = Size { fields: 1, aliases: usize::from(field.node.alias.is_some()), depth: 1 };
                    (self.set(&field.node.selection_set.node)?, own)
                }
                Selection::InlineFragment(inline) => {
                    (self.set(&inline.node.selection_set.node)?, Size::default())
                }
                Selection::FragmentSpread(spread) => {
                    (self.fragment(&spread.node.fragment_name.node)?, Size::default())
                }
            };
            size.fields = size.fields.saturating_add(inner.fields).saturating_add(own.fields);
            size.aliases = size.aliases.saturating_add(inner.aliases).saturating_add(own.aliases);
            size.depth = size.depth.max(inner.depth.saturating_add(own.depth));
        }
        Ok(size)
    }

    fn fragment(&mut self, name: &'d Name) -> Result<Size, Refused> {
        match self.fragments.get(name) {
            Some(Known::Done(size)) => return Ok(*size),
            Some(Known::Open) => {
                return Err(Refused::Rule(format!("fragment `{name}` spreads itself")));
            }
            None => {}
        }
        // An unknown fragment is for validation to name.
        let Some(fragment) = self.document.fragments.get(name) else { return Ok(Size::default()) };
        self.fragments.insert(name, Known::Open);
        let size = self.set(&fragment.node.selection_set.node)?;
        self.fragments.insert(name, Known::Done(size));
        Ok(size)
    }
}

fn chosen<'d>(
    document: &'d ExecutableDocument,
    name: Option<&str>,
) -> Result<&'d OperationDefinition, Refused> {
    let none = || Refused::Rule("the document has no operation of that name".to_owned());
    match (&document.operations, name) {
        (DocumentOperations::Single(operation), None) => Ok(&operation.node),
        (DocumentOperations::Single(_), Some(_)) => Err(none()),
        (DocumentOperations::Multiple(operations), Some(name)) => operations
            .iter()
            .find(|entry| entry.0.as_str() == name)
            .map(|entry| &entry.1.node)
            .ok_or_else(none),
        (DocumentOperations::Multiple(operations), None) => {
            let mut all = operations.values();
            match (all.next(), all.next()) {
                (Some(only), None) => Ok(&only.node),
                _ => Err(Refused::Rule("the document has several operations: name one".to_owned())),
            }
        }
    }
}

/// Response keys at the root of an operation, fragments included.
fn root_keys<'d>(
    document: &'d ExecutableDocument,
    set: &'d SelectionSet,
    keys: &mut Vec<&'d str>,
    seen: &mut Vec<&'d Name>,
) {
    for item in &set.items {
        match &item.node {
            Selection::Field(field) => keys.push(field.node.response_key().node.as_str()),
            Selection::InlineFragment(inline) => {
                root_keys(document, &inline.node.selection_set.node, keys, seen);
            }
            Selection::FragmentSpread(spread) => {
                let name = &spread.node.fragment_name.node;
                // Spread twice, a fragment's fields come twice: that is what the caller looks for.
                let depth = seen.iter().filter(|held| **held == name).count();
                if depth > 1 {
                    continue;
                }
                seen.push(name);
                if let Some(fragment) = document.fragments.get(name) {
                    root_keys(document, &fragment.node.selection_set.node, keys, seen);
                }
            }
        }
        if keys.len() > 10_000 {
            return;
        }
    }
}

/// Counts the document and applies the rules of its root.
///
/// # Errors
/// A limit that it goes beyond, or a rule that it breaks.
pub(super) fn check(
    document: &ExecutableDocument,
    operation_name: Option<&str>,
    limits: &Limits,
) -> Result<OperationType, Refused> {
    let operation = chosen(document, operation_name)?;
    let mut counter = Counter { document, fragments: HashMap::new() };
    // Every operation and fragment of the document is validated, so every one of them counts.
    let mut size = Size::default();
    let mut take = |counted: Size| {
        size.fields = size.fields.saturating_add(counted.fields);
        size.aliases = size.aliases.saturating_add(counted.aliases);
        size.depth = size.depth.max(counted.depth);
    };
    for (_, each) in document.operations.iter() {
        take(counter.set(&each.node.selection_set.node)?);
    }
    for name in document.fragments.keys() {
        counter.fragment(name)?;
    }
    within("expanded_fields", size.fields, limits.expanded_fields)?;
    within("aliases", size.aliases, limits.aliases)?;
    within("depth", size.depth, limits.depth)?;

    let mut keys = Vec::new();
    root_keys(document, &operation.selection_set.node, &mut keys, &mut Vec::new());
    within("root_fields", keys.len(), limits.root_fields)?;
    match operation.ty {
        OperationType::Query => {}
        OperationType::Mutation => {
            let mut sorted = keys.clone();
            sorted.sort_unstable();
            if let Some(twice) = sorted.windows(2).find(|pair| pair[0] == pair[1]) {
                return Err(Refused::Rule(format!(
                    "`{}` stands twice at the root of a mutation: give each act an alias of its own",
                    twice[0]
                )));
            }
        }
        OperationType::Subscription => {
            if keys.len() != 1 {
                return Err(Refused::Rule("a subscription has exactly one root field".to_owned()));
            }
        }
    }
    Ok(operation.ty)
}

#[cfg(test)]
mod tests {
    use crate::config::Limits;
    use crate::guard::{Refused, admit};
    use std::fmt::Write;

    fn verdict(text: &str) -> Result<(), String> {
        admit(text, None, &Limits::default()).map(|_| ()).map_err(|refused| match refused {
            Refused::TooMuch { limit, .. } => limit.to_owned(),
            Refused::Syntax { .. } => "syntax".to_owned(),
            Refused::Rule(message) => message,
        })
    }

    /// The attack of fragments that each spread the next twice: 2^31 fields from 1.2 KB.
    #[test]
    fn a_fan_of_fragments_is_counted_and_not_walked() {
        let mut text = "{ ...f0 }".to_owned();
        for n in 0..31 {
            let _ = write!(text, " fragment f{n} on Query {{ ...f{0} ...f{0} }}", n + 1);
        }
        text.push_str(" fragment f31 on Query { a }");
        assert_eq!(verdict(&text), Err("expanded_fields".to_owned()));
    }

    #[test]
    fn nested_values_never_reach_the_parser() {
        let deep = format!("{{ a(x: {}1{}) }}", "[".repeat(2_000), "]".repeat(2_000));
        assert!(matches!(verdict(&deep).as_ref().map_err(String::as_str), Err("tokens" | "nesting")));
        let narrow = format!("{{ a(x: {}1{}) }}", "[".repeat(100), "]".repeat(100));
        assert_eq!(verdict(&narrow), Err("nesting".to_owned()));
    }

    #[test]
    fn a_mutation_written_twice_is_refused() {
        for text in
            ["mutation { a { b } a { c } }", "mutation { ...m ...m } fragment m on Mutation { a { b } }"]
        {
            assert!(verdict(text).unwrap_err().contains("stands twice"), "{text}");
        }
        assert_eq!(verdict("mutation { x: a { b } y: a { c } }"), Ok(()));
    }

    #[test]
    fn fragments_that_spread_themselves_are_named() {
        assert_eq!(
            verdict("{ ...f } fragment f on Query { ...g } fragment g on Query { ...f }"),
            Err("fragment `f` spreads itself".to_owned())
        );
    }

    #[test]
    fn floods_meet_their_limits() {
        let aliases: String = (0..101).map(|n| format!("a{n}: x ")).collect();
        assert_eq!(verdict(&format!("{{ s {{ {aliases} }} }}")), Err("aliases".to_owned()));
        let directives = "@no ".repeat(60);
        assert_eq!(verdict(&format!("{{ a {directives} }}")), Err("directives".to_owned()));
        assert_eq!(verdict(&format!("{{ {} }}", "a ".repeat(500))), Err("root_fields".to_owned()));
        assert_eq!(verdict(&format!("{{ {} }}", "a ".repeat(5_000))), Err("tokens".to_owned()));
        assert_eq!(verdict(&"{ a ".repeat(30)), Err("syntax".to_owned()));
        assert_eq!(
            verdict("subscription { a b }"),
            Err("a subscription has exactly one root field".to_owned())
        );
    }
}
