//! L2: the first stage: runs of token characters.
//!
//! Almost every secret is, or holds, a run of at least [`LEAST_RUN`] characters of `A-Z a-z 0-9 _ - + / = .`,
//! so only such runs are looked at closer. Finding them does not depend on the rules: the cost per byte
//! is the same for one rule and for two thousand. What a run of this kind need not hold (passwords, PEM
//! labels, URLs) has literals of its own in [`super::literals`].

use super::simd::{self, Level};
use crate::rules::plan::LEAST_RUN;

/// Calls `visit(start, end)` for every maximal run of at least [`LEAST_RUN`] token characters, in order.
#[inline]
pub(super) fn for_each(level: Level, bytes: &[u8], visit: &mut impl FnMut(usize, usize)) {
    let mut finder = Finder { start: None };
    simd::token_masks(level, bytes, &mut |at, mask| finder.block(at, mask, (bytes.len() - at).min(64), visit));
    finder.finish(bytes.len(), visit);
}

/// Puts runs together over block borders.
struct Finder {
    start: Option<usize>,
}

impl Finder {
    #[inline]
    fn block(&mut self, base: usize, mask: u64, len: usize, visit: &mut impl FnMut(usize, usize)) {
        let mut from = 0;
        if let Some(start) = self.start {
            let more = mask.trailing_ones() as usize;
            if more >= len {
                return;
            }
            self.start = None;
            from = more;
            if base + more - start >= LEAST_RUN {
                visit(start, base + more);
            }
        }
        // A bit for every character that ends a stretch of LEAST_RUN characters inside the block.
        let pairs = mask & mask << 1;
        let fours = pairs & pairs << 2;
        let mut ends = fours & fours << 4 & fours << 8;
        if from > 0 {
            ends &= u64::MAX << from.min(63);
        }
        while ends != 0 {
            let start = ends.trailing_zeros() as usize + 1 - LEAST_RUN;
            let length = (mask >> start).trailing_ones() as usize;
            let end = start + length;
            if end >= len.min(64) {
                break;
            }
            visit(base + start, base + end);
            ends &= u64::MAX << end;
        }
        let tail = mask.leading_ones() as usize;
        if tail > 0 && len == 64 {
            self.start = Some(base + 64 - tail);
        } else if len < 64 {
            let tail = (mask << (64 - len)).leading_ones() as usize;
            self.start = (tail > 0).then_some(base + len - tail);
        }
    }

    fn finish(self, len: usize, visit: &mut impl FnMut(usize, usize)) {
        if let Some(start) = self.start
            && len - start >= LEAST_RUN
        {
            visit(start, len);
        }
    }
}

/// A maximal stretch of characters of one class inside a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Word {
    /// Offset of its first character.
    pub(super) start: usize,
    /// Offset behind its last character.
    pub(super) end: usize,
}

/// What one run is made of.
#[derive(Debug, Default)]
pub(super) struct Anatomy {
    /// Where words begin: a letter or digit behind something else.
    pub(super) beginnings: Vec<usize>,
    /// Maximal words with a digit, of [`LEAST_RUN`] characters and more.
    pub(super) words: Vec<Word>,
    /// Maximal stretches of word characters, `+` and `/`, with a digit, likewise; only those that are no words.
    pub(super) wide: Vec<Word>,
}

impl Anatomy {
    /// Takes the run `start..end` of `bytes` apart.
    pub(super) fn read(&mut self, level: Level, bytes: &[u8], start: usize, end: usize) {
        self.beginnings.clear();
        self.words.clear();
        self.wide.clear();
        let (mut word, mut wide) = (Stretch::new(start), Stretch::new(start));
        let mut inside = 0;
        let mut at = start;
        while at < end {
            let length = (end - at).min(64);
            let masks = simd::class_masks(level, &bytes[at..at + length]);
            let mut beginnings = masks.alnum & !(masks.alnum << 1 | inside);
            while beginnings != 0 {
                let beginning = at + beginnings.trailing_zeros() as usize;
                beginnings &= beginnings - 1;
                if end - beginning >= LEAST_RUN {
                    self.beginnings.push(beginning);
                }
            }
            inside = masks.alnum >> 63;
            word.take(at, length, masks.word, masks.digit, &mut self.words);
            wide.take(at, length, masks.word | masks.wide, masks.digit, &mut self.wide);
            at += length;
        }
        word.finish(end, &mut self.words);
        wide.finish(end, &mut self.wide);
        let words = &self.words;
        self.wide.retain(|stretch| !words.contains(stretch));
    }
}

