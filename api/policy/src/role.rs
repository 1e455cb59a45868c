//! The roles of a trial, and what a grant of each can reach.

use serde::{Deserialize, Serialize};

macro_rules! roles {
    ($($(#[doc = $doc:literal])+ $name:ident = $code:literal),+ $(,)?) => {
        /// A role that a membership grants. A token never grants one.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum Role { $($(#[doc = $doc])+ #[serde(rename = $code)] $name),+ }

        impl Role {
            /// Every role, in the order of the columns of [`crate::rules`].
            pub const ALL: [Role; ROLES] = [$(Role::$name),+];

            /// The public name, as the schema prints it.
            pub const fn as_str(self) -> &'static str {
                match self { $(Role::$name => $code),+ }
            }

            /// What the role is, as the schema explains it.
            pub const fn description(self) -> &'static str {
                match self { $(Role::$name => concat!($($doc),+)),+ }
            }
        }
    };
}

/// How many roles there are: a new one does not compile until [`crate::rules`] decides it everywhere.
pub const ROLES: usize = 13;

roles! {
    /// Sponsor's physician who watches over the safety of the study.
    MedicalMonitor = "MEDICAL_MONITOR",
    /// Sponsor's data manager.
    DataManager = "DATA_MANAGER",
    /// Sponsor's statistician, kept masked in masked studies.
    Statistician = "STATISTICIAN",
    /// Sponsor's monitor (CRA) for listed sites.
    Monitor = "MONITOR",
    /// Sponsor's pharmacovigilance officer.
    SafetyOfficer = "SAFETY_OFFICER",
    /// Investigator of one site, responsible for its data.
    Investigator = "INVESTIGATOR",
    /// Study coordinator of one site.
    Coordinator = "COORDINATOR",
    /// Pharmacist of one site who knows the treatment in masked studies.
    UnmaskedPharmacist = "UNMASKED_PHARMACIST",
    /// Voting member of the safety board.
    DsmbMember = "DSMB_MEMBER",
    /// The safety board's independent statistician.
    DsmbStatistician = "DSMB_STATISTICIAN",
    /// Administrator of the installation: people and configuration, no clinical data.
    Administrator = "ADMINISTRATOR",
    /// A hospital system that delivers results for one site.
    HospitalClient = "HOSPITAL_CLIENT",
    /// Auditor or inspector: reads, for a limited time.
    Auditor = "AUDITOR",
}

/// How far a grant of a role reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// The installation, and no study.
    Installation,
    /// Every site of one study.
    Study,
    /// The sites that the grant lists, in one study.
    Sites,
    /// The sites that the grant lists, or every site of the study when it lists none.
    StudyOrSites,
}

/// The parties that must not see through each other's eyes. Memberships of two sides are never united.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Party {
    /// Who runs the study.
    Sponsor,
    /// Who treats the subjects.
    Site,
    /// Who judges safety independently.
    Board,
    /// Who runs the installation.
    Installation,
    /// A machine of a hospital.
    Hospital,
    /// Who inspects.
    Inspection,
}

impl Role {
    /// The column of the role in [`crate::rules`].
    pub const fn column(self) -> usize {
        self as usize
    }

    /// The role of a public name.
    pub fn parse(name: &str) -> Option<Role> {
        Role::ALL.into_iter().find(|role| role.as_str() == name)
    }

    /// How far a grant of the role reaches.
    pub const fn scope(self) -> Scope {
        match self {
            Role::MedicalMonitor
            | Role::DataManager
            | Role::Statistician
            | Role::SafetyOfficer
            | Role::DsmbMember
            | Role::DsmbStatistician => Scope::Study,
            Role::Monitor
            | Role::Investigator
            | Role::Coordinator
            | Role::UnmaskedPharmacist
            | Role::HospitalClient => Scope::Sites,
            Role::Auditor => Scope::StudyOrSites,
            Role::Administrator => Scope::Installation,
        }
    }

    /// The side that the role belongs to.
    pub const fn side(self) -> Party {
        match self {
            Role::MedicalMonitor
            | Role::DataManager
            | Role::Statistician
            | Role::Monitor
            | Role::SafetyOfficer => Party::Sponsor,
            Role::Investigator | Role::Coordinator | Role::UnmaskedPharmacist => Party::Site,
            Role::DsmbMember | Role::DsmbStatistician => Party::Board,
            Role::Administrator => Party::Installation,
            Role::HospitalClient => Party::Hospital,
            Role::Auditor => Party::Inspection,
        }
    }

    /// Whether the role reads released cuts only, under pseudonyms.
    pub const fn reads_cuts_only(self) -> bool {
        matches!(self.side(), Party::Board)
    }

    /// Whether one person may hold both roles: `None` when they may, else why not.
    ///
    /// `same_study` is false when the two grants are on different studies; the administrator's reaches all.
    /// Source: the trial's role rules (sponsor and board, unmasked pharmacist and masked roles, administrator
    /// and writers of clinical data, board and site), and our own rule that a person stands on one side of a study.
    pub fn conflict(self, other: Role, same_study: bool) -> Option<&'static str> {
        use Party::{Board, Installation, Site};
        let sides = [self.side(), other.side()];
        if sides.contains(&Installation) && sides.contains(&Site) {
            return Some("an administrator may not hold a role that writes clinical data");
        }
        if !same_study {
            return None;
        }
        let pair = [self, other];
        if pair.contains(&Role::UnmaskedPharmacist) && pair.contains(&Role::Investigator) {
            return Some("who knows the treatment may not also be an investigator of the study");
        }
        if sides[0] == sides[1] {
            return None;
        }
        if sides.contains(&Board) {
            return Some("a member of the safety board may hold no other role in the study");
        }
        Some("a person stands on one side of a study: sponsor, site, board, administration or inspection")
    }
}
