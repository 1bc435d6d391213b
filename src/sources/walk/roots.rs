//! Where a walk starts: the paths that the user named, each part of the tree once.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use super::WalkOptions;
use super::filter::excluded;
use crate::sources::git::is_repository;
use crate::sources::{Sink, SourceError};
use crate::text::path::display_os;

/// The named paths, checked and without overlap.
#[derive(Debug, Default)]
pub(super) struct Roots {
    /// Where to start, in the order given, spelled as walked.
    pub(super) starts: Vec<PathBuf>,
    /// The directories among them.
    pub(super) dirs: Vec<DirRoot>,
    /// Paths below one of the directories (spelled as walked from there) that are starts of their own: an inner
    /// path that was named is scanned under its own name, and whatever ignore rules say of it.
    pub(super) owned: HashSet<PathBuf>,
}

/// A named directory.
#[derive(Debug)]
pub(super) struct DirRoot {
    pub(super) start: PathBuf,
    pub(super) canonical: PathBuf,
}

impl Roots {
    /// # Errors
    /// For the first path that is not there, or neither a file nor a directory.
    pub(super) fn resolve(options: &WalkOptions, sink: &dyn Sink) -> Result<Roots, SourceError> {
        let mut roots = Roots::default();
        let mut resolver = Resolver::default();
        let mut seen = HashSet::new();
        let mut canonicals = Vec::new();
        for path in &options.paths {
            let start = spelling(path);
            let (canonical, is_dir) =
                resolver.resolve(&start).map_err(|error| SourceError::Path { path: display_os(path).into_owned(), error })?;
            if !seen.insert(canonical.clone()) {
                continue;
            }
            if is_dir && is_bare(&canonical) {
                let path = display_os(path).into_owned();
                let what = format!("a repository without a work tree, whose objects are compressed: `keyward history {path}` scans it");
                return Err(SourceError::Repository { path, what });
            }
            let name = reported(&start);
            if options.exclude.as_ref().is_some_and(|exclude| name != "." && exclude.matches(&name)) {
                sink.skip(excluded(name));
                continue;
            }
            if is_dir {
                roots.dirs.push(DirRoot { start: start.clone(), canonical: canonical.clone() });
            }
            roots.starts.push(start);
            canonicals.push(canonical);
        }
        roots.owned = owned(&roots.dirs, &canonicals);
        Ok(roots)
    }
}

/// Whether a directory is a repository, and not that of a work tree around it.
fn is_bare(directory: &Path) -> bool {
    directory.file_name().is_none_or(|name| name != ".git") && is_repository(directory)
}

/// What reports call the file that is walked as `path`.
pub(super) fn reported(path: &Path) -> String {
    let name = display_os(path);
    match name.strip_prefix("./") {
        Some(below) => below.to_owned(),
        None => name.into_owned(),
    }
}

/// The path without the detours that do not change what it names: `./`, `//` and trailing slashes.
fn spelling(path: &Path) -> PathBuf {
    let plain: PathBuf = path.components().filter(|part| !matches!(part, Component::CurDir)).collect();
    match plain.as_os_str().as_encoded_bytes() {
        b"" => PathBuf::from("."),
        // The walker takes a bare `-` for standard input.
        b"-" => PathBuf::from("./-"),
        _ => plain,
    }
}

/// For each start that lies below a named directory: how the walk from there would spell it.
fn owned(dirs: &[DirRoot], canonicals: &[PathBuf]) -> HashSet<PathBuf> {
    let by_canonical: HashMap<&Path, &Path> = dirs.iter().map(|dir| (dir.canonical.as_path(), dir.start.as_path())).collect();
    let mut owned = HashSet::new();
    for path in canonicals {
        for above in path.ancestors().skip(1) {
            if let Some(start) = by_canonical.get(above) {
                let below = path.strip_prefix(above).expect("an ancestor is a prefix");
                owned.insert(start.join(below));
            }
        }
    }
    owned
}

/// Finds canonical paths, asking the system once per directory: hooks name thousands of files.
#[derive(Default)]
struct Resolver {
    parents: HashMap<PathBuf, PathBuf>,
}

impl Resolver {
    /// The canonical path, and whether it is a directory.
    fn resolve(&mut self, start: &Path) -> io::Result<(PathBuf, bool)> {
        let kind = fs::symlink_metadata(start)?.file_type();
        if let (true, Some(parent), Some(name)) = (kind.is_file(), start.parent(), start.file_name()) {
            return Ok((self.parent(parent)?.join(name), false));
        }
        let kind = fs::metadata(start)?.file_type();
        if !kind.is_file() && !kind.is_dir() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "neither a file nor a directory; pipe its content in and name it `-`"));
        }
        Ok((start.canonicalize()?, kind.is_dir()))
    }

    fn parent(&mut self, parent: &Path) -> io::Result<&Path> {
        if !self.parents.contains_key(parent) {
            let place = if parent.as_os_str().is_empty() { Path::new(".") } else { parent };
            self.parents.insert(parent.to_owned(), place.canonicalize()?);
        }
        Ok(&self.parents[parent])
    }
}

#[cfg(test)]
mod tests {
    use super::{reported, spelling};
    use std::path::Path;

    #[test]
    fn spelling_keeps_what_the_user_wrote_but_for_detours() {
        for (given, walked, shown) in [
            (".", ".", "."),
            ("./", ".", "."),
            ("src/", "src", "src"),
            ("./src//a.rs", "src/a.rs", "src/a.rs"),
            ("../x", "../x", "../x"),
            ("/abs/./x/", "/abs/x", "/abs/x"),
            ("-", "./-", "-"),
            ("/", "/", "/"),
        ] {
            let start = spelling(Path::new(given));
            assert_eq!((start.to_str(), reported(&start).as_str()), (Some(walked), shown), "{given}");
        }
    }

    #[test]
    fn files_below_the_current_directory_are_reported_without_it() {
        assert_eq!(reported(&spelling(Path::new(".")).join("src/a.rs")), "src/a.rs");
    }
}
