//! A glucocorticoid course as it is recorded: the drug and its factor, how it was given, how often, when and what for.
//!
//! Source of the factors: Meikle and Tyler 1977, as exact fractions.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// A glucocorticoid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Drug {
    /// 5 mg stand for 5 mg of prednisone.
    Prednisone,
    /// 5 mg.
    Prednisolone,
    /// 4 mg.
    Methylprednisolone,
    /// 4 mg, systemic.
    Triamcinolone,
    /// 0.75 mg.
    Dexamethasone,
    /// 0.6 mg; sources range to 0.75.
    Betamethasone,
    /// 20 mg.
    Hydrocortisone,
    /// 25 mg.
    Cortisone,
    /// 6 mg; some tables say 7.5.
    Deflazacort,
    /// Without an agreed factor: the protocol says what it counts, nothing unless it does.
    Fludrocortisone,
    /// Acts where it is applied, without an agreed factor: the protocol says what it counts, nothing unless it does.
    Budesonide,
}

impl Drug {
    /// Every drug.
    pub const ALL: [Drug; 11] = [
        Drug::Prednisone,
        Drug::Prednisolone,
        Drug::Methylprednisolone,
        Drug::Triamcinolone,
        Drug::Dexamethasone,
        Drug::Betamethasone,
        Drug::Hydrocortisone,
        Drug::Cortisone,
        Drug::Deflazacort,
        Drug::Fludrocortisone,
        Drug::Budesonide,
    ];

    /// The stable name, for example `prednisone`.
    pub const fn code(self) -> &'static str {
        match self {
            Drug::Prednisone => "prednisone",
            Drug::Prednisolone => "prednisolone",
            Drug::Methylprednisolone => "methylprednisolone",
            Drug::Triamcinolone => "triamcinolone",
            Drug::Dexamethasone => "dexamethasone",
            Drug::Betamethasone => "betamethasone",
            Drug::Hydrocortisone => "hydrocortisone",
            Drug::Cortisone => "cortisone",
            Drug::Deflazacort => "deflazacort",
            Drug::Fludrocortisone => "fludrocortisone",
            Drug::Budesonide => "budesonide",
        }
    }

    /// The drug of a stable name.
    pub fn from_code(code: &str) -> Option<Drug> {
        Drug::ALL.into_iter().find(|drug| drug.code() == code)
    }

    /// Milligrams of prednisone for one milligram, as numerator and denominator; none where there is no agreed factor.
    pub const fn factor(self) -> Option<(u32, u32)> {
        match self {
            Drug::Prednisone | Drug::Prednisolone => Some((1, 1)),
            Drug::Methylprednisolone | Drug::Triamcinolone => Some((5, 4)),
            Drug::Dexamethasone => Some((20, 3)),
            Drug::Betamethasone => Some((25, 3)),
            Drug::Hydrocortisone => Some((1, 4)),
            Drug::Cortisone => Some((1, 5)),
            Drug::Deflazacort => Some((5, 6)),
            Drug::Fludrocortisone | Drug::Budesonide => None,
        }
    }
}

/// How a dose was given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Route {
    /// By mouth. Counted.
    #[default]
    Oral,
    /// Into a vein. Counted.
    Intravenous,
    /// Into a muscle. Counted.
    Intramuscular,
    /// Under the skin. Counted.
    Subcutaneous,
    /// Into a joint. Listed, not counted.
    IntraArticular,
    /// On the skin. Listed, not counted.
    Topical,
    /// Inhaled. Listed, not counted.
    Inhaled,
    /// Into the nose. Listed, not counted.
    Nasal,
    /// Into the eye. Listed, not counted.
    Ophthalmic,
    /// Rectal. Listed, not counted.
    Rectal,
}

impl Route {
    /// Whether the route is systemic and its doses count.
    pub const fn is_counted(self) -> bool {
        match self {
            Route::Oral | Route::Intravenous | Route::Intramuscular | Route::Subcutaneous => true,
            Route::IntraArticular
            | Route::Topical
            | Route::Inhaled
            | Route::Nasal
            | Route::Ophthalmic
            | Route::Rectal => false,
        }
    }
}

/// How often a dose was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Frequency {
    /// So many times every so many days: (1, 1) daily, (2, 1) twice a day, (1, 2) on alternate days, (1, 28) every four weeks.
    Times {
        /// Administrations in the period.
        times: Decimal,
        /// Length of the period in days.
        days: u32,
    },
    /// A single administration, on the start date.
    Once,
    /// When needed, with no administrations recorded: unknown.
    WhenNeeded,
}

impl Frequency {
    /// So many administrations a day.
    pub const fn per_day(times: Decimal) -> Frequency {
        Frequency::Times { times, days: 1 }
    }
}

/// What a course was given for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Purpose {
    /// Lupus, or nothing more particular.
    #[default]
    Lupus,
    /// Before an infusion.
    Premedication,
    /// Cytokine release syndrome or neurotoxicity.
    CrsOrIcans,
    /// Another illness.
    Other,
}

/// One course of a glucocorticoid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SteroidRecord {
    /// The drug.
    pub drug: Drug,
    /// The single dose in mg; none when not recorded or in another unit.
    pub dose_mg: Option<Decimal>,
    /// How often; none when not recorded.
    pub frequency: Option<Frequency>,
    /// First day, the earliest that a partial date allows.
    pub start: NaiveDate,
    /// Last day, the latest that a partial date allows; none when ongoing.
    pub end: Option<NaiveDate>,
    /// The route.
    pub route: Route,
    /// What it was given for.
    pub purpose: Purpose,
}

impl SteroidRecord {
    /// The last day on which it was given; none when ongoing.
    pub(super) fn last_day(&self) -> Option<NaiveDate> {
        if self.frequency == Some(Frequency::Once) { Some(self.start) } else { self.end }
    }
}
