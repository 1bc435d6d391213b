//! L2: makes values that a rule must find, so that rules need no secret-looking text in the tree.
//!
//! Samples are random but reproducible: the same rule and seed give the same bytes on every machine.

use super::checksum;
use crate::rules::alphabet::ByteSet;
use crate::rules::format::{Format, Part, Run};
use crate::rules::{Rule, Shape};
use crate::text::Span;

/// A small reproducible generator (`SplitMix64`, <https://prng.di.unimi.it/splitmix64.c>). Not for secrets.
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    /// A generator that starts from `seed`.
    #[must_use]
    pub fn new(seed: u64) -> Random {
        Random(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `limit`, which is not 0.
    pub fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % limit as u64).expect("below a usize")
    }

    /// `length` bytes of the set.
    pub fn bytes(&mut self, set: ByteSet, length: usize) -> Vec<u8> {
        let all: Vec<u8> = set.iter().collect();
        (0..length).map(|_| all[self.below(all.len())]).collect()
    }
}

/// A value of the rule's shape that passes its check; `None` where none can be made without a key.
#[must_use]
pub fn secret(rule: &Rule, seed: u64) -> Option<Vec<u8>> {
    let mut random = Random::new(seed ^ fold(&rule.id));
    let mut value = match &rule.shape {
        Shape::Format(format) => from_format(format, &mut random),
        Shape::Pattern { regex, .. } => return pattern_match(rule, regex, &mut random).map(|(text, secret)| secret.of(&text).to_vec()),
        Shape::Url { .. } | Shape::Assignment { .. } => {
            let mut value = random.bytes(ByteSet::named("base62").expect("a known alphabet"), 20);
            value.extend_from_slice(b"7xQ");
            value
        }
        Shape::Pem(label) => pem_block(label, &mut random),
    };
    match rule.check {
        Some(check) => checksum::seal(check, &mut value).then_some(value),
        None => Some(value),
    }
}

/// A match of a pattern rule and the secret in it, which passes the rule's check; `None` where none can be made.
#[must_use]
pub fn matching(rule: &Rule, seed: u64) -> Option<(Vec<u8>, Span)> {
    let Shape::Pattern { regex, .. } = &rule.shape else { return None };
    pattern_match(rule, regex, &mut Random::new(seed ^ fold(&rule.id)))
}

fn pattern_match(rule: &Rule, regex: &str, random: &mut Random) -> Option<(Vec<u8>, Span)> {
    let text = from_regex(regex, random)?;
    let captures = regex::bytes::Regex::new(regex).ok()?.captures(&text)?;
    let group = captures.name("secret").or_else(|| captures.get(0))?;
    let (start, end) = (group.start(), group.end());
    let Some(check) = rule.check else { return Some((text, Span::new(start, end))) };
    let mut secret = text[start..end].to_vec();
    checksum::seal(check, &mut secret).then(|| {
        let sealed = [&text[..start], &secret, &text[end..]].concat();
        (sealed, Span::new(start, start + secret.len()))
    })
}

/// FNV-1a, so that two rules do not share their samples.
fn fold(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// A random value of the format.
pub fn from_format(format: &Format, random: &mut Random) -> Vec<u8> {
    let mut value = Vec::new();
    push_parts(&format.parts, random, &mut value);
    value
}

fn push_parts(parts: &[Part], random: &mut Random, value: &mut Vec<u8>) {
    for part in parts {
        match part {
            Part::Literal(literal) => value.extend_from_slice(literal),
            Part::Run(run) => push_run(run, random, value),
            Part::Group { choices, .. } => push_parts(&choices[random.below(choices.len())], random, value),
        }
    }
}

/// Long runs of an open length are kept short: a sample should look like an issued value.
fn push_run(run: &Run, random: &mut Random, value: &mut Vec<u8>) {
    const USUAL: u32 = 48;
    let length = if run.only.is_empty() {
        let top = run.max.min(run.min.max(1) + USUAL);
        run.min + u32::try_from(random.below((top - run.min + 1) as usize)).expect("a small number")
    } else {
        run.only[random.below(run.only.len())]
    };
    value.extend(random.bytes(run.set, length as usize));
    // Issued values of any length have a digit; a random one should not fail to by chance.
    if length >= 8 && run.set.contains(b'7') {
        let at = value.len() - 1 - random.below(length as usize - 1);
        value[at] = b'7';
    }
}

fn pem_block(label: &str, random: &mut Random) -> Vec<u8> {
    let base64 = ByteSet::named("base64").expect("a known alphabet");
    let mut text = format!("-----BEGIN {label}-----\n").into_bytes();
    for _ in 0..12 {
        text.extend(random.bytes(base64, 64));
        text.push(b'\n');
    }
    text.extend_from_slice(format!("-----END {label}-----").as_bytes());
    text
}

/// A random match of a pattern.
fn from_regex(regex: &str, random: &mut Random) -> Option<Vec<u8>> {
    let hir = regex_syntax::ParserBuilder::new().utf8(false).unicode(false).build().parse(regex).ok()?;
    let mut value = Vec::new();
    push_hir(&hir, random, &mut value);
    Some(value)
}

fn push_hir(hir: &regex_syntax::hir::Hir, random: &mut Random, value: &mut Vec<u8>) {
    use regex_syntax::hir::{Class, HirKind};
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => value.extend_from_slice(&literal.0),
        HirKind::Class(class) => {
            let ranges: Vec<(u8, u8)> = match class {
                Class::Bytes(class) => class.ranges().iter().map(|range| (range.start(), range.end())).collect(),
                Class::Unicode(class) => class
                    .ranges()
                    .iter()
                    .filter(|range| range.start().is_ascii())
                    .map(|range| (range.start() as u8, range.end().min('~') as u8))
                    .collect(),
            };
            let mut all = ranges.iter().flat_map(|&(low, high)| low..=high).filter(u8::is_ascii_alphanumeric).collect::<Vec<_>>();
            if all.is_empty() {
                all = ranges.iter().flat_map(|&(low, high)| low..=high).filter(|&byte| byte == b' ' || byte.is_ascii_graphic()).collect();
            }
            if !all.is_empty() {
                value.push(all[random.below(all.len())]);
            }
        }
        HirKind::Repetition(repetition) => {
            let most = repetition.max.unwrap_or(repetition.min + 8).min(repetition.min + 16);
            let count = repetition.min + u32::try_from(random.below((most - repetition.min + 1) as usize)).expect("small");
            (0..count).for_each(|_| push_hir(&repetition.sub, random, value));
        }
        HirKind::Capture(capture) => push_hir(&capture.sub, random, value),
        HirKind::Concat(all) => all.iter().for_each(|hir| push_hir(hir, random, value)),
        HirKind::Alternation(all) => push_hir(&all[random.below(all.len())], random, value),
    }
}
