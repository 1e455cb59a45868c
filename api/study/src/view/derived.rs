//! Endpoints of a subject, for whoever may read all that they are derived from.

use super::rows::RowView;
use super::shown::{Shown, ValueState};
use super::trail_rows::kind_of;
use super::{AdverseEventView, AssessmentView, LabResultView, ShownDate, SubjectView};
use crate::derived::{
    AutoantibodyChange, BilagAt, BilagFlareAt, Evaluated, EventEmergence, HysLaw, LabGrade, MembershipAt,
    Population, SelenaFlare, SledaiAt, SledaiChangeAt, State, SteroidDose, Suggestion, TimeInState,
    Timepoint, dlt, membership_reads, reads,
};
use chrono::NaiveDate;
use derivation::endpoint::missing::{Imputed, impute};
use derivation::logic::Verdict;
use derivation::rule::{Rule, RuleVersion};
use derivation::safety::treatment_emergent::Period;
use entity::Items;
use entity::terms::Autoantibody;
use policy::DataGroup;
use std::sync::Arc;
use uuid::Uuid;

/// The code that stands for the last value before treatment where a visit is asked for.
pub const BASELINE: &str = "BASELINE";

fn timepoint(code: &str) -> Timepoint {
    if code == BASELINE { Timepoint::Baseline } else { Timepoint::visit(code) }
}

impl<'v> SubjectView<'v> {
    /// Whether the protocol has an analysis window under a code, so that endpoints can be asked for there.
    pub fn knows_visit(&self, code: &str) -> bool {
        code == BASELINE || self.subject().rulebook.analysis_window(code).is_some()
    }

    fn derive<T>(&self, groups: &[DataGroup], derive: impl FnOnce() -> T) -> Shown<T> {
        if !self.sees_all(groups) {
            return Shown::masked();
        }
        self.view().snapshot().count(self.subject());
        Shown { state: ValueState::Present, value: Some(derive()) }
    }

    fn evaluate(
        &self,
        groups: &[DataGroup],
        derive: impl FnOnce() -> Arc<Evaluated>,
    ) -> Shown<Arc<Evaluated>> {
        let mut shown = self.derive(groups, derive);
        if shown.value.as_ref().is_some_and(|it| it.evaluation.outcome == Verdict::NotEvaluable) {
            shown.state = ValueState::NotEvaluable;
        }
        shown
    }

    /// SRI response at a planned visit.
    pub fn sri(&self, at: &str, points: u8) -> Shown<Arc<Evaluated>> {
        self.evaluate(reads::RESPONSE, || self.subject().sri(at, points))
    }

    /// BICLA response at a planned visit.
    pub fn bicla(&self, at: &str) -> Shown<Arc<Evaluated>> {
        self.evaluate(reads::RESPONSE, || self.subject().bicla(at))
    }

    /// LLDAS at a planned visit.
    pub fn lldas(&self, at: &str) -> Shown<Arc<Evaluated>> {
        self.evaluate(reads::STATE, || self.subject().lldas(at))
    }

    /// DORIS remission at a planned visit.
    pub fn doris(&self, at: &str) -> Shown<Arc<Evaluated>> {
        self.evaluate(reads::STATE, || self.subject().doris(at))
    }

    /// The SELENA-SLEDAI flare index at a planned visit.
    pub fn selena_flare(&self, at: &str) -> Shown<SelenaFlare> {
        let mut shown = self.derive(reads::STATE, || self.subject().selena_flare(at));
        if shown.value.as_ref().is_some_and(|it| it.evaluation.flare.is_none()) {
            shown.state = ValueState::NotEvaluable;
        }
        shown
    }

    /// BILAG flare at a planned visit.
    pub fn bilag_flare(&self, at: &str) -> Shown<BilagFlareAt> {
        let mut shown = self.derive(reads::ACTIVITY, || self.subject().bilag_flare(at));
        if shown.value.as_ref().is_some_and(|it| it.flare.is_none()) {
            shown.state = ValueState::NotEvaluable;
        }
        shown
    }

    /// How long the subject was in a state.
    pub fn time_in_state(&self, state: State) -> Shown<TimeInState> {
        let mut shown = self.derive(reads::STATE, || self.subject().time_in_state(state));
        if shown.value.as_ref().is_some_and(|it| it.reason.is_some()) {
            shown.state = ValueState::NotEvaluable;
        }
        shown
    }

