//! What laboratory values and the joint count suggest for the descriptors of a SLEDAI-2K. Never a score: the investigator
//! attributes, and a difference between the two is a query.

use super::antibodies::status_of;
use crate::snapshot::Subject;
use crate::snapshot::tables::Rec;
use chrono::NaiveDate;
use derivation::instrument::sledai2k::Descriptor;
use derivation::instrument::sledai2k_suggestion::{Values, differs, is_arthritis, is_usable, suggested};
use derivation::laboratory::RangeStatus;
use entity::rows::{Assessment, LabResult};
use entity::terms::{Autoantibody, Comparator};
use entity::{Exact, Items};
use rust_decimal::Decimal;
use uuid::Uuid;

/// What is suggested for a descriptor of an assessment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// The descriptor.
    pub descriptor: Descriptor,
    /// Whether it is suggested to be present.
    pub suggested: bool,
    /// How it was scored; none when it was left open.
    pub scored: Option<bool>,
    /// The results that it rests on; the assessment itself for what stands on its form.
    pub evidence: Vec<Uuid>,
}

impl Suggestion {
    /// Whether it was scored otherwise. What was left open differs from nothing.
    pub fn differs(&self) -> bool {
        differs(Some(self.suggested), self.scored)
    }
}

/// The results of the safety laboratory that speak of a descriptor, and whether a low value does.
const LABORATORY: [(Descriptor, &str, bool); 3] = [
    (Descriptor::Thrombocytopenia, "platelets", true),
    (Descriptor::Leukopenia, "wbc", true),
    (Descriptor::Proteinuria, "urine_pcr", false),
];

impl Subject {
    /// What is suggested for the descriptors of a SLEDAI-2K, in the instrument's order; nothing for another instrument and
    /// for what no usable result speaks of.
    pub(crate) fn suggestions(&self, assessment: &Rec<Assessment>) -> Vec<Suggestion> {
        let Items::Sledai(items) = &assessment.items else { return Vec::new() };
        let parameters = &self.rulebook.endpoints().sledai2k;
        let mut found: Vec<(Descriptor, bool, Vec<Uuid>)> = Vec::new();
        if let Some(joints) = items.joint_count {
            let arthritis = is_arthritis(joints, parameters);
            found.push((Descriptor::Arthritis, arthritis, vec![assessment.row.id]));
        }
        for (descriptor, analyte, low) in LABORATORY {
            let Some(result) = self.nearest_result(analyte, assessment.assessed_on) else { continue };
            let Some(value) = self.in_the_rules_unit(result) else { continue };
            let values = match descriptor {
                Descriptor::Thrombocytopenia => Values { platelets: Some(value), ..Values::default() },
                Descriptor::Leukopenia => Values { white_cells: Some(value), ..Values::default() },
                _ => Values { urine_protein_ratio: Some(value), ..Values::default() },
            };
            let certain = suggested(descriptor, &values, parameters)
                .filter(|present| decides(result.comparator, low, *present));
            found.extend(certain.map(|present| (descriptor, present, vec![result.row.id])));
        }
        found.extend(self.suggested_serology(assessment.assessed_on));
        found.sort_by_key(|(descriptor, ..)| descriptor.index());
        let suggestion = |(descriptor, suggested, evidence): (Descriptor, bool, Vec<Uuid>)| Suggestion {
            descriptor,
            suggested,
            scored: items.items.0[descriptor.index()],
            evidence,
        };
        found.into_iter().map(suggestion).collect()
    }

    /// Complement and anti-dsDNA against their laboratory's ranges.
    fn suggested_serology(&self, on: NaiveDate) -> Vec<(Descriptor, bool, Vec<Uuid>)> {
        let parameters = &self.rulebook.endpoints().sledai2k;
        let of = |analyte| self.nearest_antibody(analyte, on);
        let (c3, c4, dna) = (of(Autoantibody::C3), of(Autoantibody::C4), of(Autoantibody::AntiDsdna));
        let status = |held: &Option<(Uuid, RangeStatus)>| held.as_ref().map(|(_, status)| *status);
        let values =
            Values { c3: status(&c3), c4: status(&c4), anti_dsdna: status(&dna), ..Values::default() };
        let rests = |held: &[&Option<(Uuid, RangeStatus)>]| -> Vec<Uuid> {
            held.iter().filter_map(|it| it.as_ref().map(|(id, _)| *id)).collect()
        };
        [(Descriptor::LowComplement, rests(&[&c3, &c4])), (Descriptor::IncreasedDnaBinding, rests(&[&dna]))]
            .into_iter()
            .filter_map(|(descriptor, evidence)| {
                Some((descriptor, suggested(descriptor, &values, parameters)?, evidence))
            })
            .collect()
    }

    /// The usable result of an analyte that was taken closest to an assessment; the later of two as close.
    fn nearest_result(&self, analyte: &str, on: NaiveDate) -> Option<&Rec<LabResult>> {
        let parameters = &self.rulebook.endpoints().sledai2k;
        let of_analyte = self.rows.lab_results.iter().filter(|it| it.analyte == analyte);
        let usable = of_analyte.filter(|it| is_usable(it.collected_on, on, parameters));
        // Of one day the one with the later time; of one time the one that was recorded later.
        usable.min_by_key(|it| {
            let taken = (it.collected_at.clone(), it.revision);
            (closeness(it.collected_on, on), std::cmp::Reverse(taken))
        })
    }

    /// The same of a panel, with where the result stands; none when that is open.
    fn nearest_antibody(&self, analyte: Autoantibody, on: NaiveDate) -> Option<(Uuid, RangeStatus)> {
        let parameters = &self.rulebook.endpoints().sledai2k;
        let panels = self.rows.autoantibody_panels.iter();
        let usable = panels.filter(|it| is_usable(it.collected_on, on, parameters));
        let held = usable.filter_map(|panel| {
            let mut results = self.rows.autoantibody_results.iter();
            let result = results.find(|it| it.panel_id == panel.row.id && it.analyte == analyte)?;
            Some((panel.collected_on, result))
        });
        let (_, result) = held.min_by_key(|(collected, _)| closeness(*collected, on))?;
        Some((result.row.id, status_of(self, analyte, &result.row)?))
    }

    /// A result in the unit that the rule asks for: cells in 10^9/L, the ratio in mg/g.
    fn in_the_rules_unit(&self, result: &LabResult) -> Option<Decimal> {
        let value = result.standard_value.map(Exact::decimal)?;
        if result.analyte != "urine_pcr" {
            return Some(value);
        }
        let analyte = self.rulebook.analyte(&result.analyte)?;
        value.checked_div(*analyte.units.get("mg/g")?)
    }
}

fn closeness(collected: NaiveDate, on: NaiveDate) -> (u64, std::cmp::Reverse<NaiveDate>) {
    ((collected - on).num_days().unsigned_abs(), std::cmp::Reverse(collected))
}

/// Whether a result decides though it may be only a bound: `low` says that small values make the descriptor present.
fn decides(comparator: Option<Comparator>, low: bool, present: bool) -> bool {
    match comparator {
        None => true,
        Some(Comparator::LessThan) => low == present,
        Some(Comparator::GreaterThan) => low != present,
    }
}
