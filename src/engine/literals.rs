//! L2: finds the literals of all rules in one pass, ignoring case, at a cost per byte that does not grow with their
//! number.
//!
//! Each literal is told by four of its bytes (three, if it is that short). A [`Sieve`] lets through the places where
//! one of these grams may stand, a bitmap over a hash of the four bytes most of those where one does, and only then
//! the literal itself is compared. Building takes a fraction of a millisecond, which is why this and not an
//! automaton (`docs/detector.md`).

use super::buckets::HASH_BITS;
use super::commonness::commonness;
use super::fours::fours;
use super::simd::{Gram, Level, PIECE, Places, Sieve};
use super::texts::{Texts, WordHit};
use std::collections::BTreeSet;

/// Least length of a literal, in bytes.
const LEAST: usize = 3;
/// What a gram that is there already is better than another one, in places in a million bytes that become candidates.
const ANOTHER: f32 = 20.0;
/// Folds case for hashing, and merges some bytes that differ in more (`@` and a backquote): that costs a comparison
/// and no exactness.
const FOLD: u8 = 0x20;

/// A set of literals.
#[derive(Debug)]
pub(super) struct Literals {
    level: Level,
    sieve: Sieve,
    texts: Texts,
    longest: usize,
}

impl Literals {
    /// The set of `texts`, each at least three bytes long.
    pub(super) fn new<'a>(level: Level, texts: impl IntoIterator<Item = &'a str>) -> Literals {
        let texts: Vec<Box<[u8]>> = texts.into_iter().map(|text| text.to_ascii_lowercase().into_bytes().into_boxed_slice()).collect();
        let (offsets, grams) = shared_grams(&texts);
        let mut keyed: Vec<(u16, u32, u8)> = Vec::with_capacity(texts.len() * 8);
        for (index, (text, &offset)) in texts.iter().zip(&offsets).enumerate() {
            let index = u32::try_from(index).expect("few literals");
            let (head, last) = gram(&text[offset..]);
            let offset = u8::try_from(offset).expect("literals are short");
            let key = |last| (hash([head[0], head[1], head[2], last]), index, offset);
            match last {
                Some(last) => keyed.push(key(last)),
                None => keyed.extend((0..=u8::MAX).map(key)),
            }
        }
        let longest = texts.iter().map(|text| text.len()).max().unwrap_or_default();
        Literals { level, sieve: Sieve::new(level, &grams), texts: Texts::new(texts, keyed), longest }
    }

    /// Length of the longest literal, in bytes.
    pub(super) fn longest(&self) -> usize {
        self.longest
    }

    /// The literals, in lower case.
    #[cfg(test)]
    pub(super) fn texts(&self) -> Vec<String> {
        self.texts.texts()
    }

    /// Calls `visit` for every literal in `bytes`, in the order of their grams. `places` is room for what may be one.
    #[inline]
    pub(super) fn find(&self, bytes: &[u8], places: &mut Places, visit: &mut impl FnMut(WordHit)) {
        let hash_at = |at: usize| hash(bytes[at..].first_chunk::<4>().copied().unwrap_or_else(|| last(bytes, at)));
        for from in (0..bytes.len()).step_by(PIECE) {
            places.clear();
            self.sieve.find(self.level, bytes, from, places);
            places.retain(|at| self.texts.has(hash_at(from + at)));
            for at in places.iter() {
                self.texts.compare(bytes, from + at, hash_at(from + at), visit);
            }
        }
    }
}

/// The gram at `at`, near the end of the text.
#[cold]
fn last(bytes: &[u8], at: usize) -> [u8; 4] {
    let mut gram = [0; 4];
    gram[..bytes.len() - at].copy_from_slice(&bytes[at..]);
    gram
}

#[inline]
#[allow(clippy::cast_possible_truncation, reason = "the shift leaves HASH_BITS bits")]
fn hash(window: [u8; 4]) -> u16 {
    ((u32::from_le_bytes(window) | u32::from_le_bytes([FOLD; 4])).wrapping_mul(0x9e37_79b1) >> (32 - HASH_BITS)) as u16
}

fn gram(bytes: &[u8]) -> Gram {
    ([bytes[0], bytes[1], bytes[2]], bytes.get(LEAST).copied())
}

/// A gram for each literal, by its offset, and all grams: few, and rare ones. Short literals have no choice and come
/// first; a longer one takes what is there already.
fn shared_grams(texts: &[Box<[u8]>]) -> (Vec<usize>, Vec<Gram>) {
    let mut order: Vec<usize> = (0..texts.len()).collect();
    order.sort_by_key(|&text| texts[text].len());
    let mut offsets = vec![0; texts.len()];
    let mut known: BTreeSet<Gram> = BTreeSet::new();
    for index in order {
        let text = &texts[index];
        let cost = |(head, last): Gram| {
            let own = last.map_or_else(|| commonness(head), |last| fours([head[0], head[1], head[2], last]));
            own + if known.contains(&(head, last)) { -ANOTHER } else { ANOTHER }
        };
        let grams = (0..text.len().saturating_sub(LEAST).max(1)).map(|at| (at, gram(&text[at..])));
        let costs = grams.map(|(at, gram)| (cost(gram), at, gram));
        let (_, offset, gram) = costs.min_by(|(a, ..), (b, ..)| a.total_cmp(b)).expect("a literal has a gram");
        offsets[index] = offset;
        known.insert(gram);
    }
    (offsets, known.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::{Level, Literals, Places, WordHit};
    use proptest::prelude::*;

    fn find(level: Level, texts: &[&str], text: &[u8]) -> Vec<WordHit> {
        let mut hits = Vec::new();
        Literals::new(level, texts.iter().copied()).find(text, &mut Places::default(), &mut |hit| hits.push(hit));
        hits.sort_by_key(|hit| (hit.start, hit.word));
        hits
    }

    fn plain(texts: &[&str], text: &[u8]) -> Vec<WordHit> {
        let mut found = Vec::new();
        for start in 0..text.len() {
            for (word, literal) in texts.iter().enumerate() {
                let end = start + literal.len();
                if text.get(start..end).is_some_and(|part| part.eq_ignore_ascii_case(literal.as_bytes())) {
                    found.push(WordHit { word: u32::try_from(word).unwrap(), start, end });
                }
            }
        }
        found
    }

    const TEXTS: [&str; 9] = ["pass", "password", "db_pass", "pwd", "api_key", "apikey", "://", "begin ", "x-passwords"];

    proptest! {
        #[test]
        fn finds_what_a_plain_search_finds(text in "((?i:db|_|pass|word|s|pwd|api|key|://|begin|x)|[ -~]){0,40}") {
            for level in Level::all() {
                prop_assert_eq!(find(level, &TEXTS, text.as_bytes()), plain(&TEXTS, text.as_bytes()));
            }
        }
    }
}
