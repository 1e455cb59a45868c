//! Every list of controlled terms that this crate speaks: those of the rows, and those of what is derived.

pub use crate::derived::LabGradeReason;
pub use crate::outcome::{IncidenceLevel, OutcomeGrouping};
pub use crate::view::ValueState;
use derivation::endpoint::bilag_flare::BilagFlare;
use derivation::endpoint::missing::MissingStrategy as OfRules;
use derivation::endpoint::selena_flare::SfiFlare;
use derivation::instrument::sledai2k::DescriptorSystem;
use derivation::laboratory::autoantibody::ChangeReason;
use derivation::logic::Verdict;
use derivation::medication::prednisone_equivalent::UnknownDose;
use derivation::population::{MembershipReason, Population as RulePopulation};
use derivation::rule::{CriterionCode as RuleCriterionCode, Reason};
use derivation::safety::dlt::{DltReason as RuleDltReason, Evaluability};
use derivation::safety::stopping::StoppingRule;
use derivation::safety::treatment_emergent::Period;
use derivation::timeline::ImputationFlag;
pub use entity::term::Term;
pub use entity::terms::*;

/// Makes an enum of this crate a list of controlled terms.
macro_rules! listed {
    ($name:ident, $about:literal { $($value:ident = $code:literal: $doc:literal),+ $(,)? }) => {
        impl Term for $name {
            const NAME: &'static str = stringify!($name);
            const DESCRIPTION: &'static str = $about;
            const ALL: &'static [Self] = &[$($name::$value),+];

            fn as_str(self) -> &'static str {
                match self { $($name::$value => $code),+ }
            }

            fn description(self) -> &'static str {
                match self { $($name::$value => $doc),+ }
            }
        }
    };
}

