//! L1: how a format is found: worked out when the rule is compiled, so that a detector is ready at once.

use super::alphabet::ByteSet;
use super::format::{Format, Part};
use super::keywords::leading_literals;
use super::rule::LEAST_KEYWORD;
use crate::text::chars::{is_alnum, is_token, is_word, kind};
use serde::{Deserialize, Serialize};

/// The shortest run of token characters that is looked at, in bytes.
pub const LEAST_RUN: usize = 12;
/// Words longer than this are not told by their length, in bytes.
pub const LONGEST_WORD: usize = 256;

/// How the matches of a format are found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Plan {
    /// By one of these literals, case-sensitive, where a word begins in a run of token characters.
    Heads(Vec<Vec<u8>>),
    /// By the length of the word that every match begins with.
    Length(LengthRule),
    /// By the rule's keywords.
    Keywords,
}

/// The lengths that tell a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LengthRule {
    /// Least length in bytes.
    pub min: usize,
    /// Greatest length in bytes.
    pub max: usize,
    /// Whether the run of base64 characters counts, not the word.
    pub wide: bool,
    /// The [`kinds`](kind) of characters that may stand anywhere in a match.
    pub kinds: u8,
}

impl Plan {
    /// Works out how a format is found.
    #[must_use]
    pub fn of(format: &Format) -> Plan {
        let literals = leading_literals(&format.parts);
        if literals.iter().all(|literal| is_head(literal)) && guaranteed_run(&format.parts) >= LEAST_RUN {
            return Plan::Heads(literals);
        }
        length_rule(&format.parts).map_or(Plan::Keywords, Plan::Length)
    }
}

/// Whether a literal can be looked up where a word begins.
fn is_head(literal: &[u8]) -> bool {
    literal.len() >= LEAST_KEYWORD && is_alnum(literal[0]) && literal[..LEAST_KEYWORD].iter().all(|&byte| is_token(byte))
}

/// How many token characters every match begins with, at least.
fn guaranteed_run(parts: &[Part]) -> usize {
    prefix_length(parts, &is_token, usize::MAX).0
}

/// Least and greatest number of characters of a class that a match begins with, and whether the whole match
/// is of that class. Stops counting at `enough`.
fn prefix_length(parts: &[Part], class: &dyn Fn(u8) -> bool, enough: usize) -> (usize, usize, bool) {
    let (mut min, mut max) = (0usize, 0usize);
    for part in parts {
        let (low, high, whole) = match part {
            Part::Literal(literal) => {
                let count = literal.iter().take_while(|&&byte| class(byte)).count();
                (count, count, count == literal.len())
            }
            Part::Run(run) => {
                let whole = run.set.iter().all(class);
                (if whole { run.min as usize } else { 0 }, run.max as usize, whole)
            }
            Part::Group { choices, optional } => {
                let lengths: Vec<_> = choices.iter().map(|choice| prefix_length(choice, class, enough)).collect();
                let low = lengths.iter().map(|&(low, ..)| low).min().unwrap_or(0);
                let high = lengths.iter().map(|&(_, high, _)| high).max().unwrap_or(0);
                (if *optional { 0 } else { low }, high, lengths.iter().all(|&(.., whole)| whole))
            }
        };
        min += low;
        max += high;
        if !whole || min >= enough {
            return (min, max, whole);
        }
    }
    (min, max, true)
}

/// How a format without a leading literal is told by the length of its first word: possible where that word
/// is long enough to be in a run, its end is certain, and every match of it has a digit in practice.
fn length_rule(parts: &[Part]) -> Option<LengthRule> {
    let wide = |byte: u8| is_word(byte) || matches!(byte, b'+' | b'/');
    for (class, is_wide) in [(&is_word as &dyn Fn(u8) -> bool, false), (&wide, true)] {
        let Some((min, max)) = first_word(parts, class) else { continue };
        if min >= LEAST_RUN && max <= LONGEST_WORD {
            return Some(LengthRule { min, max, wide: is_wide, kinds: kinds_of(parts) });
        }
    }
    None
}

/// Least and greatest length of the maximal run of a class that every match begins with; `None` where a
/// part's characters are neither all of the class nor none of it.
fn first_word(parts: &[Part], class: &dyn Fn(u8) -> bool) -> Option<(usize, usize)> {
    let mut total = (0, 0);
    for (index, part) in parts.iter().enumerate() {
        match part {
            Part::Literal(literal) => {
                let count = literal.iter().take_while(|&&byte| class(byte)).count();
                total = (total.0 + count, total.1 + count);
                if count < literal.len() {
                    return Some(total);
                }
            }
            Part::Run(run) if all(run.set, class) => total = (total.0 + run.min as usize, total.1 + run.max as usize),
            Part::Run(run) if !run.set.iter().any(class) => return (run.min > 0).then_some(total),
            Part::Run(_) => return None,
            Part::Group { choices, optional } => {
                // A group of which every choice is of the class, or one that begins outside it and is last.
                let whole = choices.iter().all(|choice| prefix_length(choice, class, usize::MAX).2);
                let outside = choices.iter().all(|choice| prefix_length(choice, class, usize::MAX).1 == 0);
                if whole {
                    let lengths: Vec<_> = choices.iter().map(|choice| prefix_length(choice, class, usize::MAX)).collect();
                    let low = lengths.iter().map(|&(low, ..)| low).min()?;
                    let high = lengths.iter().map(|&(_, high, _)| high).max()?;
                    total = (total.0 + if *optional { 0 } else { low }, total.1 + high);
                } else if outside && (!optional || index + 1 == parts.len()) {
                    return Some(total);
                } else {
                    return None;
                }
            }
        }
    }
    Some(total)
}

/// The kinds of characters that may stand anywhere in a match.
fn kinds_of(parts: &[Part]) -> u8 {
    parts.iter().fold(0, |kinds, part| {
        kinds
            | match part {
                Part::Literal(literal) => literal.iter().fold(0, |kinds, &byte| kinds | kind(byte)),
                Part::Run(run) => run.set.iter().fold(0, |kinds, byte| kinds | kind(byte)),
                Part::Group { choices, .. } => choices.iter().fold(0, |kinds, choice| kinds | kinds_of(choice)),
            }
    })
}

fn all(set: ByteSet, class: &dyn Fn(u8) -> bool) -> bool {
    set.iter().all(class)
}
