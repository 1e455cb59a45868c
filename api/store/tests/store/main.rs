//! The store on SQLite and on PostgreSQL, through its public interface and real portal commands.
//!
//! Whoever appears here is invented.

#![allow(clippy::unwrap_used, reason = "all of this is test code, its helpers too")]

mod beside;
mod commands;
#[path = "../../../../migration/tests/schema/postgres/mod.rs"]
mod postgres;
mod reading;
mod server;
mod verifying;
mod world;
mod writing;

/// Runs a test on both engines, each on a database of its own.
macro_rules! on_both_engines {
    ($($(#[doc = $doc:literal])+ $name:ident;)+) => {$(
        mod $name {
            $(#[doc = $doc])+
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_sqlite() {
                super::$name($crate::world::World::sqlite().await).await;
            }

            $(#[doc = $doc])+
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_postgres() {
                super::$name($crate::world::World::postgres().await).await;
            }
        }
    )+};
}

pub(crate) use on_both_engines;
