//! L3: reads the objects of packs in delta order: every entry is inflated once, and a base is held only as long
//! as something is to be built on it.
//!
//! Most objects of a pack are deltas of another one. Read one by one, each costs the resolution of its whole chain,
//! or a cache that holds the right bases. Here a [`Catalog`] tells from the headers what is built on what, and the
//! objects are walked from their bases (`docs/history.md`): [`commits`], [`trees`], and all that is [`Wanted`] by
//! [`scan`]. What cannot be read this way is left to [`super::objects`], which says why it cannot be read.

mod bits;
mod catalog;
mod commits;
mod delta;
mod entry;
mod forest;
mod table;
mod trees;
mod walk;

pub(super) use self::bits::Bits;
pub(super) use self::catalog::{Catalog, Packed};
pub(super) use self::commits::{Commits, commits};
pub(super) use self::trees::{Notes, Take, Taken, show, trees};
pub(super) use self::walk::Budget;

use std::rc::Rc;
use std::sync::Mutex;

use gix::{ObjectId, objs::Kind};
use rayon::ThreadPool;

use self::forest::Forest;
use self::walk::{Ground, Visit, Walker};
use super::message::text_of;
use super::objects::{Reading, Scanned};
use super::walk::object_skip;
use super::workers::Workers;
use crate::blob::{Blob, Copied, ObjectKind, Origin};
use crate::engine::{self, Trace};
use crate::sources::Sink;
use crate::sources::git::ObjectError;

/// Objects to scan, each once.
#[derive(Debug, Default)]
pub(super) struct Wanted {
    /// Blobs, commits and tags of packs, by number; each is of that kind.
    packed: Bits,
    /// What is in no pack, or not what it is wanted as.
    pub(super) others: Vec<(ObjectId, ObjectKind)>,
}

impl Wanted {
    /// Nothing.
    pub(super) fn new(packed: Packed<'_>) -> Self {
        Wanted { packed: Bits::new(packed.len() as usize), others: Vec::new() }
    }

    /// Adds an object.
    pub(super) fn add(&mut self, packed: Packed<'_>, id: ObjectId, kind: ObjectKind) {
        match packed.find(&id) {
            Some(number) => self.add_number(packed, number, kind),
            None => self.others.push((id, kind)),
        }
    }

    /// Adds an object of a pack.
    pub(super) fn add_number(&mut self, packed: Packed<'_>, number: u32, kind: ObjectKind) {
        if packed.kind(number) == Some(stored_as(kind)) {
            self.packed.insert(number);
        } else {
            self.others.push((packed.id(number), kind));
        }
    }
}

fn stored_as(kind: ObjectKind) -> Kind {
    match kind {
        ObjectKind::Blob => Kind::Blob,
        ObjectKind::Commit => Kind::Commit,
        ObjectKind::Tag => Kind::Tag,
    }
}

/// Calls `work` with each tree of deltas that is needed for the `wanted` places of a pack.
fn walk<W: Send>(
    packed: Packed<'_>,
    pack: usize,
    budget: &Budget,
    workers: &Workers<'_, (Walker, W)>,
    wanted: impl Fn(u32) -> bool,
    work: impl Fn(&mut Walker, &mut W, Ground<'_>, u32) + Sync,
) {
    let (table, _) = packed.table(pack);
    let forest = Forest::grow(table, wanted);
    let ground = Ground { pack: &packed.packs[pack], table, forest: &forest, budget };
    workers.each_run(forest.roots(), 1, |(walker, state), roots| {
        for &root in roots {
            work(walker, state, ground, root);
        }
    });
}

/// Scans those of `wanted` that can be read in delta order, and leaves the others in it.
pub(super) fn scan(
    packed: Packed<'_>,
    pool: &ThreadPool,
    wanted: &mut Wanted,
    reading: Reading,
    budget: &Budget,
    sink: &dyn Sink,
) -> Scanned {
    let left = Mutex::new(std::mem::take(&mut wanted.others));
    let workers = Workers::new(pool, || (Walker::up_to(reading.limit), (Vec::new(), Scanned::default())));
    for pack in 0..packed.packs.len() {
        let (_, start) = packed.table(pack);
        let is_wanted = |place: u32| wanted.packed.holds(start + place);
        walk(packed, pack, budget, &workers, is_wanted, |walker, (text, scanned), ground, root| {
            let mut scan = Scan { packed, start, wanted: &wanted.packed, reading, sink, left: &left, text, scanned };
            walker.tree(ground, root, &mut scan);
        });
    }
    wanted.others = left.into_inner().expect("no thread panics while it holds the list");
    let mut total = Scanned::default();
    for (_, (_, scanned)) in workers.into_states() {
        total.blobs += scanned.blobs;
        total.bytes += scanned.bytes;
    }
    total
}

/// Hands objects to a sink.
struct Scan<'w> {
    packed: Packed<'w>,
    /// The number of the pack's first object.
    start: u32,
    wanted: &'w Bits,
    reading: Reading,
    sink: &'w dyn Sink,
    left: &'w Mutex<Vec<(ObjectId, ObjectKind)>>,
    text: &'w mut Vec<u8>,
    scanned: &'w mut Scanned,
}

impl Visit for Scan<'_> {
    /// What the scan of an object left, if it was scanned.
    type Kept = Option<Rc<Trace>>;

    fn object(&mut self, place: u32, kind: Kind, content: &[u8], base: Option<(&Self::Kept, &[Copied])>) -> Self::Kept {
        let wanted = self.wanted(place, kind)?;
        let origin = Origin::Object { id: self.packed.id(self.start + place).to_string(), kind: wanted };
        if wanted != ObjectKind::Blob {
            text_of(wanted, content, self.text);
            self.sink.blob(Blob { bytes: self.text, origin, previous: b"" });
            return None;
        }
        let size = content.len() as u64;
        if self.reading.limit.is_some_and(|limit| size > limit) {
            self.sink.skip(object_skip(origin.label(), &ObjectError::TooLarge(Some(size)), self.reading.limit));
            return None;
        }
        self.scanned.blobs += 1;
        self.scanned.bytes += size;
        let blob = Blob { bytes: content, origin, previous: b"" };
        if self.reading.full {
            self.sink.blob(blob);
            return None;
        }
        let base = base.and_then(|(trace, copies)| Some(engine::Base { trace: trace.as_deref()?, copies }));
        self.sink.version(blob, base).map(Rc::new)
    }

    fn lost(&mut self, place: u32) {
        let (table, number) = (self.packed, self.start + place);
        if let Some(wanted) = table.kind(number).and_then(|kind| self.wanted(place, kind)) {
            self.left.lock().expect("no thread panics while it holds the list").push((table.id(number), wanted));
        }
    }
}

impl Scan<'_> {
    /// What an object is wanted as.
    fn wanted(&self, place: u32, kind: Kind) -> Option<ObjectKind> {
        let wanted = match kind {
            Kind::Blob => ObjectKind::Blob,
            Kind::Commit => ObjectKind::Commit,
            Kind::Tag => ObjectKind::Tag,
            Kind::Tree => return None,
        };
        self.wanted.holds(self.start + place).then_some(wanted)
    }
}
