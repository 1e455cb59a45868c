//! The suite: each module tells stories of one subject matter, each story on both engines.

// The whole crate is tests, of which the lint's own exception does not know.
#![allow(clippy::unwrap_used)]

mod access;
mod accounts;
mod astct;
mod attacks;
mod board;
mod canary;
mod clients;
mod clock;
mod commands;
mod corrections;
mod erasure;
mod events;
mod everything;
mod flares;
mod free_text;
mod fuzz;
mod history;
mod identity;
mod jwt;
mod laboratory;
mod ledger;
mod live;
mod logs;
mod masked;
mod matrix;
mod mutations;
mod order;
mod other_site;
mod populations;
mod proposals;
mod provenance;
mod queries;
mod races;
mod remembered;
mod replicas;
mod rights;
mod rooms;
mod schema;
mod sealed;
mod sequence;
mod signin;
mod states;
mod stopping;
mod stored;
mod threats;
mod trail;
