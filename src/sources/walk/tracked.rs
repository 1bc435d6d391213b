//! Files and links that git tracks although an ignore rule names them: the walk left them out, but they are committed.
//!
//! The walker does not tell what it ignored, so this goes the other way round: whatever stands in the index of a
//! repository that was walked, lies in the working tree and was not visited, is added.

use std::cmp::Reverse;
use std::collections::HashSet;
use std::fs;
use std::io::ErrorKind;
use std::path::{Component, Path, PathBuf};

use gix::bstr::{BString, ByteSlice as _};
use gix::index::entry::Mode;
use gix::odb::store::init::Slots;

use super::roots::{Roots, reported};
use super::{Visited, WalkOptions};
use crate::blob::{Skip, SkipReason};
use crate::sources::Sink;
use crate::sources::git::check_work_tree;
use crate::text::system;

/// The tracked files and symbolic links below the roots that the walk did not come by, spelled as the walk would have.
///
/// `nested` are the directories with a `.git` that the walk came across. An index that cannot be read is a skip.
pub(super) fn unvisited(roots: &Roots, nested: &[PathBuf], visited: &Visited<'_>, options: &WalkOptions, sink: &dyn Sink) -> Vec<PathBuf> {
    let workdirs = workdirs(roots, nested);
    let mut files = Vec::new();
    let mut search = Search { roots, workdirs: &workdirs, visited, options, sink, denied: visited.denied.clone() };
    for workdir in &workdirs {
        match index(workdir) {
            Ok(Some(index)) => search.index(workdir, &index, &mut files),
            Ok(None) => {}
            Err(detail) => {
                let what = reported(&workdir.join(".git/index"));
                sink.skip(Skip { what, reason: SkipReason::Unreadable, detail });
            }
        }
    }
    // A conflicted path stands in the index up to three times.
    files.sort_unstable();
    files.dedup();
    files
}

/// The canonical top directories of all repositories that were walked, sorted.
fn workdirs(roots: &Roots, nested: &[PathBuf]) -> Vec<PathBuf> {
    let above = roots.dirs.iter().filter_map(|dir| dir.canonical.ancestors().find(|dir| dir.join(".git").exists()).map(Path::to_owned));
    let mut workdirs: Vec<PathBuf> = above.chain(nested.iter().filter_map(|dir| dir.canonicalize().ok())).collect();
    workdirs.sort_unstable();
    workdirs.dedup();
    workdirs
}

/// The index of the repository at `workdir`; `None` where nothing is tracked, or where it is not the repository of
/// that very directory.
///
/// The repository is hostile: nothing of its configuration beyond its layout is used, and none of the environment.
fn index(workdir: &Path) -> Result<Option<gix::worktree::Index>, String> {
    let dot_git = workdir.join(".git");
    if !(dot_git.is_file() || dot_git.join("HEAD").exists()) {
        return Ok(None);
    }
    check_work_tree(workdir).map_err(|error| error.to_string())?;
    // No object is read, so it does not matter what its database borrows from.
    let options = gix::open::Options::isolated().object_store_slots(Slots::Given(1));
    let repository = gix::open_opts(workdir, options).map_err(|error| chain(&error))?;
    let own = repository.workdir().and_then(|dir| dir.canonicalize().ok());
    if own.as_deref() != Some(workdir) {
        return Ok(None);
    }
    repository.try_index().map_err(|error| chain(&error))
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text = format!("{text}: {error}");
        source = error.source();
    }
    text
}

/// A named directory and a repository that overlap.
struct Place<'a> {
    /// Prefix of the index paths that lie below both, empty or ending in `/`.
    inside: BString,
    /// Where that is, as walked.
    start: PathBuf,
    canonical: &'a Path,
}

struct Search<'a> {
    roots: &'a Roots,
    workdirs: &'a [PathBuf],
    visited: &'a Visited<'a>,
    options: &'a WalkOptions,
    sink: &'a dyn Sink,
    /// Directories that are known to be closed to us, as walked.
    denied: HashSet<PathBuf>,
}

