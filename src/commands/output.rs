//! Where reports go: standard output or files. A file is written beside its place and moved there, so that nobody
//! ever reads half a report, and an old one stays where a new one fails.

use super::{Console, ExitPolicy};
use crate::report::{self, Format, Report, Style};
use anyhow::{Context as _, bail};
use std::fs::{self, File, OpenOptions};
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
    /// The files in words, to be put behind a sentence.
    pub(super) fn places(&self) -> String {
        let names: Vec<String> = self.files.iter().map(|file| file.display().to_string()).collect();
        if names.is_empty() { String::new() } else { format!("; report in {}", names.join(", ")) }
    }
}

impl Output {
    /// Checks before the scan that the reports can be written after it.
    ///
    /// # Errors
    /// Two reports for one place, or a place that cannot be written to.
    pub fn check(&self) -> anyhow::Result<()> {
        for (at, target) in self.targets.iter().enumerate() {
            if self.targets[..at].iter().any(|other| other.file == target.file) {
                match &target.file {
                    None => bail!("two reports for standard output; give all but one a file, as in --format sarif=out.sarif"),
                    Some(file) => bail!("two reports for {}; give each a file of its own", file.display()),
                }
            }
            if let Some(file) = &target.file {
                check_file(file).with_context(|| format!("cannot write the report to {}", file.display()))?;
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
                self.write_file(target.format, report, file).with_context(|| format!("cannot write the report to {}", file.display()))?;
                written.files.push(file.clone());
            } else {
                written.text_on_stdout |= target.format == Format::Text;
                let style = console.style;
                to_stdout(console.stdout, |out| report::write(target.format, report, style, out))?;
            }
        }
        Ok(written)
    }

    fn write_file(&self, format: Format, report: &Report<'_>, path: &Path) -> io::Result<()> {
        let place = Place::of(path)?;
        let mut options = OpenOptions::new();
        options.write(true);
        let open = match &place {
            Place::Device => options.open(path)?,
            Place::File { beside, .. } => {
                if self.show_secrets {
                    owner_only(&mut options);
                }
                // A rest of a killed run may be there; a link must not be followed.
                let _ = fs::remove_file(beside);
                options.create_new(true).open(beside)?
            }
        };
        let finished = write_through(format, report, open);
        let Place::File { beside, path } = place else { return finished };
        finished.and_then(|()| fs::rename(&beside, path)).inspect_err(|_| drop(fs::remove_file(&beside)))
    }
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

fn write_through(format: Format, report: &Report<'_>, file: File) -> io::Result<()> {
    let mut buffered = BufWriter::new(file);
    report::write(format, report, Style::default(), &mut buffered)?;
    buffered.flush()
}

/// What is at the path of a report.
enum Place {
    /// A device or pipe, written to as it is: `/dev/stderr`, a process substitution.
    Device,
    /// A file that is there, or will be.
    File {
        /// The temporary file.
        beside: PathBuf,
        /// The file itself, with links followed.
        path: PathBuf,
    },
}

impl Place {
    fn of(path: &Path) -> io::Result<Place> {
        let path = match fs::metadata(path) {
            Ok(there) if there.is_dir() => return Err(io::Error::new(ErrorKind::IsADirectory, "it is a directory")),
            Ok(there) if !there.is_file() => return Ok(Place::Device),
            Ok(_) => path.canonicalize()?,
            Err(_) => path.to_owned(),
        };
        let name = path.file_name().ok_or_else(|| io::Error::new(ErrorKind::InvalidInput, "it has no file name"))?;
        let mut hidden = std::ffi::OsString::from(".");
        hidden.push(name);
        hidden.push(format!(".{}.tmp", std::process::id()));
        Ok(Place::File { beside: path.with_file_name(hidden), path })
    }
}

/// Tries out that a file can be made, and leaves none behind: it would be scanned.
fn check_file(path: &Path) -> io::Result<()> {
    match Place::of(path)? {
        Place::Device => OpenOptions::new().write(true).open(path).map(drop),
        Place::File { beside, .. } => {
            let _ = fs::remove_file(&beside);
            File::create_new(&beside)?;
            fs::remove_file(&beside)
        }
    }
}

/// Reports with secrets in clear are for nobody else.
#[cfg(unix)]
fn owner_only(options: &mut OpenOptions) {
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
}

#[cfg(not(unix))]
fn owner_only(_options: &mut OpenOptions) {}
