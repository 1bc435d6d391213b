//! L2: groups of entries, so that a scan that finds what it found before pays for one slow hash a group.
//!
//! A group is a hash of the marks of all entries at some paths, and of all secrets that they stand for. Whoever tries to
//! guess has to guess all of them at once, at the price of one; whoever has found all of them knows by one hash that none is
//! another one. Where something is missing, new, or was changed by hand, the group says nothing and entries are looked
//! at one by one.

use super::key::{Key, Mark};
use super::{Baseline, Candidate, Entry, Judgement};
use crate::findings::Secret;
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// Smaller baselines have no groups.
const LEAST_ENTRIES: usize = 32;
/// Entries of a group, about.
const USUAL: usize = 16;
/// The most groups of a key.
const MOST: usize = 256;
/// Ways to divide the entries of a key that are tried: after a merge there may be two.
const MOST_WAYS: usize = 2;
/// Keeps these hashes apart from every other use of the same function.
const DOMAIN: &[u8] = b"keyward baseline v1 group";

/// All entries of a key at some paths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Group {
    /// Index of the key.
    pub(super) key: usize,
    /// Into how many groups the entries are divided: a power of two.
    pub(super) of: usize,
    /// Which of them it is, from 0.
    pub(super) at: usize,
    /// Made of the marks and the secrets.
    pub(super) mark: Mark,
}

/// What identifies a group in a file.
type Place = (usize, usize, usize);

/// The entries for one rule and path, and the secrets that were found there.
#[derive(Default)]
struct Cell<'c> {
    entries: BTreeMap<Mark, usize>,
    /// With the indices of the candidates.
    secrets: BTreeMap<&'c Secret, Vec<usize>>,
}

/// Cells by rule and path.
type Cells<'c> = BTreeMap<(&'c str, &'c str), Cell<'c>>;

impl Group {
    /// Whether a key's entries can be divided so.
    pub(super) fn is_place(of: usize, at: usize) -> bool {
        of.is_power_of_two() && of <= MOST && at < of
    }
}

impl Baseline {
    /// For each candidate the entry that covers it, as far as groups tell. Where entries of one rule and path say
    /// different things, nobody can tell by the group which of them is which.
    pub(super) fn grouped(&self, candidates: &[Candidate], expired: &[bool]) -> Vec<Option<usize>> {
        let mut covering = vec![None; candidates.len()];
        if self.groups.is_empty() {
            return covering;
        }
        let cells: Vec<Cells<'_>> = (0..self.keys.len()).map(|key| self.cells(key, candidates)).collect();
        let sums: BTreeMap<Place, Secret> =
            self.places().into_iter().filter_map(|place| Some((place, self.sum(place, &cells[place.0])?))).collect();
        let stretched = self.stretch(sums.iter().map(|((key, ..), sum)| (*key, sum)).collect());
        let said: HashSet<(Place, Mark)> = self.groups.iter().map(|group| ((group.key, group.of, group.at), group.mark)).collect();
        for (place, sum) in &sums {
            if !said.contains(&(*place, Mark::new("", &stretched[&(place.0, sum)]))) {
                continue;
            }
            for cell in self.within(*place, &cells[place.0]).map(|(_, cell)| cell).filter(|cell| self.is_plain(cell, expired)) {
                for (entry, found) in cell.entries.values().zip(cell.secrets.values()) {
                    for candidate in found {
                        covering[*candidate] = Some(*entry);
                    }
                }
            }
        }
        covering
    }

    /// Makes the groups of the first key anew, as far as the secrets of all their entries are `known`. The others stay: where
    /// they are not true any more, they say nothing.
    pub(super) fn regroup(&mut self, known: &[Candidate]) {
        let count = self.entries.iter().filter(|entry| entry.key == 0).count();
        let of = if count < LEAST_ENTRIES { 0 } else { (count / USUAL).next_power_of_two().min(MOST) };
        let cells = self.cells(0, known);
        let sums: BTreeMap<usize, Secret> = (0..of).filter_map(|at| Some((at, self.sum((0, of, at), &cells)?))).collect();
        let stretched = self.stretch(sums.values().map(|sum| (0, sum)).collect());
        let new = sums.iter().map(|(at, sum)| Group { key: 0, of, at: *at, mark: Mark::new("", &stretched[&(0, sum)]) });
        let mut groups: BTreeSet<Group> = new.collect();
        groups.extend(self.groups.iter().filter(|group| group.key > 0 || (group.of == of && !sums.contains_key(&group.at))));
        self.groups = groups.into_iter().collect();
    }

