//! Findings that another tool accepts, looked up among those of a scan.

use crate::commands::{Console, Session, scan};
use crate::findings::Secret;
use crate::findings::baseline::Candidate;
use crate::import::{Accepted, Known, Left};
use crate::pipeline::{Attributions, Site};
use crate::sources::history::{History, HistoryOptions};
use crate::sources::walk::walk;
use data_encoding::HEXLOWER;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The least number of bytes that two spans of one secret share: tools differ in where a secret begins and ends.
const LEAST_SHARED: usize = 12;

/// The longest beginning of a secret that is tried against a hash, in bytes.
const MOST_HASHED: usize = 512;

/// What the scans say of the accepted findings.
pub(super) struct Found {
    /// Those that are findings here.
    pub(super) candidates: Vec<Candidate>,
    /// Those that are not.
    pub(super) missing: Vec<Left>,
}

/// All findings of tree and history, by path.
struct Pool {
    by_path: BTreeMap<String, Vec<(Candidate, Site)>>,
}

/// Looks for the findings in the tree and, where one is of a commit, in the history.
pub(super) fn find(session: &Session, accepted: &[Accepted], top: &Path, console: &Console<'_>) -> anyhow::Result<Found> {
    let mut pool = Pool { by_path: BTreeMap::new() };
    let options = scan::options(session, vec![top.to_owned()], false);
    let tree = session.scan(console, |pipeline| Ok((walk(&options, pipeline)?, Attributions::new())))?;
    pool.add(tree.results.candidates, tree.results.sites);
    if accepted.iter().any(|one| !one.commit.is_empty()) {
        let options = HistoryOptions {
            repo: top.to_owned(),
            threads: session.threads,
            max_size: session.config.max_size.value.limit(),
            messages: false,
            ..HistoryOptions::default()
        };
        let history = History::open(options)?;
        let past = session.scan(console, |pipeline| {
            let coverage = history.scan(pipeline)?;
            Ok((coverage, history.attribute(&pipeline.objects())?))
        })?;
        pool.add(past.results.candidates, past.results.sites);
    }
    let mut candidates: BTreeSet<Candidate> = BTreeSet::new();
    let mut missing = Vec::new();
    for one in accepted {
        match pool.matches(one, top) {
            Ok(found) => candidates.extend(found),
            Err(what) => missing.push(Left { place: one.place.clone(), what: format!("{what} ({}:{})", one.path, one.line) }),
        }
    }
    Ok(Found { candidates: candidates.into_iter().collect(), missing })
}

impl Pool {
    fn add(&mut self, candidates: Vec<Candidate>, sites: Vec<Site>) {
        for (candidate, site) in candidates.into_iter().zip(sites) {
            self.by_path.entry(candidate.path.clone()).or_default().push((candidate, site));
        }
    }

    /// The findings that an accepted one stands for, or why there are none.
    fn matches(&self, one: &Accepted, top: &Path) -> Result<Vec<Candidate>, &'static str> {
        let top = top.display().to_string().replace('\\', "/");
        let below = one.path.strip_prefix(&top).map_or(one.path.as_str(), |rest| rest.trim_start_matches('/'));
        let here = self.by_path.get(below).map(Vec::as_slice).unwrap_or_default();
        let is_there =
            |site: &Site| site.line == one.line && site.commit.starts_with(&one.commit) && site.commit.is_empty() == one.commit.is_empty();
        let certain = |(candidate, _): &&(Candidate, Site)| match &one.secret {
            Known::Value(secret) => is_same_secret(secret, &candidate.secret),
            Known::Sha1(hash) => is_hash_of(hash, &candidate.secret),
            Known::Place => false,
        };
        let by_place = |(candidate, site): &&(Candidate, Site)| match &one.secret {
            Known::Value(_) => false,
            Known::Sha1(hash) => is_there(site) && is_hash_of_prefix(hash, &candidate.secret),
            Known::Place => is_there(site),
        };
        let found: Vec<Candidate> = here.iter().filter(certain).map(|(candidate, _)| candidate.clone()).collect();
        if !found.is_empty() {
            return Ok(found);
        }
        let found: Vec<Candidate> = here.iter().filter(by_place).map(|(candidate, _)| candidate.clone()).collect();
        match found.iter().map(|candidate| &candidate.secret).collect::<BTreeSet<_>>().len() {
            0 => Err("keyward finds nothing there, so nothing needs to be accepted"),
            1 => Ok(found),
            _ => Err("several secrets are on that line; accept the right one with `keyward allow`"),
        }
    }
}

