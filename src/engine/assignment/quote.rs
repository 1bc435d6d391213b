//! Quotation marks as they stand in text: plain, escaped (`\"` in a string that holds JSON), or as an entity
//! (`&quot;` in markup).

use super::LONGEST_VALUE;
use super::beyond;
use super::cursor::begins_with;
use crate::text::Span;

/// A quotation mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Quote {
    /// One of `"`, `'` and the backtick, with this many backslashes before it.
    Mark { mark: u8, escapes: usize },
    /// Spelled out.
    Entity(&'static str),
}

/// Marks that are spelled out.
const ENTITIES: [&str; 6] = ["&quot;", "&#34;", "&#39;", "&apos;", "\\u0022", "\\x22"];
/// More backslashes than this are no escape of a quote.
const MOST_ESCAPES: usize = 7;

impl Quote {
    /// The mark that begins at `at`, and its length in bytes.
    pub(super) fn at(bytes: &[u8], at: usize) -> Option<(Quote, usize)> {
        let rest = bytes.get(at..)?;
        if let Some(entity) = ENTITIES.iter().find(|entity| begins_with(rest, entity)) {
            return Some((Quote::Entity(entity), entity.len()));
        }
        let escapes = rest.iter().take(MOST_ESCAPES + 1).take_while(|&&byte| byte == b'\\').count();
        let mark = *rest.get(escapes)?;
        is_mark(mark).then_some((Quote::Mark { mark, escapes }, escapes + 1))
    }

    /// Its length in bytes.
    pub(super) fn width(self) -> usize {
        match self {
            Quote::Mark { escapes, .. } => escapes + 1,
            Quote::Entity(entity) => entity.len(),
        }
    }

    /// The mark that ends just before `end`, and its length in bytes.
    pub(super) fn before(bytes: &[u8], end: usize) -> Option<(Quote, usize)> {
        let head = &bytes[..end];
        let ends = |entity: &&&str| head.last() == entity.as_bytes().last() && head.ends_with(entity.as_bytes());
        if let Some(entity) = ENTITIES.iter().find(ends) {
            return Some((Quote::Entity(entity), entity.len()));
        }
        let mark = *head.last()?;
        let escapes = head[..end - 1].iter().rev().take(MOST_ESCAPES).take_while(|&&byte| byte == b'\\').count();
        is_mark(mark).then_some((Quote::Mark { mark, escapes }, escapes + 1))
    }
}

fn is_mark(byte: u8) -> bool {
    matches!(byte, b'"' | b'\'' | b'`')
}

/// What stands between the quotation marks that open at `at`, and the offset behind the closing mark. A
/// quotation does not cross a line, unless in triple quotes, and then its only line is what counts.
pub(super) fn quotation(bytes: &[u8], at: usize) -> Option<(Span, usize)> {
    let (quote, width) = Quote::at(bytes, at)?;
    match quote {
        Quote::Entity(entity) => entity_quotation(bytes, at + width, entity),
        Quote::Mark { mark, escapes: 0 } if bytes[at..].starts_with(&[mark; 3]) => triple_quotation(bytes, at + 3, mark),
        Quote::Mark { mark, escapes } => mark_quotation(bytes, at + width, mark, escapes),
    }
}

fn entity_quotation(bytes: &[u8], start: usize, entity: &str) -> Option<(Span, usize)> {
    let line = line_from(bytes, start);
    let length = memchr::memmem::find(line, entity.as_bytes())?;
    Some((Span::new(start, start + length), start + length + entity.len()))
}

fn triple_quotation(bytes: &[u8], start: usize, mark: u8) -> Option<(Span, usize)> {
    beyond::note();
    let limit = bytes.len().min(start + LONGEST_VALUE + 64);
    let length = memchr::memmem::find(&bytes[start..limit], &[mark; 3])?;
    let inner = &bytes[start..start + length];
    let trimmed = inner.trim_ascii();
    let offset = start + (inner.len() - inner.trim_ascii_start().len());
    let one_line = !trimmed.contains(&b'\n');
    (one_line && !trimmed.is_empty()).then(|| (Span::new(offset, offset + trimmed.len()), start + length + 3))
}

fn mark_quotation(bytes: &[u8], start: usize, mark: u8, escapes: usize) -> Option<(Span, usize)> {
    let line = line_from(bytes, start);
    let mut at = 0;
    while at < line.len() {
        let slashes = line[at..].iter().take_while(|&&byte| byte == b'\\').count();
        let next = *line.get(at + slashes)?;
        if next != mark {
            at += slashes + 1;
            continue;
        }
        let closes = if escapes == 0 { slashes % 2 == 0 } else { slashes == escapes };
        let doubled = mark == b'\'' && escapes == 0 && at > 0 && line.get(at + slashes + 1) == Some(&mark);
        if doubled {
            at += slashes + 2;
        } else if closes {
            let content = if escapes == 0 { at + slashes } else { at };
            return Some((Span::new(start, start + content), start + at + slashes + 1));
        } else if slashes < escapes {
            return None;
        } else {
            at += slashes + 1;
        }
    }
    None
}

/// The rest of the line, as far as a value may go.
fn line_from(bytes: &[u8], start: usize) -> &[u8] {
    let limit = bytes.len().min(start + LONGEST_VALUE + 64);
    let rest = &bytes[start.min(limit)..limit];
    &rest[..memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len())]
}
