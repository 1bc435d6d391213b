//! `history`: everything that references lead to, and what ranges add. Git itself is the reference.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use keyward::blob::{ObjectKind, Skip, SkipReason};
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
    let is_blob = |origin: &keyward::blob::Origin| matches!(origin, keyward::blob::Origin::Object { kind: ObjectKind::Blob, .. });
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
        if let keyward::blob::Origin::Object { id, kind: ObjectKind::Blob } = &blob.origin {
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

#[test]
fn every_reachable_object_is_scanned_once() {
    let repo = varied();
    assert_same_as_git(&repo, &["--all"]);
    repo.git(&["gc", "--quiet"]);
    assert_same_as_git(&repo, &["--all"]);
    repo.commit_file("loose.txt", "beside the pack\n");
    assert_same_as_git(&repo, &["--all"]);
    repo.git(&["repack", "--quiet", "-d"]);
    repo.git(&["multi-pack-index", "write"]);
    assert_same_as_git(&repo, &["--all"]);
}

#[test]
fn every_kind_of_reference_is_followed() {
    let repo = Repo::init();
    repo.commit_file("a.txt", "a\n");
    let blob = |content: &str| repo.git_with_input(&["hash-object", "-w", "--stdin"], content.as_bytes());
    let tagged_blob = blob("only in a tag\n");
    repo.git(&["tag", "-a", "-m", "A tag of a blob", "blob-tag", &tagged_blob]);
    repo.git(&["tag", "-a", "-m", "A tag of a tag", "tag-tag", "blob-tag"]);
    let tree = repo.git_with_input(&["mktree"], format!("100644 blob {}\tin-tree.txt\n", blob("only in a tagged tree\n")).as_bytes());
    repo.git(&["tag", "-a", "-m", "A tag of a tree", "tree-tag", &tree]);
    repo.git(&["update-ref", "refs/odd/blob", &blob("only behind a reference\n")]);
    repo.git(&["notes", "add", "-m", "only in a note", "HEAD"]);
    for name in ["refs/remotes/origin/main", "refs/pull/7/head", "refs/custom/x"] {
        repo.git(&["checkout", "--quiet", "--orphan", "away"]);
        repo.commit_file("a.txt", format!("only in {name}\n"));
        repo.git(&["update-ref", name, "HEAD"]);
        repo.git(&["checkout", "--quiet", "main"]);
        repo.git(&["branch", "--quiet", "-D", "away"]);
    }
    repo.git(&["checkout", "--quiet", "--detach"]);
    repo.commit_file("detached.txt", "only below a detached HEAD\n");
    assert_same_as_git(&repo, &["--all"]);
    let (_, coverage) = scan(&repo);
    assert_eq!(coverage.refs, repo.git(&["for-each-ref"]).lines().count() as u64);
    repo.git(&["pack-refs", "--all"]);
    assert_same_as_git(&repo, &["--all"]);
}

#[test]
fn all_stash_entries_are_scanned() {
    let repo = Repo::init();
    repo.commit_file("a.txt", "a\n");
    for number in 0..3 {
        repo.write("a.txt", format!("stashed {number}\n"));
        repo.write("untracked.txt", format!("untracked {number}\n"));
        repo.git(&["stash", "push", "--quiet", "--include-untracked"]);
    }
    let (sink, _) = scan(&repo);
    let found: Vec<String> = contents(&sink).into_iter().map(|(content, _)| content).collect();
    let expected = ["a\n", "stashed 0\n", "stashed 1\n", "stashed 2\n", "untracked 0\n", "untracked 1\n", "untracked 2\n"];
    assert_eq!(found, expected);
}

#[test]
fn heads_of_other_work_trees_are_scanned() {
    let repo = Repo::init();
    repo.commit_file("a.txt", "a\n");
    let linked = repo.beside("linked");
    repo.git(&["worktree", "add", "--quiet", "--detach", linked.to_str().unwrap()]);
    std::fs::write(linked.join("b.txt"), "only in the linked work tree\n").unwrap();
    repo.git_in(&linked, &["add", "b.txt"]);
    repo.git_in(&linked, &["commit", "--quiet", "-m", "Linked"]);
    assert_same_as_git(&repo, &["--all"]);
    repo.git_in(&linked, &["update-ref", "refs/worktree/kept", "HEAD"]);
    repo.git_in(&linked, &["reset", "--quiet", "--hard", "HEAD~1"]);
    for dir in [repo.dir(), &linked] {
        let (sink, _) = scan_with(dir, |_| {});
        assert_eq!(contents(&sink), [pair("a\n", ""), pair("only in the linked work tree\n", "")]);
    }
}

#[test]
fn bare_empty_and_sha256_repositories_are_read() {
    let (sink, coverage) = scan(&Repo::init());
    assert_eq!((sink.blobs().len(), coverage.commits, coverage.notes.as_slice()), (0, 0, &["history holds no commits".to_owned()][..]));
    let repo = Repo::init_with(&["--object-format=sha256"]);
    repo.commit_file("dir/a.txt", "one\n");
    repo.commit_file("dir/a.txt", "two\n");
    repo.git(&["tag", "-a", "-m", "Tagged", "v1"]);
    assert_same_as_git(&repo, &["--all"]);
    repo.git(&["gc", "--quiet"]);
    assert_same_as_git(&repo, &["--all"]);
    let bare = Repo::clone_of(&repo, &["--bare"]);
    assert_same_as_git(&bare, &["--all"]);
}

#[test]
fn alternates_are_followed() {
    let origin = varied();
    let clone = Repo::clone_of(&origin, &["--no-checkout"]);
    let borrowed = clone.beside("borrowed");
    let url = format!("file://{}", origin.dir().display());
    clone.git(&["clone", "--quiet", "--bare", "--reference", origin.dir().to_str().unwrap(), &url, borrowed.to_str().unwrap()]);
    assert!(borrowed.join("objects/info/alternates").is_file());
    let (sink, _) = scan_with(&borrowed, |_| {});
    assert_eq!(sink.ids(ObjectKind::Blob), listed_by_git(&origin, &["--all"], "blob"));
}

#[test]
fn replacements_and_grafts_are_not_applied() {
    let repo = Repo::init();
    repo.commit_file("a.txt", "first\n");
    let second = repo.commit_file("a.txt", "second\n");
    repo.git(&["checkout", "--quiet", "--orphan", "other"]);
    let other = repo.commit_file("a.txt", "replacement\n");
    repo.git(&["replace", &second, &other]);
    std::fs::write(repo.dir().join(".git/info/grafts"), format!("{second}\n")).unwrap();
    let (sink, _) = scan(&repo);
    assert_eq!(contents(&sink), [pair("first\n", ""), pair("replacement\n", ""), pair("second\n", "")]);
}

#[test]
fn messages_and_people_are_scanned_where_asked() {
    let repo = Repo::init();
    repo.stage("a.txt", "a\n");
    repo.commit("A subject\n\nA body");
    repo.git(&["tag", "-a", "-m", "Release notes", "v1"]);
    let (sink, _) = scan(&repo);
    let texts: Vec<String> = sink.blobs().iter().map(|blob| String::from_utf8_lossy(&blob.bytes).into_owned()).collect();
    let person = "Ada Lovelace <ada@example.org>";
    assert!(
        texts.iter().any(|text| text.starts_with(&format!("author {person} ")) && text.ends_with("\n\nA subject\n\nA body\n")),
        "{texts:?}"
    );
    assert!(
        texts.iter().any(|text| text.starts_with(&format!("tag v1\ntagger {person} ")) && text.ends_with("\n\nRelease notes\n")),
        "{texts:?}"
    );
    let (sink, _) = scan_with(repo.dir(), |options| options.messages = false);
    assert_eq!(contents(&sink).len(), sink.blobs().len());
}

#[test]
fn unreachable_objects_are_scanned_only_where_asked() {
    let repo = Repo::init();
    repo.commit_file("a.txt", "a\n");
    let lost = repo.commit_file("a.txt", "lost\n");
    repo.git(&["reset", "--quiet", "--hard", "HEAD~1"]);
    repo.stage("a.txt", "staged and never committed\n");
    let found = ["a\n", "lost\n", "staged and never committed\n"].map(|content| pair(content, ""));
    assert_eq!(contents(&scan(&repo).0), found);
    repo.git(&["reflog", "expire", "--expire=now", "--all"]);
    repo.git(&["reset", "--quiet"]);
    let (sink, _) = scan(&repo);
    assert_eq!(contents(&sink), [pair("a\n", "")]);
    let (sink, _) = scan_with(repo.dir(), |options| options.unreachable = true);
    assert_eq!(contents(&sink), found);
    assert!(sink.ids(ObjectKind::Commit).contains(&lost));
}

#[test]
fn a_size_limit_names_what_is_left_out() {
    let repo = Repo::init();
    repo.commit_file("a.txt", "x".repeat(50));
    repo.commit_file("a.txt", "y");
    let id = repo.git(&["rev-parse", "HEAD~1:a.txt"]);
    let (sink, coverage) = scan_with(repo.dir(), |options| options.max_size = Some(10));
    assert_eq!((contents(&sink), coverage.bytes), (vec![pair("y", "")], 1));
    assert_eq!(reasons(&sink.skips()), [(format!("blob {id}"), SkipReason::TooLarge)]);
}

#[test]
fn damaged_and_missing_objects_are_named_and_the_rest_is_scanned() {
    let repo = Repo::init();
    repo.stage("gone/x.txt", "below a missing tree\n");
    repo.stage("lost.txt", "lost\n");
    repo.stage("damaged.txt", "damaged\n");
    repo.stage("whole.txt", "whole\n");
    repo.commit("Start");
    let id = |spec: &str| repo.git(&["rev-parse", spec]);
    let (tree, lost, damaged) = (id("HEAD:gone"), id("HEAD:lost.txt"), id("HEAD:damaged.txt"));
    for id in [&tree, &lost, &damaged] {
        std::fs::remove_file(object_path(&repo, id)).unwrap();
    }
    std::fs::write(object_path(&repo, &damaged), "no zlib stream").unwrap();
    std::fs::remove_file(repo.dir().join(".git/index")).unwrap();
    let (sink, _) = scan(&repo);
    assert_eq!(contents(&sink), [pair("whole\n", "")]);
    let mut expected = vec![
        (format!("blob {lost}"), SkipReason::Missing),
        (format!("blob {damaged}"), SkipReason::Corrupt),
        (format!("tree {tree}"), SkipReason::Missing),
    ];
    expected.sort();
    assert_eq!(reasons(&sink.skips()), expected);
}

#[test]
fn a_missing_commit_and_a_broken_reference_are_named() {
    let repo = Repo::init();
    let first = repo.commit_file("a.txt", "first\n");
    repo.commit_file("a.txt", "second\n");
    std::fs::remove_file(object_path(&repo, &first)).unwrap();
    let nowhere = "1".repeat(40);
    std::fs::write(repo.dir().join(".git/refs/heads/dangling"), format!("{nowhere}\n")).unwrap();
    std::fs::write(repo.dir().join(".git/refs/heads/garbage"), "not an id\n").unwrap();
    let (sink, _) = scan(&repo);
    assert_eq!(contents(&sink), [pair("second\n", "")]);
    let skips = reasons(&sink.skips());
    assert_eq!(skips.len(), 3, "{skips:?}");
    assert!(skips.contains(&(format!("commit {first}"), SkipReason::Missing)));
    assert!(skips.contains(&(format!("refs/heads/dangling ({nowhere})"), SkipReason::Missing)));
    assert!(skips.iter().any(|(what, reason)| what.starts_with("refs/") && *reason == SkipReason::Corrupt), "{skips:?}");
}

#[test]
fn a_damaged_pack_does_not_stop_the_scan() {
    let repo = varied();
    repo.git(&["gc", "--quiet"]);
    repo.commit_file("after.txt", "beside the pack\n");
    for file in std::fs::read_dir(repo.dir().join(".git/objects/pack")).unwrap() {
        let path = file.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "pack") {
            let mut bytes = std::fs::read(&path).unwrap();
            let middle = bytes.len() / 2;
            bytes[middle..middle + 40].fill(0xff);
            std::fs::remove_file(&path).unwrap();
            std::fs::write(&path, bytes).unwrap();
        }
    }
    let (sink, _) = scan(&repo);
    assert!(sink.skips().iter().any(|skip| skip.reason == SkipReason::Corrupt), "{:?}", sink.skips());
    assert!(contents(&sink).contains(&pair("beside the pack\n", "")));
}

