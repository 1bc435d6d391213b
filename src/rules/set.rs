//! L1: a set of rules with unique ids, and which of them run.

use super::rule::Rule;
use std::sync::Arc;

/// Rules with unique ids, in a fixed order. Cheap to clone and to filter: the rules themselves are shared.
#[derive(Debug, Clone, Default)]
pub struct RuleSet {
    rules: Vec<Arc<Rule>>,
}

/// Two rules with one id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("rule id `{0}` is used twice; ids must be unique")]
pub struct DuplicateId(pub String);

impl RuleSet {
    /// A set of the given rules.
    ///
    /// # Errors
    /// Where two rules have one id.
    pub fn new(rules: Vec<Rule>) -> Result<RuleSet, DuplicateId> {
        let mut set = RuleSet::default();
        rules.into_iter().try_for_each(|rule| set.add(rule))?;
        Ok(set)
    }

    /// A set of rules whose ids are known to be unique.
    pub(super) fn of_unique(rules: Vec<Arc<Rule>>) -> RuleSet {
        RuleSet { rules }
    }

    /// Adds a rule.
    ///
    /// # Errors
    /// Where the set has a rule of that id.
    pub fn add(&mut self, rule: Rule) -> Result<(), DuplicateId> {
        if self.get(&rule.id).is_some() {
            return Err(DuplicateId(rule.id));
        }
        self.rules.push(Arc::new(rule));
        Ok(())
    }

    /// The rule with this id.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.id == id).map(Arc::as_ref)
    }

    /// All rules, in the set's order.
    #[must_use]
    pub fn rules(&self) -> &[Arc<Rule>] {
        &self.rules
    }

    /// Keeps the rules for which `keep` holds.
    #[must_use]
    pub fn filter(mut self, keep: impl Fn(&Rule) -> bool) -> RuleSet {
        self.rules.retain(|rule| keep(rule));
        self
    }

    /// Whether these are the built-in rules that are on by default, all of them and no others.
    #[must_use]
    pub(crate) fn is_default(&self) -> bool {
        let builtin = super::builtin::builtin();
        self.rules.iter().map(Arc::as_ptr).eq(builtin.rules.iter().filter(|rule| rule.enabled).map(Arc::as_ptr))
    }

    /// Number of rules.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rules.len()
    }

    /// Whether there is no rule.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }
}
