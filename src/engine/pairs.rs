//! L2: secrets that are no use without each other: an id and its secret that stand near each other are one match.
//!
//! Rules say so by `pairs_with`. The severer one is the match, the others are its [`parts`](Match::parts): a part is
//! less severe, or as severe and of no use without it either. Rules that are off are looked for too, but only around
//! the matches of those that need them: a public id is no finding, but tells where its secret belongs.
//!
//! Two matches belong together where each is the nearest to the other that could be, at most [`PAIR_REACH`] apart.
//! That depends on what stands around them only, and not on the order in which anything was found.

use super::scanner::Scanner;
use super::{Detector, Match, Part, Scratch};
use crate::rules::{Confidence, PAIR_REACH, Rule, RuleSet};
use crate::text::Span;
use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// How far a rule that is off may look to be tried around a match, in bytes.
const PARTNER_REACH: usize = 2 << 10;
/// How many matches on either side of one are looked at. Secrets that do not overlap are hardly ever as close.
const NEIGHBOURS: usize = 64;
/// A part stands before its secret more often than behind it: what it is worth, in bytes of distance.
const BEHIND: usize = 64;
/// The distance between matches of different sections, objects or list entries: above all others.
const APART: usize = 1 << 20;

/// Which rules pair, worked out when something is found for the first time.
#[derive(Debug)]
pub(super) struct Pairs {
    /// By rule of the detector, then of the partners: the rules that it can pair with, by the same numbers.
    related: Vec<Vec<usize>>,
    /// The rules that are off and that rules which are on pair with.
    partners: Option<Box<Detector>>,
}

impl Pairs {
    pub(super) fn new(rules: &RuleSet, known: &RuleSet) -> Pairs {
        let partners = partners(rules, known);
        let all: Vec<&Arc<Rule>> = rules.rules().iter().chain(partners.rules()).collect();
        let index: HashMap<&str, usize> = all.iter().enumerate().map(|(index, rule)| (rule.id.as_str(), index)).collect();
        let mut related = vec![Vec::new(); all.len()];
        for (one, rule) in all.iter().enumerate() {
            for &other in rule.pairs_with.iter().filter_map(|id| index.get(id.as_str())) {
                related[one].push(other);
                related[other].push(one);
            }
        }
        Pairs { related, partners: Detector::new(partners).ok().map(Box::new) }
    }

    /// The partner of this number, from 0.
    pub(super) fn partner(&self, number: usize) -> &Rule {
        &self.partners.as_ref().expect("only partners have such numbers").rules()[number]
    }

    fn are_related(&self, one: usize, other: usize) -> bool {
        self.related[one].contains(&other)
    }
}

/// The rules of `known` that are not among `rules`, pair with one of them, and look about them no further than they
/// are given room.
fn partners(rules: &RuleSet, known: &RuleSet) -> RuleSet {
    let ids: HashSet<&str> = rules.rules().iter().map(|rule| rule.id.as_str()).collect();
    let named: HashSet<&str> = rules.rules().iter().flat_map(|rule| &rule.pairs_with).map(String::as_str).collect();
    known.clone().filter(|rule| {
        let is_near = || {
            let (before, behind) = rule.reach();
            before.max(behind) <= PARTNER_REACH
        };
        let pairs = named.contains(rule.id.as_str()) || rule.pairs_with.iter().any(|id| ids.contains(id.as_str()));
        pairs && !ids.contains(rule.id.as_str()) && is_near()
    })
}

/// What may be a part or have parts.
#[derive(Debug)]
struct Item {
    /// Number of the rule, partners counted behind the detector's own.
    rule: usize,
    secret: Span,
    confidence: Confidence,
    /// Index of the match; `None` for what a partner found.
    of: Option<usize>,
    /// The item that it is a part of.
    root: Option<usize>,
}

/// `matches`, ordered by place, with those that belong together joined.
pub(super) fn join(detector: &Detector, bytes: &[u8], mut matches: Vec<Match>) -> Vec<Match> {
    if matches.is_empty() {
        return matches;
    }
    let pairs = detector.pairs();
    let of_match = |(index, found): (usize, &Match)| {
        let (rule, secret, confidence) = (found.rule, found.secret, found.confidence);
        (!pairs.related[rule].is_empty()).then_some(Item { rule, secret, confidence, of: Some(index), root: None })
    };
    let mut items: Vec<Item> = matches.iter().enumerate().filter_map(of_match).collect();
    if items.is_empty() {
        return matches;
    }
    items.extend(companions(detector, pairs, bytes, &matches, &items));
    items.sort_by_key(|item| (item.secret, item.rule));
    attach(detector, pairs, bytes, &mut items);
    let mut is_part = vec![false; matches.len()];
    for item in &items {
        let Some(root) = item.root.and_then(|root| items[root].of) else { continue };
        let decoded = item.of.and_then(|of| matches[of].decoded.clone());
        if let Some(of) = item.of {
            is_part[of] = true;
        }
        let root = &mut matches[root];
        root.parts.push(Part { rule: item.rule, secret: item.secret, decoded });
        root.confidence = root.confidence.max(supported(item, root.confidence));
    }
    let mut is_part = is_part.into_iter();
    matches.retain(|_| !is_part.next().expect("one for each match"));
    matches
}

