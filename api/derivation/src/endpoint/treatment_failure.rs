//! Treatment failure: what happened besides the assessments and decides against response from that day on.
//!
//! Composite strategy of ICH E9(R1) for SRI, BICLA, LLDAS and DORIS: rescue therapy, a raised glucocorticoid, other cell
//! therapy, death and withdrawal for lack of efficacy are non-response, whatever the assessments show.

use crate::medication::prednisone_equivalent::{
    DailyDose, DoseRule, Purpose, SteroidRecord, Window, prednisone_equivalent,
};
use crate::rule::{Rule, Version};
use chrono::{Days, NaiveDate};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// The rule and its versions.
pub const RULE: Rule = Rule {
    id: "treatment_failure",
    name: "Treatment failure",
    versions: &[Version {
        version: "1",
        what: "Each kind of event by the strategy that the protocol gives it; a raised glucocorticoid is looked for day by day.",
    }],
};

/// Something that happens after the first dose and bears on what the assessments mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum EventKind {
    /// An immunosuppressant or biologic was started or increased beyond what the protocol allows.
    NewImmunosuppressant,
    /// A glucocorticoid was raised for lupus.
    SteroidIncrease,
    /// An intravenous glucocorticoid pulse.
    IntravenousPulse,
    /// Another cell therapy, or B-cell depletion.
    CellTherapyOrBCellDepletion,
    /// Death.
    Death,
    /// Follow-up was discontinued for lack of efficacy.
    LackOfEfficacy,
    /// A glucocorticoid for cytokine release syndrome, neurotoxicity, or before an infusion.
    SteroidForCrsOrPremedication,
    /// The study product was given again as the protocol plans.
    PlannedRedosing,
    /// A visit was missed.
    MissedVisit,
    /// Lost to follow-up.
    LostToFollowUp,
}

/// How an analysis deals with an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum EventStrategy {
    /// It is non-response from its day on.
    Composite,
    /// It is non-response unless it is short and close to a dose.
    CompositeUnlessExcused,
    /// It changes nothing.
    TreatmentPolicy,
    /// It leaves data missing, which the missing-data step deals with.
    MissingData,
}

/// The strategy of each kind of event. What the protocol calls a failure decides who can be a responder at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EventStrategies {
    /// An immunosuppressant or biologic started or increased beyond the protocol: failure. Taken as treatment policy, a
    /// subject on rescue therapy may still respond.
    pub new_immunosuppressant: EventStrategy,
    /// A glucocorticoid raised for lupus, as recorded or as found in the doses: failure.
    pub steroid_increase: EventStrategy,
    /// An intravenous pulse: failure.
    pub intravenous_pulse: EventStrategy,
    /// Another cell therapy, or B-cell depletion: failure.
    pub cell_therapy_or_b_cell_depletion: EventStrategy,
    /// Death: failure.
    pub death: EventStrategy,
    /// Discontinued for lack of efficacy: failure. As missing data it goes by the strategy for a missing response.
    pub lack_of_efficacy: EventStrategy,
    /// A glucocorticoid against side effects or before an infusion: no failure while it is short and close to a dose.
    pub steroid_for_crs_or_premedication: EventStrategy,
    /// The product given again inside the protocol's plan: ignored.
    pub planned_redosing: EventStrategy,
    /// A missed visit: left to the missing-data step.
    pub missed_visit: EventStrategy,
    /// Lost to follow-up: left to the missing-data step.
    pub lost_to_follow_up: EventStrategy,
}

impl Default for EventStrategies {
    /// Rescue, raised glucocorticoid, other cell therapy, death and lack of efficacy are failures.
    fn default() -> Self {
        use EventStrategy::{Composite, CompositeUnlessExcused, MissingData, TreatmentPolicy};
        EventStrategies {
            new_immunosuppressant: Composite,
            steroid_increase: Composite,
            intravenous_pulse: Composite,
            cell_therapy_or_b_cell_depletion: Composite,
            death: Composite,
            lack_of_efficacy: Composite,
            steroid_for_crs_or_premedication: CompositeUnlessExcused,
            planned_redosing: TreatmentPolicy,
            missed_visit: MissingData,
            lost_to_follow_up: MissingData,
        }
    }
}

