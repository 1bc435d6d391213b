//! Builds git repositories with real git, the same bytes each time: names and dates are fixed, and no configuration
//! but the repository's own is read.

use std::cell::Cell;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A repository in a temporary directory, gone with this value.
pub(crate) struct Repo {
    /// Holds the work tree and an empty home directory.
    root: tempfile::TempDir,
    dir: PathBuf,
    /// Minutes since the first command; each commit is one later than the one before.
    clock: Cell<u64>,
}

/// 2024-01-01T00:00:00Z.
const EPOCH: u64 = 1_704_067_200;

impl Repo {
    /// A new repository with a work tree on branch `main`.
    pub(crate) fn init() -> Self {
        Self::init_with(&[])
    }

    /// As [`Repo::init`] with more arguments for `git init`.
    pub(crate) fn init_with(args: &[&str]) -> Self {
        let repo = Self::empty();
        std::fs::create_dir(&repo.dir).unwrap();
        repo.git(&[&["init", "--quiet", "-b", "main"], args].concat());
        repo
    }

    /// A clone of `origin` with more arguments for `git clone`.
    pub(crate) fn clone_of(origin: &Repo, args: &[&str]) -> Self {
        let repo = Self::empty();
        repo.clock.set(origin.clock.get());
        let url = format!("file://{}", origin.dir.display());
        let target = repo.dir.display().to_string();
        let arguments = [&["clone", "--quiet"], args, &[url.as_str(), target.as_str()]].concat();
        repo.git_in(repo.root.path(), &arguments);
        repo
    }

    fn empty() -> Self {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir(root.path().join("home")).unwrap();
        let dir = root.path().join("repo");
        Repo { root, dir, clock: Cell::new(0) }
    }

    /// The top of the work tree.
    pub(crate) fn dir(&self) -> &Path {
        &self.dir
    }

    /// A path next to the work tree, for linked work trees and the like.
    pub(crate) fn beside(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    /// Runs git in the work tree; what it prints, without the final line end.
    pub(crate) fn git(&self, args: &[&str]) -> String {
        self.git_in(&self.dir, args)
    }

    /// Runs git in `dir`.
    pub(crate) fn git_in(&self, dir: &Path, args: &[&str]) -> String {
        let output = self.try_git(dir, args, &[]);
        assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
    }

    /// Runs git in `dir` with more variables set; it may fail.
    pub(crate) fn try_git(&self, dir: &Path, args: &[&str], variables: &[(&str, &str)]) -> Output {
        self.command("git", dir).args(args).envs(variables.iter().copied()).output().unwrap()
    }

    /// Runs git in the work tree with `input` on its standard input.
    pub(crate) fn git_with_input(&self, args: &[&str], input: &[u8]) -> String {
        use std::io::Write as _;
        use std::process::Stdio;
        let mut child = self.command("git", &self.dir).args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(input).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "git {args:?}");
        String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
    }

    /// A command with nothing of the caller's environment but the search path.
    pub(crate) fn command(&self, program: impl AsRef<OsStr>, dir: &Path) -> Command {
        let now = self.clock.get();
        self.clock.set(now + 1);
        let date = format!("{} +0200", EPOCH + 60 * now);
        let mut command = Command::new(program);
        command.current_dir(dir).env_clear().envs(std::env::vars_os().filter(|(name, _)| name == "PATH" || name == "SystemRoot"));
        command.env("HOME", self.root.path().join("home")).env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
        for role in ["AUTHOR", "COMMITTER"] {
            command.env(format!("GIT_{role}_NAME"), "Ada Lovelace").env(format!("GIT_{role}_EMAIL"), "ada@example.org");
            command.env(format!("GIT_{role}_DATE"), &date);
        }
        // A local clone of a submodule or partial clone is refused otherwise.
        command.env("GIT_CONFIG_COUNT", "1").env("GIT_CONFIG_KEY_0", "protocol.file.allow").env("GIT_CONFIG_VALUE_0", "always");
        command
    }

    /// Writes a file of the work tree, with the directories above it.
    pub(crate) fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        let path = self.dir.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }

    /// Writes a file and stages it.
    pub(crate) fn stage(&self, path: &str, content: impl AsRef<[u8]>) {
        self.write(path, content);
        self.git(&["add", "--force", "--", path]);
    }

    /// Commits what is staged, even if that is nothing; the commit's id.
    pub(crate) fn commit(&self, message: &str) -> String {
        self.git(&["commit", "--quiet", "--allow-empty", "--no-verify", "-m", message]);
        self.git(&["rev-parse", "HEAD"])
    }

    /// Writes, stages and commits one file; the commit's id.
    pub(crate) fn commit_file(&self, path: &str, content: impl AsRef<[u8]>) -> String {
        self.stage(path, content);
        self.commit(&format!("Change {path}"))
    }
}
