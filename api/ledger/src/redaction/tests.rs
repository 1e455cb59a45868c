use super::*;
use crate::chain::{Fault, FaultKind};
use crate::testing::{Ledger, at, change, draft, id, place, redaction_of, verify};

const BLANK: &str = r#"{"code":"V1","note":null}"#;
const BLANKER: &str = r#"{"code":null,"note":null}"#;

/// The third entry's change holds a name.
fn redacted() -> Ledger {
    let mut ledger = Ledger::of_four();
    ledger.redact(50, place(3, 0), BLANK);
    ledger
}

fn fault(ledger: &Ledger) -> Fault {
    ledger.verify().expect_err("nothing was found")
}

/// P11-09: the text is gone, its hash stays in the header, and the chain is as valid as before.
#[test]
fn p11_09_a_redaction_empties_a_change_and_breaks_no_hash() {
    let (before, after) = (Ledger::of_four(), redacted());
    let verified = after.verify().unwrap();
    assert_eq!(after.entries[2].changes[0].digest, before.entries[2].changes[0].digest);
    assert_eq!(verified.hash_at(Revision(3)), Some(before.entries[2].hash));
    assert_eq!(verified.fold().image("visit", id(1)).map(|image| &**image), Some(BLANK));
    assert!(verified.fold().image(TABLE, id(50)).is_some(), "the redaction itself is a row");
}

