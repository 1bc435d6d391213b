//! L0: the unit of scanning and where it comes from.
//!
//! A [`Blob`] is handed from a source to the pipeline. Sources never know the rules, so a blob carries
//! bytes and an [`Origin`], and nothing else.

use crate::text::path::through;
use std::path::PathBuf;

/// Bytes to scan and where they lie.
#[derive(Debug)]
pub struct Blob<'a> {
    /// The content as it is stored: no decoding, no line-ending conversion.
    pub bytes: &'a [u8],
    /// Where the bytes come from.
    pub origin: Origin,
    /// What stood in the same place before, in `staged` and range scans: a secret that is in here is not
    /// introduced by the blob. Empty where there is no predecessor.
    pub previous: &'a [u8],
}

/// A stretch of a blob that was copied from another one, its base.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Copied {
    /// Offset in the blob.
    pub at: usize,
    /// Offset in the base.
    pub from: usize,
    /// Length in bytes.
    pub length: usize,
}

/// Where a blob comes from.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Origin {
    /// A file of a tree, by its path as reported: relative to the scan root where possible, `/` on every platform.
    File {
        /// The reported path.
        path: String,
        /// The path to open it by.
        disk: PathBuf,
    },
    /// Standard input, under the name that the user gave (default `<stdin>`).
    Stdin {
        /// The reported path.
        path: String,
    },
    /// An entry of git's index: what `git commit` would record.
    Index {
        /// Repository-relative path, `/` separated.
        path: String,
        /// Object id of the staged blob, in hex.
        id: String,
    },
    /// An object of a git object database. Its paths and commits are found out by attribution, after scanning.
    Object {
        /// Object id in hex.
        id: String,
        /// What kind of object it is.
        kind: ObjectKind,
    },
    /// A blob that a range has at several paths, where not the same stood at all of them before: what is found in it is new
    /// at these.
    Introduced {
        /// Object id in hex.
        id: String,
        /// Paths as attribution tells them.
        paths: Vec<String>,
    },
    /// A member of an archive that was found in another origin.
    Member {
        /// Where the archive itself lies.
        archive: Box<Origin>,
        /// The member's name inside the archive, as stored there.
        name: String,
    },
    /// The name of a file or directory: not what is in it.
    Name {
        /// What lies at a path that the name is a part of.
        of: Box<Origin>,
        /// The name, as it stands in the path.
        name: String,
    },
    /// The name of a reference of a git repository.
    Reference {
        /// Path of the submodule that has it; empty where the repository itself does.
        submodule: String,
        /// The full name: `refs/heads/main`.
        name: String,
    },
}

/// Which kind of git object an [`Origin::Object`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ObjectKind {
    /// File content.
    Blob,
    /// A commit: its message, author and committer fields.
    Commit,
    /// An annotated tag's message.
    Tag,
}

impl Origin {
    /// The path that reports show, where it is known without attribution.
    #[must_use]
    pub fn path(&self) -> Option<String> {
        match self {
            Origin::File { path, .. } | Origin::Stdin { path } | Origin::Index { path, .. } => Some(path.clone()),
            Origin::Object { .. } | Origin::Introduced { .. } | Origin::Reference { .. } => None,
            Origin::Member { archive, name } => archive.path().map(|outer| format!("{outer}!{name}")),
            Origin::Name { of, name } => of.path().map(|path| through(&path, name).unwrap_or(name).to_owned()),
        }
    }

    /// A name for messages: the path, or the object id.
    #[must_use]
    pub fn label(&self) -> String {
        match self {
            Origin::Object { id, kind } => {
                let kind = match kind {
                    ObjectKind::Blob => "blob",
                    ObjectKind::Commit => "commit",
                    ObjectKind::Tag => "tag",
                };
                format!("{kind} {id}")
            }
            Origin::Introduced { id, .. } => format!("blob {id}"),
            Origin::Member { archive, name } => format!("{}!{name}", archive.label()),
            Origin::Name { of, .. } => format!("name of {}", of.label()),
            Origin::Reference { submodule, name } if submodule.is_empty() => name.clone(),
            Origin::Reference { submodule, name } => format!("{submodule}:{name}"),
            other => other.path().unwrap_or_default(),
        }
    }
}

/// Why something was not scanned, or not whole. Counted and named in every report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skip {
    /// Path or object that was left out.
    pub what: String,
    /// Why.
    pub reason: SkipReason,
    /// What the system said, where it said something.
    pub detail: String,
}

/// The reasons for a [`Skip`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum SkipReason {
    /// The operating system would not let it be read.
    Unreadable,
    /// Larger than the size limit.
    TooLarge,
    /// An object that could not be decoded.
    Corrupt,
    /// An object that git knows of but that is not in the object database (shallow or partial clone).
    Missing,
    /// More matches than are kept of one blob: what stands behind them was not looked at.
    TooManyMatches,
    /// Encoded text past the size or ratio limits of decoding.
    EncodedLimit,
    /// A device, socket or pipe. Nothing can be committed from it, so it does not make a scan incomplete.
    Special,
    /// An archive past the depth, size or ratio limits.
    ArchiveLimit,
    /// An archive, or a member of one, in a format that cannot be opened, or encrypted. Only where archives were asked for.
    UnsupportedArchive,
    /// A submodule, which is a repository of its own. Does not make a scan incomplete.
    Submodule,
    /// Left out by `paths:` in the configuration or an ignore file that the user asked for.
    Excluded,
}

impl SkipReason {
    /// Whether the scan is incomplete because of it (exit status 2 unless the user allows it).
    #[must_use]
    pub fn is_incomplete(self) -> bool {
        match self {
            SkipReason::Unreadable
            | SkipReason::TooLarge
            | SkipReason::Corrupt
            | SkipReason::Missing
            | SkipReason::TooManyMatches
            | SkipReason::EncodedLimit
            | SkipReason::ArchiveLimit
            | SkipReason::UnsupportedArchive => true,
            SkipReason::Special | SkipReason::Submodule | SkipReason::Excluded => false,
        }
    }

    /// A short phrase for a report.
    #[must_use]
    pub fn phrase(self) -> &'static str {
        match self {
            SkipReason::Unreadable => "unreadable",
            SkipReason::TooLarge => "too large",
            SkipReason::Corrupt => "corrupt",
            SkipReason::Missing => "missing from the object database",
            SkipReason::TooManyMatches => "too many matches",
            SkipReason::EncodedLimit => "encoded text past the limits",
            SkipReason::Special => "not a regular file",
            SkipReason::ArchiveLimit => "archive past the limits",
            SkipReason::UnsupportedArchive => "archive that cannot be opened",
            SkipReason::Submodule => "submodule",
            SkipReason::Excluded => "excluded by configuration",
        }
    }
}
