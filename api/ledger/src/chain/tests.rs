use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::digest::Salt;
use crate::entry::{Change, Entry, NewChange};
use crate::head::FORMAT;
use crate::testing::{Ledger, at, change, draft, id, stored, stream, verify};

/// Changes one thing in the ledger of four and expects it to be found at this place.
fn found(tamper: impl FnOnce(&mut Vec<StoredEntry>), what: FaultKind, place: (u64, Option<u32>)) -> Fault {
    let mut entries = Ledger::of_four().stored();
    tamper(&mut entries);
    let fault = verify(&entries).expect_err("nothing was found");
    assert_eq!((fault.what, (fault.revision.0, fault.position)), (what, place), "{fault}");
    fault
}

/// Seals the entry at `index` anew, and all that follow, as a forger would who can compute hashes.
fn resealed(entries: &mut [StoredEntry], index: usize, edit: impl FnOnce(&mut Header)) {
    let mut previous = if index == 0 { Digest::ZERO } else { entries[index - 1].hash };
    let mut header = Header::parse(&entries[index].header).unwrap();
    edit(&mut header);
    entries[index].header = header.to_canonical().unwrap().into();
    for entry in &mut entries[index..] {
        entry.hash = entry_hash(&previous, &entry.header);
        previous = entry.hash;
    }
}

fn with_byte(text: &str, from: &str, to: &str) -> Arc<str> {
    let changed = text.replacen(from, to, 1);
    assert_eq!(changed.len(), text.len());
    assert_ne!(changed, text);
    changed.into()
}

