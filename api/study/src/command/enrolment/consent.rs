//! A consent's fields, and what is right for them when it is corrected.

use super::screen_subject::VERSION_MAX;
use crate::command::{Desk, check, line};
use crate::snapshot::Subject;
use chrono::NaiveDate;
use entity::rows;
use entity::terms::ConsentPurpose;
use policy::{Refusal, RefusalCode, ensure};
use serde::Serialize;

/// What is recorded of a consent, its purpose aside: a consent to something else is another one.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ConsentFields {
    /// The version of the form.
    pub version: String,
    /// The day on which it was given, not in the future.
    pub given_on: NaiveDate,
    /// The day on which it was withdrawn; absent when it was not.
    pub withdrawn_on: Option<NaiveDate>,
}

impl ConsentFields {
    /// The saved consent as the fields say it.
    pub(in crate::command) fn row(
        &self,
        desk: &Desk<'_>,
        subject: &Subject,
        saved: &rows::Consent,
    ) -> Result<rows::Consent, Refusal> {
        let today = desk.today_of(subject);
        check::not_future("givenOn", self.given_on, today)?;
        if let Some(withdrawn_on) = self.withdrawn_on {
            check::not_future("withdrawnOn", withdrawn_on, today)?;
            check::not_before("withdrawnOn", withdrawn_on, self.given_on, "the consent was given")?;
        }
        let row = rows::Consent {
            version: line("version", &self.version, VERSION_MAX)?,
            given_on: self.given_on,
            withdrawn_on: self.withdrawn_on,
            ..saved.clone()
        };
        let others = || subject.rows.consents.iter().map(|it| &it.row).filter(|it| it.id != row.id);
        let in_force = |it: &rows::Consent| {
            (it.purpose, &it.version) == (row.purpose, &row.version) && it.withdrawn_on.is_none()
        };
        ensure!(
            row.withdrawn_on.is_some() || !others().any(in_force),
            Refusal::at(
                "version",
                RefusalCode::Duplicate,
                "a consent to it by that version is in force already"
            )
        );
        // P11-38: nobody is screened before the consent to take part, whatever is said afterwards.
        let covers = |it: &rows::Consent| {
            it.purpose == ConsentPurpose::Study && it.given_on <= subject.row.screened_on
        };
        ensure!(
            covers(&row) || others().any(covers),
            Refusal::at(
                "givenOn",
                RefusalCode::NoConsent,
                format!(
                    "the subject was screened on {}: a consent to STUDY has to be of that day or before",
                    subject.row.screened_on
                ),
            )
        );
        Ok(row)
    }
}
