//! Which events limit the dose, as data: a protocol lists its own criteria and exceptions.
//!
//! The defaults follow the pattern of registered trials of engineered natural killer cells: 28 days, CTCAE v5 grades,
//! ASTCT grades for CRS and ICANS. The protocol prevails.

use super::Grade;
use crate::logic::Verdict;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// The kind of event that a criterion speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DltCategory {
    /// Any other event that is not of the blood count, on the CTCAE scale.
    NonHaematological,
    /// Cytokine release syndrome, on the ASTCT scale.
    Crs,
    /// Neurotoxicity, on the ASTCT scale.
    Icans,
    /// Acute graft versus host disease, grades I to IV as 1 to 4.
    Gvhd,
    /// Infusion or allergic reaction.
    InfusionReaction,
    /// Neutropenia or thrombocytopenia.
    Haematological,
    /// Liver injury.
    Liver,
    /// Infection.
    Infection,
    /// An exception that takes a person's judgement, such as expected lymphopenia or an abnormal laboratory value
    /// without clinical consequence. Never dose-limiting.
    ExpectedException,
}

/// How long an event stayed at its grade.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Lasted {
    /// So many hours, and then it was better.
    Hours(u32),
    /// So many hours until now, and it is not over.
    AtLeastHours(u32),
    /// Not known.
    Unknown,
}

impl Lasted {
    /// So many whole days.
    pub fn days(days: u32) -> Lasted {
        Lasted::Hours(days.saturating_mul(24))
    }

    fn more_than(self, limit: u32) -> Verdict {
        match self {
            Lasted::Hours(hours) => Verdict::of(Some(hours > limit)),
            Lasted::AtLeastHours(hours) => Verdict::of((hours > limit).then_some(true)),
            Lasted::Unknown => Verdict::NotEvaluable,
        }
    }
}

/// The facts of an event that criteria ask for. None is not known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DltFacts {
    /// The kind of event.
    pub category: DltCategory,
    /// What exceptions may list the event as: its preferred term, and the codes under which the study classifies it.
    pub names: Vec<String>,
    /// The grade reached.
    pub grade: Grade,
    /// Time at that grade: until it fell below it.
    pub lasted: Lasted,
    /// Whether it needed systemic steroid.
    pub systemic_steroid: Option<bool>,
    /// Whether the liver values make a Hy's law pattern.
    pub hys_law: Option<bool>,
    /// The highest ALT or AST as a multiple of the upper limit of normal.
    pub transaminases_x_uln: Option<Decimal>,
    /// Whether a death was clearly due to the disease or to an accident.
    pub due_to_disease_or_accident: Option<bool>,
}

/// What must hold besides category and grade.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Condition {
    /// Nothing more.
    Always,
    /// It stayed at the grade for more than so many hours.
    LastingMoreThanHours(u32),
    /// It needed systemic steroid.
    SystemicSteroid,
    /// The liver values make a Hy's law pattern.
    HysLawPattern,
    /// ALT or AST above so many times the upper limit of normal.
    TransaminasesAboveXUln(Decimal),
    /// It is not clearly due to the disease or an accident.
    NotClearlyDueToDiseaseOrAccident,
}

impl Condition {
    fn verdict(&self, facts: &DltFacts) -> Verdict {
        match self {
            Condition::Always => Verdict::Met,
            Condition::LastingMoreThanHours(limit) => facts.lasted.more_than(*limit),
            Condition::SystemicSteroid => Verdict::of(facts.systemic_steroid),
            Condition::HysLawPattern => Verdict::of(facts.hys_law),
            Condition::TransaminasesAboveXUln(limit) => {
                Verdict::of(facts.transaminases_x_uln.map(|times| times > *limit))
            }
            Condition::NotClearlyDueToDiseaseOrAccident => {
                Verdict::of(facts.due_to_disease_or_accident).negate()
            }
        }
    }
}

/// One line of the protocol's list: an event of these kinds, of at least this grade, under this condition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DltCriterion {
    /// A stable name, for example `CRS_GRADE_3`.
    pub id: String,
    /// The kinds of event that it speaks of.
    pub categories: Vec<DltCategory>,
    /// The lowest grade that counts.
    pub minimum_grade: Grade,
    /// What must hold besides.
    pub condition: Condition,
}

