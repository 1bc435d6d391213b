//! L3: what the index of each work tree holds: files that were staged and perhaps never committed.

use std::path::Path;

use gix::ObjectId;
use gix::bstr::BString;
use gix::hashtable::HashMap;
use gix::index::entry::{Flags, Mode};

use super::named::long_parts;
use super::refs::linked_work_trees;
use crate::blob::{Skip, SkipReason};
use crate::sources::git::{Repository, read_index};

/// The blobs of all indexes.
#[derive(Debug, Default)]
pub(super) struct Indexed {
    /// Blobs and their paths, each path once.
    pub(super) paths: HashMap<ObjectId, Vec<BString>>,
    /// Paths of submodules in the index of the current work tree.
    pub(super) submodules: Vec<BString>,
    /// Paths of submodules in the other ones.
    other_submodules: Vec<BString>,
    /// Indexes that could not be read.
    pub(super) broken: Vec<Skip>,
}

impl Indexed {
    /// Reads the index of every work tree, sides of a conflict and all.
    pub(super) fn read(repository: &Repository) -> Self {
        let mut indexed = Indexed::default();
        let top = repository.common_dir();
        indexed.add("index", &top.join("index"), repository);
        if repository.index_file() != top.join("index") {
            indexed.add("index", repository.index_file(), repository);
        }
        for (name, directory) in linked_work_trees(&top).unwrap_or_default() {
            indexed.add(&format!("worktrees/{name}/index"), &directory.join("index"), repository);
        }
        indexed
    }

    /// The paths of files and submodules in all of them.
    pub(super) fn all_paths(&self) -> impl Iterator<Item = &BString> {
        self.paths.values().flatten().chain(&self.submodules).chain(&self.other_submodules)
    }

    /// Names in the paths that are long enough to hold a secret.
    pub(super) fn long_names(&self) -> impl Iterator<Item = BString> {
        self.all_paths().flat_map(|path| long_parts(path).map(|(_, name)| name.to_owned()))
    }

    fn add(&mut self, what: &str, path: &Path, repository: &Repository) {
        if path.metadata().is_err_and(|error| error.kind() == std::io::ErrorKind::NotFound) {
            return;
        }
        let index = match read_index(path, repository.objects().hash()) {
            Ok(index) => index,
            Err(detail) => return self.broken.push(Skip { what: what.to_owned(), reason: SkipReason::Corrupt, detail }),
        };
        for entry in index.entries() {
            if entry.mode == Mode::COMMIT {
                let list = if path == repository.index_file() { &mut self.submodules } else { &mut self.other_submodules };
                list.push(entry.path(&index).to_owned());
            }
            // As in trees, what is neither directory nor submodule is content, whatever a damaged mode says. What is only
            // announced (`git add -N`) has none yet.
            let is_content = !matches!(entry.mode, Mode::COMMIT | Mode::DIR);
            if is_content && !(entry.flags.contains(Flags::INTENT_TO_ADD) && entry.id.is_empty_blob()) {
                let paths = self.paths.entry(entry.id).or_default();
                let path = entry.path(&index);
                if !paths.iter().any(|known| known == path) {
                    paths.push(path.to_owned());
                }
            }
        }
    }
}
