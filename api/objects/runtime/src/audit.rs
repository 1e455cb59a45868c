//! Questions to a finished schema, for tests: what a new type may have forgotten.

use async_graphql::registry::{MetaType, Registry};
use async_graphql::{ObjectType, SubscriptionType};

/// The schema's registry, with the types that can be reached from the roots.
pub fn registry<Q: ObjectType, M: ObjectType, S: SubscriptionType>() -> Registry {
    let mut registry = Registry { query_type: Q::type_name().into_owned(), ..Registry::default() };
    Q::create_type_info(&mut registry);
    if !M::is_empty() {
        registry.mutation_type = Some(M::type_name().into_owned());
        M::create_type_info(&mut registry);
    }
    if !S::is_empty() {
        registry.subscription_type = Some(S::type_name().into_owned());
        S::create_type_info(&mut registry);
    }
    registry.remove_unused_types();
    registry
}

/// Every field of every type that names no data group, as `Type.field`. Types that the library's own macros
/// declare are among them unless their fields are tagged.
pub fn untagged_fields(registry: &Registry) -> Vec<String> {
    let mut found = Vec::new();
    for ty in registry.types.values().filter(|ty| !ty.name().starts_with("__")) {
        for field in ty.fields().into_iter().flat_map(|fields| fields.values()) {
            if field.tags.is_empty() {
                found.push(format!("{}.{}", ty.name(), field.name));
            }
        }
    }
    found
}

/// Every object that says it implements an interface which does not list it, as `Type: Interface`: a fragment on
/// the object would be refused where the interface stands.
pub fn unlisted_members(registry: &Registry) -> Vec<String> {
    let mut found = Vec::new();
    for (ty, interfaces) in &registry.implements {
        if !matches!(registry.types.get(ty), Some(MetaType::Object { .. })) {
            continue;
        }
        for interface in interfaces {
            if !registry.types.get(interface).is_some_and(|listed| listed.is_possible_type(ty)) {
                found.push(format!("{ty}: {interface}"));
            }
        }
    }
    found.sort();
    found
}

/// Every field of an interface whose cost would not be counted, as `Type.field`: the library looks costs up only
/// where a field is selected on an object.
pub fn uncounted_costs(registry: &Registry) -> Vec<String> {
    let mut found = Vec::new();
    for ty in registry.types.values() {
        let MetaType::Interface { name, fields, .. } = ty else { continue };
        for field in fields.values().filter(|field| field.compute_complexity.is_some()) {
            found.push(format!("{name}.{}", field.name));
        }
    }
    found
}

/// Every field that is asked for page by page and does not count the size of the page, as `Type.field`.
pub fn uncounted_pages(registry: &Registry) -> Vec<String> {
    let mut found = Vec::new();
    for ty in registry.types.values().filter(|ty| !ty.name().starts_with("__")) {
        for field in ty.fields().into_iter().flat_map(|fields| fields.values()) {
            if field.args.contains_key("first") && field.compute_complexity.is_none() {
                found.push(format!("{}.{}", ty.name(), field.name));
            }
        }
    }
    found
}
