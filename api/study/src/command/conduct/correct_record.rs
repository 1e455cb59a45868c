//! Correct a record other than an assessment.

use super::panel::Place;
use super::record_dose::may_know;
use super::{
    DoseFields, IntercurrentEventFields, LabFields, MedicationFields, PanelResult, VisitFields, is_unmasking,
    lab,
};
use crate::command::safety::AdverseEventFields;
use crate::command::{Desk, Heads, check, decides, expect_revision};
use crate::snapshot::Subject;
use crate::snapshot::tables::{Rec, Table};
use entity::row::Row;
use entity::rows;
use policy::{DataGroup, Kind, Refusal, RefusalCode, Side, ensure};
use serde::Serialize;
use uuid::Uuid;

/// What a record shall say, whole. Each names the record by its id.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Correction {
    /// A visit.
    Visit(Uuid, VisitFields),
    /// A medication.
    Medication(Uuid, MedicationFields),
    /// A laboratory result.
    LabResult(Uuid, LabFields),
    /// A result of an autoantibody panel.
    PanelResult(Uuid, PanelResult),
    /// An adverse event, its grades and causalities aside.
    AdverseEvent(Uuid, AdverseEventFields),
    /// An intercurrent event.
    IntercurrentEvent(Uuid, IntercurrentEventFields),
    /// A dose.
    Dose(Uuid, DoseFields),
}

/// Correct a saved record. What it said before stays in the ledger. Needs a reason (P11-04) and the revision that the
/// caller read (P11-40).
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CorrectRecord {
    /// The subject that the record belongs to.
    pub subject: Uuid,
    /// The record, and what it shall say.
    pub correction: Correction,
    /// Why.
    pub reason: Option<String>,
    /// The record's own last change, as the caller read it.
    pub expected_revision: Option<u64>,
}

decides!(CorrectRecord as CorrectRecord, heads = Heads::BOTH, identities = |it| vec![it.subject]);

impl Correction {
    /// The record, and what it is called when it is not there.
    fn record(&self) -> (Uuid, Kind) {
        match self {
            Correction::Visit(id, _) => (*id, Kind::Visit),
            Correction::AdverseEvent(id, _) => (*id, Kind::AdverseEvent),
            Correction::Medication(id, _) => (*id, Kind::Record),
            Correction::LabResult(id, _) => (*id, Kind::Record),
            Correction::PanelResult(id, _) => (*id, Kind::Record),
            Correction::IntercurrentEvent(id, _) => (*id, Kind::Record),
            Correction::Dose(id, _) => (*id, Kind::Record),
        }
    }
}

impl CorrectRecord {
    fn run(&self, desk: &mut Desk<'_>, side: &Side) -> Result<(), Refusal> {
        let (id, kind) = self.correction.record();
        let subject = check::owner(desk, ("record", id), kind, self.subject)?;
        let rows = &subject.rows;
        match &self.correction {
            Correction::Visit(id, to) => {
                let saved = self.saved(&rows.visits, *id, Kind::Visit)?;
                let row = to.row(desk, subject, (*id, side))?;
                self.lay_open((desk, subject, side), saved, &row)
            }
            Correction::Medication(id, to) => {
                let saved = self.saved(&rows.medications, *id, Kind::Record)?;
                let row = to.row(desk, subject, *id)?;
                self.lay_open((desk, subject, side), saved, &row)
            }
            Correction::LabResult(id, to) => self.lab_result((desk, subject, side), *id, to),
            Correction::PanelResult(id, to) => {
                let saved = self.saved(&rows.autoantibody_results, *id, Kind::Record)?;
                ensure!(
                    saved.analyte == to.analyte,
                    Refusal::invalid(
                        "analyte",
                        "a correction keeps the analyte: record the other one by itself"
                    )
                );
                let place = Place {
                    id: *id,
                    study: desk.study.study(),
                    subject: subject.id(),
                    panel: saved.panel_id,
                };
                let row = to.row("", &place, &subject.rulebook)?;
                self.lay_open((desk, subject, side), saved, &row)
            }
            Correction::AdverseEvent(id, to) => {
                let saved = self.saved(&rows.adverse_events, *id, Kind::AdverseEvent)?;
                let row = to.row(desk, subject, (*id, side))?;
                self.lay_open((desk, subject, side), saved, &row)
            }
            Correction::IntercurrentEvent(id, to) => {
                let saved = self.saved(&rows.intercurrent_events, *id, Kind::Record)?;
                let row = to.row(desk, subject, (*id, side))?;
                self.lay_open((desk, subject, side), saved, &row)
            }
            Correction::Dose(id, to) => self.dose((desk, subject, side), *id, to),
        }
    }

