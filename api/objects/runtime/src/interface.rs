//! Interfaces: registered from their members' fields, planned member by member when one is first met.

use std::borrow::Cow;

use async_graphql::OutputType;
use async_graphql::registry::{MetaField, MetaType, MetaTypeId, MetaTypeName, Registry};

use crate::out::Out;
use crate::plan::{Node, PlanCx};

/// What a member's plan is made from, kept until an object of its type comes by. Planning all members at once
/// would be exponential in the depth of nested interfaces.
pub struct Lazy<'q> {
    cx: PlanCx<'q>,
    nodes: Vec<&'q Node>,
}

impl<'q> Lazy<'q> {
    /// Keeps the selection.
    pub fn new(cx: &PlanCx<'q>, nodes: &[&'q Node]) -> Self {
        Lazy { cx: *cx, nodes: nodes.to_vec() }
    }

    /// Plans it for one member.
    pub fn plan<T: Out>(&self) -> T::Plan<'q> {
        T::plan(&self.cx, &self.nodes)
    }
}

/// An object type that an interface or a union may be.
pub struct Member {
    name: Cow<'static, str>,
    register: fn(&mut Registry) -> String,
    meta_field: fn(&str, &mut Registry) -> Option<MetaField>,
}

impl Member {
    /// The member of this type.
    pub fn of<T: Out>() -> Self {
        Member { name: T::type_name(), register: T::register, meta_field: T::meta_field }
    }

    /// Enters the member into the schema and returns its name.
    pub(crate) fn register(&self, registry: &mut Registry) -> String {
        (self.register)(registry);
        self.name.clone().into_owned()
    }
}

/// Enters an interface and its members into the schema.
///
/// A field's type, arguments, description and group are those of the first member; where another member's type
/// is nullable and the first one's is not, the interface's is nullable.
///
/// # Panics
/// When the schema is built, if a member lacks a field or has it with another type or other arguments.
pub fn register<T: Out + OutputType>(
    registry: &mut Registry,
    description: &'static str,
    fields: &[&'static str],
    interfaces: &[&'static str],
    members: &[Member],
) -> String {
    let name = <T as Out>::type_name();
    let qualified =
        registry.create_output_type::<T, _>(MetaTypeId::Interface, |registry| MetaType::Interface {
            name: name.clone().into_owned(),
            description: Some(description.to_owned()),
            fields: fields
                .iter()
                .map(|field| ((*field).to_owned(), common(registry, &name, field, members)))
                .collect(),
            possible_types: members.iter().map(|member| member.register(registry)).collect(),
            extends: false,
            inaccessible: false,
            tags: Vec::new(),
            keys: None,
            visible: None,
            rust_typename: Some(std::any::type_name::<T>()),
            directive_invocations: Vec::new(),
            requires_scopes: Vec::new(),
        });
    for member in members {
        registry.add_implements(&member.name, &name);
    }
    for interface in interfaces {
        registry.add_implements(&name, interface);
    }
    qualified
}

fn common(registry: &mut Registry, interface: &str, field: &str, members: &[Member]) -> MetaField {
    let mut common: Option<MetaField> = None;
    for member in members {
        let Some(own) = (member.meta_field)(field, registry) else {
            panic!("{} lacks the field `{field}` of the interface {interface}", member.name);
        };
        let Some(so_far) = &mut common else {
            common = Some(own);
            continue;
        };
        let fits = |ty: &str| MetaTypeName::create(ty).is_subtype(&MetaTypeName::create(&own.ty));
        if !fits(&so_far.ty) && so_far.ty.ends_with('!') {
            so_far.ty.pop();
        }
        let arguments = |field: &MetaField| -> Vec<_> {
            field.args.values().map(|argument| (argument.name.clone(), argument.ty.clone())).collect()
        };
        assert!(
            fits(&so_far.ty) && arguments(so_far) == arguments(&own),
            "{}.{field} does not fit the interface {interface}, whose other members have it as {}",
            member.name,
            so_far.ty,
        );
    }
    match common {
        Some(field) => field,
        None => panic!("the interface {interface} has no member"),
    }
}
