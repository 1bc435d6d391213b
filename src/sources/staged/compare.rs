//! L3: the index against HEAD's tree.
//!
//! The index keeps the ids of the trees that its directories would become, as far as nothing was staged below them
//! (the cache-tree extension, <https://git-scm.com/docs/index-format>). `git commit` records these ids unchecked, so a
//! directory whose id is HEAD's holds nothing new, and only the way to what was staged is walked.

use std::ops::Range;
use std::rc::Rc;

use gix::ObjectId;
use gix::bstr::{BStr, BString, ByteSlice as _};
use gix::index::entry::{Flags, Mode, Stage};
use gix::index::extension::Tree as CachedTree;
use gix::index::{Entry, State};
use gix::objs::tree::name_order;

use crate::sources::git::{Deleted, EntryKind, Former, Limits, TreeEntry, TreeLookup};

/// Entries that are looked at below one sparse directory, or below all deleted ones.
pub(super) const EXPANSION_LIMIT: usize = 1_000_000;

/// A path whose staged blob is not HEAD's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Change {
    /// Repository-relative path.
    pub(super) path: BString,
    /// The staged blob.
    pub(super) id: ObjectId,
    /// What stood there before: HEAD's blob, and those of the other parents of a merge.
    pub(super) before: Vec<Former>,
}

/// What the index has and HEAD has not, and the other way round.
#[derive(Debug, Default)]
pub(super) struct Comparison {
    /// Paths to scan.
    pub(super) changes: Vec<Change>,
    /// What is gone from HEAD's tree, whole directories as such.
    pub(super) deleted: Vec<Deleted>,
    /// Submodules that are new or moved to another commit.
    pub(super) submodules: Vec<(BString, ObjectId)>,
    /// Paths in conflict.
    pub(super) unmerged: usize,
    /// Paths added with `git add --intent-to-add`, which have no content yet.
    pub(super) intended: usize,
    /// Trees of HEAD, or sparse directories, that could not be read.
    pub(super) unreadable: Vec<String>,
    /// Sparse directories that are not in full.
    pub(super) incomplete: Vec<BString>,
}

/// Compares the whole index with the tree `head`.
pub(super) fn compare(index: &State, head: Option<ObjectId>, trees: &mut TreeLookup<'_>) -> Comparison {
    let mut walk = Walk { index, trees, found: Comparison::default(), open: Vec::new() };
    walk.open.push(Directory { entries: 0..index.entries().len(), prefix: 0, cached: index.tree(), head });
    while let Some(directory) = walk.open.pop() {
        walk.directory(&directory);
    }
    walk.found.changes.sort_by(|a, b| a.path.cmp(&b.path));
    walk.found
}

/// A directory that is still to be compared.
struct Directory<'i> {
    /// The index entries below it.
    entries: Range<usize>,
    /// Length of its path with the final slash.
    prefix: usize,
    cached: Option<&'i CachedTree>,
    head: Option<ObjectId>,
}

struct Walk<'i, 't, 'r> {
    index: &'i State,
    trees: &'t mut TreeLookup<'r>,
    found: Comparison,
    open: Vec<Directory<'i>>,
}

impl<'i> Walk<'i, '_, '_> {
    fn directory(&mut self, directory: &Directory<'i>) {
        let entries = &self.index.entries()[directory.entries.clone()];
        let unchanged = |cached: &CachedTree| cached.num_entries == u32::try_from(entries.len()).ok() && directory.head == Some(cached.id);
        if directory.cached.is_some_and(unchanged) {
            return;
        }
        if let [entry] = entries
            && entry.mode == Mode::DIR
            && entry.path(self.index).len() == directory.prefix
        {
            return self.sparse(entry, directory.head);
        }
        let tree = self.head_entries(directory.head);
        let mut tree = tree.iter().peekable();
        let prefix = self.prefix(directory);
        let mut at = directory.entries.start;
        while at < directory.entries.end {
            let path = self.index.entry(at).path(self.index);
            let name = &path[directory.prefix..];
            let (name, is_tree) = name.find_byte(b'/').map_or((name, false), |slash| (&name[..slash], true));
            while let Some(gone) = tree.next_if(|entry| order(entry, name, is_tree).is_lt()) {
                self.delete(prefix, gone);
            }
            let known = tree.next_if(|entry| order(entry, name, is_tree).is_eq());
            let rest = &self.index.entries()[at..directory.entries.end];
            if is_tree {
                let below = &path[..=directory.prefix + name.len()];
                let end = at + rest.partition_point(|entry| entry.path(self.index).starts_with(below));
                let cached = directory.cached.and_then(|cached| child(cached, name));
                let head = known.map(|entry| entry.id);
                self.open.push(Directory { entries: at..end, prefix: below.len(), cached, head });
                at = end;
            } else {
                let end = at + rest.partition_point(|entry| entry.path(self.index) == path);
                self.path(path, &rest[..end - at], known, prefix);
                at = end;
            }
        }
        for gone in tree {
            self.delete(prefix, gone);
        }
    }

