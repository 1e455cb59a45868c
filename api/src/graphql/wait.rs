//! Waiting for the database inside an object.

use crate::failure::Failure;
use tokio::runtime::{Handle, RuntimeFlavor};

/// Waits for something asynchronous on an execution thread.
///
/// Objects are resolved synchronously from memory; the ledger is the one thing they show that is not held there.
/// Requests run on threads of their own, never on those that speak HTTP or drive connections, so a thread may be
/// given up for the time of a read: the runtime moves its other tasks away first.
///
/// # Errors
/// INTERNAL outside a runtime of several threads, where waiting would block for ever.
pub fn wait<F: Future>(future: F) -> Result<F::Output, Failure> {
    let handle = Handle::try_current().map_err(|_| Failure::internal("a wait outside any runtime"))?;
    if handle.runtime_flavor() != RuntimeFlavor::MultiThread {
        return Err(Failure::internal("a wait on a runtime of one thread"));
    }
    Ok(tokio::task::block_in_place(|| handle.block_on(future)))
}
