//! L2: one secret, one match: where matches share bytes of their secrets, the one that says most is kept.

use super::Match;
use crate::rules::check::Check;
use crate::rules::{Place, Rule, Shape};
use std::sync::Arc;

/// How much a match says; greater is better.
fn rank(rules: &[Arc<Rule>], found: &Match, evidence: usize) -> (u8, usize, bool, usize, u8, usize, std::cmp::Reverse<usize>) {
    let rule = &rules[found.rule];
    let proven = rule.check.is_some_and(Check::proves);
    (kind(rule), found.secret.len(), proven, evidence, found.confidence as u8, found.span.len(), std::cmp::Reverse(found.rule))
}

/// How specific a rule is.
fn kind(rule: &Rule) -> u8 {
    match &rule.shape {
        Shape::Assignment { .. } if rule.provider == "Generic" => 0,
        Shape::Url { schemes, hosts } if schemes.is_empty() && hosts.is_empty() => 1,
        Shape::Assignment { .. } => 2,
        Shape::Url { .. } => 3,
        Shape::Pem(_) => 4,
        // Told by its context alone, or by its own shape, which says more, or by both.
        Shape::Format(_) | Shape::Pattern { .. } => {
            4 - u8::from(rule.provider == "Generic")
                + 2 * u8::from(rule.keywords.iter().any(|keyword| keyword.place != Place::Near))
                + u8::from(!rule.context.is_empty())
        }
    }
}

/// Keeps of every group of matches whose secrets overlap the one that says most; ordered by place.
pub(super) fn resolve(rules: &[Arc<Rule>], mut found: Vec<(Match, usize)>) -> Vec<Match> {
    found.sort_by(|(a, a_evidence), (b, b_evidence)| {
        rank(rules, b, *b_evidence).cmp(&rank(rules, a, *a_evidence)).then(a.secret.cmp(&b.secret))
    });
    let mut taken: std::collections::BTreeMap<usize, usize> = std::collections::BTreeMap::new();
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
