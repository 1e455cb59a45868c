//! Flares at a planned visit, by both indices, against the latest assessment before it.

use super::Subject;
use super::activity::{self, Point, Timepoint, flare_form, flare_of, pga_of, sledai_of};
use super::course::prednisone;
use super::efficacy::{confirmed_none, previous};
use chrono::NaiveDate;
use derivation::endpoint::bilag_flare::{BilagFlare, bilag_flare, new_or_worse, trial_flare};
use derivation::endpoint::selena_flare::{Compared, SfiEvaluation, SfiFlare, SfiInput, SfiRule, sfi};
use derivation::instrument::bilag2004::Grade;
use derivation::logic::Verdict;
use derivation::rule::Reason;
use entity::rows::Medication;
use entity::terms::{Indication, MedicationClass};
use rust_decimal::Decimal;
use uuid::Uuid;

/// The SELENA-SLEDAI flare index at a visit.
#[derive(Clone, Debug, PartialEq)]
pub struct SelenaFlare {
    /// The flare and its signs.
    pub evaluation: SfiEvaluation,
    /// Why the flare is open.
    pub reason: Option<Reason>,
    /// The form on flares.
    pub form: Option<Uuid>,
    /// The records that it was derived from.
    pub evidence: Vec<Uuid>,
    /// The day of the visit's assessment.
    pub assessed_on: Option<NaiveDate>,
    /// The day of the assessment before.
    pub previous_on: Option<NaiveDate>,
}

impl SelenaFlare {
    /// A flare that there certainly is, or that there certainly is none; it may be a graver one.
    pub fn at_least(&self) -> Option<SfiFlare> {
        let signs = self.evaluation.mild_moderate.iter().map(|sign| sign.verdict);
        let any = (Verdict::any(signs) == Verdict::Met).then_some(SfiFlare::MildModerate);
        self.evaluation.flare.or(any)
    }
}

/// BILAG flare at a visit.
#[derive(Clone, Debug, PartialEq)]
pub struct BilagFlareAt {
    /// The flare; none when it is open.
    pub flare: Option<BilagFlare>,
    /// The grade of each system that comes from new or worse items alone; none when one of them is open.
    pub new_or_worse: Option<[Option<Grade>; 9]>,
    /// Whether there is a new A, or two new B, against the assessment before.
    pub new_grades: Verdict,
    /// Why the flare is open.
    pub reason: Option<Reason>,
    /// The records that it was derived from.
    pub evidence: Vec<Uuid>,
    /// The day of the visit's assessment.
    pub assessed_on: Option<NaiveDate>,
    /// The day of the assessment before.
    pub previous_on: Option<NaiveDate>,
}

/// Drugs that the index calls severe when they are added for activity.
const IMMUNOSUPPRESSANTS: [&str; 5] =
    ["cyclophosphamide", "azathioprine", "methotrexate", "mycophenolate mofetil", "mycophenolic acid"];
const HYDROXYCHLOROQUINE: &str = "hydroxychloroquine";

/// Whether a drug was started for lupus after one day and up to another; none when no record says so, since the records
/// may not be complete.
fn started(
    subject: &Subject,
    wanted: impl Fn(&Medication) -> bool,
    after: NaiveDate,
    to: NaiveDate,
) -> Option<Uuid> {
    let in_time = |row: &Medication| row.start.earliest() > after && row.start.latest() <= to;
    let mut rows = subject.rows.medications.iter().map(|rec| &rec.row);
    rows.find(|row| row.indication == Indication::Sle && wanted(row) && in_time(row)).map(|row| row.id)
}

fn is_immunosuppressant(row: &Medication) -> bool {
    row.class == MedicationClass::Immunosuppressant
        && IMMUNOSUPPRESSANTS.contains(&row.drug.to_lowercase().as_str())
}

fn is_hydroxychloroquine(row: &Medication) -> bool {
    row.class == MedicationClass::Antimalarial && row.drug.to_lowercase() == HYDROXYCHLOROQUINE
}

/// Prednisone before and now by kilogram of the weight now. Without a weight it is told only that it was not raised: both
/// are then given as if the subject weighed one kilogram, which no sign looks at.
fn by_kilogram(
    previous: Option<Decimal>,
    now: Option<Decimal>,
    weight: Option<Decimal>,
) -> Compared<Decimal> {
    let open = Compared { previous: None, now: None };
    let Some((before, now)) = previous.zip(now) else { return open };
    let weight = match weight {
        Some(weight) => weight,
        None if now <= before => Decimal::ONE,
        None => return open,
    };
    Compared { previous: before.checked_div(weight), now: now.checked_div(weight) }
}

