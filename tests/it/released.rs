//! Files that are moved away from where they were left out or accepted: what they hold was never told, so it is new.

use crate::support::keyward::{Run, keyward, token};
use crate::support::repo::Repo;

const OLD: &str = "fixtures/a.env";
const NEW: &str = "src/a.env";

fn content(more: &str) -> String {
    format!("a begins\nb\nc\nkey = {}\na ends\n{more}", token(1))
}

/// What a test writes into a repository before anything is moved.
type Exception = fn(&Repo);

/// Everything that accepts or leaves out by path.
const EXCEPTIONS: [(&str, Exception); 5] = [
    ("exclude", |repo| repo.write(".keyward.yaml", "exclude: [fixtures/**]\n")),
    (".keywardignore", |repo| repo.write(".keywardignore", "/fixtures/\n")),
    ("paths", |repo| repo.write(".keyward.yaml", "allow:\n  - paths: fixtures/**\n")),
    ("paths and regex", |repo| repo.write(".keyward.yaml", "allow:\n  - paths: fixtures\n    regex: ^acme_\n")),
    ("fingerprint", |repo| {
        let report = keyward(repo.dir(), ["scan", "--format", "jsonl"]).acme().run().expect(1).stdout;
        let finding: serde_json::Value = serde_json::from_str(report.lines().next().unwrap()).unwrap();
        keyward(repo.dir(), ["allow", finding["fingerprint"].as_str().unwrap()]).run().expect(0);
    }),
];

/// A repository with a secret at a path where `exception` accepts it, tagged `base`.
fn repository(exception: Exception) -> Repo {
    let repo = Repo::init();
    repo.commit_file(OLD, content(""));
    exception(&repo);
    repo.git(&["add", "--all"]);
    repo.commit("Accept");
    repo.git(&["tag", "base"]);
    keyward(repo.dir(), ["scan"]).acme().run().expect(0);
    repo
}

/// Moves the file, with other lines where it is not moved as it is.
fn move_to(repo: &Repo, path: &str, more: &str) {
    std::fs::create_dir_all(repo.dir().join(path).parent().unwrap()).unwrap();
    repo.git(&["mv", OLD, path]);
    repo.stage(path, content(more));
}

fn run(repo: &Repo, command: &str) -> Run {
    let pushed = || {
        let id = |revision: &str| repo.git(&["rev-parse", revision]);
        format!("refs/heads/main {} refs/heads/main {}\n", id("HEAD"), id("base"))
    };
    match command {
        "staged" => keyward(repo.dir(), ["staged"]).acme().run(),
        "history" => keyward(repo.dir(), ["history", "--range", "base.."]).acme().run(),
        "ci" => keyward(repo.dir(), ["ci", "--range", "base.."]).acme().run(),
        "pre-push" => keyward(repo.dir(), ["pre-push", "origin", "url"]).acme().stdin(pushed()).run(),
        other => panic!("{other}"),
    }
}

/// Runs the commands that look at a change, which is staged and then committed.
fn each(repo: &Repo, check: impl Fn(&str, Run)) {
    check("staged", run(repo, "staged"));
    repo.commit("Move");
    for command in ["history", "ci", "pre-push"] {
        check(command, run(repo, command));
    }
}

#[test]
fn what_was_accepted_by_path_is_new_where_it_is_moved_to() {
    for (name, exception) in EXCEPTIONS {
        for more in ["", "one more line\n"] {
            let repo = repository(exception);
            move_to(&repo, NEW, more);
            each(&repo, |command, run| {
                let told = format!("{NEW}:4:7: high: Acme token");
                assert!(run.status == 1 && run.stdout.contains(&told), "{name} {more:?} {command}: {run:?}");
            });
        }
    }
}

#[test]
fn what_is_moved_to_where_it_is_accepted_too_brings_nothing() {
    for (name, exception) in EXCEPTIONS.into_iter().filter(|(name, _)| *name != "fingerprint") {
        for more in ["", "one more line\n"] {
            let repo = repository(exception);
            move_to(&repo, "fixtures/deep/b.env", more);
            each(&repo, |command, run| assert_eq!(run.status, 0, "{name} {more:?} {command}: {run:?}"));
        }
    }
}

#[test]
fn what_was_told_where_it_stood_is_not_told_again_beside_an_exception() {
    for more in ["", "one more line\n"] {
        let repo = Repo::init();
        repo.stage(".keyward.yaml", "exclude: [vendor/**]\nallow:\n  - {paths: 'test/**', reason: samples}\n");
        repo.commit_file(OLD, content(""));
        repo.git(&["tag", "base"]);
        move_to(&repo, NEW, more);
        each(&repo, |command, run| assert_eq!(run.status, 0, "{more:?} {command}: {run:?}"));
    }
}

#[test]
fn only_the_secrets_that_were_accepted_are_new() {
    let repo = Repo::init();
    let first = token(1);
    repo.stage(".keyward.yaml", format!("allow:\n  - {{paths: fixtures, regex: '{first}'}}\n"));
    repo.commit_file(OLD, format!("{}key = {}\n", content(""), token(2)));
    repo.git(&["tag", "base"]);
    std::fs::create_dir_all(repo.dir().join("src")).unwrap();
    repo.git(&["mv", OLD, NEW]);
    each(&repo, |command, run| {
        let lines: Vec<&str> = run.stdout.lines().filter(|line| line.contains(": high: ")).collect();
        assert!(lines.len() == 1 && lines[0].starts_with("src/a.env:4:7: "), "{command}: {run:?}");
    });
}

