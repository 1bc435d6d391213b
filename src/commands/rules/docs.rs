//! `keyward rules docs`: the built-in rules as a page, `docs/rules.md`.

use crate::rules::check::Strength;
use crate::rules::{Rule, RuleSet, Shape};
use std::collections::BTreeMap;
use std::io::{self, Write};

/// Writes the page, by provider and id.
///
/// # Errors
/// Where `out` cannot be written to.
pub(super) fn page(rules: &RuleSet, out: &mut dyn Write) -> io::Result<()> {
    let mut providers: BTreeMap<(String, &str), Vec<&Rule>> = BTreeMap::new();
    for rule in rules.rules() {
        providers.entry((rule.about().provider.to_lowercase(), &rule.about().provider)).or_default().push(rule);
    }
    let on = rules.rules().iter().filter(|rule| rule.enabled).count();
    writeln!(out, "# Rules\n")?;
    writeln!(out, "<!-- Made by `keyward rules docs`; a test compares. Change rules/*.yaml instead. -->\n")?;
    writeln!(
        out,
        "{} rules of {} providers, {on} of them on by default. `keyward rules show ID` prints all that is known of one: what it opens, and \
         what to do after a leak. The others are public by design, ciphertexts, or too often no secret; `--rules ID`, `--rules TAG` or \
         `--rules all` switches them on.\n",
        rules.len(),
        providers.len()
    )?;
    writeln!(
        out,
        "The last column says how a secret is told: by its *format*, a *pattern*, a *URL*, a *block* or the *name* that it is given to; \
         whether a word of the provider has to stand *near*; and the offline check, with a question mark where a failed one only lowers \
         the confidence."
    )?;
    writeln!(out, "\n| provider | id | name | severity | confidence | | told by |\n|---|---|---|---|---|---|---|")?;
    for ((_, provider), mut rules) in providers {
        rules.sort_by(|a, b| a.id.cmp(&b.id));
        for rule in rules {
            let (severity, confidence) = (rule.severity.as_str(), rule.confidence.as_str());
            let state = if rule.enabled { "on" } else { "off" };
            let name = rule.about().name.replace('|', "\\|");
            writeln!(out, "| {provider} | `{}` | {name} | {severity} | {confidence} | {state} | {} |", rule.id, told_by(rule))?;
        }
    }
    Ok(())
}

/// How a secret of the rule is told, in a few words.
fn told_by(rule: &Rule) -> String {
    let shape = match &rule.shape {
        Shape::Format(_) => "format",
        Shape::Pattern { .. } => "pattern",
        Shape::Url { .. } => "URL",
        Shape::Pem(_) => "block",
        Shape::Assignment { .. } => "name",
    };
    let near = if rule.context.is_empty() { "" } else { ", near" };
    let check = rule.check.map_or_else(String::new, |check| {
        let doubt = if check.strength() == Strength::Hints { "?" } else { "" };
        format!(", `{}`{doubt}", check.name())
    });
    format!("{shape}{near}{check}")
}