#[test]
fn a_shallow_clone_is_reported_as_incomplete() {
    let origin = Repo::init();
    for number in 0..5 {
        origin.commit_file("a.txt", format!("version {number}\n"));
    }
    let clone = Repo::clone_of(&origin, &["--depth=2"]);
    let (sink, coverage) = scan(&clone);
    assert_eq!((contents(&sink).len(), coverage.commits), (2, 2));
    let skips = sink.skips();
    assert_eq!(reasons(&skips), [("history".to_owned(), SkipReason::Missing)]);
    assert!(skips[0].detail.contains("fetch-depth: 0"), "{}", skips[0].detail);
    let (sink, _) = range(&clone, "HEAD~1..HEAD");
    assert_eq!((contents(&sink), sink.skips()), (vec![pair("version 4\n", "version 3\n")], vec![]));
    let (sink, _) = range(&clone, "HEAD");
    assert_eq!(reasons(&sink.skips()), [("history".to_owned(), SkipReason::Missing)]);
    let error = open(clone.dir(), |options| options.range = Some("HEAD~3..HEAD".to_owned())).err().unwrap().to_string();
    assert!(error.starts_with("`HEAD~3`: ") && error.contains("the clone is shallow"), "{error}");
}

#[test]
fn a_partial_clone_names_the_blobs_that_it_lacks() {
    let origin = Repo::init();
    origin.git(&["config", "uploadpack.allowFilter", "true"]);
    for number in 0..4 {
        origin.commit_file("a.txt", format!("version {number}\n"));
    }
    let clone = Repo::clone_of(&origin, &["--filter=blob:none", "--no-checkout"]);
    let (sink, coverage) = scan(&clone);
    assert_eq!((contents(&sink), coverage.blobs, coverage.commits), (vec![], 0, 4));
    assert_eq!(sink.skips().len(), 4);
    assert!(sink.skips().iter().all(|skip| skip.reason == SkipReason::Missing && skip.what.starts_with("blob ")));
}

