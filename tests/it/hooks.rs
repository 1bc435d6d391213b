//! `hook` and `pre-push`: what git lets through with our hooks in place.

mod pushes;

use crate::support::change::ZERO;
use crate::support::keyward::{Run, builtin_leak as leak, keyward};
use crate::support::repo::Repo;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

fn hook<const N: usize>(dir: &Path, args: [&str; N]) -> Run {
    let mut run = keyward(dir, ["hook"]);
    for arg in args {
        run = run.arg(arg);
    }
    run.run()
}

/// Whether git makes the commit of what is staged.
fn commits(repo: &Repo, dir: &Path) -> bool {
    let output = repo.try_git(dir, &["commit", "--quiet", "--allow-empty", "-m", "Try"], &[]);
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() || said.contains("github-pat-classic") || said.contains("own hook"), "{said}");
    output.status.success()
}

/// Writes a hook that notes its arguments and input in `file`, and ends with `status`.
fn own_hook(path: &Path, file: &Path, status: i32) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let script = format!("#!/bin/sh\necho \"own hook $*\" >&2\n{{ echo \"$@\"; cat; }} >>'{}'\nexit {status}\n", file.display());
    fs::write(path, script).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

fn repository() -> Repo {
    let repo = Repo::init();
    repo.commit_file("a.txt", "nothing\n");
    repo
}

/// A repository with a bare remote that has `main`, and our pre-push hook.
fn pushing() -> (Repo, PathBuf) {
    let repo = repository();
    let remote = repo.beside("remote.git");
    repo.git(&["init", "--quiet", "--bare", remote.to_str().unwrap()]);
    repo.git(&["remote", "add", "origin", remote.to_str().unwrap()]);
    repo.git(&["push", "--quiet", "origin", "main"]);
    hook(repo.dir(), ["install", "--pre-push"]).expect(0);
    (repo, remote)
}

fn pushes(repo: &Repo, args: &[&str]) -> bool {
    let output = repo.try_git(repo.dir(), &[&["push", "--quiet"], args].concat(), &[]);
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() || said.contains("github-pat-classic"), "{said}");
    output.status.success()
}

#[test]
fn an_installed_hook_stops_a_leak_and_nothing_else() {
    let repo = repository();
    hook(repo.dir(), ["install"]).expect(0);
    let mode = fs::metadata(repo.dir().join(".git/hooks/pre-commit")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o755);
    repo.stage("b.txt", "nothing either\n");
    assert!(commits(&repo, repo.dir()));
    repo.stage("b.txt", leak(1));
    assert!(!commits(&repo, repo.dir()));
    hook(repo.dir(), ["uninstall"]).expect(0);
    assert!(commits(&repo, repo.dir()));
    assert!(!repo.dir().join(".git/hooks/pre-commit").exists());
}

#[test]
fn a_hook_that_is_there_runs_first_and_comes_back() {
    let repo = repository();
    let (path, notes) = (repo.dir().join(".git/hooks/pre-commit"), repo.beside("notes"));
    own_hook(&path, &notes, 0);
    let original = fs::read(&path).unwrap();
    for _ in 0..2 {
        hook(repo.dir(), ["install"]).expect(0);
    }
    assert!(commits(&repo, repo.dir()));
    assert!(notes.exists(), "the hook that was there did not run");
    repo.stage("b.txt", leak(1));
    assert!(!commits(&repo, repo.dir()));
    assert!(hook(repo.dir(), ["status"]).expect(0).stdout.contains("pre-commit: installed, runs the hook that was there first"));
    hook(repo.dir(), ["uninstall"]).expect(0);
    assert_eq!(fs::read(&path).unwrap(), original);
    assert!(!repo.dir().join(".git/hooks/pre-commit.before-keyward").exists());
}

#[test]
fn the_failure_of_a_chained_hook_stops_the_commit() {
    let repo = repository();
    own_hook(&repo.dir().join(".git/hooks/pre-commit"), &repo.beside("notes"), 7);
    hook(repo.dir(), ["install"]).expect(0);
    assert!(!commits(&repo, repo.dir()));
}

#[test]
fn what_somebody_wrote_into_our_hook_is_kept() {
    let repo = repository();
    let path = repo.dir().join(".git/hooks/pre-commit");
    for command in ["install", "uninstall"] {
        hook(repo.dir(), ["install"]).expect(0);
        let edited = fs::read_to_string(&path).unwrap().replace("exec ", "echo edited\nexec ");
        fs::write(&path, &edited).unwrap();
        let run = hook(repo.dir(), [command]).expect(0);
        assert!(run.stdout.contains("kept as"), "{}", run.stdout);
        let kept = repo.dir().join(".git/hooks/pre-commit.edited-keyward");
        assert_eq!(fs::read_to_string(&kept).unwrap(), edited);
        fs::remove_file(kept).unwrap();
    }
    assert!(!path.exists());
    hook(repo.dir(), ["install"]).expect(0);
    let run = hook(repo.dir(), ["install"]).expect(0);
    assert!(!run.stdout.contains("kept as"), "{}", run.stdout);
}

