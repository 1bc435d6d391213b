//! `keyward rules`: list, show and check rules.

use super::{Console, Outcome, output, session};
use crate::config::Config;
use crate::config::load::{ConfigError, Problem, read_source};
use crate::config::rule_file::{self, Placed};
use crate::rules::{Rule, RuleSet};
use anyhow::{anyhow, bail};
use std::io::{self, Write};
use std::path::PathBuf;

/// How to print rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// For people.
    Text,
    /// For programs.
    Json,
}

/// A rule as JSON. Keys are added in later versions, never renamed.
#[derive(Debug, serde::Serialize)]
struct RuleView<'a> {
    id: &'a str,
    title: String,
    provider: &'a str,
    name: &'a str,
    severity: &'static str,
    confidence: &'static str,
    enabled: bool,
    tags: &'a [String],
    description: &'a str,
    remediation: &'a str,
    revoke: Option<&'a str>,
    docs: Option<&'a str>,
    pairs_with: &'a [String],
}

/// Lists all rules and whether they are on.
///
/// # Errors
/// Where standard output cannot be written to.
pub fn list(config: &Config, form: Form, console: &mut Console<'_>) -> anyhow::Result<Outcome> {
    let active = config.active_rules();
    let mut rules: Vec<&Rule> = config.rules.rules().iter().collect();
    rules.sort_by(|a, b| a.id.cmp(&b.id));
    let views: Vec<RuleView<'_>> = rules.into_iter().map(|rule| view(rule, &active)).collect();
    output::to_stdout(console.stdout, |out| match form {
        Form::Json => json(&views, out),
        Form::Text => table(&views, out),
    })?;
    Ok(Outcome::Clean)
}

/// Shows one rule.
///
/// # Errors
/// Where there is no such rule.
pub fn show(config: &Config, id: &str, form: Form, console: &mut Console<'_>) -> anyhow::Result<Outcome> {
    let Some(rule) = config.rules.get(id) else {
        let like = crate::config::diagnostic::closest(id, config.rules.rules().iter().map(|rule| rule.id.as_str()));
        let hint = like.map_or_else(|| "`keyward rules list` shows all".to_owned(), |like| format!("did you mean `{like}`?"));
        bail!("there is no rule `{id}`; {hint}");
    };
    let shown = view(rule, &config.active_rules());
    output::to_stdout(console.stdout, |out| match form {
        Form::Json => json(&shown, out),
        Form::Text => page(&shown, rule, out),
    })?;
    Ok(Outcome::Clean)
}

/// Checks rule files: all problems of all files.
///
/// # Errors
/// Where a file cannot be read or a rule does not compile.
pub fn check(files: &[PathBuf], console: &mut Console<'_>) -> anyhow::Result<Outcome> {
    let mut problems = Vec::new();
    let mut rules = RuleSet::default();
    for path in files {
        let source = match read_source(path, path) {
            Ok(source) => source,
            Err(what) => {
                problems.push(Problem::Plain(what));
                continue;
            }
        };
        let (placed, found) = rule_file::read_file(&source);
        problems.extend(found.into_iter().map(Problem::At));
        for Placed { rule, span } in placed {
            let id = rule.rule.id.clone();
            if rules.add(rule.rule).is_err() {
                let message = format!("there is already a rule `{id}`");
                problems.push(Problem::At(crate::config::diagnostic::Diagnostic::new("duplicate-rule", &source, span, message)));
            }
        }
    }
    if !problems.is_empty() {
        return Err(ConfigError::of(problems).into());
    }
    let count = rules.len();
    session::check_patterns(rules).map_err(|error| anyhow!(error))?;
    let plural = if count == 1 { "" } else { "s" };
    output::to_stdout(console.stdout, |out| writeln!(out, "{count} rule{plural} checked, no problem"))?;
    Ok(Outcome::Clean)
}

fn view<'a>(rule: &'a Rule, active: &RuleSet) -> RuleView<'a> {
    RuleView {
        id: &rule.id,
        title: rule.title(),
        provider: &rule.provider,
        name: &rule.name,
        severity: rule.severity.as_str(),
        confidence: rule.confidence.as_str(),
        enabled: active.get(&rule.id).is_some(),
        tags: &rule.tags,
        description: &rule.description,
        remediation: &rule.remediation,
        revoke: rule.revoke.as_deref(),
        docs: rule.docs.as_deref(),
        pairs_with: &rule.pairs_with,
    }
}

fn json(value: &impl serde::Serialize, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, value)?;
    writeln!(out)
}

fn table(rules: &[RuleView<'_>], out: &mut dyn Write) -> io::Result<()> {
    let width = rules.iter().map(|rule| rule.id.len()).max().unwrap_or_default();
    for rule in rules {
        let state = if rule.enabled { "on " } else { "off" };
        writeln!(out, "{:<width$}  {state}  {:<8}  {:<6}  {}", rule.id, rule.severity, rule.confidence, rule.title)?;
    }
    let on = rules.iter().filter(|rule| rule.enabled).count();
    writeln!(out, "\n{} rules, {on} of them on", rules.len())
}

fn page(shown: &RuleView<'_>, rule: &Rule, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}\n{}\n", shown.id, shown.title)?;
    let state = if shown.enabled { "on" } else { "off (switch it on with --rules, or in the configuration)" };
    let keywords: Vec<&str> = rule.keywords.iter().map(|keyword| keyword.text.as_str()).collect();
    let facts = [
        ("state", state.to_owned()),
        ("severity", shown.severity.to_owned()),
        ("confidence", shown.confidence.to_owned()),
        ("tags", shown.tags.join(", ")),
        ("keywords", keywords.join(", ")),
        ("needs near", rule.context.join(", ")),
        ("goes with", shown.pairs_with.join(", ")),
        ("docs", shown.docs.unwrap_or_default().to_owned()),
        ("revoke at", shown.revoke.unwrap_or_default().to_owned()),
    ];
    for (name, text) in facts.iter().filter(|(_, text)| !text.is_empty()) {
        writeln!(out, "{name:<12}{text}")?;
    }
    for (heading, text) in [("What it opens", shown.description), ("After a leak", shown.remediation)] {
        if !text.is_empty() {
            writeln!(out, "\n{heading}\n{text}")?;
        }
    }
    Ok(())
}
