//! The physician's global assessment: one mark on a scale from 0 (no activity) to 3 (most severe).

use crate::line::number;
use rust_decimal::Decimal;
use std::fmt;

/// A mark from 0.00 to 3.00, exact. The form records hundredths; a mark converted from another scale keeps all its digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pga(Decimal);

/// Why a text or number is no mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PgaError {
    /// It is no decimal number.
    NotANumber,
    /// It is below 0 or above 3.
    OutOfScale,
    /// It has more than two decimal places.
    TooPrecise,
}

impl Pga {
    /// Reads what a form records: a decimal from 0 to 3 with at most two decimal places.
    ///
    /// # Errors
    /// When the text is no such decimal.
    pub fn parse(text: &str) -> Result<Pga, PgaError> {
        let value = number::plain(text).ok_or(PgaError::NotANumber)?;
        if value.normalize().scale() > 2 {
            return Err(PgaError::TooPrecise);
        }
        Pga::exact(value)
    }

    /// A mark with all its digits.
    ///
    /// # Errors
    /// When the value is outside 0 to 3.
    pub fn exact(value: Decimal) -> Result<Pga, PgaError> {
        if value < Decimal::ZERO || value > Decimal::from(3) {
            return Err(PgaError::OutOfScale);
        }
        Ok(Pga(value))
    }

    /// A mark stored as hundredths, 0 to 300.
    ///
    /// # Errors
    /// When there are more than 300 or fewer than 0.
    pub fn from_hundredths(hundredths: i32) -> Result<Pga, PgaError> {
        Pga::exact(Decimal::new(i64::from(hundredths), 2))
    }

    /// A mark made on a line of 100 mm: divided by 100 and multiplied by 3.
    ///
    /// # Errors
    /// When the mark is outside 0 to 100 mm.
    pub fn from_millimetres(millimetres: Decimal) -> Result<Pga, PgaError> {
        if millimetres < Decimal::ZERO || millimetres > Decimal::ONE_HUNDRED {
            return Err(PgaError::OutOfScale);
        }
        Pga::exact(millimetres * Decimal::new(3, 2))
    }

    /// The exact value.
    pub fn value(self) -> Decimal {
        self.0
    }
}

impl fmt::Display for Pga {
    /// With the two decimal places of the form, more when the mark has more.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let exact = self.0.normalize();
        if exact.scale() > 2 { write!(formatter, "{exact}") } else { write!(formatter, "{exact:.2}") }
    }
}
