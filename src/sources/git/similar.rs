//! L3: which deleted file a new path was before.
//!
//! A moved file introduces nothing that its old path did not hold. Git pairs by similarity over all files; here one
//! deleted file is picked for each new path, cheaply: it only has to supply the text that is not new.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher as _, RandomState};

use gix::ObjectId;
use gix::bstr::{BStr, BString, ByteSlice as _};

use super::{EntryKind, Limits, ObjectError, Reader, TreeLookup};
use crate::blob::Origin;
use crate::sources::Sink;
use crate::text::path::display;

/// Deleted files that one new path is compared with.
const CANDIDATES: usize = 32;

/// Larger files are paired by name or not at all.
const SIZE_LIMIT: u64 = 4 << 20;

/// A path that is gone: a file, or a directory as such.
pub type Deleted = (BString, EntryKind, ObjectId);

/// What stood in a file's place before.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Former {
    /// Its content.
    pub id: ObjectId,
    /// The other paths that it was moved from; none where it stood at the same one.
    pub paths: Vec<BString>,
}

impl Former {
    /// What stood at the same path.
    pub fn here(id: ObjectId) -> Former {
        Former { id, paths: Vec::new() }
    }

    /// Reads it through `reader` and takes out what was accepted where it stood.
    ///
    /// # Errors
    /// As [`Reader::read_blob`], which is asked for no more than `limit` bytes.
    pub fn read(&self, reader: &Reader, limit: Option<u64>, sink: &dyn Sink, buffer: &mut Vec<u8>) -> Result<bool, ObjectError> {
        reader.read_blob(&self.id, limit, buffer)?;
        let mut is_less = false;
        for origin in self.origins() {
            is_less |= sink.take_accepted(&origin, buffer);
        }
        Ok(is_less)
    }

    /// Whether a file that was only moved is to be looked at where it is now: it was left out, or holds what was accepted. One
    /// that cannot be read could not be there either.
    pub fn is_released(&self, reader: &Reader, limit: Option<u64>, sink: &dyn Sink, buffer: &mut Vec<u8>) -> bool {
        let is_left_out = self.origins().any(|origin| sink.leaves_out(&origin));
        is_left_out || (sink.judges_paths() && self.read(reader, limit, sink, buffer).unwrap_or(false))
    }

    /// Where it was moved from.
    fn origins(&self) -> impl Iterator<Item = Origin> {
        self.paths.iter().map(|path| Origin::Index { path: display(path).into_owned(), id: self.id.to_string() })
    }
}

/// The files that are gone.
pub struct Gone {
    files: Vec<(BString, ObjectId)>,
    by_id: HashMap<ObjectId, Vec<usize>>,
}

impl Gone {
    /// Of these files with their contents.
    pub fn new(files: Vec<(BString, ObjectId)>) -> Gone {
        let mut by_id: HashMap<ObjectId, Vec<usize>> = HashMap::new();
        for (at, (_, id)) in files.iter().enumerate() {
            by_id.entry(*id).or_default().push(at);
        }
        Gone { files, by_id }
    }

    /// The content `id` as it was moved from all files that held it: which of them moved where, nobody can tell. None
    /// where it was in none of them, or in so many that asking for each would be a cost.
    pub fn former(&self, id: &ObjectId) -> Option<Former> {
        let places = self.by_id.get(id)?;
        if id.is_empty_blob() {
            return Some(Former::here(*id));
        }
        (places.len() <= CANDIDATES).then(|| Former { id: *id, paths: places.iter().map(|at| self.files[*at].0.clone()).collect() })
    }
}

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

    /// The deleted file that is the new one, or that shares most with it: at least a third of its lines, or any with the
    /// same file name.
    pub fn best(&mut self, path: &BStr, id: ObjectId, gone: &Gone) -> Option<Former> {
        if let Some(same) = gone.former(&id) {
            return Some(same);
        }
        let deleted = &gone.files;
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
        best.and_then(|(_, id)| gone.former(&id))
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