impl Search<'_> {
    fn index(&mut self, workdir: &Path, index: &gix::worktree::Index, files: &mut Vec<PathBuf>) {
        let places = places(self.roots, workdir);
        let mut disk = PathBuf::new();
        for entry in index.entries() {
            let path = entry.path(index);
            let Some((place, below)) = places.iter().find_map(|place| Some((place, path.strip_prefix(place.inside.as_slice())?))) else {
                continue;
            };
            let Ok(below) = gix::path::to_native_path_on_windows(below.as_bstr()) else { continue };
            disk.as_mut_os_string().clear();
            disk.push(&place.start);
            disk.push(&below);
            if entry.mode == Mode::COMMIT {
                self.submodule(place, &below, &disk);
            } else if entry.mode != Mode::DIR && !self.visited.contains(&disk) && self.wanted(place, &below, &disk) {
                files.extend(self.existing(place, &below, &disk));
            }
        }
    }

    /// Whether the walk would have come here but for ignore rules.
    fn wanted(&self, place: &Place<'_>, below: &Path, disk: &Path) -> bool {
        // An index can hold any path; only those that git would check out are files of this tree.
        let plain = below.components().all(|part| matches!(part, Component::Normal(name) if !name.eq_ignore_ascii_case(".git")));
        let shown = self.options.hidden || below.iter().all(|name| !name.as_encoded_bytes().starts_with(b"."));
        let excluded = self.options.exclude.as_ref().is_some_and(|exclude| {
            disk.ancestors().take_while(|above| *above != place.start).any(|above| exclude.matches(&reported(above)))
        });
        plain && shown && !excluded && !self.roots.owned.contains(disk)
    }

    /// The file or link as walked, if the working tree has it.
    fn existing(&mut self, place: &Place<'_>, below: &Path, disk: &Path) -> Option<PathBuf> {
        let real = match fs::symlink_metadata(disk) {
            Ok(metadata) if metadata.is_file() => disk.canonicalize().ok()?,
            // The directory that a link leads to is not tracked.
            Ok(metadata) if metadata.is_symlink() && !(self.options.follow_links && disk.is_dir()) => {
                disk.parent()?.canonicalize().ok()?.join(disk.file_name()?)
            }
            Err(error) if error.kind() == ErrorKind::PermissionDenied => {
                self.denied(disk, &system::words(&error));
                return None;
            }
            // Deleted, not checked out, or replaced by something else, which the walk has dealt with.
            _ => return None,
        };
        if real == place.canonical.join(below) {
            return Some(disk.to_owned());
        }
        // Another spelling on a file system that takes several for one, or a directory that was replaced by a link.
        let respelled = place.start.join(real.strip_prefix(place.canonical).ok()?);
        (!self.visited.contains(&respelled)).then_some(respelled)
    }

    /// Reports a closed directory once, not each file in it.
    fn denied(&mut self, disk: &Path, detail: &str) {
        let Some(parent) = disk.parent() else { return };
        if parent.ancestors().any(|above| self.denied.contains(above)) {
            return;
        }
        self.denied.insert(parent.to_owned());
        self.sink.skip(Skip { what: reported(parent), reason: SkipReason::Unreadable, detail: detail.to_owned() });
    }

    /// A submodule is walked like any directory, unless it is not there or an ignore rule names it.
    fn submodule(&self, place: &Place<'_>, below: &Path, disk: &Path) {
        let top = place.canonical.join(below);
        if self.workdirs.binary_search(&top).is_ok() || !self.wanted(place, below, disk) {
            return;
        }
        let is_there = top.join(".git").exists();
        let detail =
            if is_there { "an ignore rule names it; scan it by its path" } else { "not checked out: `git submodule update --init`" };
        self.sink.skip(Skip { what: reported(disk), reason: SkipReason::Submodule, detail: detail.to_owned() });
    }
}

/// Where the named directories and the repository at `workdir` overlap, the innermost first: that is the one that a
/// file is reported under.
fn places<'a>(roots: &'a Roots, workdir: &'a Path) -> Vec<Place<'a>> {
    let mut places: Vec<Place<'_>> = roots
        .dirs
        .iter()
        .filter_map(|dir| {
            if let Ok(below) = workdir.strip_prefix(&dir.canonical) {
                return Some(Place { inside: BString::default(), start: dir.start.join(below), canonical: workdir });
            }
            let below = dir.canonical.strip_prefix(workdir).ok()?;
            let mut inside = gix::path::to_unix_separators_on_windows(gix::path::into_bstr(below).ok()?).into_owned();
            inside.push(b'/');
            Some(Place { inside, start: dir.start.clone(), canonical: &dir.canonical })
        })
        .collect();
    places.sort_by_key(|place| Reverse(place.canonical.as_os_str().len()));
    places
}
