//! L2: what 64 bytes are made of: one bit a byte for each class of characters.

use super::{Level, Starts};

/// Classes of 64 bytes, one bit each; the byte at the lowest place has the lowest bit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::engine) struct Classes {
    /// Letters, digits, `_`, `-`, `+`, `/`, `=` and `.`.
    pub(in crate::engine) token: u64,
    /// Letters and digits.
    pub(in crate::engine) alnum: u64,
    /// Letters, digits, `_` and `-`.
    pub(in crate::engine) word: u64,
    /// Letters, digits, `_`, `-`, `+` and `/`.
    pub(in crate::engine) wide: u64,
    /// Digits.
    pub(in crate::engine) digit: u64,
    /// `%`, `\\` and `;`, behind which something that was escaped goes on.
    pub(in crate::engine) opens: u64,
    /// `%`, `\\` and `&`, which begin an escape.
    pub(in crate::engine) closes: u64,
    /// `=`.
    pub(in crate::engine) equals: u64,
    /// Where one of the [`Starts`] may stand: those, and others.
    pub(in crate::engine) start: u64,
}

/// What is done with the classes of each block.
pub(in crate::engine) trait Blocks {
    /// The next 64 bytes, which begin at `base`. Those behind the end of the text have no bits.
    fn block(&mut self, base: usize, classes: Classes);
}

/// Gives every block of 64 bytes to `blocks`, in order.
#[inline]
#[cfg_attr(not(target_arch = "x86_64"), allow(unused_variables, reason = "plain code takes every place for a start"))]
pub(in crate::engine) fn classify(level: Level, bytes: &[u8], starts: &Starts, blocks: &mut impl Blocks) {
    match level {
        Level::Plain => plain(bytes, blocks),
        #[cfg(target_arch = "x86_64")]
        #[allow(unsafe_code, reason = "Level::Avx2 exists only where the processor has these features")]
        Level::Avx2 => unsafe { vector::classify(bytes, blocks) },
        #[cfg(target_arch = "x86_64")]
        #[allow(unsafe_code, reason = "Level::Avx512 exists only where the processor has these features")]
        Level::Avx512 => unsafe { wide::classify(bytes, starts, blocks) },
    }
}

fn plain(bytes: &[u8], blocks: &mut impl Blocks) {
    for (index, chunk) in bytes.chunks(64).enumerate() {
        let mut classes = Classes::default();
        for (at, &byte) in chunk.iter().enumerate() {
            let bits = u64::from(BITS[usize::from(byte)]);
            classes.token |= (bits & 1) << at;
            classes.alnum |= (bits >> 1 & 1) << at;
            classes.word |= (bits >> 2 & 1) << at;
            classes.wide |= (bits >> 3 & 1) << at;
            classes.digit |= (bits >> 4 & 1) << at;
            classes.opens |= (bits >> 5 & 1) << at;
            classes.closes |= (bits >> 6 & 1) << at;
            classes.equals |= (bits >> 7 & 1) << at;
        }
        classes.start = u64::MAX;
        blocks.block(index * 64, classes);
    }
}

/// By byte: the classes, in the order of [`Classes`].
const BITS: [u8; 256] = {
    let mut bits = [0; 256];
    let mut byte = 0u8;
    while byte < 0x80 {
        let word = byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
        let wide = word || matches!(byte, b'+' | b'/');
        let token = wide || matches!(byte, b'=' | b'.');
        bits[byte as usize] = token as u8
            | (byte.is_ascii_alphanumeric() as u8) << 1
            | (word as u8) << 2
            | (wide as u8) << 3
            | (byte.is_ascii_digit() as u8) << 4
            | (matches!(byte, b'%' | b'\\' | b';') as u8) << 5
            | (matches!(byte, b'%' | b'\\' | b'&') as u8) << 6
            | ((byte == b'=') as u8) << 7;
        byte += 1;
    }
    bits
};

#[cfg(target_arch = "x86_64")]
mod vector {
    use super::super::avx2::{load, look, nibbles, nonzero, table};
    use super::super::padded;
    use super::{Blocks, Classes};
    use std::arch::x86_64::{__m256i, _mm256_and_si256, _mm256_cmpeq_epi8, _mm256_movemask_epi8, _mm256_or_si256, _mm256_set1_epi8};

    /// By low nibble, and by high nibble: the kinds of characters that have it. A byte is of the kinds that both of its
    /// nibbles have.
    const LOW: [u8; 16] = kinds(false);
    const HIGH: [u8; 16] = kinds(true);

