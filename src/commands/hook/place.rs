//! L5: where git looks for hooks, and who else manages them there.
//!
//! Git itself is asked: only it knows every level of its configuration, `core.hooksPath` and linked work trees.

use super::Kind;
use crate::sources::git::{GitEnvironment, Repository};
use anyhow::{Context as _, bail};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A directory of hooks.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) hooks: PathBuf,
    /// Whether it is for all repositories.
    pub(super) is_global: bool,
    /// Whether it is the one that we made for that.
    pub(super) is_made_here: bool,
}

impl Place {
    /// The hooks of the repository of the current directory; linked work trees share them.
    pub(super) fn of_repository() -> anyhow::Result<Place> {
        let top = top()?;
        let hooks = top.join(ask(&top, &["rev-parse", "--git-path", "hooks"])?);
        if hooks.exists() && !hooks.is_dir() {
            bail!("{}: `core.hooksPath` names no directory, so git runs no hooks here; unset it first", hooks.display());
        }
        let is_global = shared(&top).is_some_and(|shared| shared.is_absolute() && shared == hooks);
        Ok(Place { hooks, is_global, is_made_here: false })
    }

    /// The hooks of all repositories of this user. Where none is set up, `keyward/hooks` in the directory of
    /// configurations, if it `may_make` that.
    pub(super) fn global(may_make: bool) -> anyhow::Result<Place> {
        let here = std::env::current_dir().context("cannot tell the working directory")?;
        let own = own_directory()?;
        match shared(&here) {
            Some(hooks) if hooks.is_relative() => {
                bail!("`core.hooksPath` is {}, which lies in each repository; install there, without --global", hooks.display())
            }
            Some(hooks) if !hooks.is_dir() && hooks.exists() => {
                bail!("{}: `core.hooksPath` names no directory, so git runs no hooks; unset it first", hooks.display())
            }
            Some(hooks) => Ok(Place { is_made_here: hooks == own, hooks, is_global: true }),
            None if may_make => Ok(Place { hooks: own, is_global: true, is_made_here: true }),
            None => bail!("no hooks for all repositories are set up (`core.hooksPath` of `git config --global`)"),
        }
    }

    /// Tells git of a directory that we made.
    pub(super) fn register(&self) -> anyhow::Result<()> {
        set_global(&["core.hooksPath".into(), self.hooks.clone().into()])
    }

    /// Takes that back, and the directory away where nobody else put anything in it.
    pub(super) fn unregister(&self) -> anyhow::Result<()> {
        if std::fs::remove_dir(&self.hooks).is_err() {
            log::warn!("{}: other hooks are there, so it stays in use", self.hooks.display());
            return Ok(());
        }
        set_global(&["--unset".into(), "core.hooksPath".into()])
    }
}

/// Another tool that owns the hooks of a repository.
#[derive(Debug)]
pub(super) struct Manager {
    pub(super) name: &'static str,
    /// The file of a hook, or of all.
    file: fn(&Path, Kind) -> PathBuf,
    top: PathBuf,
}

impl Manager {
    /// Whether it runs keyward in that hook.
    pub(super) fn has(&self, kind: Kind) -> bool {
        let command = kind.command().replace(" \"$@\"", "");
        std::fs::read_to_string((self.file)(&self.top, kind)).is_ok_and(|text| text.contains(&command))
    }

    /// What to add, and where.
    pub(super) fn advice(&self, kind: Kind) -> String {
        let file = (self.file)(&self.top, kind);
        match self.name {
            "lefthook" => {
                let (stdin, arguments) = if kind == Kind::PrePush { ("use_stdin: true, ", " {1} {2}") } else { ("", "") };
                // In quotes, since YAML takes the braces of lefthook's templates for its own.
                let command = kind.command().replace(" \"$@\"", arguments);
                let is_yaml = file.extension().is_some_and(|kind| kind == "yml" || kind == "yaml");
                let form = if is_yaml { "" } else { ", which is YAML," };
                let name = kind.name();
                format!("add `{name}: {{ commands: {{ keyward: {{ {stdin}run: '{command}' }} }} }}`{form} to {}", file.display())
            }
            _ => format!("add the line `{}` to {}", kind.command(), file.display()),
        }
    }
}

/// The tool that manages the hooks of the repository of the current directory, if there is one that is known.
pub(super) fn manager() -> anyhow::Result<Option<Manager>> {
    let top = top()?;
    if top.join(".husky").is_dir() {
        return Ok(Some(Manager { name: "husky", file: |top, kind| top.join(".husky").join(kind.name()), top }));
    }
    if lefthook(&top).is_some() {
        return Ok(Some(Manager { name: "lefthook", file: |top, _| lefthook(top).unwrap_or_else(|| top.join("lefthook.yml")), top }));
    }
    Ok(None)
}

fn lefthook(top: &Path) -> Option<PathBuf> {
    let places = ["lefthook", ".lefthook", ".config/lefthook"];
    let all = places.iter().flat_map(|place| ["yml", "yaml", "toml", "json"].map(|kind| top.join(format!("{place}.{kind}"))));
    all.into_iter().find(|path| path.is_file())
}

/// The top of the work tree, from where git runs hooks; of a bare repository, that itself.
fn top() -> anyhow::Result<PathBuf> {
    let repository = Repository::open(Path::new("."), &GitEnvironment::of_process()?)?;
    let top = repository.work_tree().unwrap_or_else(|| repository.git_dir());
    std::path::absolute(top).with_context(|| format!("{}: cannot be made absolute", top.display()))
}

fn own_directory() -> anyhow::Result<PathBuf> {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let home = || set("HOME").or_else(|| set("USERPROFILE")).map(|home| home.join(".config"));
    let base = set("XDG_CONFIG_HOME").or_else(home).context("cannot tell the home directory; set HOME")?;
    Ok(base.join("keyward").join("hooks"))
}

/// The directory of hooks that this user has set for all repositories; a relative one lies in each.
fn shared(dir: &Path) -> Option<PathBuf> {
    ask(dir, &["config", "--global", "--type=path", "--get", "core.hooksPath"]).ok()
}

/// What git says, without the line end.
fn ask(dir: &Path, arguments: &[&str]) -> anyhow::Result<PathBuf> {
    let output =
        Command::new("git").args(arguments).current_dir(dir).output().context("cannot run git; install it, or put it on the PATH")?;
    if !output.status.success() {
        bail!("git {} failed: {}", arguments.join(" "), said(&output.stderr));
    }
    let line = output.stdout.strip_suffix(b"\n").unwrap_or(&output.stdout);
    Ok(path(line))
}

#[cfg(unix)]
fn path(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt as _;
    std::ffi::OsStr::from_bytes(bytes).into()
}

/// Git writes UTF-8 where paths are text.
#[cfg(not(unix))]
fn path(bytes: &[u8]) -> PathBuf {
    String::from_utf8_lossy(bytes).trim_end_matches('\r').into()
}

fn set_global(arguments: &[OsString]) -> anyhow::Result<()> {
    let output = Command::new("git").args(["config", "--global"]).args(arguments).output().context("cannot run git")?;
    if !output.status.success() {
        bail!("cannot change the configuration of git: {}", said(&output.stderr));
    }
    Ok(())
}

/// What git says is wrong, without the advice on the lines behind it.
fn said(stderr: &[u8]) -> String {
    let first = stderr.split(|byte| *byte == b'\n').find(|line| !line.trim_ascii().is_empty()).unwrap_or_default();
    String::from_utf8_lossy(first.strip_prefix(b"fatal: ").unwrap_or(first).trim_ascii()).into_owned()
}
