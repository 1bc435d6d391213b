//! L3: opens git repositories for reading, for the `staged` and `history` sources.
//!
//! Reading never runs a program: no filter, textconv, hook or configured command. Only the repository's own
//! configuration is read, and of it only what says how its data is stored, so neither a user's nor a hostile
//! repository's settings change what is scanned. Who owns the repository does not matter, since nothing of it runs.
//! Replacement objects and grafts are ignored: they change what history looks like, not what was pushed.

mod commit;
mod environment;
mod locate;
mod objects;
mod tree;

pub use commit::{Commit, Signature, split_message};
pub use environment::GitEnvironment;
pub use objects::{ObjectError, Objects, Reader};
pub use tree::{EntryKind, TreeEntry, TreeLookup, parse_tree};

use std::path::{Path, PathBuf};

use gix::ObjectId;

use crate::sources::SourceError;

/// Symbolic references that are followed in a row, as in git.
const MAX_SYMBOLIC: usize = 5;

/// An opened repository. Shared by threads; each takes its own [`Reader`] from [`Repository::objects`].
pub struct Repository {
    inner: gix::ThreadSafeRepository,
    objects: Objects,
    work_tree: Option<PathBuf>,
    index_file: PathBuf,
    shown: String,
}

impl Repository {
    /// Opens the repository that `dir` lies in, as git would find it.
    ///
    /// `environment` counts where it speaks of that repository: when `dir` is the current directory, or lies in the
    /// repository that the environment points to. A hook can so scan another repository without being led back to its own.
    ///
    /// # Errors
    /// [`SourceError::Repository`] where there is none, or none that can be read.
    pub fn open(dir: &Path, environment: &GitEnvironment) -> Result<Self, SourceError> {
        let shown = dir.display().to_string();
        let place = locate::locate(dir, environment)?;
        let options = gix::open::Options::isolated()
            .with(gix::sec::Trust::Full)
            .filter_config_section(|_| true)
            .open_path_as_is(true)
            .config_overrides(["core.useReplaceRefs=false"]);
        let inner = options.open(&place.git_dir).map_err(|error| SourceError::Repository {
            path: shown.clone(),
            what: format!("cannot open the repository: {}", causes(&error)),
        })?;
        let repository = inner.to_thread_local();
        let mut directories = place.object_directories;
        directories.push(repository.common_dir().join("objects"));
        let objects = Objects::open(directories, repository.object_hash())
            .map_err(|error| SourceError::Repository { path: shown.clone(), what: format!("cannot open the object database: {error}") })?;
        let work_tree = place.work_tree.or_else(|| repository.workdir().map(Path::to_owned)).or(place.assumed_work_tree);
        let index_file = index_file(place.index_file.as_deref(), work_tree.as_deref(), &environment.current_dir, repository.git_dir());
        Ok(Repository { inner, objects, work_tree, index_file, shown })
    }

    /// This thread's handle: references, configuration, revisions.
    pub fn local(&self) -> gix::Repository {
        self.inner.to_thread_local()
    }

    /// The object database.
    pub fn objects(&self) -> &Objects {
        &self.objects
    }

    /// The top of the work tree, where there is one.
    pub fn work_tree(&self) -> Option<&Path> {
        self.work_tree.as_deref()
    }

    /// The index file, whether it exists or not.
    pub fn index_file(&self) -> &Path {
        &self.index_file
    }

    /// The commit that HEAD is at; `None` before the first one.
    ///
    /// # Errors
    /// Where HEAD or the branch that it names cannot be read.
    pub fn head(&self) -> Result<Option<ObjectId>, SourceError> {
        let repository = self.local();
        let broken = |what: String| SourceError::Git { what: format!("{}: cannot read HEAD: {what}", self.shown) };
        if self.has_reftable() {
            return Err(broken("the repository keeps its references in a reftable, which is not supported yet".to_owned()));
        }
        resolve(&repository.refs, "HEAD").map_err(broken)
    }

    /// The path that the user gave, for messages.
    pub fn shown(&self) -> &str {
        &self.shown
    }

    /// Whether references are kept in a reftable, which needs another reader than files.
    pub fn has_reftable(&self) -> bool {
        let repository = self.local();
        let format = repository.config_snapshot().string("extensions.refStorage");
        format.is_some_and(|format| format.eq_ignore_ascii_case(b"reftable"))
    }
}

/// The object that a reference is at, through symbolic ones; `None` where a name in the chain does not exist, as on a
/// branch before its first commit. The object itself need not exist.
pub(crate) fn resolve(refs: &gix::refs::file::Store, name: &str) -> Result<Option<ObjectId>, String> {
    let mut name = name.to_owned();
    for _ in 0..MAX_SYMBOLIC {
        match refs.try_find(name.as_str()).map_err(|error| causes(&error))?.map(|found| found.target) {
            None => return Ok(None),
            Some(gix::refs::Target::Object(id)) => return Ok(Some(id)),
            Some(gix::refs::Target::Symbolic(next)) => name = next.to_string(),
        }
    }
    Err(format!("more than {MAX_SYMBOLIC} symbolic references in a row"))
}

/// Where the index is. Git resolves a relative `GIT_INDEX_FILE` at the top of the work tree; hook runners that change
/// into a subdirectory first may have meant the current one.
fn index_file(named: Option<&Path>, work_tree: Option<&Path>, current_dir: &Path, git_dir: &Path) -> PathBuf {
    let Some(named) = named else { return git_dir.join("index") };
    let at_top = work_tree.unwrap_or(current_dir).join(named);
    let here = current_dir.join(named);
    if !at_top.exists() && here.exists() { here } else { at_top }
}

/// What to say of an object past the size limit.
pub(crate) fn size_detail(size: Option<u64>, limit: Option<u64>) -> String {
    match (size, limit) {
        (Some(size), Some(limit)) => format!("{size} bytes, the limit is {limit}"),
        _ => "more than can be held in memory".to_owned(),
    }
}

/// An error with its causes, in one line and lower case as messages are.
pub(crate) fn causes(error: &(dyn std::error::Error + 'static)) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut next = Some(error);
    while let Some(current) = next {
        let part = current.to_string();
        if parts.last() != Some(&part) && !part.is_empty() {
            parts.push(part);
        }
        next = current.source();
    }
    let mut line = parts.join(": ").replace('\n', " ");
    if line.chars().nth(1).is_some_and(char::is_lowercase) {
        line[..1].make_ascii_lowercase();
    }
    line
}
