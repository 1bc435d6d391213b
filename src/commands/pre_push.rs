//! `keyward pre-push`: what a push is about to publish, as git's hook of that name is told.
//!
//! Git writes a line `<local ref> <local id> <remote ref> <remote id>` for each reference that is pushed. What the
//! remote has already is left out: what those ids lead to, and what its tracking branches do where they can be trusted.

use super::{Console, Outcome, Session};
use crate::pipeline::Attributions;
use crate::report::Gate;
use crate::sources::git::{GitEnvironment, References, Remotes, Repository};
use crate::sources::history::HistoryOptions;
use anyhow::{Context as _, bail};
use std::collections::HashSet;
use std::io::{BufRead, Read as _};

/// The most that is read of git's list: several thousand references, in bytes.
pub(super) const MOST_INPUT: u64 = 64 << 20;

/// One reference that is pushed.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Push {
    /// What it will be at; zeros where it is deleted.
    local: String,
    /// What the remote has there; zeros where it is new.
    remote: String,
    /// What it is called there.
    name: String,
}

/// Scans what the references that `input` lists would publish. `options` names the repository, and in `not_in` the
/// remote where git said which; `url` is where the push goes.
///
/// # Errors
/// Where a line is not git's, there is no repository, an id is not known, or a report cannot be written.
pub fn run(
    mut session: Session,
    options: HistoryOptions,
    url: Option<&str>,
    input: &mut dyn BufRead,
    console: &mut Console<'_>,
) -> anyhow::Result<Outcome> {
    session.gate = Gate::Push;
    // Where there is none, nothing on standard input would pass for nothing to publish.
    let repository = Repository::open(&options.repo, &GitEnvironment::of_process()?)?;
    let pushes = read(input)?;
    let published: Vec<&Push> = pushes.iter().filter(|push| !is_zero(&push.local)).collect();
    if published.is_empty() {
        let what = if pushes.is_empty() { "git named no reference that is pushed" } else { "only deletions are pushed" };
        log::warn!("{what}, so nothing was scanned");
        // The report is written nevertheless: who asked for a file expects one.
        return session.run("history", console, |_| Ok((nothing(), Attributions::new())));
    }
    let range = range(&repository, &published);
    let names = published.iter().filter(|push| is_zero(&push.remote)).map(|push| push.name.clone()).collect();
    let remote = tracked(&repository, options.not_in.as_deref(), url, &published);
    let is_new = |push: &&Push| is_zero(&push.remote) || !is_here(&repository, &push.remote);
    if let Err(why) = &remote
        && published.iter().any(is_new)
    {
        log::warn!("{}: everything counts as new to it", crate::text::sanitize::sanitize(why));
    }
    super::history::run(session, &HistoryOptions { range: Some(range), not_in: remote.ok(), names, ..options }, console)
}

/// Coverage of a push that publishes nothing.
fn nothing() -> crate::sources::Coverage {
    crate::sources::Coverage { scope: "push".to_owned(), ..Default::default() }
}

/// What is pushed, without what the remote has at the same places. Ids that are not in this clone exclude nothing.
fn range(repository: &Repository, published: &[&Push]) -> String {
    let known = published.iter().filter(|push| !is_zero(&push.remote) && is_here(repository, &push.remote));
    let words = published.iter().map(|push| push.local.clone()).chain(known.map(|push| format!("^{}", push.remote)));
    // Many branches may be at one commit.
    let mut seen = HashSet::new();
    let words: Vec<String> = words.filter(|word| seen.insert(word.clone())).collect();
    words.join(" ")
}

/// The remote whose tracking branches tell what there is where the push goes; or why there is none.
///
/// Git gives the URL instead of a name where that was given to it. What was fetched from one place says nothing of another
/// one that the remote is pushed to, and nothing of the same one where that says otherwise itself.
fn tracked(repository: &Repository, given: Option<&str>, url: Option<&str>, published: &[&Push]) -> Result<String, String> {
    let nothing = || "nothing is known of what the remote has".to_owned();
    let (Some(given), Some(remotes)) = (given, Remotes::read(repository)) else { return Err(nothing()) };
    let by_name = remotes.push_urls(given);
    let targets = match url {
        Some(url) => vec![url.to_owned()],
        None if by_name.is_empty() => vec![given.to_owned()],
        None => by_name.clone(),
    };
    let fetched: Vec<Vec<String>> = targets.iter().map(|target| remotes.fetched_from(target)).collect();
    let mut names = fetched[0].clone();
    names.retain(|name| fetched.iter().all(|others| others.contains(name)) && is_tracked(repository, name));
    // Several may be fetched from there.
    names.sort_by_key(|name| name != given);
    let Some(name) = names.into_iter().next() else {
        let is_named = !by_name.is_empty() && is_tracked(repository, given);
        return Err(if is_named { format!("{given} is pushed to another URL than it is fetched from") } else { nothing() });
    };
    let references = repository.references(None).map_err(|_| nothing())?;
    if published.iter().any(|push| is_contradicted(repository, &references, &name, push)) {
        let remedy = format!("to tell it what the remote has, run `git fetch --prune {name}` first");
        return Err(format!("the remote has other branches than the last fetch from {name} left here ({remedy})"));
    }
    Ok(name)
}

