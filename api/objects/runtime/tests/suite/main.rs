//! Tests of synchronous objects over a synthetic garden.

mod bridge;
mod garden;
mod spec;
mod twin;
