//! L3: tree objects: their entries, and paths looked up in them.
//!
//! Format: <https://git-scm.com/book/en/v2/Git-Internals-Git-Objects>, each entry `MODE SP NAME NUL ID`.

use std::collections::HashMap;
use std::rc::Rc;

use gix::bstr::{BStr, BString, ByteSlice as _};
use gix::objs::tree::name_order;
use gix::objs::{Kind, TreeRefIter};
use gix::{ObjectId, oid};

use super::{ObjectError, Reader};

/// What a tree entry is, as far as scanning goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum EntryKind {
    /// A file or a symbolic link, whose target is content too.
    Blob,
    /// A directory.
    Tree,
    /// A commit of another repository: a submodule.
    Submodule,
}

/// An entry of a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TreeEntry {
    /// One path component, as bytes.
    pub name: BString,
    /// What it is.
    pub kind: EntryKind,
    /// The object.
    pub id: ObjectId,
}

/// The entries of a tree object's bytes, in order.
///
/// # Errors
/// [`ObjectError::Corrupt`] where an entry does not decode.
pub fn parse_tree(bytes: &[u8], hash: gix::hash::Kind) -> Result<Vec<TreeEntry>, ObjectError> {
    let mut entries = Vec::new();
    for entry in TreeRefIter::from_bytes(bytes, hash) {
        let entry = entry.map_err(|_| ObjectError::Corrupt("an entry of the tree does not decode".to_owned()))?;
        entries.push(TreeEntry { name: entry.filename.to_owned(), kind: EntryKind::of(entry.mode), id: entry.oid.to_owned() });
    }
    let order = |a: &TreeEntry, b: &TreeEntry| name_order(&a.name, a.kind == EntryKind::Tree, &b.name, b.kind == EntryKind::Tree);
    if !entries.is_sorted_by(|a, b| order(a, b).is_le()) {
        entries.sort_by(order);
    }
    Ok(entries)
}

/// The entry of that name and kind in a parsed tree.
pub fn find_entry<'e>(entries: &'e [TreeEntry], name: &BStr, kind: EntryKind) -> Option<&'e TreeEntry> {
    let is_tree = kind == EntryKind::Tree;
    let place = entries.binary_search_by(|entry| name_order(&entry.name, entry.kind == EntryKind::Tree, name, is_tree)).ok()?;
    entries.get(place).filter(|entry| entry.kind == kind)
}

impl EntryKind {
    /// As git sees it: what is neither directory nor submodule is content, whatever the mode says.
    pub fn of(mode: gix::objs::tree::EntryMode) -> Self {
        if mode.is_tree() {
            EntryKind::Tree
        } else if mode.is_commit() {
            EntryKind::Submodule
        } else {
            EntryKind::Blob
        }
    }
}

/// Reads trees, each once, and finds paths in them.
pub struct TreeLookup<'r> {
    reader: &'r Reader,
    hash: gix::hash::Kind,
    seen: HashMap<ObjectId, Rc<Vec<TreeEntry>>>,
    buffer: Vec<u8>,
}

/// How much of a tree is expanded into paths. A few trees nested in each other can spell billions of them.
pub struct Limits {
    entries: usize,
    repeats: usize,
    visits: HashMap<ObjectId, usize>,
}

impl Limits {
    /// About `entries` altogether, and each tree at `repeats` paths at most.
    pub fn new(entries: usize, repeats: usize) -> Self {
        Limits { entries, repeats, visits: HashMap::new() }
    }

    /// Whether a tree may be entered once more.
    pub fn enter(&mut self, id: &oid) -> bool {
        let visits = self.visits.entry(id.to_owned()).or_default();
        *visits += 1;
        *visits <= self.repeats
    }

    /// Takes entries off what is left.
    ///
    /// # Errors
    /// [`ObjectError::TooLarge`] where too little is left.
    pub fn spend(&mut self, entries: usize) -> Result<(), ObjectError> {
        self.entries = self.entries.checked_sub(entries).ok_or(ObjectError::TooLarge(None))?;
        Ok(())
    }
}

impl<'r> TreeLookup<'r> {
    /// Looks up through `reader`.
    pub fn new(reader: &'r Reader, hash: gix::hash::Kind) -> Self {
        TreeLookup { reader, hash, seen: HashMap::new(), buffer: Vec::new() }
    }

    /// How many trees are kept.
    pub fn len(&self) -> usize {
        self.seen.len()
    }

    /// Whether no tree is kept.
    pub fn is_empty(&self) -> bool {
        self.seen.is_empty()
    }

    /// The entries of the tree `id`.
    ///
    /// # Errors
    /// Where the object cannot be read.
    pub fn entries(&mut self, id: &oid) -> Result<Rc<Vec<TreeEntry>>, ObjectError> {
        if id.is_empty_tree() {
            return Ok(Rc::default());
        }
        if let Some(known) = self.seen.get(id) {
            return Ok(Rc::clone(known));
        }
        self.reader.read_kind(id, Kind::Tree, &mut self.buffer)?;
        let entries = Rc::new(parse_tree(&self.buffer, self.hash)?);
        self.seen.insert(id.to_owned(), Rc::clone(&entries));
        Ok(entries)
    }

    /// What lies at `path` below the tree `root`; `None` where nothing does.
    ///
    /// # Errors
    /// Where a tree on the way cannot be read.
    pub fn at_path(&mut self, root: &oid, path: &BStr) -> Result<Option<(EntryKind, ObjectId)>, ObjectError> {
        let mut found = (EntryKind::Tree, root.to_owned());
        for component in path.split_str("/") {
            if found.0 != EntryKind::Tree {
                return Ok(None);
            }
            let entries = self.entries(&found.1)?;
            let kinds = [EntryKind::Tree, EntryKind::Blob, EntryKind::Submodule];
            match kinds.iter().find_map(|kind| find_entry(&entries, component.as_bstr(), *kind)) {
                Some(entry) => found = (entry.kind, entry.id),
                None => return Ok(None),
            }
        }
        Ok(Some(found))
    }

    /// All blobs below the tree `root` with their paths, each path beginning with `prefix`, as far as `limits` allow.
    ///
    /// # Errors
    /// Where a tree cannot be read, or there are too many entries.
    pub fn blobs_below(&mut self, root: &oid, prefix: &BStr, limits: &mut Limits) -> Result<Vec<(BString, ObjectId)>, ObjectError> {
        let mut blobs = Vec::new();
        let mut open = vec![(prefix.to_owned(), root.to_owned())];
        while let Some((prefix, id)) = open.pop() {
            if !limits.enter(&id) {
                continue;
            }
            let entries = self.entries(&id)?;
            // A long path costs time to copy.
            limits.spend(entries.len() + prefix.len() / 256 + 1)?;
            for entry in entries.iter() {
                let mut path = prefix.clone();
                path.extend_from_slice(&entry.name);
                match entry.kind {
                    EntryKind::Blob => blobs.push((path, entry.id)),
                    EntryKind::Tree => {
                        path.push(b'/');
                        open.push((path, entry.id));
                    }
                    EntryKind::Submodule => {}
                }
            }
        }
        Ok(blobs)
    }
}
