//! L3: the trees that lead to wanted blobs, at any depth, and the names of what is on the way.
//!
//! All trees are read once, in pack order, and of each only its directories and the wanted blobs are kept.

use std::collections::{HashMap, HashSet};
use std::sync::Mutex;

use gix::bstr::{BStr, BString};
use gix::{ObjectId, oid};

use super::packed::{Bits, Notes};
use super::trees::{Ground, Numbers, Take, visit};

/// The trees that lead to wanted blobs. Blobs are known by their place in the list of those that were wanted.
pub(super) struct Holders<'h> {
    numbers: Numbers<'h>,
    pub(super) trees: HitTrees,
    /// Trees that lead to a wanted blob, those inside of others first.
    order: Vec<u32>,
}

impl<'h> Holders<'h> {
    /// Looks for the blobs `wanted` below the trees `roots`.
    pub(super) fn find(ground: Ground<'h>, roots: Vec<ObjectId>, wanted: &[ObjectId]) -> Self {
        Self::search(ground, roots, wanted).0
    }

    /// Of no blobs.
    pub(super) fn none(ground: Ground<'h>) -> Self {
        Holders { numbers: Numbers::new(ground.packed), trees: HitTrees::new(Notes::default()), order: Vec::new() }
    }

    /// What is found, and the names in the trees by number.
    pub(super) fn search(ground: Ground<'h>, roots: Vec<ObjectId>, wanted: &[ObjectId]) -> (Self, Vec<BString>) {
        let targets: gix::hashtable::HashMap<ObjectId, u32> = wanted.iter().copied().zip(0..).collect();
        let (names, numbers) = (Names::default(), Numbers::new(ground.packed));
        let notes = visit(ground, &numbers, roots, |note: Note| note.below(), || Collector::new(&targets, &names, &numbers)).notes;
        let trees = HitTrees::new(notes);
        let order = trees.inner_first();
        (Holders { numbers, trees, order }, names.into_list())
    }

    /// The number of a tree, where it was visited and could be read.
    pub(super) fn number(&self, tree: &ObjectId) -> Option<u32> {
        self.numbers.known(tree).filter(|&number| self.trees.notes.get(number).is_some())
    }

    /// For each tree by number the bits of all blobs that it holds, at any depth, where `bits` gives those of each blob.
    pub(super) fn masks(&self, bits: &[u64]) -> Vec<u64> {
        let mut masks = vec![0_u64; self.trees.bound()];
        for tree in &self.order {
            let own = self.trees.hits(*tree).fold(0, |mask, (_, target)| mask | bits[target as usize]);
            let below = self.trees.children(*tree).fold(own, |mask, (_, child)| mask | masks[child as usize]);
            masks[*tree as usize] = below;
        }
        masks
    }
}

/// Names of files and directories, numbered. Shared by threads.
#[derive(Default)]
struct Names(Mutex<HashMap<BString, u32>>);

impl Names {
    fn number(&self, name: &BStr) -> u32 {
        let mut names = self.0.lock().expect("nothing panics while it holds this lock");
        let next = u32::try_from(names.len()).expect("fewer than 2^32 names fit into memory");
        *names.entry(name.to_owned()).or_insert(next)
    }

    fn into_list(self) -> Vec<BString> {
        let mut list: Vec<(BString, u32)> = self.0.into_inner().expect("nothing panics while it holds this lock").into_iter().collect();
        list.sort_unstable_by_key(|(_, number)| *number);
        list.into_iter().map(|(name, _)| name).collect()
    }
}

/// An entry of a tree: a wanted blob or a tree.
#[derive(Debug, Clone, Copy)]
struct Note {
    name: u32,
    /// The number of a tree, or that of a wanted blob and [`TARGET`].
    what: u32,
}

/// Marks wanted blobs; numbers of trees are smaller.
const TARGET: u32 = 1 << 31;

impl Note {
    fn below(self) -> Option<u32> {
        Some(self.what).filter(|what| what & TARGET == 0)
    }

    fn target(self) -> Option<u32> {
        self.what.checked_sub(TARGET)
    }
}

/// Keeps the directories of each tree and the wanted blobs in it.
struct Collector<'t> {
    targets: &'t gix::hashtable::HashMap<ObjectId, u32>,
    /// One bit for each value of the first two bytes of a wanted id: most entries are done with after looking here.
    filter: Vec<u64>,
    names: &'t Names,
    own_names: HashMap<BString, u32>,
    numbers: &'t Numbers<'t>,
}

impl<'t> Collector<'t> {
    fn new(targets: &'t gix::hashtable::HashMap<ObjectId, u32>, names: &'t Names, numbers: &'t Numbers<'t>) -> Self {
        let mut filter = vec![0_u64; 1024];
        for id in targets.keys() {
            let (word, bit) = filter_place(id);
            filter[word] |= bit;
        }
        Collector { targets, filter, names, own_names: HashMap::new(), numbers }
    }

