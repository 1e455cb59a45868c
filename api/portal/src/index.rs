//! What is looked up in the portal other than by row id. Follows from the tables alone.

use crate::table::{Image, Tables};
use crate::text::name_key;
use chrono_tz::Tz;
use entity::row::Row;
use entity::rows;
use ledger::ImageError;
use policy::Role;
use std::collections::BTreeMap;
use uuid::Uuid;

/// Who has a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Account {
    /// A person, active or not.
    Person(Uuid),
    /// A service client, active or not.
    Client(Uuid),
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Index {
    /// By name key: people and clients share the names, so that a log never means two things by one.
    pub accounts: BTreeMap<String, Account>,
    /// People by issuer and the subject there.
    pub externals: BTreeMap<(String, String), Uuid>,
    /// Studies by code.
    pub codes: BTreeMap<String, Uuid>,
    /// Settings by name.
    pub settings: BTreeMap<String, Uuid>,
    /// Keys by their key id.
    pub kids: BTreeMap<String, Uuid>,
    /// Grants by holder, in the order of ids.
    pub grants: BTreeMap<Uuid, Vec<Uuid>>,
}

impl Index {
    /// Looks through all tables.
    ///
    /// # Errors
    /// Two rows claim what only one can have, or a row names a role or zone that this version does not know.
    pub(crate) fn of(tables: &Tables) -> Result<Index, ImageError> {
        let mut index = Index::default();
        for person in tables.person.all() {
            claim(&mut index.accounts, name_key(&person.name), Account::Person(person.id), person)?;
            if let (Some(issuer), Some(subject)) = (&person.issuer, &person.subject) {
                claim(&mut index.externals, (issuer.clone(), subject.clone()), person.id, person)?;
            }
        }
        for client in tables.service_client.all() {
            claim(&mut index.accounts, name_key(&client.name), Account::Client(client.id), client)?;
        }
        for study in tables.registered_study.all() {
            claim(&mut index.codes, study.code.clone(), study.id, study)?;
            study.time_zone.parse::<Tz>().map_err(|_| wrong(study, "its zone is not known"))?;
        }
        for setting in tables.setting.all() {
            claim(&mut index.settings, setting.key.clone(), setting.id, setting)?;
        }
        for key in tables.public_key.all() {
            claim(&mut index.kids, key.kid.clone(), key.id, key)?;
        }
        for grant in tables.membership.all() {
            role(grant)?;
            index.grants.entry(grant.person_id).or_default().push(grant.id);
        }
        Ok(index)
    }

    pub(crate) fn bytes(&self) -> usize {
        // About what an entry costs beside its text: two ids and its share of the map's nodes.
        const ENTRY: usize = 64;
        let names = self.accounts.keys().chain(self.codes.keys()).chain(self.settings.keys());
        let names: usize = names.chain(self.kids.keys()).map(|name| name.len() + ENTRY).sum();
        let externals: usize = self.externals.keys().map(|(a, b)| a.len() + b.len() + ENTRY).sum();
        let grants: usize = self.grants.values().map(|ids| ids.len() * size_of::<Uuid>() + ENTRY).sum();
        names + externals + grants
    }
}

/// The role that a grant is of.
pub(crate) fn role(grant: &rows::Membership) -> Result<Role, ImageError> {
    Role::parse(&grant.role).ok_or_else(|| wrong(grant, "its role is not known"))
}

fn claim<K: Ord, V, R: Row>(map: &mut BTreeMap<K, V>, key: K, value: V, row: &R) -> Result<(), ImageError> {
    match map.insert(key, value) {
        None => Ok(()),
        Some(_) => Err(wrong(row, "another row has what only one can have")),
    }
}

fn wrong<R: Row>(row: &R, message: &str) -> ImageError {
    Image { table: R::TABLE, row: row.id(), text: "" }.error(message)
}
