//! From items to grades: A, then B, then C; else D when the system was ever involved, else E.
//!
//! A missing item leaves a system not evaluable only when it could change the grade: the grade is worked out with the
//! missing at their mildest and at their worst, and is known when both agree.

use super::{Bilag2004, System, haematological, renal};
use crate::rule::{Rule, Version};
use serde::{Deserialize, Serialize};

/// The rule and its versions.
pub const RULE: Rule = Rule {
    id: "bilag2004",
    name: "BILAG-2004 grades",
    versions: &[Version {
        version: "1",
        what: "Form revision of 2009; a missing item matters when it could change the grade.",
    }],
};

/// A grade of one system, A the most active.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Grade {
    /// Severe activity.
    A,
    /// Moderate activity.
    B,
    /// Mild activity.
    C,
    /// Not active, affected before.
    D,
    /// Never affected.
    E,
}

impl Grade {
    /// The numerical score of Yee 2010.
    pub const fn numeric(self) -> u8 {
        match self {
            Grade::A => 12,
            Grade::B => 8,
            Grade::C => 1,
            Grade::D | Grade::E => 0,
        }
    }

    /// Whether the system is active: A, B or C.
    pub const fn is_active(self) -> bool {
        matches!(self, Grade::A | Grade::B | Grade::C)
    }
}

/// What is known of a system's grade.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum SystemGrade {
    /// The grade.
    Known(Grade),
    /// Not active; whether it ever was is not known. Harmless for SRI, BICLA and the numerical score.
    DOrE,
    /// Missing items could change it.
    NotEvaluable,
}

impl SystemGrade {
    /// The grade, when known exactly.
    pub fn known(self) -> Option<Grade> {
        match self {
            SystemGrade::Known(grade) => Some(grade),
            SystemGrade::DOrE | SystemGrade::NotEvaluable => None,
        }
    }

    /// Whether the grade is the active grade asked for; none when not evaluable.
    pub fn is(self, grade: Grade) -> Option<bool> {
        match self {
            SystemGrade::Known(known) => Some(known == grade),
            // D or E: certainly neither A, B nor C; which of the two is open.
            SystemGrade::DOrE => (grade.is_active()).then_some(false),
            SystemGrade::NotEvaluable => None,
        }
    }

    /// Whether the system is graded A, B or C; none when not evaluable.
    pub fn is_active(self) -> Option<bool> {
        match self {
            SystemGrade::Known(grade) => Some(grade.is_active()),
            SystemGrade::DOrE => Some(false),
            SystemGrade::NotEvaluable => None,
        }
    }

    /// The numerical score; none when not evaluable.
    pub fn numeric(self) -> Option<u8> {
        match self {
            SystemGrade::Known(grade) => Some(grade.numeric()),
            SystemGrade::DOrE => Some(0),
            SystemGrade::NotEvaluable => None,
        }
    }

    /// How it reads in a table: the letter, `D or E`, or `not evaluable`.
    pub const fn label(self) -> &'static str {
        match self {
            SystemGrade::Known(Grade::A) => "A",
            SystemGrade::Known(Grade::B) => "B",
            SystemGrade::Known(Grade::C) => "C",
            SystemGrade::Known(Grade::D) => "D",
            SystemGrade::Known(Grade::E) => "E",
            SystemGrade::DOrE => "D or E",
            SystemGrade::NotEvaluable => "not evaluable",
        }
    }
}

/// The grades of the nine systems.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grades([SystemGrade; 9]);

impl Grades {
    /// Grades in the order of [`System::ALL`].
    pub const fn new(grades: [SystemGrade; 9]) -> Grades {
        Grades(grades)
    }

    /// Known grades in the order of [`System::ALL`].
    pub fn known(grades: [Grade; 9]) -> Grades {
        Grades(grades.map(SystemGrade::Known))
    }

    /// The grade of one system.
    pub fn of(&self, system: System) -> SystemGrade {
        self.0[system as usize]
    }

    /// Each system with its grade, in the order of the form.
    pub fn iter(&self) -> impl Iterator<Item = (System, SystemGrade)> + '_ {
        System::ALL.into_iter().map(|system| (system, self.of(system)))
    }

    /// The same grades with one replaced.
    #[must_use]
    pub fn with(mut self, system: System, grade: SystemGrade) -> Grades {
        self.0[system as usize] = grade;
        self
    }
}

