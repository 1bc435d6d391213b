//! L2: findings: matches with a place, an identity and an age.

pub mod baseline;
pub mod dedupe;
mod fate;
pub mod fingerprint;
pub mod inline;
pub mod location;
pub mod quoted;
pub mod redact;
pub mod triage;
pub mod unheeded;

pub use fate::{Fate, MOST_NAMES, Names, Refs, Removal};

use crate::rules::{Audience, Confidence, Severity};
use std::sync::Arc;

/// A secret at a place, as it is reported. Reporters only render it.
#[derive(Debug, Clone)]
pub struct Finding {
    /// The rule that matched. Shared, since there may be very many findings.
    pub rule: Arc<RuleFacts>,
    /// The rule's severity, or the one set for its path.
    pub severity: Severity,
    /// Chance that it is real.
    pub confidence: Confidence,
    /// Reported path, `/` separated, relative to the scan root or repository.
    pub path: String,
    /// Where in the file.
    pub location: Location,
    /// The secret, in clear: only [`redact`] and `--show-secrets` may turn it into text.
    pub secret: Secret,
    /// Stable identity over (rule, path, secret): see [`fingerprint`].
    pub fingerprint: String,
    /// What history knows of it; `None` outside git.
    pub history: Option<Attribution>,
    /// What stands near and belongs to it: the id of a secret, the cookie of a token.
    pub parts: Vec<Part>,
    /// Other places of the same secret in the same scan, in report order.
    pub also_at: Vec<Place>,
    /// Why it is not counted, where it was suppressed (only kept for `--report-suppressed`).
    pub suppressed: Option<Suppression>,
}

/// What reports need of a rule.
#[derive(Debug, Clone, PartialEq)]
pub struct RuleFacts {
    /// Kebab-case id.
    pub id: String,
    /// Provider and name: "GitHub personal access token".
    pub title: String,
    /// Who issues it.
    pub provider: String,
    /// What somebody who finds it can do with it.
    pub description: String,
    /// What to do now.
    pub remediation: String,
    /// Where it is revoked.
    pub revoke: Option<String>,
    /// Documentation.
    pub docs: Option<String>,
    /// Tags, sorted.
    pub tags: Vec<String>,
    /// Live, test or publishable, where the format tells.
    pub audience: Option<Audience>,
}

/// Lines and columns, 1-based; columns count characters; the end is exclusive.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Location {
    /// Line of the secret's first character.
    pub line: usize,
    /// Column of the secret's first character.
    pub column: usize,
    /// Line of the character behind the secret's last.
    pub end_line: usize,
    /// Column of the character behind the secret's last.
    pub end_column: usize,
    /// Byte offset of the secret in the blob as scanned.
    pub offset: usize,
    /// The line that the secret begins on, cut to a bounded length, with every secret in it redacted.
    pub excerpt: String,
    /// Columns of the secret inside `excerpt`, 1-based, end exclusive.
    pub excerpt_columns: (usize, usize),
}

/// What is of no use without a secret, or the secret without it, and stands in the same file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Id of the rule that tells it, on or off.
    pub rule: String,
    /// Provider and name.
    pub title: String,
    /// Where in the file.
    pub location: Location,
    /// Its value, in clear.
    pub secret: Secret,
}

/// A path and a place in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Reported path.
    pub path: String,
    /// Where in the file.
    pub location: Location,
}

/// What history knows of a finding.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Attribution {
    /// First commit that introduced it, in hex; empty where no commit reaches it.
    pub commit: String,
    /// Author's name.
    pub author: String,
    /// Author's e-mail.
    pub email: String,
    /// Author date, RFC 3339 with the author's offset.
    pub date: String,
    /// First line of the commit message.
    pub subject: String,
    /// Whether HEAD's tree still holds it.
    pub in_head: bool,
    /// Whether it does so at the reported path.
    pub at_head: bool,
    /// Object id of the blob.
    pub blob: String,
    /// Every path that it had, the reported one first.
    pub paths: Vec<String>,
    /// Place of the commit among those that were scanned, parents first, then by date: what is smaller is earlier.
    pub rank: usize,
    /// What became of the secret; nothing where that was not looked up.
    pub fate: Option<Fate>,
}

/// Why a finding is not counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suppression {
    /// What suppressed it: `inline`, `allowlist`, `baseline`, `ignore-file`.
    pub by: &'static str,
    /// Reason and place as given by the user.
    pub reason: String,
}

/// A secret's bytes. `Debug` shows their number only.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Secret(Vec<u8>);

impl Secret {
    /// Wraps the bytes.
    #[must_use]
    pub fn new(bytes: Vec<u8>) -> Self {
        Secret(bytes)
    }

    /// The bytes in clear. Every caller answers for where they go.
    #[must_use]
    pub fn reveal(&self) -> &[u8] {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Secret({} bytes)", self.0.len())
    }
}
