//! L3: what `git commit` would record: the blobs of the index that HEAD does not have.
//!
//! Content is read from the object database, never from the work tree, so what is checked is what is committed:
//! `git add -p` leaves both different, and filters may too. `GIT_INDEX_FILE` is honoured, since `git commit -a` and
//! `git commit PATH` build an index of their own for the hook.

mod compare;
mod replaced;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use gix::bstr::{BStr, ByteSlice as _};
use gix::index::State;
use gix::{ObjectId, bstr::BString};
use rayon::iter::{IntoParallelRefIterator as _, ParallelIterator as _};

use self::compare::{Change, Comparison, EXPANSION_LIMIT};
use super::git::{
    self, EntryKind, Former, GitEnvironment, Gone, Limits, ObjectError, Reader, Repository, Similarity, TreeLookup, deleted_files,
    read_regular, tree_of,
};
use super::names;
use super::replaced::TOO_MANY as TOO_MANY_REPLACED;
use super::{Coverage, Sink, SourceError};
use crate::blob::{Blob, Origin, Skip, SkipReason};
use crate::text::path::{display, display_os};

/// Paths at which one deleted tree is looked at: its blobs are the same at all of them.
const REPEATS: usize = 16;

/// What to look at in the index.
#[derive(Debug, Clone, Default)]
pub struct StagedOptions {
    /// A directory in the work tree, or the repository itself.
    pub dir: PathBuf,
    /// Give no predecessor, so that every secret in a changed file counts and not only those that are new in it.
    pub whole_files: bool,
    /// Largest blob to read, in bytes; `None` means no limit.
    pub max_size: Option<u64>,
    /// Files and directories to look at, relative to `dir`; empty means all.
    pub paths: Vec<String>,
}

/// Hands the staged blobs to `sink`.
///
/// # Errors
/// Where `dir` lies in no repository, or the index cannot be read.
pub fn scan(options: &StagedOptions, sink: &dyn Sink) -> Result<Coverage, SourceError> {
    scan_in(options, &GitEnvironment::of_process()?, sink)
}

/// As [`scan`], with the environment given.
///
/// # Errors
/// As [`scan`].
pub fn scan_in(options: &StagedOptions, environment: &GitEnvironment, sink: &dyn Sink) -> Result<Coverage, SourceError> {
    let repository = Repository::open(&options.dir, environment)?;
    let index = read_index(&repository)?;
    let reader = repository.objects().reader(0);
    let mut trees = TreeLookup::new(&reader, repository.objects().hash());
    let mut notes = Vec::new();
    let head = head_tree(&repository, &reader, &mut notes)?;
    let mut found = compare::compare(&index, head, &mut trees);
    drop_merged(&mut found, &repository, &reader, &mut trees, &mut notes);
    let named = named(options, &repository, environment)?;
    restrict(&mut found, &named);
    notes.extend(unknown(options, &named, &index, head, &mut trees, environment)?);
    tell_names(&found, head, &mut trees, sink);
    pair_renames(&mut found, options, &mut trees, &reader, sink);
    take_notes(&found, &mut notes, sink);
    let mut coverage = read(&found.changes, options, &repository, sink);
    if !options.whole_files && sink.seeks_replaced() && !replaced::tell(&found, head, &mut trees, options, &repository, sink) {
        coverage.notes.push(TOO_MANY_REPLACED.to_owned());
    }
    coverage.notes.splice(0..0, notes);
    Ok(coverage)
}

/// The index; an empty one where there is no file, as in a new repository.
fn read_index(repository: &Repository) -> Result<State, SourceError> {
    let path = repository.index_file();
    if !path.exists() {
        if repository.local().is_bare() && repository.work_tree().is_none() {
            return Err(SourceError::Repository {
                path: repository.shown().to_owned(),
                what: "a bare repository has no index: scan its history instead".to_owned(),
            });
        }
        return Ok(State::new(repository.objects().hash()));
    }
    let broken = |what: String| SourceError::Git {
        what: format!("{}: cannot read the index: {what}; `git reset` rebuilds it once the file is moved away", path.display()),
    };
    git::read_index(path, repository.objects().hash()).map_err(broken)
}

/// HEAD's tree; `None` before the first commit. One that cannot be read makes everything new, which is said.
fn head_tree(repository: &Repository, reader: &Reader, notes: &mut Vec<String>) -> Result<Option<ObjectId>, SourceError> {
    let Some(commit) = repository.head()? else { return Ok(None) };
    match tree_of(reader, &commit) {
        Ok(tree) => Ok(Some(tree)),
        Err(error) => {
            notes.push(format!("HEAD's commit {commit} cannot be read ({error}): every staged file counts as new"));
            Ok(None)
        }
    }
}

