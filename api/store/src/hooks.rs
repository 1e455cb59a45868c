//! Places at which a test can make the store wait or fail. In a server they are empty.

use futures_util::future::BoxFuture;
use ledger::StreamId;
use std::fmt;
use std::sync::Arc;

/// Something to wait for.
pub type Hook = Arc<dyn Fn() -> BoxFuture<'static, ()> + Send + Sync>;

/// Something to be told of.
pub type Note = Arc<dyn Fn(StreamId) + Send + Sync>;

/// The places, each empty by default.
#[derive(Clone, Default)]
pub struct Hooks {
    /// Before the revision question is sent, when its askers are settled.
    pub before_question: Option<Hook>,
    /// After the database answered it, before its askers hear of it.
    pub after_question: Option<Hook>,
    /// After the heads are locked, before anything is decided.
    pub after_lock: Option<Hook>,
    /// After the first statement of a write, before the rest of it.
    pub amid_write: Option<Hook>,
    /// After everything is written, before the commit.
    pub before_commit: Option<Hook>,
    /// After the commit, before its answers go out.
    pub after_commit: Option<Hook>,
    /// Told of each head that was locked, in turn.
    pub locked: Option<Note>,
}

impl fmt::Debug for Hooks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hooks(..)")
    }
}

pub(crate) async fn at(hook: &Option<Hook>) {
    if let Some(hook) = hook {
        hook().await;
    }
}
