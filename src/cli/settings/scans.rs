//! L6: the settings of the subcommands that scan: `scan`, `staged`, `history`, `ci`, `pre-push`.

use super::trusted::{check, trust};
use super::{CONFIG_VARIABLE, STDIN, common_directory, partial, session, working_directory};
use crate::cli::args::{CiArgs, CommitArgs, HistoryArgs, PrePushArgs, PreReceiveArgs, ScanArgs, StagedArgs};
use crate::commands::Session;
use crate::commands::cache;
use crate::commands::ci::{self, Plan};
use crate::commands::scan::Input;
use crate::config::size::ByteSize;
use crate::pipeline::{clean, is_bare};
use crate::sources::git::{GitEnvironment, Repository};
use crate::sources::history::{DEFAULT_MEMORY, HistoryOptions, Snapshot};
use crate::sources::staged::StagedOptions;
use anyhow::{Context as _, bail};
use std::path::{Path, PathBuf};

pub(in crate::cli) fn scan(args: ScanArgs) -> anyhow::Result<(Session, Input, bool)> {
    let cwd = working_directory()?;
    let flags = args.flags;
    let input = input(args.paths, flags.stdin_name, flags.diff)?;
    let start = match &input {
        Input::Paths(paths) => common_directory(paths, &cwd),
        Input::Stdin(_) | Input::Diff(_) => cwd.clone(),
    };
    let partial = partial(&flags.common.rules, Some(&flags.walk), &flags.common.limits);
    let mut session = session(&start, &cwd, flags.common, partial)?;
    if let Input::Paths(paths) = &input {
        session.whole = paths.iter().map(|path| clean(&cwd.join(path))).collect();
    }
    Ok((session, input, flags.walk.follow))
}

pub(in crate::cli) fn staged(args: StagedArgs) -> anyhow::Result<(Session, StagedOptions)> {
    let cwd = working_directory()?;
    let partial = partial(&args.common.rules, None, &args.common.limits);
    let session = session(&cwd, &cwd, args.common, partial)?;
    let paths = args.paths.iter().map(|path| text(path)).collect::<anyhow::Result<_>>()?;
    let options = StagedOptions { dir: cwd, whole_files: args.whole_files, max_size: session.config.max_size.value.limit(), paths };
    Ok((session, options))
}

pub(in crate::cli) fn history(args: HistoryArgs) -> anyhow::Result<(Session, HistoryOptions)> {
    let cwd = working_directory()?;
    let start = clean(&cwd.join(&args.repo));
    let partial = partial(&args.common.rules, None, &args.common.limits);
    let mut session = session(&start, &cwd, args.common, partial)?;
    // Paths of a bare repository are relative to it, as those of any other are to the top of its work tree.
    let has_no_work_tree = session.places.repository.is_none() && is_bare(&start);
    session.places.repository.get_or_insert(start);
    if has_no_work_tree {
        session.look_up_in(&args.repo, &["HEAD".to_owned()])?;
    }
    let commits = args.commits;
    if commits.submodules && (commits.not_in.is_some() || !commits.branch.is_empty()) {
        bail!(
            "--submodules does not go with --branch and --not-in, as branches and remotes of a submodule are its own; name the commits with --range"
        );
    }
    let options = HistoryOptions {
        repo: args.repo,
        range: commits.range,
        since: commits.since,
        branches: commits.branch,
        not_in: commits.not_in,
        not_known: false,
        names: Vec::new(),
        threads: session.threads,
        max_size: session.config.max_size.value.limit(),
        messages: !commits.no_messages,
        unreachable: commits.unreachable,
        full: commits.full,
        memory: commits.memory.map_or(Some(DEFAULT_MEMORY), ByteSize::limit),
        submodules: commits.submodules,
        cache: commits.cache.map(|directory| directory.map_or_else(cache::default_directory, Ok)).transpose()?,
    };
    Ok((session, options))
}

