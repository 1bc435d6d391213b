//! L2: one secret, one match: where matches share bytes of their secrets, the one that says most is kept.

use super::Match;
use crate::rules::check::Check;
use crate::rules::{Place, Rule, Shape};
use crate::text::Span;
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::Arc;

/// How much a match says; greater is better.
fn rank(rules: &[Arc<Rule>], found: &Match, evidence: usize) -> (u8, usize, bool, bool, usize, u8, usize, std::cmp::Reverse<usize>) {
    let rule = &rules[found.rule];
    let proven = rule.check.is_some_and(Check::proves);
    // The secret says more of itself than the text around it: a GitHub token in an .npmrc is one of GitHub.
    let by_itself = found.span == found.secret;
    (kind(rule), found.secret.len(), proven, by_itself, evidence, found.confidence as u8, found.span.len(), std::cmp::Reverse(found.rule))
}

/// How specific a rule is.
fn kind(rule: &Rule) -> u8 {
    match &rule.shape {
        Shape::Assignment { .. } if rule.about().provider == "Generic" => 0,
        Shape::Url { schemes, hosts } if schemes.is_empty() && hosts.is_empty() => 1,
        Shape::Assignment { .. } => 2,
        Shape::Url { .. } => 3,
        Shape::Pem(_) => 5,
        // Told by what stands around it, whatever it is.
        Shape::Pattern { .. } if rule.about().provider == "Generic" => 3,
        // As well, but by what a program takes.
        Shape::Pattern { value: Some(_), .. } => 4,
        // Told by its context alone, or by its own shape, which says more, or by both.
        Shape::Format(_) | Shape::Pattern { .. } => {
            4 - u8::from(["Generic", "Private keys"].contains(&rule.about().provider.as_str()))
                + 2 * u8::from(is_told_by_form(rule))
                + u8::from(!rule.context.is_empty())
        }
    }
}

/// Whether a literal in it tells a match of the rule, or its check.
fn is_told_by_form(rule: &Rule) -> bool {
    rule.keywords.is_empty() || rule.keywords.iter().any(|keyword| keyword.place != Place::Near)
}

/// A match in encoded text, led back to the bytes.
#[derive(Debug)]
pub(super) struct Decoded {
    pub(super) found: Match,
    /// Number of the stretch that it was found in.
    pub(super) stretch: usize,
    /// Whether the stretch was escaped: then most of its bytes stand for themselves.
    pub(super) escaped: bool,
}

/// Joins what was found directly, in secrets that do not overlap, with what was found in encoded stretches. Matches
/// of one stretch do not exclude each other: they do not overlap where they were found, though their encoded forms
/// may. Ordered by place.
pub(super) fn merge(rules: &[Arc<Rule>], direct: Vec<Match>, mut decoded: Vec<Decoded>) -> Vec<Match> {
    if decoded.is_empty() {
        return direct;
    }
    decoded.sort_by(|a, b| rank(rules, &b.found, 0).cmp(&rank(rules, &a.found, 0)).then(a.found.secret.cmp(&b.found.secret)));
    let mut beaten = vec![false; direct.len()];
    let mut taken: BTreeMap<usize, (usize, usize)> = BTreeMap::new();
    let mut kept: Vec<Match> = Vec::new();
    for candidate in decoded {
        let Span { start, end } = candidate.found.secret;
        let stretch = candidate.stretch;
        let first = direct.partition_point(|found| found.secret.end <= start);
        let count = direct[first..].iter().take_while(|found| found.secret.start < end).count();
        let rivals = first..first + count;
        let is_taken = taken.range(..end).next_back().is_some_and(|(_, &(last, by))| last > start && by != stretch);
        if is_taken || !direct[rivals.clone()].iter().all(|found| beats(rules, &candidate, found)) {
            continue;
        }
        beaten[rivals].fill(true);
        let own = taken.entry(start).or_insert((end, stretch));
        own.0 = own.0.max(end);
        kept.push(candidate.found);
    }
    kept.extend(direct.into_iter().zip(beaten).filter(|(_, beaten)| !beaten).map(|(found, _)| found));
    kept.sort_by_key(|found| (found.secret, found.rule));
    kept
}

/// Whether a match in encoded text says more than one that was found directly in the same bytes.
fn beats(rules: &[Arc<Rule>], decoded: &Decoded, direct: &Match) -> bool {
    let (ours, theirs) = (&rules[decoded.found.rule], &rules[direct.rule]);
    let covers = decoded.found.secret.contains(&direct.secret);
    match kind(ours).cmp(&kind(theirs)) {
        Ordering::Less => false,
        Ordering::Greater => true,
        // The same finding with its value in clear, or the choice of all rules where only some could see the value.
        // But a URL is taken apart before its parts are decoded.
        Ordering::Equal if covers && (decoded.escaped || decoded.found.rule == direct.rule) => !matches!(ours.shape, Shape::Url { .. }),
        Ordering::Equal => is_told_by_form(ours) && !is_told_by_form(theirs),
    }
}

/// Keeps of every group of matches whose secrets overlap the one that says most; ordered by place.
pub(super) fn resolve(rules: &[Arc<Rule>], mut found: Vec<(Match, usize)>) -> Vec<Match> {
    found.sort_by(|(a, a_evidence), (b, b_evidence)| {
        rank(rules, b, *b_evidence).cmp(&rank(rules, a, *a_evidence)).then(a.secret.cmp(&b.secret))
    });
    let mut taken: BTreeMap<usize, usize> = BTreeMap::new();
    let mut kept: Vec<Match> = Vec::with_capacity(found.len());
    for (candidate, _) in found {
        // Kept secrets are disjoint, so only the last one that begins before the candidate's end can overlap it.
        let before = taken.range(..candidate.secret.end.max(candidate.secret.start + 1)).next_back();
        if before.is_some_and(|(_, &end)| end > candidate.secret.start) {
            continue;
        }
        taken.insert(candidate.secret.start, candidate.secret.end);
        kept.push(candidate);
    }
    kept.sort_by_key(|found| (found.secret, found.rule));
    kept
}
