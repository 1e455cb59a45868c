//! Rows of a subject and of the study, value by value.

use super::shown::{Shown, ShownDate, ShownPartialDate, ValueState};
use super::{NodeKind, SubjectView, View, lens};
use crate::snapshot::tables::Rec;
use chrono::{DateTime, NaiveDate, Utc};
use entity::row::Row;
use entity::terms::{
    AdverseEventCategory, AdverseEventOutcome, Agent, Autoantibody, Causality, CausalityAssessor, ClockKind,
    CohortStatus, Comparator, ConsentPurpose, CriterionKind, CriterionResult, DeviationCategory,
    DispositionKind, Frequency, GradeScale, Indication, Instrument, IntercurrentEventKind, MedicationClass,
    Qualitative, Route, RuleState, SeriousnessCriterion, VisitStatus,
};
use entity::{AstctFindings, Exact, FreeText, Items, rows};
use policy::DataGroup;
use uuid::Uuid;

/// A row that belongs to a data group.
pub(crate) trait Shows: Row {
    const GROUP: DataGroup;
}

/// A row of a subject in scope, of a group that the viewer sees.
pub struct RowView<'v, T> {
    subject: SubjectView<'v>,
    rec: &'v Rec<T>,
}

impl<T> Clone for RowView<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for RowView<'_, T> {}

impl<'v, T: Row> RowView<'v, T> {
    pub(crate) fn new(subject: SubjectView<'v>, rec: &'v Rec<T>) -> RowView<'v, T> {
        RowView { subject, rec }
    }

    /// The subject.
    pub fn subject(&self) -> SubjectView<'v> {
        self.subject
    }

    /// The row's id inside the system.
    pub fn row_id(&self) -> Uuid {
        self.rec.row.id()
    }

    pub(crate) fn rec(&self) -> &'v Rec<T> {
        self.rec
    }

    /// The revision of the row's own last change; for the board that of the cut.
    pub fn revision(&self) -> u64 {
        self.subject.view().shown_revision(self.rec.revision)
    }

    fn day(&self, date: NaiveDate) -> ShownDate {
        self.subject.date(Some(date))
    }

    /// A text of a row that names those of its texts that hold an identifier of its subject: the board reads none of
    /// these.
    fn screened(&self, withhold: &[String], name: &str, text: Option<&'v str>) -> Option<&'v str> {
        let withheld = self.subject.view().is_board() && withhold.iter().any(|field| field == name);
        text.filter(|_| !withheld)
    }

    fn text(&self, text: Option<&'v FreeText>) -> Shown<&'v str> {
        self.subject.view().show_text(text)
    }
}

/// A row of the study itself.
pub struct StudyRowView<'v, T> {
    view: &'v View,
    rec: &'v Rec<T>,
}

impl<T> Clone for StudyRowView<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for StudyRowView<'_, T> {}

impl<'v, T: Row> StudyRowView<'v, T> {
    pub(crate) fn new(view: &'v View, rec: &'v Rec<T>) -> StudyRowView<'v, T> {
        StudyRowView { view, rec }
    }

    /// The view that it is seen through.
    pub fn view(&self) -> &'v View {
        self.view
    }

    /// The row's id inside the system.
    pub fn row_id(&self) -> Uuid {
        self.rec.row.id()
    }

    /// The revision of the row's own last change; for the board that of the cut.
    pub fn revision(&self) -> u64 {
        self.view.shown_revision(self.rec.revision)
    }

    pub(crate) fn row(&self) -> &'v T {
        &self.rec.row
    }
}

impl View {
    /// Free text as this viewer may read it: the board reads none. Whatever is screened, words may still name a day of the
    /// calendar, a place, a physician or a relative; codes, grades and days of the study say what the board judges by.
    pub(crate) fn show_text<'v>(&self, text: Option<&'v FreeText>) -> Shown<&'v str> {
        match text {
            Some(_) if self.is_board() => Shown { state: ValueState::Suppressed, value: None },
            text => Shown::of(text.map(|text| text.text.as_str())),
        }
    }

    pub(crate) fn shown_revision(&self, revision: u64) -> u64 {
        if self.is_board() { self.snapshot().open().revision.0 } else { revision }
    }
}

