//! L3: reads all trees of packs, each once, in pack order: which trees each holds, and all blobs together.
//!
//! A version of a tree differs from its base in an entry or two. What was copied from the base in whole entries is
//! known, and neither parsed nor looked up again, so this costs little more than building the trees.

use std::collections::HashMap;
use std::collections::HashSet;
use std::sync::Mutex;

use gix::objs::Kind;
use gix::objs::tree::EntryMode;
use gix::{ObjectId, oid};
use rayon::ThreadPool;

use super::table::NONE;
use super::walk::{Budget, Visit, Walker};
use super::{Bits, Packed, walk};
use crate::blob::Copied;
use crate::sources::git::EntryKind;
use crate::sources::history::workers::Workers;

/// The trees of all packs.
#[derive(Debug, Default)]
pub(in crate::sources::history) struct Trees {
    /// Where in `edges` the trees in a tree are, by number; the first is [`NOWHERE`] for what is no tree that could be read.
    edges_of: Vec<(u32, u32)>,
    /// Numbers of trees. Those behind the numbers of packed objects are in `elsewhere`.
    edges: Vec<u32>,
    /// Trees that are named and in no pack.
    elsewhere: Vec<ObjectId>,
    /// Numbers of trees that were met, once each.
    pub(in crate::sources::history) met: Bits,
    /// What all of these trees hold.
    pub(in crate::sources::history) found: Found,
}

/// What trees hold.
#[derive(Debug, Default, Clone)]
pub(in crate::sources::history) struct Found {
    /// Numbers of blobs.
    pub(in crate::sources::history) blobs: Bits,
    /// Blobs that are in no pack.
    pub(in crate::sources::history) others: HashSet<ObjectId>,
    /// Commits of other repositories.
    pub(in crate::sources::history) submodules: HashSet<ObjectId>,
}

impl Found {
    /// Nothing.
    pub(in crate::sources::history) fn new(packed: Packed<'_>) -> Self {
        Found { blobs: Bits::new(packed.len() as usize), ..Found::default() }
    }

    /// Adds a blob.
    pub(in crate::sources::history) fn blob(&mut self, packed: Packed<'_>, id: &oid) {
        match packed.find(id) {
            Some(number) => {
                self.blobs.insert(number);
            }
            None => {
                self.others.insert(id.to_owned());
            }
        }
    }

    /// Adds all that another one holds.
    pub(in crate::sources::history) fn add_all(&mut self, other: Found) {
        self.blobs.add_all(&other.blobs);
        self.others.extend(other.others);
        self.submodules.extend(other.submodules);
    }
}

impl Trees {
    /// Numbers of the trees that a tree holds; `None` where it could not be read.
    pub(in crate::sources::history) fn below(&self, number: u32) -> Option<&[u32]> {
        let &(start, length) = self.edges_of.get(number as usize).filter(|(start, _)| *start != NONE)?;
        self.edges.get(start as usize..start as usize + length as usize)
    }

    /// The id of a tree.
    pub(in crate::sources::history) fn id(&self, packed: Packed<'_>, number: u32) -> ObjectId {
        number.checked_sub(packed.len()).map_or_else(|| packed.id(number), |at| self.elsewhere[at as usize])
    }

    /// How many numbers of trees there are.
    pub(in crate::sources::history) fn len(&self) -> usize {
        self.edges_of.len() + self.elsewhere.len()
    }
}

/// Reads all trees, or those of the numbers `only`.
pub(in crate::sources::history) fn trees(packed: Packed<'_>, pool: &ThreadPool, budget: &Budget, only: Option<&Bits>) -> Trees {
    let elsewhere = Mutex::new(HashMap::new());
    let workers = Workers::new(pool, || (Walker::default(), Collector::new(packed, only, &elsewhere)));
    for pack in 0..packed.packs.len() {
        let (table, start) = packed.table(pack);
        walk(
            packed,
            pack,
            budget,
            &workers,
            |place| table.kind(place) == Some(Kind::Tree) && only.is_none_or(|only| only.holds(start + place)),
            |walker, collector, ground, root| {
                collector.start = start;
                walker.tree(ground, root, collector);
            },
        );
    }
    let count = packed.len() as usize;
    let mut trees = Trees { edges_of: vec![(NONE, 0); count], met: Bits::new(count), found: Found::new(packed), ..Trees::default() };
    for (_, mut collector) in workers.into_states() {
        let before = trees.edges.len();
        for (number, start, length) in collector.trees {
            // Past 2^32 directories of trees the rest is read one by one.
            let start = u32::try_from(before + start).unwrap_or(NONE);
            trees.edges_of[number as usize] = (start, length);
        }
        trees.edges.append(&mut collector.edges);
        trees.met.add_all(&collector.met);
        trees.found.add_all(collector.found);
    }
    let elsewhere = elsewhere.into_inner().expect("nothing panics while it holds this lock");
    let mut elsewhere: Vec<(ObjectId, u32)> = elsewhere.into_iter().collect();
    elsewhere.sort_unstable_by_key(|(_, number)| *number);
    trees.elsewhere = elsewhere.into_iter().map(|(id, _)| id).collect();
    trees
}

/// Where the entries of a tree begin, with the end of the last, and the numbers of those that are trees.
#[derive(Debug, Default)]
pub(super) struct Entries {
    starts: Vec<u32>,
    numbers: Vec<u32>,
}

