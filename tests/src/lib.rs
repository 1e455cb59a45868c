//! Black-box tests: they speak HTTP to a real server, on SQLite and on PostgreSQL.
//!
//! A test tells one story on a database of its own: [`TestApp`] starts the server in this process, on a port of its
//! own, with a founded installation and the study of [`world`] in it; [`Caller`]s hold real tokens and see what
//! comes over the wire. [`both!`] makes each story run on both engines.

// The whole crate is tests, of which the lint's own exception does not know.
#![allow(clippy::unwrap_used)]

pub mod answer;
pub mod caller;
pub mod database;
pub mod fuzz;
pub mod hospital;
mod lay;
pub mod member;
#[path = "../../migration/tests/schema/postgres/mod.rs"]
mod postgres;
pub mod server;
pub mod socket;
pub mod stored;
pub mod token;
pub mod world;

pub use answer::Answer;
pub use caller::Caller;
pub use database::{Database, Engine};
pub use hospital::Hospital;
pub use lay::{Lay, LayPortal};
pub use member::Member;
pub use server::{Server, TestApp};
pub use socket::{Heard, Socket};

/// Writes each story down once and runs it on both engines, as `NAME::sqlite` and `NAME::postgres`.
#[macro_export]
macro_rules! both {
    ($($(#[$meta:meta])* async fn $name:ident($app:ident: &TestApp) $body:block)+) => {$(
        $(#[$meta])*
        mod $name {
            #[allow(unused_imports)] // Not every story needs what stands beside it.
            use super::*;

            async fn story($app: &$crate::TestApp) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                let app = $crate::TestApp::start($crate::Engine::Sqlite).await;
                story(&app).await;
                app.stop().await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                let app = $crate::TestApp::start($crate::Engine::Postgres).await;
                story(&app).await;
                app.stop().await;
            }
        }
    )+};
}
