//! Who may know whom: the arrows of the design, read from the crates' own files.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Each crate: its folder, those of ours that it may depend on, and what it must not depend on.
const ROOMS: [(&str, &[&str], &[&str]); 11] = [
    ("entity", &[], &["tokio", "async-graphql", "actix-web"]),
    ("migration", &["entity"], &["async-graphql", "actix-web"]),
    ("api/derivation", &[], PURE),
    ("api/policy", &[], PURE),
    ("api/ledger", &["policy"], PURE),
    ("api/study", &["policy", "ledger", "entity", "derivation"], PURE),
    ("api/portal", &["policy", "ledger", "entity", "derivation"], PURE),
    ("api/objects/macro", &[], &["tokio", "sea-orm", "actix-web"]),
    ("api/objects/runtime", &["objects-macro"], &["tokio", "sea-orm", "actix-web"]),
    (
        "api/store",
        &["study", "portal", "policy", "ledger", "entity", "migration"],
        &["async-graphql", "actix-web"],
    ),
    (
        "api",
        &["objects", "store", "study", "portal", "policy", "ledger", "derivation"],
        &["sea-orm", "sea-orm-migration"],
    ),
];

/// No async, no clock, no randomness, no input or output.
const PURE: &[&str] = &[
    "tokio",
    "futures-util",
    "async-trait",
    "rand",
    "sea-orm",
    "sea-orm-migration",
    "async-graphql",
    "actix-web",
    "reqwest",
];

const OURS: [&str; 11] = [
    "entity",
    "migration",
    "derivation",
    "policy",
    "ledger",
    "study",
    "portal",
    "store",
    "objects",
    "objects-macro",
    "trialgraph",
];

fn dependencies(folder: &str) -> BTreeSet<String> {
    let text = std::fs::read_to_string(root().join(folder).join("Cargo.toml")).unwrap();
    let manifest: toml::Table = text.parse().unwrap();
    let mut all = BTreeSet::new();
    for section in ["dependencies", "build-dependencies"] {
        all.extend(
            manifest
                .get(section)
                .and_then(toml::Value::as_table)
                .into_iter()
                .flat_map(|table| table.keys().cloned()),
        );
    }
    all
}

/// Every crate knows those below it and nobody else.
#[test]
fn every_crate_knows_only_those_below_it() {
    for (folder, may, must_not) in ROOMS {
        for dependency in dependencies(folder) {
            let ours = OURS.contains(&dependency.as_str());
            assert!(!ours || may.contains(&dependency.as_str()), "{folder} may not depend on {dependency}");
            assert!(!must_not.contains(&dependency.as_str()), "{folder} may not depend on {dependency}");
        }
    }
}

/// A crate of the workspace without a rule here is one that nobody thought about.
#[test]
fn every_crate_has_its_rule() {
    let manifest: toml::Table = std::fs::read_to_string(root().join("Cargo.toml")).unwrap().parse().unwrap();
    let members = manifest["workspace"]["members"].as_array().unwrap();
    for member in members.iter().filter_map(toml::Value::as_str).filter(|member| *member != "tests") {
        assert!(
            ROOMS.iter().any(|(folder, ..)| *folder == member),
            "{member}: add its rule to tests/suite/rooms.rs"
        );
    }
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        let name = entry.file_name();
        if path.is_dir()
            && name != "target"
            && name != "node_modules"
            && !name.to_string_lossy().starts_with('.')
        {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

fn production_sources() -> Vec<(PathBuf, String)> {
    let mut paths = Vec::new();
    sources(&root(), &mut paths);
    let tested = |path: &Path| {
        path.components().any(|part| part.as_os_str() == "tests")
            || path.file_stem().is_some_and(|stem| stem == "tests" || stem == "testing")
    };
    let mut all: Vec<(PathBuf, String)> = paths
        .into_iter()
        .filter(|path| !tested(path.strip_prefix(root()).unwrap_or(path)))
        .map(|path| (path.clone(), std::fs::read_to_string(&path).unwrap()))
        .collect();
    all.sort();
    assert!(all.len() > 150, "the sources were not found");
    all
}

/// The part of a file that is not its tests.
fn outside_tests(text: &str) -> &str {
    text.split("#[cfg(test)]\nmod ").next().unwrap_or(text)
}

/// No `unwrap()` and no task left open outside tests.
#[test]
fn no_unwrap_and_no_open_task_outside_tests() {
    let mut found = Vec::new();
    for (path, text) in production_sources() {
        for (number, line) in outside_tests(&text).lines().enumerate() {
            let code = line.split("//").next().unwrap_or_default();
            let open = ["TODO", "FIXME", "todo!(", "unimplemented!("].iter().any(|word| line.contains(word));
            if code.contains(".unwrap()") || open {
                found.push(format!("{}:{}: {}", path.display(), number + 1, line.trim()));
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// An exception from a lint says why, in its own words or in a comment on it or up to three lines above.
#[test]
fn an_exception_from_a_lint_says_why() {
    let mut found = Vec::new();
    for (path, text) in production_sources() {
        let lines: Vec<&str> = text.lines().collect();
        for (number, line) in lines.iter().enumerate() {
            let is_comment = |line: &&str| line.trim_start().starts_with("// ");
            let above = &lines[number.saturating_sub(3)..number];
            let explained = line.contains("reason = ") || line.contains("//") || above.iter().any(is_comment);
            if line.trim_start().starts_with("#[allow(") && !explained {
                found.push(format!("{}:{}: {}", path.display(), number + 1, line.trim()));
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// A file that grew beyond a screenful of screenfuls is printed; beyond twice the house number it fails. Tables of
/// items may be long.
#[test]
fn no_file_grows_beyond_reading() {
    const TABLES: [&str; 1] = ["entity/src/terms.rs"];
    let mut far = Vec::new();
    for (path, text) in production_sources() {
        let lines = outside_tests(&text).lines().count();
        let name = path.strip_prefix(root()).unwrap_or(&path).display().to_string();
        if lines > 400 && !TABLES.contains(&name.as_str()) {
            println!("{name}: {lines} lines");
            if lines > 800 {
                far.push(format!("{name}: {lines} lines"));
            }
        }
    }
    assert!(far.is_empty(), "{}", far.join("\n"));
}
