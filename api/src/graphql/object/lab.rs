//! Autoantibody panels and laboratory results.

use super::lab_grade::LabGrade;
use super::masked::MaskedDate;
use super::visit::Visit;
use super::{gated_by_subject, permit};
use crate::graphql::page::{Arguments, PageError, PageInfo, Sliced, slice};
use crate::graphql::scalar::{Decimal, Id, Revision};
use crate::graphql::term::Coded;
use objects::{Gate, Permit, object};
use policy::DataGroup;
use study::terms::{Autoantibody, Comparator, Qualitative};
use study::view::{AutoantibodyPanelView, AutoantibodyResultView, LabResultView};

/// Autoantibodies and complement of one blood sample.
#[object(name = "AutoantibodyPanel", implements("Node"))]
impl<'v> AutoantibodyPanel<'v> {
    /// The global id.
    #[group(Envelope)]
    fn id(&self) -> Id {
        Id(self.0.id())
    }
    /// When the sample was taken.
    #[group(LabResults)]
    fn collected_on(&self) -> MaskedDate {
        MaskedDate(self.0.collected_on())
    }
    /// The visit at which it was taken.
    #[group(Visits)]
    fn visit(&self) -> Option<Visit<'v>> {
        self.0.visit().map(Visit)
    }
    /// The laboratory. The safety board reads none.
    #[group(LabResults)]
    fn laboratory(&self) -> Option<&str> {
        self.0.laboratory()
    }
    /// The results, one an analyte.
    #[group(LabResults)]
    fn results(&self) -> Option<Vec<AutoantibodyResult<'v>>> {
        Some(self.0.results().map(AutoantibodyResult).collect())
    }
    /// Revision of the panel's own last change, for `expectedRevision`.
    #[group(Envelope)]
    fn revision(&self) -> Revision {
        Revision(self.0.revision())
    }
}

/// A panel.
pub struct AutoantibodyPanel<'v>(pub AutoantibodyPanelView<'v>);

/// One analyte of a panel.
#[object(name = "AutoantibodyResult", implements("Node"))]
impl AutoantibodyResult<'_> {
    /// The global id.
    #[group(Envelope)]
    fn id(&self) -> Id {
        Id(self.0.id())
    }
    /// The analyte.
    #[group(LabResults)]
    fn analyte(&self) -> Option<Coded<Autoantibody>> {
        Some(Coded(self.0.analyte()))
    }
    /// The result as received.
    #[group(LabResults)]
    fn raw(&self) -> Option<&str> {
        Some(self.0.raw())
    }
    /// That the value is a bound and not the value itself.
    #[group(LabResults)]
    fn comparator(&self) -> Option<Coded<Comparator>> {
        self.0.comparator().map(Coded)
    }
    /// The value as received; of a titre the denominator.
    #[group(LabResults)]
    fn value(&self) -> Option<Decimal> {
        self.0.value().map(Decimal)
    }
    /// A result without a number.
    #[group(LabResults)]
    fn qualitative(&self) -> Option<Coded<Qualitative>> {
        self.0.qualitative().map(Coded)
    }
    /// The unit as received.
    #[group(LabResults)]
    fn unit(&self) -> Option<&str> {
        self.0.unit()
    }
    /// The value in the protocol's unit.
    #[group(LabResults)]
    fn standard_value(&self) -> Option<Decimal> {
        self.0.standard_value().map(Decimal)
    }
    /// The protocol's unit.
    #[group(LabResults)]
    fn standard_unit(&self) -> Option<&str> {
        self.0.standard_unit()
    }
    /// Lower end of the laboratory's reference range, in the protocol's unit.
    #[group(LabResults)]
    fn reference_low(&self) -> Option<Decimal> {
        self.0.reference_low().map(Decimal)
    }
    /// Upper end of the laboratory's reference range, in the protocol's unit.
    #[group(LabResults)]
    fn reference_high(&self) -> Option<Decimal> {
        self.0.reference_high().map(Decimal)
    }
    /// From where on a result is positive, in the protocol's unit.
    #[group(LabResults)]
    fn positivity_cutoff(&self) -> Option<Decimal> {
        self.0.positivity_cutoff().map(Decimal)
    }
    /// The method.
    #[group(LabResults)]
    fn method(&self) -> Option<&str> {
        self.0.method()
    }
    /// ICAP patterns of an ANA.
    #[group(LabResults)]
    fn patterns(&self) -> Option<&[String]> {
        Some(self.0.patterns())
    }
    /// Revision of the result's own last change, for `expectedRevision`.
    #[group(Envelope)]
    fn revision(&self) -> Revision {
        Revision(self.0.revision())
    }
}

/// A result.
pub struct AutoantibodyResult<'v>(pub AutoantibodyResultView<'v>);

