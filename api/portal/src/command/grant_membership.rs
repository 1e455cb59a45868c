//! Grant a role.

use super::{Decide, change, input_of, permit};
use crate::actor::needs_training;
use crate::period::meet;
use crate::{Portal, text};
use chrono::NaiveDate;
use entity::rows;
use entity::terms::AccountStatus;
use policy::{
    Act, Actor, Decision, Kind, Moment, Party, Refusal, RefusalCode, Role, Scope, ensure, needs_two,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeSet;
use uuid::Uuid;

/// Most characters of a delegation's reference.
const DELEGATION_MAX: usize = 200;

/// Grant a role to a person. It holds from the first instant of its first day to the last one of its last day,
/// in the study's zone (UTC for the installation's roles), but never before this entry. A role that takes two persons to
/// grant is refused here: it is proposed by one and approved by another.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GrantMembership {
    /// Who receives it: an active person, and not the one who grants.
    pub person: Uuid,
    /// The role's public name, such as `COORDINATOR`.
    pub role: String,
    /// The study; none for ADMINISTRATOR.
    pub study: Option<Uuid>,
    /// Sites of the study: exactly one for an investigator, coordinator or pharmacist; one or more for a monitor;
    /// any number for an auditor (none means all); none for other roles.
    pub sites: Vec<Uuid>,
    /// The sites that the study has, filled in by whoever can see the study.
    #[serde(skip)]
    pub known_sites: Vec<Uuid>,
    /// First day.
    pub valid_from: NaiveDate,
    /// Last day, inclusive. An auditor's grant needs one.
    pub valid_to: Option<NaiveDate>,
    /// Whether the member chairs the board; a voting member only.
    pub chair: bool,
    /// The day on which training for the role was confirmed, which roles at a site need: by the first day.
    pub training_on: Option<NaiveDate>,
    /// Reference of the entry in the delegation log.
    pub delegation: Option<String>,
}

impl Decide for GrantMembership {
    fn act(&self) -> Act {
        Act::GrantMembership
    }

    fn input(&self) -> Value {
        input_of(self)
    }

    fn decide(&self, actor: &Actor, at: &Moment, portal: &Portal) -> Result<Decision, Refusal> {
        let mut decision = permit(actor, self.act())?;
        let row = self.judged((actor.person, actor.person), at, portal)?;
        ensure!(
            Role::parse(&row.role).is_some_and(|role| !needs_two(role)),
            Refusal::at(
                "role",
                RefusalCode::TwoPersons,
                format!(
                    "{} is granted by two persons: propose it, and another administrator approves",
                    row.role
                ),
            )
        );
        decision.portal.push(change(&row)?);
        Ok(decision)
    }
}

impl GrantMembership {
    /// The grant's row, if the portal as it stands allows it: on the word of one who grants it, or who proposed it and
    /// of another who acts now.
    pub(super) fn judged(
        &self,
        (granted_by, acting): (Uuid, Uuid),
        at: &Moment,
        portal: &Portal,
    ) -> Result<rows::Membership, Refusal> {
        self.check_person([granted_by, acting], portal)?;
        let role = self.known_role()?;
        self.check_study(role, portal)?;
        let sites = self.checked_sites(role)?;
        self.check_days(role)?;
        self.check_training(role, at, portal)?;
        ensure!(
            !self.chair || role == Role::DsmbMember,
            Refusal::invalid("chair", "only a voting member (DSMB_MEMBER) chairs the board")
        );
        let row = rows::Membership {
            id: at.ids("membership").draw(),
            person_id: self.person,
            study_id: self.study,
            role: role.as_str().to_owned(),
            site_ids: sites.into(),
            valid_from: self.valid_from,
            valid_to: self.valid_to,
            granted_by: Some(granted_by),
            chair: self.chair,
            training_on: self.training_on,
            delegation: text::optional_line("delegation", self.delegation.as_deref(), DELEGATION_MAX)?,
            ended_at: None,
            reviewed_at: None,
            reviewed_by: None,
        };
        check_conflicts(&row, at, portal)?;
        Ok(row)
    }

    fn check_person(&self, granting: [Uuid; 2], portal: &Portal) -> Result<(), Refusal> {
        ensure!(
            !granting.contains(&self.person),
            Refusal::at(
                "person",
                RefusalCode::SamePerson,
                "nobody grants a role to themselves: another administrator has to",
            )
        );
        let person = portal
            .tables
            .person
            .get(self.person)
            .ok_or_else(|| Refusal::not_found("person", Kind::Person))?;
        ensure!(
            person.status == AccountStatus::Active,
            Refusal::at(
                "person",
                RefusalCode::WrongState,
                "the person is disabled: only active people receive roles"
            )
        );
        Ok(())
    }

    fn known_role(&self) -> Result<Role, Refusal> {
        let role = Role::parse(&self.role).ok_or_else(|| {
            let known = Role::ALL.map(Role::as_str).join(", ");
            Refusal::invalid("role", format!("there is no such role: there are {known}"))
        })?;
        ensure!(
            role.side() != Party::Hospital,
            Refusal::invalid(
                "role",
                "HOSPITAL_CLIENT is a machine's role: register the hospital system as a service client",
            )
        );
        Ok(role)
    }

