//! What a request, a caller and an address may cost. One table: name, meaning, default and range of each number.

use serde::Deserialize;

/// Declares the numbers once: field, default, range, and the list that shows them all.
macro_rules! limits {
    ($($(#[doc = $doc:literal])+ $name:ident: $ty:ty = $default:literal, $low:literal..=$high:literal;)+) => {
        /// What a request may cost. Every number has a default and is shown in `viewer.limits`.
        #[derive(Clone, Debug, Deserialize)]
        #[serde(deny_unknown_fields, default)]
        pub struct Limits {
            $($(#[doc = $doc])+ pub $name: $ty,)+
        }

        impl Default for Limits {
            fn default() -> Limits {
                Limits { $($name: $default,)+ }
            }
        }

        impl Limits {
            /// Every number: name, what it limits, value, default, and the range that it may be set to.
            pub fn all(&self) -> Vec<Shown> {
                vec![$(Shown {
                    name: stringify!($name),
                    meaning: concat!($($doc),+).trim_start(),
                    value: self.$name as u64,
                    default: $default,
                    range: ($low, $high),
                },)+]
            }
        }
    };
}

/// One number as it is documented and shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shown {
    /// Its name in the configuration, under `limits`.
    pub name: &'static str,
    /// What it limits.
    pub meaning: &'static str,
    /// What it is set to.
    pub value: u64,
    /// What it is when nothing is set.
    pub default: u64,
    /// The smallest and the largest value that is taken.
    pub range: (u64, u64),
}

limits! {
    /// Bytes of a request's body.
    body_bytes: usize = 262_144, 1_024..=16_777_216;
    /// Seconds that a request's body may take to arrive.
    body_seconds: u64 = 15, 1..=300;
    /// Values in a request's JSON: each key, text, number, list and object counts.
    json_values: usize = 10_000, 100..=1_000_000;
    /// Bytes of one text in a request's variables.
    text_bytes: usize = 65_536, 256..=16_777_216;
    /// Items of one list in a request's variables.
    list_items: usize = 500, 1..=100_000;
    /// Bytes of a document.
    document_bytes: usize = 32_768, 256..=1_048_576;
    /// Lexical tokens of a document.
    tokens: usize = 2_000, 10..=100_000;
    /// Nesting of brackets of any kind, fragments written out, and of JSON in variables.
    nesting: usize = 40, 5..=100;
    /// Fields after fragments are written out.
    expanded_fields: usize = 5_000, 10..=1_000_000;
    /// Fragments that a document defines.
    fragments: usize = 50, 1..=1_000;
    /// Levels of fields.
    depth: usize = 15, 3..=50;
    /// Cost of an operation: one a field, times the size of the lists around it.
    complexity: usize = 100_000, 100..=1_000_000_000;
    /// Aliases after fragments are written out.
    aliases: usize = 60, 1..=10_000;
    /// Directives of a document.
    directives: usize = 50, 1..=10_000;
    /// Directives at one place of a document.
    directives_each: usize = 5, 1..=100;
    /// Fields of an operation's root.
    root_fields: usize = 20, 1..=1_000;
    /// Objects of one page.
    page: usize = 100, 1..=100;
    /// Errors that an answer tells of.
    errors: usize = 20, 1..=1_000;
    /// Milliseconds of execution.
    execution_millis: u64 = 5_000, 10..=600_000;
    /// Values of an answer.
    answer_values: u64 = 2_000_000, 1_000..=100_000_000;
    /// Operations of one caller in a minute.
    caller_per_minute: u32 = 600, 1..=1_000_000;
    /// Operations of one caller that run at the same time.
    caller_at_once: usize = 10, 1..=10_000;
    /// Requests from one address in a minute. An IPv6 address counts by its first 64 bits.
    address_per_minute: u32 = 1_200, 1..=1_000_000;
    /// Connections that the server holds.
    connections: usize = 2_048, 16..=1_000_000;
    /// WebSockets that the server holds.
    sockets: usize = 1_000, 1..=1_000_000;
    /// WebSockets from one address.
    sockets_per_address: usize = 100, 1..=1_000_000;
    /// WebSockets of one caller.
    sockets_per_caller: usize = 20, 1..=100_000;
    /// Operations that run on one WebSocket at the same time.
    socket_operations: usize = 50, 1..=10_000;
    /// Seconds that a WebSocket may take to say who it is.
    socket_init_seconds: u64 = 10, 1..=300;
}

impl Limits {
    /// One line for each number that is out of its range.
    pub(super) fn problems(&self) -> Vec<String> {
        let outside = |it: &Shown| it.value < it.range.0 || it.value > it.range.1;
        let told = |it: Shown| {
            format!("limits.{} is {}; it must be from {} to {}", it.name, it.value, it.range.0, it.range.1)
        };
        self.all().into_iter().filter(outside).map(told).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_default_lies_in_its_range_and_every_number_says_what_it_is() {
        assert_eq!(Limits::default().problems(), Vec::<String>::new());
        for shown in Limits::default().all() {
            assert_eq!(shown.value, shown.default, "{}", shown.name);
            assert!(
                shown.meaning.ends_with('.') && shown.meaning.starts_with(char::is_uppercase),
                "{shown:?}"
            );
        }
    }

    #[test]
    fn a_number_out_of_its_range_is_named_with_the_range() {
        let limits = Limits { tokens: 5, page: 1_001, ..Limits::default() };
        assert_eq!(
            limits.problems(),
            [
                "limits.tokens is 5; it must be from 10 to 100000",
                "limits.page is 1001; it must be from 1 to 100"
            ]
        );
    }

    /// The table in the documentation is the table here.
    #[test]
    fn the_documentation_holds_every_number() {
        let documented = include_str!("../../../docs/settings.md");
        for it in Limits::default().all() {
            let row = format!(
                "| `{}` | {} | {} to {} | {} |",
                it.name, it.default, it.range.0, it.range.1, it.meaning
            );
            assert!(documented.contains(&row), "docs/settings.md lacks the line\n{row}");
        }
    }
}
