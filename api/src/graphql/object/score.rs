//! Scores of instruments at a planned visit.

use crate::graphql::term::Coded;
use objects::{Stated, object};
use policy::DataGroup;
use study::derived::{BilagAt, SledaiAt};
use study::view::{Shown, ValueState};

/// SLEDAI-2K at a visit.
#[object(name = "SledaiScore", stated, gate = open)]
impl SledaiScore {
    /// Whether there is an assessment, and if not, why.
    #[group(Envelope)]
    fn state(&self) -> Coded<ValueState> {
        Coded(self.0.state)
    }
    /// 0 to 105; none when a descriptor is unknown.
    #[group(Envelope)]
    fn total(&self) -> Option<i32> {
        self.0.value.as_ref()?.score.total.map(i32::from)
    }
    /// The total without serology, 0 to 101; none when a clinical descriptor is unknown.
    #[group(Envelope)]
    fn clinical_total(&self) -> Option<i32> {
        self.0.value.as_ref()?.score.clinical_total.map(i32::from)
    }
    /// The total if every unknown descriptor were absent.
    #[group(Envelope)]
    fn lower_bound(&self) -> Option<i32> {
        self.0.value.as_ref().map(|it| i32::from(it.score.lower))
    }
    /// The total if every unknown descriptor were present.
    #[group(Envelope)]
    fn upper_bound(&self) -> Option<i32> {
        self.0.value.as_ref().map(|it| i32::from(it.score.upper))
    }
    /// Whether every descriptor is known.
    #[group(Envelope)]
    fn complete(&self) -> Option<bool> {
        self.0.value.as_ref().map(|it| it.score.complete)
    }
    /// Whether a major organ is active; none when it is not known.
    #[group(Envelope)]
    fn major_organ_activity(&self) -> Option<bool> {
        self.0.value.as_ref()?.score.major_organ_activity
    }
}

/// SLEDAI-2K.
pub struct SledaiScore(pub Shown<SledaiAt>);

impl Stated for SledaiScore {
    fn masked() -> SledaiScore {
        SledaiScore(Shown::masked())
    }
}

/// BILAG-2004 grades at a visit.
#[object(name = "BilagGrades", stated, gate = open)]
impl BilagGrades {
    /// Whether there is an assessment, and if not, why.
    #[group(Envelope)]
    fn state(&self) -> Coded<ValueState> {
        Coded(self.0.state)
    }
    /// The grade of each system.
    #[group(Envelope)]
    fn systems(&self) -> Option<Vec<BilagSystemGrade>> {
        let grades = self.0.value.as_ref()?.grades;
        let system = |(system, grade): (study::rules::System, study::rules::SystemGrade)| BilagSystemGrade {
            system: system.code(),
            grade: grade.label(),
        };
        Some(grades.iter().map(system).collect())
    }
    /// A 12, B 8, C 1, D and E 0, summed over the nine systems; none when a grade is open.
    #[group(Envelope)]
    fn numeric(&self) -> Option<i32> {
        study::rules::numeric(&self.0.value.as_ref()?.grades).total.map(i32::from)
    }
}

/// BILAG-2004 grades.
pub struct BilagGrades(pub Shown<BilagAt>);

impl Stated for BilagGrades {
    fn masked() -> BilagGrades {
        BilagGrades(Shown::masked())
    }
}

/// The BILAG-2004 grade of one system.
#[object(name = "BilagSystemGrade", gate = open)]
impl BilagSystemGrade {
    /// The system's code.
    #[group(Envelope)]
    fn system(&self) -> &str {
        self.system
    }
    /// A, B, C, D or E; `D or E` when earlier involvement is unknown; `not evaluable` when items are missing.
    #[group(Envelope)]
    fn grade(&self) -> &str {
        self.grade
    }
}

/// The grade of one system.
pub struct BilagSystemGrade {
    system: &'static str,
    grade: &'static str,
}
