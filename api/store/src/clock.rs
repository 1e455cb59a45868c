//! The one place that reads the clock and draws random bytes.

use chrono::{DateTime, Duration, Utc};
use policy::Moment;
use rand::TryRngCore;
use rand::rngs::OsRng;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use crate::error::StoreError;

/// The server's clock. Copies share one shift, so that a test can let days pass for a whole store.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    /// Microseconds added to what the machine says.
    shift: Arc<AtomicI64>,
}

impl Clock {
    /// Now, in UTC.
    #[allow(clippy::disallowed_methods)] // This is the one module that may.
    pub fn now(&self) -> DateTime<Utc> {
        Utc::now() + Duration::microseconds(self.shift.load(Ordering::Relaxed))
    }

    /// Moves the clock for all copies of it, to and fro.
    pub fn shift(&self, by: Duration) {
        self.shift.fetch_add(by.num_microseconds().unwrap_or(0), Ordering::Relaxed);
    }

    /// A moment: now, with fresh random bytes.
    pub(crate) fn moment(&self) -> Result<Moment, StoreError> {
        Ok(Moment::new(self.now(), random()?))
    }
}

/// Bytes from the operating system's generator, for keys, nonces, ids and salts.
pub(crate) fn random<const N: usize>() -> Result<[u8; N], StoreError> {
    let mut bytes = [0; N];
    OsRng
        .try_fill_bytes(&mut bytes)
        .map_err(|error| StoreError::internal_fault(format!("no random bytes: {error}")))?;
    Ok(bytes)
}
