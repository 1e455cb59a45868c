//! Errors of requests: a code from a closed list and a public text for the caller, an internal text for the log.
//!
//! Invariant: nothing here has `Display`, since the GraphQL library would send that text to the caller.

use async_graphql::{Error, ErrorExtensions};
use store::{StoreCode, StoreError};

/// The closed list of error codes. Clients must expect new ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    /// No token, or one that is not accepted.
    Unauthenticated,
    /// The caller is known, and has to prove anew who they are.
    ReauthRequired,
    /// The caller may not do that.
    Forbidden,
    /// The request is malformed.
    BadUserInput,
    /// There is no such thing, or it is not the caller's to see.
    NotFound,
    /// The request contradicts what is there.
    Conflict,
    /// Too many requests.
    RateLimited,
    /// The answer would cost too much.
    CostExceeded,
    /// The persisted query is not known.
    PersistedQueryNotFound,
    /// The cursor's revision is no longer held.
    CursorExpired,
    /// Something that the answer needs cannot be reached now.
    Unavailable,
    /// Our fault.
    Internal,
}

impl Code {
    /// Every code.
    pub const ALL: &'static [Code] = &[
        Code::Unauthenticated,
        Code::ReauthRequired,
        Code::Forbidden,
        Code::BadUserInput,
        Code::NotFound,
        Code::Conflict,
        Code::RateLimited,
        Code::CostExceeded,
        Code::PersistedQueryNotFound,
        Code::CursorExpired,
        Code::Unavailable,
        Code::Internal,
    ];

    /// The public name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Code::Unauthenticated => "UNAUTHENTICATED",
            Code::ReauthRequired => "REAUTH_REQUIRED",
            Code::Forbidden => "FORBIDDEN",
            Code::BadUserInput => "BAD_USER_INPUT",
            Code::NotFound => "NOT_FOUND",
            Code::Conflict => "CONFLICT",
            Code::RateLimited => "RATE_LIMITED",
            Code::CostExceeded => "COST_EXCEEDED",
            Code::PersistedQueryNotFound => "PERSISTED_QUERY_NOT_FOUND",
            Code::CursorExpired => "CURSOR_EXPIRED",
            Code::Unavailable => "UNAVAILABLE",
            Code::Internal => "INTERNAL",
        }
    }
}

/// An error of a request.
#[derive(Clone, Debug)]
pub struct Failure {
    /// The code.
    pub code: Code,
    /// What the caller reads.
    pub public: String,
    /// What the log reads.
    pub internal: Option<String>,
}

impl Failure {
    /// An error that the caller can act on.
    pub fn new(code: Code, public: impl Into<String>) -> Failure {
        Failure { code, public: public.into(), internal: None }
    }

    /// A malformed request.
    pub fn bad_input(public: impl Into<String>) -> Failure {
        Failure::new(Code::BadUserInput, public)
    }

    /// Our own fault, with a text for the log alone.
    pub fn internal(internal: impl Into<String>) -> Failure {
        Failure {
            code: Code::Internal,
            public: "something went wrong here; the request id names it in our log".to_owned(),
            internal: Some(internal.into()),
        }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Failure {
        let code = match error.code() {
            StoreCode::Unavailable | StoreCode::OutcomeUnknown | StoreCode::Outdated => Code::Unavailable,
            StoreCode::NotFound => Code::NotFound,
            StoreCode::CursorExpired => Code::CursorExpired,
            StoreCode::Damaged | StoreCode::Configuration | StoreCode::Internal => Code::Internal,
        };
        Failure {
            code,
            public: error.code().message().to_owned(),
            internal: Some(format!("{}: {}", error.code().as_str(), error.internal())),
        }
    }
}

impl From<Failure> for Error {
    /// The one place where an error becomes what a caller reads; its internal text is logged here, once.
    fn from(failure: Failure) -> Error {
        if let Some(internal) = &failure.internal {
            tracing::error!(code = failure.code.as_str(), internal, "request failed");
        }
        Error::new(failure.public).extend_with(|_, extensions| extensions.set("code", failure.code.as_str()))
    }
}
