//! Findings that another tool accepts, looked up among those of a scan.

use crate::commands::{Console, Session, scan};
use crate::findings::Secret;
use crate::findings::baseline::Candidate;
use crate::import::{Accepted, Known, Left};
use crate::pipeline::{Attributions, Site};
use crate::sources::history::{DEFAULT_MEMORY, History, HistoryOptions};
use crate::sources::walk::walk;
use data_encoding::HEXLOWER;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The least number of bytes that two spans of one secret share: tools differ in where a secret begins and ends.
const LEAST_SHARED: usize = 12;

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
            range: None,
            since: None,
            branches: Vec::new(),
            not_in: None,
            not_known: false,
            threads: session.threads,
            max_size: session.config.max_size.value.limit(),
            messages: false,
            unreachable: false,
            full: false,
            memory: Some(DEFAULT_MEMORY),
            submodules: false,
            cache: None,
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
        let is_same = |(candidate, site): &&(Candidate, Site)| match &one.secret {
            Known::Value(secret) => is_same_secret(secret, &candidate.secret),
            Known::Sha1(hash) => names_of(&candidate.secret).any(|name| sha1(name) == *hash),
            Known::Place => {
                site.line == one.line && site.commit.starts_with(&one.commit) && site.commit.is_empty() == one.commit.is_empty()
            }
        };
        let found: Vec<Candidate> = here.iter().filter(is_same).map(|(candidate, _)| candidate.clone()).collect();
        let secrets: BTreeSet<&Secret> = found.iter().map(|candidate| &candidate.secret).collect();
        match secrets.len() {
            0 => Err("keyward finds nothing there, so nothing needs to be accepted"),
            1 => Ok(found),
            _ if one.secret == Known::Place => Err("several secrets are on that line; accept the right one with `keyward allow`"),
            _ => Ok(found),
        }
    }
}

/// Whether two tools mean the same secret: one may have taken a little more of the text than the other.
fn is_same_secret(theirs: &Secret, ours: &Secret) -> bool {
    let (theirs, ours) = (theirs.reveal(), ours.reveal().trim_ascii());
    let (short, long) = if theirs.len() < ours.len() { (theirs, ours) } else { (ours, theirs) };
    theirs == ours || (short.len() >= LEAST_SHARED && 2 * short.len() >= long.len() && memchr::memmem::find(long, short).is_some())
}

/// The texts by which detect-secrets may have hashed a secret: itself, and the label of a key block.
fn names_of(secret: &Secret) -> impl Iterator<Item = &[u8]> {
    let bytes = secret.reveal();
    let label = bytes.strip_prefix(b"-----").and_then(|rest| memchr::memmem::find(rest, b"-----").map(|end| &rest[..end]));
    std::iter::once(bytes).chain(label)
}

fn sha1(bytes: &[u8]) -> String {
    let mut hasher = gix::hash::hasher(gix::hash::Kind::Sha1);
    hasher.update(bytes);
    hasher.try_finalize().map(|id| HEXLOWER.encode(id.as_slice())).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{is_same_secret, names_of, sha1};
    use crate::findings::Secret;

    fn secret(text: &str) -> Secret {
        Secret::new(text.as_bytes().to_vec())
    }

    #[test]
    fn sha1_is_the_known_one() {
        assert_eq!(sha1(b"abc"), "a9993e364706816aba3e25717850c26c9cd0d89d");
    }

    #[test]
    fn the_label_of_a_key_block_names_it_too() {
        let block = secret("-----BEGIN X KEY-----\nabc\n-----END X KEY-----");
        assert_eq!(names_of(&block).nth(1), Some(&b"BEGIN X KEY"[..]));
        assert_eq!(names_of(&secret("plain")).count(), 1);
    }

    #[test]
    fn one_tool_may_take_a_little_more_of_the_text() {
        assert!(is_same_secret(&secret("key=abcdefghijklmnop"), &secret("abcdefghijklmnop")));
        assert!(is_same_secret(&secret("abc"), &secret("abc")));
        assert!(!is_same_secret(&secret("xabcx"), &secret("abc")), "too short to be told");
        assert!(!is_same_secret(&secret(&format!("abcdefghijkl{}", "z".repeat(40))), &secret("abcdefghijkl")), "a small part of it");
    }
}
