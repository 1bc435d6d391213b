//! `keyward import`: files of other scanners, and what scans make of the result.

use crate::support::keyward::{Keyward, Run, keyward, token};
use crate::support::repo::Repo;
use serde_json::json;

fn acme<const N: usize>(repo: &Repo, args: [&str; N]) -> Keyward {
    keyward(repo.dir(), args).acme()
}

fn setting(seed: u64) -> String {
    format!("KEY={}\n", token(seed))
}

fn read(repo: &Repo, path: &str) -> String {
    std::fs::read_to_string(repo.dir().join(path)).unwrap_or_default()
}

fn baseline_entries(repo: &Repo) -> usize {
    read(repo, ".keyward.baseline").lines().filter(|line| !line.starts_with('#')).count()
}

#[track_caller]
fn says(run: Run, words: &[&str]) -> Run {
    for word in words {
        assert!(run.stdout.contains(word), "{word} is not in:\n{}\n{}", run.stdout, run.stderr);
    }
    run
}

/// Two leaks; only the first is accepted by what a test imports.
fn repository() -> Repo {
    let repo = Repo::init();
    repo.commit_file("src/a.env", format!("# first\n{}", setting(1)));
    repo.commit_file("b.env", setting(2));
    repo
}

/// After the import, the first leak is accepted and the second is not.
#[track_caller]
fn accepts_the_first(repo: &Repo, run: Run) {
    says(run.expect(0), &["1 of 1 accepted findings added to .keyward.baseline"]);
    let run = acme(repo, ["scan"]).run().expect(1);
    assert!(run.stdout.contains("b.env:1") && !run.stdout.contains("a.env"), "{}", run.stdout);
    // It goes with the secret, not with the line.
    repo.write("src/a.env", format!("# first\n{}", setting(9)));
    assert!(acme(repo, ["scan"]).run().expect(1).stdout.contains("src/a.env:2"));
}

#[test]
fn gitleaks_settings_are_printed_and_written() {
    let repo = repository();
    let config = "[extend]\nuseDefault = true\n[allowlist]\npaths = ['''^src/''', '''v\\d+/''']\n[[rules]]\nid = 'own'\nregex = '''own_key_([0-9a-f]{24})'''\n";
    repo.write(".gitleaks.toml", config);
    let printed =
        says(acme(&repo, ["import", ".gitleaks.toml"]).run().expect(0), &["exclude:\n", "# not carried over", "gitleaks.toml:4: "]);
    assert!(!repo.dir().join(".keyward.yaml").exists());
    says(acme(&repo, ["import", ".gitleaks.toml", "--write"]).run().expect(0), &["exclude, rules added to .keyward.yaml"]);
    let written = read(&repo, ".keyward.yaml");
    assert!(printed.stdout.ends_with(&written), "{}\n{written}", printed.stdout);
    let run = acme(&repo, ["scan"]).run().expect(1);
    assert!(run.stdout.contains("b.env") && !run.stdout.contains("a.env"), "{}", run.stdout);
    let secret = "own_key_".to_owned() + "7f3c9a1e5b2d8046af91c3e7";
    let own = keyward(repo.dir(), ["scan", "-", "--rules", "own"]).stdin(format!("x = \"{secret}\"\n")).run().expect(1);
    assert!(own.stdout.contains("[own]") && !own.stdout.contains(&secret), "{}", own.stdout);
}

#[test]
fn an_existing_configuration_is_added_to_and_never_overwritten() {
    let repo = repository();
    repo.write(".gitallowed", "NEVER-A-SECRET\n");
    repo.write(".keyward.yaml", "# ours\nexclude: [x]\n");
    acme(&repo, ["import", ".gitallowed", "--write"]).run().expect(0);
    let text = read(&repo, ".keyward.yaml");
    assert!(text.starts_with("# ours\nexclude: [x]\nallow:\n"), "{text}");
    let again = acme(&repo, ["import", ".gitallowed", "--write"]).run().expect(2);
    assert!(again.stderr.contains(".keyward.yaml has `allow` already") && again.stderr.contains("by hand"), "{}", again.stderr);
    assert_eq!(read(&repo, ".keyward.yaml"), text);
}

