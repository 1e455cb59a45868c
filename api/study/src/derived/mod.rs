//! What follows from one subject's rows: endpoints, memoised in the subject that they were derived from.
//!
//! Memos know no viewer: who may read an endpoint is decided where it is shown, by [`reads`], whatever its value.
//! What depends on today is never memoised.

mod activity;
mod antibodies;
mod astct;
mod course;
pub mod dlt;
mod efficacy;
mod events;
mod exposure;
mod flare;
mod lab_grades;
mod liver;
mod populations;
mod stopping;
mod suggestion;
#[cfg(test)]
mod tests;
mod time_in_state;

use crate::snapshot::{Snapshot, Subject};
pub use activity::Timepoint;
pub use antibodies::AutoantibodyChange;
pub use astct::{astct_grade, astct_rule};
pub(crate) use astct::{astct_grades, category_of};
use chrono::NaiveDate;
pub use course::SteroidDose;
use course::{BilagPoint, Course};
use derivation::instrument::bilag2004::Grades;
use derivation::instrument::bilag2004::tally::Tally;
use derivation::instrument::sledai2k::Score;
use derivation::rule::{Evaluation, Reason, Rule};
use entity::terms::Autoantibody;
pub use events::{EmergentEvent, EventEmergence, UNCODED};
pub use flare::{BilagFlareAt, SelenaFlare};
pub use lab_grades::{LabGrade, LabGradeReason};
pub use liver::HysLaw;
pub use populations::{MembershipAt, MembershipReason, Population, membership_reads};
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock, PoisonError, RwLock};
pub use suggestion::Suggestion;
pub use time_in_state::{State, TimeInState, VisitState};

/// What an endpoint reads: it is shown only to who may read all of it.
pub mod reads {
    use policy::DataGroup::{
        self, Adjudication, AdverseEvents, DoseReceived, Efficacy, IntercurrentEvents, LabResults,
        Medication, ProtocolDeviations,
    };

    /// SLEDAI-2K, its change, BILAG-2004.
    pub const ACTIVITY: &[DataGroup] = &[Efficacy, DoseReceived];
    /// SRI and BICLA: activity, and what decides against response.
    pub const RESPONSE: &[DataGroup] = &[Efficacy, DoseReceived, IntercurrentEvents, Medication];
    /// LLDAS, DORIS and flares: activity and medication.
    pub const STATE: &[DataGroup] = &[Efficacy, DoseReceived, IntercurrentEvents, Medication];
    /// Autoantibodies and complement.
    pub const ANTIBODIES: &[DataGroup] = &[LabResults, DoseReceived];
    /// Grades of laboratory results.
    pub const LABORATORY: &[DataGroup] = &[LabResults, DoseReceived];
    /// Dose-limiting toxicity.
    pub const DLT: &[DataGroup] = &[AdverseEvents, Adjudication, DoseReceived];
    /// The per-protocol set: the primary endpoint, whichever it is, the dose that was received, and deviations.
    pub const PER_PROTOCOL: &[DataGroup] =
        &[Efficacy, DoseReceived, IntercurrentEvents, Medication, LabResults, ProtocolDeviations];
    /// Incidence of adverse events.
    pub const EVENTS: &[DataGroup] = &[AdverseEvents, DoseReceived];
    /// What results suggest for a SLEDAI-2K.
    pub const SUGGESTION: &[DataGroup] = &[Efficacy, LabResults];
    /// Prednisone equivalents.
    pub const STEROID: &[DataGroup] = &[Medication];
}

/// An endpoint at a planned visit, with the days it compares.
#[derive(Clone, Debug, PartialEq)]
pub struct Evaluated {
    /// The rule's answer.
    pub evaluation: Evaluation,
    /// The day of the baseline assessment.
    pub baseline_on: Option<NaiveDate>,
    /// The day of the visit's assessment.
    pub assessed_on: Option<NaiveDate>,
}

/// SLEDAI-2K at a visit.
#[derive(Clone, Debug, PartialEq)]
pub struct SledaiAt {
    /// The assessment's row.
    pub assessment: uuid::Uuid,
    /// Its day.
    pub assessed_on: NaiveDate,
    /// Earlier assessments from which serology was carried forward; none unless the protocol allows that.
    pub carried: Vec<uuid::Uuid>,
    /// The score.
    pub score: Score,
}

