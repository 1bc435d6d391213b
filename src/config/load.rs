//! L1: from files and flags to a checked [`Config`]. Every problem is collected; with one, nothing is scanned.

use super::diagnostic::{Diagnostic, Source};
use super::globs::PathGlobs;
use super::rule_file::{self, Placed};
use super::{Config, Partial, Provenance, Sourced, defaults, discover, read, select};
use crate::rules::RuleSet;
use crate::text::system;
use std::fmt;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What the problems of a scan's configuration are with.
const CONFIGURATION: &str = "the configuration; nothing was scanned";
/// The largest configuration or rule file that is read, in bytes.
const MOST_BYTES: u64 = 1 << 20;

/// Which configuration file to take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    /// The nearest one, searched from the scan root.
    Search,
    /// This one; the text names the flag or variable that said so.
    Given(PathBuf, &'static str),
    /// None.
    Nothing,
}

/// What [`load`] goes by.
#[derive(Debug)]
pub struct Request<'a> {
    /// Which file to take.
    pub choice: Choice,
    /// The directory that the search begins in.
    pub start: &'a Path,
    /// The working directory.
    pub cwd: &'a Path,
    /// What the command line says.
    pub flags: Partial,
}

/// A problem with the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// At a place of a file.
    At(Diagnostic),
    /// With a flag, or with a file as a whole.
    Plain(String),
}

/// Why the configuration was not accepted: all problems, in the order of the files.
#[derive(Debug, thiserror::Error)]
pub struct ConfigError {
    /// What the problems are with: "the configuration".
    pub subject: &'static str,
    /// Never empty.
    pub problems: Vec<Problem>,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.problems[..] {
            [Problem::Plain(message)] => f.write_str(message),
            [_] => write!(f, "a problem with {}", self.subject),
            problems => write!(f, "{} problems with {}", problems.len(), self.subject),
        }
    }
}

impl ConfigError {
    /// Puts the problems of each file in the order of the file; those without a place come last.
    #[must_use]
    pub fn of(subject: &'static str, mut problems: Vec<Problem>) -> ConfigError {
        let mut files: Vec<Arc<Source>> = Vec::new();
        problems.sort_by_cached_key(|problem| {
            let Problem::At(diagnostic) = problem else { return (usize::MAX, 0) };
            let known = files.iter().position(|file| *file == diagnostic.source);
            let file = known.unwrap_or_else(|| {
                files.push(Arc::clone(&diagnostic.source));
                files.len() - 1
            });
            (file, diagnostic.span.start)
        });
        ConfigError { subject, problems }
    }

    fn plain(message: impl Into<String>) -> ConfigError {
        ConfigError { subject: CONFIGURATION, problems: vec![Problem::Plain(message.into())] }
    }
}

/// Finds and reads the configuration, lays the flags over it, and checks the whole.
///
/// # Errors
/// All problems.
pub fn load(request: &Request<'_>) -> Result<Config, ConfigError> {
    let found = discover::search(request.start, request.cwd);
    let file = match (&request.choice, &found.files[..]) {
        (Choice::Nothing, _) | (Choice::Search, []) => None,
        (Choice::Search, [file]) => Some(read_discovered(file, &found.top, request.cwd)?),
        (Choice::Search, [one, other, ..]) => {
            let shown = |path: &Path| path.strip_prefix(request.cwd).unwrap_or(path).display().to_string();
            return Err(ConfigError::plain(format!("both {} and {} are there; keep one", shown(one), shown(other))));
        }
        (Choice::Given(path, by), _) => {
            let source = read_source(path, path).map_err(|what| ConfigError::plain(format!("{by}: {what}")))?;
            Some((path.clone(), source))
        }
    };
    let inside = (request.choice == Choice::Search).then_some(found.top.as_path());
    let root = match (&request.choice, &file) {
        (Choice::Search, Some((path, _))) => path.parent().unwrap_or(&found.top).to_owned(),
        _ => found.top.clone(),
    };
    assemble(file, root, inside, request)
}

