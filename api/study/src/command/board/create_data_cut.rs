//! Freeze the data that the safety board reads.

use crate::board::closed_hash;
use crate::command::{Desk, Heads, check, decides, line};
use chrono::NaiveDate;
use entity::rows;
use policy::{Refusal, RefusalCode, Side, ensure};
use serde::Serialize;

/// Most characters of a name.
const NAME_MAX: usize = 60;
/// Most characters of a purpose.
const PURPOSE_MAX: usize = 200;
/// The program that computes the reports of a cut.
const CODE_VERSION: &str = concat!("trialgraph ", env!("CARGO_PKG_VERSION"));

/// Freeze the study as it stands, up to a clinical cut-off date. A cut is two rows under one id: the open stream holds
/// its revision and hash, the sealed one its own revision and the hash of what the closed report is computed from.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CreateDataCut {
    /// Its name, unique in the study.
    pub name: String,
    /// Last day whose data count, not in the future.
    pub clinical_cut_off: NaiveDate,
    /// What it is for, such as the meeting.
    pub purpose: Option<String>,
}

decides!(CreateDataCut as CreateDataCut, heads = Heads::BOTH);

impl CreateDataCut {
    fn run(&self, desk: &mut Desk<'_>, _side: &Side) -> Result<(), Refusal> {
        desk.permit()?;
        let study = desk.study;
        let name = line("name", &self.name, NAME_MAX)?;
        ensure!(
            study.rows.data_cuts.iter().all(|cut| cut.name != name),
            Refusal::at(
                "name",
                RefusalCode::Duplicate,
                format!("there is a cut `{name}` already: names are unique")
            )
        );
        let book = check::rulebook(desk)?;
        check::not_future("clinicalCutOff", self.clinical_cut_off, desk.at.date(book.zone()))?;
        let revision = |head: &ledger::Head| {
            i64::try_from(head.revision.0).map_err(|_| {
                Refusal::new(RefusalCode::InvalidValue, "the stream is longer than can be counted")
            })
        };
        let id = desk.ids.draw();
        let row = rows::DataCut {
            id,
            study_id: study.study(),
            name,
            clinical_cut_off: self.clinical_cut_off,
            open_revision: revision(study.open())?,
            open_hash: study.open().hash.to_string(),
            code_version: CODE_VERSION.to_owned(),
            rules_version: format!("{} {}", book.label(), book.digest()),
            purpose: check::optional("purpose", self.purpose.as_deref(), PURPOSE_MAX)?,
        };
        desk.put(&row)?;
        let closed = rows::ClosedCut {
            id,
            study_id: study.study(),
            sealed_revision: revision(study.sealed())?,
            closed_hash: closed_hash(&study.cut(self.clinical_cut_off))?,
        };
        desk.put_sealed(&closed)
    }
}
