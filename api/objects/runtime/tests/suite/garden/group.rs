/// Two data groups, one open and one closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DataGroup {
    /// Everybody may read it.
    Structure,
    /// Only who is permitted.
    Harvest,
}

impl DataGroup {
    /// Whether everybody may read the group.
    pub const fn is_open(self) -> bool {
        matches!(self, DataGroup::Structure)
    }
}