#[test]
fn a_comment_that_is_left_behind_accepts_no_more() {
    let repo = Repo::init();
    repo.commit_file(OLD, content("").replace("\na ends", " # keyward:allow\na ends"));
    repo.git(&["tag", "base"]);
    move_to(&repo, NEW, "");
    each(&repo, |command, run| assert_eq!(run.status, 1, "{command}: {run:?}"));
    let repo = Repo::init();
    repo.commit_file(OLD, content("").replace("\na ends", " # keyward:allow\na ends"));
    repo.git(&["tag", "base"]);
    std::fs::create_dir_all(repo.dir().join("src")).unwrap();
    repo.git(&["mv", OLD, NEW]);
    each(&repo, |command, run| assert_eq!(run.status, 0, "{command}: {run:?}"));
}

#[test]
fn a_baseline_follows_what_is_moved() {
    for more in ["", "one more line\n"] {
        let repo = repository(|repo| drop(keyward(repo.dir(), ["baseline", "create"]).acme().run().expect(0)));
        move_to(&repo, NEW, more);
        each(&repo, |command, run| assert_eq!(run.status, 0, "{more:?} {command}: {run:?}"));
        // It accepts nothing any more once something else is at the old path.
        repo.commit_file(OLD, "other\n");
        assert_eq!(run(&repo, "history").status, 1);
    }
}

#[test]
fn it_is_told_wherever_several_copies_went() {
    let repo = Repo::init();
    repo.stage(".keyward.yaml", "exclude: [fixtures]\n");
    for path in ["fixtures/a.env", "fixtures/b.env"] {
        repo.stage(path, content(""));
    }
    repo.commit("Copies");
    repo.git(&["tag", "base"]);
    repo.git(&["mv", "fixtures", "src"]);
    each(&repo, |command, run| {
        let told = ["src/a.env:4:7", "src/b.env:4:7"].iter().all(|place| run.stdout.contains(place));
        assert!(run.status == 1 && told, "{command}: {run:?}");
    });
}

#[test]
fn what_cannot_be_read_is_missed_only_where_it_was_left_out() {
    for (path, status) in [("fixtures/large.txt", 2), ("docs/large.txt", 0)] {
        let repo = Repo::init();
        repo.stage(".keyward.yaml", "exclude: [fixtures]\nmax-size: 1k\n");
        repo.commit_file(path, "# line\n".repeat(300));
        repo.git(&["tag", "base"]);
        repo.git(&["mv", path, "large.txt"]);
        each(&repo, |command, run| assert_eq!(run.status, status, "{path} {command}: {run:?}"));
    }
}

#[test]
fn paths_of_submodules_are_below_theirs() {
    let (top, module) = (Repo::init(), Repo::init());
    module.commit_file(OLD, content(""));
    top.git(&["submodule", "--quiet", "add", module.dir().to_str().unwrap(), "lib"]);
    top.stage(".keyward.yaml", "exclude: [lib/fixtures]\n");
    top.commit("Add");
    top.git(&["tag", "base"]);
    module.git(&["mv", "fixtures", "src"]);
    module.commit("Move");
    top.git_in(&top.dir().join("lib"), &["pull", "--quiet"]);
    top.git(&["add", "lib"]);
    top.commit("Update");
    let run = keyward(top.dir(), ["history", "--submodules", "--range", "base.."]).acme().run().expect(1);
    assert!(run.stdout.contains("lib/src/a.env:4:7: "), "{}", run.stdout);
}

#[test]
fn a_diff_is_compared_with_what_counted_at_the_old_path() {
    let scan = |repo: &Repo, args: &[&str]| {
        let diff = repo.try_git(repo.dir(), &[&["diff", "--cached", "--find-renames"], args].concat(), &[]).stdout;
        keyward(repo.dir(), ["scan", "--diff", "-"]).acme().stdin(diff).run()
    };
    for (name, exception) in EXCEPTIONS {
        let repo = repository(exception);
        move_to(&repo, NEW, "one more line\n");
        let run = scan(&repo, &[]);
        assert!(run.stdout.contains("src/a.env:4:7: "), "{name}: {run:?}");
        // A diff of a file that is moved as it is shows nothing of it.
        let is_left_out = [EXCEPTIONS[0].0, EXCEPTIONS[1].0].contains(&name);
        assert_eq!((run.status, run.stdout.contains("INCOMPLETE")), (1, is_left_out), "{name}: {run:?}");
        assert_eq!(scan(&repo, &["--no-renames"]).status, 1, "{name}");
    }
}

#[test]
fn a_diff_of_a_copy_takes_nothing_away() {
    let repo = Repo::init();
    repo.commit_file(OLD, format!("{}{}", content(""), "same\n".repeat(20)));
    repo.stage("copy.env", format!("a begins\nb\nc\na ends\n{}", "same\n".repeat(20)));
    repo.stage("third.env", format!("key = {}\n", token(1)));
    let diff = repo.try_git(repo.dir(), &["diff", "--cached", "--find-copies-harder"], &[]).stdout;
    assert!(String::from_utf8_lossy(&diff).contains("copy from "));
    let run = keyward(repo.dir(), ["scan", "--diff", "-"]).acme().stdin(diff).run().expect(1);
    assert!(run.stdout.contains("third.env:1:7: "), "{}", run.stdout);
}