#[test]
fn a_range_adds_what_its_commits_add() {
    let repo = Repo::init();
    repo.stage("kept.txt", "kept\n");
    repo.stage("a.txt", "base\n");
    repo.commit("Base");
    repo.git(&["tag", "base"]);
    repo.commit_file("a.txt", "first\n");
    repo.commit_file("a.txt", "second\n");
    repo.commit_file("b.txt", "new\n");
    let expected = [pair("first\n", "base\n"), pair("new\n", ""), pair("second\n", "first\n\nbase\n")];
    for revisions in ["base..HEAD", "base..", "^base HEAD", "base...main", "HEAD ^base"] {
        assert_eq!(added(&repo, revisions), expected, "{revisions}");
    }
    let (sink, coverage) = range(&repo, "base..HEAD");
    assert_eq!((coverage.commits, coverage.blobs, coverage.scope.as_str()), (3, 3, "history base..HEAD"));
    assert_eq!(sink.ids(ObjectKind::Commit), listed_by_git(&repo, &["base..HEAD"], "commit"));
    assert_eq!(added(&repo, "HEAD~3"), [pair("base\n", ""), pair("kept\n", "")]);
    assert_eq!(added(&repo, "..base"), []);
}

#[test]
fn a_range_down_to_the_root_needs_no_parent() {
    let repo = Repo::init();
    let first = repo.commit_file("a.txt", "first\n");
    repo.commit_file("a.txt", "second\n");
    for revisions in [first.clone(), format!("{first}^!"), "HEAD^@".to_owned()] {
        assert_eq!(added(&repo, &revisions), [pair("first\n", "")], "{revisions}");
    }
    assert_eq!(added(&repo, "HEAD^!"), [pair("second\n", "first\n")]);
    let zeros = "0".repeat(40);
    assert_eq!(added(&repo, &format!("{zeros}..HEAD")), [pair("first\n", ""), pair("second\n", "")]);
}

