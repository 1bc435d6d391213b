//! What is new in the index, and what stood there before.

use super::{file, files, lines, scan, try_scan};
use crate::support::repo::Repo;
use keyward::blob::SkipReason;
use keyward::sources::git::GitEnvironment;

#[test]
fn staged_before_the_first_commit_is_all_new() {
    let repo = Repo::init();
    repo.stage("a.txt", "one\n");
    repo.stage("sub/b.txt", "two\n");
    assert_eq!(files(&repo), [file("a.txt", "one\n", ""), file("sub/b.txt", "two\n", "")]);
}

#[test]
fn an_empty_repository_has_nothing_staged() {
    let (sink, coverage) = scan(&Repo::init());
    assert_eq!((sink.blobs().len(), coverage.scope.as_str(), coverage.bytes), (0, "index", 0));
}

#[test]
fn the_index_counts_and_not_the_work_tree() {
    let repo = Repo::init();
    repo.commit_file("a.txt", "old\n");
    repo.stage("a.txt", "staged\n");
    repo.write("a.txt", "only in the work tree\n");
    repo.write("untracked.txt", "never added\n");
    assert_eq!(files(&repo), [file("a.txt", "staged\n", "old\n")]);
}

#[test]
fn unchanged_files_and_deletions_are_not_scanned() {
    let repo = Repo::init();
    repo.stage("deep/er/kept.txt", "kept\n");
    repo.stage("gone.txt", "gone\n");
    repo.commit("Start");
    repo.git(&["rm", "--quiet", "gone.txt"]);
    assert_eq!(files(&repo), []);
}

#[test]
fn a_size_limit_names_what_is_left_out() {
    let repo = Repo::init();
    repo.stage("large.txt", "x".repeat(100));
    repo.stage("small.txt", "x");
    let (sink, coverage) = try_scan(repo.dir(), &GitEnvironment::none(repo.dir()), |options| options.max_size = Some(10)).unwrap();
    assert_eq!(sink.files(), [file("small.txt", "x", "")]);
    let skip = &sink.skips()[0];
    assert_eq!((skip.what.as_str(), skip.reason, skip.detail.as_str()), ("large.txt", SkipReason::TooLarge, "100 bytes, the limit is 10"));
    assert_eq!((coverage.blobs, coverage.bytes), (1, 1));
}

#[test]
fn whole_files_have_no_predecessor() {
    let repo = Repo::init();
    repo.commit_file("a.txt", "old\n");
    repo.commit_file("b.txt", lines(&["one", "two"]));
    repo.stage("a.txt", "new\n");
    repo.git(&["mv", "b.txt", "c.txt"]);
    let (sink, _) = try_scan(repo.dir(), &GitEnvironment::none(repo.dir()), |options| options.whole_files = true).unwrap();
    assert_eq!(sink.files(), [file("a.txt", "new\n", ""), file("c.txt", &lines(&["one", "two"]), "")]);
}

#[test]
fn an_exact_rename_introduces_nothing() {
    let repo = Repo::init();
    repo.commit_file("a/old.txt", "content\n");
    repo.git(&["mv", "a/old.txt", "new.txt"]);
    assert_eq!(files(&repo), []);
}

#[test]
fn a_copy_is_new() {
    let repo = Repo::init();
    repo.commit_file("a.txt", "content\n");
    repo.stage("b.txt", "content\n");
    assert_eq!(files(&repo), [file("b.txt", "content\n", "")]);
}

#[test]
fn a_rename_with_changes_takes_the_most_similar_deleted_file_as_predecessor() {
    let repo = Repo::init();
    let old = lines(&["one", "two", "three", "four"]);
    repo.stage("dir/right.txt", &old);
    repo.stage("dir/wrong.txt", lines(&["one", "nothing", "else", "here"]));
    repo.commit("Start");
    repo.git(&["rm", "-r", "--quiet", "dir"]);
    let new = lines(&["one", "two", "three", "five"]);
    repo.stage("moved.txt", &new);
    assert_eq!(files(&repo), [file("moved.txt", &new, &old)]);
}

