//! L6: the command line as it is written: plain values, checked one by one and nothing more.
//! What they mean together is decided in `settings`.

use super::help;
use crate::config::size::ByteSize;
use crate::config::{CONFIDENCES, SEVERITIES};
use crate::report::Format;
use crate::rules::{Confidence, Severity};
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum, ValueHint};
use std::path::PathBuf;
use std::str::FromStr as _;

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
    /// that stood in the same file before is not reported again, unless with --whole-files.
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
    /// Finds the range in the environment of GitHub, GitLab, Bitbucket, Azure, Circle or Jenkins, and says it. The
    /// configuration is the one before the change, so that a change cannot loosen its own check. Without a pipeline,
    /// scans what the branch adds to its upstream.
    #[command(after_help = help::ci_help())]
    Ci(CiArgs),
    /// Scan what a push is about to publish; run by git's pre-push hook
    ///
    /// Reads the lines that git gives that hook from standard input. What the remote has already is left out.
    #[command(after_help = help::pre_push_help())]
    PrePush(PrePushArgs),
    /// Let git run keyward before commits and pushes
    #[command(subcommand)]
    Hook(HookCommand),
    /// Accept findings: add their fingerprints to the allowlist of the configuration
    #[command(after_help = help::ALLOW_HELP)]
    Allow(AllowArgs),
    /// Accept everything that is there already, so that only new secrets are reported
    #[command(subcommand)]
    Baseline(BaselineCommand),
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
    /// Which files.
    #[command(flatten)]
    pub walk: WalkArgs,
    /// Bounds.
    #[command(flatten)]
    pub limits: LimitArgs,
    /// Rules and configuration.
    #[command(flatten)]
    pub rules: RuleArgs,
    /// Reports.
    #[command(flatten)]
    pub report: ReportArgs,
}

/// Which files of a tree are scanned.
#[derive(Debug, Default, PartialEq, Args)]
#[command(next_help_heading = "What is scanned")]
pub struct WalkArgs {
    /// Scan what .gitignore and .ignore files leave out too
    #[arg(long)]
    pub no_ignore: bool,
    /// Leave out hidden files and directories (scanned by default; .git never is)
    #[arg(long)]
    pub no_hidden: bool,
    /// Follow symbolic links
    #[arg(long)]
    pub follow: bool,
}

/// What every scan is bounded by.
#[derive(Debug, Default, PartialEq, Args)]
#[command(next_help_heading = "What is scanned")]
pub struct LimitArgs {
    /// Skip what is larger, and say so; 500k, 64MiB, 0 for no limit [default: 256MiB]
    #[arg(long, value_name = "SIZE", value_parser = ByteSize::from_str)]
    pub max_size: Option<ByteSize>,
    /// Number of threads [default: one for each processor]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
    /// Open archives (zip, tar; gzip, bzip2, xz, zstd) and scan what is in them
    #[arg(long)]
    pub archives: bool,
}

/// Rules and configuration.
#[derive(Debug, Default, PartialEq, Args)]
#[command(next_help_heading = "Rules and configuration")]
pub struct RuleArgs {
    /// Read this configuration instead of searching for .keyward.yaml (or set `KEYWARD_CONFIG`)
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, conflicts_with = "no_config")]
    pub config: Option<PathBuf>,
    /// Read the configuration as it is in this revision, so that a change cannot loosen its own check
    #[arg(long, value_name = "REVISION", conflicts_with_all = ["config", "no_config"])]
    pub config_from: Option<String>,
    /// Read no configuration
    #[arg(long)]
    pub no_config: bool,
    /// Switch rules on: an id, a tag or `all`; repeatable
    #[arg(long, value_name = "ID|TAG|all", value_delimiter = ',')]
    pub rules: Vec<String>,
    /// Switch rules off: an id or a tag; repeatable
    #[arg(long, value_name = "ID|TAG", value_delimiter = ',')]
    pub disable: Vec<String>,
    /// Add the rules of a file; repeatable
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub rule_file: Vec<PathBuf>,
    /// Report nothing less severe: info, low, medium, high, critical [default: info]
    #[arg(long, value_name = "SEVERITY", value_parser = severity(), hide_possible_values = true)]
    pub min_severity: Option<Severity>,
    /// Report nothing less certain: low, medium, high [default: medium]
    #[arg(long, value_name = "CONFIDENCE", value_parser = confidence(), hide_possible_values = true)]
    pub min_confidence: Option<Confidence>,
    /// Leave out paths, as in .gitignore; repeatable
    #[arg(long, value_name = "GLOB")]
    pub exclude: Vec<String>,
    /// Report what comments such as `keyward:allow` suppress
    #[arg(long)]
    pub no_inline_allow: bool,
}

