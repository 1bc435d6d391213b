//! L2: comments that are meant to accept a finding and do not, because of how they name its rule.

use super::inline::{NAMED, REACH, ids, is_word};
use crate::rules::Rule;
use crate::text::Span;
use crate::text::lines::LineIndex;
use std::ops::Range;

/// Longer words are no names of rules, in bytes.
const LONGEST: usize = 64;

/// A comment of ours beside a finding, which names other rules than its own.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unheeded {
    /// 1-based line.
    pub line: usize,
    /// The marker.
    pub marker: &'static str,
    /// What it names.
    pub names: Vec<String>,
    /// The name of the finding's rule, where it stands behind these without a comma.
    pub behind: Option<String>,
}

/// The comment beside a secret that no comment accepts, where there is one.
#[must_use]
pub fn unheeded(text: &[u8], index: &LineIndex, span: Span, rule: &Rule) -> Option<Unheeded> {
    let first = index.line_of(span.start);
    let near = |line: Range<usize>| line.start.max(span.start.saturating_sub(REACH))..line.end.min(span.end.saturating_add(REACH));
    let [same, next] = NAMED;
    let above = (first > 1).then(|| (next, first - 1));
    [Some((same, first)), above].into_iter().flatten().find_map(|(marker, line)| {
        let part = near(index.range(text, line));
        let part = text.get(part).unwrap_or_default();
        let behind = memchr::memmem::find(part, marker.as_bytes()).map(|at| &part[at + marker.len()..])?;
        let names = ids(behind);
        let is_whole = !behind.first().is_some_and(|&byte| is_word(byte));
        let is_name = names.iter().all(|name| name.len() <= LONGEST);
        (is_whole && is_name && !names.is_empty()).then(|| Unheeded { line, marker, behind: name_behind(behind, &names, rule), names })
    })
}

/// The word that stands behind the last name and a blank, if it means the rule.
fn name_behind(arguments: &[u8], names: &[String], rule: &Rule) -> Option<String> {
    let last = names.last()?;
    let at = memchr::memmem::find(arguments, last.as_bytes())? + last.len();
    let rest = arguments[at..].strip_prefix(b" ")?.trim_ascii_start();
    let word = &rest[..rest.iter().position(|&byte| !is_word(byte)).unwrap_or(rest.len())];
    let word = std::str::from_utf8(word).ok()?;
    crate::config::select::names(word, rule).then(|| word.to_owned())
}