    fn lab_result(
        &self,
        (desk, subject, side): (&mut Desk<'_>, &Subject, &Side),
        id: Uuid,
        to: &LabFields,
    ) -> Result<(), Refusal> {
        let saved = check::row_of(&subject.rows.lab_results, ("record", id), Kind::Record)?;
        let unmasking = desk.is_masked() && is_unmasking(&saved.analyte);
        let seen = desk.view.subject_by_row(subject.id());
        // What is kept from the caller is not there.
        let hidden = unmasking && !seen.is_some_and(|seen| seen.sees(DataGroup::UnmaskingResults));
        ensure!(!hidden, Refusal::not_found("record", Kind::Record));
        expect_revision(self.expected_revision, saved.revision)?;
        let row = to.row("", (desk, subject), (id, saved.visit_id))?;
        ensure!(
            row.analyte == saved.analyte,
            Refusal::invalid("analyte", "a correction keeps the analyte: record the other one by itself")
        );
        ensure!(
            !lab::is_double(subject, &row),
            Refusal::at(
                "collectedOn",
                RefusalCode::Duplicate,
                "there is a result of that day and time already"
            )
        );
        if unmasking {
            self.lay_sealed((desk, subject, side), saved, &row)
        } else {
            self.lay_open((desk, subject, side), saved, &row)
        }
    }

    fn dose(
        &self,
        (desk, subject, side): (&mut Desk<'_>, &Subject, &Side),
        id: Uuid,
        to: &DoseFields,
    ) -> Result<(), Refusal> {
        // Whoever must not know the treatment knows of no dose either.
        may_know(desk, subject).map_err(|_| Refusal::not_found("record", Kind::Record))?;
        let saved = self.saved(&subject.rows.doses, id, Kind::Record)?;
        ensure!(
            saved.agent == to.agent,
            Refusal::invalid("agent", "a correction keeps the agent: record the other dose by itself")
        );
        let row = to.row(desk, subject, (id, saved.planned_cells_per_kg))?;
        if desk.is_masked() {
            self.lay_sealed((desk, subject, side), saved, &row)
        } else {
            self.lay_open((desk, subject, side), saved, &row)
        }
    }

    fn saved<'r, T: Row>(&self, table: &'r Table<T>, id: Uuid, kind: Kind) -> Result<&'r Rec<T>, Refusal> {
        let saved = check::row_of(table, ("record", id), kind)?;
        expect_revision(self.expected_revision, saved.revision)?;
        Ok(saved)
    }

    fn lay_open<T: Row>(
        &self,
        (desk, subject, side): (&mut Desk<'_>, &Subject, &Side),
        saved: &Rec<T>,
        row: &T,
    ) -> Result<(), Refusal> {
        check::differs(&saved.row, row)?;
        desk.put(row)?;
        desk.reason(self.reason.as_deref(), subject, side)
    }

    /// A sealed correction moves no open revision: the reason is sealed too.
    fn lay_sealed<T: Row>(
        &self,
        (desk, subject, side): (&mut Desk<'_>, &Subject, &Side),
        saved: &Rec<T>,
        row: &T,
    ) -> Result<(), Refusal> {
        check::differs(&saved.row, row)?;
        desk.put_sealed(row)?;
        let reason: rows::ChangeReason =
            check::reason_row(desk, self.reason.as_deref(), (Some(subject.id()), side))?;
        desk.put_sealed(&reason)
    }
}
