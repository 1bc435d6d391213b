//! L2: the first stage: runs of token characters, and the words in them.
//!
//! Almost every secret is, or holds, a run of at least [`LEAST_RUN`] characters of `A-Z a-z 0-9 _ - + / = .`,
//! so only such runs are looked at closer. Finding them does not depend on the rules: the cost per byte
//! is the same for one rule and for two thousand. What a run of this kind need not hold (passwords, PEM
//! labels, URLs) has literals of its own ([`super::words`]).
//!
//! All of it is arithmetic on masks of 64 bytes, without a loop over characters; only what it finds costs a branch.

#![allow(clippy::inline_always, reason = "what is not inlined into vector code is compiled without its features")]

use super::simd::{Blocks, Classes, Level, classify};
use crate::rules::plan::LEAST_RUN;

/// What may be encoded text is at least this long, in bytes.
pub(super) const LONG: usize = 24;

/// A maximal stretch of characters of one class, at least [`LEAST_RUN`] long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Word {
    /// Offset of its first character.
    pub(super) start: usize,
    /// Offset behind its last character.
    pub(super) end: usize,
}

/// What is done with the runs of a text and their parts. Each kind comes in the order of the text.
pub(super) trait Visitor {
    /// A word (letters and digits) begins, and at least [`LEAST_RUN`] token characters follow from there.
    fn beginning(&mut self, at: usize);
    /// A maximal word (letters, digits, `_`, `-`) with a digit.
    fn word(&mut self, word: Word);
    /// A maximal stretch of word characters, `+` and `/`, with a digit, that is no word.
    fn wide(&mut self, stretch: Word);
    /// A maximal stretch of word characters, `+` and `/` that is at least [`LONG`] bytes long.
    fn long(&mut self, stretch: Word);
    /// A maximal run of token characters.
    fn run(&mut self, start: usize, end: usize);
}

/// Shows `visitor` every run of at least [`LEAST_RUN`] token characters and what it is made of.
#[inline]
pub(super) fn for_each(level: Level, bytes: &[u8], visitor: &mut impl Visitor) {
    let mut finder = Finder {
        visitor,
        length: bytes.len(),
        base: 0,
        before: Classes::default(),
        current: Classes::default(),
        token: Open::default(),
        word: Open::default(),
        wide: Open::default(),
    };
    classify(level, bytes, &mut finder);
    finder.flush();
}

/// A stretch that goes on over the end of a block.
#[derive(Default)]
struct Open {
    /// Where it began.
    start: usize,
    /// Whether it had a digit so far.
    digit: bool,
}

/// The state between blocks. A block is looked at when the next one is known.
struct Finder<'v, V> {
    visitor: &'v mut V,
    length: usize,
    /// Where the current block begins.
    base: usize,
    before: Classes,
    current: Classes,
    token: Open,
    word: Open,
    wide: Open,
}

impl<V: Visitor> Blocks for Finder<'_, V> {
    #[inline(always)]
    fn block(&mut self, base: usize, classes: Classes) {
        if base > 0 {
            self.step(classes.token);
        }
        self.before = self.current;
        self.current = classes;
        self.base = base;
    }
}

impl<V: Visitor> Finder<'_, V> {
    /// The last block, and one more of nothing, where what reaches the end of the text ends.
    fn flush(&mut self) {
        let next = self.base + 64;
        if self.length == next {
            self.block(next, Classes::default());
        }
        self.step(0);
    }

    #[inline(always)]
    fn step(&mut self, next_token: u64) {
        let (base, before, current) = (self.base, self.before, self.current);
        let mut beginnings = current.alnum & !(current.alnum << 1 | before.alnum >> 63) & followed(current.token, next_token);
        while beginnings != 0 {
            self.visitor.beginning(base + beginnings.trailing_zeros() as usize);
            beginnings &= beginnings - 1;
        }
        let mut words = behind(current.word, before.word).0 & self.word.with_digit(current.word, current.digit);
        let (wides, mut longs) = behind(current.wide, before.wide);
        let mut wides = wides & self.wide.with_digit(current.wide, current.digit);
        let mut runs = behind(current.token, before.token).0;
        if words | wides | longs | runs != 0 {
            while words != 0 {
                let end = words.trailing_zeros();
                self.visitor.word(self.word.ended(base, current.word, end));
                words &= words - 1;
            }
            while wides != 0 {
                let end = wides.trailing_zeros();
                let stretch = self.wide.ended(base, current.wide, end);
                if stretch != self.word.ended(base, current.word, end) {
                    self.visitor.wide(stretch);
                }
                wides &= wides - 1;
            }
            while longs != 0 {
                self.visitor.long(self.wide.ended(base, current.wide, longs.trailing_zeros()));
                longs &= longs - 1;
            }
            while runs != 0 {
                let run = self.token.ended(base, current.token, runs.trailing_zeros());
                self.visitor.run(run.start, run.end);
                runs &= runs - 1;
            }
        }
        self.token.carry(base, current.token);
        self.word.carry(base, current.word);
        self.wide.carry(base, current.wide);
    }
}

impl Open {
    /// One bit right behind each stretch that has a digit. A digit added to the ones of its stretch carries to its end.
    #[inline(always)]
    fn with_digit(&mut self, class: u64, digits: u64) -> u64 {
        let (sum, over) = class.overflowing_add(digits);
        let (sum, over_too) = sum.overflowing_add(u64::from(self.digit));
        self.digit = over | over_too;
        sum & !class
    }