impl DltCriterion {
    /// Whether an event meets the criterion; open when a fact that decides is not known.
    pub fn verdict(&self, facts: &DltFacts) -> Verdict {
        if self.categories.contains(&facts.category) && facts.grade >= self.minimum_grade {
            self.condition.verdict(facts)
        } else {
            Verdict::NotMet
        }
    }
}

/// An event that does not limit the dose although a criterion would say so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DltException {
    /// A stable name, for example `TRANSIENT_GRADE_3`.
    pub id: String,
    /// Preferred terms, and the codes under which a study classifies events (such as `ELECTROLYTE`), compared without
    /// regard to case.
    pub terms: Vec<String>,
    /// The highest grade that is excepted.
    pub maximum_grade: Grade,
    /// Hours within which it must have fallen below the grade; none when its length does not matter.
    pub resolved_within_hours: Option<u32>,
}

impl DltException {
    /// Whether an event is excepted; open when its length decides and is not known.
    pub fn verdict(&self, facts: &DltFacts) -> Verdict {
        let lists = |name: &String| self.terms.iter().any(|term| term.to_lowercase() == name.to_lowercase());
        let listed = facts.names.iter().any(lists);
        match self.resolved_within_hours {
            _ if !listed || facts.grade > self.maximum_grade => Verdict::NotMet,
            Some(limit) => facts.lasted.more_than(limit).negate(),
            None => Verdict::Met,
        }
    }
}

/// What a protocol fixes about dose-limiting toxicity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DltParameters {
    /// The last study day of the window, which starts on day 1. "Within 28 days after" could be read as 29.
    pub window_days: u32,
    /// The share of the planned dose, in percent, from which a subject without a DLT is evaluable.
    pub minimum_dose_percent: Decimal,
    /// Whether an event without a causality counts as related.
    pub missing_causality_is_related: bool,
    /// The criteria; one that is met is enough.
    pub criteria: Vec<DltCriterion>,
    /// The exceptions; one that holds lifts every criterion.
    pub exceptions: Vec<DltException>,
}

impl DltParameters {
    /// Whether an event limits the dose by its nature, whenever it happened and whatever caused it, and the criterion
    /// that says so.
    pub fn limits_dose(&self, facts: &DltFacts) -> (Verdict, Option<&DltCriterion>) {
        if facts.category == DltCategory::ExpectedException {
            return (Verdict::NotMet, None);
        }
        let excepted = Verdict::any(self.exceptions.iter().map(|exception| exception.verdict(facts)));
        let verdicts = || self.criteria.iter().map(|criterion| (criterion.verdict(facts), criterion));
        let verdict = Verdict::any(verdicts().map(|(verdict, _)| verdict)).and(excepted.negate());
        let naming = verdicts().find(|(criterion, _)| *criterion == Verdict::Met);
        let naming = naming.or_else(|| verdicts().find(|(criterion, _)| *criterion == Verdict::NotEvaluable));
        (verdict, naming.map(|(_, criterion)| criterion).filter(|_| verdict != Verdict::NotMet))
    }
}

impl Default for DltParameters {
    /// Days 1 to 28, 80 percent of the dose, and the criteria of the reference protocol.
    fn default() -> Self {
        Self {
            window_days: 28,
            minimum_dose_percent: Decimal::from(80),
            missing_causality_is_related: true,
            criteria: default_criteria(),
            exceptions: default_exceptions(),
        }
    }
}

