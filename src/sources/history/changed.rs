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
use crate::sources::git::{Objects, Reader};

/// Bytes of delta bases that each thread keeps.
const CACHE: usize = 64 << 20;

/// Blobs that a thread takes at a time.
const RUN: usize = 256;

/// Hands the blobs of `introduced` to the sink. `limit` is the largest blob in bytes.
pub(super) fn scan(objects: &Objects, pool: &ThreadPool, introduced: &Introduced, limit: Option<u64>, sink: &dyn Sink) -> Scanned {
    let mut blobs: Vec<(ObjectId, &[Introduction])> =
        introduced.iter().map(|(id, introductions)| (*id, introductions.as_slice())).collect();
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
            sink.blob(Blob { bytes: content, origin, previous: &previous(introductions, reader) });
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
fn previous(introductions: &[Introduction], reader: &Reader) -> Vec<u8> {
    let mut places: Vec<&[ObjectId]> = introductions.iter().map(|introduction| introduction.before.as_slice()).collect();
    places.sort_unstable();
    places.dedup();
    if places.iter().any(|before| before.is_empty()) {
        return Vec::new();
    }
    let Some((first, others)) = places.split_first() else { return Vec::new() };
    let mut text = joined(first, reader);
    for other in others {
        let other = joined(other, reader);
        let lines: HashSet<&[u8]> = other.lines().collect();
        text = text.lines_with_terminator().filter(|line| lines.contains(without_line_end(line))).collect::<Vec<_>>().concat();
    }
    text
}

/// The blobs one after another. One that cannot be read counts as empty: more is new then, never less.
fn joined(ids: &[ObjectId], reader: &Reader) -> Vec<u8> {
    let mut text = Vec::new();
    let mut buffer = Vec::new();
    for id in ids {
        if reader.read_blob(id, None, &mut buffer).is_ok() {
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
