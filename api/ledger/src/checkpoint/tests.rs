use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::Header;
use serde_json::{Value, json};

use super::*;
use crate::testing::{Ledger, at, change, draft};

const KID: &str = "ledger-2026";

/// The private key of RFC 8037, appendix A.1, wrapped as RFC 8410 says.
fn private_key() -> EncodingKey {
    private("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A")
}

fn private(seed: &str) -> EncodingKey {
    let mut der = vec![0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];
    der.extend(URL_SAFE_NO_PAD.decode(seed).unwrap());
    EncodingKey::from_ed_der(&der)
}

/// Its public half, from the same appendix.
const PUBLIC: &str = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";

fn keys() -> CheckpointKeys {
    CheckpointKeys::from([(KID.to_owned(), DecodingKey::from_ed_components(PUBLIC).unwrap())])
}

fn signed(head: &Head) -> String {
    sign(head, "https://trial.example", &private_key(), KID).unwrap()
}

fn token() -> String {
    signed(&Ledger::of_four().head)
}

fn payload(token: &str) -> Value {
    part(token.split('.').nth(1).unwrap()).unwrap()
}

/// Signs the claims of the true token under another header.
fn with_header(header: &Header, key: &EncodingKey) -> String {
    jsonwebtoken::encode(header, &payload(&token()), key).unwrap()
}

fn header() -> Header {
    let mut header = Header::new(Algorithm::EdDSA);
    header.typ = Some(TYPE.to_owned());
    header.kid = Some(KID.to_owned());
    header
}

