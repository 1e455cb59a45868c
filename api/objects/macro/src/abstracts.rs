//! Interfaces and unions: an enum whose variants hold one object type each, planned when first met.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Fields, GenericParam, Ident, ItemEnum, Type, parse_quote};

use crate::errors::Problems;
use crate::parse::{self, Options};
use crate::types;

/// Which of the two is declared.
#[derive(Clone, Copy, PartialEq)]
pub enum Kind {
    /// `interface`: has fields of its own.
    Interface,
    /// `union`: has none.
    Union,
}

/// The whole of `#[interface(..)]` and `#[union(..)]`.
pub fn expand(kind: Kind, attributes: TokenStream, item: TokenStream) -> TokenStream {
    let declared: ItemEnum = match syn::parse2(item.clone()) {
        Ok(declared) => declared,
        Err(error) => {
            let error = error.to_compile_error();
            return quote!(#error #item);
        }
    };
    let mut problems = Problems::default();
    let options = problems.take(syn::parse2::<Options>(attributes));
    let doc = parse::doc(&declared.attrs);
    if doc.is_empty() {
        problems.at(&declared.ident, "the type has no description: write a doc comment");
    }
    let variants = variants(&declared, &mut problems);
    if let Some(options) = &options {
        check(kind, options, &declared, &mut problems);
    }
    if let Some(errors) = problems.report() {
        return quote!(#errors #declared);
    }
    let Some(options) = options else { return quote!(#declared) };
    let implementations = implementations(kind, &options, &declared, &variants, &doc);
    quote! {
        #declared
        // Generated code is judged here, not where it is used.
        #[allow(clippy::all, clippy::pedantic, missing_docs)]
        const _: () = { #implementations };
    }
}

fn check(kind: Kind, options: &Options, declared: &ItemEnum, problems: &mut Problems) {
    if options.name.is_none() {
        problems.at(&declared.ident, "the type has no GraphQL name: write name = \"..\"");
    }
    if kind == Kind::Interface && options.fields.is_empty() {
        problems.at(&declared.ident, "an interface has fields: write fields(\"..\")");
    }
    if kind == Kind::Union && !(options.fields.is_empty() && options.implements.is_empty()) {
        problems.at(&declared.ident, "a union has no fields and implements nothing");
    }
    if options.stated {
        problems.at(&declared.ident, "an interface or union carries no state");
    }
    for parameter in &declared.generics.params {
        if !matches!(parameter, GenericParam::Lifetime(_)) {
            problems.at(parameter, "an interface or union takes no type parameters");
        }
    }
}

/// Each variant's name and the lifeless type of what it holds.
fn variants(declared: &ItemEnum, problems: &mut Problems) -> Vec<(Ident, Type)> {
    let own: Type = parse_quote!(Self);
    let mut found = Vec::new();
    for variant in &declared.variants {
        match &variant.fields {
            Fields::Unnamed(fields) if fields.unnamed.len() == 1 => {
                found.push((variant.ident.clone(), types::lifeless(&fields.unnamed[0].ty, &own)));
            }
            _ => problems.at(variant, "a variant holds exactly one object, in parentheses"),
        }
    }
    if found.is_empty() {
        problems.at(&declared.ident, "the type has no possible object");
    }
    found
}

fn implementations(
    kind: Kind,
    options: &Options,
    declared: &ItemEnum,
    variants: &[(Ident, Type)],
    doc: &str,
) -> TokenStream {
    let (generics, arguments, filter) = declared.generics.split_for_impl();
    let (own, name) = (&declared.ident, &options.name);
    let (names, held): (Vec<_>, Vec<_>) = variants.iter().map(|(name, ty)| (name, ty)).unzip();
    let cells: Vec<_> = (0..variants.len()).map(|at| format_ident!("v{at}")).collect();
    let (fields, interfaces) = (&options.fields, &options.implements);
    let members = quote!(&[#(::objects::interface::Member::of::<#held>()),*]);
    let register = match kind {
        Kind::Interface => quote! {
            ::objects::interface::register::<Self>(registry, #doc, &[#(#fields),*], &[#(#interfaces),*], #members)
        },
        Kind::Union => quote!(::objects::union::register::<Self>(registry, #doc, #members)),
    };
    let stock = quote!(::objects::async_graphql);
    quote! {
        #[doc(hidden)]
        pub struct LazyPlan<'q> {
            lazy: ::objects::interface::Lazy<'q>,
            #(#cells: ::core::cell::OnceCell<<#held as ::objects::Out>::Plan<'q>>),*
        }
        #[automatically_derived]
        impl #generics ::objects::Out for #own #arguments #filter {
            type Plan<'q> = LazyPlan<'q>;
            fn type_name() -> ::std::borrow::Cow<'static, str> {
                ::core::convert::Into::into(#name)
            }
            fn concrete_name(&self) -> ::std::borrow::Cow<'static, str> {
                match self { #(Self::#names(held) => ::objects::Out::concrete_name(held)),* }
            }
            fn register(registry: &mut ::objects::registry::Registry) -> ::std::string::String {
                #register
            }
            fn plan<'q>(cx: &::objects::PlanCx<'q>, nodes: &[&'q ::objects::plan::Node]) -> Self::Plan<'q> {
                LazyPlan {
                    lazy: ::objects::interface::Lazy::new(cx, nodes),
                    #(#cells: ::core::cell::OnceCell::new()),*
                }
            }
            fn write<'p, S: ::objects::Sink>(
                &self,
                plan: &'p Self::Plan<'_>,
                run: &mut ::objects::Run<'p, S>,
            ) -> ::core::result::Result<(), ::objects::Fail> {
                match self {
                    #(Self::#names(held) => {
                        let planned = plan.#cells.get_or_init(|| plan.lazy.plan::<#held>());
                        ::objects::Out::write(held, planned, run)
                    })*
                }
            }
        }
        #[automatically_derived]
        impl #generics #stock::OutputType for #own #arguments #filter {
            fn type_name() -> ::std::borrow::Cow<'static, str> {
                <Self as ::objects::Out>::type_name()
            }
            fn introspection_type_name(&self) -> ::std::borrow::Cow<'static, str> {
                ::objects::Out::concrete_name(self)
            }
            fn create_type_info(registry: &mut ::objects::registry::Registry) -> ::std::string::String {
                <Self as ::objects::Out>::register(registry)
            }
            async fn resolve(
                &self,
                ctx: &#stock::ContextSelectionSet<'_>,
                field: &::objects::plan::Node,
            ) -> #stock::ServerResult<#stock::Value> {
                ::objects::run::resolve(self, ctx, field)
            }
        }
    }
}
