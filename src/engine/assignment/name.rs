//! The whole name around a keyword, and where it stands.

use super::LONGEST_NAME;
use super::cursor::is_word;
use super::quote::Quote;
use crate::text::Span;

/// How far before a name its line is looked at, in bytes.
pub(super) const LINE_BEFORE: usize = 256;
/// How long a quoted label may be that ends with a name: `"Your API key"`.
const LONGEST_LABEL: usize = 64;

/// A name and its surroundings.
#[derive(Debug, Clone, Copy)]
pub(super) struct Name<'a> {
    /// The name without quotes and leading dashes.
    pub(super) span: Span,
    /// Dashes before the name: 1 or 2 for a command line option.
    pub(super) dashes: usize,
    /// The quotation mark right before the name.
    pub(super) opened: Option<Quote>,
    /// Whether the name, or a label that ends with it, stands in quotes of its own.
    pub(super) quoted: bool,
    /// Where to read on: behind the name and its closing quote.
    pub(super) after: usize,
    /// The line before the name, dashes left out, as far as [`LINE_BEFORE`]; `None` where it is longer.
    pub(super) line: Option<&'a [u8]>,
}

impl<'a> Name<'a> {
    /// The name that `keyword` is a part of; `None` where it is longer than a name can be.
    pub(super) fn around(bytes: &'a [u8], keyword: Span) -> Option<Name<'a>> {
        let start = expand_left(bytes, keyword.start)?;
        let end = expand_right(bytes, keyword.end)?;
        let (span, dashes) = trim(bytes, start, end, keyword)?;
        let outer = span.start - dashes;
        let opened = Quote::before(bytes, outer).map(|(quote, _)| quote);
        let closing = Quote::at(bytes, span.end);
        let quoted = closing.is_some_and(|(quote, _)| opened == Some(quote) || opens_label(bytes, outer, quote));
        let after = if quoted { span.end + closing.map_or(0, |(_, width)| width) } else { span.end };
        Some(Name { span, dashes, opened, quoted, after, line: line_before(bytes, outer) })
    }
}

/// The part of a keyword that belongs to a name. Of one that goes on with the operator, as in `key = "`, only the end of a
/// name in humps counts: where another mark stands before it, a shorter keyword is found there too.
pub(super) fn written(bytes: &[u8], keyword: Span) -> Option<Span> {
    let text = keyword.of(bytes);
    let marks = text.iter().rev().take_while(|byte| matches!(byte, b'"' | b'\'' | b' ' | b'=' | b':' | b'>')).count();
    if marks == 0 {
        return Some(keyword);
    }
    let is_hump =
        keyword.start > 0 && bytes[keyword.start - 1].is_ascii_lowercase() && text[0].is_ascii_uppercase() && !text[1].is_ascii_uppercase();
    (is_hump && marks < text.len()).then(|| Span::new(keyword.start, keyword.end - marks))
}

fn is_name_byte(byte: u8) -> bool {
    is_word(byte) || matches!(byte, b'-' | b'.')
}

fn expand_left(bytes: &[u8], from: usize) -> Option<usize> {
    let length = bytes[..from].iter().rev().take(LONGEST_NAME + 1).take_while(|&&byte| is_name_byte(byte)).count();
    (length <= LONGEST_NAME).then(|| skip_escape(bytes, from - length, from))
}

/// In `"\npassword=…"` the `n` belongs to the escape.
fn skip_escape(bytes: &[u8], start: usize, keyword: usize) -> usize {
    let escaped = start > 0 && bytes[start - 1] == b'\\' && start < keyword;
    if escaped && matches!(bytes[start], b'n' | b't' | b'r') { start + 1 } else { start }
}

fn expand_right(bytes: &[u8], from: usize) -> Option<usize> {
    let rest = &bytes[from..];
    let mut length = 0;
    while length <= LONGEST_NAME && rest.get(length).is_some_and(|&byte| is_name_byte(byte)) {
        if rest[length..].starts_with("：".as_bytes()) {
            break;
        }
        let joins = is_word(rest[length]) || rest.get(length + 1).is_some_and(|&byte| is_word(byte));
        if !joins {
            break;
        }
        length += 1;
    }
    (length <= LONGEST_NAME).then_some(from + length)
}

/// Takes dots and dashes off the front; they are no part of the name.
fn trim(bytes: &[u8], start: usize, end: usize, keyword: Span) -> Option<(Span, usize)> {
    let lead = bytes[start..keyword.start].iter().take_while(|&&byte| matches!(byte, b'-' | b'.')).count();
    let span = Span::new(start + lead, end);
    let dashes = bytes[start..span.start].iter().rev().take_while(|&&byte| byte == b'-').count();
    (span.len() <= LONGEST_NAME).then_some((span, dashes))
}

/// Whether `quote` opens, on the same line and not far, a quotation that holds the name.
fn opens_label(bytes: &[u8], name: usize, quote: Quote) -> bool {
    let Quote::Mark { mark, .. } = quote else { return false };
    let head = &bytes[name.saturating_sub(LONGEST_LABEL)..name];
    let found = head.iter().rev().position(|&byte| byte == mark || byte == b'\n');
    let Some(distance) = found.filter(|&distance| head[head.len() - 1 - distance] == mark) else { return false };
    let label = &head[head.len() - distance..];
    Quote::before(bytes, name - distance).is_some_and(|(opening, _)| opening == quote)
        && label.iter().all(|&byte| is_word(byte) || matches!(byte, b' ' | b'-' | b'.' | b'#' | b'/' | b':'))
        // `"Db:Password"`: a name of several parts, and not `"error: password"`.
        && !(label.contains(&b':') && label.contains(&b' '))
}

fn line_before(bytes: &[u8], start: usize) -> Option<&[u8]> {
    let from = start.saturating_sub(LINE_BEFORE);
    let head = &bytes[from..start];
    match memchr::memrchr2(b'\n', b'\r', head) {
        Some(at) => Some(&head[at + 1..]),
        None => (from == 0).then_some(head),
    }
}

/// Whether a function of this name takes a user and a password as its first two arguments.
pub(super) fn takes_user_and_password(function: &[u8]) -> bool {
    const ENDS: [&str; 12] = [
        "usernameandpassword",
        "userandpassword",
        "auth",
        "credential",
        "credentials",
        "passwordtoken",
        "authentication",
        "authenticationtoken",
        "login",
        "authenticate",
        "basic",
        "authtoken",
    ];
    let tail = |end: &str| function.len() >= end.len() && function[function.len() - end.len()..].eq_ignore_ascii_case(end.as_bytes());
    ENDS.iter().any(|end| tail(end))
}
