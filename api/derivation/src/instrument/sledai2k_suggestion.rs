//! What laboratory values suggest for SLEDAI-2K. A suggestion is never a score: the investigator attributes, and a
//! difference between the two is a query.

use super::sledai2k::Descriptor;
use crate::laboratory::RangeStatus;
use crate::parameters::Sledai2kParameters;
use chrono::{Days, NaiveDate};
use rust_decimal::Decimal;

/// Laboratory values within the window of an assessment. None is not measured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Values {
    /// Red cells per high-power field of the urine sediment.
    pub urine_red_cells: Option<Decimal>,
    /// White cells per high-power field.
    pub urine_white_cells: Option<Decimal>,
    /// Urine protein, g in 24 hours.
    pub urine_protein_24_h: Option<Decimal>,
    /// Urine protein/creatinine ratio, mg/g; may stand in for the 24 hours.
    pub urine_protein_ratio: Option<Decimal>,
    /// C3 against the laboratory's range.
    pub c3: Option<RangeStatus>,
    /// C4 against the laboratory's range.
    pub c4: Option<RangeStatus>,
    /// CH50 against the laboratory's range; many laboratories do not measure it.
    pub ch50: Option<RangeStatus>,
    /// Anti-dsDNA against the laboratory's range.
    pub anti_dsdna: Option<RangeStatus>,
    /// Platelets, 10^9/L.
    pub platelets: Option<Decimal>,
    /// White cells, 10^9/L.
    pub white_cells: Option<Decimal>,
}

/// More cells than this per field count.
const CELLS_PER_FIELD: Decimal = whole(5);
/// More protein than this in 24 hours counts, g.
const PROTEIN_24_H: Decimal = Decimal::from_parts(5, 0, 0, false, 1);
/// Fewer platelets than this count, 10^9/L.
const PLATELETS: Decimal = whole(100);
/// Fewer white cells than this count, 10^9/L.
const WHITE_CELLS: Decimal = whole(3);

const fn whole(number: u32) -> Decimal {
    Decimal::from_parts(number, 0, 0, false, 0)
}

/// Whether a result of a day may be used for an assessment: from the look-back to some days after it.
pub fn is_usable(collected_on: NaiveDate, assessed_on: NaiveDate, parameters: &Sledai2kParameters) -> bool {
    let from = assessed_on.checked_sub_days(Days::new(u64::from(parameters.lookback_days)));
    let to = assessed_on.checked_add_days(Days::new(u64::from(parameters.laboratory_days_after)));
    from.is_none_or(|from| from <= collected_on) && to.is_none_or(|to| collected_on <= to)
}

/// Whether the values suggest a descriptor; none when what decides was not measured, and for descriptors that no
/// laboratory value speaks of.
pub fn suggested(descriptor: Descriptor, values: &Values, parameters: &Sledai2kParameters) -> Option<bool> {
    match descriptor {
        Descriptor::Hematuria => values.urine_red_cells.map(|cells| cells > CELLS_PER_FIELD),
        Descriptor::Pyuria => values.urine_white_cells.map(|cells| cells > CELLS_PER_FIELD),
        Descriptor::Proteinuria => {
            let amount = values.urine_protein_24_h.map(|grams| grams > PROTEIN_24_H);
            let ratio = values.urine_protein_ratio.map(|ratio| ratio > parameters.proteinuria_ratio_mg_per_g);
            // The spot urine stands in for the 24 hours, and does not outvote them.
            amount.or(ratio)
        }
        Descriptor::LowComplement => complement(values),
        Descriptor::IncreasedDnaBinding => values.anti_dsdna.map(|status| status == RangeStatus::High),
        Descriptor::Thrombocytopenia => values.platelets.map(|count| count < PLATELETS),
        Descriptor::Leukopenia => values.white_cells.map(|count| count < WHITE_CELLS),
        Descriptor::Seizure
        | Descriptor::Psychosis
        | Descriptor::OrganicBrainSyndrome
        | Descriptor::VisualDisturbance
        | Descriptor::CranialNerveDisorder
        | Descriptor::LupusHeadache
        | Descriptor::Cva
        | Descriptor::Vasculitis
        | Descriptor::Arthritis
        | Descriptor::Myositis
        | Descriptor::UrinaryCasts
        | Descriptor::Rash
        | Descriptor::Alopecia
        | Descriptor::MucosalUlcers
        | Descriptor::Pleurisy
        | Descriptor::Pericarditis
        | Descriptor::Fever => None,
    }
}

/// One that is low is enough; without one, C3 and C4 have to be known.
fn complement(values: &Values) -> Option<bool> {
    let low = |status: Option<RangeStatus>| status.map(|status| status == RangeStatus::Low);
    let any = [values.c3, values.c4, values.ch50].into_iter().any(|status| low(status) == Some(true));
    if any { Some(true) } else { low(values.c3).and(low(values.c4)) }
}

/// Whether so many joints with pain and signs of inflammation make arthritis.
pub fn is_arthritis(joints: u32, parameters: &Sledai2kParameters) -> bool {
    joints >= parameters.arthritis_joints
}

