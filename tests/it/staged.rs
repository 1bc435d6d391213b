//! `staged`: what `git commit` would record, and what of it is new. Git itself is the reference.

use std::path::Path;

use keyward::blob::{Origin, SkipReason};
use keyward::sources::git::GitEnvironment;
use keyward::sources::staged::{StagedOptions, scan_in};
use keyward::sources::{Coverage, SourceError};

use crate::support::keyward::keyward;
use crate::support::repo::Repo;
use crate::support::sink::Recorder;

fn try_scan(
    dir: &Path,
    environment: &GitEnvironment,
    change: impl FnOnce(&mut StagedOptions),
) -> Result<(Recorder, Coverage), SourceError> {
    let mut options = StagedOptions { dir: dir.to_owned(), ..StagedOptions::default() };
    change(&mut options);
    let sink = Recorder::default();
    let coverage = scan_in(&options, environment, &sink)?;
    Ok((sink, coverage))
}

fn scan(repo: &Repo) -> (Recorder, Coverage) {
    try_scan(repo.dir(), &GitEnvironment::none(repo.dir()), |_| {}).unwrap()
}

/// Path, content, previous content of everything that is staged.
fn files(repo: &Repo) -> Vec<(String, String, String)> {
    let (sink, coverage) = scan(repo);
    assert_eq!(sink.skips(), []);
    assert_eq!(coverage.blobs, sink.blobs().len() as u64);
    sink.files()
}

fn file(path: &str, content: &str, previous: &str) -> (String, String, String) {
    (path.to_owned(), content.to_owned(), previous.to_owned())
}

/// The differential test: what git says is added or modified, with the bytes that git has.
fn assert_same_as_git(repo: &Repo) {
    let (sink, _) = scan(repo);
    let names = repo.git(&["diff", "--cached", "--no-renames", "--name-only", "--diff-filter=AMT", "-z"]);
    let mut expected: Vec<(String, String)> = Vec::new();
    for path in names.split('\0').filter(|path| !path.is_empty()) {
        let output = repo.try_git(repo.dir(), &["cat-file", "blob", &format!(":{path}")], &[]);
        expected.push((path.to_owned(), String::from_utf8_lossy(&output.stdout).into_owned()));
    }
    expected.sort();
    let scanned: Vec<(String, String)> = sink.files().into_iter().map(|(path, content, _)| (path, content)).collect();
    assert_eq!(scanned, expected);
}

/// Lines that make two files similar or not.
fn lines(names: &[&str]) -> String {
    names.iter().flat_map(|name| ["a line about ", name, "\n"]).collect()
}

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

#[test]
fn every_index_version_reads_the_same() {
    for version in ["2", "3", "4"] {
        let repo = Repo::init();
        for number in 0..40 {
            repo.write(&format!("dir{}/file{number}.txt", number % 7), format!("{number}\n"));
        }
        repo.git(&["add", "."]);
        repo.commit("Start");
        repo.git(&["update-index", "--index-version", version]);
        repo.stage("dir3/file3.txt", "changed\n");
        assert_eq!(files(&repo), [file("dir3/file3.txt", "changed\n", "3\n")], "version {version}");
        assert_same_as_git(&repo);
    }
}

#[test]
fn a_split_index_is_read_whole() {
    let repo = Repo::init();
    repo.stage("a.txt", "a\n");
    repo.stage("b.txt", "b\n");
    repo.commit("Start");
    repo.stage("a.txt", "staged before the split\n");
    repo.git(&["update-index", "--split-index"]);
    assert_eq!(files(&repo), [file("a.txt", "staged before the split\n", "a\n")]);
    repo.stage("b.txt", "staged after it\n");
    repo.stage("c.txt", "new\n");
    assert_same_as_git(&repo);
    assert_eq!(files(&repo).len(), 3);
    repo.git(&["rm", "--cached", "--quiet", "a.txt"]);
    assert_same_as_git(&repo);
}