/// A stretch on the way through a run.
struct Stretch {
    start: usize,
    digit: bool,
}

impl Stretch {
    fn new(start: usize) -> Stretch {
        Stretch { start, digit: false }
    }

    /// Takes the `length` characters at `at`, of which `class` are of the class.
    fn take(&mut self, at: usize, length: usize, class: u64, digits: u64, found: &mut Vec<Word>) {
        let mut breaks = !class;
        let mut from = 0;
        loop {
            let next = (breaks.trailing_zeros() as usize).min(length);
            let part = if from == 64 { 0 } else { digits >> from & low_bits(next - from) };
            self.digit |= part != 0;
            if next >= length {
                return;
            }
            self.end_at(at + next, found);
            from = next + 1;
            breaks &= breaks - 1;
        }
    }

    fn end_at(&mut self, end: usize, found: &mut Vec<Word>) {
        if self.digit && end - self.start >= LEAST_RUN {
            found.push(Word { start: self.start, end });
        }
        *self = Stretch::new(end + 1);
    }

    fn finish(mut self, end: usize, found: &mut Vec<Word>) {
        if self.start < end {
            self.end_at(end, found);
        }
    }
}

fn low_bits(count: usize) -> u64 {
    if count >= 64 { u64::MAX } else { (1 << count) - 1 }
}

#[cfg(test)]
mod tests {
    use super::{Anatomy, LEAST_RUN, Word, for_each};
    use crate::engine::simd::Level;
    use crate::text::chars::{is_alnum, is_token, is_word};
    use proptest::prelude::*;

    fn runs(level: Level, bytes: &[u8]) -> Vec<(usize, usize)> {
        let mut found = Vec::new();
        for_each(level, bytes, &mut |start, end| found.push((start, end)));
        found
    }

    fn plain(bytes: &[u8]) -> Vec<(usize, usize)> {
        let mut found = Vec::new();
        let mut start = 0;
        for at in 0..=bytes.len() {
            if at == bytes.len() || !is_token(bytes[at]) {
                if at - start >= LEAST_RUN {
                    found.push((start, at));
                }
                start = at + 1;
            }
        }
        found
    }

    fn words(bytes: &[u8], wide: bool) -> Vec<Word> {
        let belongs = |byte: u8| is_word(byte) || (wide && matches!(byte, b'+' | b'/'));
        let mut found = Vec::new();
        let mut start = 0;
        for end in 0..=bytes.len() {
            if end == bytes.len() || !belongs(bytes[end]) {
                if end - start >= LEAST_RUN && bytes[start..end].iter().any(u8::is_ascii_digit) {
                    found.push(Word { start, end });
                }
                start = end + 1;
            }
        }
        found
    }

    proptest! {
        #[test]
        fn a_run_is_taken_apart_as_by_a_plain_loop(text in "([a-zA-Z_-]{0,30}[0-9=.+/]?){0,8}") {
            let bytes = text.as_bytes();
            let beginnings: Vec<usize> = (0..bytes.len())
                .filter(|&at| is_alnum(bytes[at]) && (at == 0 || !is_alnum(bytes[at - 1])) && bytes.len() - at >= LEAST_RUN)
                .collect();
            let plain_words = words(bytes, false);
            let mut plain_wide = words(bytes, true);
            plain_wide.retain(|stretch| !plain_words.contains(stretch));
            for level in Level::all() {
                let mut anatomy = Anatomy::default();
                anatomy.read(level, bytes, 0, bytes.len());
                prop_assert_eq!(&anatomy.beginnings, &beginnings);
                prop_assert_eq!(&anatomy.words, &plain_words);
                prop_assert_eq!(&anatomy.wide, &plain_wide);
            }
        }

        #[test]
        fn runs_are_those_of_a_plain_loop(text in "([a-zA-Z0-9_=.+/-]{0,80}[ \"\n:]{0,3}){0,8}") {
            for level in Level::all() {
                prop_assert_eq!(runs(level, text.as_bytes()), plain(text.as_bytes()));
            }
        }
    }
}
