//! L3: the files of a working tree, in parallel.
//!
//! The walk itself is that of the `ignore` crate, but for the ignore files (see `ignored`): `.gitignore`, `.ignore` and
//! `.git/info/exclude` are respected by default. Two things are never dropped by them: a path that the user named, and a
//! file that git tracks (see `tracked`), because what is committed leaks whatever an ignore file says. `.git` itself is not
//! walked.
//!
//! Files are read, not mapped: a mapped file that somebody truncates kills the process with SIGBUS, and trees are
//! scanned while builds and editors write to them.

mod filter;
mod ignored;
mod read;
mod roots;
mod threads;
mod tracked;

use std::collections::HashSet;
use std::hash::{BuildHasher as _, RandomState};
use std::io::ErrorKind;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ignore::{DirEntry, ParallelVisitor, ParallelVisitorBuilder, WalkBuilder, WalkState};

use self::filter::Filter;
use self::ignored::Ignored;
use self::read::{Reader, Refusal};
use self::roots::{Roots, reported};
use super::names;
use super::{Coverage, Sink, SourceError};
use crate::blob::{Blob, Origin, Skip, SkipReason};

/// What to walk and how.
#[derive(Debug, Clone)]
pub struct WalkOptions {
    /// Files and directories as the user named them; reported paths begin with them. Default: `.`.
    pub paths: Vec<PathBuf>,
    /// Whether ignore files count. Default: yes.
    pub respect_ignore: bool,
    /// Whether files and directories whose name begins with a dot are scanned. Default: yes, `.env` is one of them.
    pub hidden: bool,
    /// The largest file that is scanned, in bytes; larger ones are skips. `None` (the default) means no limit.
    pub max_size: Option<u64>,
    /// Number of threads; 0 (the default) means one a core.
    pub threads: usize,
    /// Whether symbolic links below the named paths are followed, and not scanned as the target that they name. Named ones
    /// always are. Default: no.
    pub follow_links: bool,
    /// What to leave out by its reported path. Default: nothing.
    pub exclude: Option<Exclude>,
}

impl Default for WalkOptions {
    fn default() -> Self {
        WalkOptions {
            paths: vec![PathBuf::from(".")],
            respect_ignore: true,
            hidden: true,
            max_size: None,
            threads: 0,
            follow_links: false,
            exclude: None,
        }
    }
}

/// Says by the reported path whether a file or directory is left out. A directory takes everything below it along.
#[derive(Clone)]
pub struct Exclude(Arc<dyn Fn(&str) -> bool + Send + Sync>);

impl Exclude {
    /// Wraps the predicate.
    pub fn new(matches: impl Fn(&str) -> bool + Send + Sync + 'static) -> Self {
        Exclude(Arc::new(matches))
    }

    fn matches(&self, path: &str) -> bool {
        (self.0)(path)
    }
}

impl std::fmt::Debug for Exclude {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Exclude(..)")
    }
}

/// Scans the files of `options.paths`. Which blobs and skips the sink gets does not depend on the number of
/// threads, but their order does.
///
/// # Errors
/// [`SourceError::Path`] for a named path that is not there or neither a file nor a directory. What cannot be read
/// further down is a skip.
pub fn walk(options: &WalkOptions, sink: &dyn Sink) -> Result<Coverage, SourceError> {
    let roots = Roots::resolve(options, sink)?;
    let tally = Tally::default();
    let filter = Arc::new(Filter::new(options, &roots));
    if let Some(mut builder) = builder(&roots.starts, options) {
        let filter = Arc::clone(&filter);
        builder.filter_entry(move |entry| filter.keeps(entry));
        builder.build_parallel().visit(&mut Visitors { options, sink, tally: &tally });
    }
    let found = filter.take();
    found.excluded.into_iter().for_each(|skip| sink.skip(skip));
    if options.respect_ignore {
        let ignored = tracked::unvisited(&roots, &found.repositories, &tally.visited(), options, sink);
        Visitors { options, sink, tally: &tally }.visit(&ignored);
    }
    let notes = filter.ignored.as_ref().and_then(Ignored::note).into_iter().collect();
    let (blobs, bytes) = (tally.blobs.into_inner(), tally.bytes.into_inner());
    Ok(Coverage { scope: scope(&options.paths), blobs, bytes, notes, ..Coverage::default() })
}

