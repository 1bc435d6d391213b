//! L1: a set of rules with unique ids, and which of them run.

use super::rule::Rule;
use std::collections::HashMap;

/// Rules with unique ids, in a fixed order.
#[derive(Debug, Clone, Default)]
pub struct RuleSet {
    rules: Vec<Rule>,
    by_id: HashMap<String, usize>,
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

    /// Adds a rule.
    ///
    /// # Errors
    /// Where the set has a rule of that id.
    pub fn add(&mut self, rule: Rule) -> Result<(), DuplicateId> {
        if self.by_id.contains_key(&rule.id) {
            return Err(DuplicateId(rule.id));
        }
        self.by_id.insert(rule.id.clone(), self.rules.len());
        self.rules.push(rule);
        Ok(())
    }

    /// The rule with this id.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&Rule> {
        self.by_id.get(id).map(|&index| &self.rules[index])
    }

    /// All rules, in the set's order.
    #[must_use]
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// Keeps the rules for which `keep` holds.
    #[must_use]
    pub fn filter(self, keep: impl Fn(&Rule) -> bool) -> RuleSet {
        let rules: Vec<Rule> = self.rules.into_iter().filter(keep).collect();
        let by_id = rules.iter().enumerate().map(|(index, rule)| (rule.id.clone(), index)).collect();
        RuleSet { rules, by_id }
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
