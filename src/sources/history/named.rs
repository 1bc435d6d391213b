//! L3: names in trees that hold a secret. A name is told with the blobs that stand at it or below it, since it is their
//! commits and paths that attribution finds.

use std::collections::HashSet;

use gix::bstr::{BStr, BString};
use gix::{ObjectId, oid};

use super::reach::take_reached;
use super::trees::{Ground, Numbers, Take};
use crate::blob::{ObjectKind, Origin};
use crate::sources::Sink;
use crate::sources::git::{EntryKind, TreeLookup};

/// Directories in directories that a blob is looked for in.
const DEEPEST: usize = 64;

/// Tells `sink` those of `names` that hold a secret, wherever a tree below `roots` has them.
pub(super) fn tell(ground: Ground<'_>, numbers: &Numbers<'_>, roots: &dyn Fn() -> Vec<ObjectId>, names: HashSet<BString>, sink: &dyn Sink) {
    let leaks: HashSet<BString> = names.into_iter().filter(|name| sink.is_leak(&name.to_string())).collect();
    if leaks.is_empty() {
        return;
    }
    let (takes, _) = take_reached(ground, numbers, roots(), || Entries { leaks: &leaks, numbers, found: Vec::new() });
    let mut found: Vec<(BString, ObjectId, EntryKind)> = takes.into_iter().flat_map(|entries| entries.found).collect();
    found.sort_unstable_by(|a, b| (&a.0, a.1).cmp(&(&b.0, b.1)));
    found.dedup();
    let reader = ground.objects.reader(0);
    let mut trees = TreeLookup::new(&reader, ground.objects.hash());
    let blob = |(name, id, kind): (BString, ObjectId, EntryKind)| {
        let blob = if kind == EntryKind::Tree { first_below(&mut trees, id) } else { id };
        (name, blob)
    };
    let mut blobs: Vec<(BString, ObjectId)> = found.into_iter().map(blob).collect();
    blobs.dedup();
    for (name, id) in blobs {
        let of = Origin::Object { id: id.to_string(), kind: ObjectKind::Blob };
        sink.name(Origin::Name { of: Box::new(of), name: name.to_string() });
    }
}

/// The first blob below a directory; the directory itself where none can be found.
fn first_below(trees: &mut TreeLookup<'_>, directory: ObjectId) -> ObjectId {
    let mut open = directory;
    for _ in 0..DEEPEST {
        let Ok(entries) = trees.entries(&open) else { break };
        let of_kind = |kind: EntryKind| entries.iter().find(|entry| entry.kind == kind).map(|entry| entry.id);
        match (of_kind(EntryKind::Blob), of_kind(EntryKind::Tree)) {
            (Some(blob), _) => return blob,
            (None, Some(tree)) => open = tree,
            (None, None) => break,
        }
    }
    directory
}

/// Entries of these names.
struct Entries<'n> {
    leaks: &'n HashSet<BString>,
    numbers: &'n Numbers<'n>,
    found: Vec<(BString, ObjectId, EntryKind)>,
}

impl Entries<'_> {
    fn entry(&mut self, name: &BStr, id: &oid, kind: EntryKind) {
        if self.leaks.contains(name) {
            self.found.push((name.to_owned(), id.to_owned(), kind));
        }
    }
}

impl Take for Entries<'_> {
    /// The number of a tree.
    type Note = u32;

    fn blob(&mut self, name: &BStr, id: &oid) -> Option<u32> {
        self.entry(name, id, EntryKind::Blob);
        None
    }

    fn tree(&mut self, name: &BStr, id: &oid) -> u32 {
        self.entry(name, id, EntryKind::Tree);
        self.numbers.number(id)
    }

    fn submodule(&mut self, _id: &oid) {}
}
