//! Results that could give away the treatment of a masked study.

/// Analyte codes whose results could give away who received cells: persistence and chimerism of the product,
/// immunogenicity, depletion of B cells. In masked studies they lie in the sealed stream.
const UNMASKING: &[&str] = &[
    "anti_hla_antibodies",
    "b_cells",
    "cell_persistence",
    "donor_chimerism",
    "donor_specific_antibodies",
    "immunogenicity",
];

/// Whether an analyte's result could give away the treatment.
pub(crate) fn is_unmasking(analyte: &str) -> bool {
    UNMASKING.contains(&analyte)
}
