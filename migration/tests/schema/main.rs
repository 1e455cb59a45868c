//! The schema holds what it promises, on SQLite and on PostgreSQL.

#![allow(clippy::unwrap_used, reason = "all of this is test code, its helpers too")]

mod append_only;
mod engine;
mod postgres;
mod round_trip;
mod samples;
mod walls;

/// Runs a test on both engines, each on a database of its own.
macro_rules! on_both_engines {
    ($($(#[doc = $doc:literal])+ $name:ident;)+) => {$(
        mod $name {
            $(#[doc = $doc])+
            #[tokio::test]
            async fn on_sqlite() {
                super::$name(&crate::engine::sqlite().await).await;
            }

            $(#[doc = $doc])+
            #[tokio::test]
            async fn on_postgres() {
                super::$name(&crate::engine::postgres().await).await;
            }
        }
    )+};
}

pub(crate) use on_both_engines;
