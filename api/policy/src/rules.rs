//! The access matrix and the acts, on one page: who may see and do what.
//!
//! Rows are data groups and acts, columns are roles, letters are rights. Source: the trial's access
//! matrix (roles by data group, open-label and masked). A new group, act or role does not compile until
//! every cell of it is decided here. Where a site's name or list bounds a role, the View cuts rows first
//! ([`Role::scope`]); the cells then speak of the rows that are left.
//!
//! Conditions stand in the cell (`AfterLock`, `OnSite`, `OneCase`) and are judged by the View.

use crate::{Act, DataGroup, Role, role::ROLES};

/// What a role may do with a data group, in one kind of study.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Access {
    /// Nothing; whether there is a value does not show either.
    No,
    /// Read.
    Read,
    /// Read and write, by the acts below.
    Write,
    /// Write only: what was delivered cannot be read back.
    Submit,
    /// Read under pseudonyms, study days and site letters, from a released cut.
    Pseudonymous,
    /// The value is replaced by a mask that says so.
    Masked,
    /// Totals over everything only.
    Pooled,
    /// That something happened, not what.
    Notice,
    /// Read once the study's data are locked.
    AfterLock,
    /// Read while verifying source at the site.
    OnSite,
    /// Read for the one subject whose case was unmasked to the reader.
    OneCase,
}

/// A cell of the matrix: the right in open-label studies and in masked ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Cell {
    /// In an open-label study.
    pub open: Access,
    /// In a masked study.
    pub masked: Access,
}

const fn both(access: Access) -> Cell {
    Cell { open: access, masked: access }
}
const fn cell(open: Access, masked: Access) -> Cell {
    Cell { open, masked }
}

const N: Cell = both(Access::No);
const R: Cell = both(Access::Read);
const W: Cell = both(Access::Write);
const I: Cell = both(Access::Submit);
const P: Cell = both(Access::Pseudonymous);
const A: Cell = both(Access::Pooled);
const O: Cell = both(Access::OnSite);
const T: Cell = both(Access::Notice);
const L: Cell = both(Access::AfterLock);
/// Read in open-label studies, masked in masked ones.
const RM: Cell = cell(Access::Read, Access::Masked);
/// Written in open-label studies, masked in masked ones.
const WM: Cell = cell(Access::Write, Access::Masked);
/// Nothing in open-label studies, masked in masked ones.
const NM: Cell = cell(Access::No, Access::Masked);
/// Read in open-label studies, totals in masked ones.
const RA: Cell = cell(Access::Read, Access::Pooled);
/// Read in open-label studies, after lock in masked ones.
const RL: Cell = cell(Access::Read, Access::AfterLock);
/// Read in open-label studies, one unmasked case in masked ones.
const RC: Cell = cell(Access::Read, Access::OneCase);
/// Pseudonymous in open-label studies, read in masked ones (the statistician of the board holds the code).
const PR: Cell = cell(Access::Pseudonymous, Access::Read);
/// Nothing in open-label studies, read in masked ones.
const NR: Cell = cell(Access::No, Access::Read);

use DataGroup as G;

