//! L3: names in trees and indexes that hold a secret.
//!
//! A name is looked for in trees as contents are, and so needs an id: that of no object, but made of the name alone.

use std::collections::{HashMap, HashSet};
use std::sync::Mutex;

use gix::ObjectId;
use gix::bstr::{BStr, BString, ByteSlice as _};
use gix::objs::{Kind, compute_hash};

use super::introduced::{Introduction, base_trees};
use super::{Added, History};
use crate::blob::{ObjectKind, Origin};
use crate::sources::git::{Reader, TreeLookup, parse_tree};
use crate::sources::{Sink, names};
use crate::text::path::display;

/// Names that hold a secret, by id.
#[derive(Debug, Default)]
pub(super) struct Leaks(Mutex<HashMap<ObjectId, BString>>);

impl Leaks {
    /// Tells `sink` those of `names` that hold a secret.
    pub(super) fn tell(&self, names: impl IntoIterator<Item = BString>, hash: gix::hash::Kind, sink: &dyn Sink) {
        for name in names {
            if sink.is_leak(&display(&name)) {
                let id = self.add(name, hash);
                self.tell_one(&id, sink);
            }
        }
    }

    /// Tells `sink` the name that an id stands for.
    fn tell_one(&self, id: &ObjectId, sink: &dyn Sink) {
        if let Some(name) = self.name(id) {
            let of = Origin::Object { id: id.to_string(), kind: ObjectKind::Blob };
            sink.name(Origin::Name { of: Box::new(of), name: display(&name).into_owned() });
        }
    }

    /// Adds a name; the id that stands for it.
    fn add(&self, name: BString, hash: gix::hash::Kind) -> ObjectId {
        // No tree begins like this, so the id is that of no object.
        let bytes = [b"name ", name.as_slice()].concat();
        let id = compute_hash(hash, Kind::Tree, &bytes).unwrap_or_else(|_| hash.null());
        self.lock().insert(id, name);
        id
    }

    /// The name that an id stands for.
    pub(super) fn name(&self, id: &ObjectId) -> Option<BString> {
        self.lock().get(id).cloned()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<ObjectId, BString>> {
        self.0.lock().expect("nothing panics while it holds this lock")
    }
}

impl History {
    /// Tells names that hold a secret and stand at paths that the base of the range does not have.
    pub(super) fn tell_new_names(&self, added: &Added, sink: &dyn Sink) {
        let objects = self.repository.objects();
        let (reader, mut bases) = (objects.reader(0), None);
        let mut trees = TreeLookup::new(&reader, objects.hash());
        let mut leaks: Vec<Introduction> = Vec::new();
        for introduction in &added.new.named {
            for (path, name) in long_parts(&introduction.path) {
                let bases = bases.get_or_insert_with(|| base_trees(objects, &added.selection.bases));
                let mut is_known = || bases.iter().any(|base| matches!(trees.at_path(base, path), Ok(Some(_))));
                if !sink.is_leak(&display(name)) || is_known() {
                    continue;
                }
                let blob = self.leaks.add(name.to_owned(), objects.hash());
                leaks.push(Introduction { blob, path: path.to_owned(), ..introduction.clone() });
            }
        }
        let mut told = HashSet::new();
        for leak in &leaks {
            if told.insert(leak.blob) {
                self.leaks.tell_one(&leak.blob, sink);
            }
        }
        added.leaks.get_or_init(|| leaks);
    }

    /// The parts of paths in indexes that end with the name that an id stands for.
    pub(super) fn indexed_through(&self, id: &ObjectId) -> Vec<BString> {
        let Some(name) = self.leaks.name(id) else { return Vec::new() };
        let mut found: Vec<BString> = Vec::new();
        for (path, part) in self.indexed().all_paths().flat_map(long_parts) {
            if part == name && found.iter().all(|known| known != path) {
                found.push(path.to_owned());
            }
        }
        found
    }
}

/// The names in a path that are long enough to hold a secret, each behind the path up to it and with it.
pub(super) fn long_parts(path: &BString) -> impl Iterator<Item = (&BStr, &BStr)> {
    let mut end = 0;
    path.split(|byte| *byte == b'/').filter_map(move |name| {
        end += name.len() + 1;
        (name.len() >= names::LEAST).then(|| (path[..end - 1].as_bstr(), name.as_bstr()))
    })
}

/// The names in a tree that are long enough to hold a secret; none where it cannot be read.
pub(super) fn long_names(reader: &Reader, tree: &ObjectId, hash: gix::hash::Kind) -> Vec<BString> {
    let mut buffer = Vec::new();
    let entries = reader.read_kind(tree, Kind::Tree, &mut buffer).and_then(|()| parse_tree(&buffer, hash)).unwrap_or_default();
    entries.into_iter().map(|entry| entry.name).filter(|name| name.len() >= names::LEAST).collect()
}
