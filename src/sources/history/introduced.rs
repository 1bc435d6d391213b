//! L3: what the commits of a range add: blobs that are in a commit's tree and, at that path, in none of its parents'.

use std::collections::BTreeMap;

use gix::ObjectId;
use gix::bstr::{BString, ByteSlice as _};
use rayon::ThreadPool;

use super::named::long_parts;
use super::range::{Selected, Selection};
use super::walk::object_skip;
use super::workers::Workers;
use crate::blob::Skip;
use crate::sources::Sink;
use crate::sources::git::{
    Deleted, EntryKind, Former, Gone, Limits, ObjectError, Objects, Reader, Similarity, TreeEntry, TreeLookup, deleted_files, find_entry,
    tree_of,
};

/// Bytes of delta bases that each thread keeps.
const CACHE: usize = 32 << 20;

/// Parsed trees that a thread keeps before it starts anew.
const KEPT_TREES: usize = 20_000;

/// Commits that a thread takes at a time: neighbours share most of their trees.
const RUN: usize = 64;

/// Entries of deleted directories that renames are looked for in, for one commit.
const EXPANSION_LIMIT: usize = 20_000;

/// Paths at which one tree is entered for a commit: it adds the same blobs at all of them.
pub(super) const MOST_VISITS: usize = 64;

/// Longer paths are not followed: no file system has them.
pub(super) const LONGEST_PATH: usize = 1 << 16;

/// Commits that stand for what was there before, of which more are not asked: a range that merges hundreds of old
/// branches has as many, and the newest hold nearly all that the others do.
pub(super) const MOST_BASES: usize = 16;

/// A blob that a commit adds at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Introduction {
    pub(super) blob: ObjectId,
    pub(super) path: BString,
    /// Place in the range's list of commits.
    pub(super) commit: usize,
    /// What stood there before: in the parents, and at the range's base.
    pub(super) before: Vec<Former>,
}

impl Introduction {
    /// Whether the blob was only moved there.
    fn is_move(&self) -> bool {
        self.before.iter().any(|former| former.id == self.blob)
    }

    /// Whether what was moved holds what did not count where it was.
    fn is_released(&self, reader: &Reader, limit: Option<u64>, sink: &dyn Sink, buffer: &mut Vec<u8>) -> bool {
        let mut moved = self.before.iter().filter(|former| former.id == self.blob);
        moved.all(|former| former.is_released(reader, limit, sink, buffer))
    }
}

/// A commit of another repository that a commit moves a submodule to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Link {
    pub(super) path: BString,
    pub(super) id: ObjectId,
    /// Where the submodule was before: in the parents, and at the range's base.
    pub(super) before: Vec<ObjectId>,
}

/// Blobs that a range adds; for each the introductions with the oldest commit first.
pub(super) type Introduced = BTreeMap<ObjectId, Vec<Introduction>>;

/// All that a range adds.
#[derive(Debug, Default)]
pub(super) struct New {
    pub(super) blobs: Introduced,
    /// Blobs that commits move from one path to another as they are.
    pub(super) moved: Vec<Introduction>,
    /// Paths with a name that is long enough to hold a secret, those of moved files too.
    pub(super) named: Vec<Introduction>,
    /// Submodules that are at other commits, by path.
    pub(super) links: Vec<Link>,
    /// What could not be read.
    pub(super) skips: Vec<Skip>,
}

/// Compares every commit of `selection` with its parents and the base.
pub(super) fn introduced(objects: &Objects, pool: &ThreadPool, selection: &Selection) -> New {
    let base_trees = base_trees(objects, &selection.bases);
    let places: Vec<usize> = (0..selection.commits.len()).collect();
    let workers = Workers::new(pool, || (objects.reader(CACHE), Vec::new(), New::default()));
    workers.each_run(&places, RUN, |(reader, found, new), run| {
        let reader: &Reader = reader;
        let mut trees = TreeLookup::new(reader, objects.hash());
        for place in run {
            if trees.len() > KEPT_TREES {
                trees = TreeLookup::new(reader, objects.hash());
            }
            let mut diff = Diff {
                trees: &mut trees,
                reader,
                place: *place,
                found: Vec::new(),
                links: Vec::new(),
                deleted: Vec::new(),
                new: &mut *new,
            };
            diff.commit(&selection.commits[*place], &base_trees);
            found.append(&mut diff.found);
        }
    });
    let mut all = New::default();
    for (_, found, mut new) in workers.into_states() {
        for introduction in found {
            all.blobs.entry(introduction.blob).or_default().push(introduction);
        }
        all.moved.append(&mut new.moved);
        all.named.append(&mut new.named);
        all.links.append(&mut new.links);
        all.skips.append(&mut new.skips);
    }
    all.sort();
    all
}

