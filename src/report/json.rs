//! L3: the JSON report, version 1. Its types are of their own and frozen: fields may be added, none may change its
//! name, type or meaning without a new version. `docs/json.md` describes them for users.

use super::view::{Entry, Piece, Skipped, Spot, View};
use super::{VERSION, escaped};
use crate::blob::SkipReason;
use crate::findings::{Refs, Removal};
use crate::rules::{Confidence, Severity};
use serde::{Serialize, Serializer};
use std::collections::BTreeMap;
use std::io::{self, Write};

/// Writes the document.
pub(super) fn write(view: &View<'_>, out: &mut dyn Write) -> io::Result<()> {
    escaped::pretty(&Document::new(view), out)
}

/// The finding on one line.
pub(super) fn line(entry: &Entry<'_>) -> io::Result<String> {
    let text = serde_json::to_string(&Finding::new(entry)).map_err(io::Error::from)?;
    Ok(escaped::escape(&text))
}

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    tool: Tool,
    findings: Findings<'a>,
    #[serde(skip_serializing_if = "Findings::is_empty")]
    suppressed: Findings<'a>,
    coverage: Coverage<'a>,
    summary: Summary,
}

/// A list that is made while it is written: there may be very many.
struct Findings<'a>(&'a [Entry<'a>]);

impl Findings<'_> {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Serialize for Findings<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(Finding::new))
    }
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

/// One secret at one place.
#[derive(Serialize)]
struct Finding<'a> {
    rule: &'a str,
    title: &'a str,
    provider: &'a str,
    severity: Severity,
    confidence: Confidence,
    path: &'a str,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
    secret: &'a str,
    excerpt: &'a str,
    fingerprint: &'a str,
    description: &'a str,
    remediation: &'a str,
    revoke: Option<&'a str>,
    docs: Option<&'a str>,
    tags: &'a [String],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    parts: Vec<Part<'a>>,
    also_at: Vec<Place<'a>>,
    /// Number of all places of the secret, also where `also_at` does not list them all.
    places: usize,
    #[serde(flatten)]
    history: Option<History<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    suppressed: Option<Suppressed<'a>>,
}

/// What belongs to a secret and stands near.
#[derive(Serialize)]
struct Part<'a> {
    rule: &'a str,
    title: &'a str,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
    secret: &'a str,
}

#[derive(Serialize)]
struct Place<'a> {
    path: &'a str,
    line: usize,
    column: usize,
}

#[derive(Serialize)]
struct History<'a> {
    commit: &'a str,
    author: &'a str,
    email: &'a str,
    date: &'a str,
    subject: &'a str,
    in_head: bool,
    blob: &'a str,
    paths: &'a [String],
    removed: Option<Removed<'a>>,
    #[serde(flatten)]
    refs: Option<Leads<'a>>,
}

/// The commit that removed a secret.
#[derive(Serialize)]
struct Removed<'a> {
    commit: &'a str,
    author: &'a str,
    date: &'a str,
    subject: &'a str,
}

/// What leads to a secret; of each kind the first names and the number of all.
#[derive(Serialize)]
struct Leads<'a> {
    branches: &'a [String],
    branch_count: usize,
    git_tags: &'a [String],
    git_tag_count: usize,
    other_refs: &'a [String],
    other_ref_count: usize,
}

#[derive(Serialize)]
struct Suppressed<'a> {
    by: &'a str,
    reason: &'a str,
}

#[derive(Serialize)]
struct Coverage<'a> {
    scope: &'a str,
    refs: u64,
    commits: u64,
    blobs: u64,
    bytes: u64,
    rules: usize,
    seconds: f64,
    complete: bool,
    skipped: BTreeMap<SkipReason, usize>,
    skips: Vec<Skip<'a>>,
    errors: &'a [String],
    notes: &'a [String],
}

#[derive(Serialize)]
struct Skip<'a> {
    what: &'a str,
    reason: SkipReason,
    detail: &'a str,
}

