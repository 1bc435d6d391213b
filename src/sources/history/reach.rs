//! L3: which blobs some trees lead to.
//!
//! The trees of packs are read all at once, in pack order, and followed by number. What is in no pack, or does not
//! decode, is read one by one where something leads to it; that also says what is wrong with it.

use std::collections::HashSet;

use gix::ObjectId;
use gix::objs::{Kind, TreeRefIter};
use rayon::ThreadPool;

use super::packed::{Bits, Budget, Found, Packed, Trees, trees};
use super::walk::object_skip;
use super::workers::Workers;
use crate::blob::Skip;
use crate::sources::git::{EntryKind, ObjectError, Objects, Reader};

/// Bytes of delta bases that each thread keeps.
const CACHE: usize = 32 << 20;

/// Trees that a thread takes at a time.
const RUN: usize = 512;

/// What some trees lead to.
#[derive(Debug)]
pub(super) struct Reached {
    pub(super) found: Found,
    /// Trees that could not be read.
    pub(super) skips: Vec<Skip>,
}

/// Follows `roots` down to the blobs.
pub(super) fn reach(objects: &Objects, packed: Packed<'_>, pool: &ThreadPool, budget: &Budget, roots: Vec<ObjectId>) -> Reached {
    let mut all = trees(packed, pool, budget, None);
    let mut reached = Reached { found: Found::new(packed), skips: Vec::new() };
    let mut seen = Bits::new(all.len());
    let mut seen_elsewhere: HashSet<ObjectId> = HashSet::new();
    let mut next = roots;
    while !next.is_empty() {
        let mut alone = Vec::new();
        let mut open = Vec::new();
        for id in next.drain(..) {
            match packed.find(&id) {
                Some(number) => open.push(number),
                None if seen_elsewhere.insert(id) => alone.push(id),
                None => {}
            }
        }
        follow(&all, packed, open, &mut seen, &mut |id| {
            if seen_elsewhere.insert(id) {
                alone.push(id);
            }
        });
        next = one_by_one(objects, packed, pool, alone, &mut reached);
    }
    let is_all = all.met.is_within(&seen);
    let found = std::mem::take(&mut all.found);
    drop(all);
    // What was found holds more than is reached if some of the trees are not.
    reached.found.add_all(if is_all { found } else { trees(packed, pool, budget, Some(&seen)).found });
    reached
}

/// Goes down from `open` as far as trees were read; `leave` takes the others.
fn follow(trees: &Trees, packed: Packed<'_>, mut open: Vec<u32>, seen: &mut Bits, leave: &mut dyn FnMut(ObjectId)) {
    while let Some(number) = open.pop() {
        if !seen.insert(number) {
            continue;
        }
        match trees.below(number) {
            Some(below) => open.extend(below.iter().filter(|&&below| !seen.holds(below))),
            None => leave(trees.id(packed, number)),
        }
    }
}

/// Reads trees by id; the trees that they hold.
fn one_by_one(objects: &Objects, packed: Packed<'_>, pool: &ThreadPool, mut ids: Vec<ObjectId>, reached: &mut Reached) -> Vec<ObjectId> {
    if ids.is_empty() {
        return ids;
    }
    let worker = || Worker {
        reader: objects.reader(CACHE),
        buffer: Vec::new(),
        below: HashSet::new(),
        reached: Reached { found: Found::new(packed), skips: Vec::new() },
    };
    let workers = Workers::new(pool, worker);
    workers.sort_by_place(objects, &mut ids, |id| *id);
    workers.each_run(&ids, RUN, |worker, run| run.iter().for_each(|id| worker.tree(packed, id)));
    let mut below = Vec::new();
    for worker in workers.into_states() {
        below.extend(worker.below);
        reached.found.add_all(worker.reached.found);
        reached.skips.extend(worker.reached.skips);
    }
    below
}

struct Worker {
    reader: Reader,
    buffer: Vec<u8>,
    below: HashSet<ObjectId>,
    reached: Reached,
}

impl Worker {
    fn tree(&mut self, packed: Packed<'_>, id: &ObjectId) {
        if id.is_empty_tree() {
            return;
        }
        if let Err(error) = self.reader.read_kind(id, Kind::Tree, &mut self.buffer) {
            self.reached.skips.push(object_skip(format!("tree {id}"), &error, None));
            return;
        }
        for entry in TreeRefIter::from_bytes(&self.buffer, id.kind()) {
            let Ok(entry) = entry else {
                let error = ObjectError::Corrupt("an entry of the tree does not decode".to_owned());
                self.reached.skips.push(object_skip(format!("tree {id}"), &error, None));
                return;
            };
            match EntryKind::of(entry.mode) {
                EntryKind::Blob => self.reached.found.blob(packed, entry.oid),
                EntryKind::Submodule => {
                    self.reached.found.submodules.insert(entry.oid.to_owned());
                }
                EntryKind::Tree => {
                    self.below.insert(entry.oid.to_owned());
                }
            }
        }
    }
}