/// Reports and the exit status.
#[derive(Debug, Default, PartialEq, Args)]
#[command(next_help_heading = "Reports")]
pub struct ReportArgs {
    /// Write a report, to a file if one is given; repeatable [default: text]
    ///
    /// Formats: text, json, jsonl, sarif, github, gitlab, junit, csv, markdown, html.
    #[arg(long, short = 'f', value_name = "FORMAT[=FILE]", value_parser = FormatArg::parse)]
    pub format: Vec<FormatArg>,
    /// Write the report to a file instead of standard output
    #[arg(long, short = 'o', value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub output: Option<PathBuf>,
    /// Accept what this baseline lists [default: .keyward.baseline at the top, if it is there]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, conflicts_with = "no_baseline")]
    pub baseline: Option<PathBuf>,
    /// Report what a baseline accepts
    #[arg(long)]
    pub no_baseline: bool,
    /// The revision that the baseline is read from where no flag names one: the base of the change that a pipeline checks.
    #[arg(skip)]
    pub baseline_from: Option<String>,
    /// Show secrets in clear; by default every report redacts them
    #[arg(long)]
    pub show_secrets: bool,
    /// Also report what comments, allowlists and baselines suppress, marked as such
    #[arg(long)]
    pub report_suppressed: bool,
    /// Exit with 0 in spite of findings; errors still are 2
    #[arg(long)]
    pub exit_zero: bool,
    /// Exit as if everything had been scanned where something could not be
    #[arg(long)]
    pub allow_incomplete: bool,
}

/// `FORMAT[=FILE]`.
#[derive(Debug, Clone, PartialEq)]
pub struct FormatArg {
    /// The format.
    pub format: Format,
    /// The file; standard output where there is none.
    pub file: Option<PathBuf>,
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
    /// Bounds.
    #[command(flatten)]
    pub limits: LimitArgs,
    /// Rules and configuration.
    #[command(flatten)]
    pub rules: RuleArgs,
    /// Reports.
    #[command(flatten)]
    pub report: ReportArgs,
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
    /// Bounds.
    #[command(flatten)]
    pub limits: LimitArgs,
    /// Rules and configuration.
    #[command(flatten)]
    pub rules: RuleArgs,
    /// Reports.
    #[command(flatten)]
    pub report: ReportArgs,
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
}

/// `keyward ci`.
#[derive(Debug, Args)]
pub struct CiArgs {
    /// The repository
    #[arg(value_name = "REPO", default_value = ".", value_hint = ValueHint::DirPath)]
    pub repo: PathBuf,
    /// Scan this instead of what the environment says
    #[arg(long, value_name = "A..B", help_heading = "What is scanned")]
    pub range: Option<String>,
    /// Do not scan the messages of commits and tags
    #[arg(long, help_heading = "What is scanned")]
    pub no_messages: bool,
    /// Bounds.
    #[command(flatten)]
    pub limits: LimitArgs,
    /// Rules and configuration.
    #[command(flatten)]
    pub rules: RuleArgs,
    /// Reports.
    #[command(flatten)]
    pub report: ReportArgs,
}

