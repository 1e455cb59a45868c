//! Direct identifiers: held encrypted beside the ledger, shown to the subject's own site alone.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use uuid::Uuid;

/// A subject's direct identifiers. `Debug` prints none of them.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Identity {
    /// Initials, up to four letters in Chinese practice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub initials: Option<String>,
    /// Full name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Full birth date.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub birth_date: Option<NaiveDate>,
    /// The hospital's record number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hospital_number: Option<String>,
    /// National id number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub national_id: Option<String>,
    /// Telephone number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub telephone: Option<String>,
}

impl Identity {
    /// The names of the fields that are known, for the image; never their values.
    pub fn fields(&self) -> Vec<&'static str> {
        let known = [
            ("initials", self.initials.is_some()),
            ("name", self.name.is_some()),
            ("birthDate", self.birth_date.is_some()),
            ("hospitalNumber", self.hospital_number.is_some()),
            ("nationalId", self.national_id.is_some()),
            ("telephone", self.telephone.is_some()),
        ];
        known.into_iter().filter_map(|(name, known)| known.then_some(name)).collect()
    }

    /// The texts that must not stand in free text that the board reads.
    pub fn texts(&self) -> Vec<String> {
        let birth_date = self.birth_date.map(|date| date.to_string());
        [&self.initials, &self.name, &birth_date, &self.hospital_number, &self.national_id, &self.telephone]
            .into_iter()
            .flatten()
            .filter(|text| !text.trim().is_empty())
            .cloned()
            .collect()
    }

    /// Byte spans of a text that hold one of the identifiers, whatever the case, merged and in order.
    ///
    /// Latin identifiers count as whole words (initials `LI` are not found in `liver`); others anywhere.
    pub fn spans(&self, text: &str) -> Vec<[u32; 2]> {
        let mut spans: Vec<[u32; 2]> = Vec::new();
        for needle in self.texts() {
            spans.extend(occurrences(text, needle.trim()));
        }
        spans.sort_unstable();
        let mut merged: Vec<[u32; 2]> = Vec::with_capacity(spans.len());
        for span in spans {
            match merged.last_mut() {
                Some(last) if span[0] <= last[1] => last[1] = last[1].max(span[1]),
                _ => merged.push(span),
            }
        }
        merged
    }
}

fn occurrences(text: &str, needle: &str) -> Vec<[u32; 2]> {
    // Case folds may change a text's length, so characters are compared one by one at their own offsets.
    let folded: Vec<(usize, char)> =
        text.char_indices().flat_map(|(at, c)| c.to_lowercase().map(move |lower| (at, lower))).collect();
    let wanted: Vec<char> = needle.chars().flat_map(char::to_lowercase).collect();
    let mut found = Vec::new();
    if wanted.is_empty() || folded.len() < wanted.len() {
        return found;
    }
    let word = |c: char| c.is_ascii_alphanumeric();
    for start in 0..=folded.len() - wanted.len() {
        let window = &folded[start..start + wanted.len()];
        if !window.iter().map(|(_, c)| *c).eq(wanted.iter().copied()) {
            continue;
        }
        let end = start + wanted.len();
        let glued_before = start > 0 && word(folded[start - 1].1) && word(wanted[0]);
        let glued_after = end < folded.len() && word(folded[end].1) && word(wanted[wanted.len() - 1]);
        if !glued_before && !glued_after {
            let from = window[0].0;
            let to = folded.get(end).map_or(text.len(), |(at, _)| *at);
            found.push([from as u32, to as u32]);
        }
    }
    found
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Identity({})", self.fields().join(", "))
    }
}

/// What the store decrypted for the subjects that a command declared.
#[derive(Clone, Debug, Default)]
pub struct Side {
    /// Identifiers by subject.
    pub identities: BTreeMap<Uuid, Identity>,
    /// The key of commitments to identifiers.
    pub commitment_key: [u8; 32],
}

#[cfg(test)]
mod tests {
    use super::*;

    /// ACC-15: free text that holds the subject's initials is withheld from the board.
    #[test]
    fn identifiers_are_found_as_words_in_any_case() {
        let identity = Identity {
            initials: Some("LIWE".into()),
            hospital_number: Some("H-0042".into()),
            name: Some("李伟".into()),
            ..Identity::default()
        };
        let spans = |text| identity.spans(text);
        assert_eq!(spans("Patient liwe fell"), [[8, 12]]);
        assert_eq!(spans("LIWEN fell"), Vec::<[u32; 2]>::new());
        assert_eq!(spans("见李伟病历"), [[3, 9]]);
        assert_eq!(spans("H-0042 and LIWE"), [[0, 6], [11, 15]]);
        assert_eq!(spans(""), Vec::<[u32; 2]>::new());
    }

    #[test]
    fn debug_prints_no_identifier() {
        let identity = Identity { initials: Some("LIWE".into()), ..Identity::default() };
        assert_eq!(format!("{identity:?}"), "Identity(initials)");
    }
}
