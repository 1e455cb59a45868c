//! Writes the registration of a field: what the schema knows of it, and what it costs.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Type;

use crate::parse::{Argument, Complexity, Field};
use crate::types;

/// The arm that declares one field: its type, description, arguments, group and cost.
pub fn meta(field: &Field, ty: &Type) -> TokenStream {
    let Field { name, doc, group, retired, complexity, .. } = field;
    let arguments = field.arguments().map(|argument| {
        let Argument { name, doc, ty, .. } = argument;
        let default = default(argument);
        quote!(::objects::plan::argument::<#ty>(registry, #name, #doc, #default))
    });
    let retired = match retired {
        Some(reason) => quote!(::core::option::Option::Some(#reason)),
        None => quote!(::core::option::Option::None),
    };
    let cost = complexity.as_ref().map(|complexity| cost(field, complexity));
    let cost = cost.unwrap_or_else(|| quote!(::core::option::Option::None));
    quote! {
        #name => {
            let arguments = ::std::vec![#(#arguments),*];
            ::core::option::Option::Some(::objects::plan::meta_field(::objects::plan::FieldMeta {
                name: #name,
                description: #doc,
                arguments,
                ty: <#ty as ::objects::Out>::register(registry),
                retired: #retired,
                group: ::core::stringify!(#group),
                complexity: #cost,
            }))
        }
    }
}

/// The default as an `Option<fn() -> T>`.
pub fn default(argument: &Argument) -> TokenStream {
    let ty = &argument.ty;
    match &argument.default {
        None => quote!(::core::option::Option::None),
        Some(None) => quote! {
            ::core::option::Option::Some(<#ty as ::core::default::Default>::default as fn() -> #ty)
        },
        Some(Some(value)) => quote! {
            ::core::option::Option::Some((|| ::core::convert::Into::<#ty>::into(#value)) as fn() -> #ty)
        },
    }
}

/// A field whose arguments cannot be coerced does not run; it counts as one with its children, and the error is
/// reported where the field is planned, with its path.
fn cost(field: &Field, complexity: &Complexity) -> TokenStream {
    let cost = match complexity {
        Complexity::Expression(expression) => {
            quote!(::core::cmp::Ord::min(#expression, ::objects::plan::LARGEST_COST))
        }
        Complexity::List(length) => quote!(::objects::plan::list_cost(#length, child_complexity)),
    };
    let arguments =
        field.arguments().filter(|argument| types::holds(cost.clone(), &argument.ident)).map(|argument| {
            let Argument { ident, name, ty, .. } = argument;
            let default = default(argument);
            quote! {
                let ::core::result::Result::Ok(#ident) =
                    ::objects::plan::cost_argument::<#ty>(ctx, variables, node, #name, #default)
                else {
                    return ::core::result::Result::Ok(1usize.saturating_add(child_complexity));
                };
            }
        });
    quote! {
        ::core::option::Option::Some(|ctx, variables, node, child_complexity| {
            #(#arguments)*
            ::core::result::Result::Ok(#cost)
        })
    }
}
