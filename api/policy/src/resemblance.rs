//! What looks like somebody's identifier in free text, whoever's it is (threat model 7.6): numbers of Chinese identity cards
//! (GB 11643) and of mobile telephones.

/// What a part of a text looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resemblance {
    /// The number of an identity card: eighteen digits, the last of which, or an X, checks the others.
    IdentityCard,
    /// The number of a mobile telephone: eleven digits from 13 to 19 on, in one piece or as 3, 4 and 4.
    Telephone,
}

impl Resemblance {
    /// What it looks like, in words.
    pub const fn as_str(self) -> &'static str {
        match self {
            Resemblance::IdentityCard => "the number of an identity card",
            Resemblance::Telephone => "a mobile telephone number",
        }
    }
}

/// The first part of a text that looks like an identifier.
pub fn resemblance(text: &str) -> Option<Resemblance> {
    let words: Vec<&str> =
        text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
    words.iter().enumerate().find_map(|(place, word)| {
        if is_identity_card(word) {
            return Some(Resemblance::IdentityCard);
        }
        let groups = words.get(place..place + 3).filter(|all| all.iter().map(|it| it.len()).eq([3, 4, 4]));
        let is_telephone = is_mobile(word) || groups.is_some_and(|all| is_mobile(&all.concat()));
        is_telephone.then_some(Resemblance::Telephone)
    })
}

fn is_mobile(word: &str) -> bool {
    // Words glued to it, and the country's prefix, change nothing.
    let word = word.trim_matches(|c: char| c.is_ascii_alphabetic());
    let bare = word.strip_prefix("0086").or_else(|| word.strip_prefix("86")).filter(|rest| rest.len() == 11);
    let digits = bare.unwrap_or(word).as_bytes();
    digits.len() == 11
        && digits.iter().all(u8::is_ascii_digit)
        && digits[0] == b'1'
        && (b'3'..=b'9').contains(&digits[1])
}

/// ISO 7064 MOD 11-2 over eighteen characters.
fn is_identity_card(word: &str) -> bool {
    let characters = word.as_bytes();
    let Some((check, digits)) = characters.split_last().filter(|_| characters.len() == 18) else {
        return false;
    };
    if !digits.iter().all(u8::is_ascii_digit) {
        return false;
    }
    let sum = digits.iter().fold(0_u32, |sum, digit| (sum + u32::from(digit - b'0')) * 2 % 11);
    let wanted = (12 - sum) % 11;
    match check.to_ascii_uppercase() {
        b'X' => wanted == 10,
        digit if digit.is_ascii_digit() => wanted == u32::from(digit - b'0'),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Threat model 7.6. The card numbers are the printed example of the standard and one with another check character.
    #[test]
    fn identifiers_are_told_from_other_numbers() {
        for text in
            ["11010519491231002X", "card 11010519491231002x.", "号码11010519491231002X", "440524188001010014"]
        {
            assert_eq!(resemblance(text), Some(Resemblance::IdentityCard), "{text}");
        }
        for text in [
            "call 13800138000",
            "+86 138-0013-8000 in the evening",
            "tel:199 0000 0000",
            "+8613800138000",
            "008613800138000",
            "Tel13800138000",
        ] {
            assert_eq!(resemblance(text), Some(Resemblance::Telephone), "{text}");
        }
        for text in [
            "110105194912310021",
            "X11010519491231002X",
            "12800138000",
            "138001380001",
            "lot 1380013800",
            "1380 0138 000",
            "2.8e9 cells on 2026-06-02 at 09:30",
            "platelets 138 0013 800",
            "",
        ] {
            assert_eq!(resemblance(text), None, "{text}");
        }
    }
}
