//! `keyward history` from the command line.

use super::{Repo, acme, clean, json, token};
use std::os::unix::fs::PermissionsExt as _;

#[test]
fn what_was_ever_committed_is_found_with_its_commit() {
    let repo = Repo::init();
    let first = repo.commit_file("sub/a.env", format!("KEY={}\n", token(1)));
    repo.commit_file("sub/a.env", "KEY=\n");
    let run = acme(repo.dir(), ["history", "-f", "json"]).run().expect(1);
    let report = json(&run.stdout);
    let finding = &report["findings"][0];
    assert_eq!(report["findings"].as_array().unwrap().len(), 1);
    assert_eq!((finding["path"].as_str(), finding["line"].as_u64()), (Some("sub/a.env"), Some(1)));
    assert!(run.stdout.contains(&first), "{}", run.stdout);
    // The same secret in the same file is the same finding in every kind of scan, from wherever it is run.
    repo.write("sub/a.env", format!("\nKEY={}\n", token(1)));
    let tree = json(&acme(&repo.dir().join("sub"), ["scan", "-f", "json"]).run().expect(1).stdout);
    assert_eq!(tree["findings"][0]["fingerprint"], finding["fingerprint"]);
}

#[test]
fn a_range_reports_what_it_adds_only() {
    let repo = Repo::init();
    repo.commit_file("a.env", format!("KEY={}\n", token(1)));
    repo.git(&["checkout", "--quiet", "-b", "feature"]);
    repo.commit_file("a.env", format!("KEY={}\n# words\n", token(1)));
    acme(repo.dir(), ["history", "--range", "main..feature"]).run().expect(0);
    repo.commit_file("b.env", format!("KEY={}\n", token(2)));
    let run = acme(repo.dir(), ["history", "--range", "main..feature"]).run().expect(1);
    assert!(run.stdout.contains("b.env:1:5") && !run.stdout.contains("a.env:"), "{}", run.stdout);
    acme(repo.dir(), ["history", "--range", "feature..feature"]).run().expect(0);
    acme(repo.dir(), ["history", "--branch", "main"]).run().expect(1);
}

#[test]
fn messages_are_scanned_unless_that_is_refused() {
    let repo = Repo::init();
    repo.commit(&format!("Use {}", token(1)));
    let run = acme(repo.dir(), ["history"]).run().expect(1);
    assert!(run.stdout.contains("(commit message)") && !run.stdout.contains(&token(1)), "{}", run.stdout);
    acme(repo.dir(), ["history", "--no-messages"]).run().expect(0);
}

#[test]
fn the_configuration_holds_for_past_files_and_bare_repositories() {
    let repo = Repo::init();
    repo.commit_file("vendor/a.env", token(1));
    repo.commit_file("src/a.env", token(2));
    repo.write(".keyward.yaml", "exclude: [vendor]\nallow: [{paths: /src}]\n");
    let run = acme(repo.dir(), ["history"]).run().expect(0);
    assert!(run.stdout.contains("1 suppressed"), "{}", run.stdout);
    let bare = repo.beside("bare.git");
    repo.git(&["clone", "--quiet", "--bare", ".", &bare.display().to_string()]);
    acme(&bare, ["history"]).run().expect(1);
    acme(repo.dir(), ["history", "../bare.git", "--config", ".keyward.yaml"]).run().expect(0);
    acme(&repo.dir().join("src"), ["history"]).run().expect(0);
}

