//! L2: the baseline: a committed file of findings that are accepted, so that only new ones block.
//!
//! An entry is a rule, a path and a [`Mark`] of the secret. A line that moves stays accepted; another secret on it,
//! or the same one in another file, is new. A file that was renamed keeps its entries for as long as nothing is at
//! its old path. The format and the reasons for it are in `docs/baseline.md`.

mod format;
mod group;
mod key;

pub use format::{BaselineError, is_date};
pub use key::{Key, Mark};

use super::{Secret, Suppression};
use group::Group;
use key::Stretched;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// The name under which a baseline is found by itself.
pub const NAME: &str = ".keyward.baseline";
/// The largest baseline that is read, in bytes.
pub const MOST_BYTES: u64 = 16 << 20;

/// A baseline in memory.
#[derive(Debug, Clone)]
pub struct Baseline {
    /// The file, for messages.
    name: String,
    /// One, but for files that were made on two branches and merged.
    keys: Vec<Key>,
    comments: Vec<String>,
    entries: Vec<Entry>,
    groups: Vec<Group>,
}

/// An accepted finding.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    /// Index of the key that made the mark.
    key: usize,
    mark: Mark,
    rule: String,
    /// Relative to the top of the repository.
    path: String,
    /// The last day on which it counts.
    expires: Option<String>,
    by: Option<String>,
    reason: String,
    /// 1-based line; 0 for a new one.
    line: usize,
}

impl Entry {
    /// What it accepts.
    fn stands_for(&self) -> (usize, Mark, &str) {
        (self.key, self.mark, &self.path)
    }
}

/// What identifies a finding to a baseline.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Candidate {
    /// Id of the rule.
    pub rule: String,
    /// Path relative to the top of the repository.
    pub path: String,
    /// As a new entry has it: without the secrets that names in it hold.
    pub written: String,
    /// The secret.
    pub secret: Secret,
}

impl Candidate {
    /// Whether an entry with that path stands for what is there. One of before names were hidden has the path as it is.
    fn is_at(&self, path: &str) -> bool {
        self.path == path || self.written == path
    }
}

/// Candidates as the entries are that were made of them.
fn at_written(candidates: &[Candidate]) -> Vec<Candidate> {
    candidates.iter().map(|candidate| Candidate { path: candidate.written.clone(), ..candidate.clone() }).collect()
}

/// What is said of entries that are added.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Remark {
    /// Why they are accepted.
    pub reason: Option<String>,
    /// Who accepted them.
    pub by: Option<String>,
    /// The last day on which they count, YYYY-MM-DD.
    pub expires: Option<String>,
}

/// How the findings of a scan stand to a baseline.
#[derive(Debug, Clone, Default)]
pub struct Judgement {
    /// For each candidate, the entry that covers it. An expired one covers nothing but is found.
    covering: Vec<Option<usize>>,
    /// Which entries are expired.
    expired: Vec<bool>,
}

impl Baseline {
    /// An empty baseline.
    #[must_use]
    pub fn new(name: &str, key: Key) -> Baseline {
        Baseline { keys: vec![key], ..Baseline::without_key(name) }
    }

    fn without_key(name: &str) -> Baseline {
        Baseline { name: name.to_owned(), keys: Vec::new(), comments: Vec::new(), entries: Vec::new(), groups: Vec::new() }
    }

    /// Reads a baseline; `name` is for messages.
    ///
    /// # Errors
    /// The first line that is not well formed.
    pub fn parse(name: &str, bytes: &[u8]) -> Result<Baseline, BaselineError> {
        format::parse(name, bytes)
    }

    /// The text of the file: sorted, without a clock, line numbers or secrets.
    #[must_use]
    pub fn print(&self) -> String {
        format::print(self)
    }

