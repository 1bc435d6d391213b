//! What people ask of a secret scanner around git, one real repository and run of the program for each: what a range
//! and a history cover, what is staged, and what stays accepted. What other files here show is not repeated.

use crate::support::change::Change;
use crate::support::keyward::{Keyward, Run, builtin_leak, builtin_secret, keyward, token};
use crate::support::repo::Repo;
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;

fn acme<const N: usize>(repo: &Repo, args: [&str; N]) -> Keyward {
    keyward(repo.dir(), args).acme()
}

fn setting(seed: u64) -> String {
    format!("KEY={}\n", token(seed))
}

/// The paths in a run's lines of JSON.
fn paths(run: &Run) -> BTreeSet<String> {
    run.stdout.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["path"].as_str().unwrap().to_owned()).collect()
}

/// Scans a range; the paths of what it finds.
fn range(repo: &Repo, range: &str) -> BTreeSet<String> {
    paths(&acme(repo, ["history", "--format", "jsonl", "--range", range]).run())
}

fn set(paths: &[&str]) -> BTreeSet<String> {
    paths.iter().map(|path| (*path).to_owned()).collect()
}

mod covered {
    use super::*;

    #[test]
    fn a_secret_that_only_a_merge_brings_in() {
        let repo = Repo::init();
        let base = repo.commit_file("a.txt", "a\n");
        repo.git(&["switch", "--quiet", "-c", "side"]);
        repo.commit_file("b.txt", "b\n");
        repo.git(&["switch", "--quiet", "main"]);
        repo.commit_file("c.txt", "c\n");
        repo.git(&["merge", "--quiet", "--no-ff", "--no-commit", "side"]);
        repo.stage("a.txt", setting(1));
        repo.commit("Merge");
        repo.commit_file("a.txt", "removed again\n");
        assert_eq!(range(&repo, &format!("{base}..HEAD")), set(&["a.txt"]));
        assert_eq!(paths(&acme(&repo, ["history", "--format", "jsonl"]).run()), set(&["a.txt"]));
    }

    #[test]
    fn the_oldest_of_very_many_commits_of_a_pull_request() {
        let mut change = Change::of(setting);
        change.repo.commit_file("new.sh", "removed again\n");
        for number in 0..120 {
            change.head = change.repo.commit(&format!("Commit {number}"));
        }
        let event = Change::event(&change.repo, "pull_request", &change.pull_request());
        let run = event.iter().fold(acme(&change.repo, ["ci", "--format", "jsonl"]), |run, (name, value)| run.env(name, value)).run();
        assert_eq!(paths(&run), set(&["new.sh"]));
    }

    #[test]
    fn a_range_at_the_root_of_a_history() {
        let repo = Repo::init();
        let root = repo.commit_file("a.env", setting(1));
        for revisions in [root.clone(), format!("{root}^!"), "HEAD".to_owned(), format!("{}..HEAD", "0".repeat(40))] {
            assert_eq!(range(&repo, &revisions), set(&["a.env"]), "{revisions}");
        }
        let wrong = acme(&repo, ["history", "--range", "HEAD~1..HEAD"]).run().expect(2);
        assert!(wrong.stderr.contains("HEAD~1"), "{}", wrong.stderr);
    }

    #[test]
    fn a_range_that_a_shallow_clone_lacks_fails_with_what_to_fetch() {
        let origin = Repo::init();
        let first = origin.commit_file("a.txt", "a\n");
        origin.commit_file("b.txt", "b\n");
        let shallow = Repo::clone_of(&origin, &["--depth=1"]);
        for revisions in [format!("{first}..HEAD"), "HEAD~1..HEAD".to_owned()] {
            let run = acme(&shallow, ["history", "--range", &revisions]).run().expect(2);
            assert!(run.stderr.contains("git fetch --unshallow"), "{}", run.stderr);
        }
    }

