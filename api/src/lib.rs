//! The Trialgraph server: GraphQL, HTTP, sign-in, live events and the command line.
//!
//! Invariant: nothing here names a database type; data come from `store` as snapshots and are seen through Views.

pub mod app;
pub mod caller;
pub mod cli;
pub mod config;
pub mod database;
pub mod failure;
pub mod graphql;
pub mod guard;
pub mod http;
pub mod live;
pub mod logging;
pub mod ntp;
pub mod outbound;
pub mod signin;
