//! Notes, while a blob is scanned, which stretches may be encoded text. Everything here has to be cheap: it is
//! asked for every run of token characters.

use super::coding::{Coding, line_break, symbol};
use super::content::{is_plain, may_be_text};
use super::{Encoded, Stretch, kubernetes};
use crate::text::Span;

/// The shortest stretch of base64 or hexadecimal digits that is decoded without a hint, in bytes.
const LEAST: usize = 24;
/// The shortest line of base64 that may go on on the next line, in bytes. Usual lines have 64 or 76.
const LEAST_LINE: usize = 60;
/// How far before and behind an escape its line is decoded, in bytes.
const BEFORE: usize = 1024;
const BEHIND: usize = 3072;
/// What is looked through for the data of manifests, for each byte of input, and beyond that, in bytes. True manifests
/// take less than two; a text of nothing but kinds would take thousands.
const MANIFESTS_TIMES_INPUT: usize = 16;
const MORE_MANIFESTS: usize = 1 << 20;
/// The least number of escapes on a stretch that is decoded.
const LEAST_ESCAPES: usize = 2;

impl Encoded {
    /// A maximal run of token characters.
    #[inline]
    pub(in crate::engine) fn run(&mut self, bytes: &[u8], start: usize, end: usize) {
        if end - start >= LEAST {
            self.long_run(bytes, start, end);
        }
        if let Some(b'%' | b'\\' | b'&') = bytes.get(end) {
            self.escape(bytes, end);
        }
        if start > 0 && matches!(bytes[start - 1], b'%' | b'\\' | b';') {
            self.escape_before(bytes, start);
        }
        if bytes[end - 1] == b'=' && matches!(bytes.get(end), Some(b'\n' | b'\r')) {
            self.soft_break(bytes, end);
        }
    }

    /// `secret` at `at`: where that is the kind of a manifest, what its entries hold is base64, however short.
    pub(in crate::engine) fn manifest(&mut self, bytes: &[u8], at: usize) {
        if self.manifests > bytes.len() * MANIFESTS_TIMES_INPUT + MORE_MANIFESTS {
            return;
        }
        self.manifests += kubernetes::entries(bytes, at, &mut |span| {
            // Of a manifest that names its kind twice, each entry is met twice.
            if span.start >= self.entries {
                self.entries = span.end;
                self.add(Stretch { span, coding: Coding::Base64, entry: true });
            }
        });
    }

    fn add(&mut self, stretch: Stretch) {
        if self.own.is_none_or(|own| own.contains(&stretch.span)) {
            self.stretches.push(stretch);
        }
    }

    /// Looks at the words of both base64 alphabets in a run.
    #[inline(never)]
    fn long_run(&mut self, bytes: &[u8], start: usize, end: usize) {
        let mut at = start;
        while end - at >= LEAST {
            let length = memchr::memchr2(b'=', b'.', &bytes[at..end]).unwrap_or(end - at);
            if length >= LEAST {
                self.long_word(bytes, at, at + length);
            }
            let breaks = bytes[at + length..end].iter().take_while(|&&byte| matches!(byte, b'=' | b'.')).count();
            at += length + breaks;
        }
    }

    fn long_word(&mut self, bytes: &[u8], start: usize, end: usize) {
        // In `…\nQUJD` the `n` belongs to the line break.
        let start = start + usize::from(start > 0 && bytes[start - 1] == b'\\' && bytes[start] == b'n');
        let goes_on = self.goes_on(bytes, start, end);
        self.line = if end - start >= LEAST_LINE && line_break(bytes, end).is_some() { Span::new(start, end) } else { Span::default() };
        if goes_on || end - start < LEAST {
            return;
        }
        if let Some(span) = hex(bytes, start, end) {
            self.add(Stretch { span, coding: Coding::Hex, entry: false });
        } else if let Some(start) = base64_start(bytes, start, end) {
            let end = padded(bytes, wrapped_end(bytes, start, end));
            self.add(Stretch { span: Span::new(start, end), coding: Coding::Base64, entry: false });
        }
    }

    /// Whether a word is a further line of the block that the last one belongs to. What the first line is, the
    /// whole block is.
    fn goes_on(&self, bytes: &[u8], start: usize, end: usize) -> bool {
        let is_next = |line: Span| line_break(bytes, line.end).is_some_and(|length| line.end + length == start);
        !self.line.is_empty() && end - start <= self.line.len() && is_next(self.line)
    }

