//! L2: inline allows: comments that accept the secret beside them, ours and those of other tools.
//!
//! A comment stands on the line of the secret, or one line above in a form that says so. For a secret of several
//! lines it may stand on the first or last line, or in any form on the line above.

use crate::rules::Rule;
use crate::text::Span;
use crate::text::lines::LineIndex;
use std::ops::Range;

/// How far from the secret a comment is looked for, in bytes: a file that is one line of megabytes is not one place.
pub(super) const REACH: usize = 4096;

/// The most comments of one text that are told.
const MOST_COMMENTS: usize = 1000;

/// Markers that accept the line on which they stand.
const SAME_LINE: [(&str, Scope); 13] = [
    ("keyward:allow", Scope::Rules),
    ("gitleaks:allow", Scope::Any),
    ("betterleaks:allow", Scope::Any),
    ("trufflehog:ignore", Scope::Any),
    ("kingfisher:ignore", Scope::Any),
    ("kingfisher:allow", Scope::Any),
    ("pragma: allowlist secret", Scope::Any),
    ("pragma: whitelist secret", Scope::Any),
    ("pragma:allowlist secret", Scope::Any),
    ("ggignore", Scope::Any),
    ("secretlint-disable-line", Scope::Any),
    ("nosemgrep", Scope::AboutSecrets),
    ("NOSONAR", Scope::Any),
];

/// Markers that accept the line below.
const NEXT_LINE: [(&str, Scope); 4] = [
    ("keyward:allow-next-line", Scope::Rules),
    ("pragma: allowlist nextline secret", Scope::Any),
    ("pragma: whitelist nextline secret", Scope::Any),
    ("secretlint-disable-next-line", Scope::Any),
];

/// Those of them that may name rules.
pub(super) const NAMED: [&str; 2] = [SAME_LINE[0].0, NEXT_LINE[0].0];

/// Which findings a marker accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scope {
    /// All.
    Any,
    /// Those of the rules that are listed behind it; all, where none is.
    Rules,
    /// All, unless ids behind it show that something else is meant (semgrep has rules for everything).
    AboutSecrets,
}

/// A comment that accepts a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InlineAllow {
    /// The marker.
    pub marker: &'static str,
    /// Where it begins in the text that was scanned.
    pub at: usize,
    /// Where the reason stands behind `--`, in the text that was scanned; empty where there is none.
    pub reason: Range<usize>,
}

/// A comment that accepts, or would accept, what stands beside it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Comment {
    /// 1-based line.
    pub line: usize,
    /// The marker.
    pub marker: &'static str,
    /// Whether it accepts something.
    pub is_used: bool,
    /// Whether the line stood nowhere in what was there before.
    pub is_new: bool,
}

/// The comments of a text: those that accept something (`used`), and all of our own. A marker that is only written about
/// has no sign of a comment right before it.
#[must_use]
pub fn comments(text: &[u8], previous: &[u8], index: &LineIndex, used: &[InlineAllow]) -> Vec<Comment> {
    let (own, _) = SAME_LINE[0];
    let is_comment = |at: &usize| {
        let line = &text[..*at];
        let before = line[line.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1)..].trim_ascii_end();
        ["#", "//", "/*", "*", "--", "<!--", ";", "%", "'", "(*", "{-"].iter().any(|sign| before.ends_with(sign.as_bytes()))
    };
    let own = memchr::memmem::find_iter(text, own).filter(is_comment).map(|at| (at, own));
    let mut all: Vec<(usize, &'static str)> = used.iter().map(|one| (one.at, one.marker)).chain(own).collect();
    all.sort_unstable();
    all.dedup_by_key(|(at, _)| *at);
    let is_new = |line: &[u8]| previous.is_empty() || memchr::memmem::find(previous, line.trim_ascii()).is_none();
    let comment = |(at, marker): (usize, &'static str)| {
        let line = index.line_of(at);
        let is_used = used.iter().any(|one| one.at == at);
        Comment { line, marker, is_used, is_new: is_new(&text[index.range(text, line)]) }
    };
    all.into_iter().take(MOST_COMMENTS).map(comment).collect()
}

