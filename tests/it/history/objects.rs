//! What a scan of everything reads, and what it says of what cannot be read.

use super::{assert_same_as_git, contents, listed_by_git, object_path, open, pair, range, reasons, scan, scan_with, varied};
use crate::support::repo::Repo;
use keyward::blob::{ObjectKind, SkipReason};

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
