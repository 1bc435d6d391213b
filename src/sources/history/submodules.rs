//! L3: a history together with those of its initialised submodules, whose paths are told below theirs.
//!
//! A submodule is a repository of its own. Its directory lies in the `modules` of the one above, or in the work tree
//! where it was made by hand; only what is there already is scanned, nothing is fetched.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use gix::ObjectId;

use super::attribution::Traced;
use super::indexed::Indexed;
use super::introduced::Link;
use super::{Clean, History, HistoryOptions};
use crate::blob::{Blob, Origin, Skip, SkipReason};
use crate::engine::{Base, Trace};
use crate::findings::{Attribution, Fate, Names, Refs};
use crate::sources::git::{GitEnvironment, ObjectError, Repository, is_repository};
use crate::sources::{Coverage, Sink, SourceError};
use crate::text::path::display;

/// Directories that are entered below `modules`: names of submodules may hold slashes.
const DEEPEST: usize = 16;

impl History {
    /// The commits that a range moves submodules to.
    fn links(&self) -> &[Link] {
        &self.added().new.links
    }
}

/// A history and those of its submodules.
pub struct Histories {
    top: History,
    /// Path of each submodule below the top, and its history.
    below: Vec<(String, History)>,
    /// What of submodules is not there.
    missing: Vec<Skip>,
}

impl Histories {
    /// Opens a repository, and its submodules where the options ask for them.
    ///
    /// # Errors
    /// As [`History::open`], also for a submodule that cannot be opened.
    pub fn open(options: &HistoryOptions) -> Result<Self, SourceError> {
        let environment = GitEnvironment::of_process()?;
        let mut histories = Histories { top: History::open_in(options.clone(), &environment)?, below: Vec::new(), missing: Vec::new() };
        if !options.submodules {
            return Ok(histories);
        }
        let repository = &histories.top.repository;
        let indexed = Indexed::read(repository).submodules;
        let links = if options.range.is_some() { histories.top.links() } else { &[] };
        let mut linked: Vec<String> =
            indexed.iter().chain(links.iter().map(|link| &link.path)).map(|path| display(path).into_owned()).collect();
        linked.sort();
        linked.dedup();
        let found = find(repository, &linked);
        let wanted = |path: &&String| options.range.is_none() || histories.top.links().iter().any(|link| display(&link.path) == **path);
        let is_missing = |path: &&String| wanted(path) && !found.iter().any(|(known, _)| known == *path);
        histories.missing = linked.iter().filter(is_missing).map(|path| missing(path.clone(), NO_REPOSITORY)).collect();
        let none = GitEnvironment::none(&environment.current_dir);
        for (path, git_dir) in found {
            let mut options = HistoryOptions { repo: git_dir, names: Vec::new(), ..options.clone() };
            if options.range.is_some() {
                options.range = histories.range_of(&path, &Repository::open(&options.repo, &none)?);
                if options.range.is_none() {
                    continue;
                }
            }
            histories.below.push((path, History::open_in(options, &none)?));
        }
        Ok(histories)
    }

    /// The range of the submodule at `path` that the ranges of those above it bring, if they do. Those above are open.
    fn range_of(&mut self, path: &str, repository: &Repository) -> Option<String> {
        let reader = repository.objects().reader(0);
        let is_there = |id: &ObjectId| !matches!(reader.header(id), Err(ObjectError::Missing));
        let holder = self.below.iter().rev().find_map(|(above, history)| Some((history, path.strip_prefix(above)?.strip_prefix('/')?)));
        let (holder, below) = holder.unwrap_or((&self.top, path));
        let links = || holder.links().iter().filter(|link| display(&link.path) == below);
        let mut words: Vec<String> = Vec::new();
        let mut lacking: Vec<ObjectId> = Vec::new();
        for link in links() {
            if is_there(&link.id) { words.push(link.id.to_string()) } else { lacking.push(link.id) }
        }
        if !words.is_empty() {
            // Where it was in between is part of what is new.
            let is_base = |id: &&ObjectId| is_there(id) && links().all(|link| link.id != **id);
            words.extend(links().flat_map(|link| &link.before).filter(is_base).map(|id| format!("^{id}")));
        }
        lacking.sort();
        lacking.dedup();
        self.missing.extend(lacking.iter().map(|id| missing(format!("{path}: commit {id}"), "`git submodule update` fetches it")));
        (!words.is_empty()).then(|| words.join(" "))
    }

