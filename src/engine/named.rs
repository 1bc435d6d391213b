//! L2: a value that is given to a name: which rules judge it, and what they say.

use super::program::Program;
use super::{Detector, Refusal, assignment, checksum, judge, matcher, validate};
use crate::rules::check::{Check, Strength};
use crate::rules::plan::LONGEST_WORD;
use crate::rules::syntax::ValueClass;
use crate::rules::{Confidence, Shape};
use crate::text::Span;

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
    let confidence = judge(detector, bytes, parsed, *value).ok()?;
    Some(confidence.min(validate::confidence(rule, secret)))
}

/// The chance that the value of an assignment is a secret; none where it is a token whose check value is wrong.
pub(super) fn judge(detector: &Detector, bytes: &[u8], parsed: &assignment::Assignment, class: ValueClass) -> Result<Confidence, Refusal> {
    let confidence = judge::judge(bytes, parsed, class)?;
    refuted(detector, bytes, parsed.value).map_or(Ok(confidence), |check| Err(Refusal::Check(check)))
}

/// The check that says of a value, which begins as the tokens of a rule do and is as long, that it is none of them: nobody
/// issued it, whatever its name says. `None` where a rule of such tokens has nothing against it.
fn refuted(detector: &Detector, bytes: &[u8], value: Span) -> Option<Check> {
    let (mut refuted, mut is_token) = (None, false);
    let text = &bytes[..value.end];
    let mut look = |index: u32| {
        let rule = &detector.rules()[index as usize];
        let Shape::Format(format) = &rule.shape else { return };
        if matcher::match_at(&format.parts, text, value.start, &mut |end| end == value.end).is_some() {
            let failed = rule.check.filter(|check| check.strength() == Strength::Refutes && !checksum::verify(*check, value.of(text)));
            is_token |= failed.is_none();
            refuted = refuted.or(failed);
        }
    };
    let program = &detector.program;
    program.heads.at(text, value.start, &mut look);
    // The word with which it begins has no padding.
    let word = value.len() - value.of(text).iter().rev().take_while(|&&byte| byte == b'=').count();
    if word <= LONGEST_WORD {
        for known in [&program.lengths.word, &program.lengths.wide] {
            known.alone(word).iter().copied().for_each(&mut look);
        }
    }
    refuted.filter(|_| !is_token)
}
