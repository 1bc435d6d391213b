//! `keyward pre-receive` as the hook of a real server, with real pushes.

use crate::support::keyward::{RULES, keyward, token};
use crate::support::repo::Repo;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

/// A work tree with `main`, and a bare repository beside it whose hook is keyward.
struct Server {
    repo: Repo,
    bare: PathBuf,
}

/// What a push came to.
struct Pushed {
    accepted: bool,
    text: String,
}

fn setting(seed: u64) -> String {
    format!("KEY={}\n", token(seed))
}

fn server(arguments: &str) -> Server {
    let repo = Repo::init();
    let bare = repo.beside("server's repo.git");
    repo.git_in(Path::new("/"), &["init", "--quiet", "--bare", "-b", "main", bare.to_str().unwrap()]);
    let rules = repo.beside("acme.yaml");
    std::fs::write(&rules, RULES).unwrap();
    let program = env!("CARGO_BIN_EXE_keyward");
    let line = format!("exec '{program}' pre-receive --rule-file '{}' --disable all --rules acme-token {arguments}", rules.display());
    let hook = bare.join("hooks/pre-receive");
    std::fs::create_dir_all(hook.parent().unwrap()).unwrap();
    std::fs::write(&hook, format!("#!/bin/sh\n{line}\n")).unwrap();
    std::fs::set_permissions(&hook, std::fs::Permissions::from_mode(0o755)).unwrap();
    repo.git(&["remote", "add", "origin", bare.to_str().unwrap()]);
    Server { repo, bare }
}

impl Server {
    fn push(&self, args: &[&str]) -> Pushed {
        let output = self.repo.try_git(self.repo.dir(), &[&["push", "--porcelain", "origin"], args].concat(), &[]);
        let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap()).concat();
        Pushed { accepted: output.status.success(), text }
    }

    /// Pushes past the hook, as before there was one.
    fn push_unchecked(&self, args: &[&str]) {
        let hook = self.bare.join("hooks/pre-receive");
        let aside = self.bare.join("aside");
        std::fs::rename(&hook, &aside).unwrap();
        self.push(args).accepted();
        std::fs::rename(&aside, &hook).unwrap();
    }

    /// Names of the server's references.
    fn refs(&self) -> String {
        self.repo.git_in(&self.bare, &["for-each-ref", "--format=%(refname)"])
    }
}

impl Pushed {
    #[track_caller]
    fn accepted(&self) {
        assert!(self.accepted, "{}", self.text);
    }

    #[track_caller]
    fn refused(&self, word: &str) {
        assert!(!self.accepted && self.text.contains(word), "{word} is not in:\n{}", self.text);
        assert!(self.text.contains("pre-receive hook declined"), "{}", self.text);
    }
}

#[test]
fn a_leak_is_refused_with_its_place_and_without_the_secret() {
    let server = server("");
    server.repo.commit_file("a.env", setting(1));
    let pushed = server.push(&["main"]);
    pushed.refused("a.env:1:5: high:");
    assert!(!pushed.text.contains(&token(1)) && server.refs().is_empty(), "{}", pushed.text);
}

#[test]
fn what_brings_no_leak_is_accepted() {
    let server = server("");
    server.repo.commit_file("a.txt", "harmless\n");
    server.push(&["main"]).accepted();
    server.repo.git(&["switch", "--quiet", "-c", "feature"]);
    server.repo.commit_file("b.txt", "harmless too\n");
    server.push(&["feature"]).accepted();
    assert_eq!(server.refs(), "refs/heads/feature\nrefs/heads/main");
}

#[test]
fn a_leak_in_a_commit_that_a_later_one_mends_is_refused() {
    let server = server("");
    server.repo.commit_file("a.env", setting(1));
    server.repo.commit_file("a.env", "KEY=\n");
    server.push(&["main"]).refused("a.env");
}

