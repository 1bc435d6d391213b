//! L3: shows the entries of all trees of packs, each tree once, in pack order.
//!
//! A version of a tree differs from its base in an entry or two. What was copied from the base in whole entries is
//! known, and neither parsed nor looked up again, so this costs little more than building the trees.

use gix::bstr::{BStr, ByteSlice as _};
use gix::objs::Kind;
use gix::objs::tree::EntryMode;
use gix::oid;
use rayon::ThreadPool;

use super::table::NONE;
use super::walk::{Budget, Visit, Walker};
use super::{Bits, Packed, walk};
use crate::blob::Copied;
use crate::sources::git::EntryKind;
use crate::sources::history::workers::Workers;

/// What is taken of the entries of trees. Each thread has one. An entry that a tree shares with its base may be shown
/// once for both, and its note counts for both.
pub(in crate::sources::history) trait Take: Send {
    /// What is noted of an entry.
    type Note: Copy + Send + Sync;

    /// A file or link.
    fn blob(&mut self, name: &BStr, id: &oid) -> Option<Self::Note>;

    /// A directory.
    fn tree(&mut self, name: &BStr, id: &oid) -> Self::Note;

    /// A commit of another repository.
    fn submodule(&mut self, name: &BStr, id: &oid) -> Option<Self::Note>;
}

/// Calls `take` with an entry.
pub(in crate::sources::history) fn show<T: Take>(take: &mut T, mode: EntryMode, name: &BStr, id: &oid) -> Option<T::Note> {
    match EntryKind::of(mode) {
        EntryKind::Blob => take.blob(name, id),
        EntryKind::Tree => Some(take.tree(name, id)),
        EntryKind::Submodule => take.submodule(name, id),
    }
}

/// The notes of trees, by the number of the tree.
#[derive(Debug, Clone)]
pub(in crate::sources::history) struct Notes<N> {
    /// Where in the list, and how many; [`NONE`] for what is no tree that could be read.
    places: Vec<(u32, u32)>,
    list: Vec<N>,
}

impl<N> Default for Notes<N> {
    fn default() -> Self {
        Notes { places: Vec::new(), list: Vec::new() }
    }
}

impl<N: Copy> Notes<N> {
    /// The notes of a tree; `None` where it could not be read.
    pub(in crate::sources::history) fn get(&self, number: u32) -> Option<&[N]> {
        let &(start, length) = self.places.get(number as usize).filter(|(start, _)| *start != NONE)?;
        self.list.get(start as usize..start as usize + length as usize)
    }

    /// Sets the notes of a tree.
    pub(in crate::sources::history) fn set(&mut self, number: u32, notes: &[N]) {
        let (start, length) = (self.list.len(), notes.len());
        self.list.extend_from_slice(notes);
        self.place(number, start, length);
    }

    fn place(&mut self, number: u32, start: usize, length: usize) {
        let at = number as usize;
        if self.places.len() <= at {
            self.places.resize(at + 1, (NONE, 0));
        }
        // Past 2^32 directories of trees the rest is read one by one.
        if let (Ok(start), Ok(length)) = (u32::try_from(start), u32::try_from(length)) {
            self.places[at] = (start, length);
        }
    }

    /// One more than the highest number of a tree.
    pub(in crate::sources::history) fn bound(&self) -> usize {
        self.places.len()
    }

    /// All trees and their notes.
    pub(in crate::sources::history) fn iter(&self) -> impl Iterator<Item = (u32, &[N])> {
        (0..).zip(&self.places).filter_map(|(number, _)| Some((number, self.get(number)?)))
    }
}

/// What was taken of trees.
pub(in crate::sources::history) struct Taken<T: Take> {
    /// One a thread.
    pub(in crate::sources::history) takes: Vec<T>,
    pub(in crate::sources::history) notes: Notes<T::Note>,
    /// Numbers of the trees that were read, as far as that went.
    pub(in crate::sources::history) met: Bits,
}

/// Reads all trees, or those of the numbers `only`.
pub(in crate::sources::history) fn trees<T: Take>(
    packed: Packed<'_>,
    pool: &ThreadPool,
    budget: &Budget,
    only: Option<&Bits>,
    take: impl Fn() -> T,
) -> Taken<T> {
    let workers = Workers::new(pool, || (Walker::default(), Reading::new(packed, only, take())));
    for pack in 0..packed.packs.len() {
        let (table, start) = packed.table(pack);
        let is_wanted = |place| table.kind(place) == Some(Kind::Tree) && only.is_none_or(|only| only.holds(start + place));
        walk(packed, pack, budget, &workers, is_wanted, |walker, reading, ground, root| {
            reading.start = start;
            walker.tree(ground, root, reading);
        });
    }
    let mut taken = Taken { takes: Vec::new(), notes: Notes::default(), met: Bits::new(packed.len() as usize) };
    for (_, mut reading) in workers.into_states() {
        let before = taken.notes.list.len();
        for (number, start, length) in reading.trees {
            taken.notes.place(number, before + start, length);
        }
        taken.notes.list.append(&mut reading.notes);
        taken.met.add_all(&reading.met);
        taken.takes.push(reading.take);
    }
    taken
}

