//! Anything that has a global id.

use super::adverse_event::{AdverseEvent, AdverseEventCausality, AdverseEventGrade, DltAdjudication};
use super::assessment::Assessment;
use super::data_query::DataQuery;
use super::deviation::ProtocolDeviation;
use super::dose::Dose;
use super::dsmb::DataCut;
use super::lab::{AutoantibodyPanel, AutoantibodyResult, LabResult};
use super::medication::{IntercurrentEvent, Medication};
use super::proposal::Proposal;
use super::screening::{Consent, Disposition, EligibilityResult};
use super::site::{Cohort, Site};
use super::study::Study;
use super::subject::Subject;
use super::visit::Visit;
use study::view::{Found, SubjectView};
use uuid::Uuid;

/// A thing with a global id.
#[objects::interface(name = "Node", fields("id"))]
pub enum Node<'v> {
    /// A study.
    Study(Study),
    /// A site.
    Site(Site<'v>),
    /// A cohort.
    Cohort(Cohort<'v>),
    /// A subject.
    Subject(Subject<'v>),
    /// A visit.
    Visit(Visit<'v>),
    /// An assessment.
    Assessment(Assessment<'v>),
    /// An autoantibody panel.
    AutoantibodyPanel(AutoantibodyPanel<'v>),
    /// One analyte of a panel.
    AutoantibodyResult(AutoantibodyResult<'v>),
    /// A laboratory result.
    LabResult(LabResult<'v>),
    /// A dose.
    Dose(Dose<'v>),
    /// A medication.
    Medication(Medication<'v>),
    /// An adverse event.
    AdverseEvent(AdverseEvent<'v>),
    /// A grade of an adverse event.
    AdverseEventGrade(AdverseEventGrade<'v>),
    /// A judgement whether an agent caused an adverse event.
    AdverseEventCausality(AdverseEventCausality<'v>),
    /// A decision whether an adverse event was dose-limiting.
    DltAdjudication(DltAdjudication<'v>),
    /// An intercurrent event.
    IntercurrentEvent(IntercurrentEvent<'v>),
    /// A protocol deviation.
    ProtocolDeviation(ProtocolDeviation<'v>),
    /// A consent.
    Consent(Consent<'v>),
    /// What was found for one eligibility criterion.
    EligibilityResult(EligibilityResult<'v>),
    /// How a subject's participation ended.
    Disposition(Disposition<'v>),
    /// A query on data.
    DataQuery(DataQuery<'v>),
    /// An act that needs two persons, between them.
    Proposal(Proposal<'v>),
    /// A data cut of the safety board.
    DataCut(DataCut<'v>),
}

impl<'v> Node<'v> {
    /// The object of what an id named; the study itself is not among them, since whoever asks for it holds it.
    pub(crate) fn of(found: Found<'v>) -> Option<Node<'v>> {
        Some(match found {
            Found::Study => return None,
            Found::Site(view) => Node::Site(Site(view)),
            Found::Cohort(view) => Node::Cohort(Cohort::new(view)),
            Found::Subject(view) => Node::Subject(Subject(view)),
            Found::Visit(view) => Node::Visit(Visit(view)),
            Found::Assessment(view) => Node::Assessment(Assessment(view)),
            Found::AutoantibodyPanel(view) => Node::AutoantibodyPanel(AutoantibodyPanel(view)),
            Found::LabResult(view) => Node::LabResult(LabResult(view)),
            Found::Dose(view) => Node::Dose(Dose(view)),
            Found::Medication(view) => Node::Medication(Medication(view)),
            Found::AdverseEvent(view) => Node::AdverseEvent(AdverseEvent(view)),
            Found::IntercurrentEvent(view) => Node::IntercurrentEvent(IntercurrentEvent(view)),
            Found::ProtocolDeviation(view) => Node::ProtocolDeviation(ProtocolDeviation(view)),
            Found::AutoantibodyResult(view) => Node::AutoantibodyResult(AutoantibodyResult(view)),
            Found::AdverseEventGrade(view) => Node::AdverseEventGrade(AdverseEventGrade(view)),
            Found::AdverseEventCausality(view) => Node::AdverseEventCausality(AdverseEventCausality(view)),
            Found::DltAdjudication(view) => Node::DltAdjudication(DltAdjudication(view)),
            Found::Consent(view) => Node::Consent(Consent(view)),
            Found::EligibilityResult(view) => Node::EligibilityResult(EligibilityResult(view)),
            Found::Disposition(view) => Node::Disposition(Disposition(view)),
            Found::Finding(view) => Node::DataQuery(DataQuery(view)),
            Found::Proposal(view) => Node::Proposal(Proposal(view)),
            Found::DataCut(view) => Node::DataCut(DataCut(view)),
        })
    }

    /// The records of a subject that something was derived from, as far as its viewer may open them.
    pub(crate) fn all(subject: SubjectView<'v>, rows: &[Uuid]) -> Vec<Node<'v>> {
        let ids = subject.evidence(rows);
        ids.iter().filter_map(|id| subject.view().find(id)).filter_map(Node::of).collect()
    }
}