/// The walk's scope in words.
fn scope(paths: &[PathBuf]) -> String {
    const NAMED: usize = 3;
    let mut names: Vec<String> = paths.iter().take(NAMED).map(|path| reported(path)).collect();
    if let Some(more @ 1..) = paths.len().checked_sub(NAMED) {
        names.push(format!("{more} more"));
    }
    format!("working tree {}", names.join(", "))
}

/// A walk that starts at `paths`; `None` where there are none.
fn builder(paths: &[PathBuf], options: &WalkOptions) -> Option<WalkBuilder> {
    let (first, more) = paths.split_first()?;
    let mut builder = WalkBuilder::new(first);
    for path in more {
        builder.add(path);
    }
    builder.standard_filters(false).follow_links(options.follow_links);
    builder.threads(threads(options));
    Some(builder)
}

/// How many threads scan.
fn threads(options: &WalkOptions) -> usize {
    threads::startable(match options.threads {
        0 => std::thread::available_parallelism().map_or(1, NonZero::get),
        threads => threads,
    })
}

/// What all threads counted.
#[derive(Default)]
struct Tally {
    blobs: AtomicU64,
    bytes: AtomicU64,
    hasher: RandomState,
    visited: Mutex<Vec<u64>>,
    denied: Mutex<HashSet<PathBuf>>,
}

impl Tally {
    fn visited(&self) -> Visited<'_> {
        let mut hashes = std::mem::take(&mut *lock(&self.visited));
        hashes.sort_unstable();
        Visited { hasher: &self.hasher, hashes, denied: std::mem::take(&mut *lock(&self.denied)) }
    }
}

/// What a panicking sink leaves behind is still whole: nothing is pushed by halves.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The files that the walk came by, as keyed 64-bit hashes of their paths: eight bytes a file instead of a string.
struct Visited<'a> {
    hasher: &'a RandomState,
    hashes: Vec<u64>,
    /// Directories that could not be listed.
    denied: HashSet<PathBuf>,
}

impl Visited<'_> {
    fn contains(&self, path: &Path) -> bool {
        self.hashes.binary_search(&path_hash(self.hasher, path)).is_ok()
    }
}

/// Over the bytes: hashing a `Path` goes by its components, which is several times slower.
fn path_hash(hasher: &RandomState, path: &Path) -> u64 {
    hasher.hash_one(path.as_os_str().as_encoded_bytes())
}

struct Visitors<'s> {
    options: &'s WalkOptions,
    sink: &'s dyn Sink,
    tally: &'s Tally,
}

impl<'s> Visitors<'s> {
    fn visitor(&self) -> Visitor<'s> {
        Visitor {
            sink: self.sink,
            tally: self.tally,
            reader: Reader::new(self.options.max_size, self.options.follow_links),
            follows: self.options.follow_links,
            visited: Vec::new(),
            blobs: 0,
            bytes: 0,
        }
    }

    /// Scans files and links one by one. Mostly there are few of them, for which no thread is worth its start.
    fn visit(&self, paths: &[PathBuf]) {
        let threads = if paths.len() > LEAST_SHARE { threads(self.options) } else { 1 };
        let one = |paths: &[PathBuf]| {
            let mut visitor = self.visitor();
            for path in paths {
                visitor.path(path);
            }
        };
        std::thread::scope(|scope| {
            for share in paths.chunks(paths.len().div_ceil(threads).max(LEAST_SHARE)) {
                if threads == 1 || std::thread::Builder::new().spawn_scoped(scope, move || one(share)).is_err() {
                    one(share);
                }
            }
        });
    }
}

/// Fewer files than this are not worth a thread.
const LEAST_SHARE: usize = 64;

impl<'s> ParallelVisitorBuilder<'s> for Visitors<'s> {
    fn build(&mut self) -> Box<dyn ParallelVisitor + 's> {
        Box::new(self.visitor())
    }
}

/// One thread's part of the walk.
struct Visitor<'s> {
    sink: &'s dyn Sink,
    tally: &'s Tally,
    reader: Reader,
    follows: bool,
    visited: Vec<u64>,
    blobs: u64,
    bytes: u64,
}