/// Whether a branch of the remote is not where its tracking branch is, or at something that is not in the clone.
fn is_contradicted(repository: &Repository, references: &References, remote: &str, push: &Push) -> bool {
    let Some(branch) = push.name.strip_prefix("refs/heads/") else { return false };
    match references.resolve(&format!("refs/remotes/{remote}/{branch}")) {
        Ok(Some(id)) => gix::ObjectId::from_hex(push.remote.as_bytes()).ok() != Some(id),
        Ok(None) => !is_zero(&push.remote) && !is_here(repository, &push.remote),
        Err(_) => true,
    }
}

/// Whether an object is in the clone.
fn is_here(repository: &Repository, id: &str) -> bool {
    let reader = repository.objects().reader(0);
    gix::ObjectId::from_hex(id.as_bytes()).is_ok_and(|id| reader.header(&id).is_ok())
}

/// Whether something is known of what a remote has.
fn is_tracked(repository: &Repository, remote: &str) -> bool {
    let references = repository.references(None).map_err(|error| error.to_string());
    references.and_then(|references| references.below(&format!("refs/remotes/{remote}/"))).is_ok_and(|found| !found.is_empty())
}

/// Reads git's list.
fn read(input: &mut dyn BufRead) -> anyhow::Result<Vec<Push>> {
    let mut bytes = Vec::new();
    input.take(MOST_INPUT).read_to_end(&mut bytes).context("cannot read what is pushed from standard input")?;
    let text = String::from_utf8_lossy(&bytes);
    text.lines().filter(|line| !line.trim().is_empty()).map(parse).collect()
}

/// Reads one line. A local "reference" may be any expression, spaces included (`HEAD@{1 day ago}`), so fields are counted from the end.
fn parse(line: &str) -> anyhow::Result<Push> {
    let mut fields = line.trim().rsplitn(4, ' ');
    match (fields.next(), fields.next(), fields.next(), fields.next()) {
        (Some(remote), Some(name), Some(local), Some(_)) if is_id(local) && is_id(remote) => {
            Ok(Push { local: local.to_owned(), remote: remote.to_owned(), name: name.to_owned() })
        }
        _ => bail!(
            "standard input is not what git gives a pre-push hook (`<local ref> <local id> <remote ref> <remote id>`); to scan what a push would publish, run `keyward history --not-in origin`"
        ),
    }
}

/// Whether a word is the id of an object.
pub(super) fn is_id(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Whether an id stands for nothing.
pub(super) fn is_zero(id: &str) -> bool {
    id.bytes().all(|byte| byte == b'0')
}

#[cfg(test)]
mod tests {
    use super::{Push, read};

    fn pushes(text: &str) -> anyhow::Result<Vec<Push>> {
        read(&mut text.as_bytes())
    }

    fn push(local: &str, remote: &str, name: &str) -> Push {
        Push { local: local.to_owned(), remote: remote.to_owned(), name: name.to_owned() }
    }

    #[test]
    fn lines_are_read_as_git_writes_them() {
        let (a, b) = ("1".repeat(40), "0".repeat(40));
        let read = pushes(&format!("refs/heads/main {a} refs/heads/main {b}\n\n(delete) {b} refs/heads/old {a}\n")).unwrap();
        assert_eq!(read, [push(&a, &b, "refs/heads/main"), push(&b, &a, "refs/heads/old")]);
    }

    #[test]
    fn a_local_name_may_hold_spaces_and_ids_may_be_sha256() {
        let (a, b) = ("1".repeat(64), "2".repeat(64));
        assert_eq!(pushes(&format!("HEAD@{{1 day ago}} {a} refs/heads/x {b}")).unwrap(), [push(&a, &b, "refs/heads/x")]);
    }

    #[test]
    fn another_input_is_an_error() {
        for text in ["refs/heads/main\n", "a b c d\n", "one line of text\n"] {
            assert!(pushes(text).unwrap_err().to_string().contains("keyward history --not-in origin"), "{text}");
        }
    }
}
