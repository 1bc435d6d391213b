//! Secrets in names of branches, tags and other references.

use crate::support::keyward::{Keyward, Run, keyward, token};
use crate::support::repo::Repo;
use serde_json::Value;
use std::path::Path;

/// What `keyward history` says in JSON.
fn history(dir: &Path, args: &[&str], status: i32) -> Value {
    let run = args.iter().fold(keyward(dir, ["history", "--format", "json"]).acme(), Keyward::arg).run().expect(status);
    assert!(!run.stdout.contains(&token(1)), "a name is redacted wherever it stands: {}", run.stdout);
    serde_json::from_str(&run.stdout).unwrap()
}

fn texts(report: &Value, key: &str) -> Vec<String> {
    report["findings"].as_array().unwrap().iter().map(|one| one[key].as_str().unwrap().to_owned()).collect()
}

/// Paths of the findings of a run.
fn found(dir: &Path, args: &[&str]) -> Vec<String> {
    let run = args.iter().fold(keyward(dir, ["history", "--format", "json"]).acme(), Keyward::arg).run();
    texts(&serde_json::from_str(&run.stdout).unwrap(), "path")
}

fn named(name: &str) -> String {
    name.replace("TOKEN", &token(1))
}

fn shown(name: &str) -> String {
    let redacted = keyward::findings::redact::redact(token(1).as_bytes());
    format!("{}/(ref name)", name.replace("TOKEN", &redacted))
}

/// Kinds of references, sorted.
const EVERY_KIND: [&str; 6] = [
    "refs/custom/TOKEN",
    "refs/heads/fix/TOKEN-x",
    "refs/notes/TOKEN",
    "refs/pull/TOKEN/head",
    "refs/remotes/origin/fix/TOKEN-x",
    "refs/tags/TOKEN",
];

#[test]
fn the_name_of_every_kind_of_reference_is_scanned_in_every_form_of_storage() {
    for (storage, format) in [("files", "sha1"), ("files", "sha256"), ("reftable", "sha1"), ("reftable", "sha256")] {
        let repo = Repo::init_with(&[&format!("--ref-format={storage}"), &format!("--object-format={format}")]);
        repo.commit_file("a.txt", "x\n");
        assert_eq!(found(repo.dir(), &[]), [""; 0]);
        for name in EVERY_KIND {
            repo.git(&["update-ref", &named(name), "HEAD"]);
        }
        let expected = EVERY_KIND.map(shown);
        assert_eq!(found(repo.dir(), &[]), expected, "{storage} {format}");
        repo.git(&["pack-refs", "--all"]);
        assert_eq!(found(repo.dir(), &["--no-messages", "--full"]), expected, "{storage} {format}, packed");
    }
}

#[test]
fn names_of_one_secret_are_places_of_one_finding() {
    let repo = Repo::init();
    repo.commit_file("a.txt", "x\n");
    for name in EVERY_KIND {
        repo.git(&["update-ref", &named(name), "HEAD"]);
    }
    let report = history(repo.dir(), &[], 1);
    assert_eq!((&report["summary"]["secrets"], &report["findings"][0]["places"]), (&1.into(), &6.into()));
    let fingerprints = texts(&report, "fingerprint");
    assert_eq!(fingerprints[1], fingerprints[4], "a tracking branch is the branch that it tracks");
    assert_ne!(fingerprints[0], fingerprints[1]);
    for format in ["text", "sarif", "github", "gitlab", "junit", "csv", "markdown", "html"] {
        let run = keyward(repo.dir(), ["history", "--format", format]).acme().run().expect(1);
        assert!(!run.stdout.contains(&token(1)) && run.stdout.contains("name"), "{format}: {}", run.stdout);
    }
    let text = keyward(repo.dir(), ["history"]).acme().run().expect(1).stdout;
    assert!(text.contains("give it another name") && text.contains("also at:") && !text.contains("into a comment"), "{text}");
}

#[test]
fn a_name_counts_whatever_its_reference_leads_to() {
    let repo = Repo::init();
    repo.commit_file("a.txt", "x\n");
    repo.git(&["update-ref", &named("refs/blobs/TOKEN"), "HEAD:a.txt"]);
    repo.git(&["tag", "-a", "-m", "annotated", &named("TOKEN")]);
    repo.git(&["symbolic-ref", &named("refs/heads/TOKEN"), "refs/heads/unborn"]);
    let expected = [shown("refs/blobs/TOKEN"), shown("refs/heads/TOKEN"), shown("refs/tags/TOKEN")];
    assert_eq!(found(repo.dir(), &["--no-messages"]), expected);
    assert_eq!(found(repo.dir(), &[])[0], "(commit message)", "an annotated tag holds its name");
    repo.write(&named(".git/refs/heads/TOKEN"), "no id\n");
    let report = history(repo.dir(), &["--no-messages"], 1);
    assert_eq!(texts(&report, "path"), expected, "its own name counts where it cannot be read");
    assert_eq!(report["coverage"]["skips"][0]["what"], shown("refs/heads/TOKEN").replace("/(ref name)", ""));
}