/// BILAG-2004 grades at a visit.
#[derive(Clone, Debug, PartialEq)]
pub struct BilagAt {
    /// The assessment's row.
    pub assessment: uuid::Uuid,
    /// Its day.
    pub assessed_on: NaiveDate,
    /// The grades.
    pub grades: Grades,
    /// What became of each system since the assessment before; none for the first one.
    pub tally: Option<TallySince>,
}

/// The systems tally between two consecutive assessments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TallySince {
    /// How many systems are in each class.
    pub tally: Tally,
    /// The assessment before.
    pub previous: uuid::Uuid,
    /// Its day.
    pub previous_on: NaiveDate,
}

/// The change of SLEDAI-2K from baseline to a visit.
#[derive(Clone, Debug, PartialEq)]
pub struct SledaiChangeAt {
    /// At baseline.
    pub baseline: Option<SledaiAt>,
    /// At the visit.
    pub visit: Option<SledaiAt>,
    /// Visit minus baseline; none when a total is missing.
    pub change: Option<i64>,
    /// The change in percent of baseline.
    pub percent: Option<rust_decimal::Decimal>,
    /// Why there is no change.
    pub reason: Option<Reason>,
}

impl SledaiChangeAt {
    /// The assessments that it was derived from.
    pub fn evidence(&self) -> Vec<uuid::Uuid> {
        self.baseline.iter().chain(&self.visit).map(|point| point.assessment).collect()
    }

    fn missing(&self, dosed: bool) -> Option<Reason> {
        match (&self.baseline, &self.visit) {
            _ if self.change.is_some() => None,
            _ if !dosed => Some(Reason::NotDosed),
            (None, _) => Some(Reason::BaselineMissing),
            (Some(_), None) => Some(Reason::VisitMissing),
            (Some(_), Some(_)) => Some(Reason::ComponentMissing),
        }
    }
}

