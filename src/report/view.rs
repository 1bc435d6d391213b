//! L3: what reporters see of a report: findings and coverage with every secret redacted.
//!
//! Secrets are taken out of all text that comes from the repository, not only of excerpts: a file can be named
//! after a token, and a commit subject can hold one. Text is otherwise as it was; each format escapes it.

use super::{Gate, Report};
use crate::blob::SkipReason;
use crate::findings::location::{REFERENCE_PATH, is_no_file};
use crate::findings::redact::{Masker, redact};
use crate::findings::{Attribution, Fate, Finding, Part, Refs, Removal, RuleFacts, Secret, dedupe};
use crate::rules::{Confidence, Severity};
use crate::text::sanitize::sanitize;
use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

/// The longest message that is shown whole, in characters.
const MOST_OF_MESSAGE: usize = 500;

/// A report without secrets.
pub(super) struct View<'a> {
    /// Counted findings, in report order.
    pub(super) findings: Vec<Entry<'a>>,
    /// Indexes into `findings`: those of the same rule and secret together.
    pub(super) groups: Vec<Vec<usize>>,
    /// Suppressed findings, where they are reported.
    pub(super) suppressed: Vec<Entry<'a>>,
    pub(super) suppressed_count: usize,
    /// What was scanned, in words.
    pub(super) scope: String,
    pub(super) refs: u64,
    pub(super) commits: u64,
    pub(super) blobs: u64,
    pub(super) bytes: u64,
    /// Whether there was nothing to scan.
    pub(super) is_nothing: bool,
    pub(super) rules: usize,
    pub(super) complete: bool,
    pub(super) skips: Vec<Skipped>,
    pub(super) errors: Vec<String>,
    pub(super) notes: Vec<String>,
    pub(super) category: &'a str,
    pub(super) gate: Gate,
    pub(super) started: SystemTime,
    pub(super) elapsed: Duration,
}

/// A finding without its secret. Lines and columns are 1-based, ends exclusive.
pub(super) struct Entry<'a> {
    pub(super) rule: &'a RuleFacts,
    pub(super) severity: Severity,
    pub(super) confidence: Confidence,
    pub(super) path: String,
    pub(super) line: usize,
    pub(super) column: usize,
    pub(super) end_line: usize,
    pub(super) end_column: usize,
    /// The secret as it is shown.
    pub(super) secret: String,
    /// The line, already safe to print, and the columns of the secret in it.
    pub(super) excerpt: String,
    pub(super) excerpt_columns: (usize, usize),
    pub(super) fingerprint: &'a str,
    /// 1-based number among the findings of the same fingerprint.
    pub(super) ordinal: usize,
    /// What belongs to it and stands near.
    pub(super) parts: Vec<Piece>,
    /// Other places of the secret, at most [`dedupe::MOST_PLACES`].
    pub(super) also_at: Vec<Spot>,
    /// Number of all places of the secret, this one included.
    pub(super) places: usize,
    pub(super) history: Option<Attribution>,
    /// What suppressed it, and the reason given.
    pub(super) suppressed: Option<(&'static str, String)>,
}

/// A part of a secret. Lines and columns are 1-based, ends exclusive.
pub(super) struct Piece {
    pub(super) rule: String,
    pub(super) title: String,
    pub(super) line: usize,
    pub(super) column: usize,
    pub(super) end_line: usize,
    pub(super) end_column: usize,
    /// The value as it is shown.
    pub(super) secret: String,
}

/// A place.
pub(super) struct Spot {
    pub(super) path: String,
    pub(super) line: usize,
    pub(super) column: usize,
}

/// Something that was not scanned.
pub(super) struct Skipped {
    pub(super) what: String,
    pub(super) reason: SkipReason,
    pub(super) detail: String,
}

/// What takes the secrets of a report out of text.
pub(super) fn masker(report: &Report<'_>) -> Masker {
    let all = report.findings.iter().chain(report.suppressed);
    let found = all.flat_map(|finding| finding.parts.iter().map(|part| &part.secret).chain([&finding.secret]));
    Masker::new(found.chain(report.hidden).map(Secret::reveal))
}

