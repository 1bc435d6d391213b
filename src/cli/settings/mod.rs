//! L6: from plain flags to checked settings: which configuration, which directories, which reports.

mod explain;
mod look;
mod manage;
mod scans;
mod trusted;

use super::args::{Cli, Command, CommonArgs, LimitArgs, ReportArgs, RuleArgs, ScanFlags, WalkArgs};
use crate::commands::output::{Output, Target};
use crate::commands::{ExitPolicy, Session, baseline as baselines};
use crate::config::files::{self, Choice, MOST_BYTES, Revision};
use crate::config::ignore_file::{IgnoreFile, NAME as IGNORE_FILE};
use crate::config::load::{Request, load};
use crate::config::select::Selection;
use crate::config::{Config, Partial, Sourced, discover};
use crate::findings::baseline::{Baseline, MOST_BYTES as MOST_BASELINE_BYTES, NAME as BASELINE};
use crate::pipeline::{Places, clean, is_bare};
use crate::report::{Format, Gate};
use crate::sources::history::Snapshot;
use anyhow::{Context as _, anyhow, bail};
use clap::CommandFactory as _;
use clap::error::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub(super) use explain::explain;
pub(super) use look::Look;
pub(super) use manage::{baseline, config_to_change, hooks, import, rules_config, shown_config};
pub(super) use scans::{ci, history, pre_push, pre_receive, scan, staged};
pub(super) use trusted::check;

/// The variable that names the configuration.
const CONFIG_VARIABLE: &str = "KEYWARD_CONFIG";
/// The name under which standard input is reported.
const STDIN: &str = "<stdin>";

/// Flags of a scan that stand before a subcommand would be dropped without a word.
pub(super) fn reject_misplaced(cli: Cli) -> Result<Cli, clap::Error> {
    if cli.command.is_some() && cli.bare != ScanFlags::default() {
        let message = "options of a scan go behind the subcommand, as in `keyward scan --format json`";
        return Err(Cli::command().error(ErrorKind::ArgumentConflict, message));
    }
    Ok(cli)
}

/// The files that the reports of a scan go to.
pub(super) fn reports(cli: &Cli) -> impl Iterator<Item = &Path> {
    let common = match &cli.command {
        None => Some(&cli.bare.common),
        Some(Command::Scan(args)) => Some(&args.flags.common),
        Some(Command::Staged(args)) => Some(&args.common),
        Some(Command::History(args)) => Some(&args.common),
        Some(Command::Ci(args)) => Some(&args.common),
        Some(Command::PrePush(args)) => Some(&args.common),
        Some(Command::PreReceive(args)) => Some(&args.common),
        Some(_) => None,
    };
    let report = common.map(|common| &common.report);
    let named = report.into_iter().flat_map(|report| report.format.iter().filter_map(|arg| arg.file.as_deref()));
    named.chain(report.and_then(|report| report.output.as_deref())).filter(|file| *file != Path::new("-"))
}

/// The baseline that the flags name, or the one at the top: as it is in the revision that the configuration is from.
fn load_baseline(start: &Path, cwd: &Path, rules: &RuleArgs, report: &ReportArgs) -> anyhow::Result<Option<Baseline>> {
    if report.no_baseline {
        return Ok(None);
    }
    if let Some(path) = &report.baseline {
        return baselines::load(path, &path.display().to_string(), false).map(Some);
    }
    if let Some(name) = rules.config_from.as_ref().or(report.accepted_from.as_ref()) {
        let snapshot = Snapshot::open(start, name).context("the baseline")?;
        let bytes = snapshot.read(BASELINE, MOST_BASELINE_BYTES)?;
        return bytes.map(|bytes| baselines::parse(&format!("{name}:{BASELINE}"), &bytes)).transpose();
    }
    let path = discover::search(start, cwd).top.join(BASELINE);
    if path.symlink_metadata().is_err() {
        return Ok(None);
    }
    let shown = path.strip_prefix(cwd).unwrap_or(&path).display().to_string();
    baselines::load(&path, &shown, true).map(Some)
}

/// The ignore file at the top: as it is in the revision that the configuration is from.
fn load_ignored(start: &Path, cwd: &Path, rules: &RuleArgs, report: &ReportArgs) -> anyhow::Result<Option<IgnoreFile>> {
    // Paths of a bare repository are relative to it.
    let root = match discover::repository_root(start) {
        Some(root) => root,
        None if is_bare(start) => start.to_owned(),
        None => discover::search(start, cwd).top,
    };
    if rules.no_keywardignore {
        return Ok(None);
    }
    let parse = |shown: &str, bytes: &[u8]| IgnoreFile::parse(shown, &root, bytes).map_err(|what| anyhow!(what));
    if let Some(name) = rules.config_from.as_ref().or(report.accepted_from.as_ref()) {
        let bytes = Snapshot::open(start, name).context("the ignore file")?.read(IGNORE_FILE, MOST_BYTES)?;
        return bytes.map(|bytes| parse(&format!("{name}:{IGNORE_FILE}"), &bytes)).transpose();
    }
    let path = root.join(IGNORE_FILE);
    let shown = path.strip_prefix(cwd).unwrap_or(&path);
    match path.symlink_metadata() {
        Err(_) => Ok(None),
        // A link could lead anywhere, and a pipe would be waited for.
        Ok(there) if !there.is_file() => bail!("{}: not a file; replace it, or pass it over with --no-keywardignore", shown.display()),
        Ok(_) => {
            let source = files::read_source(&path, shown).map_err(|what| anyhow!(what))?;
            parse(source.name(), source.text().as_bytes()).map(Some)
        }
    }
}

/// What every scan takes, made of the flags; `partial` is what they say of the configuration.
fn session(start: &Path, cwd: &Path, common: CommonArgs, partial: Partial) -> anyhow::Result<Session> {
    let CommonArgs { limits, rules, report } = common;
    let config = config(start, cwd, &rules, partial)?;
    let repository = discover::repository_root(start);
    let places = Places { cwd: cwd.to_owned(), configuration: config.root.clone(), repository, paths: None };
    let baseline = load_baseline(start, cwd, &rules, &report)?;
    let ignored = load_ignored(start, cwd, &rules, &report)?.map(Arc::new);
    let threads = limits.threads.map_or(0, usize::from);
    Ok(Session {
        config,
        places,
        threads,
        output: output(report)?,
        ignored,
        baseline,
        is_change: false,
        gate: Gate::None,
        notes: Vec::new(),
        keeps_clean: false,
        whole: Vec::new(),
    })
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
    let is_file = |file: &PathBuf| file != Path::new("-");
    let mut targets: Vec<Target> =
        args.format.into_iter().map(|arg| Target { format: arg.format, file: arg.file.filter(is_file) }).collect();
    if targets.is_empty() {
        targets.push(Target { format: Format::Text, file: None });
    }
    if let Some(file) = args.output.filter(is_file) {
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
