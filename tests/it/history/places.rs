//! Commits and paths of what was found.

use super::{attribute, listed_by_git, open, varied};
use crate::support::repo::Repo;
use keyward::findings::Attribution;

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
