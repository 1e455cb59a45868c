//! Register a study.

use super::{Decide, change, input_of, permit};
use crate::{Portal, text};
use chrono_tz::Tz;
use entity::rows;
use entity::terms::Masking;
use policy::{Act, Actor, Decision, Moment, Refusal, RefusalCode, ensure};
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

/// Most characters of a title.
const TITLE_MAX: usize = 500;
/// Most characters of a code.
const CODE_MAX: usize = 20;

/// Register a study: its row in the registry. Its own streams are founded beside it under the same id.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RegisterStudy {
    /// The study's id, drawn by the server.
    #[serde(skip)]
    pub study: Uuid,
    /// Unique code: 2 to 20 of A to Z, 0 to 9 and `-`, beginning with a letter or digit.
    pub code: String,
    /// Title, 1 to 500 characters.
    pub title: String,
    /// Who knows the treatment.
    pub masking: Masking,
    /// IANA zone in which the study counts its days, such as `Asia/Shanghai`.
    pub time_zone: String,
}

impl Decide for RegisterStudy {
    fn act(&self) -> Act {
        Act::RegisterStudy
    }

    fn input(&self) -> Value {
        input_of(self)
    }

    fn decide(&self, actor: &Actor, _at: &Moment, portal: &Portal) -> Result<Decision, Refusal> {
        let mut decision = permit(actor, self.act())?;
        let code = code("code", &self.code)?;
        ensure!(
            !portal.index.codes.contains_key(&code),
            Refusal::at(
                "code",
                RefusalCode::Duplicate,
                format!("there is a study {code} already: codes are unique")
            )
        );
        let title = text::line("title", &self.title, TITLE_MAX)?;
        let zone: Tz = self.time_zone.trim().parse().map_err(|_| {
            Refusal::invalid(
                "timeZone",
                "there is no such zone: name one of the IANA database, such as Asia/Shanghai",
            )
        })?;
        ensure!(
            !self.study.is_nil() && portal.tables.registered_study.get(self.study).is_none(),
            Refusal::at("study", RefusalCode::Duplicate, "the id drawn for the study is taken: try again")
        );
        decision.portal.push(change(&rows::RegisteredStudy {
            id: self.study,
            code,
            title,
            masking: self.masking,
            time_zone: zone.name().to_owned(),
        })?);
        Ok(decision)
    }
}

fn code(path: &str, code: &str) -> Result<String, Refusal> {
    let code = code.trim();
    ensure!(!code.is_empty(), Refusal::at(path, RefusalCode::Required, "the code is blank"));
    let fits = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit();
    ensure!(
        (2..=CODE_MAX).contains(&code.len())
            && code.starts_with(fits)
            && code.chars().all(|c| fits(c) || c == '-'),
        Refusal::invalid(
            path,
            "a code has 2 to 20 of the letters A to Z, the digits and \"-\", and begins with a letter or digit",
        )
    );
    Ok(code.to_owned())
}

#[cfg(test)]
mod tests;
