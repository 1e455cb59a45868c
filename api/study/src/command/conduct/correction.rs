//! What can be corrected, kind by kind: the act that it is, and how the record is found.

use super::{
    DeviationFields, DoseFields, IntercurrentEventFields, LabFields, MedicationFields, PanelFields,
    PanelResult, VisitFields,
};
use crate::command::enrolment::{ConsentFields, DispositionFields};
use crate::command::safety::{AdverseEventFields, GradeSince};
use crate::view::View;
use policy::{Act, Kind};
use serde::Serialize;
use uuid::Uuid;

/// What a record shall say, whole. Each names the record by its id.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Correction {
    /// A consent.
    Consent(Uuid, ConsentFields),
    /// A visit.
    Visit(Uuid, VisitFields),
    /// An autoantibody panel, its results aside.
    Panel(Uuid, PanelFields),
    /// A result of an autoantibody panel.
    PanelResult(Uuid, PanelResult),
    /// A laboratory result.
    LabResult(Uuid, LabFields),
    /// A dose.
    Dose(Uuid, DoseFields),
    /// A medication.
    Medication(Uuid, MedicationFields),
    /// An adverse event, its grades and causalities aside.
    AdverseEvent(Uuid, AdverseEventFields),
    /// A grade of an adverse event.
    Grade(Uuid, GradeSince),
    /// An intercurrent event.
    IntercurrentEvent(Uuid, IntercurrentEventFields),
    /// A protocol deviation.
    Deviation(Uuid, DeviationFields),
    /// How participation ended.
    Disposition(Uuid, DispositionFields),
}

impl Correction {
    /// The act that it is.
    pub const fn act(&self) -> Act {
        match self {
            Correction::Consent(..) => Act::CorrectConsent,
            Correction::Visit(..) => Act::CorrectVisit,
            Correction::Panel(..) => Act::CorrectAutoantibodyPanel,
            Correction::PanelResult(..) => Act::CorrectAutoantibodyResult,
            Correction::LabResult(..) => Act::CorrectLabResult,
            Correction::Dose(..) => Act::CorrectDose,
            Correction::Medication(..) => Act::CorrectMedication,
            Correction::AdverseEvent(..) => Act::CorrectAdverseEvent,
            Correction::Grade(..) => Act::CorrectAdverseEventGrade,
            Correction::IntercurrentEvent(..) => Act::CorrectIntercurrentEvent,
            Correction::Deviation(..) => Act::CorrectProtocolDeviation,
            Correction::Disposition(..) => Act::CorrectDisposition,
        }
    }

    /// The record.
    pub(crate) const fn record(&self) -> Uuid {
        match self {
            Correction::Consent(id, _)
            | Correction::Visit(id, _)
            | Correction::Panel(id, _)
            | Correction::PanelResult(id, _)
            | Correction::LabResult(id, _)
            | Correction::Dose(id, _)
            | Correction::Medication(id, _)
            | Correction::AdverseEvent(id, _)
            | Correction::Grade(id, _)
            | Correction::IntercurrentEvent(id, _)
            | Correction::Deviation(id, _)
            | Correction::Disposition(id, _) => *id,
        }
    }

    /// The input's field that names the record.
    pub(super) const fn place(&self) -> &'static str {
        match self {
            Correction::Consent(..) => "consent",
            Correction::Visit(..) => "visit",
            Correction::Panel(..) => "panel",
            Correction::PanelResult(..) => "autoantibodyResult",
            Correction::LabResult(..) => "labResult",
            Correction::Dose(..) => "dose",
            Correction::Medication(..) => "medication",
            Correction::AdverseEvent(..) => "adverseEvent",
            Correction::Grade(..) => "adverseEventGrade",
            Correction::IntercurrentEvent(..) => "intercurrentEvent",
            Correction::Deviation(..) => "deviation",
            Correction::Disposition(..) => "disposition",
        }
    }

    /// What the record is called when it is not there.
    pub(super) const fn kind(&self) -> Kind {
        match self {
            Correction::Visit(..) => Kind::Visit,
            Correction::AdverseEvent(..) => Kind::AdverseEvent,
            Correction::Consent(..)
            | Correction::Panel(..)
            | Correction::PanelResult(..)
            | Correction::LabResult(..)
            | Correction::Dose(..)
            | Correction::Medication(..)
            | Correction::Grade(..)
            | Correction::IntercurrentEvent(..)
            | Correction::Deviation(..)
            | Correction::Disposition(..) => Kind::Record,
        }
    }

    /// Whether the record of a masked study may lie in the sealed stream.
    pub(super) const fn may_be_sealed(&self) -> bool {
        match self {
            Correction::Dose(..) | Correction::LabResult(..) => true,
            Correction::Consent(..)
            | Correction::Visit(..)
            | Correction::Panel(..)
            | Correction::PanelResult(..)
            | Correction::Medication(..)
            | Correction::AdverseEvent(..)
            | Correction::Grade(..)
            | Correction::IntercurrentEvent(..)
            | Correction::Deviation(..)
            | Correction::Disposition(..) => false,
        }
    }

    /// Whether the caller sees such a record.
    pub(super) fn is_seen(&self, view: &View) -> bool {
        let id = self.record();
        match self {
            Correction::Consent(..) => view.consent_by_row(id).is_some(),
            Correction::Visit(..) => view.visit_by_row(id).is_some(),
            Correction::Panel(..) => view.panel_by_row(id).is_some(),
            Correction::PanelResult(..) => view.autoantibody_result_by_row(id).is_some(),
            Correction::LabResult(..) => view.lab_result_by_row(id).is_some(),
            Correction::Dose(..) => view.dose_by_row(id).is_some(),
            Correction::Medication(..) => view.medication_by_row(id).is_some(),
            Correction::AdverseEvent(..) => view.adverse_event_by_row(id).is_some(),
            Correction::Grade(..) => view.adverse_event_grade_by_row(id).is_some(),
            Correction::IntercurrentEvent(..) => view.intercurrent_event_by_row(id).is_some(),
            Correction::Deviation(..) => view.protocol_deviation_by_row(id).is_some(),
            Correction::Disposition(..) => view.disposition_by_row(id).is_some(),
        }
    }
}
