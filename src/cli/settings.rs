//! L6: from plain flags to checked settings: which configuration, which directories, which reports.

use super::args::{
    BaselineCommand, BaselineScanArgs, CiArgs, Cli, Color, CommitArgs, ConfigShowArgs, ExplainArgs, GlobalArgs, HistoryArgs, HookArgs,
    LimitArgs, ListFormat, PrePushArgs, RemarkArgs, ReportArgs, RuleArgs, ScanArgs, ScanFlags, StagedArgs, WalkArgs,
};
use crate::commands::baseline::{self, Action};
use crate::commands::ci::{self, Plan};
use crate::commands::explain::{Question, Subject};
use crate::commands::hook::Kind;
use crate::commands::output::{Output, Target};
use crate::commands::rules::Form;
use crate::commands::scan::Input;
use crate::commands::{ExitPolicy, Session};
use crate::config::files::{Choice, MOST_BYTES, Revision};
use crate::config::load::{Request, load};
use crate::config::select::Selection;
use crate::config::{Config, Partial, Sourced, discover};
use crate::findings::baseline::{Baseline, MOST_BYTES as MOST_BASELINE_BYTES, NAME as BASELINE, Remark};
use crate::pipeline::{Places, clean};
use crate::report::{Format, Style};
use crate::sources::history::{HistoryOptions, Snapshot};
use crate::sources::staged::StagedOptions;
use anyhow::{Context as _, bail};
use clap::CommandFactory as _;
use clap::error::ErrorKind;
use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};

/// The variable that names the configuration.
const CONFIG_VARIABLE: &str = "KEYWARD_CONFIG";
/// The name under which standard input is reported.
const STDIN: &str = "<stdin>";
/// The name under which text of the command line is reported.
const TEXT: &str = "<text>";

/// Colour and width of both streams.
#[derive(Debug, Clone, Copy)]
pub(super) struct Look {
    stdout: bool,
    stderr: bool,
    width: usize,
}

impl Look {
    pub(super) fn new(args: &GlobalArgs) -> Look {
        let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let dumb = std::env::var_os("TERM").is_some_and(|value| value == "dumb");
        let wanted = |terminal: bool| match args.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => terminal && !refused && !dumb,
        };
        let width = terminal_size::terminal_size_of(std::io::stdout()).map_or(Style::default().width, |(width, _)| usize::from(width.0));
        Look { stdout: wanted(std::io::stdout().is_terminal()), stderr: wanted(std::io::stderr().is_terminal()), width }
    }

    pub(super) fn stderr_color(self) -> bool {
        self.stderr
    }

    pub(super) fn style(self) -> Style {
        Style { color: self.stdout, width: self.width }
    }

    pub(super) fn stdout_choice(self) -> anstream::ColorChoice {
        if self.stdout { anstream::ColorChoice::Always } else { anstream::ColorChoice::Never }
    }
}

/// Flags of a scan that stand before a subcommand would be dropped without a word.
pub(super) fn reject_misplaced(cli: Cli) -> Result<Cli, clap::Error> {
    if cli.command.is_some() && cli.bare != ScanFlags::default() {
        let message = "options of a scan go behind the subcommand, as in `keyward scan --format json`";
        return Err(Cli::command().error(ErrorKind::ArgumentConflict, message));
    }
    Ok(cli)
}

pub(super) fn scan(args: ScanArgs) -> anyhow::Result<(Session, Input, bool)> {
    let cwd = working_directory()?;
    let flags = args.flags;
    let input = input(args.paths, flags.stdin_name)?;
    let start = match &input {
        Input::Paths(paths) => common_directory(paths, &cwd),
        Input::Stdin(_) => cwd.clone(),
    };
    let partial = partial(&flags.rules, Some(&flags.walk), &flags.limits);
    let mut session = session(&start, &cwd, &flags.rules, partial, &flags.limits, flags.report)?;
    if let Input::Paths(paths) = &input {
        session.whole = paths.iter().map(|path| clean(&cwd.join(path))).collect();
    }
    Ok((session, input, flags.walk.follow))
}

pub(super) fn staged(args: StagedArgs) -> anyhow::Result<(Session, StagedOptions)> {
    let cwd = working_directory()?;
    let partial = partial(&args.rules, None, &args.limits);
    let session = session(&cwd, &cwd, &args.rules, partial, &args.limits, args.report)?;
    let paths = args.paths.iter().map(|path| text(path)).collect::<anyhow::Result<_>>()?;
    let options = StagedOptions { dir: cwd, whole_files: args.whole_files, max_size: session.config.max_size.value.limit(), paths };
    Ok((session, options))
}

