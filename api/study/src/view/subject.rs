//! A subject in scope.

use super::rights::{Rights, Sight};
use super::rows::{
    AdverseEventView, AssessmentView, AutoantibodyPanelView, CohortView, ConsentView, DispositionView,
    DoseView, EligibilityResultView, IntercurrentEventView, LabResultView, MedicationView,
    ProtocolDeviationView, RowView, Shows, SiteView, StudyRowView, VisitView,
};
use super::shown::{Shown, ShownDate, ShownPartialDate, ValueState};
use super::trail::{Read, ReadKind};
use super::{NodeKind, View, lens, zone};
use crate::snapshot::tables::{Table, find};
use crate::snapshot::{Subject, SubjectRows};
use chrono::{Datelike, NaiveDate};
use chrono_tz::Tz;
use entity::PartialText;
use entity::terms::{Sex, SubjectStatus};
use policy::{Act, DataGroup, Identity, Membership};
use std::borrow::Cow;
use std::sync::Arc;
use uuid::Uuid;

/// A subject in the viewer's scope.
#[derive(Clone, Copy)]
pub struct SubjectView<'v> {
    view: &'v View,
    subject: &'v Arc<Subject>,
    rights: &'v Rights,
}

/// A subject's direct identifiers, each as far as the viewer may read it.
#[derive(Clone, Debug, PartialEq)]
pub struct IdentityView {
    /// Initials.
    pub initials: Shown<String>,
    /// Full name.
    pub name: Shown<String>,
    /// Birth date.
    pub birth_date: Shown<NaiveDate>,
    /// The hospital's record number.
    pub hospital_number: Shown<String>,
    /// National id number.
    pub national_id: Shown<String>,
    /// Telephone number.
    pub telephone: Shown<String>,
}

impl<'v> SubjectView<'v> {
    pub(super) fn new(view: &'v View, subject: &'v Arc<Subject>, rights: &'v Rights) -> SubjectView<'v> {
        SubjectView { view, subject, rights }
    }

    /// The view that it is seen through.
    pub fn view(&self) -> &'v View {
        self.view
    }

