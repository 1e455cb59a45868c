//! BILAG flares: the grades that come from items which are new or worse.
//!
//! Sources: Gordon 2003; Isenberg 2011. Severe: an A. Moderate: two B. Mild: one B or three C. Trials of anifrolumab ask
//! instead for one new A or two new B against the previous visit.

use super::sri4::NewGrades;
use crate::instrument::bilag2004::grade::{Grading, RenalFirstVisit, grade};
use crate::instrument::bilag2004::{
    Bilag2004, Grade, GradePolicy, Grades, Involvement, ItemValue, System, SystemGrade,
};
use crate::logic::Verdict;
use crate::rule::{Rule, Version};
use serde::Serialize;

/// The rule and its versions.
pub const RULE: Rule = Rule {
    id: "bilag_flare",
    name: "BILAG flare",
    versions: &[Version {
        version: "1",
        what: "Grades of items that are new or worse: an A, two B, one B or three C.",
    }],
};

/// How grave a flare is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum BilagFlare {
    /// No flare.
    None,
    /// One B or at least three C.
    Mild,
    /// At least two B.
    Moderate,
    /// At least one A.
    Severe,
}

/// The flare of the grades, system by system, that come from new or worse items alone; none for a system without one.
pub fn bilag_flare(new_or_worse: &[Option<Grade>; 9]) -> BilagFlare {
    let count = |grade: Grade| new_or_worse.iter().filter(|one| **one == Some(grade)).count();
    match (count(Grade::A), count(Grade::B), count(Grade::C)) {
        (1.., _, _) => BilagFlare::Severe,
        (0, 2.., _) => BilagFlare::Moderate,
        (0, 1, _) | (0, 0, 3..) => BilagFlare::Mild,
        (0, 0, 0..3) => BilagFlare::None,
    }
}

/// The grades that come from new or worse items alone.
///
/// In the systems that are scored 0 to 4, items scored 1 or 2 are taken as absent. The renal and haematological systems
/// are graded from measurements that carry no such score: their grade counts when it is graver than at the previous
/// assessment, and not at the first one. None when a system is not evaluable.
pub fn new_or_worse(
    form: &Bilag2004,
    grades: &Grades,
    previous: Option<&Grades>,
) -> Option<[Option<Grade>; 9]> {
    let mut only_new = form.clone();
    for item in only_new.items.iter_mut() {
        if let Some(ItemValue::Score(score @ (1 | 2))) = item {
            *score = 0;
        }
    }
    let involvement = Involvement::unknown();
    let policy = GradePolicy { renal_first_visit: RenalFirstVisit::Strict, ..GradePolicy::default() };
    let grading = Grading { current: &only_new, previous: None, involvement: &involvement, policy: &policy };
    let mut result = [None; 9];
    for system in System::ALL {
        let measured = matches!(system, System::Renal | System::Haematological);
        let grade = if measured { grades.of(system) } else { grade(system, &grading) };
        let active = match grade {
            SystemGrade::NotEvaluable => return None,
            SystemGrade::Known(grade @ (Grade::A | Grade::B | Grade::C)) => Some(grade),
            SystemGrade::Known(Grade::D | Grade::E) | SystemGrade::DOrE => None,
        };
        result[system as usize] = match (measured, active, previous.map(|previous| previous.of(system))) {
            (false, _, _) | (true, None, _) => active,
            (true, Some(_), None) => None,
            (true, Some(_), Some(SystemGrade::NotEvaluable)) => return None,
            (true, Some(_), Some(SystemGrade::DOrE)) => active,
            (true, Some(now), Some(SystemGrade::Known(before))) => (now < before).then_some(now),
        };
    }
    Some(result)
}

/// The flare of the anifrolumab trials: at least one new A or at least two new B against the previous visit.
pub fn trial_flare(previous: &Grades, now: &Grades) -> Verdict {
    let counts = NewGrades::between(Some(previous), Some(now));
    counts.a.at_most(0).and(counts.b.at_most(1)).negate()
}