#[test]
fn an_empty_range_is_no_error_and_says_so() {
    let repo = Repo::init();
    repo.commit_file("a.txt", "a\n");
    let (sink, coverage) = range(&repo, "HEAD..HEAD");
    assert_eq!((sink.blobs(), sink.skips(), coverage.commits), (vec![], vec![], 0));
    assert_eq!(coverage.notes, ["history HEAD..HEAD holds no commits"]);
}

#[test]
fn an_unknown_revision_is_named() {
    let repo = Repo::init();
    repo.commit_file("a.txt", "a\n");
    let gone = "1".repeat(40);
    for (revisions, named) in [
        ("nowhere..HEAD", "nowhere"),
        ("HEAD...nowhere", "nowhere"),
        ("^nowhere HEAD", "nowhere"),
        ("--all", "--all"),
        (gone.as_str(), gone.as_str()),
    ] {
        let error = open(repo.dir(), |options| options.range = Some(revisions.to_owned())).err().unwrap();
        assert!(matches!(&error, SourceError::Revision { revision, .. } if revision == named), "{error}");
    }
    assert!(open(repo.dir(), |options| options.range = Some("  ".to_owned())).is_err());
    assert!(matches!(open(repo.dir(), |options| options.branches = vec!["nowhere".to_owned()]), Err(SourceError::Revision { .. })));
    assert!(matches!(open(repo.dir(), |options| options.since = Some("not a date".to_owned())), Err(SourceError::Revision { .. })));
}

#[test]
fn a_merge_in_a_range_adds_only_what_no_parent_has() {
    let repo = Repo::init();
    repo.commit_file("a.txt", "base\n");
    repo.git(&["checkout", "--quiet", "-b", "side"]);
    repo.commit_file("side.txt", "from the side\n");
    repo.git(&["checkout", "--quiet", "main"]);
    repo.commit_file("a.txt", "ours\n");
    repo.git(&["merge", "--quiet", "--no-commit", "--no-ff", "side"]);
    repo.stage("evil.txt", "only in the merge\n");
    repo.commit("Merge");
    assert_eq!(added(&repo, "HEAD^1..HEAD"), [pair("from the side\n", ""), pair("only in the merge\n", "")]);
    assert_eq!(added(&repo, "HEAD^1..HEAD ^side"), [pair("only in the merge\n", "")]);
}

#[test]
fn both_sides_of_a_symmetric_range_count() {
    let repo = Repo::init();
    repo.commit_file("a.txt", "base\n");
    repo.git(&["checkout", "--quiet", "-b", "side"]);
    repo.commit_file("side.txt", "side\n");
    repo.git(&["checkout", "--quiet", "main"]);
    repo.commit_file("main.txt", "main\n");
    let (sink, coverage) = range(&repo, "main...side");
    assert_eq!((contents(&sink), coverage.commits), (vec![pair("main\n", ""), pair("side\n", "")], 2));
    assert_eq!(added(&repo, "main..side"), [pair("side\n", "")]);
}

#[test]
fn what_a_revert_brings_back_is_not_new() {
    let repo = Repo::init();
    repo.commit_file("a.txt", "as it was\n");
    repo.git(&["tag", "base"]);
    repo.commit_file("a.txt", "changed\n");
    repo.commit_file("a.txt", "as it was\n");
    repo.commit_file("a.txt", "as it was\nand more\n");
    assert_eq!(added(&repo, "base.."), [pair("as it was\nand more\n", "as it was\n"), pair("changed\n", "as it was\n")]);
}

#[test]
fn a_move_in_a_range_introduces_nothing_and_a_changed_one_has_a_predecessor() {
    let repo = Repo::init();
    let text = "a line\nanother line\na third line\n";
    repo.stage("dir/moved.txt", text);
    repo.stage("dir/changed.txt", format!("{text}the end\n"));
    repo.commit("Base");
    repo.git(&["tag", "base"]);
    repo.git(&["mv", "dir", "elsewhere"]);
    repo.stage("elsewhere/changed.txt", format!("{text}the new end\n"));
    repo.commit("Move");
    assert_eq!(added(&repo, "base.."), [pair(&format!("{text}the new end\n"), &format!("{text}the end\n"))]);
}