pub(super) fn history(args: HistoryArgs) -> anyhow::Result<(Session, HistoryOptions)> {
    let cwd = working_directory()?;
    let start = clean(&cwd.join(&args.repo));
    let partial = partial(&args.rules, None, &args.limits);
    let mut session = session(&start, &cwd, &args.rules, partial, &args.limits, args.report)?;
    // Paths of a bare repository are relative to it, as those of any other are to the top of its work tree.
    session.places.repository.get_or_insert(start);
    let commits = args.commits;
    let options = HistoryOptions {
        repo: args.repo,
        range: commits.range,
        since: commits.since,
        branches: commits.branch,
        not_in: commits.not_in,
        threads: session.threads,
        max_size: session.config.max_size.value.limit(),
        messages: !commits.no_messages,
        unreachable: commits.unreachable,
    };
    Ok((session, options))
}

pub(super) fn ci(mut args: CiArgs) -> anyhow::Result<(Session, HistoryOptions, Plan)> {
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let plan = ci::plan(&args.repo, args.range, &variable)?;
    let rules = &mut args.rules;
    let is_chosen = rules.config.is_some() || rules.no_config || rules.config_from.is_some() || variable(CONFIG_VARIABLE).is_some();
    if !is_chosen {
        rules.config_from.clone_from(&plan.base);
    }
    args.report.baseline_from.clone_from(&plan.base);
    let commits = CommitArgs { range: plan.range.clone(), no_messages: args.no_messages, ..CommitArgs::default() };
    let (session, options) =
        history(HistoryArgs { repo: args.repo, commits, limits: args.limits, rules: args.rules, report: args.report })?;
    Ok((session, options, plan))
}

pub(super) fn pre_push(args: PrePushArgs) -> anyhow::Result<(Session, HistoryOptions)> {
    let commits = CommitArgs { not_in: args.remote, no_messages: args.no_messages, ..CommitArgs::default() };
    history(HistoryArgs { repo: PathBuf::from("."), commits, limits: args.limits, rules: args.rules, report: args.report })
}

pub(super) fn hooks(args: &HookArgs) -> Vec<Kind> {
    let asked = [(args.pre_commit, Kind::PreCommit), (args.pre_push, Kind::PrePush)];
    asked.into_iter().filter(|(is_asked, _)| *is_asked).map(|(_, kind)| kind).collect()
}

/// The scan behind `keyward baseline`, what it is for, and the file.
pub(super) fn baseline(command: BaselineCommand) -> anyhow::Result<(Session, Action, baseline::Target)> {
    let remark = |args: RemarkArgs| Remark { reason: args.reason, by: args.by, expires: args.expires };
    let (action, file, args) = match command {
        BaselineCommand::Create { output, remark: args, scan } => (Action::Create(remark(args)), output, scan),
        BaselineCommand::Update { baseline, remark: args, scan } => (Action::Update(remark(args)), baseline, scan),
        BaselineCommand::Prune { baseline, scan } => (Action::Prune, baseline, scan),
        BaselineCommand::Check { baseline, scan } => (Action::Check, baseline, scan),
    };
    let BaselineScanArgs { path, allow_incomplete, walk, limits, rules } = args;
    let cwd = working_directory()?;
    let near = path.as_ref().map_or_else(|| cwd.clone(), |path| common_directory(std::slice::from_ref(path), &cwd));
    let top = discover::search(&near, &cwd).top;
    let below = |path: PathBuf| path.strip_prefix(&cwd).map(Path::to_owned).unwrap_or(path);
    let path = path.unwrap_or_else(|| if top == cwd { PathBuf::from(".") } else { top.clone() });
    let start = common_directory(std::slice::from_ref(&path), &cwd);
    let report = ReportArgs { allow_incomplete, no_baseline: true, ..ReportArgs::default() };
    let mut session = session(&start, &cwd, &rules, partial(&rules, Some(&walk), &limits), &limits, report)?;
    session.whole = vec![clean(&cwd.join(&path))];
    let file = file.unwrap_or_else(|| below(top.join(BASELINE)));
    Ok((session, action, baseline::Target { file, path, follow_links: walk.follow }))
}

/// The baseline that the flags name, or the one at the top: as it is in the revision that the configuration is from.
fn load_baseline(start: &Path, cwd: &Path, rules: &RuleArgs, report: &ReportArgs) -> anyhow::Result<Option<Baseline>> {
    if report.no_baseline {
        return Ok(None);
    }
    if let Some(path) = &report.baseline {
        return baseline::load(path, &path.display().to_string(), false).map(Some);
    }
    if let Some(name) = rules.config_from.as_ref().or(report.baseline_from.as_ref()) {
        let snapshot = Snapshot::open(start, name).context("the baseline")?;
        let bytes = snapshot.read(BASELINE, MOST_BASELINE_BYTES)?;
        return bytes.map(|bytes| baseline::parse(&format!("{name}:{BASELINE}"), &bytes)).transpose();
    }
    let path = discover::search(start, cwd).top.join(BASELINE);
    if path.symlink_metadata().is_err() {
        return Ok(None);
    }
    let shown = path.strip_prefix(cwd).unwrap_or(&path).display().to_string();
    baseline::load(&path, &shown, true).map(Some)
}

