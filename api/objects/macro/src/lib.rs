//! The attributes that declare synchronous GraphQL types: `object` on an `impl` block, `interface` and
//! `union` on an enum. Their use and meaning are described in the crate `objects`, which re-exports them.
//!
//! Invariant: a field without a data group or without a description does not compile.
//! Invariant: nothing here knows what a data group means; the group type comes from the caller.

mod abstracts;
mod errors;
mod expand;
mod parse;
mod register;
mod types;

use proc_macro::TokenStream;

/// Declares a GraphQL object on a plain `impl` block: every method with `#[group(..)]` is a field.
///
/// See the crate `objects` for the grammar and an example.
#[proc_macro_attribute]
pub fn object(attributes: TokenStream, item: TokenStream) -> TokenStream {
    expand::object(attributes.into(), item.into()).into()
}

/// Declares a GraphQL interface on an enum whose variants hold one object type each.
///
/// `#[interface(name = "Node", fields("id"))]`; the fields' types, arguments and groups are those of the variants.
#[proc_macro_attribute]
pub fn interface(attributes: TokenStream, item: TokenStream) -> TokenStream {
    abstracts::expand(abstracts::Kind::Interface, attributes.into(), item.into()).into()
}

/// Declares a GraphQL union on an enum whose variants hold one object type each: `#[union(name = "SearchHit")]`.
#[proc_macro_attribute]
pub fn union(attributes: TokenStream, item: TokenStream) -> TokenStream {
    abstracts::expand(abstracts::Kind::Union, attributes.into(), item.into()).into()
}
