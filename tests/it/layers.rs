//! A module imports only from its own level and those below (`docs/architecture.md`).

use std::path::{Path, PathBuf};

/// Every module of the crate and its level.
const LEVELS: [(&str, usize); 13] = [
    ("blob", 0),
    ("text", 0),
    ("rules", 1),
    ("config", 1),
    ("engine", 2),
    ("findings", 2),
    ("import", 2),
    ("sources", 3),
    ("report", 3),
    ("pipeline", 4),
    ("commands", 5),
    ("cli", 6),
    ("main", 7),
];

fn level(module: &str) -> Option<usize> {
    LEVELS.iter().find(|(name, _)| *name == module).map(|(_, level)| *level)
}

fn sources(dir: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The modules of the crate that a text names, by `root` (`crate::`, or `super::` where that is the same).
fn named(text: &str, root: &str) -> Vec<String> {
    let code = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
    let word = |text: &str| text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let mut names = Vec::new();
    for (at, _) in code.match_indices(root) {
        if code[..at].ends_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | ':')) {
            continue;
        }
        let rest = &code[at + root.len()..];
        let Some(group) = rest.strip_prefix('{') else {
            names.push(word(rest));
            continue;
        };
        let mut depth = 0;
        let mut start = true;
        for (at, c) in group.char_indices() {
            match c {
                '}' if depth == 0 => break,
                '{' => depth += 1,
                '}' => depth -= 1,
                ',' if depth == 0 => start = true,
                c if start && !c.is_whitespace() => {
                    names.push(word(&group[at..]));
                    start = false;
                }
                _ => {}
            }
        }
    }
    names
}

/// What a file imports from above its level. `path` is relative to `src`.
fn violations(path: &Path, text: &str) -> Vec<String> {
    let mut parts: Vec<String> = path.with_extension("").components().map(|part| part.as_os_str().to_string_lossy().into_owned()).collect();
    if parts.last().is_some_and(|last| last == "mod") {
        parts.pop();
    }
    let own = level(&parts[0]).unwrap_or_else(|| panic!("{}: the module has no level", path.display()));
    let mut names = named(text, "crate::");
    if parts.len() == 1 {
        names.extend(named(text, "super::").into_iter().filter(|name| level(name).is_some()));
    }
    // What begins with a capital is re-exported from the engine.
    let above = |name: &String| match level(name) {
        Some(level) => level > own,
        None => !name.starts_with(char::is_uppercase) || own < 2,
    };
    names.into_iter().filter(above).map(|name| format!("{} (L{own}) uses `{name}`", path.display())).collect()
}

#[test]
fn modules_import_only_downwards() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&src, &mut files);
    assert!(files.len() > 40, "the tree was found");
    let all: Vec<String> = files
        .iter()
        .filter(|file| !file.ends_with("src/lib.rs"))
        .flat_map(|file| violations(file.strip_prefix(&src).unwrap(), &std::fs::read_to_string(file).unwrap()))
        .collect();
    assert!(all.is_empty(), "{}", all.join("\n"));
}

#[test]
fn an_import_from_above_is_noticed() {
    let noticed = |path: &str, text: &str| violations(Path::new(path), text).len();
    assert_eq!(noticed("engine/mod.rs", "use crate::sources::Sink;"), 1);
    assert_eq!(noticed("engine/a/b.rs", "use crate::{blob::{Blob, Skip}, commands, text::Span};"), 1);
    assert_eq!(noticed("blob.rs", "fn f() { super::cli::run() }"), 1);
    assert_eq!(noticed("blob.rs", "fn f(d: crate::Detector) {}"), 1);
    assert_eq!(noticed("findings/a.rs", "use crate::engine::Match;\nuse crate::rules::Rule;\nuse super::redact;"), 0);
    assert_eq!(noticed("engine/mod.rs", "//! see [`crate::sources`]\n"), 0);
}
