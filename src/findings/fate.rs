//! L2: what became of a secret in a history: whether and by what it was removed, and what still leads to it.

/// Names that a list keeps; of the others only the number is known.
pub const MOST_NAMES: usize = 20;

/// What became of a secret in the commits that were scanned. `docs/history.md` defines it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fate {
    /// Whether HEAD holds it, in whatever version and at whatever path.
    pub in_head: bool,
    /// The commit that removed it; `None` where it was not removed, or never was in the tree of a commit.
    pub removed: Option<Removal>,
    /// What leads to a commit that holds it; `None` in a scan of a range, which does not look.
    pub refs: Option<Refs>,
}

/// The first commit without it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Removal {
    /// The commit, in hex.
    pub commit: String,
    /// Its author's name.
    pub author: String,
    /// Author date, RFC 3339 with the author's offset.
    pub date: String,
    /// First line of its message.
    pub subject: String,
}

/// References by the kind that they are of, as people call them: `main`, `origin/main`, `v1`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Refs {
    /// Branches, then tracking branches.
    pub branches: Names,
    /// Tags.
    pub tags: Names,
    /// Where no branch and no tag leads to it: other references, stash entries, logs and indexes.
    pub others: Names,
}

/// Some names of many.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names {
    /// The first [`MOST_NAMES`].
    pub list: Vec<String>,
    /// How many there are.
    pub count: usize,
}

impl Names {
    /// Adds a name.
    pub fn add(&mut self, name: &str) {
        self.count += 1;
        if self.list.len() < MOST_NAMES {
            self.list.push(name.to_owned());
        }
    }

    /// Each name changed by `change`.
    #[must_use]
    pub fn map(&self, change: impl FnMut(&String) -> String) -> Names {
        Names { list: self.list.iter().map(change).collect(), count: self.count }
    }
}