/// Those of `moved` that hold what was left out or accepted where they were. `limit` is the largest blob in bytes.
pub(super) fn released(objects: &Objects, pool: &ThreadPool, moved: &[Introduction], limit: Option<u64>, sink: &dyn Sink) -> Introduced {
    let workers = Workers::new(pool, || (objects.reader(CACHE), Vec::new(), Vec::new()));
    workers.each_run(moved, RUN, |(reader, buffer, released), run| {
        released.extend(run.iter().filter(|introduction| introduction.is_released(reader, limit, sink, buffer)).cloned());
    });
    let mut all = New::default();
    for introduction in workers.into_states().flat_map(|(_, _, released)| released) {
        all.blobs.entry(introduction.blob).or_default().push(introduction);
    }
    all.sort();
    all.blobs
}

impl New {
    fn sort(&mut self) {
        let oldest_first = |a: &Introduction, b: &Introduction| b.commit.cmp(&a.commit).then_with(|| a.path.cmp(&b.path));
        for introductions in self.blobs.values_mut() {
            introductions.sort_by(oldest_first);
        }
        self.named.sort_by(oldest_first);
        self.links.sort();
        self.skips.sort_by(|a, b| a.what.cmp(&b.what));
        self.skips.dedup();
    }
}
/// The trees of the base commits; those that cannot be read leave nothing out.
pub(super) fn base_trees(objects: &Objects, bases: &[ObjectId]) -> Vec<ObjectId> {
    let reader = objects.reader(0);
    let mut trees: Vec<ObjectId> = Vec::new();
    for base in bases.iter().take(MOST_BASES) {
        if let Ok(tree) = tree_of(&reader, base)
            && !trees.contains(&tree)
        {
            trees.push(tree);
        }
    }
    trees
}

struct Diff<'d, 'r> {
    trees: &'d mut TreeLookup<'r>,
    reader: &'r Reader,
    place: usize,
    found: Vec<Introduction>,
    links: Vec<Link>,
    deleted: Vec<Deleted>,
    new: &'d mut New,
}

impl Diff<'_, '_> {
    fn commit(&mut self, commit: &Selected, bases: &[ObjectId]) {
        let mut parents = Vec::new();
        for parent in &commit.parents {
            match tree_of(self.reader, parent) {
                Ok(tree) => parents.push(tree),
                Err(error) => self.new.skips.push(object_skip(format!("commit {parent}"), &error, None)),
            }
        }
        self.trees(commit.tree, &parents);
        let is_named = |introduction: &&Introduction| introduction.before.is_empty() && long_parts(&introduction.path).next().is_some();
        self.new.named.extend(self.found.iter().filter(is_named).cloned());
        self.take_links(bases);
        self.pair_renames();
        self.drop_known(bases);
        let (moved, found) = std::mem::take(&mut self.found).into_iter().partition(Introduction::is_move);
        self.new.moved.extend::<Vec<Introduction>>(moved);
        self.found = found;
    }

    /// Takes the submodules that are new, or at another commit than in the parents and the base. One that was moved was
    /// before where the one was that is gone.
    fn take_links(&mut self, bases: &[ObjectId]) {
        let is_new = self.links.iter().any(|link| link.before.is_empty());
        let gone = if is_new { self.gone_links() } else { Vec::new() };
        for mut link in std::mem::take(&mut self.links) {
            if link.before.is_empty() && long_parts(&link.path).next().is_some() {
                let (blob, path) = (link.id, link.path.clone());
                self.new.named.push(Introduction { blob, path, commit: self.place, before: Vec::new() });
            }
            link.before.extend_from_slice(&gone);
            let at = bases.iter().filter_map(|base| self.trees.at_path(base, link.path.as_bstr()).ok().flatten());
            link.before.extend(at.filter(|(kind, _)| *kind == EntryKind::Submodule).map(|(_, id)| id));
            if !link.before.contains(&link.id) {
                self.new.links.push(link);
            }
        }
    }

