//! L6: what a check of a change goes by: configuration, baseline and ignore file of a revision that is trusted, such as
//! the base of a pull request.
//!
//! Where these cannot be used, the check goes by the defaults, so that the change that repairs them can come in; and what
//! would break them is stopped.

use super::{config, load_baseline, load_ignored, working_directory};
use crate::cli::args::{ReportArgs, RuleArgs};
use crate::config::Partial;
use crate::config::error::{ConfigError, Problem};
use crate::pipeline::clean;
use std::path::Path;

/// Makes the flags read the files of `revision`; the configuration only where the user names none, as `is_chosen` says.
/// Returns what is to be said where they cannot be used.
pub(super) fn trust(
    repo: &Path,
    revision: Option<&String>,
    is_chosen: bool,
    rules: &mut RuleArgs,
    report: &mut ReportArgs,
) -> Option<String> {
    let revision = revision?;
    let Err(error) = check(repo, revision, !is_chosen) else {
        report.accepted_from = Some(revision.clone());
        rules.config_from = if is_chosen { rules.config_from.take() } else { Some(revision.clone()) };
        return None;
    };
    rules.no_config |= !is_chosen;
    rules.no_keywardignore = true;
    report.no_baseline |= report.baseline.is_none();
    let what = "configuration, baseline and .keywardignore of the base cannot be used, so the defaults hold and nothing is accepted";
    Some(format!("{what}: {}", in_one_line(&error)))
}

/// Whether configuration, baseline and ignore file of a revision can be used.
///
/// # Errors
/// What is wrong with the first that cannot.
pub(in crate::cli) fn check(repo: &Path, revision: &str, with_config: bool) -> anyhow::Result<()> {
    let cwd = working_directory()?;
    let start = clean(&cwd.join(repo));
    let rules = RuleArgs { config_from: Some(revision.to_owned()), ..RuleArgs::default() };
    if with_config {
        config(&start, &cwd, &rules, Partial::default())?;
    }
    load_baseline(&start, &cwd, &rules, &ReportArgs::default())?;
    load_ignored(&start, &cwd, &rules, &ReportArgs::default())?;
    Ok(())
}

fn in_one_line(error: &anyhow::Error) -> String {
    match error.downcast_ref::<ConfigError>().and_then(|error| error.problems.first()) {
        Some(Problem::At(at)) => format!("{}:{}: {}", at.source.name(), at.source.line(at.span.start), at.message),
        Some(Problem::Plain(message)) => message.clone(),
        None => format!("{error:#}"),
    }
}