#[test]
fn a_sparse_index_is_read_below_its_directories() {
    let repo = Repo::init();
    for path in ["in/a.txt", "out/b.txt", "out/deep/c.txt", "top.txt"] {
        repo.stage(path, path);
    }
    repo.commit("Start");
    repo.git(&["sparse-checkout", "set", "--cone", "--sparse-index", "in"]);
    repo.stage("in/a.txt", "changed\n");
    assert_eq!(files(&repo), [file("in/a.txt", "changed\n", "in/a.txt")]);
    // A sparse directory at another tree than HEAD's, as a reset that keeps the index leaves it.
    repo.commit("Inside");
    repo.git(&["sparse-checkout", "disable"]);
    repo.commit_file("out/deep/c.txt", "changed outside\n");
    repo.git(&["sparse-checkout", "set", "--cone", "--sparse-index", "in"]);
    repo.git(&["reset", "--soft", "HEAD~1"]);
    assert!(repo.git(&["ls-files", "--sparse"]).lines().any(|line| line == "out/"), "the index is not sparse");
    assert_eq!(files(&repo), [file("out/deep/c.txt", "changed outside\n", "out/deep/c.txt")]);
}

#[test]
fn a_sha256_repository_is_read() {
    let repo = Repo::init_with(&["--object-format=sha256"]);
    repo.commit_file("dir/a.txt", "old\n");
    repo.stage("dir/a.txt", "new\n");
    assert_eq!(files(&repo), [file("dir/a.txt", "new\n", "old\n")]);
    let (sink, _) = scan(&repo);
    let Origin::Index { id, .. } = &sink.blobs()[0].origin else { panic!("not from the index") };
    assert_eq!(*id, repo.git(&["rev-parse", ":dir/a.txt"]));
}

#[test]
fn head_may_be_kept_in_a_reftable() {
    let repo = Repo::init_with(&["--ref-format=reftable"]);
    repo.stage("a.txt", "old\n");
    assert_eq!(files(&repo), [file("a.txt", "old\n", "")]);
    repo.commit("Start");
    repo.stage("a.txt", "new\n");
    assert_eq!(files(&repo), [file("a.txt", "new\n", "old\n")]);
    std::fs::write(repo.dir().join(".git/reftable/tables.list"), "missing.ref\n").unwrap();
    assert!(error(repo.dir()).contains("missing.ref"));
}

#[test]
fn the_index_that_git_names_is_read() {
    let repo = Repo::init();
    repo.commit_file("a.txt", "old\n");
    repo.write("a.txt", "committed with -a\n");
    std::fs::copy(repo.dir().join(".git/index"), repo.dir().join(".git/next-index")).unwrap();
    repo.try_git(repo.dir(), &["add", "a.txt"], &[("GIT_INDEX_FILE", ".git/next-index")]);
    assert_eq!(files(&repo), []);
    std::fs::create_dir(repo.dir().join("sub")).unwrap();
    for dir in [repo.dir().to_owned(), repo.dir().join("sub")] {
        let environment = GitEnvironment { index_file: Some(".git/next-index".into()), ..GitEnvironment::none(&dir) };
        let (sink, _) = try_scan(Path::new("."), &environment, |_| {}).unwrap();
        assert_eq!(sink.files(), [file("a.txt", "committed with -a\n", "old\n")], "{}", dir.display());
    }
}

#[test]
fn another_repository_is_not_read_with_the_environment_of_the_current_one() {
    let (here, there) = (Repo::init(), Repo::init());
    here.stage("here.txt", "here\n");
    there.stage("there.txt", "there\n");
    let environment = GitEnvironment {
        git_dir: Some(here.dir().join(".git")),
        index_file: Some(here.dir().join(".git/index")),
        ..GitEnvironment::none(here.dir())
    };
    let (sink, _) = try_scan(there.dir(), &environment, |_| {}).unwrap();
    assert_eq!(sink.files(), [file("there.txt", "there\n", "")]);
    let (sink, _) = try_scan(here.dir(), &environment, |_| {}).unwrap();
    assert_eq!(sink.files(), [file("here.txt", "here\n", "")]);
}

#[test]
fn git_dir_and_work_tree_may_lie_apart() {
    let repo = Repo::init();
    repo.stage("sub/a.txt", "a\n");
    let (apart, tree) = (repo.beside("apart.git"), repo.beside("elsewhere"));
    std::fs::rename(repo.dir().join(".git"), &apart).unwrap();
    std::fs::create_dir_all(&tree).unwrap();
    let environment = GitEnvironment { git_dir: Some(apart), work_tree: Some(repo.dir().to_owned()), ..GitEnvironment::none(&tree) };
    let (sink, _) = try_scan(Path::new("."), &environment, |_| {}).unwrap();
    assert_eq!(sink.files(), [file("sub/a.txt", "a\n", "")]);
}

