//! Secrets that a change moves from one file to another are not new; those that it copies are.

use crate::support::keyward::{Keyward, Run, keyward, token};
use crate::support::repo::Repo;

const SAID: &str = "1 secret was only moved here from another file, so it is not new";

/// A file with other lines around a line with a secret.
fn with(name: &str, secret: &str) -> String {
    format!("{name} begins\nkey = {secret}\n{name} ends\n")
}

fn without(name: &str) -> String {
    format!("{name} begins\n{name} ends\n")
}

/// A repository in which `a.env` has a secret and `b.env` has none, tagged `base`.
fn case() -> Repo {
    let repo = Repo::init();
    repo.stage("b.env", without("b"));
    repo.commit_file("a.env", with("a", &token(1)));
    repo.git(&["tag", "base"]);
    repo
}

/// A repository in which one commit moved the secret.
fn moved() -> Repo {
    let repo = case();
    repo.stage("a.env", without("a"));
    repo.commit_file("b.env", with("b", &token(1)));
    repo
}

fn range<const N: usize>(repo: &Repo, args: [&str; N]) -> Run {
    args.iter().fold(keyward(repo.dir(), ["history", "--range", "base.."]).acme(), Keyward::arg).run()
}

#[track_caller]
fn brings_nothing(run: Run) {
    let run = run.expect(0);
    assert!(run.stdout.contains(SAID), "{}", run.stdout);
}

#[track_caller]
fn brings(run: Run, path: &str) {
    let run = run.expect(1);
    assert!(run.stdout.starts_with(&format!("{path}:")) && !run.stdout.contains("only moved"), "{}", run.stdout);
}

#[test]
fn a_secret_that_a_commit_moves_to_another_file_is_not_new() {
    brings_nothing(range(&moved(), []));
}

#[test]
fn it_may_be_moved_by_two_commits_in_either_order() {
    for files in [["a.env", "b.env"], ["b.env", "a.env"]] {
        let repo = case();
        for file in files {
            repo.commit_file(file, if file == "a.env" { without("a") } else { with("b", &token(1)) });
        }
        brings_nothing(range(&repo, []));
    }
}

#[test]
fn it_may_come_from_a_file_or_directory_that_is_gone() {
    let repo = case();
    repo.git(&["mv", "a.env", "c.env"]);
    repo.stage("deep/below/d.env", with("d", &token(2)));
    repo.commit("Base");
    repo.git(&["tag", "--force", "base"]);
    repo.git(&["rm", "--quiet", "-r", "c.env", "deep"]);
    repo.commit_file("b.env", format!("{}{}", with("b", &token(1)), with("more of b", &token(2))));
    let run = range(&repo, []).expect(0);
    assert!(run.stdout.contains("2 secrets were only moved here from other files, so they are not new"), "{}", run.stdout);
}

#[test]
fn a_secret_that_is_copied_is_new() {
    let repo = case();
    repo.commit_file("b.env", with("b", &token(1)));
    brings(range(&repo, []), "b.env");
    let repo = moved();
    repo.commit_file("c.env", with("c", &token(1)));
    brings(range(&repo, []), "b.env");
    // It left two files for two others.
    repo.stage("d.env", without("d"));
    repo.commit_file("e.env", without("e"));
    repo.git(&["tag", "--force", "base"]);
    for name in ["b", "c"] {
        repo.stage(&format!("{name}.env"), without(name));
    }
    for name in ["d", "e"] {
        repo.commit_file(&format!("{name}.env"), with(name, &token(1)));
    }
    brings_nothing(range(&repo, []));
}

