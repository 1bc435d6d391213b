//! L2: finds many words in text at once, ignoring case, at a cost per byte that does not grow with their number.
//!
//! Each word is told by its rarest three bytes. A bitmap over a hash of three bytes answers most positions
//! with one load; only where it says yes is the word itself compared. Building takes microseconds, which is why
//! this and not an automaton: an Aho–Corasick DFA over the catalogue's words takes longer to build than a
//! small commit takes to scan (`docs/detector.md` has the figures).

use super::buckets::HASH_BITS;
use super::commonness::commonness;
use super::texts::Texts;
pub(super) use super::texts::WordHit;

/// Length of a gram in bytes.
const GRAM: usize = 3;

/// A set of words.
#[derive(Debug)]
pub(super) struct WordIndex(Texts);

impl WordIndex {
    /// An index of `words`, each at least three bytes long.
    pub(super) fn new<'a>(words: impl IntoIterator<Item = &'a str>) -> WordIndex {
        let words: Vec<Box<[u8]>> = words.into_iter().map(|word| word.to_ascii_lowercase().into_bytes().into_boxed_slice()).collect();
        let key = |(index, word): (usize, &[u8])| {
            let offset = rarest_gram(word);
            let hash = hash(gram(&word[offset..offset + GRAM]));
            (hash, u32::try_from(index).expect("few words"), u8::try_from(offset).expect("words are short"))
        };
        let keys = words.iter().map(AsRef::as_ref).enumerate().map(key).collect();
        WordIndex(Texts::new(words, keys))
    }

    /// Calls `visit` for every word whose gram begins in `from..to`. Ranges that meet, meet without gap or repeat.
    #[inline]
    pub(super) fn find(&self, bytes: &[u8], from: usize, to: usize, visit: &mut impl FnMut(WordHit)) {
        let to = to.min(bytes.len().saturating_sub(GRAM - 1));
        if from >= to {
            return;
        }
        let mut value = u32::from(fold(bytes[from])) << 8 | u32::from(fold(bytes[from + 1]));
        for (at, &next) in bytes[from + 2..to + 2].iter().enumerate() {
            value = (value << 8 | u32::from(fold(next))) & 0x00ff_ffff;
            let hash = hash(value);
            if self.0.has(hash) {
                self.0.compare(bytes, from + at, hash, visit);
            }
        }
    }
}

/// Case folding in one instruction, for hashing: it also merges bytes that differ in more than case (`@` and
/// a backquote), which costs a comparison and no exactness.
#[inline]
fn fold(byte: u8) -> u8 {
    byte | 0x20
}

#[inline]
fn gram(bytes: &[u8]) -> u32 {
    u32::from(fold(bytes[0])) << 16 | u32::from(fold(bytes[1])) << 8 | u32::from(fold(bytes[2]))
}

#[inline]
#[allow(clippy::cast_possible_truncation, reason = "the shift leaves HASH_BITS bits")]
fn hash(gram: u32) -> u16 {
    (gram.wrapping_mul(0x9e37_79b1) >> (32 - HASH_BITS)) as u16
}

/// Offset of the three bytes of a word that are rarest in source text.
fn rarest_gram(word: &[u8]) -> usize {
    let costs = word.array_windows().map(|&gram: &[u8; GRAM]| commonness(gram));
    costs.take(200).enumerate().min_by(|(_, a), (_, b)| a.total_cmp(b)).map_or(0, |(at, _)| at)
}

#[cfg(test)]
mod tests {
    use super::{WordHit, WordIndex};
    use proptest::prelude::*;

    fn find(words: &[&str], text: &[u8], cut: usize) -> Vec<WordHit> {
        let index = WordIndex::new(words.iter().copied());
        let mut hits = Vec::new();
        index.find(text, 0, cut, &mut |hit| hits.push(hit));
        index.find(text, cut, text.len(), &mut |hit| hits.push(hit));
        hits.sort_by_key(|hit| (hit.start, hit.word));
        hits
    }

    proptest! {
        #[test]
        fn finds_what_a_plain_search_finds(text in "[abAB_.]{0,60}", cut in 0usize..60) {
            let words = ["aba", "bab_", "abab", "b.a"];
            let lower = text.to_lowercase();
            let mut expected = Vec::new();
            for start in 0..lower.len() {
                for (word, needle) in words.iter().enumerate() {
                    if lower[start..].starts_with(needle) {
                        expected.push(WordHit { word: u32::try_from(word).unwrap(), start, end: start + needle.len() });
                    }
                }
            }
            prop_assert_eq!(find(&words, text.as_bytes(), cut.min(text.len())), expected);
        }
    }
}
