//! `keyward allow`: accepts findings by fingerprint, in the allowlist of the configuration.

use super::file::{self, Readers};
use super::{Console, Outcome, output};
use crate::config::diagnostic::Source;
use crate::config::{edit, files, read};
use crate::text::fingerprint::is_fingerprint;
use anyhow::{Context as _, anyhow, bail};
use std::path::Path;

/// Adds the fingerprints to the configuration at `path`, which is made where it is not there. Those that stand in it
/// already are left out.
///
/// # Errors
/// Where one is no fingerprint, or the file cannot be read, understood or written.
pub fn run(path: &Path, fingerprints: &[String], reason: Option<&str>, console: &mut Console<'_>) -> anyhow::Result<Outcome> {
    if let Some(other) = fingerprints.iter().find(|text| !is_fingerprint(text)) {
        bail!("`{other}` is no fingerprint; reports show them as kw1: and 32 hex digits");
    }
    // Another run may be adding to it at the same time.
    let held = file::hold(path).with_context(|| format!("cannot write {}", path.display()))?;
    let source = if held.is_new() {
        Source::new(&path.display().to_string(), "")
    } else {
        files::read_source(path, path).map_err(|what| anyhow!(what))?
    };
    let (before, _) = read::read(&source);
    let known = |text: &&String| before.allow.iter().any(|entry| entry.value.accepts_fingerprint(text));
    let mut new: Vec<String> = fingerprints.iter().filter(|text| !known(text)).cloned().collect();
    new.sort_unstable();
    new.dedup();
    if !new.is_empty() {
        let text = edit::add_allow(&source, &new, reason).map_err(|what| anyhow!(what))?;
        file::replace(path, Readers::AsBefore, |out| out.write_all(text.as_bytes()))
            .with_context(|| format!("cannot write {}", path.display()))?;
    }
    let plural = if new.len() == 1 { "" } else { "s" };
    output::to_stdout(console.stdout, |out| {
        writeln!(out, "{} fingerprint{plural} added to {}", new.len(), path.display())?;
        // Only a scan could tell, of a history perhaps, which takes its time.
        let hint = "whether findings have them is not looked up; `keyward scan --report-suppressed` names entries that suppress nothing";
        if new.is_empty() { Ok(()) } else { writeln!(out, "{hint}") }
    })?;
    Ok(Outcome::Clean)
}