#[test]
fn objects_outside_of_the_repository_are_found_where_git_says() {
    let repo = Repo::init();
    repo.commit_file("a.txt", "old\n");
    let quarantine = repo.beside("quarantine");
    std::fs::create_dir(&quarantine).unwrap();
    repo.write("a.txt", "new\n");
    let (path, main) = (quarantine.display().to_string(), repo.dir().join(".git/objects").display().to_string());
    let output =
        repo.try_git(repo.dir(), &["add", "a.txt"], &[("GIT_OBJECT_DIRECTORY", &path), ("GIT_ALTERNATE_OBJECT_DIRECTORIES", &main)]);
    assert!(output.status.success());
    let (sink, _) = scan(&repo);
    assert_eq!((sink.files(), sink.skips()[0].reason), (vec![], SkipReason::Missing));
    for environment in [
        GitEnvironment { object_directory: Some(quarantine.clone()), ..GitEnvironment::none(repo.dir()) },
        GitEnvironment { alternates: vec![quarantine.clone()], ..GitEnvironment::none(repo.dir()) },
    ] {
        let (sink, _) = try_scan(repo.dir(), &environment, |_| {}).unwrap();
        assert_eq!(sink.files(), [file("a.txt", "new\n", "old\n")]);
    }
}

#[test]
fn a_linked_work_tree_has_its_own_index() {
    let repo = Repo::init();
    repo.commit_file("a.txt", "old\n");
    let linked = repo.beside("linked");
    repo.git(&["worktree", "add", "--quiet", linked.to_str().unwrap()]);
    std::fs::write(linked.join("a.txt"), "new\n").unwrap();
    repo.git_in(&linked, &["add", "a.txt"]);
    assert_eq!(files(&repo), []);
    let (sink, _) = try_scan(&linked, &GitEnvironment::none(&linked), |_| {}).unwrap();
    assert_eq!(sink.files(), [file("a.txt", "new\n", "old\n")]);
}

#[test]
fn a_merge_introduces_only_what_no_parent_has() {
    let repo = Repo::init();
    let base = lines(&["one", "two", "three"]);
    repo.commit_file("both.txt", &base);
    repo.git(&["checkout", "--quiet", "-b", "side"]);
    let theirs = lines(&["one", "two", "three", "theirs"]);
    repo.stage("both.txt", &theirs);
    repo.stage("side.txt", "from the side\n");
    repo.commit("Side");
    repo.git(&["checkout", "--quiet", "main"]);
    let ours = lines(&["ours", "one", "two", "three"]);
    repo.commit_file("both.txt", &ours);
    repo.git(&["merge", "--quiet", "--no-commit", "--no-ff", "side"]);
    repo.stage("evil.txt", "only in the merge\n");
    let merged = lines(&["ours", "one", "two", "three", "theirs"]);
    assert_eq!(files(&repo), [file("both.txt", &merged, &format!("{ours}\n{theirs}")), file("evil.txt", "only in the merge\n", "")]);
}

#[test]
fn both_sides_of_a_conflict_are_looked_at() {
    let repo = Repo::init();
    repo.commit_file("a.txt", "base\n");
    repo.git(&["checkout", "--quiet", "-b", "side"]);
    repo.commit_file("a.txt", "theirs\n");
    repo.git(&["checkout", "--quiet", "main"]);
    repo.commit_file("a.txt", "ours\n");
    assert!(!repo.try_git(repo.dir(), &["cherry-pick", "side"], &[]).status.success());
    let (sink, coverage) = scan(&repo);
    assert_eq!(sink.files(), [file("a.txt", "theirs\n", "ours\n")]);
    assert_eq!(coverage.notes, ["1 path in conflict, which cannot be committed before it is resolved: both sides were looked at"]);
}

