//! The shipped protocol by hand, refusals by path and message, and truth tables of eligibility checks.

mod eligibility;
mod laboratory;
mod nk510;
mod refusals;
mod refused_values;

use super::{Problem, Rulebook};

/// The protocol that ships.
const NK510: &str = include_str!("../../../../protocols/nk510.toml");

fn nk510() -> Rulebook {
    Rulebook::parse(NK510).unwrap()
}

/// The shipped protocol with one piece of text replaced by another.
fn with(old: &str, new: &str) -> String {
    assert!(NK510.contains(old), "`{old}` is not in the protocol, so the test would test nothing");
    NK510.replacen(old, new, 1)
}

/// What is said of the shipped protocol after a replacement.
fn problems(old: &str, new: &str) -> Vec<Problem> {
    match Rulebook::parse(&with(old, new)) {
        Ok(_) => panic!("accepted: {new}"),
        Err(problems) => problems,
    }
}

/// Exactly one problem, with this path and these words in it.
#[track_caller]
fn refused(old: &str, new: &str, path: &str, words: &str) {
    let problems = problems(old, new);
    let [Problem { path: found, message }] = &problems[..] else { panic!("{problems:#?}") };
    assert_eq!(found, path, "{message}");
    assert!(message.contains(words), "{message}");
}
