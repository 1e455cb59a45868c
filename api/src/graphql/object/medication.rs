//! Medications, the glucocorticoid dose that they come to, and intercurrent events.

use super::gated_by_subject;
use super::masked::{MaskedDate, MaskedPartialDate, MaskedText};
use super::node::Node;
use super::rule::RuleVersion;
use crate::graphql::scalar::{Decimal, Id, Revision};
use crate::graphql::term::Coded;
use chrono::NaiveDate;
use derivation::medication::prednisone_equivalent;
use objects::{Stated, object};
use policy::DataGroup;
use study::derived::SteroidDose;
use study::terms::{DoseUnknownReason, Frequency, Indication, IntercurrentEventKind, MedicationClass, Route};
use study::view::{IntercurrentEventView, MedicationView, Shown, SubjectView, ValueState};

/// A concomitant medication.
#[object(name = "Medication", implements("Node"))]
impl Medication<'_> {
    /// The global id.
    #[group(Envelope)]
    fn id(&self) -> Id {
        Id(self.0.id())
    }
    /// The drug's generic name. The safety board reads none that holds an identifier of the subject.
    #[group(Medication)]
    fn drug(&self) -> Option<&str> {
        self.0.drug()
    }
    /// The drug's class in the endpoints' rules.
    #[group(Medication)]
    fn class(&self) -> Option<Coded<MedicationClass>> {
        Some(Coded(self.0.class()))
    }
    /// A single dose.
    #[group(Medication)]
    fn dose(&self) -> Option<Decimal> {
        self.0.dose().map(Decimal)
    }
    /// The dose's unit.
    #[group(Medication)]
    fn unit(&self) -> Option<&str> {
        self.0.unit()
    }
    /// How it is given.
    #[group(Medication)]
    fn route(&self) -> Option<Coded<Route>> {
        Some(Coded(self.0.route()))
    }
    /// How often it is given.
    #[group(Medication)]
    fn frequency(&self) -> Option<Coded<Frequency>> {
        self.0.frequency().map(Coded)
    }
    /// First day.
    #[group(Medication)]
    fn start(&self) -> MaskedPartialDate {
        MaskedPartialDate(self.0.start())
    }
    /// Last day.
    #[group(Medication)]
    fn end(&self) -> MaskedPartialDate {
        MaskedPartialDate(self.0.end())
    }
    /// Whether it went on when last asked.
    #[group(Medication)]
    fn ongoing(&self) -> Option<bool> {
        Some(self.0.ongoing())
    }
    /// What it is given for.
    #[group(Medication)]
    fn indication(&self) -> Option<Coded<Indication>> {
        Some(Coded(self.0.indication()))
    }
    /// Revision of the medication's own last change, for `expectedRevision`.
    #[group(Envelope)]
    fn revision(&self) -> Revision {
        Revision(self.0.revision())
    }
}

/// A medication.
pub struct Medication<'v>(pub MedicationView<'v>);

/// An event that decides how an endpoint is read (ICH E9(R1)).
#[object(name = "IntercurrentEvent", implements("Node"))]
impl IntercurrentEvent<'_> {
    /// The global id.
    #[group(Envelope)]
    fn id(&self) -> Id {
        Id(self.0.id())
    }
    /// What happened.
    #[group(IntercurrentEvents)]
    fn kind(&self) -> Option<Coded<IntercurrentEventKind>> {
        Some(Coded(self.0.kind()))
    }
    /// When it happened.
    #[group(IntercurrentEvents)]
    fn occurred_on(&self) -> MaskedDate {
        MaskedDate(self.0.occurred_on())
    }
    /// For how many days, where that matters.
    #[group(IntercurrentEvents)]
    fn days(&self) -> Option<i32> {
        self.0.days()
    }
    /// A note.
    #[group(IntercurrentEvents)]
    fn note(&self) -> MaskedText {
        MaskedText::of(self.0.note())
    }
    /// Revision of the event's own last change, for `expectedRevision`.
    #[group(Envelope)]
    fn revision(&self) -> Revision {
        Revision(self.0.revision())
    }
}

/// An intercurrent event.
pub struct IntercurrentEvent<'v>(pub IntercurrentEventView<'v>);

gated_by_subject!(Medication, IntercurrentEvent);

/// An average daily glucocorticoid dose as prednisone.
#[object(name = "DailyDose", stated, gate = open)]
impl<'v> DailyDose<'v> {
    /// Whether the dose is known, and if not, why.
    #[group(Envelope)]
    fn state(&self) -> Coded<ValueState> {
        Coded(self.shown.state)
    }
    /// Milligrams of prednisone a day.
    #[group(Envelope)]
    fn mg_per_day(&self) -> Option<Decimal> {
        self.held()?.dose.map(|dose| Decimal::from(dose.mg_per_day()))
    }
    /// Why the dose is unknown.
    #[group(Envelope)]
    fn reason(&self) -> Option<Coded<DoseUnknownReason>> {
        self.held()?.unknown.map(|why| Coded(DoseUnknownReason::from(why)))
    }
    /// First day of the window.
    #[group(Envelope)]
    fn from(&self) -> MaskedDate {
        self.day(|held| held.from)
    }
    /// Last day of the window.
    #[group(Envelope)]
    fn to(&self) -> MaskedDate {
        self.day(|held| held.to)
    }
    /// The subject's glucocorticoids, of which those that touch the window count.
    #[group(Envelope)]
    fn evidence(&self) -> Option<Vec<Node<'v>>> {
        Some(Node::all(self.subject?, &self.held()?.evidence))
    }
    /// The rule that answered, with its version and parameters.
    #[group(Envelope)]
    fn rule(&self) -> Option<RuleVersion> {
        self.held()?;
        Some(RuleVersion(self.subject?.rule(&prednisone_equivalent::RULE)))
    }
}

/// A glucocorticoid dose.
pub struct DailyDose<'v> {
    subject: Option<SubjectView<'v>>,
    shown: Shown<SteroidDose>,
}

impl<'v> DailyDose<'v> {
    pub(crate) fn new(subject: SubjectView<'v>, shown: Shown<SteroidDose>) -> DailyDose<'v> {
        DailyDose { subject: Some(subject), shown }
    }

    fn held(&self) -> Option<&SteroidDose> {
        self.shown.value.as_ref()
    }

    fn day(&self, of: impl Fn(&SteroidDose) -> NaiveDate) -> MaskedDate {
        match (self.subject, self.held()) {
            (Some(subject), Some(held)) => MaskedDate(subject.show_day(Some(of(held)))),
            (Some(_) | None, Some(_) | None) => MaskedDate::masked(),
        }
    }
}

impl Stated for DailyDose<'_> {
    fn masked() -> Self {
        DailyDose { subject: None, shown: Shown::masked() }
    }
}
