//! L3: the trees that lead to what is wanted, at any depth, and the names of what is on the way.
//!
//! Wanted are blobs, by id, and whatever bears one of some names. All trees are read once, in pack order, and of each
//! only its directories and what is wanted are kept.

use std::collections::{HashMap, HashSet};
use std::sync::Mutex;

use gix::bstr::{BStr, BString};
use gix::{ObjectId, oid};

use super::named::Leaks;
use super::packed::{Bits, Notes};
use super::trees::{Ground, Numbers, Take, visit};

/// The trees that lead to what is wanted, which is known by its place in the list of all that is.
pub(super) struct Holders<'h> {
    numbers: Numbers<'h>,
    pub(super) trees: HitTrees,
    /// Trees that lead to something wanted, those inside of others first.
    order: Vec<u32>,
}

impl<'h> Holders<'h> {
    /// Looks for `wanted` below the trees `roots`: blobs, and names by the ids that `leaks` gives them.
    pub(super) fn find(ground: Ground<'h>, roots: Vec<ObjectId>, wanted: &[ObjectId], leaks: &Leaks) -> Self {
        Self::search(ground, roots, wanted, leaks).0
    }

    /// Of nothing.
    pub(super) fn none(ground: Ground<'h>) -> Self {
        Holders { numbers: Numbers::new(ground.packed), trees: HitTrees::new(Notes::default(), Vec::new()), order: Vec::new() }
    }

    /// What is found, and the names in the trees by number.
    pub(super) fn search(ground: Ground<'h>, roots: Vec<ObjectId>, wanted: &[ObjectId], leaks: &Leaks) -> (Self, Vec<BString>) {
        let targets = Targets::new(wanted, leaks);
        let (names, numbers) = (Names::default(), Numbers::new(ground.packed));
        let notes = visit(ground, &numbers, roots, |note: Note| note.below(), || Collector::new(&targets, &names, &numbers)).notes;
        let names = names.into_list();
        let trees = HitTrees::new(notes, names.iter().map(|name| targets.names.get(name).copied()).collect());
        let order = trees.inner_first();
        (Holders { numbers, trees, order }, names)
    }

    /// The number of a tree, where it was visited and could be read.
    pub(super) fn number(&self, tree: &ObjectId) -> Option<u32> {
        self.numbers.known(tree).filter(|&number| self.trees.notes.get(number).is_some())
    }

    /// For each tree by number the bits of all that it holds, at any depth, where `bits` gives those of each target.
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

/// What is looked for: places in the list of all that is wanted.
struct Targets {
    ids: gix::hashtable::HashMap<ObjectId, u32>,
    names: HashMap<BString, u32>,
}

impl Targets {
    fn new(wanted: &[ObjectId], leaks: &Leaks) -> Self {
        let name = |(id, place): (&ObjectId, u32)| Some((leaks.name(id)?, place));
        Targets { ids: wanted.iter().copied().zip(0..).collect(), names: wanted.iter().zip(0..).filter_map(name).collect() }
    }

    fn has_name(&self, name: &BStr) -> bool {
        !self.names.is_empty() && self.names.contains_key(name)
    }
}

/// An entry of a tree: a tree, a wanted blob, or what bears a wanted name.
#[derive(Debug, Clone, Copy)]
struct Note {
    name: u32,
    /// The number of a tree, or that of a wanted blob and [`TARGET`], or [`NAME_ONLY`].
    what: u32,
}

/// Marks wanted blobs; numbers of trees are smaller.
const TARGET: u32 = 1 << 31;

/// Neither a tree nor a wanted blob.
const NAME_ONLY: u32 = u32::MAX;

impl Note {
    fn below(self) -> Option<u32> {
        Some(self.what).filter(|what| what & TARGET == 0)
    }

    fn target(self) -> Option<u32> {
        self.what.checked_sub(TARGET).filter(|_| self.what != NAME_ONLY)
    }
}

/// Keeps the directories of each tree and what is wanted in it.
struct Collector<'t> {
    targets: &'t Targets,
    /// One bit for each value of the first two bytes of a wanted id: most entries are done with after looking here.
    filter: Vec<u64>,
    names: &'t Names,
    own_names: HashMap<BString, u32>,
    numbers: &'t Numbers<'t>,
}

impl<'t> Collector<'t> {
    fn new(targets: &'t Targets, names: &'t Names, numbers: &'t Numbers<'t>) -> Self {
        let mut filter = vec![0_u64; 1024];
        for id in targets.ids.keys() {
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

    fn named(&mut self, name: &BStr) -> Option<Note> {
        self.targets.has_name(name).then(|| Note { name: self.name(name), what: NAME_ONLY })
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
        let target = if self.filter[word] & bit == 0 { None } else { self.targets.ids.get(id) };
        match target {
            Some(target) => Some(Note { name: self.name(name), what: target | TARGET }),
            None => self.named(name),
        }
    }

    fn tree(&mut self, name: &BStr, id: &oid) -> Note {
        Note { name: self.name(name), what: self.numbers.number(id) }
    }

    fn submodule(&mut self, name: &BStr, _id: &oid) -> Option<Note> {
        self.named(name)
    }
}

/// The trees that lead to something wanted, by number.
pub(super) struct HitTrees {
    notes: Notes<Note>,
    /// For each name by number its place among what is wanted.
    names: Vec<Option<u32>>,
    is_hit: Bits,
}

impl HitTrees {
    fn new(notes: Notes<Note>, names: Vec<Option<u32>>) -> Self {
        let parents = Parents::new(&notes);
        let is_target = |note: &Note| note.target().is_some() || names[note.name as usize].is_some();
        let has_target = |(tree, notes): (u32, &[Note])| notes.iter().any(is_target).then_some(tree);
        let mut open: Vec<u32> = notes.iter().filter_map(has_target).collect();
        let mut is_hit = Bits::new(notes.bound());
        while let Some(tree) = open.pop() {
            if is_hit.insert(tree) {
                open.extend(parents.of(tree));
            }
        }
        HitTrees { notes, names, is_hit }
    }

    /// Whether a tree leads to something wanted.
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

    /// What is wanted in a tree, with its names.
    pub(super) fn hits(&self, tree: u32) -> impl Iterator<Item = (u32, u32)> {
        let targets = |note: &Note| [note.target(), self.names[note.name as usize]].map(|target| target.map(|target| (note.name, target)));
        self.notes(tree).flat_map(move |note| targets(note).into_iter().flatten())
    }

    /// Names and trees in a tree, of those that lead to something wanted.
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
