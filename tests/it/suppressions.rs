//! What is said of suppressions: what they hide, which hide nothing, and which a change adds.

use crate::support::keyward::{Keyward, Run, keyward, token};
use crate::support::repo::Repo;

fn acme<const N: usize>(repo: &Repo, args: [&str; N]) -> Keyward {
    keyward(repo.dir(), args).acme()
}

fn setting(seed: u64) -> String {
    format!("KEY={}\n", token(seed))
}

#[track_caller]
fn says(run: &Run, word: &str) {
    assert!(run.stdout.contains(word), "{word} is not in:\n{}\n{}", run.stdout, run.stderr);
}

#[track_caller]
fn says_not(run: &Run, word: &str) {
    assert!(!run.stdout.contains(word), "{word} is in:\n{}", run.stdout);
}

#[test]
fn what_is_hidden_is_listed_with_what_hides_it() {
    let repo = Repo::init();
    repo.write("a.env", format!("KEY={} # keyward:allow -- a fake\n", token(1)));
    repo.write("b.env", format!("KEY={} # gitleaks:allow\n", token(2)));
    repo.write("c.env", setting(3));
    repo.write(".keyward.yaml", "allow:\n  - paths: c.env\n    reason: ours\n");
    let run = acme(&repo, ["scan", "--report-suppressed"]).run().expect(0);
    says(&run, "a.env:1:5: suppressed by inline: a fake");
    says(&run, "b.env:1:5: suppressed by inline: gitleaks:allow");
    says(&run, "c.env:1:5: suppressed by allowlist: ours (.keyward.yaml:2)");
    says_not(&run, "in this scan");
}

#[test]
fn what_hides_nothing_is_listed_on_request() {
    let repo = Repo::init();
    repo.write("a.env", setting(1));
    acme(&repo, ["baseline", "create"]).run().expect(0);
    repo.write("a.env", "KEY=   # keyward:allow acme-token -- gone\nsee `keyward:allow`\n");
    repo.write(".keyward.yaml", "allow:\n  - paths: nowhere\n");
    repo.write(".keywardignore", "# c\n*.never\n");
    let run = acme(&repo, ["scan", "--report-suppressed"]).run().expect(0);
    for line in [
        ".keyward.baseline:2: nothing matches acme-token in a.env any more",
        ".keyward.yaml:2: this `allow` entry suppressed nothing in this scan",
        ".keywardignore:2: `*.never` left nothing out in this scan",
        "a.env:1: the comment `keyward:allow` accepts nothing in this scan",
    ] {
        says(&run, line);
    }
    says_not(&run, "a.env:2");
    let quiet = acme(&repo, ["scan"]).run().expect(0);
    says(&quiet, "1 entry matches nothing any more");
    says_not(&quiet, "in this scan");
    // What lies elsewhere may need the entries.
    let part = acme(&repo, ["scan", "--report-suppressed", ".keywardignore"]).run().expect(0);
    says_not(&part, "in this scan");
}

#[test]
fn comments_that_accept_something_are_not_idle() {
    let repo = Repo::init();
    repo.write("a.env", format!("# keyward:allow-next-line\n{}", setting(1)));
    says_not(&acme(&repo, ["scan", "--report-suppressed"]).run().expect(0), "accepts nothing");
}

/// Runs `ci` over what the last commit adds.
fn ci(repo: &Repo) -> Run {
    acme(repo, ["ci", "--range", "HEAD~1..HEAD"]).run()
}

#[test]
fn a_change_that_accepts_its_own_secret_is_named() {
    let repo = Repo::init();
    repo.commit_file("a.env", format!("KEY={} # keyward:allow\n", token(1)));
    repo.commit_file("b.env", format!("# first\nKEY={} # nosemgrep\n", token(2)));
    let run = ci(&repo).expect(0);
    says(&run, "the change adds a suppression: b.env:2: the comment `nosemgrep` accepts what stands beside it");
    says_not(&run, "a.env");
    repo.commit_file("a.env", format!("# moved\nKEY={} # keyward:allow\n", token(1)));
    says_not(&ci(&repo).expect(0), "adds a suppression");
    repo.commit_file("c.env", "KEY= # keyward:allow\n");
    says(&ci(&repo).expect(0), "c.env:1: the comment `keyward:allow` accepts nothing yet");
}

#[test]
fn suppressions_that_a_change_adds_to_files_are_named_and_not_in_force() {
    let repo = Repo::init();
    repo.commit_file(".keywardignore", "*.old\n");
    repo.stage("a.env", setting(1));
    repo.stage(".keywardignore", "*.old\n*.env\n");
    repo.stage(".keyward.yaml", "exclude: ['**']\nallow:\n  - stopwords: acme\n");
    acme(&repo, ["baseline", "create", "--no-keywardignore", "--no-config"]).run().expect(0);
    repo.git(&["add", ".keyward.baseline"]);
    repo.commit("Accept everything");
    let run = ci(&repo).expect(1);
    says(&run, "a.env:1:5: high:");
    for line in [
        ".keywardignore:2 leaves paths out: *.env",
        ".keyward.baseline:2 accepts a finding: ",
        ".keyward.yaml:1 leaves paths out: '**'",
        ".keyward.yaml:3 accepts findings: by stopwords",
    ] {
        says(&run, &format!("the change adds a suppression: {line}"));
    }
    says_not(&run, "*.old");
    says(&run, "count once they are in the base");
    let json = acme(&repo, ["ci", "--range", "HEAD~1..HEAD", "--format", "json"]).run().expect(1);
    says(&json, "the change adds a suppression: .keywardignore:2");
    repo.commit_file("b.txt", "harmless\n");
    says_not(&ci(&repo).expect(0), "adds a suppression");
}