#[test]
fn what_git_refuses_is_said_in_a_line() {
    let repo = repository();
    let git = repo.beside("bin").join("git");
    fs::create_dir(git.parent().unwrap()).unwrap();
    fs::write(&git, "#!/bin/sh\nprintf 'fatal: dubious\\nTo add an exception, call:\\n\\n\\tgit config\\n' >&2\nexit 128\n").unwrap();
    fs::set_permissions(&git, fs::Permissions::from_mode(0o755)).unwrap();
    let run = keyward(repo.dir(), ["hook", "status"]).env("PATH", git.parent().unwrap()).run();
    run.fails_with("keyward: error: git rev-parse --git-path hooks failed: dubious");
}

#[test]
fn a_hook_of_somebody_else_is_left_by_uninstall() {
    let repo = repository();
    let path = repo.dir().join(".git/hooks/pre-commit");
    own_hook(&path, &repo.beside("notes"), 0);
    let run = hook(repo.dir(), ["uninstall"]).expect(0);
    assert!(run.stdout.contains("pre-commit: not ours"), "{}", run.stdout);
    assert!(path.exists());
}

#[test]
fn linked_work_trees_share_the_hook() {
    let repo = repository();
    let tree = repo.beside("ein Baum mit Ümlaut");
    repo.git(&["worktree", "add", "--quiet", "-b", "other", tree.to_str().unwrap()]);
    fs::create_dir(tree.join("sub")).unwrap();
    hook(&tree.join("sub"), ["install"]).expect(0);
    assert!(repo.dir().join(".git/hooks/pre-commit").exists());
    fs::write(tree.join("b.txt"), leak(1)).unwrap();
    repo.git_in(&tree, &["add", "b.txt"]);
    assert!(!commits(&repo, &tree));
    repo.stage("c.txt", leak(2));
    assert!(!commits(&repo, repo.dir()));
}

#[test]
fn the_configured_directory_of_hooks_counts() {
    let repo = repository();
    repo.git(&["config", "core.hooksPath", "my hooks/ü"]);
    fs::create_dir(repo.dir().join("sub")).unwrap();
    hook(&repo.dir().join("sub"), ["install"]).expect(0);
    assert!(repo.dir().join("my hooks/ü/pre-commit").exists());
    repo.stage("b.txt", leak(1));
    assert!(!commits(&repo, repo.dir()));
}

#[test]
fn switched_off_hooks_are_an_error() {
    let repo = repository();
    repo.git(&["config", "core.hooksPath", "/dev/null"]);
    assert!(hook(repo.dir(), ["install"]).expect(2).stderr.contains("core.hooksPath"));
}

#[test]
fn other_managers_keep_their_files_and_the_line_is_told() {
    let repo = repository();
    repo.write(".husky/pre-commit", "npm test\n");
    let told = hook(repo.dir(), ["install"]).expect(2).stderr;
    assert!(told.contains("husky") && told.contains("`keyward staged`"), "{told}");
    repo.write(".husky/pre-commit", "npm test\nkeyward staged\n");
    hook(repo.dir(), ["install"]).expect(0);
    let repo = repository();
    repo.write("lefthook.yml", "pre-commit:\n");
    let told = hook(repo.dir(), ["install", "--pre-push"]).expect(2).stderr;
    assert!(told.contains("lefthook.yml") && told.contains("keyward pre-push {1} {2}"), "{told}");
    assert!(!repo.dir().join(".git/hooks/pre-push").exists());
    let repo = repository();
    repo.write(".config/lefthook.yaml", "pre-commit:\n  commands: { keyward: { run: keyward staged } }\n");
    let status = hook(repo.dir(), ["status"]).expect(0).stdout;
    assert!(status.contains("pre-commit: managed by lefthook: runs keyward\n") && status.contains("add `pre-push:"), "{status}");
    std::fs::rename(repo.dir().join(".config/lefthook.yaml"), repo.dir().join("lefthook.toml")).unwrap();
    assert!(hook(repo.dir(), ["status"]).expect(0).stdout.contains("}`, which is YAML, to "));
    let line = status.split('`').nth(1).unwrap();
    let read: serde_json::Value = serde_yaml::from_str(line).unwrap();
    assert_eq!(read["pre-push"]["commands"]["keyward"]["run"], "keyward pre-push {1} {2}");
    std::fs::remove_file(repo.dir().join("lefthook.toml")).unwrap();
    repo.write(".config/lefthook.yaml", line);
    assert!(hook(repo.dir(), ["status"]).expect(0).stdout.contains("pre-push: managed by lefthook: runs keyward\n"));
}