    /// The stretch that ends before bit `end` of the block at `base`.
    #[inline(always)]
    fn ended(&self, base: usize, class: u64, end: u32) -> Word {
        let breaks = !class & ((1 << end) - 1);
        let start = if breaks == 0 { self.start } else { base + 64 - breaks.leading_zeros() as usize };
        Word { start, end: base + end as usize }
    }

    /// Goes on to the next block.
    #[inline(always)]
    fn carry(&mut self, base: usize, class: u64) {
        if class != u64::MAX {
            self.start = base + 64 - class.leading_ones() as usize;
        }
    }
}

const _: () = assert!(LEAST_RUN == 12 && LONG == 2 * LEAST_RUN, "the shifts below add up to them");

/// One bit for every character that, with the next ones, begins [`LEAST_RUN`] of the class.
#[inline(always)]
#[allow(clippy::cast_possible_truncation, reason = "the lower half is wanted")]
fn followed(class: u64, next: u64) -> u64 {
    let both = u128::from(class) | u128::from(next) << 64;
    let pairs = both & both >> 1;
    let fours = pairs & pairs >> 2;
    (fours & fours >> 4 & fours >> 8) as u64
}

/// One bit right behind each stretch of the class that ends there and has at least [`LEAST_RUN`] characters; and the
/// same for [`LONG`].
#[inline(always)]
#[allow(clippy::cast_possible_truncation, reason = "the upper half is wanted")]
fn behind(class: u64, before: u64) -> (u64, u64) {
    let both = u128::from(before) | u128::from(class) << 64;
    let pairs = both & both << 1;
    let fours = pairs & pairs << 2;
    let ends = fours & fours << 4 & fours << 8;
    let long = ends & ends << LEAST_RUN;
    ((ends << 1 >> 64) as u64 & !class, (long << 1 >> 64) as u64 & !class)
}

#[cfg(test)]
mod tests {
    use super::{LEAST_RUN, LONG, Visitor, Word, for_each};
    use crate::engine::simd::Level;
    use crate::text::chars::{is_alnum, is_token, is_word};
    use proptest::prelude::*;

    #[derive(Debug, Default, PartialEq)]
    struct All {
        beginnings: Vec<usize>,
        words: Vec<Word>,
        wides: Vec<Word>,
        longs: Vec<Word>,
        runs: Vec<Word>,
    }

    impl Visitor for All {
        fn beginning(&mut self, at: usize) {
            self.beginnings.push(at);
        }

        fn word(&mut self, word: Word) {
            self.words.push(word);
        }

        fn wide(&mut self, stretch: Word) {
            self.wides.push(stretch);
        }

        fn long(&mut self, stretch: Word) {
            self.longs.push(stretch);
        }

        fn run(&mut self, start: usize, end: usize) {
            self.runs.push(Word { start, end });
        }
    }

    fn stretches(bytes: &[u8], belongs: impl Fn(u8) -> bool) -> Vec<Word> {
        let mut found = Vec::new();
        let mut start = 0;
        for end in 0..=bytes.len() {
            if end == bytes.len() || !belongs(bytes[end]) {
                if end - start >= LEAST_RUN {
                    found.push(Word { start, end });
                }
                start = end + 1;
            }
        }
        found
    }

    fn plain(bytes: &[u8]) -> All {
        let has_digit = |word: &Word| bytes[word.start..word.end].iter().any(u8::is_ascii_digit);
        let followed = |at: usize| bytes.len() - at >= LEAST_RUN && bytes[at..at + LEAST_RUN].iter().all(|&byte| is_token(byte));
        let mut words = stretches(bytes, is_word);
        words.retain(has_digit);
        let mut wides = stretches(bytes, |byte| is_word(byte) || matches!(byte, b'+' | b'/'));
        wides.retain(|stretch| has_digit(stretch) && !words.contains(stretch));
        let mut longs = stretches(bytes, |byte| is_word(byte) || matches!(byte, b'+' | b'/'));
        longs.retain(|stretch| stretch.end - stretch.start >= LONG);
        let begins = |at: usize| is_alnum(bytes[at]) && (at == 0 || !is_alnum(bytes[at - 1]));
        let beginnings = (0..bytes.len()).filter(|&at| begins(at) && followed(at)).collect();
        All { beginnings, words, wides, longs, runs: stretches(bytes, is_token) }
    }

    fn check(bytes: &[u8]) -> Result<(), TestCaseError> {
        for level in Level::all() {
            let mut all = All::default();
            for_each(level, bytes, &mut all);
            prop_assert_eq!(all, plain(bytes));
        }
        Ok(())
    }

    proptest! {
        #[test]
        fn parts_of_runs_are_those_of_a_plain_loop(text in "([a-zA-Z_-]{0,30}[0-9=.+/]?){0,12}") {
            check(text.as_bytes())?;
        }

        #[test]
        fn runs_are_those_of_a_plain_loop(text in "([a-zA-Z0-9_=.+/-]{0,80}[ \"\n:]{0,3}){0,8}") {
            check(text.as_bytes())?;
        }

        #[test]
        fn long_stretches_cross_blocks(lead in 0usize..70, letters in 0usize..200, digits in 0usize..3, more in 0usize..140) {
            let text = [" ".repeat(lead), "a".repeat(letters), "7".repeat(digits), "b/".repeat(more / 2), "c".repeat(more)].concat();
            check(text.as_bytes())?;
        }
    }
}
