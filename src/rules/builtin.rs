//! L1: the built-in rules, compiled and serialised by `build.rs`.

use super::rule::Rule;
use super::set::RuleSet;
use std::sync::OnceLock;

/// `Vec<Rule>` in postcard's format, sorted by id.
static COMPILED: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/rules.bin"));

/// All built-in rules, those that are off by default included. Decoded once a process.
///
/// # Panics
/// Never: the bytes are written by the build of the same version.
#[must_use]
pub fn builtin() -> RuleSet {
    static SET: OnceLock<RuleSet> = OnceLock::new();
    SET.get_or_init(|| {
        let rules: Vec<Rule> = postcard::from_bytes(COMPILED).expect("build.rs wrote the rules with the same types");
        RuleSet::of_unique(rules)
    })
    .clone()
}
