//! L2: the first stage: runs of token characters, and the words in them.
//!
//! Almost every secret is, or holds, a run of at least [`LEAST_RUN`] characters of `A-Z a-z 0-9 _ - + / = .`,
//! so only such runs are looked at closer. Finding them does not depend on the rules: the cost per byte
//! is the same for one rule and for two thousand. What a run of this kind need not hold (passwords, PEM
//! labels, URLs) has literals of its own ([`super::words`]).
//!
//! All of it is arithmetic on masks of 64 bytes, without a loop over characters; only what it finds costs a branch.

#![allow(clippy::inline_always, reason = "what is not inlined into vector code is compiled without its features")]

use super::simd::{Blocks, Classes, Level, Starts, classify};
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
    /// A word (letters and digits) begins, and at least [`LEAST_RUN`] token characters follow from there. One of the
    /// starts that were given may stand there, or an escape.
    fn beginning(&mut self, at: usize);
    /// A maximal word (letters, digits, `_`, `-`) with a digit.
    fn word(&mut self, word: Word);
    /// A maximal stretch of word characters, `+` and `/`, with a digit, that is no word.
    fn wide(&mut self, stretch: Word);
    /// A maximal stretch of word characters, `+` and `/` that is at least [`LONG`] bytes long.
    fn long(&mut self, stretch: Word);
    /// A maximal run of token characters that has something of an escape right before or behind it, ends with `=`, or
    /// is the first or the last of the text.
    fn run(&mut self, start: usize, end: usize);
}

/// Shows `visitor` the runs of at least [`LEAST_RUN`] token characters and what they are made of.
#[inline]
pub(super) fn for_each(level: Level, bytes: &[u8], starts: &Starts, visitor: &mut impl Visitor) {
    let mut finder = Finder {
        visitor,
        length: bytes.len(),
        base: 0,
        before: Classes::default(),
        // What stands before the text is not known.
        current: Classes { opens: 1 << 63, ..Classes::default() },
        ends_before: 0,
        ends: 0,
        stale: false,
        token: Open::default(),
        word: Open::default(),
        wide: Open::default(),
    };
    classify(level, bytes, starts, &mut finder);
    finder.flush();
}

/// A stretch that goes on over the end of a block.
#[derive(Default)]
struct Open {
    /// Where it began.
    start: usize,
    /// Whether it had a digit so far; of a run, whether it began behind an escape.
    marked: bool,
}

/// The state between blocks. A block is looked at when the next one is known.
struct Finder<'v, V> {
    visitor: &'v mut V,
    length: usize,
    /// Where the current block begins.
    base: usize,
    before: Classes,
    current: Classes,
    /// Where [`LEAST_RUN`] token characters end, in the block before and in the current one.
    ends_before: u64,
    ends: u64,
    /// Whether what is open is not known, since the block before was not looked at.
    stale: bool,
    token: Open,
    word: Open,
    wide: Open,
}

impl<V: Visitor> Blocks for Finder<'_, V> {
    #[inline(always)]
    fn block(&mut self, base: usize, classes: Classes) {
        if base > 0 {
            self.step(classes.token);
        } else {
            self.ends = ends_of(classes.token, 0);
        }
        self.before = self.current;
        self.current = classes;
        self.base = base;
    }
}

impl<V: Visitor> Finder<'_, V> {
    /// The last block, and one more of nothing, where what reaches the end of the text ends.
    fn flush(&mut self) {
        // What stands behind the text is not known.
        let closes = |from: usize| u64::MAX << from;
        let next = self.base + 64;
        if self.length == next {
            self.block(next, Classes { closes: closes(0), ..Classes::default() });
        } else {
            self.current.closes |= closes(self.length - self.base);
        }
        self.step(0);
    }

    #[inline(always)]
    fn step(&mut self, next_token: u64) {
        let (ends_before, ends) = (self.ends_before, self.ends);
        let ends_next = ends_of(next_token, self.current.token);
        (self.ends_before, self.ends) = (ends, ends_next);
        // Most blocks of source text hold nothing of a run.
        if ends_before >> 63 | ends | ends_next << LATER == 0 {
            self.stale = true;
            return;
        }
        let (base, before, current) = (self.base, self.before, self.current);
        if self.stale {
            self.reopen();
        }
        let followed = ends >> (LEAST_RUN - 1) | ends_next << LATER;
        let opened = current.opens << 1 | before.opens >> 63;
        let mut beginnings = current.alnum & !(current.alnum << 1 | before.alnum >> 63) & followed & (current.start | opened);
        while beginnings != 0 {
            self.visitor.beginning(base + beginnings.trailing_zeros() as usize);
            beginnings &= beginnings - 1;
        }
        // What most blocks do not have is asked first.
        let with_digit = (self.word.with_mark(current.word, current.digit), self.wide.with_mark(current.wide, current.digit));
        if with_digit.0 | with_digit.1 != 0 {
            self.words(with_digit);
        }
        let long_before = ends_before & ends_before << LEAST_RUN;
        let long_runs = ends & (ends << LEAST_RUN | ends_before >> (64 - LEAST_RUN));
        if long_runs << 1 | long_before >> 63 != 0 {
            self.longs();
        }
        let run_begins = current.token & !(current.token << 1 | before.token >> 63);
        let told = self.token.with_mark(current.token, run_begins & opened) | current.closes | current.equals << 1 | before.equals >> 63;
        let mut runs = (ends << 1 | ends_before >> 63) & !current.token & told;
        while runs != 0 {
            let run = self.token.ended(base, current.token, runs.trailing_zeros());
            self.visitor.run(run.start, run.end);
            runs &= runs - 1;
        }
        self.token.carry(base, current.token);
        self.word.carry(base, current.word);
        self.wide.carry(base, current.wide);
    }

    /// Words, and wider stretches that are none, of those that have a digit.
    #[inline(always)]
    fn words(&mut self, (words, wides): (u64, u64)) {
        let (base, before, current) = (self.base, self.before, self.current);
        let mut words = words & behind(current.word, before.word).0;
        let mut wides = wides & behind(current.wide, before.wide).0;
        while words != 0 {
            self.visitor.word(self.word.ended(base, current.word, words.trailing_zeros()));
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
    }

    #[inline(always)]
    fn longs(&mut self) {
        let mut longs = behind(self.current.wide, self.before.wide).1;
        while longs != 0 {
            self.visitor.long(self.wide.ended(self.base, self.current.wide, longs.trailing_zeros()));
            longs &= longs - 1;
        }
    }

    /// What is open behind a block in which no run ends or goes on.
    #[inline(always)]
    fn reopen(&mut self) {
        let (base, before) = (self.base, self.before);
        self.token.reopen(base, before.token, before.opens << 1);
        self.word.reopen(base, before.word, before.digit);
        self.wide.reopen(base, before.wide, before.digit);
        self.stale = false;
    }
}

