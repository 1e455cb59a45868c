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

impl objects::Group for DataGroup {
    fn name(self) -> &'static str {
        match self {
            DataGroup::Structure => "structure",
            DataGroup::Harvest => "harvest",
        }
    }
    fn index(self) -> u16 {
        self as u16
    }
}
