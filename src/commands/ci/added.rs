//! The suppressions that a change adds to files. They are not in force in its own check, which reads the files of the
//! base, but will be once the change is in; whoever reviews it has to see them.

use crate::commands::suppressions::cut;
use crate::config::allow::Allow;
use crate::config::diagnostic::Source;
use crate::config::ignore_file::NAME as IGNORE_FILE;
use crate::config::read::read;
use crate::config::{Partial, Provenance, Sourced, discover, files};
use crate::findings::baseline::{MOST_BYTES as MOST_BASELINE_BYTES, NAME as BASELINE};
use crate::sources::history::Snapshot;
use std::collections::BTreeSet;
use std::path::Path;

/// A line for each suppression that `head` has and `base` has not: of ignore file and baseline at the top of the
/// repository, which are the only ones that count, and of every configuration.
///
/// # Errors
/// Where one of the revisions is not known.
pub(super) fn notes(repo: &Path, base: &str, head: &str) -> anyhow::Result<Vec<String>> {
    let (base, head) = (Snapshot::open(repo, base)?, Snapshot::open(repo, head)?);
    let both = |path: &str, limit: u64| {
        // A file that is too large, or none, stops the scan that it is meant for; here it is only compared.
        let text =
            |snapshot: &Snapshot| snapshot.read(path, limit).ok().flatten().map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        (text(&base).unwrap_or_default(), text(&head).unwrap_or_default())
    };
    let mut notes = Vec::new();
    for (name, limit, what) in [(IGNORE_FILE, files::MOST_BYTES, "leaves paths out"), (BASELINE, MOST_BASELINE_BYTES, "accepts a finding")]
    {
        let (before, after) = both(name, limit);
        notes.extend(cut(added_lines(&before, &after).map(|(line, text)| note(&format!("{name}:{line}"), what, text)).collect()));
    }
    // A configuration below the top counts for scans that begin there.
    let mut settings = Vec::new();
    for path in head.changed(&base, &discover::NAMES)? {
        let (before, after) = both(&path, files::MOST_BYTES);
        settings.extend(added_settings(&path, &before, &after));
    }
    notes.extend(cut(settings));
    if !notes.is_empty() {
        notes.push("these suppressions count once they are in the base; this check goes by those that are there".to_owned());
    }
    Ok(notes)
}

fn note(place: &str, what: &str, text: &str) -> String {
    format!("the change adds a suppression: {place} {what}: {text}")
}

/// Lines that say something and stood nowhere before, with their numbers.
fn added_lines<'t>(before: &'t str, after: &'t str) -> impl Iterator<Item = (usize, &'t str)> {
    let known: BTreeSet<&str> = before.lines().map(str::trim).collect();
    let said = after.lines().map(str::trim).enumerate().filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
    said.filter(move |(_, line)| !known.contains(line)).map(|(at, line)| (at + 1, line))
}

/// Settings that find less, or may.
fn added_settings(name: &str, before: &str, after: &str) -> Vec<String> {
    let (before, after) = (read(&Source::new(name, before)).0, read(&Source::new(name, after)).0);
    let known: BTreeSet<String> = settings(&before).into_iter().map(|one| one.what.to_owned() + &text(one.from)).collect();
    let new = settings(&after).into_iter().filter(|one| !known.contains(&(one.what.to_owned() + &text(one.from))));
    new.map(|one| note(&one.from.to_string(), one.what, &one.shown.unwrap_or_else(|| text(one.from)))).collect()
}

/// A setting by which less is found, or may be.
struct Setting<'p> {
    from: &'p Provenance,
    what: &'static str,
    /// What is shown of it instead of its text.
    shown: Option<String>,
}

fn settings(partial: &Partial) -> Vec<Setting<'_>> {
    let mut all: Vec<(&Provenance, &'static str)> = Vec::new();
    all.extend(partial.exclude.iter().map(|one| (&one.from, "leaves paths out")));
    all.extend(partial.selection.iter().filter(|step| !step.value.on).map(|step| (&step.from, "switches rules off")));
    all.extend(of(partial.min_severity.as_ref(), |_| true).map(|from| (from, "sets `min-severity`")));
    all.extend(of(partial.min_confidence.as_ref(), |_| true).map(|from| (from, "sets `min-confidence`")));
    all.extend(of(partial.max_size.as_ref(), |_| true).map(|from| (from, "sets `max-size`")));
    all.extend(of(partial.hidden.as_ref(), |scanned| !scanned).map(|from| (from, "leaves hidden files out")));
    let mut settings: Vec<Setting<'_>> =
        partial.allow.iter().map(|one| Setting { from: &one.from, what: "accepts findings", shown: values(&one.value) }).collect();
    settings.extend(all.into_iter().map(|(from, what)| Setting { from, what, shown: None }));
    settings
}

/// What is said of an entry that names values: they may be the secrets, and are not for a build log.
fn values(allow: &Allow) -> Option<String> {
    let counts = [(allow.stopwords.len(), "by stopwords"), (allow.regex.len(), "by regexes of values")];
    let said: Vec<&str> = counts.iter().filter(|(count, _)| *count > 0).map(|(_, what)| *what).collect();
    (!said.is_empty()).then(|| said.join(" and "))
}

/// Where a value came from, if it is one that counts.
fn of<T>(value: Option<&Sourced<T>>, counts: impl Fn(&T) -> bool) -> Option<&Provenance> {
    value.filter(|value| counts(&value.value)).map(|value| &value.from)
}

/// The text of a value on one line.
fn text(from: &Provenance) -> String {
    match from {
        Provenance::File { source, span } => source.text()[span.clone()].split_whitespace().collect::<Vec<_>>().join(" "),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::{added_lines, added_settings};

    #[test]
    fn lines_that_only_moved_are_not_added() {
        let added: Vec<_> = added_lines("# c\na\nb\n", "b\n\n# d\n a\nnew\n").collect();
        assert_eq!(added, [(5, "new")]);
    }

    #[test]
    fn settings_that_find_less_are_told_and_others_are_not() {
        let before = "exclude: [x]\nallow:\n  - paths: a\n";
        let after = "min-severity: high\nrules: {enable: [jwt], disable: [age]}\nexclude: [x, y]\nhidden: true\nallow:\n  - paths: a\n  - regex: b\n    reason: c\n";
        let notes = added_settings("f", before, after);
        let expected = [
            "f:7 accepts findings: by regexes of values",
            "f:3 leaves paths out: y",
            "f:2 switches rules off: age",
            "f:1 sets `min-severity`: high",
        ];
        assert_eq!(notes, expected.map(|text| format!("the change adds a suppression: {text}")));
        assert!(added_settings("f", after, after).is_empty());
    }
}
