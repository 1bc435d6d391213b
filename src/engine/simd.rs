//! L2: the vector code: one bit a byte for "is a token character" and for other classes. AVX2 where the processor has it, plain code elsewhere; both give the same answers (tested).
//!
//! This is the only module with `unsafe`: processor features are checked once, at [`Level::detect`], and every
//! load is of a slice whose length was checked. The stages built on it cost 0.1–0.2 ns a byte instead of about
//! 1 ns (`docs/detector.md`).

use crate::text::chars::{is_token, is_word};

/// What the processor can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Level {
    /// Plain code.
    Plain,
    /// 32 bytes at a time.
    #[cfg(target_arch = "x86_64")]
    Avx2,
}

impl Level {
    /// The best that this processor has.
    pub(super) fn detect() -> Level {
        #[cfg(target_arch = "x86_64")]
        if std::arch::is_x86_feature_detected!("avx2") {
            return Level::Avx2;
        }
        Level::Plain
    }

    /// Every level that this processor has, for tests.
    #[cfg(test)]
    pub(super) fn all() -> Vec<Level> {
        let mut all = vec![Level::Plain];
        if Level::detect() != Level::Plain {
            all.push(Level::detect());
        }
        all
    }
}

/// Calls `visit(offset, mask)` for every block of 64 bytes: one bit a byte, set where it is a token character. The
/// last block is padded with bytes that are none.
#[inline]
pub(super) fn token_masks(level: Level, bytes: &[u8], visit: &mut impl FnMut(usize, u64)) {
    match level {
        Level::Plain => plain_masks(bytes, visit),
        #[cfg(target_arch = "x86_64")]
        #[allow(unsafe_code, reason = "Level::Avx2 exists only where the processor has AVX2")]
        Level::Avx2 => unsafe { avx2::token_masks(bytes, visit) },
    }
}

fn plain_masks(bytes: &[u8], visit: &mut impl FnMut(usize, u64)) {
    for (block, chunk) in bytes.chunks(64).enumerate() {
        let mask = chunk.iter().enumerate().fold(0, |mask, (at, &byte)| mask | u64::from(is_token(byte)) << at);
        visit(block * 64, mask);
    }
}

/// Classes of up to 64 bytes, one bit each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ClassMasks {
    /// Letters and digits.
    pub(super) alnum: u64,
    /// Letters, digits, `_` and `-`.
    pub(super) word: u64,
    /// `+` and `/`.
    pub(super) wide: u64,
    /// Digits.
    pub(super) digit: u64,
}

/// The classes of at most 64 bytes; bits behind the last are zero.
#[inline]
pub(super) fn class_masks(level: Level, bytes: &[u8]) -> ClassMasks {
    match level {
        Level::Plain => plain_classes(bytes),
        #[cfg(target_arch = "x86_64")]
        #[allow(unsafe_code, reason = "Level::Avx2 exists only where the processor has AVX2")]
        Level::Avx2 => unsafe { avx2::class_masks(bytes) },
    }
}

fn plain_classes(bytes: &[u8]) -> ClassMasks {
    let mut masks = ClassMasks { alnum: 0, word: 0, wide: 0, digit: 0 };
    for (at, &byte) in bytes.iter().enumerate() {
        masks.alnum |= u64::from(byte.is_ascii_alphanumeric()) << at;
        masks.word |= u64::from(is_word(byte)) << at;
        masks.wide |= u64::from(matches!(byte, b'+' | b'/')) << at;
        masks.digit |= u64::from(byte.is_ascii_digit()) << at;
    }
    masks
}

#[cfg(target_arch = "x86_64")]
mod avx2 {
    #![allow(unsafe_code, reason = "vector loads; every one is of a slice of exactly its length")]

    use super::ClassMasks;
    use std::arch::x86_64::{
        __m256i, _mm_loadu_si128, _mm256_and_si256, _mm256_broadcastsi128_si256, _mm256_cmpeq_epi8, _mm256_loadu_si256,
        _mm256_movemask_epi8, _mm256_set1_epi8, _mm256_setzero_si256, _mm256_shuffle_epi8, _mm256_srli_epi16,
    };

    /// By low nibble: in which of the six rows of the ASCII table (2x … 7x) a token character has it.
    const LOW: [u8; 16] = rows(false);
    /// By high nibble: its row.
    const HIGH: [u8; 16] = rows(true);