#[test]
fn a_blob_that_is_new_in_one_of_two_places_is_new() {
    let repo = Repo::init();
    repo.commit_file("a.txt", "one\ntwo\n");
    repo.git(&["tag", "base"]);
    repo.stage("a.txt", "one\ntwo\nthree\n");
    repo.stage("b.txt", "one\ntwo\nthree\n");
    repo.commit("Both");
    assert_eq!(added(&repo, "base.."), [pair("one\ntwo\nthree\n", "")]);
    repo.stage("c.txt", "two\nfour\n");
    repo.commit("Third");
    repo.git(&["tag", "--force", "base"]);
    repo.stage("a.txt", "one\ntwo\nfour\n");
    repo.stage("c.txt", "one\ntwo\nfour\n");
    repo.commit("Same in both");
    assert_eq!(added(&repo, "base.."), [pair("one\ntwo\nfour\n", "two\n")]);
}

#[test]
fn dates_branches_and_remotes_restrict_the_scan() {
    let origin = Repo::init();
    origin.commit_file("a.txt", "old\n");
    let clone = Repo::clone_of(&origin, &[]);
    clone.commit_file("a.txt", "local\n");
    clone.git(&["checkout", "--quiet", "-b", "release/1", "origin/main"]);
    clone.commit_file("r.txt", "release\n");
    let with = |change: fn(&mut HistoryOptions)| {
        let (sink, coverage) = scan_with(clone.dir(), change);
        assert_eq!(sink.skips(), []);
        (contents(&sink), coverage)
    };
    let (found, coverage) = with(|options| options.not_in = Some("origin".to_owned()));
    assert_eq!(found, [pair("local\n", "old\n"), pair("release\n", "")]);
    assert_eq!(coverage.scope, "history not in origin");
    let (found, coverage) = with(|options| options.not_in = Some("elsewhere".to_owned()));
    assert_eq!((found.len(), coverage.notes.len()), (3, 1));
    assert_eq!(with(|options| options.branches = vec!["release/*".to_owned()]).0, [pair("old\n", ""), pair("release\n", "")]);
    assert_eq!(with(|options| options.branches = vec!["main".to_owned()]).0, [pair("local\n", ""), pair("old\n", "")]);
    let times = clone.git(&["log", "--format=%cI", "-1", "main"]);
    let (sink, _) = scan_with(clone.dir(), |options| {
        options.branches = vec!["main".to_owned()];
        options.since = Some(times);
    });
    assert_eq!(contents(&sink), [pair("local\n", "old\n")]);
}

#[test]
fn ranges_hold_the_commits_that_git_lists() {
    let repo = varied();
    repo.git(&["checkout", "--quiet", "-b", "late", "HEAD~3"]);
    repo.commit_file("late.txt", "late\n");
    let merge = "main~2";
    let ranges = [
        "main~4..main",
        "one..main",
        "main..late",
        "main...late",
        "MERGE^2..main ^three",
        "late main ^main~1",
        "MERGE^! ^one",
        "MERGE^@ ^MERGE^1",
    ];
    for revisions in ranges.map(|range| range.replace("MERGE", merge)) {
        let arguments: Vec<&str> = revisions.split(' ').collect();
        let (sink, _) = range(&repo, &revisions);
        assert_eq!(sink.ids(ObjectKind::Commit), listed_by_git(&repo, &arguments, "commit"), "{revisions}");
        let listed: BTreeSet<String> = listed_by_git(&repo, &arguments, "blob").into_iter().collect();
        let scanned: BTreeSet<String> = sink.ids(ObjectKind::Blob).into_iter().collect();
        assert!(scanned.is_subset(&listed), "{revisions}: {:?}", scanned.difference(&listed));
    }
}

#[test]
fn commits_with_dates_out_of_order_are_excluded_all_the_same() {
    let repo = Repo::init();
    let commit = |content: &str, date: &str| {
        repo.stage("a.txt", content);
        let output = repo.try_git(repo.dir(), &["commit", "--quiet", "-m", content], &[("GIT_COMMITTER_DATE", date)]);
        assert!(output.status.success());
        repo.git(&["rev-parse", "HEAD"])
    };
    commit("one", "1000000000 +0000");
    commit("two", "1900000000 +0000");
    let base = commit("three", "1000000001 +0000");
    commit("four", "1000000002 +0000");
    commit("five", "1800000000 +0000");
    assert_eq!(added(&repo, &format!("{base}..HEAD")).len(), 2);
    let (sink, _) = range(&repo, "HEAD~2..HEAD");
    assert_eq!(sink.ids(ObjectKind::Commit), listed_by_git(&repo, &["HEAD~2..HEAD"], "commit"));
}

