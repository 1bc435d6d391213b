//! `keyward rules`: list, show and check rules.

mod docs;

use super::{Console, Outcome, output, session};
use crate::config::Config;
use crate::config::error::{ConfigError, Problem};
use crate::config::files::read_source;
use crate::config::rule_file::{self, Placed};
use crate::config::schema;
use crate::engine::{Detector, Match, examples};
use crate::rules::{Confidence, Rule, RuleSet};
use crate::text::sanitize::sanitize;
use anyhow::{Context as _, anyhow, bail};
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
    let mut rules: Vec<&Rule> = config.rules.rules().iter().map(AsRef::as_ref).collect();
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

/// Checks rule files: that all rules compile, and that the examples of each, its own and those derived from its shape,
/// hold.
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
        return Err(ConfigError::of("the rules", problems).into());
    }
    session::check_patterns(rules.clone()).map_err(|error| anyhow!(error))?;
    let broken = broken_examples(&rules)?;
    report_examples(rules.len(), &broken, console)
}

/// Prints the built-in rules as the page `docs/rules.md`.
///
/// # Errors
/// Where standard output cannot be written to.
pub fn docs(console: &mut Console<'_>) -> anyhow::Result<Outcome> {
    output::to_stdout(console.stdout, |out| docs::page(&crate::rules::builtin::builtin(), out))?;
    Ok(Outcome::Clean)
}

/// Prints the JSON Schema of rule files.
///
/// # Errors
/// Where standard output cannot be written to.
pub fn schema(console: &mut Console<'_>) -> anyhow::Result<Outcome> {
    output::to_stdout(console.stdout, |out| json(&schema::rule_file(), out))?;
    Ok(Outcome::Clean)
}

/// Prints the examples that do not hold.
fn report_examples(rules: usize, broken: &[String], console: &mut Console<'_>) -> anyhow::Result<Outcome> {
    output::to_stdout(console.stdout, |out| {
        for line in broken {
            writeln!(out, "{line}")?;
        }
        let problems = broken.len();
        let plural = |count: usize| if count == 1 { "" } else { "s" };
        writeln!(out, "{rules} rule{} checked, {problems} problem{}", plural(rules), plural(problems))
    })?;
    Ok(if broken.is_empty() { Outcome::Clean } else { Outcome::Findings })
}

/// The examples of all rules that do not hold, in words. Those that are on are tried together, as they run; one that is
/// off by itself: what it finds may well be found by another as long as nobody asks for it.
fn broken_examples(rules: &RuleSet) -> anyhow::Result<Vec<String>> {
    let detector = |keep: &dyn Fn(&Rule) -> bool| Detector::new(rules.clone().filter(keep)).context("no rule to check");
    let is_any_on = rules.is_empty() || rules.rules().iter().any(|rule| rule.enabled);
    let on = is_any_on.then(|| detector(&|rule| rule.enabled)).transpose()?;
    let mut broken = Vec::new();
    for rule in rules.rules() {
        match on.as_ref().filter(|_| rule.enabled) {
            Some(on) => broken.extend(broken_of(on, rule)),
            None => broken.extend(broken_of(&detector(&|other| other.id == rule.id)?, rule)),
        }
    }
    Ok(broken)
}

/// The examples of a rule that do not hold. Examples are made up, so they may be shown.
fn broken_of(detector: &Detector, rule: &Rule) -> Vec<String> {
    let found = |text: &[u8]| detector.scan(text).into_iter().filter(|one| detector.rules()[one.rule].id == rule.id).collect::<Vec<_>>();
    let shown = |text: &[u8]| sanitize(&String::from_utf8_lossy(text)).into_owned();
    let missed = examples::positives(rule)
        .into_iter()
        .filter(|example| !found(&example.text).iter().any(|one| one.secret.of(&example.text) == example.secret));
    let missed = missed.map(|example| format!("rule `{}`: not found in: {}", rule.id, shown(&example.text)));
    // What is doubtful is not reported, unless all that the rule finds is.
    let is_sure = |one: &Match| one.confidence >= rule.confidence.min(Confidence::Medium);
    let wrong = examples::negatives(rule).into_iter().filter(|text| found(text).iter().any(is_sure));
    let wrong = wrong.map(|text| format!("rule `{}`: found, but should not be, in: {}", rule.id, shown(&text)));
    missed.chain(wrong).collect()
}

fn view<'a>(rule: &'a Rule, active: &RuleSet) -> RuleView<'a> {
    RuleView {
        id: &rule.id,
        title: rule.title(),
        provider: &rule.about().provider,
        name: &rule.about().name,
        severity: rule.severity.as_str(),
        confidence: rule.confidence.as_str(),
        enabled: active.get(&rule.id).is_some(),
        tags: &rule.about().tags,
        description: &rule.about().description,
        remediation: &rule.about().remediation,
        revoke: rule.about().revoke.as_deref(),
        docs: rule.about().docs.as_deref(),
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
