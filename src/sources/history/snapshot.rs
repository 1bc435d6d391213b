//! L3: single files of a revision, for what is to be read from the base of a change and not from the change.

use super::revision::revision;
use super::walk::tag_target;
use crate::sources::SourceError;
use crate::sources::git::{EntryKind, GitEnvironment, Limits, ObjectError, Repository, TreeLookup, find_entry, tree_of};
use crate::text::path::display;
use gix::ObjectId;
use gix::bstr::{BString, ByteSlice as _};
use gix::objs::Kind;
use std::path::Path;

/// Directories that are compared for files of some name, and how often one that lies in many places.
const MOST_COMPARED: (usize, usize) = (1_000_000, 64);

/// The files of one revision.
pub struct Snapshot {
    repository: Repository,
    revision: String,
    /// `None` where the revision is an id of zeros, which stands for nothing.
    tree: Option<ObjectId>,
}

impl Snapshot {
    /// Looks up a revision of the repository that `dir` lies in.
    ///
    /// # Errors
    /// Where there is no repository, or the revision does not lead to a tree.
    pub fn open(dir: &Path, name: &str) -> Result<Snapshot, SourceError> {
        let repository = Repository::open(dir, &GitEnvironment::of_process()?)?;
        let tree = tree_named(&repository, name)?;
        Ok(Snapshot { repository, revision: name.to_owned(), tree })
    }

    /// The file at a `/`-separated path from the top of the repository, `None` where there is none; what is larger than
    /// `limit` bytes is an error.
    ///
    /// # Errors
    /// Where an object cannot be read, or the path names something else than a file.
    pub fn read(&self, path: &str, limit: u64) -> Result<Option<Vec<u8>>, SourceError> {
        let failed = |what: String| SourceError::Git { what: format!("{}:{path}: {what}", self.revision) };
        let Some(tree) = self.tree else { return Ok(None) };
        let reader = self.repository.objects().reader(0);
        let mut trees = TreeLookup::new(&reader, self.repository.objects().hash());
        match trees.at_path(&tree, path.as_bytes().as_bstr()).map_err(|error| failed(error.to_string()))? {
            None => Ok(None),
            Some((EntryKind::Blob, id)) => {
                let mut bytes = Vec::new();
                reader.read_blob(&id, Some(limit), &mut bytes).map_err(|error| failed(error.to_string()))?;
                Ok(Some(bytes))
            }
            Some(_) => Err(failed("not a file".to_owned())),
        }
    }

    /// Paths, sorted, of the files of these names that are not in `before` with the same content, in any directory.
    ///
    /// # Errors
    /// Where a directory cannot be read.
    pub fn changed(&self, before: &Snapshot, names: &[&str]) -> Result<Vec<String>, SourceError> {
        let failed = |what: String| SourceError::Git { what: format!("{}: {what}", self.revision) };
        let reader = self.repository.objects().reader(0);
        let mut trees = TreeLookup::new(&reader, self.repository.objects().hash());
        let mut open: Vec<(BString, ObjectId, Option<ObjectId>)> =
            self.tree.map(|tree| (BString::default(), tree, before.tree)).into_iter().collect();
        let mut limits = Limits::new(MOST_COMPARED.0, MOST_COMPARED.1);
        let mut found = Vec::new();
        while let Some((prefix, id, before)) = open.pop() {
            if before == Some(id) || !limits.enter(&id) {
                continue;
            }
            let entries = trees.entries(&id).map_err(|error| failed(error.to_string()))?;
            limits.spend(entries.len()).map_err(|_| failed("too many directories to compare".to_owned()))?;
            // What cannot be read of the base leaves nothing out.
            let beside = before.and_then(|before| trees.entries(&before).ok()).unwrap_or_default();
            for entry in entries.iter() {
                let known = find_entry(&beside, entry.name.as_bstr(), entry.kind).map(|known| known.id);
                let is_named = entry.kind == EntryKind::Blob && names.iter().any(|name| entry.name == *name);
                if known == Some(entry.id) || (entry.kind != EntryKind::Tree && !is_named) {
                    continue;
                }
                let mut path = prefix.clone();
                path.extend_from_slice(&entry.name);
                if is_named {
                    found.push(display(&path).into_owned());
                } else {
                    path.push(b'/');
                    open.push((path, entry.id, known));
                }
            }
        }
        found.sort_unstable();
        Ok(found)
    }
}

/// The paths of some revisions, for where there is no work tree to look into.
pub struct Paths {
    repository: Repository,
    trees: Vec<ObjectId>,
}

impl Paths {
    /// The paths of those revisions that are commits.
    ///
    /// # Errors
    /// Where there is no repository.
    pub fn open(dir: &Path, names: &[String]) -> Result<Paths, SourceError> {
        let repository = Repository::open(dir, &GitEnvironment::of_process()?)?;
        let trees = names.iter().filter_map(|name| tree_named(&repository, name).ok().flatten()).collect();
        Ok(Paths { repository, trees })
    }

    /// Whether one of the revisions has something at a `/`-separated path. `true` where there is no revision, and where
    /// that cannot be read.
    #[must_use]
    pub fn hold(&self, path: &str) -> bool {
        let reader = self.repository.objects().reader(0);
        let mut trees = TreeLookup::new(&reader, self.repository.objects().hash());
        let mut holds = |tree: &ObjectId| trees.at_path(tree, path.as_bytes().as_bstr()).map_or(true, |found| found.is_some());
        self.trees.is_empty() || self.trees.iter().any(&mut holds)
    }
}

impl std::fmt::Debug for Paths {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Paths").field("trees", &self.trees).finish_non_exhaustive()
    }
}

/// The tree of the commit that a revision leads to; `None` where it is an id of zeros.
fn tree_named(repository: &Repository, name: &str) -> Result<Option<ObjectId>, SourceError> {
    let Some(id) = revision(repository, name)? else { return Ok(None) };
    let failed = |error: ObjectError| SourceError::Revision { revision: name.to_owned(), what: error.to_string() };
    // Read here and not by gix, which does not know of a push's quarantine.
    let (reader, mut buffer) = (repository.objects().reader(0), Vec::new());
    let (mut id, nothing) = (id, || ObjectError::Corrupt("leads to no commit".to_owned()));
    loop {
        match reader.read(&id, &mut buffer).map_err(failed)? {
            Kind::Commit => return tree_of(&reader, &id).map(Some).map_err(failed),
            Kind::Tag => id = tag_target(&buffer).ok_or_else(nothing).map_err(failed)?,
            Kind::Tree | Kind::Blob => return Err(failed(nothing())),
        }
    }
}
