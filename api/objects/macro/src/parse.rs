//! Reads a declaration: the attribute's options, the methods that are fields, and their arguments.

use proc_macro2::TokenStream;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{
    Attribute, Expr, FnArg, Ident, ImplItem, ImplItemFn, ItemImpl, LitStr, Meta, Pat, Path, ReturnType,
    Token, Type,
};

use crate::errors::Problems;
use crate::types;

/// Attributes that only this macro understands and that must not survive it.
const HELPERS: [&str; 7] = ["group", "default", "retired", "complexity", "field", "skip", "arg"];

/// Who answers whether a field outside the open groups may be read.
pub enum Gate {
    /// The type's own hand-written `Gate`.
    Own,
    /// Nobody: every field of the type is in an open group, which is checked.
    Open,
    /// The request's `Permissions`.
    Request,
    /// The `Gate` of the named struct field.
    Field(TokenStream),
}

/// The options in the attribute's parentheses.
pub struct Options {
    /// The GraphQL name, a string or an expression that yields one.
    pub name: Option<Expr>,
    /// The group enum; `DataGroup` in scope unless named.
    pub group: Path,
    /// Names of the interfaces it implements.
    pub implements: Vec<LitStr>,
    /// Whether the type carries a state and can be written masked.
    pub stated: bool,
    /// Who answers for closed fields.
    pub gate: Gate,
    /// Names of the interface's fields (only for `interface`).
    pub fields: Vec<LitStr>,
}

impl Parse for Options {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let mut options = Options {
            name: None,
            group: syn::parse_quote!(DataGroup),
            implements: Vec::new(),
            stated: false,
            gate: Gate::Own,
            fields: Vec::new(),
        };
        while !input.is_empty() {
            let key: Ident = input.parse()?;
            match key.to_string().as_str() {
                "name" => {
                    input.parse::<Token![=]>()?;
                    options.name = Some(input.parse()?);
                }
                "group" => {
                    input.parse::<Token![=]>()?;
                    options.group = input.parse()?;
                }
                "implements" => options.implements = strings(input)?,
                "fields" => options.fields = strings(input)?,
                "stated" => options.stated = true,
                "gate" => {
                    input.parse::<Token![=]>()?;
                    options.gate = gate(input)?;
                }
                _ => {
                    return Err(syn::Error::new(
                        key.span(),
                        "expected name, group, implements, fields, stated or gate",
                    ));
                }
            }
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(options)
    }
}

fn strings(input: ParseStream) -> syn::Result<Vec<LitStr>> {
    let inner;
    syn::parenthesized!(inner in input);
    Ok(Punctuated::<LitStr, Token![,]>::parse_terminated(&inner)?.into_iter().collect())
}

fn gate(input: ParseStream) -> syn::Result<Gate> {
    if input.peek(LitStr) {
        let field: LitStr = input.parse()?;
        let path: TokenStream = field.parse()?;
        return Ok(Gate::Field(path));
    }
    let word: Ident = input.parse()?;
    match word.to_string().as_str() {
        "open" => Ok(Gate::Open),
        "request" => Ok(Gate::Request),
        _ => Err(syn::Error::new(
            word.span(),
            "expected open, request, or the name of a struct field in quotes",
        )),
    }
}

/// A field's cost.
pub enum Complexity {
    /// An expression over the arguments and `child_complexity`.
    Expression(Expr),
    /// The expected length of the list: the cost is one plus that many children.
    List(Expr),
}

impl Parse for Complexity {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        if input.peek(Ident) && input.peek2(Token![=]) && !input.peek2(Token![==]) {
            let key: Ident = input.parse()?;
            if key != "list" {
                return Err(syn::Error::new(key.span(), "expected an expression, or list = LENGTH"));
            }
            input.parse::<Token![=]>()?;
            return Ok(Complexity::List(input.parse()?));
        }
        Ok(Complexity::Expression(input.parse()?))
    }
}

