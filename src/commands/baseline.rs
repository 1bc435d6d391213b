//! `keyward baseline`: makes and tends the file of findings that are accepted.

pub(super) mod attributes;

use super::file::{self, Readers};
use super::session::Scanned;
use super::{Console, Outcome, Session, output, scan};
use crate::findings::baseline::{Baseline, Key, MOST_BYTES, Remark, is_date};
use crate::pipeline::Attributions;
use crate::sources::walk::walk;
use crate::text::sanitize::sanitize;
use anyhow::{Context as _, bail};
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// What to do with a baseline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Make a new one that accepts everything that is found.
    Create(Remark),
    /// Accept everything that is found and not in it yet; nothing is dropped.
    Update(Remark),
    /// Drop what nothing matches any more.
    Prune,
    /// Say what nothing matches any more, and what is expired.
    Check,
}

/// Where everything lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The baseline.
    pub file: PathBuf,
    /// What is scanned.
    pub path: PathBuf,
    /// Whether symbolic links are followed.
    pub follow_links: bool,
}

/// Reads a baseline. One that was `found`, not named by the user, must be a plain file: a link could lead anywhere.
///
/// # Errors
/// Where it cannot be read, or a line is not well formed.
pub fn load(path: &Path, shown: &str, found: bool) -> anyhow::Result<Baseline> {
    let failed = || format!("cannot read the baseline {shown}");
    if found && !path.symlink_metadata().with_context(failed)?.is_file() {
        bail!("{shown}: not a file; name the baseline with --baseline, or pass it over with --no-baseline");
    }
    let mut bytes = Vec::new();
    File::open(path).and_then(|file| file.take(MOST_BYTES + 1).read_to_end(&mut bytes)).with_context(failed)?;
    parse(shown, &bytes)
}

/// Reads the bytes of a baseline.
///
/// # Errors
/// Where there are too many, or a line is not well formed.
pub fn parse(shown: &str, bytes: &[u8]) -> anyhow::Result<Baseline> {
    if bytes.len() as u64 > MOST_BYTES {
        bail!("{shown}: larger than {MOST_BYTES} bytes, so it is no baseline; accept whole directories in .keyward.yaml instead");
    }
    Ok(Baseline::parse(shown, bytes)?)
}

/// Scans the tree and does `action`.
///
/// # Errors
/// Where the baseline cannot be read or written, or not everything could be scanned.
pub fn run(mut session: Session, action: &Action, target: Target, console: &mut Console<'_>) -> anyhow::Result<Outcome> {
    let shown = target.file.display().to_string();
    let mut baseline = match action {
        Action::Create(_) if target.file.symlink_metadata().is_ok() => {
            bail!("{shown} is there already; `keyward baseline update` adds to it")
        }
        Action::Create(_) => Baseline::new(&shown, Key::random().context("cannot make a key")?),
        _ if target.file.symlink_metadata().is_err() => bail!("{shown}: no such file; `keyward baseline create` makes it"),
        _ => load(&target.file, &shown, false)?,
    };
    if let Action::Create(remark) | Action::Update(remark) = action {
        check_remark(remark)?;
    }
    session.baseline = Some(baseline.clone());
    let options = scan::options(&session, vec![target.path], target.follow_links);
    let scanned = session.scan(console, |pipeline| Ok((walk(&options, pipeline)?, Attributions::new())))?;
    require_complete(&session, &scanned)?;
    let (candidates, judgement) = (&scanned.results.candidates, &scanned.results.judgement);
    let said = match action {
        Action::Create(remark) | Action::Update(remark) => {
            let new = baseline.add(candidates, judgement, remark);
            format!("{new} added to {shown}, which has {}", entries(baseline.len()))
        }
        Action::Prune => {
            let dropped = scanned.unused.len();
            baseline.drop_entries(&scanned.unused.iter().copied().collect());
            format!("{dropped} dropped from {shown}, which has {}", entries(baseline.len()))
        }
        Action::Check => return check(&baseline, &scanned, console),
    };
    file::replace(&target.file, Readers::AsBefore, |out| out.write_all(baseline.print().as_bytes()))
        .with_context(|| format!("cannot write {shown}"))?;
    output::to_stdout(console.stdout, |out| writeln!(out, "{}", sanitize(&said)))?;
    if matches!(action, Action::Create(_))
        && let Some(said) = attributes::merge_by_lines(&session.places, &target.file)?
    {
        output::to_stdout(console.stdout, |out| writeln!(out, "{}", sanitize(&said)))?;
    }
    Ok(Outcome::Clean)
}

/// Lists what is unused or expired.
fn check(baseline: &Baseline, scanned: &Scanned, console: &mut Console<'_>) -> anyhow::Result<Outcome> {
    let mut lines = baseline.unused_lines(&scanned.unused);
    lines.extend(baseline.expired(&scanned.results.judgement));
    let outcome = if lines.is_empty() { Outcome::Clean } else { Outcome::Findings };
    if lines.is_empty() {
        lines.push(format!("{}: {}, all in use", baseline.name(), entries(baseline.len())));
    }
    output::to_stdout(console.stdout, |out| lines.iter().try_for_each(|line| writeln!(out, "{}", sanitize(line))))?;
    Ok(outcome)
}

/// What was not scanned would be missing in the baseline, or dropped from it.
fn require_complete(session: &Session, scanned: &Scanned) -> anyhow::Result<()> {
    let mut missed = scanned.results.skips.iter().filter(|skip| skip.reason.is_incomplete());
    match missed.next() {
        Some(first) if !session.output.exit.allow_incomplete => {
            let what = format!("{} ({})", first.what, first.reason.phrase());
            bail!("not everything could be scanned, the first is {what}; the baseline stays as it is, unless with --allow-incomplete")
        }
        _ => Ok(()),
    }
}

/// Checks what the user says of new entries.
pub(super) fn check_remark(remark: &Remark) -> anyhow::Result<()> {
    if remark.expires.as_deref().is_some_and(|date| !is_date(date)) {
        bail!("--expires takes a day, as in --expires 2030-12-31");
    }
    if remark.reason.as_deref().is_some_and(|text| ["by=", "expires="].iter().any(|word| text.trim_start().starts_with(word))) {
        bail!("a reason cannot begin with `by=` or `expires=`; use --by and --expires");
    }
    if remark.by.as_deref() == Some("") {
        bail!("--by takes a name");
    }
    Ok(())
}

/// A number of entries in words.
pub(super) fn entries(count: usize) -> String {
    format!("{count} {}", if count == 1 { "entry" } else { "entries" })
}
