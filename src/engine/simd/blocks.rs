//! L2: the classes of many blocks of 64 bytes, one row of masks for each class, and what follows from them by arithmetic
//! alone. Rows, since then eight blocks are worked out at once where the processor can.

#![allow(clippy::inline_always, reason = "what is not inlined into vector code is compiled without its features")]

use super::{Level, PIECE, Places};
use crate::rules::plan::LEAST_RUN;

/// How many bytes a block has.
pub(in crate::engine) const BLOCK: usize = 64;
/// A block with so many marks that begin an escape may be of a chain of them.
pub(in crate::engine) const DENSE: u32 = 4;
/// Blocks in a row: those of a piece, the two that waited for it, and what stands behind the end of the text.
const ROW: usize = PIECE / BLOCK + 4;

/// One mask for each block; the byte at the lowest place has the lowest bit.
type Row = [u64; ROW];

/// What is known of each block.
#[derive(Debug, Clone)]
pub(in crate::engine) struct Blocks {
    /// Letters, digits, `_`, `-`, `+`, `/`, `=` and `.`.
    pub(in crate::engine) token: Row,
    /// Letters and digits.
    pub(in crate::engine) alnum: Row,
    /// Letters, digits, `_` and `-`.
    pub(in crate::engine) word: Row,
    /// Letters, digits, `_`, `-`, `+` and `/`.
    pub(in crate::engine) wide: Row,
    /// Digits.
    pub(in crate::engine) digit: Row,
    /// `%`, `\\` and `;`, behind which something that was escaped goes on.
    pub(in crate::engine) opens: Row,
    /// `%`, `\\` and `&`, which begin an escape.
    pub(in crate::engine) closes: Row,
    /// `=`.
    pub(in crate::engine) equals: Row,
}

impl Default for Blocks {
    fn default() -> Blocks {
        let none = [0; ROW];
        Blocks { token: none, alnum: none, word: none, wide: none, digit: none, opens: none, closes: none, equals: none }
    }
}

/// The classes of one block.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Classes {
    pub(super) token: u64,
    pub(super) alnum: u64,
    pub(super) word: u64,
    pub(super) wide: u64,
    pub(super) digit: u64,
    pub(super) opens: u64,
    pub(super) closes: u64,
    pub(super) equals: u64,
}

impl Blocks {
    #[inline(always)]
    pub(super) fn set(&mut self, block: usize, classes: Classes) {
        self.token[block] = classes.token;
        self.alnum[block] = classes.alnum;
        self.word[block] = classes.word;
        self.wide[block] = classes.wide;
        self.digit[block] = classes.digit;
        self.opens[block] = classes.opens;
        self.closes[block] = classes.closes;
        self.equals[block] = classes.equals;
    }

    /// Nothing at all, as if no character had any class.
    pub(in crate::engine) fn clear(&mut self, block: usize) {
        self.set(block, Classes::default());
    }

    /// Takes the blocks from `from` on as the first ones.
    pub(in crate::engine) fn shift(&mut self, from: usize, to: usize) {
        let rows = [
            &mut self.token,
            &mut self.alnum,
            &mut self.word,
            &mut self.wide,
            &mut self.digit,
            &mut self.opens,
            &mut self.closes,
            &mut self.equals,
        ];
        for row in rows {
            row.copy_within(from..to, 0);
        }
    }
}

/// What follows from the classes, for each block but the first and the last.
#[derive(Debug)]
pub(in crate::engine) struct Derived {
    /// Where [`LEAST_RUN`] token characters end.
    ends: Row,
    begins: Row,
    /// Where words (letters and digits) begin that at least [`LEAST_RUN`] token characters follow, as offsets from the
    /// second block.
    pub(in crate::engine) beginnings: Places,
    /// Those of them behind something that opens.
    pub(in crate::engine) opened: Places,
    /// The blocks that have anything of the following.
    eventful: [usize; ROW],
    events: usize,
    /// Right behind maximal words of at least [`LEAST_RUN`] characters that have a digit, or fill the block before and may
    /// have one further up.
    pub(in crate::engine) words: Row,
    /// The same for wide stretches.
    pub(in crate::engine) wides: Row,
    /// Right behind maximal wide stretches of twice [`LEAST_RUN`] characters.
    pub(in crate::engine) longs: Row,
    /// Right behind maximal runs that have something of an escape right before or behind them, or end with `=`, or fill
    /// the block before and may have it further up.
    pub(in crate::engine) runs: Row,
}

impl Default for Derived {
    fn default() -> Derived {
        let none = [0; ROW];
        Derived {
            ends: none,
            begins: none,
            beginnings: Places::default(),
            opened: Places::default(),
            eventful: [0; ROW],
            events: 0,
            words: none,
            wides: none,
            longs: none,
            runs: none,
        }
    }
}

