//! L3: which commits a range stands for, by the rules of `git rev-list`.
//!
//! `A..B`, `A...B`, `A..`, `..B`, `^A B`, `A^!` (without its parents), `A^-` and `A^-2` (without that parent), `A^@` (its
//! parents), a single revision. An id of zeros, which pushes give for "nothing there before" and "deleted", excludes or
//! includes nothing.

use std::collections::{BinaryHeap, HashSet};

use gix::ObjectId;
use gix::hashtable::HashMap;
use gix::objs::Kind;

use super::revision::{parents, revision};
use super::walk::{tag_target, unreadable};
use crate::blob::Skip;
use crate::sources::SourceError;
use crate::sources::git::{Commit, Reader, Repository};

/// Where a range begins and ends.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Ends {
    /// What is included, with names.
    pub(super) included: Vec<(String, ObjectId)>,
    /// What is excluded with everything below.
    pub(super) excluded: Vec<ObjectId>,
    /// Pairs of sides of which everything counts that is not below both.
    pub(super) sides: Vec<(ObjectId, ObjectId)>,
}

/// What is said of a range that is empty whatever the repository holds, as where a variable of a script is not set.
const ONE_SIDE: &str = "a side is missing, which stands for HEAD, so the range is empty: name both, as A..B";

/// Reads a range and looks its revisions up.
pub(super) fn resolve(repository: &Repository, range: &str) -> Result<Ends, SourceError> {
    let refused = |what: &str| SourceError::Revision { revision: range.to_owned(), what: what.to_owned() };
    let mut ends = Ends::default();
    for word in range.split_whitespace() {
        if let Some((from, to)) = word.split_once("...") {
            let has_both = !from.is_empty() && !to.is_empty();
            let (from, to) = (revision(repository, or_head(from))?, revision(repository, or_head(to))?);
            if !has_both && from == to {
                return Err(refused(ONE_SIDE));
            }
            for (name, id) in [(word, from), (word, to)] {
                ends.included.extend(id.map(|id| (name.to_owned(), id)));
            }
            ends.sides.extend(from.zip(to));
            if ends.sides.len() > MOST_PAIRS {
                return Err(refused("more pairs of sides (`A...B`) than can be followed at once"));
            }
        } else if let Some((from, to)) = word.split_once("..") {
            let has_both = !from.is_empty() && !to.is_empty();
            let (before, after) = (revision(repository, or_head(from))?, revision(repository, or_head(to))?);
            if !has_both && before == after {
                return Err(refused(ONE_SIDE));
            }
            ends.excluded.extend(before);
            ends.included.extend(after.map(|id| (to.to_owned(), id)));
        } else if let Some(commit) = word.strip_suffix("^!") {
            ends.excluded.extend(parents(repository, commit)?);
            ends.included.extend(revision(repository, commit)?.map(|id| (commit.to_owned(), id)));
        } else if let Some((commit, number)) = without_parent(word) {
            let parent = parents(repository, commit)?.into_iter().nth(number.wrapping_sub(1));
            ends.excluded.push(parent.ok_or_else(|| refused("the commit has no such parent"))?);
            ends.included.extend(revision(repository, commit)?.map(|id| (commit.to_owned(), id)));
        } else if let Some(commit) = word.strip_suffix("^@") {
            ends.included.extend(parents(repository, commit)?.into_iter().map(|id| (word.to_owned(), id)));
        } else if let Some(excluded) = word.strip_prefix('^') {
            ends.excluded.extend(revision(repository, excluded)?);
        } else {
            ends.included.extend(revision(repository, word)?.map(|id| (word.to_owned(), id)));
        }
    }
    if range.trim().is_empty() {
        return Err(refused("an empty range: name a revision, or two as A..B"));
    }
    if ends.included.is_empty() {
        return Err(refused(
            "names nothing to scan: an id of zeros stands for nothing, and `^A` only leaves out; name a revision, or two as A..B",
        ));
    }
    Ok(ends)
}

/// The parts of `A^-` and `A^-2`: the commit, and which of its parents is left out.
pub fn without_parent(word: &str) -> Option<(&str, usize)> {
    let (commit, number) = word.rsplit_once("^-")?;
    let number = if number.is_empty() { 1 } else { number.parse().ok()? };
    Some((commit, number))
}

fn or_head(revision: &str) -> &str {
    if revision.is_empty() { "HEAD" } else { revision }
}

