//! How long a subject was in a state that is judged at visits.

use super::masked::MaskedDate;
use super::node::Node;
use super::rule::RuleVersion;
use crate::graphql::scalar::VisitCode;
use crate::graphql::term::Coded;
use derivation::endpoint::duration;
use objects::{Stated, object};
use policy::DataGroup;
use study::derived::{State, TimeInState as Held, VisitState as HeldVisit};
use study::terms::{Outcome, ReasonCode};
use study::view::{Shown, SubjectView, ValueState};

/// How long and how lastingly a subject was in a state. What was found at a visit holds until the next one; the time after a
/// visit that is not evaluable counts for nothing, and time ends with the last visit at which anything was assessed.
#[object(name = "TimeInState", stated, gate = open)]
impl<'v> TimeInState<'v> {
    /// Whether there is an answer, and if not, why.
    #[group(Envelope)]
    fn state(&self) -> Coded<ValueState> {
        Coded(self.shown.state)
    }
    /// Days from visits at which the state held to the next ones.
    #[group(Envelope)]
    fn days_in_state(&self) -> Option<i32> {
        Some(days(self.held()?.time.days_in_state))
    }
    /// Days from visits at which the state could be judged to the next ones.
    #[group(Envelope)]
    fn days_observed(&self) -> Option<i32> {
        Some(days(self.held()?.time.days_observed))
    }
    /// Days in the state out of days observed; none when nothing was observed.
    #[group(Envelope)]
    fn fraction(&self) -> Option<f64> {
        self.held()?.fraction()
    }
    /// Whether the days in the state are at least the protocol's part of those observed: with a half, LLDAS-50.
    #[group(Envelope)]
    fn at_least_part(&self) -> Option<Coded<Outcome>> {
        Some(Coded(Outcome::from(self.held()?.at_least_part)))
    }
    /// Whether the state held at two or more consecutive planned visits, as many days apart as the protocol asks for.
    #[group(Envelope)]
    fn sustained(&self) -> Option<Coded<Outcome>> {
        Some(Coded(Outcome::from(self.held()?.sustained)))
    }
    /// When the state was first reached; none when no visit could be judged.
    #[group(Envelope)]
    fn first(&self) -> Option<FirstTime<'v>> {
        let (reached, on) = self.held()?.first?;
        Some(FirstTime { subject: self.subject?, reached, on })
    }
    /// The planned visits at which the state is judged, in order of time.
    #[group(Envelope)]
    fn visits(&self) -> Option<Vec<VisitState<'v>>> {
        let (subject, held) = (self.subject?, self.held()?);
        Some(held.visits.iter().map(|visit| VisitState { subject, held: visit.clone() }).collect())
    }
    /// Why no time was observed.
    #[group(Envelope)]
    fn reason(&self) -> Option<Coded<ReasonCode>> {
        self.held()?.reason.map(|reason| Coded(ReasonCode::from(reason)))
    }
    /// The records that it was derived from.
    #[group(Envelope)]
    fn evidence(&self) -> Option<Vec<Node<'v>>> {
        Some(Node::all(self.subject?, &self.held()?.evidence))
    }
    /// The rule that answered, with its version and parameters.
    #[group(Envelope)]
    fn rule(&self) -> Option<RuleVersion> {
        self.held()?;
        Some(RuleVersion(self.subject?.rule(&duration::RULE)))
    }
}

/// The time of a subject in a state.
pub struct TimeInState<'v> {
    subject: Option<SubjectView<'v>>,
    shown: Shown<Held>,
}

impl<'v> TimeInState<'v> {
    pub(crate) fn new(subject: SubjectView<'v>, state: State) -> TimeInState<'v> {
        TimeInState { subject: Some(subject), shown: subject.time_in_state(state) }
    }

    fn held(&self) -> Option<&Held> {
        self.shown.value.as_ref()
    }
}

fn days(days: i64) -> i32 {
    i32::try_from(days).unwrap_or(i32::MAX)
}

impl Stated for TimeInState<'_> {
    fn masked() -> Self {
        TimeInState { subject: None, shown: Shown::masked() }
    }
}

/// When a state was first reached, or up to when it was not.
#[object(name = "FirstTimeInState", gate = open)]
impl FirstTime<'_> {
    /// Whether it was reached.
    #[group(Envelope)]
    fn reached(&self) -> bool {
        self.reached
    }
    /// The first visit at which the state held; when it was not reached, the last one at which it could be judged.
    #[group(Envelope)]
    fn on(&self) -> MaskedDate {
        MaskedDate(self.subject.show_day(Some(self.on)))
    }
}

/// When a state was first reached.
pub struct FirstTime<'v> {
    subject: SubjectView<'v>,
    reached: bool,
    on: chrono::NaiveDate,
}

/// A state at a planned visit.
#[object(name = "VisitState", gate = open)]
impl VisitState<'_> {
    /// The planned visit.
    #[group(Envelope)]
    fn visit(&self) -> VisitCode {
        VisitCode(self.held.visit.clone())
    }
    /// The day of the visit's assessment; without one the day that the protocol aims at.
    #[group(Envelope)]
    fn on(&self) -> MaskedDate {
        MaskedDate(self.subject.show_day(Some(self.held.on)))
    }
    /// Whether anything was assessed.
    #[group(Envelope)]
    fn assessed(&self) -> bool {
        self.held.assessed
    }
    /// Whether the state held.
    #[group(Envelope)]
    fn outcome(&self) -> Coded<Outcome> {
        Coded(Outcome::from(self.held.state))
    }
}

/// A state at a visit.
pub struct VisitState<'v> {
    subject: SubjectView<'v>,
    held: HeldVisit,
}
