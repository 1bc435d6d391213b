//! L2: a value that is given to a name: which rules judge it, and what they say.

use super::program::Program;
use super::{Detector, assignment, judge, validate};
use crate::rules::{Confidence, Shape};

/// Room for the name and the rules of one assignment, reused.
#[derive(Debug, Default)]
pub(super) struct Room {
    name: Vec<u8>,
    rules: Vec<u32>,
}

impl Room {
    /// The rules that a part of the name belongs to, in their order.
    pub(super) fn rules(&mut self, program: &Program, bytes: &[u8], parsed: &assignment::Assignment) -> &[u32] {
        self.name.clear();
        let is_kept = |byte: &&u8| byte.is_ascii_alphanumeric() || !byte.is_ascii();
        self.name.extend(parsed.name.of(bytes).iter().filter(is_kept).map(u8::to_ascii_lowercase));
        let rules = &mut self.rules;
        rules.clear();
        program.names.find(&self.name, 0, self.name.len(), &mut |hit| rules.extend_from_slice(&program.name_rules[hit.word as usize]));
        rules.sort_unstable();
        rules.dedup();
        rules
    }
}

/// How sure a rule is that the value is a secret; `None` where it is none.
pub(super) fn judged(detector: &Detector, index: u32, bytes: &[u8], parsed: &assignment::Assignment) -> Option<Confidence> {
    let rule = &detector.rules()[index as usize];
    let Shape::Assignment { names, value } = &rule.shape else { return None };
    // `curl` in `CURLOPT_PASSWORD` is not the program that takes a password by place.
    if !assignment::is_judged_by(names, parsed.form) {
        return None;
    }
    let secret = parsed.value.of(bytes);
    validate::value(rule, secret).ok()?;
    let confidence = judge::judge(bytes, parsed, *value).ok()?;
    Some(confidence.min(validate::confidence(rule, secret)))
}
