//! The table of the access stream.

pub mod access_record;
