//! A decoded value between the text that stands around its encoded form, so that it is judged as if it stood
//! there in clear: `password: aHVudGVyMg==` is scanned as `password: "hunter2"`.

use crate::rules::CONTEXT_REACH;
use crate::text::Span;

/// How much is taken of the line behind the stretch, in bytes.
const BEHIND: usize = 64;
/// The longest decoded text that is a value, in bytes.
const LONGEST_VALUE: usize = 512;

/// Where the decoded text stands in the text that is scanned, and what was put around it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame {
    /// The encoded stretch in the source.
    stretch: Span,
    /// The decoded text in the scanned text.
    pub(super) own: Span,
    /// Where the scanned text begins in the source, and how much of it is the source's, before `own`.
    from: usize,
    before: usize,
    /// Where the source goes on behind `own`, in the source and in the scanned text.
    behind: (usize, usize),
}

/// Whether base64 behind this text is a user and a password: rules for that judge the encoded form.
pub(super) fn is_basic(before: &[u8]) -> bool {
    const SCHEME: &[u8] = b"Basic ";
    before.len() >= SCHEME.len() && before[before.len() - SCHEME.len()..].eq_ignore_ascii_case(SCHEME)
}

/// Whether decoded text is one value, which something around it may name. What has a structure of its own names its
/// values itself.
pub(super) fn is_value(text: &[u8]) -> bool {
    let has = |byte: u8| text.contains(&byte);
    let is_structure = match text {
        [b'{' | b'[', ..] => has(b'"') || has(b':'),
        [b'<', ..] => has(b'>'),
        [b'#', b'!', ..] | [b'-', b'-', ..] => true,
        _ => false,
    };
    let is_quotable = !has(b'"') || !has(b'\'');
    text.len() <= LONGEST_VALUE && is_quotable && !is_structure && !text.iter().any(u8::is_ascii_control)
}

impl Frame {
    /// Decoded text that is scanned by itself.
    pub(super) fn none(stretch: Span, length: usize) -> Frame {
        Frame { stretch, own: Span::new(0, length), from: stretch.start, before: 0, behind: (stretch.end, length) }
    }

    /// Writes `decoded` into `text`, between what stands around `stretch` in `bytes`. A value behind an operator is
    /// given quotes if it has none, since it is a literal whatever it looks like. Text that has quotes of its own
    /// stands on a line of its own instead of in quotes.
    pub(super) fn write(bytes: &[u8], stretch: Span, decoded: &[u8], is_value: bool, text: &mut Vec<u8>) -> Frame {
        text.clear();
        let (mut start, mut end) = (stretch.start, stretch.end);
        let around = start.checked_sub(1).map(|at| bytes[at]).zip(bytes.get(end).copied());
        let outer = around.filter(|(before, behind)| before == behind && matches!(before, b'"' | b'\'' | b'`')).map(|(quote, _)| quote);
        let is_assigned =
            || matches!(bytes[start.saturating_sub(CONTEXT_REACH)..start].iter().rev().find(|&&byte| byte != b' '), Some(b':' | b'='));
        let quote = match outer {
            Some(outer) if !is_value => decoded.contains(&outer).then_some(b'\n'),
            None if !is_value || !is_assigned() => None,
            _ if decoded.contains(&b'"') => Some(b'\''),
            _ => Some(b'"'),
        };
        if outer.is_some() && quote.is_some() {
            (start, end) = (start - 1, end + 1);
        }
        let from = start.saturating_sub(CONTEXT_REACH);
        text.extend_from_slice(&bytes[from..start]);
        text.extend(quote);
        let own = Span::new(text.len(), text.len() + decoded.len());
        text.extend_from_slice(decoded);
        text.extend(quote);
        let behind = (end, text.len());
        let rest = &bytes[end..bytes.len().min(end + BEHIND)];
        text.extend_from_slice(&rest[..memchr::memchr(b'\n', rest).unwrap_or(rest.len())]);
        Frame { stretch, own, from, before: start - from, behind }
    }

    /// The stretch of the source that `span` of the scanned text comes from. `inside` gives it for bytes of the
    /// decoded text, by their index.
    pub(super) fn source(&self, span: Span, inside: impl Fn(usize) -> Span) -> Span {
        let (goes_on, at) = self.behind;
        let start = match span.start {
            start if start < self.before => self.from + start,
            start if start < self.own.start => self.stretch.start,
            start if start < self.own.end => inside(start - self.own.start).start,
            start => goes_on + start.saturating_sub(at),
        };
        let end = match span.end {
            end if end <= self.before => self.from + end,
            end if end <= self.own.start => self.stretch.start,
            end if end < self.own.end => inside(end - 1 - self.own.start).end,
            // The last byte takes the padding with it.
            end if end <= at => self.stretch.end,
            end => goes_on + (end - at),
        };
        Span::new(start, end.max(start))
    }
}

#[cfg(test)]
mod tests {
    use super::{Frame, Span, is_value};

    fn framed(source: &str, encoded: &str, decoded: &str) -> (String, Frame) {
        let start = source.find(encoded).expect("it is there");
        let mut text = Vec::new();
        let frame = Frame::write(source.as_bytes(), Span::new(start, start + encoded.len()), decoded.as_bytes(), true, &mut text);
        (String::from_utf8(text).expect("valid"), frame)
    }

    #[test]
    fn a_value_stands_as_a_literal() {
        for (source, text) in [
            ("password: QUJD\nother: 1", "password: \"a\"b\""),
            ("\"password\": \"QUJD\",\n", "\"password\": 'a\"b',"),
            ("password='QUJD';\n", "password='a\"b';"),
            ("Basic QUJD\n", "Basic a\"b"),
        ] {
            let text = text.replace("\"a\"b\"", "'a\"b'");
            assert_eq!(framed(source, "QUJD", "a\"b").0, text);
        }
        assert_eq!(framed("key = QUJD # x", "QUJD", "ab").0, "key = \"ab\" # x");
    }

    #[test]
    fn places_lead_back_to_the_source() {
        let source = "password: QUJD # x";
        let (text, frame) = framed(source, "QUJD", "abc");
        let span = |part: &str| {
            let start = text.find(part).expect("it is there");
            Span::new(start, start + part.len())
        };
        let inside = |index: usize| Span::new(10 + index, 12 + index);
        for (part, mapped) in
            [("password", "password"), ("abc", "QUJD"), ("ab", "QUJ"), ("# x", "# x"), ("\"abc\"", "QUJD"), (": \"a", ": QU")]
        {
            assert_eq!(frame.source(span(part), inside).of(source.as_bytes()), mapped.as_bytes(), "{part}");
        }
    }

    #[test]
    fn only_one_line_without_structure_is_a_value() {
        assert!(is_value(b"correct horse 'battery'") && is_value(b""));
        for text in [&b"a\nb"[..], b"{\"a\": 1}", b"#!/bin/sh", b"\"'", &[b'a'; 513]] {
            assert!(!is_value(text), "{}", String::from_utf8_lossy(text));
        }
    }
}
