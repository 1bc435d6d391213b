//! L3: visits every tree below some roots once.
//!
//! Cost grows with the number of distinct trees, not with commits: most commits share most of their trees. The trees of
//! packs are read all at once, in pack order, and followed by number. What is in no pack, or does not decode, is read
//! one by one where something leads to it; that also says what is wrong with it.

use std::collections::{HashMap, HashSet};
use std::sync::Mutex;

use gix::bstr::{BStr, BString};
use gix::objs::{Kind, TreeRefIter};
use gix::{ObjectId, oid};
use rayon::ThreadPool;

use super::packed::{Bits, Budget, Notes, Packed, Taken, show, trees};
use super::walk::object_skip;
use super::workers::Workers;
use crate::blob::Skip;
use crate::sources::git::{ObjectError, Objects, Reader};
use crate::sources::names;

pub(super) use super::packed::Take;

/// Bytes of delta bases that each thread keeps.
const CACHE: usize = 32 << 20;

/// Trees that a thread takes at a time.
const RUN: usize = 512;

/// Where trees are read.
#[derive(Clone, Copy)]
pub(super) struct Ground<'h> {
    pub(super) objects: &'h Objects,
    /// Of these all trees are read, whether something leads to them or not.
    pub(super) packed: Packed<'h>,
    pub(super) pool: &'h ThreadPool,
    pub(super) budget: &'h Budget,
}

/// Numbers trees that are in no pack, behind those that are.
pub(super) struct Numbers<'h> {
    packed: Packed<'h>,
    elsewhere: Mutex<(HashMap<ObjectId, u32>, Vec<ObjectId>)>,
}

impl<'h> Numbers<'h> {
    /// Numbers for what is in no pack of `packed`.
    pub(super) fn new(packed: Packed<'h>) -> Self {
        Numbers { packed, elsewhere: Mutex::default() }
    }

    /// The number of a tree.
    pub(super) fn number(&self, id: &oid) -> u32 {
        if let Some(number) = self.packed.find(id) {
            return number;
        }
        let mut elsewhere = self.elsewhere.lock().expect("nothing panics while it holds this lock");
        let (numbers, ids) = &mut *elsewhere;
        *numbers.entry(id.to_owned()).or_insert_with(|| {
            ids.push(id.to_owned());
            let number = u32::try_from(ids.len() - 1).ok().and_then(|count| count.checked_add(self.packed.len()));
            number.expect("fewer than 2^31 objects fit into memory")
        })
    }

    /// The number of a tree that was met before.
    pub(super) fn known(&self, id: &oid) -> Option<u32> {
        let elsewhere = || self.elsewhere.lock().expect("nothing panics while it holds this lock").0.get(id).copied();
        self.packed.find(id).or_else(elsewhere)
    }

    fn id(&self, number: u32) -> ObjectId {
        match number.checked_sub(self.packed.len()) {
            None => self.packed.id(number),
            Some(at) => self.elsewhere.lock().expect("nothing panics while it holds this lock").1[at as usize],
        }
    }
}

/// The visited trees.
pub(super) struct Visited<T: Take> {
    /// What was taken of the trees of packs, reached or not.
    pub(super) packed: Vec<T>,
    /// What was taken of the others.
    pub(super) others: Vec<T>,
    /// Notes of all of them.
    pub(super) notes: Notes<T::Note>,
    /// Numbers of the trees of packs that were read.
    pub(super) met: Bits,
    /// Numbers of the trees that were reached.
    pub(super) reached: Bits,
    /// Trees that could not be read.
    pub(super) skips: Vec<Skip>,
}

/// Visits all trees below `roots`. `below` is the number of the tree that a note is of.
pub(super) fn visit<T: Take>(
    ground: Ground<'_>,
    numbers: &Numbers<'_>,
    roots: impl IntoIterator<Item = ObjectId>,
    below: impl Fn(T::Note) -> Option<u32>,
    take: impl Fn() -> T,
) -> Visited<T> {
    let Taken { takes, notes, met } = trees(ground.packed, ground.pool, ground.budget, None, &take);
    let reached = Bits::new(ground.packed.len() as usize);
    let mut visited = Visited { packed: takes, others: Vec::new(), notes, met, reached, skips: Vec::new() };
    let mut open: Vec<u32> = roots.into_iter().map(|id| numbers.number(&id)).collect();
    while !open.is_empty() {
        let mut alone = Vec::new();
        while let Some(number) = open.pop() {
            if visited.reached.insert(number) {
                match visited.notes.get(number) {
                    Some(notes) => open.extend(notes.iter().filter_map(|note| below(*note)).filter(|below| !visited.reached.holds(*below))),
                    None => alone.push((number, numbers.id(number))),
                }
            }
        }
        for (number, notes) in visited.read(ground, alone, &take) {
            open.extend(notes.iter().filter_map(|note| below(*note)));
            visited.notes.set(number, &notes);
        }
    }
    visited
}