    fn check_study(&self, role: Role, portal: &Portal) -> Result<(), Refusal> {
        match (role.scope(), self.study) {
            (Scope::Installation, None) => Ok(()),
            (Scope::Installation, Some(_)) => Err(Refusal::invalid(
                "study",
                format!("{} is a role of the installation: leave the study out", role.as_str()),
            )),
            (Scope::Study | Scope::Sites | Scope::StudyOrSites, None) => Err(Refusal::at(
                "study",
                RefusalCode::Required,
                format!("{} is a role in a study: name the study", role.as_str()),
            )),
            (Scope::Study | Scope::Sites | Scope::StudyOrSites, Some(study)) => {
                ensure!(
                    portal.tables.registered_study.get(study).is_some(),
                    Refusal::not_found("study", Kind::Study)
                );
                Ok(())
            }
        }
    }

    /// The sites, sorted and each once.
    fn checked_sites(&self, role: Role) -> Result<Vec<Uuid>, Refusal> {
        let name = role.as_str();
        for (index, site) in self.sites.iter().enumerate() {
            ensure!(
                self.known_sites.contains(site),
                Refusal::not_found(&format!("sites.{index}"), Kind::Site)
            );
        }
        let sites: Vec<Uuid> = BTreeSet::from_iter(self.sites.iter().copied()).into_iter().collect();
        match role.scope() {
            Scope::Installation | Scope::Study => ensure!(
                sites.is_empty(),
                Refusal::invalid("sites", format!("{name} is not bound to sites: leave them out"))
            ),
            Scope::Sites => {
                ensure!(
                    !sites.is_empty(),
                    Refusal::at(
                        "sites",
                        RefusalCode::Required,
                        format!("{name} is a role at a site: name it")
                    )
                );
                // Those who work at a site are granted it one by one, so that each can be ended by itself.
                ensure!(
                    role.side() != Party::Site || sites.len() == 1,
                    Refusal::invalid(
                        "sites",
                        format!(
                            "{name} is a role at one site, not at {}: grant each site by itself",
                            sites.len()
                        ),
                    )
                );
            }
            Scope::StudyOrSites => {}
        }
        Ok(sites)
    }

    fn check_days(&self, role: Role) -> Result<(), Refusal> {
        match self.valid_to {
            Some(last) => ensure!(
                self.valid_from <= last,
                Refusal::invalid(
                    "validTo",
                    format!(
                        "the last day, {last}, is before the first, {}: it is that day or later",
                        self.valid_from
                    ),
                )
            ),
            None => ensure!(
                role != Role::Auditor,
                Refusal::at(
                    "validTo",
                    RefusalCode::Required,
                    "an auditor's grant is for a limited time: name its last day"
                )
            ),
        }
        Ok(())
    }

    /// P11-60: training is confirmed before the role becomes active.
    fn check_training(&self, role: Role, at: &Moment, portal: &Portal) -> Result<(), Refusal> {
        let path = "trainingOn";
        let Some(training_on) = self.training_on else {
            ensure!(
                !needs_training(role),
                Refusal::at(
                    path,
                    RefusalCode::Required,
                    format!("{} needs training: name the day on which it was confirmed", role.as_str()),
                )
            );
            return Ok(());
        };
        let today = at.date(portal.zone(self.study));
        ensure!(
            training_on <= today,
            Refusal::invalid(
                path,
                format!(
                    "{training_on} is still to come (today is {today}): confirm training after it took place"
                )
            )
        );
        ensure!(
            !needs_training(role) || training_on <= self.valid_from,
            Refusal::invalid(
                path,
                format!(
                    "training was confirmed on {training_on}: let the first day be that day or later, not {}",
                    self.valid_from
                ),
            )
        );
        Ok(())
    }
}

/// ACC-08: no two roles that exclude each other are held at one instant. An administrator's grant reaches every
/// study and therefore counts as one on the same study.
fn check_conflicts(row: &rows::Membership, at: &Moment, portal: &Portal) -> Result<(), Refusal> {
    let Some(grant) = portal.membership(row) else { return Ok(()) };
    for held in portal.grants(row.person_id).filter_map(|held| portal.membership(held)) {
        let same_study = grant.study.is_none() || held.study.is_none() || grant.study == held.study;
        let Some(why) = grant.role.conflict(held.role, same_study) else { continue };
        if !meet(&grant, &held, at.now()) {
            continue;
        }
        let study = held.study.and_then(|study| portal.tables.registered_study.get(study));
        let place = study
            .map_or_else(|| "in the installation".to_owned(), |study| format!("in study {}", study.code));
        return Err(Refusal::at(
            "role",
            RefusalCode::IncompatibleRoles,
            format!(
                "{} does not go with {}, which the person holds {place} at the same time: {why}",
                grant.role.as_str(),
                held.role.as_str()
            ),
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
