//! L2: the detector: bytes in, matches out.
//!
//! [`Detector::scan`] is a pure function of the bytes (`docs/architecture.md`, contracts): no I/O, no path, no
//! clock, the same answer for any thread count or neighbour. Everything that depends on where the bytes lie
//! happens in triage.

pub mod assignment;
pub mod checksum;
pub mod decode;
pub mod entropy;
pub mod filter;
mod matcher;
mod pem;
mod prefilter;
pub mod url;

use crate::rules::{Confidence, Rule, RuleSet};
use crate::text::Span;

/// The compiled rule set.
#[derive(Debug)]
pub struct Detector {
    rules: RuleSet,
}

/// A secret found in bytes.
#[derive(Debug, Clone, PartialEq)]
pub struct Match {
    /// Index into [`Detector::rules`].
    pub rule: usize,
    /// The whole match.
    pub span: Span,
    /// The secret inside it, in the scanned bytes (where the secret was encoded: the encoded form).
    pub secret: Span,
    /// The secret's value where it is not what stands in the bytes, because it was decoded.
    pub decoded: Option<Vec<u8>>,
    /// Chance that it is real: the rule's, or lower where the surroundings speak against it.
    pub confidence: Confidence,
    /// Places of the other parts of a composite secret.
    pub parts: Vec<Span>,
}

/// What one thread reuses from blob to blob, so that the hot loop allocates nothing.
#[derive(Debug, Default)]
pub struct Scratch {}

impl Detector {
    /// A detector with all built-in rules that are on by default.
    #[must_use]
    pub fn builtin() -> Detector {
        Detector::new(crate::rules::builtin::builtin().filter(|rule| rule.enabled)).expect("the built-in rules compile")
    }

    /// A detector for the given rules.
    ///
    /// # Errors
    /// Where a rule's pattern does not compile.
    pub fn new(rules: RuleSet) -> Result<Detector, DetectorError> {
        Ok(Detector { rules })
    }

    /// The rules that this detector runs.
    #[must_use]
    pub fn rules(&self) -> &[Rule] {
        self.rules.rules()
    }

    /// All secrets in `bytes`, ordered by place.
    #[must_use]
    pub fn scan(&self, bytes: &[u8]) -> Vec<Match> {
        self.scan_with(bytes, &mut Scratch::default())
    }

    /// As [`Detector::scan`], reusing `scratch`.
    #[must_use]
    pub fn scan_with(&self, bytes: &[u8], scratch: &mut Scratch) -> Vec<Match> {
        let _ = (bytes, scratch);
        Vec::new()
    }
}

/// Why a detector could not be built.
#[derive(Debug, thiserror::Error)]
pub enum DetectorError {
    /// A pattern that the regex engine refuses.
    #[error("rule `{rule}`: pattern: {what}")]
    Pattern {
        /// Id of the rule.
        rule: String,
        /// What the regex engine said.
        what: String,
    },
    /// No rule at all: such a scan would always be clean.
    #[error("no rule is switched on, so nothing would ever be found; enable some, or drop the setting that disables them all")]
    NoRules,
}
