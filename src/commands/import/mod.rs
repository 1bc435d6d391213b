//! `keyward import`: takes over what other scanners were told: settings as a part of `.keyward.yaml`, accepted findings
//! as entries of a baseline.
//!
//! A finding that another tool accepts is looked for with a scan and accepted as what it is here: by rule, path and
//! secret. So an entry that stood for a line of a file never accepts what came to stand there.

mod accepted;

use super::file::{self, Readers};
use super::{Console, Outcome, Session, baseline, output, session};
use crate::config::diagnostic::Source;
use crate::config::error::{ConfigError, Problem};
use crate::config::{files, tree};
use crate::findings::baseline::{Baseline, Key, Remark};
use crate::findings::quoted::without_secrets;
use crate::import::{self, ImportError, Imported, Kind, Left, MOST_BYTES};
use crate::text::sanitize::sanitize;
use crate::text::system;
use anyhow::{Context as _, anyhow, bail};
use std::fmt::Write as _;
use std::io::Read as _;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

/// How many files may build on one another.
const MOST_EXTENDS: usize = 2;
/// How many entries without a match are named.
const MOST_NAMED: usize = 20;

/// Where the result goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The configuration.
    pub config: PathBuf,
    /// The baseline.
    pub baseline: PathBuf,
    /// The top of what is scanned.
    pub top: PathBuf,
    /// Whether the files are changed; else it is printed what they would get.
    pub write: bool,
    /// What is said of new entries of the baseline.
    pub remark: Remark,
}

/// Reads the files. Without `from`, each is what its name or its beginning says.
///
/// # Errors
/// Where one cannot be read, is not known, or is not well formed.
pub fn read(paths: &[PathBuf], from: Option<Kind>) -> anyhow::Result<Imported> {
    let mut all = Imported::default();
    for path in paths {
        all.add(read_one(path, from, 0)?);
    }
    Ok(all)
}

fn read_one(path: &Path, from: Option<Kind>, depth: usize) -> anyhow::Result<Imported> {
    let source = open(path)?;
    let Some(kind) = from.or_else(|| Kind::of(source.name(), source.text())) else {
        let names: Vec<&str> = Kind::ALL.iter().map(|(name, _)| *name).collect();
        bail!("{}: no file of another scanner that is known here; say what it is with --from: {}", source.name(), names.join(", "));
    };
    let mut imported = import::read(kind, &source).map_err(|error| match error {
        ImportError::At(problem) => ConfigError::of("a file to import; nothing was changed", vec![Problem::At(*problem)]).into(),
        error @ ImportError::Json { .. } => anyhow!(error),
    })?;
    for (named, place) in std::mem::take(&mut imported.extends) {
        let inside = Path::new(&named).components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
        let file = path.parent().unwrap_or(path).join(&named);
        if inside && !named.is_empty() && depth < MOST_EXTENDS && file.is_file() {
            let below = read_one(&file, Some(kind), depth + 1)?;
            imported.add(below);
        } else {
            let what = format!("the file `{named}` that it builds on is not there, or not below its directory; import it too");
            imported.left.push(Left { place, what });
        }
    }
    Ok(imported)
}

/// Reads a file of bounded size as UTF-8.
fn open(path: &Path) -> anyhow::Result<Arc<Source>> {
    let shown = path.display().to_string();
    let mut bytes = Vec::new();
    let read = std::fs::File::open(path).and_then(|file| file.take(MOST_BYTES + 1).read_to_end(&mut bytes));
    read.map_err(|error| anyhow!("{shown}: {}", system::words(&error)))?;
    if bytes.len() as u64 > MOST_BYTES {
        bail!("{shown}: larger than {} MiB; import it in parts", MOST_BYTES >> 20);
    }
    let text = String::from_utf8(bytes).map_err(|error| anyhow!("{shown}: not UTF-8 at byte {}", error.utf8_error().valid_up_to()))?;
    Ok(Source::new(&shown, &text))
}

