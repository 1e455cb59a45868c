//! An adverse event's fields and grades, and what is right for them.

use crate::command::{Desk, check, free_text, line};
use crate::derived::{astct_grades, category_of};
use crate::snapshot::Subject;
use chrono::NaiveDate;
use entity::term::Term;
use entity::terms::{AdverseEventCategory, AdverseEventOutcome, GradeScale, SeriousnessCriterion};
use entity::{AstctFindings, SeriousnessCriteria, rows};
use policy::{Refusal, RefusalCode, Side, ensure};
use serde::Serialize;
use uuid::Uuid;

/// Most characters of a term.
const TERM_MAX: usize = 200;

/// What is recorded of an adverse event, its grades and causalities aside.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AdverseEventFields {
    /// The event as the site calls it.
    pub term: String,
    /// System organ class.
    pub soc: Option<String>,
    /// Preferred term.
    pub pt: Option<String>,
    /// Onset; the day or the month may be unknown. Not before screening: that is medical history.
    pub start: String,
    /// End.
    pub end: Option<String>,
    /// How it ended.
    pub outcome: AdverseEventOutcome,
    /// What makes it serious; empty when it is not.
    pub seriousness: Vec<SeriousnessCriterion>,
    /// What kind of event it is in the rules on dose-limiting toxicity.
    pub category: AdverseEventCategory,
    /// Whether it is of special interest.
    pub of_special_interest: bool,
    /// Whether it is an abnormal laboratory value without clinical consequence.
    pub asymptomatic_laboratory: bool,
    /// The narrative.
    pub narrative: Option<String>,
    /// The day on which the site became aware of it; required of a serious event, whose clock starts then.
    pub aware_on: Option<NaiveDate>,
}

/// A grade that an adverse event reached.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct GradeSince {
    /// 1 to 5; absent when unknown.
    pub grade: Option<i32>,
    /// The scale.
    pub scale: GradeScale,
    /// What was found, by which ASTCT grades; the grade may then be left out.
    pub findings: Option<AstctFindings>,
    /// From when on; from the onset unless given.
    pub since: Option<String>,
}

impl AdverseEventFields {
    /// The row that the fields make, under an id that may be a saved event's.
    pub(in crate::command) fn row(
        &self,
        desk: &Desk<'_>,
        subject: &Subject,
        (id, side): (Uuid, &Side),
    ) -> Result<rows::AdverseEvent, Refusal> {
        let today = desk.today_of(subject);
        let start = check::partial("start", &self.start)?;
        check::partial_not_future("start", &start, today)?;
        ensure!(
            start.latest() >= subject.row.screened_on,
            Refusal::invalid(
                "start",
                format!(
                    "it began before screening on {}: what was there before is medical history",
                    subject.row.screened_on
                )
            )
        );
        let term = line("term", &self.term, TERM_MAX)?;
        let soc = check::optional("soc", self.soc.as_deref(), TERM_MAX)?;
        let pt = check::optional("pt", self.pt.as_deref(), TERM_MAX)?;
        let texts = [("term", Some(term.as_str())), ("soc", soc.as_deref()), ("pt", pt.as_deref())];
        let withhold = check::withheld((subject.id(), side), &texts);
        let row = rows::AdverseEvent {
            id,
            study_id: desk.study.study(),
            subject_id: subject.id(),
            term,
            soc,
            pt,
            start,
            end: check::partial_or_none("end", self.end.as_deref())?,
            outcome: self.outcome,
            seriousness: criteria(&self.seriousness),
            category: self.category,
            aesi: self.of_special_interest,
            asymptomatic_laboratory: self.asymptomatic_laboratory,
            narrative: free_text("narrative", self.narrative.as_deref(), subject.id(), side)?,
            aware_on: self.aware_on,
            withhold,
        };
        consistent(&row, today)?;
        Ok(row)
    }
}

/// Criteria in the list's order, each once.
pub(super) fn criteria(given: &[SeriousnessCriterion]) -> SeriousnessCriteria {
    SeriousnessCriteria(SeriousnessCriterion::ALL.iter().copied().filter(|it| given.contains(it)).collect())
}

/// Refuses an event whose parts contradict each other.
pub(super) fn consistent(event: &rows::AdverseEvent, today: NaiveDate) -> Result<(), Refusal> {
    if let Some(end) = &event.end {
        check::partial_not_future("end", end, today)?;
    }
    check::in_order("end", &event.start, event.end.as_ref())?;
    match event.outcome {
        AdverseEventOutcome::Recovered
        | AdverseEventOutcome::RecoveredWithSequelae
        | AdverseEventOutcome::Fatal => ensure!(
            event.end.is_some(),
            Refusal::at("end", RefusalCode::Required, "an event with this outcome has ended: say when")
        ),
        AdverseEventOutcome::Recovering | AdverseEventOutcome::NotRecovered => ensure!(
            event.end.is_none(),
            Refusal::invalid(
                "end",
                "an event with this outcome goes on: leave out the end, or correct the outcome"
            )
        ),
        AdverseEventOutcome::Unknown => {}
    }
    let death = event.seriousness.contains(&SeriousnessCriterion::Death);
    ensure!(
        death == (event.outcome == AdverseEventOutcome::Fatal),
        Refusal::invalid("seriousness", "DEATH and the outcome FATAL belong together: give both or neither")
    );
    if let Some(aware_on) = event.aware_on {
        check::not_future("awareOn", aware_on, today)?;
        check::not_before("awareOn", aware_on, event.start.earliest(), "the event began")?;
    }
    ensure!(
        event.seriousness.is_empty() || event.aware_on.is_some(),
        Refusal::at(
            "awareOn",
            RefusalCode::Required,
            "say when the site became aware: a serious event is reported within 24 hours of that",
        )
    );
    Ok(())
}

