use super::*;
use crate::testing::{at, change, draft};

const HEADER: &str = r#"{"actor":"11111111-1111-4111-8111-111111111111","at":"2026-03-05T08:10:00.123456Z","changes":[{"digest":"34dc8471384caf92abdbae49b6ea76397b6a4c07f1898d34e8b1d4993ad3b0fa","row":"22222222-2222-4222-8222-222222222222","subject":"22222222-2222-4222-8222-222222222222","table":"subject"}],"client":"ward-tablet","command":"enrollSubject","display_name":"Coordinator Müller","format":1,"idempotency_key":null,"input_digest":"9e089ec13af881a8ac227a736c3e7c490ea3b4afca0c5f83dff6393b683a72e3","membership":null,"portal_revision":7,"request_id":"33333333-3333-4333-8333-333333333333","revision":1,"role":"COORDINATOR","stream":"study:44444444-4444-4444-8444-444444444444:open"}"#;

fn enrolment() -> Entry {
    let stream = StreamId::Open("44444444-4444-4444-8444-444444444444".parse().unwrap());
    let subject: Uuid = "22222222-2222-4222-8222-222222222222".parse().unwrap();
    let draft = Draft {
        at: "2026-03-05T08:10:00.123456789Z".parse().unwrap(),
        actor: "11111111-1111-4111-8111-111111111111".parse().unwrap(),
        display_name: "Coordinator Müller".to_owned(),
        role: Some("COORDINATOR".to_owned()),
        membership: None,
        client: Some("ward-tablet".to_owned()),
        command: "enrollSubject".to_owned(),
        request_id: "33333333-3333-4333-8333-333333333333".parse().unwrap(),
        portal_revision: Revision(7),
        idempotency_key: None,
        input_digest: crate::digest::keyed(b"key", b"input"),
    };
    let change = NewChange {
        table: "subject".into(),
        row: subject,
        subject: Some(subject),
        image: r#"{"code":"SH01-001","sex":"FEMALE","weight_kg":"61.50"}"#.into(),
        salt: Salt(std::array::from_fn(|index| index as u8)),
    };
    Entry::seal(&Head::empty(stream), draft, vec![change]).unwrap()
}

/// P11-02, P11-06: the header's text and its hash, with the hash computed by Python's hashlib. Neither may
/// ever change for format 1, or no stored ledger verifies any more.
#[test]
fn a_sealed_entry_has_these_bytes_and_this_hash() {
    let entry = enrolment();
    assert_eq!(&*entry.header_text, HEADER);
    assert_eq!(entry.hash.to_string(), "4eb4ce9ff798ee656bfb0a1c6e3b99fe2cab39e472da21449233db39ced00830");
    assert_eq!(Header::parse(HEADER), Ok(entry.header.clone()));
    let head = entry.head();
    assert_eq!((head.revision, head.hash, head.format), (Revision(1), entry.hash, 1));
}

#[test]
fn a_header_is_read_from_its_own_text_only() {
    let with = |from: &str, to: &str| {
        let text = HEADER.replacen(from, to, 1);
        assert_ne!(text, HEADER, "{from}");
        text
    };
    for text in [
        with(r#"{"actor""#, r#"{ "actor""#),
        with(r#"123456Z"#, r#"123456+00:00"#),
        with(r#"123456Z"#, r#"1234567Z"#),
        with(r#".123456Z"#, r#"Z"#),
        with(r#""format":1"#, r#""extra":0,"format":1"#),
        with(r#""membership":null,"#, ""),
        with(r#""format":1"#, r#""format":1.0"#),
        with(r#""revision":1"#, r#""revision":-1"#),
        with("34dc", "34DC"),
        with("Müller", "Mu\u{308}ller"),
        with(":open", ":opened"),
    ] {
        assert!(Header::parse(&text).is_err(), "{text}");
    }
}

/// P11-11: microseconds, cut and not rounded, always written with six digits; an entry is never before the
/// one before.
#[test]
fn time_is_cut_to_microseconds_and_never_falls() {
    let entry = enrolment();
    assert_eq!(entry.header.at, "2026-03-05T08:10:00.123456Z".parse::<DateTime<Utc>>().unwrap());
    let earlier = Entry::seal(&entry.head(), draft("x", at(0)), vec![]).unwrap();
    assert_eq!(earlier.header.at, entry.header.at);
    let whole = Entry::seal(&entry.head(), draft("x", at(3600)), vec![]).unwrap();
    assert!(whole.header_text.contains(r#""at":"2026-03-05T09:00:00.000000Z""#));
}

/// P11-03: the first entry is an entry like any other, and follows 32 zero bytes.
#[test]
fn entries_follow_one_another() {
    let first = enrolment();
    let second = Entry::seal(&first.head(), draft("x", at(3600)), vec![]).unwrap();
    assert_eq!(second.header.revision, Revision(2));
    assert_eq!(second.header.stream, first.header.stream);
    assert_eq!(first.hash, entry_hash(&Digest::ZERO, &first.header_text));
    assert_eq!(second.hash, entry_hash(&first.hash, &second.header_text));
}

#[test]
fn what_is_not_canonical_is_not_sealed() {
    let head = Head::empty(StreamId::Portal);
    let changes = vec![change("visit", 1, r#"{"a":1}"#), change("visit", 2, r#"{"a":1.5}"#)];
    let error = Entry::seal(&head, draft("x", at(0)), changes).unwrap_err();
    assert_eq!(
        error,
        SealError::Image { position: 1, error: CanonicalError::Float { pointer: "/a".into() } }
    );
    let error =
        Entry::seal(&head, Draft { display_name: "a\0".into(), ..draft("x", at(0)) }, vec![]).unwrap_err();
    assert_eq!(error, SealError::Header(CanonicalError::Nul { pointer: "/display_name".into() }));
    let far = Draft { at: DateTime::<Utc>::MAX_UTC, ..draft("x", at(0)) };
    assert!(matches!(Entry::seal(&head, far, vec![]), Err(SealError::Header(CanonicalError::Unwritable(_)))));
}
