//! L3: visits every tree below some roots once, in parallel, level by level in pack order.
//!
//! Cost grows with the number of distinct trees, not with commits: most commits share most of their trees.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

use gix::ObjectId;
use gix::bstr::BStr;
use gix::hashtable::{HashMap, HashSet};
use gix::objs::{Kind, TreeRefIter};
use rayon::ThreadPool;

use super::walk::object_skip;
use super::workers::Workers;
use crate::blob::Skip;
use crate::sources::git::{EntryKind, ObjectError, Objects, Reader};

/// Bytes of delta bases that each thread keeps.
const CACHE: usize = 32 << 20;

/// Trees that a thread takes at a time.
const RUN: usize = 512;

/// What is done with the entries of trees. Each thread has one; trees are known by number.
pub(super) trait Visit: Send {
    /// A file or link.
    fn blob(&mut self, tree: u32, name: &BStr, id: ObjectId);
    /// A directory.
    fn child(&mut self, tree: u32, name: &BStr, child: u32);
    /// A commit of another repository.
    fn submodule(&mut self, id: ObjectId);
}

/// The visited trees.
pub(super) struct Visited<V> {
    /// One a thread.
    pub(super) visitors: Vec<V>,
    /// Numbers of the trees.
    pub(super) numbers: Numbers,
    /// Trees that could not be read.
    pub(super) skips: Vec<Skip>,
}

/// Visits all trees below `roots`.
pub(super) fn visit<V: Visit>(objects: &Objects, pool: &ThreadPool, roots: &[ObjectId], visitor: impl Fn() -> V) -> Visited<V> {
    let numbers = Numbers::default();
    let mut level: Vec<(ObjectId, u32)> = Vec::new();
    for root in roots {
        if let (number, true) = numbers.number(*root) {
            level.push((*root, number));
        }
    }
    let worker = || Worker { reader: objects.reader(CACHE), visitor: visitor(), buffer: Vec::new(), next: Vec::new(), skips: Vec::new() };
    let mut workers = Workers::new(pool, worker);
    while !level.is_empty() {
        workers.sort_by_place(objects, &mut level, |(id, _)| *id);
        workers.each_run(&level, RUN, |worker, run| {
            for (id, number) in run {
                worker.tree(id, *number, &numbers);
            }
        });
        level.clear();
        workers.each_state(|worker| level.append(&mut worker.next));
    }
    let mut visited = Visited { visitors: Vec::new(), numbers, skips: Vec::new() };
    for worker in workers.into_states() {
        visited.visitors.push(worker.visitor);
        visited.skips.extend(worker.skips);
    }
    visited
}

struct Worker<V> {
    reader: Reader,
    visitor: V,
    buffer: Vec<u8>,
    next: Vec<(ObjectId, u32)>,
    skips: Vec<Skip>,
}

impl<V: Visit> Worker<V> {
    fn tree(&mut self, id: &ObjectId, number: u32, numbers: &Numbers) {
        if id.is_empty_tree() {
            return;
        }
        if let Err(error) = self.reader.read_kind(id, Kind::Tree, &mut self.buffer) {
            self.skips.push(object_skip(format!("tree {id}"), &error, None));
            return;
        }
        for entry in TreeRefIter::from_bytes(&self.buffer, id.kind()) {
            let Ok(entry) = entry else {
                let error = ObjectError::Corrupt("an entry of the tree does not decode".to_owned());
                self.skips.push(object_skip(format!("tree {id}"), &error, None));
                return;
            };
            match EntryKind::of(entry.mode) {
                EntryKind::Blob => self.visitor.blob(number, entry.filename, entry.oid.to_owned()),
                EntryKind::Submodule => self.visitor.submodule(entry.oid.to_owned()),
                EntryKind::Tree => {
                    let (child, is_new) = numbers.number(entry.oid.to_owned());
                    if is_new {
                        self.next.push((entry.oid.to_owned(), child));
                    }
                    self.visitor.child(number, entry.filename, child);
                }
            }
        }
    }
}

/// Numbers objects in the order in which they are first seen. Shared by threads.
pub(super) struct Numbers {
    shards: [Mutex<HashMap<ObjectId, u32>>; SHARDS],
    next: AtomicU32,
}

const SHARDS: usize = 256;

impl Default for Numbers {
    fn default() -> Self {
        Numbers { shards: std::array::from_fn(|_| Mutex::default()), next: AtomicU32::new(0) }
    }
}

impl Numbers {
    /// The object's number, and whether it is new.
    pub(super) fn number(&self, id: ObjectId) -> (u32, bool) {
        let mut shard = self.shards[shard(&id)].lock().expect("nothing panics while it holds this lock");
        let mut is_new = false;
        let number = *shard.entry(id).or_insert_with(|| {
            is_new = true;
            self.next.fetch_add(1, Ordering::Relaxed)
        });
        (number, is_new)
    }

    /// The object's number where it has one.
    pub(super) fn get(&self, id: &ObjectId) -> Option<u32> {
        self.shards[shard(id)].lock().expect("nothing panics while it holds this lock").get(id).copied()
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.next.load(Ordering::Relaxed) as usize
    }
}

/// Ids that were seen, by all threads.
pub(super) struct Ids {
    shards: [Mutex<HashSet<ObjectId>>; SHARDS],
}

impl Default for Ids {
    fn default() -> Self {
        Ids { shards: std::array::from_fn(|_| Mutex::default()) }
    }
}

impl Ids {
    /// Adds an id; whether it is new.
    pub(super) fn insert(&self, id: ObjectId) -> bool {
        self.shards[shard(&id)].lock().expect("nothing panics while it holds this lock").insert(id)
    }
}

/// Hash maps of ids go by the first bytes, so the shard goes by the last.
fn shard(id: &ObjectId) -> usize {
    usize::from(id.as_slice().last().copied().unwrap_or_default())
}

/// Collects the distinct blobs.
pub(super) struct Blobs<'s> {
    seen: &'s Ids,
    seen_submodules: &'s Ids,
    recent: Vec<ObjectId>,
    /// Blobs that this thread saw first.
    pub(super) found: Vec<ObjectId>,
    /// Number of submodule commits that this thread saw first.
    pub(super) submodules: u64,
}

/// A tree and its next version share nearly all entries, so a small table of what was just seen answers most questions
/// without a lock (23 million entries name 205 thousand blobs in curl's history).
const RECENT: usize = 1 << 14;

impl<'s> Blobs<'s> {
    pub(super) fn new(seen: &'s Ids, seen_submodules: &'s Ids, hash: gix::hash::Kind) -> Self {
        Blobs { seen, seen_submodules, recent: vec![hash.null(); RECENT], found: Vec::new(), submodules: 0 }
    }
}

impl Visit for Blobs<'_> {
    fn blob(&mut self, _tree: u32, _name: &BStr, id: ObjectId) {
        let bytes = id.as_slice();
        let slot = &mut self.recent[usize::from(u16::from_le_bytes([bytes[0], bytes[1]])) % RECENT];
        if *slot != id {
            *slot = id;
            if self.seen.insert(id) {
                self.found.push(id);
            }
        }
    }

    fn child(&mut self, _tree: u32, _name: &BStr, _child: u32) {}

    fn submodule(&mut self, id: ObjectId) {
        self.submodules += u64::from(self.seen_submodules.insert(id));
    }
}
