//! What the literature leaves open for the instruments and endpoints of this crate, as a protocol states it.
//!
//! A protocol file states every value: there are no silent defaults when one is read. `Default` is what a new protocol
//! starts from.

use crate::endpoint::bicla::{BiclaRule, PgaLimit};
use crate::endpoint::doris::{DorisRule, DoseLimit, Wording};
use crate::endpoint::duration::IntervalRule;
use crate::endpoint::lldas::{LldasRule, NewActivityRule};
use crate::endpoint::missing::MissingStrategy;
use crate::endpoint::selena_flare::SfiRule;
use crate::endpoint::sri4::SriRule;
use crate::endpoint::treatment_failure::{EventStrategies, FailureRule};
use crate::instrument::bilag2004::{GradePolicy, RenalFirstVisit};
use crate::medication::prednisone_equivalent::DoseRule;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// The choices of a protocol for instruments and endpoints.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EndpointParameters {
    /// SLEDAI-2K.
    pub sledai2k: Sledai2kParameters,
    /// BILAG-2004.
    pub bilag2004: Bilag2004Parameters,
    /// SRI-4 to SRI-8.
    pub sri: SriParameters,
    /// BICLA.
    pub bicla: BiclaParameters,
    /// LLDAS.
    pub lldas: LldasParameters,
    /// DORIS.
    pub doris: DorisParameters,
    /// Glucocorticoid dose.
    pub steroid: SteroidParameters,
    /// Treatment failure.
    pub treatment_failure: TreatmentFailureParameters,
    /// Duration of states.
    pub duration: DurationParameters,
    /// SELENA-SLEDAI flare index.
    pub flare: FlareParameters,
}

/// SLEDAI-2K.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sledai2kParameters {
    /// Days before the visit in which a manifestation counts: 30, aligned with the four weeks of BILAG; the original says 10.
    pub lookback_days: u32,
    /// Days after the visit up to which a laboratory result may still be used: 3.
    pub laboratory_days_after: u32,
    /// Joints with pain and inflammation that make arthritis: 2 as published, 3 in the wording of the original index.
    pub arthritis_joints: u32,
    /// Serology may be carried forward from at most this number of days before, flagged; 0 never carries.
    pub serology_carry_forward_days: u32,
    /// Urine protein/creatinine ratio above which a spot urine stands in for 0.5 g in 24 h, mg/g: 500.
    pub proteinuria_ratio_mg_per_g: Decimal,
}

impl Default for Sledai2kParameters {
    fn default() -> Self {
        Sledai2kParameters {
            lookback_days: 30,
            laboratory_days_after: 3,
            arthritis_joints: 2,
            serology_carry_forward_days: 0,
            proteinuria_ratio_mg_per_g: Decimal::from(500),
        }
    }
}

/// BILAG-2004.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bilag2004Parameters {
    /// What the renal rules assume at the first assessment: whether an impaired creatinine or filtration rate counts without
    /// an earlier value.
    pub renal_first_visit: RenalFirstVisit,
    /// Whether histologically active nephritis (item 89) that was not recorded is taken as none: true. Otherwise it keeps the
    /// renal grade, and what rests on it, open until somebody says so.
    pub unrecorded_nephritis_is_none: bool,
    /// Whether haemolysis (96) and a positive Coombs' test (97) that were not recorded are taken as none while haemoglobin is
    /// normal: true. Otherwise they keep the haematological grade open.
    pub unsuspected_haemolysis_is_none: bool,
}

impl Default for Bilag2004Parameters {
    fn default() -> Self {
        let policy = GradePolicy::default();
        Bilag2004Parameters {
            renal_first_visit: policy.renal_first_visit,
            unrecorded_nephritis_is_none: policy.unrecorded_nephritis_is_none,
            unsuspected_haemolysis_is_none: policy.unsuspected_haemolysis_is_none,
        }
    }
}

impl Bilag2004Parameters {
    /// As grading takes it.
    pub fn policy(&self) -> GradePolicy {
        GradePolicy {
            renal_first_visit: self.renal_first_visit,
            unrecorded_nephritis_is_none: self.unrecorded_nephritis_is_none,
            unsuspected_haemolysis_is_none: self.unsuspected_haemolysis_is_none,
        }
    }
}

