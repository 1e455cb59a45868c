//! CTCAE v5 grades of laboratory results.

use super::lab::LabResult;
use super::node::Node;
use super::rule::RuleVersion;
use crate::graphql::term::Coded;
use derivation::laboratory::ctcae;
use objects::{Stated, object};
use policy::DataGroup;
use study::derived::LabGrade as Derived;
use study::terms::LabGradeReason;
use study::view::{LabResultView, Shown, ValueState};

/// The CTCAE v5 grade of a laboratory result. A value on a border has the milder grade. ALT, AST and bilirubin after the
/// first dose are graded against the subject's baseline when that was above the upper limit, creatinine against both.
#[object(name = "LabGrade", stated, gate = open)]
impl<'v> LabGrade<'v> {
    /// Whether there is a grade, and if not, why.
    #[group(Envelope)]
    fn state(&self) -> Coded<ValueState> {
        Coded(self.shown.state)
    }
    /// 0 to 4; 0 when no grade applies. Grade 4 of haemoglobin is a clinical judgement and never stands here.
    #[group(Envelope)]
    fn grade(&self) -> Option<i32> {
        self.held()?.grade.map(i32::from)
    }
    /// Why the grade is open.
    #[group(Envelope)]
    fn reason(&self) -> Option<Coded<LabGradeReason>> {
        self.held()?.reason.map(Coded)
    }
    /// The baseline that it was compared with: the last result before the treatment. None when the rule needs none.
    #[group(Envelope)]
    fn baseline(&self) -> Option<LabResult<'v>> {
        let row = self.held()?.baseline?;
        self.result?.subject().view().lab_result_by_row(row).map(LabResult)
    }
    /// The results that it was derived from.
    #[group(Envelope)]
    fn evidence(&self) -> Option<Vec<Node<'v>>> {
        let (result, held) = (self.result?, self.held()?);
        let rows: Vec<_> = [Some(result.row_id()), held.baseline].into_iter().flatten().collect();
        Some(Node::all(result.subject(), &rows))
    }
    /// The rule that graded it, with its version and parameters.
    #[group(Envelope)]
    fn rule(&self) -> Option<RuleVersion> {
        self.held()?;
        Some(RuleVersion(self.result?.subject().rule(&ctcae::RULE)))
    }
}

/// The grade of a laboratory result.
pub struct LabGrade<'v> {
    result: Option<LabResultView<'v>>,
    shown: Shown<Derived>,
}

impl<'v> LabGrade<'v> {
    pub(crate) fn new(result: LabResultView<'v>) -> LabGrade<'v> {
        LabGrade { result: Some(result), shown: result.ctcae_grade() }
    }

    fn held(&self) -> Option<&Derived> {
        self.shown.value.as_ref()
    }
}

impl Stated for LabGrade<'_> {
    fn masked() -> Self {
        LabGrade { result: None, shown: Shown::masked() }
    }
}
