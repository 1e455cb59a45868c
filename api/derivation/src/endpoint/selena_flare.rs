//! The SELENA-SLEDAI flare index: a visit against the one before.
//!
//! Sources: Petri 1999; Buyon 2005; Thanou 2014 takes the index apart. Severe when any severe sign holds, else mild or
//! moderate when any of those holds, else none. Large belimumab trials drop the sign of a total above 12 from severe.

use crate::instrument::pga::Pga;
use crate::logic::Verdict;
use crate::rule::{Criterion, CriterionCode, Rule, Version};
use rust_decimal::Decimal;
use serde::Serialize;

/// The rule and its versions.
pub const RULE: Rule = Rule {
    id: "selena_flare",
    name: "SELENA-SLEDAI flare index",
    versions: &[Version {
        version: "1",
        what: "Signs of a severe flare, else of a mild or moderate one, against the previous visit.",
    }],
};

/// How grave a flare is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum SfiFlare {
    /// No flare.
    None,
    /// Mild or moderate: the index does not tell them apart.
    MildModerate,
    /// Severe.
    Severe,
}

/// A value at the previous visit and now; none where unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Compared<T> {
    /// At the previous visit.
    pub previous: Option<T>,
    /// Now.
    pub now: Option<T>,
}

impl<T: Copy> Compared<T> {
    fn both(&self) -> Option<(T, T)> {
        self.previous.zip(self.now)
    }
}

/// What the index reads. Each yes/no is none when unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SfiInput {
    /// The SLEDAI totals.
    pub sledai: Compared<u8>,
    /// The physician's global assessments.
    pub pga: Compared<Pga>,
    /// Prednisone equivalent, mg/kg/day.
    pub prednisone_mg_kg: Compared<Decimal>,
    /// A nonsteroidal anti-inflammatory drug or hydroxychloroquine was added for activity.
    pub new_nsaid_or_hydroxychloroquine: Option<bool>,
    /// An immunosuppressant was added for activity.
    pub new_immunosuppressant: Option<bool>,
    /// Admitted for lupus.
    pub hospitalised: Option<bool>,
    /// A new or worse manifestation of the mild or moderate list.
    pub mild_moderate_manifestation: Option<bool>,
    /// A new or worse manifestation of the severe list that needs the treatment which the list names.
    pub severe_manifestation: Option<bool>,
}

impl SfiInput {
    /// The physician's global assessments as numbers.
    fn pga(&self) -> Compared<Decimal> {
        Compared { previous: self.pga.previous.map(Pga::value), now: self.pga.now.map(Pga::value) }
    }
}

/// What the protocol asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SfiRule {
    /// Whether a total that rises above 12 is severe by itself (the modified index says no).
    pub total_above_12_is_severe: bool,
}

impl Default for SfiRule {
    /// The published index.
    fn default() -> Self {
        SfiRule { total_above_12_is_severe: true }
    }
}

/// The flare and the signs that speak for it.
#[derive(Clone, Debug, PartialEq)]
pub struct SfiEvaluation {
    /// None when what is unknown could change it.
    pub flare: Option<SfiFlare>,
    /// Signs of a severe flare, each `MET` when it is there.
    pub severe: Vec<Criterion>,
    /// Signs of a mild or moderate flare.
    pub mild_moderate: Vec<Criterion>,
}

/// A total above this is severe when it was not before.
const HIGH_TOTAL: u8 = 12;
/// A rise of at least this many points is a mild or moderate sign.
const RISE_IN_TOTAL: u8 = 3;
/// A PGA above this is severe when it was not before.
const HIGH_PGA: Decimal = Decimal::from_parts(25, 0, 0, false, 1);
/// A rise in PGA of at least this is a mild or moderate sign.
const RISE_IN_PGA: Decimal = Decimal::ONE;
/// Prednisone above this after a rise is severe, mg/kg/day.
const HIGH_PREDNISONE: Decimal = Decimal::from_parts(5, 0, 0, false, 1);

/// The flare between two visits.
pub fn sfi(input: &SfiInput, rule: &SfiRule) -> SfiEvaluation {
    let severe = severe_signs(input, rule);
    let mild_moderate = mild_moderate_signs(input, rule);
    let any = |signs: &[Criterion]| Verdict::any(signs.iter().map(|sign| sign.verdict));
    let flare = match (any(&severe), any(&mild_moderate)) {
        (Verdict::Met, _) => Some(SfiFlare::Severe),
        (Verdict::NotMet, Verdict::Met) => Some(SfiFlare::MildModerate),
        (Verdict::NotMet, Verdict::NotMet) => Some(SfiFlare::None),
        (Verdict::NotEvaluable, _) | (Verdict::NotMet, Verdict::NotEvaluable) => None,
    };
    SfiEvaluation { flare, severe, mild_moderate }
}

