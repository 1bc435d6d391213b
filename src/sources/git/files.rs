//! L3: the files that git keeps a repository in, looked at before anything opens them.
//!
//! A pipe in the place of one would never end, and a repository that somebody unpacked may have one anywhere.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use super::read_regular;
use crate::sources::SourceError;

/// Files of a repository, or of a linked work tree's private directory, that are opened by name.
const OPENED: [&str; 8] = ["HEAD", "commondir", "config", "config.worktree", "gitdir", "index", "packed-refs", "shallow"];

/// How far git follows object directories that borrow from others.
const DEEPEST: usize = 6;

/// Checks the files of a repository, and where it is the private directory of a linked work tree, of the one that it
/// belongs to. What does not look like a repository is passed over.
///
/// # Errors
/// Names the first that is no file.
pub(super) fn check_repository(git_dir: &Path) -> Result<(), SourceError> {
    let is_there = |name: &str| git_dir.join(name).symlink_metadata().is_ok();
    if !is_there("HEAD") || !(is_there("objects") || is_there("commondir")) {
        return Ok(());
    }
    let is_opened = |name: &str| OPENED.contains(&name) || name.starts_with("sharedindex.");
    check(git_dir, &is_opened)?;
    check(&common_dir(git_dir), &is_opened)
}

/// The directory that linked work trees share; that of the repository where it is no private one.
pub(super) fn common_dir(git_dir: &Path) -> PathBuf {
    match read_regular(&git_dir.join("commondir")) {
        Ok(common) => git_dir.join(String::from_utf8_lossy(&common).trim()),
        Err(_) => git_dir.to_owned(),
    }
}

/// An object directory and all that it borrows from.
pub(super) struct Borrowed {
    /// Itself, and those that are there, each once.
    pub(super) directories: Vec<PathBuf>,
    /// Whether one of them borrows from itself, through others or not.
    pub(super) is_circle: bool,
}

/// The object directories that `directory` borrows from, relative ones below the one that names them, as git has it.
///
/// # Errors
/// Where one borrows from what is no directory, or a file of one is no file.
pub(super) fn object_directories(directory: &Path) -> Result<Borrowed, SourceError> {
    let (mut found, mut is_circle) = (Vec::new(), false);
    let mut seen = HashSet::new();
    let mut open = vec![vec![directory.to_owned()]];
    while let Some(chain) = open.pop() {
        let Some((here, above)) = chain.split_last() else { continue };
        if !here.is_dir() {
            if let Some(above) = above.last().filter(|_| here.exists()) {
                let list = above.join("info").join("alternates");
                let what = format!("names {}, which is no directory: take the line out", here.display());
                return Err(SourceError::Repository { path: list.display().to_string(), what });
            }
            continue;
        }
        let list = here.join("info").join("alternates");
        is_circle |= above.iter().any(|above| canonical(above) == canonical(here));
        if !seen.insert(canonical(here)) {
            continue;
        }
        check(&here.join("info"), &|name| name == "alternates")?;
        check(&here.join("pack"), &|name| [".idx", ".pack", "multi-pack-index"].iter().any(|end| name.ends_with(end)))?;
        found.push(here.clone());
        // What cannot be parsed is told where the database is opened.
        let named = gix::odb::alternate::parse(&read_regular(&list).unwrap_or_default()).unwrap_or_default();
        if chain.len() <= DEEPEST {
            open.extend(named.into_iter().rev().map(|path| [&chain[..], &[here.join(path)]].concat()));
        }
    }
    Ok(Borrowed { directories: found, is_circle })
}

/// The one name of a directory, as far as it has one.
pub(super) fn canonical(directory: &Path) -> PathBuf {
    directory.canonicalize().unwrap_or_else(|_| directory.to_owned())
}

/// Checks that those of the names in a directory that are read are files.
fn check(directory: &Path, is_read: &dyn Fn(&str) -> bool) -> Result<(), SourceError> {
    let Ok(entries) = std::fs::read_dir(directory) else { return Ok(()) };
    for entry in entries.flatten().filter(|entry| entry.file_name().to_str().is_some_and(is_read)) {
        let is_special = |kind: std::fs::FileType| !kind.is_file() && !kind.is_dir();
        let kind = match entry.file_type() {
            Ok(kind) if kind.is_symlink() => std::fs::metadata(entry.path()).map(|there| there.file_type()),
            kind => kind,
        };
        if kind.is_ok_and(is_special) {
            let what = "a pipe or device where git keeps a file: take it away, or clone the repository anew";
            return Err(SourceError::Repository { path: entry.path().display().to_string(), what: what.to_owned() });
        }
    }
    Ok(())
}
