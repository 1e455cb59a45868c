//! Record or change a subject's direct identifiers.

use super::identity;
use crate::command::{Desk, decides, expect_revision};
use entity::rows;
use policy::{Identity, Refusal, Side, SideWrite, ensure};
use serde::Serialize;
use uuid::Uuid;

/// Record a subject's direct identifiers, whole: what is left out is forgotten. The ledger says which fields are
/// known, and holds a keyed commitment.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RecordIdentity {
    /// The subject.
    pub subject: Uuid,
    /// The identifiers.
    #[serde(serialize_with = "identity::named")]
    pub identity: Identity,
    /// Why; required when identifiers were recorded before.
    pub reason: Option<String>,
    /// The subject's own last change; required when identifiers were recorded before.
    pub expected_revision: Option<u64>,
}

decides!(RecordIdentity as RecordIdentity, identities = |it| vec![it.subject]);

impl RecordIdentity {
    fn run(&self, desk: &mut Desk<'_>, side: &Side) -> Result<(), Refusal> {
        let subject = desk.subject("subject", self.subject)?;
        let row = &subject.row;
        let identity = identity::checked(&self.identity, row.birth_year)?;
        let salt = desk.at.secret("identity");
        let again = !row.identity_fields.is_empty();
        if again || self.expected_revision.is_some() {
            expect_revision(self.expected_revision, row.revision)?;
        }
        desk.put(&rows::Subject {
            identity_fields: identity::fields(&identity),
            identity_commitment: Some(identity::commitment(&identity, &side.commitment_key, &salt)?),
            ..row.row.clone()
        })?;
        if again {
            desk.reason(self.reason.as_deref(), subject, side)?;
            let told = self.reason.as_deref().is_some_and(|reason| !identity.spans(reason).is_empty());
            ensure!(
                !told,
                Refusal::invalid("reason", "the reason holds one of the identifiers: say it without")
            );
        }
        let (subject, study, site) = (subject.id(), row.study_id, row.site_id);
        desk.beside(SideWrite::Identity { subject, study, site, identity, salt });
        Ok(())
    }
}
