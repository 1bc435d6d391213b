//! L6: the command line as it is written: plain values, checked one by one and nothing more.
//! What they mean together is decided in `settings`.

mod manage;
mod scans;
mod shared;

use super::help;
use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};

pub use manage::*;
pub use scans::*;
pub use shared::*;

/// `--version`: the version and, where it is known, the commit that was built.
pub const VERSION: &str = if env!("KEYWARD_COMMIT").is_empty() {
    env!("CARGO_PKG_VERSION")
} else {
    concat!(env!("CARGO_PKG_VERSION"), " (", env!("KEYWARD_COMMIT"), ")")
};

/// Finds leaked keys in trees, commits, histories and pipelines, and blocks them.
///
/// Without a subcommand, scans the working directory: `keyward` is `keyward scan .`.
#[derive(Debug, Parser)]
#[command(name = "keyward", version = VERSION, subcommand_precedence_over_arg = true, after_help = help::top_help(), max_term_width = 100)]
pub struct Cli {
    /// How much is said.
    #[command(flatten)]
    pub global: GlobalArgs,
    /// What `keyward scan .` takes, for a run without a subcommand.
    #[command(flatten)]
    pub bare: ScanFlags,
    /// What to do.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Scan files and directories, or standard input
    #[command(after_help = help::scan_help())]
    Scan(ScanArgs),
    /// Scan what is staged for the next commit
    ///
    /// Reads git's index, not the working tree: what is scanned is exactly what `git commit` would record. A secret
    /// that stood in the same file before, or is moved from another one, is not reported again, unless with
    /// --whole-files.
    #[command(after_help = help::staged_help())]
    Staged(StagedArgs),
    /// Scan the history of a git repository
    ///
    /// Reads every object once, straight from the object database: all branches, tags and remotes, merges and
    /// deleted files included. Each finding comes with the commit that introduced it.
    #[command(after_help = help::history_help())]
    History(HistoryArgs),
    /// Scan what a pipeline is about: a pull request, a push, or everything
    ///
    /// Finds the range in the environment of GitHub, GitLab, Bitbucket, Azure, Circle, Jenkins, Buildkite, Travis, Drone
    /// or Woodpecker, and says it. The configuration is the one before the change, so that a change cannot loosen its own
    /// check. Without a pipeline, scans what the branch adds to its upstream, or everything where that is nothing.
    #[command(after_help = help::ci_help())]
    Ci(CiArgs),
    /// Scan what a push is about to publish; run by git's pre-push hook
    ///
    /// Reads the lines that git gives that hook from standard input. What the remote has already is left out.
    #[command(after_help = help::pre_push_help())]
    PrePush(PrePushArgs),
    /// Scan what a push brings to this server; run by git's pre-receive hook
    ///
    /// Reads the lines that git gives that hook from standard input, and the objects from git's quarantine. What any
    /// reference leads to already is left out. Configuration, baseline and ignore file are those of HEAD, unless with
    /// --config, so that a push cannot loosen its own check.
    #[command(after_help = help::pre_receive_help())]
    PreReceive(PreReceiveArgs),
    /// Let git run keyward before commits and pushes
    #[command(subcommand)]
    Hook(HookCommand),
    /// Accept findings: add their fingerprints to the allowlist of the configuration
    #[command(after_help = help::ALLOW_HELP)]
    Allow(AllowArgs),
    /// Accept everything that is there already, so that only new secrets are reported
    #[command(subcommand)]
    Baseline(BaselineCommand),
    /// Say which rules are tried in a line, and why each of them reports or does not
    #[command(after_help = help::EXPLAIN_HELP)]
    Explain(ExplainArgs),
    /// Take over the settings and accepted findings of other scanners
    ///
    /// Reads .gitleaks.toml, .gitleaksignore, JSON reports of gitleaks and trufflehog, .secrets.baseline, .trufflehog,
    /// .secretlintrc and .gitallowed. Prints what .keyward.yaml would get and what could not be carried over; --write
    /// writes it. Accepted findings are looked for with a scan, and become entries of a baseline.
    #[command(after_help = help::IMPORT_HELP)]
    Import(ImportArgs),
    /// Show the configuration
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Show and check rules
    #[command(subcommand)]
    Rules(RulesCommand),
    /// Print a completion script for a shell
    #[command(after_help = help::COMPLETIONS_HELP)]
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

/// Flags that every subcommand takes.
#[derive(Debug, Args)]
pub struct GlobalArgs {
    /// Say more on standard error (-vv: for debugging)
    #[arg(short, long, action = ArgAction::Count, global = true, conflicts_with = "quiet")]
    pub verbose: u8,
    /// Say nothing on standard error but errors
    #[arg(short, long, global = true)]
    pub quiet: bool,
    /// Use colour: auto (on a terminal and without `NO_COLOR`), always, never
    #[arg(long, value_name = "WHEN", value_enum, default_value_t = Color::Auto, global = true, hide_possible_values = true)]
    pub color: Color,
}

/// When to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless `NO_COLOR` is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}