    #[test]
    fn the_range_that_was_scanned_is_said_and_written() {
        let change = Change::of(setting);
        let event = Change::event(&change.repo, "push", &change.push(&change.base, "refs/heads/feature"));
        let file = change.repo.beside("range");
        let run = keyward(change.repo.dir(), ["ci", "--range-output"]).arg(&file).acme();
        let run = event.iter().fold(run, |run, (name, value)| run.env(name, value)).run();
        assert!(run.stderr.contains(&change.range()) && run.stdout.contains(&change.range()), "{}{}", run.stderr, run.stdout);
        assert_eq!(std::fs::read_to_string(file).unwrap(), format!("{}\n", change.range()));
    }

    #[test]
    fn a_secret_that_one_changed_line_completes() {
        let repo = Repo::init();
        let (token, rest) = (token(1), "# far from it\n".repeat(20));
        repo.commit_file("a.py", format!("{rest}KEY = '{}'\n{rest}", &token[..20]));
        repo.commit_file("a.py", format!("{rest}KEY = '{token}'\n{rest}"));
        let run = acme(&repo, ["history", "--range", "HEAD~1..HEAD"]).run().expect(1);
        assert!(run.stdout.contains("a.py:21:8"), "{}", run.stdout);
    }

    #[test]
    fn parts_of_a_secret_that_came_in_different_commits() {
        let repo = Repo::init();
        let (id, secret) = (builtin_secret("aws-access-key-id", 1), builtin_secret("aws-secret-access-key", 1));
        let lines = |secret: &str| format!("[default]\naws_access_key_id = {id}\n# comment\naws_secret_access_key = {secret}\n");
        repo.commit_file("credentials", lines(""));
        repo.commit_file("credentials", lines(&secret));
        let run = keyward(repo.dir(), ["history", "--range", "HEAD~1..HEAD"]).run().expect(1);
        assert!(run.stdout.contains("credentials:4:") && !run.stdout.contains(&secret), "{}", run.stdout);
    }

    #[test]
    fn messages_of_commits_and_tags_and_the_names_in_them() {
        let repo = Repo::init();
        repo.commit_file("a.txt", "a\n");
        repo.commit(&format!("Use {} from now on", token(1)));
        repo.git(&["-c", &format!("user.name={}", token(2)), "tag", "-a", "v1", "-m", &format!("with {}", token(3))]);
        let author = format!("{} <a@example.org>", token(4));
        repo.git(&["commit", "--quiet", "--allow-empty", "--author", &author, "-m", "harmless"]);
        let run = acme(&repo, ["history", "--format", "jsonl"]).run().expect(1);
        assert_eq!(run.stdout.lines().count(), 3, "{}", run.stdout);
        acme(&repo, ["history", "--no-messages"]).run().expect(0);
    }

    #[test]
    fn the_commit_that_brought_a_secret_in_and_all_its_places() {
        let repo = Repo::init();
        repo.commit_file("a.txt", "a\n");
        let first = repo.commit_file("a.env", setting(1));
        repo.commit_file("copy/a.env", setting(1));
        repo.git(&["rm", "--quiet", "-r", "a.env"]);
        repo.commit("Remove one");
        let run = acme(&repo, ["history", "--format", "json"]).run().expect(1);
        let report: Value = serde_json::from_str(&run.stdout).unwrap();
        assert!(run.stdout.contains(&first) && run.stdout.contains("copy/a.env"), "{report:#}");
    }

    #[test]
    fn submodules_are_said_to_be_left_out() {
        let repo = Repo::init();
        let id = repo.commit_file("a.txt", "a\n");
        repo.git(&["update-index", "--add", "--cacheinfo", &format!("160000,{id},vendor/lib")]);
        let staged = acme(&repo, ["staged"]).run();
        assert!(staged.stdout.contains("submodule"), "{}", staged.stdout);
        repo.commit("Add a submodule");
        let history = acme(&repo, ["history"]).run();
        assert!(history.stdout.contains("submodule"), "{}", history.stdout);
    }

