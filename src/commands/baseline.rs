//! `keyward baseline`: makes and tends the file of findings that are accepted.

pub(super) mod attributes;

use super::file::{self, Readers};
use super::session::{Scanned, today};
use super::{Console, Outcome, Session, output, scan};
use crate::findings::baseline::{Baseline, Key, MOST_BYTES, Remark, is_date};
use crate::pipeline::Attributions;
use crate::rules::{Confidence, Severity};
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
    let there = || format!("{shown} is there already; `keyward baseline update` adds to it");
    let baseline = match action {
        Action::Create(_) if target.file.symlink_metadata().is_ok() => bail!(there()),
        Action::Create(_) => Baseline::new(&shown, Key::random().context("cannot make a key")?),
        _ if target.file.symlink_metadata().is_err() => bail!("{shown}: no such file; `keyward baseline create` makes it"),
        _ => load(&target.file, &shown, false)?,
    };
    if let Action::Create(remark) | Action::Update(remark) = action {
        check_remark(remark)?;
    } else {
        // An entry may be of a time when less certain findings counted.
        session.config.min_confidence.value = Confidence::Low;
        session.config.min_severity.value = Severity::Info;
    }
    session.baseline = Some(baseline.clone());
    let options = scan::options(&session, vec![target.path], target.follow_links);
    let scanned = session.scan(console, |pipeline| Ok((walk(&options, pipeline)?, Attributions::new())))?;
    require_complete(&session, &scanned)?;
    if *action == Action::Check {
        return check(&baseline, &scanned, console);
    }
    let held = file::hold(&target.file).with_context(|| format!("cannot write {shown}"))?;
    if matches!(action, Action::Create(_)) && !held.is_new() {
        bail!(there());
    }
    let mut current = if held.is_new() { baseline.clone() } else { load(&target.file, &shown, false)? };
    let said = change(&mut current, action, &session, &baseline, &scanned);
    file::replace(&target.file, Readers::AsBefore, |out| out.write_all(current.print().as_bytes()))
        .with_context(|| format!("cannot write {shown}"))?;
    drop(held);
    output::to_stdout(console.stdout, |out| said.lines().try_for_each(|line| writeln!(out, "{}", sanitize(line))))?;
    if matches!(action, Action::Create(_))
        && let Some(said) = attributes::merge_by_lines(&session.places, &target.file)?
    {
        output::to_stdout(console.stdout, |out| writeln!(out, "{}", sanitize(&said)))?;
    }
    Ok(Outcome::Clean)
}

/// Does `action` to `current`, which is `known`, the one that was scanned with, but for what another run made of it
/// meanwhile. Says what was done.
fn change(current: &mut Baseline, action: &Action, session: &Session, known: &Baseline, scanned: &Scanned) -> String {
    let shown = known.name();
    match action {
        Action::Create(remark) | Action::Update(remark) => {
            let candidates = &scanned.results.candidates;
            let is_same = current.print() == known.print();
            let again = (!is_same).then(|| current.judge(candidates, &today(), &|path| session.places.exists(path)));
            let new = current.add(candidates, again.as_ref().unwrap_or(&scanned.results.judgement), remark);
            format!("{new} added to {shown}, which has {}", entries(current.len()))
        }
        Action::Prune | Action::Check => {
            let is_same = current.print() == known.print();
            let dropped = current.drop_same(known, &scanned.unused);
            if is_same {
                current.regroup_covered(known, &scanned.results.candidates, &scanned.results.judgement);
            }
            let said = format!("{dropped} dropped from {shown}, which has {}", entries(current.len()));
            [Some(said), out_of_scope(scanned)].into_iter().flatten().collect::<Vec<_>>().join("\n")
        }
    }
}

/// Says how many entries are about what was not looked at.
fn out_of_scope(scanned: &Scanned) -> Option<String> {
    let (subject, verb) = match scanned.out_of_scope {
        0 => return None,
        1 => ("1 entry is".to_owned(), "stays"),
        count => (format!("{count} entries are"), "stay"),
    };
    Some(format!(
        "{subject} about what this scan left out, such as archives, excluded or ignored files and rules that are off, and {verb}: \
         give the flags that it was made with to look there"
    ))
}

/// Lists what is unused or expired.
fn check(baseline: &Baseline, scanned: &Scanned, console: &mut Console<'_>) -> anyhow::Result<Outcome> {
    let mut lines = baseline.unused_lines(&scanned.unused);
    lines.extend(baseline.expired(&scanned.results.judgement));
    let outcome = if lines.is_empty() { Outcome::Clean } else { Outcome::Findings };
    let more = out_of_scope(scanned);
    if lines.is_empty() {
        let all = if more.is_some() { "none of them unused" } else { "all in use" };
        lines.push(format!("{}: {}, {all}", baseline.name(), entries(baseline.len())));
    }
    lines.extend(more);
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