    pub(crate) fn subject(&self) -> &'v Arc<Subject> {
        self.subject
    }

    pub(crate) fn rows(&self) -> &'v SubjectRows {
        &self.subject.rows
    }

    /// What the viewer sees of a data group of this subject.
    pub fn sight(&self, group: DataGroup) -> Sight {
        self.rights.sight(group)
    }

    /// Whether the viewer sees values of a data group of this subject.
    pub fn sees(&self, group: DataGroup) -> bool {
        self.sight(group).sees_rows()
    }

    /// Whether the viewer sees values of every one of some groups.
    pub fn sees_all(&self, groups: &[DataGroup]) -> bool {
        groups.iter().all(|group| self.sees(*group))
    }

    /// The grant that allows an act on this subject.
    pub fn allows(&self, act: Act) -> Option<&'v Membership> {
        self.view.allows(act, Some(self.site_row()))
    }

    /// The subject's id inside the system.
    pub fn row_id(&self) -> Uuid {
        self.subject.id()
    }

    /// The global id for this viewer.
    pub fn id(&self) -> String {
        self.view.id(NodeKind::Subject, self.subject.id())
    }

    /// The code that this viewer knows the subject under: for the board a pseudonym.
    pub fn code(&self) -> Cow<'v, str> {
        if self.view.is_board() {
            Cow::Owned(lens::pseudonym(&self.view.lens().keys, self.subject.id()))
        } else {
            Cow::Borrowed(&self.subject.row.row.code)
        }
    }

    /// Where the subject stands in the study.
    pub fn status(&self) -> SubjectStatus {
        self.subject.row.status
    }

    /// The revision of the subject's own last change; for the board that of the cut.
    pub fn revision(&self) -> u64 {
        self.view.shown_revision(self.subject.row.revision)
    }

    /// The site's id inside the system.
    pub fn site_row(&self) -> Uuid {
        self.subject.row.site_id
    }

    /// The subject's site.
    pub fn site(&self) -> Option<SiteView<'v>> {
        let rec = find(&self.view.snapshot().rows.sites, self.site_row())?;
        Some(StudyRowView::new(self.view, rec))
    }

    /// The zone of the subject's site.
    pub fn zone(&self) -> Tz {
        find(&self.view.snapshot().rows.sites, self.site_row()).map_or(Tz::UTC, |site| zone(&site.time_zone))
    }

    /// Today at the subject's site; the cut-off when a cut was applied.
    pub fn today(&self) -> NaiveDate {
        self.view.today(self.zone())
    }

    /// The subject's cohort.
    pub fn cohort(&self) -> Shown<CohortView<'v>> {
        if !self.sees(DataGroup::Dosing) {
            return Shown::masked();
        }
        let allocation = self.rows().allocations.first();
        let cohort = allocation.and_then(|rec| find(&self.view.snapshot().rows.cohorts, rec.cohort_id));
        Shown::of(cohort.map(|rec| StudyRowView::new(self.view, rec)))
    }

    /// The day of the first dose of the investigational product. Of the dose group only that it took place,
    /// which visits show as well.
    pub fn first_dose_on(&self) -> ShownDate {
        if !self.sees(DataGroup::DoseReceived) {
            return ShownDate::MASKED;
        }
        self.date(self.subject.first_dose_on())
    }

    /// A date of this subject as the viewer may see it.
    pub(crate) fn date(&self, date: Option<NaiveDate>) -> ShownDate {
        self.view.show_date(date, self.subject.first_dose_on())
    }

    /// A partial date of this subject as the viewer may see it.
    pub(crate) fn partial(&self, date: Option<&PartialText>) -> ShownPartialDate {
        self.view.show_partial(date, self.subject.first_dose_on())
    }

    /// When the subject was taken into screening.
    pub fn screened_on(&self) -> ShownDate {
        self.date(Some(self.subject.row.screened_on))
    }

    /// Through which day the subject's protocol deviations are recorded and classified.
    pub fn deviations_reviewed_through(&self) -> ShownDate {
        if !self.sees(DataGroup::ProtocolDeviations) {
            return ShownDate::MASKED;
        }
        let through = self.rows().deviation_reviews.first().map(|it| it.through);
        // The sponsor's day, often one for all: by study days it would tell the board how far apart subjects were treated.
        match through {
            Some(_) if self.view().is_board() => {
                ShownDate { state: ValueState::Suppressed, date: None, study_day: None }
            }
            through => self.date(through),
        }
    }

    /// When the subject was enrolled.
    pub fn enrolled_on(&self) -> ShownDate {
        self.date(self.subject.row.enrolled_on)
    }

    /// When every eligibility criterion was confirmed.
    pub fn eligibility_confirmed_on(&self) -> ShownDate {
        if !self.sees(DataGroup::Eligibility) {
            return ShownDate::MASKED;
        }
        self.date(self.subject.row.eligibility_confirmed_on)
    }

    /// Years of age at screening, in full years of the calendar; the board sees the band alone.
    pub fn age(&self) -> Shown<i32> {
        if self.sight(DataGroup::Age) != Sight::Clear {
            return Shown::masked();
        }
        Shown::of(Some(self.years()))
    }

    fn years(&self) -> i32 {
        self.subject.row.screened_on.year() - self.subject.row.birth_year
    }

    /// The age in bands: 18-29, then tens.
    pub fn age_band(&self) -> Option<String> {
        self.sees(DataGroup::Age).then(|| match self.years() {
            years if years < 18 => "0-17".to_owned(),
            years if years < 30 => "18-29".to_owned(),
            years if years >= 90 => "90+".to_owned(),
            years => format!("{}-{}", years / 10 * 10, years / 10 * 10 + 9),
        })
    }

    /// Sex.
    pub fn sex(&self) -> Shown<Sex> {
        if !self.sees(DataGroup::Age) {
            return Shown::masked();
        }
        Shown::of(Some(self.subject.row.sex))
    }

    /// Direct identifiers, each under its own group; whoever reads one is written to the access log.
    pub fn identity(&self) -> Shown<IdentityView> {
        let groups = [DataGroup::Initials, DataGroup::BirthDate, DataGroup::HospitalLink];
        if groups.iter().all(|group| self.sight(*group) != Sight::Clear) {
            return Shown::masked();
        }
        let lens = self.view.lens();
        lens.trail.note(Read {
            kind: ReadKind::Identity,
            study: self.view.snapshot().study(),
            row: self.subject.id(),
            membership: self.view.membership().map(|grant| grant.id),
        });
        let identity = lens.vault.open(self.view.snapshot().study(), self.subject.id());
        Shown::of(identity.map(|identity| self.show_identity(identity)))
    }

    fn show_identity(&self, identity: Identity) -> IdentityView {
        let clear = |group| self.sight(group) == Sight::Clear;
        let text = |group, value| if clear(group) { Shown::of(value) } else { Shown::masked() };
        IdentityView {
            initials: text(DataGroup::Initials, identity.initials),
            name: text(DataGroup::HospitalLink, identity.name),
            birth_date: if clear(DataGroup::BirthDate) {
                Shown::of(identity.birth_date)
            } else {
                Shown::masked()
            },
            hospital_number: text(DataGroup::HospitalLink, identity.hospital_number),
            national_id: text(DataGroup::HospitalLink, identity.national_id),
            telephone: text(DataGroup::HospitalLink, identity.telephone),
        }
    }

    fn list<T: Shows>(
        &self,
        table: &'v Table<T>,
    ) -> Option<impl DoubleEndedIterator<Item = RowView<'v, T>> + use<'v, T>> {
        let subject = *self;
        self.sees(T::GROUP).then(|| table.iter().map(move |rec| RowView::new(subject, rec)))
    }

    pub(super) fn visit_row(&self, id: Uuid) -> Option<VisitView<'v>> {
        find(&self.rows().visits, id).map(|rec| RowView::new(*self, rec))
    }
}