#[test]
fn a_name_is_accepted_in_every_clone() {
    let repo = Repo::init();
    repo.commit_file("a.txt", "x\n");
    repo.git(&["branch", &named("TOKEN")]);
    let fingerprint = texts(&history(repo.dir(), &[], 1), "fingerprint").remove(0);
    keyward(repo.dir(), ["allow", &fingerprint, "--reason", "known"]).run().expect(0);
    repo.git(&["add", "--all"]);
    repo.commit("Accept");
    history(repo.dir(), &[], 0);
    let clone = Repo::clone_of(&repo, &[]);
    history(clone.dir(), &[], 0);
    assert_eq!(found(clone.dir(), &["--no-config"]), [shown("refs/remotes/origin/TOKEN")]);
}

#[test]
fn what_is_asked_for_says_which_names_are_scanned() {
    let repo = Repo::init();
    repo.commit_file("a.txt", "x\n");
    for name in ["refs/heads/old-TOKEN", "refs/remotes/origin/old-TOKEN", "refs/heads/new-TOKEN", "refs/tags/TOKEN", "refs/heads/plain"] {
        repo.git(&["update-ref", &named(name), "HEAD"]);
    }
    assert_eq!(found(repo.dir(), &["--branch", &named("new-*")]), [shown("refs/heads/new-TOKEN")]);
    assert_eq!(found(repo.dir(), &["--branch", "plain"]), [""; 0]);
    assert_eq!(found(repo.dir(), &["--not-in", "origin"]), [shown("refs/heads/new-TOKEN"), shown("refs/tags/TOKEN")]);
    assert_eq!(found(repo.dir(), &["--since", "2000-01-01"]), [""; 0]);
    assert_eq!(found(repo.dir(), &["--range", &named("old-TOKEN..new-TOKEN")]), [""; 0]);
}

#[test]
fn a_linked_work_tree_has_names_of_its_own() {
    let repo = Repo::init();
    repo.commit_file("a.txt", "x\n");
    let linked = repo.beside("linked");
    repo.git(&["worktree", "add", "--quiet", linked.to_str().unwrap()]);
    repo.git_in(&linked, &["update-ref", &named("refs/worktree/TOKEN"), "HEAD"]);
    let expected = [shown("worktrees/linked/refs/worktree/TOKEN")];
    assert_eq!(found(repo.dir(), &[]), expected);
    assert_eq!(found(&linked, &[]), expected);
}

#[test]
fn names_in_a_submodule_stand_behind_its_path() {
    let (repo, library) = (Repo::init(), Repo::init());
    library.commit_file("a.txt", "x\n");
    library.git(&["tag", &named("TOKEN")]);
    repo.git(&["submodule", "--quiet", "add", library.dir().to_str().unwrap(), "lib"]);
    repo.commit("Link");
    assert_eq!(found(repo.dir(), &[]), [""; 0]);
    assert_eq!(found(repo.dir(), &["--submodules"]), [shown("lib:refs/tags/TOKEN")]);
}

fn pushed(repo: &Repo, command: &str, lines: String, status: i32) -> Run {
    let run = keyward(repo.dir(), [command]).acme().stdin(lines).run().expect(status);
    assert!(!(run.stdout.clone() + &run.stderr).contains(&token(1)), "{}{}", run.stdout, run.stderr);
    run
}

#[test]
fn a_push_is_stopped_for_a_name_that_is_new_where_it_goes() {
    let repo = Repo::init();
    let head = repo.commit_file("a.txt", "x\n");
    let (zero, secret) = ("0".repeat(head.len()), named("refs/heads/TOKEN"));
    let line = |remote: &str, old: &str| format!("refs/heads/main {head} {remote} {old}\n");
    assert!(pushed(&repo, "pre-push", line(&secret, &zero), 1).stdout.contains(&shown("refs/heads/TOKEN")));
    pushed(&repo, "pre-push", line(&secret, &head), 0);
    pushed(&repo, "pre-push", line("refs/heads/plain", &zero), 0);
    pushed(&repo, "pre-push", format!("(delete) {zero} {secret} {head}\n"), 0);
    assert!(pushed(&repo, "pre-receive", format!("{zero} {head} {secret}\n"), 1).stdout.contains(&shown("refs/heads/TOKEN")));
    pushed(&repo, "pre-receive", format!("{head} {head} {secret}\n"), 0);
    pushed(&repo, "pre-receive", format!("{head} {zero} {secret}\n"), 0);
}

