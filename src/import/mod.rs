//! L2: what other scanners' files say, in keyward's words: settings, and secrets that were accepted.
//!
//! The files come from anywhere, so they are read as data of bounded size, every problem has its place, and what
//! cannot be said here with the same meaning is named ([`Imported::left`]) and never guessed.

mod fragment;
mod gitleaks;
mod lists;
mod names;
mod paths;
mod pattern;
mod reports;
mod secretlint;

pub use fragment::{AllowEntry, Fragment, OwnRule};

use crate::config::diagnostic::{Diagnostic, Source};
use crate::findings::Secret;
use std::sync::Arc;

/// The largest file that is read, in bytes: reports of whole histories are large.
pub const MOST_BYTES: u64 = 64 << 20;

/// The kinds of files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `.gitleaks.toml`, `.betterleaks.toml`.
    Gitleaks,
    /// `.gitleaksignore`, `.betterleaksignore`.
    GitleaksIgnore,
    /// A JSON report of gitleaks.
    GitleaksReport,
    /// A JSON report of trufflehog, one object a line.
    TrufflehogReport,
    /// Regexes of paths, one a line, as trufflehog's `--exclude-paths` takes them.
    TrufflehogExclude,
    /// `.secrets.baseline` of detect-secrets.
    DetectSecrets,
    /// `.secretlintrc`, in JSON or YAML.
    Secretlint,
    /// `.gitallowed` of git-secrets.
    GitSecrets,
}

/// What a file came to.
#[derive(Debug, Default)]
pub struct Imported {
    /// Settings.
    pub fragment: Fragment,
    /// Findings that were accepted.
    pub accepted: Vec<Accepted>,
    /// What was not carried over, or not with all of its meaning.
    pub left: Vec<Left>,
    /// Files that the file builds on, relative to it, and where it names them.
    pub extends: Vec<(String, String)>,
}

/// A finding that was accepted, as another tool identifies it.
#[derive(Debug, Clone)]
pub struct Accepted {
    /// Path relative to the top of the repository, `/` separated; relative to anything where the tool does not say.
    pub path: String,
    /// 1-based line; 0 where it is not known.
    pub line: usize,
    /// The commit that brought it in; empty where it was in a tree.
    pub commit: String,
    /// What the secret was.
    pub secret: Known,
    /// Where it is accepted: `FILE:LINE`.
    pub place: String,
}

/// What is known of a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Known {
    /// All of it.
    Value(Secret),
    /// SHA-1 in lower-case hex.
    Sha1(String),
    /// Nothing but its place.
    Place,
}

/// What was not carried over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    /// `FILE:LINE`.
    pub place: String,
    /// What, why, and what to do.
    pub what: String,
}

impl Kind {
    /// All kinds with the names that `--from` takes.
    pub const ALL: [(&'static str, Kind); 8] = [
        ("gitleaks", Kind::Gitleaks),
        ("gitleaks-ignore", Kind::GitleaksIgnore),
        ("gitleaks-report", Kind::GitleaksReport),
        ("trufflehog-report", Kind::TrufflehogReport),
        ("trufflehog-exclude", Kind::TrufflehogExclude),
        ("detect-secrets", Kind::DetectSecrets),
        ("secretlint", Kind::Secretlint),
        ("git-secrets", Kind::GitSecrets),
    ];

    /// Reads a name of [`Kind::ALL`].
    #[must_use]
    pub fn parse(name: &str) -> Option<Kind> {
        Self::ALL.iter().find(|(known, _)| *known == name).map(|(_, kind)| *kind)
    }

    /// What a file is, by its name or else by how its text begins.
    #[must_use]
    pub fn of(path: &str, text: &str) -> Option<Kind> {
        let name = path.rsplit(['/', '\\']).next().unwrap_or_default();
        match name {
            ".gitleaksignore" | ".betterleaksignore" => return Some(Kind::GitleaksIgnore),
            ".secrets.baseline" => return Some(Kind::DetectSecrets),
            ".gitallowed" => return Some(Kind::GitSecrets),
            ".trufflehog" | ".trufflehogignore" | ".trufflehog-exclude" | "trufflehog-exclude.txt" => return Some(Kind::TrufflehogExclude),
            _ if name.starts_with(".secretlintrc") => return Some(Kind::Secretlint),
            _ if name.to_ascii_lowercase().ends_with(".toml") => return Some(Kind::Gitleaks),
            _ => {}
        }
        let head: String = text.chars().take(64 << 10).collect();
        let has = |key: &str| head.contains(key);
        match head.trim_start().chars().next()? {
            '{' if has("\"SourceMetadata\"") || has("\"DetectorName\"") => Some(Kind::TrufflehogReport),
            '{' if has("\"plugins_used\"") || has("\"generated_at\"") => Some(Kind::DetectSecrets),
            '[' if has("\"RuleID\"") || head.trim().len() == 2 => Some(Kind::GitleaksReport),
            _ => None,
        }
    }
}

/// A file that cannot be read as what it is said to be.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// A problem at a place that may be shown.
    #[error("{0}")]
    At(Box<Diagnostic>),
    /// JSON that is none, or of another shape. Nothing of it is quoted.
    #[error("{name}:{line}:{column}: {what}")]
    Json {
        /// The file.
        name: String,
        /// 1-based line.
        line: usize,
        /// 1-based column.
        column: usize,
        /// What is wrong.
        what: String,
    },
}

impl From<Diagnostic> for ImportError {
    fn from(problem: Diagnostic) -> ImportError {
        ImportError::At(Box::new(problem))
    }
}

