//! L3: where bytes come from. A source finds blobs and hands them to a [`Sink`]; it never knows the rules.

pub mod archive;
mod colours;
pub mod content;
pub mod diff;
pub mod git;
pub mod history;
mod mixed;
pub mod names;
mod replaced;
pub mod staged;
pub mod stdin;
pub mod walk;

use crate::blob::{Blob, Origin, Skip};
use crate::engine::{Base, Trace};

/// What takes the blobs of a source. Called from many threads at once.
pub trait Sink: Sync {
    /// Scans a blob. Returns when it is done with the bytes.
    fn blob(&self, blob: Blob<'_>);

    /// Scans a blob, which may be a version of one that was scanned before. Returns what a scan of the next version
    /// can use, where there is something.
    fn version(&self, blob: Blob<'_>, base: Option<Base<'_>>) -> Option<Trace> {
        let _ = base;
        self.blob(blob);
        None
    }

    /// Whether the name of a file or directory holds a secret, so that it is to be told where it stands.
    fn is_leak(&self, name: &str) -> bool {
        let _ = name;
        false
    }

    /// Takes note of a name that may hold a secret, an [`Origin::Name`] or [`Origin::Reference`].
    fn name(&self, origin: Origin) {
        let _ = origin;
    }

    /// Whether the user leaves out what is at a path, so that it does not matter that it cannot be read.
    fn leaves_out(&self, origin: &Origin) -> bool {
        let _ = origin;
        false
    }

    /// Whether secrets were found that a change may have moved from another file, so that what it replaced is to be told.
    fn seeks_replaced(&self) -> bool {
        false
    }

    /// Takes note of a file as it was before a change, which is no part of what is scanned; `previous` is what stands in
    /// its place now.
    fn replaced(&self, blob: Blob<'_>) {
        let _ = blob;
    }

    /// Whether something is accepted because of its path, so that a file that was only moved may bring what is new.
    fn judges_paths(&self) -> bool {
        false
    }

    /// Takes out of `bytes`, which lay at the path of `origin` before a change moved them, what was left out or accepted
    /// there: where they lie now it stands for the first time. Returns whether there was anything.
    fn take_accepted(&self, origin: &Origin, bytes: &mut Vec<u8>) -> bool {
        let _ = (origin, bytes);
        false
    }

    /// Takes note of something that was not scanned.
    fn skip(&self, skip: Skip);
}

/// What a source went through, for the coverage line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Coverage {
    /// What was scanned, in words: "working tree .", "index", "history main..HEAD".
    pub scope: String,
    /// Refs that were followed.
    pub refs: u64,
    /// Commits that were seen.
    pub commits: u64,
    /// Blobs that were scanned (files, objects, index entries).
    pub blobs: u64,
    /// Bytes of these blobs.
    pub bytes: u64,
    /// Messages of commits and tags that were scanned.
    pub messages: u64,
    /// Things the user should know that do not make the scan incomplete.
    pub notes: Vec<String>,
}

impl Coverage {
    /// Whether there was nothing to scan.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        self.blobs == 0 && self.messages == 0
    }
}

/// Why a source could not be scanned at all.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// A path that is not there or cannot be opened.
    #[error("{path}: {}", crate::text::system::words(error))]
    Path {
        /// The path as given.
        path: String,
        /// What the system said.
        error: std::io::Error,
    },
    /// Not inside a git repository, or one that cannot be opened.
    #[error("{path}: {what}")]
    Repository {
        /// The path as given.
        path: String,
        /// What is wrong and what to do.
        what: String,
    },
    /// A revision, range or branch that does not resolve.
    #[error("`{revision}`: {what}")]
    Revision {
        /// The revision as given.
        revision: String,
        /// What is wrong and what to do.
        what: String,
    },
    /// A diff that cannot be read.
    #[error("{name}:{line}: {what}")]
    Diff {
        /// The file, or what stands for standard input.
        name: String,
        /// 1-based line.
        line: usize,
        /// What is wrong.
        what: &'static str,
    },
    /// Git data that cannot be read.
    #[error("{what}")]
    Git {
        /// What is wrong and what to do.
        what: String,
    },
}
