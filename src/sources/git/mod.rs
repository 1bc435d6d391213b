//! L3: opens git repositories for reading, for the `staged` and `history` sources.
//!
//! Reading never runs a program: no filter, textconv, hook or configured command. Only the repository's own
//! configuration is read, and of it only what says how its data is stored, so neither a user's nor a hostile
//! repository's settings change what is scanned. Who owns the repository does not matter, since nothing of it runs.
//! Replacement objects and grafts are ignored: they change what history looks like, not what was pushed.

mod circle;
mod commit;
mod environment;
mod files;
mod index;
mod locate;
mod objects;
mod references;
mod reftable;
mod remotes;
mod similar;
mod tree;

pub use commit::{Commit, Signature, split_message, tree_of};
pub use environment::GitEnvironment;
pub use index::read_index;
pub use locate::{check_work_tree, exclude_file, is_repository};
pub(crate) use objects::ALLOCATION_LIMIT;
pub use objects::{ObjectError, Objects, Pack, Reader};
pub use references::{Logged, Named, References, Target};
pub use remotes::Remotes;
pub use similar::{Deleted, Former, Gone, Similarity, deleted_files};
pub use tree::{EntryKind, Limits, TreeEntry, TreeLookup, find_entry, parse_tree};

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use gix::ObjectId;
use gix::odb::store::init::Slots;

use self::circle::Unrolled;
use crate::sources::SourceError;
use crate::text::system;

/// An opened repository. Shared by threads; each takes its own [`Reader`] from [`Repository::objects`].
pub struct Repository {
    inner: gix::ThreadSafeRepository,
    objects: Objects,
    work_tree: Option<PathBuf>,
    index_file: PathBuf,
    shown: String,
    /// What stands for object directories, for as long as they are read.
    _unrolled: Vec<Unrolled>,
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
        let mut place = locate::locate(dir, environment)?;
        place.object_directories.push(files::common_dir(&place.git_dir).join("objects"));
        let Searched { directories, unrolled } = searched(&place.object_directories, &environment.current_dir)?;
        let options = gix::open::Options::isolated()
            .with(gix::sec::Trust::Full)
            .filter_config_section(|_| true)
            .open_path_as_is(true)
            .config_overrides(["core.useReplaceRefs=false"]);
        // What its own database borrows from is looked up with the first object.
        let options = if unrolled.is_empty() { options } else { options.object_store_slots(Slots::Given(1)) };
        let mut inner = options.open(&place.git_dir).map_err(|error| SourceError::Repository {
            path: shown.clone(),
            what: format!("cannot open the repository: {}", causes(&error)),
        })?;
        let repository = inner.to_thread_local();
        let objects = Objects::open(directories, repository.object_hash())
            .map_err(|error| SourceError::Repository { path: shown.clone(), what: format!("cannot open the object database: {error}") })?;
        if !unrolled.is_empty() {
            inner.objects = objects.last();
        }
        let work_tree = place.work_tree.or_else(|| repository.workdir().map(Path::to_owned)).or(place.assumed_work_tree);
        let index_file = index_file(place.index_file.as_deref(), work_tree.as_deref(), &environment.current_dir, repository.git_dir());
        Ok(Repository { inner, objects, work_tree, index_file, shown, _unrolled: unrolled })
    }

    /// This thread's handle: references, configuration, revisions.
    pub fn local(&self) -> gix::Repository {
        self.inner.to_thread_local()
    }

    /// The object database.
    pub fn objects(&self) -> &Objects {
        &self.objects
    }

    /// The repository's own directory; for a linked work tree its private one.
    pub fn git_dir(&self) -> &Path {
        self.inner.git_dir()
    }

    /// The directory that linked work trees share.
    pub fn common_dir(&self) -> PathBuf {
        self.local().common_dir().to_owned()
    }

    /// Commits whose parents a shallow clone leaves out; empty for a full one.
    ///
    /// # Errors
    /// Where the list cannot be read.
    pub fn shallow(&self) -> Result<HashSet<ObjectId>, SourceError> {
        let path = self.common_dir().join("shallow");
        let broken =
            |what: String| SourceError::Git { what: format!("{}: cannot read the list of shallow commits: {what}", path.display()) };
        let list = match read_regular(&path) {
            Ok(list) => String::from_utf8_lossy(&list).into_owned(),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(HashSet::new()),
            Err(error) => return Err(broken(error.to_string())),
        };
        let id = |line: &str| ObjectId::from_hex(line.trim().as_bytes()).map_err(|error| broken(causes(&error)));
        list.lines().filter(|line| !line.trim().is_empty()).map(id).collect()
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
        let private = (self.git_dir() != self.common_dir()).then(|| self.git_dir().to_owned());
        let broken = |what: String| SourceError::Git { what: format!("{}: cannot read HEAD: {what}", self.shown) };
        self.references(private)?.resolve("HEAD").map_err(broken)
    }

    /// The references, with those that the linked work tree of the directory `private` has of its own.
    ///
    /// # Errors
    /// Where a reftable cannot be read.
    pub fn references(&self, private: Option<PathBuf>) -> Result<References, SourceError> {
        References::open(self.common_dir(), private, self.objects.hash(), self.has_reftable())
            .map_err(|what| SourceError::Git { what: format!("{}: cannot read the references: {what}", self.shown) })
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

/// The object directories to open.
#[derive(Default)]
struct Searched {
    directories: Vec<PathBuf>,
    unrolled: Vec<Unrolled>,
}

/// The object directories to open: those given, and what they borrow from and the reader of a database does not find by
/// itself, as it takes relative ones for such of the first directory.
fn searched(directories: &[PathBuf], current_dir: &Path) -> Result<Searched, SourceError> {
    let mut covered: HashSet<PathBuf> = HashSet::new();
    let mut found = Searched::default();
    for top in directories {
        let borrowed = files::object_directories(top)?;
        if borrowed.is_circle {
            let unrolled = Unrolled::of(&borrowed.directories).map_err(|error| in_circle(top, &error))?;
            found.directories.push(unrolled.first());
            found.unrolled.push(unrolled);
            continue;
        }
        for directory in borrowed.directories {
            if covered.insert(files::canonical(&directory)) {
                let borrowed = gix::odb::alternate::resolve(directory.clone(), current_dir).unwrap_or_default();
                covered.extend(borrowed.iter().map(|borrowed| files::canonical(borrowed)));
                found.directories.push(directory);
            }
        }
    }
    Ok(found)
}

/// What is said of object directories in a circle that cannot be read all the same.
fn in_circle(directory: &Path, error: &std::io::Error) -> SourceError {
    let what = format!(
        "an object directory borrows from itself, and no links to read it through can be made ({}): \
         take the line that leads back out of `objects/info/alternates`",
        system::words(error)
    );
    SourceError::Repository { path: directory.display().to_string(), what }
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

/// Reads a file in which git keeps what it does. A pipe in its place would never end, and neither would a link to a device.
///
/// # Errors
/// Where it is not there, cannot be read, or is no regular file.
pub(crate) fn read_regular(path: &Path) -> std::io::Result<Vec<u8>> {
    if !std::fs::metadata(path)?.is_file() {
        return Err(std::io::Error::other("no regular file"));
    }
    std::fs::read(path)
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
