//! L3: walks commits from their tips to the roots, each once.

use std::collections::HashSet;

use gix::ObjectId;
use gix::bstr::ByteSlice as _;
use gix::hashtable::HashMap;
use gix::objs::Kind;

use super::packed::{Commits, Packed};
use super::refs::Tip;
use crate::blob::{Skip, SkipReason};
use crate::sources::git::{Commit, ObjectError, Objects, split_message};

/// Bytes of delta bases to keep while reading commits, which are small.
const CACHE: usize = 16 << 20;

/// The commits below some tips, and what else the tips lead to.
#[derive(Debug, Default)]
pub(super) struct Graph {
    /// Commits in the order they were found; parents refer to places in it.
    pub(super) commits: Vec<Node>,
    /// Tag objects.
    pub(super) tags: Vec<ObjectId>,
    /// Trees and blobs that a tag or reference names directly.
    pub(super) trees: Vec<ObjectId>,
    pub(super) blobs: Vec<ObjectId>,
    /// What could not be read.
    pub(super) skips: Vec<Skip>,
    /// Whether parents are left out because the clone is shallow.
    pub(super) is_cut: bool,
    places: HashMap<ObjectId, u32>,
}

/// A commit.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) id: ObjectId,
    pub(super) tree: ObjectId,
    pub(super) parents: Vec<u32>,
    /// Committer date, seconds since 1970.
    pub(super) time: i64,
}

impl Graph {
    /// Walks from `tips`, treating the commits in `shallow` as roots. Those that are not `known` are read one by one.
    pub(super) fn walk(objects: &Objects, packed: Packed<'_>, known: &Commits, tips: &[Tip], shallow: &HashSet<ObjectId>) -> Self {
        let reader = objects.reader(CACHE);
        let mut graph = Graph::default();
        let mut buffer = Vec::new();
        let mut open: Vec<(ObjectId, Option<u32>, String)> = tips.iter().rev().map(|(name, id)| (*id, None, name.clone())).collect();
        let mut seen: gix::hashtable::HashSet<ObjectId> = gix::hashtable::HashSet::default();
        while let Some((id, child, name)) = open.pop() {
            if let Some(place) = graph.places.get(&id) {
                graph.adopt(child, *place);
                continue;
            }
            if !seen.insert(id) {
                continue;
            }
            if let Some(parts) = packed.find(&id).and_then(|number| known.get(number)) {
                graph.commit(id, (parts.tree, parts.time, parts.parents), child, shallow, &mut open);
                continue;
            }
            let read = match reader.read(&id, &mut buffer) {
                Ok(Kind::Commit) => Commit::parse(&buffer).map(|commit| {
                    graph.commit(id, (commit.tree, commit.time(), &commit.parents), child, shallow, &mut open);
                }),
                Ok(Kind::Tag) => graph.tag(id, &buffer, &mut open),
                Ok(Kind::Tree) => {
                    graph.trees.push(id);
                    Ok(())
                }
                Ok(Kind::Blob) => {
                    graph.blobs.push(id);
                    Ok(())
                }
                Err(error) => Err(error),
            };
            if let Err(error) = read {
                graph.skips.push(unreadable(&id, &name, &error));
            }
        }
        graph
    }

    fn commit(
        &mut self,
        id: ObjectId,
        (tree, time, parents): (ObjectId, i64, &[ObjectId]),
        child: Option<u32>,
        shallow: &HashSet<ObjectId>,
        open: &mut Vec<(ObjectId, Option<u32>, String)>,
    ) {
        let place = u32::try_from(self.commits.len()).expect("fewer than 2^32 commits fit into memory");
        self.commits.push(Node { id, tree, parents: Vec::new(), time });
        self.places.insert(id, place);
        self.adopt(child, place);
        if shallow.contains(&id) && !parents.is_empty() {
            self.is_cut = true;
        } else {
            open.extend(parents.iter().rev().map(|parent| (*parent, Some(place), String::new())));
        }
    }

    fn adopt(&mut self, child: Option<u32>, parent: u32) {
        if let Some(child) = child {
            self.commits[child as usize].parents.push(parent);
        }
    }

    fn tag(&mut self, id: ObjectId, bytes: &[u8], open: &mut Vec<(ObjectId, Option<u32>, String)>) -> Result<(), ObjectError> {
        let target = tag_target(bytes).ok_or_else(|| ObjectError::Corrupt("the tag names no object".to_owned()))?;
        self.tags.push(id);
        open.push((target, None, format!("tag {id}")));
        Ok(())
    }

    /// The place of a commit.
    pub(super) fn place(&self, id: &ObjectId) -> Option<u32> {
        self.places.get(id).copied()
    }

    /// Places such that no commit comes before its parents, and of those that could come next the one with the earliest date does.
    pub(super) fn parents_first(&self) -> Vec<u32> {
        use std::cmp::Reverse;
        let mut children: Vec<Vec<u32>> = vec![Vec::new(); self.commits.len()];
        let mut waiting: Vec<usize> = Vec::with_capacity(self.commits.len());
        let mut ready = std::collections::BinaryHeap::new();
        for (place, node) in (0_u32..).zip(&self.commits) {
            waiting.push(node.parents.len());
            for parent in &node.parents {
                children[*parent as usize].push(place);
            }
            if node.parents.is_empty() {
                ready.push(Reverse((node.time, node.id, place)));
            }
        }
        let mut order = Vec::with_capacity(self.commits.len());
        while let Some(Reverse((_, _, place))) = ready.pop() {
            order.push(place);
            for child in &children[place as usize] {
                let left = &mut waiting[*child as usize];
                *left -= 1;
                if *left == 0 {
                    let node = &self.commits[*child as usize];
                    ready.push(Reverse((node.time, node.id, *child)));
                }
            }
        }
        order
    }
}

/// The object that a tag names.
pub(super) fn tag_target(bytes: &[u8]) -> Option<ObjectId> {
    let (headers, _) = split_message(bytes);
    let hex = headers.lines().find_map(|line| line.strip_prefix(b"object "))?;
    ObjectId::from_hex(hex).ok()
}

/// A commit or tag that could not be read. `name` is what led to it, where that is not another commit.
pub(super) fn unreadable(id: &ObjectId, name: &str, error: &ObjectError) -> Skip {
    let what = if name.is_empty() { format!("commit {id}") } else { format!("{name} ({id})") };
    object_skip(what, error, None)
}

/// A skip for an object that could not be read.
pub(super) fn object_skip(what: String, error: &ObjectError, limit: Option<u64>) -> Skip {
    let (reason, detail) = match error {
        ObjectError::Missing => (SkipReason::Missing, String::new()),
        ObjectError::Corrupt(cause) => (SkipReason::Corrupt, cause.clone()),
        ObjectError::TooLarge(size) => (SkipReason::TooLarge, crate::sources::git::size_detail(*size, limit)),
    };
    Skip { what, reason, detail }
}
