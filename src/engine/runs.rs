//! L2: the first stage: runs of token characters, and the words in them.
//!
//! Almost every secret is, or holds, a run of at least twelve (`LEAST_RUN`) characters of `A-Z a-z 0-9 _ - + / = .`, so
//! only such runs are looked at closer. Finding them does not depend on the rules: the cost per byte
//! is the same for one rule and for two thousand. What a run of this kind need not hold (passwords, PEM
//! labels, URLs) has literals of its own ([`super::words`]).
//!
//! All of it is arithmetic on masks of 64 bytes, without a loop over characters; only what it finds costs a branch.

use super::simd::{BLOCK, Blocks, DENSE, Derived, Level, PIECE, Places, classify};
use crate::text::Span;

/// What may be encoded text is at least this long, in bytes.
pub(super) const LONG: usize = 24;

/// A maximal stretch of characters of one class, at least `LEAST_RUN` long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Word {
    /// Offset of its first character.
    pub(super) start: usize,
    /// Offset behind its last character.
    pub(super) end: usize,
}

/// What is done with the runs of a text and their parts. Each kind comes in the order of the text.
pub(super) trait Visitor {
    /// Words (letters and digits) begin at these places behind `from`, and at least `LEAST_RUN` token characters
    /// follow from there.
    fn beginnings(&mut self, from: usize, places: &mut Places);
    /// The same for those that stand behind `%`, `\\` or `;`, or at the beginning of the text.
    fn opened(&mut self, from: usize, places: &Places);
    /// A maximal word (letters, digits, `_`, `-`) with a digit.
    fn word(&mut self, word: Word);
    /// A maximal stretch of word characters, `+` and `/`, with a digit, that is no word.
    fn wide(&mut self, stretch: Word);
    /// A maximal stretch of word characters, `+` and `/` that is at least [`LONG`] bytes long.
    fn long(&mut self, stretch: Word);
    /// A maximal run of token characters that has something of an escape right before or behind it, ends with `=`, or
    /// is the first or the last of the text.
    fn run(&mut self, start: usize, end: usize);
    /// Between these places, at most 64 bytes, many escapes may begin.
    fn dense(&mut self, from: usize, to: usize);
}

/// Room for what a piece of text is made of, reused from piece to piece.
#[derive(Debug, Default)]
pub(super) struct Room {
    blocks: Blocks,
    derived: Derived,
}

/// A block is looked at between the one before and the one behind it: the two last ones wait for the next piece.
const WAITING: usize = 2;

/// Shows `visitor` the runs of at least `LEAST_RUN` token characters in a stretch of `bytes` and what they are made
/// of. What stands around the stretch is not known.
pub(super) fn for_each(level: Level, bytes: &[u8], stretch: Span, room: &mut Room, visitor: &mut impl Visitor) {
    let text = stretch.of(bytes);
    room.blocks.clear(0);
    room.blocks.opens[0] = 1 << 63;
    let mut piece = Piece { bytes, stretch, base: stretch.start, open: [stretch.start; 3] };
    let mut known = 1;
    for from in (0..text.len()).step_by(PIECE) {
        known += classify(level, &text[from..], &mut room.blocks, known);
        if text.len() - from <= PIECE {
            known = close(&mut room.blocks, known, text.len());
        }
        room.derived.derive(level, &room.blocks, known);
        piece.show(room, known, visitor);
        let waiting = known.saturating_sub(WAITING);
        room.blocks.shift(waiting, known);
        known -= waiting;
    }
}

/// Marks where a text of this length ends, adds a block of nothing behind it, and says how many blocks there are then.
fn close(blocks: &mut Blocks, known: usize, length: usize) -> usize {
    let inside = length % BLOCK;
    let last = if inside == 0 { known } else { known - 1 };
    if inside == 0 {
        blocks.clear(last);
    }
    blocks.closes[last] |= u64::MAX << inside;
    blocks.clear(last + 1);
    last + 2
}

/// The classes whose stretches are told, as they are numbered.
const TOKEN: usize = 0;
const WORD: usize = 1;
const WIDE: usize = 2;

/// The blocks that are known at a time.
struct Piece<'a> {
    bytes: &'a [u8],
    /// All that is looked at.
    stretch: Span,
    /// Where the second block begins, the first that is looked at.
    base: usize,
    /// By class: where the stretch began that goes on there, if one does.
    open: [usize; 3],
}

