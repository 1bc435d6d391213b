//! L1: from files and flags to a checked [`Config`]. Every problem is collected; with one, nothing is scanned.

use super::diagnostic::{Diagnostic, Source};
use super::error::{CONFIGURATION, ConfigError, Problem};
use super::files::{self, Choice, Located};
use super::globs::PathGlobs;
use super::rule_file::{self, Placed};
use super::{Config, Partial, Provenance, Sourced, defaults, read, select};
use crate::rules::RuleSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What [`load`] goes by.
#[derive(Debug)]
pub struct Request<'a> {
    /// Which file to take.
    pub choice: Choice<'a>,
    /// The directory that the search begins in.
    pub start: &'a Path,
    /// The working directory.
    pub cwd: &'a Path,
    /// What the command line says.
    pub flags: Partial,
}

/// Finds and reads the configuration, lays the flags over it, and checks the whole.
///
/// # Errors
/// All problems.
pub fn load(request: &Request<'_>) -> Result<Config, ConfigError> {
    let (located, root) = files::locate(&request.choice, request.start, request.cwd).map_err(ConfigError::plain)?;
    let mut problems = Vec::new();
    let (partial, found) = located.as_ref().map(|located| read::read(&located.source)).unwrap_or_default();
    problems.extend(found.into_iter().map(Problem::At));
    let mut merged = defaults().merge(partial).merge(request.flags.clone());
    let rules = collect_rules(&mut merged, located.as_ref(), &mut problems);
    check_names(&merged, &rules, &mut problems);
    let excluded = compile_globs(&merged.exclude, &mut problems);
    if !problems.is_empty() {
        return Err(ConfigError::of(CONFIGURATION, problems));
    }
    let config = complete(merged, root, located.map(|located| located.path), rules, excluded);
    if config.active_rules().is_empty() {
        let message = "no rule is switched on, so nothing would ever be found; drop what disables them all, or enable some";
        return Err(ConfigError::plain(message));
    }
    Ok(config)
}

fn complete(merged: Partial, root: PathBuf, file: Option<PathBuf>, rules: RuleSet, excluded: PathGlobs) -> Config {
    const SET: &str = "`defaults` sets every value";
    Config {
        root,
        file,
        rules,
        min_severity: merged.min_severity.expect(SET),
        min_confidence: merged.min_confidence.expect(SET),
        max_size: merged.max_size.expect(SET),
        hidden: merged.hidden.expect(SET),
        ignore_files: merged.ignore_files.expect(SET),
        archives: merged.archives.expect(SET),
        inline_allow: merged.inline_allow.expect(SET),
        selection: merged.selection,
        rule_files: merged.rule_files,
        custom: merged.custom,
        allow: merged.allow,
        exclude: merged.exclude,
        excluded,
    }
}

/// The built-in rules and the user's own. Paths of rule files become those that they were found at.
fn collect_rules(merged: &mut Partial, located: Option<&Located<'_>>, problems: &mut Vec<Problem>) -> RuleSet {
    let mut rules = crate::rules::builtin::builtin();
    for file in &mut merged.rule_files {
        let opened = match (located, &file.from) {
            (Some(located), Provenance::File { .. }) => located.open(&file.value),
            _ => files::read_source(&file.value, &file.value).map(|source| (file.value.clone(), source)),
        };
        match opened {
            Ok((path, source)) => {
                add_rules_of(&source, &mut rules, problems);
                file.value = path;
            }
            Err(what) => problems.push(problem(&file.from, "unreadable", &what, "")),
        }
    }
    for custom in &merged.custom {
        add_rule(&mut rules, custom, problems);
    }
    rules
}

fn add_rules_of(source: &Arc<Source>, rules: &mut RuleSet, problems: &mut Vec<Problem>) {
    let (placed, found) = rule_file::read_file(source);
    problems.extend(found.into_iter().map(Problem::At));
    for Placed { rule, span } in placed {
        let from = Provenance::File { source: Arc::clone(source), span };
        add_rule(rules, &Sourced { value: rule, from }, problems);
    }
}

fn add_rule(rules: &mut RuleSet, custom: &Sourced<super::CustomRule>, problems: &mut Vec<Problem>) {
    let rule = &custom.value.rule;
    if rules.add(rule.clone()).is_err() {
        let help = "ids are unique; to replace a built-in rule, disable it and give yours an id of its own";
        problems.push(problem(&custom.from, "duplicate-rule", &format!("there is already a rule `{}`", rule.id), help));
    }
}

/// Checks every name of a rule or tag.
fn check_names(merged: &Partial, rules: &RuleSet, problems: &mut Vec<Problem>) {
    let selected = merged.selection.iter().map(|step| (&step.value.name, &step.from));
    let allowed = merged.allow.iter().flat_map(|entry| entry.value.rules.iter().map(move |name| (name, &entry.from)));
    for (name, from) in selected.chain(allowed) {
        if let Err((message, help)) = select::check(name, rules) {
            problems.push(problem(from, "unknown-rule", &message, &help));
        }
    }
}

/// Compiles the patterns of all origins. Those of the file were checked when it was read.
fn compile_globs(globs: &[Sourced<String>], problems: &mut Vec<Problem>) -> PathGlobs {
    for glob in globs.iter().filter(|glob| !matches!(glob.from, Provenance::File { .. })) {
        if let Err(what) = PathGlobs::new(vec![glob.value.clone()]) {
            problems.push(problem(&glob.from, "bad-glob", &format!("`{}`: {what}", glob.value), "write it as in .gitignore"));
        }
    }
    PathGlobs::new(globs.iter().map(|glob| glob.value.clone()).collect()).unwrap_or_default()
}

/// A problem where its origin is shown best.
fn problem(from: &Provenance, code: &'static str, message: &str, help: &str) -> Problem {
    match from {
        Provenance::File { source, span } if help.is_empty() => Problem::At(Diagnostic::new(code, source, span.clone(), message)),
        Provenance::File { source, span } => Problem::At(Diagnostic::new(code, source, span.clone(), message).with_help(help)),
        other if help.is_empty() => Problem::Plain(format!("{other}: {message}")),
        other => Problem::Plain(format!("{other}: {message}; {help}")),
    }
}
