//! `keyward baseline` and what scans make of a baseline. Git itself merges.

mod groups;
mod scope;
mod together;

use crate::support::keyward::{Keyward, Run, keyward, token};
use crate::support::repo::Repo;
use sha2::{Digest as _, Sha256};

const FILE: &str = ".keyward.baseline";

fn acme<const N: usize>(repo: &Repo, args: [&str; N]) -> Keyward {
    keyward(repo.dir(), args).acme()
}

fn baseline(repo: &Repo) -> String {
    std::fs::read_to_string(repo.dir().join(FILE)).unwrap()
}

fn entries(repo: &Repo) -> Vec<String> {
    baseline(repo).lines().filter(|line| !line.starts_with('#')).map(str::to_owned).collect()
}

fn setting(seed: u64) -> String {
    format!("KEY={}\n", token(seed))
}

/// A repository with two leaks and a baseline that accepts them.
fn accepted() -> Repo {
    let repo = Repo::init();
    repo.commit_file("a.env", setting(1));
    repo.commit_file("src/b.env", setting(2));
    acme(&repo, ["baseline", "create", "--reason", "from before"]).run().expect(0);
    repo
}

/// Replaces a part of the baseline by hand.
fn edit(repo: &Repo, from: &str, to: &str) {
    let text = baseline(repo);
    assert!(text.contains(from), "{text}");
    repo.write(FILE, text.replace(from, to));
}

fn reports(run: &Run, path: &str) -> bool {
    run.stdout.contains(&format!("{path}:"))
}