impl<T: Take> Visited<T> {
    /// Reads trees by id; the notes of each.
    fn read(&mut self, ground: Ground<'_>, mut ids: Vec<(u32, ObjectId)>, take: impl Fn() -> T) -> Vec<(u32, Vec<T::Note>)> {
        let mut found = Vec::new();
        if ids.is_empty() {
            return found;
        }
        let reader = || ground.objects.reader(CACHE);
        let workers = Workers::new(ground.pool, || Worker {
            reader: reader(),
            buffer: Vec::new(),
            take: take(),
            found: Vec::new(),
            skips: Vec::new(),
        });
        workers.sort_by_place(ground.objects, &mut ids, |(_, id)| *id);
        workers.each_run(&ids, RUN, |worker, run| run.iter().for_each(|(number, id)| worker.tree(*number, id)));
        for mut worker in workers.into_states() {
            found.append(&mut worker.found);
            self.skips.append(&mut worker.skips);
            self.others.push(worker.take);
        }
        found
    }
}

struct Worker<T: Take> {
    reader: Reader,
    buffer: Vec<u8>,
    take: T,
    found: Vec<(u32, Vec<T::Note>)>,
    skips: Vec<Skip>,
}

impl<T: Take> Worker<T> {
    fn tree(&mut self, number: u32, id: &ObjectId) {
        if id.is_empty_tree() {
            return;
        }
        if let Err(error) = self.reader.read_kind(id, Kind::Tree, &mut self.buffer) {
            self.skips.push(object_skip(format!("tree {id}"), &error, None));
            return;
        }
        let mut notes = Vec::new();
        for entry in TreeRefIter::from_bytes(&self.buffer, id.kind()) {
            let Ok(entry) = entry else {
                let error = ObjectError::Corrupt("an entry of the tree does not decode".to_owned());
                self.skips.push(object_skip(format!("tree {id}"), &error, None));
                break;
            };
            notes.extend(show(&mut self.take, entry.mode, entry.filename, entry.oid));
        }
        self.found.push((number, notes));
    }
}

/// Blobs and submodules that trees hold.
pub(super) struct Blobs<'h> {
    numbers: &'h Numbers<'h>,
    /// Numbers of those in packs.
    pub(super) packed: Bits,
    /// Those that are in no pack.
    pub(super) others: gix::hashtable::HashSet<ObjectId>,
    /// Commits of other repositories.
    pub(super) submodules: gix::hashtable::HashSet<ObjectId>,
    /// Names of files, directories and submodules that are long enough to hold a secret.
    pub(super) names: HashSet<BString>,
    /// Such names in trees of packs, reached or not, where some were not.
    pub(super) other_names: HashSet<BString>,
}

impl<'h> Blobs<'h> {
    /// Nothing.
    pub(super) fn new(numbers: &'h Numbers<'h>) -> Self {
        let packed = Bits::new(numbers.packed.len() as usize);
        let (others, submodules) = Default::default();
        Blobs { numbers, packed, others, submodules, names: HashSet::new(), other_names: HashSet::new() }
    }

    /// Adds a blob; whether it is new.
    pub(super) fn add(&mut self, id: &oid) -> bool {
        match self.numbers.packed.find(id) {
            Some(number) => self.packed.insert(number),
            None => self.others.insert(id.to_owned()),
        }
    }

    /// Adds all that another one holds.
    pub(super) fn add_all(&mut self, other: Blobs<'_>) {
        self.packed.add_all(&other.packed);
        self.others.extend(other.others);
        self.submodules.extend(other.submodules);
        self.names.extend(other.names);
    }

    fn name(&mut self, name: &BStr) {
        if name.len() >= names::LEAST && !self.names.contains(name) {
            self.names.insert(name.to_owned());
        }
    }
}

impl Take for Blobs<'_> {
    /// The number of a tree.
    type Note = u32;

    fn blob(&mut self, name: &BStr, id: &oid) -> Option<u32> {
        self.name(name);
        self.add(id);
        None
    }

    fn tree(&mut self, name: &BStr, id: &oid) -> u32 {
        self.name(name);
        self.numbers.number(id)
    }

    fn submodule(&mut self, name: &BStr, id: &oid) -> Option<u32> {
        self.name(name);
        self.submodules.insert(id.to_owned());
        None
    }
}
