//! L3: finds the first commit that has a blob at a path, for many blobs at once, and whether HEAD's tree has them.
//!
//! All trees are read once, in pack order, and of each only its directories and the wanted blobs are kept; the commits
//! are then gone through in order, parents first, entering only trees that lead to a wanted blob and were not entered
//! at that path before. So the cost grows with the number of distinct trees and hardly with the number of findings.

use std::collections::{HashMap, HashSet};
use std::sync::Mutex;

use gix::ObjectId;
use gix::bstr::{BStr, BString};
use rayon::ThreadPool;

use super::trees::{Numbers, Visit, Visited, visit};
use super::walk::Graph;
use crate::sources::git::Objects;

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
pub(super) struct Found {
    /// Places, the oldest commit first.
    pub(super) places: HashMap<ObjectId, Vec<Place>>,
    /// Blobs that HEAD's tree holds.
    pub(super) in_head: HashSet<ObjectId>,
    /// The trees that lead to them.
    pub(super) holders: Holders,
}

/// The trees that lead to wanted blobs. Blobs are known by their place in the list of those that were wanted.
pub(super) struct Holders {
    numbers: Numbers,
    trees: HitTrees,
    /// Trees that lead to a wanted blob, those inside of others first.
    order: Vec<u32>,
}

impl Holders {
    /// Looks for the blobs `wanted` below the trees `roots`.
    pub(super) fn find(objects: &Objects, pool: &ThreadPool, roots: &[ObjectId], wanted: &[ObjectId]) -> Self {
        let targets: gix::hashtable::HashMap<ObjectId, u32> = wanted.iter().copied().zip(0..).collect();
        let names = Names::default();
        let Visited { visitors, numbers, .. } = visit(objects, pool, roots, || Collector::new(&targets, &names));
        Holders::new(HitTrees::new(&numbers, &visitors), numbers)
    }

    /// Of no blobs.
    pub(super) fn none() -> Self {
        Holders::new(HitTrees::new(&Numbers::default(), &[]), Numbers::default())
    }

    fn new(trees: HitTrees, numbers: Numbers) -> Self {
        let order = trees.inner_first();
        Holders { numbers, trees, order }
    }

    /// The number of a tree, where it was visited.
    pub(super) fn number(&self, tree: &ObjectId) -> Option<u32> {
        self.numbers.get(tree)
    }

    /// For each tree by number the bits of all blobs that it holds, at any depth, where `bits` gives those of each blob.
    pub(super) fn masks(&self, bits: &[u64]) -> Vec<u64> {
        let mut masks = vec![0_u64; self.numbers.len()];
        for tree in &self.order {
            let own = self.trees.hits.get(tree).into_iter().flatten().fold(0, |mask, (_, target)| mask | bits[*target as usize]);
            let below = self.trees.children.get(tree).into_iter().flatten().fold(own, |mask, (_, child)| mask | masks[*child as usize]);
            masks[*tree as usize] = below;
        }
        masks
    }
}

/// Looks for the blobs `wanted` in all commits of `graph`.
pub(super) fn find(objects: &Objects, pool: &ThreadPool, graph: &Graph, head: Option<ObjectId>, wanted: &[ObjectId]) -> Found {
    let targets: gix::hashtable::HashMap<ObjectId, u32> = wanted.iter().copied().zip(0..).collect();
    let names = Names::default();
    let roots: Vec<ObjectId> = graph.commits.iter().map(|node| node.tree).chain(graph.trees.iter().copied()).chain(head).collect();
    let Visited { visitors, numbers, .. } = visit(objects, pool, &roots, || Collector::new(&targets, &names));
    let paths = HitTrees::new(&numbers, &visitors);
    let mut search = Search {
        trees: &paths,
        names: names.into_list(),
        visited: HashSet::new(),
        visits: vec![0; numbers.len()],
        paths: Paths::default(),
        places: vec![Vec::new(); wanted.len()],
    };
    for (rank, place) in graph.parents_first().into_iter().enumerate() {
        let node = &graph.commits[place as usize];
        search.enter(numbers.get(&node.tree), Some((node.id, rank)));
    }
    for tree in &graph.trees {
        search.enter(numbers.get(tree), None);
    }
    let in_head = head.and_then(|head| numbers.get(&head)).map_or_else(Vec::new, |head| paths.targets_below(head));
    let places = wanted.iter().zip(0..).map(|(id, target)| (*id, search.take(target))).collect();
    let in_head = in_head.into_iter().map(|target| wanted[target as usize]).collect();
    Found { places, in_head, holders: Holders::new(paths, numbers) }
}