/// What is known of the time before an assessment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Involvement {
    /// By system: whether it was ever active (screening history, or an A to C in the study); none when unknown.
    pub ever: [Option<bool>; 9],
    /// Whether an earlier assessment recorded nephritis by a biopsy that lies within 3 months of this one.
    pub nephritis_within_three_months: bool,
}

impl Involvement {
    /// The history taken at screening: the systems that were involved, and no others.
    pub fn from_history(involved: &[System]) -> Involvement {
        Involvement {
            ever: System::ALL.map(|system| Some(involved.contains(&system))),
            nephritis_within_three_months: false,
        }
    }

    /// No history was taken.
    pub fn unknown() -> Involvement {
        Involvement { ever: [None; 9], nephritis_within_three_months: false }
    }

    /// Adds what an assessment showed, for the assessments after it.
    #[must_use]
    pub fn after(mut self, grades: &Grades) -> Involvement {
        for (system, grade) in grades.iter() {
            let ever = &mut self.ever[system as usize];
            *ever = match (*ever, grade.is_active()) {
                (Some(true), _) | (_, Some(true)) => Some(true),
                (Some(false), Some(false)) => Some(false),
                (None, _) | (_, None) => None,
            };
        }
        self
    }
}

/// What the renal rules assume when there is no earlier assessment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RenalFirstVisit {
    /// Proteinuria counts as not improved and a filtration rate below 50 counts; a rise that needs a comparison does not.
    #[default]
    Strict,
    /// As strict, and creatinine above 130 umol/L or a filtration rate below 80 counts as severe deterioration.
    CountsImpairment,
}

/// The choices that grading leaves to the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GradePolicy {
    /// The renal rules at the first assessment.
    pub renal_first_visit: RenalFirstVisit,
    /// Whether histologically active nephritis (item 89) that was not recorded is taken as none: without a biopsy in three
    /// months there is nothing to record. Otherwise the renal grade stays open.
    pub unrecorded_nephritis_is_none: bool,
    /// Whether haemolysis (96) and a positive Coombs' test (97) that were not recorded are taken as none while haemoglobin
    /// is normal: nobody looks for them without a suspicion. Otherwise the haematological grade stays open.
    pub unsuspected_haemolysis_is_none: bool,
}

impl Default for GradePolicy {
    /// Strict at the first visit; what nobody had a reason to look for was not there.
    fn default() -> Self {
        GradePolicy {
            renal_first_visit: RenalFirstVisit::default(),
            unrecorded_nephritis_is_none: true,
            unsuspected_haemolysis_is_none: true,
        }
    }
}

/// Everything that grading one assessment needs.
#[derive(Clone, Copy)]
pub(crate) struct Grading<'a> {
    pub current: &'a Bilag2004,
    pub previous: Option<&'a Bilag2004>,
    pub involvement: &'a Involvement,
    pub policy: &'a GradePolicy,
}

/// Whether missing items are taken at their mildest or at their worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Missing {
    Mildest,
    Worst,
}

/// Grades all nine systems of an assessment.
///
/// `previous` is the subject's last earlier BILAG-2004 assessment, on another date.
pub fn grade_all(
    current: &Bilag2004,
    previous: Option<&Bilag2004>,
    involvement: &Involvement,
    policy: &GradePolicy,
) -> Grades {
    let grading = Grading { current, previous, involvement, policy };
    Grades(System::ALL.map(|system| grade(system, &grading)))
}

/// Grades one system.
pub(crate) fn grade(system: System, grading: &Grading<'_>) -> SystemGrade {
    let mildest = activity(system, grading, Missing::Mildest);
    if mildest != activity(system, grading, Missing::Worst) {
        return SystemGrade::NotEvaluable;
    }
    inactive_or(mildest, grading.involvement.ever[system as usize])
}

/// Grades one system from what was recorded alone: what was not done counts as absent.
pub(crate) fn grade_as_recorded(system: System, grading: &Grading<'_>) -> SystemGrade {
    inactive_or(activity(system, grading, Missing::Mildest), grading.involvement.ever[system as usize])
}

fn inactive_or(activity: Option<Grade>, ever: Option<bool>) -> SystemGrade {
    match (activity, ever) {
        (Some(grade), _) => SystemGrade::Known(grade),
        (None, Some(true)) => SystemGrade::Known(Grade::D),
        (None, Some(false)) => SystemGrade::Known(Grade::E),
        (None, None) => SystemGrade::DOrE,
    }
}