/// While a merge is in progress, drops what one of the other parents has at the same path, and takes their blobs as
/// predecessors of the rest.
fn drop_merged(found: &mut Comparison, repository: &Repository, reader: &Reader, trees: &mut TreeLookup<'_>, notes: &mut Vec<String>) {
    let Ok(heads) = read_regular(&repository.git_dir().join("MERGE_HEAD")) else { return };
    for head in String::from_utf8_lossy(&heads).lines() {
        let tree = ObjectId::from_hex(head.trim().as_bytes()).map_err(|_| ObjectError::Missing).and_then(|id| tree_of(reader, &id));
        let Ok(tree) = tree else {
            notes.push(format!("MERGE_HEAD {} cannot be read: what comes from it counts as new", head.trim()));
            continue;
        };
        found.changes.retain_mut(|change| match trees.at_path(&tree, change.path.as_bstr()) {
            Ok(Some((EntryKind::Blob, id))) if id == change.id => false,
            Ok(Some((EntryKind::Blob, id))) => {
                let former = Former::here(id);
                if !change.before.contains(&former) {
                    change.before.push(former);
                }
                true
            }
            _ => true,
        });
    }
}

/// The path of `dir` below the top of the work tree, with a final slash, where it is not the top itself.
fn prefix(repository: &Repository, dir: &Path, environment: &GitEnvironment) -> String {
    let below = || {
        let top = repository.work_tree()?.canonicalize().ok()?;
        let dir = environment.current_dir.join(dir).canonicalize().ok()?;
        Some(dir.strip_prefix(top).ok()?.to_string_lossy().replace('\\', "/"))
    };
    below().filter(|path| !path.is_empty()).map(|path| path + "/").unwrap_or_default()
}

/// The paths that the user named, from the top of the work tree.
fn named(options: &StagedOptions, repository: &Repository, environment: &GitEnvironment) -> Result<Vec<BString>, SourceError> {
    let prefix = prefix(repository, &options.dir, environment);
    let top = || repository.work_tree().and_then(|top| top.canonicalize().ok());
    let name = |path: &String| {
        if !Path::new(path).is_absolute() {
            return Ok(normalize(&prefix, path));
        }
        let below = top().and_then(|top| below(Path::new(path), &top));
        below.ok_or_else(|| SourceError::Repository { path: path.clone(), what: "is not in the work tree of the repository".to_owned() })
    };
    options.paths.iter().map(name).collect()
}

/// An absolute path from `top` on. The file itself may be gone, or a link.
fn below(path: &Path, top: &Path) -> Option<BString> {
    if path.canonicalize().is_ok_and(|path| path == top) {
        return Some(BString::default());
    }
    let parent = path.parent()?;
    let above = match parent.canonicalize() {
        Ok(parent) => display_os(parent.strip_prefix(top).ok()?).into_owned(),
        // Where the directory went as well.
        Err(_) => below(parent, top)?.to_string(),
    };
    Some(normalize(&above, &format!("/{}", path.file_name()?.to_str()?)))
}

/// Says which of the named paths are not in the index.
///
/// # Errors
/// For one that is nowhere, neither there, on disk nor in HEAD.
fn unknown(
    options: &StagedOptions,
    named: &[BString],
    index: &State,
    head: Option<ObjectId>,
    trees: &mut TreeLookup<'_>,
    environment: &GitEnvironment,
) -> Result<Vec<String>, SourceError> {
    let mut notes = Vec::new();
    for (path, named) in options.paths.iter().zip(named) {
        if index.entries().iter().any(|entry| is_below(entry.path(index), named.as_bstr())) {
            continue;
        }
        let on_disk = environment.current_dir.join(&options.dir).join(path).symlink_metadata();
        let mut was_there = || head.is_some_and(|head| matches!(trees.at_path(&head, named.as_bstr()), Ok(Some(_))));
        match on_disk {
            Err(error) if !was_there() => return Err(SourceError::Path { path: path.clone(), error }),
            _ => notes.push(format!("{path}: not in the index")),
        }
    }
    Ok(notes)
}

fn is_below(path: &BStr, named: &BStr) -> bool {
    named.is_empty() || path.strip_prefix(named.as_bytes()).is_some_and(|rest| matches!(rest.first(), None | Some(b'/')))
}

/// Keeps what lies at or below the paths that the user named.
fn restrict(found: &mut Comparison, named: &[BString]) {
    if named.is_empty() {
        return;
    }
    let wanted = |path: &BStr| named.iter().any(|named| is_below(path, named.as_bstr()));
    found.changes.retain(|change| wanted(change.path.as_bstr()));
    found.submodules.retain(|(path, _)| wanted(path.as_bstr()));
    found.incomplete.retain(|path| wanted(path.as_bstr()));
}

/// A path below `prefix` without `.`, `..` and doubled slashes.
fn normalize(prefix: &str, path: &str) -> BString {
    let path = if cfg!(windows) { path.replace('\\', "/") } else { path.to_owned() };
    let mut parts: Vec<&str> = Vec::new();
    for part in prefix.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/").into()
}

/// Tells names that hold a secret and that HEAD does not have, also those of submodules.
fn tell_names(found: &Comparison, head: Option<ObjectId>, trees: &mut TreeLookup<'_>, sink: &dyn Sink) {
    let files = found.changes.iter().filter(|change| change.before.is_empty()).map(|change| (&change.path, change.id));
    let submodules = found.submodules.iter().map(|(path, id)| (path, *id));
    for (path, id) in files.chain(submodules) {
        let path = display(path).into_owned();
        let mut is_known = |path: &str| head.is_some_and(|head| matches!(trees.at_path(&head, path.as_bytes().as_bstr()), Ok(Some(_))));
        names::tell(sink, &path, &|| Origin::Index { path: path.clone(), id: id.to_string() }, &mut is_known);
    }
}

