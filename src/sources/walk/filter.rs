//! L3: what a walk does not go into: what ignore files, the user's paths, or other starts leave out.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Mutex;

use ignore::{DirEntry, Match};

use super::ignored::Ignored;
use super::roots::{Roots, reported};
use super::{Exclude, WalkOptions, lock};
use crate::blob::{Skip, SkipReason};

/// What the walk does not go into.
pub(super) struct Filter {
    pub(super) ignored: Option<Ignored>,
    hidden: bool,
    owned: HashSet<PathBuf>,
    exclude: Option<Exclude>,
    found: Mutex<Found>,
}

/// What the filter saw.
#[derive(Default)]
pub(super) struct Found {
    /// Directories that have a `.git`, as walked.
    pub(super) repositories: Vec<PathBuf>,
    pub(super) excluded: Vec<Skip>,
}

impl Filter {
    pub(super) fn new(options: &WalkOptions, roots: &Roots) -> Self {
        let ignored = options.respect_ignore.then(Ignored::new);
        Filter { ignored, hidden: options.hidden, owned: roots.owned.clone(), exclude: options.exclude.clone(), found: Mutex::default() }
    }

    pub(super) fn keeps(&self, entry: &DirEntry) -> bool {
        let path = entry.path();
        if entry.file_name() == ".git" {
            let parent = path.parent().unwrap_or(path).to_owned();
            lock(&self.found).repositories.push(parent);
            return false;
        }
        match self.ignored.as_ref().map_or(Match::None, |ignored| ignored.verdict(entry)) {
            Match::Ignore(()) => return false,
            Match::None if !self.hidden && entry.file_name().as_encoded_bytes().starts_with(b".") => return false,
            _ => {}
        }
        if !self.owned.is_empty() && self.owned.contains(path) {
            return false;
        }
        let Some(exclude) = &self.exclude else { return true };
        let path = reported(path);
        if !exclude.matches(&path) {
            return true;
        }
        lock(&self.found).excluded.push(excluded(path));
        false
    }

    pub(super) fn take(&self) -> Found {
        std::mem::take(&mut *lock(&self.found))
    }
}

pub(super) fn excluded(path: String) -> Skip {
    Skip { what: path, reason: SkipReason::Excluded, detail: String::new() }
}
