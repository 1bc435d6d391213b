//! The three names of a place: what reports show (the source's), what identifies it (relative to the repository,
//! so that every way to scan a file gives one fingerprint), and what path patterns see (relative to the
//! configuration's directory).

use crate::blob::Origin;
use crate::findings::location::is_no_file;
use crate::findings::redact::is_redacted;
use crate::sources::history::Paths;
use crate::text::path::stored;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

/// The directories that paths are relative to.
#[derive(Debug, Clone)]
pub struct Places {
    /// The absolute working directory.
    pub cwd: PathBuf,
    /// The absolute directory of the configuration.
    pub configuration: PathBuf,
    /// The absolute root of the repository's work tree, where there is one.
    pub repository: Option<PathBuf>,
    /// What paths are looked up in where there is no work tree.
    pub paths: Option<Arc<Paths>>,
}

impl Places {
    /// The path that goes into the fingerprint.
    #[must_use]
    pub fn identity(&self, origin: &Origin, reported: &str) -> String {
        match (&self.repository, self.absolute(origin, reported)) {
            _ if matches!(origin, Origin::Reference { .. }) => as_branch(reported),
            (Some(repository), Some(path)) => relative(&path, repository).unwrap_or_else(|| reported.to_owned()),
            _ => reported.to_owned(),
        }
    }

    /// The path that patterns are matched against.
    #[must_use]
    pub fn configured(&self, origin: &Origin, reported: &str) -> String {
        let path = self.absolute(origin, reported);
        path.and_then(|path| relative(&path, &self.configuration)).unwrap_or_else(|| reported.to_owned())
    }

    /// The path relative to the absolute directory `root`; `None` where it is not below that.
    #[must_use]
    pub fn below(&self, root: &Path, origin: &Origin, reported: &str) -> Option<String> {
        self.absolute(origin, reported).and_then(|path| relative(&path, root))
    }

    /// As [`Places::below`], for a path on disk that is absolute or relative to the working directory.
    #[must_use]
    pub fn disk_below(&self, root: &Path, path: &str) -> Option<String> {
        relative(&clean(&self.cwd.join(path)), root)
    }

    /// Whether there is something at a path as [`Places::identity`] gives it. `true` where that cannot be told, as for
    /// names that are no text, or hold a secret that is not shown.
    #[must_use]
    pub fn exists(&self, identity: &str) -> bool {
        let root = self.repository.as_ref().unwrap_or(&self.cwd);
        if is_no_file(identity) || is_redacted(identity) || identity.contains("\\x") || (self.paths.is_none() && is_bare(root)) {
            return true;
        }
        // A member of an archive lies behind a `!`, which may stand in a name as well.
        let archive = identity.split_once('!').map(|(archive, _)| archive);
        std::iter::once(identity).chain(archive).any(|path| match &self.paths {
            Some(paths) => paths.hold(path),
            None => root.join(path).symlink_metadata().is_ok(),
        })
    }

    /// The absolute path of what [`Places::identity`] names.
    #[must_use]
    pub fn disk(&self, identity: &str) -> PathBuf {
        clean(&self.repository.as_ref().unwrap_or(&self.cwd).join(stored(identity)))
    }

    /// As [`Places::configured`], for a path on disk that is absolute or relative to the working directory.
    #[must_use]
    pub fn configured_path(&self, path: &str) -> String {
        relative(&clean(&self.cwd.join(path)), &self.configuration).unwrap_or_else(|| path.to_owned())
    }

    /// Where a blob lies or would lie on disk.
    fn absolute(&self, origin: &Origin, reported: &str) -> Option<PathBuf> {
        match origin {
            Origin::File { disk, .. } => Some(clean(&self.cwd.join(disk))),
            Origin::Stdin { path } => Some(clean(&self.cwd.join(stored(path)))),
            Origin::Name { of, .. } => match **of {
                Origin::File { .. } | Origin::Stdin { .. } => Some(clean(&self.cwd.join(stored(reported)))),
                _ => self.absolute(of, reported),
            },
            Origin::Reference { .. } => None,
            Origin::Index { .. } | Origin::Object { .. } | Origin::Introduced { .. } => {
                self.repository.as_ref().map(|repository| repository.join(stored(reported)))
            }
            Origin::Member { archive, name } => {
                let outer = reported.strip_suffix(name.as_str()).and_then(|rest| rest.strip_suffix('!')).unwrap_or(reported);
                let mut path = self.absolute(archive, outer)?.into_os_string();
                path.push(format!("!{name}"));
                Some(PathBuf::from(path))
            }
        }
    }
}

