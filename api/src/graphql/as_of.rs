//! The point in time at which a study is read.

use crate::failure::Failure;
use crate::graphql::scalar::Revision;
use async_graphql::OneofObject;
use chrono::{DateTime, Utc};

/// A point in a study's history: exactly one of the three.
#[derive(OneofObject)]
pub enum AsOf {
    /// After the entry with this revision of the open stream.
    Revision(Revision),
    /// At this instant.
    Time(DateTime<Utc>),
    /// As a named data cut froze it.
    Cut(String),
}

/// A point in a study's history, or now.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Instant {
    /// Now.
    Live,
    /// After an entry.
    Revision(u64),
    /// At an instant.
    Time(DateTime<Utc>),
    /// As a cut froze it.
    Cut(String),
}

impl Instant {
    /// The point that an argument names; now without one.
    ///
    /// # Errors
    /// An instant that has not come yet.
    pub fn of(as_of: Option<AsOf>, now: DateTime<Utc>) -> Result<Instant, Failure> {
        Ok(match as_of {
            None => Instant::Live,
            Some(AsOf::Revision(revision)) => Instant::Revision(revision.0),
            Some(AsOf::Time(time)) if time > now => {
                return Err(Failure::bad_input("`asOf.time` has not come yet"));
            }
            Some(AsOf::Time(time)) => Instant::Time(time),
            Some(AsOf::Cut(name)) => Instant::Cut(name),
        })
    }
}