#[test]
fn what_the_server_has_already_is_not_new() {
    let server = server("");
    let hook = server.bare.join("hooks/pre-receive");
    let away = server.repo.beside("hook");
    std::fs::rename(&hook, &away).unwrap();
    let old = server.repo.commit_file("a.env", setting(1));
    server.push(&["main"]).accepted();
    std::fs::rename(&away, &hook).unwrap();
    server.push(&[&format!("{old}:refs/heads/copy")]).accepted();
    server.push(&[&format!("{old}:refs/tags/v1")]).accepted();
    server.repo.commit_file("b.txt", "harmless\n");
    server.push(&["main"]).accepted();
    server.repo.git(&["reset", "--quiet", "--hard", &old]);
    server.repo.commit_file("c.txt", "after a rewrite\n");
    server.push(&["--force", "main"]).accepted();
    server.repo.commit_file("d.env", setting(2));
    server.push(&["main"]).refused("d.env");
}

#[test]
fn deletions_are_let_through_alone_and_beside_a_leak_are_not() {
    let server = server("");
    server.repo.commit_file("a.txt", "harmless\n");
    server.push(&["main", "main:one", "main:two"]).accepted();
    server.push(&[":one"]).accepted();
    server.repo.commit_file("b.env", setting(1));
    server.push(&[":two", "main"]).refused("b.env");
    assert_eq!(server.refs(), "refs/heads/main\nrefs/heads/two");
}

#[test]
fn messages_of_tags_and_commits_are_scanned() {
    let server = server("");
    server.repo.commit_file("a.txt", "harmless\n");
    server.push(&["main"]).accepted();
    server.repo.git(&["tag", "-a", "v1", "-m", &format!("with {}", token(1))]);
    server.push(&["v1"]).refused("commit message");
    server.repo.git(&["tag", "-a", "v2", "-m", "harmless"]);
    server.push(&["v2"]).accepted();
    server.repo.commit(&format!("with {}", token(2)));
    server.push(&["main"]).refused("commit message");
}

#[test]
fn tags_of_files_and_directories_are_scanned_and_in_nobodys_way() {
    let server = server("");
    server.repo.commit_file("dir/a.txt", "harmless\n");
    let file = server.repo.git(&["rev-parse", "HEAD:dir/a.txt"]);
    let directory = server.repo.git(&["rev-parse", "HEAD:dir"]);
    server.push(&["main", &format!("{file}:refs/tags/file"), &format!("{directory}:refs/tags/directory")]).accepted();
    // They are what is there already for the pushes behind them.
    server.repo.commit_file("b.txt", "harmless\n");
    server.push(&["main"]).accepted();
    let leak = server.repo.git_with_input(&["hash-object", "-w", "--stdin"], setting(1).as_bytes());
    server.push(&[&format!("{leak}:refs/tags/leak")]).refused("high: Acme token");
    let tree = server.repo.git_with_input(&["mktree"], format!("100644 blob {leak}\ta.env\n").as_bytes());
    server.push(&[&format!("{tree}:refs/tags/leaks")]).refused("high: Acme token");
    server.repo.git(&["tag", "-a", "v1", "-m", "harmless", &tree]);
    server.push(&["v1"]).refused("high: Acme token");
}

#[test]
fn a_tag_of_a_directory_brings_only_what_is_not_there_already() {
    let server = server("");
    server.repo.commit_file("dir/old.env", setting(1));
    let old = server.repo.git(&["rev-parse", "HEAD:dir"]);
    server.push_unchecked(&["main"]);
    server.push(&[&format!("{old}:refs/tags/old")]).accepted();
    server.repo.stage("dir/new.env", setting(2));
    let tree = server.repo.git(&["write-tree", "--prefix=dir/"]);
    let pushed = server.push(&[&format!("{tree}:refs/tags/new")]);
    pushed.refused("1 finding ");
    // What another tag of a directory has is known too.
    server.push_unchecked(&[&format!("{tree}:refs/tags/new")]);
    server.push(&[&format!("{tree}:refs/tags/again")]).accepted();
}