/// A tracking branch has the identity of the branch that it tracks, so that every clone gives it the same.
fn as_branch(name: &str) -> String {
    let (submodule, branch) = name.split_once("refs/remotes/").unwrap_or_default();
    match branch.split_once('/') {
        Some((_, branch)) if submodule.is_empty() || submodule.ends_with(':') => format!("{submodule}refs/heads/{branch}"),
        _ => name.to_owned(),
    }
}

/// Whether a directory is a repository itself, without a work tree.
#[must_use]
pub fn is_bare(directory: &Path) -> bool {
    directory.join("HEAD").is_file() && directory.join("objects").is_dir()
}

/// `path` below `root`, with `/` between its parts.
fn relative(path: &Path, root: &Path) -> Option<String> {
    let below = path.strip_prefix(root).ok()?;
    Some(crate::text::path::display_os(below).into_owned())
}

/// The path without `.` and with each `..` taken off what stands before it.
#[must_use]
pub fn clean(path: &Path) -> PathBuf {
    let mut clean = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                clean.pop();
            }
            other => clean.push(other),
        }
    }
    clean
}

#[cfg(test)]
mod tests {
    use super::Places;
    use crate::blob::Origin;
    use std::path::PathBuf;

    fn places() -> Places {
        Places { cwd: "/r/sub".into(), configuration: "/r/sub".into(), repository: Some("/r".into()), paths: None }
    }

    #[test]
    fn a_file_has_one_identity_however_it_is_scanned() {
        let file = |disk: &str| Origin::File { path: disk.to_owned(), disk: PathBuf::from(disk) };
        for origin in [file("a.env"), file("./a.env"), file("/r/sub/a.env"), file("../sub/a.env")] {
            let reported = origin.path().expect("files have paths");
            assert_eq!(places().identity(&origin, &reported), "sub/a.env");
            assert_eq!(places().configured(&origin, &reported), "a.env");
        }
        let staged = Origin::Index { path: "sub/a.env".to_owned(), id: String::new() };
        assert_eq!(places().identity(&staged, "sub/a.env"), "sub/a.env");
        assert_eq!(places().configured(&staged, "sub/a.env"), "a.env");
    }

    #[test]
    #[cfg(unix)]
    fn a_name_that_is_no_text_has_one_identity_too() {
        use std::os::unix::ffi::OsStrExt as _;
        for (bytes, text) in [(b"/r/caf\xe9".as_slice(), "caf\\xe9"), (b"/r/caf\\xe9", "caf\\x5cxe9"), (b"/r/caf\\xx", "caf\\xx")] {
            let disk = PathBuf::from(std::ffi::OsStr::from_bytes(bytes));
            let file = Origin::File { path: text.to_owned(), disk };
            let staged = Origin::Index { path: text.to_owned(), id: String::new() };
            assert_eq!(places().identity(&file, text), text);
            assert_eq!(places().identity(&staged, text), text);
        }
    }

    #[test]
    fn a_file_elsewhere_goes_by_its_reported_path() {
        let origin = Origin::File { path: "/etc/x".to_owned(), disk: "/etc/x".into() };
        assert_eq!(places().identity(&origin, "/etc/x"), "/etc/x");
        assert_eq!(places().configured(&origin, "/etc/x"), "/etc/x");
    }

    #[test]
    fn a_tracking_branch_is_identified_as_its_branch() {
        let origin = Origin::Reference { submodule: String::new(), name: String::new() };
        let cases = [
            ("refs/remotes/origin/a/b", "refs/heads/a/b"),
            ("lib:refs/remotes/origin/a", "lib:refs/heads/a"),
            ("refs/heads/refs/remotes/origin/a", "refs/heads/refs/remotes/origin/a"),
            ("refs/tags/a", "refs/tags/a"),
        ];
        for (name, expected) in cases {
            assert_eq!(places().identity(&origin, name), expected);
        }
    }

    #[test]
    fn members_of_archives_lie_behind_their_archive() {
        let archive = Box::new(Origin::File { path: "a.zip".to_owned(), disk: "a.zip".into() });
        let origin = Origin::Member { archive, name: "in/b.env".to_owned() };
        assert_eq!(places().identity(&origin, "a.zip!in/b.env"), "sub/a.zip!in/b.env");
    }
}