pub(in crate::cli) fn ci(mut args: CiArgs) -> anyhow::Result<(Session, HistoryOptions, Plan)> {
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let plan = ci::plan(&args.repo, args.range, &variable)?;
    if let Some(file) = &args.range_output {
        ci::write_range(&plan, file)?;
    }
    let rules = &mut args.common.rules;
    let is_chosen = rules.config.is_some() || rules.no_config || rules.config_from.is_some() || variable(CONFIG_VARIABLE).is_some();
    if let (Some(_), Some(head)) = (&plan.base, &plan.head) {
        // The scan says of a revision that is not there that it is not.
        if Snapshot::open(&args.repo, head).is_ok() {
            check(&args.repo, head, !is_chosen).context("with this change every check would fail")?;
        }
    }
    let note = trust(&args.repo, plan.base.as_ref(), is_chosen, rules, &mut args.common.report);
    let range = plan.range.clone();
    let commits =
        CommitArgs { range, no_messages: args.no_messages, submodules: args.submodules, cache: args.cache, ..CommitArgs::default() };
    let (mut session, options) = history(HistoryArgs { repo: args.repo, commits, common: args.common })?;
    session.notes.extend(note);
    Ok((session, options, plan))
}

/// The scan of a push to this repository, and whether it goes by a configuration of the repository. What HEAD says holds,
/// not what the push brings.
pub(in crate::cli) fn pre_receive(mut args: PreReceiveArgs) -> anyhow::Result<(Session, HistoryOptions, bool)> {
    let rules = &mut args.common.rules;
    let has_head = Repository::open(Path::new("."), &GitEnvironment::of_process()?)?.head()?.is_some();
    let trusted = has_head.then(|| "HEAD".to_owned());
    let is_named = std::env::var_os(CONFIG_VARIABLE).is_some_and(|value| !value.is_empty());
    let is_chosen = rules.config.is_some() || rules.no_config || rules.config_from.is_some() || is_named;
    let note = trust(Path::new("."), trusted.as_ref(), is_chosen, rules, &mut args.common.report);
    let commits = CommitArgs { no_messages: args.no_messages, ..CommitArgs::default() };
    let (mut session, options) = history(HistoryArgs { repo: PathBuf::from("."), commits, common: args.common })?;
    session.notes.extend(note);
    Ok((session, options, !is_chosen))
}

pub(in crate::cli) fn pre_push(args: PrePushArgs) -> anyhow::Result<(Session, HistoryOptions)> {
    let commits = CommitArgs { not_in: args.remote, no_messages: args.no_messages, ..CommitArgs::default() };
    history(HistoryArgs { repo: PathBuf::from("."), commits, common: args.common })
}

fn input(paths: Vec<PathBuf>, stdin_name: Option<String>, diff: Option<PathBuf>) -> anyhow::Result<Input> {
    match diff {
        Some(_) if !paths.is_empty() => bail!("--diff scans what the diff adds, and nothing else; leave the paths out"),
        Some(file) => return Ok(Input::Diff(file)),
        None => {}
    }
    let dashes = paths.iter().filter(|path| *path == Path::new("-")).count();
    match (dashes, paths.len()) {
        (0, _) if stdin_name.is_some() => bail!("--stdin-name is for `keyward scan -`, which reads standard input"),
        (0, 0) => Ok(Input::Paths(vec![PathBuf::from(".")])),
        (0, _) => Ok(Input::Paths(paths)),
        (1, 1) => Ok(Input::Stdin(stdin_name.unwrap_or_else(|| STDIN.to_owned()))),
        _ => bail!("`-` cannot be mixed with other paths; scan standard input in a run of its own"),
    }
}

/// A path that has to be text.
fn text(path: &Path) -> anyhow::Result<String> {
    path.to_str()
        .map(str::to_owned)
        .with_context(|| format!("{}: not UTF-8, so it cannot be given here; name a directory above it", path.display()))
}
