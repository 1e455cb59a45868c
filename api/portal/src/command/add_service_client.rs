//! Register a hospital system.

use super::add_person::free_name;
use super::{Decide, change, input_of, permit};
use crate::{Portal, jwk};
use entity::rows;
use entity::terms::AccountStatus;
use policy::{Act, Actor, Decision, Kind, Moment, Refusal, RefusalCode, ensure};
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeSet;
use uuid::Uuid;

/// What a hospital system can be allowed (SMART system scopes): the resource, and its interactions of create,
/// read, update and search in the order of `crus`. A client may be given fewer interactions, never more.
pub const SCOPES: [(&str, &str); 7] = [
    ("AdverseEvent", "c"),
    ("Encounter", "cu"),
    ("MedicationRequest", "cu"),
    ("MedicationStatement", "cu"),
    ("Observation", "cru"),
    ("ResearchStudy", "rs"),
    ("ResearchSubject", "rs"),
];

/// Register a hospital system: one study, one site, and the keys with which it signs. It acts as HOSPITAL_CLIENT
/// of that site from this entry on, until its grant, whose id is the client's own, is ended.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AddServiceClient {
    /// Name: as a user name, and unique among them too.
    pub name: String,
    /// The study.
    pub study: Uuid,
    /// The site that it delivers for.
    pub site: Uuid,
    /// The sites that the study has, filled in by whoever can see the study.
    #[serde(skip)]
    pub known_sites: Vec<Uuid>,
    /// Its public keys as a JWK set.
    pub public_jwks: String,
    /// What it may ask for, such as `system/Observation.cu`: at least one of [`SCOPES`].
    pub scopes: Vec<String>,
}

impl Decide for AddServiceClient {
    fn act(&self) -> Act {
        Act::AddServiceClient
    }

    fn input(&self) -> Value {
        input_of(self)
    }

    fn decide(&self, actor: &Actor, at: &Moment, portal: &Portal) -> Result<Decision, Refusal> {
        let mut decision = permit(actor, self.act())?;
        let name = free_name("name", &self.name, portal)?;
        ensure!(
            portal.tables.registered_study.get(self.study).is_some(),
            Refusal::not_found("study", Kind::Study)
        );
        ensure!(self.known_sites.contains(&self.site), Refusal::not_found("site", Kind::Site));
        let public_jwks = jwk::public_key_set("publicJwks", &self.public_jwks)?;
        decision.portal.push(change(&rows::ServiceClient {
            id: at.ids(self.act().as_str()).draw(),
            name,
            study_id: self.study,
            site_id: self.site,
            public_jwks,
            scopes: self.checked_scopes()?.into(),
            status: AccountStatus::Active,
        })?);
        Ok(decision)
    }
}

impl AddServiceClient {
    /// The scopes, sorted and each once.
    fn checked_scopes(&self) -> Result<Vec<String>, Refusal> {
        ensure!(
            !self.scopes.is_empty(),
            Refusal::at(
                "scopes",
                RefusalCode::Required,
                "a client without scopes can do nothing: name at least one"
            )
        );
        for (index, scope) in self.scopes.iter().enumerate() {
            if !is_known(scope) {
                let known =
                    SCOPES.map(|(resource, letters)| format!("system/{resource}.{letters}")).join(", ");
                let what = format!("there is no such scope: there are {known}, each with fewer letters too");
                return Err(Refusal::invalid(&format!("scopes.{index}"), what));
            }
        }
        Ok(BTreeSet::from_iter(self.scopes.iter().cloned()).into_iter().collect())
    }
}

/// `system/`, a resource, a point, and at least one of its letters, each once and in order.
fn is_known(scope: &str) -> bool {
    let Some((resource, letters)) = scope.strip_prefix("system/").and_then(|rest| rest.split_once('.'))
    else {
        return false;
    };
    SCOPES.iter().any(|(known, allowed)| {
        let mut left = allowed.chars();
        *known == resource
            && !letters.is_empty()
            && letters.chars().all(|letter| left.any(|next| next == letter))
    })
}

#[cfg(test)]
mod tests;