#[test]
fn a_file_that_is_changed_and_copied_brings_its_secret_to_the_copy_alone() {
    let repo = case();
    let changed = with("a", &token(1)) + "harmless\n";
    repo.stage("a.env", &changed);
    repo.stage("copy.env", &changed);
    brings(keyward(repo.dir(), ["staged"]).acme().run(), "copy.env");
    repo.commit("Change and copy");
    brings(range(&repo, []), "copy.env");
    // Over another file, which is no rename to git.
    let repo = case();
    repo.commit_file("a.env", changed);
    repo.git(&["mv", "--force", "a.env", "b.env"]);
    repo.commit("Move over another");
    brings_nothing(range(&repo, []));
    // A submodule's paths are told below its own.
    let top = Repo::init();
    top.commit_file("top.txt", "x\n");
    let library = case();
    top.git(&["submodule", "--quiet", "add", library.dir().to_str().unwrap(), "lib"]);
    top.commit("Add");
    top.git(&["tag", "base"]);
    let inner = top.dir().join("lib");
    for name in ["a.env", "copy.env"] {
        std::fs::write(inner.join(name), with("a", &token(1)) + "harmless\n").unwrap();
        top.git_in(&inner, &["add", name]);
    }
    top.git_in(&inner, &["commit", "--quiet", "-m", "Change and copy"]);
    top.git(&["add", "lib"]);
    top.commit("Update");
    brings(range(&top, ["--submodules"]), "lib/copy.env");
}

#[test]
fn a_secret_that_one_branch_moves_and_another_keeps_is_new() {
    let repo = moved();
    repo.git(&["checkout", "--quiet", "-b", "other", "base"]);
    repo.commit_file("c.env", "c\n");
    brings(keyward(repo.dir(), ["history", "--range", "^base main other"]).acme().run(), "b.env");
}

#[test]
fn a_secret_that_the_base_got_elsewhere_meanwhile_is_new() {
    let repo = Repo::init();
    repo.commit_file("a.env", without("a"));
    repo.git(&["checkout", "--quiet", "-b", "feature"]);
    repo.commit_file("b.env", with("b", &token(1)));
    repo.git(&["checkout", "--quiet", "main"]);
    repo.commit_file("a.env", with("a", &token(1)));
    brings(keyward(repo.dir(), ["history", "--range", "main..feature"]).acme().run(), "b.env");
}

#[test]
fn another_secret_that_comes_along_is_new() {
    let repo = moved();
    repo.commit_file("b.env", format!("{}{}", with("b", &token(1)), with("b", &token(2))));
    let run = range(&repo, ["--format", "jsonl"]).expect(1);
    assert!(run.stdout.lines().count() == 1 && run.stdout.contains("\"line\":5,") && run.stderr.contains(SAID), "{run:?}");
}

#[test]
fn what_was_accepted_where_it_stood_was_accepted_there_only() {
    for args in [["--exclude", "a.env"], ["--disable", "jwt"]] {
        let repo = Repo::init();
        let comment = if args[0] == "--disable" { " # keyward:allow" } else { "" };
        repo.stage("b.env", without("b"));
        repo.commit_file("a.env", format!("key = {}{comment}\n", token(1)));
        repo.git(&["tag", "base"]);
        repo.stage("a.env", "none\n");
        repo.commit_file("b.env", with("b", &token(1)));
        brings(range(&repo, args), "b.env");
    }
    let repo = case();
    keyward(repo.dir(), ["baseline", "create", "--reason", "known"]).acme().run().expect(0);
    repo.git(&["add", ".keyward.baseline"]);
    repo.commit("Accept");
    repo.git(&["tag", "--force", "base"]);
    repo.stage("a.env", without("a"));
    repo.commit_file("b.env", with("b", &token(1)));
    brings(range(&repo, []), "b.env");
}

#[test]
fn a_secret_that_moves_into_a_message_is_new() {
    let repo = case();
    repo.stage("a.env", without("a"));
    repo.commit(&format!("Use {}", token(1)));
    brings(range(&repo, []), "(commit message)");
}

#[test]
fn staged_secrets_may_be_moved_too() {
    let staged = |repo: &Repo| keyward(repo.dir(), ["staged"]).acme();
    let repo = case();
    repo.stage("b.env", with("b", &token(1)));
    brings(staged(&repo).run(), "b.env");
    repo.stage("a.env", without("a"));
    brings_nothing(staged(&repo).run());
    brings(staged(&repo).arg("--whole-files").run(), "b.env");
    repo.git(&["rm", "--quiet", "--force", "a.env"]);
    brings_nothing(staged(&repo).run());
}
