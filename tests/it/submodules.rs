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
    report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["path"].as_str().unwrap(), one["secret"].as_str().unwrap_or_default()))
        .collect()
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
    let skip = &report["coverage"]["skips"][0];
    assert_eq!((&skip["what"], &skip["reason"]), (&"vendor/lib".into(), &"missing".into()));
    assert_eq!(skip["detail"], "there is no repository of it here: `git submodule update --init`");
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
    let run = scan(top.dir(), ["--submodules", "--range", "HEAD"]).run().expect(1);
    assert_eq!(found(&report(&run.stdout)), [("by-hand/a.txt", &*token(1))]);
    let run = keyward(top.dir(), ["history", "--submodules", "--branch", "main"]).run().expect(2);
    assert!(run.stderr.contains("branches and remotes of a submodule are its own"), "{}", run.stderr);
}

/// What a range adds with its submodules.
fn added(top: &Repo, range: &str) -> Vec<(String, String)> {
    let run = scan(top.dir(), ["--submodules", "--range", range]).run();
    let report = report(&run.stdout);
    assert_eq!(report["coverage"]["complete"], true, "{}", run.stdout);
    found(&report).into_iter().map(|(path, secret)| (path.to_owned(), secret.to_owned())).collect()
}

#[test]
fn a_range_brings_what_its_commits_move_submodules_to() {
    let (top, middle, inner) = nested();
    let at = |path: &str, seed| (path.to_owned(), token(seed));
    let everything = [at("vendor/lib/(commit message)", 4), at("vendor/lib/a.txt", 2), at("vendor/lib/deep/in.txt", 3)];
    assert_eq!(added(&top, "HEAD~1..HEAD"), everything, "a submodule that is new, and the one in it");
    let update = |message: &str| {
        top.git(&["submodule", "--quiet", "update", "--remote", "--recursive", "--init", "vendor/lib"]);
        top.git(&["add", "vendor/lib"]);
        top.commit(message)
    };
    top.stage("other.txt", "nothing of submodules\n");
    top.commit("Other");
    assert_eq!(added(&top, "HEAD~1..HEAD"), []);
    middle.commit_file("b.txt", token(5));
    middle.commit_file("b.txt", "gone\n");
    update("Update");
    assert_eq!(added(&top, "HEAD~1..HEAD"), [at("vendor/lib/b.txt", 5)], "also what is gone again");
    inner.commit_file("new.txt", token(6));
    middle.git(&["-C", "deep", "pull", "--quiet"]);
    middle.git(&["add", "deep"]);
    middle.commit("Update inner");
    update("Update both");
    assert_eq!(added(&top, "HEAD~1..HEAD"), [at("vendor/lib/deep/new.txt", 6)]);
    assert_eq!(added(&top, "HEAD~2..HEAD"), [at("vendor/lib/b.txt", 5), at("vendor/lib/deep/new.txt", 6)]);
    top.git(&["mv", "vendor/lib", "lib"]);
    top.commit("Move");
    assert_eq!(added(&top, "HEAD~1..HEAD"), [], "a move brings nothing");
}

#[test]
fn a_commit_that_a_submodule_lacks_is_named() {
    let (top, _middle, _inner) = nested();
    let nowhere = "1".repeat(40);
    top.git(&["update-index", "--cacheinfo", &format!("160000,{nowhere},vendor/lib")]);
    top.git(&["update-index", "--add", "--cacheinfo", &format!("160000,{nowhere},absent")]);
    top.commit("Somewhere else");
    let run = scan(top.dir(), ["--submodules", "--range", "HEAD~1.."]).run().expect(2);
    let report = report(&run.stdout);
    let named: Vec<_> = report["coverage"]["skips"].as_array().unwrap().iter().map(|skip| skip["what"].as_str().unwrap()).collect();
    assert_eq!(named, ["absent", &format!("vendor/lib: commit {nowhere}")]);
}

#[test]
fn a_range_says_that_submodules_are_not_scanned_and_ci_scans_them_where_asked() {
    let (top, _middle, _inner) = nested();
    let range = |args: &[&str]| {
        let run = args.iter().fold(keyward(top.dir(), ["ci", "--range", "HEAD~1..HEAD", "--format", "json"]).acme(), Keyward::arg);
        let run = run.run();
        let report = report(&run.stdout);
        let paths: Vec<String> = found(&report).into_iter().map(|(path, _)| path.to_owned()).collect();
        (run.status, paths, report["coverage"]["notes"].to_string())
    };
    let (status, paths, notes) = range(&[]);
    assert_eq!((status, paths.len()), (0, 0));
    assert!(notes.contains("1 of their commits are named here and were not scanned"), "{notes}");
    let (status, paths, notes) = range(&["--submodules"]);
    assert_eq!((status, notes.as_str()), (1, "[]"));
    assert_eq!(paths, ["vendor/lib/(commit message)", "vendor/lib/a.txt", "vendor/lib/deep/in.txt"]);
    top.commit_file("other.txt", "nothing of submodules\n");
    assert_eq!(range(&[]), (0, Vec::new(), "[]".to_owned()));
    let staged = top.git(&["rev-parse", "HEAD"]);
    let push = format!("refs/heads/main {staged} refs/heads/main {}\n", top.git(&["rev-parse", "HEAD~2"]));
    let said = keyward(top.dir(), ["pre-push", "origin", "url"]).acme().stdin(push).run().expect(0).stdout;
    assert!(said.contains("submodules are repositories of their own"), "{said}");
}
