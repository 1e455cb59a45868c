//! Record a consent, or its withdrawal.

use super::screen_subject::VERSION_MAX;
use crate::command::{Desk, check, decides, line};
use chrono::NaiveDate;
use entity::rows;
use entity::terms::ConsentPurpose;
use policy::{Refusal, RefusalCode, Side, ensure};
use serde::Serialize;
use uuid::Uuid;

/// Record that a subject gave a consent, or withdrew one. From the day of a withdrawal on the consent covers nothing.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RecordConsent {
    /// The subject.
    pub subject: Uuid,
    /// What it covers.
    pub purpose: ConsentPurpose,
    /// The version of the form.
    pub version: String,
    /// The day on which it was given, or with `withdrawn` withdrawn; not in the future.
    pub on: NaiveDate,
    /// Whether the consent is withdrawn.
    pub withdrawn: bool,
}

decides!(RecordConsent as RecordConsent);

impl RecordConsent {
    fn run(&self, desk: &mut Desk<'_>, _side: &Side) -> Result<(), Refusal> {
        let subject = desk.subject("subject", self.subject)?;
        check::not_future("on", self.on, desk.today_of(subject))?;
        let version = line("version", &self.version, VERSION_MAX)?;
        let same = |it: &rows::Consent| it.purpose == self.purpose && it.version == version;
        let standing = subject.rows.consents.iter().find(|it| same(it) && it.withdrawn_on.is_none());
        let row = match (self.withdrawn, standing) {
            (true, Some(held)) => {
                check::not_before("on", self.on, held.given_on, "the consent was given")?;
                rows::Consent { withdrawn_on: Some(self.on), ..held.row.clone() }
            }
            (true, None) => {
                let message =
                    "no consent to it by that version of the form is in force: nothing can be withdrawn";
                return Err(Refusal::at("purpose", RefusalCode::NoConsent, message));
            }
            (false, standing) => {
                ensure!(
                    standing.is_none(),
                    Refusal::at(
                        "version",
                        RefusalCode::Duplicate,
                        "a consent to it by that version is in force already"
                    )
                );
                rows::Consent {
                    id: desk.ids.draw(),
                    study_id: desk.study.study(),
                    subject_id: subject.id(),
                    purpose: self.purpose,
                    version,
                    given_on: self.on,
                    withdrawn_on: None,
                }
            }
        };
        desk.put(&row)
    }
}
