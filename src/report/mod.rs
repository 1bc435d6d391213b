//! L3: reports. A reporter renders findings; it never decides anything.
//!
//! Reporters do not see findings but a `view` of them, in which secrets are redacted already, so that no
//! format can leak one by mistake. What a format must do for itself is to escape hostile text its own way.

mod columns;
mod csv;
mod escaped;
mod gate;
mod github;
mod gitlab;
mod html;
mod inert;
mod json;
mod jsonl;
mod junit;
mod markdown;
mod sarif;
mod summary;
mod text;
mod view;

pub(crate) use escaped::escape;
pub use gate::Gate;
pub(crate) use inert::inert;

use crate::blob::Skip;
use crate::findings::redact::Masker;
use crate::findings::{Finding, Secret};
use crate::sources::Coverage;
use crate::text::sanitize::sanitize;
use std::io::{self, Write};
use std::time::{Duration, SystemTime};

/// The version that reports name as the tool's.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
/// Where the tool is at home, for the formats that link to it.
const HOME: &str = env!("CARGO_PKG_REPOSITORY");

/// Everything that a report may show.
#[derive(Debug)]
pub struct Report<'a> {
    /// Counted findings, in report order (path, line, column, rule id).
    pub findings: &'a [Finding],
    /// Findings that were suppressed; empty unless `--report-suppressed`.
    pub suppressed: &'a [Finding],
    /// How many findings were suppressed, reported or not.
    pub suppressed_count: usize,
    /// Secrets that are none of these, and yet may stand in what is shown.
    pub hidden: &'a [Secret],
    /// What was scanned.
    pub coverage: &'a Coverage,
    /// What was not scanned.
    pub skips: &'a [Skip],
    /// Errors that make the scan incomplete, beyond `skips`.
    pub errors: &'a [String],
    /// Number of rules that ran.
    pub rules: usize,
    /// What kind of scan it was, in one word that is the same from run to run (`tree`, `history`): services that
    /// keep results replace those of the same category.
    pub category: &'a str,
    /// What the scan stops.
    pub gate: Gate,
    /// When the scan began.
    pub started: SystemTime,
    /// Wall time of the scan.
    pub elapsed: Duration,
    /// Whether secrets are shown in clear (`--show-secrets`). Formats that are published show none even so.
    pub show_secrets: bool,
}

impl Report<'_> {
    /// Whether everything in scope was scanned.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.errors.is_empty() && !self.skips.iter().any(|skip| skip.reason.is_incomplete())
    }

    /// Messages without the report's secrets, safe on a terminal, for what is said besides the report.
    #[must_use]
    pub fn redacted<'m>(&self, messages: impl IntoIterator<Item = &'m str>) -> Vec<String> {
        let masker = if self.show_secrets { Masker::none() } else { view::masker(self) };
        messages.into_iter().map(|message| sanitize(&view::message(message, &masker)).into_owned()).collect()
    }
}

/// The formats of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    /// For people, on a terminal.
    #[default]
    Text,
    /// One JSON document: findings, coverage, summary.
    Json,
    /// One JSON object a line, each a finding.
    Jsonl,
    /// SARIF 2.1.0, as GitHub code scanning reads it.
    Sarif,
    /// Workflow commands of GitHub Actions, which become annotations.
    Github,
    /// GitLab's secret detection report.
    Gitlab,
    /// `JUnit` XML.
    Junit,
    /// RFC 4180, with a header.
    Csv,
    /// GitHub-flavoured Markdown, for job summaries and comments.
    Markdown,
    /// One self-contained page.
    Html,
}

/// A format that there is not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown format `{name}`; use one of {}", Format::names())]
pub struct UnknownFormat {
    /// The name as given.
    name: String,
}

impl Format {
    /// All formats.
    pub const ALL: [Format; 10] = [
        Format::Text,
        Format::Json,
        Format::Jsonl,
        Format::Sarif,
        Format::Github,
        Format::Gitlab,
        Format::Junit,
        Format::Csv,
        Format::Markdown,
        Format::Html,
    ];

    /// The name by which users ask for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Format::Text => "text",
            Format::Json => "json",
            Format::Jsonl => "jsonl",
            Format::Sarif => "sarif",
            Format::Github => "github",
            Format::Gitlab => "gitlab",
            Format::Junit => "junit",
            Format::Csv => "csv",
            Format::Markdown => "markdown",
            Format::Html => "html",
        }
    }

    /// Whether `--show-secrets` means anything to it. The others are made to be uploaded, posted or logged.
    #[must_use]
    pub fn may_show_secrets(self) -> bool {
        matches!(self, Format::Text | Format::Json | Format::Jsonl | Format::Csv)
    }

    fn names() -> String {
        Format::ALL.map(Format::as_str).join(", ")
    }
}

impl std::str::FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(name: &str) -> Result<Self, UnknownFormat> {
        Format::ALL.into_iter().find(|format| format.as_str() == name).ok_or_else(|| UnknownFormat { name: name.to_owned() })
    }
}

/// How text looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Whether escape sequences for colours are written.
    pub color: bool,
    /// Columns of the terminal.
    pub width: usize,
}

impl Default for Style {
    /// No colours, 100 columns.
    fn default() -> Self {
        Style { color: false, width: 100 }
    }
}

/// Writes `report` to `out`. `style` matters to [`Format::Text`] only.
///
/// # Errors
/// What `out` says.
pub fn write(format: Format, report: &Report<'_>, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let view = view::View::new(report, report.show_secrets && format.may_show_secrets());
    match format {
        Format::Text => text::write(&view, style, out),
        Format::Json => json::write(&view, out),
        Format::Jsonl => jsonl::write(&view, out),
        Format::Sarif => sarif::write(&view, out),
        Format::Github => github::write(&view, out),
        Format::Gitlab => gitlab::write(&view, out),
        Format::Junit => junit::write(&view, out),
        Format::Csv => csv::write(&view, out),
        Format::Markdown => markdown::write(&view, out),
        Format::Html => html::write(&view, out),
    }
}

#[cfg(test)]
mod tests {
    use super::Format;

    #[test]
    fn every_format_is_found_by_its_name() {
        for format in Format::ALL {
            assert_eq!(format.as_str().parse(), Ok(format));
        }
    }

    #[test]
    fn an_unknown_format_is_told_what_there_is() {
        let error = "xml".parse::<Format>().expect_err("there is no xml").to_string();
        assert!(error.contains("`xml`") && error.contains("sarif"), "{error}");
    }
}
