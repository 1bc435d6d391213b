//! L3: scans what a range adds, each blob with what stood in its place before.

use std::collections::{BTreeMap, HashSet};

use gix::ObjectId;
use gix::bstr::{BString, ByteSlice as _};
use rayon::ThreadPool;

use super::introduced::{Introduced, Introduction};
use super::objects::Scanned;
use super::walk::object_skip;
use super::workers::Workers;
use crate::blob::{Blob, ObjectKind, Origin};
use crate::sources::Sink;
use crate::sources::git::{Former, Objects, Reader};
use crate::text::path::display;

/// Bytes of delta bases that each thread keeps.
const CACHE: usize = 64 << 20;

/// Blobs that a thread takes at a time.
const RUN: usize = 256;

/// Times that one blob is scanned for different paths; where these differ more, it is scanned once for all.
const MOST_GROUPS: usize = 16;

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
            let label = Origin::Object { id: id.to_string(), kind: ObjectKind::Blob }.label();
            if let Err(error) = reader.read_blob(id, limit, content) {
                sink.skip(object_skip(label, &error, limit));
                continue;
            }
            scanned.blobs += 1;
            scanned.bytes += content.len() as u64;
            for group in groups(*introductions) {
                let id = id.to_string();
                let origin = match group.only {
                    Some(paths) => Origin::Introduced { id, paths },
                    None => Origin::Object { id, kind: ObjectKind::Blob },
                };
                sink.blob(Blob { bytes: content, origin, previous: &previous(group.places, reader, sink) });
            }
        }
    });
    let mut total = Scanned::default();
    for (_, _, scanned) in workers.into_states() {
        total.blobs += scanned.blobs;
        total.bytes += scanned.bytes;
    }
    total
}

/// Paths at which the same stood before.
struct Group<'i> {
    /// What that was, each time that the blob came there.
    places: Vec<&'i [Former]>,
    /// The paths; `None` where these are all that there are.
    only: Option<Vec<String>>,
}

/// The paths of a blob by what stood there before. A secret may be new at one of them, and stand at another one already.
fn groups(introductions: [&[Introduction]; 2]) -> Vec<Group<'_>> {
    let mut at_path: BTreeMap<&BString, Vec<&[Former]>> = BTreeMap::new();
    for introduction in introductions.into_iter().flatten() {
        at_path.entry(&introduction.path).or_default().push(&introduction.before);
    }
    let mut groups: BTreeMap<Vec<&[Former]>, Vec<String>> = BTreeMap::new();
    for (path, mut places) in at_path {
        places.sort_unstable();
        places.dedup();
        groups.entry(places).or_default().push(display(path).into_owned());
    }
    if groups.len() == 1 || groups.len() > MOST_GROUPS {
        return vec![Group { places: groups.into_keys().flatten().collect(), only: None }];
    }
    groups.into_iter().map(|(places, paths)| Group { places, only: Some(paths) }).collect()
}

/// What is not new in a blob at some places: for one all that stood there before, for several the lines that each of them
/// had.
fn previous(mut places: Vec<&[Former]>, reader: &Reader, sink: &dyn Sink) -> Vec<u8> {
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