/// `keyward pre-push`.
#[derive(Debug, Args)]
pub struct PrePushArgs {
    /// Name of the remote, as git gives it
    #[arg(value_name = "REMOTE")]
    pub remote: Option<String>,
    /// Its URL, as git gives it; not used
    #[arg(value_name = "URL")]
    pub url: Option<String>,
    /// Do not scan the messages of commits and tags
    #[arg(long, help_heading = "What is scanned")]
    pub no_messages: bool,
    /// Bounds.
    #[command(flatten)]
    pub limits: LimitArgs,
    /// Rules and configuration.
    #[command(flatten)]
    pub rules: RuleArgs,
    /// Reports.
    #[command(flatten)]
    pub report: ReportArgs,
}

/// `keyward hook`.
#[derive(Debug, Subcommand)]
pub enum HookCommand {
    /// Install hooks; one that is there already is kept and runs first
    #[command(after_help = help::HOOK_INSTALL_HELP)]
    Install(HookArgs),
    /// Take the hooks away and put back what was there before
    #[command(after_help = help::HOOK_UNINSTALL_HELP)]
    Uninstall(HookArgs),
    /// Say which hooks run keyward
    Status {
        /// Those for all repositories of this user
        #[arg(long)]
        global: bool,
    },
}

/// Which hooks.
#[derive(Debug, Args)]
pub struct HookArgs {
    /// Before each commit, what is staged [default of install, unless --pre-push]
    #[arg(long)]
    pub pre_commit: bool,
    /// Before each push, what the remote does not have
    #[arg(long)]
    pub pre_push: bool,
    /// For all repositories of this user (`core.hooksPath`); hooks of each keep running
    #[arg(long)]
    pub global: bool,
}

/// `keyward allow`.
#[derive(Debug, Args)]
pub struct AllowArgs {
    /// Fingerprints as reports show them: kw1:…
    #[arg(value_name = "FINGERPRINT", required = true)]
    pub fingerprints: Vec<String>,
    /// Why they are no leak; stands in the configuration and in reports
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    /// The configuration to add to [default: the one that a scan here would use, or a new .keyward.yaml]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub config: Option<PathBuf>,
}

/// `keyward baseline`.
#[derive(Debug, Subcommand)]
pub enum BaselineCommand {
    /// Make a baseline that accepts everything that a scan finds now
    #[command(after_help = help::BASELINE_CREATE_HELP)]
    Create {
        /// The file to make [default: .keyward.baseline at the top of the repository]
        #[arg(long, short = 'o', value_name = "FILE", value_hint = ValueHint::FilePath)]
        output: Option<PathBuf>,
        /// What is said of the entries.
        #[command(flatten)]
        remark: RemarkArgs,
        /// The scan.
        #[command(flatten)]
        scan: BaselineScanArgs,
    },
    /// Accept what was found since, too; entries that are there stay as they are
    #[command(after_help = help::BASELINE_EXIT)]
    Update {
        /// The baseline [default: .keyward.baseline at the top of the repository]
        #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
        baseline: Option<PathBuf>,
        /// What is said of the entries.
        #[command(flatten)]
        remark: RemarkArgs,
        /// The scan.
        #[command(flatten)]
        scan: BaselineScanArgs,
    },
    /// Drop entries that nothing matches any more
    #[command(after_help = help::BASELINE_EXIT)]
    Prune {
        /// The baseline [default: .keyward.baseline at the top of the repository]
        #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
        baseline: Option<PathBuf>,
        /// The scan.
        #[command(flatten)]
        scan: BaselineScanArgs,
    },
    /// List entries that nothing matches any more, and expired ones
    #[command(after_help = help::BASELINE_CHECK_HELP)]
    Check {
        /// The baseline [default: .keyward.baseline at the top of the repository]
        #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
        baseline: Option<PathBuf>,
        /// The scan.
        #[command(flatten)]
        scan: BaselineScanArgs,
    },
}

/// What is said of new baseline entries.
#[derive(Debug, Default, Args)]
pub struct RemarkArgs {
    /// Why they are accepted; stands in the baseline and in reports
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    /// Who accepts them
    #[arg(long, value_name = "NAME")]
    pub by: Option<String>,
    /// The last day on which they count, as YYYY-MM-DD; also renews expired ones
    #[arg(long, value_name = "DATE")]
    pub expires: Option<String>,
}