#[test]
fn what_does_not_resolve_fails_by_its_name() {
    let repo = Repo::init();
    repo.commit_file("a", "b");
    for (args, named) in [
        (["--range", "no-such..HEAD"], "no-such"),
        (["--range", "main..no-such"], "no-such"),
        (["--branch", "no-such"], "no-such"),
        (["--since", "no-such"], "no-such"),
        (["--since", "2 weks ago"], "`weks` is no unit of time"),
        (["--since", "1 day 2 fortnights ago"], "`fortnights` is no unit of time"),
        (["--since", "2999-01-01"], "is not in the past"),
        (["--range", "..HEAD"], "a side is missing"),
        (["--range", "HEAD.."], "a side is missing"),
        (["--range", ".."], "a side is missing"),
        (["--range", "..."], "a side is missing"),
        (["--range", &format!("HEAD..{}", "0".repeat(40))], "names nothing to scan"),
        (["--range", "^HEAD"], "names nothing to scan"),
        (["--range", "HEAD~30"], "`HEAD~30`: the history does not go back so far"),
        (["--range", "HEAD^3..HEAD"], "has no such parent"),
        (["--range", "HEAD^-"], "the commit has no such parent"),
        (["--range", "HEAD^-2"], "the commit has no such parent"),
        (["--range", "HEAD^{blob}"], "this leads to no object of that kind"),
        (["--range", "no-such~2"], "there is no branch, tag or commit `no-such`"),
        (["--range", "HEAD:no-such"], "there is nothing at this path"),
        (["--range", "::x"], "nothing is staged at this path"),
        (["--range", ":/no-such"], "no commit message has this text"),
        (["--range", "HEAD@{99}"], "the log of the reference has no such entry"),
        (["--range", "@{-9}"], "so many branches were not checked out here before"),
        (["--range", "@{u}.."], "the branch has no upstream that was fetched"),
        (["--range", "main@{push}"], "the branch has no remote branch that it is pushed to"),
        (["--range", "HEAD~x"], "not a revision as git writes it"),
        (["--range", "abc123"], "no commit or more than one whose id begins so"),
    ] {
        let [flag, value] = args;
        let run = acme(repo.dir(), ["history", flag, value]).run().expect(2);
        assert!(run.stderr.starts_with("keyward: error: ") && run.stderr.contains(named), "{args:?}: {}", run.stderr);
        assert!(!run.stderr.contains("delegate") && !run.stderr.contains("input="), "words of a library: {}", run.stderr);
        assert_eq!(run.stdout, "");
    }
    let closed = Repo::init();
    std::fs::set_permissions(closed.dir().join(".git"), std::fs::Permissions::from_mode(0o000)).unwrap();
    if std::fs::read_dir(closed.dir().join(".git")).is_err() {
        let run = acme(closed.dir(), ["history"]).run().expect(2);
        assert!(run.stderr.contains(".git: permission denied"), "{}", run.stderr);
    }
    std::fs::set_permissions(closed.dir().join(".git"), std::fs::Permissions::from_mode(0o755)).unwrap();
    let run = acme(clean().path(), ["history"]).run().expect(2);
    assert!(run.stderr.contains("not inside a git repository"), "{}", run.stderr);
    let run = acme(repo.dir(), ["history", "no-such"]).run().expect(2);
    assert!(run.stderr.contains("no-such"), "{}", run.stderr);
    for since in ["2 weeks ago", "2024-01-31", "yesterday"] {
        acme(repo.dir(), ["history", "--since", since]).run().expect(0);
    }
    repo.git(&["clone", "--quiet", "--bare", ".", "bare.git"]);
    for dir in [&repo.dir().join("bare.git"), repo.dir()] {
        let path = if dir == repo.dir() { "bare.git" } else { "." };
        let told = acme(dir, ["scan", path]).run().expect(2).stderr;
        assert!(told.contains(&format!("`keyward history {path}` scans it")), "{told}");
    }
    acme(repo.dir(), ["scan", ".git"]).run().expect(0);
}

#[test]
fn an_empty_repository_is_clean_and_says_so() {
    let repo = Repo::init();
    let run = acme(repo.dir(), ["history"]).run().expect(0);
    assert!(run.stdout.contains("no commits"), "{}", run.stdout);
}

#[test]
fn a_shallow_clone_is_incomplete() {
    let repo = Repo::init();
    repo.commit_file("a", "1");
    repo.commit_file("a", "2");
    let shallow = Repo::clone_of(&repo, &["--depth", "1"]);
    let run = acme(shallow.dir(), ["history"]).run().expect(2);
    assert!(run.stdout.contains("INCOMPLETE") && run.stdout.contains("--unshallow"), "{}", run.stdout);
    acme(shallow.dir(), ["history", "--allow-incomplete"]).run().expect(0);
}

#[test]
fn the_result_does_not_depend_on_the_number_of_threads() {
    let repo = Repo::init();
    for number in 0..20 {
        repo.commit_file(&format!("f{}", number % 5), format!("{}\n{}\n", token(number % 7), token(number)));
    }
    let report =
        |threads: &str| json(&acme(repo.dir(), ["history", "-f", "json", "--threads", threads]).run().expect(1).stdout)["findings"].take();
    assert_eq!(report("1"), report("8"));
}

#[test]
fn since_a_date_no_later_commit_with_an_earlier_one_hides_what_others_bring() {
    let repo = Repo::init();
    let commit = |path: &str, content: &str, date: &str| {
        repo.stage(path, content);
        let args = ["commit", "--quiet", "-m", "Change"];
        assert!(repo.try_git(repo.dir(), &args, &[("GIT_COMMITTER_DATE", date)]).status.success());
    };
    let found = || {
        let run = acme(repo.dir(), ["history", "--since", "2024-03-01", "-f", "json"]).run();
        let report = json(&run.stdout);
        let paths: Vec<String> =
            report["findings"].as_array().unwrap().iter().map(|one| one["path"].as_str().unwrap().to_owned()).collect();
        (paths, report["coverage"]["commits"].as_u64().unwrap())
    };
    let (early, odd, late) = ("2024-01-01T00:00:00Z", "2001-01-01T00:00:00Z", "2024-04-01T00:00:00Z");
    commit("old.env", &format!("KEY={}\n", token(1)), early);
    commit("new.env", &format!("KEY={}\n", token(2)), late);
    let new = || (vec!["new.env".to_owned()], 1);
    assert_eq!(found(), new());
    commit("odd.env", &format!("KEY={}\n", token(3)), odd);
    assert_eq!(found(), new(), "a commit is in if its own date is");
    commit("d.env", "KEY=\n", late);
    assert_eq!(found(), (vec!["new.env".to_owned()], 2));
    // A move away from where an odd commit has it takes nothing back.
    repo.git(&["mv", "new.env", "moved.env"]);
    commit("moved.env", &format!("KEY={}\n", token(2)), late);
    assert_eq!(found(), (vec!["new.env".to_owned()], 3));
    // What was there before is still known.
    repo.git(&["mv", "old.env", "older.env"]);
    commit("older.env", &format!("KEY={}\n", token(1)), late);
    assert_eq!(found(), (vec!["new.env".to_owned()], 4));
}
