//! Programs that take a password without naming it: `sshpass -p …`, `curl -u user:…`, `mysql -p…`.
//!
//! Here the keyword is the program's name, and the value is found by the program's own option.

use super::cursor::{Cursor, is_word};
use super::programs::{PROGRAMS, Takes};
use super::quote::quotation;
use super::{Assignment, Form, Operator};
use crate::engine::entropy::{RANDOM, randomness};
use crate::text::Span;

/// The most words of a command line that are looked at.
const MOST_WORDS: usize = 48;

/// Whether words of a command line follow the name of a program that ends at `end`, and not the rest of a longer name.
#[inline]
pub(in crate::engine) fn ends_at(bytes: &[u8], end: usize) -> bool {
    matches!(bytes.get(end), Some(b' ' | b'\t' | b'"' | b'\''))
}

/// The password on a command line whose program `keyword` names.
pub(super) fn parse(bytes: &[u8], keyword: Span) -> Option<Assignment> {
    ends_at(bytes, keyword.end).then_some(())?;
    let before = keyword.start.checked_sub(1).map(|at| bytes[at]);
    // `["mysql", "-p…"]`: the words are the items of a list.
    let is_list = matches!(bytes[keyword.end], b'"' | b'\'');
    let is_program = before.is_none_or(|byte| !is_word(byte) && !matches!(byte, b'-' | b'.'));
    if is_list { before == Some(bytes[keyword.end]) } else { is_program }.then_some(())?;
    let text = keyword.of(bytes);
    let mut known = PROGRAMS.iter().filter(|(program, _)| text.eq_ignore_ascii_case(program.as_bytes()));
    let words = Words { cursor: Cursor::new(bytes, keyword.end + usize::from(is_list)), left: MOST_WORDS, is_list };
    known.find_map(|(_, takes)| find(words.clone(), *takes)).map(|(value, quoted)| Assignment {
        name: keyword,
        value,
        quoted: quoted || is_list,
        operator: Operator::Space,
        form: Form::Position,
        partial: false,
    })
}

/// The value among the words of a command line, and whether it is in quotes of its own.
fn find(mut words: Words<'_>, takes: Takes) -> Option<(Span, bool)> {
    let bytes = words.cursor.bytes;
    match takes {
        Takes::Either(option) => words.option(option, true),
        Takes::Glued(option) => words.option(option, false),
        Takes::Pair(option, separator) => {
            let (span, quoted) = words.option(option, true)?;
            let start = span.start + memchr::memchr(separator, span.of(bytes))? + 1;
            if start == span.end {
                let user = Span::new(span.start, start - 1);
                return is_key(user.of(bytes)).then_some((user, quoted));
            }
            // user:'value': the quotation begins inside the word.
            let inner = quotation(bytes, start).filter(|_| !quoted);
            Some(inner.map_or((Span::new(start, span.end), quoted), |(inner, _)| (inner, true)))
        }
        Takes::Prefixed(prefix) => words
            .find(|(span, _)| span.of(bytes).starts_with(prefix.as_bytes()))
            .map(|(span, quoted)| (Span::new(span.start + prefix.len(), span.end), quoted)),
        Takes::Behind(command, place) => {
            words.find(|(span, _)| span.of(bytes) == command.as_bytes())?;
            words.nth(place - 1)
        }
        Takes::Word(option, place) => {
            if !option.is_empty() {
                words.find(|(span, _)| is_option_with(span.of(bytes), option))?;
            }
            words.filter(|(span, _)| !span.of(bytes).starts_with(b"-")).nth(place - 1)
        }
    }
}

/// Whether a user that signs in without a password is the key of an API: `curl -u KEY: https://…`
fn is_key(user: &[u8]) -> bool {
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-.+/=".contains(byte);
    // Hex digits, and those of a UUID, are less like chance than letters and digits.
    let is_hex = || user.len() >= 32 && user.iter().all(|&byte| byte.is_ascii_hexdigit() || byte == b'-');
    (20..=200).contains(&user.len())
        && user.iter().all(is_plain)
        && user.iter().any(u8::is_ascii_digit)
        && (randomness(user) > RANDOM || is_hex())
}

/// Whether `word` is the one-letter option, possibly among others: `-cb` holds `-b`.
fn is_option_with(word: &[u8], option: &str) -> bool {
    let letter = option.as_bytes()[1];
    word.len() > 1 && word[0] == b'-' && word[1..].iter().all(u8::is_ascii_alphabetic) && word.contains(&letter)
}

/// The words of a command line, up to its end.
#[derive(Clone)]
struct Words<'a> {
    cursor: Cursor<'a>,
    left: usize,
    /// Whether they are the strings of a list in code: `["mysql", "-p…"]`.
    is_list: bool,
}

impl Words<'_> {
    /// `, "…"`
    fn next_item(&mut self) -> Option<(Span, bool)> {
        self.cursor.skip_blanks_and_line_break();
        self.cursor.eat(",").then_some(())?;
        self.cursor.skip_blanks_and_line_break();
        let (span, after) = quotation(self.cursor.bytes, self.cursor.at)?;
        self.cursor.at = after;
        Some((span, false))
    }

    /// The value of an option: glued to it, and the next word too where `separate` says so.
    fn option(&mut self, option: &str, separate: bool) -> Option<(Span, bool)> {
        let bytes = self.cursor.bytes;
        while let Some((span, quoted)) = self.next() {
            let word = span.of(bytes);
            if quoted || !word.starts_with(option.as_bytes()) {
                continue;
            }
            if word.len() > option.len() {
                if option.starts_with("--") && word[option.len()] != b'=' {
                    continue;
                }
                let skip = option.len() + usize::from(word[option.len()] == b'=');
                let start = span.start + skip;
                // -p'value': the quotation begins inside the word.
                return quotation(bytes, start).map(|(inner, _)| (inner, true)).or(Some((Span::new(start, span.end), false)));
            }
            if separate {
                return self.next();
            }
        }
        None
    }
}

impl Iterator for Words<'_> {
    type Item = (Span, bool);

    fn next(&mut self) -> Option<(Span, bool)> {
        self.left = self.left.checked_sub(1)?;
        if self.is_list {
            return self.next_item();
        }
        self.cursor.skip_blanks();
        if self.cursor.rest().starts_with(b"\\\n") || self.cursor.rest().starts_with(b"\\\r\n") {
            self.cursor.skip_blanks_and_line_break();
        }
        if matches!(self.cursor.peek()?, b'\n' | b'\r' | b'|' | b';' | b'&' | b'`' | b')') {
            return None;
        }
        if let Some((span, after)) = quotation(self.cursor.bytes, self.cursor.at) {
            self.cursor.at = after;
            return Some((span, true));
        }
        let start = self.cursor.at;
        while self.cursor.peek().is_some_and(|byte| byte > b' ' && !matches!(byte, b'`' | b'|' | b';')) {
            let is_quote = matches!(self.cursor.peek(), Some(b'"' | b'\''));
            // A mark that opens nothing closes the string that the command line stands in.
            let after =
                if is_quote { quotation(self.cursor.bytes, self.cursor.at).map(|(_, after)| after) } else { Some(self.cursor.at + 1) };
            let Some(after) = after else { break };
            self.cursor.at = after;
        }
        (self.cursor.at > start).then(|| (Span::new(start, self.cursor.at), false))
    }
}