/// The other rules whose answers an endpoint rests on, by the id of its rule.
pub fn rests_on(rule: &str) -> &'static [&'static Rule] {
    use derivation::endpoint::{selena_flare, treatment_failure};
    use derivation::instrument::{bilag2004::grade, sledai2k};
    use derivation::medication::{background, prednisone_equivalent};
    use derivation::timeline::{baseline, pick};
    match rule {
        "sri" | "bicla" => &[
            &sledai2k::RULE,
            &grade::RULE,
            &treatment_failure::RULE,
            &prednisone_equivalent::RULE,
            &baseline::RULE,
            &pick::RULE,
        ],
        "lldas" => &[
            &sledai2k::RULE,
            &grade::RULE,
            &selena_flare::RULE,
            &background::RULE,
            &treatment_failure::RULE,
            &prednisone_equivalent::RULE,
            &pick::RULE,
        ],
        "doris" => &[
            &sledai2k::RULE,
            &background::RULE,
            &treatment_failure::RULE,
            &prednisone_equivalent::RULE,
            &pick::RULE,
        ],
        _ => &[],
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Endpoint {
    Sri(u8),
    Bicla,
    Lldas,
    Doris,
}

/// What was derived once, by what it is and the visit that it is at.
type Held<K, V> = RwLock<HashMap<(K, Arc<str>), Arc<V>>>;

/// What was derived of a subject so far.
#[derive(Default)]
pub(crate) struct Memo {
    course: OnceLock<Course>,
    evaluated: Held<Endpoint, Evaluated>,
    antibodies: Held<Autoantibody, AutoantibodyChange>,
    counted: AtomicBool,
}

impl Subject {
    fn course(&self) -> &Course {
        self.memo.course.get_or_init(|| Course::of(self))
    }

    /// The day of the first dose of the investigational product.
    pub(crate) fn first_dose_on(&self) -> Option<NaiveDate> {
        let doses = self.rows.doses.iter();
        doses.filter(|dose| dose.agent == entity::terms::Agent::Nk510).map(|dose| dose.given_on).min()
    }

    fn bilag_points(&self) -> &[BilagPoint] {
        &self.course().bilag
    }

    fn evaluated(&self, key: Endpoint, at: &str, derive: impl FnOnce() -> Evaluated) -> Arc<Evaluated> {
        let key = (key, Arc::<str>::from(at));
        if let Some(held) = self.memo.evaluated.read().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return held.clone();
        }
        // Two readers may derive the same at once; they get the same, and one of the two is kept.
        let derived = Arc::new(derive());
        let mut memos = self.memo.evaluated.write().unwrap_or_else(PoisonError::into_inner);
        memos.entry(key).or_insert(derived).clone()
    }

    /// SRI response at a planned visit.
    pub(crate) fn sri(&self, at: &str, points: u8) -> Arc<Evaluated> {
        self.evaluated(Endpoint::Sri(points), at, || efficacy::sri(self, at, points))
    }

    /// BICLA response at a planned visit.
    pub(crate) fn bicla(&self, at: &str) -> Arc<Evaluated> {
        self.evaluated(Endpoint::Bicla, at, || efficacy::bicla(self, at))
    }

    /// LLDAS at a planned visit.
    pub(crate) fn lldas(&self, at: &str) -> Arc<Evaluated> {
        self.evaluated(Endpoint::Lldas, at, || efficacy::lldas(self, at))
    }

    /// DORIS remission at a planned visit.
    pub(crate) fn doris(&self, at: &str) -> Arc<Evaluated> {
        self.evaluated(Endpoint::Doris, at, || efficacy::doris(self, at))
    }

    /// The SELENA-SLEDAI flare index at a planned visit, against the assessment before it.
    pub(crate) fn selena_flare(&self, at: &str) -> SelenaFlare {
        flare::selena(self, at)
    }

    /// BILAG flare at a planned visit, against the assessment before it.
    pub(crate) fn bilag_flare(&self, at: &str) -> BilagFlareAt {
        flare::bilag(self, at)
    }

    /// The change of an analyte from baseline to a planned visit.
    pub(crate) fn autoantibody_change(&self, analyte: Autoantibody, at: &str) -> Arc<AutoantibodyChange> {
        let key = (analyte, Arc::<str>::from(at));
        if let Some(held) = self.memo.antibodies.read().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return held.clone();
        }
        let derived = Arc::new(antibodies::change(self, analyte, at));
        let mut memos = self.memo.antibodies.write().unwrap_or_else(PoisonError::into_inner);
        memos.entry(key).or_insert(derived).clone()
    }

    /// SLEDAI-2K at a planned visit.
    pub(crate) fn sledai(&self, at: &Timepoint) -> Option<SledaiAt> {
        activity::sledai(self, at)
    }

    /// BILAG-2004 grades at a planned visit.
    pub(crate) fn bilag(&self, at: &Timepoint) -> Option<BilagAt> {
        activity::bilag(self, at)
    }

    /// The change of SLEDAI-2K from baseline to a planned visit.
    pub(crate) fn sledai_change(&self, at: &str) -> SledaiChangeAt {
        let baseline = self.sledai(&Timepoint::Baseline);
        let visit = self.sledai(&Timepoint::visit(at));
        let total = |point: &Option<SledaiAt>| point.as_ref().and_then(|point| point.score.total);
        let change = derivation::endpoint::sledai_change::sledai_change(total(&baseline), total(&visit));
        let (change, percent) = (change.change, change.percent_change);
        let derived = SledaiChangeAt { baseline, visit, change, percent, reason: None };
        SledaiChangeAt { reason: derived.missing(self.first_dose_on().is_some()), ..derived }
    }

    /// The average daily dose of prednisone equivalents in the protocol's window that ends on a day.
    pub(crate) fn prednisone(&self, on: NaiveDate) -> SteroidDose {
        course::prednisone(self, on, false)
    }
}

impl Snapshot {
    /// Counts a subject of which something is derived for the first time since it last changed.
    pub(crate) fn count(&self, subject: &Subject) {
        if !subject.memo.counted.swap(true, Ordering::Relaxed) {
            self.derivations().fetch_add(1, Ordering::Relaxed);
        }
    }
}