#[test]
fn a_missing_program_stops_the_commit_with_a_word() {
    let repo = repository();
    hook(repo.dir(), ["install"]).expect(0);
    let path = repo.dir().join(".git/hooks/pre-commit");
    let script = fs::read_to_string(&path).unwrap().replace(env!("CARGO_BIN_EXE_keyward"), "/nowhere/keyward");
    fs::write(&path, script).unwrap();
    let output = repo.try_git(repo.dir(), &["commit", "--quiet", "--allow-empty", "-m", "Try"], &[]);
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("nothing was checked"));
}

#[test]
fn hooks_for_all_repositories_keep_those_of_each() {
    let repo = repository();
    let (config, home, notes) = (repo.beside("gitconfig"), repo.beside("config home"), repo.beside("notes"));
    own_hook(&repo.dir().join(".git/hooks/commit-msg"), &notes, 0);
    own_hook(&repo.dir().join(".git/hooks/pre-commit"), &notes, 0);
    let run = |action: &str| {
        keyward(repo.dir(), ["hook", action, "--global"]).env("GIT_CONFIG_GLOBAL", &config).env("XDG_CONFIG_HOME", &home).run().expect(0)
    };
    run("install");
    let variables = [("GIT_CONFIG_GLOBAL", config.to_str().unwrap())];
    let commit = ["commit", "--quiet", "--allow-empty", "-m", "Try"];
    assert!(repo.try_git(repo.dir(), &commit, &variables).status.success());
    assert_eq!(fs::read_to_string(&notes).unwrap().lines().count(), 2, "pre-commit and commit-msg of the repository run");
    repo.stage("b.txt", leak(1));
    assert!(!repo.try_git(repo.dir(), &commit, &variables).status.success());
    let status = run("status").stdout;
    assert!(status.contains("pre-commit: installed") && status.contains("pre-push: not installed"), "{status}");
    let local = keyward(repo.dir(), ["hook", "install"]).env("GIT_CONFIG_GLOBAL", &config).env("XDG_CONFIG_HOME", &home).run().expect(2);
    assert!(local.stderr.contains("add --global"), "{}", local.stderr);
    run("uninstall");
    assert!(!home.join("keyward/hooks").exists());
    assert!(!fs::read_to_string(&config).unwrap().contains("hooksPath"));
    assert!(repo.try_git(repo.dir(), &commit, &variables).status.success());
}

#[test]
fn hooks_for_all_repositories_keep_those_of_servers() {
    let repo = repository();
    let (config, home, notes) = (repo.beside("gitconfig"), repo.beside("config home"), repo.beside("notes"));
    let variables = [("GIT_CONFIG_GLOBAL", config.to_str().unwrap())];
    let server = repo.beside("server.git");
    repo.git(&["init", "--quiet", "--bare", server.to_str().unwrap()]);
    let tree = repo.beside("tree");
    repo.git(&["clone", "--quiet", ".", tree.to_str().unwrap()]);
    repo.git_in(&tree, &["config", "receive.denyCurrentBranch", "updateInstead"]);
    keyward(repo.dir(), ["hook", "install", "--global"]).env("GIT_CONFIG_GLOBAL", &config).env("XDG_CONFIG_HOME", &home).run().expect(0);
    let push = |to: &Path| repo.try_git(repo.dir(), &["push", to.to_str().unwrap(), "HEAD:main"], &variables);
    for name in ["pre-receive", "update", "post-receive", "post-update", "reference-transaction"] {
        own_hook(&server.join("hooks").join(name), &notes, 0);
    }
    assert!(push(&server).status.success());
    let noted = fs::read_to_string(&notes).unwrap();
    assert!(noted.contains("refs/heads/main") && noted.lines().count() > 4, "{noted}");
    own_hook(&server.join("hooks/pre-receive"), &notes, 1);
    repo.commit_file("b.txt", "more\n");
    assert!(!push(&server).status.success(), "what a server refuses stays refused");
    assert!(push(&tree).status.success());
    assert_eq!(fs::read_to_string(tree.join("b.txt")).unwrap(), "more\n", "a work tree is updated as without hooks");
    fs::write(tree.join("b.txt"), "changed\n").unwrap();
    repo.commit_file("b.txt", "again\n");
    assert!(!push(&tree).status.success());
    assert_eq!(fs::read_to_string(tree.join("b.txt")).unwrap(), "changed\n");
}