/// Names of files and directories, numbered. Shared by threads.
#[derive(Default)]
struct Names(Mutex<HashMap<BString, u32>>);

impl Names {
    fn number(&self, name: &BStr) -> u32 {
        let mut names = self.0.lock().expect("nothing panics while it holds this lock");
        let next = u32::try_from(names.len()).expect("fewer than 2^32 names fit into memory");
        *names.entry(name.to_owned()).or_insert(next)
    }

    fn into_list(self) -> Vec<BString> {
        let mut list: Vec<(BString, u32)> = self.0.into_inner().expect("nothing panics while it holds this lock").into_iter().collect();
        list.sort_unstable_by_key(|(_, number)| *number);
        list.into_iter().map(|(name, _)| name).collect()
    }
}

/// Keeps the directories of each tree and the wanted blobs in it.
struct Collector<'t> {
    targets: &'t gix::hashtable::HashMap<ObjectId, u32>,
    /// One bit for each value of the first two bytes of a wanted id: most entries are done with after looking here.
    filter: Vec<u64>,
    names: &'t Names,
    own_names: HashMap<BString, u32>,
    /// Tree, name, target.
    hits: Vec<(u32, u32, u32)>,
    /// Tree, name, child.
    children: Vec<(u32, u32, u32)>,
}

impl<'t> Collector<'t> {
    fn new(targets: &'t gix::hashtable::HashMap<ObjectId, u32>, names: &'t Names) -> Self {
        let mut filter = vec![0_u64; 1024];
        for id in targets.keys() {
            let (word, bit) = filter_place(id);
            filter[word] |= bit;
        }
        Collector { targets, filter, names, own_names: HashMap::new(), hits: Vec::new(), children: Vec::new() }
    }

    fn name(&mut self, name: &BStr) -> u32 {
        if let Some(number) = self.own_names.get(name) {
            return *number;
        }
        let number = self.names.number(name);
        self.own_names.insert(name.to_owned(), number);
        number
    }
}

fn filter_place(id: &ObjectId) -> (usize, u64) {
    let bytes = id.as_slice();
    let key = u16::from_le_bytes([bytes[0], bytes[1]]);
    (usize::from(key / 64), 1 << (key % 64))
}

impl Visit for Collector<'_> {
    fn blob(&mut self, tree: u32, name: &BStr, id: ObjectId) {
        let (word, bit) = filter_place(&id);
        if self.filter[word] & bit != 0
            && let Some(target) = self.targets.get(&id).copied()
        {
            let name = self.name(name);
            self.hits.push((tree, name, target));
        }
    }

    fn child(&mut self, tree: u32, name: &BStr, child: u32) {
        let name = self.name(name);
        self.children.push((tree, name, child));
    }

    fn submodule(&mut self, _id: ObjectId) {}
}

/// The trees that lead to a wanted blob, by number.
struct HitTrees {
    hits: HashMap<u32, Vec<(u32, u32)>>,
    children: HashMap<u32, Vec<(u32, u32)>>,
    is_hit: Vec<bool>,
}

