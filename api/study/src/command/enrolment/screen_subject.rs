//! Take a person into screening under a new code.

use super::identity;
use crate::command::{Desk, check, decides, line};
use chrono::{Datelike, NaiveDate};
use entity::terms::{BilagSystem, ConsentPurpose, Sex, SubjectStatus};
use entity::{BilagSystems, Texts, rows};
use policy::{Identity, Refusal, RefusalCode, Side, SideWrite, ensure};
use serde::Serialize;
use uuid::Uuid;

/// Most characters of the version of a consent form.
pub(super) const VERSION_MAX: usize = 40;
/// The oldest age that is taken for a birth year and not for a slip of the pen.
const OLDEST: i32 = 120;

/// A consent that was given.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct GivenConsent {
    /// What it covers.
    pub purpose: ConsentPurpose,
    /// The version of the form.
    pub version: String,
    /// The day on which it was given.
    pub given_on: NaiveDate,
}

/// Take a person into screening. The code is drawn: the site's code and a number. Nobody is screened before the
/// consent to take part (P11-38).
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ScreenSubject {
    /// The site.
    pub site: Uuid,
    /// Sex as recorded.
    pub sex: Sex,
    /// Year of birth.
    pub birth_year: i32,
    /// The day of screening, not in the future; today at the site unless given.
    pub screened_on: Option<NaiveDate>,
    /// Consents given; that to take part among them.
    pub consents: Vec<GivenConsent>,
    /// BILAG-2004 systems that were ever involved.
    pub bilag_history: Vec<BilagSystem>,
    /// Direct identifiers, if the site keeps them here. They never enter the ledger.
    #[serde(serialize_with = "identity::named")]
    pub identity: Option<Identity>,
}

decides!(ScreenSubject as ScreenSubject);

impl ScreenSubject {
    fn run(&self, desk: &mut Desk<'_>, side: &Side) -> Result<(), Refusal> {
        let site = desk.site("site", self.site)?;
        let today = desk.today_at(site.id);
        let screened_on = self.screened_on.unwrap_or(today);
        check::not_future("screenedOn", screened_on, today)?;
        let years = screened_on.year() - OLDEST..=screened_on.year();
        ensure!(
            years.contains(&self.birth_year),
            Refusal::invalid(
                "birthYear",
                format!("a birth year lies from {} to {}", years.start(), years.end())
            )
        );
        let mut row = rows::Subject {
            id: desk.ids.draw(),
            study_id: desk.study.study(),
            ordinal: i32::try_from(desk.study.subjects() + 1).unwrap_or(i32::MAX),
            site_id: site.id,
            code: code(desk, site),
            status: SubjectStatus::Screening,
            sex: self.sex,
            birth_year: self.birth_year,
            screened_on,
            eligibility_confirmed_on: None,
            enrolled_on: None,
            bilag_history: BilagSystems(self.history()),
            identity_fields: Texts::default(),
            identity_commitment: None,
        };
        if let Some(given) = &self.identity {
            let identity = identity::checked(given, self.birth_year)?;
            row.identity_fields = identity::fields(&identity);
            let salt = desk.at.secret("identity");
            row.identity_commitment = Some(identity::commitment(&identity, &side.commitment_key, &salt)?);
            desk.beside(SideWrite::Identity {
                subject: row.id,
                study: row.study_id,
                site: site.id,
                identity,
                salt,
            });
        }
        desk.put(&row)?;
        let consents = self.consents(desk, &row)?;
        consents.iter().try_for_each(|consent| desk.put(consent))
    }

    fn history(&self) -> Vec<BilagSystem> {
        let mut systems = self.bilag_history.clone();
        systems.sort_unstable();
        systems.dedup();
        systems
    }

    fn consents(&self, desk: &mut Desk<'_>, subject: &rows::Subject) -> Result<Vec<rows::Consent>, Refusal> {
        let today = desk.today_at(subject.site_id);
        let mut consents: Vec<rows::Consent> = Vec::new();
        for (place, given) in self.consents.iter().enumerate() {
            let path = |field: &str| format!("consents.{place}.{field}");
            check::not_future(&path("givenOn"), given.given_on, today)?;
            ensure!(
                consents.iter().all(|earlier| earlier.purpose != given.purpose),
                Refusal::at(
                    &path("purpose"),
                    RefusalCode::Duplicate,
                    "the purpose is given twice: once is enough"
                )
            );
            consents.push(rows::Consent {
                id: desk.ids.draw(),
                study_id: subject.study_id,
                subject_id: subject.id,
                purpose: given.purpose,
                version: line(&path("version"), &given.version, VERSION_MAX)?,
                given_on: given.given_on,
                withdrawn_on: None,
            });
        }
        let on = subject.screened_on;
        ensure!(
            consents.iter().any(|it| it.purpose == ConsentPurpose::Study && it.given_on <= on),
            Refusal::at(
                "consents",
                RefusalCode::NoConsent,
                format!("nobody is screened before the consent to STUDY: give one of {on} or before"),
            )
        );
        Ok(consents)
    }
}

/// The site's code and the next number there: `SH01-001`.
fn code(desk: &Desk<'_>, site: &rows::Site) -> String {
    let there = desk.study.all().filter(|subject| subject.row.site_id == site.id).count();
    format!("{}-{:03}", site.code, there + 1)
}