/// The commits of a range.
#[derive(Debug, Default)]
pub(super) struct Selection {
    /// Included commits, oldest last.
    pub(super) commits: Vec<Selected>,
    /// Commits whose trees are what was there before: excluded parents of included commits, and what was excluded by name.
    pub(super) bases: Vec<ObjectId>,
    /// The excluded parents of included commits alone: what the included commits changed.
    pub(super) parents: Vec<ObjectId>,
    /// Tag objects that were named.
    pub(super) tags: Vec<ObjectId>,
    /// Directories and files that were named without a commit.
    pub(super) loose: Vec<(ObjectId, Kind)>,
    /// Those of what is excluded.
    pub(super) known: Vec<(ObjectId, Kind)>,
    /// What could not be read.
    pub(super) skips: Vec<Skip>,
    /// Whether included commits lack parents because the clone is shallow.
    pub(super) is_cut: bool,
}

/// An included commit.
#[derive(Debug, Clone)]
pub(super) struct Selected {
    pub(super) id: ObjectId,
    pub(super) tree: ObjectId,
    /// Parents that are there, included or not.
    pub(super) parents: Vec<ObjectId>,
    /// Committer date, seconds since 1970.
    pub(super) time: i64,
}

/// What a commit is below: something excluded, and the sides of each pair, in two bits.
type Flags = u32;

const HIDDEN: Flags = 1;
const LEFT: Flags = 2;
const RIGHT: Flags = 4;

/// Pairs of sides that have a place in [`Flags`].
const MOST_PAIRS: usize = 15;

/// Flags with what is below both sides of a pair hidden.
fn settled(flags: Flags) -> Flags {
    let is_below_both = |pair: usize| flags >> (2 * pair) & (LEFT | RIGHT) == LEFT | RIGHT;
    if (0..MOST_PAIRS).any(is_below_both) { flags | HIDDEN } else { flags }
}

/// Dates of commits are not always in order, so the walk goes on for as many commits after nothing seems left to exclude.
const SLOP: usize = 64;

/// Walks from the ends of a range until only excluded commits are left.
///
/// Newest first, as git does, so that it touches little more than the range itself. `since` leaves out commits with an
/// earlier committer date, whatever those above and below them have (git's `--since-as-filter`).
pub(super) fn select(repository: &Repository, ends: &Ends, since: Option<i64>, shallow: &HashSet<ObjectId>) -> Selection {
    let reader = repository.objects().reader(16 << 20);
    let mut walk = Walk {
        reader,
        shallow,
        nodes: HashMap::default(),
        queue: BinaryHeap::new(),
        shown: 0,
        selection: Selection::default(),
        buffer: Vec::new(),
    };
    for (name, id) in &ends.included {
        let sides = ends.sides.iter().enumerate().map(|(pair, (left, right))| {
            let side = |is: bool, flag: Flags| if is { flag << (2 * pair) } else { 0 };
            side(left == id, LEFT) | side(right == id, RIGHT)
        });
        let sides = settled(sides.fold(0, |all, flags| all | flags));
        walk.start(name, *id, sides);
    }
    let excluded: Vec<ObjectId> = ends.excluded.iter().filter_map(|id| walk.start("", *id, HIDDEN)).collect();
    walk.run();
    walk.finish(since, &excluded)
}

struct Node {
    flags: Flags,
    time: i64,
    tree: ObjectId,
    parents: Vec<ObjectId>,
    /// Whether it has parents that a shallow clone leaves out.
    is_cut: bool,
    /// Whether its parents are in the walk already, so that new flags have to be handed down.
    is_done: bool,
}

struct Walk<'s> {
    reader: Reader,
    shallow: &'s HashSet<ObjectId>,
    nodes: HashMap<ObjectId, Node>,
    queue: BinaryHeap<(i64, ObjectId)>,
    /// Commits in the queue that are not hidden.
    shown: usize,
    selection: Selection,
    buffer: Vec<u8>,
}

