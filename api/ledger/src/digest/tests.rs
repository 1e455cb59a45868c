use super::*;

// The expected values come from Python's hashlib and hmac, not from this crate.

const SALT: Salt = Salt([
    0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28,
    29, 30, 31,
]);

#[test]
fn a_change_digest_is_sha_256_of_salt_and_image() {
    let digest = change_digest(&SALT, r#"{"code":"SH01-001","sex":"FEMALE","weight_kg":"61.50"}"#);
    assert_eq!(digest.to_string(), "34dc8471384caf92abdbae49b6ea76397b6a4c07f1898d34e8b1d4993ad3b0fa");
    let digest = change_digest(&Salt([0xff; 32]), r#"{"note":"发热 38.5 °C"}"#);
    assert_eq!(digest.to_string(), "1e42fb6fb2218c87fdf77d4899c115cd5150d4b98d7ab7d7a9c80c8eed73fad9");
    let digest = change_digest(&Salt([0; 32]), "");
    assert_eq!(digest.to_string(), "66687aadf862bd776c8fc18b8e9f8e20089714856ee233b3902a591d0d5f2925");
}

#[test]
fn an_entry_hash_follows_from_the_hash_before() {
    let first = entry_hash(&Digest::ZERO, r#"{"a":1}"#);
    assert_eq!(first.to_string(), "b06a229070741292512e8760f470dd7a4c46ccfdf253df781d88dabe58c1ccb1");
    let second = entry_hash(&first, r#"{"a":2}"#);
    assert_eq!(second.to_string(), "a1d14784ae595e5334415f1ab3f83e6dd035dd72252a25352a9d3bfe1e7d08ba");
}

/// The test cases 1, 2 and 6 of RFC 4231; the last has a key longer than a block.
#[test]
fn a_keyed_digest_is_hmac_sha_256() {
    assert_eq!(
        keyed(&[0x0b; 20], b"Hi There").to_string(),
        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
    );
    assert_eq!(
        keyed(b"Jefe", b"what do ya want for nothing?").to_string(),
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    );
    assert_eq!(
        keyed(&[0xaa; 131], b"Test Using Larger Than Block-Size Key - Hash Key First").to_string(),
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
    );
}

#[test]
fn the_text_form_is_lower_case_hexadecimal_and_nothing_else() {
    let text = SALT.to_string();
    assert_eq!(text, "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
    assert_eq!(text.parse(), Ok(SALT));
    assert_eq!(text.to_uppercase().parse::<Salt>(), Err(NotADigest));
    assert_eq!(text[2..].parse::<Salt>(), Err(NotADigest));
    assert_eq!(format!("{text}00").parse::<Digest>(), Err(NotADigest));
    assert_eq!(Digest::try_from(&SALT.0[..31]), Err(NotADigest));
    assert_eq!(Digest::try_from(&SALT.0[..]), Ok(Digest(SALT.0)));
    assert_eq!(serde_json::to_string(&SALT).unwrap(), format!("\"{text}\""));
    assert_eq!(serde_json::from_str::<Salt>(&format!("\"{text}\"")).unwrap(), SALT);
    assert!(serde_json::from_str::<Digest>("\"00\"").is_err());
}

#[test]
fn a_log_never_shows_a_salt() {
    assert_eq!(format!("{SALT:?}"), "Salt(..)");
}
