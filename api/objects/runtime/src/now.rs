//! The bridge from the library's asynchronous types to ours.

use std::borrow::Cow;

use async_graphql::registry::Registry;
use async_graphql::{ContextSelectionSet, OutputType, ServerResult, Value};

use crate::out::Out;
use crate::plan::Node;

/// A value of ours as the library's output type, resolved in one go.
///
/// Return `Option<Result<Now<T>>>` from an asynchronous root, with lists inside (`Now<Vec<T>>`): the library
/// leaves a failing field out of the answer unless an `Option` stands above, and gives each item of its own
/// `Vec` a future, a plan and a wrong error path.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Now<T>(
    /// The value.
    pub T,
);

impl<T: Out> OutputType for Now<T> {
    fn type_name() -> Cow<'static, str> {
        T::type_name()
    }
    fn qualified_type_name() -> String {
        T::qualified()
    }
    fn introspection_type_name(&self) -> Cow<'static, str> {
        self.0.concrete_name()
    }
    fn create_type_info(registry: &mut Registry) -> String {
        T::register(registry)
    }
    async fn resolve(&self, ctx: &ContextSelectionSet<'_>, field: &Node) -> ServerResult<Value> {
        crate::run::resolve(&self.0, ctx, field)
    }
}