#[test]
fn suppressions_in_a_configuration_below_the_top_are_named_too() {
    let repo = Repo::init();
    repo.stage("known/.keyward.yaml", "exclude: [a]\n");
    repo.stage("kept/.keyward.yaml", "exclude: [a]\n");
    repo.commit("Start");
    repo.stage("known/.keyward.yaml", "exclude: [a, 'b *']\n");
    repo.stage("new/deep/.keyward.yml", "min-severity: critical\n");
    repo.stage("new/other.yaml", "exclude: ['**']\n");
    repo.commit("Loosen");
    let run = ci(&repo).expect(0);
    for line in ["known/.keyward.yaml:1 leaves paths out: 'b *'", "new/deep/.keyward.yml:1 sets `min-severity`: critical"] {
        says(&run, &format!("the change adds a suppression: {line}"));
    }
    says_not(&run, "kept/");
    says_not(&run, "other.yaml");
}

#[test]
fn what_is_said_of_a_suppression_shows_no_secret_on_either_stream() {
    let repo = Repo::init();
    repo.commit_file("readme", "nothing\n");
    repo.stage(".keyward.yaml", format!("allow:\n  - stopwords: [{}]\n  - regex: ['^{}$']\nexclude: [{}]\n", token(1), token(2), token(3)));
    repo.stage(".keywardignore", format!("/{}/\n", token(4)));
    repo.commit("Accept by value");
    for format in ["text", "json", "jsonl", "sarif", "github", "gitlab", "junit", "csv", "markdown", "html"] {
        let run = acme(&repo, ["ci", "--range", "HEAD~1..HEAD", "--format", format]).run().expect(1);
        for seed in 1..=4 {
            assert!(
                !run.stdout.contains(&token(seed)) && !run.stderr.contains(&token(seed)),
                "{format} {seed}: {}{}",
                run.stdout,
                run.stderr
            );
        }
    }
}

#[test]
fn what_is_no_fingerprint_is_refused_where_it_is_read() {
    let repo = Repo::init();
    repo.write("a.env", format!("KEY={}\n", token(1)));
    let digits = "0123456789abcdef".repeat(2);
    for text in [format!("kw1:{digits}0"), format!("kw1:{}", digits.to_uppercase()), digits.clone(), "kw1:".to_owned()] {
        repo.write(".keyward.yaml", format!("allow:\n  - fingerprints: ['kw1:{digits}', '{text}']\n"));
        let run = keyward(repo.dir(), ["scan"]).acme().run().expect(2);
        assert!(run.stderr.contains("error[bad-fingerprint]") && run.stderr.contains(".keyward.yaml:2:"), "{text}: {run:?}");
        assert!(run.stderr.contains("copy it from a report: kw1: and 32 hex digits"), "{text}: {run:?}");
    }
    repo.write(".keyward.yaml", format!("allow:\n  - fingerprints: kw1:{digits}\n"));
    keyward(repo.dir(), ["scan"]).acme().run().expect(1);
    repo.write(".keywardignore", format!("# accepted\nkw1:{digits}\n"));
    keyward(repo.dir(), ["scan"]).acme().run().fails_with(
        "keyward: error: .keywardignore:2: a fingerprint, where paths are listed; accept the finding with `keyward allow FINGERPRINT`",
    );
}

#[test]
fn a_comment_that_names_its_rule_wrong_says_so() {
    let dir = tempfile::tempdir().unwrap();
    let told = |text: &str| {
        std::fs::write(dir.path().join("f"), text).unwrap();
        keyward(dir.path(), ["scan"]).acme().run().expect(1).stdout
    };
    let secret = token(1);
    let stdout = told(&format!("# a\n{secret} # keyward:allow acme-tokem\n"));
    let note = "note: f:2: the comment `keyward:allow`: no rule and no tag is called `acme-tokem`; did you mean `acme-token`?";
    assert!(stdout.contains(note), "{stdout}");
    let stdout = told(&format!("# keyward:allow-next-line jwt acme-token\n{secret}\n"));
    assert!(
        stdout.contains("note: f:1: the comment `keyward:allow-next-line`: names are parted by commas, so `acme-token` is none"),
        "{stdout}"
    );
    // A rule that there is, and words that are no comment.
    for text in ["keyward:allow jwt", "keyward:allowed nonsense", "keyward:allow-next-line nonsense"] {
        let stdout = told(&format!("{secret} # {text}\n"));
        assert!(!stdout.contains("the comment"), "{text}: {stdout}");
    }
}