    /// The file, for messages.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Number of entries.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether it accepts nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The paths of its entries, and those of the archives that they are in.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        let of = |path: &'_ str| -> Vec<usize> { path.match_indices('!').map(|(end, _)| end).chain([path.len()]).collect() };
        self.entries.iter().flat_map(move |entry| of(&entry.path).into_iter().map(|end| &entry.path[..end]))
    }

    /// Finds the entry of each candidate. `today` is a day in UTC, YYYY-MM-DD; `exists` tells whether there still is
    /// something at the path of an entry. Slow for each distinct secret for which there may be an entry and no group tells.
    #[must_use]
    pub fn judge(&self, candidates: &[Candidate], today: &str, exists: &dyn Fn(&str) -> bool) -> Judgement {
        let expired: Vec<bool> = self.entries.iter().map(|entry| entry.expires.as_deref().is_some_and(|last| last < today)).collect();
        let grouped = self.grouped(candidates, &expired);
        let gone = self.gone(exists);
        // By hash all through: the file may come from an attacker, so entries times findings must not be a cost.
        let mut by_path: HashMap<(&str, &str), BTreeSet<usize>> = HashMap::new();
        let mut anywhere: HashMap<&str, BTreeSet<usize>> = HashMap::new();
        let mut by_mark: HashMap<(&str, usize, Mark), Vec<usize>> = HashMap::new();
        for (index, entry) in self.entries.iter().enumerate() {
            by_path.entry((&entry.rule, &entry.path)).or_default().insert(entry.key);
            if gone[index] {
                anywhere.entry(&entry.rule).or_default().insert(entry.key);
            }
            by_mark.entry((&entry.rule, entry.key, entry.mark)).or_default().push(index);
        }
        let keys = |candidate: &Candidate| -> BTreeSet<usize> {
            let rule = candidate.rule.as_str();
            let at = [&candidate.path, &candidate.written].map(|path| by_path.get(&(rule, path.as_str())));
            at.into_iter().chain([anywhere.get(rule)]).flatten().flatten().copied().collect()
        };
        let others = candidates.iter().zip(&grouped).filter(|(_, grouped)| grouped.is_none());
        let sought = others.flat_map(|(candidate, _)| keys(candidate).into_iter().map(|key| (key, &candidate.secret)));
        let stretched = self.stretch(sought.collect());
        let covering = candidates.iter().zip(&grouped).map(|(candidate, grouped)| {
            if grouped.is_some() {
                return *grouped;
            }
            let mark = |key: usize| (candidate.rule.as_str(), key, Mark::new(&candidate.rule, &stretched[&(key, &candidate.secret)]));
            let same = keys(candidate).into_iter().filter_map(|key| by_mark.get(&mark(key))).flatten().copied();
            let matching = same.filter(|index| gone[*index] || candidate.is_at(&self.entries[*index].path));
            // The entry of its own path before one that moved, and one that counts before an expired one.
            matching.min_by_key(|index| (expired[*index], !candidate.is_at(&self.entries[*index].path), *index))
        });
        Judgement { covering: covering.collect(), expired }
    }

    /// Adds entries for the candidates that have none, and renews those that expired where `remark` says until when.
    /// Entries of files that were renamed take the new path. Returns the number of new ones.
    pub fn add(&mut self, candidates: &[Candidate], judgement: &Judgement, remark: &Remark) -> usize {
        // An entry that stays has its mark already.
        let own =
            |covering: &Option<usize>| covering.map(|index| &self.entries[index]).filter(|entry| entry.key == 0).map(|entry| entry.mark);
        let marks: Vec<Option<Mark>> = judgement.covering.iter().map(own).collect();
        let others = candidates.iter().zip(&marks).filter(|(_, mark)| mark.is_none());
        let stretched = self.stretch(others.map(|(candidate, _)| (0, &candidate.secret)).collect());
        let made = |candidate: &Candidate| Mark::new(&candidate.rule, &stretched[&(0, &candidate.secret)]);
        let mut moved: HashSet<usize> = HashSet::new();
        let mut new: Vec<Entry> = Vec::new();
        for ((candidate, covering), mark) in candidates.iter().zip(&judgement.covering).zip(&marks) {
            let mut entry = Entry {
                key: 0,
                mark: mark.unwrap_or_else(|| made(candidate)),
                rule: candidate.rule.clone(),
                path: candidate.written.clone(),
                expires: remark.expires.clone(),
                by: remark.by.clone(),
                reason: remark.reason.clone().unwrap_or_default(),
                line: 0,
            };
            if let Some(index) = *covering {
                let old = &self.entries[index];
                moved.insert(index);
                let renewed = judgement.expired[index] && remark.expires.is_some();
                entry.expires = if renewed { entry.expires } else { old.expires.clone() };
                entry.by = if renewed && entry.by.is_some() { entry.by } else { old.by.clone() };
                entry.reason = if renewed && !entry.reason.is_empty() { entry.reason } else { old.reason.clone() };
                entry.line = old.line;
            }
            new.push(entry);
        }
        let before = self.entries.len();
        self.drop_entries(&moved);
        self.entries.append(&mut new);
        // One line may stand for several findings of the same secret in a file.
        let mut seen: HashSet<(Mark, String)> = HashSet::new();
        self.entries.retain(|entry| seen.insert((entry.mark, entry.path.clone())));
        self.regroup(&at_written(candidates));
        self.entries.len().saturating_sub(before)
    }

    /// Drops the entries that `other` has at these indices, and returns how many there were.
    pub fn drop_same(&mut self, other: &Baseline, indices: &[usize]) -> usize {
        let name = |of: &Baseline, entry: &Entry| (of.keys[entry.key].hex(), entry.mark, entry.path.clone());
        let dropped: HashSet<(String, Mark, String)> = indices.iter().map(|index| name(other, &other.entries[*index])).collect();
        let same = self.entries.iter().enumerate().filter(|(_, entry)| dropped.contains(&name(self, entry)));
        let same: HashSet<usize> = same.map(|(index, _)| index).collect();
        self.drop_entries(&same);
        same.len()
    }

    /// Drops the entries with these indices.
    fn drop_entries(&mut self, indices: &HashSet<usize>) {
        let mut index = 0..;
        self.entries.retain(|_| index.next().is_none_or(|index| !indices.contains(&index)));
    }

    /// Why a candidate is suppressed, if it is.
    #[must_use]
    pub fn suppression(&self, judgement: &Judgement, candidate: usize) -> Option<Suppression> {
        let index = judgement.covering[candidate].filter(|index| !judgement.expired[*index])?;
        let entry = &self.entries[index];
        let place = format!("{}:{}", self.name, entry.line);
        let reason = if entry.reason.is_empty() { place } else { format!("{} ({place})", entry.reason) };
        Some(Suppression { by: "baseline", reason })
    }

    /// A line for each finding that counts again.
    #[must_use]
    pub fn expired(&self, judgement: &Judgement) -> Vec<String> {
        let mut found: Vec<usize> = judgement.covering.iter().flatten().copied().filter(|index| judgement.expired[*index]).collect();
        found.sort_unstable();
        found.dedup();
        let line = |index: usize| {
            let entry = &self.entries[index];
            let last = entry.expires.as_deref().unwrap_or_default();
            format!("{}:{}: {} in {} was accepted until {last} and counts again", self.name, entry.line, entry.rule, entry.path)
        };
        found.into_iter().map(line).collect()
    }

    /// Indices of the entries that covered nothing, of those for which `in_scope` holds of rule and path.
    #[must_use]
    pub fn unused(&self, judgement: &Judgement, in_scope: &dyn Fn(&str, &str) -> bool) -> Vec<usize> {
        let used: HashSet<usize> = judgement.covering.iter().flatten().copied().collect();
        // A line that stands there twice, as after a merge, is used as often.
        let said: HashSet<(usize, Mark, &str)> = used.iter().map(|index| self.entries[*index].stands_for()).collect();
        let is_used = |index: &usize, entry: &Entry| used.contains(index) || said.contains(&entry.stands_for());
        let is_unused = |(index, entry): &(usize, &Entry)| !is_used(index, entry) && in_scope(&entry.rule, &entry.path);
        self.entries.iter().enumerate().filter(is_unused).map(|(index, _)| index).collect()
    }

    /// A line for each of these entries, which covered nothing.
    #[must_use]
    pub fn unused_lines(&self, indices: &[usize]) -> Vec<String> {
        let line = |entry: &Entry| format!("{}:{}: nothing matches {} in {} any more", self.name, entry.line, entry.rule, entry.path);
        indices.iter().map(|index| line(&self.entries[*index])).collect()
    }

    /// For each entry whether nothing is at its path any more.
    fn gone(&self, exists: &dyn Fn(&str) -> bool) -> Vec<bool> {
        let mut known: BTreeMap<&str, bool> = BTreeMap::new();
        self.entries.iter().map(|entry| *known.entry(&entry.path).or_insert_with(|| !exists(&entry.path))).collect()
    }

    /// Takes secrets through the slow function, on all processors.
    fn stretch<'s>(&self, secrets: HashSet<(usize, &'s Secret)>) -> HashMap<(usize, &'s Secret), Stretched> {
        secrets.into_par_iter().map(|(key, secret)| ((key, secret), self.keys[key].stretch(secret))).collect()
    }
}
