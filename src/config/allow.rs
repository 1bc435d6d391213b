//! L1: allowlist entries: findings that the user accepts, by path, value, fingerprint or rule.

use super::globs::PathGlobs;
use super::select;
use crate::rules::Rule;
use regex::bytes::Regex;

/// One entry. It suppresses a finding for which every condition that it gives holds; within a condition any
/// one of the listed values is enough.
#[derive(Debug, Clone, Default)]
pub struct Allow {
    /// Patterns of the path.
    pub paths: Option<PathGlobs>,
    /// Regexes of the secret; they match anywhere in it unless anchored.
    pub regex: Vec<Regex>,
    /// Words in the secret, in lower case; case does not count.
    pub stopwords: Vec<String>,
    /// Fingerprints as reports show them.
    pub fingerprints: Vec<String>,
    /// Ids or tags of rules.
    pub rules: Vec<String>,
    /// Why; shown with `--report-suppressed`.
    pub reason: Option<String>,
}

impl Allow {
    /// Whether the entry names anything: without a condition it would suppress every finding.
    #[must_use]
    pub fn has_condition(&self) -> bool {
        self.paths.is_some()
            || !(self.regex.is_empty() && self.stopwords.is_empty() && self.fingerprints.is_empty() && self.rules.is_empty())
    }

    /// Whether the entry suppresses every finding with this fingerprint: it has no other condition.
    #[must_use]
    pub fn accepts_fingerprint(&self, fingerprint: &str) -> bool {
        let others = self.paths.is_none() && self.regex.is_empty() && self.stopwords.is_empty() && self.rules.is_empty();
        others && self.fingerprints.iter().any(|known| known == fingerprint)
    }

    /// Whether the entry suppresses a finding.
    #[must_use]
    pub fn covers(&self, rule: &Rule, path: &str, secret: &[u8], fingerprint: &str) -> bool {
        let holds_word = || {
            let lower = secret.to_ascii_lowercase();
            self.stopwords.iter().any(|word| memchr::memmem::find(&lower, word.as_bytes()).is_some())
        };
        self.has_condition()
            && self.paths.as_ref().is_none_or(|paths| paths.is_match(path))
            && (self.rules.is_empty() || self.rules.iter().any(|name| select::names(name, rule)))
            && (self.fingerprints.is_empty() || self.fingerprints.iter().any(|known| known == fingerprint))
            && (self.regex.is_empty() || self.regex.iter().any(|regex| regex.is_match(secret)))
            && (self.stopwords.is_empty() || holds_word())
    }
}
