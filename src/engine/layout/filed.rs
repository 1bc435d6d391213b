//! L2: texts filed under the hash of a few of their bytes: under which bytes, and in which order.

use super::commonness::commonness;
use super::groups::Groups;
use serde::{Deserialize, Serialize};

/// Hashes are of 16 bits: a bit for each is 8 KiB, which stay in the first-level cache.
pub(in crate::engine) const HASH_BITS: u32 = 16;
/// How many bytes a word is told by.
pub(in crate::engine) const GRAM: usize = 3;
/// Folds case for hashing. It also merges some bytes that differ in more (`@` and a backquote), which costs a comparison
/// and no exactness.
const FOLD: u8 = 0x20;

/// Texts in lower case and what they are filed under.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::engine) struct Filed {
    /// The texts, shorter than 256 bytes.
    pub(in crate::engine) texts: Groups<u8>,
    /// A hash, the number of the text that is filed under it, and at which offset in it the bytes stand that have this
    /// hash. Sorted.
    pub(in crate::engine) keys: Vec<(u16, u32, u8)>,
}

impl Filed {
    /// Words, each of three bytes at least, filed under their rarest three.
    pub(in crate::engine) fn words<'a>(words: impl IntoIterator<Item = &'a str>) -> Filed {
        let texts = lower(words);
        let keys = texts.iter().enumerate().map(|(number, text)| {
            let offset = rarest_gram(text);
            key(hash_word(&text[offset..]), number, offset)
        });
        Filed::sorted(keys.collect(), &texts)
    }

    pub(super) fn sorted(mut keys: Vec<(u16, u32, u8)>, texts: &Groups<u8>) -> Filed {
        keys.sort_unstable();
        Filed { keys, texts: texts.clone() }
    }
}

/// Texts in lower case.
pub(super) fn lower<'a>(texts: impl IntoIterator<Item = &'a str>) -> Groups<u8> {
    texts.into_iter().map(|text| text.bytes().map(|byte| byte.to_ascii_lowercase())).collect()
}

pub(super) fn key(hash: u16, number: usize, offset: usize) -> (u16, u32, u8) {
    (hash, u32::try_from(number).expect("few texts"), u8::try_from(offset).expect("texts are short"))
}

/// The hash of the first three bytes.
///
/// # Panics
/// If there are fewer.
#[inline]
pub(in crate::engine) fn hash_word(bytes: &[u8]) -> u16 {
    hash_gram(u32::from(fold(bytes[0])) << 16 | u32::from(fold(bytes[1])) << 8 | u32::from(fold(bytes[2])))
}

/// The hash of three bytes, folded, the first one highest.
#[inline]
#[allow(clippy::cast_possible_truncation, reason = "the shift leaves HASH_BITS bits")]
pub(in crate::engine) fn hash_gram(gram: u32) -> u16 {
    (gram.wrapping_mul(0x9e37_79b1) >> (32 - HASH_BITS)) as u16
}

/// The hash of four bytes, whatever the case of letters.
#[inline]
#[allow(clippy::cast_possible_truncation, reason = "the shift leaves HASH_BITS bits")]
pub(in crate::engine) fn hash_four(bytes: [u8; 4]) -> u16 {
    ((u32::from_le_bytes(bytes) | u32::from_le_bytes([FOLD; 4])).wrapping_mul(0x9e37_79b1) >> (32 - HASH_BITS)) as u16
}

#[inline]
pub(in crate::engine) fn fold(byte: u8) -> u8 {
    byte | FOLD
}

/// Offset of the three bytes of a word that are rarest in source text.
fn rarest_gram(word: &[u8]) -> usize {
    let costs = word.array_windows().map(|&gram: &[u8; GRAM]| commonness(gram));
    costs.take(200).enumerate().min_by(|(_, a), (_, b)| a.total_cmp(b)).map_or(0, |(at, _)| at)
}