macro_rules! subject_rows {
    ($($(#[doc = $about:literal])+ $view:ident($row:ident, $kind:ident, $group:ident) {
        $($(#[doc = $doc:literal])+ $name:ident: $type:ty = |$it:ident, $of:ident| $value:expr;)*
    })+) => {$(
        $(#[doc = $about])+
        pub type $view<'v> = RowView<'v, rows::$row>;

        impl Shows for rows::$row {
            const GROUP: DataGroup = DataGroup::$group;
        }

        impl<'v> RowView<'v, rows::$row> {
            /// The global id for this viewer.
            pub fn id(&self) -> String {
                self.subject.view().id(NodeKind::$kind, self.rec.row.id())
            }
            $($(#[doc = $doc])+
            pub fn $name(&self) -> $type {
                #[allow(unused_variables, reason = "not every value needs both")]
                let ($it, $of): (&'v rows::$row, &Self) = (&self.rec.row, self);
                $value
            })*
        }
    )+};
}

subject_rows! {
    /// A visit that took place or was missed.
    VisitView(Visit, Visit, Visits) {
        /// The protocol's code of the planned visit; none when it was unscheduled.
        planned_code: Option<&'v str> = |it, of| it.planned_code.as_deref();
        /// When it took place.
        date: ShownDate = |it, of| of.day(it.date);
        /// Whether it took place.
        status: VisitStatus = |it, of| it.status;
        /// A note.
        note: Shown<&'v str> = |it, of| of.text(it.note.as_ref());
    }
    /// One instrument filled in at a visit.
    AssessmentView(Assessment, Assessment, Efficacy) {
        /// The instrument.
        instrument: Instrument = |it, of| it.instrument;
        /// The day that it speaks of.
        assessed_on: ShownDate = |it, of| of.day(it.assessed_on);
        /// The items as recorded.
        items: &'v Items = |it, of| &it.items;
    }
    /// Autoantibodies and complement of one blood sample.
    AutoantibodyPanelView(AutoantibodyPanel, AutoantibodyPanel, LabResults) {
        /// When the sample was taken.
        collected_on: ShownDate = |it, of| of.day(it.collected_on);
        /// The laboratory; the board reads none, since it could name the site.
        laboratory: Option<&'v str> =
            |it, of| it.laboratory.as_deref().filter(|_| !of.subject.view().is_board());
    }
    /// One analyte of a panel.
    AutoantibodyResultView(AutoantibodyResult, AutoantibodyResult, LabResults) {
        /// The analyte.
        analyte: Autoantibody = |it, of| it.analyte;
        /// As received.
        raw: &'v str = |it, of| &it.raw;
        /// Whether the value is a bound.
        comparator: Option<Comparator> = |it, of| it.comparator;
        /// The value; of a titre the denominator.
        value: Option<Exact> = |it, of| it.value;
        /// A qualitative result.
        qualitative: Option<Qualitative> = |it, of| it.qualitative;
        /// The unit as received.
        unit: Option<&'v str> = |it, of| it.unit.as_deref();
        /// The value in the protocol's unit.
        standard_value: Option<Exact> = |it, of| it.standard_value;
        /// The protocol's unit.
        standard_unit: Option<&'v str> = |it, of| it.standard_unit.as_deref();
        /// Lower end of the laboratory's reference range.
        reference_low: Option<Exact> = |it, of| it.reference_low;
        /// Upper end of the laboratory's reference range.
        reference_high: Option<Exact> = |it, of| it.reference_high;
        /// From where on a result is positive.
        positivity_cutoff: Option<Exact> = |it, of| it.positivity_cutoff;
        /// The method, as the laboratory words it; the board reads none, since nobody screens it.
        method: Option<&'v str> = |it, of| it.method.as_deref().filter(|_| !of.subject.view().is_board());
        /// ICAP codes of ANA patterns.
        patterns: &'v [String] = |it, of| &it.patterns;
    }
    /// A laboratory result.
    LabResultView(LabResult, LabResult, LabResults) {
        /// The analyte's code in the protocol.
        analyte: &'v str = |it, of| &it.analyte;
        /// The LOINC code as received; the board reads none, since nobody screens it.
        loinc: Option<&'v str> = |it, of| it.loinc.as_deref().filter(|_| !of.subject.view().is_board());
        /// As received.
        raw: &'v str = |it, of| &it.raw;
        /// Whether the value is a bound.
        comparator: Option<Comparator> = |it, of| it.comparator;
        /// The value.
        value: Option<Exact> = |it, of| it.value;
        /// The unit as received.
        unit: Option<&'v str> = |it, of| it.unit.as_deref();
        /// The value in the protocol's unit.
        standard_value: Option<Exact> = |it, of| it.standard_value;
        /// The protocol's unit.
        standard_unit: Option<&'v str> = |it, of| it.standard_unit.as_deref();
        /// Lower limit of normal.
        lln: Option<Exact> = |it, of| it.lln;
        /// Upper limit of normal.
        uln: Option<Exact> = |it, of| it.uln;
        /// The method, as the laboratory words it; the board reads none, since nobody screens it.
        method: Option<&'v str> = |it, of| it.method.as_deref().filter(|_| !of.subject.view().is_board());
        /// The laboratory; the board reads none, since it could name the site.
        laboratory: Option<&'v str> =
            |it, of| it.laboratory.as_deref().filter(|_| !of.subject.view().is_board());
        /// When the sample was taken.
        collected_on: ShownDate = |it, of| of.day(it.collected_on);
        /// At what clock time; the board sees none.
        collected_at: Option<&'v str> =
            |it, of| it.collected_at.as_deref().filter(|_| !of.subject.view().is_board());
    }
    /// A dose that was given.
    DoseView(Dose, Dose, Dosing) {
        /// Which dose of the agent it is, from 1.
        ordinal: i32 = |it, of| it.ordinal;
        /// What was given.
        agent: Agent = |it, of| it.agent;
        /// Planned cells per kilogram.
        planned_cells_per_kg: Option<Exact> = |it, of| it.planned_cells_per_kg;
        /// Given cells per kilogram.
        actual_cells_per_kg: Option<Exact> = |it, of| it.actual_cells_per_kg;
        /// Given cells.
        total_cells: Option<Exact> = |it, of| it.total_cells;
        /// Body weight in kilograms.
        weight_kg: Option<Exact> = |it, of| it.weight_kg;
        /// When it was given.
        given_on: ShownDate = |it, of| of.day(it.given_on);
        /// When it began, as a clock time at the site; the board sees none.
        start_time: Option<&'v str> =
            |it, of| it.start_time.as_deref().filter(|_| !of.subject.view().is_board());
        /// When it ended, as a clock time at the site; the board sees none.
        end_time: Option<&'v str> =
            |it, of| it.end_time.as_deref().filter(|_| !of.subject.view().is_board());
        /// The lot; the board reads none, since it could name the site.
        lot: Option<&'v str> = |it, of| it.lot.as_deref().filter(|_| !of.subject.view().is_board());
    }
    /// A concomitant medication.
    MedicationView(Medication, Medication, Medication) {
        /// The drug's generic name.
        drug: Option<&'v str> = |it, of| of.screened(&it.withhold, "drug", Some(&it.drug));
        /// Its class in the endpoints' rules.
        class: MedicationClass = |it, of| it.class;
        /// A single dose.
        dose: Option<Exact> = |it, of| it.dose;
        /// The dose's unit.
        unit: Option<&'v str> = |it, of| of.screened(&it.withhold, "unit", it.unit.as_deref());
        /// The route.
        route: Route = |it, of| it.route;
        /// How often.
        frequency: Option<Frequency> = |it, of| it.frequency;
        /// First day.
        start: ShownPartialDate = |it, of| of.subject.partial(Some(&it.start));
        /// Last day.
        end: ShownPartialDate = |it, of| of.subject.partial(it.end.as_ref());
        /// Whether it went on when last asked.
        ongoing: bool = |it, of| it.ongoing;
        /// What it is given for.
        indication: Indication = |it, of| it.indication;
    }
    /// An adverse event.
    AdverseEventView(AdverseEvent, AdverseEvent, AdverseEvents) {
        /// The event as the site called it; the board reads the coded term instead.
        term: Shown<&'v str> = |it, of| if of.subject.view().is_board() {
            match of.screened(&it.withhold, "pt", it.pt.as_deref()) {
                Some(coded) => Shown::of(Some(coded)),
                None => Shown { state: ValueState::Suppressed, value: None },
            }
        } else {
            Shown::of(Some(it.term.as_str()))
        };
        /// System organ class.
        soc: Option<&'v str> = |it, of| of.screened(&it.withhold, "soc", it.soc.as_deref());
        /// Preferred term.
        pt: Option<&'v str> = |it, of| of.screened(&it.withhold, "pt", it.pt.as_deref());
        /// Onset.
        start: ShownPartialDate = |it, of| of.subject.partial(Some(&it.start));
        /// End.
        end: ShownPartialDate = |it, of| of.subject.partial(it.end.as_ref());
        /// How it ended.
        outcome: AdverseEventOutcome = |it, of| it.outcome;
        /// What kind of event it is in the rules on dose-limiting toxicity.
        category: AdverseEventCategory = |it, of| it.category;
        /// Whether it is of special interest: as the site says, or as the protocol lists its category.
        of_special_interest: bool = |it, of| of.subject.subject().of_special_interest(it);
        /// Whether it is a laboratory finding without clinical consequence.
        asymptomatic_laboratory: bool = |it, of| it.asymptomatic_laboratory;
        /// When the site became aware of it.
        aware_on: ShownDate = |it, of| if of.subject.sees(DataGroup::SeriousEvents) {
            of.subject.date(it.aware_on)
        } else {
            ShownDate::MASKED
        };
        /// What makes it serious; empty when it is not, none when kept from the viewer.
        seriousness: Option<&'v [SeriousnessCriterion]> =
            |it, of| of.subject.sees(DataGroup::SeriousEvents).then_some(it.seriousness.as_slice());
        /// The narrative.
        narrative: Shown<&'v str> = |it, of| if of.subject.sees(DataGroup::SeriousEvents) {
            of.text(it.narrative.as_ref())
        } else {
            Shown::masked()
        };
    }
    /// A grade of an adverse event from a day on.
    AdverseEventGradeView(AdverseEventGrade, AdverseEventGrade, AdverseEvents) {
        /// The grade, 1 to 5; none when unknown.
        grade: Option<i32> = |it, of| it.grade;
        /// The scale.
        scale: GradeScale = |it, of| it.scale;
        /// What was found, by which ASTCT grades; none where it was not recorded.
        findings: Option<AstctFindings> = |it, of| it.findings;
        /// From when on.
        since: ShownPartialDate = |it, of| of.subject.partial(Some(&it.since));
    }
    /// A judgement whether an agent caused an adverse event.
    AdverseEventCausalityView(AdverseEventCausality, AdverseEventCausality, AdverseEvents) {
        /// The agent.
        agent: Agent = |it, of| it.agent;
        /// Who judged.
        assessor: CausalityAssessor = |it, of| it.assessor;
        /// The judgement; none when it is missing.
        causality: Option<Causality> = |it, of| it.causality;
    }
    /// A decision whether an adverse event was dose-limiting.
    DltAdjudicationView(DltAdjudication, DltAdjudication, Adjudication) {
        /// The decision.
        is_dlt: bool = |it, of| it.is_dlt;
        /// Why.
        rationale: Shown<&'v str> = |it, of| of.text(Some(&it.rationale));
        /// When.
        decided_on: ShownDate = |it, of| of.day(it.decided_on);
    }
    /// An event that decides how an endpoint is read.
    IntercurrentEventView(IntercurrentEvent, IntercurrentEvent, IntercurrentEvents) {
        /// What happened.
        kind: IntercurrentEventKind = |it, of| it.kind;
        /// When.
        occurred_on: ShownDate = |it, of| of.day(it.occurred_on);
        /// For how many days, where that matters.
        days: Option<i32> = |it, of| it.days;
        /// A note.
        note: Shown<&'v str> = |it, of| of.text(it.note.as_ref());
    }
    /// A protocol deviation.
    ProtocolDeviationView(ProtocolDeviation, ProtocolDeviation, ProtocolDeviations) {
        /// What was deviated from.
        category: DeviationCategory = |it, of| it.category;
        /// When.
        occurred_on: ShownDate = |it, of| of.day(it.occurred_on);
        /// What happened.
        description: Shown<&'v str> = |it, of| of.text(Some(&it.description));
        /// Whether it is important; none until it is classified.
        important: Option<bool> = |it, of| it.important;
        /// Whether it may affect how efficacy is read; none until it is classified.
        affects_efficacy: Option<bool> = |it, of| it.affects_efficacy;
        /// Why it is classified so.
        rationale: Shown<&'v str> = |it, of| of.text(it.rationale.as_ref());
    }
    /// A consent.
    ConsentView(Consent, Consent, Consent) {
        /// What it covers.
        purpose: ConsentPurpose = |it, of| it.purpose;
        /// The version of the form.
        version: &'v str = |it, of| &it.version;
        /// When it was given.
        given_on: ShownDate = |it, of| of.day(it.given_on);
        /// When it was withdrawn.
        withdrawn_on: ShownDate = |it, of| of.subject.date(it.withdrawn_on);
    }
    /// The result of one eligibility criterion.
    EligibilityResultView(EligibilityResult, EligibilityResult, Eligibility) {
        /// The criterion's code in the protocol.
        criterion: &'v str = |it, of| &it.criterion;
        /// Whether it includes or excludes.
        kind: CriterionKind = |it, of| it.kind;
        /// Whether it is met.
        result: CriterionResult = |it, of| it.result;
        /// What was seen; the board reads none, since it is free text.
        observed: Option<&'v str> = |it, of| it.observed.as_deref().filter(|_| !of.subject.view().is_board());
        /// When it was assessed.
        assessed_on: ShownDate = |it, of| of.day(it.assessed_on);
    }
    /// How a subject's participation ended.
    DispositionView(Disposition, Disposition, Subjects) {
        /// How.
        kind: DispositionKind = |it, of| it.kind;
        /// When.
        occurred_on: ShownDate = |it, of| of.day(it.occurred_on);
        /// Why.
        reason: Shown<&'v str> = |it, of| of.text(it.reason.as_ref());
    }
    /// A clock on a serious adverse event.
    ClockView(Clock, Clock, SeriousEvents) {
        /// Which clock.
        kind: ClockKind = |it, of| it.kind;
        /// When it runs out; the board sees no clock time.
        due_at: Option<DateTime<Utc>> = |it, of| (!of.subject.view().is_board()).then_some(it.due_at);
        /// When it was stopped.
        stopped_at: Option<DateTime<Utc>> =
            |it, of| it.stopped_at.filter(|_| !of.subject.view().is_board());
    }
    /// The dose level that a subject belongs to.
    AllocationView(Allocation, Allocation, Dosing) {
        /// When it was decided.
        allocated_on: ShownDate = |it, of| of.day(it.allocated_on);
    }
}

impl<'v> AssessmentView<'v> {
    /// The comment on a descriptor of SLEDAI-2K.
    pub fn comment(&self, descriptor: &str) -> Shown<&'v str> {
        match &self.rec.row.items {
            Items::Sledai(items) => self.text(items.comments.get(descriptor)),
            Items::Bilag(_) | Items::Pga(_) | Items::LldasExtras(_) | Items::FlareExtras(_) => {
                Shown::of(None)
            }
        }
    }

    /// The visit at which it was filled in.
    pub fn visit(&self) -> Option<VisitView<'v>> {
        self.subject.visit_row(self.rec.row.visit_id)
    }
}

impl<'v> VisitView<'v> {
    /// Assessments of the visit; none when kept from the viewer.
    pub fn assessments(&self) -> Option<impl Iterator<Item = AssessmentView<'v>> + use<'v>> {
        let visit = self.rec.row.id;
        Some(self.subject.assessments()?.filter(move |assessment| assessment.rec.row.visit_id == visit))
    }
}

impl<'v> AutoantibodyPanelView<'v> {
    /// The visit at which the sample was taken.
    pub fn visit(&self) -> Option<VisitView<'v>> {
        self.subject.visit_row(self.rec.row.visit_id)
    }

    /// The results.
    pub fn results(&self) -> impl Iterator<Item = AutoantibodyResultView<'v>> + use<'v> {
        let (subject, panel) = (self.subject, self.rec.row.id);
        let results = &self.subject.rows().autoantibody_results;
        results.iter().filter(move |rec| rec.panel_id == panel).map(move |rec| RowView::new(subject, rec))
    }
}

