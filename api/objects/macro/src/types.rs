//! Types as they are written, and as a plan needs them: free of lifetimes and of `Self`.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::{GenericArgument, Ident, PathArguments, Type, parse_quote};

/// The type as a plan names it: references fall away (a reference has the plan of what it points to), every
/// lifetime becomes `'static`, and `Self` becomes the type itself. So one plan type serves all lifetimes.
pub fn lifeless(ty: &Type, own: &Type) -> Type {
    match ty {
        Type::Path(path) if path.qself.is_none() && path.path.is_ident("Self") => lifeless(own, own),
        Type::Path(path) => {
            let mut path = path.clone();
            if let Some(qself) = &mut path.qself {
                *qself.ty = lifeless(&qself.ty, own);
            }
            for segment in &mut path.path.segments {
                if let PathArguments::AngleBracketed(arguments) = &mut segment.arguments {
                    arguments.args.iter_mut().for_each(|argument| lifeless_argument(argument, own));
                }
            }
            Type::Path(path)
        }
        Type::Reference(reference) => match &*reference.elem {
            Type::Slice(slice) => {
                let element = lifeless(&slice.elem, own);
                parse_quote!(::std::vec::Vec<#element>)
            }
            Type::Path(path) if path.path.is_ident("str") => parse_quote!(&'static str),
            inner => lifeless(inner, own),
        },
        Type::Paren(inner) => lifeless(&inner.elem, own),
        Type::Group(inner) => lifeless(&inner.elem, own),
        Type::Slice(slice) => {
            let element = lifeless(&slice.elem, own);
            parse_quote!([#element])
        }
        Type::Array(array) => {
            let (element, length) = (lifeless(&array.elem, own), &array.len);
            parse_quote!([#element; #length])
        }
        other => other.clone(),
    }
}

fn lifeless_argument(argument: &mut GenericArgument, own: &Type) {
    match argument {
        GenericArgument::Lifetime(lifetime) => *lifetime = parse_quote!('static),
        GenericArgument::Type(ty) => *ty = lifeless(ty, own),
        GenericArgument::AssocType(assoc) => assoc.ty = lifeless(&assoc.ty, own),
        _ => {}
    }
}

/// How an argument that a method takes by reference is kept in a plan: owned.
pub fn owned(ty: &Type) -> Type {
    match ty {
        Type::Reference(reference) => match &*reference.elem {
            Type::Path(path) if path.path.is_ident("str") => parse_quote!(::std::string::String),
            Type::Slice(slice) => {
                let element = &slice.elem;
                parse_quote!(::std::vec::Vec<#element>)
            }
            inner => inner.clone(),
        },
        other => other.clone(),
    }
}

/// True when one of the names occurs in the type.
pub fn mentions(ty: &Type, names: &[Ident]) -> bool {
    names.iter().any(|name| holds(ty.to_token_stream(), name))
}

/// True when the name occurs among the tokens.
pub fn holds(tokens: TokenStream, name: &Ident) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => ident == *name,
        TokenTree::Group(group) => holds(group.stream(), name),
        TokenTree::Punct(_) | TokenTree::Literal(_) => false,
    })
}

/// True for `&Cx<'_>`, however the path to it is written.
pub fn is_cx(ty: &Type) -> bool {
    let Type::Reference(reference) = ty else { return false };
    let Type::Path(path) = &*reference.elem else { return false };
    path.path.segments.last().is_some_and(|segment| segment.ident == "Cx")
}