/// Puts file, flags and defaults together. `inside`: the directory that rule files named in the file must lie in.
fn assemble(
    file: Option<(PathBuf, Arc<Source>)>,
    root: PathBuf,
    inside: Option<&Path>,
    request: &Request<'_>,
) -> Result<Config, ConfigError> {
    let mut problems = Vec::new();
    let (mut path, mut partial) = (None, Partial::default());
    if let Some((from, source)) = file {
        let (read, found) = read::read(&source);
        problems.extend(found.into_iter().map(Problem::At));
        (path, partial) = (Some(from), read);
    }
    let base = path.as_deref().and_then(Path::parent).unwrap_or(request.cwd);
    let mut merged = defaults().merge(partial).merge(request.flags.clone());
    let rules = collect_rules(&mut merged, base, inside, &mut problems);
    check_names(&merged, &rules, &mut problems);
    let excluded = compile_globs(&merged.exclude, &mut problems);
    if !problems.is_empty() {
        return Err(ConfigError::of(CONFIGURATION, problems));
    }
    let config = complete(merged, root, path, rules, excluded);
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

/// The built-in rules and the user's own. Paths of rule files become absolute or relative to the working directory.
fn collect_rules(merged: &mut Partial, base: &Path, inside: Option<&Path>, problems: &mut Vec<Problem>) -> RuleSet {
    let mut rules = crate::rules::builtin::builtin();
    for file in &mut merged.rule_files {
        let from_file = matches!(file.from, Provenance::File { .. });
        let path = if from_file { base.join(&file.value) } else { file.value.clone() };
        match read_rule_file(&path, &file.value, inside.filter(|_| from_file)) {
            Ok(source) => {
                let (placed, found) = rule_file::read_file(&source);
                problems.extend(found.into_iter().map(Problem::At));
                for Placed { rule, span } in placed {
                    let from = Provenance::File { source: Arc::clone(&source), span };
                    add_rule(&mut rules, &Sourced { value: rule, from }, problems);
                }
            }
            Err(what) => problems.push(problem(&file.from, "unreadable", &what, "")),
        }
        file.value = path;
    }
    for custom in &merged.custom {
        add_rule(&mut rules, custom, problems);
    }
    rules
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

/// Reads a configuration that the scanned tree brought along.
fn read_discovered(path: &Path, top: &Path, cwd: &Path) -> Result<(PathBuf, Arc<Source>), ConfigError> {
    let shown = path.strip_prefix(cwd).unwrap_or(path);
    check_inside(path, shown, top)
        .and_then(|()| read_source(path, shown))
        .map(|source| (path.to_owned(), source))
        .map_err(ConfigError::plain)
}

fn read_rule_file(path: &Path, shown: &Path, inside: Option<&Path>) -> Result<Arc<Source>, String> {
    if let Some(top) = inside {
        check_inside(path, shown, top)?;
    }
    read_source(path, shown)
}

/// Messages quote what they read, so a file that the scanned tree names must lie in that tree.
fn check_inside(path: &Path, shown: &Path, top: &Path) -> Result<(), String> {
    let real = |path: &Path| path.canonicalize().map_err(|error| format!("{}: {}", shown.display(), system::words(&error)));
    if real(path)?.starts_with(real(top)?) {
        // A pipe or device would be waited for without end.
        let regular = path.metadata().is_ok_and(|metadata| metadata.is_file());
        return if regular { Ok(()) } else { Err(format!("{}: not a regular file", shown.display())) };
    }
    Err(format!("{}: leads out of {}; name it with --rule-file or --config if that is meant", shown.display(), top.display()))
}

/// Reads a file of bounded size as UTF-8. A message names it as `shown`.
///
/// # Errors
/// What the system said, or why it is not taken.
pub fn read_source(path: &Path, shown: &Path) -> Result<Arc<Source>, String> {
    let name = shown.display().to_string();
    let fail = |error: &std::io::Error| format!("{name}: {}", system::words(error));
    let file = std::fs::File::open(path).map_err(|error| fail(&error))?;
    if file.metadata().is_ok_and(|metadata| metadata.is_dir()) {
        return Err(format!("{name}: is a directory, not a file"));
    }
    let mut bytes = Vec::new();
    file.take(MOST_BYTES + 1).read_to_end(&mut bytes).map_err(|error| fail(&error))?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(format!("{name}: larger than 1 MiB, so not a configuration or rule file"));
    }
    let text = String::from_utf8(bytes).map_err(|error| format!("{name}: not UTF-8 at byte {}", error.utf8_error().valid_up_to()))?;
    Ok(Source::new(&name, &text))
}
