//! L3: where each object of a pack is, of which kind it is, and what it is built on.
//!
//! Objects are known by their *place*: their number in the order in which they lie in the pack. A table takes about
//! 30 bytes for each, ids not counted, which stay in the mapped index.

use gix::objs::Kind;
use gix::{ObjectId, oid};
use rayon::iter::{IndexedParallelIterator as _, IntoParallelIterator as _, ParallelIterator as _};

use super::entry::{self, Stored};
use crate::sources::git::Pack;

/// No place.
pub(super) const NONE: u32 = u32::MAX;

/// Headers that a thread reads at least, which are neighbours in the pack.
const NEIGHBOURS: usize = 4096;

/// What is known of the objects of one pack without inflating them.
#[derive(Debug, Default)]
pub(super) struct Table {
    /// Where the entries begin, by place.
    offsets: Vec<u64>,
    /// The number in the index, by place.
    numbers: Vec<u32>,
    /// The place, by number in the index.
    places: Vec<u32>,
    /// The place of what an entry is a delta of, by place.
    bases: Vec<u32>,
    /// Bytes to inflate, by place; all that do not fit are as large as can be.
    sizes: Vec<u32>,
    /// Kinds as packs number them, 0 for what leads to no whole object, by place.
    kinds: Vec<u8>,
    /// Numbers in the index of the first ids that begin with each value of so many bits.
    starts: Vec<u32>,
    bits: u32,
}

impl Table {
    /// Reads the headers of all entries, with the threads of the pool that this runs in.
    pub(super) fn read(pack: &Pack) -> Table {
        let count = pack.index.num_objects();
        let mut order: Vec<(u64, u32)> = (0..count).map(|number| (pack.index.pack_offset_at_index(number), number)).collect();
        order.sort_unstable();
        let mut table = Table {
            offsets: order.iter().map(|(offset, _)| *offset).collect(),
            numbers: order.iter().map(|(_, number)| *number).collect(),
            places: vec![0; order.len()],
            bases: vec![NONE; order.len()],
            sizes: vec![0; order.len()],
            kinds: vec![0; order.len()],
            ..Table::default()
        };
        drop(order);
        for (place, number) in (0..).zip(&table.numbers) {
            table.places[*number as usize] = place;
        }
        table.index(pack);
        table.headers(pack);
        table
    }

    /// Notes where in the index ids of each beginning are, so that a look-up touches few of them.
    fn index(&mut self, pack: &Pack) {
        let count = pack.index.num_objects();
        self.bits = count.checked_ilog2().unwrap_or_default().saturating_sub(2).min(16);
        self.starts = Vec::with_capacity((1 << self.bits) + 1);
        for number in 0..count {
            while self.starts.len() <= beginning(pack.index.oid_at_index(number), self.bits) {
                self.starts.push(number);
            }
        }
        self.starts.resize((1 << self.bits) + 1, count);
    }

    fn headers(&mut self, pack: &Pack) {
        let id_length = pack.index.object_hash().len_in_bytes();
        let read = |place: u32| {
            let offset = self.offsets[place as usize];
            let Some(header) = pack.bytes_from(offset).and_then(|bytes| entry::read(bytes, id_length)) else { return (0, 0, NONE) };
            let size = u32::try_from(header.size).unwrap_or(u32::MAX);
            let base = match header.stored {
                Stored::Whole(kind) => return (size, kind, NONE),
                Stored::OnDistance(distance) => offset.checked_sub(distance).and_then(|offset| self.before(place, offset)),
                Stored::OnId(id) => oid::try_from_bytes(id).ok().and_then(|id| self.lookup(pack, id)),
            };
            (size, 0, base.unwrap_or(NONE))
        };
        let mut headers: Vec<(u32, u8, u32)> = Vec::new();
        (0..self.len()).into_par_iter().with_min_len(NEIGHBOURS).map(read).collect_into_vec(&mut headers);
        let mut left: Vec<u32> = Vec::new();
        for (place, (size, kind, base)) in (0..).zip(headers) {
            let at = place as usize;
            (self.sizes[at], self.bases[at]) = (size, base);
            self.kinds[at] = if base == NONE { kind } else { self.kinds[base as usize] };
            if base != NONE && self.kinds[at] == 0 {
                left.push(place);
            }
        }
        // Bases that are named by id may come later in the pack. What is part of a circle stays without a kind.
        loop {
            let before = left.len();
            left.retain(|&place| {
                self.kinds[place as usize] = self.kinds[self.bases[place as usize] as usize];
                self.kinds[place as usize] == 0
            });
            if left.len() == before {
                break;
            }
        }
    }

