//! SeaORM rows, one file per table: what a study and the portal hold.
//!
//! A row's serde form is its image in the ledger, so a column is only ever added, with a default. Decimals
//! are exact text, partial dates stay partial, and nothing here is a float.
//!
//! Invariant: no connection type, no query and no GraphQL lives here.

mod astct;
mod exact;
mod free_text;
mod items;
mod lists;
mod partial_text;
pub mod row;
pub mod rows;
mod tables;
pub mod term;
pub mod terms;
mod text_value;

pub mod ledger;
mod of_access;
mod of_portal;
mod of_study;
pub mod side;

pub use astct::{AstctFindings, CrsFindings, IcansFindings};
pub use exact::{Exact, NotExact};
pub use free_text::FreeText;
pub use items::{
    BILAG_ITEMS, BilagItem, BilagItems, FlareExtras, FlareItems, Items, LldasExtras, PgaItems, Places,
    SLEDAI_ITEMS, SledaiItems,
};
pub use lists::{BilagSystems, SeriousnessCriteria, Texts, Uuids};
pub use of_access::*;
pub use of_portal::*;
pub use of_study::*;
pub use partial_text::{NotPartial, PartialText};
