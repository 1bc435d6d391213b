//! L2: the rule set as the scanner runs it: which rules are tried at which event.
//!
//! | event | rules |
//! |---|---|
//! | a word begins inside a run, with a known head | formats that begin with a literal: [`Program::heads`] |
//! | a word of a known length, with a digit | formats told by length, alphabet and context: [`Program::lengths`] |
//! | a literal anywhere | everything else: [`Program::literals`] |

use super::heads::{Head, Heads};
use super::literals::Literals;
use super::pattern::Pattern;
use super::simd::Level;
use super::window;
use super::words::WordIndex;
use crate::engine::assignment;
use crate::rules::Keyword;
use crate::rules::plan::{LONGEST_WORD, LengthRule, Plan};
use crate::rules::{Place, Rule, Shape};
use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

/// Literals are looked up by this many bytes of them at most.
const LONGEST_LITERAL: usize = 24;
/// More keywords than this gate a rule worse than its context words do.
pub(super) const MANY_KEYWORDS: usize = 16;

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
    pub(super) literals: Literals,
    /// What to do at a literal, by index of the literal.
    pub(super) actions: Vec<Vec<Action>>,
    /// Parts of names by which values are told, letters and digits only.
    pub(super) names: WordIndex,
    /// Assignment rules that each part belongs to, by index of the part.
    pub(super) name_rules: Vec<Vec<u32>>,
    /// URL rules.
    pub(super) urls: Vec<u32>,
    /// PEM rules, by label.
    pub(super) pems: Vec<(String, u32)>,
    /// Compiled patterns, by rule; compiled when first needed.
    patterns: Vec<OnceLock<Pattern>>,
    /// By rule: whether a match may be so long that its triggers are traced.
    pub(super) wide: Vec<bool>,
}

/// What a literal announces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Action {
    /// A format that begins this far before the literal.
    Format { rule: u32, min: u32, max: u32 },
    /// A format anywhere near. A context word that is a part of another word announces nothing.
    Near { rule: u32, is_context: bool },
    /// A pattern around it.
    Pattern { rule: u32, place: Place },
    /// A value given to a name: the name tells the rules.
    Assignment,
    /// A program that takes a password by place.
    Program,
    /// A URL.
    Url,
    /// A PEM block.
    Pem,
    /// Perhaps the kind of a Kubernetes manifest.
    Manifest,
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
    /// The [`kinds`](crate::text::chars::kind) of characters of each rule that needs context and can begin with it.
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

impl Program {
    /// The compiled pattern of a rule.
    pub(super) fn pattern(&self, rule: usize, regex: &str) -> &Pattern {
        self.patterns[rule].get_or_init(|| Pattern::new(regex).expect("patterns are checked before they run"))
    }

    /// The literals, in the order of [`Program::actions`].
    #[cfg(test)]
    pub(super) fn literal_texts(&self) -> Vec<String> {
        self.literals.texts()
    }

    pub(super) fn new(level: Level, rules: &[Arc<Rule>]) -> Program {
        let mut builder = Builder::default();
        for (index, rule) in rules.iter().enumerate() {
            builder.add(u32::try_from(index).expect("fewer than 2^32 rules"), rule);
        }
        builder.literals.add("secret", Action::Manifest);
        Program { wide: rules.iter().map(|rule| window::is_wide(rule)).collect(), ..builder.finish(level, rules.len()) }
    }
}

#[derive(Default)]
struct Builder<'a> {
    heads: Vec<Head>,
    context: Table<'a, u32>,
    literals: Table<'a, Action>,
    names: Table<'a, u32>,
    lengths: Vec<(u32, LengthRule, bool)>,
    urls: Vec<u32>,
    pems: Vec<(String, u32)>,
}

/// Words with what belongs to each, in order of first use.
struct Table<'a, T> {
    order: Vec<&'a str>,
    index: HashMap<&'a str, usize>,
    values: Vec<Vec<T>>,
}

impl<T> Default for Table<'_, T> {
    fn default() -> Self {
        Table { order: Vec::new(), index: HashMap::new(), values: Vec::new() }
    }
}

impl<'a, T: PartialEq> Table<'a, T> {
    fn add(&mut self, word: &'a str, value: T) {
        let index = *self.index.entry(word).or_insert_with(|| {
            self.order.push(word);
            self.values.push(Vec::new());
            self.order.len() - 1
        });
        if !self.values[index].contains(&value) {
            self.values[index].push(value);
        }
    }
}

