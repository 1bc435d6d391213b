//! `keyward hook`: puts the check into git's hooks, takes it out again, and says where it is.
//!
//! A hook that is there already is kept next to ours, called first, and put back by `uninstall`. Other hook managers
//! own their files: for them the user is told what to add.

mod place;
mod script;

use super::output::to_stdout;
use super::{Console, Outcome};
use anyhow::{Context as _, bail};
use place::Place;
use std::fs;
use std::path::{Path, PathBuf};

pub use script::Kind;

/// What the name of a hook that ours replaced ends with.
const BEFORE: &str = ".before-keyward";
/// What the name ends with of one of ours that somebody had written into.
const EDITED: &str = ".edited-keyward";

/// What is at the place of a hook.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Absent,
    Ours,
    Foreign,
}

/// Installs hooks; `kinds` empty means pre-commit. With `global`, for all repositories of this user.
///
/// # Errors
/// Where there is no repository, another tool manages its hooks, or a file cannot be written.
pub fn install(kinds: &[Kind], global: bool, console: &mut Console<'_>) -> anyhow::Result<Outcome> {
    let kinds = if kinds.is_empty() { &[Kind::PreCommit][..] } else { kinds };
    if !global && let Some(manager) = place::manager()? {
        let missing: Vec<Kind> = kinds.iter().copied().filter(|kind| !manager.has(*kind)).collect();
        if missing.is_empty() {
            return say(console, &[format!("{} runs keyward already", manager.name)]);
        }
        let lines: Vec<String> = missing.iter().map(|kind| manager.advice(*kind)).collect();
        bail!("{} manages the hooks of this repository: {}", manager.name, lines.join("; "));
    }
    let place = if global { Place::global(true)? } else { own_place()? };
    fs::create_dir_all(&place.hooks).with_context(|| format!("{}: cannot make the directory of hooks", place.hooks.display()))?;
    let binary = std::env::current_exe().context("cannot tell where this program is")?;
    let mut lines = Vec::new();
    for kind in kinds {
        lines.push(install_one(&place, kind.name(), &script::check(*kind, &binary, place.is_global))?);
    }
    if place.is_made_here {
        // A directory for all repositories hides the hooks of each; these pass everything on to them.
        for name in script::FORWARDED.iter().filter(|name| state(&place.hooks.join(name)) == State::Absent) {
            write(&place.hooks.join(name), &script::forward(name))?;
        }
        place.register()?;
    }
    say(console, &lines)
}

/// Takes our hooks away and puts back what was there before. `kinds` empty means all.
///
/// # Errors
/// Where there is no repository or a file cannot be changed.
pub fn uninstall(kinds: &[Kind], global: bool, console: &mut Console<'_>) -> anyhow::Result<Outcome> {
    let place = if global { Place::global(false)? } else { own_place()? };
    let all = kinds.is_empty();
    let kinds = if all { &Kind::ALL[..] } else { kinds };
    let mut lines = Vec::new();
    for kind in kinds {
        let hook = place.hooks.join(kind.name());
        lines.push(uninstall_one(&hook)?);
        if place.is_made_here && !all && state(&hook) == State::Absent {
            write(&hook, &script::forward(kind.name()))?;
        }
    }
    if place.is_made_here && all {
        for name in script::FORWARDED {
            let hook = place.hooks.join(name);
            if state(&hook) == State::Ours {
                let edited = keep_edited(&hook, name)?;
                lines.extend((!edited.is_empty()).then(|| format!("{name}: removed{edited}")));
                fs::remove_file(&hook).with_context(|| format!("{}: cannot remove it", hook.display()))?;
            }
        }
        place.unregister()?;
    }
    say(console, &lines)
}

/// Says which hooks run keyward.
///
/// # Errors
/// Where there is no repository.
pub fn status(global: bool, console: &mut Console<'_>) -> anyhow::Result<Outcome> {
    let mut lines = Vec::new();
    if !global && let Some(manager) = place::manager()? {
        for kind in Kind::ALL {
            let words = if manager.has(kind) { "runs keyward".to_owned() } else { manager.advice(kind) };
            lines.push(format!("{}: managed by {}: {words}", kind.name(), manager.name));
        }
        return say(console, &lines);
    }
    let place = if global { Place::global(false)? } else { Place::of_repository()? };
    for kind in Kind::ALL {
        let hook = place.hooks.join(kind.name());
        let words = match state(&hook) {
            State::Ours if !script::is_check(&fs::read(&hook)?) => {
                format!("not installed (`keyward hook install --{} --global`)", kind.name())
            }
            State::Ours if before(&hook).exists() => "installed, runs the hook that was there first".to_owned(),
            State::Ours => "installed".to_owned(),
            State::Foreign => format!("not installed (another hook is there; `keyward hook install --{}` keeps it)", kind.name()),
            State::Absent => format!("not installed (`keyward hook install --{}`)", kind.name()),
        };
        lines.push(format!("{}: {words}", kind.name()));
    }
    lines.push(format!("hooks are in {}", place.hooks.display()));
    say(console, &lines)
}