impl ParallelVisitor for Visitor<'_> {
    fn visit(&mut self, entry: Result<DirEntry, ignore::Error>) -> WalkState {
        match entry {
            Ok(entry) => match entry.file_type() {
                Some(kind) if kind.is_file() => self.file(entry.depth() == 0, entry.into_path()),
                Some(kind) if kind.is_dir() => {}
                Some(kind) if kind.is_symlink() => self.link(entry.into_path()),
                _ => self.skip(entry.path(), SkipReason::Special, ""),
            },
            Err(error) => {
                if let (Some(path), Some(io)) = (path_of(&error), error.io_error()) {
                    self.error(path, io);
                }
            }
        }
        WalkState::Continue
    }
}

impl Visitor<'_> {
    /// A file or link that is tracked and ignored.
    fn path(&mut self, disk: &Path) {
        if !self.follows && disk.is_symlink() {
            return self.link(disk.to_owned());
        }
        match disk.metadata() {
            Ok(there) if there.is_file() => self.file(true, disk.to_owned()),
            Ok(there) if there.is_dir() => {}
            Ok(_) => self.skip(disk, SkipReason::Special, ""),
            Err(error) => self.error(disk, &error),
        }
    }

    /// `named` files are expected to be there.
    fn file(&mut self, named: bool, disk: PathBuf) {
        self.visited.push(path_hash(&self.tally.hasher, &disk));
        let path = reported(&disk);
        names::tell(self.sink, &path, &|| Origin::File { path: path.clone(), disk: disk.clone() }, &mut |_| false);
        match self.reader.read(&disk, named) {
            Ok(bytes) => {
                self.blobs += 1;
                self.bytes += bytes.len() as u64;
                self.sink.blob(Blob { bytes, origin: Origin::File { path, disk }, previous: &[] });
            }
            Err(Refusal::Gone) if !named => {}
            Err(refusal) => {
                let (reason, detail) = refusal.explain();
                self.skip(&disk, reason, &detail);
            }
        }
    }

    /// A link that is not followed, or leads nowhere, holds its target, as in git.
    fn link(&mut self, disk: PathBuf) {
        self.visited.push(path_hash(&self.tally.hasher, &disk));
        let Ok(target) = std::fs::read_link(&disk) else { return };
        let (path, target) = (reported(&disk), target.into_os_string().into_encoded_bytes());
        names::tell(self.sink, &path, &|| Origin::File { path: path.clone(), disk: disk.clone() }, &mut |_| false);
        self.blobs += 1;
        self.bytes += target.len() as u64;
        self.sink.blob(Blob { bytes: &target, origin: Origin::File { path, disk }, previous: &[] });
    }

    /// Directories that cannot be listed, mostly. Faults of ignore files are none: like git, the walk goes on
    /// without them, which can only lead to more being scanned.
    fn error(&mut self, path: &Path, io: &std::io::Error) {
        let is_link = path.is_symlink();
        if is_link {
            self.link(path.to_owned());
        }
        match io.kind() {
            // It leads to what is not there, and could not be.
            ErrorKind::NotFound | ErrorKind::NotADirectory | ErrorKind::InvalidFilename if is_link => {}
            // Deleted since its directory was listed: nothing is left that could leak.
            ErrorKind::NotFound => {}
            _ => {
                lock(&self.tally.denied).insert(path.to_owned());
                let (name, disk) = (reported(path), path.to_owned());
                names::tell(self.sink, &name, &|| Origin::File { path: name.clone(), disk: disk.clone() }, &mut |_| false);
                self.skip(path, SkipReason::Unreadable, &crate::text::system::words(io));
            }
        }
    }

    fn skip(&self, path: &Path, reason: SkipReason, detail: &str) {
        self.sink.skip(Skip { what: reported(path), reason, detail: detail.to_owned() });
    }
}

impl Drop for Visitor<'_> {
    fn drop(&mut self) {
        self.tally.blobs.fetch_add(self.blobs, Ordering::Relaxed);
        self.tally.bytes.fetch_add(self.bytes, Ordering::Relaxed);
        lock(&self.tally.visited).append(&mut self.visited);
    }
}

fn path_of(error: &ignore::Error) -> Option<&Path> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path),
        ignore::Error::WithDepth { err, .. } => path_of(err),
        _ => None,
    }
}