#[test]
fn what_a_baseline_accepts_is_counted_and_blocks_nothing() {
    let repo = accepted();
    let run = acme(&repo, ["scan"]).run().expect(0);
    assert!(run.stdout.contains("2 suppressed"), "{}", run.stdout);
    let shown = acme(&repo, ["scan", "--report-suppressed", "--format", "jsonl"]).run().expect(0);
    assert!(shown.stdout.contains(r#""by":"baseline""#) && shown.stdout.contains("from before (.keyward.baseline:"), "{}", shown.stdout);
    acme(&repo, ["scan", "--no-baseline"]).run().expect(1);
    acme(&repo, ["history"]).run().expect(0);
    acme(&repo, ["history", "--no-baseline"]).run().expect(1);
    acme(&repo, ["staged", "--whole-files"]).run().expect(0);
    keyward(&repo.dir().join("src"), ["scan"]).acme().run().expect(0);
}

#[test]
fn a_baseline_that_is_named_counts_wherever_it_lies() {
    let repo = accepted();
    let elsewhere = repo.beside("accepted.txt");
    std::fs::rename(repo.dir().join(FILE), &elsewhere).unwrap();
    acme(&repo, ["scan"]).run().expect(1);
    acme(&repo, ["scan"]).arg(format!("--baseline={}", elsewhere.display())).run().expect(0);
    acme(&repo, ["scan", "--baseline", "missing"]).run().expect(2);
    acme(&repo, ["baseline", "create", "--output", "own.txt"]).run().expect(0);
    acme(&repo, ["scan", "--baseline", "own.txt"]).run().expect(0);
}

#[test]
fn a_line_that_moves_stays_accepted_and_another_secret_on_it_does_not() {
    let repo = accepted();
    repo.write("a.env", format!("# moved\n\n    {}", setting(1)));
    acme(&repo, ["scan"]).run().expect(0);
    repo.write("a.env", setting(3));
    let run = acme(&repo, ["scan"]).run().expect(1);
    assert!(reports(&run, "a.env") && !reports(&run, "src/b.env"), "{}", run.stdout);
    repo.write("a.env", format!("{} {}", token(1), token(3)));
    let run = acme(&repo, ["scan"]).run().expect(1);
    assert!(run.stdout.contains("1 finding") && run.stdout.contains("2 suppressed"), "{}", run.stdout);
}

#[test]
fn a_copy_is_new_and_a_renamed_file_is_not() {
    let repo = accepted();
    repo.write("copy.env", setting(1));
    let run = acme(&repo, ["scan"]).run().expect(1);
    assert!(reports(&run, "copy.env"), "{}", run.stdout);
    std::fs::remove_file(repo.dir().join("a.env")).unwrap();
    acme(&repo, ["scan"]).run().expect(0);
    acme(&repo, ["baseline", "update"]).run().expect(0);
    let entries = entries(&repo);
    assert!(entries.len() == 2 && entries.iter().any(|entry| entry.ends_with(" copy.env from before")), "{entries:?}");
}

#[test]
fn update_adds_what_is_new_and_keeps_reasons_comments_and_unused_entries() {
    let repo = accepted();
    edit(&repo, "a.env from before", "a.env by=ada it is revoked");
    edit(&repo, "\n", "\n# for the auditors\n");
    std::fs::remove_file(repo.dir().join("src/b.env")).unwrap();
    repo.write("c d.env", setting(3));
    let run = acme(&repo, ["baseline", "update", "--by", "Bob B", "--expires", "2999-12-31"]).run().expect(0);
    assert_eq!(run.stdout, "1 added to .keyward.baseline, which has 3 entries\n");
    let text = baseline(&repo);
    for part in ["a.env by=ada it is revoked\n", "b.env from before\n", "c%20d.env expires=2999-12-31 by=Bob%20B\n", "# for the auditors\n"]
    {
        assert!(text.contains(part), "{part}: {text}");
    }
    acme(&repo, ["scan"]).run().expect(0);
    acme(&repo, ["baseline", "update"]).run().expect(0);
    assert_eq!(baseline(&repo), text, "a second update changes nothing");
}

#[test]
fn a_doubled_line_is_as_much_in_use_as_the_first() {
    let repo = accepted();
    let text = baseline(&repo);
    let doubled: String =
        text.lines().map(|line| if line.starts_with('#') { format!("{line}\n") } else { format!("{line}\n{line}\n") }).collect();
    repo.write(".keyward.baseline", doubled);
    acme(&repo, ["baseline", "check"]).run().expect(0);
    assert!(!acme(&repo, ["scan"]).run().expect(0).stdout.contains("any more"));
}

#[test]
fn unused_entries_are_noted_failed_by_check_and_dropped_by_prune() {
    let repo = accepted();
    acme(&repo, ["baseline", "check"]).run().expect(0);
    repo.write("a.env", "nothing\n");
    let note = ".keyward.baseline: 1 entry matches nothing any more";
    let run = acme(&repo, ["scan"]).run().expect(0);
    assert!(run.stdout.contains(note), "{}", run.stdout);
    let part = acme(&repo, ["scan", "src"]).run().expect(0);
    assert!(!part.stdout.contains(note), "{}", part.stdout);
    let check = acme(&repo, ["baseline", "check"]).run().expect(1);
    assert!(check.stdout.contains("acme-token in a.env"), "{}", check.stdout);
    acme(&repo, ["baseline", "prune", "src"]).run().expect(0);
    assert_eq!(entries(&repo).len(), 2, "what was not scanned is not dropped");
    acme(&repo, ["baseline", "prune"]).run().expect(0);
    assert_eq!(entries(&repo).len(), 1);
    acme(&repo, ["baseline", "check"]).run().expect(0);
}

#[test]
fn an_expired_entry_blocks_again_until_it_is_renewed() {
    let repo = accepted();
    edit(&repo, "a.env from", "a.env expires=2999-12-31 from");
    acme(&repo, ["scan"]).run().expect(0);
    edit(&repo, "expires=2999-12-31", "expires=2020-01-31");
    let run = acme(&repo, ["scan"]).run().expect(1);
    assert!(reports(&run, "a.env") && run.stdout.contains("was accepted until 2020-01-31 and counts again"), "{}", run.stdout);
    acme(&repo, ["baseline", "check"]).run().expect(1);
    acme(&repo, ["baseline", "update"]).run().expect(0);
    acme(&repo, ["scan"]).run().expect(1);
    acme(&repo, ["baseline", "update", "--expires", "2999-01-01"]).run().expect(0);
    acme(&repo, ["scan"]).run().expect(0);
    assert!(baseline(&repo).contains("a.env expires=2999-01-01 from before"), "{}", baseline(&repo));
}

#[test]
fn a_malformed_baseline_stops_everything_with_its_place() {
    let repo = accepted();
    let good = baseline(&repo);
    for (text, message) in [
        (format!("{good}what is this\n"), ".keyward.baseline:4: no entry: it begins with 32 hex digits; a comment begins with #"),
        (good.replace("from before", "expires=soon"), ".keyward.baseline:2: `expires` is no day; write it as expires=2030-12-31"),
        (
            format!("{good}kw1:00\n"),
            ".keyward.baseline:4: a fingerprint, which is no entry of a baseline; accept the finding with `keyward allow FINGERPRINT`",
        ),
        (format!("{good}<<<<<<< HEAD\n"), ".keyward.baseline:4: a merge conflict; delete its marks and keep the lines of both sides"),
    ] {
        repo.write(FILE, text);
        for args in [["scan"], ["staged"], ["history"]] {
            acme(&repo, args).run().fails_with(&format!("keyward: error: {message}"));
        }
        acme(&repo, ["baseline", "update"]).run().fails_with(&format!("keyward: error: {message}"));
        acme(&repo, ["scan", "--no-baseline"]).run().expect(1);
    }
}

#[test]
fn nothing_in_the_file_gives_the_secret_away() {
    let repo = accepted();
    let text = baseline(&repo);
    let hash = data_encoding::HEXLOWER.encode(&Sha256::digest(token(1)));
    assert!(!text.contains(&token(1)) && !text.contains(&token(1)[8..]) && !text.contains(&hash[..16]), "{text}");
    let other = accepted();
    let marks = |repo: &Repo| entries(repo).iter().map(|line| line[..32].to_owned()).collect::<Vec<_>>();
    assert!(marks(&repo).iter().all(|mark| !marks(&other).contains(mark)), "each file has a key of its own");
    assert!(!text.contains(&other.dir().display().to_string()));
    // The built-in rules find nothing in it either.
    repo.write("a.env", "");
    repo.write("src/b.env", "");
    keyward(repo.dir(), ["scan", "--no-baseline", "--min-confidence", "low"]).run().expect(0);
}

#[test]
fn create_overwrites_nothing() {
    let repo = accepted();
    let message = "keyward: error: .keyward.baseline is there already; `keyward baseline update` adds to it";
    acme(&repo, ["baseline", "create"]).run().fails_with(message);
    std::fs::remove_file(repo.dir().join(FILE)).unwrap();
    for action in ["update", "prune", "check"] {
        acme(&repo, ["baseline", action]).run().expect(2);
    }
}

#[test]
fn from_a_subdirectory_the_whole_repository_is_meant() {
    let repo = Repo::init();
    repo.commit_file("a.env", setting(1));
    repo.commit_file("src/b.env", setting(2));
    keyward(&repo.dir().join("src"), ["baseline", "create"]).acme().run().expect(0);
    assert_eq!(entries(&repo).len(), 2);
    acme(&repo, ["scan"]).run().expect(0);
}

#[test]
fn outside_a_repository_the_working_directory_has_the_baseline() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("a.env"), setting(1)).unwrap();
    keyward(dir.path(), ["baseline", "create"]).acme().run().expect(0);
    keyward(dir.path(), ["scan"]).acme().run().expect(0);
    keyward(dir.path(), ["scan", "a.env"]).acme().run().expect(0);
}

