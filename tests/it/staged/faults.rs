//! What cannot be read, and what is no repository.

use super::{assert_same_as_git, error, file, scan, try_scan};
use crate::support::repo::Repo;
use keyward::blob::SkipReason;
use keyward::sources::SourceError;
use keyward::sources::git::GitEnvironment;

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
