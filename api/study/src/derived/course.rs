//! What runs through a subject's whole time in the study: BILAG-2004 gradings, glucocorticoids, background
//! therapy, and events that decide against response.

use super::activity::{bilag_items, extras_of};
use crate::snapshot::Subject;
use chrono::{Months, NaiveDate};
use derivation::endpoint::treatment_failure::{
    EventKind, FailureAssessment, FailureInput, IntercurrentEvent, SteroidCourse, treatment_failure,
};
use derivation::instrument::bilag2004::{Bilag2004, Grades, Involvement, ItemValue, System, grade_all};
use derivation::medication::background::BackgroundCourse;
use derivation::medication::prednisone_equivalent::{
    DailyDose, DoseRule, Drug, Frequency, Purpose, Route, SteroidRecord, UnknownDose, Window,
    prednisone_equivalent,
};
use entity::rows::{Medication, Subject as SubjectRow};
use entity::terms::{self, Agent, Instrument, IntercurrentEventKind, MedicationClass};
use rust_decimal::Decimal;
use uuid::Uuid;

/// BILAG-2004 item 89: histologically active nephritis.
const ACTIVE_NEPHRITIS: u8 = 89;

/// One BILAG-2004 assessment with its grades.
pub(super) struct BilagPoint {
    pub assessment: Uuid,
    pub on: NaiveDate,
    pub items: Bilag2004,
    pub grades: Grades,
}

/// What runs through a subject's whole time in the study.
pub(super) struct Course {
    pub bilag: Vec<BilagPoint>,
    pub steroids: Vec<SteroidRecord>,
    pub steroid_rows: Vec<Uuid>,
    pub background: Vec<BackgroundCourse>,
    pub failure: FailureAssessment,
}

/// The average daily dose of prednisone equivalents over the protocol's window.
#[derive(Clone, Debug, PartialEq)]
pub struct SteroidDose {
    /// Milligrams a day; none when unknown.
    pub dose: Option<DailyDose>,
    /// Why it is unknown.
    pub unknown: Option<UnknownDose>,
    /// First day of the window.
    pub from: NaiveDate,
    /// Last day of the window.
    pub to: NaiveDate,
    /// The medications that it was derived from.
    pub evidence: Vec<Uuid>,
}

impl Course {
    pub(super) fn of(subject: &Subject) -> Course {
        let taken: Vec<&Medication> = subject
            .rows
            .medications
            .iter()
            .map(|rec| &rec.row)
            .filter(|row| row.class == MedicationClass::Glucocorticoid)
            .collect();
        let steroids: Vec<SteroidRecord> = taken.iter().map(|row| steroid(row)).collect();
        let failure = failure(subject, &steroids);
        Course {
            bilag: bilag_points(subject),
            steroid_rows: taken.iter().map(|row| row.id).collect(),
            background: background(subject),
            steroids,
            failure,
        }
    }
}

fn bilag_points(subject: &Subject) -> Vec<BilagPoint> {
    let history = history(&subject.row);
    let policy = subject.rulebook.endpoints().bilag2004.policy();
    let mut points: Vec<BilagPoint> = Vec::new();
    let mut involvement = Involvement::from_history(&history);
    let forms = subject.rows.assessments.iter().filter(|it| it.instrument == Instrument::Bilag2004);
    for rec in forms {
        let Some(items) = bilag_items(rec) else { continue };
        let day = rec.assessed_on;
        let earlier = points.iter().rev().find(|point| point.on < day).map(|point| &point.items);
        let nephritis = points.iter().any(|point| {
            let recent = point.on.checked_add_months(Months::new(3)).is_some_and(|until| day <= until);
            recent && point.on < day && point.items.item(ACTIVE_NEPHRITIS) == Some(ItemValue::YesNo(true))
        });
        involvement.nephritis_within_three_months = nephritis;
        let grades = grade_all(&items, earlier, &involvement, &policy);
        involvement = involvement.after(&grades);
        points.push(BilagPoint { assessment: rec.row.id, on: day, items, grades });
    }
    points
}