#[test]
fn a_baseline_follows_a_file_that_the_push_renames() {
    let server = server("");
    server.repo.stage("a.env", setting(1));
    keyward(server.repo.dir(), ["baseline", "create"]).acme().run().expect(0);
    server.repo.stage(".keyward.baseline", std::fs::read(server.repo.dir().join(".keyward.baseline")).unwrap());
    server.repo.commit("Accept what is there");
    server.push(&["main"]).refused("a.env");
    server.push_unchecked(&["main"]);
    server.repo.commit_file("copy.yaml", format!("other: text\nkey: {}\n", token(1)));
    server.push(&["main"]).refused("copy.yaml");
    server.repo.git(&["rm", "--quiet", "a.env"]);
    server.repo.git(&["commit", "--quiet", "--amend", "--no-edit"]);
    server.push(&["main"]).accepted();
    // Also where the whole history of the bare repository is scanned.
    keyward(&server.bare, ["history", "--baseline"]).arg(server.repo.dir().join(".keyward.baseline")).acme().run().expect(0);
}

#[test]
fn a_push_cannot_loosen_its_own_check() {
    let server = server("");
    server.repo.commit_file(".keywardignore", "/fixtures/\n");
    server.push(&["main"]).accepted();
    server.repo.commit_file("fixtures/a.env", setting(1));
    server.push(&["main"]).accepted();
    server.repo.stage(".keyward.yaml", "exclude: ['*']\n");
    server.repo.stage(".keywardignore", "*\n");
    server.repo.commit_file("b.env", setting(2));
    server.push(&["main"]).refused("b.env");
}

#[test]
fn a_bare_repository_is_found_by_the_configuration_that_is_named() {
    let server = server("--config \"$PWD/keyward.yaml\"");
    std::fs::write(server.bare.join("keyward.yaml"), "exclude: ['*.env']\n").unwrap();
    server.repo.commit_file("a.env", setting(1));
    server.push(&["main"]).accepted();
}

#[test]
fn a_scan_that_takes_too_long_refuses_the_push_unless_told_otherwise() {
    // A pipe that nobody writes to is waited for without end.
    for (arguments, accepted) in [("", false), ("--on-timeout accept", true)] {
        let server = server(&format!("--timeout 1 --config pipe {arguments}"));
        assert!(std::process::Command::new("mkfifo").arg(server.bare.join("pipe")).status().unwrap().success());
        server.repo.commit_file("a.txt", "harmless\n");
        let pushed = server.push(&["main"]);
        assert_eq!(pushed.accepted, accepted, "{}", pushed.text);
        assert!(pushed.text.contains("could not be scanned within 1 s"), "{}", pushed.text);
    }
}

#[test]
fn a_list_that_does_not_end_is_refused_in_time() {
    let repo = Repo::init();
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_keyward"));
    child.args(["pre-receive", "--timeout", "1"]).current_dir(repo.dir()).stdin(std::process::Stdio::piped());
    let mut child = child.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped()).spawn().unwrap();
    let stdin = child.stdin.take();
    let output = child.wait_with_output().unwrap();
    drop(stdin);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("could not be scanned within 1 s"));
}

#[test]
fn what_is_no_push_is_an_error_that_says_what_to_run() {
    let repo = Repo::init();
    let run = keyward(repo.dir(), ["pre-receive"]).stdin("not a push\n").run().expect(2);
    assert!(run.stderr.contains("keyward history --range"), "{}", run.stderr);
    let run = keyward(repo.dir(), ["pre-receive"]).stdin("").run().expect(0);
    assert!(run.stderr.contains("git named no reference"), "{}", run.stderr);
    let (old, gone) = ("0".repeat(40), "1".repeat(40));
    let run = keyward(repo.dir(), ["pre-receive"]).stdin(format!("{old} {gone} refs/heads/x\n")).run().expect(2);
    assert!(run.stderr.contains("no such object"), "{}", run.stderr);
}