/// One argument of a field.
pub struct Argument {
    /// The parameter's name in the method.
    pub ident: Ident,
    /// Its GraphQL name.
    pub name: String,
    /// Its description, possibly empty.
    pub doc: String,
    /// Outer `None`: no default. Inner `None`: the type's `Default`.
    pub default: Option<Option<Expr>>,
    /// The type kept in the plan.
    pub ty: Type,
    /// Whether the method takes it by reference.
    pub by_reference: bool,
}

/// What a method's parameter is.
pub enum Parameter {
    /// Access to the request.
    Cx,
    /// An argument of the field.
    Argument(Box<Argument>),
}

/// One field of the object.
pub struct Field {
    /// The method that resolves it.
    pub method: Ident,
    /// Its GraphQL name.
    pub name: String,
    /// Its description.
    pub doc: String,
    /// The variant of the group enum.
    pub group: Ident,
    /// Why it is deprecated, if it is.
    pub retired: Option<LitStr>,
    /// Its cost, if it is not one plus the children.
    pub complexity: Option<Complexity>,
    /// The method's parameters in order.
    pub parameters: Vec<Parameter>,
    /// The return type as written.
    pub output: Type,
}

impl Field {
    /// The arguments, without the request.
    pub fn arguments(&self) -> impl Iterator<Item = &Argument> {
        self.parameters.iter().filter_map(|parameter| match parameter {
            Parameter::Argument(argument) => Some(&**argument),
            Parameter::Cx => None,
        })
    }
}

/// The text of the documentation comments, one line each.
pub fn doc(attributes: &[Attribute]) -> String {
    let mut lines = Vec::new();
    for attribute in attributes {
        if let Meta::NameValue(pair) = &attribute.meta
            && pair.path.is_ident("doc")
            && let Expr::Lit(literal) = &pair.value
            && let syn::Lit::Str(text) = &literal.lit
        {
            let text = text.value();
            lines.push(text.strip_prefix(' ').unwrap_or(&text).trim_end().to_owned());
        }
    }
    lines.join("\n").trim().to_owned()
}

/// Finds the fields of the block.
pub fn fields(block: &ItemImpl, problems: &mut Problems) -> Vec<Field> {
    let mut found: Vec<Field> = Vec::new();
    for item in &block.items {
        let ImplItem::Fn(function) = item else { continue };
        if marked(&function.attrs, "skip") {
            continue;
        }
        if let Some(field) = field(function, problems) {
            if found.iter().any(|other| other.name == field.name) {
                problems.at(&function.sig.ident, format!("field `{}` is declared twice", field.name));
            }
            found.push(field);
        }
    }
    found
}

fn marked(attributes: &[Attribute], name: &str) -> bool {
    attributes.iter().any(|attribute| attribute.path().is_ident(name))
}

fn attribute<'a>(attributes: &'a [Attribute], name: &str) -> Option<&'a Attribute> {
    attributes.iter().find(|attribute| attribute.path().is_ident(name))
}

fn field(function: &ImplItemFn, problems: &mut Problems) -> Option<Field> {
    let (signature, attributes) = (&function.sig, &function.attrs);
    let ident = &signature.ident;
    let name = match attribute(attributes, "field") {
        Some(attribute) => problems.take(renamed(attribute))?,
        None => camel_case(&ident.to_string()),
    };
    if let Some(word) = &signature.asyncness {
        problems.at(word, "fields of a sync object are not async");
    }
    if !signature.generics.params.is_empty() {
        problems.at(
            &signature.generics,
            format!("field `{name}` takes type or lifetime parameters: a field has none"),
        );
    }
    let doc = doc(attributes);
    if doc.is_empty() {
        problems.at(ident, format!("field `{name}` has no description: write a doc comment"));
    }
    let group = match attribute(attributes, "group") {
        Some(attribute) => problems.take(attribute.parse_args::<Ident>()),
        None => {
            problems.at(
                ident,
                format!("field `{name}` names no data group: add #[group(..)], or #[skip] if it is no field"),
            );
            None
        }
    };
    let retired =
        attribute(attributes, "retired").and_then(|attribute| problems.take(attribute.parse_args()));
    let complexity =
        attribute(attributes, "complexity").and_then(|attribute| problems.take(attribute.parse_args()));
    let output = match &signature.output {
        ReturnType::Type(_, ty) => Some((**ty).clone()),
        ReturnType::Default => {
            problems.at(ident, format!("field `{name}` returns nothing"));
            None
        }
    };
    let parameters = parameters(function, &name, problems);
    Some(Field {
        method: ident.clone(),
        name,
        doc,
        group: group?,
        retired,
        complexity,
        parameters,
        output: output?,
    })
}

