//! Every form and place of an index.

use super::{assert_same_as_git, error, file, files, lines, scan, try_scan};
use crate::support::keyward::keyward;
use crate::support::repo::Repo;
use keyward::blob::{Origin, SkipReason};
use keyward::sources::git::GitEnvironment;
use std::path::Path;

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