/// SRI-4 to SRI-8.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SriParameters {
    /// A rise in PGA of this much or more, on 0 to 3, is worsening: 0.30.
    pub pga_worsening: Decimal,
    /// What the primary analysis makes of a response that is not evaluable: no response.
    pub missing: MissingStrategy,
    /// Days that the components of one visit may lie apart from its SLEDAI-2K: 7.
    pub component_days: u32,
}

impl Default for SriParameters {
    fn default() -> Self {
        SriParameters {
            pga_worsening: SriRule::PGA_WORSENING,
            missing: MissingStrategy::Nri,
            component_days: 7,
        }
    }
}

impl SriParameters {
    /// The rule of SRI-x.
    pub fn rule(&self, points: u8) -> SriRule {
        SriRule { points, pga_worsening: self.pga_worsening }
    }
}

/// BICLA.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BiclaParameters {
    /// The limit of the rise in PGA, on 0 to 3: 0.30.
    pub pga_worsening: Decimal,
    /// Whether a rise of exactly the limit is allowed: the published text allows it, the default follows SRI.
    pub pga_limit: PgaLimit,
}

impl Default for BiclaParameters {
    fn default() -> Self {
        BiclaParameters { pga_worsening: SriRule::PGA_WORSENING, pga_limit: PgaLimit::Below }
    }
}

impl BiclaParameters {
    /// The rule.
    pub fn rule(&self) -> BiclaRule {
        BiclaRule { pga_worsening: self.pga_worsening, pga_limit: self.pga_limit }
    }
}

/// LLDAS.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LldasParameters {
    /// Highest SLEDAI-2K total: 4.
    pub sledai_limit: u8,
    /// Highest PGA on 0 to 3: 1.00.
    pub pga_limit: Decimal,
    /// Highest prednisone equivalent, mg/day: 7.5.
    pub prednisone_limit: Decimal,
    /// What counts as new activity against the previous assessment.
    pub new_activity_rule: NewActivityRule,
    /// Whether the study product is exempt from the clause that excludes investigational drugs. Without it nobody qualifies.
    pub investigational_product_exempt: bool,
}

impl Default for LldasParameters {
    fn default() -> Self {
        let rule = LldasRule::default();
        LldasParameters {
            sledai_limit: rule.sledai_limit,
            pga_limit: rule.pga_limit,
            prednisone_limit: rule.prednisone_limit,
            new_activity_rule: rule.new_activity,
            investigational_product_exempt: true,
        }
    }
}

impl LldasParameters {
    /// The rule.
    pub fn rule(&self) -> LldasRule {
        LldasRule {
            sledai_limit: self.sledai_limit,
            pga_limit: self.pga_limit,
            prednisone_limit: self.prednisone_limit,
            new_activity: self.new_activity_rule,
        }
    }
}

/// DORIS.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DorisParameters {
    /// The limit of PGA on 0 to 3: 0.50. Version 2021 of the rule asks for less, version 2017 lets it be reached.
    pub pga_below: Decimal,
    /// The limit of the prednisone equivalent, mg/day: 5.
    pub prednisone_limit: Decimal,
    /// Whether a dose of exactly the limit is remission: the paper's abstract says so, its table does not.
    pub prednisone_dose: DoseLimit,
    /// Days before the assessment in which background therapy must not be started or increased: 28.
    pub stable_background_days: u32,
}

impl Default for DorisParameters {
    fn default() -> Self {
        let rule = DorisRule::default();
        DorisParameters {
            pga_below: rule.pga_below,
            prednisone_limit: rule.prednisone_limit,
            prednisone_dose: rule.dose_limit,
            stable_background_days: 28,
        }
    }
}

impl DorisParameters {
    /// The rule in one of its wordings.
    pub fn rule(&self, wording: Wording) -> DorisRule {
        DorisRule {
            wording,
            pga_below: self.pga_below,
            prednisone_limit: self.prednisone_limit,
            dose_limit: self.prednisone_dose,
        }
    }
}