    const ALNUM: u8 = 0b1000_0011;
    const WORD: u8 = 0b1000_1111;
    const WIDE: u8 = 0b1001_1111;
    const EQUALS: u8 = 0b0010_0000;

    /// Bits: 0 and 1 letters of rows 4/6 and 5/7 of the ASCII table, 2 `_`, 3 `-`, 4 `+` and `/`, 5 `=`, 6 `.`,
    /// 7 digits.
    const fn kinds(high: bool) -> [u8; 16] {
        let mut table = [0u8; 16];
        let mut byte = 0x20u8;
        while byte < 0x80 {
            let kind = match byte {
                b'A'..=b'O' | b'a'..=b'o' => 1,
                b'P'..=b'Z' | b'p'..=b'z' => 2,
                b'_' => 4,
                b'-' => 8,
                b'+' | b'/' => 16,
                b'=' => 32,
                b'.' => 64,
                b'0'..=b'9' => 128,
                _ => 0u8,
            };
            table[(if high { byte >> 4 } else { byte & 15 }) as usize] |= kind;
            byte += 1;
        }
        table
    }

    #[target_feature(enable = "avx2,bmi1,bmi2,lzcnt")]
    pub(super) fn classify(bytes: &[u8], blocks: &mut impl Blocks) {
        let (low, high) = (table(&LOW), table(&HIGH));
        let (whole, tail) = bytes.as_chunks::<64>();
        for (index, block) in whole.iter().enumerate() {
            blocks.block(index * 64, classes(block, low, high));
        }
        if !tail.is_empty() {
            blocks.block(whole.len() * 64, classes(&padded(tail), low, high));
        }
    }

    #[target_feature(enable = "avx2")]
    #[inline]
    fn classes(block: &[u8; 64], low: __m256i, high: __m256i) -> Classes {
        let (first, second) = block.split_at(32);
        let bytes = (load(first.try_into().expect("32 bytes")), load(second.try_into().expect("32 bytes")));
        let (first, second) = (look(nibbles(bytes.0), low, high), look(nibbles(bytes.1), low, high));
        let (marks, more) = (marks(bytes.0), marks(bytes.1));
        let join = |first: u32, second: u32| u64::from(first) | u64::from(second) << 32;
        let with = |kinds: u8| {
            let kinds = _mm256_set1_epi8(kinds.cast_signed());
            join(nonzero(_mm256_and_si256(first, kinds)), nonzero(_mm256_and_si256(second, kinds)))
        };
        Classes {
            token: join(nonzero(first), nonzero(second)),
            alnum: with(ALNUM),
            word: with(WORD),
            wide: with(WIDE),
            // The bit of digits is the sign, which needs no comparison.
            digit: join(_mm256_movemask_epi8(first).cast_unsigned(), _mm256_movemask_epi8(second).cast_unsigned()),
            opens: join(marks.0, more.0),
            closes: join(marks.1, more.1),
            equals: with(EQUALS),
            start: u64::MAX,
        }
    }

    /// Where `%`, `\\` or `;` stands, and where `%`, `\\` or `&` does.
    #[target_feature(enable = "avx2")]
    #[inline]
    fn marks(bytes: __m256i) -> (u32, u32) {
        let is = |byte: u8| _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8(byte.cast_signed()));
        let both = _mm256_or_si256(is(b'%'), is(b'\\'));
        let mask = |all: __m256i| _mm256_movemask_epi8(all).cast_unsigned();
        (mask(_mm256_or_si256(both, is(b';'))), mask(_mm256_or_si256(both, is(b'&'))))
    }
}

#[cfg(target_arch = "x86_64")]
mod wide {
    use super::super::avx512::{Table, load};
    use super::super::padded;
    use super::super::starts::LENGTH;
    use super::{BITS, Blocks, Classes, Starts};
    use std::arch::x86_64::{
        __m512i, _mm512_and_si512, _mm512_maskz_mov_epi8, _mm512_movepi8_mask, _mm512_or_si512, _mm512_set1_epi8, _mm512_test_epi8_mask,
    };

    /// Bytes of a block, and what is read of them and those behind.
    const BLOCK: usize = 64;
    const READ: usize = BLOCK + LENGTH - 1;

