//! L2: how a set of rules is looked for: which rules are tried at which event, and by which bytes literals and words are
//! told. Everything that takes thought is done here, for the rules that are on by default in `build.rs`, so that nothing
//! depends on more than `rules/` and the names of programs.
//!
//! | event | rules |
//! |---|---|
//! | a word begins inside a run, with a known head | formats that begin with a literal: [`Layout::heads`] |
//! | a word of a known length, with a digit | formats told by length, alphabet and context: [`Layout::lengths`] |
//! | a literal anywhere | everything else: [`Layout::literals`] |

pub(in crate::engine) mod codes;
mod commonness;
pub(in crate::engine) mod filed;
mod fours;
pub(in crate::engine) mod groups;
mod lengths;
pub(in crate::engine) mod literals;
mod spread;
mod table;

use super::assignment::programs::{is_program, names_program};
use crate::rules::keywords::{Keyword, Place};
use crate::rules::plan::Plan;
use crate::rules::rule::{Rule, Shape};
use codes::Codes;
use filed::Filed;
use groups::Groups;
pub(in crate::engine) use lengths::Lengths;
use literals::Literals;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use table::Table;

/// Literals are looked up by this many bytes of them at most.
const LONGEST_LITERAL: usize = 24;
/// More keywords than this gate a rule worse than its context words do.
pub(in crate::engine) const MANY_KEYWORDS: usize = 16;
/// The longest match of a rule whose triggers are not traced, in bytes.
pub(in crate::engine) const NARROW: usize = 384;

/// What a rule set is looked for by. Rules are told by their number in the set.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::engine) struct Layout {
    /// Literals that formats begin with, case-sensitive.
    pub(in crate::engine) heads: Groups<u8>,
    /// The rule of each.
    pub(in crate::engine) head_rules: Vec<u32>,
    /// Which lengths of words and of base64 runs some rule without a leading literal can begin with.
    pub(in crate::engine) lengths: Lengths,
    /// Context words of the rules.
    pub(in crate::engine) context: Filed,
    /// Rules that each context word belongs to.
    pub(in crate::engine) context_rules: Groups<u32>,
    /// Literals of the rules that are not told by runs.
    pub(in crate::engine) literals: Literals,
    /// What to do at each.
    pub(in crate::engine) actions: Groups<Action>,
    /// Parts of names by which values are told, letters and digits only.
    pub(in crate::engine) names: Filed,
    /// Assignment rules that each part belongs to.
    pub(in crate::engine) name_rules: Groups<u32>,
    /// URL rules.
    pub(in crate::engine) urls: Vec<u32>,
    /// PEM rules, by label.
    pub(in crate::engine) pems: Vec<(String, u32)>,
    /// By rule: whether a match may be so long that its triggers are traced.
    pub(in crate::engine) wide: Vec<bool>,
}

/// What a literal announces.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::engine) enum Action {
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
    /// Perhaps the header of a part of a mail that is quoted-printable.
    Quoted,
}

impl Layout {
    /// The layout of `rules`, for sieves with these codes.
    ///
    /// # Panics
    /// If there are 2^32 rules.
    pub(in crate::engine) fn of<'a>(rules: impl IntoIterator<Item = &'a Rule>, codes: &[Codes]) -> Layout {
        let mut builder = Builder::default();
        for (rule, index) in rules.into_iter().zip(0..) {
            builder.add(index, rule);
        }
        builder.literals.add("secret", Action::Manifest);
        builder.literals.add("quoted-printable", Action::Quoted);
        builder.finish(codes)
    }
}

#[derive(Default)]
struct Builder<'a> {
    layout: Layout,
    context: Table<'a, u32>,
    literals: Table<'a, Action>,
    names: Table<'a, u32>,
}

impl<'a> Builder<'a> {
    fn add(&mut self, index: u32, rule: &'a Rule) {
        self.layout.wide.push(is_wide(rule));
        self.layout.lengths.add(index, rule);
        for word in &rule.context {
            self.context.add(word, index);
        }
        let firsts: BTreeSet<&str> = rule.apart.iter().map(|words| words[0].as_str()).collect();
        for word in firsts {
            self.context.add(word, index);
        }
        match &rule.shape {
            Shape::Format(_) => self.add_format(index, rule),
            Shape::Url { .. } => {
                self.layout.urls.push(index);
                self.literals.add("://", Action::Url);
            }
            Shape::Pem(label) => {
                self.layout.pems.push((label.clone(), index));
                self.literals.add("begin ", Action::Pem);
            }
            Shape::Pattern { .. } => self.add_keywords(rule, |keyword| Action::Pattern { rule: index, place: keyword.place }),
            Shape::Assignment { names, .. } => {
                for name in names {
                    self.names.add(name, index);
                }
                let is_run = names.iter().all(|name| names_program(name));
                self.add_keywords(rule, |keyword| if is_run && is_program(&keyword.text) { Action::Program } else { Action::Assignment });
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
                for literal in literals {
                    self.layout.heads.push(literal.iter().copied());
                    self.layout.head_rules.push(index);
                }
                return;
            }
            Plan::Length(_) => return,
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

    fn finish(mut self, codes: &[Codes]) -> Layout {
        self.literals.drop_covered();
        self.layout.lengths.finish();
        let ((context, context_rules), (names, name_rules)) = (self.context.split(), self.names.split());
        let (literals, actions) = self.literals.split();
        Layout {
            context: Filed::words(context),
            context_rules,
            literals: Literals::of(literals, codes),
            actions,
            names: Filed::words(names),
            name_rules,
            ..self.layout
        }
    }
}

/// The beginning of a literal, which gates as well as the whole.
pub(in crate::engine) fn gate(literal: &str) -> &str {
    &literal[..literal.floor_char_boundary(LONGEST_LITERAL)]
}

/// Whether triggers of a rule are traced: what it matches may be long.
fn is_wide(rule: &Rule) -> bool {
    match &rule.shape {
        Shape::Format(format) => format.length().1 > NARROW,
        Shape::Pattern { longest, .. } => *longest as usize > NARROW,
        Shape::Pem(_) => true,
        Shape::Url { .. } | Shape::Assignment { .. } => false,
    }
}