    #[test]
    fn linked_work_trees() {
        let repo = Repo::init();
        repo.commit_file("a.txt", "a\n");
        let tree = repo.beside("anderer Baum ü");
        repo.git(&["worktree", "add", "--quiet", "-b", "other", tree.to_str().unwrap()]);
        std::fs::write(tree.join("b.env"), setting(1)).unwrap();
        repo.git_in(&tree, &["add", "b.env"]);
        keyward(&tree, ["staged"]).acme().run().expect(1);
        acme(&repo, ["staged"]).run().expect(0);
        repo.git_in(&tree, &["commit", "--quiet", "-m", "Leak"]);
        for dir in [tree.as_path(), repo.dir()] {
            keyward(dir, ["history"]).acme().run().expect(1);
        }
    }

    /// Every file of a directory with its content.
    fn content(dir: &Path) -> Vec<(std::path::PathBuf, Vec<u8>)> {
        let mut files = Vec::new();
        for entry in std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()) {
            if entry.is_dir() { files.extend(content(&entry)) } else { files.push((entry.clone(), std::fs::read(&entry).unwrap())) }
        }
        files.sort();
        files
    }

    #[test]
    fn a_repository_is_read_where_it_is_and_nothing_is_written() {
        let repo = Repo::init();
        repo.commit_file("a.env", setting(1));
        repo.stage("b.env", setting(2));
        let (before, temporary) = (content(repo.dir()), repo.beside("tmp"));
        std::fs::create_dir(&temporary).unwrap();
        for command in ["scan", "staged", "history", "ci"] {
            acme(&repo, [command]).env("TMPDIR", &temporary).run().expect(1);
        }
        assert!(content(repo.dir()) == before && content(&temporary).is_empty());
    }

    #[test]
    fn what_was_deleted_long_ago() {
        let repo = Repo::init();
        let (first, second) = (repo.commit_file("a.env", setting(1)), repo.commit_file("a.env", "nothing\n"));
        acme(&repo, ["scan"]).run().expect(0);
        assert_eq!(range(&repo, "HEAD"), set(&["a.env"]));
        // A range shows what its commits add, also where a later one takes it away.
        repo.commit_file("b.env", setting(2));
        repo.git(&["rm", "--quiet", "b.env"]);
        repo.commit("Remove it");
        assert_eq!(range(&repo, &format!("{second}..HEAD")), set(&["b.env"]));
        assert_eq!(range(&repo, &format!("{first}..{second}")), set(&[]));
    }

    #[test]
    fn output_of_git_on_standard_error_and_odd_settings_change_nothing() {
        let repo = Repo::init();
        repo.commit_file("a.env", setting(1));
        repo.commit_file(".gitattributes", "*.env filter=odd diff=odd\n");
        for (key, value) in
            [("filter.odd.required", "true"), ("filter.odd.smudge", "false"), ("diff.external", "/nowhere"), ("core.x", "y")]
        {
            repo.git(&["config", key, value]);
        }
        assert_eq!(range(&repo, "HEAD"), set(&["a.env"]));
    }
}

mod staged {
    use super::*;

    /// A repository whose hook is ours, with one file.
    fn hooked() -> Repo {
        let repo = Repo::init();
        repo.commit_file("a.sh", "nothing\n");
        keyward(repo.dir(), ["hook", "install"]).run().expect(0);
        repo
    }

