//! L3: which deleted file a new path was before.
//!
//! A moved file introduces nothing that its old path did not hold. Git pairs by similarity over all files; here one
//! deleted file is picked for each new path, cheaply: it only has to supply the text that is not new.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher as _, RandomState};

use gix::ObjectId;
use gix::bstr::{BStr, BString, ByteSlice as _};

use super::{EntryKind, Limits, Reader, TreeLookup};

/// Deleted files that one new path is compared with.
const CANDIDATES: usize = 32;

/// Larger files are paired by name or not at all.
const SIZE_LIMIT: u64 = 4 << 20;

/// A path that is gone: a file, or a directory as such.
pub type Deleted = (BString, EntryKind, ObjectId);

/// The deleted files, with directories opened as far as `limits` allow.
pub fn deleted_files(deleted: &[Deleted], trees: &mut TreeLookup<'_>, mut limits: Limits) -> Vec<(BString, ObjectId)> {
    let mut files = Vec::new();
    for (path, kind, id) in deleted {
        match kind {
            EntryKind::Blob => files.push((path.clone(), *id)),
            EntryKind::Tree => {
                let mut prefix = path.clone();
                prefix.push(b'/');
                files.extend(trees.blobs_below(id, prefix.as_bstr(), &mut limits).unwrap_or_default());
            }
            EntryKind::Submodule => {}
        }
    }
    files
}

/// Compares files by the lines that they share.
pub struct Similarity<'r> {
    reader: &'r Reader,
    lines: HashMap<ObjectId, HashSet<u64>>,
    hasher: RandomState,
    buffer: Vec<u8>,
}

impl<'r> Similarity<'r> {
    /// Reads files through `reader`.
    pub fn new(reader: &'r Reader) -> Self {
        Similarity { reader, lines: HashMap::new(), hasher: RandomState::new(), buffer: Vec::new() }
    }

    /// The deleted file that shares most with the new one: at least a third of its lines, or any with the same file name.
    pub fn best(&mut self, path: &BStr, id: ObjectId, deleted: &[(BString, ObjectId)]) -> Option<ObjectId> {
        let name = file_name(path);
        let is_same_kind = |other: &BString| file_name(other.as_bstr()) != name && extension(other.as_bstr()) == extension(path);
        let same_name = deleted.iter().filter(|(other, _)| file_name(other.as_bstr()) == name);
        let same_kind = deleted.iter().filter(|(other, _)| is_same_kind(other));
        let mut best: Option<(f64, ObjectId)> = None;
        for (other, other_id) in same_name.chain(same_kind).take(CANDIDATES) {
            let share = self.share(id, *other_id);
            let enough = share >= 1.0 / 3.0 || (share > 0.0 && file_name(other.as_bstr()) == name);
            if enough && best.is_none_or(|(most, _)| share > most) {
                best = Some((share, *other_id));
            }
        }
        best.map(|(_, id)| id)
    }

    /// Shared lines as a part of the larger file's, 0 to 1.
    fn share(&mut self, a: ObjectId, b: ObjectId) -> f64 {
        self.load(a);
        self.load(b);
        let (a, b) = (&self.lines[&a], &self.lines[&b]);
        let shared = a.intersection(b).count();
        shared as f64 / a.len().max(b.len()).max(1) as f64
    }

    fn load(&mut self, id: ObjectId) {
        if self.lines.contains_key(&id) {
            return;
        }
        let read = self.reader.read_blob(&id, Some(SIZE_LIMIT), &mut self.buffer);
        let lines = match read {
            Ok(()) => self.buffer.lines().filter(|line| !line.trim().is_empty()).map(|line| self.hasher.hash_one(line)).collect(),
            Err(_) => HashSet::new(),
        };
        self.lines.insert(id, lines);
    }
}

fn file_name(path: &BStr) -> &[u8] {
    path.rsplit_once_str(b"/").map_or(path.as_bytes(), |(_, name)| name)
}

fn extension(path: &BStr) -> Option<&[u8]> {
    file_name(path).rsplit_once_str(b".").map(|(_, extension)| extension)
}
