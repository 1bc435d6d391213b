//! What every scan shares: configuration, detector and policy before it, reports and the outcome after it.

use super::output::{Output, Written};
use super::{Outcome, progress, suppressions};
use crate::config::Config;
use crate::config::ignore_file::IgnoreFile;
use crate::engine::{Detector, DetectorError};
use crate::findings::baseline::Baseline;
use crate::findings::triage::Policy;
use crate::pipeline::{Attributions, Pipeline, Places, Results};
use crate::report::{Gate, Report, Style};
use crate::rules::{Confidence, RuleSet};
use crate::sources::Coverage;
use crate::sources::archive::Limits;
use crate::sources::history::Paths;
use crate::text::date;
use anyhow::Context as _;
use std::collections::HashSet;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};
use std::time::{Instant, SystemTime};

/// Everything that a scan needs besides its source.
#[derive(Debug)]
pub struct Session {
    /// The settings.
    pub config: Config,
    /// The directories that paths are relative to.
    pub places: Places,
    /// Number of threads; 0 for one a processor.
    pub threads: usize,
    /// Where reports go, and what they show.
    pub output: Output,
    /// Paths that are left out besides those of the configuration.
    pub ignored: Option<Arc<IgnoreFile>>,
    /// What is accepted already.
    pub baseline: Option<Baseline>,
    /// Whether what a change adds is scanned, so that what it accepts by itself is told.
    pub is_change: bool,
    /// What the scan stops.
    pub gate: Gate,
    /// What every report says besides.
    pub notes: Vec<String>,
    /// Whether the ids of blobs in which nothing is found are kept, for a cache.
    pub keeps_clean: bool,
    /// The absolute paths of which everything is scanned; none where only a part is.
    pub whole: Vec<PathBuf>,
}

/// What a scan came to, before it is reported.
pub(super) struct Scanned {
    pub(super) results: Results,
    /// Places of the allowlist entries that suppressed nothing.
    pub(super) unused_allow: Vec<String>,
    /// Indices of the baseline entries that covered nothing.
    pub(super) unused: Vec<usize>,
    /// Number of those that are about what was not looked at.
    pub(super) out_of_scope: usize,
    rules: usize,
}

/// What a command says things on. Standard error is the logger's.
pub struct Console<'a> {
    /// Standard output.
    pub stdout: &'a mut dyn Write,
    /// How text on standard output looks.
    pub style: Style,
    /// Whether progress may be shown on standard error.
    pub progress: bool,
}

