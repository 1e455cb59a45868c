//! Every list of controlled terms.

use crate::term::terms;

terms! {
    /// Who knows which treatment a subject receives.
    pub enum Masking {
        /// Nobody is kept from knowing.
        Open = "OPEN",
        /// The subject does not know.
        Single = "SINGLE",
        /// Subject and site do not know.
        Double = "DOUBLE",
        /// Subject, site and sponsor do not know.
        SponsorMasked = "SPONSOR_MASKED",
    }
    /// Where a study stands.
    pub enum StudyStatus {
        /// Registered, and not open for subjects yet.
        Planned = "PLANNED",
        /// Open for subjects.
        Recruiting = "RECRUITING",
        /// Paused.
        Paused = "PAUSED",
        /// Closed for new subjects.
        Closed = "CLOSED",
        /// Completed as planned.
        Completed = "COMPLETED",
        /// Ended early.
        Terminated = "TERMINATED",
    }
    /// Whether a cohort takes subjects.
    pub enum CohortStatus {
        /// Not opened yet.
        Planned = "PLANNED",
        /// Takes subjects.
        Open = "OPEN",
        /// Takes no more subjects.
        Closed = "CLOSED",
    }
    /// Where a subject stands in the study.
    pub enum SubjectStatus {
        /// In screening.
        Screening = "SCREENING",
        /// Every criterion is confirmed.
        Eligible = "ELIGIBLE",
        /// Did not meet the criteria.
        ScreenFailed = "SCREEN_FAILED",
        /// Enrolled, and not dosed yet.
        Enrolled = "ENROLLED",
        /// Dosed.
        OnTreatment = "ON_TREATMENT",
        /// Followed up after treatment.
        FollowUp = "FOLLOW_UP",
        /// Completed as planned.
        Completed = "COMPLETED",
        /// Left the study early.
        Withdrawn = "WITHDRAWN",
    }
    /// Sex as recorded.
    pub enum Sex {
        /// Female.
        Female = "FEMALE",
        /// Male.
        Male = "MALE",
    }
    /// What a consent covers.
    pub enum ConsentPurpose {
        /// Taking part in the study.
        Study = "STUDY",
        /// Processing of sensitive data.
        SensitiveData = "SENSITIVE_DATA",
        /// Transfer of data across the border.
        CrossBorder = "CROSS_BORDER",
        /// Keeping of samples.
        Samples = "SAMPLES",
    }
    /// Whether an eligibility criterion includes or excludes.
    pub enum CriterionKind {
        /// Has to be met.
        Inclusion = "INCLUSION",
        /// Must not be met.
        Exclusion = "EXCLUSION",
    }
    /// What was found for an eligibility criterion.
    pub enum CriterionResult {
        /// It is met.
        Met = "MET",
        /// It is not met.
        NotMet = "NOT_MET",
        /// It is not known.
        Unknown = "UNKNOWN",
    }
    /// Whether a visit took place.
    pub enum VisitStatus {
        /// It took place.
        Occurred = "OCCURRED",
        /// It was missed.
        Missed = "MISSED",
    }
    /// An instrument that an assessment fills in.
    pub enum Instrument {
        /// SLEDAI-2K: 24 descriptors.
        Sledai2k = "SLEDAI_2K",
        /// BILAG-2004: 97 items in nine systems.
        Bilag2004 = "BILAG_2004",
        /// Physician's global assessment from 0 to 3.
        Pga = "PGA",
        /// What LLDAS asks beyond the instruments.
        LldasExtras = "LLDAS_EXTRAS",
        /// What the SELENA-SLEDAI flare index asks beyond the instruments.
        FlareExtras = "FLARE_EXTRAS",
    }
    /// A system of BILAG-2004.
    pub enum BilagSystem {
        /// Constitutional.
        Constitutional = "CONSTITUTIONAL",
        /// Mucocutaneous.
        Mucocutaneous = "MUCOCUTANEOUS",
        /// Neuropsychiatric.
        Neuropsychiatric = "NEUROPSYCHIATRIC",
        /// Musculoskeletal.
        Musculoskeletal = "MUSCULOSKELETAL",
        /// Cardiorespiratory.
        Cardiorespiratory = "CARDIORESPIRATORY",
        /// Gastrointestinal.
        Gastrointestinal = "GASTROINTESTINAL",
        /// Ophthalmic.
        Ophthalmic = "OPHTHALMIC",
        /// Renal.
        Renal = "RENAL",
        /// Haematological.
        Haematological = "HAEMATOLOGICAL",
    }
    /// An analyte of the autoantibody panel.
    pub enum Autoantibody {
        /// Antibodies against double-stranded DNA.
        AntiDsdna = "ANTI_DSDNA",
        /// Antinuclear antibodies, as a titre.
        Ana = "ANA",
        /// Antibodies against Smith antigen.
        AntiSm = "ANTI_SM",
        /// Complement C3.
        C3 = "C3",
        /// Complement C4.
        C4 = "C4",
    }
    /// That a value is a bound and not the value itself.
    pub enum Comparator {
        /// The true value is lower.
        LessThan = "LESS_THAN",
        /// The true value is higher.
        GreaterThan = "GREATER_THAN",
    }
    /// A result without a number.
    pub enum Qualitative {
        /// Positive.
        Positive = "POSITIVE",
        /// Negative.
        Negative = "NEGATIVE",
        /// Neither positive nor negative.
        Equivocal = "EQUIVOCAL",
    }
    /// Something given to a subject that could cause an adverse event.
    pub enum Agent {
        /// The investigational cell product.
        Nk510 = "NK510",
        /// Fludarabine, for lymphodepletion.
        Fludarabine = "FLUDARABINE",
        /// Cyclophosphamide, for lymphodepletion.
        Cyclophosphamide = "CYCLOPHOSPHAMIDE",
        /// A procedure of the study.
        Procedure = "PROCEDURE",
    }
    /// A medication's class in the endpoints' rules.
    pub enum MedicationClass {
        /// Glucocorticoid.
        Glucocorticoid = "GLUCOCORTICOID",
        /// Immunosuppressant.
        Immunosuppressant = "IMMUNOSUPPRESSANT",
        /// Antimalarial.
        Antimalarial = "ANTIMALARIAL",
        /// Biologic.
        Biologic = "BIOLOGIC",
        /// Lymphodepleting agent.
        Lymphodepletion = "LYMPHODEPLETION",
        /// Any other.
        Other = "OTHER",
    }
    /// How a medication is given.
    pub enum Route {
        /// By mouth.
        Oral = "ORAL",
        /// Into a vein.
        Intravenous = "INTRAVENOUS",
        /// Into a muscle.
        Intramuscular = "INTRAMUSCULAR",
        /// Under the skin.
        Subcutaneous = "SUBCUTANEOUS",
        /// Into a joint.
        IntraArticular = "INTRA_ARTICULAR",
        /// On the skin.
        Topical = "TOPICAL",
        /// Inhaled.
        Inhaled = "INHALED",
        /// Into the nose.
        Nasal = "NASAL",
        /// Into the eye.
        Ophthalmic = "OPHTHALMIC",
        /// Into the rectum.
        Rectal = "RECTAL",
    }
    /// How often a medication is given.
    pub enum Frequency {
        /// Once a day.
        Qd = "QD",
        /// Twice a day.
        Bid = "BID",
        /// Three times a day.
        Tid = "TID",
        /// Four times a day.
        Qid = "QID",
        /// Every other day.
        Qod = "QOD",
        /// Once a week.
        Weekly = "WEEKLY",
        /// Every four weeks.
        EveryFourWeeks = "EVERY_4_WEEKS",
        /// Once.
        Once = "ONCE",
        /// As needed: only recorded administrations count.
        Prn = "PRN",
    }
    /// What a medication is given for.
    pub enum Indication {
        /// Lupus.
        Sle = "SLE",
        /// Premedication of an infusion.
        Premedication = "PREMEDICATION",
        /// Cytokine release syndrome or neurotoxicity.
        Crs = "CRS",
        /// Lymphodepletion.
        Lymphodepletion = "LYMPHODEPLETION",
        /// Any other.
        Other = "OTHER",
    }
    /// How an adverse event ended.
    pub enum AdverseEventOutcome {
        /// Recovered.
        Recovered = "RECOVERED",
        /// Recovering.
        Recovering = "RECOVERING",
        /// Not recovered.
        NotRecovered = "NOT_RECOVERED",
        /// Recovered with sequelae.
        RecoveredWithSequelae = "RECOVERED_WITH_SEQUELAE",
        /// Fatal.
        Fatal = "FATAL",
        /// Unknown.
        Unknown = "UNKNOWN",
    }
    /// What makes an adverse event serious (ICH E2A).
    pub enum SeriousnessCriterion {
        /// It led to death.
        Death = "DEATH",
        /// It threatened life.
        LifeThreatening = "LIFE_THREATENING",
        /// It needed or prolonged a stay in hospital.
        Hospitalisation = "HOSPITALISATION",
        /// It led to lasting disability.
        Disability = "DISABILITY",
        /// It is a congenital anomaly.
        CongenitalAnomaly = "CONGENITAL_ANOMALY",
        /// It is otherwise medically important.
        ImportantMedicalEvent = "IMPORTANT_MEDICAL_EVENT",
    }
    /// What kind of event it is in the rules on dose-limiting toxicity.
    pub enum AdverseEventCategory {
        /// Not of the blood, and none of those below.
        NonHaematological = "NON_HAEMATOLOGICAL",
        /// Cytokine release syndrome.
        Crs = "CRS",
        /// Immune effector cell-associated neurotoxicity syndrome.
        Icans = "ICANS",
        /// Acute graft-versus-host disease.
        Gvhd = "GVHD",
        /// Infusion or allergic reaction.
        InfusionReaction = "INFUSION_REACTION",
        /// Neutropenia.
        Neutropenia = "NEUTROPENIA",
        /// Thrombocytopenia.
        Thrombocytopenia = "THROMBOCYTOPENIA",
        /// Lymphopenia.
        Lymphopenia = "LYMPHOPENIA",
        /// Any other cytopenia.
        OtherCytopenia = "OTHER_CYTOPENIA",
        /// Liver.
        Liver = "LIVER",
        /// Infection.
        Infection = "INFECTION",
        /// Fever.
        Fever = "FEVER",
        /// Fatigue.
        Fatigue = "FATIGUE",
        /// Nausea.
        Nausea = "NAUSEA",
        /// Change of an electrolyte.
        Electrolyte = "ELECTROLYTE",
        /// Loss of hair.
        Alopecia = "ALOPECIA",
    }
    /// A scale of grades.
    pub enum GradeScale {
        /// CTCAE version 5.
        CtcaeV5 = "CTCAE_V5",
        /// ASTCT consensus of 2019.
        Astct = "ASTCT",
    }
    /// Oxygen that a cytokine release syndrome made necessary (ASTCT).
    pub enum OxygenSupport {
        /// None.
        None = "NONE",
        /// Low-flow nasal cannula, up to 6 L/min, or blow-by.
        LowFlow = "LOW_FLOW",
        /// High-flow cannula, face mask, non-rebreather or Venturi mask.
        HighFlow = "HIGH_FLOW",
        /// Positive pressure: CPAP, BiPAP, intubation.
        PositivePressure = "POSITIVE_PRESSURE",
    }
    /// How a subject with neurotoxicity wakes (ASTCT).
    pub enum Consciousness {
        /// Is awake.
        Normal = "NORMAL",
        /// Wakes by itself.
        Spontaneous = "SPONTANEOUS",
        /// Wakes to voice.
        ToVoice = "TO_VOICE",
        /// Wakes to touch only.
        ToTouch = "TO_TOUCH",
        /// Cannot be woken, or by vigorous stimuli only; coma.
        Unarousable = "UNAROUSABLE",
    }
    /// Seizures of neurotoxicity (ASTCT).
    pub enum Seizure {
        /// None.
        None = "NONE",
        /// One that resolves rapidly, or that shows on the EEG only and resolves with intervention.
        ResolvesRapidly = "RESOLVES_RAPIDLY",
        /// Longer than five minutes, or repeated without return to baseline in between.
        ProlongedOrRepetitive = "PROLONGED_OR_REPETITIVE",
    }
    /// Raised intracranial pressure or cerebral oedema (ASTCT).
    pub enum CerebralOedema {
        /// None.
        None = "NONE",
        /// Focal on imaging.
        Focal = "FOCAL",
        /// Diffuse, or posturing, palsy of the sixth nerve, papilloedema or Cushing's triad.
        Diffuse = "DIFFUSE",
    }
    /// Who judged causality.
    pub enum CausalityAssessor {
        /// The investigator.
        Investigator = "INVESTIGATOR",
        /// The sponsor.
        Sponsor = "SPONSOR",
    }
    /// How likely an agent caused an adverse event.
    pub enum Causality {
        /// Definite.
        Definite = "DEFINITE",
        /// Probable.
        Probable = "PROBABLE",
        /// Possible.
        Possible = "POSSIBLE",
        /// Related, without a degree.
        Related = "RELATED",
        /// Unlikely.
        Unlikely = "UNLIKELY",
        /// Not related.
        NotRelated = "NOT_RELATED",
    }
    /// An event that decides how an endpoint is read (ICH E9(R1)).
    pub enum IntercurrentEventKind {
        /// A new or increased immunosuppressant or biologic beyond what the protocol allows.
        NewImmunosuppressant = "NEW_IMMUNOSUPPRESSANT",
        /// Glucocorticoid raised above baseline for lupus.
        SteroidIncrease = "STEROID_INCREASE",
        /// Glucocorticoid pulse into a vein for lupus.
        IntravenousPulse = "INTRAVENOUS_PULSE",
        /// Another cell therapy, or depletion of B cells.
        CellTherapyOrBCellDepletion = "CELL_THERAPY_OR_B_CELL_DEPLETION",
        /// Death.
        Death = "DEATH",
        /// Follow-up ended for lack of efficacy.
        LackOfEfficacy = "LACK_OF_EFFICACY",
        /// Glucocorticoid against cytokine release syndrome, or as premedication.
        SteroidForCrsOrPremedication = "STEROID_FOR_CRS_OR_PREMEDICATION",
        /// Another dose that the protocol plans.
        PlannedRedosing = "PLANNED_REDOSING",
        /// A missed visit.
        MissedVisit = "MISSED_VISIT",
        /// Lost to follow-up.
        LostToFollowUp = "LOST_TO_FOLLOW_UP",
    }
    /// What a protocol deviation deviates from (ICH E3, section 10.2).
    pub enum DeviationCategory {
        /// Informed consent: not given, late, or on a wrong version.
        InformedConsent = "INFORMED_CONSENT",
        /// Somebody was entered who did not meet the criteria.
        Eligibility = "ELIGIBILITY",
        /// The treatment: a wrong dose, agent, preparation or storage.
        Treatment = "TREATMENT",
        /// A medication that the protocol excludes.
        ExcludedMedication = "EXCLUDED_MEDICATION",
        /// A procedure or assessment was left out, or done otherwise than planned.
        Procedure = "PROCEDURE",
        /// A visit outside of its window, or missed.
        VisitSchedule = "VISIT_SCHEDULE",
        /// A subject met the criteria for withdrawal and was not withdrawn.
        Withdrawal = "WITHDRAWAL",
        /// Safety was reported late, or not at all.
        SafetyReporting = "SAFETY_REPORTING",
        /// Anything else.
        Other = "OTHER",
    }
    /// How a subject's participation ended.
    pub enum DispositionKind {
        /// Did not meet the criteria.
        ScreenFailed = "SCREEN_FAILED",
        /// Withdrew, or was withdrawn.
        Withdrawn = "WITHDRAWN",
        /// Completed as planned.
        Completed = "COMPLETED",
        /// Lost to follow-up.
        LostToFollowUp = "LOST_TO_FOLLOW_UP",
        /// Died.
        Died = "DIED",
    }
    /// Where a proposal stands. That it expired follows from time and is not stored.
    pub enum ProposalState {
        /// Waits for another person.
        Open = "OPEN",
        /// Approved and done.
        Approved = "APPROVED",
        /// Rejected.
        Rejected = "REJECTED",
    }
    /// Whether a finding still holds.
    pub enum FindingState {
        /// It holds.
        Open = "OPEN",
        /// It holds no more.
        Closed = "CLOSED",
    }
    /// What a stopping rule says.
    pub enum RuleState {
        /// Nothing to do.
        Clear = "CLEAR",
        /// Watch closely.
        Watch = "WATCH",
        /// Pause.
        Pause = "PAUSE",
        /// Stop.
        Stop = "STOP",
    }
    /// A time limit on a serious adverse event.
    pub enum ClockKind {
        /// The site reports to the sponsor within 24 hours of awareness.
        ClkSite = "CLK_SITE",
        /// Seven calendar days: fatal or life-threatening, unexpected and related.
        Clk7 = "CLK_7",
        /// Fifteen calendar days: otherwise serious, unexpected and related.
        Clk15 = "CLK_15",
    }
    /// Whether an account may be used.
    pub enum AccountStatus {
        /// It may.
        Active = "ACTIVE",
        /// It may not.
        Disabled = "DISABLED",
    }
    /// What a key of the installation is for.
    pub enum KeyPurpose {
        /// It signs access tokens.
        Token = "TOKEN",
        /// It signs checkpoints of ledgers.
        Checkpoint = "CHECKPOINT",
        /// It signs nothing: keys of keyed digests and of the board's pseudonyms follow from its private half, so that the
        /// public half, which the first entry of the portal's ledger names, tells whether they are still the same.
        Installation = "INSTALLATION",
    }
    /// Whether a key still signs.
    pub enum KeyStatus {
        /// It signs.
        Active = "ACTIVE",
        /// It signs no more, and its tokens are refused; checkpoints that it signed can still be verified.
        Retired = "RETIRED",
    }
    /// What the access log tells of.
    pub enum AccessKind {
        /// Direct identifiers were read.
        Identity = "IDENTITY",
        /// A closed report of the safety board was read.
        ClosedBoard = "CLOSED_BOARD",
        /// An act was refused for want of a right.
        Denied = "DENIED",
        /// A token was issued.
        Token = "TOKEN",
        /// A person signed in.
        SignedIn = "SIGNED_IN",
        /// A sign-in failed.
        SignInFailed = "SIGN_IN_FAILED",
        /// An account was locked for some minutes, after too many failures.
        Locked = "LOCKED",
        /// A person signed out, or a session was ended.
        SignedOut = "SIGNED_OUT",
        /// A password, a second factor or a recovery code was set or used up.
        Credential = "CREDENTIAL",
    }
}
