//! Where reports go: standard output or files.

use super::file::{self, Readers};
use super::{Console, ExitPolicy};
use crate::report::{self, Format, Report, Style};
use anyhow::{Context as _, bail};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};

/// One report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// Its format.
    pub format: Format,
    /// Its file; standard output where there is none.
    pub file: Option<PathBuf>,
}

/// All reports of a scan, and what they show.
#[derive(Debug, Clone, Default)]
pub struct Output {
    /// The reports, at least one.
    pub targets: Vec<Target>,
    /// Whether secrets are shown in clear.
    pub show_secrets: bool,
    /// Whether suppressed findings are shown.
    pub report_suppressed: bool,
    /// What the exit status forgives.
    pub exit: ExitPolicy,
}

/// Where the reports of a scan went.
#[derive(Debug, Default)]
pub(super) struct Written {
    /// Whether standard output has one in words.
    pub(super) text_on_stdout: bool,
    files: Vec<PathBuf>,
}

impl Written {
    /// Whether a report went to a file.
    pub(super) fn has_files(&self) -> bool {
        !self.files.is_empty()
    }

    /// The files in words, to be put behind a sentence.
    pub(super) fn places(&self) -> String {
        let names: Vec<String> = self.files.iter().map(|file| file.display().to_string()).collect();
        format!("; report in {}", names.join(", "))
    }
}

impl Output {
    /// Checks before the scan that the reports can be written after it.
    ///
    /// # Errors
    /// Two reports for one place, or a place that cannot be written to.
    pub fn check(&self) -> anyhow::Result<()> {
        for (at, target) in self.targets.iter().enumerate() {
            let place = |target: &Target| target.file.as_deref().map(file::place);
            if self.targets[..at].iter().any(|other| place(other) == place(target)) {
                match &target.file {
                    None => bail!("two reports for standard output; give all but one a file, as in --format sarif=out.sarif"),
                    Some(file) => bail!("two reports for {}; give each a file of its own", file.display()),
                }
            }
            if let Some(file) = &target.file {
                file::check(file).with_context(|| format!("cannot write the report to {}", file.display()))?;
            }
        }
        Ok(())
    }

    /// Writes all reports.
    ///
    /// # Errors
    /// Where one cannot be written. A reader of standard output that goes away is none.
    pub(super) fn write(&self, report: &Report<'_>, console: &mut Console<'_>) -> anyhow::Result<Written> {
        let mut written = Written::default();
        for target in &self.targets {
            if let Some(file) = &target.file {
                let readers = if self.show_secrets { Readers::Owner } else { Readers::AsBefore };
                file::replace(file, readers, |out| report::write(target.format, report, Style::default(), out))
                    .with_context(|| format!("cannot write the report to {}", file.display()))?;
                written.files.push(file.clone());
            } else {
                written.text_on_stdout |= target.format == Format::Text;
                let style = console.style;
                to_stdout(console.stdout, |out| report::write(target.format, report, style, out))?;
            }
        }
        Ok(written)
    }
}

/// Removes the report of an earlier scan: where this one fails or is killed, nobody takes that for its result.
///
/// # Errors
/// Where one stays.
pub fn forget(report: &Path) -> anyhow::Result<()> {
    file::remove(report).with_context(|| format!("cannot replace the report of an earlier scan in {}", report.display()))
}

/// Writes to standard output. A reader that goes away has seen enough.
///
/// # Errors
/// What the system says, the reader's absence apart.
pub fn to_stdout(stdout: &mut dyn Write, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> anyhow::Result<()> {
    let mut buffered = BufWriter::new(stdout);
    match write(&mut buffered).and_then(|()| buffered.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => {
            // What is left in the buffer would be tried again when it is dropped.
            drop(buffered.into_parts());
            Ok(())
        }
        other => other.context("cannot write to standard output"),
    }
}
