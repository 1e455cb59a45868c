//! Found the installation: two administrators and its public keys.

use super::add_person::{self, AddPerson};
use super::{Decide, change, input_of};
use crate::jwk;
use crate::text::name_key;
use crate::{Portal, text};
use chrono_tz::Tz;
use entity::rows;
use entity::terms::{KeyPurpose, KeyStatus};
use policy::{Act, Actor, Decision, Ids, Moment, Refusal, RefusalCode, Role, ensure};
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeSet;
use uuid::Uuid;

/// Found the installation. Possible once, as its first entry, and only by [`crate::installation`].
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Init {
    /// The two administrators: nobody grants a role to themselves, so one alone could not work.
    pub administrators: [NewAdministrator; 2],
    /// The public keys: one of the installation, and at least one for checkpoints.
    pub public_keys: Vec<NewPublicKey>,
}

/// An administrator of the first hour.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NewAdministrator {
    /// User name; see [`AddPerson::name`].
    pub name: String,
    /// Printed name; see [`AddPerson::display_name`].
    pub display_name: String,
    /// External issuer, if one signs the person in.
    pub issuer: Option<String>,
    /// The person's subject at that issuer.
    pub subject: Option<String>,
}

/// A public key of the installation.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NewPublicKey {
    /// The key's id, unique, 1 to 128 characters.
    pub kid: String,
    /// What it is for.
    pub purpose: KeyPurpose,
    /// The public key as a JWK, Ed25519.
    pub jwk: String,
}

impl Decide for Init {
    fn act(&self) -> Act {
        Act::AddPerson
    }

    fn command(&self) -> &'static str {
        "init"
    }

    fn input(&self) -> Value {
        input_of(self)
    }

    fn decide(&self, actor: &Actor, at: &Moment, portal: &Portal) -> Result<Decision, Refusal> {
        ensure!(actor.person.is_nil() && actor.name == Actor::INSTALLATION, Refusal::forbidden());
        ensure!(
            portal.is_empty(),
            Refusal::new(
                RefusalCode::WrongState,
                "the installation is founded already: its administrators add people and grant roles",
            )
        );
        let mut ids = at.ids("init");
        let mut decision = Decision::default();
        for (index, administrator) in self.administrators.iter().enumerate() {
            let person = add_person::row(&administrator.as_person(), portal, ids.draw())
                .map_err(|refusal| refusal.under(&format!("administrators.{index}")))?;
            decision.portal.push(change(&person)?);
            decision.portal.push(change(&grant(&person, at, ids.draw()))?);
        }
        self.differ()?;
        for key in self.keys(&mut ids)? {
            decision.portal.push(change(&key)?);
        }
        Ok(decision)
    }
}

impl NewAdministrator {
    fn as_person(&self) -> AddPerson {
        let NewAdministrator { name, display_name, issuer, subject } = self.clone();
        AddPerson { name, display_name, issuer, subject }
    }
}

impl Init {
    /// The administrators are two persons.
    fn differ(&self) -> Result<(), Refusal> {
        let [one, other] = &self.administrators;
        ensure!(
            name_key(one.name.trim()) != name_key(other.name.trim()),
            Refusal::at(
                "administrators.1.name",
                RefusalCode::Duplicate,
                "both administrators have this name: they are two persons, each with a name of their own",
            )
        );
        let external = |person: &NewAdministrator| person.issuer.clone().zip(person.subject.clone());
        ensure!(
            external(one).is_none() || external(one) != external(other),
            Refusal::at(
                "administrators.1.subject",
                RefusalCode::Duplicate,
                "both administrators have this external identity: they are two persons",
            )
        );
        Ok(())
    }

    fn keys(&self, ids: &mut Ids<'_>) -> Result<Vec<rows::PublicKey>, Refusal> {
        let mut kids = BTreeSet::new();
        let mut rows = Vec::with_capacity(self.public_keys.len());
        for (index, key) in self.public_keys.iter().enumerate() {
            let path = |field: &str| format!("publicKeys.{index}.{field}");
            let kid = text::line(&path("kid"), &key.kid, 128)?;
            let read = jwk::public_key(&path("jwk"), &key.jwk)?;
            ensure!(
                read.is_ed25519,
                Refusal::invalid(
                    &path("jwk"),
                    "the installation signs with Ed25519: its keys are of type OKP"
                )
            );
            ensure!(
                read.kid.as_ref().is_none_or(|inner| *inner == kid),
                Refusal::invalid(
                    &path("jwk"),
                    "the \"kid\" inside the key is another one: make them the same"
                )
            );
            ensure!(
                kids.insert(kid.clone()),
                Refusal::at(
                    &path("kid"),
                    RefusalCode::Duplicate,
                    "another key has this id: each needs its own"
                )
            );
            rows.push(rows::PublicKey {
                id: ids.draw(),
                kid,
                purpose: key.purpose,
                jwk: read.text,
                status: KeyStatus::Active,
            });
        }
        ensure!(
            rows.iter().any(|key| key.purpose == KeyPurpose::Checkpoint),
            Refusal::at(
                "publicKeys",
                RefusalCode::Required,
                "a public key for checkpoints is missing: name at least one"
            )
        );
        ensure!(
            rows.iter().filter(|key| key.purpose == KeyPurpose::Installation).count() == 1,
            Refusal::at(
                "publicKeys",
                RefusalCode::Required,
                "name exactly one public key of the installation: it tells for ever whether its secret is still the same"
            )
        );
        Ok(rows)
    }
}

fn grant(person: &rows::Person, at: &Moment, id: Uuid) -> rows::Membership {
    rows::Membership {
        id,
        person_id: person.id,
        study_id: None,
        role: Role::Administrator.as_str().to_owned(),
        site_ids: Vec::new().into(),
        valid_from: at.date(Tz::UTC),
        valid_to: None,
        granted_by: None,
        chair: false,
        training_on: None,
        delegation: None,
        ended_at: None,
        reviewed_at: None,
        reviewed_by: None,
    }
}

#[cfg(test)]
mod tests;