#[test]
fn objects_in_a_push_quarantine_are_found() {
    let repo = Repo::init();
    let old = repo.commit_file("a.txt", "old\n");
    let quarantine = repo.beside("quarantine");
    std::fs::create_dir(&quarantine).unwrap();
    repo.write("a.txt", "pushed\n");
    let main = repo.dir().join(".git/objects").display().to_string();
    let path = quarantine.display().to_string();
    let variables = [("GIT_OBJECT_DIRECTORY", path.as_str()), ("GIT_ALTERNATE_OBJECT_DIRECTORIES", main.as_str())];
    let run = |args: &[&str]| {
        let output = repo.try_git(repo.dir(), args, &variables);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    };
    run(&["add", "a.txt"]);
    let tree = run(&["write-tree"]);
    let new = run(&["commit-tree", "-p", &old, "-m", "Pushed", &tree]);
    let options = HistoryOptions { repo: repo.dir().to_owned(), range: Some(format!("{old}..{new}")), ..HistoryOptions::default() };
    let environment =
        GitEnvironment { object_directory: Some(quarantine), alternates: vec![main.into()], ..GitEnvironment::none(repo.dir()) };
    let sink = Recorder::default();
    History::open_in(options.clone(), &environment).unwrap().scan(&sink).unwrap();
    assert_eq!(contents(&sink), [pair("pushed\n", "old\n")]);
    assert!(matches!(History::open_in(options, &GitEnvironment::none(repo.dir())), Err(SourceError::Revision { .. })));
}

#[test]
fn a_blob_is_attributed_to_the_commit_that_introduced_it() {
    let repo = Repo::init();
    repo.commit_file("other.txt", "other\n");
    let first = repo.commit_file("dir/a.txt", "the content\n");
    repo.commit_file("dir/a.txt", "changed\n");
    repo.stage("dir/b.txt", "the content\n");
    let second = repo.commit("Bring it back\n\nWith a body");
    let id = repo.git(&["rev-parse", &format!("{first}:dir/a.txt")]);
    let found = attribute(&repo, &[&id]).remove(&id).unwrap();
    assert_eq!(found.len(), 2);
    assert_eq!((found[0].commit.as_str(), found[0].subject.as_str()), (first.as_str(), "Change dir/a.txt"));
    assert_eq!((found[0].author.as_str(), found[0].email.as_str()), ("Ada Lovelace", "ada@example.org"));
    assert_eq!(found[0].date, repo.git(&["log", "-1", "--format=%aI", &first]));
    assert_eq!(found[0].paths, ["dir/a.txt", "dir/b.txt"]);
    assert!(found[0].in_head);
    assert_eq!((found[1].commit.as_str(), found[1].subject.as_str()), (second.as_str(), "Bring it back"));
    assert_eq!(found[1].paths, ["dir/b.txt", "dir/a.txt"]);
}

#[test]
fn a_blob_that_head_lacks_is_attributed_too() {
    let repo = Repo::init();
    let first = repo.commit_file("a.txt", "removed later\n");
    let id = repo.git(&["rev-parse", "HEAD:a.txt"]);
    repo.commit_file("a.txt", "changed\n");
    let found = attribute(&repo, &[&id]).remove(&id).unwrap();
    assert_eq!((found[0].commit.as_str(), found[0].in_head), (first.as_str(), false));
}

#[test]
fn what_no_commit_leads_to_has_no_commit() {
    let repo = Repo::init();
    repo.commit_file("a.txt", "a\n");
    let id = repo.git_with_input(&["hash-object", "-w", "--stdin"], b"unreachable\n");
    let unknown = "1".repeat(40);
    let found = attribute(&repo, &[&id, &unknown]);
    for id in [id, unknown] {
        assert_eq!(found[&id], [Attribution { blob: id.clone(), ..Attribution::default() }]);
    }
}

#[test]
fn directories_that_move_give_a_blob_all_its_paths() {
    let repo = Repo::init();
    repo.commit_file("one/deep/a.txt", "the content\n");
    let id = repo.git(&["rev-parse", "HEAD:one/deep/a.txt"]);
    for (from, to) in [("one", "two"), ("two", "three")] {
        repo.git(&["mv", from, to]);
        repo.commit(&format!("Move to {to}"));
    }
    let found = attribute(&repo, &[&id]).remove(&id).unwrap();
    assert_eq!(found.iter().map(|one| one.paths[0].as_str()).collect::<Vec<_>>(), ["one/deep/a.txt", "two/deep/a.txt", "three/deep/a.txt"]);
    assert_eq!(found[2].subject, "Move to three");
}

#[test]
fn attribution_agrees_with_gits_log() {
    let repo = varied();
    let blobs = listed_by_git(&repo, &["--all"], "blob");
    let ids: Vec<&str> = blobs.iter().map(String::as_str).collect();
    let found = attribute(&repo, &ids);
    assert_eq!(found.len(), blobs.len());
    for id in &blobs {
        let log = repo.git(&["log", "--all", "--topo-order", "--reverse", "--format=%H", &format!("--find-object={id}")]);
        assert_eq!(found[id][0].commit, log.lines().next().unwrap(), "{id}");
        let head = repo.git(&["ls-tree", "-r", "HEAD"]);
        assert_eq!(found[id][0].in_head, head.contains(id.as_str()), "{id}");
    }
}