    fn commits(repo: &Repo, args: &[&str]) -> bool {
        let output = repo.try_git(repo.dir(), &[&["commit", "--quiet", "-m", "Try"], args].concat(), &[]);
        let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() || said.contains("github-pat-classic"), "{said}");
        output.status.success()
    }

    #[test]
    fn what_is_staged_counts_and_not_what_is_on_disk() {
        let repo = hooked();
        repo.stage("a.sh", builtin_leak(1));
        repo.write("a.sh", "mended on disk only\n");
        assert!(!commits(&repo, &[]));
        repo.stage("a.sh", "harmless\n");
        repo.write("a.sh", builtin_leak(1));
        assert!(commits(&repo, &[]));
    }

    #[test]
    fn a_commit_of_all_changes_or_of_some_paths_is_seen_as_git_makes_it() {
        let repo = hooked();
        repo.commit_file("b.sh", "nothing\n");
        repo.write("a.sh", builtin_leak(1));
        assert!(!commits(&repo, &["--all"]));
        assert!(!commits(&repo, &["--include", "a.sh"]));
        assert!(!commits(&repo, &["--", "a.sh"]));
        // Another file that is staged is not part of such a commit.
        repo.stage("a.sh", builtin_leak(1));
        repo.write("b.sh", "changed\n");
        assert!(commits(&repo, &["--only", "b.sh"]));
        assert!(!commits(&repo, &[]));
    }

    #[test]
    fn a_commit_that_is_amended_is_checked_for_what_is_added_to_it() {
        let repo = hooked();
        repo.stage("a.sh", "harmless\n");
        assert!(commits(&repo, &[]));
        repo.stage("b.sh", builtin_leak(1));
        assert!(!commits(&repo, &["--amend"]));
    }

    #[test]
    fn what_is_left_out_or_accepted_is_so_in_every_way_to_scan() {
        let repo = Repo::init();
        let base = repo.commit_file("readme", "nothing\n");
        repo.stage(".keywardignore", "/left/\n");
        repo.stage(".keyward.yaml", "exclude: [out/**]\n");
        for (path, content) in [
            ("left/a.env", setting(1)),
            ("out/b.env", setting(2)),
            ("c.env", format!("KEY={} # gitleaks:allow\n", token(3))),
            ("sub/d.env", setting(4)),
            ("sub/e.json", format!("{{\"key\": \"{}\"}}\n", token(5))),
        ] {
            repo.stage(path, content);
        }
        let found = acme(&repo, ["staged", "--format", "jsonl"]).run().expect(1);
        assert_eq!(paths(&found), set(&["sub/d.env", "sub/e.json"]));
        let fingerprints = |run: Run| {
            let value = |line: &str| serde_json::from_str::<Value>(line).unwrap()["fingerprint"].as_str().unwrap().to_owned();
            run.stdout.lines().map(value).collect::<BTreeSet<String>>()
        };
        let staged = fingerprints(found);
        assert_eq!(staged, fingerprints(acme(&repo, ["scan", "--format", "jsonl"]).run()));
        assert_eq!(staged, fingerprints(keyward(&repo.dir().join("sub"), ["scan", "--format", "jsonl"]).acme().run()));
        // One by its fingerprint, which needs no comment in a file that can have none; the other in a baseline.
        let json = fingerprints(acme(&repo, ["staged", "--format", "jsonl", "sub/e.json"]).run()).pop_first().unwrap();
        keyward(repo.dir(), ["allow", &json, "--reason", "a sample"]).run().expect(0);
        acme(&repo, ["baseline", "create"]).run().expect(0);
        repo.git(&["add", "-A"]);
        acme(&repo, ["staged"]).run().expect(0);
        acme(&repo, ["scan"]).run().expect(0);
        keyward(&repo.dir().join("sub"), ["staged"]).acme().run().expect(0);
        keyward(&repo.dir().join("sub"), ["scan"]).acme().run().expect(0);
        keyward(repo.dir(), ["scan", "-", "--stdin-name", "sub/d.env"]).acme().stdin(setting(4)).run().expect(0);
        let head = repo.commit("All of it");
        acme(&repo, ["history"]).run().expect(0);
        assert_eq!(range(&repo, &format!("{base}..HEAD")), set(&[]));
        let pushed = format!("refs/heads/main {head} refs/heads/main {base}\n");
        acme(&repo, ["pre-push", "origin", "url"]).stdin(pushed).run().expect(0);
    }

    #[test]
    fn text_of_a_tool_is_scanned_from_standard_input_with_a_stable_report() {
        let repo = Repo::init();
        let run = acme(&repo, ["scan", "-", "--stdin-name", "prompt.txt", "--format", "json"]).stdin(setting(1)).run().expect(1);
        let report: Value = serde_json::from_str(&run.stdout).unwrap();
        assert_eq!((&report["findings"][0]["path"], &report["findings"][0]["rule"]), (&"prompt.txt".into(), &"acme-token".into()));
        assert!(!run.stdout.contains(&token(1)));
    }
}

mod accepted {
    use super::*;

