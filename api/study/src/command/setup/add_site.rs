//! Add a site to a study.

use crate::command::{Desk, decides, line};
use chrono_tz::Tz;
use entity::rows;
use policy::{Refusal, RefusalCode, Side, ensure};
use serde::Serialize;

/// Most characters of a site's code.
const CODE_MAX: usize = 12;
/// Most characters of a site's name.
const NAME_MAX: usize = 200;

/// Add a site to a study. Sites are numbered in the order in which they join.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AddSite {
    /// Its code, unique in the study: 2 to 12 of A to Z, 0 to 9 and `-`. Subject codes begin with it.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Its country, by two capital letters (ISO 3166-1).
    pub country: String,
    /// Its IANA zone, such as `Asia/Shanghai`: the days of its records are counted in it.
    pub time_zone: String,
}

decides!(AddSite as AddSite);

impl AddSite {
    fn run(&self, desk: &mut Desk<'_>, _side: &Side) -> Result<(), Refusal> {
        desk.permit()?;
        let code = line("code", &self.code, CODE_MAX)?;
        let fits = |c: u8| c.is_ascii_uppercase() || c.is_ascii_digit() || c == b'-';
        ensure!(
            code.len() >= 2 && code.bytes().all(fits),
            Refusal::invalid("code", "a code is 2 to 12 of A to Z, 0 to 9 and `-`, such as SH01")
        );
        let sites = &desk.study.rows.sites;
        ensure!(
            sites.iter().all(|site| site.code != code),
            Refusal::at(
                "code",
                RefusalCode::Duplicate,
                format!("there is a site {code} already: codes are unique")
            )
        );
        let country = line("country", &self.country, 2)?;
        let fits = country.len() == 2 && country.bytes().all(|c| c.is_ascii_uppercase());
        ensure!(
            fits,
            Refusal::invalid("country", "a country is two capital letters, such as CN (ISO 3166-1)")
        );
        let zone: Tz = self.time_zone.trim().parse().map_err(|_| {
            Refusal::invalid(
                "timeZone",
                "there is no such zone: name one of the IANA database, such as Asia/Shanghai",
            )
        })?;
        let row = rows::Site {
            id: desk.ids.draw(),
            study_id: desk.study.study(),
            ordinal: sites.iter().map(|site| site.ordinal).max().unwrap_or(0) + 1,
            code,
            name: line("name", &self.name, NAME_MAX)?,
            country,
            time_zone: zone.name().to_owned(),
            opened_on: desk.at.date(zone),
        };
        desk.put(&row)
    }
}
