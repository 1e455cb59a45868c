//! The things that the access matrix speaks of, one variant each, and how sensitive each is.

/// How sensitive a data group is. Also decides what is logged when it is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DataClass {
    /// C0: study title, protocol synopsis, public site names.
    Public,
    /// C1: visit calendar, enrolment status, form status.
    Operational,
    /// C2: clinical data under a subject code.
    Clinical,
    /// C3: results that could give away the treatment of a masked study.
    Unmasking,
    /// C4: the allocation itself.
    Allocation,
    /// C5: direct identifiers. Every read is logged.
    Identifying,
    /// C6: closed matters of the safety board. Every read is logged.
    BoardClosed,
    /// C7: accounts, grants, keys, access logs.
    Security,
}

macro_rules! groups {
    ($($(#[doc = $doc:literal])+ $name:ident: $class:ident),+ $(,)?) => {
        /// One thing of the access matrix. Every field of the API names the group that it shows.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum DataGroup { $($(#[doc = $doc])+ $name),+ }

        impl DataGroup {
            /// Every group, in the order of the rows of [`crate::rules`].
            pub const ALL: &'static [DataGroup] = &[$(DataGroup::$name),+];
            /// How many groups there are.
            pub const COUNT: usize = DataGroup::ALL.len();

            /// The group's name in tags, logs and tests.
            pub const fn as_str(self) -> &'static str {
                match self { $(DataGroup::$name => stringify!($name)),+ }
            }

            /// How sensitive it is.
            pub const fn class(self) -> DataClass {
                match self { $(DataGroup::$name => DataClass::$class),+ }
            }
        }
    };
}

groups! {
    /// Type names, ids and revisions that any caller of the object may see.
    Envelope: Public,
    /// Study, protocol version and schedule of activities.
    StudyDesign: Public,
    /// Sites and their ranges.
    Sites: Operational,
    /// A subject's code and status.
    Subjects: Operational,
    /// When visits took place, and which forms are there.
    Visits: Operational,
    /// Initials.
    Initials: Identifying,
    /// Full birth date.
    BirthDate: Identifying,
    /// Hospital number and link.
    HospitalLink: Identifying,
    /// Age, birth year, sex.
    Age: Clinical,
    /// Consents given and withdrawn.
    Consent: Clinical,
    /// Eligibility, history and demographics.
    Eligibility: Clinical,
    /// Dose level, cohort, actual dose, lot.
    Dosing: Allocation,
    /// That a subject received at least 80 % of the planned dose, and nothing else of the dose.
    DoseReceived: Clinical,
    /// Disease activity and the efficacy endpoints.
    Efficacy: Clinical,
    /// Events that decide how an endpoint is read (rescue, prohibited therapy, death, withdrawal).
    IntercurrentEvents: Clinical,
    /// Protocol deviations, how they are classified, and through which day that is complete.
    ProtocolDeviations: Clinical,
    /// Adverse events.
    AdverseEvents: Clinical,
    /// What makes an adverse event serious, and its narrative.
    SeriousEvents: Clinical,
    /// Dose-limiting toxicity and its adjudication.
    Adjudication: Clinical,
    /// Local laboratory and autoantibody results.
    LabResults: Clinical,
    /// Results that could give away the treatment.
    UnmaskingResults: Unmasking,
    /// Concomitant medication and glucocorticoid dose.
    Medication: Clinical,
    /// Queries on data.
    DataQueries: Operational,
    /// Source verification marks and monitoring notes.
    SourceVerification: Operational,
    /// Signatures on forms.
    Signatures: Operational,
    /// Freeze, lock and unlock.
    Locks: Operational,
    /// The audit trail of rows that the viewer may see.
    AuditTrail: Clinical,
    /// Audit rows that would reveal allocation or unmasking results.
    UnmaskingAuditTrail: Allocation,
    /// The safety board's open report.
    OpenReport: Clinical,
    /// The safety board's closed report and closed minutes.
    ClosedReport: BoardClosed,
    /// The open text of the safety board's recommendation.
    Recommendation: Clinical,
    /// State of the pause and stopping rules.
    StoppingRules: Clinical,
    /// Emergency unmasking.
    Unmasking: Allocation,
    /// Hospital messages that wait for a person.
    Quarantine: Identifying,
    /// Exports of data.
    Exports: Clinical,
    /// People, grants, clients, keys.
    Accounts: Security,
}

impl DataGroup {
    /// The row of the group in [`crate::rules`].
    pub const fn row(self) -> usize {
        self as usize
    }

    /// Groups that every caller who sees the object may see: their fields need no state beside the value.
    pub const OPEN: &'static [DataGroup] =
        &[DataGroup::Envelope, DataGroup::StudyDesign, DataGroup::Sites, DataGroup::Subjects];

    /// Whether the group is in [`DataGroup::OPEN`].
    pub const fn is_open(self) -> bool {
        let mut at = 0;
        while at < DataGroup::OPEN.len() {
            if DataGroup::OPEN[at] as usize == self as usize {
                return true;
            }
            at += 1;
        }
        false
    }
}