/// The hooks of the repository, unless those of all repositories stand in their place.
fn own_place() -> anyhow::Result<Place> {
    let place = Place::of_repository()?;
    if place.is_global {
        bail!("{}: `core.hooksPath` of this user is for all repositories, this one included; add --global", place.hooks.display());
    }
    Ok(place)
}

fn install_one(place: &Place, name: &str, script: &[u8]) -> anyhow::Result<String> {
    let hook = place.hooks.join(name);
    let (state, kept) = (state(&hook), before(&hook));
    if state == State::Foreign {
        if fs::symlink_metadata(&kept).is_ok() {
            bail!(
                "{} was replaced by another tool, and {} is what was there before keyward; remove one of them",
                hook.display(),
                kept.display()
            );
        }
        fs::rename(&hook, &kept).with_context(|| format!("{}: cannot move the hook that is there aside", hook.display()))?;
    }
    let edited = keep_edited(&hook, name)?;
    if let Err(error) = write(&hook, script) {
        if state == State::Foreign {
            fs::rename(&kept, &hook).with_context(|| format!("{}: cannot put the hook back", kept.display()))?;
        }
        return Err(error);
    }
    let chained = if kept.exists() { format!("; runs {} first", kept.display()) } else { String::new() };
    Ok(format!("{name}: installed in {}{chained}{edited}", hook.display()))
}

fn uninstall_one(hook: &Path) -> anyhow::Result<String> {
    let name = hook.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let kept = before(hook);
    let is_kept = fs::symlink_metadata(&kept).is_ok();
    let edited = keep_edited(hook, &name)?;
    match state(hook) {
        State::Foreign => return Ok(format!("{name}: not ours, left as it is")),
        State::Absent if !is_kept => return Ok(format!("{name}: was not installed")),
        _ if is_kept => {
            // In one step, so that at no time there is no hook.
            fs::rename(&kept, hook).with_context(|| format!("{}: cannot put the hook back", kept.display()))?;
            return Ok(format!("{name}: removed; the hook that was there before is back{edited}"));
        }
        _ => fs::remove_file(hook).with_context(|| format!("{}: cannot remove it", hook.display()))?,
    }
    Ok(format!("{name}: removed{edited}"))
}

/// Copies a hook of ours that somebody has written into to where it is kept; says so, to be put behind a sentence.
fn keep_edited(hook: &Path, name: &str) -> anyhow::Result<String> {
    let Ok(script) = fs::read(hook) else { return Ok(String::new()) };
    if !script::is_ours(&script) || script::is_as_made(&script, name) {
        return Ok(String::new());
    }
    let kept = beside(hook, EDITED);
    fs::write(&kept, script).with_context(|| format!("{}: cannot keep what was written into the hook", kept.display()))?;
    Ok(format!("; it was not as keyward made it, and is kept as {}", kept.display()))
}

/// Whose hook is at a path. A link that leads nowhere is somebody's.
fn state(hook: &Path) -> State {
    match fs::read(hook) {
        Ok(bytes) if script::is_ours(&bytes) => State::Ours,
        Ok(_) => State::Foreign,
        Err(_) if fs::symlink_metadata(hook).is_ok() => State::Foreign,
        Err(_) => State::Absent,
    }
}

fn before(hook: &Path) -> PathBuf {
    beside(hook, BEFORE)
}

/// The path whose name has `ending` besides.
fn beside(hook: &Path, ending: &str) -> PathBuf {
    let mut name = hook.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

/// Writes a hook in one step, so that git never runs half of one.
fn write(hook: &Path, script: &[u8]) -> anyhow::Result<()> {
    let temporary = beside(hook, ".keyward-new");
    fs::write(&temporary, script)
        .and_then(|()| make_executable(&temporary))
        .and_then(|()| fs::rename(&temporary, hook))
        .with_context(|| format!("{}: cannot write the hook", hook.display()))
}

#[cfg(unix)]
fn make_executable(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, fs::Permissions::from_mode(0o755))
}

/// Elsewhere git runs every hook.
#[cfg(not(unix))]
fn make_executable(_path: &Path) -> std::io::Result<()> {
    Ok(())
}

fn say(console: &mut Console<'_>, lines: &[String]) -> anyhow::Result<Outcome> {
    to_stdout(console.stdout, |out| lines.iter().try_for_each(|line| writeln!(out, "{}", crate::text::sanitize::sanitize(line))))?;
    Ok(Outcome::Clean)
}
