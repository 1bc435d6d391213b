//! `keyward pre-receive`: what a push brings to a server, as git's hook of that name is told.
//!
//! Git writes a line `<old id> <new id> <reference>` for each reference that is to change. Objects of the push lie in a
//! quarantine until the hook ends, and git's environment names it. What any reference of the repository leads to
//! already is not new. Whatever is not status 0 makes git refuse the push.

use super::pre_push::{MOST_INPUT, is_id, is_zero};
use super::{Console, Outcome, Session};
use crate::pipeline::Attributions;
use crate::report::Gate;
use crate::sources::git::{GitEnvironment, Repository, Target};
use crate::sources::history::HistoryOptions;
use anyhow::{Context as _, bail};
use std::io::{BufRead, Read as _};
use std::path::Path;
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::time::Duration;

/// What becomes of a push that could not be scanned in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Late {
    /// It is refused.
    Reject,
    /// It is let through, and the log says so.
    Accept,
}

/// One reference that is to change.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Change {
    /// What it is at; zeros where it is new.
    old: String,
    /// What it is to be at; zeros where it is deleted.
    new: String,
    name: String,
}

/// Reads git's list.
fn read(input: &mut dyn BufRead) -> anyhow::Result<Vec<Change>> {
    let mut bytes = Vec::new();
    input.take(MOST_INPUT).read_to_end(&mut bytes).context("cannot read what is pushed from standard input")?;
    let text = String::from_utf8_lossy(&bytes);
    text.lines().filter(|line| !line.trim().is_empty()).map(parse).collect()
}

/// Reads one line.
fn parse(line: &str) -> anyhow::Result<Change> {
    let mut fields = line.trim_end_matches(['\r', '\n']).splitn(3, ' ');
    match (fields.next(), fields.next(), fields.next()) {
        (Some(old), Some(new), Some(name)) if is_id(old) && is_id(new) && !name.is_empty() => {
            Ok(Change { old: old.to_owned(), new: new.to_owned(), name: name.to_owned() })
        }
        _ => bail!(
            "standard input is not what git gives a pre-receive hook (`<old id> <new id> <reference>`); to scan a range by hand, run `keyward history --range A..B`"
        ),
    }
}

/// Scans what the references that `input` lists would bring. `options` names the repository. `check` says whether later
/// checks could go by a revision.
///
/// # Errors
/// Where a line is not git's, there is no repository, an id is not known, later checks would fail, or a report cannot be
/// written.
pub fn run(
    mut session: Session,
    options: HistoryOptions,
    input: &mut dyn BufRead,
    check: &dyn Fn(&str) -> anyhow::Result<()>,
    console: &mut Console<'_>,
) -> anyhow::Result<Outcome> {
    session.gate = Gate::Server;
    let named = read(input)?;
    let kept = || named.iter().filter(|change| !is_zero(&change.new));
    let ids: Vec<String> = kept().map(|change| change.new.clone()).collect();
    if ids.is_empty() {
        let what = if named.is_empty() { "git named no reference that is to change" } else { "references are only deleted" };
        log::warn!("{what}, so nothing was scanned");
        let coverage = crate::sources::Coverage { scope: "push".to_owned(), ..Default::default() };
        return session.run("history", console, |_| Ok((coverage, Attributions::new())));
    }
    let head = head_branch(&options.repo)?;
    if let Some(change) = kept().find(|change| head.as_ref() == Some(&change.name)) {
        check(&change.new).context("with this push every later one would be refused")?;
    }
    // What the push brings, and not what is there, says whether a file was renamed.
    session.look_up_in(&options.repo, &ids)?;
    let names = kept().filter(|change| is_zero(&change.old)).map(|change| change.name.clone()).collect();
    super::history::run(session, &HistoryOptions { range: Some(ids.join(" ")), not_known: true, names, ..options }, console)
}

/// The full name of the branch that HEAD is on.
fn head_branch(repo: &Path) -> anyhow::Result<Option<String>> {
    let repository = Repository::open(repo, &GitEnvironment::of_process()?)?;
    let head = repository.references(None)?.target("HEAD");
    Ok(head.ok().flatten().and_then(|target| match target {
        Target::Symbolic(name) => Some(name),
        Target::Object(_) => None,
    }))
}

/// Runs `work` for at most `limit`. What is over by then is left to end with the process.
///
/// # Errors
/// Those of `work`.
pub fn within(limit: Duration, late: Late, work: impl FnOnce() -> anyhow::Result<Outcome> + Send + 'static) -> anyhow::Result<Outcome> {
    let (done, result) = sync_channel(1);
    std::thread::spawn(move || {
        // Nobody listens any more where it took too long.
        let _ = done.send(work());
    });
    match (result.recv_timeout(limit), late) {
        (Ok(outcome), _) => outcome,
        (Err(RecvTimeoutError::Disconnected), _) => bail!("the scan ended in an internal error; please report it with the message above"),
        (Err(RecvTimeoutError::Timeout), Late::Reject) => bail!(
            "the push could not be scanned within {} s, so it is refused; push it in smaller parts, or ask for a higher --timeout",
            limit.as_secs()
        ),
        (Err(RecvTimeoutError::Timeout), Late::Accept) => {
            log::warn!("the push could not be scanned within {} s and is accepted without (--on-timeout accept)", limit.as_secs());
            Ok(Outcome::Clean)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Change, Late, read, within};
    use crate::commands::Outcome;
    use std::time::Duration;

    #[test]
    fn the_list_is_read() {
        let (one, two, zero) = ("1".repeat(40), "2".repeat(64), "0".repeat(40));
        let text = format!("{zero} {one} refs/heads/a b\n{one} {zero} refs/heads/gone\n\n{one} {two} refs/tags/v1\r\n");
        let change = |old: &str, new: &str, name: &str| Change { old: old.to_owned(), new: new.to_owned(), name: name.to_owned() };
        let expected = [change(&zero, &one, "refs/heads/a b"), change(&one, &zero, "refs/heads/gone"), change(&one, &two, "refs/tags/v1")];
        assert_eq!(read(&mut text.as_bytes()).expect("git's form"), expected);
    }

    #[test]
    fn another_input_is_an_error() {
        for text in ["refs/heads/main\n", "a b c\n", &format!("{0} {0}\n", "1".repeat(40))] {
            assert!(read(&mut text.as_bytes()).expect_err(text).to_string().contains("pre-receive"));
        }
    }

    #[test]
    fn what_takes_too_long_is_refused_or_let_through() {
        let slow = || {
            std::thread::sleep(Duration::from_secs(30));
            Ok(Outcome::Findings)
        };
        let limit = Duration::from_millis(10);
        assert!(within(limit, Late::Reject, slow).expect_err("late").to_string().contains("refused"));
        assert_eq!(within(limit, Late::Accept, slow).expect("let through"), Outcome::Clean);
        assert_eq!(within(Duration::from_secs(30), Late::Reject, || Ok(Outcome::Findings)).expect("in time"), Outcome::Findings);
    }
}