    /// Whether all that references lead to is scanned, and not what is asked for because it is new, also where it turns out
    /// that nothing is known yet that it could be new to.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        let options = &self.top.options;
        let asks_for_new = options.range.is_some() || options.since.is_some() || options.not_in.is_some() || options.not_known;
        !asks_for_new && !self.top.scope.is_difference
    }

    /// The directories of the repository: its own, and its work tree.
    #[must_use]
    pub fn directories(&self) -> Vec<PathBuf> {
        let repository = &self.top.repository;
        [Some(repository.common_dir()), Some(repository.git_dir().to_owned()), repository.work_tree().map(Path::to_owned)]
            .into_iter()
            .flatten()
            .collect()
    }

    /// The length of an object id, in bytes.
    #[must_use]
    pub fn id_length(&self) -> usize {
        self.top.repository.objects().hash().len_in_bytes()
    }

    /// Does not read these blobs, unless a range is scanned.
    pub fn skip_clean(&mut self, clean: &Arc<Clean>) {
        for history in std::iter::once(&mut self.top).chain(self.below.iter_mut().map(|(_, history)| history)) {
            history.clean = Some(clean.clone());
        }
    }

    /// Hands everything in scope to `sink`, the submodules after the top.
    ///
    /// # Errors
    /// As [`History::scan`].
    pub fn scan(&self, sink: &dyn Sink) -> Result<Coverage, SourceError> {
        let mut coverage = self.top.scan(sink)?;
        self.missing.iter().for_each(|skip| sink.skip(skip.clone()));
        for (path, history) in &self.below {
            let of_module = history.scan(&Below { path, sink })?;
            coverage.refs += of_module.refs;
            coverage.commits += of_module.commits;
            coverage.blobs += of_module.blobs;
            coverage.messages += of_module.messages;
            coverage.bytes += of_module.bytes;
            coverage.notes.extend(of_module.notes.into_iter().map(|note| format!("{path}: {note}")));
        }
        if !self.below.is_empty() {
            coverage.scope.push_str(" with submodules ");
            coverage.scope.push_str(&self.below.iter().map(|(path, _)| path.as_str()).collect::<Vec<_>>().join(", "));
        }
        Ok(coverage)
    }

    /// As [`History::trace`]. Names of references in a submodule stand behind its path and a colon.
    ///
    /// # Errors
    /// As [`History::trace`].
    pub fn trace(&self, ids: &[String], secrets: &[Vec<String>]) -> Result<Traced, SourceError> {
        let (mut attributions, mut fates) = self.top.trace(ids, secrets)?;
        for (path, history) in &self.below {
            let (mut below, fates_below) = history.trace(ids, secrets)?;
            let holds = |attributions: &HashMap<String, Vec<Attribution>>, secret: &Vec<String>| {
                secret.iter().any(|id| attributions.get(id).is_some_and(|all| all.iter().any(is_known)))
            };
            for ((fate, fate_below), secret) in fates.iter_mut().zip(fates_below).zip(secrets) {
                if holds(&below, secret) {
                    let is_above = holds(&attributions, secret);
                    join(fate, named(fate_below, path), is_above);
                }
            }
            for id in ids {
                let all = below.remove(id).unwrap_or_default();
                let known: Vec<Attribution> = all.into_iter().filter(is_known).map(|one| moved(one, path)).collect();
                let above = attributions.entry(id.clone()).or_default();
                if !known.is_empty() {
                    above.retain(is_known);
                    above.extend(known);
                }
            }
        }
        Ok((attributions, fates))
    }
}

const NO_REPOSITORY: &str = "there is no repository of it here: `git submodule update --init`";

fn missing(what: String, detail: &str) -> Skip {
    Skip { what, reason: SkipReason::Missing, detail: detail.to_owned() }
}

/// Whether anything leads to the object in the repository that was asked.
fn is_known(attribution: &Attribution) -> bool {
    !attribution.commit.is_empty() || !attribution.paths.is_empty()
}

/// The attribution with its paths below `top`. A message has the submodule itself for a path.
fn moved(mut attribution: Attribution, top: &str) -> Attribution {
    if attribution.paths.is_empty() {
        attribution.paths.push(top.to_owned());
        return attribution;
    }
    for path in &mut attribution.paths {
        *path = format!("{top}/{path}");
    }
    attribution
}

/// The fate with the names of its references behind `top`.
fn named(fate: Fate, top: &str) -> Fate {
    let name = |name: &String| format!("{top}:{name}");
    let refs = fate.refs.map(|refs| Refs { branches: refs.branches.map(name), tags: refs.tags.map(name), others: refs.others.map(name) });
    Fate { refs, ..fate }
}