/// A laboratory result.
#[object(name = "LabResult", implements("Node"))]
impl<'v> LabResult<'v> {
    /// The global id.
    #[group(Envelope)]
    fn id(&self) -> Id {
        Id(self.0.id())
    }
    /// The analyte's code in the protocol.
    #[group(LabResults)]
    fn analyte(&self) -> Option<&str> {
        Some(self.0.analyte())
    }
    /// The LOINC code as received.
    #[group(LabResults)]
    fn loinc(&self) -> Option<&str> {
        self.0.loinc()
    }
    /// The result as received.
    #[group(LabResults)]
    fn raw(&self) -> Option<&str> {
        Some(self.0.raw())
    }
    /// That the value is a bound and not the value itself.
    #[group(LabResults)]
    fn comparator(&self) -> Option<Coded<Comparator>> {
        self.0.comparator().map(Coded)
    }
    /// The value as received.
    #[group(LabResults)]
    fn value(&self) -> Option<Decimal> {
        self.0.value().map(Decimal)
    }
    /// The unit as received.
    #[group(LabResults)]
    fn unit(&self) -> Option<&str> {
        self.0.unit()
    }
    /// The value in the protocol's unit.
    #[group(LabResults)]
    fn standard_value(&self) -> Option<Decimal> {
        self.0.standard_value().map(Decimal)
    }
    /// The protocol's unit.
    #[group(LabResults)]
    fn standard_unit(&self) -> Option<&str> {
        self.0.standard_unit()
    }
    /// Lower limit of normal, in the protocol's unit.
    #[group(LabResults)]
    fn lln(&self) -> Option<Decimal> {
        self.0.lln().map(Decimal)
    }
    /// Upper limit of normal, in the protocol's unit.
    #[group(LabResults)]
    fn uln(&self) -> Option<Decimal> {
        self.0.uln().map(Decimal)
    }
    /// The method.
    #[group(LabResults)]
    fn method(&self) -> Option<&str> {
        self.0.method()
    }
    /// The laboratory. The safety board reads none.
    #[group(LabResults)]
    fn laboratory(&self) -> Option<&str> {
        self.0.laboratory()
    }
    /// When the sample was taken.
    #[group(LabResults)]
    fn collected_on(&self) -> MaskedDate {
        MaskedDate(self.0.collected_on())
    }
    /// Local clock time at which it was taken, HH:MM. The safety board sees none.
    #[group(LabResults)]
    fn collected_at(&self) -> Option<&str> {
        self.0.collected_at()
    }
    /// The CTCAE v5 grade of the result. It suggests an adverse event; calling it one takes clinical judgement.
    #[group(LabResults)]
    fn ctcae_grade(&self) -> LabGrade<'v> {
        LabGrade::new(self.0)
    }
    /// Revision of the result's own last change, for `expectedRevision`.
    #[group(Envelope)]
    fn revision(&self) -> Revision {
        Revision(self.0.revision())
    }
}

/// A laboratory result.
pub struct LabResult<'v>(pub LabResultView<'v>);

gated_by_subject!(AutoantibodyPanel, AutoantibodyResult);

impl Gate<DataGroup> for LabResult<'_> {
    fn permits(&self, group: DataGroup) -> Permit {
        // A result that could give away the treatment is of a group of its own.
        permit(&self.0.subject(), if group == DataGroup::LabResults { self.0.group() } else { group })
    }
}

/// A page of laboratory results.
#[object(name = "LabResultConnection", gate = open)]
impl<'v> LabResultConnection<'v> {
    /// The results with their cursors.
    #[group(Envelope)]
    fn edges(&self) -> Vec<LabResultEdge<'v>> {
        self.0
            .items
            .iter()
            .map(|(cursor, view)| LabResultEdge { cursor: cursor.clone(), view: *view })
            .collect()
    }
    /// The results.
    #[group(Envelope)]
    fn nodes(&self) -> Vec<LabResult<'v>> {
        self.0.items.iter().map(|(_, view)| LabResult(*view)).collect()
    }
    /// Where the page stands.
    #[group(Envelope)]
    fn page_info(&self) -> PageInfo {
        self.0.info.clone()
    }
    /// How many results there are in all.
    #[group(Envelope)]
    fn total_count(&self) -> i32 {
        self.0.total
    }
}

/// A page of laboratory results.
pub struct LabResultConnection<'v>(Sliced<LabResultView<'v>>);

impl<'v> LabResultConnection<'v> {
    pub(crate) fn page(
        all: Vec<LabResultView<'v>>,
        arguments: &Arguments,
    ) -> Result<LabResultConnection<'v>, PageError> {
        slice(all, arguments, |view| view.id()).map(LabResultConnection)
    }
}

/// A laboratory result with its cursor.
#[object(name = "LabResultEdge", gate = open)]
impl<'v> LabResultEdge<'v> {
    /// The cursor.
    #[group(Envelope)]
    fn cursor(&self) -> &str {
        &self.cursor
    }
    /// The result.
    #[group(Envelope)]
    fn node(&self) -> LabResult<'v> {
        LabResult(self.view)
    }
}

/// A laboratory result with its cursor.
pub struct LabResultEdge<'v> {
    cursor: String,
    view: LabResultView<'v>,
}