fn encoded(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

fn signed_bytes(header: &Value, payload: &Value) -> String {
    let message = format!("{}.{}", encoded(header), encoded(payload));
    let signature = jsonwebtoken::crypto::sign(message.as_bytes(), &private_key(), Algorithm::EdDSA).unwrap();
    format!("{message}.{signature}")
}

#[test]
fn a_checkpoint_says_where_the_stream_stood() {
    let head = Ledger::of_four().head;
    let token = signed(&head);
    let protected: Value = part(token.split('.').next().unwrap()).unwrap();
    assert_eq!(protected, json!({"typ": "checkpoint+jws", "alg": "EdDSA", "kid": "ledger-2026"}));
    let checkpoint = verify(&token, &keys()).unwrap();
    assert_eq!(checkpoint.iss, "https://trial.example");
    assert_eq!(
        (checkpoint.stream, checkpoint.revision, checkpoint.hash),
        (head.stream, head.revision, head.hash)
    );
    assert_eq!((checkpoint.at, checkpoint.format), (head.at, head.format));
    let mut names: Vec<_> = payload(&token).as_object().unwrap().keys().cloned().collect();
    names.sort();
    assert_eq!(names, ["at", "format", "hash", "iss", "revision", "stream"]);
}

/// An ordinary token of the installation, signed with the same key, is no checkpoint.
#[test]
fn another_type_is_refused() {
    let typed = |typ: Option<&str>| Header { typ: typ.map(str::to_owned), ..header() };
    assert!(verify(&with_header(&typed(Some(TYPE)), &private_key()), &keys()).is_ok());
    for typ in [None, Some("JWT"), Some("at+jwt"), Some("CHECKPOINT+JWS")] {
        assert_eq!(
            verify(&with_header(&typed(typ), &private_key()), &keys()),
            Err(CheckpointError::Type),
            "{typ:?}"
        );
    }
}

#[test]
fn the_algorithm_none_is_refused() {
    let claims = payload(&token());
    let none = json!({"alg": "none", "typ": TYPE, "kid": KID});
    let message = format!("{}.{}", encoded(&none), encoded(&claims));
    assert_eq!(verify(&format!("{message}."), &keys()), Err(CheckpointError::Algorithm));
    assert_eq!(verify(&signed_bytes(&none, &claims), &keys()), Err(CheckpointError::Algorithm));
    let unsigned = token().rsplit_once('.').map(|(message, _)| format!("{message}.")).unwrap();
    assert_eq!(verify(&unsigned, &keys()), Err(CheckpointError::Signature));
}

/// The public key is public; whoever uses it as an HMAC secret must get nowhere.
#[test]
fn an_hmac_under_the_public_key_is_refused() {
    let secret = EncodingKey::from_secret(&URL_SAFE_NO_PAD.decode(PUBLIC).unwrap());
    let forged = with_header(&Header { alg: Algorithm::HS256, ..header() }, &secret);
    assert_eq!(verify(&forged, &keys()), Err(CheckpointError::Algorithm));
    let (message, _) = forged.rsplit_once('.').unwrap();
    let claims = message.split_once('.').unwrap().1;
    let posing = format!("{}.{claims}", encoded(&json!({"alg": "EdDSA", "typ": TYPE, "kid": KID})));
    let hmac = jsonwebtoken::crypto::sign(posing.as_bytes(), &secret, Algorithm::HS256).unwrap();
    assert_eq!(verify(&format!("{posing}.{hmac}"), &keys()), Err(CheckpointError::Signature));
    let shared = CheckpointKeys::from([(KID.to_owned(), DecodingKey::from_secret(b"shared"))]);
    assert_eq!(verify(&token(), &shared), Err(CheckpointError::Key));
    assert_eq!(
        sign(&Ledger::of_four().head, "x", &EncodingKey::from_secret(b"shared"), KID),
        Err(CheckpointError::Key)
    );
}

#[test]
fn another_key_is_refused() {
    let other = private("TM0Imyj_ltqdtsNG7BFOD1uKMZ81q6Yk2oz27U-4pvs"); // RFC 8032, 7.1, test 2
    assert_eq!(verify(&with_header(&header(), &other), &keys()), Err(CheckpointError::Signature));
    let unknown = Header { kid: Some("other".to_owned()), ..header() };
    assert_eq!(verify(&with_header(&unknown, &private_key()), &keys()), Err(CheckpointError::UnknownKey));
    let nameless = Header { kid: None, ..header() };
    assert_eq!(verify(&with_header(&nameless, &private_key()), &keys()), Err(CheckpointError::UnknownKey));
}

#[test]
fn changed_claims_and_malformed_tokens_are_refused() {
    let token = token();
    let parts: Vec<&str> = token.split('.').collect();
    let mut claims = payload(&token);
    claims["revision"] = json!(3);
    let changed = format!("{}.{}.{}", parts[0], encoded(&claims), parts[2]);
    assert_eq!(verify(&changed, &keys()), Err(CheckpointError::Signature));
    for text in ["", ".", "..", "a.b", "a.b.c", &format!("{token}.x"), &format!("{}..{}", parts[0], parts[2])]
    {
        assert!(verify(text, &keys()).is_err(), "{text}");
    }
    let head = json!({"alg": "EdDSA", "typ": TYPE, "kid": KID});
    assert_eq!(verify(&signed_bytes(&head, &json!({"iss": "x"})), &keys()), Err(CheckpointError::Malformed));
    let critical = json!({"alg": "EdDSA", "typ": TYPE, "kid": KID, "crit": ["b64"], "b64": false});
    assert_eq!(verify(&signed_bytes(&critical, &payload(&token)), &keys()), Err(CheckpointError::Malformed));
}

#[test]
fn p11_06_a_checkpoint_of_the_chain_agrees_with_it_for_ever() {
    let mut ledger = Ledger::of_four();
    let early = verify(&signed(&ledger.entries[1].head()), &keys()).unwrap();
    let empty = verify(&signed(&Head::empty(ledger.head.stream)), &keys()).unwrap();
    ledger.append(draft("x", at(900)), vec![]);
    let chain = ledger.verify().unwrap();
    assert_eq!(compare(&early, &chain), Ok(()));
    assert_eq!(compare(&empty, &chain), Ok(()));
    assert_eq!(compare(&verify(&signed(&ledger.head), &keys()).unwrap(), &chain), Ok(()));
}

#[test]
fn p11_06_a_removed_last_entry_is_found_by_a_checkpoint() {
    let mut ledger = Ledger::of_four();
    let checkpoint = verify(&signed(&ledger.head), &keys()).unwrap();
    ledger.entries.pop();
    let fault = compare(&checkpoint, &ledger.verify().unwrap()).unwrap_err();
    assert_eq!((fault.what, fault.revision), (FaultKind::Truncated, Revision(4)));
    assert!(fault.to_string().contains("the last entry is 3, the checkpoint is of 4"), "{fault}");
}

#[test]
fn p11_06_a_history_written_anew_is_found_by_a_checkpoint() {
    let ledger = Ledger::of_four();
    let checkpoint = verify(&signed(&ledger.entries[2].head()), &keys()).unwrap();
    let mut forged = Ledger::new();
    for number in 1..=5 {
        forged.append(draft("recordVisit", at(60 * number)), vec![change("visit", 1, "{}")]);
    }
    let fault = compare(&checkpoint, &forged.verify().unwrap()).unwrap_err();
    assert_eq!((fault.what, fault.revision), (FaultKind::Forked, Revision(3)));
    let elsewhere = Checkpoint { stream: StreamId::Portal, ..checkpoint };
    let fault = compare(&elsewhere, &ledger.verify().unwrap()).unwrap_err();
    assert_eq!(fault.what, FaultKind::CheckpointStream);
}