#[test]
fn a_row_that_was_changed_again_keeps_its_newest_image() {
    let mut ledger = Ledger::of_four();
    ledger.redact(50, place(2, 0), BLANK);
    let verified = ledger.verify().unwrap();
    assert_eq!(
        verified.fold().image("visit", id(1)).map(|image| &**image),
        Some(r#"{"code":"V1","note":"A name"}"#)
    );
}

#[test]
fn the_newest_of_two_redactions_counts() {
    let mut ledger = redacted();
    ledger.redact(51, place(3, 0), BLANKER);
    assert_eq!(ledger.verify().unwrap().fold().image("visit", id(1)).map(|image| &**image), Some(BLANKER));
    let map = Redactions::of(&ledger.entries).unwrap();
    assert_eq!(map.image(place(3, 0), None).as_deref(), Some(BLANKER));
}

/// The replacement of the fifth entry was itself too telling.
#[test]
fn a_redaction_can_be_redacted() {
    let mut ledger = redacted();
    let instead = redaction_of(place(3, 0), BLANKER);
    ledger.redact(51, place(5, 0), instead.clone());
    let verified = ledger.verify().unwrap();
    assert_eq!(verified.fold().image("visit", id(1)).map(|image| &**image), Some(BLANKER));
    assert_eq!(verified.fold().image(TABLE, id(50)), Some(&instead));
    let map = Redactions::of(&ledger.entries).unwrap();
    assert_eq!((map.len(), map.is_empty()), (2, false));
    assert_eq!(map.image(place(3, 0), None).as_deref(), Some(BLANKER));
    assert_eq!(map.image(place(5, 0), None), Some(instead));
}

/// Fifth entry empties 3, sixth empties 3 anew, seventh empties the fifth: the sixth stays the newest word on
/// 3.
#[test]
fn an_older_redaction_that_is_redacted_does_not_come_back() {
    let mut ledger = redacted();
    ledger.redact(51, place(3, 0), BLANKER).redact(52, place(5, 0), redaction_of(place(3, 0), BLANK));
    assert_eq!(ledger.verify().unwrap().fold().image("visit", id(1)).map(|image| &**image), Some(BLANKER));
    let map = Redactions::of(&ledger.entries).unwrap();
    assert_eq!(map.image(place(3, 0), None).as_deref(), Some(BLANKER));
}

#[test]
fn p11_09_an_emptied_change_without_a_redaction_is_found() {
    let mut ledger = Ledger::of_four();
    ledger.empty(place(3, 0));
    let fault = fault(&ledger);
    assert_eq!((fault.what, fault.revision, fault.position), (FaultKind::Emptied, Revision(3), Some(0)));
    assert!(fault.to_string().contains("no redaction stands for it"));
}

#[test]
fn p11_09_half_an_emptied_change_is_found() {
    for half in [true, false] {
        let mut entries = redacted().stored();
        let change = &mut entries[2].changes[0].change;
        if half {
            change.salt = Some(crate::digest::Salt([0; 32]));
        } else {
            change.image = Some(BLANK.into());
        }
        assert_eq!(verify(&entries).unwrap_err().what, FaultKind::HalfEmptied);
    }
}

#[test]
fn p11_09_a_redaction_of_what_is_not_empty_is_found() {
    for target in [place(2, 0), place(3, 1), place(2, 7)] {
        let mut ledger = Ledger::of_four();
        ledger.append(draft(COMMAND, at(600)), vec![change(TABLE, 50, redaction_of(target, BLANK))]);
        let fault = fault(&ledger);
        assert_eq!(
            (fault.what, fault.revision, fault.position),
            (FaultKind::RedactionTarget, Revision(5), Some(0))
        );
    }
}

#[test]
fn p11_09_only_the_command_redact_redacts() {
    let mut ledger = Ledger::of_four();
    ledger.append(draft("recordVisit", at(600)), vec![change(TABLE, 50, redaction_of(place(3, 0), BLANK))]);
    ledger.empty(place(3, 0));
    assert_eq!(fault(&ledger).what, FaultKind::Redaction);
}

#[test]
fn p11_09_a_redaction_that_cannot_be_read_is_found() {
    let reason = id(0x77);
    for image in [
        r#"{"position":0,"revision":3}"#.to_owned(),
        format!(r#"{{"position":0,"reason":"{reason}","replacement":"{{ }}","revision":3}}"#),
        format!(r#"{{"position":0,"reason":"{reason}","replacement":"{{}}","revision":5}}"#),
        format!(r#"{{"position":0,"reason":"{reason}","replacement":"{{}}","revision":9}}"#),
        r#"{"position":0,"replacement":"{}","revision":3}"#.to_owned(),
    ] {
        let mut ledger = Ledger::of_four();
        ledger.append(draft(COMMAND, at(600)), vec![change(TABLE, 50, image.as_str())]);
        ledger.empty(place(3, 0));
        assert_eq!(fault(&ledger).what, FaultKind::Redaction, "{image}");
        assert_eq!(Redactions::of(&ledger.entries).unwrap_err().place, place(5, 0), "{image}");
    }
}

#[test]
fn a_row_of_redaction_may_hold_more_than_is_read() {
    let image = format!(
        r#"{{"agreed_by":"{}","position":0,"reason":"{}","replacement":"{{}}","revision":3}}"#,
        id(1),
        id(2)
    );
    let redaction = Redaction::parse(place(5, 0), &image).unwrap();
    assert_eq!((redaction.target(), &*redaction.replacement, redaction.reason), (place(3, 0), "{}", id(2)));
}

/// A loader that reads the newest entries first meets each redaction before the change that it empties.
#[test]
fn a_loader_reads_the_replacement() {
    let mut ledger = redacted();
    ledger.redact(51, place(5, 0), redaction_of(place(3, 0), BLANKER));
    let mut redactions = Redactions::default();
    let mut newest = HashMap::new();
    for entry in ledger.entries.iter().rev() {
        for (position, change) in (0..).zip(&entry.changes).collect::<Vec<_>>().into_iter().rev() {
            let place = Place { revision: entry.header.revision, position };
            if change.table == TABLE {
                redactions.note(place, change.image.as_ref()).unwrap();
            }
            let image = redactions.image(place, change.image.as_ref()).unwrap();
            newest.entry((change.table.clone(), change.row)).or_insert(image);
        }
    }
    let verified = ledger.verify().unwrap();
    assert_eq!(newest.len(), verified.fold().len());
    for row in verified.fold().rows() {
        assert_eq!(newest.get(&(row.table.clone(), row.row)), Some(row.image));
    }
}

#[test]
fn an_emptied_redaction_for_which_nothing_stands_is_refused() {
    let mut ledger = redacted();
    ledger.empty(place(5, 0));
    assert_eq!(Redactions::of(&ledger.entries).unwrap_err().place, place(5, 0));
    assert_eq!(fault(&ledger).what, FaultKind::Emptied);
}