impl Piece<'_> {
    /// Shows what is in these blocks but the first and the last, and goes on to the last two.
    fn show(&mut self, room: &mut Room, known: usize, visitor: &mut impl Visitor) {
        let Room { blocks, derived } = room;
        visitor.beginnings(self.base, &mut derived.beginnings);
        visitor.opened(self.base, &derived.opened);
        for block in derived.eventful() {
            self.stretches(blocks, derived, block, visitor);
        }
        self.open =
            [(&blocks.token, TOKEN), (&blocks.word, WORD), (&blocks.wide, WIDE)].map(|(row, class)| self.start(row, known - 1, class));
        self.base += (known - WAITING) * BLOCK;
    }

    fn stretches(&self, blocks: &Blocks, derived: &Derived, block: usize, visitor: &mut impl Visitor) {
        let word = |end: u32| self.ended(&blocks.word, block, end, WORD);
        let wide = |end: u32| self.ended(&blocks.wide, block, end, WIDE);
        each(derived.words[block], |end| {
            let word = word(end);
            if self.has_digit(word, block) {
                visitor.word(word);
            }
        });
        each(derived.wides[block], |end| {
            let stretch = wide(end);
            if stretch != word(end) && self.has_digit(stretch, block) {
                visitor.wide(stretch);
            }
        });
        each(derived.longs[block], |end| visitor.long(wide(end)));
        each(derived.runs[block], |end| {
            let run = self.ended(&blocks.token, block, end, TOKEN);
            if self.is_told(run) {
                visitor.run(run.start, run.end);
            }
        });
        if blocks.closes[block].count_ones() >= DENSE {
            let from = self.base + (block - 1) * BLOCK;
            visitor.dense(from, (from + BLOCK).min(self.stretch.end));
        }
    }

    /// Whether a stretch that was told has a digit: it is known to have one if it began in its own block.
    fn has_digit(&self, stretch: Word, block: usize) -> bool {
        stretch.start >= self.base + (block - 1) * BLOCK || self.bytes[stretch.start..stretch.end].iter().any(u8::is_ascii_digit)
    }

    /// Whether something of an escape stands right before or behind a run, or it ends with `=`.
    fn is_told(&self, run: Word) -> bool {
        let Span { start, end } = self.stretch;
        let is_opened = run.start == start || matches!(self.bytes[run.start - 1], b'%' | b'\\' | b';');
        is_opened || run.end == end || self.bytes[run.end - 1] == b'=' || matches!(self.bytes[run.end], b'%' | b'\\' | b'&')
    }

    /// The stretch of a class that ends before bit `end` of a block.
    fn ended(&self, row: &[u64], block: usize, end: u32, class: usize) -> Word {
        let base = self.base + (block - 1) * BLOCK;
        let breaks = !row[block] & ((1 << end) - 1);
        let start = if breaks == 0 { self.start(row, block, class) } else { base + BLOCK - breaks.leading_zeros() as usize };
        Word { start, end: base + end as usize }
    }

    /// Where the stretch began that goes on at the beginning of a block.
    fn start(&self, row: &[u64], block: usize, class: usize) -> usize {
        let broken = (1..block).rev().find(|&block| row[block] != u64::MAX);
        match broken {
            Some(broken) => self.base + broken * BLOCK - row[broken].leading_ones() as usize,
            None if row[0] == u64::MAX => self.open[class],
            None => self.base - row[0].leading_ones() as usize,
        }
    }
}

#[inline]
fn each(mut mask: u64, mut visit: impl FnMut(u32)) {
    while mask != 0 {
        visit(mask.trailing_zeros());
        mask &= mask - 1;
    }
}

#[cfg(test)]
mod tests {
    use super::{LONG, Places, Room, Visitor, Word, for_each};
    use crate::engine::simd::{BLOCK, DENSE, Level};
    use crate::rules::plan::LEAST_RUN;
    use crate::text::Span;
    use crate::text::chars::{is_alnum, is_token, is_word};
    use proptest::prelude::*;

    #[derive(Debug, Default, Clone, PartialEq)]
    struct All {
        beginnings: Vec<usize>,
        opened: Vec<usize>,
        words: Vec<Word>,
        wides: Vec<Word>,
        longs: Vec<Word>,
        runs: Vec<Word>,
        /// Every place that is told.
        dense: Vec<usize>,
    }

    impl Visitor for All {
        fn beginnings(&mut self, from: usize, places: &mut Places) {
            self.beginnings.extend(places.iter().map(|at| from + at));
        }

        fn opened(&mut self, from: usize, places: &Places) {
            self.opened.extend(places.iter().map(|at| from + at));
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

        fn dense(&mut self, from: usize, to: usize) {
            self.dense.extend(from..to);
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
        let beginnings: Vec<usize> = (0..bytes.len()).filter(|&at| begins(at) && followed(at)).collect();
        let is_opened = |&at: &usize| at == 0 || matches!(bytes[at - 1], b'%' | b'\\' | b';');
        let opened = beginnings.iter().copied().filter(is_opened).collect();
        let mut runs = stretches(bytes, is_token);
        runs.retain(|run| {
            let opens = run.start == 0 || matches!(bytes[run.start - 1], b'%' | b'\\' | b';');
            opens || run.end == bytes.len() || bytes[run.end - 1] == b'=' || matches!(bytes[run.end], b'%' | b'\\' | b'&')
        });
        All { beginnings, opened, words, wides, longs, runs, dense: Vec::new() }
    }

    fn check(bytes: &[u8]) -> Result<(), TestCaseError> {
        let plain = plain(bytes);
        let mut room = Room::default();
        for level in Level::all() {
            let mut all = All::default();
            for_each(level, bytes, Span::new(0, bytes.len()), &mut room, &mut all);
            let dense = std::mem::take(&mut all.dense);
            prop_assert_eq!(&all, &plain);
            for at in 0..bytes.len() {
                let block = at / BLOCK * BLOCK;
                let marks = bytes[block..bytes.len().min(block + BLOCK)].iter().filter(|byte| matches!(byte, b'%' | b'\\' | b'&')).count();
                prop_assert!(marks < DENSE as usize || dense.binary_search(&at).is_ok(), "{at}");
            }
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