    /// As [`Baseline::regroup`], after entries were dropped, with what `judgement` says that `before` covered.
    pub fn regroup_covered(&mut self, before: &Baseline, candidates: &[Candidate], judgement: &Judgement) {
        let own = |entry: &Entry, candidate: &Candidate| entry.key == 0 && candidate.is_at(&entry.path);
        let pairs = candidates.iter().zip(&judgement.covering);
        let covered = pairs.filter(|(candidate, covering)| covering.is_some_and(|index| own(&before.entries[index], candidate)));
        self.regroup(&covered.map(|(candidate, _)| candidate.clone()).collect::<Vec<_>>());
    }

    /// The entries of a key, and what was found where they are.
    fn cells<'c>(&'c self, key: usize, candidates: &'c [Candidate]) -> Cells<'c> {
        let mut cells: Cells<'_> = BTreeMap::new();
        for (index, entry) in self.entries.iter().enumerate().filter(|(_, entry)| entry.key == key) {
            cells.entry((&entry.rule, &entry.path)).or_default().entries.entry(entry.mark).or_insert(index);
        }
        for (index, candidate) in candidates.iter().enumerate() {
            for path in BTreeSet::from([&candidate.path, &candidate.written]) {
                if let Some(cell) = cells.get_mut(&(candidate.rule.as_str(), path.as_str())) {
                    cell.secrets.entry(&candidate.secret).or_default().push(index);
                }
            }
        }
        cells
    }

    /// The groups to try.
    fn places(&self) -> BTreeSet<Place> {
        let mut ways: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
        for group in &self.groups {
            ways.entry(group.key).or_default().insert(group.of);
        }
        let is_tried = |group: &&Group| ways[&group.key].iter().rev().take(MOST_WAYS).any(|of| *of == group.of);
        self.groups.iter().filter(is_tried).map(|group| (group.key, group.of, group.at)).collect()
    }

    /// The cells of a group.
    fn within<'g, 'c>(
        &'g self,
        (key, of, at): Place,
        cells: &'g Cells<'c>,
    ) -> impl Iterator<Item = (&'g (&'c str, &'c str), &'g Cell<'c>)> {
        cells.iter().filter(move |((_, path), _)| place(&self.keys[key], path, of) == at)
    }

    /// What a group is the slow hash of. `None` where as many secrets were not found as there are entries, so that the group
    /// cannot be true, and where there are fewer than two, so that it spares nothing.
    fn sum(&self, at: Place, cells: &Cells<'_>) -> Option<Secret> {
        let mut hash = Sha256::new().chain_update(DOMAIN);
        let mut count = 0;
        for ((rule, path), cell) in self.within(at, cells) {
            if cell.entries.len() != cell.secrets.len() {
                return None;
            }
            count += cell.entries.len();
            let marks = cell.entries.keys().map(|mark| mark.bytes().as_slice());
            let secrets = cell.secrets.keys().map(|secret| secret.reveal());
            for field in [rule.as_bytes(), path.as_bytes(), &cell.entries.len().to_le_bytes()].into_iter().chain(marks).chain(secrets) {
                hash.update((field.len() as u64).to_le_bytes());
                hash.update(field);
            }
        }
        (count > 1).then(|| Secret::new(hash.finalize().to_vec()))
    }

    /// Whether it does not matter which entry stands for which secret, and all of them count.
    fn is_plain(&self, cell: &Cell<'_>, expired: &[bool]) -> bool {
        let said = |index: &usize| {
            let entry = &self.entries[*index];
            (&entry.expires, &entry.by, &entry.reason)
        };
        let mut indices = cell.entries.values();
        let first = indices.clone().next().map(said);
        indices.all(|index| !expired[*index] && Some(said(index)) == first)
    }
}

/// The group that entries at a path are in.
fn place(key: &Key, path: &str, of: usize) -> usize {
    let hash = Sha256::new().chain_update(DOMAIN).chain_update(key.bytes()).chain_update(path).finalize();
    usize::from(hash[0]) % of
}