/// Declares the public form of an enum of the rules, value by value.
macro_rules! mirrored {
    ($name:ident of $inner:ident, $about:literal {
        $($value:ident = $code:literal: $doc:literal),+ $(,)?
    }) => {
        #[doc = $about]
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name { $(#[doc = $doc] $value),+ }

        listed!($name, $about { $($value = $code: $doc),+ });

        impl From<$inner> for $name {
            fn from(inner: $inner) -> $name {
                match inner { $($inner::$value => $name::$value),+ }
            }
        }
    };
}

listed!(ValueState, "Whether a value is there, and if not, why." {
    Present = "PRESENT": "It is there.",
    Masked = "MASKED": "It is kept from you; whether there is one is not said.",
    Suppressed = "SUPPRESSED": "It is left out because it could single somebody out.",
    NotCollected = "NOT_COLLECTED": "Nobody has recorded it.",
    NotEvaluable = "NOT_EVALUABLE": "What was recorded does not decide it.",
});

listed!(LabGradeReason, "Why a laboratory result has no grade." {
    NotGraded = "NOT_GRADED": "CTCAE v5 has no grades of this analyte here.",
    ValueMissing = "VALUE_MISSING": "The result holds no number.",
    UnknownUnit = "UNKNOWN_UNIT": "The protocol's unit of the analyte is none that the rule knows.",
    LimitMissing = "LIMIT_MISSING": "The laboratory's limit that decides is missing.",
    Bound = "BOUND": "The result is only a bound, and the values behind it have several grades.",
    BaselineBound = "BASELINE_BOUND": "The baseline is only a bound, and does not say what to compare with.",
});

listed!(OutcomeGrouping, "How subjects are grouped in a table." {
    Cohort = "COHORT": "One group a cohort, then the total.",
    Total = "TOTAL": "The total alone.",
});

listed!(IncidenceLevel, "At which level of coding adverse events are counted." {
    Any = "ANY": "Any event.",
    SystemOrganClass = "SYSTEM_ORGAN_CLASS": "Events of a system organ class.",
    PreferredTerm = "PREFERRED_TERM": "Events of a preferred term.",
});

mirrored!(Outcome of Verdict, "The three-valued answer of a rule." {
    Met = "MET": "It holds.",
    NotMet = "NOT_MET": "It does not hold.",
    NotEvaluable = "NOT_EVALUABLE": "What is known does not decide it.",
});

/// Why an endpoint is not evaluable, or what made it a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReasonCode {
    /// A failure event is dated on or before the visit.
    TreatmentFailure,
    /// Baseline is lower than the reduction asked for.
    BaselineBelowThreshold,
    /// There is no baseline.
    BaselineMissing,
    /// There is no assessment in the visit's window.
    VisitMissing,
    /// Components that decide are missing.
    ComponentMissing,
    /// There is nothing earlier to compare with.
    NoPreviousAssessment,
    /// The subject was not dosed.
    NotDosed,
    /// The day has not come.
    Pending,
    /// Nothing was active at baseline.
    NothingToImprove,
    /// A unit that the analyte does not have.
    UnknownUnit,
    /// A value that cannot be right in its unit.
    Implausible,
    /// Results of different kinds.
    NotComparable,
    /// Both values are beyond the assay on the same side.
    BothCensored,
}

listed!(ReasonCode, "Why an endpoint is not evaluable, or what made it a failure whatever its criteria say." {
    TreatmentFailure = "TREATMENT_FAILURE": "A failure event is dated on or before the visit.",
    BaselineBelowThreshold = "BASELINE_BELOW_THRESHOLD": "The baseline score is lower than the reduction asked for.",
    BaselineMissing = "BASELINE_MISSING": "There is no assessment before treatment.",
    VisitMissing = "VISIT_MISSING": "There is no assessment in the visit's analysis window.",
    ComponentMissing = "COMPONENT_MISSING": "Components that decide are missing or incomplete.",
    NoPreviousAssessment = "NO_PREVIOUS_ASSESSMENT": "There is no earlier assessment to compare with.",
    NotDosed = "NOT_DOSED": "The subject has not received the first dose.",
    Pending = "PENDING": "The day that the answer waits for has not come yet.",
    NothingToImprove = "NOTHING_TO_IMPROVE": "No organ was active at baseline, so none can improve.",
    UnknownUnit = "UNKNOWN_UNIT": "A result is in a unit that the analyte does not have.",
    Implausible = "IMPLAUSIBLE": "A value can hardly be right in its unit.",
    NotComparable = "NOT_COMPARABLE": "The results are of different kinds, such as an amount and a word.",
    BothCensored = "BOTH_CENSORED": "Both values are beyond the assay on the same side.",
});

impl From<Reason> for ReasonCode {
    fn from(reason: Reason) -> ReasonCode {
        match reason {
            Reason::TreatmentFailure => ReasonCode::TreatmentFailure,
            Reason::BaselineBelowThreshold => ReasonCode::BaselineBelowThreshold,
            Reason::BaselineMissing => ReasonCode::BaselineMissing,
            Reason::VisitMissing => ReasonCode::VisitMissing,
            Reason::ComponentMissing => ReasonCode::ComponentMissing,
            Reason::NoPreviousAssessment => ReasonCode::NoPreviousAssessment,
            Reason::NotDosed => ReasonCode::NotDosed,
            Reason::Pending => ReasonCode::Pending,
            Reason::NothingToImprove => ReasonCode::NothingToImprove,
        }
    }
}

impl From<ChangeReason> for ReasonCode {
    fn from(reason: ChangeReason) -> ReasonCode {
        match reason {
            ChangeReason::BaselineMissing => ReasonCode::BaselineMissing,
            ChangeReason::VisitMissing => ReasonCode::VisitMissing,
            ChangeReason::UnknownUnit => ReasonCode::UnknownUnit,
            ChangeReason::Implausible => ReasonCode::Implausible,
            ChangeReason::NotComparable => ReasonCode::NotComparable,
            ChangeReason::BothCensored => ReasonCode::BothCensored,
        }
    }
}

mirrored!(SledaiSystem of DescriptorSystem, "A body system of SLEDAI-2K." {
    CentralNervous = "CENTRAL_NERVOUS": "Central nervous system.",
    Vascular = "VASCULAR": "Vessels.",
    Musculoskeletal = "MUSCULOSKELETAL": "Joints and muscles.",
    Renal = "RENAL": "Kidneys.",
    Skin = "SKIN": "Skin and mucous membranes.",
    Cardiopulmonary = "CARDIOPULMONARY": "Pleura and pericardium.",
    Immunological = "IMMUNOLOGICAL": "Serology.",
    Constitutional = "CONSTITUTIONAL": "Fever.",
    Haematological = "HAEMATOLOGICAL": "Blood cells.",
});

mirrored!(EventPeriod of Period, "The part of the study that an adverse event belongs to." {
    PreTreatment = "PRE_TREATMENT": "Before any treatment of the study.",
    LymphodepletionEmergent = "LYMPHODEPLETION_EMERGENT": "From the start of lymphodepletion to the first dose of the product.",
    TreatmentEmergent = "TREATMENT_EMERGENT": "It started, or its grade worsened, from the first dose to the protocol's horizon.",
    AfterHorizon = "AFTER_HORIZON": "After the horizon.",
});

mirrored!(DateImputation of ImputationFlag, "What of a partial date was filled in (ADaM: ASTDTF)." {
    Day = "D": "The day.",
    Month = "M": "The month and the day.",
    Year = "Y": "All of it.",
});

mirrored!(DltStatus of Evaluability, "Whether a subject counts in decisions on the dose." {
    Evaluable = "EVALUABLE": "The subject completed the window with enough of the dose, or had a toxicity in it.",
    NotEvaluable = "NOT_EVALUABLE": "The subject left early or received too little, and is replaced.",
    Pending = "PENDING": "The window is open, or what decides is not recorded yet.",
});

mirrored!(DltReason of RuleDltReason, "What decided whether a subject counts in decisions on the dose." {
    NotDosed = "NOT_DOSED": "The first dose has not been given.",
    DltInWindow = "DLT_IN_WINDOW": "A dose-limiting toxicity happened in the window.",
    EventFactMissing = "EVENT_FACT_MISSING": "An event may be dose-limiting, but a fact that decides is missing.",
    DoseTooLow = "DOSE_TOO_LOW": "Too little of the planned dose was received.",
    LeftEarly = "LEFT_EARLY": "Follow-up ended before the window did.",
    WindowOpen = "WINDOW_OPEN": "The window has not closed.",
    FollowUpNotRecorded = "FOLLOW_UP_NOT_RECORDED": "The window has closed, but follow-up to its end is not recorded.",
    DoseNotRecorded = "DOSE_NOT_RECORDED": "The dose received is not recorded.",
    CompletedWithoutDlt = "COMPLETED_WITHOUT_DLT": "The window was completed without a dose-limiting toxicity.",
});

mirrored!(StoppingRuleCode of StoppingRule, "A pause or stopping rule. Expect new values." {
    Sentinel = "R_SENT": "The first subject of a level is observed before the next is dosed.",
    Death = "R_G5": "A death soon after dosing, not clearly due to the disease or an external cause.",
    LifeThreatening = "R_G4": "A related non-haematological event of grade 4.",
    Crs = "R_CRS": "Severe cytokine release syndrome, in several subjects or lasting.",
    Icans = "R_ICANS": "Severe neurotoxicity.",
    Gvhd = "R_GVHD": "Acute graft-versus-host disease.",
    Infection = "R_INF": "Severe infections.",
    BetaBinomial = "R_BAYES": "The toxicity rate is probably too high.",
});

mirrored!(SelenaFlareGrade of SfiFlare, "How grave a flare is by the SELENA-SLEDAI flare index." {
    None = "NONE": "No flare.",
    MildModerate = "MILD_MODERATE": "Mild or moderate: the index does not tell them apart.",
    Severe = "SEVERE": "Severe.",
});

mirrored!(BilagFlareGrade of BilagFlare, "How grave a BILAG flare is." {
    None = "NONE": "No flare.",
    Mild = "MILD": "One B, or at least three C.",
    Moderate = "MODERATE": "At least two B.",
    Severe = "SEVERE": "At least one A.",
});

mirrored!(Population of RulePopulation, "An analysis set." {
    Enrolled = "ENROLLED": "Signed consent.",
    FullAnalysis = "FULL_ANALYSIS": "Assigned to a dose level and received any of the product: primary for efficacy.",
    Safety = "SAFETY": "Received any of the product: adverse events and laboratory.",
    LymphodepletionSafety = "LYMPHODEPLETION_SAFETY": "Received any lymphodepletion.",
    DltEvaluable = "DLT_EVALUABLE": "Counts in decisions on the dose.",
    PerProtocol = "PER_PROTOCOL": "Treated and assessed as planned: sensitivity of efficacy.",
});

mirrored!(PopulationReason of MembershipReason, "What decided whether a subject belongs to an analysis set." {
    Qualifies = "QUALIFIES": "Every condition holds.",
    NoConsent = "NO_CONSENT": "No consent was signed.",
    NotAssigned = "NOT_ASSIGNED": "No dose level was assigned.",
    NotDosed = "NOT_DOSED": "No product was received.",
    NoLymphodepletion = "NO_LYMPHODEPLETION": "No lymphodepletion was received.",
    NoAssessment = "NO_ASSESSMENT": "There is no efficacy assessment after the dose.",
    DoseTooLow = "DOSE_TOO_LOW": "Too little of the planned dose was received.",
    DoseNotRecorded = "DOSE_NOT_RECORDED": "The dose received is not known.",
    MajorDeviation = "MAJOR_DEVIATION": "A major deviation affects efficacy.",
    DeviationsOpen = "DEVIATIONS_OPEN": "Deviations have not been classified.",
    EndpointNotEvaluable = "ENDPOINT_NOT_EVALUABLE": "The primary endpoint is not evaluable at its visit, or not yet.",
    DltNotEvaluable = "DLT_NOT_EVALUABLE": "The subject is not evaluable for dose-limiting toxicity.",
    DltPending = "DLT_PENDING": "The window of dose-limiting toxicity, or what decides it, is open.",
});

mirrored!(DoseUnknownReason of UnknownDose, "Why a glucocorticoid dose is unknown." {
    DoseMissing = "DOSE_MISSING": "A record in the window has no dose, or one in a unit without a factor.",
    FrequencyMissing = "FREQUENCY_MISSING": "A record in the window has no frequency, or was given when needed.",
    NoRecord = "NO_RECORD": "No record touches the window, and nobody confirmed that nothing was taken.",
    TooLarge = "TOO_LARGE": "The numbers are larger than a dose can be.",
});

mirrored!(CriterionCode of RuleCriterionCode, "What a criterion asks." {
    SledaiLow = "SLEDAI_LOW": "SLEDAI-2K is low enough (LLDAS).",
    NoMajorOrgan = "NO_MAJOR_ORGAN": "No activity in a major organ system (LLDAS).",
    NoHaemolyticAnaemia = "NO_HAEMOLYTIC_ANAEMIA": "No haemolytic anaemia due to lupus (LLDAS).",
    NoGiActivity = "NO_GI_ACTIVITY": "No gastrointestinal activity (LLDAS).",
    NoNewActivity = "NO_NEW_ACTIVITY": "No new activity since the visit before (LLDAS).",
    PgaLow = "PGA_LOW": "The physician's global assessment is low enough (LLDAS, DORIS).",
    PrednisoneLow = "PREDNISONE_LOW": "The prednisone equivalent is low enough (LLDAS, DORIS).",
    MaintenanceTherapy = "MAINTENANCE_THERAPY": "Immunosuppressants stand at tolerated maintenance doses (LLDAS).",
    ClinicalSledaiZero = "CLINICAL_SLEDAI_ZERO": "No clinical descriptor of SLEDAI-2K is present (DORIS).",
    StableBackground = "STABLE_BACKGROUND": "Background treatment is stable (DORIS).",
    SledaiReduction = "SLEDAI_REDUCTION": "SLEDAI-2K has fallen by the points asked for (SRI).",
    NoNewA = "NO_NEW_A": "No new BILAG-2004 grade A (SRI).",
    AtMostOneNewB = "AT_MOST_ONE_NEW_B": "At most one new BILAG-2004 grade B (SRI).",
    PgaNotWorse = "PGA_NOT_WORSE": "The physician's global assessment has not worsened (SRI, BICLA).",
    AllAbImproved = "ALL_AB_IMPROVED": "Every BILAG-2004 grade A or B of baseline has improved (BICLA).",
    NoWorseBilag = "NO_WORSE_BILAG": "No BILAG-2004 system has worsened beyond what is allowed (BICLA).",
    SledaiNotWorse = "SLEDAI_NOT_WORSE": "SLEDAI-2K is not above its baseline (BICLA).",
    SledaiHigh = "SLEDAI_HIGH": "The SLEDAI total rises above 12 (severe flare).",
    SevereManifestation = "SEVERE_MANIFESTATION": "A severe manifestation is new or worse (severe flare).",
    PrednisoneHigh = "PREDNISONE_HIGH": "Prednisone is raised to more than 0.5 mg/kg/day (severe flare).",
    NewImmunosuppressant = "NEW_IMMUNOSUPPRESSANT": "An immunosuppressant was added for activity (severe flare).",
    Hospitalised = "HOSPITALISED": "Admitted to hospital for lupus (severe flare).",
    PgaHigh = "PGA_HIGH": "The physician's global assessment rises above 2.5 (severe flare).",
    SledaiRise = "SLEDAI_RISE": "The SLEDAI total rises by at least 3 points (mild or moderate flare).",
    MildModerateManifestation = "MILD_MODERATE_MANIFESTATION": "A mild or moderate manifestation is new or worse (mild or moderate flare).",
    PrednisoneRaised = "PREDNISONE_RAISED": "Prednisone is raised (mild or moderate flare).",
    NewNsaidOrHydroxychloroquine = "NEW_NSAID_OR_HYDROXYCHLOROQUINE": "An NSAID or hydroxychloroquine was added for activity (mild or moderate flare).",
    PgaRise = "PGA_RISE": "The physician's global assessment rises by at least 1.0 (mild or moderate flare).",
});

/// By what subjects are ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SubjectOrderField {
    /// By when they were screened.
    Screening,
    /// By their code.
    Code,
}