    fn name(&mut self, name: &BStr) -> u32 {
        if let Some(number) = self.own_names.get(name) {
            return *number;
        }
        let number = self.names.number(name);
        self.own_names.insert(name.to_owned(), number);
        number
    }
}

fn filter_place(id: &oid) -> (usize, u64) {
    let bytes = id.as_bytes();
    let key = u16::from_le_bytes([bytes[0], bytes[1]]);
    (usize::from(key / 64), 1 << (key % 64))
}

impl Take for Collector<'_> {
    type Note = Note;

    fn blob(&mut self, name: &BStr, id: &oid) -> Option<Note> {
        let (word, bit) = filter_place(id);
        if self.filter[word] & bit == 0 {
            return None;
        }
        let target = *self.targets.get(id)?;
        Some(Note { name: self.name(name), what: target | TARGET })
    }

    fn tree(&mut self, name: &BStr, id: &oid) -> Note {
        Note { name: self.name(name), what: self.numbers.number(id) }
    }

    fn submodule(&mut self, _id: &oid) {}
}

/// The trees that lead to a wanted blob, by number.
pub(super) struct HitTrees {
    notes: Notes<Note>,
    is_hit: Bits,
}

impl HitTrees {
    fn new(notes: Notes<Note>) -> Self {
        let parents = Parents::new(&notes);
        let has_target = |(tree, notes): (u32, &[Note])| notes.iter().any(|note| note.target().is_some()).then_some(tree);
        let mut open: Vec<u32> = notes.iter().filter_map(has_target).collect();
        let mut is_hit = Bits::new(notes.bound());
        while let Some(tree) = open.pop() {
            if is_hit.insert(tree) {
                open.extend(parents.of(tree));
            }
        }
        HitTrees { notes, is_hit }
    }

    /// Whether a tree leads to a wanted blob.
    pub(super) fn leads(&self, tree: u32) -> bool {
        self.is_hit.holds(tree)
    }

    /// One more than the highest number of a tree.
    pub(super) fn bound(&self) -> usize {
        self.notes.bound()
    }

    fn notes(&self, tree: u32) -> impl Iterator<Item = &Note> {
        self.notes.get(tree).unwrap_or_default().iter()
    }

    /// Names and wanted blobs in a tree.
    pub(super) fn hits(&self, tree: u32) -> impl Iterator<Item = (u32, u32)> {
        self.notes(tree).filter_map(|note| Some((note.name, note.target()?)))
    }

    /// Names and trees in a tree, of those that lead to a wanted blob.
    pub(super) fn children(&self, tree: u32) -> impl Iterator<Item = (u32, u32)> {
        self.notes(tree).filter_map(|note| Some((note.name, note.below().filter(|child| self.is_hit.holds(*child))?)))
    }

    /// The trees that are hit, each behind those that it holds. Trees of a damaged database that hold each other come in
    /// any order.
    fn inner_first(&self) -> Vec<u32> {
        let mut seen: HashSet<u32> = HashSet::new();
        let mut order = Vec::new();
        for root in self.is_hit.numbers() {
            let mut open = vec![(root, false)];
            while let Some((tree, is_done)) = open.pop() {
                if is_done {
                    order.push(tree);
                } else if seen.insert(tree) {
                    open.push((tree, true));
                    open.extend(self.children(tree).map(|(_, child)| (child, false)));
                }
            }
        }
        order
    }

    /// Targets in the tree and below.
    pub(super) fn targets_below(&self, root: u32) -> Vec<u32> {
        let mut seen = HashSet::new();
        let mut targets = Vec::new();
        let mut open = vec![root];
        while let Some(tree) = open.pop() {
            if self.is_hit.holds(tree) && seen.insert(tree) {
                targets.extend(self.hits(tree).map(|(_, target)| target));
                open.extend(self.children(tree).map(|(_, child)| child));
            }
        }
        targets
    }
}

/// The trees that hold each tree.
struct Parents {
    starts: Vec<u32>,
    list: Vec<u32>,
}

impl Parents {
    fn new(notes: &Notes<Note>) -> Self {
        let edges = || notes.iter().flat_map(|(tree, notes)| notes.iter().filter_map(move |note| Some((tree, note.below()?))));
        let count = edges().map(|(_, child)| child as usize + 1).max().unwrap_or_default().max(notes.bound());
        let mut starts = vec![0_u32; count + 1];
        for (_, child) in edges() {
            starts[child as usize + 1] += 1;
        }
        for place in 1..starts.len() {
            starts[place] += starts[place - 1];
        }
        let mut next = starts.clone();
        let mut list = vec![0; starts.last().copied().unwrap_or_default() as usize];
        for (tree, child) in edges() {
            let place = &mut next[child as usize];
            list[*place as usize] = tree;
            *place += 1;
        }
        Parents { starts, list }
    }

    fn of(&self, tree: u32) -> impl Iterator<Item = u32> + '_ {
        let tree = tree as usize;
        self.list[self.starts[tree] as usize..self.starts[tree + 1] as usize].iter().copied()
    }
}