impl Table<'_, Action> {
    /// Drops the names that hold another name: wherever the longer stands the shorter does, and the name around it
    /// is read whole. A program's name is no part of one, and must be met itself.
    fn drop_covered(&mut self) {
        let is_name = |actions: &Vec<Action>| actions.len() == 1 && actions[0] == Action::Assignment;
        let names: Vec<&str> = self
            .order
            .iter()
            .zip(&self.values)
            .filter(|(_, actions)| actions.contains(&Action::Assignment))
            .map(|(&text, _)| text)
            .collect();
        let index = WordIndex::new(names.iter().copied());
        let is_covered = |text: &str| {
            let mut covered = false;
            index.find(text.as_bytes(), 0, text.len(), &mut |hit| covered |= names[hit.word as usize] != text);
            covered
        };
        let keep: Vec<bool> = self
            .order
            .iter()
            .zip(&self.values)
            .map(|(text, actions)| assignment::is_program(text) || !(is_name(actions) && is_covered(text)))
            .collect();
        let mut kept = keep.iter();
        self.order.retain(|_| *kept.next().expect("one for each"));
        let mut kept = keep.iter();
        self.values.retain(|_| *kept.next().expect("one for each"));
    }
}

impl<'a> Builder<'a> {
    fn add(&mut self, index: u32, rule: &'a Rule) {
        for word in &rule.context {
            self.context.add(word, index);
        }
        match &rule.shape {
            Shape::Format(_) => self.add_format(index, rule),
            Shape::Url { .. } => {
                self.urls.push(index);
                self.literals.add("://", Action::Url);
            }
            Shape::Pem(label) => {
                self.pems.push((label.clone(), index));
                self.literals.add("begin ", Action::Pem);
            }
            Shape::Pattern { .. } => self.add_keywords(rule, |keyword| Action::Pattern { rule: index, place: keyword.place }),
            Shape::Assignment { names, .. } => {
                for name in names {
                    self.names.add(name, index);
                }
                let is_run = names.iter().all(|name| assignment::is_program(name));
                self.add_keywords(
                    rule,
                    |keyword| if is_run && assignment::is_program(&keyword.text) { Action::Program } else { Action::Assignment },
                );
            }
        }
    }

    fn add_keywords(&mut self, rule: &'a Rule, action: impl Fn(&Keyword) -> Action) {
        for keyword in &rule.keywords {
            self.literals.add(gate(&keyword.text), action(keyword));
        }
    }

    fn add_format(&mut self, index: u32, rule: &'a Rule) {
        match &rule.plan {
            Plan::Heads(literals) => {
                self.heads.extend(literals.iter().map(|literal| Head::new(literal, index)));
                return;
            }
            Plan::Length(lengths) => {
                self.lengths.push((index, *lengths, rule.context.is_empty()));
                return;
            }
            Plan::Keywords => {}
        }
        // Many keywords stand for the first character of a run: the context is then the better gate.
        if rule.keywords.len() > MANY_KEYWORDS && !rule.context.is_empty() {
            for word in &rule.context {
                self.literals.add(word, Action::Near { rule: index, is_context: true });
            }
            return;
        }
        for keyword in &rule.keywords {
            let action = match keyword.place {
                Place::Inside { min, max } => Action::Format { rule: index, min, max },
                Place::Near => Action::Near { rule: index, is_context: rule.context.contains(&keyword.text) },
            };
            self.literals.add(gate(&keyword.text), action);
        }
    }

    fn finish(mut self, level: Level, rules: usize) -> Program {
        self.literals.drop_covered();
        let mut lengths = Lengths {
            word: vec![LengthEntry::default(); LONGEST_WORD + 1],
            wide: vec![LengthEntry::default(); LONGEST_WORD + 1],
            of_rule: vec![None; rules],
        };
        for (index, rule, alone) in self.lengths {
            lengths.of_rule[index as usize] = Some(rule);
            let table = if rule.wide { &mut lengths.wide } else { &mut lengths.word };
            for entry in &mut table[rule.min..=rule.max] {
                if alone {
                    entry.alone.push(index);
                } else if !entry.contextual.contains(&rule.kinds) {
                    entry.contextual.push(rule.kinds);
                }
            }
        }
        Program {
            heads: Heads::new(self.heads),
            lengths,
            context: WordIndex::new(self.context.order.iter().copied()),
            context_rules: self.context.values,
            literals: Literals::new(level, self.literals.order.iter().copied()),
            actions: self.literals.values,
            names: WordIndex::new(self.names.order.iter().copied()),
            name_rules: self.names.values,
            urls: self.urls,
            pems: self.pems,
            patterns: (0..rules).map(|_| OnceLock::new()).collect(),
            wide: Vec::new(),
        }
    }
}

/// The beginning of a literal, which gates as well as the whole.
pub(super) fn gate(literal: &str) -> &str {
    &literal[..literal.floor_char_boundary(LONGEST_LITERAL)]
}