    /// Walks a tree beside those of the parents, entering only what none of them has.
    fn trees(&mut self, root: ObjectId, parents: &[ObjectId]) {
        let mut open = vec![(BString::default(), root, parents.to_vec())];
        let mut limits = Limits::new(usize::MAX, MOST_VISITS);
        while let Some((prefix, id, parents)) = open.pop() {
            if parents.contains(&id) || !limits.enter(&id) {
                continue;
            }
            if prefix.len() > LONGEST_PATH {
                let error = ObjectError::Corrupt("lies deeper than any file system allows".to_owned());
                self.new.skips.push(object_skip(format!("tree {id}"), &error, None));
                continue;
            }
            let entries = match self.trees.entries(&id) {
                Ok(entries) => entries,
                Err(error) => {
                    self.new.skips.push(object_skip(format!("tree {id}"), &error, None));
                    continue;
                }
            };
            let beside: Vec<_> = parents.iter().filter_map(|parent| self.trees.entries(parent).ok()).collect();
            for entry in entries.iter() {
                let known: Vec<&TreeEntry> =
                    beside.iter().filter_map(|entries| find_entry(entries, entry.name.as_bstr(), entry.kind)).collect();
                if known.iter().any(|known| known.id == entry.id) {
                    continue;
                }
                let mut path = prefix.clone();
                path.extend_from_slice(&entry.name);
                match entry.kind {
                    EntryKind::Submodule => {
                        self.links.push(Link { path, id: entry.id, before: known.iter().map(|known| known.id).collect() });
                    }
                    EntryKind::Tree => {
                        path.push(b'/');
                        open.push((path, entry.id, known.iter().map(|known| known.id).collect()));
                    }
                    EntryKind::Blob => {
                        let before = known.iter().map(|known| Former::here(known.id)).collect();
                        self.found.push(Introduction { blob: entry.id, path, commit: self.place, before });
                    }
                }
            }
            if let [parent] = beside.as_slice() {
                for entry in parent.iter().filter(|entry| find_entry(&entries, entry.name.as_bstr(), entry.kind).is_none()) {
                    let mut path = prefix.clone();
                    path.extend_from_slice(&entry.name);
                    self.deleted.push((path, entry.kind, entry.id));
                }
            }
        }
    }

    /// Where the submodules were that are gone, those in directories that are gone too.
    fn gone_links(&mut self) -> Vec<ObjectId> {
        let mut limits = Limits::new(EXPANSION_LIMIT, MOST_VISITS);
        let mut gone = Vec::new();
        let mut open: Vec<(EntryKind, ObjectId)> = self.deleted.iter().map(|(_, kind, id)| (*kind, *id)).collect();
        while let Some((kind, id)) = open.pop() {
            match kind {
                EntryKind::Submodule => gone.push(id),
                EntryKind::Tree if limits.enter(&id) => {
                    let Ok(entries) = self.trees.entries(&id) else { continue };
                    if limits.spend(entries.len()).is_err() {
                        break;
                    }
                    open.extend(entries.iter().filter(|entry| entry.kind != EntryKind::Blob).map(|entry| (entry.kind, entry.id)));
                }
                EntryKind::Tree | EntryKind::Blob => {}
            }
        }
        gone
    }

    /// Gives what was moved its old content as predecessor.
    fn pair_renames(&mut self) {
        if self.deleted.is_empty() || !self.found.iter().any(|introduction| introduction.before.is_empty()) {
            return;
        }
        let gone = Gone::new(deleted_files(&self.deleted, self.trees, Limits::new(EXPANSION_LIMIT, MOST_VISITS)));
        let mut similarity = Similarity::new(self.reader);
        for introduction in self.found.iter_mut().filter(|introduction| introduction.before.is_empty()) {
            introduction.before.extend(similarity.best(introduction.path.as_bstr(), introduction.blob, &gone));
        }
    }

    /// Drops what stands at the same path at the base, as after a revert, and takes what stands there as predecessor.
    fn drop_known(&mut self, bases: &[ObjectId]) {
        let trees = &mut *self.trees;
        self.found.retain_mut(|introduction| {
            for base in bases {
                match trees.at_path(base, introduction.path.as_bstr()) {
                    Ok(Some((EntryKind::Blob, id))) if id == introduction.blob => return false,
                    Ok(Some((EntryKind::Blob, id))) => {
                        let former = Former::here(id);
                        if !introduction.before.contains(&former) {
                            introduction.before.push(former);
                        }
                    }
                    _ => {}
                }
            }
            true
        });
    }
}
