//! L3: walks the deltas of a pack as trees, depth first: every entry is inflated once, and a base is held only as long
//! as something is to be built on it.
//!
//! The heaviest branch comes last and takes its base's place, so few contents are held at a time
//! (`docs/history.md`). Where they are too many all the same, some are given up and built again when they are needed.

use std::sync::atomic::{AtomicUsize, Ordering};

use gix::objs::Kind;
use sirocco::Format;
use sirocco::inflate::Decoder;

use super::delta;
use super::entry;
use super::forest::Forest;
use super::table::Table;
use crate::blob::Copied;
use crate::sources::git::{ALLOCATION_LIMIT, Pack};

/// What is done with the objects of a walk. Each thread has one.
pub(super) trait Visit {
    /// What is kept of an object for those that are built on it.
    type Kept;

    /// An object. `base` is what was kept of what it is built on, and what was copied from there.
    fn object(&mut self, place: u32, kind: Kind, content: &[u8], base: Option<(&Self::Kept, &[Copied])>) -> Self::Kept;

    /// An object that cannot be built here.
    fn lost(&mut self, place: u32);

    /// Takes back what was kept.
    fn done(&mut self, kept: Self::Kept) {
        drop(kept);
    }
}

/// Bytes of contents that all threads hold together, as bases of what is to come.
#[derive(Debug)]
pub(in crate::sources::history) struct Budget {
    held: AtomicUsize,
    most: Option<u64>,
}

impl Budget {
    /// Allows `most` bytes; `None` for any number.
    pub(in crate::sources::history) fn new(most: Option<u64>) -> Self {
        Budget { held: AtomicUsize::new(0), most }
    }

    fn take(&self, bytes: usize) {
        self.held.fetch_add(bytes, Ordering::Relaxed);
    }

    fn give(&self, bytes: usize) {
        self.held.fetch_sub(bytes, Ordering::Relaxed);
    }

    fn is_exceeded(&self) -> bool {
        self.most.is_some_and(|most| self.held.load(Ordering::Relaxed) as u64 > most)
    }
}

/// What one thread keeps from tree to tree.
pub(super) struct Walker {
    decoder: Box<Decoder>,
    /// Delta instructions of the entry at hand; longer than they are where others were longer.
    instructions: Vec<u8>,
    /// What the last content copied from its base.
    copies: Vec<Copied>,
    /// Buffers that wait for content.
    spare: Vec<Vec<u8>>,
    /// Bytes of the largest content that is built.
    most: usize,
}

impl Default for Walker {
    fn default() -> Self {
        let decoder = Box::new(Decoder::new(Format::Zlib));
        Walker { decoder, instructions: Vec::new(), copies: Vec::new(), spare: Vec::new(), most: ALLOCATION_LIMIT }
    }
}

/// What is walked.
#[derive(Clone, Copy)]
pub(super) struct Ground<'w> {
    pub(super) pack: &'w Pack,
    pub(super) table: &'w Table,
    pub(super) forest: &'w Forest,
    pub(super) budget: &'w Budget,
}

/// A base on which something is still to be built.
struct Base<K> {
    place: u32,
    next_child: usize,
    /// `None` where it was given up.
    content: Option<Vec<u8>>,
    kept: K,
}

impl Walker {
    /// A walker for contents of which none over `limit` bytes is scanned. What is much larger is not built, as a few
    /// instructions of a delta can make gigabytes.
    pub(super) fn up_to(limit: Option<u64>) -> Self {
        let limit = limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(ALLOCATION_LIMIT);
        Walker { most: limit.clamp(LEAST_MOST, ALLOCATION_LIMIT), ..Walker::default() }
    }

    /// Shows all objects of one tree to `visit`.
    pub(super) fn tree<V: Visit>(&mut self, ground: Ground<'_>, root: u32, visit: &mut V) {
        let Some(kind) = ground.table.kind(root) else { return };
        let Some(content) = self.whole(ground, root) else { return lose(ground, root, visit) };
        let kept = visit.object(root, kind, &content, None);
        let mut open: Vec<Base<V::Kept>> = Vec::new();
        self.open(ground, &mut open, root, content, kept, visit);
        while let Some(mut base) = open.pop() {
            let content = base.content.take();
            if let Some(content) = &content {
                ground.budget.give(content.capacity());
            }
            let Some(content) = content.or_else(|| self.again(ground, base.place)) else {
                // What could be built once can be built again, unless the pack changes below us.
                ground.forest.children(base.place)[base.next_child..].iter().for_each(|&child| lose(ground, child, visit));
                visit.done(base.kept);
                continue;
            };
            self.child(ground, &mut open, base, content, kind, visit);
        }
        debug_assert!(open.is_empty());
    }