/// Where the entries of a tree begin, with the end of the last, and what was noted of each.
#[derive(Debug)]
struct Entries<N> {
    starts: Vec<u32>,
    notes: Vec<Option<N>>,
}

/// What one thread reads.
struct Reading<'t, T: Take> {
    packed: Packed<'t>,
    only: Option<&'t Bits>,
    take: T,
    /// The number of the pack's first object.
    start: u32,
    /// Number, and where in `notes`.
    trees: Vec<(u32, usize, usize)>,
    notes: Vec<T::Note>,
    met: Bits,
    spare: Vec<Entries<T::Note>>,
}

impl<'t, T: Take> Reading<'t, T> {
    fn new(packed: Packed<'t>, only: Option<&'t Bits>, take: T) -> Self {
        let met = Bits::new(packed.len() as usize);
        Reading { packed, only, take, start: 0, trees: Vec::new(), notes: Vec::new(), met, spare: Vec::new() }
    }

    /// Reads the entries of a tree; `None` where one does not decode.
    fn read(&mut self, content: &[u8], base: Option<(&Entries<T::Note>, &[Copied])>) -> Option<Entries<T::Note>> {
        let id_length = self.packed.id_length();
        let mut entries = self.spare.pop().unwrap_or_else(|| Entries { starts: Vec::new(), notes: Vec::new() });
        entries.starts.clear();
        entries.notes.clear();
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
            let (mode, name, id, length) = parse(&content[at..], id_length)?;
            entries.starts.push(u32::try_from(at).ok()?);
            entries.notes.push(show(&mut self.take, mode, name, id));
            at += length;
        }
        entries.starts.push(u32::try_from(at).ok()?);
        Some(entries)
    }
}

impl<T: Take> Visit for Reading<'_, T> {
    /// `None` of a tree whose entries were not looked at.
    type Kept = Option<Entries<T::Note>>;

    fn object(&mut self, place: u32, _kind: Kind, content: &[u8], base: Option<(&Self::Kept, &[Copied])>) -> Self::Kept {
        let number = self.start + place;
        if self.only.is_some_and(|only| !only.holds(number)) || !self.packed.is_first(number) {
            return None;
        }
        self.met.insert(number);
        let base = base.and_then(|(base, copies)| Some((base.as_ref()?, copies)));
        let entries = self.read(content, base)?;
        let start = self.notes.len();
        self.notes.extend(entries.notes.iter().flatten());
        self.trees.push((number, start, self.notes.len() - start));
        Some(entries)
    }

    fn lost(&mut self, _place: u32) {}

    fn done(&mut self, kept: Self::Kept) {
        self.spare.extend(kept.filter(|_| self.spare.len() < MOST_SPARE));
    }
}

/// Lists of entries that a thread keeps for later.
const MOST_SPARE: usize = 16;

/// Takes over the entries of the base that were copied whole, if one begins where `at` was copied from; where the last ends.
fn inherit<N: Copy>(base: &Entries<N>, copied: &Copied, at: usize, entries: &mut Entries<N>) -> Option<usize> {
    let from = at.checked_sub(copied.at)? + copied.from;
    let first = base.starts.binary_search(&u32::try_from(from).ok()?).ok()?;
    let behind = base.starts[first..].partition_point(|&start| start as usize <= copied.from + copied.length);
    let last = first + behind - 1;
    if last == first {
        return None;
    }
    let end = u32::try_from(base.starts[last] as usize - from + at).ok()?;
    let by = end.wrapping_sub(base.starts[last]);
    entries.starts.extend(base.starts[first..last].iter().map(|start| start.wrapping_add(by)));
    entries.notes.extend_from_slice(&base.notes[first..last]);
    Some(end as usize)
}

/// The entry that `bytes` begin with, and its length.
fn parse(bytes: &[u8], id_length: usize) -> Option<(EntryMode, &BStr, &oid, usize)> {
    let mode = EntryMode::from_bytes(bytes)?;
    let name = memchr::memchr(b' ', bytes)? + 1;
    let end = name + memchr::memchr(0, &bytes[name..])?;
    let id = oid::try_from_bytes(bytes.get(end + 1..end + 1 + id_length)?).ok()?;
    Some((mode, bytes[name..end].as_bstr(), id, end + 1 + id_length))
}