/// A message without secrets, cut to a bounded length: it may quote a line of any. Messages are about files, so short secrets,
/// which are words of messages by chance, are let be as in paths.
pub(super) fn message(text: &str, masker: &Masker) -> String {
    let safe = masker.path(text);
    match safe.char_indices().nth(MOST_OF_MESSAGE) {
        Some((end, _)) => format!("{}…", &safe[..end]),
        None => safe.into_owned(),
    }
}

impl<'a> View<'a> {
    /// The view of a report, with secrets in clear where `clear` says so.
    pub(super) fn new(report: &Report<'a>, clear: bool) -> Self {
        let masker = if clear { Masker::none() } else { masker(report) };
        let groups = dedupe::group(report.findings);
        let mut findings = entries(report.findings, &masker, clear);
        for group in &groups {
            for &index in group {
                findings[index].places = group.len();
            }
        }
        let messages = |all: &[String]| all.iter().map(|one| message(one, &masker)).collect();
        let skipped = report.skips.iter().map(|skip| Skipped {
            what: masker.path(&skip.what).into_owned(),
            reason: skip.reason,
            detail: masker.path(&skip.detail).into_owned(),
        });
        View {
            findings,
            groups,
            suppressed: entries(report.suppressed, &masker, clear),
            suppressed_count: report.suppressed_count,
            scope: masker.path(&report.coverage.scope).into_owned(),
            refs: report.coverage.refs,
            commits: report.coverage.commits,
            blobs: report.coverage.blobs,
            bytes: report.coverage.bytes,
            is_nothing: report.coverage.is_nothing(),
            rules: report.rules,
            complete: report.is_complete(),
            skips: skipped.collect(),
            errors: messages(report.errors),
            notes: messages(&report.coverage.notes),
            category: report.category,
            gate: report.gate,
            started: report.started,
            elapsed: report.elapsed,
        }
    }

    /// Number of findings of each severity that occurs, the worst first.
    pub(super) fn by_severity(&self) -> Vec<(Severity, usize)> {
        let mut counts: BTreeMap<Severity, usize> = BTreeMap::new();
        for finding in &self.findings {
            *counts.entry(finding.severity).or_default() += 1;
        }
        counts.into_iter().rev().collect()
    }

    /// Number of files that hold findings.
    pub(super) fn files(&self) -> usize {
        let mut paths: Vec<&str> = self.findings.iter().map(|finding| finding.path.as_str()).collect();
        paths.sort_unstable();
        paths.dedup();
        paths.len()
    }

    /// Number of things that were not scanned, by reason.
    pub(super) fn skipped(&self) -> BTreeMap<SkipReason, usize> {
        let mut counts = BTreeMap::new();
        for skip in &self.skips {
            *counts.entry(skip.reason).or_default() += 1;
        }
        counts
    }
}

impl Entry<'_> {
    /// Whether there is a line to put a comment on: not where HEAD does not hold it there, nor in a name or a message.
    pub(super) fn has_line(&self) -> bool {
        self.history.as_ref().is_none_or(|history| history.at_head) && !is_no_file(&self.path)
    }

    /// Whether it is in the name of a branch, tag or other reference.
    pub(super) fn names_reference(&self) -> bool {
        self.path.ends_with(REFERENCE_PATH)
    }

    /// Where history stands with it; empty outside git.
    pub(super) fn state(&self) -> &'static str {
        match &self.history {
            None => "",
            Some(_) if self.names_reference() => "in no commit; delete the reference or give it another name, also where it was pushed",
            Some(history) if history.in_head => "still in HEAD",
            Some(history) if history.commit.is_empty() => "in no commit, but still in the object database",
            Some(_) => "only in history",
        }
    }

    /// The commit that brought it in, short; empty where there is none.
    pub(super) fn commit(&self) -> String {
        self.history.iter().flat_map(|history| history.commit.chars().take(10)).collect()
    }

    /// The day of that commit.
    pub(super) fn day(&self) -> String {
        self.history.iter().flat_map(|history| history.date.chars().take(10)).collect()
    }

    /// The commit that removed the secret.
    pub(super) fn removal(&self) -> Option<&Removal> {
        self.history.as_ref()?.fate.as_ref()?.removed.as_ref()
    }

    /// What leads to the secret, where that was looked up.
    pub(super) fn refs(&self) -> Option<&Refs> {
        self.history.as_ref()?.fate.as_ref()?.refs.as_ref()
    }
}