    /// The outcome after the protocol's rule on missing data.
    pub fn analysed(&self, evaluated: &Evaluated) -> Imputed {
        impute(evaluated.evaluation.outcome, self.subject().rulebook.endpoints().sri.missing)
    }

    /// SLEDAI-2K at a planned visit, or at [`BASELINE`].
    pub fn sledai(&self, at: &str) -> Shown<SledaiAt> {
        flat(self.derive(reads::ACTIVITY, || self.subject().sledai(&timepoint(at))))
    }

    /// BILAG-2004 grades at a planned visit, or at [`BASELINE`].
    pub fn bilag(&self, at: &str) -> Shown<BilagAt> {
        flat(self.derive(reads::ACTIVITY, || self.subject().bilag(&timepoint(at))))
    }

    /// Change of SLEDAI-2K from baseline to a planned visit.
    pub fn sledai_change(&self, at: &str) -> Shown<SledaiChangeAt> {
        let mut shown = self.derive(reads::ACTIVITY, || self.subject().sledai_change(at));
        if shown.value.as_ref().is_some_and(|it| it.change.is_none()) {
            shown.state = ValueState::NotEvaluable;
        }
        shown
    }

    /// Change of an analyte from baseline to a planned visit.
    pub fn autoantibody_change(&self, analyte: Autoantibody, at: &str) -> Shown<Arc<AutoantibodyChange>> {
        let mut shown = self.derive(reads::ANTIBODIES, || self.subject().autoantibody_change(analyte, at));
        if shown.value.as_ref().is_some_and(|it| !it.is_evaluable()) {
            shown.state = ValueState::NotEvaluable;
        }
        shown
    }

    /// Dose-limiting toxicity as seen on a day; today at the site unless given.
    pub fn dlt(&self, on: Option<NaiveDate>) -> Shown<dlt::Dlt> {
        let on = on.unwrap_or_else(|| self.today());
        self.derive(reads::DLT, || self.subject().dlt(on))
    }

    /// The screening of the subject's liver values for Hy's law.
    pub fn hys_law(&self) -> Shown<HysLaw> {
        let mut shown = self.derive(&[DataGroup::LabResults], || self.subject().hys_law());
        if let Some(held) = &shown.value
            && held.verdict == Verdict::NotEvaluable
        {
            let taken = !held.evidence.is_empty();
            shown.state = if taken { ValueState::NotEvaluable } else { ValueState::NotCollected };
        }
        shown
    }

    /// The membership of every analysis set as seen on a day; today at the site unless given. Each shows whether the
    /// viewer may read what it is derived from.
    pub fn memberships(&self, on: Option<NaiveDate>) -> Vec<(Population, Shown<MembershipAt>)> {
        let on = on.unwrap_or_else(|| self.today());
        let parameters = self.subject().rulebook.populations();
        let shown = |held: MembershipAt| {
            let population = held.membership.population;
            let open = held.membership.included == Verdict::NotEvaluable;
            let mut shown = self.derive(membership_reads(population, parameters), || held);
            if open && shown.value.is_some() {
                shown.state = ValueState::NotEvaluable;
            }
            (population, shown)
        };
        self.subject().memberships(on).into_iter().map(shown).collect()
    }

    /// Average daily prednisone equivalent over the protocol's window that ends on a day; nothing to be told of a day
    /// that there is not yet.
    pub fn prednisone_equivalent(&self, on: Option<NaiveDate>) -> Shown<SteroidDose> {
        let Some(on) = on else {
            let mut shown = self.derive(reads::STEROID, || ());
            shown.state = if shown.value.is_some() { ValueState::NotEvaluable } else { shown.state };
            return Shown { state: shown.state, value: None };
        };
        let mut shown = self.derive(reads::STEROID, || self.subject().prednisone(on));
        if shown.value.as_ref().is_some_and(|it| it.dose.is_none()) {
            shown.state = ValueState::NotEvaluable;
        }
        shown
    }

    /// The day of the calendar of a study day; none for day 0, which there is not, and before the first dose is recorded.
    pub fn day_of_study(&self, study_day: i32) -> Option<NaiveDate> {
        derivation::timeline::date_of_study_day(study_day, self.subject().first_dose_on()?)
    }