#[test]
fn an_unrelated_deleted_file_is_no_predecessor() {
    let repo = Repo::init();
    repo.commit_file("old.txt", lines(&["one", "two"]));
    repo.git(&["rm", "--quiet", "old.txt"]);
    repo.stage("new.txt", lines(&["three", "four"]));
    assert_eq!(files(&repo), [file("new.txt", &lines(&["three", "four"]), "")]);
}

#[test]
fn a_directory_that_takes_the_place_of_a_file_is_scanned() {
    let repo = Repo::init();
    repo.stage("a", "file\n");
    repo.stage("a.b", "sorts between a and a/\n");
    repo.commit("Start");
    repo.git(&["rm", "--quiet", "a"]);
    repo.stage("a/c", "below\n");
    assert_eq!(files(&repo), [file("a/c", "below\n", "")]);
    repo.commit("Directory");
    repo.git(&["rm", "--quiet", "-r", "a"]);
    repo.stage("a", "again\n");
    assert_eq!(files(&repo), [file("a", "again\n", "")]);
}

#[test]
fn names_that_sort_around_the_slash_are_paired_right() {
    let repo = Repo::init();
    for path in ["a-b", "a/x", "a.b", "a0", "ab/c", "ab-c"] {
        repo.stage(path, path);
    }
    repo.commit("Start");
    for path in ["a-b", "a/x", "ab/c"] {
        repo.stage(path, format!("{path} changed"));
    }
    let expected = ["a-b", "a/x", "ab/c"].map(|path| file(path, &format!("{path} changed"), path));
    assert_eq!(files(&repo), expected);
}

#[test]
#[cfg(unix)]
fn a_symbolic_link_is_scanned_as_its_target() {
    let repo = Repo::init();
    repo.commit_file("a.txt", "was a file\n");
    std::fs::remove_file(repo.dir().join("a.txt")).unwrap();
    std::os::unix::fs::symlink("some/where", repo.dir().join("a.txt")).unwrap();
    repo.git(&["add", "a.txt"]);
    assert_eq!(files(&repo), [file("a.txt", "some/where", "was a file\n")]);
}

#[test]
fn a_change_of_mode_alone_introduces_nothing() {
    let repo = Repo::init();
    repo.commit_file("run.sh", "echo\n");
    repo.git(&["update-index", "--chmod=+x", "run.sh"]);
    assert_eq!(files(&repo), []);
}

#[test]
fn a_submodule_is_named_and_not_entered() {
    let repo = Repo::init();
    let id = repo.commit_file("a.txt", "a\n");
    repo.git(&["update-index", "--add", "--cacheinfo", &format!("160000,{id},vendor/lib")]);
    let (sink, _) = scan(&repo);
    assert_eq!(sink.files(), []);
    let skips = sink.skips();
    assert_eq!((skips[0].what.as_str(), skips[0].reason), ("vendor/lib", SkipReason::Submodule));
    repo.commit("Submodule");
    assert_eq!(files(&repo), []);
}

#[test]
fn intent_to_add_has_no_content_yet() {
    let repo = Repo::init();
    repo.commit_file("a.txt", "a\n");
    repo.write("later.txt", "not staged\n");
    repo.git(&["add", "--intent-to-add", "later.txt"]);
    let (sink, coverage) = scan(&repo);
    assert_eq!(sink.files(), []);
    assert_eq!(coverage.notes, ["1 path added with --intent-to-add, without content so far"]);
}

#[test]
fn flags_that_hide_the_work_tree_do_not_hide_the_index() {
    let repo = Repo::init();
    repo.stage("assumed.txt", "old\n");
    repo.stage("skipped.txt", "old\n");
    repo.commit("Start");
    repo.stage("assumed.txt", "new\n");
    repo.stage("skipped.txt", "new\n");
    repo.git(&["update-index", "--assume-unchanged", "assumed.txt"]);
    repo.git(&["update-index", "--skip-worktree", "skipped.txt"]);
    assert_eq!(files(&repo), [file("assumed.txt", "new\n", "old\n"), file("skipped.txt", "new\n", "old\n")]);
}