impl Open {
    /// One bit right behind each stretch that has a mark. A mark added to the ones of its stretch carries to its end.
    #[inline(always)]
    fn with_mark(&mut self, class: u64, marks: u64) -> u64 {
        let (sum, over) = class.overflowing_add(marks);
        let (sum, over_too) = sum.overflowing_add(u64::from(self.marked));
        self.marked = over | over_too;
        sum & !class
    }

    /// The stretch that ends before bit `end` of the block at `base`.
    #[inline(always)]
    fn ended(&self, base: usize, class: u64, end: u32) -> Word {
        let breaks = !class & ((1 << end) - 1);
        let start = if breaks == 0 { self.start } else { base + 64 - breaks.leading_zeros() as usize };
        Word { start, end: base + end as usize }
    }

    /// The stretch that goes on over the beginning of the block at `base`, from the classes of the block before. It has
    /// less than [`LEAST_RUN`] characters there.
    #[inline(always)]
    fn reopen(&mut self, base: usize, class: u64, marks: u64) {
        let length = class.leading_ones();
        *self = Open { start: base - length as usize, marked: marks & !(u64::MAX >> length) != 0 };
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

/// By how much a bit goes up to the block in which [`LEAST_RUN`] characters begin that end in the next.
const LATER: usize = 64 - (LEAST_RUN - 1);

/// One bit for every character that, with those before it, ends [`LEAST_RUN`] of the class.
#[inline(always)]
#[allow(clippy::cast_possible_truncation, reason = "the upper half is wanted")]
fn ends_of(class: u64, before: u64) -> u64 {
    let both = u128::from(before) | u128::from(class) << 64;
    let pairs = both & both << 1;
    let fours = pairs & pairs << 2;
    ((fours & fours << 4 & fours << 8) >> 64) as u64
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
    use crate::engine::simd::{Level, Starts};
    use crate::text::chars::{is_alnum, is_token, is_word};
    use proptest::prelude::*;

    #[derive(Debug, Default, Clone, PartialEq)]
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
        let mut runs = stretches(bytes, is_token);
        runs.retain(|run| {
            let opens = run.start == 0 || matches!(bytes[run.start - 1], b'%' | b'\\' | b';');
            opens || run.end == bytes.len() || bytes[run.end - 1] == b'=' || matches!(bytes[run.end], b'%' | b'\\' | b'&')
        });
        All { beginnings, words, wides, longs, runs }
    }

    /// Whether a beginning must be told: the others may be left out.
    fn is_told(bytes: &[u8], at: usize) -> bool {
        at == 0 || matches!(bytes[at - 1], b'%' | b'\\') || HEADS.iter().any(|head| bytes[at..].starts_with(head))
    }

    const HEADS: [[u8; 3]; 3] = [*b"abc", *b"b/b", *b"A7_"];

    fn check(bytes: &[u8]) -> Result<(), TestCaseError> {
        let plain = plain(bytes);
        for level in Level::all() {
            let mut all = All::default();
            for_each(level, bytes, &Starts::new(HEADS.to_vec()), &mut all);
            let told = std::mem::take(&mut all.beginnings);
            prop_assert!(told.is_sorted() && told.iter().all(|at| plain.beginnings.contains(at)));
            prop_assert!(plain.beginnings.iter().all(|at| told.contains(at) || !is_told(bytes, *at)));
            prop_assert_eq!(all, All { beginnings: Vec::new(), ..plain.clone() });
        }
        Ok(())
    }

    proptest! {
        #[test]
        fn parts_of_runs_are_those_of_a_plain_loop(text in "([a-zA-Z_-]{0,30}[0-9=.+/]?){0,12}") {
            check(text.as_bytes())?;
        }

        #[test]
        fn what_is_open_over_a_block_without_a_run_is_known_behind_it(text in "([a-cA7+/._=-]{0,13}[ %;]{0,9}){0,40}[a-z0-9]{0,20}") {
            check(text.as_bytes())?;
        }

        #[test]
        fn runs_are_those_of_a_plain_loop(text in "([a-zA-Z0-9_=.+/-]{0,80}[ \"\n:%;&\\\\]{0,3}){0,8}") {
            check(text.as_bytes())?;
        }

        #[test]
        fn long_stretches_cross_blocks(lead in 0usize..70, letters in 0usize..200, digits in 0usize..3, more in 0usize..140) {
            let text = [" ".repeat(lead), "a".repeat(letters), "7".repeat(digits), "b/".repeat(more / 2), "c".repeat(more)].concat();
            check(text.as_bytes())?;
        }
    }
}
