//! L6: the subcommands that set things up and explain: `hook`, `allow`, `baseline`, `import`, `explain`, `config`, `rules`.

use super::shared::{LimitArgs, RuleArgs, WalkArgs};
use crate::cli::help;
use crate::import::Kind;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Subcommand, ValueEnum, ValueHint};
use std::path::PathBuf;

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

/// `keyward explain`.
#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// A file, with the line and perhaps the column as reports show them; `-` is standard input
    #[arg(value_name = "FILE[:LINE[:COLUMN]]", value_hint = ValueHint::FilePath, required_unless_present = "text", allow_hyphen_values = true)]
    pub place: Option<PathBuf>,
    /// Explain this text instead of a file
    #[arg(long, value_name = "TEXT", conflicts_with = "place")]
    pub text: Option<String>,
    /// How to answer
    #[arg(long, short = 'f', value_enum, default_value_t = ListFormat::Text)]
    pub format: ListFormat,
    /// Name every rule, however many there are
    #[arg(long)]
    pub all: bool,
    /// Bounds.
    #[command(flatten)]
    pub limits: LimitArgs,
    /// Rules and configuration.
    #[command(flatten)]
    pub rules: RuleArgs,
}

/// `keyward import`.
#[derive(Debug, Args)]
pub struct ImportArgs {
    /// Files of other scanners
    #[arg(value_name = "FILE", required = true, value_hint = ValueHint::FilePath)]
    pub files: Vec<PathBuf>,
    /// What the files are [default: what name or beginning say]
    #[arg(long, value_name = "KIND", value_parser = kind())]
    pub from: Option<Kind>,
    /// Add to .keyward.yaml (or --config) and to the baseline, instead of printing
    #[arg(long)]
    pub write: bool,
    /// The baseline [default: .keyward.baseline at the top of the repository]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub baseline: Option<PathBuf>,
    /// What is said of the entries.
    #[command(flatten)]
    pub remark: RemarkArgs,
    /// Bounds.
    #[command(flatten)]
    pub limits: LimitArgs,
    /// Rules and configuration.
    #[command(flatten)]
    pub rules: RuleArgs,
}

fn kind() -> impl TypedValueParser<Value = Kind> {
    PossibleValuesParser::new(Kind::ALL.map(|(name, _)| name)).map(|name| Kind::parse(&name).expect("clap lets only these names through"))
}

/// `keyward config`.
#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Print the effective configuration, and where each value came from
    #[command(
        after_help = "Examples:\n  keyward config show\n  keyward config show --min-severity high\n\nThe output is a valid .keyward.yaml.\n\nExit status:\n  0  shown\n  2  the configuration has problems; each is shown with its place"
    )]
    Show(Box<ConfigShowArgs>),
    /// Print the JSON Schema of .keyward.yaml
    #[command(after_help = help::CONFIG_SCHEMA_HELP)]
    Schema,
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
    /// Print the built-in rules as a page of Markdown
    #[command(after_help = help::RULES_DOCS_HELP)]
    Docs,
    /// Print the JSON Schema of rule files
    #[command(after_help = help::RULES_SCHEMA_HELP)]
    Schema,
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
