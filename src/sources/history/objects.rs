//! L3: reads a list of objects in parallel and hands them to the sink. The place where reading is made faster.

use gix::ObjectId;
use gix::objs::Kind;
use rayon::ThreadPool;

use super::message::text_of;
use super::packed::{self, Budget, Packed, Wanted};
use super::walk::object_skip;
use super::workers::Workers;
use crate::blob::{Blob, ObjectKind, Origin};
use crate::sources::Sink;
use crate::sources::git::{ObjectError, Objects, Reader};

/// Bytes of delta bases that each thread keeps: enough for a few hundred versions of a large source file.
const CACHE: usize = 64 << 20;

/// Objects that a thread takes at a time. Neighbours in a pack are often versions of one file, each a delta to the last.
const RUN: usize = 2048;

/// How objects are read.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Reading {
    /// The largest blob in bytes.
    pub(super) limit: Option<u64>,
    /// Whether every blob is scanned in full.
    pub(super) full: bool,
}

/// Objects that were scanned.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Scanned {
    /// Blobs; commits and tags are not counted.
    pub(super) blobs: u64,
    /// Bytes of the blobs.
    pub(super) bytes: u64,
}

/// Reads each of `wanted` once and hands it on: packed ones in delta order, then the others.
pub(super) fn scan(
    objects: &Objects,
    packed: Packed<'_>,
    pool: &ThreadPool,
    mut wanted: Wanted,
    reading: Reading,
    budget: &Budget,
    sink: &dyn Sink,
) -> Scanned {
    let total = packed::scan(packed, pool, &mut wanted, reading, budget, sink);
    let rest = one_by_one(objects, pool, wanted.others, reading.limit, sink);
    Scanned { blobs: total.blobs + rest.blobs, bytes: total.bytes + rest.bytes }
}

/// Reads objects by id: a few, loose ones, and what cannot be read in delta order.
pub(super) fn one_by_one(
    objects: &Objects,
    pool: &ThreadPool,
    mut wanted: Vec<(ObjectId, ObjectKind)>,
    limit: Option<u64>,
    sink: &dyn Sink,
) -> Scanned {
    let worker = || Worker { reader: objects.reader(CACHE), content: Vec::new(), text: Vec::new(), scanned: Scanned::default() };
    let workers = Workers::new(pool, worker);
    workers.sort_by_place(objects, &mut wanted, |(id, _)| *id);
    workers.each_run(&wanted, RUN, |worker, run| {
        for (id, kind) in run {
            worker.object(id, *kind, limit, sink);
        }
    });
    let mut total = Scanned::default();
    for worker in workers.into_states() {
        total.blobs += worker.scanned.blobs;
        total.bytes += worker.scanned.bytes;
    }
    total
}

struct Worker {
    reader: Reader,
    content: Vec<u8>,
    text: Vec<u8>,
    scanned: Scanned,
}

impl Worker {
    fn object(&mut self, id: &ObjectId, kind: ObjectKind, limit: Option<u64>, sink: &dyn Sink) {
        let origin = Origin::Object { id: id.to_string(), kind };
        if let Err(error) = self.read(id, kind, limit) {
            return sink.skip(object_skip(origin.label(), &error, limit));
        }
        let bytes = if kind == ObjectKind::Blob {
            self.scanned.blobs += 1;
            self.scanned.bytes += self.content.len() as u64;
            &self.content
        } else {
            text_of(kind, &self.content, &mut self.text);
            &self.text
        };
        sink.blob(Blob { bytes, origin, previous: b"" });
    }

    fn read(&mut self, id: &ObjectId, kind: ObjectKind, limit: Option<u64>) -> Result<(), ObjectError> {
        match kind {
            ObjectKind::Blob => self.reader.read_blob(id, limit, &mut self.content),
            ObjectKind::Commit => self.reader.read_kind(id, Kind::Commit, &mut self.content),
            ObjectKind::Tag => self.reader.read_kind(id, Kind::Tag, &mut self.content),
        }
    }
}
