//! L1: where the configuration lies: upward from what is scanned, never above the repository.
//!
//! Outside a repository the search stops at the working directory, or at the scan root itself where that lies
//! elsewhere: a file in a home or temporary directory must not change what a scan below it reports.

use std::path::{Path, PathBuf};

/// The names of the configuration file, in the order in which they are looked for.
pub const NAMES: [&str; 2] = [".keyward.yaml", ".keyward.yml"];

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The topmost directory that belongs to what is scanned: the repository's root, where there is one.
    pub top: PathBuf,
    /// The configuration files of the nearest directory that has one: two where both names are there.
    pub files: Vec<PathBuf>,
}

/// Searches from the absolute directory `start`; `cwd` is the absolute working directory.
#[must_use]
pub fn search(start: &Path, cwd: &Path) -> Found {
    let top = match repository_root(start) {
        Some(root) => root,
        None if start.starts_with(cwd) => cwd.to_owned(),
        None => start.to_owned(),
    };
    let directories = start.ancestors().take_while(|directory| directory.starts_with(&top));
    let candidates = directories.map(|directory| NAMES.iter().map(|name| directory.join(name)));
    // A link that leads nowhere counts too: it is to be an error, not to be passed over.
    let present = candidates.map(|paths| paths.filter(|path| path.symlink_metadata().is_ok()).collect::<Vec<_>>());
    let files = present.into_iter().find(|files| !files.is_empty()).unwrap_or_default();
    Found { top, files }
}

/// The root of the work tree that the absolute `directory` lies in: the nearest directory with a `.git`.
#[must_use]
pub fn repository_root(directory: &Path) -> Option<PathBuf> {
    directory.ancestors().find(|ancestor| ancestor.join(".git").symlink_metadata().is_ok()).map(Path::to_owned)
}

#[cfg(test)]
mod tests {
    use super::search;
    use std::fs;
    use std::path::Path;

    fn touch(path: &Path) {
        fs::create_dir_all(path.parent().expect("has a parent")).expect("can be made");
        fs::write(path, "").expect("can be written");
    }

    #[test]
    fn the_search_goes_up_to_the_repository_and_not_above() {
        let dir = tempfile::tempdir().expect("a directory");
        let repo = dir.path().join("repo");
        touch(&dir.path().join(".keyward.yaml"));
        touch(&repo.join(".git/HEAD"));
        touch(&repo.join("a/b/file"));
        let found = search(&repo.join("a/b"), dir.path());
        assert_eq!((found.top.as_path(), found.files.len()), (repo.as_path(), 0));
        touch(&repo.join("a/.keyward.yml"));
        assert_eq!(search(&repo.join("a/b"), dir.path()).files, [repo.join("a/.keyward.yml")]);
    }

    #[test]
    fn outside_a_repository_the_search_stops_at_the_working_directory() {
        let dir = tempfile::tempdir().expect("a directory");
        touch(&dir.path().join(".keyward.yaml"));
        touch(&dir.path().join("a/file"));
        assert_eq!(search(&dir.path().join("a"), dir.path()).files.len(), 1);
        assert!(search(&dir.path().join("a"), &dir.path().join("elsewhere")).files.is_empty());
    }

    #[test]
    fn both_names_side_by_side_are_both_told() {
        let dir = tempfile::tempdir().expect("a directory");
        touch(&dir.path().join(".keyward.yaml"));
        touch(&dir.path().join(".keyward.yml"));
        assert_eq!(search(dir.path(), dir.path()).files.len(), 2);
    }
}
