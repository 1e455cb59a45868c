//! Tables of the portal stream.

pub mod membership;
pub mod membership_proposal;
pub mod person;
pub mod portal_reason;
pub mod public_key;
pub mod registered_study;
pub mod service_client;
pub mod setting;
