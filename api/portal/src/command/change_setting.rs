//! Change a setting of the installation.

use super::{Decide, change, input_of, permit};
use crate::{Portal, SettingKey};
use entity::rows;
use policy::{Act, Actor, Decision, Moment, Refusal};
use serde::Serialize;
use serde_json::Value;

/// Change a setting.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ChangeSetting {
    /// Which one: a name of [`SettingKey`].
    pub key: String,
    /// Its new value.
    pub value: String,
}

impl Decide for ChangeSetting {
    fn act(&self) -> Act {
        Act::ChangeSetting
    }

    fn input(&self) -> Value {
        input_of(self)
    }

    fn decide(&self, actor: &Actor, at: &Moment, portal: &Portal) -> Result<Decision, Refusal> {
        let mut decision = permit(actor, self.act())?;
        let key = SettingKey::parse(&self.key).ok_or_else(|| {
            let known = SettingKey::ALL.map(SettingKey::as_str).join(", ");
            Refusal::invalid("key", format!("there is no such setting: there are {known}"))
        })?;
        let value = key.check("value", &self.value)?;
        let id = match portal.index.settings.get(key.as_str()) {
            Some(id) => *id,
            None => at.ids(self.act().as_str()).draw(),
        };
        decision.portal.push(change(&rows::Setting { id, key: key.as_str().to_owned(), value })?);
        Ok(decision)
    }
}

#[cfg(test)]
mod tests;
