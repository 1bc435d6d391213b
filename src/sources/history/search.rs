//! L3: finds the first commit that has a blob or name at a path, for many at once, and whether HEAD's tree has them.
//!
//! The commits are gone through in order, parents first, entering only trees that lead to a wanted blob ([`Holders`])
//! and were not entered at that path before. So the cost grows with the number of distinct trees and hardly with the
//! number of findings.

use std::collections::{HashMap, HashSet};

use gix::ObjectId;
use gix::bstr::BString;

use super::holders::{HitTrees, Holders};
use super::named::Leaks;
use super::trees::Ground;
use super::walk::Graph;

/// Paths that are kept for one blob.
const MOST_PATHS: usize = 64;

/// Paths at which one tree is entered. A few trees nested in each other can spell billions of paths.
const MOST_VISITS: u8 = 64;

/// A commit and its place in the order of all, parents first.
pub(super) type Dated = (ObjectId, usize);

/// A place of a blob: the first commit that has it there, and the path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    /// `None` where only a tag of a tree leads to it.
    pub(super) commit: Option<Dated>,
    pub(super) path: BString,
}

/// What was found out about the wanted blobs.
pub(super) struct Found<'h> {
    /// Places, the oldest commit first.
    pub(super) places: HashMap<ObjectId, Vec<Place>>,
    /// Blobs that HEAD's tree holds.
    pub(super) in_head: HashSet<ObjectId>,
    /// The trees that lead to them.
    pub(super) holders: Holders<'h>,
}

/// Looks for `wanted`, blobs and the ids of names, in all commits of `graph`.
pub(super) fn find<'h>(ground: Ground<'h>, graph: &Graph, head: Option<ObjectId>, wanted: &[ObjectId], leaks: &Leaks) -> Found<'h> {
    let roots = graph.commits.iter().map(|node| node.tree).chain(graph.trees.iter().copied()).chain(head).collect();
    let (holders, names) = Holders::search(ground, roots, wanted, leaks);
    let mut search = Search {
        trees: &holders.trees,
        names,
        visited: HashSet::new(),
        visits: vec![0; holders.trees.bound()],
        paths: Paths::default(),
        places: vec![Vec::new(); wanted.len()],
    };
    for (rank, place) in graph.parents_first().into_iter().enumerate() {
        let node = &graph.commits[place as usize];
        search.enter(holders.number(&node.tree), Some((node.id, rank)));
    }
    for tree in &graph.trees {
        search.enter(holders.number(tree), None);
    }
    let in_head = head.and_then(|head| holders.number(&head)).map_or_else(Vec::new, |head| holders.trees.targets_below(head));
    let places = wanted.iter().zip(0..).map(|(id, target)| (*id, search.take(target))).collect();
    let in_head = in_head.into_iter().map(|target| wanted[target as usize]).collect();
    Found { places, in_head, holders }
}

/// Paths as numbers: each is a name below another path, 0 being the top.
#[derive(Default)]
struct Paths {
    known: HashMap<(u32, u32), u32>,
    list: Vec<(u32, u32)>,
}

impl Paths {
    fn number(&mut self, above: u32, name: u32) -> u32 {
        let list = &mut self.list;
        *self.known.entry((above, name)).or_insert_with(|| {
            list.push((above, name));
            u32::try_from(list.len()).expect("fewer than 2^32 paths fit into memory")
        })
    }

    fn text(&self, mut path: u32, names: &[BString]) -> BString {
        let mut parts: Vec<&[u8]> = Vec::new();
        while path != 0 {
            let (above, name) = self.list[path as usize - 1];
            parts.push(&names[name as usize]);
            path = above;
        }
        parts.reverse();
        gix::bstr::join("/", parts).into()
    }
}

/// Goes through the commits' trees.
struct Search<'h> {
    trees: &'h HitTrees,
    names: Vec<BString>,
    /// Tree and path.
    visited: HashSet<(u32, u32)>,
    /// For each tree the paths at which it was entered.
    visits: Vec<u8>,
    paths: Paths,
    /// For each target the first commit at each path.
    places: Vec<Vec<(Option<Dated>, u32)>>,
}

impl Search<'_> {
    fn enter(&mut self, root: Option<u32>, commit: Option<Dated>) {
        let mut open: Vec<(u32, u32)> = root.map(|root| (root, 0)).into_iter().collect();
        while let Some((tree, path)) = open.pop() {
            let trees = self.trees;
            if !trees.leads(tree) {
                continue;
            }
            let visits = &mut self.visits[tree as usize];
            if *visits == MOST_VISITS || !self.visited.insert((tree, path)) {
                continue;
            }
            *visits += 1;
            for (name, target) in trees.hits(tree) {
                let path = self.paths.number(path, name);
                let places = &mut self.places[target as usize];
                if places.len() < MOST_PATHS && places.iter().all(|(_, known)| *known != path) {
                    places.push((commit, path));
                }
            }
            for (name, child) in trees.children(tree) {
                open.push((child, self.paths.number(path, name)));
            }
        }
    }

    fn take(&mut self, target: usize) -> Vec<Place> {
        let places = std::mem::take(&mut self.places[target]);
        places.into_iter().map(|(commit, path)| Place { commit, path: self.paths.text(path, &self.names) }).collect()
    }
}
