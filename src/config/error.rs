//! L1: all that is wrong with a configuration, at once.

use super::diagnostic::{Diagnostic, Source};
use std::fmt;
use std::sync::Arc;

/// What the problems of a scan's configuration are with.
pub(super) const CONFIGURATION: &str = "the configuration; nothing was scanned";

/// A problem with the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// At a place of a file.
    At(Diagnostic),
    /// With a flag, or with a file as a whole.
    Plain(String),
}

/// Why the configuration was not accepted: all problems, in the order of the files.
#[derive(Debug, thiserror::Error)]
pub struct ConfigError {
    /// What the problems are with: "the configuration".
    pub subject: &'static str,
    /// Never empty.
    pub problems: Vec<Problem>,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.problems[..] {
            [Problem::Plain(message)] => f.write_str(message),
            [_] => write!(f, "a problem with {}", self.subject),
            problems => write!(f, "{} problems with {}", problems.len(), self.subject),
        }
    }
}

impl ConfigError {
    /// Puts the problems of each file in the order of the file; those without a place come last.
    #[must_use]
    pub fn of(subject: &'static str, mut problems: Vec<Problem>) -> ConfigError {
        let mut files: Vec<Arc<Source>> = Vec::new();
        problems.sort_by_cached_key(|problem| {
            let Problem::At(diagnostic) = problem else { return (usize::MAX, 0) };
            let known = files.iter().position(|file| *file == diagnostic.source);
            let file = known.unwrap_or_else(|| {
                files.push(Arc::clone(&diagnostic.source));
                files.len() - 1
            });
            (file, diagnostic.span.start)
        });
        ConfigError { subject, problems }
    }

    pub(super) fn plain(message: impl Into<String>) -> ConfigError {
        ConfigError { subject: CONFIGURATION, problems: vec![Problem::Plain(message.into())] }
    }
}
