//! L3: HEAD's files that what is staged replaces or takes away.

use gix::ObjectId;
use gix::bstr::ByteSlice as _;
use rayon::iter::{IntoParallelRefIterator as _, ParallelIterator as _};

use super::compare::Comparison;
use super::{REPEATS, StagedOptions};
use crate::sources::Sink;
use crate::sources::git::{EntryKind, Limits, Repository, TreeLookup, deleted_files};
use crate::sources::replaced::{Contents, MOST, Replaced};

/// Tells `sink` of them, unless they are too many.
pub(super) fn tell(
    found: &Comparison,
    head: Option<ObjectId>,
    trees: &mut TreeLookup<'_>,
    options: &StagedOptions,
    repository: &Repository,
    sink: &dyn Sink,
) {
    let Some(head) = head else { return };
    let deleted = deleted_files(&found.deleted, trees, Limits::new(MOST, REPEATS));
    let mut files: Vec<Replaced> = deleted.into_iter().map(|(path, was)| Replaced { path, was, is: Vec::new() }).collect();
    // The two sides of a conflict are neighbours.
    for changes in found.changes.chunk_by(|one, next| one.path == next.path) {
        let path = changes[0].path.clone();
        if let Ok(Some((EntryKind::Blob, was))) = trees.at_path(&head, path.as_bstr()) {
            files.push(Replaced { path, was, is: changes.iter().map(|change| change.id).collect() });
        }
    }
    if files.len() <= MOST {
        let new_thread = || (repository.objects().reader(0), Contents::default());
        files.par_iter().for_each_init(new_thread, |(reader, contents), file| contents.tell(file, reader, options.max_size, sink));
    }
}
