//! Who is in the world: somebody of every role, those at a site once for each site, and one without any role.

use super::{SITES, accepted, call};
use policy::Role;
use portal::KeyPurpose;
use portal::command::{Init, NewAdministrator, NewPublicKey};
use store::{CallerRef, Store};

/// Somebody.
#[derive(Clone, Debug)]
pub struct Person {
    /// The user name: the role's, and the site's if there is one.
    pub name: String,
    /// The role; none for the stranger.
    pub role: Option<Role>,
    /// The site's code.
    pub site: Option<&'static str>,
}

/// The user name of a role, without a site.
pub fn name_of(role: Role) -> &'static str {
    match role {
        Role::MedicalMonitor => "medical-monitor",
        Role::DataManager => "data-manager",
        Role::Statistician => "statistician",
        Role::Monitor => "monitor",
        Role::SafetyOfficer => "safety-officer",
        Role::Investigator => "investigator",
        Role::Coordinator => "coordinator",
        Role::UnmaskedPharmacist => "pharmacist",
        Role::DsmbMember => "dsmb-member",
        Role::DsmbStatistician => "dsmb-statistician",
        Role::Administrator => "administrator",
        Role::HospitalClient => "hospital",
        Role::Auditor => "auditor",
    }
}

/// Everybody but the two administrators, who are there from the founding on.
pub fn people() -> Vec<Person> {
    let mut all = vec![Person { name: "stranger".to_owned(), role: None, site: None }];
    for role in Role::ALL {
        let name = name_of(role);
        match role {
            // A machine's role, and one that the founding gives.
            Role::HospitalClient | Role::Administrator => {}
            Role::Monitor => {
                all.push(Person { name: format!("{name}-sh01"), role: Some(role), site: Some("SH01") });
            }
            Role::Investigator | Role::Coordinator | Role::UnmaskedPharmacist => {
                all.extend(SITES.map(|site| Person {
                    name: format!("{name}-{}", site.to_lowercase()),
                    role: Some(role),
                    site: Some(site),
                }));
            }
            Role::MedicalMonitor
            | Role::DataManager
            | Role::Statistician
            | Role::SafetyOfficer
            | Role::DsmbMember
            | Role::DsmbStatistician
            | Role::Auditor => all.push(Person { name: name.to_owned(), role: Some(role), site: None }),
        }
    }
    all
}

/// Founds the installation with `administrator` and `administrator-two`.
pub(super) async fn found(store: &Store) {
    let mut public_keys = Vec::new();
    for purpose in [KeyPurpose::Checkpoint, KeyPurpose::Token, KeyPurpose::Installation] {
        let key = store.create_signing_key(purpose).await.unwrap();
        public_keys.push(NewPublicKey { kid: key.kid, purpose, jwk: key.jwk });
    }
    let administrator = |name: &str| NewAdministrator {
        name: name.to_owned(),
        display_name: format!("Made-up {name}"),
        issuer: None,
        subject: None,
    };
    let init = Init {
        administrators: [administrator("administrator"), administrator("administrator-two")],
        public_keys,
    };
    accepted(store.decide_portal(Box::new(init), call(CallerRef::Installation)).await.unwrap());
}
