//! L3: reads the objects of packs in delta order: every entry is inflated once, and a base is kept only as long
//! as something is to be built on it.
//!
//! Most objects of a pack are deltas of another one. Read one by one, each costs the resolution of its whole chain,
//! or a cache that holds the right bases. Here the deltas of a pack are walked as trees from their bases, depth
//! first, the heaviest branch last and in its base's place, so that few buffers live at a time
//! (`docs/history.md`). What cannot be read this way is left to [`super::objects`], which says why it cannot be read.

mod delta;
mod forest;

use gix::odb::pack::data;
use gix::zlib::Inflate;
use gix::{ObjectId, objs::Kind};
use rayon::ThreadPool;
use std::rc::Rc;
use std::sync::Mutex;

use self::forest::{Forest, kind_of};
use super::message::text_of;
use super::objects::{Reading, Scanned};
use super::walk::object_skip;
use super::workers::Workers;
use crate::blob::{Blob, Copied, ObjectKind, Origin};
use crate::engine::{self, Trace};
use crate::sources::Sink;
use crate::sources::git::{ALLOCATION_LIMIT, ObjectError, Pack};

/// Scans those of `wanted`, all in `pack`, that can be read in delta order; returns the others.
pub(super) fn scan(
    pack: &Pack,
    pool: &ThreadPool,
    wanted: &[(ObjectId, ObjectKind)],
    reading: Reading,
    sink: &dyn Sink,
    total: &mut Scanned,
) -> Vec<(ObjectId, ObjectKind)> {
    let mut forest = Forest::grow(&pack.data, &pack.index, wanted);
    let left = Mutex::new(std::mem::take(&mut forest.left));
    let workers = Workers::new(pool, || Walker { inflate: Inflate::default(), ..Walker::default() });
    workers.each_run(forest.roots(), 1, |walker, roots| {
        for &root in roots {
            Walk { walker, forest: &forest, pack: &pack.data, reading, sink, left: &left }.tree(root);
        }
    });
    for walker in workers.into_states() {
        total.blobs += walker.scanned.blobs;
        total.bytes += walker.scanned.bytes;
    }
    left.into_inner().expect("no thread panics while it holds the list")
}

/// What one thread keeps from tree to tree.
#[derive(Default)]
struct Walker {
    inflate: Inflate,
    /// Delta instructions of the entry at hand.
    instructions: Vec<u8>,
    /// What the last content copied from its base.
    copies: Vec<Copied>,
    /// Buffers that wait for content.
    spare: Vec<Vec<u8>>,
    text: Vec<u8>,
    scanned: Scanned,
}

/// One tree of deltas.
struct Walk<'w> {
    walker: &'w mut Walker,
    forest: &'w Forest,
    pack: &'w data::File,
    reading: Reading,
    sink: &'w dyn Sink,
    left: &'w Mutex<Vec<(ObjectId, ObjectKind)>>,
}

/// A base on which something is still to be built.
struct Base {
    node: u32,
    next_child: usize,
    content: Vec<u8>,
    /// What its scan left, if it was scanned.
    trace: Option<Rc<Trace>>,
}

impl Walk<'_> {
    fn tree(&mut self, root: u32) {
        let Some(kind) = kind_of(self.forest.node(root).entry.header) else { return };
        let mut content = self.walker.spare.pop().unwrap_or_default();
        if self.inflate(root, &mut content).is_none() {
            return self.leave(root);
        }
        let trace = self.hand_on(root, kind, &content, None);
        let mut open = vec![Base { node: root, next_child: 0, content, trace }];
        while let Some(mut base) = open.pop() {
            let children = self.forest.children(base.node);
            let Some(&child) = children.get(base.next_child) else {
                self.walker.recycle(base.content);
                continue;
            };
            base.next_child += 1;
            let built = self.build(child, &base.content);
            let of_base = base.trace.clone();
            // The last child takes its base's place.
            if base.next_child < children.len() {
                open.push(base);
            } else {
                self.walker.recycle(base.content);
            }
            match built {
                Some(content) => {
                    let trace = self.hand_on(child, kind, &content, of_base.as_deref());
                    open.push(Base { node: child, next_child: 0, content, trace });
                }
                None => self.leave(child),
            }
        }
    }

    /// Inflates an entry, whole.
    fn inflate(&mut self, node: u32, into: &mut Vec<u8>) -> Option<()> {
        let entry = &self.forest.node(node).entry;
        let size = usize::try_from(entry.decompressed_size).ok().filter(|&size| size <= ALLOCATION_LIMIT)?;
        into.clear();
        into.try_reserve_exact(size).ok()?;
        into.resize(size, 0);
        self.pack.decompress_entry(entry, &mut self.walker.inflate, into).ok().map(drop)
    }

    /// The content of a delta.
    fn build(&mut self, node: u32, base: &[u8]) -> Option<Vec<u8>> {
        let mut instructions = std::mem::take(&mut self.walker.instructions);
        let mut content = self.walker.spare.pop().unwrap_or_default();
        let built = self.inflate(node, &mut instructions).is_some()
            && delta::apply(base, &instructions, ALLOCATION_LIMIT, &mut content, &mut self.walker.copies).is_ok();
        self.walker.instructions = instructions;
        if built {
            return Some(content);
        }
        self.walker.recycle(content);
        None
    }

    /// Hands an object to the sink, if it is wanted. `base` is what the scan of its base left, if it was built on one.
    fn hand_on(&mut self, node: u32, kind: Kind, content: &[u8], base: Option<&Trace>) -> Option<Rc<Trace>> {
        let (id, wanted) = self.forest.node(node).wanted?;
        let is_wanted =
            matches!((wanted, kind), (ObjectKind::Blob, Kind::Blob) | (ObjectKind::Commit, Kind::Commit) | (ObjectKind::Tag, Kind::Tag));
        if !is_wanted {
            self.left.lock().expect("no thread panics while it holds the list").push((id, wanted));
            return None;
        }
        let origin = Origin::Object { id: id.to_string(), kind: wanted };
        if wanted != ObjectKind::Blob {
            text_of(wanted, content, &mut self.walker.text);
            self.sink.blob(Blob { bytes: &self.walker.text, origin, previous: b"" });
            return None;
        }
        let size = content.len() as u64;
        if self.reading.limit.is_some_and(|limit| size > limit) {
            self.sink.skip(object_skip(origin.label(), &ObjectError::TooLarge(Some(size)), self.reading.limit));
            return None;
        }
        self.walker.scanned.blobs += 1;
        self.walker.scanned.bytes += size;
        let blob = Blob { bytes: content, origin, previous: b"" };
        if self.reading.full {
            self.sink.blob(blob);
            return None;
        }
        let base = base.map(|trace| engine::Base { trace, copies: &self.walker.copies });
        self.sink.version(blob, base).map(Rc::new)
    }

    /// Leaves a node that cannot be read, and all that is built on it, to be read one by one.
    fn leave(&mut self, node: u32) {
        let mut nodes = vec![node];
        let mut left = self.left.lock().expect("no thread panics while it holds the list");
        while let Some(node) = nodes.pop() {
            left.extend(self.forest.node(node).wanted);
            nodes.extend_from_slice(self.forest.children(node));
        }
    }
}

impl Walker {
    /// Keeps a buffer for later, unless it is so large that it is better given back.
    fn recycle(&mut self, buffer: Vec<u8>) {
        const MOST: usize = 16;
        const LARGEST: usize = 16 << 20;
        if self.spare.len() < MOST && buffer.capacity() <= LARGEST {
            self.spare.push(buffer);
        }
    }
}
