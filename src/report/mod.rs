//! L3: reports. A reporter renders findings; it never decides anything.

use crate::blob::Skip;
use crate::findings::Finding;
use crate::sources::Coverage;
use std::time::Duration;

/// Everything that a report may show.
#[derive(Debug)]
pub struct Report<'a> {
    /// Counted findings, in report order (path, line, column, rule id).
    pub findings: &'a [Finding],
    /// Findings that were suppressed; empty unless `--report-suppressed`.
    pub suppressed: &'a [Finding],
    /// How many findings were suppressed, reported or not.
    pub suppressed_count: usize,
    /// What was scanned.
    pub coverage: &'a Coverage,
    /// What was not scanned.
    pub skips: &'a [Skip],
    /// Errors that make the scan incomplete, beyond `skips`.
    pub errors: &'a [String],
    /// Number of rules that ran.
    pub rules: usize,
    /// Wall time of the scan.
    pub elapsed: Duration,
    /// Whether secrets are shown in clear (`--show-secrets`).
    pub show_secrets: bool,
}

impl Report<'_> {
    /// Whether everything in scope was scanned.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.errors.is_empty() && !self.skips.iter().any(|skip| skip.reason.is_incomplete())
    }
}
