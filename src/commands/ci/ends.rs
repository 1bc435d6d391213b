//! Where a range that the user names begins, and what it leads to.

use crate::sources::git::{GitEnvironment, Repository};
use crate::sources::history::{Snapshot, without_parent};
use anyhow::Context as _;
use std::path::Path;

/// The ends of a change, as revisions.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Ends {
    /// What it is a change of: the first that the range leaves out. `None` where it leaves out nothing.
    pub(super) base: Option<String>,
    /// The last that it leads to.
    pub(super) head: Option<String>,
}

/// Reads the ends of `range`, in every form in which a range can be written.
///
/// # Errors
/// Where the base is not in the clone. Asked for here, since the configuration would be read from it first and the message
/// be about that.
pub(super) fn ends(dir: &Path, range: &str) -> anyhow::Result<Ends> {
    let mut ends = Ends::default();
    for word in range.split_whitespace() {
        let Ends { base, head } = ends_of_word(dir, word)?;
        ends = Ends { base: ends.base.or(base), head: head.or(ends.head) };
    }
    if let Some(base) = &ends.base {
        Snapshot::open(dir, base).context("--range")?;
    }
    Ok(ends)
}

fn ends_of_word(dir: &Path, word: &str) -> anyhow::Result<Ends> {
    let or_head = |revision: &str| Some(if revision.is_empty() { "HEAD" } else { revision }.to_owned());
    if let Some((from, to)) = word.split_once("..") {
        // `A...B` too
        return Ok(Ends { base: or_head(from), head: or_head(to.strip_prefix('.').unwrap_or(to)) });
    }
    if let Some(commit) = word.strip_suffix("^!") {
        return Ok(Ends { base: Some(parent(dir, commit)?), head: Some(commit.to_owned()) });
    }
    if let Some((commit, number)) = without_parent(word) {
        return Ok(Ends { base: Some(format!("{commit}^{number}")), head: Some(commit.to_owned()) });
    }
    Ok(match word.strip_prefix('^') {
        Some(excluded) => Ends { base: Some(excluded.to_owned()), head: None },
        None if word.ends_with("^@") => Ends::default(),
        None => Ends { base: None, head: Some(word.to_owned()) },
    })
}

/// The first parent of a commit; of one that has none, or whose parent is not in the clone, nothing.
fn parent(dir: &Path, commit: &str) -> anyhow::Result<String> {
    let parent = format!("{commit}^1");
    if Snapshot::open(dir, &parent).is_ok() {
        return Ok(parent);
    }
    Snapshot::open(dir, commit).context("--range")?;
    let hash = Repository::open(dir, &GitEnvironment::of_process()?)?.objects().hash();
    Ok("0".repeat(hash.len_in_hex()))
}
