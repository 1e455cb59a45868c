//! One result of an autoantibody panel, and what is right for it.

use super::value;
use crate::command::{Desk, check};
use crate::rulebook::Rulebook;
use crate::snapshot::Subject;
use chrono::NaiveDate;
use entity::term::Term;
use entity::terms::Autoantibody;
use entity::{Texts, rows};
use policy::{Refusal, RefusalCode, ensure};
use serde::Serialize;
use uuid::Uuid;

/// Most characters of a laboratory's name.
pub(super) const LABORATORY_MAX: usize = 100;
/// Most characters of a method.
pub(super) const METHOD_MAX: usize = 100;

/// A result of an autoantibody panel.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PanelResult {
    /// The analyte.
    pub analyte: Autoantibody,
    /// As received: `12.5`, `<10`, `1:320`, `negative`.
    pub raw: String,
    /// The unit as received; none for a titre or a word.
    pub unit: Option<String>,
    /// Lower end of the laboratory's reference range, in the result's unit.
    pub reference_low: Option<String>,
    /// Upper end of the laboratory's reference range, in the result's unit.
    pub reference_high: Option<String>,
    /// From where on the laboratory calls a result positive, in the result's unit.
    pub positivity_cutoff: Option<String>,
    /// The method.
    pub method: Option<String>,
    /// ICAP codes of ANA patterns, such as `AC-1`.
    pub patterns: Vec<String>,
}

/// What is recorded of a panel, its results aside.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PanelFields {
    /// When the sample was taken, not in the future.
    pub collected_on: NaiveDate,
    /// The laboratory.
    pub laboratory: Option<String>,
}

impl PanelFields {
    /// The row that the fields make, under an id that may be a saved panel's.
    pub(super) fn row(
        &self,
        desk: &Desk<'_>,
        subject: &Subject,
        (id, visit): (Uuid, Uuid),
    ) -> Result<rows::AutoantibodyPanel, Refusal> {
        check::recordable(desk, subject, ("collectedOn", self.collected_on))?;
        Ok(rows::AutoantibodyPanel {
            id,
            study_id: desk.study.study(),
            subject_id: subject.id(),
            visit_id: visit,
            collected_on: self.collected_on,
            laboratory: check::optional("laboratory", self.laboratory.as_deref(), LABORATORY_MAX)?,
        })
    }
}

/// Refuses a second panel of a day at a visit. Asked when the rest is right: what is wrong with a panel is worth knowing
/// before it is entered as a correction.
pub(super) fn one_a_day(subject: &Subject, panel: &rows::AutoantibodyPanel) -> Result<(), Refusal> {
    let mut others = subject.rows.autoantibody_panels.iter().filter(|it| it.row.id != panel.id);
    ensure!(
        !others.any(|it| it.visit_id == panel.visit_id && it.collected_on == panel.collected_on),
        Refusal::at(
            "collectedOn",
            RefusalCode::Duplicate,
            "the visit has a panel of that day already: correct its results",
        )
    );
    Ok(())
}

/// Whose row a result becomes.
pub(super) struct Place {
    pub id: Uuid,
    pub study: Uuid,
    pub subject: Uuid,
    pub panel: Uuid,
}

impl PanelResult {
    /// The row that the result makes. Limits are stored in the standard unit, which rules compare in.
    pub(super) fn row(
        &self,
        path: &str,
        place: &Place,
        book: &Rulebook,
    ) -> Result<rows::AutoantibodyResult, Refusal> {
        let at = |field: &str| if path.is_empty() { field.to_owned() } else { format!("{path}.{field}") };
        let analyte = book.analyte(self.analyte.as_str()).ok_or_else(|| {
            let codes = check::one_of(book.autoantibodies().iter().map(|analyte| analyte.code.as_str()));
            Refusal::invalid(&at("analyte"), format!("the protocol does not collect it; it collects {codes}"))
        })?;
        let reading = value::read(path, (&self.raw, self.unit.as_deref()), analyte, book)?;
        let unit = reading.unit.as_deref();
        let limit =
            |field: &str, text: &Option<String>| value::limit(&at(field), text.as_deref(), analyte, unit);
        let reference_low = limit("referenceLow", &self.reference_low)?;
        let reference_high = limit("referenceHigh", &self.reference_high)?;
        value::ordered(&at("referenceLow"), reference_low, reference_high)?;
        Ok(rows::AutoantibodyResult {
            id: place.id,
            study_id: place.study,
            subject_id: place.subject,
            panel_id: place.panel,
            analyte: self.analyte,
            positivity_cutoff: limit("positivityCutoff", &self.positivity_cutoff)?,
            method: check::optional(&at("method"), self.method.as_deref(), METHOD_MAX)?,
            patterns: self.patterns(&at("patterns"), book)?,
            reference_low,
            reference_high,
            raw: reading.raw,
            comparator: reading.comparator,
            value: reading.value,
            qualitative: reading.qualitative,
            unit: reading.unit,
            standard_value: reading.standard_value,
            standard_unit: reading.standard_unit,
        })
    }

    fn patterns(&self, path: &str, book: &Rulebook) -> Result<Texts, Refusal> {
        ensure!(
            self.patterns.is_empty() || self.analyte == Autoantibody::Ana,
            Refusal::invalid(path, "only ANA has patterns; leave them out")
        );
        let known = book.ana_patterns();
        let unknown = self.patterns.iter().find(|pattern| !known.contains(pattern));
        if let Some(unknown) = unknown {
            let codes = check::one_of(known.iter().map(String::as_str));
            return Err(Refusal::invalid(path, format!("`{unknown}` is no pattern; these are: {codes}")));
        }
        // In the list's own order, each once.
        Ok(Texts(known.iter().filter(|pattern| self.patterns.contains(pattern)).cloned().collect()))
    }
}
