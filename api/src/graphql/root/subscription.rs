//! What can be followed.
//!
//! A stream replays the ledger after a revision and then follows it. Each event is judged by the rights of its
//! delivery: the portal is asked anew before it, whatever held when the stream began.

use super::query::scope;
use crate::failure::{Code, Failure};
use crate::graphql::as_of::Instant;
use crate::graphql::object::ledger::rows;
use crate::graphql::object::subject::Subject;
use crate::graphql::scalar::{Id, Revision};
use crate::graphql::scope::Scope;
use async_graphql::registry::{MetaType, Registry};
use async_graphql::{Context, Error, Response, Result, Subscription, SubscriptionType};
use futures_util::Stream;
use futures_util::stream;
use ledger::StreamId;
use objects::{Coded, DateTime, Now, object, term};
use policy::{Act, DataGroup};
use std::borrow::Cow;
use std::collections::{BTreeSet, VecDeque};
use std::pin::Pin;
use store::{Page, Touching, TrailEntry};
use study::view::{NodeKind, TrailOf, TrailRow, View};
use tokio::sync::watch;
use uuid::Uuid;

/// Entries read from the ledger in one go.
const STEP: u64 = 100;

/// What a ledger entry is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Screening, consent, eligibility, enrolment, withdrawal.
    Subject,
    /// A visit.
    Visit,
    /// An assessment.
    Assessment,
    /// Laboratory and autoantibody results.
    Laboratory,
    /// A dose.
    Dose,
    /// A medication.
    Medication,
    /// Adverse events.
    AdverseEvent,
    /// A data cut.
    Cut,
    /// The study itself, and everything else.
    Study,
}

term! {
    /// What an event is about.
    pub EventKind for Kind as "EventKind" {
        /// A subject: screening, consent, eligibility, enrolment, intercurrent events, withdrawal.
        Subject = "SUBJECT",
        /// A visit.
        Visit = "VISIT",
        /// An assessment.
        Assessment = "ASSESSMENT",
        /// Laboratory or autoantibody results.
        Laboratory = "LABORATORY",
        /// A dose.
        Dose = "DOSE",
        /// A concomitant medication.
        Medication = "MEDICATION",
        /// An adverse event, its causality or its adjudication.
        AdverseEvent = "ADVERSE_EVENT",
        /// A data cut was released.
        Cut = "CUT",
        /// The study itself: sites, cohorts, proposals.
        Study = "STUDY",
    }
}

impl Kind {
    fn of(command: &str) -> Kind {
        let act = Act::ALL.iter().find(|act| act.as_str() == command);
        act.map_or(Kind::Study, |act| Kind::of_act(*act))
    }

    fn of_act(act: Act) -> Kind {
        match act {
            Act::ScreenSubject
            | Act::RecordIdentity
            | Act::RecordConsent
            | Act::RecordEligibility
            | Act::ConfirmEligibility
            | Act::EnrollSubject
            | Act::RecordIntercurrentEvent
            | Act::CorrectConsent
            | Act::CorrectIntercurrentEvent
            | Act::CorrectDisposition
            | Act::RecordProtocolDeviation
            | Act::ClassifyProtocolDeviation
            | Act::ReviewProtocolDeviations
            | Act::CorrectProtocolDeviation
            | Act::WithdrawSubject => Kind::Subject,
            Act::RecordVisit | Act::CorrectVisit => Kind::Visit,
            Act::RecordAssessment | Act::CorrectAssessment => Kind::Assessment,
            Act::RecordAutoantibodyPanel
            | Act::RecordLabResults
            | Act::CorrectAutoantibodyPanel
            | Act::CorrectAutoantibodyResult
            | Act::CorrectLabResult => Kind::Laboratory,
            Act::RecordDose | Act::CorrectDose => Kind::Dose,
            Act::RecordMedication | Act::CorrectMedication => Kind::Medication,
            Act::ReportAdverseEvent
            | Act::CorrectAdverseEvent
            | Act::CorrectAdverseEventGrade
            | Act::FollowAdverseEvent
            | Act::AssessSponsorCausality
            | Act::AdjudicateDlt => Kind::AdverseEvent,
            Act::CreateDataCut => Kind::Cut,
            Act::AddPerson
            | Act::DisablePerson
            | Act::InvitePerson
            | Act::SignOutPerson
            | Act::ReviewMembership
            | Act::GrantMembership
            | Act::EndMembership
            | Act::ProposeMembership
            | Act::ApproveMembership
            | Act::RejectMembership
            | Act::AddServiceClient
            | Act::ChangeClientKeys
            | Act::ChangeSetting
            | Act::RegisterStudy
            | Act::AddSite
            | Act::OpenCohort
            | Act::ProposeRedaction
            | Act::ProposeIdentityErasure
            | Act::ApproveProposal
            | Act::RejectProposal => Kind::Study,
        }
    }
}

