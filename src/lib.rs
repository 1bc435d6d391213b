//! keyward finds leaked keys, tokens and passwords in bytes, with more than a thousand built-in rules and no network.
//!
//! This crate is the library behind the program of the same name. Its interface is what this page lists, and the
//! heart of it is [`Detector`]:
//!
//! ```
//! use keyward::{Detector, redact};
//!
//! let detector = Detector::builtin();
//! let key = ["da2-", "x7mq2k9w4zt", "p0v8r3n6s5jy1hb"].concat();
//! let text = format!("deploy with {key} please");
//!
//! let found = detector.scan(text.as_bytes());
//! for one in &found {
//!     let rule = &detector.rules()[one.rule];
//!     println!("{} ({:?}) at byte {}: {}", rule.title(), one.confidence, one.secret.start, redact(one.value(text.as_bytes())));
//! }
//! # assert_eq!(found.len(), 1);
//! ```
//!
//! [`Detector::scan`] is a pure function of the bytes: it reads no files, knows no paths, and gives the same answer in
//! any thread. A detector can be shared between threads; building one takes milliseconds, so build it once. Where many
//! texts are scanned, [`Detector::scan_with`] takes a [`Scratch`] for each thread and saves the memory's way.
//!
//! Its cost is linear in the bytes whatever they are, and its memory bounded: texts may be hostile. Nothing is
//! redacted: [`Match::value`] is the secret in clear, and [`redact`] makes of it what may be shown.
//!
//! # Rules
//!
//! [`builtin_rules`] are all that there are; [`Detector::builtin`] runs those that are on by default. A detector of
//! others is made of a [`RuleSet`], which takes rules of your own, too, written in YAML (`rules/README.md`):
//!
//! ```
//! use keyward::{Detector, RuleSet, parse_rules};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let rules = "{provider: Acme, rules: [{id: acme-key, name: key, severity: high, format: 'acmekey_{hex:16}'}]}";
//! let detector = Detector::new(RuleSet::new(parse_rules(rules)?)?)?;
//! detector.check_patterns()?;
//! assert_eq!(detector.scan(b"k = acmekey_0c4f81b5d2e69a37").len(), 1);
//! # Ok(())
//! # }
//! ```
//!
//! # What is not here
//!
//! Walking files, reading git, allowlists, baselines and reports belong to the program. Their modules are public for
//! it and its tests only, hidden from this page, and may change in any release.
//!
//! For developers: `docs/architecture.md` shows how the parts fit together, `docs/detector.md` how the detector works.

#[doc(hidden)]
pub mod blob;
#[doc(hidden)]
pub mod cli;
#[doc(hidden)]
pub mod commands;
#[doc(hidden)]
pub mod config;
#[doc(hidden)]
pub mod engine;
#[doc(hidden)]
pub mod findings;
#[doc(hidden)]
pub mod import;
#[doc(hidden)]
pub mod pipeline;
#[doc(hidden)]
pub mod report;
#[doc(hidden)]
pub mod rules;
#[doc(hidden)]
pub mod sources;
#[doc(hidden)]
pub mod text;

pub use engine::{Attempt, Detector, DetectorError, Match, Part, Refusal, Scratch};
pub use findings::redact::redact;
pub use rules::builtin::builtin as builtin_rules;
pub use rules::load::{LoadError, parse_rules};
pub use rules::rule::RuleError;
pub use rules::set::DuplicateId;
pub use rules::{About, Audience, Confidence, Details, Rule, RuleSet, Severity};
pub use text::Span;

/// The README's example, compiled and run with the documentation tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
