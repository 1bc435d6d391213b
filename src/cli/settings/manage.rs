//! L6: the settings of the subcommands that set things up and explain: `hook`, `allow`, `baseline`, `import`, `config`, `rules`.

use super::{CONFIG_VARIABLE, common_directory, config, partial, session, working_directory};
use crate::cli::args::{
    BaselineCommand, BaselineScanArgs, CommonArgs, ConfigShowArgs, HookArgs, ImportArgs, LimitArgs, ListFormat, RemarkArgs, ReportArgs,
    RuleArgs,
};
use crate::commands::Session;
use crate::commands::baseline::{self, Action};
use crate::commands::hook::Kind;
use crate::commands::import;
use crate::commands::rules::Form;
use crate::config::diagnostic::Source;
use crate::config::error::{ConfigError, Problem};
use crate::config::read::read;
use crate::config::{Config, discover};
use crate::findings::baseline::{NAME as BASELINE, Remark};
use crate::import::Imported;
use crate::pipeline::clean;
use anyhow::bail;
use std::path::{Path, PathBuf};

pub(in crate::cli) fn hooks(args: &HookArgs) -> Vec<Kind> {
    let asked = [(args.pre_commit, Kind::PreCommit), (args.pre_push, Kind::PrePush)];
    asked.into_iter().filter(|(is_asked, _)| *is_asked).map(|(_, kind)| kind).collect()
}

/// The scan behind `keyward baseline`, what it is for, and the file.
pub(in crate::cli) fn baseline(command: BaselineCommand) -> anyhow::Result<(Session, Action, baseline::Target)> {
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
    let partial = partial(&rules, Some(&walk), &limits);
    let mut session = session(&start, &cwd, CommonArgs { limits, rules, report }, partial)?;
    session.whole = vec![clean(&cwd.join(&path))];
    let file = file.unwrap_or_else(|| below(top.join(BASELINE)));
    Ok((session, action, baseline::Target { file, path, follow_links: walk.follow }))
}

/// What is imported, the scan that looks for it, and where it goes.
pub(in crate::cli) fn import(mut args: ImportArgs) -> anyhow::Result<(Session, Imported, import::Target)> {
    let imported = import::read(&args.files, args.from)?;
    let cwd = working_directory()?;
    let top = discover::search(&cwd, &cwd).top;
    let below = |path: PathBuf| path.strip_prefix(&cwd).map(Path::to_owned).unwrap_or(path);
    // Rules that are taken over find what other tools accepted of them; what is excluded by then needs no entry.
    let (own, problems) = read(&Source::new("what is imported", &imported.fragment.print()));
    if !problems.is_empty() {
        return Err(ConfigError::of("what is imported; nothing was changed", problems.into_iter().map(Problem::At).collect()).into());
    }
    let config = below(config_to_change(args.rules.config.clone())?);
    // One that is still to be made cannot be read.
    args.rules.config = args.rules.config.filter(|path| path.symlink_metadata().is_ok());
    let flags = own.merge(partial(&args.rules, None, &args.limits));
    let report = ReportArgs { no_baseline: true, ..ReportArgs::default() };
    let session = session(&top, &cwd, CommonArgs { limits: args.limits, rules: args.rules, report }, flags)?;
    let names: Vec<String> = args.files.iter().filter_map(|file| Some(file.file_name()?.to_string_lossy().into_owned())).collect();
    let reason = args.remark.reason.or_else(|| Some(format!("accepted in {}", names.join(", "))));
    let target = import::Target {
        config,
        baseline: args.baseline.unwrap_or_else(|| below(top.join(BASELINE))),
        top,
        write: args.write,
        remark: Remark { reason, by: args.remark.by, expires: args.remark.expires },
    };
    Ok((session, imported, target))
}

pub(in crate::cli) fn shown_config(args: ConfigShowArgs) -> anyhow::Result<Config> {
    let cwd = working_directory()?;
    let start = common_directory(&[args.path], &cwd);
    config(&start, &cwd, &args.rules, partial(&args.rules, Some(&args.walk), &args.limits))
}

pub(in crate::cli) fn rules_config(args: &RuleArgs) -> anyhow::Result<Config> {
    let cwd = working_directory()?;
    config(&cwd, &cwd, args, partial(args, None, &LimitArgs::default()))
}

/// The configuration that `keyward allow` adds to: the one that a scan would use, or a new one at the top.
pub(in crate::cli) fn config_to_change(given: Option<PathBuf>) -> anyhow::Result<PathBuf> {
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