impl Walk<'_> {
    /// Puts what a revision names into the queue, through tags; the commit that it leads to.
    fn start(&mut self, name: &str, mut id: ObjectId, flags: Flags) -> Option<ObjectId> {
        loop {
            match self.reader.read(&id, &mut self.buffer) {
                Ok(Kind::Commit) => break,
                Ok(Kind::Tag) => {
                    if flags & HIDDEN == 0 {
                        self.selection.tags.push(id);
                    }
                    match tag_target(&self.buffer) {
                        Some(target) => id = target,
                        None => return None,
                    }
                }
                Ok(kind) => {
                    let list = if flags & HIDDEN == 0 { &mut self.selection.loose } else { &mut self.selection.known };
                    list.push((id, kind));
                    return None;
                }
                Err(_) if flags & HIDDEN != 0 => return None,
                Err(error) => {
                    self.selection.skips.push(unreadable(&id, name, &error));
                    return None;
                }
            }
        }
        self.add(id, flags);
        Some(id)
    }

    /// Adds flags to a commit, which is read where it is new. Flags of one whose parents are known go down to them.
    fn add(&mut self, id: ObjectId, flags: Flags) {
        let mut open = vec![(id, flags)];
        while let Some((id, flags)) = open.pop() {
            if !self.nodes.contains_key(&id) {
                self.read(id, flags);
                continue;
            }
            let node = self.nodes.get_mut(&id).expect("looked up above");
            let before = node.flags;
            node.flags = settled(node.flags | flags);
            if node.flags == before {
                continue;
            }
            if node.is_done {
                let down = node.flags;
                open.extend(node.parents.iter().map(|parent| (*parent, down)));
            } else if before & HIDDEN == 0 && node.flags & HIDDEN != 0 {
                self.shown -= 1;
            }
        }
    }

    fn read(&mut self, id: ObjectId, flags: Flags) {
        let read = self.reader.read_kind(&id, Kind::Commit, &mut self.buffer);
        let commit = read.and_then(|()| Commit::parse(&self.buffer));
        match commit {
            Ok(commit) => {
                let is_root = self.shallow.contains(&id);
                let is_cut = is_root && !commit.parents.is_empty();
                let parents = if is_root { Vec::new() } else { commit.parents.clone() };
                self.queue.push((commit.time(), id));
                self.shown += usize::from(flags & HIDDEN == 0);
                self.nodes.insert(id, Node { flags, time: commit.time(), tree: commit.tree, parents, is_cut, is_done: false });
            }
            Err(error) if flags & HIDDEN == 0 => self.selection.skips.push(unreadable(&id, "", &error)),
            Err(_) => {}
        }
    }

    fn run(&mut self) {
        let mut left = SLOP;
        while let Some((_, id)) = self.queue.pop() {
            let node = self.nodes.get_mut(&id).expect("what is queued is known");
            node.is_done = true;
            let (flags, parents) = (node.flags, node.parents.clone());
            self.shown -= usize::from(flags & HIDDEN == 0);
            for parent in parents {
                self.add(parent, flags);
            }
            if self.shown == 0 {
                if left == 0 {
                    break;
                }
                left -= 1;
            } else {
                left = SLOP;
            }
        }
    }

    fn finish(mut self, since: Option<i64>, excluded: &[ObjectId]) -> Selection {
        let is_included = |node: &Node| node.flags & HIDDEN == 0 && since.is_none_or(|since| node.time >= since);
        let followers = if since.is_some() { self.followers(is_included) } else { HashSet::new() };
        let mut commits: Vec<Selected> = Vec::new();
        let mut bases: Vec<(i64, ObjectId)> = Vec::new();
        for (id, node) in self.nodes.iter().filter(|(_, node)| is_included(node)) {
            let parents: Vec<ObjectId> = node.parents.iter().filter(|parent| self.nodes.contains_key(*parent)).copied().collect();
            let left_out = parents.iter().filter_map(|parent| self.nodes.get(parent).map(|node| (parent, node)));
            let is_base = |(parent, node): &(&ObjectId, &Node)| !is_included(node) && !followers.contains(*parent);
            bases.extend(left_out.filter(is_base).map(|(parent, node)| (node.time, *parent)));
            self.selection.is_cut |= node.is_cut;
            commits.push(Selected { id: *id, tree: node.tree, parents, time: node.time });
        }
        commits.sort_by_key(|commit| (std::cmp::Reverse(commit.time), commit.id));
        self.selection.commits = commits;
        self.selection.parents = newest_first(bases.clone());
        bases.extend(excluded.iter().filter_map(|id| self.nodes.get(id).map(|node| (node.time, *id))));
        self.selection.bases = newest_first(bases);
        self.selection
    }

    /// Commits that follow an included one. Where dates are not in order they may be left out themselves, and yet are not
    /// what was there before: they hold what the included ones brought.
    fn followers(&self, is_included: impl Fn(&Node) -> bool) -> HashSet<ObjectId> {
        let mut children: HashMap<ObjectId, Vec<ObjectId>> = HashMap::default();
        for (id, node) in &self.nodes {
            node.parents.iter().for_each(|parent| children.entry(*parent).or_default().push(*id));
        }
        let mut open: Vec<ObjectId> = self.nodes.iter().filter(|(_, node)| is_included(node)).map(|(id, _)| *id).collect();
        let mut found = HashSet::new();
        while let Some(id) = open.pop() {
            open.extend(children.remove(&id).into_iter().flatten().filter(|child| found.insert(*child)));
        }
        found
    }
}

/// Each commit once, by date and id.
fn newest_first(mut commits: Vec<(i64, ObjectId)>) -> Vec<ObjectId> {
    commits.sort_unstable_by(|a, b| b.cmp(a));
    commits.dedup();
    commits.into_iter().map(|(_, id)| id).collect()
}
