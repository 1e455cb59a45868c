//! Background therapy: whether it was stable (DORIS) and at maintenance doses only (LLDAS).
//!
//! The study product and its lymphodepletion are exempt and are not given to these functions; taken literally the
//! published LLDAS excludes every investigational drug, and nobody in the trial could reach it.

use crate::rule::{Rule, Version};
use chrono::{Days, NaiveDate};
use rust_decimal::Decimal;

/// The rule and its versions.
pub const RULE: Rule = Rule {
    id: "background_therapy",
    name: "Background therapy",
    versions: &[Version {
        version: "1",
        what: "Stable without a start or an increase; maintenance within the ceilings of Golder 2016.",
    }],
};

/// One course of an antimalarial, immunosuppressant or biologic at one dose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BackgroundCourse {
    /// The drug's name in lower case, so that courses of one drug are told together.
    pub drug: String,
    /// The dose over a day in mg; none when unknown.
    pub mg_per_day: Option<Decimal>,
    /// First day at this dose, the latest that a partial date allows.
    pub start: NaiveDate,
    /// Last day at this dose; none when ongoing.
    pub end: Option<NaiveDate>,
}

impl BackgroundCourse {
    fn covers(&self, date: NaiveDate) -> bool {
        self.start <= date && self.end.is_none_or(|end| date <= end)
    }
}

/// Whether no drug was started and no dose increased in the `days` days before an assessment. Reductions are allowed.
///
/// None when a course that began in that time, or one that it follows or joins, has no dose to compare.
pub fn is_stable(courses: &[BackgroundCourse], assessed_on: NaiveDate, days: u32) -> Option<bool> {
    let from = assessed_on.checked_sub_days(Days::new(u64::from(days)))?;
    let mut stable = Some(true);
    for course in courses.iter().filter(|course| course.start > from && course.start <= assessed_on) {
        stable = match (stable, is_reduction(course, courses)) {
            (Some(false), _) | (_, Some(false)) => return Some(false),
            (Some(true), Some(true)) => Some(true),
            (None, _) | (_, None) => None,
        };
    }
    stable
}

/// Whether a course continues the same drug from the day before, at no higher dose. Courses of one drug add up, as they
/// do for its ceiling.
fn is_reduction(course: &BackgroundCourse, courses: &[BackgroundCourse]) -> Option<bool> {
    let Some(eve) = course.start.pred_opt() else { return Some(false) };
    let taken_on = |date| courses.iter().filter(move |other| other.drug == course.drug && other.covers(date));
    if taken_on(eve).next().is_none() {
        return Some(false);
    }
    let total = |date| taken_on(date).map(|other| other.mg_per_day).sum::<Option<Decimal>>();
    Some(total(course.start)? <= total(eve)?)
}

/// The highest maintenance doses of Golder 2016, in mg over so many days.
const CEILINGS: [(&str, u32, u32); 6] = [
    ("hydroxychloroquine", 400, 1),
    ("methotrexate", 30, 7),
    ("azathioprine", 200, 1),
    ("mycophenolate mofetil", 3000, 1),
    ("mycophenolic acid", 2160, 1),
    ("leflunomide", 20, 1),
];

/// Whether a drug has a published maintenance ceiling, and what it is: mg, over days.
pub fn ceiling(drug: &str) -> Option<(u32, u32)> {
    CEILINGS.iter().find(|(name, _, _)| *name == drug).map(|(_, mg, days)| (*mg, *days))
}

/// Whether every drug taken on a day is within its ceiling, courses of one drug added up.
///
/// None when a dose is unknown, or a drug has no published ceiling: then somebody has to say.
pub fn is_maintenance(courses: &[BackgroundCourse], assessed_on: NaiveDate) -> Option<bool> {
    let taken: Vec<&BackgroundCourse> = courses.iter().filter(|course| course.covers(assessed_on)).collect();
    let mut within = Some(true);
    for (place, course) in taken.iter().enumerate() {
        if taken[..place].iter().any(|earlier| earlier.drug == course.drug) {
            continue;
        }
        let doses = taken.iter().filter(|other| other.drug == course.drug).map(|other| other.mg_per_day);
        let total: Option<Decimal> = doses.sum();
        let fits = ceiling(&course.drug).zip(total).and_then(|((mg, days), total)| {
            Some(total.checked_mul(Decimal::from(days))? <= Decimal::from(mg))
        });
        within = match (within, fits) {
            (_, Some(false)) => return Some(false),
            (Some(true), Some(true)) => Some(true),
            (Some(_) | None, Some(true) | None) => None,
        };
    }
    within
}
