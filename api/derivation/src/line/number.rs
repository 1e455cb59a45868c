//! Exact numbers and calendar dates from text, and exact numbers back to JSON.

use chrono::NaiveDate;
use rust_decimal::Decimal;

/// The exact value of text in the grammar of a JSON number; none when it is no number or needs more than 28 digits.
pub(crate) fn exact(text: &str) -> Option<Decimal> {
    let (mantissa, exponent) = match text.find(['e', 'E']) {
        Some(at) => (&text[..at], exponent(&text[at + 1..])?),
        None => (text, 0),
    };
    let digits = mantissa.strip_prefix('-').unwrap_or(mantissa);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let leading_zero = whole.len() > 1 && whole.starts_with('0');
    if !all_digits(whole) || !all_digits(fraction) || leading_zero {
        return None;
    }
    // Zeros at the end of the fraction carry nothing, and must not use up the 28 digits.
    let fraction = fraction.trim_end_matches('0');
    let mut coefficient: i128 = 0;
    for digit in whole.bytes().chain(fraction.bytes()) {
        coefficient = coefficient.checked_mul(10)?.checked_add(i128::from(digit - b'0'))?;
    }
    if mantissa.starts_with('-') {
        coefficient = -coefficient;
    }
    scaled(coefficient, i64::try_from(fraction.len()).ok()?.checked_sub(exponent)?)
}

/// The exact value of a decimal as people write it: the same grammar without an exponent. Text is read by this, so that
/// a line takes what a form takes.
pub(crate) fn plain(text: &str) -> Option<Decimal> {
    if text.contains(['e', 'E']) { None } else { exact(text) }
}

fn exponent(text: &str) -> Option<i64> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}

/// `coefficient` x 10^-`scale`.
fn scaled(mut coefficient: i128, mut scale: i64) -> Option<Decimal> {
    if coefficient == 0 {
        return Some(Decimal::ZERO);
    }
    while scale < 0 {
        coefficient = coefficient.checked_mul(10)?;
        scale += 1;
    }
    while scale > 28 && coefficient % 10 == 0 {
        coefficient /= 10;
        scale -= 1;
    }
    Decimal::try_from_i128_with_scale(coefficient, u32::try_from(scale).ok()?).ok()
}

/// A calendar date written `YYYY-MM-DD`, digits only.
pub(crate) fn date(text: &str) -> Option<NaiveDate> {
    let bytes = text.as_bytes();
    if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
        return None;
    }
    NaiveDate::from_ymd_opt(
        i32::try_from(digits(&bytes[..4])?).ok()?,
        digits(&bytes[5..7])?,
        digits(&bytes[8..])?,
    )
}

/// The value of a run of ASCII digits.
pub(crate) fn digits(bytes: &[u8]) -> Option<u32> {
    let digit = |byte: &u8| byte.is_ascii_digit().then(|| u32::from(byte - b'0'));
    bytes.iter().try_fold(0_u32, |value, byte| value.checked_mul(10)?.checked_add(digit(byte)?))
}

/// The binary number nearest to a decimal, for an answer's JSON. Rules never compare with it.
pub(crate) fn json(decimal: Decimal) -> f64 {
    // Through the text, which rounds once and correctly; a decimal's text always reads as a number.
    decimal.to_string().parse().unwrap_or(f64::NAN)
}
