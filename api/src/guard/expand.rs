//! What a parsed document comes to once its fragments are spread, with each fragment looked at once.

use super::{Refused, Rules, within};
use crate::config::Limits;
use async_graphql::parser::types::{
    BaseType, Directive, DocumentOperations, ExecutableDocument, OperationDefinition, OperationType,
    Selection, SelectionSet,
};
use async_graphql::{Name, Positioned};
use std::collections::HashMap;

/// What a selection set comes to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Size {
    fields: usize,
    aliases: usize,
    depth: usize,
    /// Levels of selection sets, those of fragments too.
    nesting: usize,
    /// Levels of introspection's lists, each of which holds a good part of the schema.
    schema_lists: usize,
}

impl Size {
    /// With what stands beside it.
    fn beside(self, other: Size) -> Size {
        Size {
            fields: self.fields.saturating_add(other.fields),
            aliases: self.aliases.saturating_add(other.aliases),
            depth: self.depth.max(other.depth),
            nesting: self.nesting.max(other.nesting),
            schema_lists: self.schema_lists.max(other.schema_lists),
        }
    }
}

/// Lists of introspection that lead back to types: one inside another multiplies the schema by itself.
const SCHEMA_LISTS: [&str; 4] = ["fields", "inputFields", "interfaces", "possibleTypes"];

enum Known {
    Open,
    Done(Size),
}

struct Counter<'d> {
    document: &'d ExecutableDocument,
    rules: Rules<'d>,
    fragments: HashMap<&'d Name, Known>,
}

impl<'d> Counter<'d> {
    /// The size of a selection set that stands so many levels deep. Recursion is bounded by the nesting that is
    /// allowed, since a fragment is entered where it is spread first.
    fn set(&mut self, set: &'d SelectionSet, level: usize) -> Result<Size, Refused> {
        within("nesting", level, self.rules.limits.nesting)?;
        let mut size = Size::default();
        for item in &set.items {
            self.directives(item.node.directives())?;
            let inner = match &item.node {
                Selection::Field(field) => {
                    let inner = self.set(&field.node.selection_set.node, level + 1)?;
                    self.field(field.node.name.node.as_str(), field.node.alias.is_some(), inner)?
                }
                Selection::InlineFragment(inline) => self.set(&inline.node.selection_set.node, level + 1)?,
                Selection::FragmentSpread(spread) => {
                    self.fragment(&spread.node.fragment_name.node, level + 1)?
                }
            };
            size = size.beside(inner);
        }
        Ok(Size { nesting: size.nesting + 1, ..size })
    }

    /// A field with what is inside it.
    fn field(&self, name: &str, alias: bool, inner: Size) -> Result<Size, Refused> {
        if matches!(name, "__schema" | "__type") {
            if !self.rules.introspection {
                return Err(Refused::Rule(
                    "introspection is switched off here: the schema is published as a file".to_owned(),
                ));
            }
            if inner.schema_lists > 1 {
                return Err(Refused::Rule(
                    "introspection may not follow the fields of a field's type: ask type by type".to_owned(),
                ));
            }
        }
        Ok(Size {
            fields: inner.fields.saturating_add(1),
            aliases: inner.aliases.saturating_add(usize::from(alias)),
            depth: inner.depth.saturating_add(1),
            nesting: inner.nesting,
            schema_lists: inner.schema_lists + usize::from(SCHEMA_LISTS.contains(&name)),
        })
    }

    fn directives(&self, directives: &[Positioned<Directive>]) -> Result<(), Refused> {
        within("directives_each", directives.len(), self.rules.limits.directives_each)
    }

    fn fragment(&mut self, name: &'d Name, level: usize) -> Result<Size, Refused> {
        match self.fragments.get(name) {
            Some(Known::Done(size)) => return Ok(*size),
            Some(Known::Open) => {
                return Err(Refused::Rule(format!("fragment `{name}` spreads itself")));
            }
            None => {}
        }
        // An unknown fragment is for validation to name.
        let Some(fragment) = self.document.fragments.get(name) else { return Ok(Size::default()) };
        self.directives(&fragment.node.directives)?;
        self.fragments.insert(name, Known::Open);
        let size = self.set(&fragment.node.selection_set.node, level)?;
        self.fragments.insert(name, Known::Done(size));
        Ok(size)
    }

    /// All of a document: each of its operations and fragments is validated, so each of them counts.
    fn document(&mut self) -> Result<Size, Refused> {
        let document = self.document;
        let mut size = Size::default();
        for (_, operation) in document.operations.iter() {
            self.directives(&operation.node.directives)?;
            for variable in &operation.node.variable_definitions {
                self.directives(&variable.node.directives)?;
                let name = base(&variable.node.var_type.node.base);
                if !(self.rules.is_input)(name) {
                    return Err(Refused::Rule(format!(
                        "`{name}`, the type of `${}`, is no type of an input",
                        variable.node.name.node
                    )));
                }
            }
            size = size.beside(self.set(&operation.node.selection_set.node, 1)?);
        }
        for name in document.fragments.keys() {
            self.fragment(name, 1)?;
        }
        Ok(size)
    }
}

