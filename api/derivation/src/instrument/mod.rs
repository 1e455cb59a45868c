//! Instruments as they are scored: SLEDAI-2K, BILAG-2004, the physician's global assessment and the LLDAS extras.
//!
//! An instrument knows what was recorded and what is missing; it never guesses. Missing is not zero.

pub mod bilag2004;
pub mod lldas_extras;
pub mod pga;
pub mod sledai2k;
pub mod sledai2k_suggestion;
