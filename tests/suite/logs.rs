//! What the server says in its log: fixed sentences, and fields from one list.

use std::path::{Path, PathBuf};

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|kind| kind == "rs") {
            found.push(path);
        }
    }
}

/// What stands between the brackets of each log macro of a source text, outside its tests.
fn macros(text: &str) -> Vec<&str> {
    let text = text.split("#[cfg(test)]").next().unwrap_or_default();
    let levels = ["error!(", "warn!(", "info!(", "debug!(", "trace!(", "event!("];
    let mut found = Vec::new();
    for (at, _) in text.match_indices("tracing::") {
        let rest = &text[at + "tracing::".len()..];
        let Some(level) = levels.iter().find(|level| rest.starts_with(**level)) else { continue };
        let inside = &rest[level.len()..];
        let (mut depth, mut quoted) = (1, false);
        let end = inside.char_indices().find(|(at, c)| {
            match c {
                '"' if !inside[..*at].ends_with('\\') => quoted = !quoted,
                '(' if !quoted => depth += 1,
                ')' if !quoted => depth -= 1,
                _ => {}
            }
            depth == 0
        });
        found.push(&inside[..end.unwrap().0]);
    }
    found
}

/// The parts of a macro, cut at its commas.
fn parts(inside: &str) -> Vec<String> {
    let (mut depth, mut quoted, mut part, mut all) = (0, false, String::new(), Vec::new());
    for c in inside.chars() {
        match c {
            '"' => quoted = !quoted,
            '(' | '[' | '{' if !quoted => depth += 1,
            ')' | ']' | '}' if !quoted => depth -= 1,
            ',' if depth == 0 && !quoted => {
                all.push(std::mem::take(&mut part).trim().to_owned());
                continue;
            }
            _ => {}
        }
        part.push(c);
    }
    all.push(part.trim().to_owned());
    all.retain(|part| !part.is_empty());
    all
}

/// P11, section 7.1 (I4): a sentence in the log is fixed, and what goes with it is named in the list of fields.
#[test]
fn a_log_line_is_a_fixed_sentence_with_known_fields() {
    let mut files = Vec::new();
    for folder in ["../api", "../entity/src", "../migration/src"] {
        sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), &mut files);
    }
    let mut seen = 0;
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let here = file.display();
        for inside in macros(&text) {
            seen += 1;
            let parts = parts(inside);
            let (message, fields) = parts.split_last().unwrap();
            assert!(
                message.starts_with('"') && !message.contains('{'),
                "{here}: the sentence `{message}` is not fixed"
            );
            for field in fields {
                let name = field.split('=').next().unwrap().trim().trim_start_matches('%');
                assert!(
                    trialgraph::logging::FIELDS.iter().any(|(known, _)| *known == name),
                    "{here}: `{name}` is no field of the log; see api/src/logging.rs"
                );
            }
        }
        // The other ways to write somewhere that an operator keeps: none in what serves requests.
        let serves = [
            "src/http",
            "src/live",
            "src/graphql",
            "src/guard",
            "src/signin",
            "/store/",
            "/study/",
            "/portal/",
        ];
        if serves.iter().any(|part| file.to_string_lossy().contains(part)) {
            let code = text.split("#[cfg(test)]").next().unwrap_or_default();
            for printing in ["println!(", "eprintln!(", "print!(", "eprint!(", "dbg!(", "log::"] {
                let found = code
                    .match_indices(printing)
                    .any(|(at, _)| !code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_'));
                assert!(!found, "{here} prints by `{printing}`");
            }
        }
    }
    assert!(seen > 10, "only {seen} log lines were looked at");
}
