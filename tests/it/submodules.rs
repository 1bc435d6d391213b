//! `history --submodules`: the histories of initialised submodules, with their paths below those of the top.

use crate::support::keyward::{Keyward, keyward, token};
use crate::support::repo::Repo;
use std::path::Path;

fn scan<const N: usize>(dir: &Path, args: [&str; N]) -> Keyward {
    args.iter().fold(keyward(dir, ["history", "--format", "json", "--show-secrets"]).acme(), Keyward::arg)
}

fn report(stdout: &str) -> serde_json::Value {
    serde_json::from_str(stdout).unwrap()
}

fn found(report: &serde_json::Value) -> Vec<(&str, &str)> {
    report["findings"].as_array().unwrap().iter().map(|one| (one["path"].as_str().unwrap(), one["secret"].as_str().unwrap())).collect()
}

/// A repository with a submodule at `vendor/lib`, which has one at `deep`; each had a secret, and one is in a message.
fn nested() -> (Repo, Repo, Repo) {
    let (top, middle, inner) = (Repo::init(), Repo::init(), Repo::init());
    inner.commit_file("in.txt", token(3));
    inner.commit_file("in.txt", "gone\n");
    middle.commit_file("a.txt", token(2));
    middle.commit_file("a.txt", "gone\n");
    middle.stage("b.txt", "b\n");
    middle.commit(&format!("Use {}", token(4)));
    middle.git(&["submodule", "--quiet", "add", "--name", "a/name", inner.dir().to_str().unwrap(), "deep"]);
    middle.commit("Add inner");
    top.commit_file("top.txt", token(1));
    top.git(&["submodule", "--quiet", "add", middle.dir().to_str().unwrap(), "vendor/lib"]);
    top.git(&["submodule", "--quiet", "update", "--init", "--recursive"]);
    top.commit("Add middle");
    (top, middle, inner)
}

#[test]
fn histories_of_submodules_are_scanned_where_asked() {
    let (top, _middle, _inner) = nested();
    let run = scan(top.dir(), []).run().expect(1);
    let without = report(&run.stdout);
    assert_eq!(found(&without), [("top.txt", &*token(1))]);
    assert!(without["coverage"]["notes"][0].as_str().unwrap().contains("--submodules"), "{}", run.stdout);
    let run = scan(top.dir(), ["--submodules"]).run().expect(1);
    let with = report(&run.stdout);
    let expected = [
        ("top.txt", token(1)),
        ("vendor/lib/(commit message)", token(4)),
        ("vendor/lib/a.txt", token(2)),
        ("vendor/lib/deep/in.txt", token(3)),
    ];
    assert_eq!(found(&with), expected.each_ref().map(|(path, secret)| (*path, secret.as_str())));
    assert_eq!(with["coverage"]["notes"], serde_json::json!([]));
    assert_eq!(with["coverage"]["scope"], "history with submodules vendor/lib, vendor/lib/deep");
    let findings = with["findings"].as_array().unwrap();
    assert_eq!(findings[2]["branches"], serde_json::json!(["vendor/lib:main", "vendor/lib:origin/main"]));
    assert_eq!(findings[2]["removed"]["subject"], "Change a.txt");
    assert_eq!((&findings[0]["in_head"], &findings[2]["in_head"], &findings[1]["in_head"]), (&true.into(), &false.into(), &true.into()));
}

#[test]
fn a_secret_of_both_repositories_is_told_at_both_paths() {
    let (top, middle) = (Repo::init(), Repo::init());
    middle.commit_file("a.txt", token(1));
    middle.commit_file("a.txt", "gone\n");
    top.commit_file("copy.txt", token(1));
    top.git(&["submodule", "--quiet", "add", middle.dir().to_str().unwrap(), "lib"]);
    top.commit("Add");
    let run = scan(top.dir(), ["--submodules"]).run().expect(1);
    let report = report(&run.stdout);
    assert_eq!(found(&report), [("copy.txt", &*token(1)), ("lib/a.txt", &*token(1))]);
    for finding in report["findings"].as_array().unwrap() {
        assert_eq!((&finding["in_head"], &finding["removed"]), (&true.into(), &serde_json::Value::Null), "{finding}");
        assert_eq!(finding["branches"], serde_json::json!(["main", "lib:main", "lib:origin/main"]));
    }
}

#[test]
fn a_submodule_that_is_not_there_is_named() {
    let (top, _middle, _inner) = nested();
    let clone = Repo::clone_of(&top, &[]);
    let run = scan(clone.dir(), ["--submodules"]).run().expect(1);
    let report = report(&run.stdout);
    assert_eq!(found(&report), [("top.txt", &*token(1))]);
    let note = report["coverage"]["notes"][0].as_str().unwrap();
    assert_eq!(note, "not scanned, as there is no repository of it here (`git submodule update --init`): vendor/lib");
}

#[test]
fn what_cannot_be_read_of_a_submodule_is_told_with_its_path() {
    let (top, _middle, _inner) = nested();
    let blob = top.git_in(&top.dir().join("vendor/lib"), &["rev-parse", "HEAD:b.txt"]);
    std::fs::remove_file(top.dir().join(".git/modules/vendor/lib/objects").join(&blob[..2]).join(&blob[2..])).unwrap();
    let run = scan(top.dir(), ["--submodules"]).run();
    let report = report(&run.stdout);
    let skips = report["coverage"]["skips"].as_array().unwrap();
    assert_eq!((skips.len(), &skips[0]["what"]), (1, &format!("vendor/lib: blob {blob}").into()));
    assert_eq!(report["coverage"]["complete"], false);
}

#[test]
fn a_repository_inside_the_work_tree_is_a_submodule_too() {
    let top = Repo::init();
    let inner = top.dir().join("by-hand");
    std::fs::create_dir(&inner).unwrap();
    top.git_in(&inner, &["init", "--quiet"]);
    std::fs::write(inner.join("a.txt"), token(1)).unwrap();
    top.git_in(&inner, &["add", "a.txt"]);
    top.git_in(&inner, &["commit", "--quiet", "-m", "Inner"]);
    top.git(&["add", "by-hand"]);
    top.commit("Add");
    let run = scan(top.dir(), ["--submodules"]).run().expect(1);
    assert_eq!(found(&report(&run.stdout)), [("by-hand/a.txt", &*token(1))]);
    let run = keyward(top.dir(), ["history", "--submodules", "--range", "HEAD"]).run().expect(2);
    assert!(run.stderr.contains("--range"), "{}", run.stderr);
}
