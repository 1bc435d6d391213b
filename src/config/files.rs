//! L1: which configuration file is read, and the rule files that it names.
//!
//! A file that the scanned tree brought along may name files of that tree only: messages quote what they read. From
//! a revision, everything comes from that revision, so that a change cannot loosen its own check.

use super::diagnostic::Source;
use super::discover::{self, NAMES};
use crate::text::system;
use std::io::Read as _;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

/// The largest configuration or rule file that is read, in bytes.
pub const MOST_BYTES: u64 = 1 << 20;

/// Which configuration file to take.
#[derive(Debug, Clone)]
pub enum Choice<'a> {
    /// The nearest one, searched from the scan root.
    Search,
    /// This one; the text names the flag or variable that said so.
    Given(PathBuf, &'static str),
    /// The nearest one, as it is in a revision.
    Revision(Revision<'a>),
    /// None.
    Nothing,
}

/// Gives the content of a file by its path, `None` where there is none, or says why it cannot.
pub type ReadFile<'a> = dyn Fn(&str) -> Result<Option<Vec<u8>>, String> + 'a;

/// The files of a revision.
#[derive(Clone, Copy)]
pub struct Revision<'a> {
    /// Its name as given.
    pub name: &'a str,
    /// Reads the file at a `/`-separated path from the top of the repository; `None` where there is none.
    pub read: &'a ReadFile<'a>,
}

impl std::fmt::Debug for Revision<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Revision({})", self.name)
    }
}

/// A configuration that was found.
#[derive(Debug)]
pub(super) struct Located<'a> {
    /// Where, for messages and `config show`.
    pub(super) path: PathBuf,
    pub(super) source: Arc<Source>,
    place: Place<'a>,
}

/// Where the files that a configuration names are looked for.
#[derive(Debug)]
enum Place<'a> {
    /// Relative to a directory, wherever that leads.
    Anywhere(PathBuf),
    /// Relative to `base`, below `top`.
    Below { base: PathBuf, top: PathBuf },
    /// In a revision, relative to a directory of it.
    Revision(PathBuf, Revision<'a>),
}

/// Finds the configuration and the directory that path patterns are relative to.
pub(super) fn locate<'a>(choice: &Choice<'a>, start: &Path, cwd: &Path) -> Result<(Option<Located<'a>>, PathBuf), String> {
    let found = discover::search(start, cwd);
    let both = |one: &Path, other: &Path| Err(format!("both {} and {} are there; keep one", one.display(), other.display()));
    match choice {
        Choice::Nothing => Ok((None, found.top)),
        Choice::Given(path, by) => {
            let source = read_source(path, path).map_err(|what| format!("{by}: {what}"))?;
            let base = path.parent().unwrap_or(path).to_owned();
            Ok((Some(Located { path: path.clone(), source, place: Place::Anywhere(base) }), found.top))
        }
        Choice::Search => match &found.files[..] {
            [] => Ok((None, found.top)),
            [path] => {
                let shown = path.strip_prefix(cwd).unwrap_or(path);
                check_below(path, shown, &found.top)?;
                let base = path.parent().unwrap_or(&found.top).to_owned();
                let place = Place::Below { base: base.clone(), top: found.top };
                Ok((Some(Located { path: path.clone(), source: read_source(path, shown)?, place }), base))
            }
            [one, other, ..] => both(one.strip_prefix(cwd).unwrap_or(one), other.strip_prefix(cwd).unwrap_or(other)),
        },
        Choice::Revision(revision) => {
            let below = start.strip_prefix(&found.top).unwrap_or(Path::new(""));
            for directory in below.ancestors() {
                let mut files = NAMES.iter().filter_map(|name| read_revision(*revision, &directory.join(name)).transpose());
                match (files.next().transpose()?, files.next().transpose()?) {
                    (None, _) => {}
                    (Some((path, source)), None) => {
                        let place = Place::Revision(directory.to_owned(), *revision);
                        return Ok((Some(Located { path, source, place }), found.top.join(directory)));
                    }
                    (Some((one, _)), Some((other, _))) => return both(&one, &other),
                }
            }
            Ok((None, found.top))
        }
    }
}

impl Located<'_> {
    /// Opens a file that the configuration names.
    pub(super) fn open(&self, named: &Path) -> Result<(PathBuf, Arc<Source>), String> {
        match &self.place {
            Place::Anywhere(base) => {
                let path = base.join(named);
                read_source(&path, named).map(|source| (path, source))
            }
            Place::Below { base, top } => {
                let path = base.join(named);
                check_below(&path, named, top)?;
                read_source(&path, named).map(|source| (path, source))
            }
            Place::Revision(directory, revision) => {
                let missing = || format!("{}: not in {}", named.display(), revision.name);
                read_revision(*revision, &directory.join(named))?.ok_or_else(missing)
            }
        }
    }
}

/// Reads a file of a revision. Its path is shown as git would: `REVISION:path`.
fn read_revision(revision: Revision<'_>, path: &Path) -> Result<Option<(PathBuf, Arc<Source>)>, String> {
    let mut parts: Vec<String> = Vec::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::Normal(name) => parts.push(name.to_string_lossy().into_owned()),
            Component::ParentDir if parts.pop().is_some() => {}
            _ => return Err(format!("{}: leads out of the repository", path.display())),
        }
    }
    let path = parts.join("/");
    let name = format!("{}:{path}", revision.name);
    let Some(bytes) = (revision.read)(&path)? else { return Ok(None) };
    if bytes.len() as u64 > MOST_BYTES {
        return Err(too_large(&name));
    }
    Ok(Some((PathBuf::from(&name), decode(&name, bytes)?)))
}

fn check_below(path: &Path, shown: &Path, top: &Path) -> Result<(), String> {
    let real = |path: &Path| path.canonicalize().map_err(|error| format!("{}: {}", shown.display(), system::words(&error)));
    if !real(path)?.starts_with(real(top)?) {
        return Err(format!("{}: leads out of {}; name it with --rule-file or --config if that is meant", shown.display(), top.display()));
    }
    // A pipe or device would be waited for without end.
    let is_regular = path.metadata().is_ok_and(|metadata| metadata.is_file());
    if is_regular { Ok(()) } else { Err(format!("{}: not a regular file", shown.display())) }
}

/// Reads a file of bounded size as UTF-8. A message names it as `shown`.
///
/// # Errors
/// What the system said, or why it is not taken.
pub fn read_source(path: &Path, shown: &Path) -> Result<Arc<Source>, String> {
    let name = shown.display().to_string();
    let fail = |error: &std::io::Error| format!("{name}: {}", system::words(error));
    let file = std::fs::File::open(path).map_err(|error| fail(&error))?;
    if file.metadata().is_ok_and(|metadata| metadata.is_dir()) {
        return Err(format!("{name}: is a directory, not a file"));
    }
    let mut bytes = Vec::new();
    file.take(MOST_BYTES + 1).read_to_end(&mut bytes).map_err(|error| fail(&error))?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(too_large(&name));
    }
    decode(&name, bytes)
}

fn decode(name: &str, bytes: Vec<u8>) -> Result<Arc<Source>, String> {
    let text = String::from_utf8(bytes).map_err(|error| format!("{name}: not UTF-8 at byte {}", error.utf8_error().valid_up_to()))?;
    Ok(Source::new(name, &text))
}

fn too_large(name: &str) -> String {
    format!("{name}: larger than 1 MiB, so not a configuration or rule file")
}
