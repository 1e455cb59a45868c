//! The protocol's outcome measures over the subjects that a viewer sees, by cohort or in total.
//!
//! Every table declares the data groups that it reads ([`crate::derived::reads`]). A viewer who reads rows gets
//! figures over the rows in scope; one who reads totals only gets none by cohort, and none over few subjects.

mod escalation;
mod incidence;
mod populations;
mod rates;
mod stopping;
mod summaries;

use crate::derived::{Population, membership_reads};
use crate::rulebook::Endpoint;
use crate::snapshot::Subject;
use crate::view::{Sight, SubjectView, ValueState, View};
use chrono::NaiveDate;
use derivation::rule::{Rule, RuleVersion};
use entity::terms::{Agent, ConsentPurpose};
pub use escalation::{Escalation, LevelState};
pub use incidence::{EventsOf, Incidence, IncidenceLevel};
use policy::DataGroup;
pub use populations::{Members, PopulationCount};
use rates::Counted;
pub use rates::{Rate, RateOf};
use rust_decimal::Decimal;
use std::sync::Arc;
pub use stopping::Stopping;
pub use summaries::Summary;
use uuid::Uuid;

/// How subjects are grouped in a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutcomeGrouping {
    /// One group a cohort, then the total.
    Cohort,
    /// The total alone.
    Total,
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// The cohort; none for the total.
    pub cohort: Option<Uuid>,
    /// Its name.
    pub label: String,
    /// Its dose level.
    pub level: Option<i32>,
}

/// What stands for missing answers in a rate.
pub use crate::terms::MissingStrategy;

/// The subjects of one column.
pub(super) struct Column<'v> {
    pub group: Group,
    pub subjects: Vec<SubjectView<'v>>,
}

impl View {
    /// Whether the viewer may read a table over some data groups, and if not, why.
    fn table(&self, groups: &[DataGroup]) -> ValueState {
        let sight = groups.iter().map(|group| self.sight(*group)).min().unwrap_or(Sight::Hidden);
        if sight.sees_rows() { ValueState::Present } else { ValueState::Masked }
    }

    /// The analysis set that the protocol counts an outcome measure in; the rule book's own where it has no such measure.
    fn analysed(&self, endpoint: Endpoint) -> Population {
        let measures = self.rulebook().map(|book| book.outcome_measures()).unwrap_or_default();
        let measure = measures.iter().find(|it| it.endpoint == endpoint);
        measure.map_or_else(|| endpoint.population(), |it| it.population)
    }

    /// Whether the viewer may read a table over some data groups that is counted in an analysis set.
    fn table_in(&self, population: Population, groups: &[DataGroup]) -> ValueState {
        let Some(book) = self.rulebook() else { return ValueState::Masked };
        let members = self.table(membership_reads(population, book.populations()));
        if members == ValueState::Present { self.table(groups) } else { ValueState::Masked }
    }

    /// The columns of a table over subjects in scope.
    ///
    /// Cohorts are columns only for whoever sees who is in which.
    fn columns(&self, by: OutcomeGrouping, keep: impl Fn(&Subject) -> bool) -> Vec<Column<'_>> {
        self.columns_of(by, keep, Subject::cohort_row)
    }

    /// The same by the dose level that was received, for tables of safety.
    fn columns_received(
        &self,
        by: OutcomeGrouping,
        on: NaiveDate,
        keep: impl Fn(&Subject) -> bool,
    ) -> Vec<Column<'_>> {
        let cohorts = &self.snapshot().rows.cohorts;
        let levels: Vec<(Uuid, Decimal)> =
            cohorts.iter().map(|it| (it.id, it.cells_per_kg.decimal())).collect();
        self.columns_of(by, keep, |subject| subject.cohort_received(&levels, on))
    }

    fn columns_of(
        &self,
        by: OutcomeGrouping,
        keep: impl Fn(&Subject) -> bool,
        cohort_of: impl Fn(&Subject) -> Option<Uuid>,
    ) -> Vec<Column<'_>> {
        let subjects: Vec<SubjectView<'_>> =
            self.subjects().filter(|subject| keep(subject.subject())).collect();
        let mut columns = Vec::new();
        if by == OutcomeGrouping::Cohort
            && let Some(cohorts) = self.cohorts()
        {
            for cohort in cohorts {
                let id = cohort.row_id();
                let members = subjects.iter().filter(|subject| cohort_of(subject.subject()) == Some(id));
                columns.push(Column {
                    group: Group {
                        cohort: Some(id),
                        label: cohort.label().to_owned(),
                        level: Some(cohort.level()),
                    },
                    subjects: members.copied().collect(),
                });
            }
        }
        let group = Group { cohort: None, label: "Total".to_owned(), level: None };
        columns.push(Column { group, subjects });
        columns
    }

    /// The rule that a table's figures come from, with what the table adds to the protocol's choices.
    fn told(&self, rule: &Rule, more: Vec<(&'static str, String)>) -> Option<Arc<RuleVersion>> {
        let mut told = self.rule(rule)?;
        told.parameters.retain(|(held, _)| more.iter().all(|(name, _)| held != name));
        told.parameters.extend(more.into_iter().map(|(name, value)| (name.into(), value)));
        Some(Arc::new(told))
    }

    /// The confidence level as a table names it.
    fn told_level(&self) -> (&'static str, String) {
        let parameters = self.rulebook().map(|book| book.statistics().clone()).unwrap_or_default();
        ("confidence_level", parameters.confidence_level.to_string())
    }

    fn day(&self, on: Option<NaiveDate>) -> NaiveDate {
        on.unwrap_or_else(|| self.today(self.zone()))
    }
}

impl Subject {
    /// The cohort that the subject belongs to.
    pub(crate) fn cohort_row(&self) -> Option<Uuid> {
        self.rows.allocations.first().map(|it| it.cohort_id)
    }

    /// Whether a consent stands on a day.
    pub(crate) fn has_consent(&self, purpose: ConsentPurpose, on: NaiveDate) -> bool {
        self.rows.consents.iter().any(|it| {
            it.purpose == purpose
                && it.given_on <= on
                && it.withdrawn_on.is_none_or(|withdrawn| on < withdrawn)
        })
    }

    /// Whether the subject received any of the product.
    pub(crate) fn is_treated(&self) -> bool {
        self.rows.doses.iter().any(|dose| dose.agent == Agent::Nk510)
    }
}

pub(super) type Derived = Arc<crate::derived::Evaluated>;

/// The public code of a decision or warning of an escalation design.
pub fn code_of<T: serde::Serialize>(value: &T) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(code)) => code,
        Ok(serde_json::Value::Object(fields)) => fields.keys().next().cloned().unwrap_or_default(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests;