#[test]
fn named_paths_restrict_the_scan() {
    let repo = Repo::init();
    for path in ["a.txt", "sub/b.txt", "sub/c.txt", "subway.txt"] {
        repo.stage(path, path);
    }
    let scan = |dir: &Path, paths: &[&str]| {
        let (sink, coverage) = try_scan(dir, &GitEnvironment::none(dir), |options| {
            options.paths = paths.iter().map(|path| (*path).to_owned()).collect();
        })
        .unwrap();
        (sink.files().into_iter().map(|(path, ..)| path).collect::<Vec<_>>(), coverage.notes)
    };
    assert_eq!(scan(repo.dir(), &["sub"]).0, ["sub/b.txt", "sub/c.txt"]);
    assert_eq!(scan(repo.dir(), &["a.txt", "sub/c.txt"]).0, ["a.txt", "sub/c.txt"]);
    assert_eq!(scan(&repo.dir().join("sub"), &["b.txt", "../a.txt"]).0, ["a.txt", "sub/b.txt"]);
    let absolute = |path: &str| repo.dir().join(path).to_str().unwrap().to_owned();
    assert_eq!(scan(repo.dir(), &[&absolute("sub"), &absolute("a.txt")]).0, ["a.txt", "sub/b.txt", "sub/c.txt"]);
    assert_eq!(scan(repo.dir(), &[&absolute("")]).0.len(), 4);
    repo.write("untracked.txt", "x");
    assert_eq!(scan(repo.dir(), &["untracked.txt"]), (vec![], vec!["untracked.txt: not in the index".to_owned()]));
}

#[test]
fn a_path_that_is_nowhere_is_an_error_and_one_that_is_deleted_is_none() {
    let repo = Repo::init();
    repo.commit_file("a.txt", "x\n");
    repo.commit_file("sub/b.txt", "x\n");
    repo.git(&["rm", "-r", "--quiet", "sub", "a.txt"]);
    let absolute = |path: &str| repo.dir().join(path).to_str().unwrap().to_owned();
    let run = |path: &str| keyward(repo.dir(), ["staged", path]).acme().run();
    for gone in ["a.txt", "sub", "sub/b.txt", &absolute("a.txt"), &absolute("sub/b.txt")] {
        assert!(run(gone).expect(0).stdout.contains(&format!("{gone}: not in the index")), "{gone}");
    }
    for missing in ["missing.txt", "sub/c.txt", &absolute("missing/c.txt")] {
        let told = run(missing).expect(2).stderr;
        assert!(told.contains(missing) && told.contains("no such file"), "{told}");
    }
    assert!(run("/").expect(2).stderr.contains("is not in the work tree of the repository"));
}

#[test]
fn filters_and_other_configured_programs_are_not_run() {
    let repo = Repo::init();
    repo.commit_file("a.txt", "old\n");
    repo.stage("a.txt", "as stored\n");
    let witness = repo.beside("ran");
    let program = format!("touch {}", witness.display());
    repo.write(".gitattributes", "* filter=evil diff=evil\n");
    let names = ["smudge", "clean", "process", "textconv", "fsmonitor", "pager", "sshCommand", "uploadpack"];
    let settings: Vec<String> = names.iter().map(|name| format!("\t{name} = {program}\n")).collect();
    let mut config = std::fs::read_to_string(repo.dir().join(".git/config")).unwrap();
    for section in ["[filter \"evil\"]\n", "[diff \"evil\"]\n", "[core]\n", "[remote \"origin\"]\n"] {
        config += section;
        config += &settings.concat();
    }
    std::fs::write(repo.dir().join(".git/config"), config).unwrap();
    assert_eq!(files(&repo), [file("a.txt", "as stored\n", "old\n")]);
    assert!(!witness.exists());
}

#[test]
fn replacement_objects_do_not_change_what_is_scanned() {
    let repo = Repo::init();
    repo.stage("a.txt", "the real content\n");
    let id = repo.git(&["rev-parse", ":a.txt"]);
    let other = repo.git_with_input(&["hash-object", "-w", "--stdin"], b"harmless\n");
    repo.git(&["replace", &id, &other]);
    assert_eq!(files(&repo), [file("a.txt", "the real content\n", "")]);
}

