//! L3: the files of a range's base that its commits replaced or took away.
//!
//! A secret that such a file held and holds no more, and that the range has elsewhere, was moved and is not new.

use std::collections::HashSet;
use std::rc::Rc;

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

/// Tells `sink` the files that stand at no end of the range as they did at its base; whether that were all of them, of
/// which no more than so many are compared, and none with more than so many ends.
pub(super) fn tell(objects: &Objects, pool: &ThreadPool, selection: &Selection, limit: Option<u64>, sink: &dyn Sink) -> bool {
    let (files, are_all) = replaced(objects, selection);
    let workers = Workers::new(pool, || (objects.reader(CACHE), Contents::default()));
    workers.each_run(&files, RUN, |(reader, contents), run| {
        for file in run {
            contents.tell(file, reader, limit, sink);
        }
    });
    are_all
}

/// The files of the bases that no end of the range has as they were, and whether these are all.
fn replaced(objects: &Objects, selection: &Selection) -> (Vec<Replaced>, bool) {
    let ends = ends(&selection.commits);
    if ends.len() > MOST_BASES {
        return (Vec::new(), false);
    }
    let reader = objects.reader(CACHE);
    let bases = base_trees(objects, &selection.parents).into_iter().rev();
    let mut diff = Diff {
        trees: TreeLookup::new(&reader, objects.hash()),
        limits: Limits::new(usize::MAX, MOST_VISITS),
        open: bases.map(|base| (BString::default(), base, ends.clone())).collect(),
        seen: HashSet::new(),
        files: Vec::new(),
    };
    while let Some(directory) = diff.open.pop() {
        diff.compare(&directory);
        if diff.files.len() > MOST {
            return (diff.files, false);
        }
    }
    (diff.files, true)
}

/// A directory: its path, its tree at a base, and its trees at the ends of the range that have it.
type Directory = (BString, ObjectId, Vec<ObjectId>);

/// Compares the trees of bases with those of the ends of a range.
struct Diff<'r> {
    trees: TreeLookup<'r>,
    limits: Limits,
    open: Vec<Directory>,
    /// Paths and what was there: most of what one base has, the others have too.
    seen: HashSet<(BString, ObjectId)>,
    files: Vec<Replaced>,
}

impl Diff<'_> {
    /// Compares one directory. Where one of its trees cannot be read, nothing counts as replaced.
    fn compare(&mut self, (path, was, is): &Directory) {
        if is.contains(was) || path.len() > LONGEST_PATH || !self.limits.enter(was) {
            return;
        }
        let Ok(entries) = self.trees.entries(was) else { return };
        let beside: Result<Vec<_>, _> = is.iter().map(|id| self.trees.entries(id)).collect();
        let Ok(beside) = beside else { return };
        for entry in entries.iter().filter(|entry| entry.kind != EntryKind::Submodule) {
            let find = |entries: &Rc<Vec<_>>| find_entry(entries, entry.name.as_bstr(), entry.kind).map(|there| there.id);
            let is: Vec<ObjectId> = beside.iter().filter_map(find).collect();
            let is_file = entry.kind == EntryKind::Blob;
            let path: BString = [path.as_slice(), entry.name.as_slice(), if is_file { b"" } else { b"/" }].concat().into();
            if is.contains(&entry.id) || !self.seen.insert((path.clone(), entry.id)) {
                continue;
            }
            if is_file {
                self.files.push(Replaced { path, was: entry.id, is });
            } else {
                self.open.push((path, entry.id, is));
            }
        }
    }
}

/// The trees of the commits that no other commit of the range follows.
fn ends(commits: &[Selected]) -> Vec<ObjectId> {
    let parents: HashSet<&ObjectId> = commits.iter().flat_map(|commit| &commit.parents).collect();
    let mut trees: Vec<ObjectId> = commits.iter().filter(|commit| !parents.contains(&commit.id)).map(|commit| commit.tree).collect();
    trees.sort_unstable();
    trees.dedup();
    trees
}
