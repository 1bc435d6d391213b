//! The binary as a hook of real git, with the environment that git gives it.

use std::os::unix::fs::PermissionsExt as _;

use std::path::Path;

use crate::support::keyward::{RULES, token};
use crate::support::repo::Repo;

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
