//! Notes stretches of escaped text: percent signs, escapes of string literals, entities, soft line breaks.
//!
//! One escape says little, and source code is full of them; so they are looked at beside runs of token characters
//! and behind keywords of patterns, and some do not count ([`tells`]).

use super::coding::Coding;
use super::gather::LEAST;
use super::{Encoded, Stretch};
use crate::text::Span;

/// How far before and behind an escape its line is decoded, in bytes.
const BEFORE: usize = 1024;
const BEHIND: usize = 3072;
/// The least number of escapes on a stretch that is decoded, unless one stands beside a long run.
const LEAST_ESCAPES: usize = 2;

/// The most backslashes before a quote that are counted.
const MOST_ESCAPING: usize = 64;

/// Why a place is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hint {
    /// A run of token characters is beside it.
    Run,
    /// A run as long as a token: one escape is enough.
    LongRun,
    /// A keyword of a pattern is before it.
    Pattern,
    /// A chain of escapes begins there.
    Chain,
}

impl Hint {
    /// Which of the marks of [`Encoded::seen`] it has: what is found in another order must not hide what this one tells of.
    fn kind(self) -> usize {
        match self {
            Hint::Run | Hint::LongRun => 0,
            Hint::Pattern => 1,
            Hint::Chain => 2,
        }
    }

    pub(super) fn of_run(start: usize, end: usize) -> Hint {
        if end - start >= LEAST { Hint::LongRun } else { Hint::Run }
    }
}

/// Up to where stretches of one coding were looked at.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Seen {
    /// The end of the last one that was noted.
    taken: usize,
    /// The end of the last one that had too few escapes.
    left: usize,
}

impl Encoded {
    /// A keyword of a pattern ends at `at`. A pattern cannot know in what ways its quotes may be escaped.
    pub(in crate::engine) fn pattern(&mut self, bytes: &[u8], at: usize) {
        const REACH: usize = 64;
        let behind = &bytes[at..bytes.len().min(at + REACH)];
        let marks = memchr::memchr3_iter(b'%', b'\\', b'&', behind);
        if let Some(mark) = marks.map(|mark| at + mark).find(|&mark| coding_of(bytes[mark]).escaped(&bytes[mark..]).is_some()) {
            self.escape(bytes, mark, Hint::Pattern);
        }
    }

    /// An escape sequence may begin at `at`, just behind a run, which may be a long one.
    #[cold]
    pub(super) fn escape_behind(&mut self, bytes: &[u8], at: usize, hint: Hint) {
        if tells(coding_of(bytes[at]), &bytes[at..]) {
            self.escape(bytes, at, hint);
        }
    }

    /// What is escaped together with the sequence at `at`, unless it was looked at before. Says where a bound cut it behind
    /// that.
    pub(super) fn escape(&mut self, bytes: &[u8], at: usize, hint: Hint) -> Option<usize> {
        let coding = coding_of(bytes[at]);
        let seen = &mut self.seen[hint.kind()][coding as usize];
        if at < seen.taken || (at < seen.left && hint != Hint::LongRun) {
            return None;
        }
        let span = around(coding, bytes, at);
        let cut = (span.end == at + BEHIND).then_some(span.end);
        // Where such a stretch ends, the next begins: a chain of them is as the first one is.
        self.unsettled |= span.start + BEFORE == at || span.end == at + BEHIND;
        let span = self.own.map_or(span, |own| Span::new(span.start.max(own.start).min(at), span.end.min(own.end).max(at)));
        let text = span.of(bytes);
        let escapes = memchr::memchr_iter(bytes[at], text).filter(|&at| coding.is_escape(&text[at..]));
        if matches!(hint, Hint::LongRun | Hint::Chain) || escapes.take(LEAST_ESCAPES).count() == LEAST_ESCAPES {
            seen.taken = span.end.max(at + 1);
            self.add(Stretch { span, coding, entry: false });
        } else {
            seen.left = span.end.max(at + 1);
        }
        cut
    }

    /// An escape sequence may end just behind `start`, the beginning of a run, or just before it.
    #[cold]
    pub(super) fn escape_before(&mut self, bytes: &[u8], start: usize, hint: Hint) {
        const LONGEST_ENTITY: usize = 10;
        if bytes[start - 1] != b';' {
            self.escape_behind(bytes, start - 1, hint);
        } else if let Some(mark) = memchr::memrchr(b'&', &bytes[start.saturating_sub(LONGEST_ENTITY)..start]) {
            self.escape_behind(bytes, start.saturating_sub(LONGEST_ENTITY) + mark, hint);
        }
    }

    /// A run ends with the `=` that ends its line: perhaps a line of quoted-printable text that goes on.
    #[cold]
    pub(super) fn soft_break(&mut self, bytes: &[u8], end: usize) {
        const LINES: std::ops::RangeInclusive<usize> = 70..=76;
        const LONGEST_GAP: usize = 256;
        let coding = Coding::QuotedPrintable;
        let start = memchr::memrchr(b'\n', &bytes[end.saturating_sub(BEFORE)..end]).map(|at| end.saturating_sub(BEFORE) + at + 1);
        let Some(start) = start.or((end < BEFORE).then_some(0)) else { return };
        let next = &bytes[end..bytes.len().min(end + LONGEST_GAP)];
        let goes_on = next.trim_ascii_start().first().is_some_and(u8::is_ascii_alphanumeric) && !next.starts_with(b"\n\n");
        if start < self.seen[0][coding as usize].taken || !LINES.contains(&(end - start)) || bytes[end - 2] == b'=' || !goes_on {
            return;
        }
        // Such text goes over lines.
        self.unsettled = true;
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
        self.seen[0][coding as usize].taken = stop;
        // Text without any other escape is more likely a list of hashes.
        let text = &bytes[start..stop];
        if memchr::memchr_iter(b'=', text).any(|at| coding.escaped(&text[at..]).is_some()) {
            self.add(Stretch { span: Span::new(start, stop), coding, entry: false });
        }
    }
}

pub(super) fn coding_of(mark: u8) -> Coding {
    match mark {
        b'%' => Coding::Percent,
        b'\\' => Coding::Escape,
        _ => Coding::Entity,
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
            b'\\' => coding.escaped(&rest[1..]).is_some(),
            _ => false,
        },
        // Quotes and tags end a token in markup too; what could be part of one is another matter.
        _ => !matches!(decoded, b'"' | b'\'' | b'<' | b'>'),
    }
}

/// The stretch that is escaped together with what is at `at`: up to what cannot stand in such text unescaped.
fn around(coding: Coding, bytes: &[u8], at: usize) -> Span {
    let ends = |at: usize| match (coding, bytes[at]) {
        (_, b'\n' | b'\r') => true,
        (Coding::Percent, byte) => byte <= b' ' || matches!(byte, b'"' | b'\'' | b'<' | b'>' | b'`' | b'\\'),
        (Coding::Entity, byte) => matches!(byte, b'"' | b'<' | b'>'),
        (_, byte) => {
            byte == b'"' && bytes[..at].iter().rev().take(MOST_ESCAPING).take_while(|&&byte| byte == b'\\').count().is_multiple_of(2)
        }
    };
    let from = at.saturating_sub(BEFORE);
    let to = bytes.len().min(at + BEHIND);
    let start = (from..at).rev().find(|&at| ends(at)).map_or(from, |last| last + 1);
    let end = (at..to).find(|&at| ends(at)).unwrap_or(to);
    Span::new(start, end)
}
