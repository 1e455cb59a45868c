//! What can go wrong below a decision: one code for the caller, one text for the log, and no `Display`.

use ledger::{CanonicalError, ImageError, SealError, StreamId};
use sea_orm::{DbErr, SqlErr};
use std::sync::Arc;

/// What a caller is told. Refusals are not among these: they are answers, not errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StoreCode {
    /// The database cannot be reached or did not answer in time. Nothing was written; ask again.
    Unavailable,
    /// The database stopped answering while a commit ran. The command may have been accepted: repeat it with
    /// the same idempotency key.
    OutcomeUnknown,
    /// There is no such study, or no such revision of it.
    NotFound,
    /// The pinned snapshot has left the memory: start again from the newest.
    CursorExpired,
    /// The ledger has a newer format than this program: it only reads until it is replaced.
    Outdated,
    /// What is stored cannot be read as what it should be. `verify` tells more.
    Damaged,
    /// The configuration does not fit: a bad address, a key that is missing.
    Configuration,
    /// Anything else, which is a fault of this program.
    Internal,
}

impl StoreCode {
    /// The public code.
    pub const fn as_str(self) -> &'static str {
        match self {
            StoreCode::Unavailable => "UNAVAILABLE",
            StoreCode::OutcomeUnknown => "OUTCOME_UNKNOWN",
            StoreCode::NotFound => "NOT_FOUND",
            StoreCode::CursorExpired => "CURSOR_EXPIRED",
            StoreCode::Outdated => "OUTDATED",
            StoreCode::Damaged => "DAMAGED",
            StoreCode::Configuration => "CONFIGURATION",
            StoreCode::Internal => "INTERNAL",
        }
    }

    /// What the caller may read of it.
    pub const fn message(self) -> &'static str {
        match self {
            StoreCode::Unavailable => "the database does not answer: nothing was written, try again",
            StoreCode::OutcomeUnknown => {
                "the database stopped answering during the commit: repeat the command with the same idempotency key"
            }
            StoreCode::NotFound => "there is no such study or revision",
            StoreCode::CursorExpired => "the cursor has expired: start again from the first page",
            StoreCode::Outdated => "this server is older than the data: it only reads until it is replaced",
            StoreCode::Damaged => "stored data cannot be read: an operator has to verify the ledger",
            StoreCode::Configuration => "the server is not configured for this",
            StoreCode::Internal => "an internal error: nothing was written",
        }
    }
}

/// An error with a public code and an internal text. The text is for the log alone and may name rows, never
/// the values in them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreError {
    code: StoreCode,
    internal: Arc<str>,
}

impl StoreError {
    pub(crate) fn new(code: StoreCode, internal: impl Into<String>) -> StoreError {
        StoreError { code, internal: internal.into().into() }
    }

    pub(crate) fn internal_fault(text: impl Into<String>) -> StoreError {
        StoreError::new(StoreCode::Internal, text)
    }

    pub(crate) fn damaged(stream: StreamId, text: impl AsRef<str>) -> StoreError {
        StoreError::new(StoreCode::Damaged, format!("{stream}: {}", text.as_ref()))
    }

    /// What the caller is told.
    pub fn code(&self) -> StoreCode {
        self.code
    }

    /// The text for the log.
    pub fn internal(&self) -> &str {
        &self.internal
    }
}

impl From<DbErr> for StoreError {
    fn from(error: DbErr) -> StoreError {
        let broken = matches!(
            error.sql_err(),
            Some(SqlErr::UniqueConstraintViolation(_) | SqlErr::ForeignKeyConstraintViolation(_))
        );
        let unreachable = match &error {
            DbErr::ConnectionAcquire(_) | DbErr::Conn(_) => true,
            DbErr::Exec(runtime) | DbErr::Query(runtime) => !broken && lost_connection(runtime),
            _ => false,
        };
        let code = if unreachable { StoreCode::Unavailable } else { StoreCode::Internal };
        StoreError::new(code, format!("database: {error}"))
    }
}

fn lost_connection(error: &sea_orm::RuntimeErr) -> bool {
    use sea_orm::sqlx::Error;
    match error {
        sea_orm::RuntimeErr::SqlxError(error) => match error.as_ref() {
            Error::Io(_) | Error::Tls(_) | Error::PoolTimedOut | Error::PoolClosed | Error::WorkerCrashed => {
                true
            }
            // 57P0x: the server shuts down; 08xxx: the connection; 53300: too many of them; SQLite 5: busy.
            Error::Database(error) => error.code().is_some_and(|code| {
                code.starts_with("57P") || code.starts_with("08") || code == "53300" || code == "5"
            }),
            _ => false,
        },
        sea_orm::RuntimeErr::Internal(_) => false,
    }
}

impl From<ImageError> for StoreError {
    fn from(error: ImageError) -> StoreError {
        let ImageError { table, row, message } = error;
        StoreError::new(StoreCode::Damaged, format!("image of {table} {row}: {message}"))
    }
}

impl From<CanonicalError> for StoreError {
    fn from(error: CanonicalError) -> StoreError {
        StoreError::internal_fault(format!("no canonical form: {}", error.message()))
    }
}

impl From<SealError> for StoreError {
    fn from(error: SealError) -> StoreError {
        match error {
            SealError::Image { position, error } => {
                StoreError::internal_fault(format!("change {position} cannot be sealed: {}", error.message()))
            }
            SealError::Header(error) => {
                StoreError::internal_fault(format!("the header cannot be sealed: {}", error.message()))
            }
        }
    }
}