pub(super) fn explain(args: ExplainArgs) -> anyhow::Result<(Session, Question)> {
    let cwd = working_directory()?;
    let (place, line, column) = args.place.map_or((None, None, None), |place| {
        let (path, line, column) = placed(&place);
        (Some(path), line, column)
    });
    let (subject, name) = match (place, args.text) {
        (Some(path), _) if path == Path::new("-") => (Subject::Stdin, STDIN.to_owned()),
        (Some(path), _) => (Subject::File(path.clone()), crate::text::path::display_os(&path).into_owned()),
        (None, text) => (Subject::Text(text.unwrap_or_default()), TEXT.to_owned()),
    };
    let start = match &subject {
        Subject::File(path) => common_directory(std::slice::from_ref(path), &cwd),
        Subject::Stdin | Subject::Text(_) => cwd.clone(),
    };
    let partial = partial(&args.rules, None, &args.limits);
    let session = session(&start, &cwd, &args.rules, partial, &args.limits, ReportArgs::default())?;
    Ok((session, Question { subject, name, line, column, form: args.format.into(), all: args.all }))
}

/// The file, line and column of `FILE[:LINE[:COLUMN]]`. A file that is there under the whole name is meant.
fn placed(given: &Path) -> (PathBuf, Option<usize>, Option<usize>) {
    let split = |text: &str| text.rsplit_once(':').and_then(|(head, tail)| Some((head.to_owned(), tail.parse::<usize>().ok()?)));
    let (Some(text), false) = (given.to_str(), given.exists()) else { return (given.to_owned(), None, None) };
    let Some((head, last)) = split(text.trim_end_matches(':')) else { return (given.to_owned(), None, None) };
    match split(&head) {
        Some((path, line)) if !Path::new(&head).exists() => (path.into(), Some(line), Some(last)),
        _ => (head.into(), Some(last), None),
    }
}

pub(super) fn shown_config(args: ConfigShowArgs) -> anyhow::Result<Config> {
    let cwd = working_directory()?;
    let start = common_directory(&[args.path], &cwd);
    config(&start, &cwd, &args.rules, partial(&args.rules, Some(&args.walk), &args.limits))
}

pub(super) fn rules_config(args: &RuleArgs) -> anyhow::Result<Config> {
    let cwd = working_directory()?;
    config(&cwd, &cwd, args, partial(args, None, &LimitArgs::default()))
}

/// The configuration that `keyward allow` adds to: the one that a scan would use, or a new one at the top.
pub(super) fn config_to_change(given: Option<PathBuf>) -> anyhow::Result<PathBuf> {
    let cwd = working_directory()?;
    let given = given.or_else(|| std::env::var_os(CONFIG_VARIABLE).filter(|value| !value.is_empty()).map(PathBuf::from));
    if let Some(path) = given {
        return Ok(path);
    }
    let found = discover::search(&cwd, &cwd);
    match &found.files[..] {
        [] => Ok(found.top.join(discover::NAMES[0])),
        [file] => Ok(file.clone()),
        _ => bail!("both {} and {} are there; keep one", discover::NAMES[0], discover::NAMES[1]),
    }
}

impl From<ListFormat> for Form {
    fn from(format: ListFormat) -> Form {
        match format {
            ListFormat::Text => Form::Text,
            ListFormat::Json => Form::Json,
        }
    }
}

fn session(
    start: &Path,
    cwd: &Path,
    rules: &RuleArgs,
    partial: Partial,
    limits: &LimitArgs,
    report: ReportArgs,
) -> anyhow::Result<Session> {
    let config = config(start, cwd, rules, partial)?;
    let repository = discover::repository_root(start);
    let places = Places { cwd: cwd.to_owned(), configuration: config.root.clone(), repository };
    let baseline = load_baseline(start, cwd, rules, &report)?;
    let threads = limits.threads.map_or(0, usize::from);
    Ok(Session { config, places, threads, output: output(report)?, baseline, whole: Vec::new() })
}

fn config(start: &Path, cwd: &Path, rules: &RuleArgs, flags: Partial) -> anyhow::Result<Config> {
    let Some(name) = &rules.config_from else {
        return Ok(load(&Request { choice: choice(rules), start, cwd, flags })?);
    };
    let snapshot = Snapshot::open(start, name).context("--config-from")?;
    let read = |path: &str| snapshot.read(path, MOST_BYTES).map_err(|error| error.to_string());
    Ok(load(&Request { choice: Choice::Revision(Revision { name, read: &read }), start, cwd, flags })?)
}

