//! L3: what the ignore files of a repository leave out: `.gitignore`, `.git/info/exclude` and `.ignore`. The user's own
//! excludes file does not count, nor what lies above the repository: the same tree is scanned alike on every machine.
//!
//! Patterns are matched by the `ignore` crate, but the files are opened here. A repository may have a link, a pipe or a
//! device in the place of one, which its walker would follow, or wait for without end; git takes none of them.

use std::collections::HashMap;
use std::ffi::OsString;
use std::fs::Metadata;
use std::io::{self, ErrorKind, Read as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use ignore::gitignore::{Gitignore, GitignoreBuilder};
use ignore::{DirEntry, Match};

use super::read::open;
use super::roots::reported;
use crate::config::wild;
use crate::sources::git::exclude_file;

/// The largest file whose patterns count, in bytes: git's number.
const LARGEST: u64 = 100 << 20;
/// Files that are no files are named up to this many.
const MOST_NAMED: usize = 3;

/// The ignore files of a walk, each directory's read once.
pub(super) struct Ignored {
    /// By the bytes of its path: hashing a `Path` goes by its components, which takes several times as long.
    known: RwLock<HashMap<OsString, Arc<Level>>>,
    odd: Mutex<Vec<String>>,
}

/// A directory.
struct Level {
    /// Its canonical path; below a link that is followed, the path by which it was come by.
    path: PathBuf,
    /// What counts in it.
    rules: Option<Arc<Rules>>,
}

/// What the files of one directory say, and those above it.
struct Rules {
    above: Option<Arc<Rules>>,
    /// `.ignore`
    plain: Gitignore,
    /// `.gitignore`
    git: Gitignore,
    /// `.git/info/exclude`
    exclude: Gitignore,
    /// The directory, where a repository begins in it.
    top: Option<PathBuf>,
}

impl Ignored {
    pub(super) fn new() -> Self {
        Ignored { known: RwLock::default(), odd: Mutex::default() }
    }

    /// Whether an entry below a start is left out, or said not to be.
    pub(super) fn verdict(&self, entry: &DirEntry) -> Match<()> {
        let Some((parent, depth)) = entry.path().parent().zip(entry.depth().checked_sub(1)) else { return Match::None };
        let level = self.level(parent, depth);
        let Some(rules) = &level.rules else { return Match::None };
        let is_dir = entry.file_type().is_some_and(|kind| kind.is_dir());
        rules.verdict(&level.path.join(entry.file_name()), is_dir)
    }

    /// A note on what stands in the place of ignore files and is none.
    pub(super) fn note(&self) -> Option<String> {
        let mut odd = std::mem::take(&mut *self.odd.lock().unwrap_or_else(PoisonError::into_inner));
        odd.sort_unstable();
        let more = odd.len().saturating_sub(MOST_NAMED);
        odd.truncate(MOST_NAMED);
        if more > 0 {
            odd.push(format!("{more} more"));
        }
        (!odd.is_empty()).then(|| format!("passed over as ignore files, as by git, for they are no regular files: {}", odd.join(", ")))
    }

    /// The directory `dir`, which lies `depth` below a start.
    fn level(&self, dir: &Path, depth: usize) -> Arc<Level> {
        if let Some(known) = self.known.read().unwrap_or_else(PoisonError::into_inner).get(dir.as_os_str()) {
            return Arc::clone(known);
        }
        let level = Arc::new(match dir.parent().zip(depth.checked_sub(1)) {
            Some((parent, depth)) => {
                let above = self.level(parent, depth);
                let path = above.path.join(dir.file_name().unwrap_or_default());
                let rules = self.read(&path, dir, above.rules.as_ref());
                Level { path, rules }
            }
            None => self.start(dir),
        });
        self.known.write().unwrap_or_else(PoisonError::into_inner).insert(dir.as_os_str().to_owned(), Arc::clone(&level));
        level
    }

    /// A directory that the walk starts at, with those above it up to the top of the repository.
    fn start(&self, dir: &Path) -> Level {
        let Ok(path) = dir.canonicalize() else { return Level { path: dir.to_owned(), rules: None } };
        let height = path.ancestors().position(|above| is_top(above, None)).unwrap_or_default();
        let above: Vec<&Path> = path.ancestors().take(height + 1).skip(1).collect();
        let rules = above.into_iter().rev().fold(None, |rules, above| self.read(above, above, rules.as_ref()));
        let rules = self.read(&path, dir, rules.as_ref());
        Level { path, rules }
    }

    /// What counts in a directory that is opened as `disk`.
    fn read(&self, path: &Path, disk: &Path, above: Option<&Arc<Rules>>) -> Option<Arc<Rules>> {
        let plain = self.patterns(path, &disk.join(".ignore"), false);
        let git = self.patterns(path, &disk.join(".gitignore"), false);
        let top = is_top(disk, above).then(|| path.to_owned());
        // That file is no part of what is committed: it may be a link of the user's.
        let exclude = top.as_ref().and_then(|_| exclude_file(disk)).map_or_else(Gitignore::empty, |file| self.patterns(path, &file, true));
        if top.is_none() && plain.is_empty() && git.is_empty() && exclude.is_empty() {
            return above.cloned();
        }
        Some(Arc::new(Rules { above: above.cloned(), plain, git, exclude, top }))
    }

    /// The patterns of a file, relative to `root`; none where it cannot be read, as then more is scanned.
    fn patterns(&self, root: &Path, file: &Path, follow: bool) -> Gitignore {
        let text = match text(file, follow) {
            Ok(Some(text)) => text,
            Ok(None) => {
                self.odd.lock().unwrap_or_else(PoisonError::into_inner).push(reported(file));
                return Gitignore::empty();
            }
            Err(_) => return Gitignore::empty(),
        };
        let mut builder = GitignoreBuilder::new(root);
        for line in text.trim_start_matches('\u{feff}').lines() {
            // A line that is no pattern matches nothing.
            if let Ok(Some(line)) = wild::line(line) {
                let _ = builder.add_line(None, &line);
            }
        }
        builder.build().unwrap_or_else(|_| Gitignore::empty())
    }
}

/// Whether a repository begins in a directory: one of git, or of jj where it has none of git around it.
fn is_top(disk: &Path, above: Option<&Arc<Rules>>) -> bool {
    let is_inside = || chain(above).any(|rules| rules.top.is_some());
    disk.join(".git").metadata().is_ok() || (!is_inside() && disk.join(".jj").metadata().is_ok())
}

/// The text of an ignore file; `None` where something else than a file stands in its place.
fn text(file: &Path, follow: bool) -> io::Result<Option<String>> {
    // Most directories have none, which is told sooner by looking than by opening.
    let metadata = file.symlink_metadata()?;
    if !follow && cfg!(not(unix)) && metadata.is_symlink() {
        return Ok(None);
    }
    let mut opened = match open(file, follow) {
        Ok(opened) => opened,
        Err(error) if error.kind() == ErrorKind::NotFound => return Err(error),
        Err(error) => return if file.is_symlink() { Ok(None) } else { Err(error) },
    };
    let metadata = opened.metadata()?;
    let is_usable = |metadata: &Metadata| metadata.is_file() && metadata.len() <= LARGEST;
    if !is_usable(&metadata) {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    opened.by_ref().take(LARGEST).read_to_end(&mut bytes)?;
    Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
}

/// Rules from the innermost directory outwards.
fn chain(rules: Option<&Arc<Rules>>) -> impl Iterator<Item = &Rules> {
    std::iter::successors(rules.map(Arc::as_ref), |rules| rules.above.as_deref())
}

/// The first of several verdicts that says something.
fn first(mut verdicts: impl Iterator<Item = Match<()>>) -> Match<()> {
    verdicts.find(|verdict| !verdict.is_none()).unwrap_or(Match::None)
}

impl Rules {
    /// What the innermost file says that says something: of `.ignore` first, then of git's own files.
    fn verdict(self: &Arc<Self>, path: &Path, is_dir: bool) -> Match<()> {
        let of = |patterns: &Gitignore| patterns.matched(path, is_dir).map(drop);
        let own = || {
            let mut left = false;
            chain(Some(self)).take_while(move |rules| !std::mem::replace(&mut left, rules.top.is_some()))
        };
        let plain = first(own().map(|rules| of(&rules.plain)));
        if !plain.is_none() || chain(Some(self)).all(|rules| rules.top.is_none()) {
            return plain;
        }
        first(own().map(|rules| of(&rules.git))).or(first(own().map(|rules| of(&rules.exclude))))
    }
}
