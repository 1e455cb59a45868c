//! What is wrong with a protocol file: where, why, and what would be right.

use serde::Serialize;
use std::fmt::Display;

/// One thing that is wrong with a protocol file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// Where: keys and positions (counted from 0) joined by dots, for example `visits.3.analysis.low`; empty for
    /// the file as a whole.
    pub path: String,
    /// What is wrong and what would be right, in one or two sentences.
    pub message: String,
}

/// Problems as they are found, so that an author sees all of them at once.
#[derive(Debug, Default)]
pub(super) struct Problems(Vec<Problem>);

impl Problems {
    /// Notes a problem.
    pub(super) fn push(&mut self, path: impl Into<String>, message: impl Into<String>) {
        self.0.push(Problem { path: path.into(), message: message.into() });
    }

    /// Notes a problem unless something holds.
    pub(super) fn require(&mut self, holds: bool, path: impl Into<String>, message: impl Into<String>) {
        if !holds {
            self.push(path, message);
        }
    }

    /// Notes each value that an earlier item of a list has too. `path` makes the path of an item.
    pub(super) fn unique<T: PartialEq + Display>(
        &mut self,
        values: &[T],
        what: &str,
        path: impl Fn(usize) -> String,
    ) {
        for (place, value) in values.iter().enumerate() {
            if let Some(first) = values[..place].iter().position(|earlier| earlier == value) {
                let message =
                    format!("{what} `{value}` is already that of {}; each needs its own", path(first));
                self.push(path(place), message);
            }
        }
    }

    /// What was made if nothing was wrong, else every problem.
    pub(super) fn finish<T>(self, made: Option<T>) -> Result<T, Vec<Problem>> {
        match made {
            Some(made) if self.0.is_empty() => Ok(made),
            Some(_) | None => Err(self.0),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// `base.key`, or just the key below the root.
pub(super) fn join(base: &str, key: impl Display) -> String {
    if base.is_empty() { key.to_string() } else { format!("{base}.{key}") }
}

/// The known name that an unknown one was probably meant to be: at most a third of its letters are wrong.
pub(super) fn nearest<'n>(unknown: &str, known: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    known
        .into_iter()
        .map(|name| (distance(&unknown.to_lowercase(), &name.to_lowercase()), name))
        .filter(|(wrong, name)| *wrong <= (name.chars().count() / 3).max(1))
        .min_by_key(|(wrong, _)| *wrong)
        .map(|(_, name)| name)
}

/// " Did you mean `x`?" when some known name is near, else the list of all known names.
pub(super) fn hint(unknown: &str, known: &[&str]) -> String {
    match nearest(unknown, known.iter().copied()) {
        Some(name) => format!("did you mean `{name}`?"),
        None => format!("use one of {}", known.join(", ")),
    }
}

/// Letters to insert, delete or replace to get from one word to the other (Levenshtein).
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (place, letter) in one.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], place + 1);
        for (column, target) in other.iter().enumerate() {
            let replaced = diagonal + usize::from(letter != *target);
            diagonal = row[column + 1];
            row[column + 1] = replaced.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_pen_is_recognised() {
        assert_eq!(nearest("lokback_days", ["lookback_days", "window_days"]), Some("lookback_days"));
        assert_eq!(nearest("MONTH_03", ["MONTH_3", "MONTH_6"]), Some("MONTH_3"));
        assert_eq!(nearest("sledai", ["lookback_days", "window_days"]), None);
    }

    #[test]
    fn distance_counts_letters() {
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("abc", "abc"), 0);
    }
}
