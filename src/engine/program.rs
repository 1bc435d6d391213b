//! L2: the rule set as the scanner runs it: its [`Layout`], with the tables that are quicker made than stored.

use super::heads::{Head, Heads};
use super::layout::groups::Groups;
use super::layout::{Action, Layout, Lengths};
use super::literals::Literals;
use super::pattern::Pattern;
use super::simd::Level;
use super::words::WordIndex;
use crate::rules::RuleSet;
use std::sync::OnceLock;

/// The layout of the built-in rules that are on by default, as `build.rs` made it with the same code.
static BUILTIN: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/layout.bin"));

/// The compiled form of a rule set. What each part is for, its [`Layout`] says.
#[derive(Debug)]
pub(super) struct Program {
    pub(super) heads: Heads,
    pub(super) lengths: Lengths,
    pub(super) context: WordIndex,
    pub(super) context_rules: Groups<u32>,
    pub(super) literals: Literals,
    pub(super) actions: Groups<Action>,
    pub(super) names: WordIndex,
    pub(super) name_rules: Groups<u32>,
    pub(super) urls: Vec<u32>,
    pub(super) pems: Vec<(String, u32)>,
    pub(super) wide: Vec<bool>,
    /// Compiled patterns, by rule; compiled when first needed.
    patterns: Vec<OnceLock<Box<Pattern>>>,
}

impl Program {
    /// The program of these rules.
    pub(super) fn new(level: Level, rules: &RuleSet) -> Program {
        let layout = if rules.is_default() { builtin() } else { Layout::of(rules.rules().iter().map(AsRef::as_ref), &[level.codes()]) };
        Program {
            heads: Heads::new(layout.heads.iter().zip(&layout.head_rules).map(|(literal, &rule)| Head::new(literal, rule))),
            lengths: layout.lengths,
            context: WordIndex::new(layout.context),
            context_rules: layout.context_rules,
            literals: Literals::new(level, layout.literals),
            actions: layout.actions,
            names: WordIndex::new(layout.names),
            name_rules: layout.name_rules,
            urls: layout.urls,
            pems: layout.pems,
            wide: layout.wide,
            patterns: (0..rules.len()).map(|_| OnceLock::new()).collect(),
        }
    }

    /// The compiled pattern of a rule.
    pub(super) fn pattern(&self, rule: usize, regex: &str) -> &Pattern {
        self.patterns[rule].get_or_init(|| Box::new(Pattern::new(regex).expect("patterns are checked before they run")))
    }

    /// The literals, in the order of [`Program::actions`].
    #[cfg(test)]
    pub(super) fn literal_texts(&self) -> Vec<String> {
        self.literals.texts()
    }
}

fn builtin() -> Layout {
    postcard::from_bytes(BUILTIN).expect("build.rs wrote the layout with the same types")
}

#[cfg(test)]
mod tests {
    use super::{Layout, builtin};
    use crate::engine::layout::codes::Codes;
    use crate::rules::builtin::builtin as rules;

    #[test]
    fn the_embedded_layout_is_that_of_the_rules_that_are_on() {
        let on = rules().filter(|rule| rule.enabled);
        assert!(on.is_default());
        assert_eq!(builtin(), Layout::of(on.rules().iter().map(AsRef::as_ref), &[Codes::Letters, Codes::Pairs]));
    }

    #[test]
    fn other_sets_of_rules_are_laid_out_anew() {
        let on = rules().filter(|rule| rule.enabled);
        assert!(!rules().is_default());
        assert!(!on.clone().filter(|rule| rule.id != on.rules()[7].id).is_default());
    }
}
