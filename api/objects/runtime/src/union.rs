//! Unions: like interfaces, without fields of their own.

use async_graphql::OutputType;
use async_graphql::registry::{MetaType, MetaTypeId, Registry};

use crate::interface::Member;
use crate::out::Out;

/// Enters a union and its members into the schema.
pub fn register<T: Out + OutputType>(
    registry: &mut Registry,
    description: &'static str,
    members: &[Member],
) -> String {
    registry.create_output_type::<T, _>(MetaTypeId::Union, |registry| MetaType::Union {
        name: <T as Out>::type_name().into_owned(),
        description: Some(description.to_owned()),
        possible_types: members.iter().map(|member| member.register(registry)).collect(),
        visible: None,
        inaccessible: false,
        tags: Vec::new(),
        rust_typename: Some(std::any::type_name::<T>()),
        directive_invocations: Vec::new(),
    })
}
