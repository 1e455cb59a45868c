//! Classify a protocol deviation for the sponsor.

use crate::command::{Desk, check, decides, expect_revision};
use entity::rows;
use policy::{Kind, Refusal, Side, ensure};
use serde::Serialize;
use uuid::Uuid;

/// Classify a protocol deviation for the sponsor (ICH E3, section 10.2; ICH E9, section 5.2.2).
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ClassifyProtocolDeviation {
    /// The subject that the deviation belongs to.
    pub subject: Uuid,
    /// The deviation.
    pub deviation: Uuid,
    /// Whether it is important, also called major: it may affect the data, or a subject's rights, safety or well-being.
    pub important: bool,
    /// Whether it may affect how efficacy is read.
    pub affects_efficacy: bool,
    /// Why it is classified so.
    pub rationale: String,
    /// Why it is classified anew; required when it was classified before (P11-04).
    pub reason: Option<String>,
    /// The deviation's own last change, as the caller read it (P11-40).
    pub expected_revision: Option<u64>,
}

decides!(ClassifyProtocolDeviation as ClassifyProtocolDeviation, identities = |it| vec![it.subject]);

impl ClassifyProtocolDeviation {
    fn run(&self, desk: &mut Desk<'_>, side: &Side) -> Result<(), Refusal> {
        let at = ("deviation", self.deviation);
        let subject = check::owner(desk, at, Kind::Record, self.subject)?;
        let saved = check::row_of(&subject.rows.protocol_deviations, at, Kind::Record)?;
        expect_revision(self.expected_revision, saved.revision)?;
        ensure!(
            self.important || !self.affects_efficacy,
            Refusal::invalid(
                "affectsEfficacy",
                "what may affect efficacy is important: say so, or that it does not affect efficacy"
            )
        );
        let row = rows::ProtocolDeviation {
            important: Some(self.important),
            affects_efficacy: Some(self.affects_efficacy),
            rationale: Some(check::demanded("rationale", Some(&self.rationale), (subject.id(), side))?),
            ..saved.row.clone()
        };
        check::differs(&saved.row, &row)?;
        desk.put(&row)?;
        if saved.important.is_none() && self.reason.is_none() {
            return Ok(());
        }
        desk.reason(self.reason.as_deref(), subject, side)
    }
}