fn daily(subject: &Subject, point: &Point<'_>) -> Option<Decimal> {
    let day = point.day()?;
    prednisone(subject, day, confirmed_none(point)).dose.map(|dose| dose.mg_per_day())
}

pub(super) fn selena(subject: &Subject, at: &str) -> SelenaFlare {
    let at = Timepoint::visit(at);
    let visit = activity::point(subject, &at);
    let form = flare_form(subject, &at, visit.day());
    let day = visit.day().or(form.map(|it| it.assessed_on));
    let earlier = day.map(|day| previous(subject, day)).unwrap_or_default();
    let previous_on = earlier.sledai.map(|it| it.assessed_on);
    let told = form.map(|it| flare_of(it)).unwrap_or_default();
    let total = |point: &Point<'_>| sledai_of(subject, point.sledai?)?.score().total;
    let pga = |point: &Point<'_>| point.pga.and_then(|it| pga_of(it));
    let times = previous_on.zip(day);
    let added =
        |wanted: fn(&Medication) -> bool| times.and_then(|(after, to)| started(subject, wanted, after, to));
    let immunosuppressant =
        told.new_immunosuppressant.is_none().then(|| added(is_immunosuppressant)).flatten();
    let antimalarial =
        told.new_nsaid_or_hydroxychloroquine.is_none().then(|| added(is_hydroxychloroquine)).flatten();
    let input = SfiInput {
        sledai: Compared { previous: total(&earlier), now: total(&visit) },
        pga: Compared { previous: pga(&earlier), now: pga(&visit) },
        prednisone_mg_kg: by_kilogram(
            daily(subject, &earlier),
            daily(subject, &visit),
            told.weight_kg.map(|weight| weight.decimal()),
        ),
        new_nsaid_or_hydroxychloroquine: told
            .new_nsaid_or_hydroxychloroquine
            .or_else(|| antimalarial.map(|_| true)),
        new_immunosuppressant: told.new_immunosuppressant.or_else(|| immunosuppressant.map(|_| true)),
        hospitalised: told.hospitalised,
        mild_moderate_manifestation: told.mild_moderate_manifestation,
        severe_manifestation: told.severe_manifestation,
    };
    let parameters = &subject.rulebook.endpoints().flare;
    let rule = SfiRule { total_above_12_is_severe: parameters.total_above_12_is_severe };
    let evaluation = sfi(&input, &rule);
    let mut evidence: Vec<Uuid> = [&visit, &earlier]
        .into_iter()
        .flat_map(|point| [point.sledai, point.pga, point.extras].into_iter().flatten())
        .map(|it| it.row.id)
        .chain(form.map(|it| it.row.id))
        .chain(immunosuppressant)
        .chain(antimalarial)
        .collect();
    if times.is_some() {
        evidence.extend(&subject.course().steroid_rows);
    }
    SelenaFlare {
        reason: evaluation.flare.is_none().then(|| why(subject, day, previous_on)),
        evaluation,
        form: form.map(|it| it.row.id),
        evidence,
        assessed_on: day,
        previous_on,
    }
}

pub(super) fn bilag(subject: &Subject, at: &str) -> BilagFlareAt {
    let visit = activity::point(subject, &Timepoint::visit(at)).bilag.map(|rec| rec.row.id);
    let points = subject.bilag_points();
    let now = points.iter().find(|point| Some(point.assessment) == visit);
    let before = now.and_then(|now| points.iter().rev().find(|point| point.on < now.on));
    let new_or_worse = now.and_then(|now| new_or_worse(&now.items, &now.grades, before.map(|it| &it.grades)));
    let new_grades = match (before, now) {
        (Some(before), Some(now)) => trial_flare(&before.grades, &now.grades),
        (None, _) | (Some(_), None) => Verdict::NotEvaluable,
    };
    let flare = new_or_worse.as_ref().map(bilag_flare);
    let (assessed_on, previous_on) = (now.map(|it| it.on), before.map(|it| it.on));
    let open = flare.is_none() || new_grades == Verdict::NotEvaluable;
    BilagFlareAt {
        flare,
        new_or_worse,
        new_grades,
        reason: open.then(|| why(subject, assessed_on, previous_on)),
        evidence: now.into_iter().chain(before).map(|point| point.assessment).collect(),
        assessed_on,
        previous_on,
    }
}

fn why(subject: &Subject, assessed_on: Option<NaiveDate>, previous_on: Option<NaiveDate>) -> Reason {
    match (assessed_on, previous_on) {
        _ if subject.first_dose_on().is_none() => Reason::NotDosed,
        (None, _) => Reason::VisitMissing,
        (Some(_), None) => Reason::NoPreviousAssessment,
        (Some(_), Some(_)) => Reason::ComponentMissing,
    }
}
