//! `keyward scan`: files, directories, standard input.

use super::{Console, Outcome, Session};
use crate::pipeline::{Attributions, Places};
use crate::sources::walk::{Exclude, WalkOptions, walk};
use crate::sources::{self, SourceError, stdin};
use crate::text::path::display_os;
use std::io::Read;
use std::path::{Path, PathBuf};

/// What to scan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// Files and directories.
    Paths(Vec<PathBuf>),
    /// Standard input, reported under this name.
    Stdin(String),
    /// What a diff in this file adds; `-` is standard input.
    Diff(PathBuf),
}

/// Scans what the user named.
///
/// # Errors
/// Where a path is not there, standard input cannot be read, or a report cannot be written.
pub fn run(session: Session, input: Input, follow_links: bool, stdin: &mut dyn Read, console: &mut Console<'_>) -> anyhow::Result<Outcome> {
    let max_size = session.config.max_size.value.limit();
    match input {
        Input::Stdin(name) => {
            session.run("stdin", console, |pipeline| Ok((stdin::scan(&name, stdin, max_size, pipeline)?, Attributions::new())))
        }
        Input::Diff(file) => diff(session, &file, stdin, console),
        Input::Paths(paths) => {
            let options = options(&session, paths, follow_links);
            session.run("tree", console, |pipeline| Ok((walk(&options, pipeline)?, Attributions::new())))
        }
    }
}

/// Scans what a diff adds. Its paths are those of the repository, as git writes them.
fn diff(session: Session, file: &Path, stdin: &mut dyn Read, console: &mut Console<'_>) -> anyhow::Result<Outcome> {
    let max_size = session.config.max_size.value.limit();
    let name = if file == Path::new("-") { "<stdin>".to_owned() } else { display_os(file).into_owned() };
    let mut opened;
    let input: &mut dyn Read = if file == Path::new("-") {
        stdin
    } else {
        opened = std::fs::File::open(file).map_err(|error| SourceError::Path { path: name.clone(), error })?;
        &mut opened
    };
    let top = session.places.repository.clone().unwrap_or_else(|| session.places.cwd.clone());
    session.run("diff", console, |pipeline| Ok((sources::diff::scan(&name, input, top, max_size, pipeline)?, Attributions::new())))
}

/// How files and directories are walked.
pub(super) fn options(session: &Session, paths: Vec<PathBuf>, follow_links: bool) -> WalkOptions {
    WalkOptions {
        paths,
        respect_ignore: session.config.ignore_files.value,
        hidden: session.config.hidden.value,
        max_size: session.config.max_size.value.limit(),
        threads: session.threads,
        follow_links,
        exclude: exclude(session),
    }
}

/// The patterns of the configuration and of the ignore file, applied to reported paths, which are relative to the working directory.
fn exclude(session: &Session) -> Option<Exclude> {
    let (globs, places, ignored) = (session.config.excluded.clone(), session.places.clone(), session.ignored.clone());
    if globs.is_empty() && ignored.is_none() {
        return None;
    }
    let is_ignored = move |places: &Places, path: &str| {
        ignored.as_ref().is_some_and(|file| places.disk_below(file.root(), path).is_some_and(|path| file.is_match(&path)))
    };
    Some(Exclude::new(move |path| globs.is_match(&places.configured_path(path)) || is_ignored(&places, path)))
}