/// Data groups by role.
#[rustfmt::skip]
const MATRIX: [(DataGroup, [Cell; ROLES]); DataGroup::COUNT] = [
    //                          sponsor                | site       | board | others
    //                          MM  DM  ST  MON PV      PI  CRC PH    MB  IS   AD  HC  AU
    (G::Envelope,            [  R,  R,  R,  R,  R,      R,  R,  R,    R,  R,   R,  R,  R ]),
    (G::StudyDesign,         [  R,  W,  R,  R,  R,      R,  R,  R,    R,  R,   R,  N,  R ]),
    (G::Sites,               [  R,  W,  R,  R,  R,      W,  W,  R,    P,  P,   R,  N,  R ]),
    (G::Subjects,            [  R,  R,  R,  R,  R,      W,  W,  R,    P,  P,   N,  N,  R ]),
    (G::Visits,              [  R,  R,  R,  R,  R,      W,  W,  R,    P,  P,   N,  N,  R ]),
    (G::Initials,            [  N,  N,  N,  O,  N,      W,  W,  N,    N,  N,   N,  N,  O ]),
    (G::BirthDate,           [  N,  N,  N,  N,  N,      W,  W,  N,    N,  N,   N,  N,  R ]),
    (G::HospitalLink,        [  N,  N,  N,  O,  N,      W,  W,  N,    N,  N,   N,  N,  O ]),
    (G::Age,                 [  R,  R,  R,  R,  R,      R,  R,  N,    P,  P,   N,  N,  R ]),
    (G::Consent,             [  R,  R,  N,  R,  R,      W,  W,  N,    N,  N,   N,  N,  R ]),
    (G::Eligibility,         [  R,  R,  R,  R,  R,      W,  W,  N,    P,  P,   N,  N,  R ]),
    (G::Dosing,              [  RM, RM, RM, RM, RC,     WM, WM, W,    P,  PR,  N,  N,  RL]),
    (G::DoseReceived,        [  R,  R,  R,  R,  R,      R,  R,  R,    P,  P,   N,  N,  R ]),
    (G::Efficacy,            [  R,  R,  R,  R,  N,      W,  W,  N,    P,  P,   N,  N,  R ]),
    (G::IntercurrentEvents,  [  R,  R,  R,  R,  R,      W,  W,  N,    P,  P,   N,  N,  R ]),
    (G::ProtocolDeviations,  [  W,  R,  R,  R,  R,      W,  W,  N,    P,  P,   N,  N,  R ]),
    (G::AdverseEvents,       [  R,  R,  R,  R,  R,      W,  W,  N,    P,  P,   N,  N,  R ]),
    (G::SeriousEvents,       [  R,  R,  R,  R,  W,      W,  W,  N,    P,  P,   N,  N,  R ]),
    (G::Adjudication,        [  W,  R,  R,  R,  R,      W,  R,  N,    P,  P,   N,  N,  R ]),
    (G::LabResults,          [  R,  R,  R,  R,  R,      W,  W,  N,    P,  P,   N,  I,  R ]),
    (G::UnmaskingResults,    [  RM, RM, RM, RM, RM,     RM, RM, R,    P,  P,   N,  I,  R ]),
    (G::Medication,          [  R,  R,  R,  R,  R,      W,  W,  N,    P,  P,   N,  I,  R ]),
    (G::DataQueries,         [  W,  W,  R,  W,  W,      W,  W,  N,    N,  I,   N,  N,  R ]),
    (G::SourceVerification,  [  R,  R,  N,  W,  N,      R,  R,  N,    N,  N,   N,  N,  R ]),
    (G::Signatures,          [  N,  N,  N,  N,  W,      W,  N,  N,    W,  W,   N,  N,  R ]),
    (G::Locks,               [  N,  W,  N,  W,  N,      I,  N,  N,    N,  N,   N,  N,  R ]),
    (G::AuditTrail,          [  R,  R,  N,  R,  R,      R,  R,  N,    N,  N,   N,  N,  R ]),
    (G::UnmaskingAuditTrail, [  RM, RM, NM, RM, RM,     RM, RM, NR,   N,  NR,  N,  N,  RL]),
    (G::OpenReport,          [  R,  R,  R,  N,  R,      N,  N,  N,    R,  W,   N,  N,  R ]),
    (G::ClosedReport,        [  N,  N,  N,  N,  N,      N,  N,  N,    R,  W,   N,  N,  L ]),
    (G::Recommendation,      [  R,  R,  R,  R,  R,      R,  N,  N,    W,  R,   N,  N,  R ]),
    (G::StoppingRules,       [  RA, A,  A,  N,  A,      T,  N,  N,    R,  R,   N,  N,  R ]),
    (G::Unmasking,           [  T,  N,  N,  N,  I,      W,  N,  W,    N,  N,   N,  N,  R ]),
    (G::Quarantine,          [  N,  A,  N,  A,  N,      W,  W,  N,    N,  N,   A,  I,  R ]),
    (G::Exports,             [  R,  W,  R,  N,  R,      R,  R,  N,    R,  R,   N,  N,  R ]),
    (G::Accounts,            [  N,  N,  N,  N,  N,      I,  N,  N,    N,  N,   W,  N,  R ]),
];

const Y: bool = true;
const F: bool = false;

