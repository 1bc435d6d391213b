//! L3: what became of secrets: which commit removed each, and which references lead to a commit that holds it.
//!
//! A secret is known by the objects in which it stands: versions of files, messages. 64 secrets are followed at a time,
//! one in each bit of a word: through the trees that lead to them, once in each direction through the commits, and once
//! through the references. `docs/history.md` says what counts as removed.

use std::collections::{BinaryHeap, HashMap};

use gix::ObjectId;
use gix::objs::Kind;

use super::History;
use super::attribution::by_commit;
use super::holders::Holders;
use super::range::Selected;
use super::walk::{Graph, tag_target};
use crate::findings::{Attribution, Fate, Names, Refs, Removal};
use crate::sources::git::Reader;

/// Secrets in a word.
const BATCH: usize = 64;

/// Tags of tags that are followed.
const MOST_TAGS: usize = 16;

/// The commits that are followed, by number.
pub(super) struct Line {
    /// Ids.
    pub(super) ids: Vec<ObjectId>,
    /// Trees by the number that [`Holders`] gives them.
    pub(super) trees: Vec<Option<u32>>,
    /// Parents, as far as they are followed.
    pub(super) parents: Vec<Vec<u32>>,
    /// All commits, parents first, then by date.
    pub(super) order: Vec<u32>,
    /// HEAD, where it is among them.
    pub(super) head: Option<u32>,
}

/// What holds each of up to 64 secrets, a bit for each.
struct Bits {
    /// For each object that a secret stands in.
    objects: HashMap<ObjectId, u64>,
    /// For each tree by number.
    trees: Vec<u64>,
    /// For each commit: whether its tree holds it.
    held: Vec<u64>,
    /// For each commit: whether it or one before it holds it, in its tree or message.
    reached: Vec<u64>,
}

impl History {
    /// The fates of secrets, each of which stands in the given objects. `blobs` are those that `holders` knows.
    pub(super) fn fates(&self, secrets: &[Vec<ObjectId>], blobs: &[ObjectId], holders: &Holders<'_>, line: &Line) -> Vec<Fate> {
        let reader = self.repository.objects().reader(0);
        let mut fates = Vec::with_capacity(secrets.len());
        for batch in secrets.chunks(BATCH) {
            let bits = Bits::new(batch, blobs, holders, line);
            let removals = line.removals(&bits);
            let removed = removals[..batch.len()].iter().map(|commit| commit.map(|id| removal(&reader, &id)));
            let mut found: Vec<Fate> = removed.map(|removed| Fate { removed, ..Fate::default() }).collect();
            if !self.scope.is_difference {
                self.name_refs(&mut found, batch, &bits, holders, &reader);
            }
            fates.append(&mut found);
        }
        fates
    }

    /// Says which references lead to each secret of a batch.
    fn name_refs(&self, fates: &mut [Fate], batch: &[Vec<ObjectId>], bits: &Bits, holders: &Holders<'_>, reader: &Reader) {
        let mut refs = vec![Refs::default(); batch.len()];
        // A log names many objects, one behind the other, and is named once.
        for tips in self.scope.ends.included.chunk_by(|(one, _), (next, _)| one == next) {
            let mask = tips.iter().fold(0, |mask, (_, id)| mask | self.led_to(*id, bits, holders, reader));
            let led_to = refs.iter_mut().enumerate().filter(|(at, _)| mask >> at & 1 != 0);
            led_to.for_each(|(_, refs)| add(refs, &tips[0].0));
        }
        for (refs, objects) in refs.iter_mut().zip(batch) {
            if objects.iter().any(|id| self.indexed().paths.contains_key(id) || !self.indexed_through(id).is_empty()) {
                refs.others.add("index");
            }
            // Whatever has a branch has a log as well.
            if refs.branches.count + refs.tags.count > 0 {
                refs.others = Names::default();
            }
        }
        for (fate, refs) in fates.iter_mut().zip(refs) {
            fate.refs = Some(refs);
        }
    }

    /// The secrets that an object leads to, through tags.
    fn led_to(&self, mut id: ObjectId, bits: &Bits, holders: &Holders<'_>, reader: &Reader) -> u64 {
        let mut mask = 0;
        let mut buffer = Vec::new();
        for _ in 0..MOST_TAGS {
            mask |= bits.objects.get(&id).copied().unwrap_or_default();
            if let Some(place) = self.graph().place(&id) {
                return mask | bits.reached[place as usize];
            }
            match reader.read(&id, &mut buffer) {
                Ok(Kind::Tag) => match tag_target(&buffer) {
                    Some(target) => id = target,
                    None => return mask,
                },
                Ok(Kind::Tree) => return mask | holders.number(&id).map_or(0, |tree| bits.trees[tree as usize]),
                _ => return mask,
            }
        }
        mask
    }
}

impl Bits {
    fn new(batch: &[Vec<ObjectId>], blobs: &[ObjectId], holders: &Holders<'_>, line: &Line) -> Self {
        let mut objects: HashMap<ObjectId, u64> = HashMap::new();
        for (at, ids) in batch.iter().enumerate() {
            for id in ids {
                *objects.entry(*id).or_default() |= 1 << at;
            }
        }
        let of = |id: &ObjectId| objects.get(id).copied().unwrap_or_default();
        let trees = holders.masks(&blobs.iter().map(of).collect::<Vec<u64>>());
        let held: Vec<u64> = line.trees.iter().map(|tree| tree.map_or(0, |tree| trees[tree as usize])).collect();
        let mut reached: Vec<u64> = held.iter().zip(&line.ids).map(|(held, id)| held | of(id)).collect();
        for &commit in &line.order {
            let before = line.parents[commit as usize].iter().fold(0, |mask, parent| mask | reached[*parent as usize]);
            reached[commit as usize] |= before;
        }
        Bits { objects, trees, held, reached }
    }
}