fn history(row: &SubjectRow) -> Vec<System> {
    row.bilag_history
        .iter()
        .map(|system| match system {
            terms::BilagSystem::Constitutional => System::Constitutional,
            terms::BilagSystem::Mucocutaneous => System::Mucocutaneous,
            terms::BilagSystem::Neuropsychiatric => System::Neuropsychiatric,
            terms::BilagSystem::Musculoskeletal => System::Musculoskeletal,
            terms::BilagSystem::Cardiorespiratory => System::Cardiorespiratory,
            terms::BilagSystem::Gastrointestinal => System::Gastrointestinal,
            terms::BilagSystem::Ophthalmic => System::Ophthalmic,
            terms::BilagSystem::Renal => System::Renal,
            terms::BilagSystem::Haematological => System::Haematological,
        })
        .collect()
}

/// A dose in milligrams; none when it or its unit is unknown.
fn milligrams(row: &Medication) -> Option<Decimal> {
    let dose = row.dose?.decimal();
    match row.unit.as_deref()? {
        "mg" => Some(dose),
        "g" => dose.checked_mul(Decimal::ONE_THOUSAND),
        "ug" => dose.checked_div(Decimal::ONE_THOUSAND),
        _ => None,
    }
}

fn frequency(row: &Medication) -> Option<Frequency> {
    let times = |times: i64, days| Frequency::Times { times: Decimal::from(times), days };
    row.frequency.map(|frequency| match frequency {
        terms::Frequency::Qd => times(1, 1),
        terms::Frequency::Bid => times(2, 1),
        terms::Frequency::Tid => times(3, 1),
        terms::Frequency::Qid => times(4, 1),
        terms::Frequency::Qod => times(1, 2),
        terms::Frequency::Weekly => times(1, 7),
        terms::Frequency::EveryFourWeeks => times(1, 28),
        terms::Frequency::Once => Frequency::Once,
        terms::Frequency::Prn => Frequency::WhenNeeded,
    })
}

fn route(row: &Medication) -> Route {
    match row.route {
        terms::Route::Oral => Route::Oral,
        terms::Route::Intravenous => Route::Intravenous,
        terms::Route::Intramuscular => Route::Intramuscular,
        terms::Route::Subcutaneous => Route::Subcutaneous,
        terms::Route::IntraArticular => Route::IntraArticular,
        terms::Route::Topical => Route::Topical,
        terms::Route::Inhaled => Route::Inhaled,
        terms::Route::Nasal => Route::Nasal,
        terms::Route::Ophthalmic => Route::Ophthalmic,
        terms::Route::Rectal => Route::Rectal,
    }
}

fn purpose(row: &Medication) -> Purpose {
    match row.indication {
        terms::Indication::Sle => Purpose::Lupus,
        terms::Indication::Premedication => Purpose::Premedication,
        terms::Indication::Crs => Purpose::CrsOrIcans,
        terms::Indication::Lymphodepletion | terms::Indication::Other => Purpose::Other,
    }
}

fn steroid(row: &Medication) -> SteroidRecord {
    let drug = Drug::from_code(&row.drug.to_lowercase());
    SteroidRecord {
        // A glucocorticoid without a known factor has an unknown dose, never none.
        dose_mg: drug.and_then(|_| milligrams(row)),
        drug: drug.unwrap_or(Drug::Prednisone),
        frequency: frequency(row),
        start: row.start.earliest(),
        end: if row.ongoing { None } else { row.end.as_ref().map(entity::PartialText::latest) },
        route: route(row),
        purpose: purpose(row),
    }
}

/// Antimalarials, immunosuppressants and biologics. The product and its lymphodepletion are exempt by the
/// protocol's parameter; they are no medications of these classes.
fn background(subject: &Subject) -> Vec<BackgroundCourse> {
    let rows = subject.rows.medications.iter().map(|rec| &rec.row);
    rows.filter(|row| match row.class {
        MedicationClass::Immunosuppressant | MedicationClass::Antimalarial | MedicationClass::Biologic => {
            true
        }
        MedicationClass::Glucocorticoid | MedicationClass::Lymphodepletion | MedicationClass::Other => false,
    })
    .map(|row| BackgroundCourse {
        drug: row.drug.to_lowercase(),
        mg_per_day: milligrams(row).zip(frequency(row)).and_then(|(mg, frequency)| match frequency {
            Frequency::Times { times, days } => mg.checked_mul(times)?.checked_div(Decimal::from(days)),
            Frequency::Once | Frequency::WhenNeeded => None,
        }),
        start: row.start.latest(),
        end: if row.ongoing { None } else { row.end.as_ref().map(entity::PartialText::latest) },
    })
    .collect()
}

