//! L3: what to scan of a history.

use std::path::PathBuf;

/// What to scan of a history.
#[derive(Debug, Clone)]
pub struct HistoryOptions {
    /// A directory in the repository, or the repository itself.
    pub repo: PathBuf,
    /// `A..B`, `A...B`, `^A B` or a revision; `None` means everything that any reference leads to.
    pub range: Option<String>,
    /// Only what commits with this committer date or a later one add; any date that git understands.
    pub since: Option<String>,
    /// Start at these branches; patterns such as `release/*` are allowed. Empty means no restriction.
    pub branches: Vec<String>,
    /// Leave out what the remote of this name has, as far as its tracking branches say.
    pub not_in: Option<String>,
    /// Leave out what any reference leads to: what a push brings to this repository.
    pub not_known: bool,
    /// Full names of references that a push or change brings, which are scanned as such.
    pub names: Vec<String>,
    /// Threads; 0 means one for each processor.
    pub threads: usize,
    /// Largest blob to read, in bytes; `None` means no limit.
    pub max_size: Option<u64>,
    /// Scan messages, names and e-mails of commits and tags too.
    pub messages: bool,
    /// Scan every object of the database, whether a reference leads to it or not.
    pub unreachable: bool,
    /// Scan every blob in full, also where most of it was copied from one that was scanned. Finds the same.
    pub full: bool,
    /// Bytes of contents to hold as bases of what is to come; what is past it is built again when it is needed. `None`
    /// means no limit; default [`DEFAULT_MEMORY`].
    pub memory: Option<u64>,
    /// Scan initialised submodules too; see [`Histories`](super::Histories).
    pub submodules: bool,
    /// Directory of the cache of blobs in which nothing was found; `None` means that there is none. For the commands:
    /// a history is told what is in it by [`Histories::skip_clean`](super::Histories::skip_clean).
    pub cache: Option<PathBuf>,
}

/// Bytes of contents that are held by default: 512 MiB.
pub const DEFAULT_MEMORY: u64 = 512 << 20;

impl Default for HistoryOptions {
    fn default() -> Self {
        HistoryOptions {
            repo: PathBuf::new(),
            range: None,
            since: None,
            branches: Vec::new(),
            not_in: None,
            not_known: false,
            names: Vec::new(),
            threads: 0,
            max_size: None,
            messages: true,
            unreachable: false,
            full: false,
            memory: Some(DEFAULT_MEMORY),
            submodules: false,
            cache: None,
        }
    }
}
