//! L3: the history of a git repository: every blob, commit and tag that a reference, a log or an index leads to, or
//! what a range adds.
//!
//! Objects are read from the object database, each once, in any order and by all threads; nothing of `git log`'s view of
//! them matters (diffs, merges, renames). Paths and commits are looked up afterwards and only for what was found:
//! [`History::attribute`]. For a range every commit is compared with its parents, so that only what it adds is scanned,
//! with what stood there before.

mod attribution;
mod changed;
mod clean;
mod fate;
mod holders;
mod indexed;
mod introduced;
mod message;
mod named;
mod objects;
mod options;
mod packed;
mod range;
mod reach;
mod refs;
mod replaced;
mod revision;
mod scope;
mod search;
mod snapshot;
mod submodules;
mod trees;
mod walk;
mod workers;

pub use attribution::Traced;
pub use clean::Clean;
pub use options::{DEFAULT_MEMORY, HistoryOptions};
pub use range::without_parent;
pub use snapshot::{Paths, Snapshot};
pub use submodules::Histories;

use std::collections::HashSet;
use std::sync::{Arc, OnceLock};

use gix::ObjectId;
use gix::bstr::BString;
use gix::objs::Kind;
use rayon::ThreadPool;

use self::indexed::Indexed;
use self::introduced::{Introduced, Introduction, New, introduced};
use self::named::Leaks;
use self::objects::{Reading, Scanned};
use self::packed::{Budget, Catalog, Packed, Wanted, commits};
use self::range::{Selection, select};
use self::reach::reach;
use self::scope::Scope;
use self::trees::{Ground, Numbers};
use self::walk::{Graph, object_skip};
use super::git::{GitEnvironment, ObjectError, Repository};
use super::replaced::TOO_MANY as TOO_MANY_REPLACED;
use super::{Coverage, Sink, SourceError};
use crate::blob::{ObjectKind, Origin, Skip, SkipReason};

/// An opened history, its revisions looked up.
pub struct History {
    options: HistoryOptions,
    repository: Repository,
    pool: ThreadPool,
    scope: Scope,
    shallow: HashSet<ObjectId>,
    catalog: OnceLock<Catalog>,
    budget: Budget,
    graph: OnceLock<Graph>,
    indexed: OnceLock<Indexed>,
    /// Blobs that are not read again.
    clean: Option<Arc<Clean>>,
    /// Names that hold a secret.
    leaks: Leaks,
    added: OnceLock<Added>,
}

/// What a range adds.
struct Added {
    selection: Selection,
    new: New,
    /// Of the blobs that were moved as they are those of which something did not count where they were.
    released: OnceLock<Introduced>,
    /// New paths that end with a name that holds one, each with the id of the name for its blob.
    leaks: OnceLock<Vec<Introduction>>,
}

impl History {
    /// Opens the repository and looks up what the options name.
    ///
    /// # Errors
    /// Where there is no repository, or a revision, branch or date is not known; the error names it.
    pub fn open(options: HistoryOptions) -> Result<Self, SourceError> {
        Self::open_in(options, &GitEnvironment::of_process()?)
    }

    /// As [`History::open`], with the environment given.
    ///
    /// # Errors
    /// As [`History::open`].
    pub fn open_in(options: HistoryOptions, environment: &GitEnvironment) -> Result<Self, SourceError> {
        let repository = Repository::open(&options.repo, environment)?;
        let scope = Scope::find(&repository, &options)?;
        let shallow = repository.shallow()?;
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(options.threads)
            .thread_name(|number| format!("history-{number}"))
            .build()
            .map_err(|error| SourceError::Git { what: format!("cannot start threads: {error}") })?;
        let budget = Budget::new(options.memory);
        let (catalog, graph, indexed, added) = (OnceLock::new(), OnceLock::new(), OnceLock::new(), OnceLock::new());
        let (clean, leaks) = (None, Leaks::default());
        Ok(History { options, repository, pool, scope, shallow, catalog, budget, graph, indexed, clean, leaks, added })
    }

    /// Hands everything in scope to `sink`, from many threads. What cannot be read is named to it and left out.
    ///
    /// # Errors
    /// None so far: what can go wrong as a whole does so in [`History::open`].
    pub fn scan(&self, sink: &dyn Sink) -> Result<Coverage, SourceError> {
        for skip in &self.scope.broken {
            sink.skip(skip.clone());
        }
        for name in &self.scope.names {
            sink.name(Origin::Reference { submodule: String::new(), name: name.clone() });
        }
        let mut coverage = if self.scope.is_difference { self.scan_range(sink) } else { self.scan_reachable(sink) };
        coverage.scope.clone_from(&self.scope.shown);
        coverage.refs = self.scope.refs;
        coverage.notes.splice(0..0, self.scope.notes.iter().cloned());
        if coverage.commits == 0 {
            coverage.notes.push(format!("{} holds no commits", self.scope.shown));
        }
        Ok(coverage)
    }

