//! How large the pages are that a document asks for, whichever field it asks them of.

use super::{Refused, within};
use crate::config::Limits;
use async_graphql::parser::types::{ExecutableDocument, Selection, SelectionSet};
use async_graphql::{Value as Given, Variables};
use async_graphql_value::Value;

/// The arguments that say how large a page is to be.
const SIZES: [&str; 2] = ["first", "last"];

/// Looks at every page that a document asks for, with the values of its variables.
///
/// # Errors
/// A page that is larger than is allowed.
pub fn check(document: &ExecutableDocument, variables: &Variables, limits: &Limits) -> Result<(), Refused> {
    for (_, operation) in document.operations.iter() {
        set(&operation.node.selection_set.node, variables, limits)?;
    }
    for fragment in document.fragments.values() {
        set(&fragment.node.selection_set.node, variables, limits)?;
    }
    Ok(())
}

/// Recursion is bounded by the nesting that the scan allowed: a fragment is looked at where it is defined.
fn set(set: &SelectionSet, variables: &Variables, limits: &Limits) -> Result<(), Refused> {
    for item in &set.items {
        match &item.node {
            Selection::Field(field) => {
                let sizes =
                    field.node.arguments.iter().filter(|(name, _)| SIZES.contains(&name.node.as_str()));
                for (_, size) in sizes {
                    let size = match &size.node {
                        Value::Number(number) => number.as_u64(),
                        Value::Variable(name) => match variables.get(name) {
                            Some(Given::Number(number)) => number.as_u64(),
                            Some(_) | None => None,
                        },
                        _ => None,
                    };
                    let size = size.map_or(0, |size| usize::try_from(size).unwrap_or(usize::MAX));
                    within("page", size, limits.page)?;
                }
                self::set(&field.node.selection_set.node, variables, limits)?;
            }
            Selection::InlineFragment(inline) => {
                self::set(&inline.node.selection_set.node, variables, limits)?
            }
            Selection::FragmentSpread(_) => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_page_is_found_wherever_it_is_asked_for() {
        let limits = Limits { page: 10, ..Limits::default() };
        let verdict = |text: &str| {
            let document = async_graphql::parser::parse_query(text).unwrap();
            check(&document, &Variables::from_json(json!({ "ten": 10, "many": 11, "odd": "x" })), &limits)
        };
        let refused = Err(Refused::TooMuch { limit: "page", allowed: 10 });
        for text in [
            "{ a(first: 10) { b(last: 10) } }",
            "query($ten: Int) { a(first: $ten) }",
            "query($odd: Int) { a(first: $odd, last: null) }",
            "{ a(first: -1) { b(size: 99) } }",
        ] {
            assert_eq!(verdict(text), Ok(()), "{text}");
        }
        for text in [
            "{ a(first: 11) }",
            "{ a { b(last: 99999999999999999999) } c(first: 1000000000000) }",
            "query($many: Int) { a(first: $many) }",
            "{ ...f } fragment f on Query { ... { a(last: 11) } }",
        ] {
            assert_eq!(verdict(text), refused, "{text}");
        }
    }
}