#[test]
fn a_push_with_a_leak_is_stopped() {
    let (repo, remote) = pushing();
    repo.commit_file("b.txt", "nothing\n");
    assert!(pushes(&repo, &["origin", "main"]));
    let before = repo.git_in(&remote, &["rev-parse", "main"]);
    repo.commit_file("b.txt", leak(1));
    repo.commit_file("b.txt", "removed again\n");
    assert!(!pushes(&repo, &["origin", "main"]));
    assert_eq!(repo.git_in(&remote, &["rev-parse", "main"]), before);
}

#[test]
fn a_new_branch_brings_only_what_the_remote_lacks() {
    let repo = repository();
    repo.commit_file("old.txt", leak(1));
    let remote = repo.beside("remote.git");
    repo.git(&["init", "--quiet", "--bare", remote.to_str().unwrap()]);
    repo.git(&["remote", "add", "origin", remote.to_str().unwrap()]);
    repo.git(&["push", "--quiet", "origin", "main"]);
    hook(repo.dir(), ["install", "--pre-push"]).expect(0);
    repo.git(&["switch", "--quiet", "-c", "feature"]);
    repo.commit_file("b.txt", "nothing\n");
    assert!(pushes(&repo, &["origin", "feature"]), "what the remote has is not reported again");
    repo.git(&["switch", "--quiet", "-c", "leaking"]);
    repo.commit_file("b.txt", leak(2));
    assert!(!pushes(&repo, &["origin", "leaking"]));
    assert!(!pushes(&repo, &["origin", "--all"]));
    assert!(pushes(&repo, &["origin", ":feature"]), "a deletion publishes nothing");
}

#[test]
fn a_push_to_a_url_is_compared_with_the_remote_of_that_url() {
    let (repo, remote) = pushing();
    hook(repo.dir(), ["uninstall"]).expect(0);
    repo.commit_file("old.txt", leak(1));
    repo.git(&["push", "--quiet", "origin", "main"]);
    hook(repo.dir(), ["install", "--pre-push"]).expect(0);
    assert!(pushes(&repo, &[remote.to_str().unwrap(), "main:elsewhere"]), "that remote has it already");
    repo.git(&["init", "--quiet", "--bare", "../another.git"]);
    assert!(!pushes(&repo, &["../another.git", "main"]), "nothing is known of this one");
    repo.git(&["switch", "--quiet", "--detach", "HEAD~1"]);
    assert!(pushes(&repo, &["../another.git", "HEAD:refs/heads/main"]));
}

#[test]
fn both_hooks_read_what_is_pushed() {
    let (repo, remote) = pushing();
    hook(repo.dir(), ["uninstall"]).expect(0);
    let notes = repo.beside("notes");
    own_hook(&repo.dir().join(".git/hooks/pre-push"), &notes, 0);
    hook(repo.dir(), ["install", "--pre-push"]).expect(0);
    let head = repo.commit_file("b.txt", leak(1));
    assert!(!pushes(&repo, &["origin", "main"]));
    let noted = fs::read_to_string(&notes).unwrap();
    assert!(noted.starts_with(&format!("origin {}\nrefs/heads/main {head} refs/heads/main ", remote.display())), "{noted}");
}

#[test]
fn pre_push_outside_of_a_repository_is_an_error_whatever_it_is_given() {
    let dir = tempfile::tempdir().unwrap();
    for input in ["", "\n", "(delete) 0000000000000000000000000000000000000000 refs/heads/x 1111111111111111111111111111111111111111\n"] {
        keyward(dir.path(), ["pre-push", "origin", "url"])
            .stdin(input)
            .run()
            .fails_with("keyward: error: .: not inside a git repository: run this in one, or name its directory");
    }
}

#[test]
fn pre_push_without_anything_to_publish_is_clean_and_says_so() {
    let repo = repository();
    let head = repo.git(&["rev-parse", "HEAD"]);
    let run = keyward(repo.dir(), ["pre-push", "origin", "url"]).stdin("").run().expect(0);
    assert!(run.stderr.contains("nothing was scanned"), "{}", run.stderr);
    let input = format!("(delete) {ZERO} refs/heads/old {head}\n");
    let run = keyward(repo.dir(), ["pre-push", "origin", "url"]).stdin(input).run().expect(0);
    assert!(run.stderr.contains("only deletions"), "{}", run.stderr);
}