impl EventStrategies {
    /// The strategy for an event of a kind.
    pub const fn of(&self, kind: EventKind) -> EventStrategy {
        match kind {
            EventKind::NewImmunosuppressant => self.new_immunosuppressant,
            EventKind::SteroidIncrease => self.steroid_increase,
            EventKind::IntravenousPulse => self.intravenous_pulse,
            EventKind::CellTherapyOrBCellDepletion => self.cell_therapy_or_b_cell_depletion,
            EventKind::Death => self.death,
            EventKind::LackOfEfficacy => self.lack_of_efficacy,
            EventKind::SteroidForCrsOrPremedication => self.steroid_for_crs_or_premedication,
            EventKind::PlannedRedosing => self.planned_redosing,
            EventKind::MissedVisit => self.missed_visit,
            EventKind::LostToFollowUp => self.lost_to_follow_up,
        }
    }
}

/// One event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IntercurrentEvent {
    /// What happened.
    pub kind: EventKind,
    /// When.
    pub on: NaiveDate,
    /// How many days it lasted; none when not recorded. Read for glucocorticoids against side effects.
    pub days: Option<u32>,
}

/// The limits that the protocol sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FailureRule {
    /// A dose of more than this above baseline counts as raised, mg/day of prednisone: 5.
    pub raised_by_mg: Decimal,
    /// For more than this number of consecutive days: 7.
    pub raised_for_days: u32,
    /// Only days after this study day count: 28.
    pub after_study_day: u32,
    /// A glucocorticoid against side effects is excused up to this number of days: 7.
    pub excused_days: u32,
    /// When it starts at most this number of days after a dose of the product: 28.
    pub excused_within_days_of_dose: u32,
    /// Or at most this number of days before one, as premedication may be given on its eve: 1.
    pub excused_days_before_dose: u32,
    /// What each kind of event is.
    pub strategies: EventStrategies,
}

impl Default for FailureRule {
    /// More than 5 mg/day above baseline for more than 7 days after day 28; excused up to 7 days, from the eve of
    /// a dose to 28 days after it.
    fn default() -> Self {
        FailureRule {
            raised_by_mg: Decimal::from(5),
            raised_for_days: 7,
            after_study_day: 28,
            excused_days: 7,
            excused_within_days_of_dose: 28,
            excused_days_before_dose: 1,
            strategies: EventStrategies::default(),
        }
    }
}

/// The glucocorticoid course that is searched for a raise.
#[derive(Clone, Copy, Debug)]
pub struct SteroidCourse<'a> {
    /// The dose at baseline; none when unknown.
    pub baseline: Option<DailyDose>,
    /// All records.
    pub records: &'a [SteroidRecord],
    /// The last day that is known about (the visit, or the last contact).
    pub through: NaiveDate,
    /// How the protocol counts doses. That there was nothing beyond the records is taken as confirmed.
    pub counted: DoseRule,
}

/// What is known about the subject.
#[derive(Clone, Copy, Debug)]
pub struct FailureInput<'a> {
    /// Dates of the doses of the study product, the first one first. Empty: not dosed, so nothing can fail.
    pub doses: &'a [NaiveDate],
    /// Events as recorded.
    pub events: &'a [IntercurrentEvent],
    /// The glucocorticoid course; none to judge by the events alone.
    pub steroids: Option<SteroidCourse<'a>>,
}

/// The failure that decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Failure {
    /// The day from which every response is a non-response.
    pub on: NaiveDate,
    /// What it was.
    pub kind: EventKind,
}

/// Why something might be a failure and cannot be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Undecided {
    /// A glucocorticoid against side effects has no duration.
    DurationMissing,
    /// The baseline dose is unknown, so no raise can be told.
    BaselineDoseUnknown,
    /// The dose of some day after the first weeks is unknown.
    DoseUnknown,
}

/// The earliest failure, and what could not be judged.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FailureAssessment {
    /// The earliest failure, if there is one.
    pub earliest: Option<Failure>,
    /// What could be a failure and cannot be told, with the day from which.
    pub undecided: Vec<(Undecided, NaiveDate)>,
}

impl FailureAssessment {
    /// Whether a failure is dated on or before a visit.
    pub fn is_on_or_before(&self, visit: NaiveDate) -> bool {
        self.earliest.is_some_and(|failure| failure.on <= visit)
    }

    fn add(&mut self, failure: Failure) {
        // Of two on one day the kind decides, so that the order of records does not.
        let key = |failure: Failure| (failure.on, failure.kind);
        if self.earliest.is_none_or(|earliest| key(failure) < key(earliest)) {
            self.earliest = Some(failure);
        }
    }
}