/// Gives new files the one that they were before as predecessor, and drops those that were only moved from where all
/// that is in them counted. Where the user wants every changed file whole, all stay as they are.
fn pair_renames(found: &mut Comparison, options: &StagedOptions, trees: &mut TreeLookup<'_>, reader: &Reader, sink: &dyn Sink) {
    if options.whole_files || !found.changes.iter().any(|change| change.before.is_empty()) || found.deleted.is_empty() {
        return;
    }
    let gone = Gone::new(deleted_files(&found.deleted, trees, Limits::new(EXPANSION_LIMIT, REPEATS)));
    let mut similarity = Similarity::new(reader);
    let mut buffer = Vec::new();
    found.changes.retain_mut(|change| {
        let former = change.before.is_empty().then(|| similarity.best(change.path.as_bstr(), change.id, &gone)).flatten();
        let is_new =
            former.as_ref().is_none_or(|former| former.id != change.id || former.is_released(reader, options.max_size, sink, &mut buffer));
        change.before.extend(former);
        is_new
    });
}

/// Says what the user should know, and what was left out.
fn take_notes(found: &Comparison, notes: &mut Vec<String>, sink: &dyn Sink) {
    if found.unmerged > 0 {
        notes.push(format!(
            "{} in conflict, which cannot be committed before it is resolved: both sides were looked at",
            count(found.unmerged, "path")
        ));
    }
    if found.intended > 0 {
        notes.push(format!("{} added with --intent-to-add, without content so far", count(found.intended, "path")));
    }
    for what in &found.unreadable {
        notes.push(format!("{what} cannot be read: what lies there counts as new"));
    }
    for (path, _) in &found.submodules {
        sink.skip(Skip { what: display(path).into_owned(), reason: SkipReason::Submodule, detail: String::new() });
    }
    for path in &found.incomplete {
        sink.skip(Skip {
            what: display(path).into_owned(),
            reason: SkipReason::Missing,
            detail: "a directory of the sparse index".to_owned(),
        });
    }
}

fn count(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

/// Reads the changed blobs and hands them on.
fn read(changes: &[Change], options: &StagedOptions, repository: &Repository, sink: &dyn Sink) -> Coverage {
    let (blobs, bytes, unknown) = (AtomicU64::new(0), AtomicU64::new(0), AtomicU64::new(0));
    let new_thread = || (repository.objects().reader(0), Vec::new(), Vec::new(), Vec::new());
    changes.par_iter().for_each_init(new_thread, |(reader, content, previous, buffer), change| {
        let path = display(&change.path).into_owned();
        if let Err(error) = reader.read_blob(&change.id, options.max_size, content) {
            return sink.skip(skip(path, &change.id, &error, options.max_size));
        }
        previous.clear();
        for former in change.before.iter().filter(|_| !options.whole_files) {
            match former.read(reader, None, sink, buffer) {
                Ok(_) if previous.is_empty() => std::mem::swap(previous, buffer),
                Ok(_) => {
                    previous.push(b'\n');
                    previous.extend_from_slice(buffer);
                }
                Err(_) => drop(unknown.fetch_add(1, Ordering::Relaxed)),
            }
        }
        blobs.fetch_add(1, Ordering::Relaxed);
        bytes.fetch_add(content.len() as u64, Ordering::Relaxed);
        sink.blob(Blob { bytes: content, origin: Origin::Index { path, id: change.id.to_string() }, previous });
    });
    let mut coverage = Coverage { scope: "index".to_owned(), blobs: blobs.into_inner(), bytes: bytes.into_inner(), ..Coverage::default() };
    let unknown = unknown.into_inner();
    if unknown > 0 {
        coverage.notes.push(format!("{unknown} former versions cannot be read: all that their files hold counts as new"));
    }
    coverage
}

fn skip(what: String, id: &ObjectId, error: &ObjectError, limit: Option<u64>) -> Skip {
    let (reason, detail) = match error {
        ObjectError::Missing => (SkipReason::Missing, format!("blob {id}")),
        ObjectError::Corrupt(cause) => (SkipReason::Corrupt, format!("blob {id}: {cause}")),
        ObjectError::TooLarge(size) => (SkipReason::TooLarge, super::git::size_detail(*size, limit)),
    };
    Skip { what, reason, detail }
}

#[cfg(test)]
mod tests {
    use super::normalize;

    #[test]
    fn paths_are_taken_below_the_directory() {
        let cases = [("", "a/b", "a/b"), ("sub/", "a", "sub/a"), ("sub/", "../a//b/.", "a/b"), ("", "./", ""), ("", "../../x", "x")];
        for (prefix, path, expected) in cases {
            assert_eq!(normalize(prefix, path), expected, "{prefix} {path}");
        }
    }
}
