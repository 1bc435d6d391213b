//! L3: references, whether they are kept in files or in a reftable.

use std::path::{Path, PathBuf};

use gix::ObjectId;
use gix::bstr::ByteSlice as _;
use gix::refs::file::Store;

use super::reftable::Reftable;
use super::{causes, read_regular};
use crate::text::path::display_os;

/// Symbolic references that are followed in a row, as in git.
const MAX_SYMBOLIC: usize = 5;

/// Where a reference points.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// An object.
    Object(ObjectId),
    /// Another reference, by full name.
    Symbolic(String),
}

/// A full name, and what it leads to: `Ok(None)` where it is symbolic and its target does not exist.
pub type Named = (String, Result<Option<ObjectId>, String>);

/// What logs of references name.
#[derive(Debug, Default)]
pub struct Logged {
    /// References by full name, and objects.
    pub objects: Vec<(String, ObjectId)>,
    /// Logs, or directories of them, that are there and cannot be read, and what the system said.
    pub unreadable: Vec<(PathBuf, std::io::Error)>,
}

/// The references of a repository as one work tree sees them.
pub struct References {
    kind: Kind,
    common_dir: PathBuf,
    private: Option<PathBuf>,
}

enum Kind {
    Files(Box<Store>),
    Tables { shared: Reftable, private: Option<Reftable> },
}

impl References {
    /// Opens those in `common_dir`, with what the linked work tree of the directory `private` has of its own.
    pub(super) fn open(common_dir: PathBuf, private: Option<PathBuf>, hash: gix::hash::Kind, has_reftable: bool) -> Result<Self, String> {
        let kind = if has_reftable {
            let shared = Reftable::read(&common_dir.join("reftable"), hash)?;
            let private = private.as_ref().map(|private| Reftable::read(&private.join("reftable"), hash)).transpose()?;
            Kind::Tables { shared, private }
        } else {
            Kind::Files(Box::new(match &private {
                Some(private) => Store::for_linked_worktree(private.clone(), common_dir.clone(), hash),
                None => Store::at(common_dir.clone(), hash),
            }))
        };
        Ok(References { kind, common_dir, private })
    }

    /// The object that a reference is at, through symbolic ones; `None` where a name in the chain does not exist, as on a
    /// branch before its first commit. The object itself need not exist.
    ///
    /// # Errors
    /// Where a reference cannot be read.
    pub fn resolve(&self, name: &str) -> Result<Option<ObjectId>, String> {
        let mut name = name.to_owned();
        for _ in 0..MAX_SYMBOLIC {
            match self.target(&name)? {
                None => return Ok(None),
                Some(Target::Object(id)) => return Ok(Some(id)),
                Some(Target::Symbolic(next)) => name = next,
            }
        }
        Err(format!("more than {MAX_SYMBOLIC} symbolic references in a row"))
    }

