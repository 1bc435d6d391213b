//! L1: what the user wants, from the command line and from `.keyward.yaml`.
//!
//! Both yield the same all-`Option` [`Partial`]; [`Partial::merge`] lays one over the other, and [`defaults`] is
//! the explicit bottom. Every value knows where it came from ([`Provenance`]), so that `config show` and
//! messages can say it. [`load`] turns the lot into a checked [`Config`] or all problems at once.

pub mod allow;
pub mod diagnostic;
pub mod discover;
pub mod edit;
pub mod error;
pub mod files;
pub mod globs;
pub mod ignore_file;
pub mod load;
pub mod read;
pub mod rule_file;
pub mod schema;
pub mod select;
pub mod size;
pub mod tree;
pub mod wild;

use crate::rules::{Confidence, Rule, RuleSet, Severity};
use allow::Allow;
use diagnostic::Source;
use globs::PathGlobs;
use select::Selection;
use size::ByteSize;
use std::fmt;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

/// All severities, ascending.
pub const SEVERITIES: [Severity; 5] = [Severity::Info, Severity::Low, Severity::Medium, Severity::High, Severity::Critical];
/// All confidences, ascending.
pub const CONFIDENCES: [Confidence; 3] = [Confidence::Low, Confidence::Medium, Confidence::High];

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Provenance {
    /// Nobody said anything.
    Default,
    /// A place in a configuration file.
    File {
        /// The file.
        source: Arc<Source>,
        /// Byte offsets of the value.
        span: Range<usize>,
    },
    /// A flag, with its dashes.
    Flag(&'static str),
}

/// A value and where it came from.
#[derive(Debug, Clone)]
pub struct Sourced<T> {
    /// The value.
    pub value: T,
    /// Where it came from.
    pub from: Provenance,
}

/// Settings of one origin; what it does not say is `None` or empty.
#[derive(Debug, Clone, Default)]
pub struct Partial {
    /// Least severity that is reported.
    pub min_severity: Option<Sourced<Severity>>,
    /// Least confidence that is reported.
    pub min_confidence: Option<Sourced<Confidence>>,
    /// Files and objects larger than this are not scanned.
    pub max_size: Option<Sourced<ByteSize>>,
    /// Whether hidden files are scanned.
    pub hidden: Option<Sourced<bool>>,
    /// Whether `.gitignore` and its like are honoured.
    pub ignore_files: Option<Sourced<bool>>,
    /// Whether archives are opened.
    pub archives: Option<Sourced<bool>>,
    /// Whether comments such as `keyward:allow` are honoured.
    pub inline_allow: Option<Sourced<bool>>,
    /// Which rules to switch on and off, in this order.
    pub selection: Vec<Sourced<Selection>>,
    /// Files with the user's own rules.
    pub rule_files: Vec<Sourced<PathBuf>>,
    /// The user's own rules that stand in the configuration itself.
    pub custom: Vec<Sourced<CustomRule>>,
    /// What to suppress.
    pub allow: Vec<Sourced<Allow>>,
    /// Paths that are not scanned.
    pub exclude: Vec<Sourced<String>>,
}

/// A rule of the user, compiled, and as it was written.
#[derive(Debug, Clone)]
pub struct CustomRule {
    /// The rule.
    pub rule: Rule,
    /// What the user wrote.
    pub written: serde_yaml::Value,
}

/// Settings that are complete and checked.
#[derive(Debug, Clone)]
pub struct Config {
    /// The directory that path patterns are relative to.
    pub root: PathBuf,
    /// The configuration file, where one was read.
    pub file: Option<PathBuf>,
    /// All rules that there are: built-in, of rule files, of the configuration.
    pub rules: RuleSet,
    /// See [`Partial::min_severity`].
    pub min_severity: Sourced<Severity>,
    /// See [`Partial::min_confidence`].
    pub min_confidence: Sourced<Confidence>,
    /// See [`Partial::max_size`].
    pub max_size: Sourced<ByteSize>,
    /// See [`Partial::hidden`].
    pub hidden: Sourced<bool>,
    /// See [`Partial::ignore_files`].
    pub ignore_files: Sourced<bool>,
    /// See [`Partial::archives`].
    pub archives: Sourced<bool>,
    /// See [`Partial::inline_allow`].
    pub inline_allow: Sourced<bool>,
    /// See [`Partial::selection`].
    pub selection: Vec<Sourced<Selection>>,
    /// See [`Partial::rule_files`].
    pub rule_files: Vec<Sourced<PathBuf>>,
    /// See [`Partial::custom`].
    pub custom: Vec<Sourced<CustomRule>>,
    /// See [`Partial::allow`].
    pub allow: Vec<Sourced<Allow>>,
    /// See [`Partial::exclude`].
    pub exclude: Vec<Sourced<String>>,
    /// [`Config::exclude`], compiled.
    pub excluded: PathGlobs,
}

impl<T> Sourced<T> {
    /// A value from a flag.
    pub fn flag(value: T, name: &'static str) -> Sourced<T> {
        Sourced { value, from: Provenance::Flag(name) }
    }

    /// A value that nobody set.
    pub fn default(value: T) -> Sourced<T> {
        Sourced { value, from: Provenance::Default }
    }
}

impl fmt::Display for Provenance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Provenance::Default => f.write_str("default"),
            Provenance::File { source, span } => write!(f, "{}:{}", source.name(), source.line(span.start)),
            Provenance::Flag(name) => f.write_str(name),
        }
    }
}