#[test]
fn a_range_attributes_to_its_own_commits() {
    let repo = Repo::init();
    repo.commit_file("a.txt", "base\n");
    repo.git(&["tag", "base"]);
    let commit = repo.commit_file("a.txt", "new\n");
    let id = repo.git(&["rev-parse", "HEAD:a.txt"]);
    let history = open(repo.dir(), |options| options.range = Some("base..".to_owned())).unwrap();
    let found = history.attribute(&[id.clone(), commit.clone()]).unwrap();
    assert_eq!(
        (found[&id][0].commit.as_str(), found[&id][0].paths.as_slice(), found[&id][0].in_head),
        (commit.as_str(), &["a.txt".to_owned()][..], true)
    );
    assert_eq!((found[&commit][0].commit.as_str(), found[&commit][0].in_head), (commit.as_str(), true));
}

#[test]
fn commits_and_tags_are_attributed_to_themselves() {
    let repo = Repo::init();
    let first = repo.commit_file("a.txt", "a\n");
    repo.git(&["tag", "-a", "-m", "Release notes", "v1"]);
    let tag = repo.git(&["rev-parse", "v1"]);
    repo.git(&["checkout", "--quiet", "--orphan", "other"]);
    repo.commit("Away");
    let found = attribute(&repo, &[&first, &tag]);
    assert_eq!(
        (found[&first][0].commit.as_str(), found[&first][0].subject.as_str(), found[&first][0].in_head),
        (first.as_str(), "Change a.txt", false)
    );
    assert_eq!((found[&tag][0].commit.as_str(), found[&tag][0].subject.as_str()), (first.as_str(), "Release notes"));
}

#[test]
fn submodules_are_mentioned() {
    let repo = Repo::init();
    let id = repo.commit_file("a.txt", "a\n");
    repo.git(&["update-index", "--add", "--cacheinfo", &format!("160000,{id},vendor")]);
    repo.commit("Submodule");
    let (sink, coverage) = scan(&repo);
    assert_eq!(sink.skips(), []);
    assert_eq!(coverage.notes.len(), 1, "{:?}", coverage.notes);
}

#[test]
fn the_number_of_threads_does_not_change_what_is_scanned() {
    let repo = varied();
    repo.git(&["gc", "--quiet"]);
    let with = |threads: usize| scan_with(repo.dir(), |options| options.threads = threads).0.blobs();
    assert_eq!(with(1), with(4));
}

#[test]
fn references_in_a_reftable_are_followed() {
    for format in ["sha1", "sha256"] {
        let repo = Repo::init_with(&["--ref-format=reftable", &format!("--object-format={format}")]);
        repo.commit_file("a.txt", "base\n");
        repo.git(&["tag", "-a", "-m", "Tagged", "base"]);
        repo.commit_file("a.txt", "new\n");
        for number in 0..200 {
            repo.git(&["update-ref", &format!("refs/heads/branch/number-{number}"), "HEAD~1"]);
        }
        repo.git(&["checkout", "--quiet", "-b", "gone"]);
        repo.commit_file("gone.txt", "on a deleted branch\n");
        repo.git(&["checkout", "--quiet", "main"]);
        repo.git(&["branch", "--quiet", "-D", "gone"]);
        let linked = repo.beside("linked");
        repo.git(&["worktree", "add", "--quiet", "--detach", linked.to_str().unwrap()]);
        std::fs::write(linked.join("b.txt"), "linked\n").unwrap();
        repo.git_in(&linked, &["add", "b.txt"]);
        repo.git_in(&linked, &["commit", "--quiet", "-m", "Linked"]);
        assert_same_as_git(&repo, &["--all"]);
        assert_eq!(scan(&repo).1.refs, 202);
        assert_eq!(added(&repo, "base..HEAD"), [pair("new\n", "base\n")]);
        assert_eq!(added(&repo, "main~1..main"), [pair("new\n", "base\n")]);
        assert_eq!(scan_with(&linked, |options| options.range = Some("main..HEAD".to_owned())).1.commits, 1);
        for number in 0..2 {
            repo.write("a.txt", format!("stashed {number}\n"));
            repo.git(&["stash", "push", "--quiet"]);
        }
        repo.git(&["pack-refs", "--all"]);
        let found: Vec<String> = contents(&scan(&repo).0).into_iter().map(|(content, _)| content).collect();
        assert_eq!(found, ["base\n", "linked\n", "new\n", "on a deleted branch\n", "stashed 0\n", "stashed 1\n"]);
        repo.git(&["stash", "drop", "--quiet", "stash@{1}"]);
        assert_eq!(contents(&scan(&repo).0).len(), 5);
    }
}

#[test]
fn a_damaged_reftable_is_an_error_and_never_a_panic() {
    let repo = Repo::init_with(&["--ref-format=reftable"]);
    repo.commit_file("a.txt", "a\n");
    repo.write("a.txt", "b\n");
    repo.git(&["stash", "push", "--quiet"]);
    repo.git(&["pack-refs", "--all"]);
    let list = std::fs::read_to_string(repo.dir().join(".git/reftable/tables.list")).unwrap();
    let table = repo.dir().join(".git/reftable").join(list.lines().next().unwrap());
    let whole = std::fs::read(&table).unwrap();
    let mut failed = 0;
    for place in 0..whole.len() {
        let mut damaged = whole.clone();
        damaged[place] ^= 0xff;
        std::fs::write(&table, &damaged[..if place % 5 == 0 { place } else { damaged.len() }]).unwrap();
        failed += usize::from(open(repo.dir(), |_| {}).is_err());
    }
    assert!(failed > whole.len() / 5, "{failed} of {}", whole.len());
}