impl<'v> AdverseEventView<'v> {
    /// Its grades, in order of time.
    pub fn grades(&self) -> impl Iterator<Item = AdverseEventGradeView<'v>> + use<'v> {
        let (subject, event) = (self.subject, self.rec.row.id);
        let grades = &self.subject.rows().adverse_event_grades;
        grades
            .iter()
            .filter(move |rec| rec.adverse_event_id == event)
            .map(move |rec| RowView::new(subject, rec))
    }

    /// What was judged of its causes. In a masked study as in an open one: a judgement names an agent, not an arm.
    pub fn causalities(&self) -> impl Iterator<Item = AdverseEventCausalityView<'v>> + use<'v> {
        let (subject, event) = (self.subject, self.rec.row.id);
        let judged = &self.subject.rows().adverse_event_causalities;
        judged
            .iter()
            .filter(move |rec| rec.adverse_event_id == event)
            .map(move |rec| RowView::new(subject, rec))
    }

    /// Whether it was dose-limiting, as adjudicated.
    pub fn adjudication(&self) -> Shown<DltAdjudicationView<'v>> {
        if !self.subject.sees(DataGroup::Adjudication) {
            return Shown::masked();
        }
        let event = self.rec.row.id;
        let decided = self.subject.rows().dlt_adjudications.iter().find(|rec| rec.adverse_event_id == event);
        Shown::of(decided.map(|rec| RowView::new(self.subject, rec)))
    }

    /// Its clocks; none when kept from the viewer.
    pub fn clocks(&self) -> Option<impl Iterator<Item = ClockView<'v>> + use<'v>> {
        let (subject, event) = (self.subject, self.rec.row.id);
        let clocks = &self.subject.rows().clocks;
        self.subject.sees(DataGroup::SeriousEvents).then(|| {
            clocks
                .iter()
                .filter(move |rec| rec.adverse_event_id == event)
                .map(move |rec| RowView::new(subject, rec))
        })
    }
}

