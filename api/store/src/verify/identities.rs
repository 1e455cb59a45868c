//! Whether the identifiers beside the ledger are those that the newest images are committed to.

use super::Walk;
use crate::error::StoreError;
use crate::finding::Finding;
use crate::identity;
use entity::row::Row;
use entity::rows;
use entity::side::{identity_lookup, subject_identity};
use ledger::{Fold, StreamId};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

impl Walk<'_> {
    /// The first subject of a study whose identifiers are not what its image says. An image without a commitment is of a
    /// subject of whom nothing was recorded, or whose identifiers an entry erased.
    pub(super) async fn identities(&self, study: Uuid) -> Result<Option<Finding>, StoreError> {
        let Some(fold) = self.verified.get(&StreamId::Open(study)).map(super::Verified::fold) else {
            return Ok(None);
        };
        let subjects = subjects(fold);
        let (vault, keys) = self.side;
        let kept = identity::read(self.txn, identity::Which::Study(study)).await?;
        let kept: BTreeMap<Uuid, _> = kept.into_iter().map(|row| (row.subject_id, row)).collect();
        let lying: BTreeSet<Uuid> = subject_identity::Entity::find()
            .select_only()
            .column(subject_identity::Column::SubjectId)
            .filter(subject_identity::Column::StudyId.eq(study))
            .into_tuple::<Uuid>()
            .all(self.txn)
            .await?
            .into_iter()
            .collect();
        let ids: Vec<Uuid> = subjects.keys().copied().collect();
        let found = self.lookups(&ids).await?;
        for (id, subject) in &subjects {
            let odd = |why| Ok(Some(Finding::Identity { subject: *id, why }));
            let mut lookup = None;
            match (&subject.identity_commitment, kept.get(id)) {
                (None, _) if lying.contains(id) => {
                    return odd("they lie there, and the ledger knows of none");
                }
                (None, _) => {}
                (Some(_), None) => return odd("they or their key are gone, and no entry erased them"),
                (Some(commitment), Some(sealed)) => {
                    let Some(kept) = sealed.open(vault) else { return odd("they do not open") };
                    let identity = &kept.identity;
                    let own = study::command::enrolment::identity_commitment(
                        identity,
                        &keys.commitment,
                        &kept.salt,
                    );
                    if own.as_ref() != Ok(commitment) {
                        return odd("they are not those to which the ledger is committed");
                    }
                    let number = identity.hospital_number.as_deref();
                    lookup = number.and_then(|number| keys.lookup(subject.site_id, number));
                    lookup = lookup.map(|lookup| format!("{}/{lookup}", subject.site_id));
                }
            }
            if found.get(id) != lookup.as_ref() {
                return odd("they are looked up by another hospital number than theirs");
            }
        }
        let stranger = lying.iter().find(|id| !subjects.contains_key(id));
        Ok(stranger.map(|id| Finding::Identity { subject: *id, why: "the ledger knows no such subject" }))
    }

    /// By which site and keyed number each subject is looked up. Several of one subject are no one's.
    async fn lookups(&self, subjects: &[Uuid]) -> Result<BTreeMap<Uuid, String>, StoreError> {
        let mut found = BTreeMap::new();
        for chunk in subjects.chunks(identity::CHUNK) {
            let rows = identity_lookup::Entity::find()
                .filter(identity_lookup::Column::SubjectId.is_in(chunk.iter().copied()))
                .all(self.txn)
                .await?;
            for row in rows {
                let text: &mut String = found.entry(row.subject_id).or_default();
                text.push_str(&format!("{}/{}", row.site_id, row.lookup));
            }
        }
        Ok(found)
    }
}

/// The newest images of the subjects. What does not read was reported when the tables were compared.
fn subjects(fold: &Fold) -> BTreeMap<Uuid, rows::Subject> {
    let rows = fold.rows().filter(|row| row.table == rows::Subject::TABLE);
    rows.filter_map(|row| serde_json::from_str(row.image).ok())
        .map(|row: rows::Subject| (row.id, row))
        .collect()
}
