//! What is no business of a scan is not called unused: entries that were made with other flags.

use super::{FILE, acme, baseline, entries, setting};
use crate::support::keyward::{Keyward, Run, keyward, token};
use crate::support::repo::Repo;
use std::io::Write as _;

const STAYS: &str =
    "1 entry is about what this scan left out, such as archives, excluded or ignored files and rules that are off, and stays";

fn zip(members: &[(&str, &str)]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, text) in members {
        writer.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(text.as_bytes()).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// A repository of which a baseline was made with these flags.
fn accepted(flags: &[&str], fill: impl Fn(&Repo)) -> Repo {
    let repo = Repo::init();
    repo.write("readme", "nothing\n");
    fill(&repo);
    run(&repo, &[&["baseline", "create"], flags].concat()).expect(0);
    assert_eq!(entries(&repo).len(), 1, "{}", baseline(&repo));
    repo
}

fn run(repo: &Repo, args: &[&str]) -> Run {
    args.iter().fold(keyward(repo.dir(), []), Keyward::arg).acme().run()
}

/// Checks that the one entry stays with these flags and is in use with those that it was made with.
#[track_caller]
fn stays(repo: &Repo, flags: &[&str], made_with: &[&str]) {
    let check = run(repo, &[&["baseline", "check"], flags].concat()).expect(0);
    assert!(check.stdout.contains("1 entry, none of them unused") && check.stdout.contains(STAYS), "{}", check.stdout);
    let prune = run(repo, &[&["baseline", "prune"], flags].concat()).expect(0);
    assert!(prune.stdout.contains("0 dropped") && prune.stdout.contains(STAYS), "{}", prune.stdout);
    assert_eq!(entries(repo).len(), 1);
    assert!(!run(repo, &[&["scan"], flags].concat()).stdout.contains("any more"));
    let check = run(repo, &[&["baseline", "check"], made_with].concat()).expect(0);
    assert!(check.stdout.contains("1 entry, all in use"), "{}", check.stdout);
}

#[test]
fn a_member_of_an_archive_that_is_not_opened() {
    let repo = accepted(&["--archives"], |repo| repo.write("a.zip", zip(&[("in.env", &setting(1))])));
    stays(&repo, &[], &["--archives"]);
    repo.write("a.zip", zip(&[("other.env", "nothing\n")]));
    run(&repo, &["baseline", "check", "--archives"]).expect(1);
    run(&repo, &["baseline", "check"]).expect(0);
    std::fs::remove_file(repo.dir().join("a.zip")).unwrap();
    run(&repo, &["baseline", "check"]).expect(1);
    run(&repo, &["baseline", "prune"]).expect(0);
    assert!(entries(&repo).is_empty());
}

#[test]
fn an_excluded_an_ignored_and_a_hidden_file() {
    let repo = accepted(&[], |repo| repo.write("a.env", setting(1)));
    stays(&repo, &["--exclude", "*.env"], &[]);
    repo.write(".keywardignore", "a.env\n");
    stays(&repo, &[], &["--no-keywardignore"]);
    let repo = accepted(&["--no-ignore"], |repo| {
        repo.write(".gitignore", "a.env\n");
        repo.write("a.env", setting(1));
    });
    stays(&repo, &[], &["--no-ignore"]);
    let repo = accepted(&[], |repo| repo.write(".a.env", setting(1)));
    stays(&repo, &["--no-hidden"], &[]);
    // What is there no more, or looked at and clean, is unused.
    repo.write(".a.env", "");
    run(&repo, &["baseline", "check"]).expect(1);
    std::fs::remove_file(repo.dir().join(".a.env")).unwrap();
    run(&repo, &["baseline", "check", "--no-hidden"]).expect(1);
}

#[test]
fn a_rule_that_is_off() {
    let repo = accepted(&[], |repo| repo.write("a.env", setting(1)));
    let check = keyward(repo.dir(), ["baseline", "check"]).run().expect(0);
    assert!(check.stdout.contains(STAYS), "{}", check.stdout);
}

#[test]
fn a_finding_that_is_below_the_thresholds_is_in_use() {
    let repo = Repo::init();
    let rules = "provider: Acme\nrules: [{id: acme-code, name: code, severity: low, confidence: low, format: 'code_{base62:24}'}]\n";
    let file = repo.beside("rules.yaml");
    std::fs::write(&file, rules).unwrap();
    repo.write("a.env", setting(1).replace("acme_", "code_"));
    let run = |args: &[&str]| {
        let run = args.iter().fold(keyward(repo.dir(), []), Keyward::arg);
        run.arg("--rule-file").arg(&file).run()
    };
    run(&["baseline", "create", "--min-confidence", "low"]).expect(0);
    assert_eq!(entries(&repo).len(), 1);
    run(&["baseline", "check", "--min-severity", "high"]).expect(0);
    run(&["baseline", "prune"]).expect(0);
    assert_eq!(entries(&repo).len(), 1);
}

#[test]
fn a_directory_that_is_named_after_a_secret_is_not_given_away() {
    let repo = Repo::init();
    let path = format!("keys/{}/a.env", token(1));
    repo.write(&path, setting(2));
    acme(&repo, ["baseline", "create"]).run().expect(0);
    let text = baseline(&repo);
    assert!(!text.contains(&token(1)) && text.contains(" keys/acme_****") && text.contains("/a.env"), "{text}");
    acme(&repo, ["scan"]).run().expect(0);
    acme(&repo, ["baseline", "check"]).run().expect(0);
    repo.git(&["add", "--all"]);
    acme(&repo, ["staged"]).run().expect(0);
    // A copy elsewhere is a finding of its own, as the directory may still be there.
    repo.write("b.env", setting(2));
    acme(&repo, ["scan"]).run().expect(1);
    // An entry of before is as good, and is written anew.
    std::fs::remove_file(repo.dir().join("b.env")).unwrap();
    let entry = text.lines().find(|line| line.ends_with("/a.env")).unwrap();
    let old = entry.split(' ').take(2).collect::<Vec<_>>().join(" ") + " " + &path;
    repo.write(FILE, text.replace(entry, &old));
    acme(&repo, ["scan", "--exclude", FILE]).run().expect(0);
    acme(&repo, ["baseline", "update", "--exclude", FILE]).run().expect(0);
    assert_eq!(baseline(&repo), text);
}