    #[target_feature(enable = "avx512f,avx512bw,avx512vbmi,bmi1,bmi2,lzcnt")]
    pub(super) fn classify(bytes: &[u8], starts: &Starts, blocks: &mut impl Blocks) {
        let tables = Tables::new(starts);
        let mut at = 0;
        while let Some(window) = bytes[at..].first_chunk::<READ>() {
            blocks.block(at, tables.classes(window));
            at += BLOCK;
        }
        while at < bytes.len() {
            blocks.block(at, tables.classes(&padded(&bytes[at..])));
            at += BLOCK;
        }
    }

    struct Tables {
        classes: Table,
        /// By half of the buckets, and by place.
        starts: [[Table; LENGTH]; 2],
    }

    impl Tables {
        #[target_feature(enable = "avx512f")]
        #[inline]
        fn new(starts: &Starts) -> Tables {
            let half = |half: &[[u8; 128]; LENGTH]| [Table::new(&half[0]), Table::new(&half[1]), Table::new(&half[2])];
            Tables {
                classes: Table::new(BITS.first_chunk().expect("a class for each byte")),
                starts: [half(&starts.tables[0]), half(&starts.tables[1])],
            }
        }

        #[target_feature(enable = "avx512f,avx512bw,avx512vbmi")]
        #[inline]
        fn classes(&self, window: &[u8; READ]) -> Classes {
            let bytes = |place: usize| load(window[place..place + BLOCK].try_into().expect("64 bytes"));
            let bytes = [bytes(0), bytes(1), bytes(2)];
            let bits = _mm512_maskz_mov_epi8(!_mm512_movepi8_mask(bytes[0]), self.classes.look(bytes[0]));
            let with = |class: u8| _mm512_test_epi8_mask(bits, _mm512_set1_epi8(class.cast_signed()));
            let half = |tables: &[Table; LENGTH]| {
                let look = |place: usize| tables[place].look(bytes[place]);
                _mm512_and_si512(_mm512_and_si512(look(0), look(1)), look(2))
            };
            let starts: __m512i = _mm512_or_si512(half(&self.starts[0]), half(&self.starts[1]));
            Classes {
                token: with(1),
                alnum: with(2),
                word: with(4),
                wide: with(8),
                digit: with(16),
                opens: with(32),
                closes: with(64),
                equals: with(128),
                start: _mm512_test_epi8_mask(starts, starts),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Level, Starts};
    use super::{Blocks, Classes, classify};
    use crate::text::chars::{is_alnum, is_token, is_word};
    use proptest::prelude::*;

    #[derive(Default)]
    struct All(Vec<(usize, Classes)>);

    impl Blocks for All {
        fn block(&mut self, base: usize, classes: Classes) {
            self.0.push((base, classes));
        }
    }

    proptest! {
        #[test]
        fn every_level_tells_every_byte(
            mut bytes in proptest::collection::vec(any::<u8>(), 0..300),
            heads in proptest::collection::vec((any::<[u8; 3]>(), 0usize..300), 1..30),
        ) {
            for (head, at) in &heads {
                if let Some(place) = bytes.get_mut(*at..at + 3) {
                    place.copy_from_slice(head);
                }
            }
            let heads: Vec<[u8; 3]> = heads.into_iter().map(|(head, _)| head).collect();
            for level in Level::all() {
                let mut all = All::default();
                classify(level, &bytes, &Starts::new(heads.clone()), &mut all);
                prop_assert_eq!(all.0.len(), bytes.len().div_ceil(64));
                for (base, classes) in all.0 {
                    for bit in 0..64 {
                        let byte = bytes.get(base + bit).copied().unwrap_or(0);
                        let has = |mask: u64| mask >> bit & 1 == 1;
                        prop_assert_eq!(has(classes.token), is_token(byte));
                        prop_assert_eq!(has(classes.alnum), is_alnum(byte));
                        prop_assert_eq!(has(classes.word), is_word(byte));
                        prop_assert_eq!(has(classes.wide), is_word(byte) || byte == b'+' || byte == b'/');
                        prop_assert_eq!(has(classes.digit), byte.is_ascii_digit());
                        prop_assert_eq!(has(classes.opens), matches!(byte, b'%' | b'\\' | b';'));
                        prop_assert_eq!(has(classes.closes), matches!(byte, b'%' | b'\\' | b'&'));
                        prop_assert_eq!(has(classes.equals), byte == b'=');
                        let starts = bytes.get(base + bit..).is_some_and(|rest| heads.iter().any(|head| rest.starts_with(head)));
                        prop_assert!(!starts || has(classes.start));
                    }
                }
            }
        }
    }
}