fn parameters(function: &ImplItemFn, field: &str, problems: &mut Problems) -> Vec<Parameter> {
    let mut parameters = Vec::new();
    let mut inputs = function.sig.inputs.iter();
    match inputs.next() {
        Some(FnArg::Receiver(receiver))
            if receiver.reference.is_some()
                && receiver.mutability.is_none()
                && receiver.colon_token.is_none() => {}
        _ => problems.at(
            &function.sig.ident,
            format!("`{field}` does not take `&self`: add #[skip] if it is no field"),
        ),
    }
    for input in inputs {
        let FnArg::Typed(typed) = input else { continue };
        if types::is_cx(&typed.ty) {
            parameters.push(Parameter::Cx);
            continue;
        }
        let Pat::Ident(pattern) = &*typed.pat else {
            problems.at(&typed.pat, "an argument is a plain name");
            continue;
        };
        let name = match attribute(&typed.attrs, "arg") {
            Some(attribute) => problems.take(renamed(attribute)),
            None => Some(camel_case(&pattern.ident.to_string())),
        };
        let default = attribute(&typed.attrs, "default").map(|attribute| match &attribute.meta {
            Meta::Path(_) => None,
            _ => problems.take(attribute.parse_args::<Expr>()),
        });
        parameters.push(Parameter::Argument(Box::new(Argument {
            ident: pattern.ident.clone(),
            name: name.unwrap_or_default(),
            doc: doc(&typed.attrs),
            default,
            ty: types::owned(&typed.ty),
            by_reference: matches!(&*typed.ty, Type::Reference(_)),
        })));
    }
    parameters
}

/// Reads `(name = "..")`.
fn renamed(attribute: &Attribute) -> syn::Result<String> {
    attribute.parse_args_with(|input: ParseStream| {
        let key: Ident = input.parse()?;
        if key != "name" {
            return Err(syn::Error::new(key.span(), "expected name = \"..\""));
        }
        input.parse::<Token![=]>()?;
        Ok(input.parse::<LitStr>()?.value())
    })
}

/// `first_dose_on` to `firstDoseOn`.
pub fn camel_case(name: &str) -> String {
    let mut camel = String::with_capacity(name.len());
    let mut raise = false;
    for letter in name.trim_start_matches("r#").chars() {
        if letter == '_' {
            raise = !camel.is_empty();
        } else if raise {
            camel.extend(letter.to_uppercase());
            raise = false;
        } else {
            camel.push(letter);
        }
    }
    camel
}

/// The block as the compiler is to see it: without the helper attributes.
pub fn cleaned(block: &ItemImpl) -> ItemImpl {
    fn is_plain(attribute: &Attribute) -> bool {
        !HELPERS.iter().any(|helper| attribute.path().is_ident(helper))
    }
    let mut block = block.clone();
    for item in &mut block.items {
        let ImplItem::Fn(function) = item else { continue };
        function.attrs.retain(is_plain);
        for input in &mut function.sig.inputs {
            if let FnArg::Typed(typed) = input {
                typed.attrs.retain(|attribute| is_plain(attribute) && !attribute.path().is_ident("doc"));
            }
        }
    }
    block
}