/// A site.
pub type SiteView<'v> = StudyRowView<'v, rows::Site>;
/// A cohort.
pub type CohortView<'v> = StudyRowView<'v, rows::Cohort>;
/// A planned visit.
pub type PlannedVisitView<'v> = StudyRowView<'v, rows::PlannedVisit>;
/// A data cut.
pub type DataCutView<'v> = StudyRowView<'v, rows::DataCut>;
/// A finding of an edit check.
pub type FindingView<'v> = StudyRowView<'v, rows::Finding>;
/// The state of a stopping rule.
pub type StoppingRuleView<'v> = StudyRowView<'v, rows::StoppingRule>;

impl<'v> StudyRowView<'v, rows::Site> {
    /// The global id for this viewer.
    pub fn id(&self) -> String {
        self.view.id(NodeKind::Site, self.rec.row.id)
    }

    /// The site's code; for the board its letter.
    pub fn code(&self) -> String {
        if self.view.is_board() { lens::letter(self.rec.row.ordinal) } else { self.rec.row.code.clone() }
    }

    /// The site's name; the board reads none.
    pub fn name(&self) -> Option<&'v str> {
        (!self.view.is_board()).then_some(self.rec.row.name.as_str())
    }

    /// Its country; the board reads none.
    pub fn country(&self) -> Option<&'v str> {
        (!self.view.is_board()).then_some(self.rec.row.country.as_str())
    }

    /// Its zone; the board reads none.
    pub fn time_zone(&self) -> Option<&'v str> {
        (!self.view.is_board()).then_some(self.rec.row.time_zone.as_str())
    }
}

