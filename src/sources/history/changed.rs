//! L3: scans what a range adds, each blob with what stood in its place before.

use std::collections::HashSet;

use gix::ObjectId;
use gix::bstr::ByteSlice as _;
use rayon::ThreadPool;

use super::introduced::{Introduced, Introduction};
use super::objects::Scanned;
use super::walk::object_skip;
use super::workers::Workers;
use crate::blob::{Blob, ObjectKind, Origin};
use crate::sources::Sink;
use crate::sources::git::{Former, Objects, Reader};

/// Bytes of delta bases that each thread keeps.
const CACHE: usize = 64 << 20;

/// Blobs that a thread takes at a time.
const RUN: usize = 256;

/// Hands the blobs of `new` and `released` to the sink. `limit` is the largest blob in bytes.
pub(super) fn scan(
    objects: &Objects,
    pool: &ThreadPool,
    [new, released]: [&Introduced; 2],
    limit: Option<u64>,
    sink: &dyn Sink,
) -> Scanned {
    let ids = new.keys().chain(released.keys().filter(|id| !new.contains_key(*id)));
    let mut blobs: Vec<(ObjectId, [&[Introduction]; 2])> =
        ids.map(|id| (*id, [new, released].map(|from| from.get(id).map(Vec::as_slice).unwrap_or_default()))).collect();
    let workers = Workers::new(pool, || (objects.reader(CACHE), Vec::new(), Scanned::default()));
    workers.sort_by_place(objects, &mut blobs, |(id, _)| *id);
    workers.each_run(&blobs, RUN, |(reader, content, scanned), run| {
        for (id, introductions) in run {
            let origin = Origin::Object { id: id.to_string(), kind: ObjectKind::Blob };
            if let Err(error) = reader.read_blob(id, limit, content) {
                sink.skip(object_skip(origin.label(), &error, limit));
                continue;
            }
            scanned.blobs += 1;
            scanned.bytes += content.len() as u64;
            sink.blob(Blob { bytes: content, origin, previous: &previous(*introductions, reader, sink) });
        }
    });
    let mut total = Scanned::default();
    for (_, _, scanned) in workers.into_states() {
        total.blobs += scanned.blobs;
        total.bytes += scanned.bytes;
    }
    total
}

/// What is not new in a blob wherever it was introduced: for one place all that stood there before, for several the
/// lines that each of them had.
fn previous(introductions: [&[Introduction]; 2], reader: &Reader, sink: &dyn Sink) -> Vec<u8> {
    let mut places: Vec<&[Former]> = introductions.into_iter().flatten().map(|introduction| introduction.before.as_slice()).collect();
    places.sort_unstable();
    places.dedup();
    if places.iter().any(|before| before.is_empty()) {
        return Vec::new();
    }
    let Some((first, others)) = places.split_first() else { return Vec::new() };
    let mut text = joined(first, reader, sink);
    for other in others {
        let other = joined(other, reader, sink);
        let lines: HashSet<&[u8]> = other.lines().collect();
        text = text.lines_with_terminator().filter(|line| lines.contains(without_line_end(line))).collect::<Vec<_>>().concat();
    }
    text
}

/// The blobs one after another. One that cannot be read counts as empty: more is new then, never less.
fn joined(before: &[Former], reader: &Reader, sink: &dyn Sink) -> Vec<u8> {
    let mut text = Vec::new();
    let mut buffer = Vec::new();
    for former in before {
        if former.read(reader, None, sink, &mut buffer).is_ok() {
            if !text.is_empty() {
                text.push(b'\n');
            }
            text.extend_from_slice(&buffer);
        }
    }
    text
}

/// As [`gix::bstr::ByteSlice::lines`] cuts it off.
fn without_line_end(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}
