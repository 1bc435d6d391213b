//! L3: which entries of a pack are needed, and which is a delta of which.

use std::collections::HashMap;

use gix::ObjectId;
use gix::objs::Kind;
use gix::odb::pack::data::entry::Header;
use gix::odb::pack::{data, index};

use crate::blob::ObjectKind;

/// No parent, or not wanted.
const NONE: u32 = u32::MAX;

/// An entry that is wanted, or that something wanted is built on.
#[derive(Debug)]
pub(super) struct Node {
    /// The entry's header.
    pub(super) entry: data::Entry,
    /// What the object is wanted as; `None` for one that is only built on.
    pub(super) wanted: Option<(ObjectId, ObjectKind)>,
    parent: u32,
}

/// The needed entries of one pack as trees: a delta is a child of its base.
#[derive(Debug, Default)]
pub(super) struct Forest {
    nodes: Vec<Node>,
    /// Children of node `n`: `children[first_child[n]..first_child[n + 1]]`, the heaviest last.
    first_child: Vec<u32>,
    children: Vec<u32>,
    /// Nodes that are no deltas, the heaviest tree first.
    roots: Vec<u32>,
    /// Wanted objects that cannot be read this way: their header or base cannot be.
    pub(super) left: Vec<(ObjectId, ObjectKind)>,
}

impl Forest {
    /// Finds what is needed of a pack for the wanted objects, which are all in it.
    pub(super) fn grow(pack: &data::File, index: &index::File, wanted: &[(ObjectId, ObjectKind)]) -> Forest {
        let mut forest = Forest::default();
        let mut known: HashMap<u64, u32> = HashMap::with_capacity(wanted.len() * 2);
        let mut bases: Vec<u64> = Vec::new();
        for &(id, kind) in wanted {
            let offset = index.lookup(id).map(|at| index.pack_offset_at_index(at));
            let Some(entry) = offset.and_then(|offset| pack.entry(offset).ok()) else {
                forest.left.push((id, kind));
                continue;
            };
            let at = forest.add(entry, Some((id, kind)));
            known.insert(forest.nodes[at as usize].entry.pack_offset(), at);
        }
        // What is built on is added as it is met, so the list grows while it is walked.
        let mut at = 0;
        while at < forest.nodes.len() {
            let base = base_offset(&forest.nodes[at].entry, index);
            if let Some(offset) = base {
                bases.push(offset);
                let parent = known.get(&offset).copied().or_else(|| {
                    let parent = forest.add(pack.entry(offset).ok()?, None);
                    known.insert(offset, parent);
                    Some(parent)
                });
                forest.nodes[at].parent = parent.unwrap_or(NONE);
            }
            at += 1;
        }
        forest.arrange();
        forest
    }

    fn add(&mut self, entry: data::Entry, wanted: Option<(ObjectId, ObjectKind)>) -> u32 {
        self.nodes.push(Node { entry, wanted, parent: NONE });
        u32::try_from(self.nodes.len() - 1).expect("a pack holds fewer than 2^32 objects")
    }

    /// Lists children and roots, by weight.
    fn arrange(&mut self) {
        let count = self.nodes.len();
        let mut first = vec![0u32; count + 2];
        for node in &self.nodes {
            if node.parent != NONE {
                first[node.parent as usize + 2] += 1;
            }
        }
        for at in 1..first.len() {
            first[at] += first[at - 1];
        }
        self.children = vec![0; self.nodes.iter().filter(|node| node.parent != NONE).count()];
        for (at, node) in self.nodes.iter().enumerate() {
            if node.parent != NONE {
                let slot = &mut first[node.parent as usize + 1];
                self.children[*slot as usize] = u32::try_from(at).expect("a pack holds fewer than 2^32 objects");
                *slot += 1;
            }
        }
        first.pop();
        self.first_child = first;
        let weights = self.weigh();
        for at in 0..count {
            let range = self.first_child[at] as usize..self.first_child[at + 1] as usize;
            self.children[range].sort_by_key(|&child| (weights[child as usize], child));
        }
        self.roots.sort_by_key(|&root| (std::cmp::Reverse(weights[root as usize]), root));
    }

    /// Bytes to inflate for each node and all that is built on it. Finds the roots on the way, and what no root leads to.
    fn weigh(&mut self) -> Vec<u64> {
        let is_root = |node: &Node| node.entry.header.is_base();
        let all = 0..u32::try_from(self.nodes.len()).expect("a pack holds fewer than 2^32 objects");
        self.roots = all.filter(|&at| is_root(&self.nodes[at as usize])).collect();
        let mut order = self.roots.clone();
        let mut at = 0;
        while at < order.len() {
            order.extend_from_slice(self.children(order[at]));
            at += 1;
        }
        let mut weights: Vec<u64> = self.nodes.iter().map(|node| node.entry.decompressed_size).collect();
        let mut reached = vec![false; self.nodes.len()];
        for &node in order.iter().rev() {
            reached[node as usize] = true;
            let parent = self.nodes[node as usize].parent;
            if parent != NONE {
                weights[parent as usize] = weights[parent as usize].saturating_add(weights[node as usize]);
            }
        }
        // A delta whose base is in another pack, or that is part of a circle.
        let lost = self.nodes.iter().zip(&reached).filter(|(_, reached)| !**reached);
        self.left.extend(lost.filter_map(|(node, _)| node.wanted));
        weights
    }

    /// The trees, the heaviest first.
    pub(super) fn roots(&self) -> &[u32] {
        &self.roots
    }

    /// The node.
    pub(super) fn node(&self, at: u32) -> &Node {
        &self.nodes[at as usize]
    }

    /// The deltas that are built on the node, the heaviest tree last.
    pub(super) fn children(&self, at: u32) -> &[u32] {
        &self.children[self.first_child[at as usize] as usize..self.first_child[at as usize + 1] as usize]
    }
}

/// The offset of the entry that a delta is built on; `None` for what is no delta or has its base elsewhere.
fn base_offset(entry: &data::Entry, index: &index::File) -> Option<u64> {
    match entry.header {
        Header::OfsDelta { base_distance } => entry.checked_base_pack_offset(base_distance),
        Header::RefDelta { base_id } => index.lookup(base_id).map(|at| index.pack_offset_at_index(at)),
        _ => None,
    }
}

/// The kind of object that a header names; `None` for deltas, which are of their base's kind.
pub(super) fn kind_of(header: Header) -> Option<Kind> {
    header.as_kind()
}