    const fn rows(high: bool) -> [u8; 16] {
        let mut table = [0u8; 16];
        let mut byte = 0x20u8;
        while byte < 0x80 {
            if byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'+' | b'/' | b'=' | b'.') {
                let row = 1u8 << ((byte >> 4) - 2);
                table[(if high { byte >> 4 } else { byte & 15 }) as usize] |= row;
            }
            byte += 1;
        }
        table
    }

    #[target_feature(enable = "avx2")]
    #[inline]
    fn load(bytes: &[u8; 32]) -> __m256i {
        unsafe { _mm256_loadu_si256(bytes.as_ptr().cast()) }
    }

    #[target_feature(enable = "avx2")]
    #[inline]
    fn table(bytes: &[u8; 16]) -> __m256i {
        _mm256_broadcastsi128_si256(unsafe { _mm_loadu_si128(bytes.as_ptr().cast()) })
    }

    /// For each byte: the bits that both of its nibbles have in the tables. Bytes from 0x80 have row 8 and above.
    #[target_feature(enable = "avx2")]
    #[inline]
    fn look(bytes: __m256i, low: __m256i, high: __m256i) -> __m256i {
        let nibble = _mm256_set1_epi8(15);
        let by_low = _mm256_shuffle_epi8(low, _mm256_and_si256(bytes, nibble));
        let by_high = _mm256_shuffle_epi8(high, _mm256_and_si256(_mm256_srli_epi16::<4>(bytes), nibble));
        _mm256_and_si256(by_low, by_high)
    }

    /// One bit a byte: set where the byte is not zero.
    #[target_feature(enable = "avx2")]
    #[inline]
    fn nonzero(bytes: __m256i) -> u32 {
        !_mm256_movemask_epi8(_mm256_cmpeq_epi8(bytes, _mm256_setzero_si256())).cast_unsigned()
    }

    #[target_feature(enable = "avx2")]
    pub(super) fn token_masks(bytes: &[u8], visit: &mut impl FnMut(usize, u64)) {
        let (low, high) = (table(&LOW), table(&HIGH));
        let mask = |block: &[u8; 64]| {
            let (first, second) = block.split_at(32);
            let first = nonzero(look(load(first.try_into().expect("32 bytes")), low, high));
            let second = nonzero(look(load(second.try_into().expect("32 bytes")), low, high));
            u64::from(first) | u64::from(second) << 32
        };
        let (blocks, tail) = bytes.as_chunks::<64>();
        for (index, block) in blocks.iter().enumerate() {
            visit(index * 64, mask(block));
        }
        if !tail.is_empty() {
            let mut block = [0; 64];
            block[..tail.len()].copy_from_slice(tail);
            visit(blocks.len() * 64, mask(&block));
        }
    }

    /// By low nibble: rows (see [`LOW`]) in which a letter or digit has it, and the bits 6 and 7 for `_` `-` and
    /// `+` `/` below.
    const CLASS_LOW: [u8; 16] = class_rows(false);
    const CLASS_HIGH: [u8; 16] = class_rows(true);

    /// Bits: 0 digits, 1 and 2 letters of rows 4/6 and 5/7, 3 `_`, 4 `-`, 5 `+` and `/`.
    const fn class_rows(high: bool) -> [u8; 16] {
        let mut table = [0u8; 16];
        let mut byte = 0x20u8;
        while byte < 0x80 {
            let bit = match byte {
                b'0'..=b'9' => 1,
                b'A'..=b'O' | b'a'..=b'o' => 2,
                b'P'..=b'Z' | b'p'..=b'z' => 4,
                b'_' => 8,
                b'-' => 16,
                b'+' | b'/' => 32,
                _ => 0u8,
            };
            table[(if high { byte >> 4 } else { byte & 15 }) as usize] |= bit;
            byte += 1;
        }
        table
    }

    #[target_feature(enable = "avx2")]
    pub(super) fn class_masks(bytes: &[u8]) -> ClassMasks {
        let mut block = [0u8; 64];
        block[..bytes.len()].copy_from_slice(bytes);
        let (low, high) = (table(&CLASS_LOW), table(&CLASS_HIGH));
        let (first, second) = block.split_at(32);
        let first = look(load(first.try_into().expect("32 bytes")), low, high);
        let second = look(load(second.try_into().expect("32 bytes")), low, high);
        let with = |bits: i8| {
            let bits = _mm256_set1_epi8(bits);
            u64::from(nonzero(_mm256_and_si256(first, bits))) | u64::from(nonzero(_mm256_and_si256(second, bits))) << 32
        };
        ClassMasks { alnum: with(7), word: with(31), wide: with(32), digit: with(1) }
    }
}

#[cfg(test)]
mod tests {
    use super::{Level, class_masks, token_masks};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_level_gives_the_same_masks(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let masks = |level| {
                let mut all = Vec::new();
                token_masks(level, &bytes, &mut |at, mask| all.push((at, mask)));
                all
            };
            for level in Level::all() {
                prop_assert_eq!(masks(level), masks(Level::Plain));
            }
        }

        #[test]
        fn every_level_gives_the_same_classes(bytes in proptest::collection::vec(any::<u8>(), 0..=64)) {
            for level in Level::all() {
                prop_assert_eq!(class_masks(level, &bytes), class_masks(Level::Plain, &bytes));
            }
        }
    }
}