fn sign(code: CriterionCode, holds: Option<bool>, explanation: &'static str) -> Criterion {
    let observed = holds.map(|holds| if holds { "yes" } else { "no" }.to_owned());
    Criterion::new(code, Verdict::of(holds), explanation).observed(observed)
}

/// A sign that compares two numbers: what was seen is both of them.
fn change<T: Copy + std::fmt::Display>(
    code: CriterionCode,
    (compared, holds): (&Compared<T>, impl Fn(T, T) -> bool),
    (threshold, explanation): (impl Into<String>, &'static str),
) -> Criterion {
    let both = compared.both();
    let known = |value: Option<T>| value.map_or_else(|| "unknown".to_owned(), |value| value.to_string());
    let seen = compared
        .previous
        .or(compared.now)
        .map(|_| format!("{} to {}", known(compared.previous), known(compared.now)));
    Criterion::new(code, Verdict::of(both.map(|(before, now)| holds(before, now))), explanation)
        .observed(seen)
        .threshold(threshold)
}

fn severe_signs(input: &SfiInput, rule: &SfiRule) -> Vec<Criterion> {
    let pga = input.pga();
    let mut signs = vec![
        sign(
            CriterionCode::SevereManifestation,
            input.severe_manifestation,
            "A new or worse severe manifestation that needs intensified treatment.",
        ),
        change(
            CriterionCode::PrednisoneHigh,
            (&input.prednisone_mg_kg, |before, now| now > before && now > HIGH_PREDNISONE),
            (
                format!("raised to > {HIGH_PREDNISONE} mg/kg/day"),
                "Prednisone is raised to more than 0.5 mg/kg/day.",
            ),
        ),
        sign(
            CriterionCode::NewImmunosuppressant,
            input.new_immunosuppressant,
            "An immunosuppressant is added for activity.",
        ),
        sign(CriterionCode::Hospitalised, input.hospitalised, "Admitted to hospital for lupus."),
        change(
            CriterionCode::PgaHigh,
            (&pga, |before, now| before <= HIGH_PGA && now > HIGH_PGA),
            (format!("rises to > {HIGH_PGA}"), "The physician's global assessment rises above 2.5."),
        ),
    ];
    if rule.total_above_12_is_severe {
        let total = change(
            CriterionCode::SledaiHigh,
            (&input.sledai, |before, now| before <= HIGH_TOTAL && now > HIGH_TOTAL),
            (format!("rises to > {HIGH_TOTAL}"), "The SLEDAI total rises above 12."),
        );
        signs.insert(0, total);
    }
    signs
}

fn mild_moderate_signs(input: &SfiInput, rule: &SfiRule) -> Vec<Criterion> {
    // Where a total above 12 is no severe sign, its rise is still a sign.
    let counted = |now: u8| now <= HIGH_TOTAL || !rule.total_above_12_is_severe;
    vec![
        change(
            CriterionCode::SledaiRise,
            (&input.sledai, |before: u8, now| counted(now) && now >= before.saturating_add(RISE_IN_TOTAL)),
            (format!("rise >= {RISE_IN_TOTAL}"), "The SLEDAI total rises by at least 3 points."),
        ),
        sign(
            CriterionCode::MildModerateManifestation,
            input.mild_moderate_manifestation,
            "A new or worse manifestation of the mild or moderate list.",
        ),
        change(
            CriterionCode::PrednisoneRaised,
            (&input.prednisone_mg_kg, |before, now| now > before),
            ("rise > 0 mg/kg/day", "Prednisone is raised."),
        ),
        sign(
            CriterionCode::NewNsaidOrHydroxychloroquine,
            input.new_nsaid_or_hydroxychloroquine,
            "A nonsteroidal anti-inflammatory drug or hydroxychloroquine is added.",
        ),
        change(
            CriterionCode::PgaRise,
            (&input.pga(), |before, now| now - before >= RISE_IN_PGA),
            ("rise >= 1.0", "The physician's global assessment rises by at least 1.0."),
        ),
    ]
}
