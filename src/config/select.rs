//! L1: which rules run: those on by default, then what the user switches on and off, in order, by id or tag.

use super::diagnostic::closest;
use crate::rules::{Rule, RuleSet};

/// The name that stands for every rule.
const ALL: &str = "all";

/// One step of the selection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection {
    /// A rule id, a tag, or `all`.
    pub name: String,
    /// On or off.
    pub on: bool,
}

/// Whether a rule runs after all steps.
#[must_use]
pub fn is_on(rule: &Rule, selection: &[&Selection]) -> bool {
    selection.iter().rfind(|step| names(&step.name, rule)).map_or(rule.enabled, |step| step.on)
}

/// Whether a name means the rule.
#[must_use]
pub fn names(name: &str, rule: &Rule) -> bool {
    name == ALL || rule.id == name || rule.tags.iter().any(|tag| tag == name)
}

/// Checks that a name means at least one rule.
///
/// # Errors
/// What is wrong, and what may have been meant.
pub fn check(name: &str, rules: &RuleSet) -> Result<(), (String, String)> {
    if name == ALL || rules.rules().iter().any(|rule| names(name, rule)) {
        return Ok(());
    }
    let known = rules.rules().iter().flat_map(|rule| std::iter::once(rule.id.as_str()).chain(rule.tags.iter().map(String::as_str)));
    let help = match closest(name, known) {
        Some(like) => format!("did you mean `{like}`? `keyward rules list` shows every rule and tag"),
        None => "`keyward rules list` shows every rule and tag".to_owned(),
    };
    Err((format!("no rule and no tag is called `{name}`"), help))
}