/// What holds where nobody says anything.
#[must_use]
pub fn defaults() -> Partial {
    Partial {
        min_severity: Some(Sourced::default(Severity::Info)),
        min_confidence: Some(Sourced::default(Confidence::Medium)),
        max_size: Some(Sourced::default(ByteSize(256 << 20))),
        hidden: Some(Sourced::default(true)),
        ignore_files: Some(Sourced::default(true)),
        archives: Some(Sourced::default(false)),
        inline_allow: Some(Sourced::default(true)),
        ..Partial::default()
    }
}

impl Partial {
    /// Lays `over` over these settings: a value replaces a value, a list is added to a list.
    #[must_use]
    pub fn merge(mut self, over: Partial) -> Partial {
        self.selection.extend(over.selection);
        self.rule_files.extend(over.rule_files);
        self.custom.extend(over.custom);
        self.allow.extend(over.allow);
        self.exclude.extend(over.exclude);
        Partial {
            min_severity: over.min_severity.or(self.min_severity),
            min_confidence: over.min_confidence.or(self.min_confidence),
            max_size: over.max_size.or(self.max_size),
            hidden: over.hidden.or(self.hidden),
            ignore_files: over.ignore_files.or(self.ignore_files),
            archives: over.archives.or(self.archives),
            inline_allow: over.inline_allow.or(self.inline_allow),
            ..self
        }
    }
}

impl Config {
    /// The rules that are switched on.
    #[must_use]
    pub fn active_rules(&self) -> RuleSet {
        self.rules.clone().filter(|rule| select::is_on(rule, &self.selection))
    }
}

#[cfg(test)]
mod tests {
    use super::{Partial, Provenance, Sourced, defaults};
    use crate::rules::Severity;

    #[test]
    fn a_flag_lies_over_the_file_and_the_file_over_the_default() {
        let file = Partial { min_severity: Some(Sourced::flag(Severity::Low, "file")), ..Partial::default() };
        let flags = Partial { hidden: Some(Sourced::flag(false, "--no-hidden")), ..Partial::default() };
        let merged = defaults().merge(file).merge(flags);
        assert_eq!(merged.min_severity.expect("set").value, Severity::Low);
        assert_eq!(merged.hidden.expect("set").from, Provenance::Flag("--no-hidden"));
        assert_eq!(merged.archives.expect("set").from, Provenance::Default);
    }

    #[test]
    fn lists_add_up_in_order() {
        let glob = |text: &str| Partial { exclude: vec![Sourced::default(text.to_owned())], ..Partial::default() };
        let merged = glob("a").merge(glob("b"));
        assert_eq!(merged.exclude.iter().map(|glob| glob.value.as_str()).collect::<Vec<_>>(), ["a", "b"]);
    }
}