/// Which configuration file: the flag, the variable, or the search.
fn choice(args: &RuleArgs) -> Choice<'static> {
    if args.no_config {
        return Choice::Nothing;
    }
    if let Some(path) = &args.config {
        return Choice::Given(path.clone(), "--config");
    }
    match std::env::var_os(CONFIG_VARIABLE).filter(|value| !value.is_empty()) {
        Some(path) => Choice::Given(PathBuf::from(path), CONFIG_VARIABLE),
        None => Choice::Search,
    }
}

/// What the flags say.
fn partial(rules: &RuleArgs, walk: Option<&WalkArgs>, limits: &LimitArgs) -> Partial {
    let step = |name: &String, on: bool, flag: &'static str| Sourced::flag(Selection { name: name.clone(), on }, flag);
    let on = rules.rules.iter().map(|name| step(name, true, "--rules"));
    let off = rules.disable.iter().map(|name| step(name, false, "--disable"));
    let set = |given: bool, value: bool, flag: &'static str| given.then(|| Sourced::flag(value, flag));
    Partial {
        min_severity: rules.min_severity.map(|severity| Sourced::flag(severity, "--min-severity")),
        min_confidence: rules.min_confidence.map(|confidence| Sourced::flag(confidence, "--min-confidence")),
        max_size: limits.max_size.map(|size| Sourced::flag(size, "--max-size")),
        hidden: walk.and_then(|walk| set(walk.no_hidden, false, "--no-hidden")),
        ignore_files: walk.and_then(|walk| set(walk.no_ignore, false, "--no-ignore")),
        archives: set(limits.archives, true, "--archives"),
        inline_allow: set(rules.no_inline_allow, false, "--no-inline-allow"),
        selection: on.chain(off).collect(),
        rule_files: rules.rule_file.iter().map(|path| Sourced::flag(path.clone(), "--rule-file")).collect(),
        exclude: rules.exclude.iter().map(|glob| Sourced::flag(glob.clone(), "--exclude")).collect(),
        ..Partial::default()
    }
}

/// Where the reports go. `--output` is for the report that names no file itself.
fn output(args: ReportArgs) -> anyhow::Result<Output> {
    let mut targets: Vec<Target> = args.format.into_iter().map(|arg| Target { format: arg.format, file: arg.file }).collect();
    if targets.is_empty() {
        targets.push(Target { format: Format::Text, file: None });
    }
    if let Some(file) = args.output.filter(|file| file != Path::new("-")) {
        let mut without = targets.iter_mut().filter(|target| target.file.is_none());
        match (without.next(), without.next()) {
            (Some(target), None) => target.file = Some(file),
            (None, _) => bail!("--output has no report left to write: each --format names a file of its own"),
            (Some(_), Some(_)) => bail!("--output takes one report; give each --format its file, as in --format sarif=out.sarif"),
        }
    }
    let exit = ExitPolicy { exit_zero: args.exit_zero, allow_incomplete: args.allow_incomplete };
    Ok(Output { targets, show_secrets: args.show_secrets, report_suppressed: args.report_suppressed, exit })
}

fn input(paths: Vec<PathBuf>, stdin_name: Option<String>) -> anyhow::Result<Input> {
    let dashes = paths.iter().filter(|path| *path == Path::new("-")).count();
    match (dashes, paths.len()) {
        (0, _) if stdin_name.is_some() => bail!("--stdin-name is for `keyward scan -`, which reads standard input"),
        (0, 0) => Ok(Input::Paths(vec![PathBuf::from(".")])),
        (0, _) => Ok(Input::Paths(paths)),
        (1, 1) => Ok(Input::Stdin(stdin_name.unwrap_or_else(|| STDIN.to_owned()))),
        _ => bail!("`-` cannot be mixed with other paths; scan standard input in a run of its own"),
    }
}

/// The deepest directory that all paths lie in. A path that is not there is the source's to complain about.
fn common_directory(paths: &[PathBuf], cwd: &Path) -> PathBuf {
    let directories = paths.iter().map(|path| {
        let path = clean(&cwd.join(path));
        if path.is_dir() { path } else { path.parent().unwrap_or(&path).to_owned() }
    });
    let shared = |a: PathBuf, b: PathBuf| a.components().zip(b.components()).take_while(|(a, b)| a == b).map(|(a, _)| a).collect();
    directories.reduce(shared).unwrap_or_else(|| cwd.to_owned())
}

fn working_directory() -> anyhow::Result<PathBuf> {
    std::env::current_dir().context("cannot tell the working directory; change to one that exists")
}

/// A path that has to be text.
fn text(path: &Path) -> anyhow::Result<String> {
    path.to_str()
        .map(str::to_owned)
        .with_context(|| format!("{}: not UTF-8, so it cannot be given here; name a directory above it", path.display()))
}
