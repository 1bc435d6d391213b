//! L6: flags that several subcommands take.

use crate::config::size::ByteSize;
use crate::config::{CONFIDENCES, SEVERITIES};
use crate::report::Format;
use crate::rules::{Confidence, Severity};
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueHint};
use std::path::PathBuf;
use std::str::FromStr as _;

/// What every scan takes.
#[derive(Debug, Default, PartialEq, Args)]
pub struct CommonArgs {
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
    /// Scan what is in archives (zip, tar, ar; gzip, bzip2, xz, lzma, zstd)
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
    /// Scan what .keywardignore leaves out too
    #[arg(long)]
    pub no_keywardignore: bool,
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
    /// The revision that baseline and ignore file are read from where no flag names one: the base of the change that is checked.
    #[arg(skip)]
    pub accepted_from: Option<String>,
    /// Show secrets in clear; by default every report redacts them
    #[arg(long)]
    pub show_secrets: bool,
    /// Also report what comments, allowlists and baselines suppress, and which of them suppress nothing
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
