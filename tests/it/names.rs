//! Secrets in names of files and directories: of a working tree, of what is staged, and of a history.

use crate::support::keyward::{Keyward, Run, keyward, token};
use crate::support::repo::Repo;
use std::path::Path;

fn scan<const N: usize>(dir: &Path, args: [&str; N], status: i32) -> Run {
    keyward(dir, args).acme().run().expect(status)
}

/// Path, commit, line and column of each finding.
fn found<const N: usize>(repo: &Repo, args: [&str; N]) -> Vec<(String, String, u64, u64)> {
    let run = args.iter().fold(keyward(repo.dir(), ["history", "--no-messages", "--format", "json"]).acme(), Keyward::arg).run();
    let report: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let of = |one: &serde_json::Value| {
        (text(&one["path"]), text(&one["commit"]), one["line"].as_u64().unwrap(), one["column"].as_u64().unwrap())
    };
    let all = report["findings"].as_array().unwrap();
    assert!(!run.stdout.contains(&token(1)), "a name is redacted wherever it stands: {}", run.stdout);
    all.iter().map(of).collect()
}

fn shown(path: &str) -> String {
    let redacted = keyward::findings::redact::redact(token(1).as_bytes());
    format!("{}/(name)", path.replace("TOKEN", &redacted))
}

fn named(path: &str) -> String {
    path.replace("TOKEN", &token(1))
}

#[test]
fn names_of_files_and_directories_of_a_tree_are_scanned_once_each() {
    let repo = Repo::init();
    repo.write("a/plain-file-name.txt", "x");
    scan(repo.dir(), ["scan", "."], 0);
    repo.write(&named("keys/TOKEN.txt"), "x");
    repo.write(&named("TOKEN/a.txt"), "x");
    repo.write(&named("TOKEN/b.txt"), "x");
    let run = scan(repo.dir(), ["scan", ".", "--format", "json"], 1);
    let report: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    let paths: Vec<&str> = report["findings"].as_array().unwrap().iter().map(|one| one["path"].as_str().unwrap()).collect();
    assert_eq!(paths, [shown("TOKEN"), shown("keys/TOKEN.txt")]);
    for format in ["text", "json", "sarif", "github", "gitlab", "junit", "csv", "markdown", "html"] {
        let run = scan(repo.dir(), ["scan", ".", "--format", format], 1);
        assert!(!run.stdout.contains(&token(1)) && run.stdout.contains("name"), "{format}: {}", run.stdout);
    }
}

#[test]
fn a_name_is_excluded_and_accepted_like_a_file() {
    let repo = Repo::init();
    repo.write(&named("keys/TOKEN.txt"), "x");
    scan(repo.dir(), ["scan", "."], 1);
    scan(repo.dir(), ["baseline", "create", "--reason", "known"], 0);
    let baseline = std::fs::read_to_string(repo.dir().join(".keyward.baseline")).unwrap();
    assert!(!baseline.contains(&token(1)) && baseline.contains("(name)"), "{baseline}");
    scan(repo.dir(), ["scan", "."], 0);
    std::fs::remove_file(repo.dir().join(".keyward.baseline")).unwrap();
    repo.write(".keywardignore", "keys/*.txt\n");
    scan(repo.dir(), ["scan", "."], 0);
}

#[test]
fn nobody_is_told_to_write_into_a_name() {
    let repo = Repo::init();
    repo.write(&named("keys/TOKEN.txt"), "x");
    let told = scan(repo.dir(), ["scan", "."], 1).stdout;
    assert!(told.contains("keyward allow kw1:") && !told.contains("into a comment"), "{told}");
}

#[test]
fn a_staged_name_counts_where_head_does_not_have_it() {
    let repo = Repo::init();
    repo.commit_file(&named("old/TOKEN/a.txt"), "x\n".repeat(50));
    repo.stage(&named("old/TOKEN/b.txt"), "y");
    scan(repo.dir(), ["staged"], 0);
    repo.git(&["mv", &named("old/TOKEN/a.txt"), &named("old/TOKEN.txt")]);
    let run = scan(repo.dir(), ["staged"], 1);
    assert!(run.stdout.contains(&shown("old/TOKEN.txt")) && !run.stdout.contains(&token(1)), "{}", run.stdout);
}

#[test]
fn names_of_a_history_are_told_with_the_commit_that_brought_them_in() {
    let repo = Repo::init();
    repo.commit_file("plain.txt", "x\n");
    let file = repo.commit_file(&named("keys/TOKEN.txt"), "y\n");
    repo.commit_file(&named("keys/TOKEN.txt"), "z\n");
    let directory = repo.commit_file(&named("TOKEN/a/b.txt"), "v\n");
    repo.git(&["rm", "-q", &named("TOKEN/a/b.txt")]);
    repo.commit("Remove");
    let expected = [(shown("TOKEN"), directory, 1, 1), (shown("keys/TOKEN.txt"), file, 1, 1)];
    assert_eq!(found(&repo, []), expected, "loose");
    repo.git(&["repack", "-adfq"]);
    assert_eq!(found(&repo, []), expected, "packed");
    assert_eq!(found(&repo, ["--full"]), expected);
    repo.git(&["checkout", "-q", "-b", "other", "HEAD~4"]);
    repo.git(&["branch", "-D", "main"]);
    assert_eq!(found(&repo, ["--branch", "other"]), [], "a tree that is not reached is not told");
}

#[test]
fn a_range_tells_names_that_its_base_does_not_have() {
    let repo = Repo::init();
    repo.commit_file("plain.txt", "x\n".repeat(50));
    repo.commit_file(&named("keys/TOKEN.txt"), "y\n");
    repo.commit_file(&named("keys/TOKEN.txt"), "z\n");
    assert_eq!(found(&repo, ["--range", "HEAD~1..HEAD"]), [], "a change of what is there");
    repo.git(&["mv", "plain.txt", &named("TOKEN.txt")]);
    let moved = repo.commit("Move");
    assert_eq!(found(&repo, ["--range", "HEAD~1..HEAD"]), [(shown("TOKEN.txt"), moved, 1, 1)], "a move");
}
