//! L3: single files of a revision, for what is to be read from the base of a change and not from the change.

use super::range::revision;
use crate::sources::SourceError;
use crate::sources::git::{EntryKind, GitEnvironment, Repository, TreeLookup, tree_of};
use gix::ObjectId;
use gix::bstr::ByteSlice as _;
use gix::objs::Kind;
use std::path::Path;

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
        let tree = match revision(&repository, name)? {
            None => None,
            Some(id) => {
                let failed = |what: String| SourceError::Revision { revision: name.to_owned(), what };
                let local = repository.local();
                let peeled = local.find_object(id).map_err(|error| failed(error.to_string()))?;
                let commit = peeled.peel_to_kind(Kind::Commit).map_err(|error| failed(error.to_string()))?.id;
                Some(tree_of(&repository.objects().reader(0), &commit).map_err(|error| failed(error.to_string()))?)
            }
        };
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
}
