//! L3: what git's environment variables say about the repository of the current directory.
//!
//! Git sets them for hooks (`GIT_INDEX_FILE` names the index of `git commit -a` or `git commit PATH`, and a push
//! lies in a quarantine that only `GIT_OBJECT_DIRECTORY` names until it is accepted), so a scan that ignores them
//! sees something else than git does. They are values here, not reads of the process, so that tests can set them.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::sources::SourceError;

/// The variables of git's environment that say where things are. Empty values count as unset.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GitEnvironment {
    /// What relative paths are relative to.
    pub current_dir: PathBuf,
    /// `GIT_DIR`.
    pub git_dir: Option<PathBuf>,
    /// `GIT_WORK_TREE`.
    pub work_tree: Option<PathBuf>,
    /// `GIT_INDEX_FILE`. Relative to the top of the work tree, as in git.
    pub index_file: Option<PathBuf>,
    /// `GIT_OBJECT_DIRECTORY`.
    pub object_directory: Option<PathBuf>,
    /// `GIT_ALTERNATE_OBJECT_DIRECTORIES`.
    pub alternates: Vec<PathBuf>,
    /// `GIT_CEILING_DIRECTORIES`: directories above which no repository is looked for.
    pub ceilings: Vec<PathBuf>,
    /// `GIT_DISCOVERY_ACROSS_FILESYSTEM`.
    pub across_filesystems: bool,
}

impl GitEnvironment {
    /// The environment of this process.
    ///
    /// # Errors
    /// When the current directory is gone.
    pub fn of_process() -> Result<Self, SourceError> {
        let current_dir = std::env::current_dir().map_err(|error| SourceError::Path { path: ".".to_owned(), error })?;
        Ok(Self::from_variables(&current_dir, |name| std::env::var_os(name)))
    }

    /// What `lookup` says, with relative paths starting at `current_dir`.
    pub fn from_variables(current_dir: &Path, lookup: impl Fn(&str) -> Option<OsString>) -> Self {
        let set = |name: &str| lookup(name).filter(|value| !value.is_empty());
        let path = |name: &str| set(name).map(|value| current_dir.join(value));
        GitEnvironment {
            current_dir: current_dir.to_owned(),
            git_dir: path("GIT_DIR"),
            work_tree: path("GIT_WORK_TREE"),
            index_file: set("GIT_INDEX_FILE").map(PathBuf::from),
            object_directory: path("GIT_OBJECT_DIRECTORY"),
            alternates: set("GIT_ALTERNATE_OBJECT_DIRECTORIES").map_or_else(Vec::new, |list| split_list(&list, current_dir)),
            ceilings: set("GIT_CEILING_DIRECTORIES")
                .map_or_else(Vec::new, |list| std::env::split_paths(&list).filter(|path| path.is_absolute()).collect()),
            across_filesystems: set("GIT_DISCOVERY_ACROSS_FILESYSTEM").is_some_and(|value| is_true(&value.to_string_lossy())),
        }
    }

    /// No variable set.
    pub fn none(current_dir: &Path) -> Self {
        GitEnvironment { current_dir: current_dir.to_owned(), ..GitEnvironment::default() }
    }
}

/// Splits a list of directories as git does: at the platform's separator, except inside a C-quoted item.
fn split_list(list: &std::ffi::OsStr, current_dir: &Path) -> Vec<PathBuf> {
    let mut rest = list.to_string_lossy().into_owned();
    if !rest.contains('"') {
        return std::env::split_paths(list).filter(|path| !path.as_os_str().is_empty()).map(|path| current_dir.join(path)).collect();
    }
    let separator = if cfg!(windows) { ';' } else { ':' };
    let mut paths = Vec::new();
    while !rest.is_empty() {
        let item = match gix::quote::ansi_c::undo(rest.as_bytes().into()) {
            Ok((unquoted, used)) if rest.starts_with('"') => {
                let item = unquoted.to_string();
                rest.drain(..used.min(rest.len()));
                item
            }
            _ => rest.drain(..rest.find(separator).unwrap_or(rest.len())).collect(),
        };
        if !item.is_empty() {
            paths.push(current_dir.join(item));
        }
        rest = rest.trim_start_matches(separator).to_owned();
    }
    paths
}

/// Git's reading of a boolean variable.
fn is_true(value: &str) -> bool {
    ["true", "yes", "on"].iter().any(|word| value.eq_ignore_ascii_case(word)) || value.parse::<i64>().is_ok_and(|number| number != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(variables: &[(&str, &str)]) -> GitEnvironment {
        GitEnvironment::from_variables(Path::new("/repo"), |name| {
            variables.iter().find(|(key, _)| *key == name).map(|(_, value)| OsString::from(value))
        })
    }

    #[test]
    fn an_empty_variable_counts_as_unset() {
        assert_eq!(environment(&[("GIT_DIR", ""), ("GIT_INDEX_FILE", "")]), GitEnvironment::none(Path::new("/repo")));
    }

    #[test]
    fn relative_directories_start_at_the_current_one_and_the_index_stays_relative() {
        let env = environment(&[("GIT_DIR", ".git"), ("GIT_WORK_TREE", "."), ("GIT_INDEX_FILE", ".git/index.lock")]);
        assert_eq!(env.git_dir.as_deref(), Some(Path::new("/repo/.git")));
        assert_eq!(env.work_tree.as_deref(), Some(Path::new("/repo/.")));
        assert_eq!(env.index_file.as_deref(), Some(Path::new(".git/index.lock")));
    }

    #[test]
    #[cfg(unix)]
    fn alternates_may_be_quoted() {
        let env = environment(&[("GIT_ALTERNATE_OBJECT_DIRECTORIES", "/a:\"/b:\\tc\":objects")]);
        assert_eq!(env.alternates, ["/a", "/b:\tc", "/repo/objects"].map(PathBuf::from));
    }

    #[test]
    fn across_filesystems_reads_as_a_git_boolean() {
        for (value, expected) in [("1", true), ("TRUE", true), ("on", true), ("0", false), ("no", false)] {
            assert_eq!(environment(&[("GIT_DISCOVERY_ACROSS_FILESYSTEM", value)]).across_filesystems, expected, "{value}");
        }
    }
}