/// What one thread finds.
struct Collector<'t> {
    packed: Packed<'t>,
    only: Option<&'t Bits>,
    elsewhere: &'t Mutex<HashMap<ObjectId, u32>>,
    /// The number of the pack's first object.
    start: u32,
    /// Number, and where in `edges`.
    trees: Vec<(u32, usize, u32)>,
    edges: Vec<u32>,
    met: Bits,
    found: Found,
    spare: Vec<Entries>,
}

impl<'t> Collector<'t> {
    fn new(packed: Packed<'t>, only: Option<&'t Bits>, elsewhere: &'t Mutex<HashMap<ObjectId, u32>>) -> Self {
        let (met, found) = (Bits::new(packed.len() as usize), Found::new(packed));
        Collector { packed, only, elsewhere, start: 0, trees: Vec::new(), edges: Vec::new(), met, found, spare: Vec::new() }
    }

    /// Takes note of an entry; the number of a tree.
    fn entry(&mut self, mode: EntryMode, id: &oid) -> u32 {
        match EntryKind::of(mode) {
            EntryKind::Blob => self.found.blob(self.packed, id),
            EntryKind::Submodule => {
                self.found.submodules.insert(id.to_owned());
            }
            EntryKind::Tree => return self.packed.find(id).unwrap_or_else(|| self.number_elsewhere(id)),
        }
        NONE
    }

    fn number_elsewhere(&self, id: &oid) -> u32 {
        let mut elsewhere = self.elsewhere.lock().expect("nothing panics while it holds this lock");
        let next = u32::try_from(elsewhere.len()).ok().and_then(|count| count.checked_add(self.packed.len()));
        *elsewhere.entry(id.to_owned()).or_insert(next.expect("fewer than 2^32 trees fit into memory"))
    }

    /// Reads the entries of a tree; `None` where one does not decode.
    fn read(&mut self, content: &[u8], base: Option<(&Entries, &[Copied])>) -> Option<Entries> {
        let id_length = self.packed.id_length();
        let mut entries = self.spare.pop().unwrap_or_default();
        entries.starts.clear();
        entries.numbers.clear();
        let (base, mut copies) = base.map_or((None, &[][..]), |(base, copies)| (Some(base), copies));
        let mut at = 0;
        while at < content.len() {
            while copies.first().is_some_and(|copied| copied.at + copied.length <= at) {
                copies = &copies[1..];
            }
            if let (Some(base), Some(copied)) = (base, copies.first())
                && let Some(end) = inherit(base, copied, at, &mut entries)
            {
                at = end;
                continue;
            }
            let (mode, id, length) = parse(&content[at..], id_length)?;
            entries.starts.push(u32::try_from(at).ok()?);
            let number = self.entry(mode, id);
            entries.numbers.push(number);
            at += length;
        }
        entries.starts.push(u32::try_from(at).ok()?);
        Some(entries)
    }
}

impl Visit for Collector<'_> {
    /// `None` of a tree whose entries were not looked at.
    type Kept = Option<Entries>;

    fn object(&mut self, place: u32, _kind: Kind, content: &[u8], base: Option<(&Self::Kept, &[Copied])>) -> Self::Kept {
        let number = self.start + place;
        if self.only.is_some_and(|only| !only.holds(number)) || !self.packed.is_first(number) {
            return None;
        }
        self.met.insert(number);
        let base = base.and_then(|(base, copies)| Some((base.as_ref()?, copies)));
        let entries = self.read(content, base)?;
        let start = self.edges.len();
        self.edges.extend(entries.numbers.iter().filter(|&&number| number != NONE));
        let length = u32::try_from(self.edges.len() - start).ok()?;
        self.trees.push((number, start, length));
        Some(entries)
    }

    fn lost(&mut self, _place: u32) {}

    fn done(&mut self, kept: Self::Kept) {
        self.spare.extend(kept.filter(|_| self.spare.len() < MOST_SPARE));
    }
}

const MOST_SPARE: usize = 16;

/// Takes over the entries of the base that were copied whole, if one begins where `at` was copied from; where the last ends.
fn inherit(base: &Entries, copied: &Copied, at: usize, entries: &mut Entries) -> Option<usize> {
    let from = at.checked_sub(copied.at)? + copied.from;
    let first = base.starts.binary_search(&u32::try_from(from).ok()?).ok()?;
    let behind = base.starts[first..].partition_point(|&start| start as usize <= copied.from + copied.length);
    let last = first + behind - 1;
    if last == first {
        return None;
    }
    let moved = |start: &u32| u32::try_from(*start as usize - from + at).ok();
    let end = moved(&base.starts[last])?;
    entries.starts.extend(base.starts[first..last].iter().map_while(moved));
    entries.numbers.extend_from_slice(&base.numbers[first..last]);
    Some(end as usize)
}

/// The entry that `bytes` begin with, and its length.
fn parse(bytes: &[u8], id_length: usize) -> Option<(EntryMode, &oid, usize)> {
    let mode = EntryMode::from_bytes(bytes)?;
    let name = memchr::memchr(b' ', bytes)? + 1;
    let id = name + memchr::memchr(0, &bytes[name..])? + 1;
    Some((mode, oid::try_from_bytes(bytes.get(id..id + id_length)?).ok()?, id + id_length))
}
