use std::collections::{BTreeMap, HashMap};

use proptest::prelude::*;
use serde_json::{Value, json};
use unicode_normalization::UnicodeNormalization;

use super::*;

fn refused<T: Serialize>(value: &T) -> CanonicalError {
    to_canonical(value).unwrap_err()
}

/// RFC 8785, 3.2.3: keys are sorted by their UTF-16 units, so U+1F600 (units D83D DE00) stands before U+FF21.
/// The RFC's own last key, U+FB33, is not NFC and therefore refused here.
#[test]
fn keys_are_sorted_by_utf_16_units() {
    let value = json!({
        "\u{20ac}": 1, "\r": 2, "\u{ff21}": 3, "1": 4, "\u{1f600}": 5, "\u{80}": 6, "\u{f6}": 7, "": 8, "a": 9, "B": 10, "aa": 11,
    });
    assert_eq!(
        to_canonical(&value).unwrap(),
        "{\"\":8,\"\\r\":2,\"1\":4,\"B\":10,\"a\":9,\"aa\":11,\"\u{80}\":6,\"\u{f6}\":7,\"\u{20ac}\":1,\"\u{1f600}\":5,\"\u{ff21}\":3}"
    );
    assert_eq!(
        refused(&json!({"a": {"\u{fb33}": 1}})),
        CanonicalError::NotNfc { pointer: "/a/\u{fb33}".into() }
    );
}

