//! L3: reads all commits of packs, each once, in pack order.

use gix::ObjectId;
use gix::objs::Kind;
use rayon::ThreadPool;

use super::table::NONE;
use super::walk::{Budget, Visit, Walker};
use super::{Packed, walk};
use crate::blob::Copied;
use crate::sources::git::Commit;
use crate::sources::history::workers::Workers;

/// What graphs need of all commits that could be read.
#[derive(Debug, Default)]
pub(in crate::sources::history) struct Commits {
    /// Places in the list, by the object's number.
    slots: Vec<u32>,
    list: Vec<Known>,
    /// Parents of one commit after another.
    parents: Vec<ObjectId>,
}

#[derive(Debug)]
struct Known {
    tree: ObjectId,
    time: i64,
    first_parent: u32,
    parents: u32,
}

/// A commit.
#[derive(Debug, Clone, Copy)]
pub(in crate::sources::history) struct Parts<'c> {
    pub(in crate::sources::history) tree: ObjectId,
    /// Committer date, seconds since 1970.
    pub(in crate::sources::history) time: i64,
    pub(in crate::sources::history) parents: &'c [ObjectId],
}

impl Commits {
    /// The commit of that number, if it could be read.
    pub(in crate::sources::history) fn get(&self, number: u32) -> Option<Parts<'_>> {
        let slot = self.slots.get(number as usize).filter(|&&slot| slot != NONE)?;
        let known = &self.list[*slot as usize];
        let first = known.first_parent as usize;
        Some(Parts { tree: known.tree, time: known.time, parents: &self.parents[first..first + known.parents as usize] })
    }
}

/// Reads the commits of all packs.
pub(in crate::sources::history) fn commits(packed: Packed<'_>, pool: &ThreadPool, budget: &Budget) -> Commits {
    let workers = Workers::new(pool, || (Walker::default(), Collector::default()));
    for pack in 0..packed.packs.len() {
        let (table, start) = packed.table(pack);
        walk(
            packed,
            pack,
            budget,
            &workers,
            |place| table.kind(place) == Some(Kind::Commit),
            |walker, collector, ground, root| {
                collector.start = start;
                walker.tree(ground, root, collector);
            },
        );
    }
    let mut commits = Commits { slots: vec![NONE; packed.len() as usize], ..Commits::default() };
    for (_, mut collector) in workers.into_states() {
        let before = u32::try_from(commits.parents.len()).expect("fewer than 2^32 parents fit into memory");
        for (number, mut known) in collector.found {
            known.first_parent += before;
            commits.slots[number as usize] = u32::try_from(commits.list.len()).expect("there are fewer commits than objects");
            commits.list.push(known);
        }
        commits.parents.append(&mut collector.parents);
    }
    commits
}

#[derive(Default)]
struct Collector {
    start: u32,
    found: Vec<(u32, Known)>,
    parents: Vec<ObjectId>,
}

impl Visit for Collector {
    type Kept = ();

    fn object(&mut self, place: u32, _kind: Kind, content: &[u8], _base: Option<(&(), &[Copied])>) {
        // One that does not parse is read again where something leads to it, and named then.
        let Ok(commit) = Commit::parse(content) else { return };
        let first_parent = u32::try_from(self.parents.len()).expect("fewer than 2^32 parents fit into memory");
        let parents = u32::try_from(commit.parents.len()).expect("fewer than 2^32 parents fit into memory");
        let known = Known { tree: commit.tree, time: commit.time(), first_parent, parents };
        self.parents.extend_from_slice(&commit.parents);
        self.found.push((self.start + place, known));
    }

    fn lost(&mut self, _place: u32) {}
}