/// The comment that accepts the secret at `span`, where there is one.
#[must_use]
pub fn allowed(text: &[u8], index: &LineIndex, span: Span, rule: &Rule) -> Option<InlineAllow> {
    let first = index.line_of(span.start);
    let last = index.line_of(span.end.saturating_sub(1).max(span.start));
    let above = (first > 1).then(|| index.range(text, first - 1));
    let above = above.map(|line| line.end.saturating_sub(REACH).max(line.start)..line.end);
    if first == last {
        let line = index.range(text, first);
        let before = span.start.saturating_sub(REACH).max(line.start)..span.start;
        let behind = span.end.min(line.end)..line.end.min(span.end + REACH);
        let same = [before, behind].into_iter().find_map(|part| find(text, part, &SAME_LINE, rule));
        return same.or_else(|| find(text, above?, &NEXT_LINE, rule));
    }
    let (head, tail) = (index.range(text, first), index.range(text, last));
    let parts =
        [head.start..head.end.min(span.start + REACH), tail.start.max(span.end.saturating_sub(REACH))..tail.end.min(span.end + REACH)];
    let inside = parts.into_iter().find_map(|part| find(text, part, &SAME_LINE, rule));
    let above = || above.and_then(|line| find(text, line.clone(), &NEXT_LINE, rule).or_else(|| find(text, line, &SAME_LINE, rule)));
    inside.or_else(above)
}