#[test]
fn nothing_is_changed_where_not_everything_could_be_scanned() {
    let repo = accepted();
    let before = baseline(&repo);
    repo.write("a.env", format!("{}{}", setting(3), "x\n".repeat(2000)));
    for action in ["update", "prune", "check"] {
        let run = acme(&repo, ["baseline", action, "--max-size", "1k"]).run().expect(2);
        assert!(run.stderr.contains("a.env"), "{}", run.stderr);
    }
    assert_eq!(baseline(&repo), before);
    let scan = acme(&repo, ["scan", "--max-size", "1k"]).run().expect(2);
    assert!(!scan.stdout.contains("matches nothing"), "{}", scan.stdout);
    acme(&repo, ["baseline", "prune", "--max-size", "1k", "--allow-incomplete"]).run().expect(0);
    assert_eq!(entries(&repo).len(), 2, "what was not scanned is not dropped");
}

#[test]
fn a_change_cannot_accept_itself_where_the_base_revision_decides() {
    let repo = Repo::init();
    repo.commit_file("readme", "nothing\n");
    repo.commit_file("a.env", setting(1));
    acme(&repo, ["baseline", "create"]).run().expect(0);
    repo.git(&["add", FILE]);
    repo.commit("Accept it");
    acme(&repo, ["history", "--range", "HEAD~2..HEAD"]).run().expect(0);
    acme(&repo, ["history", "--range", "HEAD~2..HEAD", "--config-from", "HEAD~2"]).run().expect(1);
    acme(&repo, ["history", "--config-from", "HEAD"]).run().expect(0);
}

#[test]
fn in_a_pipeline_the_base_of_the_change_has_the_baseline() {
    let repo = Repo::init();
    let base = repo.commit_file("readme", "nothing\n");
    let commit = |path: &str, seed: u64, action: &str| {
        repo.stage(path, setting(seed));
        acme(&repo, ["baseline", action]).run().expect(0);
        repo.git(&["add", FILE]);
        repo.commit("Accept it")
    };
    let (first, second) = (commit("a.env", 1, "create"), commit("b.env", 2, "update"));
    repo.write("own.yaml", "min-severity: low\n");
    let ci = |before: &str, after: &str| {
        let event = serde_json::json!({"before": before, "after": after, "ref": "refs/heads/x", "repository": {"default_branch": "main"}});
        let path = repo.beside("event.json");
        std::fs::write(&path, event.to_string()).unwrap();
        acme(&repo, ["ci", "--config", "own.yaml"]).env("GITHUB_EVENT_NAME", "push").env("GITHUB_EVENT_PATH", path).run()
    };
    assert!(reports(&ci(&first, &second).expect(1), "b.env"));
    ci(&base, &first).expect(1);
    acme(&repo, ["history"]).arg(format!("--range={base}..{second}")).run().expect(0);
}

