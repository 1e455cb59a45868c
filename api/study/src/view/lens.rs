//! How codes, sites and dates leave: as they are, or as the board may see them.

use super::shown::{ShownDate, ShownPartialDate, ValueState};
use super::{BoardKeys, View};
use chrono::NaiveDate;
use data_encoding::BASE32_NOPAD;
use entity::PartialText;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use uuid::Uuid;

/// A subject's pseudonym: eight letters and digits of a keyed digest, the same at every meeting.
pub(crate) fn pseudonym(keys: &BoardKeys, subject: Uuid) -> String {
    let digest = match Hmac::<Sha256>::new_from_slice(&keys.pseudonyms) {
        Ok(mac) => mac.chain_update(subject.as_bytes()).finalize().into_bytes(),
        // A key of HMAC can have any length.
        Err(_) => return String::new(),
    };
    BASE32_NOPAD.encode(&digest[..5])
}

/// A site's letter: A for the first, AA after Z.
pub(crate) fn letter(ordinal: i32) -> String {
    let mut left = u32::try_from(ordinal).unwrap_or(1).max(1);
    let mut letters = Vec::new();
    while left > 0 {
        let digit = (left - 1) % 26;
        letters.push(char::from(b'A' + digit as u8));
        left = (left - 1 - digit) / 26;
    }
    letters.iter().rev().collect()
}

impl View {
    pub(crate) fn show_date(&self, date: Option<NaiveDate>, first_dose: Option<NaiveDate>) -> ShownDate {
        let Some(date) = date else {
            return ShownDate { state: ValueState::NotCollected, date: None, study_day: None };
        };
        let study_day = derivation::timeline::study_day(date, first_dose);
        if self.is_board() {
            let state = if study_day.is_some() { ValueState::Present } else { ValueState::Suppressed };
            return ShownDate { state, date: None, study_day };
        }
        ShownDate { state: ValueState::Present, date: Some(date), study_day }
    }

    pub(crate) fn show_partial(
        &self,
        date: Option<&PartialText>,
        first_dose: Option<NaiveDate>,
    ) -> ShownPartialDate {
        let Some(date) = date else {
            return ShownPartialDate { state: ValueState::NotCollected, text: None, study_day: None };
        };
        let whole = (date.earliest() == date.latest()).then(|| date.earliest());
        let shown = self.show_date(whole, first_dose);
        if self.is_board() {
            let state = if shown.study_day.is_some() { ValueState::Present } else { ValueState::Suppressed };
            return ShownPartialDate { state, text: None, study_day: shown.study_day };
        }
        ShownPartialDate {
            state: ValueState::Present,
            text: Some(date.as_str().to_owned()),
            study_day: shown.study_day,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_go_on_after_z() {
        let letters: Vec<String> = [1, 2, 26, 27, 52, 53, 702, 703].into_iter().map(letter).collect();
        assert_eq!(letters, ["A", "B", "Z", "AA", "AZ", "BA", "ZZ", "AAA"]);
    }

    /// ACC-06: a pseudonym depends on the key, and says nothing of the code.
    #[test]
    fn a_pseudonym_is_keyed() {
        let keys = |byte| BoardKeys { ids: [0; 32], pseudonyms: [byte; 32] };
        let subject = Uuid::from_u128(1);
        assert_eq!(pseudonym(&keys(1), subject).len(), 8);
        assert_ne!(pseudonym(&keys(1), subject), pseudonym(&keys(2), subject));
        assert_ne!(pseudonym(&keys(1), subject), pseudonym(&keys(1), Uuid::from_u128(2)));
    }
}