impl Derived {
    /// The blocks in which a stretch ends, or many escapes begin.
    pub(in crate::engine) fn eventful(&self) -> impl Iterator<Item = usize> + '_ {
        self.eventful[..self.events].iter().copied()
    }

    /// Works out what follows from the first `count` blocks.
    pub(in crate::engine) fn derive(&mut self, level: Level, blocks: &Blocks, count: usize) {
        match level {
            Level::Plain => derive(self, blocks, count, Places::add),
            #[cfg(target_arch = "x86_64")]
            #[allow(unsafe_code, reason = "Level::Avx2 exists only where the processor has these features")]
            Level::Avx2 => unsafe { derive_avx2(self, blocks, count) },
            #[cfg(target_arch = "x86_64")]
            #[allow(unsafe_code, reason = "Level::Avx512 exists only where the processor has these features")]
            Level::Avx512 => unsafe { derive_avx512(self, blocks, count) },
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,bmi1,bmi2,popcnt")]
fn derive_avx2(derived: &mut Derived, blocks: &Blocks, count: usize) {
    derive(derived, blocks, count, Places::add);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi2,bmi1,bmi2,popcnt")]
fn derive_avx512(derived: &mut Derived, blocks: &Blocks, count: usize) {
    derive(derived, blocks, count, |places, base, mask| places.add_compressed(base, mask));
}

#[inline(always)]
fn derive(derived: &mut Derived, blocks: &Blocks, count: usize, add: impl Fn(&mut Places, usize, u64)) {
    let Derived { ends, begins, words, wides, longs, runs, beginnings, opened, eventful, events } = derived;
    beginnings.clear();
    opened.clear();
    *events = 0;
    token_ends(&blocks.token, ends, count);
    find_begins(&blocks.alnum, ends, begins, count);
    find_words([&blocks.word, &blocks.digit], words, count);
    find_words([&blocks.wide, &blocks.digit], wides, count);
    find_longs(&blocks.wide, longs, count);
    find_runs(blocks, ends, runs, count);
    for block in 1..count - 1 {
        add(beginnings, (block - 1) * BLOCK, begins[block]);
        let behind = begins[block] & up(blocks.opens[block], blocks.opens[block - 1], 1);
        if behind != 0 {
            opened.add((block - 1) * BLOCK, behind);
        }
        eventful[*events] = block;
        let is_dense = u64::from(blocks.closes[block].count_ones() >= DENSE);
        *events += usize::from(is_dense | words[block] | wides[block] | longs[block] | runs[block] != 0);
    }
}

const _: () = assert!(LEAST_RUN == 12, "the shifts below add up to it");

#[inline(always)]
fn token_ends(token: &Row, ends: &mut Row, count: usize) {
    let (token, ends) = (&token[..count], &mut ends[..count]);
    // Of the first block, only the last places are asked for, which do not depend on what is before it.
    ends[0] = ends_of(token[0], 0).1;
    for block in 1..count {
        ends[block] = ends_of(token[block], token[block - 1]).1;
    }
}

#[inline(always)]
fn find_begins(alnum: &Row, ends: &Row, begins: &mut Row, count: usize) {
    let (alnum, ends, begins) = (&alnum[..count], &ends[..count], &mut begins[..count]);
    for block in 1..count - 1 {
        let followed = ends[block] >> (LEAST_RUN - 1) | ends[block + 1] << (64 - (LEAST_RUN - 1));
        begins[block] = alnum[block] & !up(alnum[block], alnum[block - 1], 1) & followed;
    }
}

#[inline(always)]
fn find_words([word, digit]: [&Row; 2], words: &mut Row, count: usize) {
    let (word, digit, words) = (&word[..count], &digit[..count], &mut words[..count]);
    for block in 1..count - 1 {
        let (before, ends) = ends_of(word[block], word[block - 1]);
        words[block] = up(ends, before, 1) & marked([word[block], digit[block]], [word[block - 1], digit[block - 1]]);
    }
}

#[inline(always)]
fn find_longs(wide: &Row, longs: &mut Row, count: usize) {
    let (wide, longs) = (&wide[..count], &mut longs[..count]);
    for block in 1..count - 1 {
        let (before, ends) = ends_of(wide[block], wide[block - 1]);
        let (long_before, long) = (before & before << LEAST_RUN, ends & up(ends, before, 12));
        longs[block] = up(long, long_before, 1) & !wide[block];
    }
}

#[inline(always)]
fn find_runs(blocks: &Blocks, ends: &Row, runs: &mut Row, count: usize) {
    let Blocks { token, opens, closes, equals, .. } = blocks;
    let (token, opens, closes, equals) = (&token[..count], &opens[..count], &closes[..count], &equals[..count]);
    let (ends, runs) = (&ends[..count], &mut runs[..count]);
    let opened = |block: usize| token[block] & !(token[block] << 1) & opens[block] << 1;
    for block in 1..count - 1 {
        let crosses = token[block] & !(token[block - 1] >> 63) & opens[block - 1] >> 63;
        let told = marked([token[block], opened(block) | crosses], [token[block - 1], opened(block - 1) | token[block - 1] & 1])
            | closes[block]
            | up(equals[block], equals[block - 1], 1);
        runs[block] = up(ends[block], ends[block - 1], 1) & !token[block] & told;
    }
}

/// The places `by` further up, with those that come up from the block before.
#[inline(always)]
fn up(mask: u64, before: u64, by: u32) -> u64 {
    mask << by | before >> (64 - by)
}

/// One bit for every character that, with those before it, ends [`LEAST_RUN`] of the class: in the block before, where
/// only the last places are right, and in this one.
#[inline(always)]
fn ends_of(class: u64, before: u64) -> (u64, u64) {
    let pairs = (before & before << 1, class & up(class, before, 1));
    let fours = (pairs.0 & pairs.0 << 2, pairs.1 & up(pairs.1, pairs.0, 2));
    (fours.0 & fours.0 << 4 & fours.0 << 8, fours.1 & up(fours.1, fours.0, 4) & up(fours.1, fours.0, 8))
}

/// One bit right behind each stretch that has a mark, of a class and its marks in a block and in the one before. A mark
/// added to the ones of its stretch carries to its end. A stretch that fills the block before may have one further up.
#[inline(always)]
fn marked([class, marks]: [u64; 2], [before, marks_before]: [u64; 2]) -> u64 {
    let goes_on = before.wrapping_add(marks_before) < before || before == u64::MAX;
    class.wrapping_add(marks).wrapping_add(u64::from(goes_on)) & !class
}
