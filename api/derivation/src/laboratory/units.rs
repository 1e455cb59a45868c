//! Units of each analyte and the conversions between them.

use super::Analyte;
use rust_decimal::Decimal;

/// Why a value was not converted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnitError {
    /// The analyte does not have the unit converted from.
    UnknownFrom,
    /// The analyte does not have the unit converted to.
    UnknownTo,
    /// The analyte has both units, but nothing converts one into the other.
    NotConvertible,
    /// The result needs more than 28 digits.
    TooLarge,
}

const CELLS: &str = "10^9/L";

/// The units of an analyte, its standard unit first.
pub fn units(analyte: Analyte) -> &'static [&'static str] {
    match analyte {
        Analyte::AntiDsdna => &["IU/mL", "kIU/L"],
        Analyte::AntiSm => &["U/mL", "index"],
        Analyte::Ana => &[],
        Analyte::C3 | Analyte::C4 => &["g/L", "mg/dL"],
        Analyte::Haemoglobin => &["g/L", "g/dL"],
        Analyte::Wbc | Analyte::Neutrophils | Analyte::Lymphocytes | Analyte::Platelets => &[CELLS],
        Analyte::Alt | Analyte::Ast => &["U/L"],
        Analyte::Bilirubin | Analyte::Creatinine => &["umol/L", "mg/dL"],
        Analyte::UrinePcr => &["mg/mmol", "mg/g"],
    }
}

/// The standard unit of an analyte; none for a titre.
pub fn standard_unit(analyte: Analyte) -> Option<&'static str> {
    units(analyte).first().copied()
}

/// How many standard units one of the analyte's other unit is; none when nothing converts it.
fn factor(analyte: Analyte) -> Option<Decimal> {
    match analyte {
        Analyte::AntiDsdna => Some(Decimal::ONE),
        Analyte::C3 | Analyte::C4 => Some(Decimal::new(1, 2)),
        Analyte::Haemoglobin => Some(Decimal::TEN),
        Analyte::Bilirubin => Some(Decimal::new(171, 1)),
        Analyte::Creatinine => Some(Decimal::new(884, 1)),
        Analyte::UrinePcr => Some(Decimal::new(113, 3)),
        Analyte::AntiSm
        | Analyte::Ana
        | Analyte::Wbc
        | Analyte::Neutrophils
        | Analyte::Lymphocytes
        | Analyte::Platelets
        | Analyte::Alt
        | Analyte::Ast => None,
    }
}

/// Converts a value between two units of an analyte. A unit that the analyte does not have is refused.
pub fn convert(analyte: Analyte, value: Decimal, from: &str, to: &str) -> Result<Decimal, UnitError> {
    let position = |unit: &str| units(analyte).iter().position(|known| *known == unit);
    let from = position(from).ok_or(UnitError::UnknownFrom)?;
    let to = position(to).ok_or(UnitError::UnknownTo)?;
    if from == to {
        return Ok(value);
    }
    let factor = factor(analyte).ok_or(UnitError::NotConvertible)?;
    let converted = if to == 0 { value.checked_mul(factor) } else { value.checked_div(factor) };
    converted.ok_or(UnitError::TooLarge)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn decimal(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    /// The pairs of section 8, in both directions.
    #[test]
    fn printed_pairs() {
        let pairs = [
            (Analyte::C3, "118", "mg/dL", "1.18", "g/L"),
            (Analyte::C4, "8", "mg/dL", "0.08", "g/L"),
            (Analyte::Haemoglobin, "9.8", "g/dL", "98", "g/L"),
            (Analyte::Creatinine, "0.9", "mg/dL", "79.56", "umol/L"),
            (Analyte::Bilirubin, "1.4", "mg/dL", "23.94", "umol/L"),
            (Analyte::UrinePcr, "500", "mg/g", "56.5", "mg/mmol"),
            (Analyte::AntiDsdna, "75", "kIU/L", "75", "IU/mL"),
        ];
        for (analyte, value, from, converted, to) in pairs {
            assert_eq!(convert(analyte, decimal(value), from, to), Ok(decimal(converted)), "{analyte:?}");
            assert_eq!(convert(analyte, decimal(converted), to, from), Ok(decimal(value)), "{analyte:?}");
        }
    }

    #[test]
    fn other_units_are_refused() {
        assert_eq!(convert(Analyte::C3, Decimal::ONE, "umol/L", "g/L"), Err(UnitError::UnknownFrom));
        assert_eq!(convert(Analyte::C3, Decimal::ONE, "g/L", "g/dL"), Err(UnitError::UnknownTo));
        assert_eq!(convert(Analyte::C3, Decimal::ONE, "G/L", "g/L"), Err(UnitError::UnknownFrom));
        assert_eq!(convert(Analyte::Wbc, Decimal::ONE, "10^3/uL", CELLS), Err(UnitError::UnknownFrom));
        assert_eq!(convert(Analyte::AntiSm, Decimal::ONE, "index", "U/mL"), Err(UnitError::NotConvertible));
        assert_eq!(convert(Analyte::Ana, Decimal::ONE, "", ""), Err(UnitError::UnknownFrom));
        assert_eq!(convert(Analyte::Alt, Decimal::ONE, "U/L", "U/L"), Ok(Decimal::ONE));
        assert_eq!(convert(Analyte::Haemoglobin, Decimal::MAX, "g/dL", "g/L"), Err(UnitError::TooLarge));
    }

    proptest! {
        /// There and back again is the same value.
        #[test]
        fn conversion_round_trips(hundredths in 0_i64..10_000_000, which in 0_usize..7) {
            let analyte = [Analyte::C3, Analyte::C4, Analyte::Haemoglobin, Analyte::Creatinine, Analyte::Bilirubin, Analyte::UrinePcr, Analyte::AntiDsdna][which];
            let (standard, other) = (units(analyte)[0], units(analyte)[1]);
            let value = Decimal::new(hundredths, 2);
            let there = convert(analyte, value, other, standard).unwrap();
            prop_assert_eq!(convert(analyte, there, standard, other), Ok(value));
        }
    }
}