/// A, B or C; none when the system is not active.
fn activity(system: System, grading: &Grading<'_>, missing: Missing) -> Option<Grade> {
    match system {
        System::Constitutional => constitutional(&scores(grading.current, missing)),
        System::Mucocutaneous => by_lists(&MUCOCUTANEOUS, &scores(grading.current, missing)),
        System::Neuropsychiatric => by_lists(&NEUROPSYCHIATRIC, &scores(grading.current, missing)),
        System::Musculoskeletal => by_lists(&MUSCULOSKELETAL, &scores(grading.current, missing)),
        System::Cardiorespiratory => by_lists(&CARDIORESPIRATORY, &scores(grading.current, missing)),
        System::Gastrointestinal => by_lists(&GASTROINTESTINAL, &scores(grading.current, missing)),
        System::Ophthalmic => by_lists(&OPHTHALMIC, &scores(grading.current, missing)),
        System::Renal => renal::activity(grading, missing),
        System::Haematological => haematological::activity(grading, missing),
    }
}

/// Items of a clinical system by how grave they are.
struct Lists {
    /// Active: A. Improving: B.
    severe: &'static [u8],
    /// Active: B. Improving: C.
    moderate: &'static [u8],
    /// Present at all: C.
    mild: &'static [u8],
}

const MUCOCUTANEOUS: Lists =
    Lists { severe: &[5, 7, 9, 11, 13], moderate: &[6, 12, 14, 15], mild: &[8, 10, 16, 17, 18] };
const NEUROPSYCHIATRIC: Lists = Lists {
    severe: &[19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 31, 36],
    moderate: &[30, 32, 33, 34, 35, 37, 38],
    mild: &[],
};
const MUSCULOSKELETAL: Lists = Lists { severe: &[39, 41], moderate: &[40, 42], mild: &[43] };
const CARDIORESPIRATORY: Lists =
    Lists { severe: &[45, 46, 47, 49, 50, 51, 52, 53, 54, 55], moderate: &[44, 48], mild: &[] };
const GASTROINTESTINAL: Lists =
    Lists { severe: &[56, 58, 61, 63, 64], moderate: &[57, 59, 60, 62], mild: &[] };
const OPHTHALMIC: Lists =
    Lists { severe: &[65, 66, 69, 72, 74, 76, 77], moderate: &[67, 68, 70, 73], mild: &[71, 75] };

/// Item scores with the missing filled in.
fn scores(form: &Bilag2004, missing: Missing) -> impl Fn(u8) -> u8 + '_ {
    // Every rule of the clinical systems is met more, never less, as a score goes from 0 over 1 to 4.
    let unknown = match missing {
        Missing::Mildest => 0,
        Missing::Worst => 4,
    };
    move |number| form.score(number).unwrap_or(unknown)
}

/// Same, worse or new.
pub(crate) const fn is_active(score: u8) -> bool {
    score >= 2
}

/// Improving.
pub(crate) const fn is_improving(score: u8) -> bool {
    score == 1
}

fn by_lists(lists: &Lists, score: &impl Fn(u8) -> u8) -> Option<Grade> {
    let any = |numbers: &[u8], holds: fn(u8) -> bool| numbers.iter().any(|number| holds(score(*number)));
    if any(lists.severe, is_active) {
        return Some(Grade::A);
    }
    if any(lists.severe, is_improving) || any(lists.moderate, is_active) {
        return Some(Grade::B);
    }
    let mild = any(lists.moderate, is_improving) || any(lists.mild, |score| score > 0);
    mild.then_some(Grade::C)
}

/// Pyrexia (1) weighs more than weight loss, lymphadenopathy and anorexia (2, 3, 4).
fn constitutional(score: &impl Fn(u8) -> u8) -> Option<Grade> {
    let pyrexia = score(1);
    let two_others = [2, 3, 4].into_iter().filter(|number| is_active(score(*number))).count() >= 2;
    match (is_active(pyrexia), two_others) {
        (true, true) => Some(Grade::A),
        (true, false) | (false, true) => Some(Grade::B),
        (false, false) => {
            (pyrexia > 0 || [2, 3, 4].into_iter().any(|number| score(number) > 0)).then_some(Grade::C)
        }
    }
}