#[test]
fn an_untouched_ledger_verifies_and_folds_to_the_newest_images() {
    let ledger = Ledger::of_four();
    let verified = ledger.verify().unwrap();
    assert_eq!(verified.head(), &ledger.head);
    assert_eq!(verified.compare_head(&ledger.head), Ok(()));
    let rows: Vec<_> =
        verified.fold().rows().map(|row| (row.table.to_string(), row.row, row.revision.0)).collect();
    let row = |table: &str, number, revision| (table.to_owned(), id(number), revision);
    assert_eq!(
        rows,
        [
            row("assessment", 3, 4),
            row("assessment", 4, 4),
            row("reason", 5, 4),
            row("visit", 1, 3),
            row("visit", 2, 1)
        ]
    );
    assert_eq!(
        verified.fold().image("visit", id(1)).map(|image| &**image),
        Some(r#"{"code":"V1","note":"A name"}"#)
    );
    assert_eq!(verified.fold().image("visit", id(3)), None);
    assert_eq!((verified.fold().len(), verified.fold().is_empty()), (5, false));
    assert_eq!(verified.hash_at(Revision(0)), Some(Digest::ZERO));
    assert_eq!(verified.hash_at(Revision(2)), Some(ledger.entries[1].hash));
    assert_eq!(verified.hash_at(Revision(5)), None);
}

#[test]
fn an_empty_stream_verifies() {
    let verified = verify(&[]).unwrap();
    assert!(verified.head().is_empty() && verified.fold().is_empty());
}

#[test]
fn p11_06_one_changed_byte_of_a_header_is_found() {
    let fault = found(
        |entries| entries[1].header = with_byte(&entries[1].header, "recordVisit", "recordvisit"),
        FaultKind::Hash,
        (2, None),
    );
    assert!(
        fault
            .to_string()
            .starts_with(&format!("stream {}, revision 2: the stored hash does not follow", stream()))
    );
}

#[test]
fn p11_06_one_changed_byte_of_an_image_is_found() {
    let tamper = |entries: &mut Vec<StoredEntry>| {
        let image = &mut entries[3].changes[1].change.image;
        *image = image.as_deref().map(|text| with_byte(text, "0.70", "0.10"));
    };
    let fault = found(tamper, FaultKind::ChangeImage, (4, Some(1)));
    let text = fault.to_string();
    assert!(
        text.contains("revision 4, change 1 (counted from 0): salt and image do not give the digest"),
        "{text}"
    );
    assert!(!text.contains("0.10"), "a value of the row: {text}");
}

#[test]
fn p11_06_a_changed_salt_or_digest_or_hash_is_found() {
    found(
        |entries| entries[0].changes[0].change.salt = Some(Salt([1; 32])),
        FaultKind::ChangeImage,
        (1, Some(0)),
    );
    found(|entries| entries[0].changes[1].change.digest.0[31] ^= 1, FaultKind::ChangeDigest, (1, Some(1)));
    found(|entries| entries[2].hash.0[0] ^= 0x80, FaultKind::Hash, (3, None));
}

/// Whoever changes image, salt and digest together still has the header against them.
#[test]
fn p11_06_an_image_with_a_fresh_digest_is_found() {
    let tamper = |entries: &mut Vec<StoredEntry>| {
        let change = &mut entries[3].changes[1].change;
        let (salt, image) = (Salt([9; 32]), r#"{"pga":"0.10"}"#);
        (change.salt, change.image, change.digest) =
            (Some(salt), Some(image.into()), change_digest(&salt, image));
    };
    found(tamper, FaultKind::ChangeDigest, (4, Some(1)));
}

/// Whoever also seals that entry anew has the next one against them.
#[test]
fn p11_06_an_entry_sealed_anew_is_found_at_the_next() {
    let tamper = |entries: &mut Vec<StoredEntry>| {
        resealed(&mut entries[..2], 1, |header| header.command = "other".to_owned());
        entries[1].columns.clear();
    };
    found(tamper, FaultKind::Hash, (3, None));
}

#[test]
fn p11_06_a_removed_repeated_or_reordered_entry_is_found() {
    let fault = found(|entries| drop(entries.remove(1)), FaultKind::RevisionMissing, (2, None));
    assert!(fault.to_string().contains("the next one stored is 3"));
    found(|entries| drop(entries.remove(0)), FaultKind::RevisionMissing, (1, None));
    found(|entries| entries.insert(2, entries[1].clone()), FaultKind::RevisionRepeated, (2, None));
    found(|entries| entries.swap(1, 2), FaultKind::RevisionMissing, (2, None));
    // Renumbered to close the gap.
    let renumber = |entries: &mut Vec<StoredEntry>| {
        entries.remove(1);
        entries[1].revision = Revision(2);
    };
    found(renumber, FaultKind::Hash, (2, None));
}

#[test]
fn p11_06_a_removed_last_entry_is_found_while_the_head_remembers_it() {
    let ledger = Ledger::of_four();
    let verified = verify(&ledger.stored()[..3]).unwrap();
    let fault = verified.compare_head(&ledger.head).unwrap_err();
    assert_eq!((fault.what, fault.revision), (FaultKind::Head, Revision(3)));
    let right = *verified.head();
    assert_eq!(verified.compare_head(&right), Ok(()));
    // A format may be raised before the next entry, to one that this program knows.
    for format in [0, FORMAT + 1, 1_000] {
        assert!(verified.compare_head(&Head { format, ..right }).is_err(), "{format}");
    }
    assert!(verified.compare_head(&Head { hash: Digest::ZERO, ..right }).is_err());
}

#[test]
fn p11_06_removed_added_and_swapped_changes_are_found() {
    found(|entries| drop(entries[3].changes.remove(1)), FaultKind::ChangeMissing, (4, Some(1)));
    found(|entries| drop(entries[3].changes.pop()), FaultKind::ChangeMissing, (4, Some(2)));
    found(|entries| entries[3].changes.clear(), FaultKind::ChangeMissing, (4, Some(0)));
    found(|entries| entries[3].changes[2].position = 1, FaultKind::ChangePosition, (4, Some(1)));
    found(|entries| entries[3].changes.swap(0, 1), FaultKind::ChangeMissing, (4, Some(0)));
    let add = |entries: &mut Vec<StoredEntry>| {
        let mut extra = entries[3].changes[0].clone();
        extra.position = 3;
        entries[3].changes.push(extra);
    };
    found(add, FaultKind::ChangeExtra, (4, Some(3)));
    let swap_rows = |entries: &mut Vec<StoredEntry>| {
        entries[3].changes.swap(0, 1);
        entries[3].changes[0].position = 0;
        entries[3].changes[1].position = 1;
    };
    found(swap_rows, FaultKind::ChangeRow, (4, Some(0)));
    found(|entries| entries[0].changes[0].change.subject = None, FaultKind::ChangeRow, (1, Some(0)));
    found(|entries| entries[0].changes[1].change.table = "visits".into(), FaultKind::ChangeRow, (1, Some(1)));
}

#[test]
fn p11_06_time_that_runs_backwards_is_found() {
    let tamper = |entries: &mut Vec<StoredEntry>| {
        resealed(entries, 2, |header| header.at = at(59));
        entries[2].columns.clear();
    };
    let fault = found(tamper, FaultKind::Time, (3, None));
    assert!(fault.detail.contains("08:00:59") && fault.detail.contains("08:01:00"), "{fault}");
}

#[test]
fn p11_06_an_entry_of_another_stream_is_found() {
    found(|entries| entries[1].stream = StreamId::Portal, FaultKind::Stream, (2, None));
    let tamper =
        |entries: &mut Vec<StoredEntry>| resealed(entries, 1, |header| header.stream = StreamId::Portal);
    assert_eq!(found(tamper, FaultKind::Column, (2, None)).detail, "stream");
    let tamper =
        |entries: &mut Vec<StoredEntry>| resealed(entries, 1, |header| header.revision = Revision(3));
    assert_eq!(found(tamper, FaultKind::Column, (2, None)).detail, "revision");
}

/// P11-02: whatever is searched by is what the header says.
#[test]
fn p11_06_a_column_that_differs_from_the_header_is_found() {
    let others = [
        Column::Format(2),
        Column::At(at(1)),
        Column::Actor(id(9)),
        Column::DisplayName("Somebody else".to_owned()),
        Column::Role(None),
        Column::Membership(None),
        Column::Client(Some("x".to_owned())),
        Column::Command("x".to_owned()),
        Column::RequestId(id(9)),
        Column::PortalRevision(Revision(8)),
        Column::IdempotencyKey(None),
        Column::InputDigest(Digest::ZERO),
    ];
    for (index, other) in others.into_iter().enumerate() {
        let name = other.name();
        let fault = found(|entries| entries[2].columns[index] = other, FaultKind::Column, (3, None));
        assert_eq!(fault.detail, name);
    }
}

#[test]
fn a_header_that_is_not_canonical_is_found_though_its_hash_is_right() {
    let tamper = |entries: &mut Vec<StoredEntry>| {
        entries[3].header = entries[3].header.replacen("{", "{ ", 1).into();
        entries[3].hash = entry_hash(&entries[2].hash, &entries[3].header);
    };
    let fault = found(tamper, FaultKind::Header, (4, None));
    assert!(fault.to_string().ends_with("not canonical, from byte 1 on"), "{fault}");
}

#[test]
fn a_format_that_is_unknown_or_falls_is_found() {
    let tamper = |entries: &mut Vec<StoredEntry>| resealed(entries, 3, |header| header.format = 2);
    found(tamper, FaultKind::FormatUnknown, (4, None));
    let tamper = |entries: &mut Vec<StoredEntry>| resealed(entries, 3, |header| header.format = 0);
    found(tamper, FaultKind::FormatUnknown, (4, None));
    // Only one format exists so far, so the walk is told that it has seen a newer one.
    let mut verifier = Verifier::new(stream());
    verifier.head.format = 2;
    let fault = verifier.push(&Ledger::of_four().stored()[0]).unwrap_err();
    assert_eq!(fault.what, FaultKind::FormatFell);
}

#[test]
fn after_a_fault_nothing_else_is_reported() {
    let mut entries = Ledger::of_four().stored();
    entries[1].hash = Digest::ZERO;
    let mut verifier = Verifier::new(stream());
    verifier.push(&entries[0]).unwrap();
    let fault = verifier.push(&entries[1]).unwrap_err();
    assert_eq!(verifier.head().revision, Revision(1));
    assert_eq!(verifier.push(&entries[2]).unwrap_err(), fault);
    assert_eq!(verifier.finish().unwrap_err(), fault);
}

/// One command: what it changes, and how many milliseconds after the one before (clocks also step back).
fn commands() -> impl Strategy<Value = Vec<(Vec<NewChange>, i64)>> {
    let changes = (
        prop::sample::select(vec!["visit", "assessment", "subject"]),
        0..5_u128,
        any::<[u8; 32]>(),
        crate::canonical::tests::values(),
    )
        .prop_map(|(table, row, salt, value)| {
            let image = crate::canonical::to_image(&value).unwrap();
            NewChange { salt: Salt(salt), ..change(table, row, image) }
        });
    prop::collection::vec((prop::collection::vec(changes, 0..4), -1500..5000_i64), 1..6)
}

fn ledger_of(commands: Vec<(Vec<NewChange>, i64)>) -> Ledger {
    let (mut ledger, mut now) = (Ledger::new(), at(0));
    for (changes, step) in commands {
        now += chrono::Duration::milliseconds(step);
        ledger.append(draft("command", now), changes);
    }
    ledger
}

/// Flips bits of one byte of a text; where that leaves no UTF-8, a database would give back something else
/// again.
fn flip_text(text: &str, place: &prop::sample::Index, bits: u8) -> String {
    let mut bytes = text.as_bytes().to_vec();
    let index = place.index(bytes.len());
    bytes[index] ^= bits;
    String::from_utf8_lossy(&bytes).into_owned()
}

fn flip(bytes: &mut [u8], place: &prop::sample::Index, bits: u8) {
    bytes[place.index(bytes.len())] ^= bits;
}

fn tampered(entry: &mut StoredEntry, what: u8, place: &prop::sample::Index, bits: u8) {
    let count = entry.changes.len();
    let change = if count == 0 { None } else { Some(&mut entry.changes[place.index(count)].change) };
    match (what, change) {
        (0, Some(change)) => {
            change.image = change.image.as_deref().map(|text| flip_text(text, place, bits).into())
        }
        (1, Some(change)) => change.table = flip_text(&change.table, place, bits).into(),
        (2, Some(change)) => flip(&mut change.digest.0, place, bits),
        (3, Some(Change { salt: Some(salt), .. })) => flip(&mut salt.0, place, bits),
        (4, Some(change)) => {
            let mut row = change.row.into_bytes();
            flip(&mut row, place, bits);
            change.row = Uuid::from_bytes(row);
        }
        (5, _) => flip(&mut entry.hash.0, place, bits),
        _ => entry.header = flip_text(&entry.header, place, bits).into(),
    }
}

proptest! {
    #[test]
    fn any_sequence_of_entries_verifies_and_folds_to_the_last_image_of_each_row(commands in commands()) {
        let mut newest = BTreeMap::new();
        for change in commands.iter().flat_map(|(changes, _)| changes) {
            newest.insert((change.table.clone(), change.row), change.image.clone());
        }
        let ledger = ledger_of(commands);
        let verified = ledger.verify().unwrap();
        prop_assert_eq!(verified.head(), &ledger.head);
        let rows: Vec<_> = verified.fold().rows().map(|row| ((row.table.clone(), row.row), row.image.clone())).collect();
        prop_assert_eq!(rows, newest.into_iter().collect::<Vec<_>>());
    }

    #[test]
    fn p11_06_any_flipped_byte_is_found_in_its_own_entry(
        commands in commands(),
        entry in any::<prop::sample::Index>(),
        what in 0..8_u8,
        place in any::<prop::sample::Index>(),
        bits in 1..=255_u8,
    ) {
        let ledger = ledger_of(commands);
        let mut entries: Vec<_> = ledger.entries.iter().map(stored).collect();
        let index = entry.index(entries.len());
        tampered(&mut entries[index], what, &place, bits);
        prop_assume!(entries[index] != stored(&ledger.entries[index]));
        let fault = verify(&entries).expect_err("nothing was found");
        prop_assert_eq!(fault.revision, ledger.entries[index].header.revision, "{}", fault);
    }

    #[test]
    fn p11_06_any_removed_entry_but_the_last_is_found(commands in commands(), entry in any::<prop::sample::Index>()) {
        prop_assume!(commands.len() > 1);
        let ledger = ledger_of(commands);
        let mut entries: Vec<_> = ledger.entries.iter().map(StoredEntry::from).collect();
        let index = entry.index(entries.len() - 1);
        entries.remove(index);
        let fault = verify(&entries).expect_err("nothing was found");
        prop_assert_eq!((fault.what, fault.revision.0), (FaultKind::RevisionMissing, index as u64 + 1));
    }

    #[test]
    fn a_group_sealed_on_provisional_heads_is_the_same_chain(commands in commands()) {
        let ledger = ledger_of(commands);
        let heads: Vec<Head> = ledger.entries.iter().map(Entry::head).collect();
        for (previous, entry) in heads.iter().zip(&ledger.entries[1..]) {
            prop_assert_eq!(entry_hash(&previous.hash, &entry.header_text), entry.hash);
            prop_assert!(previous.at <= entry.header.at);
        }
    }
}
