//! L3: where history starts: every reference, HEAD of every work tree, all stash entries, and what git remembers.

use std::path::{Path, PathBuf};

use gix::ObjectId;
use gix::bstr::ByteSlice as _;
use gix::hashtable::HashSet;

use crate::blob::{Skip, SkipReason};
use crate::sources::SourceError;
use crate::sources::git::{Named, ObjectError, References, Repository, read_regular};
use crate::text::path::display_os;

/// A name and the object it is at.
pub(super) type Tip = (String, ObjectId);

/// The starting points of a scan of everything.
#[derive(Debug, Default)]
pub(super) struct Tips {
    /// Names and objects, the latter as often as they are named.
    pub(super) list: Vec<Tip>,
    /// References that were followed.
    pub(super) refs: u64,
    /// Full names of references, whatever they lead to.
    pub(super) names: Vec<String>,
    /// What could not be read.
    pub(super) broken: Vec<Skip>,
}

/// Kinds of references that each work tree has of its own.
const PRIVATE: [&str; 3] = ["refs/bisect/", "refs/rewritten/", "refs/worktree/"];

/// Files and references of a work tree in which operations keep commits and trees.
const LEFT_BEHIND: [&str; 13] = [
    "ORIG_HEAD",
    "FETCH_HEAD",
    "MERGE_HEAD",
    "MERGE_AUTOSTASH",
    "CHERRY_PICK_HEAD",
    "REVERT_HEAD",
    "REBASE_HEAD",
    "BISECT_HEAD",
    "AUTO_MERGE",
    "rebase-merge/autostash",
    "rebase-merge/orig-head",
    "rebase-apply/autostash",
    "rebase-apply/orig-head",
];

/// Everything that a reference, a HEAD or the stash holds.
pub(super) fn all(repository: &Repository) -> Result<Tips, SourceError> {
    let mut tips = Tips::default();
    let shared = repository.references(None)?;
    tips.add_all(list(&shared, "refs/")?, "");
    tips.refs = tips.list.len() as u64;
    tips.add(("HEAD".to_owned(), shared.resolve("HEAD")));
    let linked = linked_work_trees(&repository.common_dir()).unwrap_or_else(|error| {
        tips.broken.push(unreadable("worktrees".to_owned(), &error));
        Vec::new()
    });
    for (name, directory) in linked {
        let private = repository.references(Some(directory))?;
        let above = format!("worktrees/{name}/");
        for prefix in PRIVATE {
            tips.add_all(list(&private, prefix)?, &above);
        }
        tips.add((format!("{above}HEAD"), private.resolve("HEAD")));
    }
    tips.list.extend(shared.stash().into_iter().enumerate().map(|(number, id)| (format!("stash@{{{number}}}"), id)));
    Ok(tips)
}

/// What git remembers on this machine and is still there, each object once: what logs of references name, and what
/// operations left behind.
///
/// An amended commit, or a branch that was reset, lives on in a log for months.
pub(super) fn remembered(repository: &Repository) -> Result<Tips, SourceError> {
    let top = repository.common_dir();
    let mut tips = Tips::default();
    // Where the list cannot be read, [`all`] says so.
    let linked = linked_work_trees(&top).unwrap_or_default();
    let linked = linked.into_iter().map(|(name, directory)| (format!("worktrees/{name}/"), directory, true));
    for (above, directory, is_linked) in std::iter::once((String::new(), top.clone(), false)).chain(linked) {
        let references = repository.references(is_linked.then(|| directory.clone()))?;
        let logged = references.logged();
        tips.list.extend(logged.objects.into_iter().map(|(name, id)| (format!("log of {above}{name}"), id)));
        let name = |path: &Path| display_os(path.strip_prefix(&top).unwrap_or(path)).into_owned();
        tips.broken.extend(logged.unreadable.iter().map(|(path, error)| unreadable(name(path), error)));
        tips.add_left_behind(&references, &directory, &above);
    }
    let reader = repository.objects().reader(0);
    let mut seen = HashSet::default();
    let is_there = |id: &ObjectId| !matches!(reader.header(id), Err(ObjectError::Missing));
    tips.list.retain(|(_, id)| seen.insert(*id) && is_there(id));
    Ok(tips)
}

/// The references that begin with `prefix`, such as `refs/remotes/origin/`; broken ones are left out.
pub(super) fn below(repository: &Repository, prefix: &str) -> Result<Vec<Tip>, SourceError> {
    let mut tips = Tips::default();
    tips.add_all(list(&repository.references(None)?, prefix)?, "");
    Ok(tips.list)
}

fn list(references: &References, prefix: &str) -> Result<Vec<Named>, SourceError> {
    references.below(prefix).map_err(|what| SourceError::Git { what: format!("cannot list references: {what}") })
}

impl Tips {
    fn add_all(&mut self, names: Vec<Named>, above: &str) {
        for (name, id) in names {
            let name = format!("{above}{name}");
            self.names.push(name.clone());
            self.add((name, id));
        }
    }

    /// Adds what merges, rebases, fetches and the like left in the directory of a work tree. A reftable has some of it.
    fn add_left_behind(&mut self, references: &References, directory: &Path, above: &str) {
        for name in LEFT_BEHIND {
            let shown = format!("{above}{name}");
            let listed = match read_regular(&directory.join(name)) {
                Ok(listed) => listed,
                Err(error) if is_absent(&error) => Vec::new(),
                Err(error) => {
                    self.broken.push(unreadable(shown, &error));
                    continue;
                }
            };
            let ids = listed.lines().filter_map(|line| ObjectId::from_hex(line.fields().next()?).ok());
            let kept = references.resolve(name).ok().flatten();
            self.list.extend(ids.chain(kept).map(|id| (shown.clone(), id)));
        }
    }

    fn add(&mut self, (what, id): Named) {
        match id {
            Ok(Some(id)) => self.list.push((what, id)),
            Ok(None) => {}
            Err(detail) => self.broken.push(Skip { what, reason: SkipReason::Corrupt, detail }),
        }
    }
}

/// Names and private directories of the linked work trees. One whose HEAD is gone is none any more.
///
/// # Errors
/// Where they are there and cannot be listed.
pub(super) fn linked_work_trees(common_dir: &Path) -> std::io::Result<Vec<(String, PathBuf)>> {
    let entries = match std::fs::read_dir(common_dir.join("worktrees")) {
        Ok(entries) => entries,
        Err(error) if is_absent(&error) => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let is_work_tree = |path: &Path| std::fs::metadata(path.join("HEAD")).map_or_else(|error| !is_absent(&error), |head| !head.is_dir());
    let mut found: Vec<_> = entries
        .flatten()
        .map(|entry| (entry.file_name().to_string_lossy().into_owned(), entry.path()))
        .filter(|(_, path)| is_work_tree(path))
        .collect();
    found.sort();
    Ok(found)
}

/// Whether there is nothing at a path.
fn is_absent(error: &std::io::Error) -> bool {
    matches!(error.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory)
}

fn unreadable(what: String, error: &std::io::Error) -> Skip {
    Skip { what, reason: SkipReason::Unreadable, detail: error.to_string() }
}
