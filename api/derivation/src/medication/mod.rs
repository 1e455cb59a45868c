//! Medication: glucocorticoid dose in prednisone equivalents, and background therapy.

pub mod background;
pub mod prednisone_equivalent;
pub mod steroid_record;