#[test]
fn trees_that_spell_billions_of_paths_are_gone_through_in_no_time() {
    let repo = Repo::init();
    repo.commit_file("a.txt", "base\n");
    let mut inside = format!("100644 blob {}\tinnermost\n", repo.git_with_input(&["hash-object", "-w", "--stdin"], b"deep inside\n"));
    let mut id = String::new();
    for _ in 0..12 {
        id = repo.git_with_input(&["mktree"], inside.as_bytes());
        inside = (0..10).map(|number| format!("040000 tree {id}\tbranch{number}\n")).collect::<Vec<_>>().concat();
    }
    let commit = repo.git(&["commit-tree", "-p", "HEAD", "-m", "Bomb", &id]);
    repo.git(&["update-ref", "refs/heads/bomb", &commit]);
    let blob = repo.git_with_input(&["hash-object", "--stdin"], b"deep inside\n");
    assert_eq!(contents(&scan(&repo).0), [pair("base\n", ""), pair("deep inside\n", "")]);
    assert_eq!(added(&repo, "main..bomb"), [pair("deep inside\n", "")]);
    let found = attribute(&repo, &[&blob]).remove(&blob).unwrap();
    assert_eq!(found[0].commit, commit);
    assert_eq!(found[0].paths[0], format!("{}/innermost", ["branch9"; 11].join("/")));
    let back = repo.git(&["commit-tree", "-p", &commit, "-m", "Away", "main^{tree}"]);
    assert_eq!(range(&repo, &format!("{commit}..{back}")).1.commits, 1);
    repo.git(&["update-ref", "HEAD", &commit]);
    repo.stage("b.txt", "staged\n");
    let options = keyward::sources::staged::StagedOptions { dir: repo.dir().to_owned(), ..Default::default() };
    let sink = Recorder::default();
    keyward::sources::staged::scan_in(&options, &GitEnvironment::none(repo.dir()), &sink).unwrap();
    assert_eq!(sink.files().len(), 2);
}

#[test]
fn no_damage_to_stored_data_makes_a_scan_panic() {
    let repo = varied();
    repo.git(&["tag", "-a", "-m", "Tagged", "v1"]);
    repo.git(&["repack", "--quiet", "-a", "-d", "-f", "--write-midx"]);
    let packs = std::fs::read_dir(repo.dir().join(".git/objects/pack")).unwrap().map(|file| file.unwrap().path());
    let mut files: Vec<_> = packs.chain(["index", "packed-refs", "HEAD"].map(|name| repo.dir().join(".git").join(name))).collect();
    files.retain(|path| std::fs::read(path).is_ok_and(|bytes| !bytes.is_empty()));
    files.sort();
    let mut state: u64 = 7;
    let mut random = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % below
    };
    for _ in 0..150 {
        let path = &files[random(files.len())];
        let whole = std::fs::read(path).unwrap();
        let mut damaged = whole.clone();
        for _ in 0..=random(3) {
            let place = random(damaged.len());
            damaged[place] ^= u8::try_from(1 + random(255)).unwrap();
        }
        if random(10) == 0 {
            damaged.truncate(random(whole.len()));
        }
        std::fs::remove_file(path).unwrap();
        std::fs::write(path, &damaged).unwrap();
        let sink = Recorder::default();
        for range in [None, Some("main~4..main".to_owned())] {
            if let Ok(history) = open(repo.dir(), |options| (options.unreachable, options.range) = (true, range)) {
                history.scan(&sink).unwrap();
                let ids: Vec<String> = sink.ids(ObjectKind::Blob).into_iter().take(5).collect();
                drop(history.attribute(&ids));
            }
        }
        let options = keyward::sources::staged::StagedOptions { dir: repo.dir().to_owned(), ..Default::default() };
        drop(keyward::sources::staged::scan_in(&options, &GitEnvironment::none(repo.dir()), &sink));
        std::fs::remove_file(path).unwrap();
        std::fs::write(path, &whole).unwrap();
    }
    assert_same_as_git(&repo, &["--all"]);
}

#[test]
#[cfg(unix)]
fn a_repository_of_another_user_is_read() {
    let repo = varied();
    let commits = repo.git(&["rev-list", "--all", "--count"]).parse::<u64>().unwrap();
    let mut open_dirs = vec![repo.dir().to_owned()];
    while let Some(dir) = open_dirs.pop() {
        // Only root may give files away; for others this test shows no more than the rest does.
        drop(std::os::unix::fs::chown(&dir, Some(54_321), Some(54_321)));
        open_dirs.extend(std::fs::read_dir(&dir).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()));
    }
    let (sink, coverage) = scan(&repo);
    assert_eq!((sink.skips(), coverage.commits), (vec![], commits));
}
