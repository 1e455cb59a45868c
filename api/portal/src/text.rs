//! Texts as they are stored: trimmed, NFC, bounded; and the rules of user names.

use policy::{Actor, Refusal, RefusalCode};
use unicode_normalization::UnicodeNormalization;

/// Fewest characters of a user name.
const NAME_MIN: usize = 3;
/// Most characters of a user name.
const NAME_MAX: usize = 64;
/// Most characters of a reason.
const REASON_MAX: usize = 4_000;

/// A text of one line.
///
/// # Errors
/// REQUIRED when it is blank; INVALID_VALUE when it is too long or holds a control character.
pub(crate) fn line(path: &str, text: &str, limit: usize) -> Result<String, Refusal> {
    checked(path, text, limit, |c| c.is_control())
}

/// A text of one line, or none; a blank one is none.
///
/// # Errors
/// As for [`line`].
pub(crate) fn optional_line(path: &str, text: Option<&str>, limit: usize) -> Result<Option<String>, Refusal> {
    text.filter(|text| !text.trim().is_empty()).map(|text| line(path, text, limit)).transpose()
}

/// Why something is done, in one or more lines.
///
/// # Errors
/// REASON_REQUIRED when it is blank; INVALID_VALUE when it is too long or holds a control character.
pub(crate) fn reason(path: &str, text: &str) -> Result<String, Refusal> {
    if text.trim().is_empty() {
        return Err(Refusal::at(path, RefusalCode::ReasonRequired, "say why: the reason is blank"));
    }
    checked(path, text, REASON_MAX, |c| c.is_control() && c != '\n' && c != '\t')
}

fn checked(path: &str, text: &str, limit: usize, refused: fn(char) -> bool) -> Result<String, Refusal> {
    let text: String = text.trim().nfc().collect();
    if text.is_empty() {
        return Err(Refusal::at(path, RefusalCode::Required, "the text is blank: say something"));
    }
    if let Some((place, c)) = text.chars().enumerate().find(|(_, c)| refused(*c)) {
        let what =
            format!("character {} is U+{:04X}, a control character: remove it", place + 1, u32::from(c));
        return Err(Refusal::invalid(path, what));
    }
    let length = text.chars().count();
    if length > limit {
        let what = format!("the text has {length} characters: at most {limit} are allowed");
        return Err(Refusal::invalid(path, what));
    }
    Ok(text)
}

/// What two user names have in common when they are the same name: NFC, without case.
pub(crate) fn name_key(name: &str) -> String {
    name.nfc().collect::<String>().to_lowercase()
}

/// A user name or the name of a service client: 3 to 64 of the letters A to Z and a to z, the digits, and
/// `.` `-` `_` `@`, beginning with a letter or digit. Latin letters only, because a name is a mark by which
/// people are told apart in a log, and letters of other scripts can look like them.
///
/// # Errors
/// REQUIRED when it is blank; INVALID_VALUE when it is none or reserved.
pub(crate) fn user_name(path: &str, name: &str) -> Result<String, Refusal> {
    let name: String = name.trim().nfc().collect();
    if name.is_empty() {
        return Err(Refusal::at(path, RefusalCode::Required, "the name is blank"));
    }
    let allowed = |c: char| c.is_ascii_alphanumeric() || ['.', '-', '_', '@'].contains(&c);
    if let Some((place, c)) = name.chars().enumerate().find(|(_, c)| !allowed(*c)) {
        let what = format!(
            "character {} of the name is U+{:04X}: a name is made of A to Z, a to z, 0 to 9 and . - _ @",
            place + 1,
            u32::from(c)
        );
        return Err(Refusal::invalid(path, what));
    }
    if !name.starts_with(|c: char| c.is_ascii_alphanumeric()) {
        return Err(Refusal::invalid(path, "a name begins with a letter or digit"));
    }
    if !(NAME_MIN..=NAME_MAX).contains(&name.len()) {
        let what = format!("the name has {} characters: {NAME_MIN} to {NAME_MAX} are allowed", name.len());
        return Err(Refusal::invalid(path, what));
    }
    if name_key(&name) == Actor::INSTALLATION {
        let what = format!(
            "\"{}\" is reserved for the installation itself: choose another name",
            Actor::INSTALLATION
        );
        return Err(Refusal::invalid(path, what));
    }
    Ok(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(name: &str) -> (RefusalCode, String) {
        let refusal = user_name("name", name).unwrap_err();
        assert_eq!(refusal.field, ["name"]);
        (refusal.code, refusal.message)
    }

    #[test]
    fn names_have_an_alphabet_and_a_length() {
        for name in ["abc", "A.b-c_d@example.org", "007", &"x".repeat(64)] {
            assert_eq!(user_name("name", name).unwrap(), name);
        }
        assert_eq!(user_name("name", "  abc ").unwrap(), "abc");
        assert_eq!(refused("  ").0, RefusalCode::Required);
        assert!(refused("ab").1.contains("has 2 characters"));
        assert!(refused(&"x".repeat(65)).1.contains("has 65 characters"));
        assert!(refused("a b").1.contains("character 2 of the name is U+0020"));
        assert!(refused("аbc").1.contains("U+0430"), "a Cyrillic letter that looks Latin");
        assert!(refused(".abc").1.contains("begins with"));
    }

    #[test]
    fn the_name_of_the_installation_is_reserved() {
        for name in ["installation", "Installation", "INSTALLATION"] {
            assert!(refused(name).1.contains("reserved"), "{name}");
        }
        assert!(user_name("name", "installation2").is_ok());
    }

    /// P11-59: texts are kept in NFC, whatever their script.
    #[test]
    fn a_line_is_trimmed_composed_and_bounded() {
        assert_eq!(line("title", " 系统性红斑狼疮 ", 20).unwrap(), "系统性红斑狼疮");
        assert_eq!(line("title", "e\u{301}", 1).unwrap(), "é");
        assert_eq!(line("title", " \n ", 20).unwrap_err().code, RefusalCode::Required);
        assert_eq!(line("title", "a\nb", 20).unwrap_err().code, RefusalCode::InvalidValue);
        assert_eq!(line("title", "a\0b", 20).unwrap_err().code, RefusalCode::InvalidValue);
        assert_eq!(line("title", "abcd", 3).unwrap_err().code, RefusalCode::InvalidValue);
        assert_eq!(optional_line("title", Some("  "), 3).unwrap(), None);
        assert_eq!(reason("reason", "left the site\nfor good").unwrap(), "left the site\nfor good");
        assert_eq!(reason("reason", " ").unwrap_err().code, RefusalCode::ReasonRequired);
    }
}
