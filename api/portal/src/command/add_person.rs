//! Add a person to the installation.

use super::{Decide, change, input_of, permit};
use crate::Portal;
use crate::text;
use entity::rows;
use entity::terms::AccountStatus;
use policy::{Act, Actor, Decision, Moment, Refusal, RefusalCode, ensure};
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

/// Most characters of an issuer.
const ISSUER_MAX: usize = 500;
/// Most characters of a subject at an issuer.
const SUBJECT_MAX: usize = 255;
/// Most characters of a printed name.
const DISPLAY_NAME_MAX: usize = 120;

/// Add a person. The name is theirs for ever: it is not given again, not even after they are disabled.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AddPerson {
    /// User name: 3 to 64 of A to Z, a to z, 0 to 9 and `.` `-` `_` `@`, beginning with a letter or digit.
    /// Unique without regard to case.
    pub name: String,
    /// Printed name, 1 to 120 characters, in any script.
    pub display_name: String,
    /// The external issuer that signs the person in; with `subject` or not at all.
    pub issuer: Option<String>,
    /// The person's subject at that issuer.
    pub subject: Option<String>,
}

impl Decide for AddPerson {
    fn act(&self) -> Act {
        Act::AddPerson
    }

    fn input(&self) -> Value {
        input_of(self)
    }

    fn decide(&self, actor: &Actor, at: &Moment, portal: &Portal) -> Result<Decision, Refusal> {
        let mut decision = permit(actor, self.act())?;
        let person = row(self, portal, at.ids(self.act().as_str()).draw())?;
        decision.portal.push(change(&person)?);
        Ok(decision)
    }
}

/// The person's row.
pub(super) fn row(command: &AddPerson, portal: &Portal, id: Uuid) -> Result<rows::Person, Refusal> {
    let name = free_name("name", &command.name, portal)?;
    let display_name = text::line("displayName", &command.display_name, DISPLAY_NAME_MAX)?;
    let issuer = text::optional_line("issuer", command.issuer.as_deref(), ISSUER_MAX)?;
    let subject = text::optional_line("subject", command.subject.as_deref(), SUBJECT_MAX)?;
    match (&issuer, &subject) {
        (None, None) => {}
        (Some(issuer), Some(subject)) => ensure!(
            !portal.index.externals.contains_key(&(issuer.clone(), subject.clone())),
            Refusal::at(
                "subject",
                RefusalCode::Duplicate,
                "another person signs in with this external identity: one identity is one person's for ever",
            )
        ),
        (Some(_), None) => {
            let what = "an issuer is named without the person's subject there: name both or neither";
            return Err(Refusal::at("subject", RefusalCode::Required, what));
        }
        (None, Some(_)) => {
            let what = "a subject is named without its issuer: name both or neither";
            return Err(Refusal::at("issuer", RefusalCode::Required, what));
        }
    }
    Ok(rows::Person {
        id,
        name,
        display_name,
        status: AccountStatus::Active,
        issuer,
        subject,
        sign_in_epoch: 0,
    })
}

/// A name that nobody has or ever had (P11-21).
pub(super) fn free_name(path: &str, name: &str, portal: &Portal) -> Result<String, Refusal> {
    let name = text::user_name(path, name)?;
    ensure!(
        portal.account(&name).is_none(),
        Refusal::at(
            path,
            RefusalCode::Duplicate,
            format!("the name \"{name}\" is taken, and names are never given again: choose another"),
        )
    );
    Ok(name)
}

#[cfg(test)]
mod tests;