/// Acts by role.
#[rustfmt::skip]
const ACTS: [(Act, [bool; ROLES]); Act::COUNT] = [
    //                               MM DM ST MON PV   PI CRC PH  MB IS  AD HC AU
    (Act::AddPerson,               [ F, F, F, F, F,    F, F, F,   F, F,  Y, F, F ]),
    (Act::DisablePerson,           [ F, F, F, F, F,    F, F, F,   F, F,  Y, F, F ]),
    (Act::InvitePerson,            [ F, F, F, F, F,    F, F, F,   F, F,  Y, F, F ]),
    (Act::SignOutPerson,           [ F, F, F, F, F,    F, F, F,   F, F,  Y, F, F ]),
    (Act::GrantMembership,         [ F, F, F, F, F,    F, F, F,   F, F,  Y, F, F ]),
    (Act::EndMembership,           [ F, F, F, F, F,    F, F, F,   F, F,  Y, F, F ]),
    (Act::ReviewMembership,        [ F, F, F, F, F,    F, F, F,   F, F,  Y, F, F ]),
    (Act::ProposeMembership,       [ F, F, F, F, F,    F, F, F,   F, F,  Y, F, F ]),
    (Act::ApproveMembership,       [ F, F, F, F, F,    F, F, F,   F, F,  Y, F, F ]),
    (Act::RejectMembership,        [ F, F, F, F, F,    F, F, F,   F, F,  Y, F, F ]),
    (Act::AddServiceClient,        [ F, F, F, F, F,    F, F, F,   F, F,  Y, F, F ]),
    (Act::ChangeClientKeys,        [ F, F, F, F, F,    F, F, F,   F, F,  Y, F, F ]),
    (Act::ChangeSetting,           [ F, F, F, F, F,    F, F, F,   F, F,  Y, F, F ]),
    (Act::RegisterStudy,           [ F, F, F, F, F,    F, F, F,   F, F,  Y, F, F ]),
    (Act::AddSite,                 [ F, Y, F, F, F,    F, F, F,   F, F,  F, F, F ]),
    // The sponsor in an open-label study, the pharmacist in a masked one.
    (Act::OpenCohort,              [ Y, Y, F, F, F,    F, F, Y,   F, F,  F, F, F ]),
    (Act::ScreenSubject,           [ F, F, F, F, F,    Y, Y, F,   F, F,  F, F, F ]),
    (Act::RecordIdentity,          [ F, F, F, F, F,    Y, Y, F,   F, F,  F, F, F ]),
    (Act::RecordConsent,           [ F, F, F, F, F,    Y, Y, F,   F, F,  F, F, F ]),
    (Act::RecordEligibility,       [ F, F, F, F, F,    Y, Y, F,   F, F,  F, F, F ]),
    (Act::ConfirmEligibility,      [ F, F, F, F, F,    Y, F, F,   F, F,  F, F, F ]),
    (Act::EnrollSubject,           [ F, F, F, F, F,    Y, Y, F,   F, F,  F, F, F ]),
    (Act::RecordVisit,             [ F, F, F, F, F,    Y, Y, F,   F, F,  F, F, F ]),
    (Act::RecordAssessment,        [ F, F, F, F, F,    Y, Y, F,   F, F,  F, F, F ]),
    (Act::CorrectAssessment,       [ F, F, F, F, F,    Y, Y, F,   F, F,  F, F, F ]),
    (Act::RecordAutoantibodyPanel, [ F, F, F, F, F,    Y, Y, F,   F, F,  F, F, F ]),
    (Act::RecordLabResults,        [ F, F, F, F, F,    Y, Y, F,   F, F,  F, Y, F ]),
    (Act::RecordDose,              [ F, F, F, F, F,    Y, Y, Y,   F, F,  F, F, F ]),
    (Act::RecordMedication,        [ F, F, F, F, F,    Y, Y, F,   F, F,  F, Y, F ]),
    (Act::ReportAdverseEvent,      [ F, F, F, F, F,    Y, Y, F,   F, F,  F, F, F ]),
    (Act::FollowAdverseEvent,      [ F, F, F, F, F,    Y, Y, F,   F, F,  F, F, F ]),
    (Act::AssessSponsorCausality,  [ F, F, F, F, Y,    F, F, F,   F, F,  F, F, F ]),
    (Act::AdjudicateDlt,           [ Y, F, F, F, F,    F, F, F,   F, F,  F, F, F ]),
    (Act::RecordIntercurrentEvent, [ F, F, F, F, F,    Y, Y, F,   F, F,  F, F, F ]),
    (Act::RecordProtocolDeviation, [ F, F, F, F, F,    Y, Y, F,   F, F,  F, F, F ]),
    (Act::ClassifyProtocolDeviation,
                                   [ Y, F, F, F, F,    F, F, F,   F, F,  F, F, F ]),
    (Act::ReviewProtocolDeviations,[ Y, F, F, F, F,    F, F, F,   F, F,  F, F, F ]),
    (Act::CorrectConsent,          [ F, F, F, F, F,    Y, Y, F,   F, F,  F, F, F ]),
    (Act::CorrectVisit,            [ F, F, F, F, F,    Y, Y, F,   F, F,  F, F, F ]),
    (Act::CorrectAutoantibodyPanel,[ F, F, F, F, F,    Y, Y, F,   F, F,  F, F, F ]),
    (Act::CorrectAutoantibodyResult,
                                   [ F, F, F, F, F,    Y, Y, F,   F, F,  F, F, F ]),
    (Act::CorrectLabResult,        [ F, F, F, F, F,    Y, Y, F,   F, F,  F, F, F ]),
    // Whoever records doses sets them right; in a masked study the View shows a dose to the pharmacist alone.
    (Act::CorrectDose,             [ F, F, F, F, F,    Y, Y, Y,   F, F,  F, F, F ]),
    (Act::CorrectMedication,       [ F, F, F, F, F,    Y, Y, F,   F, F,  F, F, F ]),
    (Act::CorrectAdverseEvent,     [ F, F, F, F, F,    Y, Y, F,   F, F,  F, F, F ]),
    (Act::CorrectAdverseEventGrade,[ F, F, F, F, F,    Y, Y, F,   F, F,  F, F, F ]),
    (Act::CorrectIntercurrentEvent,[ F, F, F, F, F,    Y, Y, F,   F, F,  F, F, F ]),
    (Act::CorrectProtocolDeviation,[ F, F, F, F, F,    Y, Y, F,   F, F,  F, F, F ]),
    (Act::CorrectDisposition,      [ F, F, F, F, F,    Y, Y, F,   F, F,  F, F, F ]),
    (Act::WithdrawSubject,         [ F, F, F, F, F,    Y, Y, F,   F, F,  F, F, F ]),
    (Act::CreateDataCut,           [ F, F, F, F, F,    F, F, F,   F, Y,  F, F, F ]),
    (Act::ProposeRedaction,        [ F, Y, F, F, F,    Y, F, F,   F, F,  F, F, F ]),
    (Act::ProposeIdentityErasure,  [ F, Y, F, F, F,    Y, F, F,   F, F,  F, F, F ]),
    (Act::ApproveProposal,         [ F, Y, F, F, F,    Y, F, F,   F, F,  F, F, F ]),
    (Act::RejectProposal,          [ F, Y, F, F, F,    Y, F, F,   F, F,  F, F, F ]),
];