/// One entry of the ledger as it concerns whoever follows the study.
#[object(name = "StudyEvent", gate = open)]
impl StudyEvent {
    /// The entry's revision: pass the last one received as `after` to go on without a gap.
    #[group(Envelope)]
    fn revision(&self) -> Revision {
        Revision(self.revision)
    }
    /// When the entry was made.
    #[group(Envelope)]
    fn at(&self) -> DateTime {
        DateTime(self.at)
    }
    /// What it is about.
    #[group(Envelope)]
    fn kind(&self) -> Coded<EventKind> {
        Coded(self.kind)
    }
    /// The command's name.
    #[group(Envelope)]
    fn command(&self) -> &str {
        &self.command
    }
    /// Subjects in your scope that changed, or whose records did, as they stand at delivery.
    #[group(Subjects)]
    fn subjects(&self) -> Vec<Subject<'_>> {
        self.subjects.iter().filter_map(|row| self.view.subject_by_row(*row)).map(Subject).collect()
    }
    /// Global ids of the records that changed, as far as you may see them.
    #[group(Envelope)]
    fn ids(&self) -> Vec<Id> {
        self.ids.iter().cloned().map(Id).collect()
    }
}

/// An entry as one viewer may hear of it.
pub struct StudyEvent {
    view: View,
    revision: u64,
    at: chrono::DateTime<chrono::Utc>,
    kind: Kind,
    command: String,
    subjects: Vec<Uuid>,
    ids: Vec<String>,
}

impl StudyEvent {
    /// What the viewer may hear of an entry; none when nothing.
    fn of(view: View, entry: &TrailEntry) -> Option<StudyEvent> {
        let named = rows(TrailOf::Open, entry);
        // Who reads no trail hears of the records that they can open; the board of released cuts and of nothing else.
        let told: Vec<(&TrailRow<'_>, Option<String>)> = match view.show_trail(TrailOf::Open, &named) {
            Some(shown) => {
                let shown = shown.into_iter().filter_map(|at| named.get(at));
                shown.map(|row| (row, view.trail_id(row))).collect()
            }
            None if view.is_board() => Vec::new(),
            None => named.iter().filter_map(|row| Some((row, Some(view.record_id(row)?)))).collect(),
        };
        let mut ids: BTreeSet<String> = told.iter().filter_map(|(_, id)| id.clone()).collect();
        if view.is_board() {
            ids.insert(view.show_release(&named)?);
        }
        // An entry of which nothing is seen would say only that something happened.
        if told.is_empty() && ids.is_empty() {
            return None;
        }
        let subjects: BTreeSet<Uuid> = told.iter().filter_map(|(row, _)| row.subject).collect();
        let (subjects, ids) = (subjects.into_iter().collect(), ids.into_iter().collect());
        let header = &entry.header;
        Some(StudyEvent {
            view,
            revision: header.revision.0,
            at: header.at,
            kind: Kind::of(&header.command),
            command: header.command.clone(),
            subjects,
            ids,
        })
    }
}

/// A stream while it runs.
struct Following {
    scope: Scope,
    study: Uuid,
    kinds: Option<Vec<Kind>>,
    /// Everything up to here was judged or waits in `read`.
    after: u64,
    read: VecDeque<TrailEntry>,
    tail: watch::Receiver<u64>,
}

impl Following {
    /// The next event; none when the store goes away.
    async fn next(&mut self) -> Result<Option<StudyEvent>, Failure> {
        loop {
            while let Some(entry) = self.read.pop_front() {
                if let Some(event) = self.judge(&entry).await? {
                    return Ok(Some(event));
                }
            }
            // Marked as seen before the ledger is read, so that no entry falls between the two.
            self.tail.borrow_and_update();
            let page = Page { after: Some(self.after), before: None, limit: STEP, newest_first: false };
            let stream = StreamId::Open(self.study);
            let read = self.scope.app().store.entries(stream, page, Touching::Anything).await?;
            match read.last() {
                Some(last) => {
                    self.after = last.header.revision.0;
                    self.read = read.into();
                }
                None if self.tail.changed().await.is_err() => return Ok(None),
                None => {}
            }
        }
    }