#[test]
fn a_missing_or_damaged_blob_is_named_and_the_rest_is_scanned() {
    let repo = Repo::init();
    for (path, content) in [("damaged.txt", "damaged\n"), ("lost.txt", "lost\n"), ("whole.txt", "whole\n")] {
        repo.stage(path, content);
    }
    let object = |path: &str| {
        let id = repo.git(&["rev-parse", &format!(":{path}")]);
        repo.dir().join(".git/objects").join(&id[..2]).join(&id[2..])
    };
    std::fs::remove_file(object("lost.txt")).unwrap();
    std::fs::remove_file(object("damaged.txt")).unwrap();
    std::fs::write(object("damaged.txt"), b"no zlib stream").unwrap();
    let (sink, coverage) = scan(&repo);
    assert_eq!(sink.files(), [file("whole.txt", "whole\n", "")]);
    assert_eq!(coverage.blobs, 1);
    let mut skips: Vec<_> = sink.skips().into_iter().map(|skip| (skip.what, skip.reason)).collect();
    skips.sort();
    assert_eq!(skips, [("damaged.txt".to_owned(), SkipReason::Corrupt), ("lost.txt".to_owned(), SkipReason::Missing)]);
}

#[test]
fn an_unreadable_head_makes_everything_new_and_says_so() {
    let repo = Repo::init();
    let id = repo.commit_file("a.txt", "a\n");
    std::fs::remove_file(repo.dir().join(".git/objects").join(&id[..2]).join(&id[2..])).unwrap();
    let (sink, coverage) = scan(&repo);
    assert_eq!(sink.files(), [file("a.txt", "a\n", "")]);
    assert!(coverage.notes[0].starts_with("HEAD's commit"), "{:?}", coverage.notes);
}

fn error(dir: &Path) -> String {
    try_scan(dir, &GitEnvironment::none(dir), |_| {}).unwrap_err().to_string()
}

#[test]
fn a_damaged_index_is_an_error() {
    let repo = Repo::init();
    repo.commit_file("a.txt", "a\n");
    let path = repo.dir().join(".git/index");
    let whole = std::fs::read(&path).unwrap();
    for damaged in [&whole[..0], &whole[..whole.len() / 2], b"DIRC\0\0\0\x09nonsense", &[whole.as_slice(), b"more"].concat()] {
        std::fs::write(&path, damaged).unwrap();
        let error = error(repo.dir());
        assert!(error.contains("cannot read the index") && error.contains("index"), "{error}");
    }
}

#[test]
fn a_split_index_without_entry_maps_is_not_taken_for_an_empty_one() {
    let repo = Repo::init();
    repo.commit_file("a.txt", "a\n");
    let index = [b"DIRC\0\0\0\x02\0\0\0\0link\0\0\0\x14".as_slice(), &[7; 20], &[0; 20]].concat();
    std::fs::write(repo.dir().join(".git/index"), &index).unwrap();
    std::fs::write(
        repo.dir().join(format!(".git/sharedindex.{}", "07".repeat(20))),
        [b"DIRC\0\0\0\x02\0\0\0\0".as_slice(), &[7; 20]].concat(),
    )
    .unwrap();
    assert!(error(repo.dir()).contains("split index"), "{}", error(repo.dir()));
}

#[test]
fn outside_of_a_repository_is_an_error() {
    let dir = tempfile::tempdir().unwrap();
    let environment = GitEnvironment { ceilings: vec![dir.path().canonicalize().unwrap()], ..GitEnvironment::none(dir.path()) };
    let error = try_scan(dir.path(), &environment, |_| {}).unwrap_err().to_string();
    assert!(error.ends_with("not inside a git repository: run this in one, or name its directory"), "{error}");
    assert!(matches!(try_scan(&dir.path().join("none"), &environment, |_| {}), Err(SourceError::Path { .. })));
}

#[test]
fn a_bare_repository_is_an_error() {
    let repo = Repo::init_with(&["--bare"]);
    assert!(error(repo.dir()).contains("a bare repository has no index"));
}

#[test]
fn a_git_file_that_leads_nowhere_is_not_passed_over() {
    let repo = Repo::init();
    repo.stage("a.txt", "a\n");
    repo.write("nested/.git", "gitdir: /nowhere\n");
    assert!(error(&repo.dir().join("nested")).contains("points to a repository that is not there"));
}