impl Line {
    /// All commits of a scan.
    pub(super) fn of_graph(graph: &Graph, head: Option<ObjectId>, holders: &Holders<'_>) -> Self {
        Line {
            ids: graph.commits.iter().map(|node| node.id).collect(),
            trees: graph.commits.iter().map(|node| holders.number(&node.tree)).collect(),
            parents: graph.commits.iter().map(|node| node.parents.clone()).collect(),
            order: graph.parents_first(),
            head: head.and_then(|head| graph.place(&head)),
        }
    }

    /// The commits of a range.
    pub(super) fn of_range(commits: &[Selected], holders: &Holders<'_>) -> Self {
        let places: HashMap<ObjectId, u32> = commits.iter().map(|commit| commit.id).zip(0..).collect();
        let parents = |commit: &Selected| commit.parents.iter().filter_map(|parent| places.get(parent).copied()).collect();
        let parents: Vec<Vec<u32>> = commits.iter().map(parents).collect();
        Line {
            ids: commits.iter().map(|commit| commit.id).collect(),
            trees: commits.iter().map(|commit| holders.number(&commit.tree)).collect(),
            order: parents_first(&parents),
            parents,
            head: None,
        }
    }

    /// The commit that removed each secret.
    ///
    /// Where a commit that HEAD leads to held it, only what HEAD leads to counts, so that a secret either is in HEAD or
    /// was removed on the way there; else all commits do.
    fn removals(&self, bits: &Bits) -> [Option<ObjectId>; BATCH] {
        let below_head = self.below_head();
        let in_line = |commit: u32| below_head[commit as usize];
        let was_in_line = (0..).zip(&bits.held).fold(0, |mask, (commit, held)| if in_line(commit) { mask | held } else { mask });
        let mut removals = [None; BATCH];
        self.find_removals(&bits.held, was_in_line, &in_line, &mut removals);
        self.find_removals(&bits.held, !was_in_line, &|_| true, &mut removals);
        removals
    }

    /// Finds for each secret in `mask` the first commit that does not hold it and is followed by none that does, while a
    /// parent of it does. Only commits that `counts` admits are looked at.
    fn find_removals(&self, held: &[u64], mask: u64, counts: &dyn Fn(u32) -> bool, removals: &mut [Option<ObjectId>; BATCH]) {
        let mut later = vec![0_u64; held.len()];
        for &commit in self.order.iter().rev().filter(|commit| counts(**commit)) {
            for &parent in &self.parents[commit as usize] {
                later[parent as usize] |= held[commit as usize] | later[commit as usize];
            }
        }
        for &commit in self.order.iter().filter(|commit| counts(**commit)) {
            let before = self.parents[commit as usize].iter().fold(0, |mask, parent| mask | held[*parent as usize]);
            let mut removed = mask & before & !held[commit as usize] & !later[commit as usize];
            while removed != 0 {
                let at = removed.trailing_zeros() as usize;
                removed &= removed - 1;
                removals[at].get_or_insert(self.ids[commit as usize]);
            }
        }
    }

    /// For each commit whether HEAD leads to it.
    fn below_head(&self) -> Vec<bool> {
        let mut below = vec![false; self.ids.len()];
        let mut open: Vec<u32> = self.head.into_iter().collect();
        while let Some(commit) = open.pop() {
            if !std::mem::replace(&mut below[commit as usize], true) {
                open.extend_from_slice(&self.parents[commit as usize]);
            }
        }
        below
    }
}

/// Numbers such that parents come first; of those that could come next, the one with the highest number does, as commits
/// of a range are listed from the newest.
fn parents_first(parents: &[Vec<u32>]) -> Vec<u32> {
    let mut waiting: Vec<usize> = parents.iter().map(Vec::len).collect();
    let mut children: Vec<Vec<u32>> = vec![Vec::new(); parents.len()];
    for (child, parents) in (0..).zip(parents) {
        for parent in parents {
            children[*parent as usize].push(child);
        }
    }
    let mut ready: BinaryHeap<u32> = (0..).zip(&waiting).filter(|(_, waiting)| **waiting == 0).map(|(commit, _)| commit).collect();
    let mut order = Vec::with_capacity(parents.len());
    while let Some(commit) = ready.pop() {
        order.push(commit);
        for child in &children[commit as usize] {
            waiting[*child as usize] -= 1;
            if waiting[*child as usize] == 0 {
                ready.push(*child);
            }
        }
    }
    order
}

/// Adds a reference by its full name.
fn add(refs: &mut Refs, name: &str) {
    if let Some(branch) = name.strip_prefix("refs/heads/") {
        refs.branches.add(branch);
    } else if let Some(branch) = name.strip_prefix("refs/remotes/") {
        // The remote's HEAD is another name of one of its branches.
        if !branch.ends_with("/HEAD") {
            refs.branches.add(branch);
        }
    } else if let Some(tag) = name.strip_prefix("refs/tags/") {
        refs.tags.add(tag);
    } else {
        refs.others.add(name.strip_prefix("refs/").unwrap_or(name));
    }
}

/// What a commit says of itself.
fn removal(reader: &Reader, id: &ObjectId) -> Removal {
    let mut said = Attribution::default();
    let mut buffer = Vec::new();
    if reader.read_kind(id, Kind::Commit, &mut buffer).is_ok() {
        by_commit(&mut said, id, &buffer);
    }
    Removal { commit: id.to_string(), author: said.author, date: said.date, subject: said.subject }
}