    /// The place of the entry that begins at `offset`, before `place`. It is near as a rule.
    fn before(&self, place: u32, offset: u64) -> Option<u32> {
        let (mut end, mut step) = (place as usize, 1);
        let mut start = end.saturating_sub(step);
        while start > 0 && self.offsets[start] > offset {
            step *= 4;
            end = start;
            start = start.saturating_sub(step);
        }
        let found = self.offsets[start..end].binary_search(&offset).ok()? + start;
        u32::try_from(found).ok()
    }

    /// The place of the object `id`.
    ///
    /// Ids are spread evenly, so where one must be is nearly known; the search goes out from there. An index that was made
    /// up may hold ids that are not: then it costs what a search by halves does.
    pub(super) fn lookup(&self, pack: &Pack, id: &oid) -> Option<u32> {
        let at = beginning(id, self.bits);
        let (mut start, mut end) = (self.starts[at], self.starts[at + 1]);
        let sought = prefix(id);
        let share = (u64::from(end - start) * (sought << self.bits >> 32)) >> 32;
        let (mut probe, mut step) = (start + u32::try_from(share).expect("less than the number of ids"), 1);
        while start < end {
            let known = pack.index.oid_at_index(probe);
            match sought.cmp(&prefix(known)).then_with(|| id.cmp(known)) {
                std::cmp::Ordering::Equal => return Some(self.places[probe as usize]),
                std::cmp::Ordering::Less => {
                    end = probe;
                    probe = probe.saturating_sub(step);
                }
                std::cmp::Ordering::Greater => {
                    start = probe + 1;
                    probe = probe.saturating_add(step);
                }
            }
            step = step.saturating_mul(2);
            if !(start..end).contains(&probe) {
                probe = u32::midpoint(start, end);
            }
        }
        None
    }

    /// The id of the object at a place.
    pub(super) fn id(&self, pack: &Pack, place: u32) -> ObjectId {
        pack.index.oid_at_index(self.numbers[place as usize]).to_owned()
    }

    /// How many objects there are.
    pub(super) fn len(&self) -> u32 {
        u32::try_from(self.offsets.len()).expect("an index counts objects in 32 bits")
    }

    /// The kind of an object; `None` where its header does not decode, or its base is in no whole object of this pack.
    pub(super) fn kind(&self, place: u32) -> Option<Kind> {
        match self.kinds[place as usize] {
            1 => Some(Kind::Commit),
            2 => Some(Kind::Tree),
            3 => Some(Kind::Blob),
            4 => Some(Kind::Tag),
            _ => None,
        }
    }

    /// What an entry is a delta of.
    pub(super) fn base(&self, place: u32) -> Option<u32> {
        Some(self.bases[place as usize]).filter(|&base| base != NONE)
    }

    /// Bytes to inflate for an entry, as it claims.
    pub(super) fn size(&self, place: u32) -> u64 {
        u64::from(self.sizes[place as usize])
    }

    /// Where an entry begins in the pack.
    pub(super) fn offset(&self, place: u32) -> u64 {
        self.offsets[place as usize]
    }
}

/// The first bits of an id as a number.
fn beginning(id: &oid, bits: u32) -> usize {
    let bytes = id.as_bytes();
    usize::from(u16::from_be_bytes([bytes[0], bytes[1]])) >> (16 - bits)
}

/// The first 64 bits of an id as a number.
fn prefix(id: &oid) -> u64 {
    id.as_bytes().first_chunk().map_or(0, |bytes| u64::from_be_bytes(*bytes))
}