    async fn judge(&self, entry: &TrailEntry) -> Result<Option<StudyEvent>, Failure> {
        let kind = Kind::of(&entry.header.command);
        if self.kinds.as_ref().is_some_and(|kinds| !kinds.contains(&kind)) {
            return Ok(None);
        }
        let scope = self.scope.renew().await?;
        match scope.study(self.study, &Instant::Live).await? {
            Some(view) => Ok(StudyEvent::of(view, entry)),
            None => Err(Failure::new(Code::NotFound, "there is no such study")),
        }
    }
}

/// What can be followed.
pub struct Subscription;

/// The data groups of the streams. The library's own macro takes no tags on a stream, so they are put on when the
/// type is registered; one that is missing here is found by the test of tags.
const GROUPS: [(&str, DataGroup); 1] = [("studyEvents", DataGroup::Envelope)];

impl SubscriptionType for Subscription {
    fn type_name() -> Cow<'static, str> {
        Streams::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        let qualified = Streams::create_type_info(registry);
        if let Some(MetaType::Object { fields, .. }) = registry.types.get_mut(&*Self::type_name()) {
            for (name, group) in GROUPS {
                if let Some(field) = fields.get_mut(name) {
                    field.tags = vec![group.as_str().to_owned()];
                }
            }
        }
        qualified
    }

    fn create_field_stream<'a>(
        &'a self,
        cx: &'a Context<'_>,
    ) -> Option<Pin<Box<dyn Stream<Item = Response> + Send + 'a>>> {
        Streams.create_field_stream(cx)
    }
}

/// The streams themselves.
struct Streams;

/// Everything that can be followed.
#[Subscription(name = "Subscription")]
impl Streams {
    /// What happens in a study: first what happened after a revision, in order, then each entry as it is made, as
    /// far as you may see it when it is delivered. The safety board hears of released cuts alone.
    async fn study_events(
        &self,
        cx: &Context<'_>,
        #[graphql(desc = "The study's global id.")] study: async_graphql::ID,
        #[graphql(desc = "Only what came after this revision; only what is to come unless given.")]
        after: Option<Revision>,
        #[graphql(desc = "Only events of these kinds; all unless given.")] kinds: Option<
            Vec<Coded<EventKind>>,
        >,
    ) -> Result<impl Stream<Item = Result<Now<StudyEvent>>> + 'static> {
        let kinds = kinds.map(|kinds| kinds.into_iter().map(|kind| kind.0).collect());
        let following = follow(scope(cx)?, &study, after, kinds).await?;
        Ok(stream::unfold(Some(following), |following| async move {
            let mut following = following?;
            match following.next().await {
                Ok(Some(event)) => Some((Ok(Now(event)), Some(following))),
                Ok(None) => None,
                // The stream ends with what went wrong: the caller goes on after the last revision received.
                Err(failure) => Some((Err(Error::from(failure)), None)),
            }
        }))
    }
}

async fn follow(
    scope: &Scope,
    study: &str,
    after: Option<Revision>,
    kinds: Option<Vec<Kind>>,
) -> Result<Following, Failure> {
    let view = scope.study_of(study).await?;
    let is_board = view.as_ref().is_some_and(study::View::is_board);
    let row =
        view.and_then(|view| view.resolve(NodeKind::Study, study).filter(|row| *row == view.study_row()));
    let row = row.ok_or_else(|| Failure::new(Code::NotFound, "there is no such study"))?;
    let store = &scope.app().store;
    // Before the head is read, so that what comes between is told.
    let tail = store.tail(row);
    let newest = store.study(row).await?.open().revision.0;
    let after = after.map_or(newest, |after| after.0);
    // How far the live ledger has come is not for the board to know: by trying revisions it could find out.
    if after > newest && !is_board {
        return Err(Failure::bad_input(format!(
            "`after` is {after}, which the study's ledger has not reached"
        )));
    }
    Ok(Following { scope: scope.clone(), study: row, kinds, after, read: VecDeque::new(), tail })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_has_one_kind() {
        assert_eq!(Kind::of("recordDose"), Kind::Dose);
        assert_eq!(Kind::of("createDataCut"), Kind::Cut);
        assert_eq!(Kind::of("redact"), Kind::Study);
    }
}
