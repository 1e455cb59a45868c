//! The first entry of a study: its row, its protocol, its planned visits and its cohorts.

use crate::Snapshot;
use crate::command::{Decide, change, check};
use crate::rulebook::{Level, Procedure, Rulebook, Visit};
use entity::terms::{CohortStatus, StudyStatus};
use entity::{Texts, rows};
use policy::{Act, Actor, Decision, Ids, Moment, Refusal, RefusalCode, Side, ensure};
use serde::Serialize;
use serde_json::Value;
use std::sync::Arc;
use unicode_normalization::UnicodeNormalization;
use uuid::Uuid;

/// Most problems of a protocol file that one refusal tells of.
const PROBLEMS_TOLD: usize = 10;

/// Found a study from a protocol file, beside its row in the registry.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FoundStudy {
    /// The study's id, drawn by the server: the one of its registry row.
    #[serde(skip)]
    pub study: Uuid,
    /// The protocol file's text.
    pub document: String,
    /// Whether the study's data are made up.
    pub synthetic: bool,
}

impl Decide for FoundStudy {
    fn act(&self) -> Act {
        Act::RegisterStudy
    }

    fn input(&self) -> Value {
        // A struct of ours with text keys always has a JSON form.
        serde_json::to_value(self).unwrap_or_default()
    }

    /// There is no view of a study that is not there, so the installation's grant allows it.
    fn decide(
        &self,
        actor: &Actor,
        at: &Moment,
        study: &Arc<Snapshot>,
        _side: &Side,
    ) -> Result<Decision, Refusal> {
        let grant = actor.allows_in_installation(self.act()).ok_or_else(Refusal::forbidden)?;
        ensure!(
            study.row().is_none(),
            Refusal::at("study", RefusalCode::Duplicate, "the study was founded already")
        );
        ensure!(
            study.study() == self.study && !self.study.is_nil(),
            Refusal::invalid("study", "the id is not that of the streams: take the id of the registry row")
        );
        let document: String = self.document.nfc().collect();
        ensure!(
            !document.contains('\0'),
            Refusal::invalid("document", "the file holds U+0000, which no text may hold")
        );
        let book = Rulebook::parse(&document).map_err(|problems| refused(&problems))?;
        let mut ids = at.ids(self.act().as_str());
        let mut decision =
            Decision { membership: Some(grant.id), role: Some(grant.role), ..Decision::default() };
        let version = ids.draw();
        decision.open.push(change(&self.row(&book, version))?);
        decision.open.push(change(&rows::ProtocolVersion {
            id: version,
            study_id: self.study,
            label: book.label().to_owned(),
            digest: book.digest().to_owned(),
            effective_on: at.date(book.zone()),
            document,
        })?);
        for visit in book.visits() {
            decision.open.push(change(&self.visit(visit, version, &mut ids)?)?);
        }
        for level in book.levels() {
            decision.open.push(change(&self.cohort(level, ids.draw())?)?);
        }
        Ok(decision)
    }
}

impl FoundStudy {
    fn row(&self, book: &Rulebook, protocol_version_id: Uuid) -> rows::Study {
        let text = book.study();
        rows::Study {
            id: self.study,
            study_id: self.study,
            code: text.code.clone(),
            title: text.title.clone(),
            masking: text.masking,
            status: StudyStatus::Planned,
            registry_number: Some(text.registry_number.clone()).filter(|number| !number.is_empty()),
            sponsor: Some(text.sponsor.clone()).filter(|sponsor| !sponsor.is_empty()),
            time_zone: book.zone().name().to_owned(),
            planned_enrolment: i32::try_from(text.planned_enrolment).unwrap_or(i32::MAX),
            synthetic: self.synthetic,
            protocol_version_id,
        }
    }

    fn visit(&self, visit: &Visit, version: Uuid, ids: &mut Ids<'_>) -> Result<rows::PlannedVisit, Refusal> {
        let procedures: Vec<String> =
            visit.procedures.iter().copied().map(Procedure::as_str).map(str::to_owned).collect();
        Ok(rows::PlannedVisit {
            id: ids.draw(),
            study_id: self.study,
            protocol_version_id: version,
            code: visit.code.clone(),
            label: visit.label.clone(),
            ordinal: small(visit.ordinal)?,
            target_day: visit.target_day,
            window_before: small(visit.window_before)?,
            window_after: small(visit.window_after)?,
            analysis_low: visit.analysis.as_ref().map(|days| days.low),
            analysis_high: visit.analysis.as_ref().map(|days| days.high),
            procedures: Texts(procedures),
        })
    }

    fn cohort(&self, level: &Level, id: Uuid) -> Result<rows::Cohort, Refusal> {
        Ok(rows::Cohort {
            id,
            study_id: self.study,
            level: small(level.level)?,
            code: level.code.clone(),
            label: level.label.clone(),
            cells_per_kg: check::exact("document", level.cells_per_kg)?,
            capacity: small(level.capacity)?,
            status: CohortStatus::Planned,
            opened_on: None,
        })
    }
}

fn small(number: u32) -> Result<i32, Refusal> {
    i32::try_from(number)
        .map_err(|_| Refusal::invalid("document", format!("{number} is more than a schedule can hold")))
}

/// What is wrong with a protocol file, each with its place.
fn refused(problems: &[crate::rulebook::Problem]) -> Refusal {
    let told =
        problems.iter().take(PROBLEMS_TOLD).map(|problem| format!("{}: {}", problem.path, problem.message));
    let mut message = told.collect::<Vec<_>>().join("; ");
    if problems.len() > PROBLEMS_TOLD {
        message.push_str(&format!("; and {} more", problems.len() - PROBLEMS_TOLD));
    }
    Refusal::invalid("document", message)
}
