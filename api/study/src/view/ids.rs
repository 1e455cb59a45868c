//! Global ids: what leaves the system instead of row ids.
//!
//! For most callers an id is the base64url of type, study and row. For the safety board the same bytes go
//! through AES-SIV under a key of their own: equal things still have equal ids, and no id of one side matches
//! one of the other.

use aes_siv::KeyInit;
use aes_siv::siv::Aes128Siv;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use uuid::Uuid;

macro_rules! kinds {
    ($($(#[doc = $doc:literal])+ $name:ident = $code:literal),+ $(,)?) => {
        /// The types of thing that have a global id. The numbers are part of every id: they never change.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[repr(u8)]
        pub enum NodeKind { $($(#[doc = $doc])+ $name = $code),+ }

        impl NodeKind {
            /// Every kind.
            pub const ALL: &'static [NodeKind] = &[$(NodeKind::$name),+];

            fn of(code: u8) -> Option<NodeKind> {
                match code { $($code => Some(NodeKind::$name),)+ _ => None }
            }
        }
    };
}

kinds! {
    /// A study.
    Study = 1,
    /// A site.
    Site = 2,
    /// A cohort.
    Cohort = 3,
    /// A subject.
    Subject = 4,
    /// A visit.
    Visit = 5,
    /// An assessment.
    Assessment = 6,
    /// An autoantibody panel.
    AutoantibodyPanel = 7,
    /// One result of a panel.
    AutoantibodyResult = 8,
    /// A laboratory result.
    LabResult = 9,
    /// A dose.
    Dose = 10,
    /// A medication.
    Medication = 11,
    /// An adverse event.
    AdverseEvent = 12,
    /// An intercurrent event.
    IntercurrentEvent = 13,
    /// A consent.
    Consent = 14,
    /// The result of an eligibility criterion.
    EligibilityResult = 15,
    /// How a subject's participation ended.
    Disposition = 16,
    /// A data cut.
    DataCut = 17,
    /// A proposal.
    Proposal = 18,
    /// A grade of an adverse event.
    AdverseEventGrade = 19,
    /// A causality judgement.
    AdverseEventCausality = 20,
    /// A decision on dose-limiting toxicity.
    DltAdjudication = 21,
    /// A finding of an edit check.
    Finding = 22,
    /// An allocation to a dose level.
    Allocation = 23,
    /// A planned visit.
    PlannedVisit = 24,
    /// A clock on an adverse event.
    Clock = 25,
    /// A stopping rule's state.
    StoppingRule = 26,
    /// The reason for a change.
    ChangeReason = 27,
    /// A protocol deviation.
    ProtocolDeviation = 28,
}

/// What an id names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct NodeId {
    /// The type of thing.
    pub kind: NodeKind,
    /// Its study.
    pub study: Uuid,
    /// Its row.
    pub row: Uuid,
}

/// For which side an id was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdForm {
    /// Everybody but the board.
    Plain,
    /// The board.
    Board,
}

/// Keys that turn things into what the board may see of them. `Debug` shows none.
#[derive(Clone)]
pub struct BoardKeys {
    /// Of ids: 32 bytes for AES-SIV.
    pub ids: [u8; 32],
    /// Of subject pseudonyms.
    pub pseudonyms: [u8; 32],
}

impl std::fmt::Debug for BoardKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("BoardKeys")
    }
}

const LENGTH: usize = 33;

impl NodeId {
    /// The id's text for a side.
    pub fn encode(&self, form: IdForm, keys: &BoardKeys) -> String {
        let mut bytes = [0_u8; LENGTH];
        bytes[0] = self.kind as u8;
        bytes[1..17].copy_from_slice(self.study.as_bytes());
        bytes[17..].copy_from_slice(self.row.as_bytes());
        match form {
            IdForm::Plain => String::from_utf8(plain(&bytes).to_vec()).unwrap_or_default(),
            IdForm::Board => match siv(keys).encrypt([[0_u8; 0]], &bytes) {
                Ok(sealed) => URL_SAFE_NO_PAD.encode(sealed),
                // AES-SIV refuses texts of 2^36 bytes and more headers than fit a vector; this is neither.
                Err(_) => String::new(),
            },
        }
    }

    /// What a text names, and for which side it was made; none when it is no id of ours.
    pub fn decode(text: &str, keys: &BoardKeys) -> Option<(NodeId, IdForm)> {
        if text.len() > 128 {
            return None;
        }
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        if let Some(id) = NodeId::of(&bytes) {
            return Some((id, IdForm::Plain));
        }
        let opened = siv(keys).decrypt([[0_u8; 0]], &bytes).ok()?;
        Some((NodeId::of(&opened)?, IdForm::Board))
    }

    fn of(bytes: &[u8]) -> Option<NodeId> {
        let bytes: &[u8; LENGTH] = bytes.try_into().ok()?;
        Some(NodeId {
            kind: NodeKind::of(bytes[0])?,
            study: Uuid::from_slice(&bytes[1..17]).ok()?,
            row: Uuid::from_slice(&bytes[17..]).ok()?,
        })
    }
}

/// Base64 for addresses of the one length that plain ids have: a page of records holds hundreds of them, and what
/// serves every length takes three times as long.
fn plain(bytes: &[u8; LENGTH]) -> [u8; LENGTH / 3 * 4] {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = [0; LENGTH / 3 * 4];
    for (three, four) in bytes.as_chunks::<3>().0.iter().zip(text.as_chunks_mut::<4>().0) {
        let bits = u32::from_be_bytes([0, three[0], three[1], three[2]]);
        *four = [18, 12, 6, 0].map(|shift| DIGITS[(bits >> shift & 63) as usize]);
    }
    text
}

fn siv(keys: &BoardKeys) -> Aes128Siv {
    Aes128Siv::new(&keys.ids.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What writes plain ids writes what reads them, whatever the bytes.
    #[test]
    fn plain_ids_are_base64() {
        for seed in 0..=255_u8 {
            let bytes: [u8; LENGTH] = std::array::from_fn(|at| (at as u8).wrapping_mul(37) ^ seed);
            let text = plain(&bytes);
            assert_eq!(str::from_utf8(&text), Ok(URL_SAFE_NO_PAD.encode(bytes).as_str()));
        }
    }

    /// Ids never match across the two sides, and both resolve.
    #[test]
    fn an_id_of_one_side_is_not_an_id_of_the_other() {
        let keys = BoardKeys { ids: [1; 32], pseudonyms: [2; 32] };
        let id = NodeId { kind: NodeKind::Subject, study: Uuid::from_u128(5), row: Uuid::from_u128(6) };
        let plain = id.encode(IdForm::Plain, &keys);
        let board = id.encode(IdForm::Board, &keys);
        assert_ne!(plain, board);
        assert_eq!(NodeId::decode(&plain, &keys), Some((id, IdForm::Plain)));
        assert_eq!(NodeId::decode(&board, &keys), Some((id, IdForm::Board)));
        let other = BoardKeys { ids: [3; 32], pseudonyms: [2; 32] };
        assert_eq!(NodeId::decode(&board, &other), None);
        assert_eq!(board, id.encode(IdForm::Board, &keys));
        for text in ["", "x", "====", &plain[1..], &"A".repeat(10_000)] {
            assert_eq!(NodeId::decode(text, &keys), None);
        }
    }
}
