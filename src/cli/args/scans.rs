//! L6: the subcommands that scan: `scan`, `staged`, `history`, `ci`, `pre-push`, `pre-receive`.

use super::shared::{CommonArgs, WalkArgs};
use crate::config::size::ByteSize;
use clap::{Args, ValueEnum, ValueHint};
use std::path::PathBuf;
use std::str::FromStr as _;

/// `keyward scan`.
#[derive(Debug, Args)]
pub struct ScanArgs {
    /// Files and directories to scan; `-` is standard input [default: .]
    #[arg(value_name = "PATH", value_hint = ValueHint::AnyPath)]
    pub paths: Vec<PathBuf>,
    /// Everything else.
    #[command(flatten)]
    pub flags: ScanFlags,
}

/// Flags of `keyward scan` and of `keyward` alone.
#[derive(Debug, Default, PartialEq, Args)]
pub struct ScanFlags {
    /// Name under which standard input is reported
    #[arg(long, value_name = "NAME", help_heading = "What is scanned")]
    pub stdin_name: Option<String>,
    /// Scan what a diff adds instead, as `git diff` writes it; `-` is standard input
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "What is scanned", conflicts_with = "stdin_name")]
    pub diff: Option<PathBuf>,
    /// Which files.
    #[command(flatten)]
    pub walk: WalkArgs,
    /// What every scan takes.
    #[command(flatten)]
    pub common: CommonArgs,
}

/// `keyward staged`.
#[derive(Debug, Args)]
pub struct StagedArgs {
    /// Only these paths, relative to the working directory [default: everything that is staged]
    #[arg(value_name = "PATH", value_hint = ValueHint::AnyPath)]
    pub paths: Vec<PathBuf>,
    /// Report secrets that stood in the staged files before, too
    #[arg(long, help_heading = "What is scanned")]
    pub whole_files: bool,
    /// What every scan takes.
    #[command(flatten)]
    pub common: CommonArgs,
}

/// `keyward history`.
#[derive(Debug, Args)]
pub struct HistoryArgs {
    /// The repository
    #[arg(value_name = "REPO", default_value = ".", value_hint = ValueHint::DirPath)]
    pub repo: PathBuf,
    /// Which commits.
    #[command(flatten)]
    pub commits: CommitArgs,
    /// What every scan takes.
    #[command(flatten)]
    pub common: CommonArgs,
}

/// Which commits of a history are scanned.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "What is scanned")]
pub struct CommitArgs {
    /// Only what these commits introduce: main..feature, or everything that a revision leads to
    #[arg(long, value_name = "A..B", conflicts_with_all = ["branch", "not_in"])]
    pub range: Option<String>,
    /// Only what commits since a date introduce: 2024-05-01, "2 weeks ago"
    #[arg(long, value_name = "DATE")]
    pub since: Option<String>,
    /// Only what this branch leads to; patterns such as release/* are allowed; repeatable
    #[arg(long, value_name = "BRANCH")]
    pub branch: Vec<String>,
    /// Only what this remote does not have yet, as far as its tracking branches know
    #[arg(long, value_name = "REMOTE")]
    pub not_in: Option<String>,
    /// Do not scan the messages of commits and tags
    #[arg(long)]
    pub no_messages: bool,
    /// Also scan objects that no ref reaches, such as amended commits and dropped stashes
    #[arg(long)]
    pub unreachable: bool,
    /// Scan every version of a file in full; finds the same as without, and takes longer
    #[arg(long)]
    pub full: bool,
    /// Memory for versions that others are built on, 0 for no bound; what is past it is read again [default: 512MiB]
    #[arg(long, value_name = "SIZE", value_parser = ByteSize::from_str)]
    pub memory: Option<ByteSize>,
    /// Also scan the histories of initialised submodules, in a range what it brings of them
    #[arg(long)]
    pub submodules: bool,
    /// Do not read blobs again in which nothing was found before; remembers them in DIR [default: the user's cache directory]
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath, num_args = 0..=1, require_equals = true)]
    pub cache: Option<Option<PathBuf>>,
}

/// `keyward ci`.
#[derive(Debug, Args)]
pub struct CiArgs {
    /// The repository
    #[arg(value_name = "REPO", default_value = ".", value_hint = ValueHint::DirPath)]
    pub repo: PathBuf,
    /// Scan this instead of what the environment says; A is then the base that configuration is read from
    #[arg(long, value_name = "A..B", help_heading = "What is scanned")]
    pub range: Option<String>,
    /// Write the range that is scanned to a file, for later steps; an empty line for everything
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Reports")]
    pub range_output: Option<PathBuf>,
    /// Do not scan the messages of commits and tags
    #[arg(long, help_heading = "What is scanned")]
    pub no_messages: bool,
    /// Scan initialised submodules too: what the range moves them to, or all of them
    #[arg(long, help_heading = "What is scanned")]
    pub submodules: bool,
    /// Where everything is scanned, do not read blobs again in which nothing was found before; what a change adds always is
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath, num_args = 0..=1, require_equals = true, help_heading = "What is scanned")]
    pub cache: Option<Option<PathBuf>>,
    /// What every scan takes.
    #[command(flatten)]
    pub common: CommonArgs,
}

/// `keyward pre-receive`.
#[derive(Debug, Args)]
pub struct PreReceiveArgs {
    /// How long the scan may take, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 50, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub timeout: u64,
    /// What becomes of a push that could not be scanned in time
    #[arg(long, value_name = "OUTCOME", value_enum, default_value_t = LateArg::Reject)]
    pub on_timeout: LateArg,
    /// Do not scan the messages of commits and tags
    #[arg(long, help_heading = "What is scanned")]
    pub no_messages: bool,
    /// What every scan takes.
    #[command(flatten)]
    pub common: CommonArgs,
}

/// What becomes of a push that could not be scanned in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LateArg {
    /// Refuse it.
    Reject,
    /// Let it through, and say so.
    Accept,
}

/// `keyward pre-push`.
#[derive(Debug, Args)]
pub struct PrePushArgs {
    /// Name of the remote, as git gives it
    #[arg(value_name = "REMOTE")]
    pub remote: Option<String>,
    /// Its URL, as git gives it; what was fetched from another one is not known to be there
    #[arg(value_name = "URL")]
    pub url: Option<String>,
    /// Do not scan the messages of commits and tags
    #[arg(long, help_heading = "What is scanned")]
    pub no_messages: bool,
    /// What every scan takes.
    #[command(flatten)]
    pub common: CommonArgs,
}