listed!(SubjectOrderField, "By what subjects are ordered." {
    Screening = "SCREENING": "By when they were screened.",
    Code = "CODE": "By their code, as you know it.",
});

/// Which way a list runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrderDirection {
    /// From the smallest.
    Asc,
    /// From the largest.
    Desc,
}

listed!(OrderDirection, "Which way a list runs." {
    Asc = "ASC": "From the smallest, or the earliest.",
    Desc = "DESC": "From the largest, or the latest.",
});

/// How an interval was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IntervalMethod {
    /// Clopper and Pearson's, of a share.
    ClopperPearson,
    /// Garwood's, of a rate.
    ExactPoisson,
}

listed!(IntervalMethod, "How an interval was taken." {
    ClopperPearson = "CLOPPER_PEARSON": "The exact interval of a share (Clopper and Pearson).",
    ExactPoisson = "EXACT_POISSON": "The exact interval of a rate (Garwood).",
});

/// Whom a rate of SRI response counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SriDenominator {
    /// The whole analysis set.
    All,
    /// Those whose score can fall by the points asked for.
    BaselineAtLeastPoints,
}

listed!(SriDenominator, "Whom a rate of SRI response counts. With five points or more, both are reported." {
    All = "ALL": "The whole analysis set.",
    BaselineAtLeastPoints = "BASELINE_AT_LEAST_POINTS": "Those whose SLEDAI-2K at baseline is at least the points asked for, so that it can fall by them. Of whom that is not known is counted as not evaluable.",
});

