//! How many subjects belong to each analysis set, and why the others do not.

use super::{Column, Group, OutcomeGrouping};
use crate::derived::{MembershipAt, MembershipReason, Population, membership_reads};
use crate::view::{ValueState, View};
use chrono::NaiveDate;
use derivation::logic::Verdict;
use derivation::population::RULE;
use derivation::rule::RuleVersion;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use uuid::Uuid;

/// One analysis set in one column of a table.
#[derive(Clone, Debug, PartialEq)]
pub struct PopulationCount {
    /// The set.
    pub population: Population,
    /// The column.
    pub group: Group,
    /// The numbers; none when kept from the viewer.
    pub counted: Option<Members>,
    /// The rule that decides.
    pub rule: Option<Arc<RuleVersion>>,
}

/// Subjects of a column by what is known of their membership.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Members {
    /// Who belongs to it.
    pub included: u64,
    /// Who does not.
    pub excluded: u64,
    /// Of whom it is not known yet.
    pub open: u64,
    /// What decided, in the rule's order, for those who are not included.
    pub reasons: Vec<(MembershipReason, u64)>,
}

impl View {
    /// Every analysis set over the subjects in scope, as seen on a day.
    pub fn populations(&self, by: OutcomeGrouping, on: Option<NaiveDate>) -> Vec<PopulationCount> {
        let on = self.day(on);
        let Some(book) = self.rulebook() else { return Vec::new() };
        let rule = self.rule(&RULE).map(Arc::new);
        let columns = self.columns(by, |_| true);
        let subjects = columns.iter().flat_map(|column| &column.subjects);
        let judged: Judged =
            subjects.map(|subject| (subject.row_id(), subject.subject().memberships(on))).collect();
        let mut rows = Vec::new();
        for population in Population::ALL {
            let seen = self.table(membership_reads(population, book.populations())) == ValueState::Present;
            for column in columns.iter().filter(|column| seen || column.group.cohort.is_none()) {
                rows.push(PopulationCount {
                    population,
                    group: column.group.clone(),
                    counted: seen.then(|| members(column, population, &judged)),
                    rule: rule.clone().filter(|_| seen),
                });
            }
        }
        rows
    }
}

/// The memberships of subjects, by their rows.
type Judged = HashMap<Uuid, Vec<MembershipAt>>;

fn members(column: &Column<'_>, population: Population, judged: &Judged) -> Members {
    let mut members = Members::default();
    let mut reasons: BTreeMap<MembershipReason, u64> = BTreeMap::new();
    for subject in &column.subjects {
        let all = judged.get(&subject.row_id()).into_iter().flatten().map(|it| it.membership);
        let Some(found) = all.into_iter().find(|it| it.population == population) else { continue };
        match found.included {
            Verdict::Met => members.included += 1,
            Verdict::NotMet => members.excluded += 1,
            Verdict::NotEvaluable => members.open += 1,
        }
        if found.included != Verdict::Met {
            *reasons.entry(found.reason).or_default() += 1;
        }
    }
    members.reasons = reasons.into_iter().collect();
    members
}
