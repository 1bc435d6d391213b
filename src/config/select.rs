//! L1: which rules run: those on by default, then what the user switches on and off by id, by tag, or all.
//!
//! The command line wins over the file. In each, the more specific name wins (an id over a tag over `all`), and of
//! two as specific, switching off. So `--disable all --rules ID` runs one rule, and `--rules all --disable ID`
//! all but one.

use super::diagnostic::closest;
use super::{Provenance, Sourced};
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
pub fn is_on(rule: &Rule, selection: &[Sourced<Selection>]) -> bool {
    decisive(rule, selection).map_or(rule.enabled, |step| selection[step].value.on)
}

/// The step that decides on a rule, by its index.
#[must_use]
pub fn decisive(rule: &Rule, selection: &[Sourced<Selection>]) -> Option<usize> {
    let weight = |step: &Sourced<Selection>| {
        let flag = matches!(step.from, Provenance::Flag(_));
        specificity(&step.value.name, rule).map(|specificity| (flag, specificity, !step.value.on))
    };
    let weighed = selection.iter().enumerate().filter_map(|(index, step)| weight(step).map(|weight| (weight, index)));
    weighed.max().map(|(_, index)| index)
}

/// Whether a name means the rule.
#[must_use]
pub fn names(name: &str, rule: &Rule) -> bool {
    specificity(name, rule).is_some()
}

/// How closely a name means the rule.
fn specificity(name: &str, rule: &Rule) -> Option<u8> {
    match name {
        _ if rule.id == name => Some(2),
        _ if rule.about().tags.iter().any(|tag| tag == name) => Some(1),
        ALL => Some(0),
        _ => None,
    }
}

/// Checks that a name means at least one rule.
///
/// # Errors
/// What is wrong, and what may have been meant.
pub fn check(name: &str, rules: &RuleSet) -> Result<(), (String, String)> {
    if rules.rules().iter().any(|rule| names(name, rule)) {
        return Ok(());
    }
    let known = rules.rules().iter().flat_map(|rule| std::iter::once(rule.id.as_str()).chain(rule.about().tags.iter().map(String::as_str)));
    let help = match closest(name, known) {
        Some(like) => format!("did you mean `{like}`? `keyward rules list` shows every rule and tag"),
        None => "`keyward rules list` shows every rule and tag".to_owned(),
    };
    Err((format!("no rule and no tag is called `{name}`"), help))
}

#[cfg(test)]
mod tests {
    use super::{Selection, check, is_on};
    use crate::config::{Provenance, Sourced};
    use crate::rules::{Rule, RuleSet};

    fn rule() -> Rule {
        let yaml = "provider: Acme\ntags: [cloud]\nrules: [{id: acme-token, name: t, severity: high, format: 'acme_{hex:8}'}]";
        crate::rules::load::parse_rules(yaml).expect("a valid rule").remove(0)
    }

    /// Steps as `+name` and `-name`; those behind `|` are flags.
    fn on(steps: &str) -> bool {
        let mut from = Provenance::Default;
        let mut selection = Vec::new();
        for step in steps.split(' ').filter(|step| !step.is_empty()) {
            if step == "|" {
                from = Provenance::Flag("--rules");
            } else {
                let value = Selection { name: step[1..].to_owned(), on: step.starts_with('+') };
                selection.push(Sourced { value, from: from.clone() });
            }
        }
        is_on(&rule(), &selection)
    }

    #[test]
    fn the_more_specific_name_wins_whatever_the_order() {
        assert!(on("-all +acme-token") && on("+acme-token -all") && on("-cloud +acme-token") && on("-all +cloud"));
        assert!(!on("+all -acme-token") && !on("-cloud +all") && !on("+acme-token -acme-token") && !on("-acme-token +acme-token"));
        assert!(on("") && on("-other +other"), "what is not named stays as it is");
    }

    #[test]
    fn the_command_line_wins_over_the_file() {
        assert!(on("-acme-token | +all") && on("-acme-token | +cloud"));
        assert!(!on("+acme-token | -all"));
    }

    #[test]
    fn names_that_mean_nothing_are_refused() {
        let rules = RuleSet::new(vec![rule()]).expect("one rule");
        assert!(check("all", &rules).is_ok() && check("cloud", &rules).is_ok() && check("acme-token", &rules).is_ok());
        let (_, help) = check("acme-tokn", &rules).expect_err("no such rule");
        assert!(help.contains("`acme-token`"), "{help}");
    }
}
