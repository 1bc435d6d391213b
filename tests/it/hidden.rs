//! Secrets that are no findings and stand in what a report shows all the same: nothing of them is printed.

use crate::support::keyward::{Keyward, builtin_secret, keyward, token};
use crate::support::repo::Repo;

/// Every format of a report.
const FORMATS: [&str; 10] = ["text", "json", "jsonl", "sarif", "github", "gitlab", "junit", "csv", "markdown", "html"];

/// A line with a password, which only its context tells, and the password.
fn password(seed: u64) -> (String, String) {
    let value = token(seed)[5..].to_owned();
    (format!("db_password = '{value}'\n"), value)
}

#[track_caller]
fn shows_nothing_of(secret: &str, status: i32, run: impl Fn() -> Keyward) {
    for format in FORMATS {
        let run = run().arg("--format").arg(format).run().expect(status);
        let shown = run.stdout + &run.stderr;
        assert!(!shown.contains(&secret[..secret.len() - 4]), "{format}: {shown}");
    }
}

#[test]
fn subjects_and_authors_of_messages_that_are_not_scanned_show_no_secret() {
    let repo = Repo::init();
    let secret = token(1);
    repo.stage("f", format!("key = {}\n", token(2)));
    repo.git(&["-c", &format!("user.name=n {secret}"), "-c", &format!("user.email=fix-{secret}-now@x"), "commit", "-qm", &secret]);
    repo.git(&["rm", "-q", "f"]);
    repo.commit(&format!("Drop fix-{secret}-now"));
    shows_nothing_of(&secret, 1, || keyward(repo.dir(), ["history", "--no-messages"]).acme());
}

#[test]
fn notes_of_suppressions_show_no_secret_that_was_moved_there() {
    let repo = Repo::init();
    let (line, secret) = password(1);
    repo.commit_file("f", &line);
    repo.git(&["rm", "-q", "f"]);
    repo.commit_file(".keywardignore", format!("# {line}{secret}\n"));
    shows_nothing_of(&secret, 0, || keyward(repo.dir(), ["ci", "--range", "HEAD~1..HEAD"]));
}

#[test]
fn notes_of_suppressions_show_no_secret_at_their_end() {
    let repo = Repo::init();
    repo.commit_file("f", "f\n");
    let secret = token(1);
    for before in [80, 480, 500, 520].map(|length| "x".repeat(length)) {
        repo.commit_file(".keyward.yaml", format!("exclude: [\"{before}/{secret}\", .keyward.yaml]\n"));
        let run = keyward(repo.dir(), ["ci", "--quiet", "--range", "HEAD~1..HEAD"]).acme().run();
        assert!(run.stdout.contains("leaves paths out: \"x") && !run.stdout.contains(&secret[..12]), "{}", run.stdout);
    }
}

#[test]
fn a_range_shows_nothing_of_the_secret_that_a_subject_says_was_removed() {
    let repo = Repo::init();
    let (line, secret) = password(1);
    repo.stage("g", &line);
    repo.commit_file("h", "h\n");
    repo.commit_file("g", format!("{line}{}", password(2).0));
    repo.git(&["rm", "-q", "g"]);
    repo.commit(&format!("Drop {secret}"));
    shows_nothing_of(&secret, 1, || keyward(repo.dir(), ["history", "--range", "HEAD~2..HEAD"]));
}

#[test]
fn a_range_shows_nothing_of_a_secret_of_the_base_in_the_subject_of_the_commit_that_removes_it() {
    let repo = Repo::init();
    let (line, secret) = password(1);
    repo.commit_file("g", &line);
    repo.git(&["rm", "-q", "g"]);
    repo.stage("new", password(2).0);
    repo.commit(&format!("Drop {secret}"));
    shows_nothing_of(&secret, 1, || keyward(repo.dir(), ["history", "--range", "HEAD~1..HEAD"]));
}

#[test]
fn what_is_accepted_in_one_place_is_hidden_in_the_subjects_of_others() {
    let repo = Repo::init();
    let (line, secret) = password(1);
    repo.stage("accepted", line.replace('\n', " # keyward:allow\n"));
    repo.stage("new", password(2).0);
    repo.commit(&format!("Bring {secret}"));
    shows_nothing_of(&secret, 1, || keyward(repo.dir(), ["history"]));
}

#[test]
fn what_is_quoted_of_the_command_line_shows_no_secret() {
    let dir = tempfile::tempdir().unwrap();
    let secret = builtin_secret("github-pat-classic", 1);
    for args in [["--format", &secret], ["--max-size", &secret], ["scan", &format!("--{secret}")], [&secret, "--quiet"]] {
        let run = keyward(dir.path(), args).run().expect(2);
        assert!(!run.stderr.is_empty() && !run.stderr.contains(&secret), "{}", run.stderr);
    }
}

#[test]
fn what_is_quoted_of_a_configuration_shows_no_secret() {
    let repo = Repo::init();
    let secret = builtin_secret("github-pat-classic", 1);
    repo.write(".keyward.yaml", format!("allow:\n- regex: ^x$\n  reason: instead of {secret}\n"));
    let run = keyward(repo.dir(), ["config", "show"]).run().expect(0);
    assert!(run.stdout.contains("instead of ghp_****") && !run.stdout.contains(&secret), "{}", run.stdout);
}

#[test]
fn what_is_quoted_of_the_files_of_other_tools_shows_no_secret() {
    let repo = Repo::init();
    let (token, (_, password)) = (builtin_secret("github-pat-classic", 1), password(2));
    repo.write(".gitleaksignore", format!("{token}\n{password}\n"));
    repo.write(".gitallowed", format!("{token}(\n{password}(\n"));
    repo.write(".trufflehog", format!("{token}(\n{password}(\n"));
    repo.write(".gitleaks.toml", format!("[[allowlists]]\nregexes = ['{token}(', '{password}(']\n[extend]\npath = '{token}'\n"));
    for file in [".gitleaksignore", ".gitallowed", ".trufflehog", ".gitleaks.toml"] {
        let run = keyward(repo.dir(), ["import", file]).run().expect(0);
        let hides = |text: &str| !text.contains(&token) && !text.contains(&password);
        assert!(run.stdout.contains("not carried over") && hides(&run.stdout) && hides(&run.stderr), "{}", run.stdout);
    }
}

#[test]
fn a_rule_that_is_off_hides_what_it_finds_beside_a_finding() {
    let repo = Repo::init();
    let (secret, other) = (builtin_secret("github-pat-classic", 1), token(1));
    repo.commit_file("f", format!("{other} {secret}\n{other} {}{secret}\n", "x ".repeat(30)));
    let message = format!("Bring {secret}");
    repo.git(&["commit", "--quiet", "--amend", "--no-verify", "-m", &message]);
    for args in [["scan", "."], ["history", "--no-messages"]] {
        let run = keyward(repo.dir(), args).acme().run().expect(1);
        assert!(run.stdout.contains("ghp_****") && !run.stdout.contains(&secret[..12]), "{}", run.stdout);
    }
}