    /// Where a reference points; `None` where there is none of this name.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn target(&self, name: &str) -> Result<Option<Target>, String> {
        match &self.kind {
            Kind::Files(store) => {
                let directory = self.private.as_ref().filter(|_| is_private(name)).unwrap_or(&self.common_dir);
                if std::fs::metadata(directory.join(name)).is_ok_and(|there| !there.is_file() && !there.is_dir()) {
                    return Err(format!("{name} is no regular file"));
                }
                let found = store.try_find(name).map_err(|error| causes(&error))?;
                Ok(found.map(|reference| target_of(reference.target)))
            }
            Kind::Tables { shared, private } => {
                let table = private.as_ref().filter(|_| is_private(name)).unwrap_or(shared);
                Ok(table.references.get(name).cloned())
            }
        }
    }

    /// The references whose full name begins with `prefix`, such as `refs/heads/`.
    ///
    /// # Errors
    /// Where they cannot be listed at all; a single one that is broken is in the list as such.
    pub fn below(&self, prefix: &str) -> Result<Vec<Named>, String> {
        let mut found = Vec::new();
        let mut add = |name: String, target: Result<Target, String>| {
            let id = match target {
                Ok(Target::Object(id)) => Ok(Some(id)),
                Ok(Target::Symbolic(next)) => self.resolve(&next),
                Err(error) => Err(error),
            };
            found.push((name, id));
        };
        match &self.kind {
            Kind::Files(store) => {
                let platform = store.iter().map_err(|error| causes(&error))?;
                let within = prefix.try_into().map_err(|error| causes(&error))?;
                for reference in platform.prefixed(within).map_err(|error| error.to_string())? {
                    match reference {
                        Ok(reference) => add(reference.name.as_bstr().to_string(), Ok(target_of(reference.target))),
                        Err(error) => add(self.name_in(&error).unwrap_or_else(|| prefix.to_owned()), Err(causes(&error))),
                    }
                }
            }
            Kind::Tables { shared, private } => {
                let table = private.as_ref().filter(|_| is_private(prefix)).unwrap_or(shared);
                let names = table.references.range(prefix.to_owned()..).take_while(|(name, _)| name.starts_with(prefix));
                for (name, target) in names.filter(|(name, _)| name.starts_with("refs/")) {
                    add(name.clone(), Ok(target.clone()));
                }
            }
        }
        Ok(found)
    }

    /// The reference that an error is about.
    fn name_in(&self, error: &gix::Error) -> Option<String> {
        let decoded = error.downcast_any_ref::<gix::refs::file::find::ReferenceDecode>().map(|error| error.relative_path.clone());
        let read = || match error.metadata_merged().get("path") {
            Some(gix::error::MetadataValue::Path(path)) => Some(path.clone()),
            _ => None,
        };
        let path = decoded.or_else(read)?;
        let below = |top: &PathBuf| path.strip_prefix(top).ok().map(Path::to_owned);
        let name = self.private.as_ref().and_then(below).or_else(|| below(&self.common_dir)).unwrap_or(path);
        Some(display_os(&name).into_owned())
    }

    /// All entries of the stash, the newest first. Its reference is the first of them; the older ones are in its log only.
    pub fn stash(&self) -> Vec<ObjectId> {
        match &self.kind {
            Kind::Files(_) => {
                let log = read_regular(&self.common_dir.join("logs/refs/stash")).unwrap_or_default();
                let id = |line: &[u8]| line.fields().nth(1).and_then(|hex| ObjectId::from_hex(hex).ok()).filter(|id| !id.is_null());
                log.lines().rev().filter_map(id).collect()
            }
            Kind::Tables { shared, .. } => shared.log_of("refs/stash").collect(),
        }
    }

    /// What the logs of references name, each with the reference's full name; the newest first. A linked work tree has
    /// logs of its own, which come last.
    pub fn logged(&self) -> Logged {
        match &self.kind {
            Kind::Files(_) => {
                let mut logged = Logged::default();
                for directory in [Some(&self.common_dir), self.private.as_ref()].into_iter().flatten() {
                    log_files(&directory.join("logs"), &mut logged);
                }
                logged
            }
            Kind::Tables { shared, private } => {
                let objects = shared.logged().chain(private.iter().flat_map(Reftable::logged)).collect();
                Logged { objects, unreadable: Vec::new() }
            }
        }
    }
}

/// Reads all logs in a directory. What is no log is passed over, and what is not there: logs may be deleted at any time.
fn log_files(top: &Path, logged: &mut Logged) {
    let mut open = vec![top.to_owned()];
    while let Some(directory) = open.pop() {
        let entries = match std::fs::read_dir(&directory) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
            Err(error) => {
                logged.unreadable.push((directory, error));
                continue;
            }
        };
        for entry in entries.flatten() {
            let path = entry.path();
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => open.push(path),
                Ok(kind) if kind.is_file() => {
                    let name = display_os(path.strip_prefix(top).unwrap_or(&path)).into_owned();
                    match std::fs::read(&path) {
                        Ok(log) => logged.objects.extend(ids_of_log(&log).into_iter().map(|id| (name.clone(), id))),
                        Err(error) => logged.unreadable.push((path, error)),
                    }
                }
                _ => {}
            }
        }
    }
}

/// The objects that a log names, the newest first. What the oldest entry changed comes last.
fn ids_of_log(log: &[u8]) -> Vec<ObjectId> {
    let id = |line: &[u8], field: usize| line.fields().nth(field).and_then(|hex| ObjectId::from_hex(hex).ok()).filter(|id| !id.is_null());
    log.lines().rev().filter_map(|line| id(line, 1)).chain(log.lines().next().and_then(|line| id(line, 0))).collect()
}

/// Whether each work tree has its own reference of this name.
fn is_private(name: &str) -> bool {
    !name.starts_with("refs/") || ["refs/bisect/", "refs/rewritten/", "refs/worktree/"].iter().any(|prefix| name.starts_with(prefix))
}

fn target_of(target: gix::refs::Target) -> Target {
    match target {
        gix::refs::Target::Object(id) => Target::Object(id),
        gix::refs::Target::Symbolic(name) => Target::Symbolic(name.to_string()),
    }
}
