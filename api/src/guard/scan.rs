//! One pass over the text of a document: tokens, nesting and directives, aware of strings and comments.

use super::Refused;

/// What one pass counts.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Count {
    pub tokens: usize,
    pub nesting: usize,
    pub directives: usize,
}

/// Counts a document's tokens, its deepest nesting of `(`, `[` and `{`, and its `@`.
///
/// # Errors
/// A string that does not end.
pub(super) fn scan(text: &str) -> Result<Count, Refused> {
    let bytes = text.as_bytes();
    let mut count = Count::default();
    let mut depth: usize = 0;
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b' ' | b'\t' | b'\n' | b'\r' | b',' | 0xEF | 0xBB | 0xBF => at += 1,
            b'#' => at = skip_line(bytes, at),
            b'"' => {
                count.tokens += 1;
                at = skip_string(bytes, at)?;
            }
            b'(' | b'[' | b'{' => {
                depth += 1;
                count.nesting = count.nesting.max(depth);
                count.tokens += 1;
                at += 1;
            }
            b')' | b']' | b'}' => {
                depth = depth.saturating_sub(1);
                count.tokens += 1;
                at += 1;
            }
            b'@' => {
                count.directives += 1;
                count.tokens += 1;
                at += 1;
            }
            byte if is_word(byte) => {
                count.tokens += 1;
                while at < bytes.len() && is_word(bytes[at]) {
                    at += 1;
                }
            }
            _ => {
                count.tokens += 1;
                at += 1;
            }
        }
    }
    Ok(count)
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-' || byte == b'.' || byte == b'+'
}

fn skip_line(bytes: &[u8], from: usize) -> usize {
    bytes[from..].iter().position(|byte| matches!(byte, b'\n' | b'\r')).map_or(bytes.len(), |end| from + end)
}

fn skip_string(bytes: &[u8], from: usize) -> Result<usize, Refused> {
    let unending = || Refused::Syntax { message: "a string does not end".to_owned(), at: None };
    if bytes[from..].starts_with(b"\"\"\"") {
        let mut at = from + 3;
        while at < bytes.len() {
            if bytes[at..].starts_with(b"\\\"\"\"") {
                at += 4;
            } else if bytes[at..].starts_with(b"\"\"\"") {
                return Ok(at + 3);
            } else {
                at += 1;
            }
        }
        return Err(unending());
    }
    let mut at = from + 1;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 2,
            b'"' => return Ok(at + 1),
            b'\n' | b'\r' => return Err(unending()),
            _ => at += 1,
        }
    }
    Err(unending())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_and_comments_are_one_token_or_none() {
        let count = |text| scan(text).map(|count| (count.tokens, count.nesting, count.directives)).ok();
        assert_eq!(count("{ a }"), Some((3, 1, 0)));
        assert_eq!(count("{ a(x: [[1]]) @skip(if: true) } # ((((("), Some((19, 4, 1)));
        assert_eq!(count(r#"{ a(x: "[[[{{{\"") }"#), Some((8, 2, 0)));
        assert_eq!(count(r#"{ a(x: """[[[ \""" {{{""") }"#), Some((8, 2, 0)));
        assert_eq!(count(r#"{ a(x: "open) }"#), None);
        assert_eq!(count(r#"{ a(x: """open") }"#), None);
        assert_eq!(count(""), Some((0, 0, 0)));
    }
}