impl GradeSince {
    /// The row that the grade makes, under an id that may be a saved grade's.
    pub(in crate::command) fn row(
        &self,
        path: &str,
        (id, event): (Uuid, &rows::AdverseEvent),
        today: NaiveDate,
    ) -> Result<rows::AdverseEventGrade, Refusal> {
        let at = |field: &str| if path.is_empty() { field.to_owned() } else { format!("{path}.{field}") };
        let since = check::partial_or_none(&at("since"), self.since.as_deref())?
            .unwrap_or_else(|| event.start.clone());
        if let Some(grade) = self.grade {
            ensure!(
                (1..=5).contains(&grade),
                Refusal::invalid(&at("grade"), format!("{grade} is no grade: give 1 to 5, or leave it out"))
            );
            let fatal = event.outcome == AdverseEventOutcome::Fatal;
            ensure!(
                grade != 5 || fatal,
                Refusal::invalid(&at("grade"), "grade 5 is death: the outcome has to be FATAL")
            );
        }
        ensure!(
            self.scale != GradeScale::Astct || is_of_cells(event.category),
            Refusal::invalid(&at("scale"), "only CRS and ICANS are graded by ASTCT; use CTCAE_V5")
        );
        let grade = match &self.findings {
            Some(findings) => self.by_findings(&at, findings, event.category)?,
            None => self.grade,
        };
        check::partial_not_future(&at("since"), &since, today)?;
        ensure!(
            since.latest() >= event.start.earliest(),
            Refusal::invalid(&at("since"), "the grade cannot be reached before the event began")
        );
        ensure!(
            event.end.as_ref().is_none_or(|end| since.earliest() <= end.latest()),
            Refusal::invalid(&at("since"), "the grade cannot be reached after the event ended")
        );
        Ok(rows::AdverseEventGrade {
            id,
            study_id: event.study_id,
            subject_id: event.subject_id,
            adverse_event_id: event.id,
            grade,
            scale: self.scale,
            findings: self.findings,
            since,
        })
    }

    /// The grade beside findings: what was given, if they allow it, and otherwise what they say.
    fn by_findings(
        &self,
        at: &impl Fn(&str) -> String,
        findings: &AstctFindings,
        category: AdverseEventCategory,
    ) -> Result<Option<i32>, Refusal> {
        let (kind, of) = match findings {
            AstctFindings::Crs { .. } => ("crs", AdverseEventCategory::Crs),
            AstctFindings::Icans { .. } => ("icans", AdverseEventCategory::Icans),
        };
        let inside = |field: &str| at(&format!("findings.{kind}.{field}"));
        ensure!(
            self.scale == GradeScale::Astct,
            Refusal::invalid(
                &at("scale"),
                "these findings are graded by ASTCT: give this scale, or leave them out"
            )
        );
        ensure!(
            category == of,
            Refusal::invalid(
                &at(&format!("findings.{kind}")),
                format!("the event's category is {}: give what is found of it", category.as_str())
            )
        );
        match findings {
            AstctFindings::Crs { crs } => ensure!(
                crs.vasopressors.is_none_or(|number| number <= VASOPRESSORS_MAX),
                Refusal::invalid(
                    &inside("vasopressors"),
                    format!("give how many vasopressors other than vasopressin, 0 to {VASOPRESSORS_MAX}")
                )
            ),
            AstctFindings::Icans { icans } => ensure!(
                icans.ice_score.is_none_or(|score| score <= ICE_MAX),
                Refusal::invalid(&inside("iceScore"), format!("the ICE score is 0 to {ICE_MAX}"))
            ),
        }
        let possible: Vec<i32> = astct_grades(findings).into_iter().map(i32::from).collect();
        ensure!(
            possible != [0],
            Refusal::invalid(
                &at(&format!("findings.{kind}")),
                match of {
                    AdverseEventCategory::Crs =>
                        "without fever ASTCT grades no CRS: a fever that treatment suppresses is recorded as true",
                    _ => "by these findings ASTCT grades no ICANS",
                }
            )
        );
        let Some(given) = self.grade else {
            return Ok(<[i32; 1]>::try_from(possible).ok().map(|[only]| only));
        };
        // Death is grade 5 whatever was found before it.
        ensure!(
            given == 5 || possible.contains(&given),
            Refusal::invalid(&at("grade"), {
                let possible: Vec<String> = possible.iter().map(i32::to_string).collect();
                format!(
                    "by the findings ASTCT grades it {}: correct them or the grade",
                    possible.join(" or ")
                )
            })
        );
        Ok(Some(given))
    }
}

/// Most vasopressors at once.
const VASOPRESSORS_MAX: u32 = 20;
/// The best ICE score: orientation 4, naming 3, following commands 1, writing 1, attention 1.
const ICE_MAX: u32 = 10;

/// Whether ASTCT grades such events.
const fn is_of_cells(category: AdverseEventCategory) -> bool {
    matches!(category, AdverseEventCategory::Crs | AdverseEventCategory::Icans)
}

/// Refuses a category that grades of the event do not belong to.
pub(in crate::command) fn suits_grades(subject: &Subject, event: &rows::AdverseEvent) -> Result<(), Refusal> {
    let mut grades = subject.rows.adverse_event_grades.iter().filter(|it| it.adverse_event_id == event.id);
    let other = grades.any(|grade| {
        let found = grade.findings.as_ref().is_some_and(|it| category_of(it) != event.category);
        found || (grade.scale == GradeScale::Astct && !is_of_cells(event.category))
    });
    ensure!(
        !other,
        Refusal::invalid(
            "category",
            "the event has an ASTCT grade of another category: correct that grade first, to CTCAE_V5 and without findings"
        )
    );
    Ok(())
}
