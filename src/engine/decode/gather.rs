//! Notes, while a blob is scanned, which stretches may be encoded text. Everything here has to be cheap: it is
//! asked for every run of token characters.

use super::coding::{Coding, line_break, symbol};
use super::content::{is_plain, may_be_text};
use super::escapes::Hint;
use super::{Encoded, Stretch, kubernetes};
use crate::text::Span;

/// The shortest stretch of base64 or hexadecimal digits that is decoded without a hint, in bytes.
pub(super) const LEAST: usize = crate::engine::runs::LONG;
/// The shortest line of base64 that may go on on the next line, in bytes. Usual lines have 64 or 76.
const LEAST_LINE: usize = 60;
/// What is looked through for the data of manifests, for each byte of input, and beyond that, in bytes. True manifests
/// take less than two; a text of nothing but kinds would take thousands.
const MANIFESTS_TIMES_INPUT: usize = 16;
const MORE_MANIFESTS: usize = 1 << 20;

impl Encoded {
    /// A maximal run of token characters.
    #[inline]
    pub(in crate::engine) fn run(&mut self, bytes: &[u8], start: usize, end: usize) {
        if let Some(b'%' | b'\\' | b'&') = bytes.get(end) {
            self.escape_behind(bytes, end, Hint::of_run(start, end));
        }
        if start > 0 && matches!(bytes[start - 1], b'%' | b'\\' | b';') {
            self.escape_before(bytes, start, Hint::of_run(start, end));
        }
        if bytes[end - 1] == b'=' && matches!(bytes.get(end), Some(b'\n' | b'\r')) {
            self.soft_break(bytes, end);
        }
    }

    /// Whether [`Encoded::run`] does anything for a run.
    #[inline]
    pub(in crate::engine) fn is_marked(bytes: &[u8], start: usize, end: usize) -> bool {
        let is_behind = start > 0 && matches!(bytes[start - 1], b'%' | b'\\' | b';');
        is_behind || bytes[end - 1] == b'=' || matches!(bytes.get(end), Some(b'%' | b'\\' | b'&'))
    }

    /// `secret` at `at`: where that is the kind of a manifest, what its entries hold is base64, however short.
    pub(in crate::engine) fn manifest(&mut self, bytes: &[u8], at: usize) {
        if self.manifests > bytes.len() * MANIFESTS_TIMES_INPUT + MORE_MANIFESTS {
            return;
        }
        let looked = kubernetes::entries(bytes, at, &mut |span| {
            // Of a manifest that names its kind twice, each entry is met twice.
            if span.start >= self.entries {
                self.entries = span.end;
                self.add(Stretch { span, coding: Coding::Base64, entry: true });
            }
        });
        self.manifests += looked;
        // What is above and below a manifest is part of it.
        self.unsettled |= looked > 0;
    }

    /// Whether what begins at `at` may be the kind of a manifest, by the bytes of the word and the one before.
    pub(in crate::engine) fn may_be_manifest(bytes: &[u8], at: usize) -> bool {
        kubernetes::may_be_kind(bytes, at)
    }

    pub(super) fn add(&mut self, stretch: Stretch) {
        if self.own.is_none_or(|own| own.contains(&stretch.span)) {
            self.stretches.push(stretch);
        }
    }

    /// A maximal stretch of the characters of both base64 alphabets, at least [`LEAST`] long.
    pub(in crate::engine) fn long(&mut self, bytes: &[u8], start: usize, end: usize) {
        // In `…\nQUJD` the `n` belongs to the line break.
        let start = start + usize::from(start > 0 && bytes[start - 1] == b'\\' && bytes[start] == b'n');
        let goes_on = self.goes_on(bytes, start, end);
        // A shorter line is the last of its block.
        let may_go_on = (!goes_on || end - start == self.line.len()) && end - start >= LEAST_LINE && line_break(bytes, end).is_some();
        self.line = if may_go_on { Span::new(start, end) } else { Span::default() };
        // A block is as its first line is, however far that is away.
        self.unsettled |= goes_on;
        if goes_on || end - start < LEAST {
            return;
        }
        if let Some(span) = hex(bytes, start, end) {
            self.add(Stretch { span, coding: Coding::Hex, entry: false });
        } else if let Some(start) = base64_start(bytes, start, end) {
            let wrapped = wrapped_end(bytes, start, end);
            self.unsettled |= wrapped > end;
            let end = padded(bytes, wrapped);
            self.add(Stretch { span: Span::new(start, end), coding: Coding::Base64, entry: false });
        }
    }

