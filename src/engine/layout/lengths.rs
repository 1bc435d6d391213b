//! L2: the rules that are told by the length of the word, or of the run of base64 characters, that they begin with.

use super::groups::Groups;
use crate::rules::plan::{LONGEST_WORD, LengthRule, Plan};
use crate::rules::rule::Rule;
use serde::{Deserialize, Serialize};

/// Rules told by a length.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::engine) struct Lengths {
    /// By length of the word.
    pub(in crate::engine) word: OfLength,
    /// By length of the run of base64 characters.
    pub(in crate::engine) wide: OfLength,
    /// By rule: least and greatest length, and whether it counts words or base64 runs. `None`: not such a rule.
    pub(in crate::engine) of_rule: Vec<Option<LengthRule>>,
    /// The rules that need no context, until all are known.
    #[serde(skip)]
    alone: Vec<u32>,
}

/// What each length may be, up to [`LONGEST_WORD`].
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::engine) struct OfLength {
    /// The [`kinds`](crate::text::chars::kind) of characters of each rule that needs context and can begin with it.
    contextual: Groups<u8>,
    /// Rules that need none.
    alone: Groups<u32>,
}

impl Lengths {
    /// Adds a rule, which may be told otherwise.
    pub(super) fn add(&mut self, index: u32, rule: &Rule) {
        let of_rule = if let Plan::Length(lengths) = &rule.plan { Some(*lengths) } else { None };
        if of_rule.is_some() && rule.context.is_empty() {
            self.alone.push(index);
        }
        self.of_rule.push(of_rule);
    }

    /// Files the rules under their lengths.
    pub(super) fn finish(&mut self) {
        let alone = std::mem::take(&mut self.alone);
        (self.word, self.wide) = (self.filed(false, &alone), self.filed(true, &alone));
    }

    fn filed(&self, wide: bool, alone: &[u32]) -> OfLength {
        let mut filed = OfLength::default();
        let rules: Vec<(u32, LengthRule)> = (0..).zip(&self.of_rule).filter_map(|(index, rule)| rule.map(|rule| (index, rule))).collect();
        for length in 0..=LONGEST_WORD {
            let fitting = || rules.iter().filter(|(_, rule)| rule.wide == wide && (rule.min..=rule.max).contains(&length));
            let mut kinds: Vec<u8> = Vec::new();
            for (_, rule) in fitting().filter(|(index, _)| !alone.contains(index)) {
                if !kinds.contains(&rule.kinds) {
                    kinds.push(rule.kinds);
                }
            }
            filed.contextual.push(kinds);
            filed.alone.push(fitting().map(|(index, _)| *index).filter(|index| alone.contains(index)));
        }
        filed
    }
}

impl OfLength {
    /// Rules of this length that need no context.
    #[inline]
    pub(in crate::engine) fn alone(&self, length: usize) -> &[u32] {
        &self.alone[length]
    }

    /// Whether any rule that needs context can begin so.
    #[inline]
    pub(in crate::engine) fn is_contextual(&self, length: usize) -> bool {
        !self.contextual[length].is_empty()
    }

    /// Whether a word of this length and these kinds of characters can begin a token that needs context.
    #[inline]
    pub(in crate::engine) fn admits(&self, length: usize, kinds: u8) -> bool {
        self.contextual[length].iter().any(|allowed| kinds & !allowed == 0)
    }
}