/// The first marker in a part of the text that accepts a finding of the rule.
fn find(text: &[u8], part: Range<usize>, markers: &[(&'static str, Scope)], rule: &Rule) -> Option<InlineAllow> {
    markers.iter().find_map(|&(marker, scope)| {
        memchr::memmem::find_iter(&text[part.clone()], marker).find_map(|at| {
            let (start, end) = (part.start + at, part.start + at + marker.len());
            let whole = !text[..start].last().is_some_and(|&byte| is_word(byte)) && !text.get(end).is_some_and(|&byte| is_word(byte));
            let arguments = end..part.end;
            let accepts = whole && accepts(&text[arguments.clone()], scope, rule);
            accepts.then(|| InlineAllow { marker, at: start, reason: reason(text, arguments) })
        })
    })
}

/// Bytes that make another word of a marker: `keyward:allow-next-line` is not `keyward:allow`.
pub(super) fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}

/// Whether what stands behind a marker leaves it valid for the rule.
fn accepts(arguments: &[u8], scope: Scope, rule: &Rule) -> bool {
    let ids = ids(arguments);
    match scope {
        Scope::Any => true,
        Scope::AboutSecrets => ids.is_empty() || ids.iter().any(|id| id.contains("secret")),
        Scope::Rules => ids.is_empty() || ids.iter().any(|id| crate::config::select::names(id, rule)),
    }
}

/// The ids behind a marker: `a-rule, other.rule`. A word that is no id at the beginning ends them, so that the end
/// of a comment (`*/`, `-->`) is none.
pub(super) fn ids(arguments: &[u8]) -> Vec<String> {
    let list = arguments.trim_ascii_start();
    let list = list.strip_prefix(b":").or_else(|| list.strip_prefix(b"=")).unwrap_or(list);
    let mut ids = Vec::new();
    for item in list.split(|&byte| byte == b',') {
        let item = item.trim_ascii_start();
        let length = item.iter().position(|&byte| !(is_word(byte) || byte == b'.')).unwrap_or(item.len());
        if length == 0 || item.starts_with(b"--") {
            break;
        }
        ids.push(String::from_utf8_lossy(&item[..length]).into_owned());
        if !item[length..].trim_ascii().is_empty() {
            break;
        }
    }
    ids
}

/// Where the reason stands: behind `-- `, without the end of the comment around it.
fn reason(text: &[u8], arguments: Range<usize>) -> Range<usize> {
    let rest = &text[arguments.clone()];
    let Some(dashes) = memchr::memmem::find(rest, b"-- ") else { return arguments.end..arguments.end };
    let start = dashes + 3;
    let mut words = rest[start..].trim_ascii();
    for closer in [&b"*/"[..], b"-->", b"%>", b"#}"] {
        words = words.strip_suffix(closer).unwrap_or(words).trim_ascii_end();
    }
    let skipped = rest[start..].len() - rest[start..].trim_ascii_start().len();
    let begin = arguments.start + start + skipped;
    begin..begin + words.len()
}

#[cfg(test)]
mod tests {
    use super::{InlineAllow, allowed};
    use crate::rules::Rule;
    use crate::text::Span;
    use crate::text::lines::LineIndex;

    const SECRET: &str = "S3CRET";

    fn rule() -> Rule {
        let yaml = "provider: Acme\ntags: [cloud]\nrules: [{id: acme-token, name: t, severity: high, format: 'acme_{hex:8}'}]";
        crate::rules::load::parse_rules(yaml).expect("a valid rule").remove(0)
    }

    fn check(text: &str) -> Option<InlineAllow> {
        let start = text.find(SECRET).expect("the text holds the secret");
        let end = text.rfind(SECRET).expect("the text holds the secret") + SECRET.len();
        allowed(text.as_bytes(), &LineIndex::new(text.as_bytes()), Span::new(start, end), &rule())
    }

    fn is_allowed(text: &str) -> bool {
        check(text).is_some()
    }

    #[test]
    fn comments_on_the_line_are_honoured() {
        for comment in [
            "keyward:allow",
            "gitleaks:allow",
            "betterleaks:allow",
            "trufflehog:ignore",
            "kingfisher:ignore",
            "kingfisher:allow",
            "pragma: allowlist secret",
            "pragma: whitelist secret",
            "pragma:allowlist secret",
            "ggignore",
            "secretlint-disable-line",
            "nosemgrep",
            "nosemgrep: generic.secrets.x",
            "NOSONAR",
        ] {
            assert!(is_allowed(&format!("a\nkey = {SECRET} # {comment}\nb")), "{comment}");
            assert!(is_allowed(&format!("/* {comment} */ key = {SECRET}")), "{comment}");
            assert!(!is_allowed(&format!("# {comment}\nkey = {SECRET}\n# {comment}")), "{comment} on another line");
        }
    }

    #[test]
    fn next_line_comments_reach_the_next_line_only() {
        for comment in ["keyward:allow-next-line", "pragma: allowlist nextline secret", "secretlint-disable-next-line @x/y -- why"] {
            assert!(is_allowed(&format!("// {comment}\r\nkey = {SECRET}")), "{comment}");
            assert!(!is_allowed(&format!("// {comment}\n\nkey = {SECRET}")), "{comment} two lines above");
            assert!(!is_allowed(&format!("key = {SECRET} // {comment}")), "{comment} on the line itself");
        }
    }

    #[test]
    fn rules_may_be_named() {
        assert!(is_allowed(&format!("{SECRET} # keyward:allow acme-token")));
        assert!(is_allowed(&format!("{SECRET} # keyward:allow other-rule, acme-token -- used in tests")));
        assert!(is_allowed(&format!("{SECRET} # keyward:allow cloud")), "a tag");
        assert!(is_allowed(&format!("<!-- keyward:allow --> {SECRET}")));
        assert!(!is_allowed(&format!("{SECRET} # keyward:allow other-rule")));
        assert!(!is_allowed(&format!("{SECRET} # keyward:allow acme-tokens")));
        assert!(!is_allowed(&format!("{SECRET} # nosemgrep: javascript.eval")));
    }

    #[test]
    fn markers_are_whole_words_outside_the_secret() {
        assert!(!is_allowed(&format!("{SECRET} # keyward:allowed")));
        assert!(!is_allowed(&format!("loggignore = {SECRET}")));
        let text = format!("{SECRET}ggignore{SECRET}");
        assert!(!is_allowed(&text), "a marker inside the secret");
    }

    #[test]
    fn several_lines_take_a_comment_above_at_the_first_and_at_the_last() {
        assert!(is_allowed(&format!("# gitleaks:allow\n{SECRET}\nmiddle\n{SECRET}")));
        assert!(is_allowed(&format!("{SECRET} # gitleaks:allow\nmiddle\n{SECRET}")));
        assert!(is_allowed(&format!("{SECRET}\nmiddle\n{SECRET} # gitleaks:allow")));
        assert!(!is_allowed(&format!("{SECRET}\nmiddle # gitleaks:allow\n{SECRET}")));
    }

    #[test]
    fn the_reason_stands_behind_two_dashes() {
        let text = format!("{SECRET} /* keyward:allow acme-token --  a fake, see #3 */");
        let found = check(&text).expect("allowed");
        assert_eq!(&text[found.reason], "a fake, see #3");
        assert!(check(&format!("{SECRET} # keyward:allow")).expect("allowed").reason.is_empty());
    }

    #[test]
    fn comments_are_told_apart_from_words_about_them() {
        let text = format!(
            "{SECRET} # keyward:allow\n// keyward:allow-next-line\nx\nuse `keyward:allow` or \"keyward:allow\"\n# keyward:allow old\n"
        );
        let used = [check(&text).expect("allowed")];
        let found = super::comments(text.as_bytes(), b"  # keyward:allow old\n", &LineIndex::new(text.as_bytes()), &used);
        let lines: Vec<_> = found.iter().map(|one| (one.line, one.is_used, one.is_new)).collect();
        assert_eq!(lines, [(1, true, true), (2, false, true), (5, false, false)]);
    }

    #[test]
    fn comments_far_away_on_a_huge_line_do_not_count() {
        assert!(!is_allowed(&format!("{SECRET}{}keyward:allow", " ".repeat(5000))));
    }
}
