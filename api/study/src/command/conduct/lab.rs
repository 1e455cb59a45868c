//! A laboratory result's fields, and what is right for them.

use super::panel::{LABORATORY_MAX, METHOD_MAX};
use super::value;
use crate::command::{Desk, check};
use crate::rulebook::{Analyte, Rulebook, Scale};
use crate::snapshot::Subject;
use chrono::NaiveDate;
use entity::rows;
use policy::{Refusal, RefusalCode, ensure};
use serde::Serialize;
use uuid::Uuid;

/// Most characters of a LOINC code.
const LOINC_MAX: usize = 20;

/// What is recorded of a laboratory result.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LabFields {
    /// The analyte's code in the protocol; may be left out when the LOINC code says it.
    pub analyte: Option<String>,
    /// The LOINC code as received.
    pub loinc: Option<String>,
    /// As received: `12.5`, `<10`.
    pub raw: String,
    /// The unit as received.
    pub unit: Option<String>,
    /// Lower limit of normal, in the result's unit.
    pub lln: Option<String>,
    /// Upper limit of normal, in the result's unit.
    pub uln: Option<String>,
    /// The method.
    pub method: Option<String>,
    /// The laboratory.
    pub laboratory: Option<String>,
    /// The day on which the sample was taken, not in the future.
    pub collected_on: NaiveDate,
    /// The time of day, `HH:MM`.
    pub collected_at: Option<String>,
}

impl LabFields {
    /// The row that the fields make, under an id that may be a saved result's. Limits are stored in the standard unit,
    /// which rules compare in.
    pub(super) fn row(
        &self,
        path: &str,
        (desk, subject): (&Desk<'_>, &Subject),
        (id, visit): (Uuid, Option<Uuid>),
    ) -> Result<rows::LabResult, Refusal> {
        let at = |field: &str| if path.is_empty() { field.to_owned() } else { format!("{path}.{field}") };
        let book = &subject.rulebook;
        check::recordable(desk, subject, (&at("collectedOn"), self.collected_on))?;
        let analyte = self.analyte(&at, book)?;
        let reading = value::read(path, (&self.raw, self.unit.as_deref()), analyte, book)?;
        ensure!(
            reading.qualitative.is_none(),
            Refusal::invalid(&at("raw"), "a result of the safety laboratory is a number")
        );
        let unit = reading.unit.as_deref();
        let lln = value::limit(&at("lln"), self.lln.as_deref(), analyte, unit)?;
        let uln = value::limit(&at("uln"), self.uln.as_deref(), analyte, unit)?;
        value::ordered(&at("lln"), lln, uln)?;
        Ok(rows::LabResult {
            id,
            study_id: desk.study.study(),
            subject_id: subject.id(),
            visit_id: visit,
            analyte: analyte.code.clone(),
            loinc: check::optional(&at("loinc"), self.loinc.as_deref(), LOINC_MAX)?,
            method: check::optional(&at("method"), self.method.as_deref(), METHOD_MAX)?,
            laboratory: check::optional(&at("laboratory"), self.laboratory.as_deref(), LABORATORY_MAX)?,
            collected_on: self.collected_on,
            collected_at: check::clock_time(&at("collectedAt"), self.collected_at.as_deref())?,
            lln,
            uln,
            raw: reading.raw,
            comparator: reading.comparator,
            value: reading.value,
            unit: reading.unit,
            standard_value: reading.standard_value,
            standard_unit: reading.standard_unit,
        })
    }

    fn analyte<'b>(&self, at: &dyn Fn(&str) -> String, book: &'b Rulebook) -> Result<&'b Analyte, Refusal> {
        let codes = || check::one_of(book.analytes().iter().map(|analyte| analyte.code.as_str()));
        let of_laboratory =
            |analyte: &'b Analyte| book.analytes().iter().find(|known| known.code == analyte.code);
        let found = match (&self.analyte, &self.loinc) {
            (Some(code), _) => book.analyte(code).and_then(of_laboratory).ok_or_else(|| {
                let message = format!("the safety laboratory has no analyte `{code}`; it has {}", codes());
                Refusal::invalid(&at("analyte"), message)
            })?,
            (None, Some(loinc)) => book.analyte_of_loinc(loinc).and_then(of_laboratory).ok_or_else(|| {
                let message = format!("LOINC {loinc} is mapped to no analyte; name it: {}", codes());
                Refusal::invalid(&at("loinc"), message)
            })?,
            (None, None) => {
                let message = "name the analyte, by its code or by LOINC";
                return Err(Refusal::at(&at("analyte"), RefusalCode::Required, message));
            }
        };
        debug_assert!(found.scale != Scale::Titre);
        Ok(found)
    }
}

/// Whether another saved result is of the same analyte, day and time.
pub(super) fn is_double(subject: &Subject, row: &rows::LabResult) -> bool {
    subject.rows.lab_results.iter().any(|it| {
        it.row.id != row.id
            && it.analyte == row.analyte
            && it.collected_on == row.collected_on
            && it.collected_at == row.collected_at
    })
}