/// RFC 8785, 3.2.2 and 3.2.2.2: the string of the RFC's example, and every control character.
#[test]
fn strings_are_escaped_no_more_than_needed() {
    let text: String = serde_json::from_str(r#""\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/""#).unwrap();
    assert_eq!(to_canonical(&text).unwrap(), r#""€$\u000f\nA'B\"\\\\\"/""#);
    let controls: String = (1..0x20).map(char::from).chain("\u{7f}\u{2028}<>&".chars()).collect();
    assert_eq!(
        to_canonical(&controls).unwrap(),
        "\"\\u0001\\u0002\\u0003\\u0004\\u0005\\u0006\\u0007\\b\\t\\n\\u000b\\f\\r\\u000e\\u000f\\u0010\\u0011\\u0012\\u0013\\u0014\
         \\u0015\\u0016\\u0017\\u0018\\u0019\\u001a\\u001b\\u001c\\u001d\\u001e\\u001f\u{7f}\u{2028}<>&\""
    );
}

#[test]
fn literals_and_nesting_have_no_spaces() {
    let value = json!({"numbers": [0, -1, 9_007_199_254_740_992_i64], "literals": [null, true, false], "none": {}, "empty": []});
    let text = r#"{"empty":[],"literals":[null,true,false],"none":{},"numbers":[0,-1,9007199254740992]}"#;
    assert_eq!(to_canonical(&value).unwrap(), text);
    assert_eq!(check(text), Ok(()));
}

#[test]
fn integers_reach_to_2_to_the_53rd_and_no_further() {
    assert_eq!(to_canonical(&9_007_199_254_740_992_i64).unwrap(), "9007199254740992");
    assert_eq!(to_canonical(&-9_007_199_254_740_992_i64).unwrap(), "-9007199254740992");
    let too_large = |pointer: &str| CanonicalError::TooLarge { pointer: pointer.into() };
    assert_eq!(refused(&9_007_199_254_740_993_i64), too_large(""));
    assert_eq!(refused(&-9_007_199_254_740_993_i64), too_large(""));
    assert_eq!(refused(&u64::MAX), too_large(""));
    assert_eq!(refused(&i128::MIN), too_large(""));
    assert_eq!(refused(&u128::MAX), too_large(""));
    assert_eq!(refused(&json!({"items": [1, {"a/b~c": u64::MAX}]})), too_large("/items/1/a~1b~0c"));
    assert_eq!(check("9007199254740993"), Err(too_large("")));
}

/// A float is refused by its type: 1.0 as well as 1.5, and NaN, which JSON writers turn into null.
#[test]
fn floats_are_refused_wherever_they_stand() {
    #[derive(Serialize)]
    struct Row {
        weight: Option<f64>,
    }
    #[derive(Serialize)]
    enum Dose {
        Given(u8, f32),
        Planned { kg: f64 },
    }
    let float = |pointer: &str| CanonicalError::Float { pointer: pointer.into() };
    assert_eq!(refused(&Row { weight: Some(f64::NAN) }), float("/weight"));
    assert_eq!(refused(&Row { weight: Some(1.0) }), float("/weight"));
    assert_eq!(to_canonical(&Row { weight: None }).unwrap(), r#"{"weight":null}"#);
    assert_eq!(refused(&[(1, 0.1_f32)]), float("/0/1"));
    assert_eq!(refused(&vec![Dose::Given(1, 0.5)]), float("/0/Given/1"));
    assert_eq!(refused(&Dose::Planned { kg: 1e6 }), float("/Planned/kg"));
    assert_eq!(refused(&BTreeMap::from([("x", f64::INFINITY)])), float("/x"));
    assert_eq!(check("[1.5]"), Err(float("/0")));
    assert_eq!(check("[-0]"), Err(float("/0")));
    assert_eq!(check("1e2"), Err(float("")));
}

#[test]
fn the_place_is_right_after_a_variant_has_closed() {
    #[derive(Serialize)]
    enum Kind {
        Pair(u8, u8),
        Named { a: u8 },
        One(u8),
        Unit,
    }
    let fine = (Kind::Pair(1, 2), Kind::Named { a: 1 }, Kind::One(3), Kind::Unit);
    assert_eq!(to_canonical(&fine).unwrap(), r#"[{"Pair":[1,2]},{"Named":{"a":1}},{"One":3},"Unit"]"#);
    assert_eq!(refused(&(fine, "\0")), CanonicalError::Nul { pointer: "/1".into() });
}

/// P11-59: text is kept in NFC, so that one word has one digest.
#[test]
fn text_that_is_not_nfc_is_refused() {
    let pointer = || "/name".to_owned();
    assert_eq!(refused(&json!({"name": "Mu\u{308}ller"})), CanonicalError::NotNfc { pointer: pointer() });
    assert_eq!(to_canonical(&json!({"name": "Müller 发热"})).unwrap(), r#"{"name":"Müller 发热"}"#);
    assert_eq!(check("{\"name\":\"Mu\u{308}ller\"}"), Err(CanonicalError::NotNfc { pointer: pointer() }));
    assert_eq!(refused(&'\u{212b}'), CanonicalError::NotNfc { pointer: String::new() });
}

#[test]
fn u_0000_is_refused_in_texts_and_keys() {
    assert_eq!(refused(&json!({"name": "a\0b"})), CanonicalError::Nul { pointer: "/name".into() });
    assert_eq!(refused(&json!({"\0": 1})), CanonicalError::Nul { pointer: "/\0".into() });
    assert_eq!(check(r#"["\u0000"]"#), Err(CanonicalError::Nul { pointer: "/0".into() }));
}

#[test]
fn a_key_is_a_text_and_stands_once() {
    assert_eq!(to_canonical(&HashMap::from([(10, 'a'), (9, 'b')])).unwrap(), r#"{"10":"a","9":"b"}"#);
    assert!(matches!(refused(&BTreeMap::from([((1, 2), 3)])), CanonicalError::Unwritable(_)));
    struct Twice;
    impl Serialize for Twice {
        fn serialize<S: serde::Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
            out.collect_map([("a", 1), ("a", 2)])
        }
    }
    assert!(matches!(refused(&Twice), CanonicalError::Unwritable(_)));
    assert_eq!(check(r#"{"a":1,"a":1}"#), Err(CanonicalError::NotCanonical { offset: 6 }));
}

/// What can be written can be read: readers of JSON stop at some depth.
#[test]
fn depth_is_bounded() {
    let nested = |depth| (1..depth).fold(json!([]), |inner, _| json!([inner]));
    let text = to_canonical(&nested(MAX_DEPTH)).unwrap();
    assert_eq!(check(&text), Ok(()));
    assert!(matches!(refused(&nested(MAX_DEPTH + 2)), CanonicalError::TooDeep { .. }));
}

#[test]
fn other_texts_of_the_same_value_are_not_canonical() {
    for (text, offset) in [
        (r#"{"a": 1}"#, 5),
        (" 1", 0),
        ("1\n", 1),
        (r#"{"b":1,"a":1}"#, 2),
        (r#""\u0041""#, 1),
        (r#""\/""#, 1),
        (r#""\u000A""#, 2),
        (r#""\u001F""#, 6),
    ] {
        assert_eq!(check(text), Err(CanonicalError::NotCanonical { offset }), "{text}");
    }
    for text in ["", "{", "01", "+1", "1 2", "'a'", "[1,]", "nul", "\u{feff}1", r#""\ud83d""#] {
        assert!(matches!(check(text), Err(CanonicalError::Syntax { .. })), "{text}");
    }
}

#[test]
fn a_message_names_the_place_and_not_the_value() {
    let message = refused(&json!({"name": "Mu\u{308}ller"})).message();
    assert_eq!(message, "a text that is not in form NFC at \"/name\"");
    let message = check(r#"{"name":"Müller""#).unwrap_err().message();
    assert!(message.contains("column") && !message.contains("ller"), "{message}");
}

/// Any value that may be canonical.
pub(crate) fn values() -> impl Strategy<Value = Value> {
    let text = || any::<String>().prop_map(|text| text.replace('\0', "").nfc().collect::<String>());
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-(1_i64 << 53)..=1 << 53).prop_map(Value::from),
        text().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map(text(), inner, 0..6)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn the_canonical_form_is_its_own_canonical_form(value in values()) {
        let text = to_canonical(&value).unwrap();
        prop_assert_eq!(check(&text), Ok(()));
        let again: Value = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(&again, &value);
        prop_assert_eq!(to_canonical(&again).unwrap(), text);
    }

    #[test]
    fn a_text_that_passes_is_the_only_text_of_its_value(value in values(), spaces in "[ \n\t]{1,3}", place in any::<prop::sample::Index>()) {
        let text = to_canonical(&value).unwrap();
        let mut other = serde_json::to_string_pretty(&value).unwrap();
        if other == text {
            let gaps = [0, other.len()];
            other.insert_str(gaps[place.index(2)], &spaces);
        }
        prop_assert!(check(&other).is_err(), "{}", other);
    }
}
