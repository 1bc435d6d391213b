//! L2: the rule set as the scanner runs it: which rules are tried at which event.
//!
//! | event | rules |
//! |---|---|
//! | a word begins inside a run, with a known head | formats that begin with a literal: [`Program::heads`] |
//! | a word of a known length, with a digit | formats told by length, alphabet and context: [`Program::lengths`] |
//! | a literal anywhere | everything else: [`Program::literals`] |

use super::cover;
use super::runs::{LEAST_RUN, is_alnum, is_token, is_word, kind};
use super::simd::Grams;
use super::words::WordIndex;
use crate::rules::alphabet::ByteSet;
use crate::rules::format::{Format, Part};
use crate::rules::rule::{LEAST_KEYWORD, leading_literals};
use crate::rules::{Place, Rule, Shape};
use std::collections::HashMap;
use std::sync::OnceLock;

/// Words longer than this are not told by their length.
pub(super) const LONGEST_WORD: usize = 256;

/// Literals are looked up by this many bytes of them at most.
const LONGEST_LITERAL: usize = 24;
/// More keywords than this gate a rule worse than its context words do.
const MANY_KEYWORDS: usize = 16;

/// The compiled form of a rule set.
#[derive(Debug)]
pub(super) struct Program {
    /// Formats by the literal that they begin with.
    pub(super) heads: Heads,
    /// Which lengths of words and of base64 runs some rule without a leading literal can begin with.
    pub(super) lengths: Lengths,
    /// Context words of the rules.
    pub(super) context: WordIndex,
    /// Rules that each context word belongs to, by index of the word.
    pub(super) context_rules: Vec<Vec<u32>>,
    /// Literals of the rules that are not told by runs.
    pub(super) literals: WordIndex,
    /// Grams one of which stands in every literal.
    pub(super) grams: Grams,
    /// Length of the longest literal, in bytes.
    pub(super) longest_literal: usize,
    /// What to do at a literal, by index of the literal.
    pub(super) actions: Vec<Vec<Action>>,
    /// URL rules.
    pub(super) urls: Vec<u32>,
    /// PEM rules, by label.
    pub(super) pems: Vec<(String, u32)>,
    /// Compiled patterns, by rule; compiled when first needed.
    pub(super) patterns: Vec<OnceLock<regex::bytes::Regex>>,
}

/// What a literal announces.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Action {
    /// A format that begins this far before the literal.
    Format { rule: u32, min: u32, max: u32 },
    /// A format anywhere near.
    Near { rule: u32 },
    /// A pattern around it.
    Pattern { rule: u32 },
    /// A value given to a name.
    Assignment { rule: u32 },
    /// A URL.
    Url,
    /// A PEM block.
    Pem,
}

/// Formats by the first bytes of their leading literal.
#[derive(Debug, Default)]
pub(super) struct Heads {
    /// One bit for each hash of three bytes that some literal begins with.
    bitmap: Vec<u64>,
    /// Sorted by the hash of their first three bytes.
    heads: Vec<(u16, Head)>,
}

/// A leading literal and its rule.
#[derive(Debug)]
pub(super) struct Head {
    /// The literal, case-sensitive.
    pub(super) literal: Vec<u8>,
    /// Index of the rule.
    pub(super) rule: u32,
}

impl Heads {
    #[allow(clippy::cast_possible_truncation, reason = "the shift leaves 15 bits")]
    #[inline]
    fn hash(bytes: [u8; LEAST_KEYWORD]) -> u16 {
        let value = u32::from(bytes[0]) << 16 | u32::from(bytes[1]) << 8 | u32::from(bytes[2]);
        (value.wrapping_mul(0x9e37_79b1) >> 17) as u16
    }

    fn new(literals: Vec<Head>) -> Heads {
        let mut bitmap = vec![0; 1 << 9];
        let hash = |head: &Head| Self::hash([head.literal[0], head.literal[1], head.literal[2]]);
        let mut heads: Vec<(u16, Head)> = literals.into_iter().map(|head| (hash(&head), head)).collect();
        heads.sort_by_key(|&(hash, ref head)| (hash, head.rule));
        for &(hash, _) in &heads {
            bitmap[usize::from(hash >> 6)] |= 1 << (hash & 63);
        }
        Heads { bitmap, heads }
    }

    /// The heads that stand at the beginning of `bytes`.
    #[inline]
    pub(super) fn at<'h>(&'h self, bytes: &'h [u8]) -> impl Iterator<Item = &'h Head> {
        let hash = match *bytes {
            [a, b, c, ..] => Some(Self::hash([a, b, c])),
            _ => None,
        };
        let known = hash.filter(|&hash| self.bitmap[usize::from(hash >> 6)] >> (hash & 63) & 1 == 1);
        let first = known.map_or(self.heads.len(), |hash| self.heads.partition_point(|&(other, _)| other < hash));
        let same = self.heads[first..].iter().take_while(move |&&(other, _)| Some(other) == known);
        same.map(|(_, head)| head).filter(move |head| bytes.starts_with(&head.literal))
    }
}

/// Rules told by the length of the word or base64 run that they begin with.
#[derive(Debug)]
pub(super) struct Lengths {
    /// By length of the word: whether a rule with context can begin so, and the rules without context.
    pub(super) word: Vec<LengthEntry>,
    /// By length of the run of base64 characters.
    pub(super) wide: Vec<LengthEntry>,
    /// By rule: least and greatest length, and whether it counts words or base64 runs. `None`: not such a rule.
    pub(super) of_rule: Vec<Option<LengthRule>>,
}

/// What one length may be.
#[derive(Debug, Default, Clone)]
pub(super) struct LengthEntry {
    /// The [`kinds`](super::runs::kind) of characters of each rule that needs context and can begin with it.
    contextual: Vec<u8>,
    /// Rules that need none.
    pub(super) alone: Vec<u32>,
}