/// The scan behind `keyward baseline`.
#[derive(Debug, Args)]
pub struct BaselineScanArgs {
    /// What to scan [default: the whole repository, or the working directory outside of one]
    #[arg(value_name = "PATH", value_hint = ValueHint::AnyPath)]
    pub path: Option<PathBuf>,
    /// Go on where something could not be scanned
    #[arg(long)]
    pub allow_incomplete: bool,
    /// Which files.
    #[command(flatten)]
    pub walk: WalkArgs,
    /// Bounds.
    #[command(flatten)]
    pub limits: LimitArgs,
    /// Rules and configuration.
    #[command(flatten)]
    pub rules: RuleArgs,
}

/// `keyward config`.
#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Print the effective configuration, and where each value came from
    #[command(
        after_help = "Examples:\n  keyward config show\n  keyward config show --min-severity high\n\nThe output is a valid .keyward.yaml.\n\nExit status:\n  0  shown\n  2  the configuration has problems; each is shown with its place"
    )]
    Show(ConfigShowArgs),
}

/// `keyward config show`.
#[derive(Debug, Args)]
pub struct ConfigShowArgs {
    /// Where to search for the configuration from
    #[arg(value_name = "PATH", default_value = ".", value_hint = ValueHint::AnyPath)]
    pub path: PathBuf,
    /// Which files.
    #[command(flatten)]
    pub walk: WalkArgs,
    /// Bounds.
    #[command(flatten)]
    pub limits: LimitArgs,
    /// Rules and configuration.
    #[command(flatten)]
    pub rules: RuleArgs,
}

/// `keyward rules`.
#[derive(Debug, Subcommand)]
pub enum RulesCommand {
    /// List all rules, and which of them are on
    #[command(after_help = help::RULES_LIST_HELP)]
    List(RulesListArgs),
    /// Show everything that is known of a rule
    #[command(after_help = help::RULES_SHOW_HELP)]
    Show(RulesShowArgs),
    /// Check rule files: do they compile, and do their examples hold?
    #[command(after_help = help::RULES_CHECK_HELP)]
    Check {
        /// Rule files
        #[arg(value_name = "FILE", required = true, value_hint = ValueHint::FilePath)]
        files: Vec<PathBuf>,
    },
}

/// `keyward rules list`.
#[derive(Debug, Args)]
pub struct RulesListArgs {
    /// How to list them
    #[arg(long, short = 'f', value_enum, default_value_t = ListFormat::Text)]
    pub format: ListFormat,
    /// Rules and configuration.
    #[command(flatten)]
    pub rules: RuleArgs,
}

/// `keyward rules show`.
#[derive(Debug, Args)]
pub struct RulesShowArgs {
    /// Id of the rule
    pub id: String,
    /// How to show it
    #[arg(long, short = 'f', value_enum, default_value_t = ListFormat::Text)]
    pub format: ListFormat,
    /// Rules and configuration.
    #[command(flatten)]
    pub rules: RuleArgs,
}

/// Formats of `keyward rules list`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ListFormat {
    /// A table.
    Text,
    /// An array of objects.
    Json,
}

impl FormatArg {
    fn parse(text: &str) -> Result<FormatArg, String> {
        let (name, file) = match text.split_once('=') {
            Some((_, "")) => return Err("no file behind the `=`; leave it out for standard output".to_owned()),
            Some((name, file)) => (name, Some(PathBuf::from(file))),
            None => (text, None),
        };
        Ok(FormatArg { format: Format::from_str(name).map_err(|error| error.to_string())?, file })
    }
}

fn severity() -> impl TypedValueParser<Value = Severity> {
    PossibleValuesParser::new(SEVERITIES.map(Severity::as_str))
        .map(|name| *SEVERITIES.iter().find(|one| one.as_str() == name).expect("clap lets only these names through"))
}

fn confidence() -> impl TypedValueParser<Value = Confidence> {
    PossibleValuesParser::new(CONFIDENCES.map(Confidence::as_str))
        .map(|name| *CONFIDENCES.iter().find(|one| one.as_str() == name).expect("clap lets only these names through"))
}