#[cfg(unix)]
#[test]
fn a_link_that_is_found_by_itself_is_not_followed() {
    let repo = accepted();
    let outside = repo.beside("outside");
    std::fs::rename(repo.dir().join(FILE), &outside).unwrap();
    std::os::unix::fs::symlink(&outside, repo.dir().join(FILE)).unwrap();
    let run = acme(&repo, ["scan"]).run().expect(2);
    assert!(run.stderr.contains("not a file"), "{}", run.stderr);
}

mod merge {
    use super::{FILE, accepted, acme, baseline, entries, setting};
    use crate::support::repo::Repo;

    /// Adds a leak and accepts it, on a branch that begins at the current commit.
    fn accept_on(repo: &Repo, branch: &str, seed: u64) {
        repo.git(&["checkout", "--quiet", "-b", branch]);
        repo.stage(&format!("{branch}.env"), setting(seed));
        let action = if repo.dir().join(FILE).exists() { "update" } else { "create" };
        acme(repo, ["baseline", action, "--reason", branch]).run().expect(0);
        repo.git(&["add", FILE, ".gitattributes"]);
        repo.commit(branch);
    }

    #[test]
    fn two_branches_merge_without_conflict() {
        let repo = accepted();
        repo.git(&["add", "."]);
        repo.commit("Begin");
        for (branch, seeds) in [("one", 10), ("two", 20)] {
            repo.git(&["checkout", "--quiet", "main"]);
            accept_on(&repo, branch, seeds);
        }
        repo.git(&["merge", "--quiet", "--no-edit", "one"]);
        assert_eq!(entries(&repo).len(), 4);
        acme(&repo, ["scan"]).run().expect(0);
        acme(&repo, ["baseline", "check"]).run().expect(0);
    }

    #[test]
    fn create_has_git_keep_the_lines_of_both_sides_unless_told_otherwise() {
        let attributes = |repo: &Repo| std::fs::read_to_string(repo.dir().join(".gitattributes")).unwrap_or_default();
        let repo = Repo::init();
        repo.write("a.env", setting(1));
        let run = acme(&repo, ["baseline", "create"]).run().expect(0);
        assert!(run.stdout.contains(".gitattributes, so that branches merge"), "{}", run.stdout);
        assert_eq!(attributes(&repo), ".keyward.baseline merge=union\n");
        repo.write(".gitattributes", "/own.txt -merge");
        acme(&repo, ["baseline", "create", "--output", "own.txt"]).run().expect(0);
        assert_eq!(attributes(&repo), "/own.txt -merge");
        repo.write("ci/run", "nothing\n");
        acme(&repo, ["baseline", "create", "--output", "ci/own"]).run().expect(0);
        assert_eq!(attributes(&repo), "/own.txt -merge\nci/own merge=union\n");
        let odd = acme(&repo, ["baseline", "create", "--output", "with [a] space"]).run().expect(0);
        assert!(odd.stdout.contains("add this to .gitattributes") && !attributes(&repo).contains("space"), "{}", odd.stdout);
        acme(&repo, ["baseline", "create", "--output", "../outside"]).run().expect(0);
        assert!(!attributes(&repo).contains("outside"));
    }

    #[test]
    fn a_baseline_made_on_two_branches_works_and_update_makes_it_one() {
        let repo = Repo::init();
        repo.commit_file(".gitattributes", "*.sh eol=lf");
        for (branch, seed) in [("one", 10), ("two", 20)] {
            repo.git(&["checkout", "--quiet", "main"]);
            accept_on(&repo, branch, seed);
        }
        repo.git(&["merge", "--quiet", "--no-edit", "one"]);
        let keys = |text: &str| text.lines().filter(|line| line.starts_with("# keyward baseline")).count();
        assert_eq!(keys(&baseline(&repo)), 2);
        acme(&repo, ["scan"]).run().expect(0);
        acme(&repo, ["baseline", "update"]).run().expect(0);
        assert_eq!((keys(&baseline(&repo)), entries(&repo).len()), (1, 2));
        assert!(entries(&repo).iter().any(|entry| entry.ends_with(" one.env one")), "reasons are kept");
        acme(&repo, ["scan"]).run().expect(0);
    }
}