fn failure(subject: &Subject, steroids: &[SteroidRecord]) -> FailureAssessment {
    let doses: Vec<NaiveDate> =
        subject.rows.doses.iter().filter(|it| it.agent == Agent::Nk510).map(|it| it.given_on).collect();
    let recorded = subject.rows.intercurrent_events.iter().map(|it| IntercurrentEvent {
        kind: event_kind(it.kind),
        on: it.occurred_on,
        days: it.days.and_then(|days| u32::try_from(days).ok()),
    });
    // A pulse is one whether or not somebody files it as an event, too (section 3.3): a glucocorticoid into a vein for
    // lupus, of whatever dose. Before an infusion or against its effects it is none.
    let medications = subject.rows.medications.iter();
    let pulses = medications
        .filter(|it| it.class == MedicationClass::Glucocorticoid)
        .filter(|it| it.route == terms::Route::Intravenous && it.indication == terms::Indication::Sle)
        .map(|it| IntercurrentEvent { kind: EventKind::IntravenousPulse, on: it.start.latest(), days: None });
    let events: Vec<IntercurrentEvent> = recorded.chain(pulses).collect();
    let Some(first) = doses.iter().min().copied() else { return FailureAssessment::default() };
    let parameters = subject.rulebook.endpoints();
    let window = Window::ending_on(first.pred_opt().unwrap_or(first), parameters.steroid.window_days);
    let rule = DoseRule { exclude_premedication: true, ..parameters.steroid.rule(true) };
    let baseline = prednisone_equivalent(steroids, window, rule).average;
    let through = last_day(subject).unwrap_or(first);
    let counted = parameters.steroid.rule(true);
    let course = SteroidCourse { baseline, records: steroids, through, counted };
    let input = FailureInput { doses: &doses, events: &events, steroids: Some(course) };
    treatment_failure(&input, &parameters.treatment_failure.rule())
}

/// The last day of which anything is known.
pub(super) fn last_day(subject: &Subject) -> Option<NaiveDate> {
    let rows = &subject.rows;
    let visits = rows.visits.iter().map(|it| it.date);
    let assessments = rows.assessments.iter().map(|it| it.assessed_on);
    let doses = rows.doses.iter().map(|it| it.given_on);
    let ends = rows.dispositions.iter().map(|it| it.occurred_on);
    visits.chain(assessments).chain(doses).chain(ends).max()
}

fn event_kind(kind: IntercurrentEventKind) -> EventKind {
    match kind {
        IntercurrentEventKind::NewImmunosuppressant => EventKind::NewImmunosuppressant,
        IntercurrentEventKind::SteroidIncrease => EventKind::SteroidIncrease,
        IntercurrentEventKind::IntravenousPulse => EventKind::IntravenousPulse,
        IntercurrentEventKind::CellTherapyOrBCellDepletion => EventKind::CellTherapyOrBCellDepletion,
        IntercurrentEventKind::Death => EventKind::Death,
        IntercurrentEventKind::LackOfEfficacy => EventKind::LackOfEfficacy,
        IntercurrentEventKind::SteroidForCrsOrPremedication => EventKind::SteroidForCrsOrPremedication,
        IntercurrentEventKind::PlannedRedosing => EventKind::PlannedRedosing,
        IntercurrentEventKind::MissedVisit => EventKind::MissedVisit,
        IntercurrentEventKind::LostToFollowUp => EventKind::LostToFollowUp,
    }
}

/// The average daily dose in the window that ends on a day. Without a record in it, the dose is unknown unless
/// somebody confirmed on a form of that day that no glucocorticoid was taken.
pub(super) fn prednisone(subject: &Subject, on: NaiveDate, confirmed_none: bool) -> SteroidDose {
    let course = subject.course();
    let parameters = &subject.rulebook.endpoints().steroid;
    let window = Window::ending_on(on, parameters.window_days);
    let confirmed = confirmed_none
        || subject
            .rows
            .assessments
            .iter()
            .filter(|it| it.instrument == Instrument::LldasExtras && it.assessed_on == on)
            .any(|it| extras_of(it).2);
    let found = prednisone_equivalent(&course.steroids, window, parameters.rule(confirmed));
    SteroidDose {
        dose: found.average,
        unknown: found.unknown.first().map(|(why, _)| *why),
        from: window.start,
        to: window.end,
        evidence: course.steroid_rows.clone(),
    }
}
