//! L3: the files of a range's base that its commits replaced or took away.
//!
//! A secret that such a file held and holds no more, and that the range has elsewhere, was moved and is not new.

use gix::ObjectId;
use gix::bstr::{BString, ByteSlice as _};
use rayon::ThreadPool;

use super::introduced::{LONGEST_PATH, MOST_BASES, MOST_VISITS, base_trees};
use super::range::{Selected, Selection};
use super::workers::Workers;
use crate::sources::Sink;
use crate::sources::git::{EntryKind, Limits, Objects, TreeLookup, find_entry};
use crate::sources::replaced::{Contents, MOST, Replaced};

/// Bytes of delta bases that each thread keeps.
const CACHE: usize = 32 << 20;

/// Files that a thread takes at a time.
const RUN: usize = 64;

/// Tells `sink` the files that stand at no end of the range as they did at its base; whether they could be compared, which
/// takes no more than so many files and ends.
pub(super) fn tell(objects: &Objects, pool: &ThreadPool, selection: &Selection, limit: Option<u64>, sink: &dyn Sink) -> bool {
    let Some(files) = replaced(objects, selection) else { return false };
    let workers = Workers::new(pool, || (objects.reader(CACHE), Contents::default()));
    workers.each_run(&files, RUN, |(reader, contents), run| {
        for file in run {
            contents.tell(file, reader, limit, sink);
        }
    });
    true
}

/// The files of the bases that no end of the range has as they were.
fn replaced(objects: &Objects, selection: &Selection) -> Option<Vec<Replaced>> {
    let reader = objects.reader(CACHE);
    let mut trees = TreeLookup::new(&reader, objects.hash());
    let ends = ends(&selection.commits);
    if ends.len() > MOST_BASES {
        return None;
    }
    let mut files = Vec::new();
    let mut limits = Limits::new(usize::MAX, MOST_VISITS);
    for base in base_trees(objects, &selection.parents) {
        let mut open = vec![(BString::default(), base, ends.clone())];
        while let Some((path, was, is)) = open.pop() {
            if is.contains(&was) || path.len() > LONGEST_PATH || !limits.enter(&was) {
                continue;
            }
            compare(&path, &was, &is, &mut trees, &mut files, &mut open);
            if files.len() > MOST {
                return None;
            }
        }
    }
    Some(files)
}

/// A directory: its path, its tree at a base, and its trees at the ends of the range that have it.
type Directory = (BString, ObjectId, Vec<ObjectId>);

/// Compares one directory. Where one of its trees cannot be read, nothing counts as replaced.
fn compare(
    path: &BString,
    was: &ObjectId,
    is: &[ObjectId],
    trees: &mut TreeLookup<'_>,
    files: &mut Vec<Replaced>,
    open: &mut Vec<Directory>,
) {
    let Ok(entries) = trees.entries(was) else { return };
    let beside: Result<Vec<_>, _> = is.iter().map(|id| trees.entries(id)).collect();
    let Ok(beside) = beside else { return };
    for entry in entries.iter() {
        let find = |entries: &std::rc::Rc<Vec<_>>| find_entry(entries, entry.name.as_bstr(), entry.kind).map(|there| there.id);
        let is: Vec<ObjectId> = beside.iter().filter_map(find).collect();
        if is.contains(&entry.id) {
            continue;
        }
        let mut path = path.clone();
        path.extend_from_slice(&entry.name);
        match entry.kind {
            EntryKind::Blob => files.push(Replaced { path, was: entry.id, is }),
            EntryKind::Tree => {
                path.push(b'/');
                open.push((path, entry.id, is));
            }
            EntryKind::Submodule => {}
        }
    }
}

/// The trees of the commits that no other commit of the range follows.
fn ends(commits: &[Selected]) -> Vec<ObjectId> {
    let parents: std::collections::HashSet<&ObjectId> = commits.iter().flat_map(|commit| &commit.parents).collect();
    let mut trees: Vec<ObjectId> = commits.iter().filter(|commit| !parents.contains(&commit.id)).map(|commit| commit.tree).collect();
    trees.sort_unstable();
    trees.dedup();
    trees
}