/// The findings without their secrets, numbered within each fingerprint.
fn entries<'a>(findings: &'a [Finding], masker: &Masker, clear: bool) -> Vec<Entry<'a>> {
    let mut seen: std::collections::HashMap<&str, usize> = std::collections::HashMap::new();
    findings
        .iter()
        .map(|finding| {
            let ordinal = seen.entry(&finding.fingerprint).or_default();
            *ordinal += 1;
            entry(finding, *ordinal, masker, clear)
        })
        .collect()
}

fn entry<'a>(finding: &'a Finding, ordinal: usize, masker: &Masker, clear: bool) -> Entry<'a> {
    let shown = |secret: &[u8]| if clear { String::from_utf8_lossy(secret).into_owned() } else { redact(secret) };
    let secret = shown(finding.secret.reveal());
    let (excerpt, excerpt_columns) = excerpt(finding, masker, clear.then_some(&secret));
    let at = &finding.location;
    let spots = finding.also_at.iter().map(|place| Spot {
        path: masker.path(&place.path).into_owned(),
        line: place.location.line,
        column: place.location.column,
    });
    Entry {
        rule: &finding.rule,
        severity: finding.severity,
        confidence: finding.confidence,
        path: masker.path(&finding.path).into_owned(),
        line: at.line,
        column: at.column,
        end_line: at.end_line,
        end_column: at.end_column,
        secret,
        excerpt,
        excerpt_columns,
        fingerprint: &finding.fingerprint,
        ordinal,
        parts: finding.parts.iter().map(|part| piece(part, shown(part.secret.reveal()))).collect(),
        also_at: spots.collect(),
        places: 1,
        history: finding.history.as_ref().map(|history| attribution(history, masker)),
        suppressed: finding.suppressed.as_ref().map(|why| (why.by, masker.text(&why.reason).into_owned())),
    }
}

/// The excerpt, in which known secrets that the line's own scan did not report are redacted too.
fn excerpt(finding: &Finding, masker: &Masker, clear: Option<&String>) -> (String, (usize, usize)) {
    let (first, behind) = finding.location.excerpt_columns;
    let byte = |column: usize| {
        let excerpt = &finding.location.excerpt;
        excerpt.char_indices().nth(column.saturating_sub(1)).map_or(excerpt.len(), |(at, _)| at)
    };
    let (start, end) = (byte(first), byte(behind.max(first)));
    let mut safe = masker.text(&finding.location.excerpt[..start]).into_owned();
    let first = safe.chars().count() + 1;
    match clear {
        Some(secret) => safe.push_str(&sanitize(secret.lines().next().unwrap_or_default())),
        None => safe.push_str(&finding.location.excerpt[start..end]),
    }
    let behind = safe.chars().count() + 1;
    safe.push_str(&masker.text(&finding.location.excerpt[end..]));
    (safe, (first, behind))
}

fn piece(part: &Part, secret: String) -> Piece {
    let at = &part.location;
    Piece {
        rule: part.rule.clone(),
        title: part.title.clone(),
        line: at.line,
        column: at.column,
        end_line: at.end_line,
        end_column: at.end_column,
        secret,
    }
}

fn attribution(history: &Attribution, masker: &Masker) -> Attribution {
    let text = |text: &String| masker.text(text).into_owned();
    Attribution {
        commit: history.commit.clone(),
        author: text(&history.author),
        email: text(&history.email),
        date: history.date.clone(),
        subject: text(&history.subject),
        in_head: history.in_head,
        at_head: history.at_head,
        blob: history.blob.clone(),
        paths: history.paths.iter().map(|path| masker.path(path).into_owned()).collect(),
        rank: history.rank,
        fate: history.fate.as_ref().map(|fate| masked_fate(fate, masker)),
    }
}

fn masked_fate(fate: &Fate, masker: &Masker) -> Fate {
    let text = |text: &String| masker.text(text).into_owned();
    let refs = |refs: &Refs| Refs { branches: refs.branches.map(text), tags: refs.tags.map(text), others: refs.others.map(text) };
    let removal = |removal: &Removal| Removal {
        commit: removal.commit.clone(),
        author: text(&removal.author),
        date: removal.date.clone(),
        subject: text(&removal.subject),
    };
    Fate { in_head: fate.in_head, removed: fate.removed.as_ref().map(removal), refs: fate.refs.as_ref().map(refs) }
}