impl LengthEntry {
    /// Whether any rule that needs context can begin so.
    #[inline]
    pub(super) fn is_contextual(&self) -> bool {
        !self.contextual.is_empty()
    }

    /// Whether a word of these kinds of characters can begin a token that needs context.
    #[inline]
    pub(super) fn admits(&self, kinds: u8) -> bool {
        self.contextual.iter().any(|allowed| kinds & !allowed == 0)
    }
}

/// The lengths of one rule.
#[derive(Debug, Clone, Copy)]
pub(super) struct LengthRule {
    /// Least length in bytes.
    pub(super) min: usize,
    /// Greatest length in bytes.
    pub(super) max: usize,
    /// Whether the run of base64 characters counts, not the word.
    pub(super) wide: bool,
}

impl Program {
    pub(super) fn new(rules: &[Rule]) -> Program {
        let mut builder = Builder::default();
        for (index, rule) in rules.iter().enumerate() {
            builder.add(u32::try_from(index).expect("fewer than 2^32 rules"), rule);
        }
        builder.finish(rules.len())
    }
}

#[derive(Default)]
struct Builder {
    heads: Vec<Head>,
    context: Table<u32>,
    literals: Table<Action>,
    lengths: Vec<(u32, LengthRule, Option<u8>)>,
    urls: Vec<u32>,
    pems: Vec<(String, u32)>,
}

/// Words with what belongs to each, in order of first use.
struct Table<T> {
    order: Vec<String>,
    index: HashMap<String, usize>,
    values: Vec<Vec<T>>,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Table { order: Vec::new(), index: HashMap::new(), values: Vec::new() }
    }
}

impl<T: PartialEq> Table<T> {
    fn add(&mut self, word: &str, value: T) {
        let index = *self.index.entry(word.to_owned()).or_insert_with(|| {
            self.order.push(word.to_owned());
            self.values.push(Vec::new());
            self.order.len() - 1
        });
        if !self.values[index].contains(&value) {
            self.values[index].push(value);
        }
    }
}

impl Builder {
    fn add(&mut self, index: u32, rule: &Rule) {
        for word in &rule.context {
            self.context.add(word, index);
        }
        match &rule.shape {
            Shape::Format(format) => self.add_format(index, rule, format),
            Shape::Url { .. } => {
                self.urls.push(index);
                self.literals.add("://", Action::Url);
            }
            Shape::Pem(label) => {
                self.pems.push((label.clone(), index));
                self.literals.add("begin ", Action::Pem);
            }
            Shape::Pattern { .. } => self.add_keywords(rule, &Action::Pattern { rule: index }),
            Shape::Assignment { .. } => self.add_keywords(rule, &Action::Assignment { rule: index }),
        }
    }

    fn add_keywords(&mut self, rule: &Rule, action: &Action) {
        for keyword in &rule.keywords {
            self.literals.add(gate(&keyword.text), action.clone());
        }
    }

    fn add_format(&mut self, index: u32, rule: &Rule, format: &Format) {
        let literals = leading_literals(&format.parts);
        if literals.iter().all(|literal| is_head(literal)) && guaranteed_run(&format.parts) >= LEAST_RUN {
            for literal in literals {
                self.heads.push(Head { literal, rule: index });
            }
            return;
        }
        if let Some(lengths) = length_rule(&format.parts) {
            let kinds = (!rule.context.is_empty()).then(|| kinds_of(&format.parts));
            self.lengths.push((index, lengths, kinds));
            return;
        }
        // Many keywords stand for the first character of a run: the context is then the better gate.
        if rule.keywords.len() > MANY_KEYWORDS && !rule.context.is_empty() {
            for word in &rule.context {
                self.literals.add(word, Action::Near { rule: index });
            }
            return;
        }
        for keyword in &rule.keywords {
            let action = match keyword.place {
                Place::Inside { min, max } => Action::Format { rule: index, min, max },
                Place::Near => Action::Near { rule: index },
            };
            self.literals.add(gate(&keyword.text), action);
        }
    }

    fn finish(self, rules: usize) -> Program {
        let mut lengths = Lengths {
            word: vec![LengthEntry::default(); LONGEST_WORD + 1],
            wide: vec![LengthEntry::default(); LONGEST_WORD + 1],
            of_rule: vec![None; rules],
        };
        for (index, rule, kinds) in self.lengths {
            lengths.of_rule[index as usize] = Some(rule);
            let table = if rule.wide { &mut lengths.wide } else { &mut lengths.word };
            for entry in &mut table[rule.min..=rule.max] {
                match kinds {
                    None => entry.alone.push(index),
                    Some(kinds) if !entry.contextual.contains(&kinds) => entry.contextual.push(kinds),
                    Some(_) => {}
                }
            }
        }
        Program {
            heads: Heads::new(self.heads),
            lengths,
            context: WordIndex::new(self.context.order.iter().map(String::as_str)),
            context_rules: self.context.values,
            literals: WordIndex::new(self.literals.order.iter().map(String::as_str)),
            grams: Grams::new(&cover::cover(&self.literals.order)),
            longest_literal: self.literals.order.iter().map(String::len).max().unwrap_or(0).max(3),
            actions: self.literals.values,
            urls: self.urls,
            pems: self.pems,
            patterns: (0..rules).map(|_| OnceLock::new()).collect(),
        }
    }
}

/// The beginning of a literal, which gates as well as the whole.
fn gate(literal: &str) -> &str {
    &literal[..literal.floor_char_boundary(LONGEST_LITERAL)]
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
            return Some(LengthRule { min, max, wide: is_wide });
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