// The rows stand in the order of their enums, so that a look-up is an index.
const _: () = {
    let mut at = 0;
    while at < MATRIX.len() {
        assert!(MATRIX[at].0 as usize == at, "a row of MATRIX is out of order");
        at += 1;
    }
    at = 0;
    while at < ACTS.len() {
        assert!(ACTS[at].0 as usize == at, "a row of ACTS is out of order");
        at += 1;
    }
};

/// What a role may do with a data group.
pub const fn access(role: Role, group: DataGroup) -> Cell {
    MATRIX[group.row()].1[role.column()]
}

/// Whether a role may perform an act.
pub const fn may(role: Role, act: Act) -> bool {
    ACTS[act.row()].1[role.column()]
}

/// Whether a role is granted by two administrators only: one proposes, another approves. These are the roles that give
/// rights to others, that read what is kept from sponsor and site, or that read everything.
pub const fn needs_two(role: Role) -> bool {
    match role {
        Role::Administrator
        | Role::DsmbMember
        | Role::DsmbStatistician
        | Role::UnmaskedPharmacist
        | Role::Auditor => true,
        Role::MedicalMonitor
        | Role::DataManager
        | Role::Statistician
        | Role::Monitor
        | Role::SafetyOfficer
        | Role::Investigator
        | Role::Coordinator
        | Role::HospitalClient => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// P11-31: what a site entered is changed by the site, never by the sponsor.
    #[test]
    fn the_sponsor_writes_nothing_that_a_site_enters() {
        let entries = [
            Act::ScreenSubject,
            Act::RecordVisit,
            Act::RecordAssessment,
            Act::CorrectAssessment,
            Act::RecordDose,
            Act::ReportAdverseEvent,
            Act::RecordMedication,
            Act::RecordIntercurrentEvent,
            Act::RecordProtocolDeviation,
        ];
        let corrections = Act::ALL.iter().copied().filter(|act| act.as_str().starts_with("correct"));
        let entries: Vec<Act> = entries.into_iter().chain(corrections).collect();
        for role in Role::ALL.into_iter().filter(|role| role.side() == crate::Party::Sponsor) {
            for act in &entries {
                let act = *act;
                assert!(!may(role, act), "{} may {}", role.as_str(), act.as_str());
            }
        }
    }

    /// The unmasked pharmacist opens cohorts, records doses and corrects them, and does nothing else to any record.
    #[test]
    fn a_pharmacist_has_to_do_with_doses_alone() {
        let done: Vec<Act> =
            Act::ALL.iter().copied().filter(|act| may(Role::UnmaskedPharmacist, *act)).collect();
        assert_eq!(done, [Act::OpenCohort, Act::RecordDose, Act::CorrectDose]);
    }

    /// ACC-07: an administrator reads no clinical data.
    #[test]
    fn an_administrator_reads_nothing_clinical() {
        for group in DataGroup::ALL {
            let cell = access(Role::Administrator, *group);
            let clinical = !matches!(
                group.class(),
                crate::DataClass::Public | crate::DataClass::Operational | crate::DataClass::Security
            );
            if clinical {
                assert!(matches!(cell.open, Access::No | Access::Pooled), "{}", group.as_str());
                assert!(matches!(cell.masked, Access::No | Access::Pooled), "{}", group.as_str());
            }
        }
    }

    /// Whoever reads the treatment of a masked study, closed board matters or accounts, or may grant roles, got that from
    /// two persons. A safety officer reads one case only, and only once it was unmasked.
    #[test]
    fn what_is_kept_from_the_trial_takes_two_persons_to_grant() {
        for role in Role::ALL {
            let reads = |group| {
                let cell = access(role, group);
                [cell.open, cell.masked]
                    .iter()
                    .any(|right| matches!(right, Access::Read | Access::Write | Access::AfterLock))
            };
            let treatment = access(role, DataGroup::Dosing).masked;
            let privileged =
                matches!(treatment, Access::Read | Access::Write | Access::Pseudonymous | Access::AfterLock)
                    || reads(DataGroup::ClosedReport)
                    || reads(DataGroup::Accounts)
                    || may(role, Act::GrantMembership);
            assert_eq!(needs_two(role), privileged, "{}", role.as_str());
        }
    }

    /// ACC-06: the board reads no direct identifier, and whatever it reads of subjects is pseudonymous.
    #[test]
    fn the_board_reads_no_identifier() {
        for role in [Role::DsmbMember, Role::DsmbStatistician] {
            for group in
                [DataGroup::Initials, DataGroup::BirthDate, DataGroup::HospitalLink, DataGroup::AuditTrail]
            {
                assert_eq!(access(role, group), both(Access::No));
            }
            assert_eq!(access(role, DataGroup::Subjects), both(Access::Pseudonymous));
        }
    }

    /// In a masked study nobody of sponsor or site reads the treatment, the pharmacist aside.
    #[test]
    fn masking_hides_the_dose_from_sponsor_and_site() {
        for role in Role::ALL {
            let masked = access(role, DataGroup::Dosing).masked;
            match role {
                Role::MedicalMonitor
                | Role::DataManager
                | Role::Statistician
                | Role::Monitor
                | Role::Investigator
                | Role::Coordinator => assert_eq!(masked, Access::Masked),
                Role::SafetyOfficer => assert_eq!(masked, Access::OneCase),
                Role::UnmaskedPharmacist => assert_eq!(masked, Access::Write),
                Role::DsmbMember => assert_eq!(masked, Access::Pseudonymous),
                Role::DsmbStatistician => assert_eq!(masked, Access::Read),
                Role::Auditor => assert_eq!(masked, Access::AfterLock),
                Role::Administrator | Role::HospitalClient => assert_eq!(masked, Access::No),
            }
        }
    }

    /// The open groups are those that no role of a study is refused, so that a bare value can never leak.
    #[test]
    fn open_groups_are_open_to_everybody_with_rows() {
        for group in DataGroup::OPEN {
            for role in Role::ALL {
                let cell = access(role, *group);
                if matches!(role, Role::HospitalClient | Role::Administrator) {
                    continue; // They see no such object at all, or its public side only.
                }
                for access in [cell.open, cell.masked] {
                    assert!(matches!(access, Access::Read | Access::Write | Access::Pseudonymous));
                }
            }
        }
    }
}