    /// Every object that the tips lead to.
    fn scan_reachable(&self, sink: &dyn Sink) -> Coverage {
        let (graph, objects) = (self.graph(), self.repository.objects());
        graph.skips.iter().for_each(|skip| sink.skip(skip.clone()));
        name_cut(graph.is_cut, sink);
        let packed = self.packed();
        let numbers = Numbers::new(packed);
        let roots = graph.commits.iter().map(|node| node.tree).chain(graph.trees.iter().copied()).collect();
        let (mut found, skips) = reach(self.ground(packed), &numbers, roots);
        for skip in skips {
            sink.skip(skip);
        }
        let links = found.submodules.len();
        let indexed = self.indexed();
        indexed.broken.iter().for_each(|skip| sink.skip(skip.clone()));
        for id in graph.blobs.iter().chain(indexed.paths.keys()) {
            found.add(id);
        }
        found.names.extend(indexed.long_names());
        let mut wanted = Wanted::new(packed);
        let mut known = 0_u64;
        for number in found.packed.numbers() {
            if self.is_clean(|| packed.id(number)) {
                known += 1;
            } else {
                wanted.add_number(packed, number, ObjectKind::Blob);
            }
        }
        let (clean, others): (Vec<ObjectId>, Vec<ObjectId>) = found.others.into_iter().partition(|id| self.is_clean(|| *id));
        known += clean.len() as u64;
        wanted.others.extend(others.into_iter().map(|id| (id, ObjectKind::Blob)));
        if self.options.messages {
            graph.commits.iter().for_each(|node| wanted.add(packed, node.id, ObjectKind::Commit));
            graph.tags.iter().for_each(|id| wanted.add(packed, *id, ObjectKind::Tag));
        }
        if self.options.unreachable {
            found.names.extend(found.other_names);
            found.names.extend(self.add_unreachable(&mut wanted, sink));
        }
        self.leaks.tell(found.names, objects.hash(), sink);
        let scanned = objects::scan(objects, packed, &self.pool, wanted, self.reading(), &self.budget, sink);
        let mut coverage = self.coverage(graph.commits.len(), graph.tags.len(), scanned);
        if known > 0 {
            coverage.blobs += known;
            let what = "were found clean before, by the same program and rules, and not read again (--cache)";
            coverage.notes.push(format!("{known} of {} blobs {what}", coverage.blobs));
        }
        self.note_links(links, &mut coverage);
        coverage
    }

    /// Says of how many commits of submodules, which are named here, nothing is known.
    fn note_links(&self, links: usize, coverage: &mut Coverage) {
        if links > 0 && !self.options.submodules {
            let what = "submodules are repositories of their own";
            let flag = "`history` and `ci` do with --submodules";
            coverage.notes.push(format!("{what}: {links} of their commits are named here and were not scanned; {flag}"));
        }
    }

    /// Adds what is in the object database and not reachable; the names in loose directories, reachable or not.
    fn add_unreachable(&self, wanted: &mut Wanted, sink: &dyn Sink) -> HashSet<BString> {
        let (objects, packed) = (self.repository.objects(), self.packed());
        let mut names = HashSet::new();
        let reader = objects.reader(0);
        let mut seen: HashSet<ObjectId> = wanted.others.iter().map(|(id, _)| *id).collect();
        for id in objects.ids() {
            let id = match id {
                Ok(id) => id,
                Err(error) => {
                    sink.skip(object_skip("object database".to_owned(), &error, None));
                    continue;
                }
            };
            let number = packed.find(&id);
            let known = number.and_then(|number| packed.kind(number));
            if known.is_none() && !seen.insert(id) {
                continue;
            }
            let kind = match known.map_or_else(|| reader.header(&id).map(|(kind, _)| kind), Ok) {
                Ok(Kind::Blob) if self.is_clean(|| id) => continue,
                Ok(Kind::Blob) => ObjectKind::Blob,
                Ok(Kind::Commit) if self.options.messages => ObjectKind::Commit,
                Ok(Kind::Tag) if self.options.messages => ObjectKind::Tag,
                Ok(Kind::Tree) if number.is_none() => {
                    names.extend(named::long_names(&reader, &id, objects.hash()));
                    continue;
                }
                Ok(_) | Err(ObjectError::Missing) => continue,
                Err(error) => {
                    sink.skip(object_skip(format!("object {id}"), &error, None));
                    continue;
                }
            };
            match number.filter(|_| known.is_some()) {
                Some(number) => wanted.add_number(packed, number, kind),
                None => wanted.others.push((id, kind)),
            }
        }
        names
    }