fn default_criteria() -> Vec<DltCriterion> {
    use Condition::{
        Always, HysLawPattern, LastingMoreThanHours, NotClearlyDueToDiseaseOrAccident, SystemicSteroid,
        TransaminasesAboveXUln,
    };
    use DltCategory::{
        Crs, Gvhd, Haematological, Icans, Infection, InfusionReaction, Liver, NonHaematological,
    };
    use Grade::{Five, Four, One, Three, Two};
    let eight = TransaminasesAboveXUln(Decimal::from(8));
    let any = &[NonHaematological, Crs, Icans, Gvhd, InfusionReaction, Haematological, Liver, Infection][..];
    let rows: [(&str, &[DltCategory], Grade, Condition); 13] = [
        // The worked examples count a grade 3 transaminitis, so liver injury is in; its own lines reach below grade 3.
        ("NON_HAEMATOLOGICAL_GRADE_3", &[NonHaematological, Liver], Three, Always),
        ("CRS_GRADE_3", &[Crs], Three, Always),
        ("ICANS_GRADE_3", &[Icans], Three, Always),
        ("GVHD_GRADE_2_WITH_STEROID", &[Gvhd], Two, SystemicSteroid),
        ("GVHD_GRADE_3", &[Gvhd], Three, Always),
        ("INFUSION_REACTION_OVER_24_HOURS", &[InfusionReaction], Three, LastingMoreThanHours(24)),
        ("INFUSION_REACTION_GRADE_4", &[InfusionReaction], Four, Always),
        ("CYTOPENIA_GRADE_4_OVER_14_DAYS", &[Haematological], Four, LastingMoreThanHours(14 * 24)),
        ("LIVER_HYS_LAW", &[Liver], One, HysLawPattern),
        ("LIVER_TRANSAMINASES_OVER_8", &[Liver], One, eight),
        ("INFECTION_GRADE_4", &[Infection], Four, Always),
        ("INFECTION_GRADE_3_OVER_7_DAYS", &[Infection], Three, LastingMoreThanHours(7 * 24)),
        ("DEATH", any, Five, NotClearlyDueToDiseaseOrAccident),
    ];
    let criterion = |(id, categories, minimum_grade, condition): (&str, &[DltCategory], Grade, Condition)| {
        DltCriterion { id: id.to_owned(), categories: categories.to_vec(), minimum_grade, condition }
    };
    rows.map(criterion).into()
}

