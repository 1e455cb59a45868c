//! What is decided once per query field: which fields are selected, with which arguments; and the registration
//! of what can be selected.

use std::collections::HashMap;

use async_graphql::indexmap::IndexMap;
use async_graphql::parser::types::{Field, Selection, SelectionSet};
use async_graphql::registry::{Deprecation, MetaField, MetaInputValue, MetaType, MetaTypeId, Registry};
use async_graphql::{
    ContextSelectionSet, InputType, Name, OutputType, Pos, Positioned, ServerError, ServerResult,
    VisitorContext,
};

use crate::gate::Group;
use crate::out::Out;
use crate::run::{Fail, Run};
use crate::sink::Sink;

/// A field of the query's document.
pub type Node = Positioned<Field>;

/// A variable definition of the query's document.
pub type Variable = Positioned<async_graphql::parser::types::VariableDefinition>;

/// A response key and where it stands in the document.
#[derive(Clone, Copy)]
pub struct Key<'q> {
    /// The alias, or the field's name.
    pub name: &'q Name,
    /// Where the first node of the key stands.
    pub pos: Pos,
    written: [u8; WRITTEN],
}

/// Room for a key as JSON writes it. Of a fixed size, so that copying one is two instructions and no call.
const WRITTEN: usize = 32;

impl<'q> Key<'q> {
    /// A key.
    pub fn new(name: &'q Name, pos: Pos) -> Key<'q> {
        let mut written = [0; WRITTEN];
        // A GraphQL name holds nothing that JSON escapes.
        if let Some(place) = written.get_mut(..name.len() + 3) {
            place[0] = b'"';
            place[1..=name.len()].copy_from_slice(name.as_bytes());
            place[name.len() + 1..].copy_from_slice(b"\":");
        }
        Key { name, pos, written }
    }

    /// The key as JSON writes it, quoted and with its colon, followed by zeros, and its length; none when it is too
    /// long for that.
    pub(crate) fn written(&self) -> Option<(&[u8; WRITTEN], usize)> {
        let length = self.name.len() + 3;
        (length <= WRITTEN).then_some((&self.written, length))
    }
}

/// The selected fields of an object in response order.
pub struct Sel<'q, F> {
    /// Each key with its planned field.
    pub fields: Vec<(Key<'q>, F)>,
}

// Types that refer to each other would make the compiler prove this through all of them, and give up.
impl<F> Unpin for Sel<'_, F> {}

/// A field that cannot be answered: it reports itself wherever it is reached.
pub struct Bad {
    /// What is wrong, without a path.
    pub error: ServerError,
    /// Whether the field may read null.
    pub nullable: bool,
}

/// An object that was declared with [`object`](crate::object).
pub trait Object: Out + OutputType {
    /// A planned field: one variant per field of the object.
    type Field<'q>;
    /// The enum that its fields' groups come from.
    type Group: Group;
    /// The type's description.
    const DESCRIPTION: &'static str;
    /// Names of the interfaces it implements.
    const INTERFACES: &'static [&'static str];
    /// Each field's GraphQL name and data group, in order of declaration.
    const TYPE_FIELDS: &'static [(&'static str, Self::Group)];
    /// Evaluated on registration: fails to compile if a closed field cannot be masked.
    const CHECKED: () = ();

    /// Plans one response key.
    fn plan_field<'q>(cx: &PlanCx<'q>, nodes: &[&'q Node]) -> Self::Field<'q>;

    /// Writes one field's value.
    ///
    /// # Errors
    /// As for [`Out::write`].
    fn write_field<'p, S: Sink>(&self, field: &'p Self::Field<'_>, run: &mut Run<'p, S>) -> Result<(), Fail>;
}

/// What a plan may look at: the validated document, the variables and the schema.
#[derive(Clone, Copy)]
pub struct PlanCx<'q> {
    ctx: &'q ContextSelectionSet<'q>,
}

impl<'q> PlanCx<'q> {
    pub(crate) fn new(ctx: &'q ContextSelectionSet<'q>) -> Self {
        PlanCx { ctx }
    }