    /// A repository with an accepted leak on a branch of two commits.
    fn branch() -> Repo {
        let repo = Repo::init();
        repo.commit_file("readme", "nothing\n");
        repo.git(&["switch", "--quiet", "-c", "feature"]);
        repo.commit_file("a.env", setting(1));
        acme(&repo, ["baseline", "create", "--reason", "revoked"]).run().expect(0);
        repo.git(&["add", "-A"]);
        repo.commit("Accept it");
        repo
    }

    #[test]
    fn what_is_accepted_stays_so_when_commits_are_squashed_rebased_and_picked() {
        let repo = branch();
        repo.git(&["switch", "--quiet", "main"]);
        repo.commit_file("other.txt", "meanwhile\n");
        repo.git(&["switch", "--quiet", "feature"]);
        repo.git(&["rebase", "--quiet", "main"]);
        acme(&repo, ["history"]).run().expect(0);
        repo.git(&["switch", "--quiet", "main"]);
        repo.git(&["merge", "--quiet", "--squash", "feature"]);
        acme(&repo, ["staged"]).run().expect(0);
        repo.commit("All at once");
        repo.git(&["branch", "--quiet", "-D", "feature"]);
        acme(&repo, ["history"]).run().expect(0);
        repo.git(&["commit", "--quiet", "--amend", "--no-edit", "--date=2020-01-01T00:00:00Z"]);
        assert_eq!(range(&repo, "HEAD~1..HEAD"), set(&[]));
    }

    #[test]
    fn what_is_accepted_stays_so_when_a_file_is_renamed_and_indented_at_once() {
        let repo = branch();
        repo.git(&["mv", "a.env", "b.env"]);
        repo.stage("b.env", format!("# new\n\n\t  {}", setting(1)));
        acme(&repo, ["staged"]).run().expect(0);
        repo.commit("Rename");
        acme(&repo, ["scan"]).run().expect(0);
        acme(&repo, ["history"]).run().expect(0);
        repo.commit_file("b.env", format!("{}{}", setting(1), setting(2)));
        let run = acme(&repo, ["history", "--range", "HEAD~1..HEAD", "--format", "jsonl"]).run().expect(1);
        assert_eq!(run.stdout.lines().count(), 1);
    }

    #[test]
    fn comments_of_all_common_tools_count_on_the_line_and_above_it() {
        let repo = Repo::init();
        let same = [
            "keyward:allow",
            "gitleaks:allow",
            "betterleaks:allow",
            "trufflehog:ignore",
            "kingfisher:ignore",
            "kingfisher:allow",
            "pragma: allowlist secret",
            "pragma: whitelist secret",
            "ggignore",
            "secretlint-disable-line",
            "nosemgrep",
            "NOSONAR",
        ];
        let above = [
            "keyward:allow-next-line",
            "pragma: allowlist nextline secret",
            "pragma: whitelist nextline secret",
            "secretlint-disable-next-line",
        ];
        for (number, comment) in same.iter().enumerate() {
            repo.stage(&format!("same{number}.py"), format!("KEY = '{}'  # {comment}\n", token(number as u64)));
        }
        for (number, comment) in above.iter().enumerate() {
            repo.stage(&format!("above{number}.py"), format!("# {comment}\nKEY = '{}'\n", token(100 + number as u64)));
        }
        acme(&repo, ["staged"]).run().expect(0);
        let all = acme(&repo, ["staged", "--no-inline-allow", "--format", "jsonl"]).run().expect(1);
        assert_eq!(all.stdout.lines().count(), same.len() + above.len());
    }

    #[test]
    fn nothing_accepted_hides_what_comes_to_stand_beside_it() {
        let repo = branch();
        repo.stage("a.env", format!("{} {}\n", setting(1).trim_end(), token(2)));
        let run = acme(&repo, ["staged", "--format", "jsonl"]).run().expect(1);
        assert_eq!(run.stdout.lines().count(), 1);
        repo.stage("elsewhere.env", setting(1));
        assert_eq!(paths(&acme(&repo, ["staged", "--format", "jsonl"]).run()), set(&["a.env", "elsewhere.env"]));
    }
}