#[test]
fn where_one_file_cannot_be_written_the_other_is_left_alone() {
    let repo = repository();
    repo.write(".gitleaksignore", "src/a.env:x:2\n");
    repo.write(".gitallowed", "NEVER-A-SECRET\n");
    let run = acme(&repo, ["import", ".gitallowed", ".gitleaksignore", "--write", "--config", "missing/dir/k.yaml"]).run().expect(2);
    assert!(run.stderr.contains("missing/dir/k.yaml"), "{}", run.stderr);
    assert!(run.stderr.contains("cannot write") && !repo.dir().join(".keyward.baseline").exists());
    acme(&repo, ["import", ".gitallowed", ".gitleaksignore", "--write", "--config", "new.yaml"]).run().expect(0);
    assert!(read(&repo, "new.yaml").starts_with("allow:") && baseline_entries(&repo) == 1);
}

#[test]
fn ignored_lines_of_gitleaks_become_entries_for_their_secrets() {
    let repo = repository();
    repo.write(".gitleaksignore", "# why\nsrc/a.env:generic-api-key:2\n");
    says(acme(&repo, ["import", ".gitleaksignore"]).run().expect(0), &["# 1 of 1 accepted findings would be added"]);
    assert_eq!(baseline_entries(&repo), 0);
    let run = acme(&repo, ["import", ".gitleaksignore", "--write"]).run();
    assert!(read(&repo, ".keyward.baseline").contains("accepted in .gitleaksignore"));
    accepts_the_first(&repo, run);
}

#[test]
fn ignored_commits_are_looked_up_in_the_history() {
    let repo = repository();
    let commit = repo.git(&["log", "--format=%H", "--", "src/a.env"]);
    repo.git(&["rm", "--quiet", "src/a.env"]);
    repo.commit("Remove it");
    let other = "1".repeat(40);
    repo.write(".gitleaksignore", format!("{commit}:src/a.env:generic-api-key:2\n{other}:b.env:x:1\n"));
    let run = acme(&repo, ["import", ".gitleaksignore", "--write"]).run().expect(0);
    says(run, &["1 of 2 accepted findings added", ".gitleaksignore:2: keyward finds nothing there"]);
    let run = acme(&repo, ["history"]).run().expect(1);
    assert!(run.stdout.contains("b.env:1") && !run.stdout.contains("a.env:2"), "{}", run.stdout);
}

#[test]
fn several_secrets_on_an_ignored_line_are_not_guessed() {
    let repo = Repo::init();
    repo.commit_file("a.env", format!("{} {}\n", token(1), token(2)));
    repo.write(".gitleaksignore", "a.env:x:1\n");
    says(acme(&repo, ["import", ".gitleaksignore", "--write"]).run().expect(0), &["0 of 1", "several secrets are on that line"]);
    assert_eq!(baseline_entries(&repo), 0);
}

#[test]
fn reports_of_gitleaks_become_entries() {
    let repo = repository();
    let report = json!([{"RuleID": "x", "File": "src/a.env", "StartLine": 77, "Secret": token(1), "Match": "", "Commit": ""}]);
    repo.write("leaks.json", report.to_string());
    let run = acme(&repo, ["import", "leaks.json", "--write"]).run();
    std::fs::remove_file(repo.dir().join("leaks.json")).unwrap();
    accepts_the_first(&repo, run);
}

#[test]
fn reports_of_trufflehog_become_entries_by_absolute_path_too() {
    let repo = repository();
    let file = repo.dir().canonicalize().unwrap().join("src/a.env");
    let finding = json!({"SourceMetadata": {"Data": {"Filesystem": {"file": file, "line": 2}}}, "DetectorName": "Acme", "Raw": token(1)});
    std::fs::write(repo.beside("out.json"), format!("{finding}\n")).unwrap();
    let out = repo.beside("out.json");
    let run = keyward(repo.dir(), ["import", "--write"]).acme().arg(out).run();
    accepts_the_first(&repo, run);
}

#[test]
fn baselines_of_detect_secrets_become_entries_by_hash() {
    let repo = repository();
    let mut hasher = gix::hash::hasher(gix::hash::Kind::Sha1);
    hasher.update(token(1).as_bytes());
    let hash = hasher.try_finalize().unwrap().to_string();
    let entry = json!({"type": "X", "filename": "src/a.env", "hashed_secret": hash, "is_verified": false, "line_number": 40});
    repo.write(".secrets.baseline", json!({"version": "1.5.0", "plugins_used": [], "results": {"src/a.env": [entry]}}).to_string());
    let run = acme(&repo, ["import", ".secrets.baseline", "--write"]).run();
    accepts_the_first(&repo, run);
}

