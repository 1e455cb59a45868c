//! The gate: whether the viewer may read a field, asked before the field's method runs.

use std::sync::Arc;

/// The caller's enum of data groups: any enum without data. Besides, it has `pub const fn is_open(self) -> bool`
/// (whether everybody who sees the object may read the group), which the macro asks at compile time. A group's
/// name is that of its variant, and its number the variant's.
pub trait Group: Copy + 'static {}

impl<G: Copy + 'static> Group for G {}

/// The answer of a gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permit {
    /// The field's method runs.
    Allowed,
    /// It does not run: a nullable field reads null, a stated one its masked state.
    Masked,
}

/// Whether the viewer may read this object's fields of a group. Two objects of one type may answer differently,
/// for a viewer's rights may differ by site. Asked for closed groups only.
pub trait Gate<G: Group> {
    /// May the viewer read the group here?
    fn permits(&self, group: G) -> Permit;
}

impl<G: Group, T: Gate<G> + ?Sized> Gate<G> for &T {
    fn permits(&self, group: G) -> Permit {
        (**self).permits(group)
    }
}

impl<G: Group, T: Gate<G> + ?Sized> Gate<G> for Arc<T> {
    fn permits(&self, group: G) -> Permit {
        (**self).permits(group)
    }
}

impl<G: Group, T: Gate<G> + ?Sized> Gate<G> for Box<T> {
    fn permits(&self, group: G) -> Permit {
        (**self).permits(group)
    }
}

/// A request's rights, for types declared with `gate = request`.
pub trait Permissions: Send + Sync {
    /// May the viewer read the group of this variant's number?
    fn allows(&self, group: u16) -> bool;
}

/// The request's rights, as a datum of the request. Without one, every closed group is masked.
#[derive(Clone)]
pub struct Rights(
    /// Who answers.
    pub Arc<dyn Permissions>,
);

/// A type that says of itself that it is masked. `#[object(.., stated)]` asks for it.
pub trait Stated: Sized {
    /// The value that stands for one the viewer may not see: state MASKED and no data.
    fn masked() -> Self;
}