/// Adds what became of a secret in a submodule. It is gone only where it is gone everywhere.
fn join(fate: &mut Fate, below: Fate, is_above: bool) {
    fate.in_head |= below.in_head;
    fate.removed =
        if is_above && (fate.removed.is_none() || below.removed.is_none()) { None } else { fate.removed.take().or(below.removed) };
    let (Some(refs), Some(below)) = (&mut fate.refs, below.refs) else { return };
    let append = |names: &mut Names, below: Names| {
        let unlisted = below.count - below.list.len();
        below.list.iter().for_each(|name| names.add(name));
        names.count += unlisted;
    };
    append(&mut refs.branches, below.branches);
    append(&mut refs.tags, below.tags);
    append(&mut refs.others, below.others);
}

/// Path and directory of each initialised submodule, by path. `linked` are the paths that the index names.
fn find(repository: &Repository, linked: &[String]) -> Vec<(String, PathBuf)> {
    let mut found = Vec::new();
    modules(&repository.common_dir().join("modules"), repository, &mut found);
    let top = repository.work_tree().unwrap_or_else(|| Path::new(""));
    for path in linked {
        // Made by hand, or by a git before 1.7.8: the repository lies in the work tree.
        let git_dir = top.join(path).join(".git");
        let is_directory = git_dir.symlink_metadata().is_ok_and(|there| there.is_dir());
        if is_directory && is_repository(&git_dir) && !found.iter().any(|(known, _)| known == path) {
            found.push((path.clone(), git_dir));
        }
    }
    found.sort();
    found
}

/// Adds the repositories below a `modules` directory, and those in theirs.
fn modules(directory: &Path, repository: &Repository, found: &mut Vec<(String, PathBuf)>) {
    let mut open = vec![(directory.to_owned(), 0)];
    while let Some((at, depth)) = open.pop() {
        if depth > 0 && is_repository(&at) {
            let name = at.strip_prefix(directory).unwrap_or(&at);
            found.push((place(&at, name, repository), at.clone()));
            open.push((at.join("modules"), depth));
            continue;
        }
        if depth < DEEPEST
            && let Ok(entries) = std::fs::read_dir(&at)
        {
            let is_directory = |entry: &std::fs::DirEntry| entry.file_type().is_ok_and(|kind| kind.is_dir());
            open.extend(entries.flatten().filter(is_directory).map(|entry| (entry.path(), depth + 1)));
        }
    }
}

/// Where the work tree of a submodule is below that of the repository; its name where that cannot be told.
fn place(git_dir: &Path, name: &Path, repository: &Repository) -> String {
    let top = repository.work_tree().and_then(|top| top.canonicalize().ok());
    let own = Repository::open(git_dir, &GitEnvironment::none(git_dir)).ok();
    let tree = own.and_then(|own| own.work_tree().map(Path::to_owned)).and_then(|tree| tree.canonicalize().ok());
    let below = match (&top, &tree) {
        (Some(top), Some(tree)) => tree.strip_prefix(top).ok().filter(|below| !below.as_os_str().is_empty()),
        _ => None,
    };
    crate::text::path::display_os(below.unwrap_or(name)).into_owned()
}

/// Says of what is not scanned which submodule it is in.
struct Below<'s> {
    path: &'s str,
    sink: &'s dyn Sink,
}

impl Below<'_> {
    /// What a path of the submodule is called in the repository that is scanned.
    fn below(&self, origin: &Origin) -> Origin {
        match origin {
            Origin::Index { path, id } => Origin::Index { path: format!("{}/{path}", self.path), id: id.clone() },
            Origin::Introduced { id, paths } => {
                let paths = paths.iter().map(|path| format!("{}/{path}", self.path)).collect();
                Origin::Introduced { id: id.clone(), paths }
            }
            other => other.clone(),
        }
    }
}

impl Sink for Below<'_> {
    fn blob(&self, blob: Blob<'_>) {
        self.sink.blob(Blob { origin: self.below(&blob.origin), ..blob });
    }

    fn version(&self, blob: Blob<'_>, base: Option<Base<'_>>) -> Option<Trace> {
        self.sink.version(blob, base)
    }

    fn is_leak(&self, name: &str) -> bool {
        self.sink.is_leak(name)
    }

    fn name(&self, origin: Origin) {
        self.sink.name(match origin {
            Origin::Reference { name, .. } => Origin::Reference { submodule: self.path.to_owned(), name },
            other => other,
        });
    }

    fn leaves_out(&self, origin: &Origin) -> bool {
        self.sink.leaves_out(&self.below(origin))
    }

    fn judges_paths(&self) -> bool {
        self.sink.judges_paths()
    }

    fn take_accepted(&self, origin: &Origin, bytes: &mut Vec<u8>) -> bool {
        self.sink.take_accepted(&self.below(origin), bytes)
    }

    fn skip(&self, skip: Skip) {
        self.sink.skip(Skip { what: format!("{}: {}", self.path, skip.what), ..skip });
    }
}