#[test]
fn staged_bytes_are_gits_bytes() {
    let repo = Repo::init();
    for number in 0..60 {
        repo.write(&format!("d{}/e{}/f{number}", number % 5, number % 3), format!("{number}\r\n\u{e9}"));
    }
    repo.git(&["add", "."]);
    repo.commit("Start");
    repo.git(&["gc", "--quiet"]);
    repo.stage("d1/e1/f1", b"\0binary\xff");
    repo.stage("d1/e1/new", "new\n");
    repo.stage("ü/ñ.txt", "names outside of ASCII\n");
    repo.git(&["rm", "--quiet", "-r", "d4"]);
    assert_same_as_git(&repo);
}

/// The binary as a hook of real git, with the environment that git gives it.
#[cfg(unix)]
mod as_hook {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;
    use crate::support::keyward::{RULES, token};

    fn with_hook() -> Repo {
        let repo = Repo::init();
        repo.commit_file("a.txt", "nothing\n");
        let rules = repo.beside("acme.yaml");
        std::fs::write(&rules, RULES).unwrap();
        let binary = env!("CARGO_BIN_EXE_keyward");
        let script = format!("#!/bin/sh\nexec '{binary}' staged --rule-file '{}' --disable all --rules acme-token\n", rules.display());
        let hook = repo.dir().join(".git/hooks/pre-commit");
        std::fs::create_dir_all(hook.parent().unwrap()).unwrap();
        std::fs::write(&hook, script).unwrap();
        std::fs::set_permissions(&hook, std::fs::Permissions::from_mode(0o755)).unwrap();
        repo
    }

    /// Whether git makes the commit.
    fn commits(repo: &Repo, dir: &Path, args: &[&str]) -> bool {
        let before = repo.git_in(dir, &["rev-parse", "HEAD"]);
        let output = repo.try_git(dir, &[&["commit", "--quiet", "-m", "Try"], args].concat(), &[]);
        let moved = repo.git_in(dir, &["rev-parse", "HEAD"]) != before;
        assert_eq!(output.status.success(), moved);
        if !moved {
            let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
            assert!(said.contains("acme-token"), "stopped by something else: {said}");
        }
        moved
    }

    fn leak() -> String {
        format!("key = {}\n", token(1))
    }

    #[test]
    fn a_leak_stops_the_commit_and_nothing_else_does() {
        let repo = with_hook();
        repo.stage("b.txt", "nothing\n");
        repo.write("a.txt", leak());
        assert!(commits(&repo, repo.dir(), &[]), "what is not staged does not count");
        repo.git(&["add", "a.txt"]);
        assert!(!commits(&repo, repo.dir(), &[]));
    }

    #[test]
    fn commit_all_and_commit_of_a_path_use_an_index_of_their_own() {
        let repo = with_hook();
        repo.commit_file("sub/b.txt", "nothing\n");
        repo.write("sub/b.txt", leak());
        assert!(!commits(&repo, repo.dir(), &["-a"]));
        assert!(!commits(&repo, repo.dir(), &["--", "sub/b.txt"]));
        assert!(!commits(&repo, &repo.dir().join("sub"), &["--", "b.txt"]));
        repo.write("a.txt", "changed\n");
        assert!(commits(&repo, repo.dir(), &["--", "a.txt"]));
        repo.git(&["add", "sub/b.txt"]);
        repo.write("a.txt", "changed again\n");
        assert!(commits(&repo, repo.dir(), &["--only", "--", "a.txt"]), "what is staged otherwise is not in this commit");
    }

    #[test]
    fn linked_work_trees_and_amended_commits_are_covered() {
        let repo = with_hook();
        let linked = repo.beside("linked");
        repo.git(&["worktree", "add", "--quiet", linked.to_str().unwrap()]);
        std::fs::write(linked.join("c.txt"), leak()).unwrap();
        repo.git_in(&linked, &["add", "c.txt"]);
        assert!(!commits(&repo, &linked, &[]));
        repo.write("d.txt", "nothing\n");
        repo.git(&["add", "d.txt"]);
        assert!(commits(&repo, repo.dir(), &["--amend"]));
    }

    #[test]
    fn old_leaks_stop_no_commit_of_the_same_file() {
        let repo = with_hook();
        repo.commit_file("old.txt", leak());
        repo.stage("old.txt", leak() + "one more line\n");
        assert!(commits(&repo, repo.dir(), &[]));
        repo.git(&["mv", "old.txt", "renamed.txt"]);
        repo.stage("renamed.txt", leak() + "one more line\nand another\n");
        assert!(commits(&repo, repo.dir(), &[]));
    }
}
