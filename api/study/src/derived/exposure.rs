//! How long a subject was exposed: from the first dose to death, last contact or the end of the time that is looked at.

use crate::command::conduct::is_unmasking;
use crate::snapshot::Subject;
use chrono::NaiveDate;
use derivation::safety::exposure::exposure_days;
use entity::terms::{AdverseEventOutcome, DispositionKind, VisitStatus};

impl Subject {
    /// Days of exposure as seen on a day, to the protocol's horizon and to an event at the most; 0 before the first dose.
    pub(crate) fn days_at_risk(&self, event: Option<NaiveDate>, on: NaiveDate) -> u32 {
        let Some(first_dose) = self.first_dose_on() else { return 0 };
        let horizon = self.rulebook.safety().treatment_emergent_horizon_day;
        let ends = [event, self.died_on(), Some(self.last_contact(first_dose, on)), Some(on)];
        exposure_days(first_dose, ends, horizon).unwrap_or(0)
    }

    /// Days from the start of lymphodepletion to the day before the first dose, as seen on a day, and to an event at the most;
    /// 0 before lymphodepletion.
    pub(crate) fn lymphodepletion_days(&self, event: Option<NaiveDate>, on: NaiveDate) -> u32 {
        let Some(start) = self.lymphodepletion_start() else { return 0 };
        let before_the_dose = self.first_dose_on().and_then(|dose| dose.pred_opt());
        let ends = [event, before_the_dose, self.died_on(), Some(self.last_contact(start, on)), Some(on)];
        exposure_days(start, ends, i32::MAX).unwrap_or(0)
    }

    fn died_on(&self) -> Option<NaiveDate> {
        let recorded = self.rows.dispositions.iter().filter(|it| it.kind == DispositionKind::Died);
        let fatal = self.rows.adverse_events.iter().filter(|it| it.outcome == AdverseEventOutcome::Fatal);
        let deaths = fatal.filter_map(|it| it.end.as_ref().map(entity::PartialText::latest));
        recorded.map(|it| it.occurred_on).chain(deaths).min()
    }

    /// The last day up to `on` of which anything is known of the subject: a day of treatment, what was done or found, an
    /// event or an end of participation. A missed visit is no contact, nor is the day on which a subject was given up for lost;
    /// what lies in the sealed stream of a masked study is left out, since everybody reads this.
    fn last_contact(&self, treated: NaiveDate, on: NaiveDate) -> NaiveDate {
        let rows = &self.rows;
        let visits = rows.visits.iter().filter(|it| it.status == VisitStatus::Occurred).map(|it| it.date);
        let results =
            rows.lab_results.iter().filter(|it| !is_unmasking(&it.analyte)).map(|it| it.collected_on);
        let events = rows.adverse_events.iter().flat_map(|it| {
            let whole = |day: &entity::PartialText| (day.earliest() == day.latest()).then(|| day.earliest());
            [Some(it.start.earliest()), it.end.as_ref().and_then(whole)].into_iter().flatten()
        });
        let grades = rows.adverse_event_grades.iter().map(|it| it.since.earliest());
        let ends = rows.dispositions.iter().filter(|it| match it.kind {
            DispositionKind::Withdrawn | DispositionKind::Completed | DispositionKind::Died => true,
            DispositionKind::LostToFollowUp | DispositionKind::ScreenFailed => false,
        });
        [treated]
            .into_iter()
            .chain(visits)
            .chain(rows.assessments.iter().map(|it| it.assessed_on))
            .chain(rows.autoantibody_panels.iter().map(|it| it.collected_on))
            .chain(results)
            .chain(events)
            .chain(grades)
            .chain(rows.intercurrent_events.iter().map(|it| it.occurred_on))
            .chain(ends.map(|it| it.occurred_on))
            .filter(|day| *day <= on)
            .max()
            .unwrap_or(treated)
    }
}
