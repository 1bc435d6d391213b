//! L2: finds many words in text at once, ignoring case, at a cost per byte that does not grow with their number.
//!
//! Each word is told by its rarest three bytes. A bitmap over a hash of three bytes answers most positions
//! with one load; only where it says yes is the word itself compared. It is ready in microseconds, which is why
//! this and not an automaton: an Aho–Corasick DFA over the catalogue's words takes longer to build than a
//! small commit takes to scan (`docs/detector.md` has the figures).

use super::layout::filed::{Filed, GRAM, fold, hash_gram};
use super::texts::Texts;
pub(super) use super::texts::WordHit;

/// A set of words.
#[derive(Debug)]
pub(super) struct WordIndex(Texts);

impl WordIndex {
    /// An index of words that are filed under three bytes.
    pub(super) fn new(words: Filed) -> WordIndex {
        WordIndex(Texts::new(words))
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
            let hash = hash_gram(value);
            if self.0.has(hash) {
                self.0.compare(bytes, from + at, hash, visit);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Filed, WordHit, WordIndex};
    use proptest::prelude::*;

    fn find(words: &[&str], text: &[u8], cut: usize) -> Vec<WordHit> {
        let index = WordIndex::new(Filed::words(words.iter().copied()));
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
