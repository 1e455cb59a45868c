//! A command that lays down rows as it is told: how stories reach states that no protocol would allow in one step.

use entity::row::Row;
use entity::rows;
use policy::{Act, Actor, Change, Decision, Identity, Moment, Refusal, Side, SideWrite};
use serde_json::{Value, json};
use std::sync::Arc;
use study::command::enrolment::identity_commitment;
use study::{Decide, Heads, Snapshot};

/// The salt of commitments to made-up identifiers.
const SALT: [u8; 32] = [5; 32];

/// Rows for one entry. It goes through the store like any command, and is judged by nobody.
#[derive(Clone, Debug, Default)]
pub struct Lay {
    open: Vec<Change>,
    sealed: Vec<Change>,
    identified: Vec<(rows::Subject, Identity)>,
}

impl Lay {
    /// A row of the open stream.
    pub fn open<R: Row>(&mut self, row: &R) -> &mut Lay {
        self.open.push(change(row));
        self
    }

    /// A row of the sealed stream.
    pub fn sealed<R: Row>(&mut self, row: &R) -> &mut Lay {
        self.sealed.push(change(row));
        self
    }

    /// A subject with identifiers, which go beside the ledger; its image is committed to them.
    pub fn identified(&mut self, row: rows::Subject, identity: Identity) -> &mut Lay {
        self.identified.push((row, identity));
        self
    }
}

/// The same for the portal.
#[derive(Clone, Debug, Default)]
pub struct LayPortal(Vec<Change>);

impl LayPortal {
    /// A row.
    pub fn row<R: Row>(&mut self, row: &R) -> &mut LayPortal {
        self.0.push(change(row));
        self
    }
}

impl portal::Decide for LayPortal {
    fn act(&self) -> Act {
        Act::ChangeSetting
    }

    fn input(&self) -> Value {
        json!({ "rows": self.0.len() })
    }

    fn decide(&self, _: &Actor, _: &Moment, _: &portal::Portal) -> Result<Decision, Refusal> {
        Ok(Decision { portal: self.0.clone(), ..Decision::default() })
    }
}

fn change<R: Row>(row: &R) -> Change {
    Change::of(R::TABLE, row.id(), row.subject(), row).unwrap()
}

impl Decide for Lay {
    fn act(&self) -> Act {
        Act::AddSite
    }

    fn input(&self) -> Value {
        json!({ "rows": self.open.len() + self.sealed.len() })
    }

    fn heads(&self) -> Heads {
        Heads::BOTH
    }

    fn decide(&self, _: &Actor, _: &Moment, _: &Arc<Snapshot>, side: &Side) -> Result<Decision, Refusal> {
        let mut decision = Decision { sealed: self.sealed.clone(), ..Decision::default() };
        for (row, identity) in &self.identified {
            let fields: Vec<String> = identity.fields().into_iter().map(str::to_owned).collect();
            decision.open.push(change(&rows::Subject {
                identity_fields: fields.into(),
                identity_commitment: Some(identity_commitment(identity, &side.commitment_key, &SALT)?),
                ..row.clone()
            }));
            decision.side.push(SideWrite::Identity {
                subject: row.id,
                study: row.study_id,
                site: row.site_id,
                identity: identity.clone(),
                salt: SALT,
            });
        }
        decision.open.extend(self.open.iter().cloned());
        Ok(decision)
    }
}