    /// An escape sequence may begin at `at`.
    #[cold]
    fn escape(&mut self, bytes: &[u8], at: usize) {
        let coding = match bytes[at] {
            b'%' => Coding::Percent,
            b'\\' => Coding::Escape,
            _ => Coding::Entity,
        };
        if at < self.seen[coding as usize] || !tells(coding, &bytes[at..]) {
            return;
        }
        let span = around(coding, bytes, at);
        let span = self.own.map_or(span, |own| Span::new(span.start.max(own.start).min(at), span.end.min(own.end).max(at)));
        self.seen[coding as usize] = span.end.max(at + 1);
        let text = span.of(bytes);
        let mark = bytes[at];
        let escapes = memchr::memchr_iter(mark, text).filter(|&at| coding.escaped(&text[at..]).is_some());
        if escapes.take(LEAST_ESCAPES).count() == LEAST_ESCAPES {
            self.add(Stretch { span, coding, entry: false });
        }
    }

    /// An escape sequence may end just behind `start`, the beginning of a run, or just before it.
    #[cold]
    fn escape_before(&mut self, bytes: &[u8], start: usize) {
        const LONGEST_ENTITY: usize = 10;
        if bytes[start - 1] != b';' {
            self.escape(bytes, start - 1);
        } else if let Some(mark) = memchr::memrchr(b'&', &bytes[start.saturating_sub(LONGEST_ENTITY)..start]) {
            self.escape(bytes, start.saturating_sub(LONGEST_ENTITY) + mark);
        }
    }

    /// A run ends with the `=` that ends its line: perhaps a line of quoted-printable text that goes on.
    #[cold]
    fn soft_break(&mut self, bytes: &[u8], end: usize) {
        const LINES: std::ops::RangeInclusive<usize> = 66..=76;
        let coding = Coding::QuotedPrintable;
        let start = memchr::memrchr(b'\n', &bytes[end.saturating_sub(BEFORE)..end]).map(|at| end.saturating_sub(BEFORE) + at + 1);
        let Some(start) = start.or((end < BEFORE).then_some(0)) else { return };
        let next = &bytes[end..];
        let goes_on = next.trim_ascii_start().first().is_some_and(u8::is_ascii_alphanumeric) && !next.starts_with(b"\n\n");
        if start < self.seen[coding as usize] || !LINES.contains(&(end - start)) || bytes[end - 2] == b'=' || !goes_on {
            return;
        }
        let limit = bytes.len().min(end + BEHIND);
        let mut stop = end;
        while bytes[stop - 1] == b'=' {
            let behind = stop + 1 + usize::from(bytes[stop] == b'\r');
            let Some(rest) = bytes.get(behind..limit).filter(|rest| !rest.is_empty()) else { break };
            stop = behind + rest.iter().position(|&byte| matches!(byte, b'\n' | b'\r')).unwrap_or(rest.len());
            if stop >= limit || stop == behind {
                break;
            }
        }
        self.seen[coding as usize] = stop;
        self.add(Stretch { span: Span::new(start, stop), coding, entry: false });
    }
}

/// Whether an escape says that the text around it is escaped: it stands for what could have no escape in source
/// code, regular expressions or prose.
fn tells(coding: Coding, rest: &[u8]) -> bool {
    let Some(decoded) = coding.escaped(rest) else { return false };
    match coding {
        Coding::Percent => !decoded.is_ascii_alphanumeric(),
        Coding::Escape => match rest[1] {
            b'u' | b'x' | b'U' | b'/' => true,
            b'\\' => matches!(rest.get(2), Some(b'u' | b'x' | b'/' | b'"' | b'\\')),
            _ => false,
        },
        // Quotes and tags end a token in markup too; what could be part of one is another matter.
        _ => !matches!(decoded, b'"' | b'\'' | b'<' | b'>'),
    }
}

/// The stretch that is escaped together with what is at `at`: up to what cannot stand in such text unescaped.
fn around(coding: Coding, bytes: &[u8], at: usize) -> Span {
    let ends = |byte: &u8| match coding {
        Coding::Percent => *byte <= b' ' || matches!(byte, b'"' | b'\'' | b'<' | b'>' | b'`' | b'\\'),
        Coding::Entity => matches!(byte, b'\n' | b'\r' | b'<' | b'>'),
        _ => matches!(byte, b'\n' | b'\r'),
    };
    let from = at.saturating_sub(BEFORE);
    let to = bytes.len().min(at + BEHIND);
    let start = bytes[from..at].iter().rposition(ends).map_or(from, |last| from + last + 1);
    let end = bytes[at..to].iter().position(ends).map_or(to, |first| at + first);
    Span::new(start, end)
}

/// The even number of hexadecimal digits that a word is, if they may stand for text.
fn hex(bytes: &[u8], start: usize, end: usize) -> Option<Span> {
    const HEAD: usize = 12;
    let start = if bytes[start..end].starts_with(b"0x") { start + 2 } else { start };
    let word = &bytes[start..end];
    let is_hex = |digits: &[u8]| digits.iter().all(u8::is_ascii_hexdigit);
    if word.len() < LEAST || !word.len().is_multiple_of(2) || !is_hex(&word[..8]) || !is_hex(word) {
        return None;
    }
    let mut head = [0; HEAD];
    let mut count = 0;
    Coding::Hex.walk(&word[..HEAD * 2], &mut |byte, _| {
        head[count] = byte;
        count += 1;
        true
    });
    may_be_text(&head).then(|| Span::new(start, end))
}

