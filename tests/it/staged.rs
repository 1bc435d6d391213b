//! `staged`: what `git commit` would record, and what of it is new. Git itself is the reference.

#[cfg(unix)]
mod as_hook;
mod changes;
mod faults;
mod indexes;

use std::path::Path;

use keyward::sources::git::GitEnvironment;
use keyward::sources::staged::{StagedOptions, scan_in};
use keyward::sources::{Coverage, SourceError};

use crate::support::repo::Repo;
use crate::support::sink::Recorder;

fn try_scan(
    dir: &Path,
    environment: &GitEnvironment,
    change: impl FnOnce(&mut StagedOptions),
) -> Result<(Recorder, Coverage), SourceError> {
    let mut options = StagedOptions { dir: dir.to_owned(), ..StagedOptions::default() };
    change(&mut options);
    let sink = Recorder::default();
    let coverage = scan_in(&options, environment, &sink)?;
    Ok((sink, coverage))
}

fn scan(repo: &Repo) -> (Recorder, Coverage) {
    try_scan(repo.dir(), &GitEnvironment::none(repo.dir()), |_| {}).unwrap()
}

/// Path, content, previous content of everything that is staged.
fn files(repo: &Repo) -> Vec<(String, String, String)> {
    let (sink, coverage) = scan(repo);
    assert_eq!(sink.skips(), []);
    assert_eq!(coverage.blobs, sink.blobs().len() as u64);
    sink.files()
}

fn file(path: &str, content: &str, previous: &str) -> (String, String, String) {
    (path.to_owned(), content.to_owned(), previous.to_owned())
}

/// The differential test: what git says is added or modified, with the bytes that git has.
fn assert_same_as_git(repo: &Repo) {
    let (sink, _) = scan(repo);
    let names = repo.git(&["diff", "--cached", "--no-renames", "--name-only", "--diff-filter=AMT", "-z"]);
    let mut expected: Vec<(String, String)> = Vec::new();
    for path in names.split('\0').filter(|path| !path.is_empty()) {
        let output = repo.try_git(repo.dir(), &["cat-file", "blob", &format!(":{path}")], &[]);
        expected.push((path.to_owned(), String::from_utf8_lossy(&output.stdout).into_owned()));
    }
    expected.sort();
    let scanned: Vec<(String, String)> = sink.files().into_iter().map(|(path, content, _)| (path, content)).collect();
    assert_eq!(scanned, expected);
}

/// Lines that make two files similar or not.
fn lines(names: &[&str]) -> String {
    names.iter().flat_map(|name| ["a line about ", name, "\n"]).collect()
}

fn error(dir: &Path) -> String {
    try_scan(dir, &GitEnvironment::none(dir), |_| {}).unwrap_err().to_string()
}
