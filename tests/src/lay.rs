//! A command that lays down rows as it is told: how stories reach states that no protocol would allow in one step.

use entity::row::Row;
use policy::{Act, Actor, Change, Decision, Moment, Refusal, Side, SideWrite};
use serde_json::{Value, json};
use std::sync::Arc;
use study::{Decide, Heads, Snapshot};

/// Rows for one entry. It goes through the store like any command, and is judged by nobody.
#[derive(Clone, Debug, Default)]
pub struct Lay {
    open: Vec<Change>,
    sealed: Vec<Change>,
    beside: Vec<SideWrite>,
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

    /// What goes beside the ledger.
    pub fn beside(&mut self, write: SideWrite) -> &mut Lay {
        self.beside.push(write);
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

    fn decide(&self, _: &Actor, _: &Moment, _: &Arc<Snapshot>, _: &Side) -> Result<Decision, Refusal> {
        Ok(Decision {
            open: self.open.clone(),
            sealed: self.sealed.clone(),
            side: self.beside.clone(),
            ..Decision::default()
        })
    }
}
