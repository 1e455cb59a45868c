//! Writes the implementations of a declared object.

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{GenericParam, Ident, ItemImpl, Type};

use crate::errors::Problems;
use crate::parse::{self, Argument, Field, Gate, Options, Parameter};
use crate::register;
use crate::types;

/// The whole of `#[object(..)]`.
pub fn object(attributes: TokenStream, item: TokenStream) -> TokenStream {
    let block: ItemImpl = match syn::parse2(item.clone()) {
        Ok(block) => block,
        Err(error) => {
            let error = error.to_compile_error();
            return quote!(#error #item);
        }
    };
    let cleaned = parse::cleaned(&block);
    let mut problems = Problems::default();
    let options = problems.take(syn::parse2::<Options>(attributes));
    if let Some((_, path, _)) = &block.trait_ {
        problems.at(path, "an object is declared on a plain impl block, not on a trait's");
    }
    let doc = parse::doc(&block.attrs);
    if doc.is_empty() {
        problems.at(&block.self_ty, "the type has no description: write a doc comment above the impl block");
    }
    let fields = parse::fields(&block, &mut problems);
    let shapes: Vec<Shape> = match &options {
        Some(options) => {
            let generics = type_parameters(&block);
            check(options, &block, &fields, &generics, &mut problems);
            let mut free = 0;
            fields
                .iter()
                .enumerate()
                .map(|(at, field)| shape(at, field, &block, &generics, &mut free))
                .collect()
        }
        None => Vec::new(),
    };
    if let Some(errors) = problems.report() {
        return quote!(#errors #cleaned);
    }
    let Some(options) = options else { return quote!(#cleaned) };
    let implementations = Expansion { block: &block, options: &options, doc, shapes: &shapes }.write();
    quote!(#cleaned #implementations)
}

fn check(options: &Options, block: &ItemImpl, fields: &[Field], generics: &[Ident], problems: &mut Problems) {
    if options.name.is_none() {
        problems.at(&block.self_ty, "the object has no GraphQL name: write name = \"..\"");
    }
    if let Some(name) = options.fields.first() {
        problems.at(name, "an object's fields are its methods");
    }
    if fields.is_empty() && problems.is_empty() {
        problems.at(&block.self_ty, "the object has no field");
    }
    for argument in fields.iter().flat_map(Field::arguments) {
        if types::mentions(&argument.ty, generics) {
            problems.at(&argument.ty, "an argument's type does not mention the object's type parameters");
        }
    }
}

fn type_parameters(block: &ItemImpl) -> Vec<Ident> {
    let parameter = |generic: &GenericParam| match generic {
        GenericParam::Type(ty) => Some(ty.ident.clone()),
        GenericParam::Const(constant) => Some(constant.ident.clone()),
        GenericParam::Lifetime(_) => None,
    };
    block.generics.params.iter().filter_map(parameter).collect()
}

/// A field with what its plan needs.
struct Shape<'a> {
    field: &'a Field,
    /// Its variant in the plan's enum.
    variant: Ident,
    /// The return type without lifetimes.
    lifeless: Type,
    /// The enum's parameter for the plan of a type that mentions a type parameter.
    parameter: Option<Ident>,
}

fn shape<'a>(
    at: usize,
    field: &'a Field,
    block: &ItemImpl,
    generics: &[Ident],
    free: &mut usize,
) -> Shape<'a> {
    let lifeless = types::lifeless(&field.output, &block.self_ty);
    let parameter = types::mentions(&lifeless, generics).then(|| {
        *free += 1;
        format_ident!("P{}", *free)
    });
    Shape { field, variant: format_ident!("F{at}"), lifeless, parameter }
}

struct Expansion<'a> {
    block: &'a ItemImpl,
    options: &'a Options,
    doc: String,
    shapes: &'a [Shape<'a>],
}

