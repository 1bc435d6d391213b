//! L3: finds the repository that a directory lies in, by git's rules.

use std::path::{Path, PathBuf};

use super::GitEnvironment;
use super::files::{check_repository, common_dir, object_directories};
use super::{causes, read_regular};
use crate::sources::SourceError;
use crate::text::system;

/// What was found, and what the environment adds to it.
pub(super) struct Place {
    /// The repository itself; for a linked work tree its private directory.
    pub(super) git_dir: PathBuf,
    /// `GIT_WORK_TREE`, which goes before everything else.
    pub(super) work_tree: Option<PathBuf>,
    /// The work tree where nothing else names one.
    pub(super) assumed_work_tree: Option<PathBuf>,
    /// `GIT_INDEX_FILE`.
    pub(super) index_file: Option<PathBuf>,
    /// `GIT_OBJECT_DIRECTORY` and `GIT_ALTERNATE_OBJECT_DIRECTORIES`, to be searched before the repository's own.
    pub(super) object_directories: Vec<PathBuf>,
}

/// Finds the repository of `dir`.
pub(super) fn locate(dir: &Path, environment: &GitEnvironment) -> Result<Place, SourceError> {
    let base = environment.current_dir.join(dir);
    let here = same(&base, &environment.current_dir);
    let found = match &environment.git_dir {
        Some(git_dir) if here => named(git_dir)?,
        _ => discover(&base, dir, environment)?,
    };
    if !here && !speaks_of(environment, &found) {
        return Ok(Place {
            git_dir: found.0,
            work_tree: None,
            assumed_work_tree: found.1,
            index_file: None,
            object_directories: Vec::new(),
        });
    }
    let assumed_work_tree = match &environment.git_dir {
        Some(_) => Some(environment.current_dir.clone()),
        None => found.1,
    };
    let object_directories =
        environment.object_directory.iter().chain(&environment.alternates).filter(|path| path.is_dir()).cloned().collect();
    Ok(Place {
        git_dir: found.0,
        work_tree: environment.work_tree.clone(),
        assumed_work_tree,
        index_file: environment.index_file.clone(),
        object_directories,
    })
}

/// Whether a directory is a repository itself, and not one that has a repository in it. One that cannot be opened, for
/// what is no file in it, is one too: whoever opens it says so.
pub fn is_repository(directory: &Path) -> bool {
    check_repository(directory).is_err() || gix::discover::is_git(directory).is_ok()
}

/// A repository and the work tree that its place implies.
type Found = (PathBuf, Option<PathBuf>);

/// Whether the environment means the repository that was found: the one of the current directory.
fn speaks_of(environment: &GitEnvironment, found: &Found) -> bool {
    let own = match &environment.git_dir {
        Some(git_dir) => named(git_dir).ok(),
        None => discover(&environment.current_dir, Path::new("."), environment).ok(),
    };
    own.is_some_and(|own| same(&own.0, &found.0))
}

/// The repository that `GIT_DIR` names.
fn named(git_dir: &Path) -> Result<Found, SourceError> {
    check_repository(git_dir)?;
    let kind = gix::discover::is_git(git_dir).map_err(|error| SourceError::Repository {
        path: git_dir.display().to_string(),
        what: format!("GIT_DIR does not name a git repository: {}", causes(&error)),
    })?;
    let path = gix::discover::repository::Path::from_dot_git_dir(git_dir.to_owned(), kind, git_dir);
    Ok(path.map_or_else(|| (git_dir.to_owned(), None), gix::discover::repository::Path::into_repository_and_work_tree_directories))
}

/// Looks for a repository in `base` and above. `shown` is for messages.
fn discover(base: &Path, shown: &Path, environment: &GitEnvironment) -> Result<Found, SourceError> {
    let base = match base.metadata() {
        Ok(metadata) if metadata.is_dir() => base,
        Ok(_) => base.parent().unwrap_or(base),
        Err(error) => return Err(SourceError::Path { path: shown.display().to_string(), error }),
    };
    check_files(base)?;
    let options = gix::discover::upwards::Options {
        trust: gix::discover::upwards::TrustPolicy::Assume(gix::sec::Trust::Full),
        ceiling_dirs: environment.ceilings.clone(),
        match_ceiling_dir_or_error: false,
        cross_fs: environment.across_filesystems,
        dot_git_only: false,
        current_dir: Some(&environment.current_dir),
    };
    let found = gix::discover::upwards_opts(base, options).ok().map(|(path, _)| path.into_repository_and_work_tree_directories());
    refuse_broken_link(base, found.as_ref())?;
    found.ok_or_else(|| SourceError::Repository {
        path: shown.display().to_string(),
        what: "not inside a git repository: run this in one, or name its directory".to_owned(),
    })
}

/// Where the repository of the work tree `top` has the patterns that it leaves out besides those of `.gitignore` files.
pub fn exclude_file(top: &Path) -> Option<PathBuf> {
    let git_dir = linked(&top.join(".git"));
    git_dir.is_dir().then(|| common_dir(&git_dir).join("info").join("exclude"))
}

/// Checks the files of the repository of the work tree `top`, before anything else opens them.
///
/// # Errors
/// Names the first that is no file, or an object directory that borrows from what it cannot.
pub fn check_work_tree(top: &Path) -> Result<(), SourceError> {
    let git_dir = linked(&top.join(".git"));
    check_repository(&git_dir)?;
    object_directories(&common_dir(&git_dir).join("objects")).map(drop)
}

/// Looking for a repository opens files of each directory that may be one, from `base` upwards.
fn check_files(base: &Path) -> Result<(), SourceError> {
    for dir in base.ancestors() {
        for git_dir in [&linked(&dir.join(".git")), dir] {
            check_repository(git_dir)?;
        }
        if is_repository(&dir.join(".git")) || is_repository(dir) {
            break;
        }
    }
    Ok(())
}

/// The directory that a `.git` file leads to, or the directory itself.
fn linked(dot_git: &Path) -> PathBuf {
    let link = read_regular(dot_git).unwrap_or_default();
    let target = link.strip_prefix(b"gitdir:").map(|target| String::from_utf8_lossy(target).trim().to_owned());
    target.map_or_else(|| dot_git.to_owned(), |target| dot_git.with_file_name(target))
}

/// Git stops at a `.git` file that leads nowhere (a pruned work tree, a submodule without its repository); going on
/// to whatever lies above would scan another repository than the one that is meant.
fn refuse_broken_link(base: &Path, found: Option<&Found>) -> Result<(), SourceError> {
    for dir in base.ancestors() {
        if found.is_some_and(|(git_dir, work_tree)| git_dir == dir || work_tree.as_deref().is_some_and(|tree| same(tree, dir))) {
            return Ok(());
        }
        let link = dir.join(".git");
        // One that may not be read is there all the same.
        if link.symlink_metadata().is_ok()
            && let Err(error) = std::fs::metadata(link.join("HEAD"))
            && error.kind() == std::io::ErrorKind::PermissionDenied
        {
            return Err(SourceError::Repository { path: link.display().to_string(), what: system::words(&error) });
        }
        if link.is_file() && gix::discover::is_git(&link).is_err() {
            return Err(SourceError::Repository {
                path: link.display().to_string(),
                what: "points to a repository that is not there: run `git worktree repair` or `git submodule update --init`".to_owned(),
            });
        }
    }
    Ok(())
}

/// Whether two paths are the same directory.
fn same(a: &Path, b: &Path) -> bool {
    a == b || matches!((a.canonicalize(), b.canonicalize()), (Ok(a), Ok(b)) if a == b)
}
