//! A node that holds its study: what `node` and `nodes` return.

use crate::graphql::object::node::Node;
use crate::graphql::object::study::Study;
use async_graphql::registry::Registry;
use objects::{Fail, Out, PlanCx, Run, Sink, plan};
use std::borrow::Cow;
use study::view::{Found, View};

/// The thing that a global id names, with the view that it is seen through.
pub struct RootNode {
    view: View,
    id: String,
}

impl RootNode {
    /// The thing that an id names; none when it is not there or not the viewer's.
    pub(crate) fn find(view: View, id: &str) -> Option<RootNode> {
        match view.find(id)? {
            Found::Study => {}
            found => drop(Node::of(found)?),
        }
        Some(RootNode { view, id: id.to_owned() })
    }
}

impl RootNode {
    fn node(&self) -> Option<Node<'_>> {
        match self.view.find(&self.id)? {
            Found::Study => Some(Node::Study(Study(self.view.clone()))),
            found => Node::of(found),
        }
    }
}

impl Out for RootNode {
    type Plan<'q> = <Node<'static> as Out>::Plan<'q>;

    fn type_name() -> Cow<'static, str> {
        <Node<'static> as Out>::type_name()
    }

    fn concrete_name(&self) -> Cow<'static, str> {
        self.node().map_or_else(Self::type_name, |node| node.concrete_name())
    }

    fn register(registry: &mut Registry) -> String {
        <Node<'static> as Out>::register(registry)
    }

    fn plan<'q>(cx: &PlanCx<'q>, nodes: &[&'q plan::Node]) -> Self::Plan<'q> {
        <Node<'static> as Out>::plan(cx, nodes)
    }

    fn write<'p, S: Sink>(&self, plan: &'p Self::Plan<'_>, run: &mut Run<'p, S>) -> Result<(), Fail> {
        match self.node() {
            Some(node) => node.write(plan, run),
            None => {
                run.sink.null();
                Ok(())
            }
        }
    }
}
