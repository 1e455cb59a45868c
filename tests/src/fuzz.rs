//! Fuzzing with what a stable toolchain has: inputs of a stored corpus, changed at random, for a bounded time.
//!
//! The same seed makes the same inputs. An input that breaks its target is written down; put into the corpus, it is
//! tried first in every later run.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// A small generator of random numbers (xorshift), so that a run can be repeated.
pub struct Random(u64);

impl Random {
    /// From a seed.
    pub fn new(seed: u64) -> Random {
        Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// Any number.
    pub fn number(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// A number below a bound.
    pub fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.number() >> 16).unwrap_or_default() % bound.max(1)
    }

    /// One of some things.
    pub fn of<'t, T>(&mut self, things: &'t [T]) -> &'t T {
        &things[self.below(things.len())]
    }
}

/// The stored inputs of a target, in the order of their names.
pub fn corpus(target: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz").join(target);
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(!files.is_empty(), "{} holds no input", folder.display());
    files.into_iter().map(|file| std::fs::read(file).unwrap()).collect()
}

/// An input made from those of a corpus.
pub fn changed(random: &mut Random, corpus: &[Vec<u8>], words: &[&str], longest: usize) -> Vec<u8> {
    let mut input = random.of(corpus).clone();
    for _ in 0..=random.below(6) {
        let at = random.below(input.len() + 1);
        match random.below(8) {
            0 if !input.is_empty() => {
                let at = at.min(input.len() - 1);
                input[at] ^= 1 << random.below(8);
            }
            1 => input.insert(at, u8::try_from(random.below(256)).unwrap_or_default()),
            2 => {
                let to = (at + random.below(16)).min(input.len());
                input.drain(at..to);
            }
            3 => {
                // A part again and again: what grows, grows here.
                let to = (at + 1 + random.below(24)).min(input.len());
                let part = input[at..to].repeat(1 + random.below(60));
                input.splice(at..at, part);
            }
            4 => {
                let other = random.of(corpus);
                let from = random.below(other.len() + 1);
                let to = (from + random.below(64)).min(other.len());
                input.splice(at..at, other[from..to].iter().copied());
            }
            5 => input.truncate(at),
            _ => {
                let word = random.of(words).as_bytes().repeat(1 + random.below(3));
                input.splice(at..at, word);
            }
        }
        input.truncate(longest);
    }
    input
}

/// For how long a target is tried: `TRIALGRAPH_FUZZ_SECONDS`, or a few seconds.
#[allow(clippy::disallowed_methods)] // What is asked of the tests comes by the environment.
pub fn time() -> Duration {
    let asked = std::env::var("TRIALGRAPH_FUZZ_SECONDS").ok().and_then(|text| text.parse().ok());
    Duration::from_secs(asked.unwrap_or(5))
}

/// Tries a target with each stored input and then with changed ones, until the time is over.
///
/// # Panics
/// When the target does, or takes longer than an input may; with where the input was written to.
pub fn run(target: &str, words: &[&str], longest: usize, attempt: impl Fn(&[u8])) {
    let corpus = corpus(target);
    let mut random = Random::new(0x7472_6961_6c67_7261);
    let ends = Instant::now() + time();
    let mut tried = 0;
    let mut stored = corpus.iter().cloned();
    while let Some(input) = stored
        .next()
        .or_else(|| (Instant::now() < ends).then(|| changed(&mut random, &corpus, words, longest)))
    {
        tried += 1;
        let began = Instant::now();
        let tried = catch_unwind(AssertUnwindSafe(|| attempt(&input)));
        let slow = began.elapsed() > Duration::from_secs(20);
        if tried.is_err() || slow {
            let folder = std::env::temp_dir().join("trialgraph-fuzz");
            std::fs::create_dir_all(&folder).unwrap();
            let file = folder.join(format!("{target}-{:016x}", random.number()));
            std::fs::write(&file, &input).unwrap();
            panic!(
                "{target} {}: the input is in {}; put it into tests/fuzz/{target}",
                if slow { "takes too long" } else { "broke" },
                file.display()
            );
        }
    }
    println!("{target}: {tried} inputs");
    assert!(tried > corpus.len(), "{target}: there was no time for a changed input");
}