    /// Builds the next child of a base, whose place the last one takes.
    fn child<V: Visit>(
        &mut self,
        ground: Ground<'_>,
        open: &mut Vec<Base<V::Kept>>,
        mut base: Base<V::Kept>,
        content: Vec<u8>,
        kind: Kind,
        visit: &mut V,
    ) {
        let children = ground.forest.children(base.place);
        let child = children[base.next_child];
        base.next_child += 1;
        let is_last = base.next_child == children.len();
        let built = self.build(ground, child, &content);
        if is_last {
            self.recycle(content);
        } else {
            ground.budget.take(content.capacity());
            base.content = Some(content);
        }
        let Some(built) = built else {
            lose(ground, child, visit);
            if is_last {
                visit.done(base.kept);
            } else {
                open.push(base);
            }
            return;
        };
        let kept = visit.object(child, kind, &built, Some((&base.kept, &self.copies)));
        if is_last {
            visit.done(base.kept);
        } else {
            open.push(base);
        }
        self.open(ground, open, child, built, kept, visit);
    }

    /// Holds an object if something is built on it, and gives up others where that is too much.
    fn open<V: Visit>(
        &mut self,
        ground: Ground<'_>,
        open: &mut Vec<Base<V::Kept>>,
        place: u32,
        content: Vec<u8>,
        kept: V::Kept,
        visit: &mut V,
    ) {
        if ground.forest.children(place).is_empty() {
            self.recycle(content);
            return visit.done(kept);
        }
        ground.budget.take(content.capacity());
        // Those below are needed last.
        for base in open.iter_mut() {
            if !ground.budget.is_exceeded() {
                break;
            }
            if let Some(content) = base.content.take() {
                ground.budget.give(content.capacity());
            }
        }
        open.push(Base { place, next_child: 0, content: Some(content), kept });
    }

    /// The content of an entry that was built before.
    fn again(&mut self, ground: Ground<'_>, place: u32) -> Option<Vec<u8>> {
        let mut chain = vec![place];
        while let Some(base) = chain.last().and_then(|&place| ground.table.base(place)) {
            chain.push(base);
        }
        let mut content = self.whole(ground, chain.pop()?)?;
        while let Some(place) = chain.pop() {
            let built = self.build(ground, place, &content);
            self.recycle(std::mem::replace(&mut content, built?));
        }
        Some(content)
    }

    /// The content of an entry that is no delta.
    fn whole(&mut self, ground: Ground<'_>, place: u32) -> Option<Vec<u8>> {
        let (data, size) = data(ground, place, self.most)?;
        let mut content = self.spare.pop().unwrap_or_default();
        content.clear();
        let is_whole = content.try_reserve_exact(size).is_ok() && {
            content.resize(size, 0);
            inflate(&mut self.decoder, data, &mut content)
        };
        if is_whole {
            return Some(content);
        }
        self.recycle(content);
        None
    }

    /// The content of a delta. What it copied is left in `copies`.
    fn build(&mut self, ground: Ground<'_>, place: u32, base: &[u8]) -> Option<Vec<u8>> {
        let (data, size) = data(ground, place, self.most)?;
        if self.instructions.len() < size {
            self.instructions.try_reserve(size - self.instructions.len()).ok()?;
            self.instructions.resize(size, 0);
        }
        let instructions = &mut self.instructions[..size];
        let mut content = self.spare.pop().unwrap_or_default();
        let is_built = inflate(&mut self.decoder, data, instructions)
            && delta::apply(base, instructions, self.most, &mut content, &mut self.copies).is_ok();
        if self.instructions.len() > LARGEST_SPARE {
            self.instructions = Vec::new();
        }
        if is_built {
            return Some(content);
        }
        self.recycle(content);
        None
    }

    /// Keeps a buffer for later, unless it is so large that it is better given back.
    fn recycle(&mut self, buffer: Vec<u8>) {
        if self.spare.len() < MOST_SPARE && buffer.capacity() <= LARGEST_SPARE {
            self.spare.push(buffer);
        }
    }
}

/// Buffers that a thread keeps for later, and the size of the largest in bytes.
const MOST_SPARE: usize = 8;
const LARGEST_SPARE: usize = 4 << 20;

/// Contents up to this size, in bytes, are built whatever the limit is: smaller ones may be built on them.
const LEAST_MOST: usize = 256 << 20;

/// Loses an object and all that is built on it.
fn lose<V: Visit>(ground: Ground<'_>, place: u32, visit: &mut V) {
    let mut places = vec![place];
    while let Some(place) = places.pop() {
        visit.lost(place);
        places.extend_from_slice(ground.forest.children(place));
    }
}

/// The compressed data of an entry with all that follows, and what it inflates to, if that is at most `most` bytes.
fn data(ground: Ground<'_>, place: u32, most: usize) -> Option<(&[u8], usize)> {
    let bytes = ground.pack.bytes_from(ground.table.offset(place))?;
    let header = entry::read(bytes, ground.pack.index.object_hash().len_in_bytes())?;
    let size = usize::try_from(header.size).ok().filter(|&size| size <= most)?;
    Some((&bytes[header.length..], size))
}

/// Inflates the stream that `data` begins with; whether it fills `into` and ends there.
fn inflate(decoder: &mut Decoder, data: &[u8], into: &mut [u8]) -> bool {
    decoder.reset();
    let length = into.len();
    decoder.decompress(data, into, true).is_ok_and(|progress| progress.done && progress.output.len() == length)
}
