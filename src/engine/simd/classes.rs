//! L2: what 64 bytes are made of: one bit a byte for each class of characters.

use super::blocks::{BLOCK, Blocks, Classes};
use super::{Level, PIECE, padded};
use std::ops::Range;

/// Writes the classes of the first piece of `bytes` from block `to` on, and says how many blocks there were. The bytes
/// behind the end have no bits.
pub(in crate::engine) fn classify(level: Level, bytes: &[u8], blocks: &mut Blocks, to: usize) -> usize {
    let bytes = &bytes[..bytes.len().min(PIECE)];
    let count = bytes.len().min(PIECE).div_ceil(BLOCK);
    match level {
        Level::Plain => plain(bytes, blocks, to..to + count),
        #[cfg(target_arch = "x86_64")]
        #[allow(unsafe_code, reason = "Level::Avx2 exists only where the processor has these features")]
        Level::Avx2 => unsafe { vector::classify(bytes, blocks, to..to + count) },
        #[cfg(target_arch = "x86_64")]
        #[allow(unsafe_code, reason = "Level::Avx512 exists only where the processor has these features")]
        Level::Avx512 => unsafe { wide::classify(bytes, blocks, to..to + count) },
    }
    count
}

fn plain(bytes: &[u8], blocks: &mut Blocks, to: Range<usize>) {
    for (chunk, block) in bytes.chunks(BLOCK).zip(to) {
        let block_bytes: [u8; BLOCK] = chunk.first_chunk().copied().unwrap_or_else(|| padded(chunk));
        let mut masks = [[0; 8]; 8];
        for (eighth, bytes) in block_bytes.as_chunks::<8>().0.iter().enumerate() {
            let bits = transposed(u64::from_le_bytes(bytes.map(|byte| BITS[usize::from(byte)])));
            masks.iter_mut().zip(bits.to_le_bytes()).for_each(|(mask, bits)| mask[eighth] = bits);
        }
        let [token, alnum, word, wide, digit, opens, closes, equals] = masks.map(u64::from_le_bytes);
        blocks.set(block, Classes { token, alnum, word, wide, digit, opens, closes, equals });
    }
}

/// The bits of eight bytes by their place: byte `n` of the result has bit `n` of each. Bits are swapped by blocks of one,
/// two and four (Warren, Hacker's Delight, 7-3).
fn transposed(bits: u64) -> u64 {
    let swapped = |bits: u64, by: u32, mask: u64| {
        let changed = (bits ^ bits >> by) & mask;
        bits ^ changed ^ changed << by
    };
    let by_one = swapped(bits, 7, 0x00aa_00aa_00aa_00aa);
    let by_two = swapped(by_one, 14, 0x0000_cccc_0000_cccc);
    swapped(by_two, 28, 0x0000_0000_f0f0_f0f0)
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
    use super::{BLOCK, Blocks, Classes, Range};
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

    #[target_feature(enable = "avx2")]
    pub(super) fn classify(bytes: &[u8], blocks: &mut Blocks, to: Range<usize>) {
        let (low, high) = (table(&LOW), table(&HIGH));
        for (chunk, block) in bytes.chunks(BLOCK).zip(to) {
            let classes = match chunk.first_chunk() {
                Some(whole) => classes(whole, low, high),
                None => classes(&padded(chunk), low, high),
            };
            blocks.set(block, classes);
        }
    }

    #[target_feature(enable = "avx2")]
    #[inline]
    fn classes(block: &[u8; BLOCK], low: __m256i, high: __m256i) -> Classes {
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
    use super::super::avx512::{Table, load, transposed};
    use super::super::padded;
    use super::{BITS, BLOCK, Blocks, Classes, Range};
    use std::arch::x86_64::{_mm512_maskz_mov_epi8, _mm512_movepi8_mask};

    #[target_feature(enable = "avx512f,avx512bw,avx512vbmi,gfni")]
    pub(super) fn classify(bytes: &[u8], blocks: &mut Blocks, to: Range<usize>) {
        let table = Table::new(BITS.first_chunk().expect("a class for each byte"));
        for (chunk, block) in bytes.chunks(BLOCK).zip(to) {
            let classes = match chunk.first_chunk() {
                Some(whole) => classes(whole, table),
                None => classes(&padded(chunk), table),
            };
            blocks.set(block, classes);
        }
    }

    #[target_feature(enable = "avx512f,avx512bw,avx512vbmi,gfni")]
    #[inline]
    fn classes(block: &[u8; BLOCK], table: Table) -> Classes {
        let bytes = load(block);
        let bits = _mm512_maskz_mov_epi8(!_mm512_movepi8_mask(bytes), table.look(bytes));
        let [token, alnum, word, wide, digit, opens, closes, equals] = transposed(bits);
        Classes { token, alnum, word, wide, digit, opens, closes, equals }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Level;
    use super::{BLOCK, Blocks, classify};
    use crate::text::chars::{is_alnum, is_token, is_word};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_level_tells_every_byte(
            bytes in proptest::collection::vec(any::<u8>(), 0..300),
            to in 0usize..3,
        ) {
            for level in Level::all() {
                let mut blocks = Blocks::default();
                let count = classify(level, &bytes, &mut blocks, to);
                prop_assert_eq!(count, bytes.len().div_ceil(BLOCK));
                for at in 0..count * BLOCK {
                    let byte = bytes.get(at).copied().unwrap_or(0);
                    let has = |row: &[u64]| row[to + at / BLOCK] >> (at % BLOCK) & 1 == 1;
                    prop_assert_eq!(has(&blocks.token), is_token(byte));
                    prop_assert_eq!(has(&blocks.alnum), is_alnum(byte));
                    prop_assert_eq!(has(&blocks.word), is_word(byte));
                    prop_assert_eq!(has(&blocks.wide), is_word(byte) || byte == b'+' || byte == b'/');
                    prop_assert_eq!(has(&blocks.digit), byte.is_ascii_digit());
                    prop_assert_eq!(has(&blocks.opens), matches!(byte, b'%' | b'\\' | b';'));
                    prop_assert_eq!(has(&blocks.closes), matches!(byte, b'%' | b'\\' | b'&'));
                    prop_assert_eq!(has(&blocks.equals), byte == b'=');
                }
            }
        }
    }
}