/// Looks for what was accepted and writes, or prints, what was taken over.
///
/// # Errors
/// Where the scan cannot be done, or a file cannot be written or is laid out so that it has to be changed by hand.
pub fn run(mut session: Session, imported: &Imported, target: &Target, console: &mut Console<'_>) -> anyhow::Result<Outcome> {
    baseline::check_remark(&target.remark)?;
    let held = (target.write && !imported.fragment.is_empty()).then(|| file::hold(&target.config)).transpose();
    let held = held.with_context(|| format!("cannot write {}", target.config.display()))?;
    let config = if target.write { new_config(imported, &target.config)? } else { None };
    if config.is_some() {
        // Before the baseline is written: both change, or neither.
        file::check(&target.config).with_context(|| format!("cannot write {}", target.config.display()))?;
    }
    let mut left = imported.left.clone();
    let mut said = Vec::new();
    let fragment = imported.fragment.print();
    if !imported.accepted.is_empty() {
        let shown = target.baseline.display().to_string();
        let is_there = target.baseline.symlink_metadata().is_ok();
        let known = if is_there {
            baseline::load(&target.baseline, &shown, false)?
        } else {
            Baseline::new(&shown, Key::random().context("cannot make a key")?)
        };
        session.baseline = Some(known.clone());
        let found = accepted::find(&session, &imported.accepted, &target.top, console)?;
        let new = add(known, &session, &found, target)?;
        let verb = if target.write { "added" } else { "would be added" };
        let same = imported.accepted.len().saturating_sub(found.missing.len() + new);
        let same = if same > 0 { format!("; {same} in it already, or the same as another") } else { String::new() };
        said.push(format!("{new} of {} accepted findings {verb} to {shown}{same}", imported.accepted.len()));
        if target.write && new > 0 && !is_there {
            said.extend(baseline::attributes::merge_by_lines(&session.places, &target.baseline)?);
        }
        let missing = found.missing.len();
        left.extend(found.missing.into_iter().take(MOST_NAMED));
        if missing > MOST_NAMED {
            left.push(Left { place: format!("{} more", missing - MOST_NAMED), what: "accepted findings that nothing matches".to_owned() });
        }
    }
    if let Some(text) = config {
        file::replace(&target.config, Readers::AsBefore, |out| out.write_all(text.as_bytes()))
            .with_context(|| format!("cannot write {}", target.config.display()))?;
        drop(held);
        said.push(format!("{} added to {}", imported.fragment.keys().join(", "), target.config.display()));
    }
    let text = if target.write { report("", &said, &left) } else { format!("{}{fragment}", report("# ", &said, &left)) };
    output::to_stdout(console.stdout, |out| out.write_all(text.as_bytes()))?;
    Ok(Outcome::Clean)
}

/// Adds what was found to the baseline; the number of new entries.
fn add(mut known: Baseline, session: &Session, found: &accepted::Found, target: &Target) -> anyhow::Result<usize> {
    let writes = target.write && !found.candidates.is_empty();
    let failed = || format!("cannot write {}", target.baseline.display());
    // Another run may have changed it during the scan.
    let held = writes.then(|| file::hold(&target.baseline)).transpose().with_context(failed)?;
    if held.as_ref().is_some_and(|held| !held.is_new()) {
        known = baseline::load(&target.baseline, known.name(), false)?;
    }
    let exists = |path: &str| session.places.exists(path);
    let judgement = known.judge(&found.candidates, &session::today(), &exists);
    let new = known.add(&found.candidates, &judgement, &target.remark);
    if writes {
        file::replace(&target.baseline, Readers::AsBefore, |out| out.write_all(known.print().as_bytes())).with_context(failed)?;
    }
    Ok(new)
}

/// The text of the configuration with what was imported; `None` where nothing is to be added.
fn new_config(imported: &Imported, path: &Path) -> anyhow::Result<Option<String>> {
    if imported.fragment.is_empty() {
        return Ok(None);
    }
    let before = match path.symlink_metadata() {
        Ok(_) => files::read_source(path, path).map_err(|what| anyhow!(what))?,
        Err(_) => Source::new(&path.display().to_string(), ""),
    };
    let root = tree::parse(&before).map_err(|problem| ConfigError::of("the configuration", vec![Problem::At(problem)]))?;
    let taken: Vec<&str> =
        imported.fragment.keys().into_iter().filter(|key| root.as_ref().is_some_and(|root| root.get(key).is_some())).collect();
    if !taken.is_empty() {
        let keys = taken.join("` and `");
        bail!("{} has `{keys}` already; run without --write, and add what is printed by hand", path.display());
    }
    let separator = if before.text().is_empty() || before.text().ends_with('\n') { "" } else { "\n" };
    let text = format!("{}{separator}{}", before.text(), imported.fragment.print());
    let (_, problems) = crate::config::read::read(&Source::new(before.name(), &text));
    if !problems.is_empty() {
        bail!("{} is laid out unusually; run without --write, and add what is printed by hand", path.display());
    }
    Ok(Some(text))
}

/// What was done and what was left, one line each.
fn report(prefix: &str, said: &[String], left: &[Left]) -> String {
    let mut text = String::new();
    let mut line = |line: &str| writeln!(text, "{prefix}{}", sanitize(line)).expect("a String takes everything");
    for said in said {
        line(said);
    }
    if !left.is_empty() {
        line("not carried over, or not with all that it meant:");
    }
    for left in left {
        line(&format!("  {}: {}", left.place, left.what));
    }
    without_secrets(&text)
}