/// What a part makes of the confidence of its secret. What would be reported by itself must not be lost in it.
fn supported(part: &Item, of: Confidence) -> Confidence {
    let is_doubtful = part.of.is_none() && of == Confidence::Low;
    if is_doubtful { part.confidence.min(Confidence::Medium) } else { part.confidence }
}

/// What the partners find around the items that need them.
fn companions(detector: &Detector, pairs: &Pairs, bytes: &[u8], matches: &[Match], items: &[Item]) -> Vec<Item> {
    let Some(partners) = &pairs.partners else { return Vec::new() };
    let own = detector.rules().len();
    let mut windows: Vec<Span> = Vec::new();
    for item in items.iter().filter(|item| pairs.related[item.rule].iter().any(|&other| other >= own)) {
        let room = PAIR_REACH + PARTNER_REACH;
        let window = Span::new(item.secret.start.saturating_sub(room), bytes.len().min(item.secret.end + room));
        match windows.last_mut() {
            Some(last) if window.start <= last.end => last.end = last.end.max(window.end),
            _ => windows.push(window),
        }
    }
    let mut found = Vec::new();
    let mut scratch = Scratch::default();
    for window in windows {
        for one in Scanner::new(partners, window.of(bytes), &mut scratch).run() {
            let secret = Span::new(window.start + one.secret.start, window.start + one.secret.end);
            let at = matches.partition_point(|other| other.secret.end <= secret.start);
            let is_taken = matches[at..].iter().take(NEIGHBOURS).any(|other| other.secret.overlaps(&secret));
            if one.decoded.is_none() && one.confidence >= Confidence::Medium && !is_taken {
                found.push(Item { rule: own + one.rule, secret, confidence: one.confidence, of: None, root: None });
            }
        }
    }
    found
}

/// Gives every item that can be a part its root: the severest rules first, so that a root is never a part.
fn attach(detector: &Detector, pairs: &Pairs, bytes: &[u8], items: &mut [Item]) {
    let rank = |item: &Item| (detector.numbered(item.rule).severity, item.of.is_some(), Reverse(item.rule));
    let mut order: Vec<usize> = (0..items.len()).collect();
    order.sort_by_key(|&index| (Reverse(rank(&items[index])), index));
    for index in order {
        let part = &items[index];
        let root = nearest(items, index, |other| {
            let is_root = other.of.is_some() && other.root.is_none() && (part.of.is_none() || rank(other) > rank(part));
            if is_root && is_part(detector, pairs, part, other) { distance(bytes, part.secret, other.secret) } else { None }
        });
        let is_mutual = |root: &usize| {
            let of_rule = |other: &Item| if other.rule == part.rule { distance(bytes, other.secret, items[*root].secret) } else { None };
            nearest(items, *root, of_rule) == Some(index)
        };
        items[index].root = root.filter(is_mutual);
    }
}

/// Whether `part` is of no use without `root`, and no more severe.
fn is_part(detector: &Detector, pairs: &Pairs, part: &Item, root: &Item) -> bool {
    let (part_rule, root_rule) = (detector.numbered(part.rule), detector.numbered(root.rule));
    let is_mutual = || part_rule.pairs_with.contains(&root_rule.id) && root_rule.pairs_with.contains(&part_rule.id);
    pairs.are_related(part.rule, root.rule) && (part.of.is_none() || part_rule.severity < root_rule.severity || is_mutual())
}

/// The item for which `distance` is least, among those that stand around `items[index]`.
fn nearest(items: &[Item], index: usize, distance: impl Fn(&Item) -> Option<usize>) -> Option<usize> {
    let around = index.saturating_sub(NEIGHBOURS)..items.len().min(index + NEIGHBOURS + 1);
    let others = around.filter(|&other| other != index);
    others.filter_map(|other| Some((distance(&items[other])?, other))).min().map(|(_, other)| other)
}

/// How far a part stands from a secret; `None` where that is beyond reach, and where they share bytes.
fn distance(bytes: &[u8], part: Span, secret: Span) -> Option<usize> {
    let (between, behind) = if part.end <= secret.start {
        (Span::new(part.end, secret.start), 0)
    } else if secret.end <= part.start {
        (Span::new(secret.end, part.start), BEHIND)
    } else {
        return None;
    };
    let apart = if separates(between.of(&bytes[..between.end])) { APART } else { 0 };
    (between.len() <= PAIR_REACH).then_some(between.len() + behind + apart)
}

/// Whether a text ends one section, object or list entry and begins another: an empty line, a heading in brackets, a
/// closing brace, a dash at the beginning of a line.
fn separates(between: &[u8]) -> bool {
    let mut lines = between.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii);
    // The ends of the lines on which the two stand are of no line of their own.
    let (first, last) = (lines.next().unwrap_or_default(), lines.next_back());
    let begins_other = |line: &[u8]| line.starts_with(b"[") || line.starts_with(b"- ") || line == b"-";
    let whole = lines.any(|line| line.is_empty() || begins_other(line) || line.starts_with(b"}"));
    whole || first.contains(&b'}') || last.is_some_and(|line| begins_other(line) || line.starts_with(b"}"))
}

#[cfg(test)]
mod tests;