    /// A rule as the subject's protocol has it: its version, and the parameters that it runs with.
    pub fn rule(&self, rule: &Rule) -> RuleVersion {
        self.subject().rulebook.in_force(rule)
    }

    /// A day that may be a filled in one, which the board is not told.
    fn uncalendared(&self, day: Option<NaiveDate>, tells: bool) -> ShownDate {
        if day.is_some() && tells && self.view().is_board() {
            return ShownDate { state: ValueState::Suppressed, date: None, study_day: None };
        }
        self.date(day)
    }

    /// A day of this subject as the viewer may see it.
    pub fn show_day(&self, day: Option<NaiveDate>) -> ShownDate {
        self.date(day)
    }

    /// Global ids of the records that something was derived from, as far as the viewer may open them.
    pub fn evidence(&self, rows: &[Uuid]) -> Vec<String> {
        let of = |row: &Uuid| {
            let id = self.view().id(kind_of(self.rows().table_of(*row)?)?, *row);
            self.view().find(&id).map(|_| id)
        };
        rows.iter().filter_map(of).collect()
    }

    /// The assessment of a row that an endpoint was derived from.
    pub fn assessment(&self, row: Uuid) -> Option<super::AssessmentView<'v>> {
        if !self.sees(DataGroup::Efficacy) {
            return None;
        }
        let subject = *self;
        self.rows().assessments.iter().find(|it| it.row.id == row).map(|rec| RowView::new(subject, rec))
    }
}

impl<'v> LabResultView<'v> {
    /// The CTCAE v5 grade of the result.
    pub fn ctcae_grade(&self) -> Shown<LabGrade> {
        let subject = self.subject();
        let mut shown = subject.derive(reads::LABORATORY, || subject.subject().lab_grade(self.rec()));
        if shown.value.as_ref().is_some_and(|it| it.grade.is_none()) {
            shown.state = ValueState::NotEvaluable;
        }
        shown
    }
}

impl AdverseEventView<'_> {
    /// How the event stands to treatment. Before the first dose the period is for whoever reads doses: it tells who was given
    /// lymphodepletion, which in a masked study not everybody may know.
    pub fn emergence(&self) -> Shown<EventEmergence> {
        let subject = self.subject();
        let mut shown = subject.derive(reads::EVENTS, || subject.subject().emergence(self.rec()));
        if shown.value.is_some_and(|it| it.whole.period.is_none()) {
            shown.state = ValueState::NotEvaluable;
        }
        if let Some(held) = &mut shown.value
            && !subject.sees(DataGroup::Dosing)
        {
            held.whole.period = held.whole.period.filter(|period| match period {
                Period::TreatmentEmergent | Period::AfterHorizon => true,
                Period::PreTreatment | Period::LymphodepletionEmergent => false,
            });
        }
        shown
    }

    /// The start that tables use. The safety board is not told a day that was filled in: the first of a month is a day of the
    /// calendar, and its study day would tell on which one the subject was treated.
    pub fn start_used(&self, emergence: &EventEmergence) -> ShownDate {
        let subject = self.subject();
        let used = emergence.whole.start;
        let tells = used
            .is_some_and(|used| used.flag.is_some() && Some(used.date) != subject.subject().first_dose_on());
        subject.uncalendared(used.map(|used| used.date), tells)
    }

    /// The day of the worsening, under the same condition.
    pub fn worsened_on(&self, emergence: &EventEmergence) -> ShownDate {
        self.subject().uncalendared(emergence.worsened_on, !emergence.worsening_is_whole)
    }
}

impl<'v> AssessmentView<'v> {
    /// What results and the joint count suggest for the descriptors of a SLEDAI-2K, to whoever reads results; none for
    /// another instrument.
    pub fn suggestions(&self) -> Option<Vec<Suggestion>> {
        let subject = self.subject();
        let suggested = || subject.subject().suggestions(self.rec());
        subject
            .derive(reads::SUGGESTION, suggested)
            .value
            .filter(|_| matches!(self.items(), Items::Sledai(_)))
    }
}

fn flat<T>(shown: Shown<Option<T>>) -> Shown<T> {
    match shown.value {
        Some(value) => Shown::of(value),
        None => Shown::masked(),
    }
}