/// Whether two tools mean the same secret: one may have taken a little more of the text than the other.
fn is_same_secret(theirs: &Secret, ours: &Secret) -> bool {
    let (theirs, ours) = (theirs.reveal(), ours.reveal().trim_ascii());
    let (short, long) = if theirs.len() < ours.len() { (theirs, ours) } else { (ours, theirs) };
    theirs == ours || (short.len() >= LEAST_SHARED && 2 * short.len() >= long.len() && memchr::memmem::find(long, short).is_some())
}

/// Whether detect-secrets hashed this secret: itself, or the label of a key block.
fn is_hash_of(hash: &str, secret: &Secret) -> bool {
    let bytes = secret.reveal();
    let label = bytes.strip_prefix(b"-----").and_then(|rest| memchr::memmem::find(rest, b"-----").map(|end| &rest[..end]));
    std::iter::once(bytes).chain(label).any(|text| sha1(text) == hash)
}

/// Whether detect-secrets hashed the beginning of this secret: keys that became longer than its regex are, and where that
/// has a group around a prefix (`ghp`, `glpat`), only the group, which then says no more than the kind.
fn is_hash_of_prefix(hash: &str, secret: &Secret) -> bool {
    let bytes = secret.reveal();
    (1..bytes.len().min(MOST_HASHED)).any(|end| sha1(&bytes[..end]) == hash)
}

fn sha1(bytes: &[u8]) -> String {
    let mut hasher = gix::hash::hasher(gix::hash::Kind::Sha1);
    hasher.update(bytes);
    hasher.try_finalize().map(|id| HEXLOWER.encode(id.as_slice())).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{is_hash_of, is_hash_of_prefix, is_same_secret, sha1};
    use crate::findings::Secret;

    fn secret(text: &str) -> Secret {
        Secret::new(text.as_bytes().to_vec())
    }

    #[test]
    fn sha1_is_the_known_one() {
        assert_eq!(sha1(b"abc"), "a9993e364706816aba3e25717850c26c9cd0d89d");
    }

    #[test]
    fn hashes_may_be_of_a_part() {
        let block = secret("-----BEGIN X KEY-----\nabc\n-----END X KEY-----");
        assert!(is_hash_of(&sha1(b"BEGIN X KEY"), &block) && is_hash_of(&sha1(block.reveal()), &block));
        let long = secret(&format!("sk_live_{}", "a1B2".repeat(12)));
        assert!(is_hash_of_prefix(&sha1(&long.reveal()[..32]), &long) && !is_hash_of(&sha1(b"sk"), &long));
        assert!(is_hash_of_prefix(&sha1(b"sk"), &long) && !is_hash_of_prefix(&sha1(b"live"), &long));
    }

    #[test]
    fn one_tool_may_take_a_little_more_of_the_text() {
        assert!(is_same_secret(&secret("key=abcdefghijklmnop"), &secret("abcdefghijklmnop")));
        assert!(is_same_secret(&secret("abc"), &secret("abc")));
        assert!(!is_same_secret(&secret("xabcx"), &secret("abc")), "too short to be told");
        assert!(!is_same_secret(&secret(&format!("abcdefghijkl{}", "z".repeat(40))), &secret("abcdefghijkl")), "a small part of it");
    }
}
