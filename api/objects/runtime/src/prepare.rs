//! What is done to a parsed request before it is executed, where the library's own treatment falls short.
//!
//! The server parses first (`Request::parsed_query`), looks at [`expanded_size`] and refuses, then calls
//! [`complete`] on its copy of the document and hands it over with `Request::set_parsed_query`.

use std::collections::{HashMap, HashSet};

use async_graphql::parser::types::{
    DocumentOperations, ExecutableDocument, FragmentDefinition, OperationDefinition, Selection, SelectionSet,
};
use async_graphql::{Name, Positioned, ServerError, Value as ConstValue, Variables};
use async_graphql_value::Value;

use crate::plan::bad_input;

/// Fills variables' defaults in, refuses a request that lacks a required variable, and removes the places where a
/// left-out variable stands.
///
/// The library applies `@skip` and `@include` before it looks at defaults, and passes a left-out nullable
/// variable as null, which is not the same as leaving the argument or the input field out.
///
/// # Errors
/// One per required variable without a value; code `BAD_USER_INPUT`.
pub fn complete(
    document: &mut ExecutableDocument,
    operation_name: Option<&str>,
    variables: &mut Variables,
) -> Result<(), Vec<ServerError>> {
    // An operation that cannot be determined is reported on execution.
    let Some(operation) = operation(document, operation_name) else { return Ok(()) };
    let mut absent = HashSet::new();
    let mut errors = Vec::new();
    for definition in &operation.node.variable_definitions {
        let (name, ty) = (&definition.node.name.node, &definition.node.var_type.node);
        let given = variables.get(name);
        match (&definition.node.default_value, given) {
            (Some(default), None) => {
                let default = default.node.clone();
                variables.insert(name.clone(), default);
            }
            (None, None) if ty.nullable => {
                absent.insert(name.clone());
            }
            (_, None | Some(ConstValue::Null)) if !ty.nullable => {
                let message = format!("Variable \"${name}\" of required type \"{ty}\" has no value.");
                errors.push(bad_input(ServerError::new(message, Some(definition.pos))));
            }
            (_, Some(_) | None) => {}
        }
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    if !absent.is_empty() {
        leave_out(document, &absent);
    }
    Ok(())
}

fn operation<'d>(
    document: &'d ExecutableDocument,
    operation_name: Option<&str>,
) -> Option<&'d Positioned<OperationDefinition>> {
    match (&document.operations, operation_name) {
        (DocumentOperations::Single(operation), None) => Some(operation),
        (DocumentOperations::Single(_), Some(_)) => None,
        (DocumentOperations::Multiple(operations), Some(name)) => operations.get(name),
        (DocumentOperations::Multiple(operations), None) if operations.len() == 1 => {
            operations.values().next()
        }
        (DocumentOperations::Multiple(_), None) => None,
    }
}

/// Removes arguments and input fields that are nothing but a left-out variable. A variable that stands nowhere
/// any more loses its definition too, or validation would call it unused.
fn leave_out(document: &mut ExecutableDocument, absent: &HashSet<Name>) {
    let mut places = Places { absent, removed: HashSet::new(), left: HashSet::new() };
    for fragment in document.fragments.values_mut() {
        places.in_set(&mut fragment.node.selection_set.node);
    }
    let mut operations: Vec<_> = match &mut document.operations {
        DocumentOperations::Single(operation) => vec![operation],
        DocumentOperations::Multiple(operations) => operations.values_mut().collect(),
    };
    for operation in &mut operations {
        places.in_set(&mut operation.node.selection_set.node);
    }
    let Places { removed, left, .. } = places;
    for operation in operations {
        operation.node.variable_definitions.retain(|definition| {
            let name = &definition.node.name.node;
            !removed.contains(name) || left.contains(name)
        });
    }
}

struct Places<'a> {
    absent: &'a HashSet<Name>,
    removed: HashSet<Name>,
    left: HashSet<Name>,
}

impl Places<'_> {
    fn in_set(&mut self, set: &mut SelectionSet) {
        for selection in &mut set.items {
            for directive in selection.node.directives() {
                directive.node.arguments.iter().for_each(|(_, value)| self.note(&value.node));
            }
            match &mut selection.node {
                Selection::Field(field) => {
                    field.node.arguments.retain_mut(|(_, value)| self.stays(&mut value.node));
                    self.in_set(&mut field.node.selection_set.node);
                }
                Selection::InlineFragment(fragment) => self.in_set(&mut fragment.node.selection_set.node),
                Selection::FragmentSpread(_) => {}
            }
        }
    }

    fn stays(&mut self, value: &mut Value) -> bool {
        match value {
            Value::Variable(name) if self.absent.contains(name) => {
                self.removed.insert(name.clone());
                false
            }
            Value::Object(fields) => {
                fields.retain(|_, field| self.stays(field));
                true
            }
            Value::List(items) => {
                // An item cannot be left out of a list: there a left-out variable is null.
                for item in items {
                    match item {
                        Value::Variable(_) => self.note(item),
                        other => {
                            self.stays(other);
                        }
                    }
                }
                true
            }
            _ => true,
        }
    }

    fn note(&mut self, value: &Value) {
        match value {
            Value::Variable(name) => {
                self.left.insert(name.clone());
            }
            Value::List(items) => items.iter().for_each(|item| self.note(item)),
            Value::Object(fields) => fields.values().for_each(|field| self.note(field)),
            _ => {}
        }
    }
}

/// How many fields the document selects once every fragment spread is written out, over all operations;
/// saturating. Validation and execution take time in proportion to it, and it can be exponential in the
/// document's length. Spreads that form a cycle count once: validation refuses them.
pub fn expanded_size(document: &ExecutableDocument) -> u64 {
    let mut sizes = Sizes { fragments: &document.fragments, known: HashMap::new() };
    document.operations.iter().fold(0, |sum: u64, (_, operation)| {
        sum.saturating_add(sizes.of_set(&operation.node.selection_set.node))
    })
}

struct Sizes<'d> {
    fragments: &'d HashMap<Name, Positioned<FragmentDefinition>>,
    known: HashMap<&'d str, u64>,
}

impl<'d> Sizes<'d> {
    fn of_set(&mut self, set: &'d SelectionSet) -> u64 {
        set.items.iter().fold(0, |sum: u64, selection| {
            sum.saturating_add(match &selection.node {
                Selection::Field(field) => self.of_set(&field.node.selection_set.node).saturating_add(1),
                Selection::InlineFragment(fragment) => self.of_set(&fragment.node.selection_set.node),
                Selection::FragmentSpread(spread) => self.of_fragment(&spread.node.fragment_name.node),
            })
        })
    }

    fn of_fragment(&mut self, name: &'d str) -> u64 {
        if let Some(size) = self.known.get(name) {
            return *size;
        }
        self.known.insert(name, 1);
        let fragments = self.fragments;
        let size = fragments.get(name).map_or(0, |fragment| self.of_set(&fragment.node.selection_set.node));
        self.known.insert(name, size);
        size
    }
}