impl Session {
    /// Runs one scan: `source` hands its blobs to the pipeline. `category` is the kind of scan in one word.
    ///
    /// # Errors
    /// Where the scan cannot be done at all or a report cannot be written.
    pub fn run(
        self,
        category: &'static str,
        console: &mut Console<'_>,
        source: impl FnOnce(&Pipeline<'_>) -> anyhow::Result<(Coverage, Attributions)>,
    ) -> anyhow::Result<Outcome> {
        self.output.check()?;
        let (started, clock) = (SystemTime::now(), Instant::now());
        let mut scanned = self.scan(console, source)?;
        suppressions::note(&self, &mut scanned);
        let Scanned { results, unused_allow, rules, .. } = scanned;
        let shown = if self.output.report_suppressed { &results.suppressed[..] } else { &[] };
        let report = Report {
            findings: &results.findings,
            suppressed: shown,
            suppressed_count: results.suppressed.len(),
            hidden: &results.hidden,
            coverage: &results.coverage,
            skips: &results.skips,
            errors: &[],
            rules,
            category,
            gate: self.gate,
            started,
            elapsed: clock.elapsed(),
            show_secrets: self.output.show_secrets,
        };
        let written = self.output.write(&report, console)?;
        say(&report, &written);
        for entry in unused_allow {
            log::info!("{entry}: this `allow` entry suppressed nothing in this scan");
        }
        Ok(Outcome::of_scan(!report.findings.is_empty(), report.is_complete(), self.output.exit))
    }

    /// Says in which revisions of a repository without a work tree the baseline is to look for the paths of its entries.
    ///
    /// # Errors
    /// Where there is no repository.
    pub fn look_up_in(&mut self, repo: &Path, revisions: &[String]) -> anyhow::Result<()> {
        if self.baseline.is_some() {
            self.places.paths = Some(Arc::new(Paths::open(repo, revisions)?));
        }
        Ok(())
    }

    /// Runs one scan and reports nothing.
    pub(super) fn scan(
        &self,
        console: &Console<'_>,
        source: impl FnOnce(&Pipeline<'_>) -> anyhow::Result<(Coverage, Attributions)>,
    ) -> anyhow::Result<Scanned> {
        let detector = build_detector(&self.config)?;
        // Built where something is found at all.
        let usual: LazyLock<Detector> = LazyLock::new(Detector::builtin);
        let watches = self.is_change || (self.output.report_suppressed && !self.whole.is_empty());
        let policy = Policy::new(&self.config).watching_comments(watches);
        let mut pipeline = Pipeline::new(&detector, &policy, &self.places, &self.config.excluded).with_ignored(self.ignored.as_deref());
        if self.config.archives.value {
            pipeline = pipeline.with_archives(archive_limits(self.config.max_size.value.limit()));
        }
        if self.config.selection.iter().any(|step| !step.value.on) {
            pipeline = pipeline.with_hiding(&usual);
        }
        if self.keeps_clean {
            pipeline = pipeline.with_clean();
        }
        if let Some(baseline) = &self.baseline {
            pipeline = pipeline.with_baseline(baseline, today());
        }
        let (coverage, attributions) = progress::shown(console.progress, pipeline.progress(), || source(&pipeline))?;
        self.notes.iter().for_each(|note| pipeline.look_through(note));
        let results = pipeline.finish(coverage, &attributions);
        let looked_for = |id: &str| detector.rules().iter().any(|rule| rule.id == id && policy.is_of_interest(rule, Confidence::High));
        let within = |path: &str| self.whole.iter().any(|root| self.places.disk(path).starts_with(root));
        let looked_at = |path: &str| !results.unseen.contains(path) || !self.places.exists(path);
        let in_scope = |rule: &str, path: &str| looked_for(rule) && looked_at(path);
        let idle = |in_scope: &dyn Fn(&str, &str) -> bool| {
            let of = |baseline: &Baseline| baseline.unused(&results.judgement, &|rule, path| within(path) && in_scope(rule, path));
            self.baseline.as_ref().map(of).unwrap_or_default()
        };
        let unused = idle(&in_scope);
        let out_of_scope = idle(&|rule, path| !in_scope(rule, path)).len();
        Ok(Scanned { results, unused_allow: policy.unused(), unused, out_of_scope, rules: detector.rules().len() })
    }
}

/// The day in UTC, YYYY-MM-DD.
pub(super) fn today() -> String {
    let mut today = date::utc(SystemTime::now());
    today.truncate(10);
    today
}

/// How far archives are followed where files are scanned up to `max_size` bytes.
fn archive_limits(max_size: Option<u64>) -> Limits {
    Limits { member_size: max_size.unwrap_or(u64::MAX), ..Limits::default() }
}

/// The detector of the rules that are on. Patterns of the user are compiled now, so that a bad one is an error and
/// not a panic in the middle of the scan.
pub(super) fn build_detector(config: &Config) -> anyhow::Result<Detector> {
    let builtin = crate::rules::builtin::builtin();
    if config.rules.len() > builtin.len() {
        let ids: HashSet<&str> = builtin.rules().iter().map(|rule| rule.id.as_str()).collect();
        check_patterns(config.active_rules().filter(|rule| !ids.contains(rule.id.as_str())))?;
    }
    let detector = Detector::new(config.active_rules()).context("the rules cannot be used")?;
    Ok(detector.with_partners(&config.rules))
}

/// Compiles the patterns of rules that the user wrote.
pub(super) fn check_patterns(rules: RuleSet) -> Result<(), DetectorError> {
    if rules.is_empty() { Ok(()) } else { Detector::new(rules)?.check_patterns() }
}

/// Says on standard error what no report on standard output says in words.
fn say(report: &Report<'_>, written: &Written) {
    if written.text_on_stdout {
        return;
    }
    if written.has_files() {
        let count = report.findings.len();
        let plural = if count == 1 { "" } else { "s" };
        log::warn!("{}: {count} finding{plural}{}", report.coverage.scope, written.places());
    }
    if report.coverage.is_nothing() {
        log::warn!("nothing was in scope, so nothing was scanned");
    }
    for note in report.redacted(report.coverage.notes.iter().map(String::as_str)) {
        log::warn!("{note}");
    }
    let missed: Vec<_> = report.skips.iter().filter(|skip| skip.reason.is_incomplete()).collect();
    if let Some(first) = missed.first() {
        let what = report.redacted([first.what.as_str()]).concat();
        log::warn!("the scan is incomplete: {} not scanned, the first of them {what} ({})", missed.len(), first.reason.phrase());
    }
}
