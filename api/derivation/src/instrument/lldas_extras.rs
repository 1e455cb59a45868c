//! The two states that LLDAS asks for and SLEDAI-2K has no descriptor of.

use super::bilag2004::{Bilag2004, Grades, ItemValue, System};

/// BILAG-2004 item 96: evidence of active haemolysis.
const ACTIVE_HAEMOLYSIS: u8 = 96;

/// Active haemolytic anaemia and gastrointestinal activity, both only when due to lupus.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LldasExtras {
    /// Active haemolytic anaemia due to lupus; none when not recorded.
    pub haemolytic_anaemia: Option<bool>,
    /// Active gastrointestinal involvement due to lupus; none when not recorded.
    pub gi_activity: Option<bool>,
}

impl LldasExtras {
    /// Fills what the form left blank from the BILAG-2004 of the same visit: haemolysis from item 96,
    /// gastrointestinal activity from the system's grade (A, B or C is active). What stays blank stays unknown.
    #[must_use]
    pub fn or_from_bilag(self, bilag: Option<(&Bilag2004, &Grades)>) -> LldasExtras {
        let Some((items, grades)) = bilag else { return self };
        LldasExtras {
            haemolytic_anaemia: self.haemolytic_anaemia.or_else(|| match items.item(ACTIVE_HAEMOLYSIS) {
                Some(ItemValue::YesNo(active)) => Some(active && items.is_due_to_sle(ACTIVE_HAEMOLYSIS)),
                _ => None,
            }),
            gi_activity: self.gi_activity.or_else(|| grades.of(System::Gastrointestinal).is_active()),
        }
    }
}
