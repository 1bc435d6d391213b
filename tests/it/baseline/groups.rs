//! Groups spare hashes and accept nothing that entries do not: what is changed by hand counts at once.

use super::{FILE, acme, baseline, edit, entries, setting};
use crate::support::keyward::{Keyward, Run, keyward};
use crate::support::repo::Repo;
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

const FILES: u64 = 12;
const EACH: u64 = 4;

fn settings(file: u64) -> String {
    (0..EACH).map(|at| setting(100 * file + at)).collect()
}

/// A repository with 48 accepted findings in 12 files.
fn accepted() -> Repo {
    let repo = Repo::init();
    for file in 0..FILES {
        repo.write(&format!("f{file}.env"), settings(file));
    }
    acme(&repo, ["baseline", "create", "--reason", "from before"]).run().expect(0);
    assert!(baseline(&repo).lines().any(|line| line.starts_with("# group ") && line.contains("/4 ")), "{}", baseline(&repo));
    repo
}

fn findings(run: &Run) -> usize {
    run.stdout.lines().filter(|line| line.contains(": high: Acme token")).count()
}

fn scan(repo: &Repo) -> Run {
    acme(repo, ["scan"]).run()
}

fn without_groups(text: &str) -> String {
    text.lines().filter(|line| !line.starts_with("# group ")).flat_map(|line| [line, "\n"]).collect()
}

#[test]
fn a_group_is_one_hash_for_many_entries() {
    let repo = accepted();
    let took = |keyward: Keyward| -> Duration {
        let start = Instant::now();
        keyward.run().expect(0);
        start.elapsed()
    };
    let (scan, check, update) = (["scan"].as_slice(), ["baseline", "check"].as_slice(), ["baseline", "update"].as_slice());
    let run = |args: &[&str]| args.iter().fold(keyward(repo.dir(), []), Keyward::arg).acme();
    let grouped = baseline(&repo);
    for args in [scan, check, update] {
        repo.write(FILE, without_groups(&grouped));
        let slow = took(run(args));
        repo.write(FILE, &grouped);
        let fast = took(run(args));
        assert!(fast * 2 < slow, "{args:?}: {fast:?} with groups, {slow:?} without");
        assert_eq!(baseline(&repo), grouped);
    }
}

#[test]
fn a_file_without_groups_is_as_good_and_gets_them_with_the_next_update() {
    let repo = accepted();
    let grouped = baseline(&repo);
    repo.write(FILE, without_groups(&grouped));
    scan(&repo).expect(0);
    acme(&repo, ["baseline", "update"]).run().expect(0);
    assert_eq!(baseline(&repo), grouped);
}

#[test]
fn an_entry_that_is_taken_out_or_changed_by_hand_accepts_no_more() {
    let repo = accepted();
    let entry = entries(&repo)[7].clone();
    edit(&repo, &format!("{entry}\n"), "");
    assert_eq!(findings(&scan(&repo).expect(1)), 1);
    edit(&repo, &entries(&repo)[0].clone(), &format!("{}\n{}{}", entries(&repo)[0], "0".repeat(32), &entry[32..]));
    assert_eq!(findings(&scan(&repo).expect(1)), 1);
    acme(&repo, ["baseline", "prune"]).run().expect(0);
    assert_eq!(findings(&scan(&repo).expect(1)), 1);
    acme(&repo, ["baseline", "update"]).run().expect(0);
    scan(&repo).expect(0);
}

#[test]
fn another_secret_in_the_place_of_an_accepted_one_is_told() {
    let repo = accepted();
    repo.write("f3.env", settings(3).replacen(&setting(301), &setting(9999), 1));
    assert_eq!(findings(&scan(&repo).expect(1)), 1);
    let check = acme(&repo, ["baseline", "check"]).run().expect(1);
    assert_eq!(check.stdout.lines().filter(|line| line.contains("nothing matches")).count(), 1, "{}", check.stdout);
    acme(&repo, ["baseline", "prune"]).run().expect(0);
    assert_eq!(entries(&repo).len(), 47);
    assert_eq!(findings(&scan(&repo).expect(1)), 1);
    repo.write("f3.env", settings(3));
    assert_eq!(findings(&scan(&repo).expect(1)), 1, "what was dropped is accepted no more");
}

#[test]
fn what_is_said_of_one_entry_holds_for_its_secret() {
    let repo = accepted();
    let mine: BTreeSet<String> = entries(&repo).into_iter().filter(|entry| entry.contains(" f5.env ")).collect();
    let one = mine.first().unwrap();
    edit(&repo, one, &one.replace("f5.env ", "f5.env expires=2020-01-01 "));
    let told = scan(&repo).expect(1);
    assert!(findings(&told) == 1 && told.stdout.contains("was accepted until 2020-01-01"), "{}", told.stdout);
    edit(&repo, "expires=2020-01-01 from before", "by=ada a key of the test server");
    let shown = acme(&repo, ["scan", "--report-suppressed", "--format", "jsonl"]).run().expect(0).stdout;
    let about = |text: &str| shown.lines().filter(|line| line.contains(text)).count();
    assert_eq!((about("a key of the test server"), about("from before")), (1, 47));
    // It is the same one that a file without groups tells.
    let line = |text: &str| {
        text.lines().find(|line| line.contains("a key of")).map(|line| line.split("\"fingerprint\"").nth(1).unwrap()[..40].to_owned())
    };
    let with = line(&shown);
    repo.write(FILE, without_groups(&baseline(&repo)));
    assert_eq!(with, line(&acme(&repo, ["scan", "--report-suppressed", "--format", "jsonl"]).run().expect(0).stdout));
}

#[test]
fn groups_of_two_branches_do_no_harm_and_a_part_of_the_tree_keeps_the_others() {
    let repo = accepted();
    repo.git(&["add", "--all"]);
    repo.commit("Begin");
    for (branch, seed) in [("one", 5000), ("two", 6000)] {
        repo.git(&["checkout", "--quiet", "-b", branch, "main"]);
        repo.write(&format!("{branch}.env"), setting(seed));
        acme(&repo, ["baseline", "update"]).run().expect(0);
        repo.git(&["add", "--all"]);
        repo.commit(branch);
    }
    repo.git(&["merge", "--quiet", "--no-edit", "one"]);
    assert_eq!(entries(&repo).len(), 50);
    scan(&repo).expect(0);
    acme(&repo, ["baseline", "check"]).run().expect(0);
    acme(&repo, ["baseline", "update"]).run().expect(0);
    let groups =
        |repo: &Repo| baseline(repo).lines().filter(|line| line.starts_with("# group ")).map(str::to_owned).collect::<BTreeSet<_>>();
    let before = groups(&repo);
    assert!(!before.is_empty());
    repo.write("deep/a.env", setting(7000));
    acme(&repo, ["baseline", "update", "deep"]).run().expect(0);
    assert!(groups(&repo).intersection(&before).count() + 1 >= before.len());
    scan(&repo).expect(0);
    assert_eq!(acme(&repo, ["scan", "f3.env"]).run().expect(0).stdout.lines().next(), Some("no secrets found, 4 suppressed"));
}
