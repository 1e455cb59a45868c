//! Correct a record other than an assessment: one act a kind of record, one command for all of them.

use super::panel::{Place, one_a_day};
use super::{Correction, DoseFields, LabFields, PanelFields, PanelResult, is_unmasking, lab};
use crate::command::enrolment::{ConsentFields, DispositionFields};
use crate::command::safety::{GradeSince, suits_grades};
use crate::command::{Decide, Desk, Heads, check, expect_revision};
use crate::snapshot::Subject;
use crate::snapshot::tables::{Rec, Table};
use entity::row::Row;
use entity::rows;
use policy::{Act, Actor, Decision, Moment, Refusal, RefusalCode, Side, ensure};
use serde::Serialize;
use std::sync::Arc;
use uuid::Uuid;

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

impl Decide for CorrectRecord {
    fn act(&self) -> Act {
        self.correction.act()
    }

    fn input(&self) -> serde_json::Value {
        // A struct of ours with text keys always has a JSON form.
        serde_json::to_value(self).unwrap_or_default()
    }

    fn heads(&self) -> Heads {
        if self.correction.may_be_sealed() { Heads::BOTH } else { Heads::OPEN }
    }

    fn identities(&self) -> Vec<Uuid> {
        vec![self.subject]
    }

    fn decide(
        &self,
        actor: &Actor,
        at: &Moment,
        study: &Arc<crate::Snapshot>,
        side: &Side,
    ) -> Result<Decision, Refusal> {
        let mut desk = Desk::open(self.act(), actor, at, study)?;
        self.run(&mut desk, side)?;
        Ok(desk.done())
    }
}

/// A desk with what every correction needs beside it.
type At<'a, 'd> = (&'a mut Desk<'d>, &'a Subject, &'a Side);

impl CorrectRecord {
    fn run(&self, desk: &mut Desk<'_>, side: &Side) -> Result<(), Refusal> {
        let at = (self.correction.place(), self.correction.record());
        let kind = self.correction.kind();
        // What is kept from the caller is not there: in a masked study nobody masked learns that there is a dose.
        ensure!(self.correction.is_seen(&desk.view), Refusal::not_found(at.0, kind));
        let subject = check::owner(desk, at, kind, self.subject)?;
        let rows = &subject.rows;
        match &self.correction {
            Correction::Consent(_, to) => self.consent((desk, subject, side), to),
            Correction::Visit(id, to) => {
                let saved = self.saved(&rows.visits)?;
                let row = to.row(desk, subject, (*id, side))?;
                self.lay_open((desk, subject, side), saved, &row)
            }
            Correction::Panel(_, to) => self.panel((desk, subject, side), to),
            Correction::PanelResult(_, to) => self.panel_result((desk, subject, side), to),
            Correction::LabResult(_, to) => self.lab_result((desk, subject, side), to),
            Correction::Dose(_, to) => self.dose((desk, subject, side), to),
            Correction::Medication(id, to) => {
                let saved = self.saved(&rows.medications)?;
                let row = to.row(desk, subject, (*id, side))?;
                self.lay_open((desk, subject, side), saved, &row)
            }
            Correction::AdverseEvent(id, to) => {
                let saved = self.saved(&rows.adverse_events)?;
                let row = to.row(desk, subject, (*id, side))?;
                suits_grades(subject, &row)?;
                self.lay_open((desk, subject, side), saved, &row)
            }
            Correction::Grade(_, to) => self.grade((desk, subject, side), to),
            Correction::IntercurrentEvent(id, to) => {
                let saved = self.saved(&rows.intercurrent_events)?;
                let row = to.row(desk, subject, (*id, side))?;
                self.lay_open((desk, subject, side), saved, &row)
            }
            Correction::Deviation(id, to) => {
                let saved = self.saved(&rows.protocol_deviations)?;
                let row = to.row(desk, subject, (*id, side))?;
                // What the site did not change it cannot open again.
                let told = rows::ProtocolDeviation {
                    important: None,
                    affects_efficacy: None,
                    rationale: None,
                    ..saved.row.clone()
                };
                check::differs(&told, &row)?;
                self.lay_open((desk, subject, side), saved, &row)
            }
            Correction::Disposition(_, to) => self.disposition((desk, subject, side), to),
        }
    }

