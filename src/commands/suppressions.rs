//! What every scan says of suppressions besides the findings that they hide: those that nothing needs any more, and
//! those that a change brings along.

use super::Session;
use super::session::Scanned;
use crate::config::select;
use crate::findings::unheeded::Unheeded;
use std::collections::BTreeSet;

/// How many of each kind are named.
const MOST: usize = 30;

/// Adds the notes to a scan's coverage.
pub(super) fn note(session: &Session, scanned: &mut Scanned) {
    let mut notes = session.notes.clone();
    if session.is_change {
        let new = scanned.results.comments.iter().filter(|(_, comment)| comment.is_new);
        let line = |path: &str, line: usize, marker: &str, is_used: bool| {
            let what = if is_used { "accepts what stands beside it" } else { "accepts nothing yet" };
            format!("the change adds a suppression: {path}:{line}: the comment `{marker}` {what}")
        };
        notes.extend(cut(new.map(|(path, comment)| line(path, comment.line, comment.marker, comment.is_used)).collect()));
    }
    notes.extend(cut(misspelled(session, &scanned.results.unheeded)));
    // What was not scanned may still need what seems unused.
    let is_complete = !scanned.results.skips.iter().any(|skip| skip.reason.is_incomplete());
    if is_complete {
        notes.extend(if session.output.report_suppressed { unused(session, scanned) } else { unused_baseline(session, scanned) });
    }
    scanned.results.coverage.notes.extend(notes);
}

/// A line for each comment beside a finding that would accept it if its rule were named right.
fn misspelled(session: &Session, comments: &[(String, Unheeded)]) -> Vec<String> {
    /// Each name is compared with those of all rules.
    const MOST_COMPARED: usize = 100;
    let comments: BTreeSet<&(String, Unheeded)> = comments.iter().collect();
    let notes = comments.into_iter().take(MOST_COMPARED).flat_map(|(path, comment)| {
        let Unheeded { line, marker, names, behind } = comment;
        let unknown = names.iter().filter_map(|name| select::check(name, &session.config.rules).err());
        let unknown = unknown.map(|(what, help)| format!("{what}; {help}"));
        let parted = behind.iter().map(|name| format!("names are parted by commas, so `{name}` is none"));
        let notes: Vec<String> = unknown.chain(parted).map(|what| format!("{path}:{line}: the comment `{marker}`: {what}")).collect();
        notes
    });
    notes.collect()
}

/// One line about baseline entries that nothing matches.
fn unused_baseline(session: &Session, scanned: &Scanned) -> Vec<String> {
    let count = scanned.unused.len();
    let baseline = session.baseline.as_ref().filter(|_| count > 0);
    let (entries, match_) = if count == 1 { ("entry", "matches") } else { ("entries", "match") };
    let note = baseline.map(|baseline| {
        format!("{}: {count} {entries} {match_} nothing any more; `keyward baseline prune` drops what is unused", baseline.name())
    });
    note.into_iter().collect()
}

/// A line for everything that hid nothing.
fn unused(session: &Session, scanned: &Scanned) -> Vec<String> {
    let mut notes = cut(session.baseline.as_ref().map(|baseline| baseline.unused_lines(&scanned.unused)).unwrap_or_default());
    let is_scanned = |root: &std::path::Path| session.whole.iter().any(|whole| root.starts_with(whole));
    if is_scanned(&session.config.root) {
        let entries = scanned.unused_allow.iter();
        notes.extend(cut(entries.map(|place| format!("{place}: this `allow` entry suppressed nothing in this scan")).collect()));
    }
    if let Some(file) = session.ignored.as_ref().filter(|file| is_scanned(file.root())) {
        notes.extend(cut(file.unused().into_iter().map(|line| format!("{line} left nothing out in this scan")).collect()));
    }
    let idle = scanned.results.comments.iter().filter(|(_, comment)| !comment.is_used);
    let line = |path: &str, line: usize, marker: &str| format!("{path}:{line}: the comment `{marker}` accepts nothing in this scan");
    notes.extend(cut(idle.map(|(path, comment)| line(path, comment.line, comment.marker)).collect()));
    notes
}

/// The first of many lines, and how many there are besides.
pub(super) fn cut(mut lines: Vec<String>) -> Vec<String> {
    let more = lines.len().saturating_sub(MOST);
    lines.truncate(MOST);
    if more > 0 {
        lines.push(format!("… and {more} more of the same kind"));
    }
    lines
}

#[cfg(test)]
mod tests {
    #[test]
    fn long_lists_are_cut_and_counted() {
        let lines = |count: usize| super::cut((0..count).map(|at| at.to_string()).collect());
        assert_eq!((lines(30).len(), lines(33).len()), (30, 31));
        assert_eq!(lines(33)[30], "… and 3 more of the same kind");
    }
}