impl<'v> SubjectView<'v> {
    /// Laboratory results in order of time, each by its own group: those that could give away the treatment of a masked
    /// study, and the others. None when both are kept from the viewer.
    pub fn lab_results(&self) -> Option<impl DoubleEndedIterator<Item = LabResultView<'v>> + use<'v>> {
        let subject = *self;
        let groups = [DataGroup::LabResults, DataGroup::UnmaskingResults];
        let results = self.rows().lab_results.iter().map(move |rec| RowView::new(subject, rec));
        let read = move |result: &LabResultView<'v>| subject.sees(result.group());
        groups.iter().any(|group| self.sees(*group)).then(|| results.filter(read))
    }
}

impl LabResultView<'_> {
    /// The data group that the result belongs to.
    pub fn group(&self) -> DataGroup {
        if crate::command::conduct::is_unmasking(self.analyte()) {
            DataGroup::UnmaskingResults
        } else {
            DataGroup::LabResults
        }
    }
}

macro_rules! lists {
    ($($(#[doc = $doc:literal])+ $name:ident: $view:ident from $table:ident;)+) => {
        impl<'v> SubjectView<'v> {
            $($(#[doc = $doc])+ /// None when kept from the viewer.
            pub fn $name(&self) -> Option<impl DoubleEndedIterator<Item = $view<'v>> + use<'v>> {
                self.list(&self.rows().$table)
            })+
        }
    };
}

lists! {
    /// Visits in order of time.
    visits: VisitView from visits;
    /// Assessments in order of time.
    assessments: AssessmentView from assessments;
    /// Autoantibody panels in order of time.
    autoantibody_panels: AutoantibodyPanelView from autoantibody_panels;
    /// Doses in order of time.
    doses: DoseView from doses;
    /// Medications in order of their start.
    medications: MedicationView from medications;
    /// Adverse events in order of onset.
    adverse_events: AdverseEventView from adverse_events;
    /// Intercurrent events in order of time.
    intercurrent_events: IntercurrentEventView from intercurrent_events;
    /// Protocol deviations in order of time.
    protocol_deviations: ProtocolDeviationView from protocol_deviations;
    /// Consents in order of time.
    consents: ConsentView from consents;
    /// Results of eligibility criteria.
    eligibility_results: EligibilityResultView from eligibility_results;
    /// How participation ended, if it did.
    dispositions: DispositionView from dispositions;
}