impl Expansion<'_> {
    fn write(&self) -> TokenStream {
        let plan = self.plan_enum();
        let out = self.out();
        let object = self.object();
        let bridge = self.bridge();
        let gate = self.gate();
        let checks = self.checks();
        // The lints below would judge code that nobody reads.
        quote! {
            #[allow(clippy::all, clippy::pedantic, missing_docs, unused_variables)]
            const _: () = { #plan #out #object #bridge #gate #checks };
        }
    }

    /// One variant per field: coerced arguments and the plan below.
    fn plan_enum(&self) -> TokenStream {
        let parameters = self.shapes.iter().filter_map(|shape| shape.parameter.as_ref());
        let variants = self.shapes.iter().map(|shape| {
            let (variant, ty) = (&shape.variant, &shape.lifeless);
            let arguments = shape.field.arguments().map(|argument| &argument.ty);
            let below = match &shape.parameter {
                Some(parameter) => quote!(#parameter),
                None => quote_spanned!(ty.span()=> <#ty as ::objects::Out>::Plan<'q>),
            };
            quote!(#variant(#(#arguments,)* #below))
        });
        quote! {
            #[doc(hidden)]
            pub enum PlannedField<'q, #(#parameters),*> {
                Typename(::core::marker::PhantomData<&'q ()>),
                Bad(::objects::plan::Bad),
                #(#variants),*
            }
        }
    }

    fn out(&self) -> TokenStream {
        let (generics, _, filter) = self.block.generics.split_for_impl();
        let own = &self.block.self_ty;
        let name = &self.options.name;
        let stated = self.options.stated;
        let metas = self.shapes.iter().map(|shape| register::meta(shape.field, &shape.lifeless));
        let masked = self.options.stated.then(|| {
            quote! {
                fn write_masked<'p, S: ::objects::Sink>(
                    plan: &'p Self::Plan<'_>,
                    run: &mut ::objects::Run<'p, S>,
                ) -> ::core::result::Result<(), ::objects::Fail> {
                    let masked = <Self as ::objects::Stated>::masked();
                    ::objects::run::write_object(&masked, plan, run)
                }
            }
        });
        quote! {
            #[automatically_derived]
            impl #generics ::objects::Out for #own #filter {
                type Plan<'q> = ::objects::plan::Sel<'q, <Self as ::objects::Object>::Field<'q>>;
                const STATED: bool = #stated;
                fn type_name() -> ::std::borrow::Cow<'static, str> {
                    ::core::convert::Into::into(#name)
                }
                fn register(registry: &mut ::objects::registry::Registry) -> ::std::string::String {
                    ::objects::plan::register_object::<Self>(registry)
                }
                fn meta_field(
                    name: &str,
                    registry: &mut ::objects::registry::Registry,
                ) -> ::core::option::Option<::objects::registry::MetaField> {
                    match name {
                        #(#metas)*
                        _ => ::core::option::Option::None,
                    }
                }
                fn plan<'q>(cx: &::objects::PlanCx<'q>, nodes: &[&'q ::objects::plan::Node]) -> Self::Plan<'q> {
                    ::objects::plan::plan_object::<Self>(cx, nodes)
                }
                fn write<'p, S: ::objects::Sink>(
                    &self,
                    plan: &'p Self::Plan<'_>,
                    run: &mut ::objects::Run<'p, S>,
                ) -> ::core::result::Result<(), ::objects::Fail> {
                    ::objects::run::write_object(self, plan, run)
                }
                #masked
            }
        }
    }

    fn object(&self) -> TokenStream {
        let (generics, _, filter) = self.block.generics.split_for_impl();
        let own = &self.block.self_ty;
        let (doc, enumeration, interfaces) = (&self.doc, &self.options.group, &self.options.implements);
        let parameters = self.shapes.iter().filter(|shape| shape.parameter.is_some()).map(|shape| {
            let ty = &shape.lifeless;
            quote!(<#ty as ::objects::Out>::Plan<'q>)
        });
        let table = self.shapes.iter().map(|shape| {
            let Field { name, group, .. } = shape.field;
            quote!((#name, #enumeration::#group))
        });
        let plans = self.shapes.iter().map(plan_arm);
        let writes = self.shapes.iter().map(|shape| self.write_arm(shape));
        let assertions = self.assertions();
        quote! {
            #[automatically_derived]
            impl #generics ::objects::Object for #own #filter {
                type Field<'q> = PlannedField<'q, #(#parameters),*>;
                type Group = #enumeration;
                const DESCRIPTION: &'static str = #doc;
                const INTERFACES: &'static [&'static str] = &[#(#interfaces),*];
                const TYPE_FIELDS: &'static [(&'static str, Self::Group)] = &[#(#table),*];
                const CHECKED: () = { #(#assertions)* };
                fn plan_field<'q>(
                    cx: &::objects::PlanCx<'q>,
                    nodes: &[&'q ::objects::plan::Node],
                ) -> Self::Field<'q> {
                    let Some(first) = cx.agreed(nodes) else {
                        return PlannedField::Bad(cx.conflict(nodes));
                    };
                    match first.node.name.node.as_str() {
                        "__typename" => PlannedField::Typename(::core::marker::PhantomData),
                        #(#plans)*
                        _ => PlannedField::Bad(cx.unknown_field(first, &<Self as ::objects::Out>::type_name())),
                    }
                }
                fn write_field<'p, S: ::objects::Sink>(
                    &self,
                    field: &'p Self::Field<'_>,
                    run: &mut ::objects::Run<'p, S>,
                ) -> ::core::result::Result<(), ::objects::Fail> {
                    match field {
                        PlannedField::Typename(_) => {
                            run.sink.string(&<Self as ::objects::Out>::type_name());
                            ::core::result::Result::Ok(())
                        }
                        PlannedField::Bad(bad) => run.bad(bad),
                        #(#writes)*
                    }
                }
            }
        }
    }

    fn write_arm(&self, shape: &Shape) -> TokenStream {
        let Shape { variant, lifeless, field, .. } = shape;
        let Field { method, group, output, .. } = field;
        let enumeration = &self.options.group;
        let names: Vec<_> = field.arguments().map(|argument| &argument.ident).collect();
        let passed = field.parameters.iter().map(|parameter| match parameter {
            Parameter::Cx => quote!(run.cx),
            Parameter::Argument(argument) => {
                let ident = &argument.ident;
                if argument.by_reference {
                    quote!(#ident)
                } else {
                    quote!(::core::clone::Clone::clone(#ident))
                }
            }
        });
        let call = quote_spanned! {output.span()=>
            ::objects::Out::write(&Self::#method(self, #(#passed),*), below, run)
        };
        let permitted = match self.options.gate {
            Gate::Open => return quote!(PlannedField::#variant(#(#names,)* below) => #call,),
            Gate::Request => quote!(run.cx.permits(#enumeration::#group as u16)),
            Gate::Own | Gate::Field(_) => {
                quote!(<Self as ::objects::Gate<#enumeration>>::permits(self, #enumeration::#group))
            }
        };
        quote! {
            PlannedField::#variant(#(#names,)* below) => {
                const OPEN: bool = #enumeration::#group.is_open();
                if OPEN || ::core::matches!(#permitted, ::objects::Permit::Allowed) {
                    #call
                } else {
                    <#lifeless as ::objects::Out>::write_masked(below, run)
                }
            }
        }
    }

    /// What the library asks of an object that it may hold itself.
    fn bridge(&self) -> TokenStream {
        let (generics, _, filter) = self.block.generics.split_for_impl();
        let own = &self.block.self_ty;
        let stock = quote!(::objects::async_graphql);
        quote! {
            #[automatically_derived]
            impl #generics #stock::OutputType for #own #filter {
                fn type_name() -> ::std::borrow::Cow<'static, str> {
                    <Self as ::objects::Out>::type_name()
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
            #[automatically_derived]
            impl #generics #stock::ContainerType for #own #filter {
                async fn resolve_field(
                    &self,
                    ctx: &#stock::Context<'_>,
                ) -> #stock::ServerResult<::core::option::Option<#stock::Value>> {
                    ::objects::run::resolve_field(self, ctx)
                }
            }
            #[automatically_derived]
            impl #generics #stock::ObjectType for #own #filter {}
        }
    }

    fn gate(&self) -> TokenStream {
        let Gate::Field(field) = &self.options.gate else { return TokenStream::new() };
        let (generics, _, filter) = self.block.generics.split_for_impl();
        let (own, enumeration) = (&self.block.self_ty, &self.options.group);
        quote! {
            #[automatically_derived]
            impl #generics ::objects::Gate<#enumeration> for #own #filter {
                fn permits(&self, group: #enumeration) -> ::objects::Permit {
                    ::objects::Gate::permits(&self.#field, group)
                }
            }
        }
    }

    /// A closed field can be masked; under `gate = open` there is no closed field.
    fn assertions(&self) -> Vec<TokenStream> {
        let enumeration = &self.options.group;
        let assertion = |shape: &Shape| {
            let (ty, Field { name, group, output, .. }) = (&shape.lifeless, shape.field);
            if matches!(self.options.gate, Gate::Open) {
                let message = format!("field `{name}` is in a closed group, so the type needs a gate");
                return quote_spanned!(group.span()=> ::core::assert!(#enumeration::#group.is_open(), #message););
            }
            let message = format!(
                "field `{name}` is in a closed group: its type must be nullable or stated, so that it can be masked"
            );
            quote_spanned! {output.span()=>
                ::core::assert!(
                    #enumeration::#group.is_open()
                        || <#ty as ::objects::Out>::NULLABLE
                        || <#ty as ::objects::Out>::STATED,
                    #message
                );
            }
        };
        self.shapes.iter().map(assertion).collect()
    }

    /// For a type without type parameters the assertions run wherever it is compiled; a generic one's run when
    /// it is registered.
    fn checks(&self) -> TokenStream {
        if !type_parameters(self.block).is_empty() {
            return TokenStream::new();
        }
        let assertions = self.assertions();
        quote!(#(const _: () = { #assertions };)*)
    }
}

fn plan_arm(shape: &Shape) -> TokenStream {
    let Shape { variant, lifeless, field, .. } = shape;
    let name = &field.name;
    let arguments = field.arguments().map(|argument| {
        let Argument { name, ty, .. } = argument;
        let default = register::default(argument);
        quote! {
            match cx.argument::<#ty>(first, #name, #default) {
                ::core::result::Result::Ok(value) => value,
                ::core::result::Result::Err(error) => {
                    return PlannedField::Bad(::objects::plan::Bad {
                        error,
                        nullable: <#lifeless as ::objects::Out>::NULLABLE,
                    });
                }
            }
        }
    });
    quote! {
        #name => PlannedField::#variant(#(#arguments,)* <#lifeless as ::objects::Out>::plan(cx, nodes)),
    }
}

#[cfg(test)]
mod tests;