    /// The path of a directory with its final slash.
    fn prefix(&self, directory: &Directory<'_>) -> &'i BStr {
        let path = self.index.entries().get(directory.entries.start).map_or(BStr::new(""), |entry| entry.path(self.index));
        path[..directory.prefix].as_bstr()
    }

    fn head_entries(&mut self, id: Option<ObjectId>) -> Rc<Vec<TreeEntry>> {
        let Some(id) = id else { return Rc::default() };
        self.trees.entries(&id).unwrap_or_else(|error| {
            self.found.unreadable.push(format!("tree {id} of HEAD ({error})"));
            Rc::default()
        })
    }

    fn delete(&mut self, prefix: &BStr, entry: &TreeEntry) {
        let mut path = prefix.to_owned();
        path.extend_from_slice(&entry.name);
        self.found.deleted.push((path, entry.kind, entry.id));
    }

    /// A file's entries: one, or up to three where it is in conflict. Of these the side that is being merged in and ours
    /// are looked at; the common ancestor is in both histories already.
    fn path(&mut self, path: &BStr, entries: &[Entry], known: Option<&TreeEntry>, prefix: &BStr) {
        if entries.iter().any(|entry| entry.stage() != Stage::Unconflicted) {
            self.found.unmerged += 1;
        }
        for entry in entries.iter().filter(|entry| entry.stage() != Stage::Base) {
            if entry.flags.contains(Flags::INTENT_TO_ADD) {
                self.found.intended += 1;
                if let Some(gone) = known {
                    self.delete(prefix, gone);
                }
            } else if known.is_some_and(|known| known.id == entry.id) {
                // Unchanged, or only its mode is.
            } else if entry.mode == Mode::COMMIT {
                self.found.submodules.push((path.to_owned(), entry.id));
            } else {
                let before = known.filter(|known| known.kind == EntryKind::Blob).map(|known| Former::here(known.id));
                self.found.changes.push(Change { path: path.to_owned(), id: entry.id, before: before.into_iter().collect() });
            }
        }
    }

    /// A directory that a sparse index keeps as one entry.
    fn sparse(&mut self, entry: &Entry, head: Option<ObjectId>) {
        if head == Some(entry.id) {
            return;
        }
        let path = entry.path(self.index);
        let staged = match self.trees.blobs_below(&entry.id, path, &mut Limits::new(EXPANSION_LIMIT, usize::MAX)) {
            Ok(blobs) => blobs,
            Err(error) => {
                self.found.incomplete.push(path.to_owned());
                self.found.unreadable.push(format!("tree {} of {path} ({error})", entry.id));
                return;
            }
        };
        for (path_below, id) in staged {
            let before = head.and_then(|head| self.trees.at_path(&head, path_below[path.len()..].as_bstr()).ok().flatten());
            if before != Some((EntryKind::Blob, id)) {
                let before = before.filter(|(kind, _)| *kind == EntryKind::Blob).map(|(_, id)| Former::here(id));
                self.found.changes.push(Change { path: path_below, id, before: before.into_iter().collect() });
            }
        }
    }
}

fn order(entry: &TreeEntry, name: &[u8], is_tree: bool) -> std::cmp::Ordering {
    name_order(&entry.name, entry.kind == EntryKind::Tree, name, is_tree)
}

fn child<'c>(cached: &'c CachedTree, name: &[u8]) -> Option<&'c CachedTree> {
    let at = cached.children.binary_search_by(|child| child.name.as_slice().cmp(name)).ok()?;
    cached.children.get(at)
}
