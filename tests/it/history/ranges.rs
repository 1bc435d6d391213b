//! What a range, a date, a branch or a remote leaves of a history.

use super::{added, contents, listed_by_git, open, pair, range, scan_with, varied};
use crate::support::repo::Repo;
use crate::support::sink::Recorder;
use keyward::blob::ObjectKind;
use keyward::sources::SourceError;
use keyward::sources::git::GitEnvironment;
use keyward::sources::history::{History, HistoryOptions};
use std::collections::BTreeSet;

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
fn a_blob_in_two_places_is_compared_at_each_with_what_stood_there() {
    let repo = Repo::init();
    repo.commit_file("a.txt", "one\ntwo\n");
    repo.git(&["tag", "base"]);
    repo.stage("a.txt", "one\ntwo\nthree\n");
    repo.stage("b.txt", "one\ntwo\nthree\n");
    repo.commit("Both");
    assert_eq!(added(&repo, "base.."), [pair("one\ntwo\nthree\n", ""), pair("one\ntwo\nthree\n", "one\ntwo\n")]);
    repo.stage("c.txt", "two\nfour\n");
    repo.commit("Third");
    repo.git(&["tag", "--force", "base"]);
    repo.stage("a.txt", "one\ntwo\nfour\n");
    repo.stage("c.txt", "one\ntwo\nfour\n");
    repo.commit("Same in both");
    let expected = ["one\ntwo\nthree\n", "two\nfour\n"].map(|before| pair("one\ntwo\nfour\n", before));
    assert_eq!(added(&repo, "base.."), expected);
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
        "late...main",
        "main...main",
        "main~2...main",
        "main...main~2",
        "main...late one...main",
        "main~3...late main~1...main",
        "MERGE^2..main ^three",
        "late main ^main~1",
        "MERGE^! ^one",
        "MERGE^-",
        "MERGE^-2 late",
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
