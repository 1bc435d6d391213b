//! L2: what 64 bytes are made of: one bit a byte for each class of characters.

use super::Level;

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
}

/// What is done with the classes of each block.
pub(in crate::engine) trait Blocks {
    /// The next 64 bytes, which begin at `base`. Those behind the end of the text have no bits.
    fn block(&mut self, base: usize, classes: Classes);
}

/// Gives every block of 64 bytes to `blocks`, in order.
#[inline]
pub(in crate::engine) fn classify(level: Level, bytes: &[u8], blocks: &mut impl Blocks) {
    match level {
        Level::Plain => plain(bytes, blocks),
        #[cfg(target_arch = "x86_64")]
        #[allow(unsafe_code, reason = "Level::Avx2 exists only where the processor has these features")]
        Level::Avx2 => unsafe { vector::classify(bytes, blocks) },
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
        }
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
            | (byte.is_ascii_digit() as u8) << 4;
        byte += 1;
    }
    bits
};

#[cfg(target_arch = "x86_64")]
mod vector {
    use super::super::avx2::{load, look, nibbles, nonzero, table};
    use super::{Blocks, Classes};
    use std::arch::x86_64::{__m256i, _mm256_and_si256, _mm256_movemask_epi8, _mm256_set1_epi8};

    /// By low nibble, and by high nibble: the kinds of characters that have it. A byte is of the kinds that both of its
    /// nibbles have.
    const LOW: [u8; 16] = kinds(false);
    const HIGH: [u8; 16] = kinds(true);

    const ALNUM: u8 = 0b1000_0011;
    const WORD: u8 = 0b1000_1111;
    const WIDE: u8 = 0b1001_1111;

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
            let mut block = [0; 64];
            block[..tail.len()].copy_from_slice(tail);
            blocks.block(whole.len() * 64, classes(&block, low, high));
        }
    }

    #[target_feature(enable = "avx2")]
    #[inline]
    fn classes(block: &[u8; 64], low: __m256i, high: __m256i) -> Classes {
        let (first, second) = block.split_at(32);
        let first = look(nibbles(load(first.try_into().expect("32 bytes"))), low, high);
        let second = look(nibbles(load(second.try_into().expect("32 bytes"))), low, high);
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
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Level;
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
        fn every_level_tells_every_byte(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            for level in Level::all() {
                let mut all = All::default();
                classify(level, &bytes, &mut all);
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
                    }
                }
            }
        }
    }
}
