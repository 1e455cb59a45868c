//! SeaORM rows, one file per table: what a study and the portal hold.
