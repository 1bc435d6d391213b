//! L2: one secret, one match: where matches share bytes of their secrets, the one that says most is kept.

use super::Match;
use crate::rules::check::Strength;
use crate::rules::{Rule, Shape};

/// How much a match says; greater is better.
fn rank(rules: &[Rule], found: &Match) -> (u8, bool, u8, usize, usize, std::cmp::Reverse<usize>) {
    let rule = &rules[found.rule];
    let kind = match &rule.shape {
        Shape::Assignment { .. } if rule.provider == "Generic" => 0,
        Shape::Url { schemes, hosts } if schemes.is_empty() && hosts.is_empty() => 1,
        Shape::Assignment { .. } => 2,
        Shape::Url { .. } => 3,
        Shape::Pem(_) => 4,
        Shape::Format(_) if !rule.context.is_empty() => 4,
        Shape::Format(_) | Shape::Pattern { .. } => 5,
    };
    let proven = rule.check.is_some_and(|check| check.strength() == Strength::Refutes);
    (kind, proven, found.confidence as u8, found.secret.len(), found.span.len(), std::cmp::Reverse(found.rule))
}

/// Keeps of every group of matches whose secrets overlap the one that says most; ordered by place.
pub(super) fn resolve(rules: &[Rule], mut found: Vec<Match>) -> Vec<Match> {
    if found.len() < 2 {
        return found;
    }
    found.sort_by(|a, b| rank(rules, b).cmp(&rank(rules, a)).then(a.secret.cmp(&b.secret)));
    let mut taken: std::collections::BTreeMap<usize, usize> = std::collections::BTreeMap::new();
    let mut kept: Vec<Match> = Vec::with_capacity(found.len());
    for candidate in found {
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