impl HitTrees {
    fn new(numbers: &Numbers, collectors: &[Collector<'_>]) -> Self {
        let mut found = HitTrees { hits: HashMap::new(), children: HashMap::new(), is_hit: vec![false; numbers.len()] };
        for collector in collectors {
            for (tree, name, target) in &collector.hits {
                found.hits.entry(*tree).or_default().push((*name, *target));
            }
        }
        let parents = Parents::new(numbers.len(), collectors);
        let mut open: Vec<u32> = found.hits.keys().copied().collect();
        while let Some(tree) = open.pop() {
            if !std::mem::replace(&mut found.is_hit[tree as usize], true) {
                open.extend(parents.of(tree));
            }
        }
        for (tree, name, child) in collectors.iter().flat_map(|collector| &collector.children) {
            if found.is_hit[*child as usize] {
                found.children.entry(*tree).or_default().push((*name, *child));
            }
        }
        found
    }

    /// The trees that are hit, each behind those that it holds. Trees of a damaged database that hold each other come in
    /// any order.
    fn inner_first(&self) -> Vec<u32> {
        let mut seen: HashSet<u32> = HashSet::new();
        let mut order = Vec::new();
        let roots = (0_u32..).zip(&self.is_hit).filter(|(_, is_hit)| **is_hit).map(|(tree, _)| tree);
        for root in roots {
            let mut open = vec![(root, false)];
            while let Some((tree, is_done)) = open.pop() {
                if is_done {
                    order.push(tree);
                } else if seen.insert(tree) {
                    open.push((tree, true));
                    open.extend(self.children.get(&tree).into_iter().flatten().map(|(_, child)| (*child, false)));
                }
            }
        }
        order
    }

    /// Targets in the tree and below.
    fn targets_below(&self, root: u32) -> Vec<u32> {
        let mut seen = HashSet::new();
        let mut targets = Vec::new();
        let mut open = vec![root];
        while let Some(tree) = open.pop() {
            if self.is_hit[tree as usize] && seen.insert(tree) {
                targets.extend(self.hits.get(&tree).into_iter().flatten().map(|(_, target)| *target));
                open.extend(self.children.get(&tree).into_iter().flatten().map(|(_, child)| *child));
            }
        }
        targets
    }
}

/// The trees that hold each tree.
struct Parents {
    starts: Vec<u32>,
    list: Vec<u32>,
}

impl Parents {
    fn new(count: usize, collectors: &[Collector<'_>]) -> Self {
        let edges = || collectors.iter().flat_map(|collector| &collector.children);
        let mut starts = vec![0_u32; count + 1];
        for (_, _, child) in edges() {
            starts[*child as usize + 1] += 1;
        }
        for place in 1..starts.len() {
            starts[place] += starts[place - 1];
        }
        let mut next = starts.clone();
        let mut list = vec![0; starts.last().copied().unwrap_or_default() as usize];
        for (tree, _, child) in edges() {
            let place = &mut next[*child as usize];
            list[*place as usize] = *tree;
            *place += 1;
        }
        Parents { starts, list }
    }

    fn of(&self, tree: u32) -> impl Iterator<Item = u32> + '_ {
        let tree = tree as usize;
        self.list[self.starts[tree] as usize..self.starts[tree + 1] as usize].iter().copied()
    }
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
            let visits = &mut self.visits[tree as usize];
            if !trees.is_hit[tree as usize] || *visits == MOST_VISITS || !self.visited.insert((tree, path)) {
                continue;
            }
            *visits += 1;
            for (name, target) in trees.hits.get(&tree).into_iter().flatten() {
                let path = self.paths.number(path, *name);
                let places = &mut self.places[*target as usize];
                if places.len() < MOST_PATHS && places.iter().all(|(_, known)| *known != path) {
                    places.push((commit, path));
                }
            }
            for (name, child) in trees.children.get(&tree).into_iter().flatten() {
                open.push((*child, self.paths.number(path, *name)));
            }
        }
    }

    fn take(&mut self, target: usize) -> Vec<Place> {
        let places = std::mem::take(&mut self.places[target]);
        places.into_iter().map(|(commit, path)| Place { commit, path: self.paths.text(path, &self.names) }).collect()
    }
}
