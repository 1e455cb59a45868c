//! A node that holds its study: what `node` and `nodes` return.

use crate::graphql::object::node::Node;
use crate::graphql::object::study::Study;
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