/// What stands for missing answers in a rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MissingStrategy {
    /// Counts as no response.
    NonResponder,
    /// Leaves the denominator.
    ObservedCase,
    /// Stays open in the denominator.
    ComponentOnly,
}

listed!(MissingStrategy, "What stands for missing answers in a rate." {
    NonResponder = "NON_RESPONDER": "Not evaluable counts as no response.",
    ObservedCase = "OBSERVED_CASE": "Not evaluable leaves the denominator.",
    ComponentOnly = "COMPONENT_ONLY": "Not evaluable stays in the denominator and is no response; it is counted apart.",
});

impl From<OfRules> for MissingStrategy {
    fn from(strategy: OfRules) -> MissingStrategy {
        match strategy {
            OfRules::Nri => MissingStrategy::NonResponder,
            OfRules::ObservedCase => MissingStrategy::ObservedCase,
            OfRules::ComponentOnly => MissingStrategy::ComponentOnly,
        }
    }
}

impl From<MissingStrategy> for OfRules {
    fn from(missing: MissingStrategy) -> OfRules {
        match missing {
            MissingStrategy::NonResponder => OfRules::Nri,
            MissingStrategy::ObservedCase => OfRules::ObservedCase,
            MissingStrategy::ComponentOnly => OfRules::ComponentOnly,
        }
    }
}