    /// Whether a word is a further line of the block that the last one belongs to. What the first line is, the
    /// whole block is.
    fn goes_on(&self, bytes: &[u8], start: usize, end: usize) -> bool {
        let is_next = |line: Span| line_break(bytes, line.end).is_some_and(|length| line.end + length == start);
        !self.line.is_empty() && end - start <= self.line.len() && is_next(self.line)
    }
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

/// Where base64 of text begins in a word: at its beginning, or behind something that is joined to it, such as a path.
fn base64_start(bytes: &[u8], start: usize, end: usize) -> Option<usize> {
    const MOST_JOINTS: usize = 8;
    const LEAST_JOINED: usize = 32;
    const INTEGRITY: &[u8] = b"sha";
    let word = &bytes[start..end];
    let may_start = |at: usize| may_begin_text(&word[at..]) && encodes_text(&word[at..]);
    let found = if may_start(0) {
        0
    } else if word.len() < LEAST_JOINED || word.starts_with(INTEGRITY) {
        return None;
    } else {
        let joints = memchr::memchr3_iter(b'/', b'-', b'_', &word[..word.len() - LEAST]);
        joints.take(MOST_JOINTS).map(|joint| joint + 1).find(|&at| may_start(at))?
    };
    (!is_shown_data(bytes, start) && !is_token_part(bytes, start, end)).then_some(start + found)
}

/// Whether the first two bytes that a word encodes may be those of text: what most words are told by.
#[inline]
fn may_begin_text(word: &[u8]) -> bool {
    let value = |at: usize| symbol(word[at]).unwrap_or(0);
    let first = value(0) << 2 | value(1) >> 4;
    let second = value(1) << 4 | value(2) >> 2;
    match (first, second) {
        (0xc2.., 0x80..0xc0) | (0x1f, 0x8b) | (0xff, 0xfe) | (0xfe, 0xff) => true,
        // A line break or a quotation mark before text in another script.
        (_, 0xc2..=0xf4) => is_plain(first),
        _ => (is_plain(first) || first == 0) && (is_plain(second) || second == 0),
    }
}

/// Whether the first [`LEAST`] characters of a word may be the base64 of text. Nearly all words say no after the
/// first few.
fn encodes_text(word: &[u8]) -> bool {
    const HEAD: usize = LEAST / 4 * 3;
    const GZIP: &[u8] = b"H4sI";
    let mut head = [0; HEAD];
    let mut state = Head::default();
    for (group, bytes) in word[..LEAST].as_chunks::<4>().0.iter().zip(head.as_chunks_mut::<3>().0) {
        let bits = group.iter().fold(0u32, |bits, &byte| bits << 6 | u32::from(symbol(byte).unwrap_or(0)));
        let [_, decoded @ ..] = bits.to_be_bytes();
        *bytes = decoded;
        if !decoded.iter().all(|&byte| state.take(byte)) {
            return word.starts_with(GZIP);
        }
    }
    may_be_text(&head)
}

/// The first bytes of what may be text.
#[derive(Default)]
struct Head {
    /// How many more bytes the character at hand has.
    open: u8,
    /// Whether there was a control character.
    control: bool,
}

impl Head {
    /// Whether text may go on with `byte`: UTF-8, or the zeros and the mark of UTF-16.
    #[inline]
    fn take(&mut self, byte: u8) -> bool {
        match byte {
            0x80..=0xbf if self.open > 0 => self.open -= 1,
            0xfe | 0xff => {}
            _ if self.open > 0 => return false,
            0xc2..=0xf4 => self.open = 1 + u8::from(byte >= 0xe0) + u8::from(byte >= 0xf0),
            _ if is_plain(byte) || byte == 0 => {}
            0x80.. => return false,
            _ if self.control => return false,
            _ => self.control = true,
        }
        true
    }
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