    /// The first node, if all nodes of the key ask for the same field with the same arguments.
    pub fn agreed(&self, nodes: &[&'q Node]) -> Option<&'q Node> {
        let (first, others) = nodes.split_first()?;
        others.iter().all(|other| same(&first.node, &other.node)).then_some(*first)
    }

    /// The library's validation compares keys per type condition only, so a conflict can get through.
    pub fn conflict(&self, nodes: &[&'q Node]) -> Bad {
        let key = nodes.first().map_or("", |node| node.node.response_key().node.as_str());
        let mut error = bad_input(ServerError::new(
            format!("Fields \"{key}\" conflict: use different aliases to fetch both."),
            None,
        ));
        error.locations = nodes.iter().map(|node| node.pos).collect();
        Bad { error, nullable: false }
    }

    /// A field that the type does not have.
    pub fn unknown_field(&self, node: &'q Node, ty: &str) -> Bad {
        let message = format!("Unknown field \"{}\" on type \"{ty}\".", node.node.name.node);
        Bad { error: bad_input(ServerError::new(message, Some(node.pos))), nullable: false }
    }

    /// Coerces one argument.
    ///
    /// A nullable variable that was left out counts as an argument left out. With a default, null for a type that
    /// is not nullable in Rust means the default (such an argument is declared nullable in the schema).
    ///
    /// # Errors
    /// When the value does not fit the type; code `BAD_USER_INPUT` unless the type gave another.
    pub fn argument<T: InputType>(
        &self,
        node: &'q Node,
        name: &str,
        default: Option<fn() -> T>,
    ) -> Result<T, ServerError> {
        let ctx = self.ctx.with_field(node);
        let value = match default {
            Some(default) if is_non_null::<T>() => {
                ctx.param_value::<Option<T>>(name, None).map(|(_, value)| value.unwrap_or_else(default))
            }
            Some(default) if self.is_left_out(node, name) => Ok(default()),
            default => ctx.param_value(name, default).map(|(_, value)| value),
        };
        value.map_err(bad_input)
    }

    fn is_left_out(&self, node: &Node, name: &str) -> bool {
        let Some(value) = node.node.get_argument(name) else { return true };
        let async_graphql_value::Value::Variable(variable) = &value.node else { return false };
        let env = self.ctx.query_env;
        let definitions = &env.operation.node.variable_definitions;
        !env.variables.contains_key(variable)
            && !definitions.iter().any(|definition| {
                definition.node.name.node == *variable && definition.node.default_value.is_some()
            })
    }

    /// Gathers the response keys that are selected on an object, each with all its nodes, in response order.
    fn collect(&self, nodes: &[&'q Node], object: &str) -> Vec<(&'q Name, Vec<&'q Node>)> {
        let mut keys =
            Keys { cx: self, object, found: Vec::new(), index: HashMap::new(), visited: Vec::new() };
        for node in nodes {
            keys.add(&node.node.selection_set.node);
        }
        keys.found
    }

    fn applies(&self, condition: &str, object: &str) -> bool {
        let registry = &self.ctx.schema_env.registry;
        condition == object
            || registry.implements.get(object).is_some_and(|interfaces| interfaces.contains(condition))
            || registry.types.get(condition).is_some_and(|ty| ty.is_possible_type(object))
    }
}

/// The keys of one selection. A fragment is entered once however often it is spread, so that the work is
/// bounded by the document's length.
struct Keys<'a, 'q> {
    cx: &'a PlanCx<'q>,
    object: &'a str,
    found: Vec<(&'q Name, Vec<&'q Node>)>,
    index: HashMap<&'q str, usize>,
    visited: Vec<&'q str>,
}

impl<'q> Keys<'_, 'q> {
    fn add(&mut self, set: &'q SelectionSet) {
        for selection in &set.items {
            match &selection.node {
                Selection::Field(node) => self.add_node(node),
                Selection::InlineFragment(fragment) => {
                    let condition = fragment.node.type_condition.as_ref().map(|on| on.node.on.node.as_str());
                    if condition.is_none_or(|condition| self.cx.applies(condition, self.object)) {
                        self.add(&fragment.node.selection_set.node);
                    }
                }
                Selection::FragmentSpread(spread) => {
                    let name = spread.node.fragment_name.node.as_str();
                    if self.visited.contains(&name) {
                        continue;
                    }
                    self.visited.push(name);
                    // Validation has made sure that the fragment exists.
                    if let Some(fragment) = self.cx.ctx.query_env.fragments.get(name)
                        && self.cx.applies(&fragment.node.type_condition.node.on.node, self.object)
                    {
                        self.add(&fragment.node.selection_set.node);
                    }
                }
            }
        }
    }

    fn add_node(&mut self, node: &'q Node) {
        let key = &node.node.response_key().node;
        let at = *self.index.entry(key.as_str()).or_insert_with(|| {
            self.found.push((key, Vec::with_capacity(1)));
            self.found.len() - 1
        });
        self.found[at].1.push(node);
    }
}

fn same(first: &Field, other: &Field) -> bool {
    first.name.node == other.name.node
        && first.arguments.len() == other.arguments.len()
        && first
            .arguments
            .iter()
            .all(|(name, value)| other.get_argument(&name.node).is_some_and(|other| other.node == value.node))
}

/// Gives the error the code of a caller's mistake, unless it has a code.
pub(crate) fn bad_input(mut error: ServerError) -> ServerError {
    let extensions = error.extensions.get_or_insert_default();
    if extensions.get("code").is_none() {
        extensions.set("code", "BAD_USER_INPUT");
    }
    error
}

fn is_non_null<T: InputType>() -> bool {
    T::qualified_type_name().ends_with('!')
}

/// Plans an object's selection.
pub fn plan_object<'q, T: Object>(cx: &PlanCx<'q>, nodes: &[&'q Node]) -> Sel<'q, T::Field<'q>> {
    let object = <T as Out>::type_name();
    let planned = |(name, nodes): (&'q Name, Vec<&'q Node>)| {
        let pos = nodes.first().map(|node| node.pos).unwrap_or_default();
        (Key::new(name, pos), T::plan_field(cx, &nodes))
    };
    Sel { fields: cx.collect(nodes, &object).into_iter().map(planned).collect() }
}

/// Enters an object into the schema.
pub fn register_object<T: Object>(registry: &mut Registry) -> String {
    let () = T::CHECKED;
    let name = <T as Out>::type_name();
    let qualified = registry.create_output_type::<T, _>(MetaTypeId::Object, |registry| {
        let fields = T::TYPE_FIELDS
            .iter()
            .filter_map(|(field, _)| T::meta_field(field, registry).map(|meta| ((*field).to_owned(), meta)));
        MetaType::Object {
            name: name.clone().into_owned(),
            description: Some(T::DESCRIPTION.to_owned()),
            fields: fields.collect(),
            cache_control: Default::default(),
            extends: false,
            shareable: false,
            resolvable: true,
            keys: None,
            visible: None,
            inaccessible: false,
            interface_object: false,
            tags: Vec::new(),
            is_subscription: false,
            rust_typename: Some(std::any::type_name::<T>()),
            directive_invocations: Vec::new(),
            requires_scopes: Vec::new(),
        }
    });
    for interface in T::INTERFACES {
        registry.add_implements(&name, interface);
    }
    qualified
}

/// A field's cost as the library asks for it.
pub type Cost = fn(&VisitorContext<'_>, &[Variable], &Field, usize) -> ServerResult<usize>;

/// The declaration of a field.
pub struct FieldMeta {
    /// Its GraphQL name.
    pub name: &'static str,
    /// Its description.
    pub description: &'static str,
    /// Its arguments in order.
    pub arguments: Vec<MetaInputValue>,
    /// Its qualified type.
    pub ty: String,
    /// Why it is deprecated, if it is.
    pub retired: Option<&'static str>,
    /// The name of its data group.
    pub group: &'static str,
    /// Its cost, if it is not one plus its children's, or for a list [`LIST`] times them.
    pub complexity: Option<Cost>,
}

/// The length at which a list counts whose size nobody names.
pub const LIST: usize = 5;

/// The most that one field counts. Sums of it over any document stay far below what a `usize` holds, so that a
/// cost can not wrap round to a small one.
pub const LARGEST_COST: usize = 1 << 40;

/// The cost of a list: one, and its length times its children.
pub fn list_cost(length: usize, child: usize) -> usize {
    length.saturating_mul(child).saturating_add(1).min(LARGEST_COST)
}

/// The library's form of a field's declaration; the group becomes its only tag.
pub fn meta_field(field: FieldMeta) -> MetaField {
    // The lists of a connection hold the page whose size was counted where it was asked for.
    let counted = matches!(field.name, "edges" | "nodes") || !field.ty.starts_with('[');
    let usual: Option<Cost> = if counted { None } else { Some(|_, _, _, child| Ok(list_cost(LIST, child))) };
    MetaField {
        name: field.name.to_owned(),
        description: Some(field.description.to_owned()),
        args: field
            .arguments
            .into_iter()
            .map(|argument| (argument.name.clone(), argument))
            .collect::<IndexMap<_, _>>(),
        ty: field.ty,
        deprecation: match field.retired {
            Some(reason) => Deprecation::Deprecated { reason: Some(reason.to_owned()) },
            None => Deprecation::NoDeprecated,
        },
        cache_control: Default::default(),
        external: false,
        requires: None,
        provides: None,
        visible: None,
        shareable: false,
        inaccessible: false,
        tags: vec![field.group.to_owned()],
        override_from: None,
        compute_complexity: field.complexity.or(usual),
        directive_invocations: Vec::new(),
        requires_scopes: Vec::new(),
    }
}

/// The declaration of an argument. One with a default is nullable in the schema: null means the default.
pub fn argument<T: InputType>(
    registry: &mut Registry,
    name: &'static str,
    description: &'static str,
    default: Option<fn() -> T>,
) -> MetaInputValue {
    let qualified = T::create_type_info(registry);
    let ty = match (&default, qualified.strip_suffix('!')) {
        (Some(_), Some(nullable)) => nullable.to_owned(),
        _ => qualified,
    };
    MetaInputValue {
        name: name.to_owned(),
        description: (!description.is_empty()).then(|| description.to_owned()),
        ty,
        deprecation: Deprecation::NoDeprecated,
        default_value: default.map(|default| default().to_value().to_string()),
        visible: None,
        inaccessible: false,
        tags: Vec::new(),
        is_secret: false,
        directive_invocations: Vec::new(),
    }
}

/// An argument's value for the cost of a field, before anything runs. A nullable variable that was left out
/// reads as null there and means the default.
///
/// # Errors
/// When the value does not fit the type.
pub fn cost_argument<T: InputType>(
    ctx: &VisitorContext<'_>,
    variables: &[Variable],
    node: &Field,
    name: &str,
    default: Option<fn() -> T>,
) -> ServerResult<T> {
    match default {
        Some(default) => ctx
            .param_value::<Option<T>>(variables, node, name, None)
            .map(|value| value.unwrap_or_else(default)),
        None => ctx.param_value(variables, node, name, None),
    }
}
