//! L2: the detector: bytes in, matches out.
//!
//! [`Detector::scan`] is a pure function of the bytes (`docs/architecture.md`, contracts): no I/O, no path, no
//! clock, the same answer for any thread count or neighbour. Everything that depends on where the bytes lie
//! happens in triage. `docs/detector.md` explains the stages.

mod apart;
pub mod assignment;
mod automaton;
mod boundary;
mod buckets;
pub mod checksum;
mod decode;
mod ends;
pub mod entropy;
mod events;
pub mod examples;
pub mod filter;
mod gathered;
mod given;
mod heads;
#[cfg(test)]
mod hostile;
pub mod judge;
mod layout;
mod literals;
mod matcher;
mod named;
mod overlap;
mod pairs;
mod pattern;
mod pem;
mod program;
mod quiet;
#[cfg(test)]
mod reference;
mod refusal;
mod runs;
pub mod sample;
mod scanner;
mod simd;
mod surroundings;
mod texts;
mod trace;
pub mod url;
mod validate;
mod window;
mod words;
mod work;

use crate::rules::{Confidence, Rule, RuleSet, Shape};
use crate::text::Span;
use pattern::Pattern;
use program::Program;
use std::sync::{Arc, OnceLock};

pub use refusal::Refusal;
pub use trace::Attempt;
pub use window::{Base, Trace};

/// The compiled rule set.
#[derive(Debug)]
pub struct Detector {
    rules: RuleSet,
    program: Program,
    level: simd::Level,
    /// All rules that may be parts of its matches.
    known: RuleSet,
    pairs: OnceLock<pairs::Pairs>,
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
    /// What it is of no use without, or what is of no use without it, and stands near: the id of a secret.
    pub parts: Vec<Part>,
}

/// Another part of a secret.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// Number of its rule, for [`Detector::numbered`].
    pub rule: usize,
    /// As [`Match::secret`].
    pub secret: Span,
    /// As [`Match::decoded`].
    pub decoded: Option<Vec<u8>>,
}

impl Match {
    /// The secret in clear, out of the `bytes` that it was found in.
    ///
    /// # Panics
    /// Where `bytes` are others and shorter.
    #[must_use]
    pub fn value<'v>(&'v self, bytes: &'v [u8]) -> &'v [u8] {
        self.decoded.as_deref().unwrap_or_else(|| self.secret.of(bytes))
    }
}

impl Part {
    /// As [`Match::value`].
    ///
    /// # Panics
    /// Where `bytes` are others and shorter.
    #[must_use]
    pub fn value<'v>(&'v self, bytes: &'v [u8]) -> &'v [u8] {
        self.decoded.as_deref().unwrap_or_else(|| self.secret.of(bytes))
    }
}

/// What one thread reuses from blob to blob, so that the hot loop allocates nothing.
#[derive(Debug, Default)]
pub struct Scratch {
    context: surroundings::ContextHits,
    candidates: Vec<u32>,
    /// What a piece of text is made of, and where a literal may stand in it.
    room: Option<Box<runs::Room>>,
    places: simd::Places,
    /// Stretches that are looked at together.
    gathered: gathered::Gathered,
    named: named::Room,
    ends: ends::Ends,
    encoded: decode::Encoded,
    /// Where something came of a trigger, if that is to be known.
    trail: Option<Vec<Span>>,
}

impl Scratch {
    /// Whether something encoded in the last blob was left, wholly or in part, because decoding reached a bound: such
    /// a blob was not scanned completely.
    #[must_use]
    pub fn is_cut(&self) -> bool {
        self.encoded.is_cut()
    }

    fn reset(&mut self) {
        self.context.clear();
        self.ends.clear();
        self.encoded.reset();
        self.trail = None;
    }
}

impl Detector {
    /// A detector with all built-in rules that are on by default.
    ///
    /// # Panics
    /// Never: the build compiles the same rules.
    #[must_use]
    pub fn builtin() -> Detector {
        let all = crate::rules::builtin::builtin();
        Detector::new(all.clone().filter(|rule| rule.enabled)).expect("the built-in rules compile").with_partners(&all)
    }

    /// A detector for the given rules.
    ///
    /// # Errors
    /// Where there is no rule, or a user's pattern is too large to compile.
    pub fn new(rules: RuleSet) -> Result<Detector, DetectorError> {
        if rules.is_empty() {
            return Err(DetectorError::NoRules);
        }
        let level = simd::Level::detect();
        let program = Program::new(level, &rules);
        Ok(Detector { rules, program, level, known: RuleSet::default(), pairs: OnceLock::new() })
    }

    /// Also looks for those of `known` that are not among the detector's rules and pair with one of them: around the
    /// matches of these only, and only as their parts.
    #[must_use]
    pub fn with_partners(self, known: &RuleSet) -> Detector {
        Detector { known: known.clone(), pairs: OnceLock::new(), ..self }
    }

    /// Compiles every pattern at once. Built-in patterns are tested to compile, so only user rules need it.
    ///
    /// # Errors
    /// The first pattern that the regex engine refuses.
    pub fn check_patterns(&self) -> Result<(), DetectorError> {
        for rule in self.rules() {
            if let Shape::Pattern { regex, .. } = &rule.shape {
                Pattern::new(regex).map_err(|what| DetectorError::Pattern { rule: rule.id.clone(), what })?;
            }
        }
        Ok(())
    }

    /// The rules that this detector runs.
    #[must_use]
    pub fn rules(&self) -> &[Arc<Rule>] {
        self.rules.rules()
    }

    /// The rule of a part.
    ///
    /// # Panics
    /// Where the number is not from a part that this detector returned.
    #[must_use]
    pub fn numbered(&self, rule: usize) -> &Rule {
        let own = self.rules().len();
        if rule < own { &self.rules()[rule] } else { self.pairs().partner(rule - own) }
    }

    fn pairs(&self) -> &pairs::Pairs {
        self.pairs.get_or_init(|| pairs::Pairs::new(&self.rules, &self.known))
    }

    /// All secrets in `bytes`, ordered by place.
    #[must_use]
    pub fn scan(&self, bytes: &[u8]) -> Vec<Match> {
        self.scan_with(bytes, &mut Scratch::default())
    }

    /// Every rule that is tried in `range` of `bytes`, and what became of it, ordered by place. Slow: for one line at a
    /// time. Encoded text is not looked into.
    #[must_use]
    pub fn trace(&self, bytes: &[u8], range: Span) -> Vec<Attempt> {
        trace::trace(self, bytes, range)
    }

    /// As [`Detector::scan`], reusing `scratch`.
    #[must_use]
    pub fn scan_with(&self, bytes: &[u8], scratch: &mut Scratch) -> Vec<Match> {
        let found = scanner::Scanner::new(self, bytes, scratch).run();
        pairs::join(self, bytes, found)
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