/// The name inside a type's lists.
fn base(ty: &BaseType) -> &str {
    match ty {
        BaseType::Named(name) => name.as_str(),
        BaseType::List(inner) => base(&inner.base),
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
    rules: Rules<'_>,
) -> Result<OperationType, Refused> {
    let limits = rules.limits;
    let operation = chosen(document, operation_name)?;
    let size = Counter { document, rules, fragments: HashMap::new() }.document()?;
    within("expanded_fields", size.fields, limits.expanded_fields)?;
    within("aliases", size.aliases, limits.aliases)?;
    // Each level was looked at when it was entered; a fragment that was known already may lie deeper.
    within("nesting", size.nesting, limits.nesting)?;
    within("depth", size.depth, limits.depth)?;
    root(document, operation, limits)
}

/// The rules of an operation's root.
fn root(
    document: &ExecutableDocument,
    operation: &OperationDefinition,
    limits: &Limits,
) -> Result<OperationType, Refused> {
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
    use crate::guard::{Refused, Rules, admit};
    use std::fmt::Write;

    fn verdict(text: &str) -> Result<(), String> {
        verdict_with(text, true)
    }

    fn verdict_with(text: &str, introspection: bool) -> Result<(), String> {
        let rules = Rules { limits: &Limits::default(), introspection, is_input: |name| name == "Int" };
        admit(text, None, rules).map(|_| ()).map_err(|refused| match refused {
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
    fn a_variable_of_an_unknown_type_is_refused_before_validation_panics() {
        assert_eq!(verdict("query($x: [[Int!]] = [[1]]) { a }"), Ok(()));
        for text in ["query($x: In = {c: 1}) { a }", "query($x: [[In!]!]) { a }", "query b($x: In) { a }"] {
            assert!(verdict(text).unwrap_err().contains("no type of an input"), "{text}");
        }
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
        let few = "@no ".repeat(6);
        for text in [
            format!("{{ a {few} }}"),
            format!("query {few} {{ a }}"),
            format!("query($x: Int {few}) {{ a }}"),
            format!("{{ ... {few} {{ a }} }}"),
            format!("{{ ...f {few} }} fragment f on Query {{ a }}"),
            format!("{{ ...f }} fragment f on Query {few} {{ a }}"),
        ] {
            assert_eq!(verdict(&text), Err("directives_each".to_owned()), "{text}");
        }
        let fragments: String = (0..51).map(|n| format!("fragment f{n} on Query {{ a }} ")).collect();
        assert_eq!(verdict(&format!("{{ a }} {fragments}")), Err("fragments".to_owned()));
        assert_eq!(verdict(&format!("{{ {} }}", "a ".repeat(500))), Err("root_fields".to_owned()));
        assert_eq!(verdict(&format!("{{ {} }}", "a ".repeat(5_000))), Err("tokens".to_owned()));
        assert_eq!(verdict(&"{ a ".repeat(30)), Err("syntax".to_owned()));
        assert_eq!(
            verdict("subscription { a b }"),
            Err("a subscription has exactly one root field".to_owned())
        );
    }

    /// Fragments in a row nest as their fields would: 32 levels are where the library itself gives up.
    #[test]
    fn a_chain_of_fragments_is_as_deep_as_it_is_written_out() {
        let chain = |length: usize| {
            let links: String =
                (1..length).map(|n| format!("fragment f{n} on Query {{ ...f{} }} ", n + 1)).collect();
            verdict(&format!("{{ ...f1 }} {links} fragment f{length} on Query {{ a }}"))
        };
        assert_eq!(chain(38), Ok(()));
        assert_eq!(chain(45), Err("nesting".to_owned()));
        // The same when the deep part was looked at before, from higher up.
        let late = format!(
            "{{ ...g {}...g{} }} fragment g on Query {{ {}a{} }}",
            "a { ".repeat(13),
            " }".repeat(13),
            "... { ".repeat(30),
            " }".repeat(30)
        );
        assert_eq!(verdict(&late), Err("nesting".to_owned()));
    }

    #[test]
    fn introspection_is_refused_where_it_is_off_and_circles_are_refused_everywhere() {
        let usual = "{ __schema { types { name fields { name args { type { ofType { name } } } } } } }";
        assert_eq!(verdict_with(usual, true), Ok(()));
        for text in [
            usual,
            "{ __type(name: \"Study\") { name } }",
            "{ a: __schema { queryType { name } } }",
            "{ ...f } fragment f on Query { ... { __schema { queryType { name } } } }",
        ] {
            assert!(verdict_with(text, false).unwrap_err().contains("switched off"), "{text}");
        }
        assert_eq!(verdict_with("{ __typename study { fields { fields } } }", false), Ok(()));
        for text in [
            "{ __schema { types { fields { type { fields { type { name } } } } } } }",
            "{ __schema { ...s } } fragment s on __Schema { types { possibleTypes { ...t } } }
             fragment t on __Type { interfaces { name } }",
        ] {
            assert!(verdict_with(text, true).unwrap_err().contains("may not follow"), "{text}");
        }
    }
}