/// Whether a word is part of a JSON web token: `eyJ` is the base64 of `{"`, and a dot joins the parts.
fn is_token_part(bytes: &[u8], start: usize, end: usize) -> bool {
    bytes[start..end].starts_with(b"eyJ") && (bytes.get(end) == Some(&b'.') || (start > 0 && bytes[start - 1] == b'.'))
}

/// Where base64 of text begins in a word: at its beginning, or behind something that is joined to it.
fn base64_start(bytes: &[u8], start: usize, end: usize) -> Option<usize> {
    const MOST_JOINTS: usize = 8;
    let joins = |pair: &[u8]| matches!(pair[0], b'/' | b'-' | b'_') && pair[1].is_ascii_alphanumeric();
    let joints = bytes[start..=end - LEAST].windows(2).enumerate().filter(|(_, pair)| joins(pair)).take(MOST_JOINTS);
    let mut starts = std::iter::once(start).chain(joints.map(|(at, _)| start + at + 1));
    let found = starts.find(|&at| encodes_text(&bytes[at..end]))?;
    (!is_shown_data(bytes, start) && !is_token_part(bytes, start, end)).then_some(found)
}

/// Whether the first [`LEAST`] characters of a word may be the base64 of text. Most words say no after the first few.
fn encodes_text(word: &[u8]) -> bool {
    const HEAD: usize = LEAST / 4 * 3;
    const GZIP: &[u8] = b"H4sI";
    let symbols = word.first_chunk::<LEAST>().expect("callers give as many");
    if !symbols.iter().fold(false, |any, byte| any | byte.is_ascii_uppercase()) {
        return false;
    }
    if symbols.starts_with(GZIP) {
        return true;
    }
    let mut head = [0; HEAD];
    for (index, group) in symbols.as_chunks::<4>().0.iter().enumerate() {
        let bits = group.iter().fold(0u32, |bits, &byte| bits << 6 | u32::from(symbol(byte).unwrap_or(0)));
        let [_, decoded @ ..] = bits.to_be_bytes();
        let end = (index + 1) * 3;
        head[end - 3..end].copy_from_slice(&decoded);
        // UTF-16 has zeros, other scripts have bytes beyond ASCII.
        let is_utf8 = || std::str::from_utf8(&head[..end]).map_or_else(|error| error.error_len().is_none(), |_| true);
        if !decoded.iter().all(|&byte| is_plain(byte)) && !has_zero(decoded) && !is_order_mark(&head[..end]) && !is_utf8() {
            return false;
        }
    }
    may_be_text(&head)
}

fn has_zero(bytes: [u8; 3]) -> bool {
    bytes.contains(&0)
}

fn is_order_mark(head: &[u8]) -> bool {
    head.starts_with(&[0xff, 0xfe]) || head.starts_with(&[0xfe, 0xff])
}

/// Whether the word is the data of a `data:` URI for something that is shown, or of a source map.
fn is_shown_data(bytes: &[u8], start: usize) -> bool {
    const REACH: usize = 96;
    let before = &bytes[start.saturating_sub(REACH)..start];
    let Some(head) = before.strip_suffix(b";base64,") else { return false };
    let is_map = memchr::memmem::find(head, b"sourceMappingURL").is_some();
    let kind = memchr::memmem::rfind(head, b"data:").map(|at| &head[at + 5..]);
    is_map || kind.is_some_and(|kind| ["image/", "font/", "audio/", "video/"].iter().any(|start| kind.starts_with(start.as_bytes())))
}

/// The end of base64 that begins at `start` and whose first line ends at `end`: lines of the same length follow, and
/// a shorter one.
fn wrapped_end(bytes: &[u8], start: usize, end: usize) -> usize {
    let width = end - start;
    let mut last = end;
    while width >= LEAST_LINE
        && let Some(length) = line_break(bytes, last)
    {
        let next = last + length;
        let symbols = bytes[next..].iter().take(width + 1).take_while(|&&byte| symbol(byte).is_some()).count();
        // A word that is no line of its own does not belong to the block.
        let is_line = padded(bytes, next + symbols) == bytes.len() || !is_word_behind(bytes, padded(bytes, next + symbols));
        if symbols == 0 || symbols > width || !is_line {
            break;
        }
        last = next + symbols;
        if symbols < width {
            break;
        }
    }
    last
}

fn is_word_behind(bytes: &[u8], at: usize) -> bool {
    matches!(bytes.get(at), Some(b':' | b' ' | b'=' | b'.' | b'('))
}

/// `end` behind the padding.
fn padded(bytes: &[u8], end: usize) -> usize {
    end + bytes[end..].iter().take(2).take_while(|&&byte| byte == b'=').count()
}