    /// What the commits of a range add.
    fn scan_range(&self, sink: &dyn Sink) -> Coverage {
        let (added, objects) = (self.added(), self.repository.objects());
        let selection = &added.selection;
        selection.skips.iter().chain(&added.new.skips).for_each(|skip| sink.skip(skip.clone()));
        name_cut(selection.is_cut, sink);
        if self.options.messages {
            let commits = selection.commits.iter().map(|commit| (commit.id, ObjectKind::Commit));
            let tags = selection.tags.iter().map(|id| (*id, ObjectKind::Tag));
            objects::one_by_one(objects, &self.pool, commits.chain(tags).collect(), None, sink);
        }
        self.tell_new_names(added, sink);
        let released = || introduced::released(objects, &self.pool, &added.new.moved, self.options.max_size, sink);
        let released = added.released.get_or_init(released);
        let scanned = changed::scan(objects, &self.pool, [&added.new.blobs, released], self.options.max_size, sink);
        let mut coverage = self.coverage(selection.commits.len(), selection.tags.len(), scanned);
        if !selection.loose.is_empty() {
            let scanned = self.scan_loose(selection, sink);
            coverage.blobs += scanned.blobs;
            coverage.bytes += scanned.bytes;
        }
        let links: HashSet<&ObjectId> = added.new.links.iter().map(|link| &link.id).collect();
        self.note_links(links.len(), &mut coverage);
        // A submodule is another repository, which other people may read: what is moved into it is new there.
        let looks = !self.options.submodules && sink.seeks_replaced();
        if looks && !replaced::tell(objects, &self.pool, selection, self.options.max_size, sink) {
            coverage.notes.push(TOO_MANY_REPLACED.to_owned());
        }
        coverage
    }

    /// Directories and files that a range names without a commit, such as a tag of a file. What the base or another
    /// such tag has as it is, at whatever path, is not new.
    fn scan_loose(&self, selection: &Selection, sink: &dyn Sink) -> Scanned {
        let objects = self.repository.objects();
        let numbers = Numbers::new(Packed::none());
        let ground = self.ground(Packed::none());
        let of = |list: &[(ObjectId, Kind)], wanted: Kind| -> Vec<ObjectId> {
            list.iter().filter(|(_, kind)| *kind == wanted).map(|(id, _)| *id).collect()
        };
        let known = [introduced::base_trees(objects, &selection.bases), of(&selection.known, Kind::Tree)].concat();
        // Where a known directory cannot be read, what it holds counts as new.
        let (mut known, _) = reach(ground, &numbers, known);
        for id in of(&selection.known, Kind::Blob) {
            known.add(&id);
        }
        let (found, skips) = reach(ground, &numbers, of(&selection.loose, Kind::Tree));
        for skip in skips {
            sink.skip(skip);
        }
        self.leaks.tell(found.names.into_iter().filter(|name| !known.names.contains(name)), objects.hash(), sink);
        let wanted = found.others.into_iter().chain(of(&selection.loose, Kind::Blob)).filter(|id| known.add(id));
        let wanted = wanted.map(|id| (id, ObjectKind::Blob)).collect();
        objects::one_by_one(objects, &self.pool, wanted, self.options.max_size, sink)
    }

    /// Whether a blob was found clean before, by the same program and rules.
    fn is_clean(&self, id: impl FnOnce() -> ObjectId) -> bool {
        self.clean.as_ref().is_some_and(|clean| clean.contains(&id()))
    }

    fn coverage(&self, commits: usize, tags: usize, scanned: Scanned) -> Coverage {
        let messages = if self.options.messages { commits + tags } else { 0 };
        let Scanned { blobs, bytes } = scanned;
        Coverage { commits: commits as u64, messages: messages as u64, blobs, bytes, ..Coverage::default() }
    }

    fn reading(&self) -> Reading {
        Reading { limit: self.options.max_size, full: self.options.full }
    }

    fn graph(&self) -> &Graph {
        self.graph.get_or_init(|| {
            let packed = self.packed();
            let known = commits(packed, &self.pool, &self.budget);
            Graph::walk(self.repository.objects(), packed, &known, &self.scope.ends.included, &self.shallow)
        })
    }

    /// What the packs hold. Looks at the header of every entry, so it is not for what reads a few objects.
    fn packed(&self) -> Packed<'_> {
        let objects = self.repository.objects();
        self.catalog.get_or_init(|| self.pool.install(|| Catalog::read(objects))).of(objects)
    }

    /// Where trees are read: those of `packed` all at once.
    fn ground<'h>(&'h self, packed: Packed<'h>) -> Ground<'h> {
        Ground { objects: self.repository.objects(), packed, pool: &self.pool, budget: &self.budget }
    }

    /// What is staged, where everything is asked for.
    fn indexed(&self) -> &Indexed {
        self.indexed.get_or_init(|| if self.scope.is_all { Indexed::read(&self.repository) } else { Indexed::default() })
    }

    fn added(&self) -> &Added {
        self.added.get_or_init(|| {
            let selection = select(&self.repository, &self.scope.ends, self.scope.since, &self.shallow);
            let new = introduced(self.repository.objects(), &self.pool, &selection);
            Added { selection, new, released: OnceLock::new(), leaks: OnceLock::new() }
        })
    }
}

/// A shallow clone lacks history without any sign in what is there.
fn name_cut(is_cut: bool, sink: &dyn Sink) {
    if is_cut {
        let detail = "shallow clone: fetch the whole history (`git fetch --unshallow`, or `fetch-depth: 0` in GitHub Actions)";
        sink.skip(Skip { what: "history".to_owned(), reason: SkipReason::Missing, detail: detail.to_owned() });
    }
}
