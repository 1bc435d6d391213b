//! A place in bytes that moves forward. Everything here is bounded by the end of the bytes, which [`super::parse`]
//! has set to the reach.

use super::beyond;

/// The most blanks and line breaks between a name and its value.
const MOST_BLANKS: usize = 128;

/// A place in bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cursor<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) at: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(bytes: &'a [u8], at: usize) -> Self {
        Cursor { bytes, at }
    }

    /// The byte here.
    pub(super) fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// The byte `ahead` bytes further.
    pub(super) fn peek_ahead(&self, ahead: usize) -> Option<u8> {
        self.bytes.get(self.at + ahead).copied()
    }

    /// Everything from here.
    pub(super) fn rest(&self) -> &'a [u8] {
        &self.bytes[self.at.min(self.bytes.len())..]
    }

    /// Steps over `text` if it stands here.
    #[inline]
    pub(super) fn eat(&mut self, text: &str) -> bool {
        let is_here = begins_with(self.rest(), text);
        if is_here {
            self.at += text.len();
        }
        is_here
    }

    /// Steps over `text`, ignoring case, if it stands here.
    pub(super) fn eat_ignoring_case(&mut self, text: &str) -> bool {
        let is_here = starts_ignoring_case(self.rest(), text.as_bytes());
        if is_here {
            self.at += text.len();
        }
        is_here
    }

    /// Steps over spaces, tabs and no-break spaces (U+00A0, as word processors write them); says how many bytes they have.
    pub(super) fn skip_blanks(&mut self) -> usize {
        let start = self.at;
        while self.at - start < MOST_BLANKS {
            self.at += match self.peek() {
                Some(b' ' | b'\t') => 1,
                Some(0xc2) if self.peek_ahead(1) == Some(0xa0) => 2,
                _ => break,
            };
        }
        self.at - start
    }

    /// Steps over blanks and at most one line break (also one that is escaped by `\`); says whether there was one.
    pub(super) fn skip_blanks_and_line_break(&mut self) -> bool {
        self.skip_blanks();
        let mut ahead = *self;
        ahead.eat("\\");
        if ahead.at_line_end() {
            beyond::note();
        }
        ahead.eat("\r");
        if !ahead.eat("\n") {
            return false;
        }
        ahead.skip_blanks();
        *self = ahead;
        true
    }

    /// Steps over an identifier (letters, digits, `_` and `extra`) and returns it; empty where none is here.
    pub(super) fn identifier(&mut self, extra: &[u8]) -> &'a [u8] {
        let start = self.at;
        while self.at - start < super::LONGEST_NAME && self.peek().is_some_and(|byte| is_word(byte) || extra.contains(&byte)) {
            self.at += 1;
        }
        &self.bytes[start..self.at]
    }

    /// Whether the line ends here.
    pub(super) fn at_line_end(&self) -> bool {
        matches!(self.peek(), None | Some(b'\n' | b'\r'))
    }
}

/// As `starts_with`. Most places differ from what is looked for there in the first byte, which is cheaper to compare.
#[inline]
pub(super) fn begins_with(bytes: &[u8], text: &str) -> bool {
    bytes.first() == text.as_bytes().first() && bytes.starts_with(text.as_bytes())
}

/// Whether a byte can be inside an identifier. Bytes beyond ASCII count as letters.
pub(super) fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

pub(super) fn starts_ignoring_case(bytes: &[u8], prefix: &[u8]) -> bool {
    bytes.len() >= prefix.len() && bytes[..prefix.len()].eq_ignore_ascii_case(prefix)
}
