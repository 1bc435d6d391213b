//! `history`: everything that references lead to, and what ranges add. Git itself is the reference.

mod forms;
mod objects;
mod places;
mod ranges;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use keyward::blob::{ObjectKind, Origin, Skip, SkipReason};
use keyward::findings::Attribution;
use keyward::sources::git::GitEnvironment;
use keyward::sources::history::{History, HistoryOptions};
use keyward::sources::{Coverage, SourceError};

use crate::support::repo::Repo;
use crate::support::sink::Recorder;

fn open(dir: &Path, change: impl FnOnce(&mut HistoryOptions)) -> Result<History, SourceError> {
    let mut options = HistoryOptions { repo: dir.to_owned(), threads: 2, ..HistoryOptions::default() };
    change(&mut options);
    History::open_in(options, &GitEnvironment::none(dir))
}

fn scan_with(dir: &Path, change: impl FnOnce(&mut HistoryOptions)) -> (Recorder, Coverage) {
    let sink = Recorder::default();
    let coverage = open(dir, change).unwrap().scan(&sink).unwrap();
    (sink, coverage)
}

fn scan(repo: &Repo) -> (Recorder, Coverage) {
    scan_with(repo.dir(), |_| {})
}

fn range(repo: &Repo, range: &str) -> (Recorder, Coverage) {
    scan_with(repo.dir(), |options| options.range = Some(range.to_owned()))
}

/// Content and predecessor of every blob of a range, as text, sorted by content.
fn added(repo: &Repo, revisions: &str) -> Vec<(String, String)> {
    let (sink, _) = range(repo, revisions);
    assert_eq!(sink.skips(), []);
    contents(&sink)
}

fn contents(sink: &Recorder) -> Vec<(String, String)> {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let is_blob = |origin: &Origin| matches!(origin, Origin::Object { kind: ObjectKind::Blob, .. } | Origin::Introduced { .. });
    let mut found: Vec<(String, String)> =
        sink.blobs().iter().filter(|blob| is_blob(&blob.origin)).map(|blob| (text(&blob.bytes), text(&blob.previous))).collect();
    found.sort();
    found
}

fn pair(content: &str, previous: &str) -> (String, String) {
    (content.to_owned(), previous.to_owned())
}

/// Ids of one kind that `git rev-list --objects` lists for `revisions`.
fn listed_by_git(repo: &Repo, revisions: &[&str], kind: &str) -> Vec<String> {
    let all: &[&str] = if revisions == ["--all"] { &["--reflog", "--indexed-objects"] } else { &[] };
    let listed = repo.git(&[&["rev-list", "--objects", "--no-object-names"], revisions, all].concat());
    let kinds = repo.git_with_input(&["cat-file", "--batch-check=%(objectname) %(objecttype)"], listed.as_bytes());
    let ids: BTreeSet<String> =
        kinds.lines().filter_map(|line| line.split_once(' ')).filter(|(_, found)| *found == kind).map(|(id, _)| id.to_owned()).collect();
    ids.into_iter().collect()
}

/// The differential test: every reachable object comes exactly once.
pub(crate) fn assert_same_as_git(repo: &Repo, revisions: &[&str]) {
    let (sink, coverage) = scan(repo);
    assert_eq!(sink.skips(), []);
    let blobs = listed_by_git(repo, revisions, "blob");
    assert_eq!(sink.ids(ObjectKind::Blob), blobs);
    assert_eq!(sink.ids(ObjectKind::Commit), listed_by_git(repo, revisions, "commit"));
    assert_eq!(sink.ids(ObjectKind::Tag), listed_by_git(repo, revisions, "tag"));
    assert_eq!(coverage.blobs, blobs.len() as u64);
    assert_eq!(coverage.commits, sink.ids(ObjectKind::Commit).len() as u64);
    for blob in sink.blobs() {
        if let Origin::Object { id, kind: ObjectKind::Blob } = &blob.origin {
            let hash = if id.len() == 64 { gix::hash::Kind::Sha256 } else { gix::hash::Kind::Sha1 };
            assert_eq!(gix::objs::compute_hash(hash, gix::objs::Kind::Blob, &blob.bytes).unwrap().to_string(), *id);
        }
    }
}

pub(crate) fn attribute(repo: &Repo, ids: &[&str]) -> BTreeMap<String, Vec<Attribution>> {
    let ids: Vec<String> = ids.iter().map(|id| (*id).to_owned()).collect();
    open(repo.dir(), |_| {}).unwrap().attribute(&ids).unwrap().into_iter().collect()
}

fn object_path(repo: &Repo, id: &str) -> std::path::PathBuf {
    repo.dir().join(".git/objects").join(&id[..2]).join(&id[2..])
}

fn reasons(skips: &[Skip]) -> Vec<(String, SkipReason)> {
    let mut reasons: Vec<_> = skips.iter().map(|skip| (skip.what.clone(), skip.reason)).collect();
    reasons.sort();
    reasons
}

/// A history with merges, renames, deletions, an octopus and files of every kind.
pub(crate) fn varied() -> Repo {
    let repo = Repo::init();
    for number in 0..30 {
        repo.stage(&format!("dir{}/sub/file{}.txt", number % 3, number % 7), format!("content {number}\n").repeat(number % 5 + 1));
        if number % 4 == 0 {
            repo.commit(&format!("Commit {number}"));
        }
    }
    for branch in ["one", "two", "three"] {
        repo.git(&["checkout", "--quiet", "-b", branch, "main"]);
        repo.commit_file(&format!("{branch}.txt"), branch);
    }
    repo.git(&["checkout", "--quiet", "main"]);
    repo.git(&["merge", "--quiet", "--no-ff", "-m", "Octopus", "one", "two", "three"]);
    repo.git(&["mv", "dir0", "moved"]);
    repo.commit("Move");
    repo.git(&["rm", "-r", "--quiet", "dir1"]);
    repo.commit("Remove");
    repo
}
