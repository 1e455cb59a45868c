//! Days counted from the first dose, analysis windows, the record that stands for a visit, baseline and partial dates.
//!
//! Invariant: only calendar dates of the site enter; nothing here knows a time zone. There is no day 0.

pub mod baseline;
pub mod partial_date;
pub mod pick;
mod study_day;
pub mod window;

pub use partial_date::{ImputationFlag, Imputed, PartialDate, PartialDateError};
pub use study_day::{date_of_study_day, days_between, study_day};
pub use window::{AnalysisWindow, WindowParameters};