/// Reads a file of a kind.
///
/// # Errors
/// Where the file is not well formed; what is merely not known is [`Imported::left`].
pub fn read(kind: Kind, source: &Arc<Source>) -> Result<Imported, ImportError> {
    match kind {
        Kind::Gitleaks => Ok(gitleaks::read(source)?),
        Kind::GitleaksIgnore => Ok(lists::gitleaks_ignore(source)),
        Kind::GitleaksReport => reports::gitleaks(source),
        Kind::TrufflehogReport => reports::trufflehog(source),
        Kind::TrufflehogExclude => Ok(lists::trufflehog_exclude(source)),
        Kind::DetectSecrets => reports::detect_secrets(source),
        Kind::Secretlint => secretlint::read(source),
        Kind::GitSecrets => Ok(lists::git_secrets(source)),
    }
}

impl Imported {
    /// Adds what another file came to.
    pub fn add(&mut self, other: Imported) {
        self.fragment.add(other.fragment);
        self.accepted.extend(other.accepted);
        self.left.extend(other.left);
        self.extends.extend(other.extends);
    }

    fn leave(&mut self, place: String, what: impl Into<String>) {
        self.left.push(Left { place, what: what.into() });
    }

    /// Adds regexes of paths that are not scanned.
    fn exclude(&mut self, regexes: &[(String, String)]) {
        for (place, regex) in regexes {
            match paths::globs(regex) {
                Ok(globs) => self.fragment.exclude.extend(globs),
                Err(what) => self.leave(place.clone(), format!("the paths: {what}")),
            }
        }
    }
}

/// The longest regex that is looked at, in bytes.
const MOST_REGEX: usize = 64 << 10;

/// A regex that is searched for in secrets, where it is one here too.
///
/// # Errors
/// Why it is none.
fn checked_regex(regex: &str) -> Result<String, String> {
    if regex.len() > MOST_REGEX {
        return Err(format!("longer than {MOST_REGEX} bytes; write it in parts"));
    }
    match regex::bytes::Regex::new(regex) {
        Ok(found) if found.is_match(b"") => Err("matches nothing at all too, so it would accept every secret; narrow it".to_owned()),
        Ok(_) => Ok(regex.to_owned()),
        Err(error) => {
            let what = error.to_string();
            let last = what.lines().last().unwrap_or_default();
            let last = last.strip_prefix("error: ").unwrap_or(last);
            Err(format!("no regex of linear time ({last}); write it without look-around and back-references"))
        }
    }
}

/// The first part of a foreign text, to be quoted in a message.
fn short(text: &str) -> String {
    const MOST: usize = 60;
    let line = text.lines().next().unwrap_or_default();
    let mut short: String = line.chars().take(MOST).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

/// A path as keyward writes it.
fn path(text: &str) -> String {
    let path = text.replace('\\', "/");
    let mut bare = path.as_str();
    while let Some(rest) = bare.strip_prefix("./") {
        bare = rest;
    }
    bare.to_owned()
}

#[cfg(test)]
mod tests {
    use super::{Kind, checked_regex, path, read, short};
    use crate::config::diagnostic::Source;
    use proptest::prelude::*;

    #[test]
    fn a_file_is_known_by_its_name_or_its_beginning() {
        for (name, text, kind) in [
            ("a/.gitleaks.toml", "", Kind::Gitleaks),
            (".gitleaksignore", "", Kind::GitleaksIgnore),
            (".secrets.baseline", "", Kind::DetectSecrets),
            (".secretlintrc.json", "", Kind::Secretlint),
            (".secretlintrc", "", Kind::Secretlint),
            (".gitallowed", "", Kind::GitSecrets),
            (".trufflehog", "", Kind::TrufflehogExclude),
            ("report.json", "[\n {\n  \"RuleID\": \"x\"", Kind::GitleaksReport),
            ("report.json", "[]\n", Kind::GitleaksReport),
            ("out.json", "{\"SourceMetadata\":{}}", Kind::TrufflehogReport),
            ("base.json", "{\"version\": \"1\", \"plugins_used\": []}", Kind::DetectSecrets),
        ] {
            assert_eq!(Kind::of(name, text), Some(kind), "{name} {text}");
        }
        assert_eq!(Kind::of("notes.txt", "hello"), None);
        assert_eq!(Kind::of("empty", ""), None);
    }

    #[test]
    fn a_regex_that_accepts_everything_is_refused() {
        assert!(checked_regex("EXAMPLE$").is_ok());
        for regex in [".*", "", "a|", "(?!x)y", "("] {
            assert!(checked_regex(regex).is_err(), "{regex}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "(?s).{0,60}", lines in prop::collection::vec("[\\[\\]{}='\"#:,.a-zß\\\\|()*+?0-9 -]{0,24}", 0..6)) {
            for text in [text, lines.join("\n"), format!("[[rules]]\nid='é'\nregex='''{}'''\n", lines.join(""))] {
                for (_, kind) in Kind::ALL {
                    match read(kind, &Source::new("f", &text)) {
                        Ok(imported) => drop(imported.fragment.print()),
                        Err(error) => drop(error.to_string()),
                    }
                }
            }
        }
    }

    #[test]
    fn foreign_texts_are_cut_and_paths_are_ours() {
        assert_eq!(short("one\ntwo"), "one…");
        assert_eq!(short(&"é".repeat(100)).chars().count(), 61);
        assert_eq!(path(".\\a\\b.env"), "a/b.env");
    }
}
