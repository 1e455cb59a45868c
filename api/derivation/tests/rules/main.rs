//! The rules as the rest of the product calls them: missing parts, bounds, dates, and laws that hold for every input.

#![allow(clippy::unwrap_used, reason = "a test that cannot read its own input has failed")]

mod bilag2004;
mod bilag_tables;
mod course;
mod endpoints;
mod laws;
mod laws_known;
mod laws_worse;
mod line;
mod parameters;
mod shown;

use chrono::NaiveDate;
use derivation::instrument::sledai2k::{Descriptor, Sledai2k};
use rust_decimal::Decimal;

/// An exact decimal from its text.
fn decimal(text: &str) -> Decimal {
    Decimal::from_str_exact(text).unwrap()
}

/// A date from its text.
fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// An assessment with these present, these unknown, and all others absent.
fn sledai(present: &[Descriptor], unknown: &[Descriptor]) -> Sledai2k {
    let mut form = Sledai2k { items: [Some(false); 24] };
    for descriptor in present {
        form.items[descriptor.index()] = Some(true);
    }
    for descriptor in unknown {
        form.items[descriptor.index()] = None;
    }
    form
}
