//! What a person can do, one variant an act. A command names its act; [`crate::rules`] says who may.

macro_rules! acts {
    ($($(#[doc = $doc:literal])+ $name:ident = $wire:literal),+ $(,)?) => {
        /// An act that changes something.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Act { $($(#[doc = $doc])+ $name),+ }

        impl Act {
            /// Every act, in the order of the rows of [`crate::rules`].
            pub const ALL: &'static [Act] = &[$(Act::$name),+];
            /// How many acts there are.
            pub const COUNT: usize = Act::ALL.len();

            /// The act's name: the mutation's, and the `command` of its ledger entries.
            pub const fn as_str(self) -> &'static str {
                match self { $(Act::$name => $wire),+ }
            }

            /// What the act does.
            pub const fn description(self) -> &'static str {
                match self { $(Act::$name => concat!($($doc),+)),+ }
            }
        }
    };
}

acts! {
    /// Add a person to the installation.
    AddPerson = "addPerson",
    /// Disable a person: no request of theirs is accepted any more.
    DisablePerson = "disablePerson",
    /// Let a person set a password and a second factor, for the first time or anew.
    InvitePerson = "invitePerson",
    /// End every session of a person.
    SignOutPerson = "signOutPerson",
    /// Grant a role.
    GrantMembership = "grantMembership",
    /// End a grant.
    EndMembership = "endMembership",
    /// Confirm, in the periodic review of access, that a grant is still needed.
    ReviewMembership = "reviewMembership",
    /// Propose that a role be granted, for another administrator to approve.
    ProposeMembership = "proposeMembership",
    /// Approve a grant that another administrator proposed.
    ApproveMembership = "approveMembership",
    /// Reject a grant that was proposed, or take it back.
    RejectMembership = "rejectMembership",
    /// Register a hospital system.
    AddServiceClient = "addServiceClient",
    /// Give a hospital system other keys.
    ChangeClientKeys = "changeClientKeys",
    /// Change a setting of the installation.
    ChangeSetting = "changeSetting",
    /// Register a study from a protocol file.
    RegisterStudy = "registerStudy",
    /// Add a site to a study.
    AddSite = "addSite",
    /// Open or close a cohort for enrolment.
    OpenCohort = "openCohort",
    /// Take a person into screening under a new code.
    ScreenSubject = "screenSubject",
    /// Record or change a subject's direct identifiers.
    RecordIdentity = "recordIdentity",
    /// Record a consent, or its withdrawal.
    RecordConsent = "recordConsent",
    /// Record the results of eligibility criteria.
    RecordEligibility = "recordEligibility",
    /// Confirm that a subject meets every criterion.
    ConfirmEligibility = "confirmEligibility",
    /// Enrol an eligible subject into a cohort.
    EnrollSubject = "enrollSubject",
    /// Record that a visit took place or was missed.
    RecordVisit = "recordVisit",
    /// Record an assessment.
    RecordAssessment = "recordAssessment",
    /// Correct an assessment.
    CorrectAssessment = "correctAssessment",
    /// Record an autoantibody panel.
    RecordAutoantibodyPanel = "recordAutoantibodyPanel",
    /// Record laboratory results.
    RecordLabResults = "recordLabResults",
    /// Record a dose.
    RecordDose = "recordDose",
    /// Record a medication.
    RecordMedication = "recordMedication",
    /// Report an adverse event.
    ReportAdverseEvent = "reportAdverseEvent",
    /// Record how an adverse event went on.
    FollowAdverseEvent = "followAdverseEvent",
    /// Judge causality for the sponsor.
    AssessSponsorCausality = "assessSponsorCausality",
    /// Decide whether an adverse event was dose-limiting.
    AdjudicateDlt = "adjudicateDlt",
    /// Record an intercurrent event.
    RecordIntercurrentEvent = "recordIntercurrentEvent",
    /// Record a protocol deviation.
    RecordProtocolDeviation = "recordProtocolDeviation",
    /// Classify a protocol deviation for the sponsor.
    ClassifyProtocolDeviation = "classifyProtocolDeviation",
    /// State that a subject's protocol deviations are complete through a day.
    ReviewProtocolDeviations = "reviewProtocolDeviations",
    /// Correct a consent.
    CorrectConsent = "correctConsent",
    /// Correct a visit.
    CorrectVisit = "correctVisit",
    /// Correct an autoantibody panel: its day and its laboratory.
    CorrectAutoantibodyPanel = "correctAutoantibodyPanel",
    /// Correct one result of an autoantibody panel.
    CorrectAutoantibodyResult = "correctAutoantibodyResult",
    /// Correct a laboratory result.
    CorrectLabResult = "correctLabResult",
    /// Correct a dose.
    CorrectDose = "correctDose",
    /// Correct a medication.
    CorrectMedication = "correctMedication",
    /// Correct an adverse event, its grades and causalities aside.
    CorrectAdverseEvent = "correctAdverseEvent",
    /// Correct a grade of an adverse event.
    CorrectAdverseEventGrade = "correctAdverseEventGrade",
    /// Correct an intercurrent event.
    CorrectIntercurrentEvent = "correctIntercurrentEvent",
    /// Correct a protocol deviation.
    CorrectProtocolDeviation = "correctProtocolDeviation",
    /// Correct how a subject's participation ended.
    CorrectDisposition = "correctDisposition",
    /// End a subject's participation.
    WithdrawSubject = "withdrawSubject",
    /// Freeze the data that the safety board reads.
    CreateDataCut = "createDataCut",
    /// Propose that a stored text be redacted.
    ProposeRedaction = "proposeRedaction",
    /// Propose that a subject's direct identifiers be erased.
    ProposeIdentityErasure = "proposeIdentityErasure",
    /// Approve what another person proposed.
    ApproveProposal = "approve",
    /// Reject what another person proposed.
    RejectProposal = "reject",
}

impl Act {
    /// The row of the act in [`crate::rules`].
    pub const fn row(self) -> usize {
        self as usize
    }
}