/// Glucocorticoid dose.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SteroidParameters {
    /// Days of the window that ends on the assessment day: 7; 1 reads the dose of the day alone.
    pub window_days: u32,
    /// Whether premedication is left out of the average. By default it counts.
    pub exclude_premedication: bool,
    /// Milligrams of prednisone that one of systemic budesonide counts as. It acts where it is applied and has no agreed
    /// factor: 0 lists it and counts nothing. A higher one makes LLDAS and DORIS harder to reach for those who take it.
    pub budesonide_factor: Decimal,
    /// The same for fludrocortisone, of which replacement doses count as nothing: 0.
    pub fludrocortisone_factor: Decimal,
}

impl Default for SteroidParameters {
    fn default() -> Self {
        let rule = DoseRule::default();
        SteroidParameters {
            window_days: 7,
            exclude_premedication: rule.exclude_premedication,
            budesonide_factor: rule.budesonide_factor,
            fludrocortisone_factor: rule.fludrocortisone_factor,
        }
    }
}

impl SteroidParameters {
    /// The rule for a window of which the site did, or did not, confirm that nothing else was taken.
    pub fn rule(&self, no_other_steroid_confirmed: bool) -> DoseRule {
        DoseRule {
            no_other_steroid_confirmed,
            exclude_premedication: self.exclude_premedication,
            budesonide_factor: self.budesonide_factor,
            fludrocortisone_factor: self.fludrocortisone_factor,
        }
    }
}

/// Treatment failure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TreatmentFailureParameters {
    /// A dose of more than this above baseline is raised, mg/day of prednisone: 5.
    pub raised_by_mg: Decimal,
    /// For more than this number of consecutive days: 7.
    pub raised_for_days: u32,
    /// Only days after this study day count: 28.
    pub after_study_day: u32,
    /// A glucocorticoid for cytokine release, neurotoxicity or premedication is excused up to this number of days: 7.
    pub excused_days: u32,
    /// When it starts at most this number of days after a dose: 28.
    pub excused_within_days_of_dose: u32,
    /// Or at most this number of days before one, as premedication may be given on its eve: 1.
    pub excused_days_before_dose: u32,
    /// What each kind of event is to an analysis (ICH E9(R1)).
    pub strategies: EventStrategies,
}

impl Default for TreatmentFailureParameters {
    fn default() -> Self {
        let rule = FailureRule::default();
        TreatmentFailureParameters {
            raised_by_mg: rule.raised_by_mg,
            raised_for_days: rule.raised_for_days,
            after_study_day: rule.after_study_day,
            excused_days: rule.excused_days,
            excused_within_days_of_dose: rule.excused_within_days_of_dose,
            excused_days_before_dose: rule.excused_days_before_dose,
            strategies: rule.strategies,
        }
    }
}

impl TreatmentFailureParameters {
    /// The rule.
    pub fn rule(&self) -> FailureRule {
        FailureRule {
            raised_by_mg: self.raised_by_mg,
            raised_for_days: self.raised_for_days,
            after_study_day: self.after_study_day,
            excused_days: self.excused_days,
            excused_within_days_of_dose: self.excused_within_days_of_dose,
            excused_days_before_dose: self.excused_days_before_dose,
            strategies: self.strategies,
        }
    }
}

/// Duration of states.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DurationParameters {
    /// What holds between two visits: the state of the earlier one.
    pub interval_rule: IntervalRule,
    /// Days that two visits must span for a sustained state: 84.
    pub sustained_days: i64,
    /// The part of the observed time that counts as most of it: 0.50 (LLDAS-50).
    pub time_in_state_part: Decimal,
}

impl Default for DurationParameters {
    fn default() -> Self {
        DurationParameters {
            interval_rule: IntervalRule::StateCarriedForward,
            sustained_days: 84,
            time_in_state_part: Decimal::new(50, 2),
        }
    }
}

/// SELENA-SLEDAI flare index.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FlareParameters {
    /// Whether a SLEDAI total that rises above 12 is severe by itself; the modified index of later trials says no.
    pub total_above_12_is_severe: bool,
}

impl Default for FlareParameters {
    fn default() -> Self {
        FlareParameters { total_above_12_is_severe: SfiRule::default().total_above_12_is_severe }
    }
}

impl FlareParameters {
    /// The rule.
    pub fn rule(&self) -> SfiRule {
        SfiRule { total_above_12_is_severe: self.total_above_12_is_severe }
    }
}
