//! L1: the built-in rules, compiled and serialised by `build.rs`. Of each only what tells it apart is decoded at once.

use super::about::mark_of_fake;
use super::rule::Rule;
use super::set::RuleSet;
use std::sync::{Arc, OnceLock};

/// Rules in postcard's format, one after the other, sorted by id.
static COMPILED: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/rules.bin"));

/// The marks of the fakes that any of them names, eight bytes each, sorted.
static FAKES: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/fakes.bin"));

/// Whether a value is a documented fake of any built-in rule: under another name it is none the less.
#[must_use]
pub fn is_documented_fake(value: &[u8]) -> bool {
    let (marks, _) = FAKES.as_chunks::<8>();
    mark_of_fake(value).is_some_and(|mark| marks.binary_search_by(|known| u64::from_le_bytes(*known).cmp(&mark)).is_ok())
}

/// All built-in rules, those that are off by default included. Decoded once a process.
///
/// # Panics
/// Never: the bytes are written by the build of the same version.
#[must_use]
pub fn builtin() -> RuleSet {
    static SET: OnceLock<RuleSet> = OnceLock::new();
    SET.get_or_init(|| RuleSet::of_unique(decode(COMPILED))).clone()
}

fn decode(mut bytes: &'static [u8]) -> Vec<Arc<Rule>> {
    let mut rules = Vec::new();
    while !bytes.is_empty() {
        let (rule, rest) = postcard::take_from_bytes(bytes).expect("build.rs wrote the rules with the same types");
        rules.push(Arc::new(rule));
        bytes = rest;
    }
    rules
}