/// Finds the earliest treatment failure from the first dose on.
pub fn treatment_failure(input: &FailureInput<'_>, rule: &FailureRule) -> FailureAssessment {
    let mut assessment = FailureAssessment::default();
    let Some(first_dose) = input.doses.iter().min().copied() else { return assessment };
    for event in input.events.iter().filter(|event| event.on >= first_dose) {
        match rule.strategies.of(event.kind) {
            EventStrategy::Composite => assessment.add(Failure { on: event.on, kind: event.kind }),
            EventStrategy::CompositeUnlessExcused => {
                match is_excused(event.on, event.days, input.doses, rule) {
                    Some(true) => {}
                    Some(false) => assessment.add(Failure { on: event.on, kind: event.kind }),
                    None => assessment.undecided.push((Undecided::DurationMissing, event.on)),
                }
            }
            EventStrategy::TreatmentPolicy | EventStrategy::MissingData => {}
        }
    }
    let raise_fails = match rule.strategies.steroid_increase {
        EventStrategy::Composite | EventStrategy::CompositeUnlessExcused => true,
        EventStrategy::TreatmentPolicy | EventStrategy::MissingData => false,
    };
    if let Some(course) = input.steroids.filter(|_| raise_fails) {
        search_raise(&mut assessment, &course, input.doses, rule);
    }
    assessment.undecided.sort_unstable_by_key(|(why, on)| (*on, *why));
    assessment
}

/// Whether a glucocorticoid against side effects is short enough and close enough to a dose.
fn is_excused(on: NaiveDate, days: Option<u32>, doses: &[NaiveDate], rule: &FailureRule) -> Option<bool> {
    let close = doses.iter().any(|dose| {
        let after = (on - *dose).num_days();
        let (before, within) = (rule.excused_days_before_dose, rule.excused_within_days_of_dose);
        (-i64::from(before)..=i64::from(within)).contains(&after)
    });
    if close { days.map(|days| days <= rule.excused_days) } else { Some(false) }
}

/// Looks for a dose above baseline that lasts, day by day; the failure is dated on the first of those days.
fn search_raise(
    assessment: &mut FailureAssessment,
    course: &SteroidCourse<'_>,
    doses: &[NaiveDate],
    rule: &FailureRule,
) {
    let Some(first_dose) = doses.iter().min() else { return };
    // Study day n + 1 is n days after the first dose.
    let Some(from) = first_dose.checked_add_days(Days::new(u64::from(rule.after_study_day))) else { return };
    let records: Vec<SteroidRecord> =
        course.records.iter().filter(|record| !is_excused_record(record, doses, rule)).cloned().collect();
    let touched = records
        .iter()
        .any(|record| record.start <= course.through && record.end.is_none_or(|end| end >= from));
    let Some(baseline) = course.baseline else {
        if touched {
            assessment.undecided.push((Undecided::BaselineDoseUnknown, from));
        }
        return;
    };
    let confirmed =
        DoseRule { no_other_steroid_confirmed: true, exclude_premedication: false, ..course.counted };
    let (mut run_start, mut run_days, mut unknown_from) = (None, 0_u32, None);
    for day in from.iter_days().take_while(|day| *day <= course.through) {
        let window = Window { start: day, end: day };
        let dose = prednisone_equivalent(&records, window, confirmed).average;
        if dose.is_none() {
            unknown_from = unknown_from.or(Some(day));
        }
        if !dose.is_some_and(|dose| dose.exceeds_by_more_than(&baseline, rule.raised_by_mg)) {
            (run_start, run_days) = (None, 0);
            continue;
        }
        let start = *run_start.get_or_insert(day);
        run_days += 1;
        if run_days > rule.raised_for_days {
            assessment.add(Failure { on: start, kind: EventKind::SteroidIncrease });
            break;
        }
    }
    if let Some(day) = unknown_from {
        assessment.undecided.push((Undecided::DoseUnknown, day));
    }
}

/// Whether a course was given against side effects, briefly and close to a dose.
fn is_excused_record(record: &SteroidRecord, doses: &[NaiveDate], rule: &FailureRule) -> bool {
    let against_side_effects = match record.purpose {
        Purpose::Premedication | Purpose::CrsOrIcans => true,
        Purpose::Lupus | Purpose::Other => false,
    };
    let days = record.end.and_then(|end| u32::try_from((end - record.start).num_days() + 1).ok());
    against_side_effects && is_excused(record.start, days, doses, rule) == Some(true)
}