impl<'v> StudyRowView<'v, rows::Cohort> {
    /// The global id for this viewer.
    pub fn id(&self) -> String {
        self.view.id(NodeKind::Cohort, self.rec.row.id)
    }

    /// The dose level, from 1.
    pub fn level(&self) -> i32 {
        self.rec.row.level
    }

    /// Its code in the protocol.
    pub fn code(&self) -> &'v str {
        &self.rec.row.code
    }

    /// Its name.
    pub fn label(&self) -> &'v str {
        &self.rec.row.label
    }

    /// Planned cells per kilogram.
    pub fn cells_per_kg(&self) -> Exact {
        self.rec.row.cells_per_kg
    }

    /// How many subjects it takes.
    pub fn capacity(&self) -> i32 {
        self.rec.row.capacity
    }

    /// Whether it is open for enrolment.
    pub fn status(&self) -> CohortStatus {
        self.rec.row.status
    }
}

impl<'v> StudyRowView<'v, rows::PlannedVisit> {
    /// The global id for this viewer.
    pub fn id(&self) -> String {
        self.view.id(NodeKind::PlannedVisit, self.rec.row.id)
    }

    /// The protocol's code.
    pub fn code(&self) -> &'v str {
        &self.rec.row.code
    }

    /// Its name.
    pub fn label(&self) -> &'v str {
        &self.rec.row.label
    }

    /// The study day that it aims at.
    pub fn target_day(&self) -> i32 {
        self.rec.row.target_day
    }

    /// Days before the target that the protocol allows.
    pub fn window_before(&self) -> i32 {
        self.rec.row.window_before
    }

    /// Days after the target that the protocol allows.
    pub fn window_after(&self) -> i32 {
        self.rec.row.window_after
    }

    /// What is done at the visit.
    pub fn procedures(&self) -> &'v [String] {
        &self.rec.row.procedures
    }
}

impl<'v> StudyRowView<'v, rows::StoppingRule> {
    /// The global id for this viewer.
    pub fn id(&self) -> String {
        self.view.id(NodeKind::StoppingRule, self.rec.row.id)
    }

    /// The rule's code.
    pub fn rule(&self) -> &'v str {
        &self.rec.row.rule
    }

    /// What it says.
    pub fn state(&self) -> RuleState {
        self.rec.row.state
    }

    /// The facts that it was judged on.
    pub fn facts(&self) -> &'v str {
        &self.rec.row.facts
    }
}
