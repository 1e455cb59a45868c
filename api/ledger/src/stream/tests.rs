use super::*;
use crate::digest::Digest;
use crate::head::{FORMAT, is_known_format};

#[test]
fn a_stream_has_one_text() {
    let study: Uuid = "44444444-4444-4444-8444-44444444abcd".parse().unwrap();
    for (id, text) in [
        (StreamId::Portal, "portal"),
        (StreamId::Access, "access"),
        (StreamId::Open(study), "study:44444444-4444-4444-8444-44444444abcd:open"),
        (StreamId::Sealed(study), "study:44444444-4444-4444-8444-44444444abcd:sealed"),
    ] {
        assert_eq!(id.to_string(), text);
        assert_eq!(text.parse(), Ok(id));
        assert_eq!(serde_json::to_string(&id).unwrap(), format!("\"{text}\""));
        assert_eq!(serde_json::from_str::<StreamId>(&format!("\"{text}\"")).unwrap(), id);
    }
    for text in [
        "",
        "Portal",
        "study",
        "study::open",
        "study:44444444-4444-4444-8444-44444444ABCD:open",
        "study:4444444444444444844444444444abcd:open",
        "study:44444444-4444-4444-8444-44444444abcd:closed",
        "study:44444444-4444-4444-8444-44444444abcd:open:",
        "study:44444444-4444-4444-8444-44444444abcd",
    ] {
        assert_eq!(text.parse::<StreamId>(), Err(NotAStream), "{text}");
    }
}

#[test]
fn heads_are_locked_portal_first_then_the_study_then_what_is_sealed() {
    let (one, two) = (Uuid::from_u128(1), Uuid::from_u128(2));
    let mut streams = [StreamId::Sealed(one), StreamId::Open(two), StreamId::Portal, StreamId::Open(one)];
    streams.sort();
    assert_eq!(streams, [StreamId::Portal, StreamId::Open(one), StreamId::Open(two), StreamId::Sealed(one)]);
}

#[test]
fn an_empty_stream_stands_at_zero() {
    let head = Head::empty(StreamId::Portal);
    assert!(head.is_empty());
    assert_eq!((head.revision, head.hash, head.format), (Revision(0), Digest([0; 32]), FORMAT));
    assert_eq!(head.revision.next(), Revision(1));
    assert!(is_known_format(1) && !is_known_format(0) && !is_known_format(FORMAT + 1));
}