fn default_exceptions() -> Vec<DltException> {
    const TRANSIENT: &[&str] = &[
        "Pyrexia",
        "Fever",
        "Fatigue",
        "Nausea",
        "Hypokalaemia",
        "Hyperkalaemia",
        "Hyponatraemia",
        "Hypernatraemia",
        "Hypocalcaemia",
        "Hypercalcaemia",
        "Hypomagnesaemia",
        "Hypermagnesaemia",
        "Hypophosphataemia",
    ];
    const LYMPHOPENIA: &[&str] = &["Lymphopenia", "Lymphocyte count decreased"];
    let rows: [(&str, &[&str], Grade, Option<u32>); 3] = [
        ("TRANSIENT_GRADE_3", TRANSIENT, Grade::Three, Some(72)),
        ("EXPECTED_LYMPHOPENIA", LYMPHOPENIA, Grade::Four, None),
        ("ALOPECIA", &["Alopecia"], Grade::Four, None),
    ];
    let exception =
        |(id, terms, maximum_grade, resolved_within_hours): (&str, &[&str], Grade, Option<u32>)| {
            DltException {
                id: id.to_owned(),
                terms: terms.iter().map(|term| (*term).to_owned()).collect(),
                maximum_grade,
                resolved_within_hours,
            }
        };
    rows.map(exception).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use DltCategory::{
        Crs, ExpectedException, Gvhd, Haematological, Icans, Infection, InfusionReaction, Liver,
        NonHaematological,
    };
    use Verdict::{Met, NotEvaluable, NotMet};

    fn facts(category: DltCategory, grade: u8) -> DltFacts {
        DltFacts {
            category,
            names: vec!["Pneumonitis".to_owned()],
            grade: Grade::try_from(grade).unwrap(),
            lasted: Lasted::Unknown,
            systemic_steroid: None,
            hys_law: None,
            transaminases_x_uln: None,
            due_to_disease_or_accident: Some(false),
        }
    }

    fn verdict(facts: &DltFacts) -> Verdict {
        DltParameters::default().limits_dose(facts).0
    }

    fn lasting(category: DltCategory, grade: u8, hours: u32) -> Verdict {
        verdict(&DltFacts { lasted: Lasted::Hours(hours), ..facts(category, grade) })
    }

    /// The default criteria of section 6.2, each from both sides.
    #[test]
    fn grades_alone() {
        for category in [NonHaematological, Crs, Icans] {
            assert_eq!(
                (verdict(&facts(category, 2)), verdict(&facts(category, 3))),
                (NotMet, Met),
                "{category:?}"
            );
        }
        assert_eq!(
            (verdict(&facts(InfusionReaction, 2)), verdict(&facts(InfusionReaction, 4))),
            (NotMet, Met)
        );
        assert_eq!((verdict(&facts(Infection, 2)), verdict(&facts(Infection, 4))), (NotMet, Met));
        assert_eq!((verdict(&facts(Gvhd, 1)), verdict(&facts(Gvhd, 3))), (NotMet, Met));
    }

    #[test]
    fn grades_with_a_duration() {
        assert_eq!((lasting(Haematological, 4, 336), lasting(Haematological, 4, 337)), (NotMet, Met));
        assert_eq!(lasting(Haematological, 3, 900), NotMet);
        assert_eq!((lasting(InfusionReaction, 3, 24), lasting(InfusionReaction, 3, 25)), (NotMet, Met));
        assert_eq!((lasting(Infection, 3, 168), lasting(Infection, 3, 169)), (NotMet, Met));
        assert_eq!(verdict(&facts(Haematological, 4)), NotEvaluable);
    }

    #[test]
    fn an_event_that_is_not_over_counts_once_it_has_lasted_long_enough() {
        let ongoing =
            |hours| verdict(&DltFacts { lasted: Lasted::AtLeastHours(hours), ..facts(Haematological, 4) });
        assert_eq!((ongoing(336), ongoing(337)), (NotEvaluable, Met));
    }

    #[test]
    fn graft_versus_host_disease_of_grade_two_needs_steroid() {
        let with = |steroid| verdict(&DltFacts { systemic_steroid: steroid, ..facts(Gvhd, 2) });
        assert_eq!((with(Some(true)), with(Some(false)), with(None)), (Met, NotMet, NotEvaluable));
    }

    #[test]
    fn liver_injury() {
        let known =
            DltFacts { hys_law: Some(false), transaminases_x_uln: Some(Decimal::from(8)), ..facts(Liver, 2) };
        assert_eq!((verdict(&known), verdict(&facts(Liver, 3))), (NotMet, Met));
        assert_eq!(
            verdict(&DltFacts { transaminases_x_uln: Some(Decimal::new(801, 2)), ..known.clone() }),
            Met
        );
        assert_eq!(verdict(&DltFacts { hys_law: Some(true), ..known.clone() }), Met);
        assert_eq!(verdict(&DltFacts { hys_law: None, ..known }), NotEvaluable);
    }

    #[test]
    fn death_limits_the_dose_unless_clearly_due_to_something_else() {
        let death = |due| {
            verdict(&DltFacts {
                due_to_disease_or_accident: due,
                lasted: Lasted::Hours(1),
                ..facts(Haematological, 5)
            })
        };
        assert_eq!((death(Some(false)), death(Some(true)), death(None)), (Met, NotMet, NotEvaluable));
    }

    #[test]
    fn listed_exceptions_lift_the_criteria() {
        let fever = |grade, lasted| {
            verdict(&DltFacts {
                names: vec!["pyrexia".to_owned()],
                lasted,
                ..facts(NonHaematological, grade)
            })
        };
        assert_eq!((fever(3, Lasted::Hours(72)), fever(3, Lasted::Hours(73))), (NotMet, Met));
        assert_eq!((fever(3, Lasted::Unknown), fever(4, Lasted::Hours(2))), (NotEvaluable, Met));
        let lymphopenia =
            DltFacts { names: vec!["Lymphocyte count decreased".to_owned()], ..facts(Haematological, 4) };
        assert_eq!(verdict(&lymphopenia), NotMet);
        assert_eq!(verdict(&facts(ExpectedException, 4)), NotMet);
    }

    #[test]
    fn the_criterion_is_named() {
        let parameters = DltParameters::default();
        let named = |facts: &DltFacts| parameters.limits_dose(facts).1.map(|criterion| criterion.id.clone());
        assert_eq!(named(&facts(Crs, 3)).as_deref(), Some("CRS_GRADE_3"));
        assert_eq!(named(&facts(Haematological, 4)).as_deref(), Some("CYTOPENIA_GRADE_4_OVER_14_DAYS"));
        assert_eq!(named(&facts(Crs, 2)), None);
    }
}
