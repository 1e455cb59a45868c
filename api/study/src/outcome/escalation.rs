//! Where the dose escalation stands.

use crate::derived::reads;
use crate::view::{Shown, SubjectView, ValueState, View};
use chrono::NaiveDate;
use derivation::escalation::{self, Design, LevelCounts, Recommendation, boin, keyboard, three_plus_three};
use derivation::logic::Verdict;
use derivation::rule::RuleVersion;
use derivation::safety::dlt::Evaluability;
use policy::DataGroup;

/// What is known of one dose level.
#[derive(Clone, Debug, PartialEq)]
pub struct LevelState {
    /// The dose level, from 1.
    pub level: i32,
    /// The cohort's name.
    pub label: String,
    /// Subjects who received the product.
    pub treated: u64,
    /// Subjects who count in decisions.
    pub evaluable: u64,
    /// Subjects with a dose-limiting toxicity.
    pub dlt: u64,
    /// Subjects whose window is still open.
    pub pending: u64,
    /// The rate of toxicity that isotonic regression estimates; none where the design makes no such estimate.
    pub estimated_rate: Option<f64>,
}

/// Where the dose escalation stands on a day.
#[derive(Clone, Debug, PartialEq)]
pub struct Escalation {
    /// The day.
    pub on: NaiveDate,
    /// The level at which a subject was treated last; of two on one day the higher one.
    pub current_level: i32,
    /// Every level.
    pub levels: Vec<LevelState>,
    /// What the design says; none before anybody was treated.
    pub recommendation: Option<Recommendation>,
    /// The level that isotonic regression selects as the maximum tolerated dose, were the escalation to end now.
    pub tolerated_level: Option<i32>,
    /// The design in force.
    pub rule: RuleVersion,
}

impl View {
    /// Where the dose escalation stands on a day, over every subject of the study: a decision on the dose is
    /// never made on one site's subjects. Shown to whoever reads doses, adjudications and every site.
    pub fn escalation(&self, on: Option<NaiveDate>) -> Shown<Escalation> {
        let groups = [reads::DLT, &[DataGroup::Dosing]].concat();
        let everywhere = self.subjects().count() == self.snapshot().subjects();
        if self.table(&groups) != ValueState::Present || !everywhere {
            return Shown::masked();
        }
        let on = self.day(on);
        let Some(book) = self.rulebook() else { return Shown::of(None) };
        let Some(cohorts) = self.cohorts() else { return Shown::masked() };
        let mut levels = Vec::new();
        let mut counts = Vec::new();
        let subjects: Vec<SubjectView<'_>> = self.subjects().collect();
        // After a step down the level below is the current one, although one above was treated before.
        let mut last = None;
        for cohort in cohorts {
            let members = subjects
                .iter()
                .map(|subject| subject.subject())
                .filter(|subject| subject.cohort_row() == Some(cohort.row_id()));
            let mut state = LevelState {
                level: cohort.level(),
                label: cohort.label().to_owned(),
                treated: 0,
                evaluable: 0,
                dlt: 0,
                pending: 0,
                estimated_rate: None,
            };
            let mut enrolled = 0;
            for subject in members {
                enrolled += 1;
                let Some(day) = subject.first_dose_on().filter(|day| *day <= on) else { continue };
                last = last.max(Some((day, state.level)));
                let dlt = subject.dlt(on);
                state.treated += 1;
                state.evaluable += u64::from(dlt.evaluable == Evaluability::Evaluable);
                state.pending += u64::from(dlt.evaluable == Evaluability::Pending);
                state.dlt += u64::from(dlt.dlt == Verdict::Met);
            }
            let (evaluable, dlt, pending) = (state.evaluable, state.dlt, state.pending);
            counts.push(LevelCounts { evaluable, dlt, pending, enrolled });
            levels.push(state);
        }
        let current = last.map(|(_, level)| level);
        let recommendation = current
            .and_then(|level| u64::try_from(level).ok())
            .and_then(|level| escalation::decide(&counts, level, book.escalation()));
        let tolerated = book.escalation().tolerated_dose(&counts).unwrap_or_default();
        for (place, rate) in &tolerated.rates {
            levels[*place].estimated_rate = Some(*rate);
        }
        let tolerated_level = tolerated.level.map(|place| levels[place].level);
        let rule = book.in_force(match book.escalation().design {
            Design::ThreePlusThree => &three_plus_three::RULE,
            Design::Boin => &boin::RULE,
            Design::Keyboard => &keyboard::RULE,
        });
        let current_level = current.unwrap_or(1);
        Shown::of(Some(Escalation { on, current_level, levels, recommendation, tolerated_level, rule }))
    }
}
