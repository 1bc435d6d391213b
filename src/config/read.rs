//! L1: the keys of `.keyward.yaml`: from the tree to a [`Partial`], collecting every problem on the way.

use super::allow::Allow;
use super::diagnostic::{Diagnostic, Source, closest};
use super::globs::PathGlobs;
use super::rule_file::{self, Placed};
use super::select::Selection;
use super::size::ByteSize;
use super::tree::{Node, Value, parse};
use super::{CONFIDENCES, Partial, Provenance, SEVERITIES, Sourced};
use crate::text::fingerprint::is_fingerprint;
use std::ops::Range;
use std::path::PathBuf;
use std::str::FromStr as _;
use std::sync::Arc;

/// Keys of the configuration.
pub(super) const KEYS: [&str; 10] =
    ["rules", "min-severity", "min-confidence", "exclude", "allow", "max-size", "hidden", "ignore-files", "archives", "inline-allow"];
/// Keys of its `rules`.
pub(super) const RULES_KEYS: [&str; 4] = ["enable", "disable", "files", "custom"];
/// Keys of an entry of its `allow`.
pub(super) const ALLOW_KEYS: [&str; 6] = ["paths", "regex", "stopwords", "fingerprints", "rules", "reason"];

/// Reads a configuration file. Where there are problems, the settings are not complete.
pub fn read(source: &Arc<Source>) -> (Partial, Vec<Diagnostic>) {
    let root = match parse(source) {
        Ok(Some(root)) => root,
        Ok(None) => return (Partial::default(), Vec::new()),
        Err(problem) => return (Partial::default(), vec![problem]),
    };
    let mut reader = Reader::new(source);
    let partial = reader.config(&root);
    (partial, reader.problems)
}