#[test]
fn hashes_of_a_mere_prefix_stand_for_the_secret_on_their_line() {
    // As detect-secrets has it for the tokens of GitHub and GitLab.
    let repo = repository();
    let hash = |text: &str| {
        let mut hasher = gix::hash::hasher(gix::hash::Kind::Sha1);
        hasher.update(text.as_bytes());
        hasher.try_finalize().unwrap().to_string()
    };
    let import = |repo: &Repo, line: usize| {
        let entry = json!({"type": "X", "filename": "src/a.env", "hashed_secret": hash("acme"), "is_verified": false, "line_number": line});
        repo.write(".secrets.baseline", json!({"version": "1.5.0", "results": {"src/a.env": [entry]}}).to_string());
        acme(repo, ["import", ".secrets.baseline", "--write"]).run().expect(0)
    };
    says(import(&repo, 7), &["0 of 1", "keyward finds nothing there"]);
    repo.write("src/a.env", format!("# first\n{} {}\n", token(1), token(3)));
    says(import(&repo, 2), &["0 of 1", "several secrets are on that line"]);
    repo.write("src/a.env", format!("# first\n{}", setting(1)));
    accepts_the_first(&repo, import(&repo, 2));
}

#[test]
fn entries_that_are_there_stay_and_nothing_is_added_twice() {
    let repo = repository();
    acme(&repo, ["baseline", "create", "--reason", "from before"]).run().expect(0);
    repo.write(".gitleaksignore", "src/a.env:x:2\n");
    says(
        acme(&repo, ["import", ".gitleaksignore", "--write"]).run().expect(0),
        &["0 of 1 accepted findings added to .keyward.baseline; 1 in it already"],
    );
    assert_eq!(baseline_entries(&repo), 2);
    assert_eq!(read(&repo, ".keyward.baseline").matches("from before").count(), 2);
}

#[test]
fn lists_of_paths_and_texts_become_settings() {
    let repo = repository();
    repo.write(".trufflehog", "^src/\n");
    repo.write(
        ".secretlintrc.json",
        r#"{"rules": [{"id": "@secretlint/secretlint-rule-slack", "options": {"allows": ["/dummy-[a-z]+/"]}}]}"#,
    );
    let run = acme(&repo, ["import", ".trufflehog", ".secretlintrc.json", "--write"]).run().expect(0);
    says(run, &["exclude, allow added to .keyward.yaml"]);
    let text = read(&repo, ".keyward.yaml");
    assert!(text.contains("- 'src/**'") && text.contains("'dummy-[a-z]+'") && text.contains("'slack-bot-token'"), "{text}");
    let run = acme(&repo, ["scan"]).run().expect(1);
    assert!(!run.stdout.contains("a.env"), "{}", run.stdout);
}

#[test]
fn a_file_that_another_builds_on_is_read_from_below_its_directory_only() {
    let repo = repository();
    repo.write("shared/base.toml", "[allowlist]\nstopwords = ['demo-word']\n");
    repo.write(".gitleaks.toml", "[extend]\npath = 'shared/base.toml'\n");
    says(acme(&repo, ["import", ".gitleaks.toml"]).run().expect(0), &["demo-word"]);
    for path in ["../outside.toml", "/etc/passwd", "missing.toml"] {
        repo.write(".gitleaks.toml", format!("[extend]\npath = '{path}'\n"));
        says(acme(&repo, ["import", ".gitleaks.toml"]).run().expect(0), &["import it too"]);
    }
}

#[test]
fn a_file_that_is_not_known_or_not_well_formed_changes_nothing() {
    let repo = repository();
    repo.write("notes.txt", "hello\n");
    assert!(acme(&repo, ["import", "notes.txt", "--write"]).run().expect(2).stderr.contains("--from: gitleaks,"));
    assert!(acme(&repo, ["import", "missing", "--write"]).run().expect(2).stderr.contains("missing: no such file"));
    repo.write(".gitleaks.toml", "a = [\n");
    assert!(acme(&repo, ["import", ".gitleaks.toml", "--write"]).run().expect(2).stderr.contains(".gitleaks.toml:"));
    let secret = token(5);
    repo.write("leaks.json", format!("[{{\"RuleID\": 1, \"Secret\": \"{secret}\""));
    let run = acme(&repo, ["import", "leaks.json", "--write"]).run().expect(2);
    assert!(run.stderr.contains("leaks.json:1:") && !run.stderr.contains(&secret), "{}", run.stderr);
    repo.write("binary.toml", [0xff, 0xfe, 0x00]);
    assert!(acme(&repo, ["import", "binary.toml"]).run().expect(2).stderr.contains("not UTF-8"));
    assert!(!repo.dir().join(".keyward.yaml").exists() && !repo.dir().join(".keyward.baseline").exists());
}