    fn consent(&self, (desk, subject, side): At<'_, '_>, to: &ConsentFields) -> Result<(), Refusal> {
        let saved = self.saved(&subject.rows.consents)?;
        let row = to.row(desk, subject, &saved.row)?;
        self.lay_open((desk, subject, side), saved, &row)
    }

    fn panel(&self, (desk, subject, side): At<'_, '_>, to: &PanelFields) -> Result<(), Refusal> {
        let saved = self.saved(&subject.rows.autoantibody_panels)?;
        let row = to.row(desk, subject, (saved.row.id, saved.visit_id))?;
        one_a_day(subject, &row)?;
        self.lay_open((desk, subject, side), saved, &row)
    }

    fn panel_result(&self, (desk, subject, side): At<'_, '_>, to: &PanelResult) -> Result<(), Refusal> {
        let saved = self.saved(&subject.rows.autoantibody_results)?;
        ensure!(
            saved.analyte == to.analyte,
            Refusal::invalid("analyte", "a correction keeps the analyte: record the other one by itself")
        );
        let place = Place {
            id: saved.row.id,
            study: desk.study.study(),
            subject: subject.id(),
            panel: saved.panel_id,
        };
        let row = to.row("", &place, &subject.rulebook)?;
        self.lay_open((desk, subject, side), saved, &row)
    }

    fn lab_result(&self, (desk, subject, side): At<'_, '_>, to: &LabFields) -> Result<(), Refusal> {
        let saved = self.saved(&subject.rows.lab_results)?;
        let row = to.row("", (desk, subject), (saved.row.id, saved.visit_id))?;
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
        if desk.is_masked() && is_unmasking(&saved.analyte) {
            self.lay_sealed((desk, subject, side), saved, &row)
        } else {
            self.lay_open((desk, subject, side), saved, &row)
        }
    }

    fn dose(&self, (desk, subject, side): At<'_, '_>, to: &DoseFields) -> Result<(), Refusal> {
        let saved = self.saved(&subject.rows.doses)?;
        ensure!(
            saved.agent == to.agent,
            Refusal::invalid("agent", "a correction keeps the agent: record the other dose by itself")
        );
        let row = to.row(desk, subject, (saved.row.id, saved.planned_cells_per_kg))?;
        if desk.is_masked() {
            self.lay_sealed((desk, subject, side), saved, &row)
        } else {
            self.lay_open((desk, subject, side), saved, &row)
        }
    }

    fn grade(&self, (desk, subject, side): At<'_, '_>, to: &GradeSince) -> Result<(), Refusal> {
        let saved = self.saved(&subject.rows.adverse_event_grades)?;
        let event = ("adverseEventGrade", saved.adverse_event_id);
        let event = check::row_of(&subject.rows.adverse_events, event, self.correction.kind())?;
        let row = to.row("", (saved.row.id, &event.row), desk.today_of(subject))?;
        self.lay_open((desk, subject, side), saved, &row)
    }

    fn disposition(&self, (desk, subject, side): At<'_, '_>, to: &DispositionFields) -> Result<(), Refusal> {
        let saved = self.saved(&subject.rows.dispositions)?;
        let row = to.row(desk, subject, (saved.row.id, "cause", side))?;
        self.lay_open((desk, subject, side), saved, &row)?;
        let status = to.status();
        if status != subject.row.status {
            desk.put(&rows::Subject { status, ..subject.row.row.clone() })?;
        }
        Ok(())
    }

    fn saved<'r, T: Row>(&self, table: &'r Table<T>) -> Result<&'r Rec<T>, Refusal> {
        let at = (self.correction.place(), self.correction.record());
        let saved = check::row_of(table, at, self.correction.kind())?;
        expect_revision(self.expected_revision, saved.revision)?;
        Ok(saved)
    }

    fn lay_open<T: Row>(
        &self,
        (desk, subject, side): At<'_, '_>,
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
        (desk, subject, side): At<'_, '_>,
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