/// Reads nodes of one file and collects what is wrong with them.
pub(super) struct Reader<'a> {
    source: &'a Arc<Source>,
    pub(super) problems: Vec<Diagnostic>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(source: &'a Arc<Source>) -> Self {
        Reader { source, problems: Vec::new() }
    }

    fn config(&mut self, root: &Node) -> Partial {
        let mut partial = Partial::default();
        for (key, value) in self.entries(root, "the configuration", &KEYS) {
            match key {
                _ if value.is_null() => {}
                "rules" => self.rules(value, &mut partial),
                "min-severity" => {
                    partial.min_severity = self.choice(key, value, &SEVERITIES.map(|one| (one.as_str(), one)));
                }
                "min-confidence" => {
                    partial.min_confidence = self.choice(key, value, &CONFIDENCES.map(|one| (one.as_str(), one)));
                }
                "exclude" => partial.exclude = self.globs(key, value),
                "allow" => partial.allow = self.allows(value),
                "max-size" => partial.max_size = self.size(key, value),
                "hidden" => partial.hidden = self.boolean(key, value),
                "ignore-files" => partial.ignore_files = self.boolean(key, value),
                "archives" => partial.archives = self.boolean(key, value),
                _ => partial.inline_allow = self.boolean(key, value),
            }
        }
        partial
    }

    fn rules(&mut self, node: &Node, partial: &mut Partial) {
        for (key, value) in self.entries(node, "`rules`", &RULES_KEYS) {
            match key {
                _ if value.is_null() => {}
                "enable" => partial.selection.extend(self.selection(key, value, true)),
                "disable" => partial.selection.extend(self.selection(key, value, false)),
                "files" => {
                    partial.rule_files =
                        self.texts(key, value).into_iter().map(|(at, path)| self.sourced(at, PathBuf::from(path))).collect();
                }
                _ => {
                    let placed = rule_file::read_custom(self, value);
                    partial.custom =
                        placed.into_iter().map(|Placed { rule, span }| Sourced { value: rule, from: self.provenance(span) }).collect();
                }
            }
        }
    }

    fn selection(&mut self, key: &str, node: &Node, on: bool) -> Vec<Sourced<Selection>> {
        self.texts(key, node).into_iter().map(|(at, name)| self.sourced(at, Selection { name, on })).collect()
    }

    fn globs(&mut self, key: &str, node: &Node) -> Vec<Sourced<String>> {
        let mut globs = Vec::new();
        for (at, pattern) in self.texts(key, node) {
            match PathGlobs::new(vec![pattern.clone()]) {
                Ok(_) => globs.push(self.sourced(at, pattern)),
                Err(what) => self.report(
                    "bad-glob",
                    at.span.clone(),
                    format!("`{pattern}`: {what}"),
                    "write it as in .gitignore: vendor/**, *.min.js",
                ),
            }
        }
        globs
    }

    fn allows(&mut self, node: &Node) -> Vec<Sourced<Allow>> {
        let Value::Sequence(items) = &node.value else {
            self.wrong_type("allow", node, "a list of entries, each with `paths`, `regex`, `stopwords`, `fingerprints` or `rules`");
            return Vec::new();
        };
        items.iter().filter_map(|item| self.allow(item)).collect()
    }

    fn allow(&mut self, node: &Node) -> Option<Sourced<Allow>> {
        let before = self.problems.len();
        let mut allow = Allow::default();
        let entries = self.entries(node, "an `allow` entry", &ALLOW_KEYS);
        for (key, value) in entries {
            // Nothing under a key that narrows the entry would widen it, so it is not read as "not set".
            match key {
                "reason" => allow.reason = self.text(key, value),
                "paths" => {
                    let globs = self.globs(key, value).into_iter().map(|glob| glob.value).collect::<Vec<_>>();
                    self.not_empty(key, value, globs.is_empty());
                    allow.paths = PathGlobs::new(globs).ok();
                }
                "regex" => allow.regex = self.regexes(key, value),
                "stopwords" => allow.stopwords = self.words(key, value).iter().map(|word| word.to_ascii_lowercase()).collect(),
                "fingerprints" => allow.fingerprints = self.fingerprints(key, value),
                _ => allow.rules = self.words(key, value),
            }
        }
        if self.problems.len() > before {
            return None;
        }
        if !allow.has_condition() {
            self.report(
                "no-condition",
                node.span.clone(),
                "this entry would suppress every finding",
                "add `paths`, `regex`, `stopwords`, `fingerprints` or `rules`",
            );
            return None;
        }
        Some(self.sourced(node, allow))
    }

    fn regexes(&mut self, key: &str, node: &Node) -> Vec<regex::bytes::Regex> {
        let mut regexes = Vec::new();
        let texts = self.texts(key, node);
        self.not_empty(key, node, texts.is_empty());
        for (at, pattern) in texts {
            match regex::bytes::Regex::new(&pattern) {
                Ok(regex) if regex.is_match(b"") => self.report(
                    "no-condition",
                    at.span.clone(),
                    "this regex matches the empty text, and so every secret".to_owned(),
                    "say what the secret is like; an entry for all secrets in some files has only `paths`",
                ),
                Ok(regex) => regexes.push(regex),
                Err(error) => self.report(
                    "bad-regex",
                    at.span.clone(),
                    format!("not a valid regex: {}", last_line(&error.to_string())),
                    "the syntax is that of the Rust crate `regex`: linear time, so no look-around and no back-references",
                ),
            }
        }
        regexes
    }

    fn fingerprints(&mut self, key: &str, node: &Node) -> Vec<String> {
        let texts = self.texts(key, node);
        self.not_empty(key, node, texts.is_empty());
        for (at, text) in texts.iter().filter(|(_, text)| !is_fingerprint(text)) {
            self.report(
                "bad-fingerprint",
                at.span.clone(),
                format!("`{text}` is no fingerprint, so it would accept nothing"),
                "copy it from a report: kw1: and 32 hex digits",
            );
        }
        texts.into_iter().map(|(_, text)| text).collect()
    }

    /// Texts none of which is empty, and at least one.
    fn words(&mut self, key: &str, node: &Node) -> Vec<String> {
        let texts = self.texts(key, node);
        self.not_empty(key, node, texts.is_empty() || texts.iter().any(|(_, word)| word.trim().is_empty()));
        texts.into_iter().map(|(_, word)| word).collect()
    }

    fn not_empty(&mut self, key: &str, node: &Node, empty: bool) {
        let said = self.problems.last().is_some_and(|problem| node.span.contains(&problem.span.start));
        if empty && !said {
            self.report("empty-list", node.span.clone(), format!("`{key}` names nothing"), "fill it in, or drop the key");
        }
    }

    fn choice<T: Copy>(&mut self, key: &str, node: &Node, choices: &[(&str, T)]) -> Option<Sourced<T>> {
        let text = self.text(key, node)?;
        if let Some((_, value)) = choices.iter().find(|(name, _)| *name == text) {
            return Some(self.sourced(node, *value));
        }
        let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
        self.report("unknown-value", node.span.clone(), format!("`{key}` cannot be `{text}`"), format!("one of: {}", names.join(", ")));
        None
    }

    fn size(&mut self, key: &str, node: &Node) -> Option<Sourced<ByteSize>> {
        let Some(text) = node.text() else {
            self.wrong_type(key, node, "a size such as 64MiB");
            return None;
        };
        match ByteSize::from_str(text) {
            Ok(size) => Some(self.sourced(node, size)),
            Err(what) => {
                self.report("unknown-value", node.span.clone(), format!("`{key}`: {what}"), "for example 64MiB");
                None
            }
        }
    }

    fn boolean(&mut self, key: &str, node: &Node) -> Option<Sourced<bool>> {
        let value = match &node.value {
            Value::Scalar { text, plain: true } if text == "true" => true,
            Value::Scalar { text, plain: true } if text == "false" => false,
            _ => {
                self.wrong_type(key, node, "`true` or `false`");
                return None;
            }
        };
        Some(self.sourced(node, value))
    }

    /// The text of a scalar. Numbers and booleans are not text unless quoted.
    pub(super) fn text(&mut self, key: &str, node: &Node) -> Option<String> {
        if node.kind() == "text" {
            return node.text().map(str::to_owned);
        }
        self.wrong_type(key, node, "text");
        None
    }

    /// The texts of a list; one text stands for a list of one.
    pub(super) fn texts<'n>(&mut self, key: &str, node: &'n Node) -> Vec<(&'n Node, String)> {
        let Value::Sequence(items) = &node.value else {
            return if node.kind() == "text" {
                self.text(key, node).map(|text| (node, text)).into_iter().collect()
            } else {
                self.wrong_type(key, node, "a list of texts");
                Vec::new()
            };
        };
        items.iter().filter_map(|item| self.text(&format!("an entry of `{key}`"), item).map(|text| (item, text))).collect()
    }

    /// Keys and values of a mapping. Keys that are unknown or stand twice are reported and left out.
    pub(super) fn entries<'n>(&mut self, node: &'n Node, what: &str, known: &[&str]) -> Vec<(&'n str, &'n Node)> {
        let Value::Mapping(entries) = &node.value else {
            self.wrong_type(what, node, "a mapping of keys to values");
            return Vec::new();
        };
        let mut found: Vec<(&str, &Node)> = Vec::new();
        for (key, value) in entries {
            let name = key.text().unwrap_or_default();
            if !known.contains(&name) {
                let help = match closest(name, known.iter().copied()) {
                    Some(like) => format!("did you mean `{like}`?"),
                    None => format!("{what} has the keys {}", known.join(", ")),
                };
                self.report("unknown-key", key.span.clone(), format!("unknown key `{name}`"), help);
            } else if found.iter().any(|(other, _)| *other == name) {
                self.report("duplicate-key", key.span.clone(), format!("`{name}` stands twice"), "put both into one");
            } else {
                found.push((name, value));
            }
        }
        found
    }

    pub(super) fn wrong_type(&mut self, key: &str, node: &Node, expected: &str) {
        let subject = if key.contains(['`', ' ']) { key.to_owned() } else { format!("`{key}`") };
        self.report("wrong-type", node.span.clone(), format!("{subject} must be {expected}, not {}", node.kind()), "");
    }

    pub(super) fn report(&mut self, code: &'static str, span: Range<usize>, message: impl Into<String>, help: impl Into<String>) {
        let (problem, help) = (Diagnostic::new(code, self.source, span, message), help.into());
        self.problems.push(if help.is_empty() { problem } else { problem.with_help(help) });
    }

    fn provenance(&self, span: Range<usize>) -> Provenance {
        Provenance::File { source: Arc::clone(self.source), span }
    }

    fn sourced<T>(&self, node: &Node, value: T) -> Sourced<T> {
        Sourced { value, from: self.provenance(node.span.clone()) }
    }
}

/// What is wrong, of a message that may draw the pattern in the lines before it.
pub(super) fn last_line(message: &str) -> &str {
    let last = message.lines().last().unwrap_or_default();
    last.strip_prefix("error: ").unwrap_or(last)
}