#[test]
fn a_pipeline_looks_at_the_name_of_the_branch_that_it_runs_for() {
    let repo = Repo::init();
    let base = repo.commit_file("a.txt", "x\n");
    let head = repo.commit_file("b.txt", "x\n");
    let secret = token(1);
    let run = |variables: &[(&str, &str)]| {
        let given = variables.iter().fold(keyward(repo.dir(), ["ci"]).acme(), |run, (name, value)| run.env(name, value));
        given.run()
    };
    let merge_request = [("GITLAB_CI", "true"), ("CI_COMMIT_SHA", &head), ("CI_MERGE_REQUEST_DIFF_BASE_SHA", &base)];
    run(&merge_request).expect(0);
    for (name, reference) in [("CI_MERGE_REQUEST_SOURCE_BRANCH_NAME", "refs/heads/TOKEN"), ("CI_COMMIT_TAG", "refs/tags/TOKEN")] {
        let told = run(&[&merge_request[..], &[(name, &secret)]].concat()).expect(1).stdout;
        assert!(told.contains(&shown(reference)) && !told.contains(&secret), "{told}");
    }
    let event = repo.beside("event.json");
    let sides = serde_json::json!({"pull_request": {"base": {"sha": base}, "head": {"sha": head}}});
    std::fs::write(&event, sides.to_string()).unwrap();
    let pull_request = [("GITHUB_EVENT_NAME", "pull_request"), ("GITHUB_EVENT_PATH", event.to_str().unwrap())];
    let told = run(&[&pull_request[..], &[("GITHUB_HEAD_REF", &secret)]].concat()).expect(1).stdout;
    assert!(told.contains(&shown("refs/heads/TOKEN")) && !told.contains(&secret), "{told}");
}

/// What a scan says of itself names revisions, directories and files in which nothing was found.
#[test]
fn a_secret_in_a_range_or_the_name_of_what_was_not_scanned_is_redacted() {
    let repo = Repo::init();
    repo.commit_file("a.txt", "x\n");
    repo.git(&["checkout", "--quiet", "-b", &named("b-TOKEN")]);
    repo.commit_file("b.txt", "y\n");
    let range = named("HEAD~1..b-TOKEN");
    let directory = named("d-TOKEN");
    std::fs::create_dir(repo.dir().join(&directory)).unwrap();
    let large = named("large-TOKEN");
    repo.write(&large, "x".repeat(2000));
    for format in ["text", "json", "sarif", "github", "gitlab", "junit", "html", "markdown"] {
        for args in [
            vec!["history", "--range", &range],
            vec!["ci", "--range", &range],
            vec!["scan", &directory],
            vec!["scan", "--max-size", "1k", &large],
        ] {
            let run = args.iter().fold(keyward(repo.dir(), []).acme(), Keyward::arg).arg("--format").arg(format).run();
            assert!(!run.stdout.contains(&token(1)) && !run.stderr.contains(&token(1)), "{args:?} {format}: {run:?}");
        }
    }
}

#[test]
fn a_damaged_reftable_is_named_and_no_all_clear() {
    let repo = Repo::init_with(&["--ref-format=reftable"]);
    repo.commit_file("a.txt", token(1));
    repo.write("a.txt", "clean\n");
    repo.git(&["add", "a.txt"]);
    repo.git(&["commit", "--quiet", "--amend", "--message", "Amend"]);
    repo.git(&["pack-refs", "--all"]);
    keyward(repo.dir(), ["history"]).acme().run().expect(1);
    let tables = std::fs::read_dir(repo.dir().join(".git/reftable")).unwrap().map(|entry| entry.unwrap().path());
    let table = tables.into_iter().find(|path| path.extension().is_some_and(|end| end == "ref")).unwrap();
    let whole = std::fs::read(&table).unwrap();
    let position = whole.len() - 44 + 24;
    let log = usize::try_from(u64::from_be_bytes(whole[position..position + 8].try_into().unwrap())).unwrap();
    // Where the logs begin, by the footer, and that they do.
    for at in [position + 7, log] {
        let mut bytes = whole.clone();
        bytes[at] ^= 1;
        std::fs::remove_file(&table).unwrap();
        std::fs::write(&table, bytes).unwrap();
        let run = keyward(repo.dir(), ["history"]).acme().run().expect(2);
        assert!(run.stderr.contains("is not a table that can be read"), "{}", run.stderr);
    }
}