/// Whether what was scored differs from what the laboratory suggests. What either leaves open differs from nothing.
pub fn differs(suggested: Option<bool>, scored: Option<bool>) -> bool {
    suggested.zip(scored).is_some_and(|(suggested, scored)| suggested != scored)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(text: &str) -> Option<Decimal> {
        text.parse().ok()
    }

    fn of(descriptor: Descriptor, values: Values) -> Option<bool> {
        suggested(descriptor, &values, &Sledai2kParameters::default())
    }

    #[test]
    fn each_limit_from_both_sides() {
        let red = |cells| {
            of(Descriptor::Hematuria, Values { urine_red_cells: decimal(cells), ..Values::default() })
        };
        assert_eq!((red("5"), red("5.1"), red("")), (Some(false), Some(true), None));
        let white =
            |cells| of(Descriptor::Pyuria, Values { urine_white_cells: decimal(cells), ..Values::default() });
        assert_eq!((white("5"), white("6"), white("")), (Some(false), Some(true), None));
        let platelets = |count| {
            of(Descriptor::Thrombocytopenia, Values { platelets: decimal(count), ..Values::default() })
        };
        assert_eq!((platelets("100"), platelets("99.9"), platelets("")), (Some(false), Some(true), None));
        let cells =
            |count| of(Descriptor::Leukopenia, Values { white_cells: decimal(count), ..Values::default() });
        assert_eq!((cells("3"), cells("2.9"), cells("")), (Some(false), Some(true), None));
    }

    #[test]
    fn a_spot_urine_stands_in_for_24_hours() {
        let protein = |amount, ratio| {
            let values = Values {
                urine_protein_24_h: decimal(amount),
                urine_protein_ratio: decimal(ratio),
                ..Values::default()
            };
            of(Descriptor::Proteinuria, values)
        };
        assert_eq!((protein("0.5", ""), protein("0.51", "")), (Some(false), Some(true)));
        assert_eq!((protein("", "500"), protein("", "501")), (Some(false), Some(true)));
        assert_eq!(protein("0.4", "900"), Some(false), "what was measured over 24 hours prevails");
        assert_eq!(protein("", ""), None);
    }

    #[test]
    fn serology_goes_by_the_laboratory_range() {
        use RangeStatus::{High, Low, Normal};
        let low = |c3, c4, ch50| of(Descriptor::LowComplement, Values { c3, c4, ch50, ..Values::default() });
        assert_eq!(low(Some(Low), None, None), Some(true));
        assert_eq!(low(Some(Normal), Some(Low), None), Some(true));
        assert_eq!(low(None, None, Some(Low)), Some(true));
        assert_eq!(low(Some(Normal), Some(High), None), Some(false));
        assert_eq!(low(Some(Normal), None, None), None, "C4 may be low");
        assert_eq!(low(None, None, Some(Normal)), None);
        let dna =
            |anti_dsdna| of(Descriptor::IncreasedDnaBinding, Values { anti_dsdna, ..Values::default() });
        assert_eq!((dna(Some(High)), dna(Some(Normal)), dna(None)), (Some(true), Some(false), None));
    }

    #[test]
    fn no_value_speaks_of_what_is_seen() {
        let suggestible = Descriptor::ALL.into_iter().filter(|one| of(*one, everything()).is_some()).count();
        assert_eq!(suggestible, 7);
    }

    fn everything() -> Values {
        let (one, normal) = (decimal("1"), Some(RangeStatus::Normal));
        Values {
            urine_red_cells: one,
            urine_white_cells: one,
            urine_protein_24_h: one,
            urine_protein_ratio: one,
            c3: normal,
            c4: normal,
            ch50: normal,
            anti_dsdna: normal,
            platelets: one,
            white_cells: one,
        }
    }

    #[test]
    fn results_count_from_the_look_back_to_three_days_after() {
        let usable = |collected: &str| {
            let (collected, assessed) = (collected.parse().unwrap(), "2025-08-31".parse().unwrap());
            is_usable(collected, assessed, &Sledai2kParameters::default())
        };
        assert!(usable("2025-08-01") && !usable("2025-07-31"));
        assert!(usable("2025-09-03") && !usable("2025-09-04"));
    }

    #[test]
    fn two_joints_are_arthritis_unless_the_protocol_asks_for_three() {
        let published = Sledai2kParameters::default();
        let original = Sledai2kParameters { arthritis_joints: 3, ..published.clone() };
        assert_eq!([1, 2, 3].map(|joints| is_arthritis(joints, &published)), [false, true, true]);
        assert_eq!([1, 2, 3].map(|joints| is_arthritis(joints, &original)), [false, false, true]);
    }

    #[test]
    fn a_query_needs_both_sides() {
        assert!(differs(Some(true), Some(false)) && differs(Some(false), Some(true)));
        assert!(!differs(Some(true), Some(true)) && !differs(None, Some(true)) && !differs(Some(true), None));
    }
}