#[derive(Serialize)]
struct Summary {
    findings: usize,
    secrets: usize,
    files: usize,
    by_severity: BTreeMap<&'static str, usize>,
    suppressed: usize,
}

impl<'a> Document<'a> {
    fn new(view: &'a View<'_>) -> Self {
        Document {
            version: 1,
            tool: Tool { name: "keyward", version: VERSION },
            findings: Findings(&view.findings),
            suppressed: Findings(&view.suppressed),
            coverage: Coverage {
                scope: &view.scope,
                refs: view.refs,
                commits: view.commits,
                blobs: view.blobs,
                bytes: view.bytes,
                rules: view.rules,
                seconds: (view.elapsed.as_secs_f64() * 1000.0).round() / 1000.0,
                complete: view.complete,
                skipped: view.skipped(),
                skips: view.skips.iter().map(Skip::new).collect(),
                errors: &view.errors,
                notes: &view.notes,
            },
            summary: Summary {
                findings: view.findings.len(),
                secrets: view.groups.len(),
                files: view.files(),
                by_severity: view.by_severity().into_iter().map(|(severity, count)| (severity.as_str(), count)).collect(),
                suppressed: view.suppressed_count,
            },
        }
    }
}

impl<'a> Finding<'a> {
    fn new(entry: &'a Entry<'_>) -> Self {
        Finding {
            rule: &entry.rule.id,
            title: &entry.rule.title,
            provider: &entry.rule.provider,
            severity: entry.severity,
            confidence: entry.confidence,
            path: &entry.path,
            line: entry.line,
            column: entry.column,
            end_line: entry.end_line,
            end_column: entry.end_column,
            secret: &entry.secret,
            excerpt: &entry.excerpt,
            fingerprint: entry.fingerprint,
            description: &entry.rule.description,
            remediation: &entry.rule.remediation,
            revoke: entry.rule.revoke.as_deref(),
            docs: entry.rule.docs.as_deref(),
            tags: &entry.rule.tags,
            parts: entry.parts.iter().map(Part::new).collect(),
            also_at: entry.also_at.iter().map(Place::new).collect(),
            places: entry.places,
            history: entry.history.as_ref().map(|history| History {
                commit: &history.commit,
                author: &history.author,
                email: &history.email,
                date: &history.date,
                subject: &history.subject,
                in_head: history.in_head,
                blob: &history.blob,
                paths: &history.paths,
                removed: entry.removal().map(Removed::new),
                refs: entry.refs().map(Leads::new),
            }),
            suppressed: entry.suppressed.as_ref().map(|(by, reason)| Suppressed { by, reason }),
        }
    }
}

impl<'a> Removed<'a> {
    fn new(removal: &'a Removal) -> Self {
        Removed { commit: &removal.commit, author: &removal.author, date: &removal.date, subject: &removal.subject }
    }
}

impl<'a> Leads<'a> {
    fn new(refs: &'a Refs) -> Self {
        Leads {
            branches: &refs.branches.list,
            branch_count: refs.branches.count,
            git_tags: &refs.tags.list,
            git_tag_count: refs.tags.count,
            other_refs: &refs.others.list,
            other_ref_count: refs.others.count,
        }
    }
}

impl<'a> Part<'a> {
    fn new(piece: &'a Piece) -> Self {
        let &Piece { ref rule, ref title, line, column, end_line, end_column, ref secret } = piece;
        Part { rule, title, line, column, end_line, end_column, secret }
    }
}

impl<'a> Place<'a> {
    fn new(spot: &'a Spot) -> Self {
        Place { path: &spot.path, line: spot.line, column: spot.column }
    }
}

impl<'a> Skip<'a> {
    fn new(skip: &'a Skipped) -> Self {
        Skip { what: &skip.what, reason: skip.reason, detail: &skip.detail }
    }
}
