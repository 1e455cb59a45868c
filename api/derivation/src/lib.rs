//! Clinical instruments, endpoints, escalation designs and statistics as pure functions.
pub mod endpoint;
pub mod escalation;
pub mod instrument;
pub mod laboratory;
pub mod line;
pub mod logic;
pub mod medication;
pub mod parameters;
pub mod population;
pub mod rule;
pub mod safety;
pub mod statistics;
pub mod timeline;
