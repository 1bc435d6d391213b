//! L3: HEAD's files that what is staged replaces or takes away.

use gix::ObjectId;
use gix::bstr::ByteSlice as _;
use rayon::iter::{IntoParallelRefIterator as _, ParallelIterator as _};

use super::compare::{Comparison, EXPANSION_LIMIT};
use super::{REPEATS, StagedOptions};
use crate::sources::Sink;
use crate::sources::git::{EntryKind, Limits, Repository, TreeLookup, deleted_files};
use crate::sources::replaced::{Contents, MOST, Replaced};

/// Tells `sink` of them; whether that were all, of which no more than so many are compared.
pub(super) fn tell(
    found: &Comparison,
    head: Option<ObjectId>,
    trees: &mut TreeLookup<'_>,
    options: &StagedOptions,
    repository: &Repository,
    sink: &dyn Sink,
) -> bool {
    let Some(head) = head else { return true };
    let deleted = deleted_files(&found.deleted, trees, Limits::new(EXPANSION_LIMIT, REPEATS));
    let mut files: Vec<Replaced> = deleted.into_iter().map(|(path, was)| Replaced { path, was, is: Vec::new() }).collect();
    // The two sides of a conflict are neighbours.
    for changes in found.changes.chunk_by(|one, next| one.path == next.path) {
        let path = changes[0].path.clone();
        if let Ok(Some((EntryKind::Blob, was))) = trees.at_path(&head, path.as_bstr()) {
            files.push(Replaced { path, was, is: changes.iter().map(|change| change.id).collect() });
        }
    }
    let are_all = files.len() <= MOST;
    files.truncate(MOST);
    let new_thread = || (repository.objects().reader(0), Contents::default());
    files.par_iter().for_each_init(new_thread, |(reader, contents), file| contents.tell(file, reader, options.max_size, sink));
    are_all
}
