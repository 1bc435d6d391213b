//! L2: finds the literals of all rules in one pass, ignoring case, at a cost per byte that does not grow with their
//! number.
//!
//! Each literal is told by four of its bytes (three, if it is that short). A [`Sieve`] lets through the places where
//! one of these grams may stand, a bitmap over a hash of the four bytes most of those where one does, and only then
//! the literal itself is compared. Building takes a fraction of a millisecond, which is why this and not an
//! automaton (`docs/detector.md`).

use super::buckets::{Buckets, HASH_BITS};
use super::commonness::{commonness, letter};
use super::simd::{Gram, Level, Sieve};
use super::words::WordHit;
use std::collections::BTreeSet;
use std::ops::Range;

/// Least length of a literal, in bytes.
const LEAST: usize = 3;
/// How many bytes are compared at once, and how many of them stand before the gram.
const AROUND: usize = 16;
const BEFORE: usize = 4;
/// Folds case for hashing, and merges some bytes that differ in more (`@` and a backquote): that costs a comparison
/// and no exactness.
const FOLD: u8 = 0x20;
/// Folds the case of a letter.
const CASE: u8 = 0xdf;

/// A set of literals.
#[derive(Debug)]
pub(super) struct Literals {
    texts: Vec<Box<[u8]>>,
    sieve: Sieve,
    buckets: Buckets,
    /// Sorted by hash.
    entries: Vec<Entry>,
    longest: usize,
}

/// A literal, filed under its gram.
#[derive(Debug)]
struct Entry {
    /// Its bytes from four before its gram to twelve behind its beginning, as far as it has them, letters as capitals;
    /// and which bits of the text are compared with them.
    around: u128,
    mask: u128,
    literal: u32,
    /// Offset of the gram inside it, and its length, in bytes.
    offset: u8,
    length: u8,
    /// Whether it has bytes beyond those.
    is_longer: bool,
}

impl Entry {
    fn new(text: &[u8], literal: u32, offset: u8) -> Entry {
        let (mut around, mut mask) = ([0; AROUND], [0; AROUND]);
        for (place, byte) in text.iter().enumerate() {
            if let Some(at) = (place + BEFORE).checked_sub(usize::from(offset)).filter(|&at| at < AROUND) {
                mask[at] = if byte.is_ascii_lowercase() { CASE } else { u8::MAX };
                around[at] = byte & mask[at];
            }
        }
        let length = u8::try_from(text.len()).expect("literals are short");
        let is_longer = usize::from(offset) > BEFORE || text.len() + BEFORE > usize::from(offset) + AROUND;
        Entry { around: u128::from_le_bytes(around), mask: u128::from_le_bytes(mask), literal, offset, length, is_longer }
    }
}

impl Literals {
    /// The set of `texts`, each at least three bytes long.
    pub(super) fn new<'a>(texts: impl IntoIterator<Item = &'a str>) -> Literals {
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
        keyed.sort_unstable();
        keyed.dedup();
        let buckets = Buckets::new(&keyed.iter().map(|&(hash, ..)| hash).collect::<Vec<_>>());
        let entries = keyed.into_iter().map(|(_, literal, offset)| Entry::new(&texts[literal as usize], literal, offset)).collect();
        let longest = texts.iter().map(|text| text.len()).max().unwrap_or_default();
        Literals { texts, sieve: Sieve::new(grams), buckets, entries, longest }
    }

    /// Length of the longest literal, in bytes.
    pub(super) fn longest(&self) -> usize {
        self.longest
    }

    /// The literals, in lower case.
    #[cfg(test)]
    pub(super) fn texts(&self) -> Vec<String> {
        self.texts.iter().map(|text| String::from_utf8_lossy(text).into_owned()).collect()
    }

    /// Calls `visit` for every literal in `bytes`, in the order of their grams.
    #[inline]
    pub(super) fn find(&self, level: Level, bytes: &[u8], visit: &mut impl FnMut(WordHit)) {
        self.sieve.find(level, bytes, &mut |at| {
            let hash = hash(bytes[at..].first_chunk::<4>().copied().unwrap_or_else(|| last(bytes, at)));
            if self.buckets.has(hash) {
                self.compare(bytes, at, self.buckets.range(hash), visit);
            }
        });
    }

    #[inline(never)]
    fn compare(&self, bytes: &[u8], at: usize, entries: Range<usize>, visit: &mut impl FnMut(WordHit)) {
        let window = at.checked_sub(BEFORE).and_then(|from| bytes[from..].first_chunk::<AROUND>().copied());
        let around = u128::from_le_bytes(window.unwrap_or_else(|| part(bytes, at)));
        for entry in &self.entries[entries] {
            if around & entry.mask == entry.around
                && let Some(start) = at.checked_sub(usize::from(entry.offset))
            {
                let end = start + usize::from(entry.length);
                if end <= bytes.len() && (!entry.is_longer || bytes[start..end].eq_ignore_ascii_case(&self.texts[entry.literal as usize])) {
                    visit(WordHit { word: entry.literal, start, end });
                }
            }
        }
    }
}

/// The bytes around `at` near an end of the text; zeros where there are none.
#[cold]
fn part(bytes: &[u8], at: usize) -> [u8; AROUND] {
    let mut window = [0; AROUND];
    let from = at.saturating_sub(BEFORE);
    let known = &bytes[from..bytes.len().min(at + AROUND - BEFORE)];
    let first = from + BEFORE - at;
    window[first..first + known.len()].copy_from_slice(known);
    window
}

/// The gram at `at`, near the end of the text.
#[cold]
fn last(bytes: &[u8], at: usize) -> [u8; 4] {
    let around = part(bytes, at);
    [around[BEFORE], around[BEFORE + 1], around[BEFORE + 2], around[BEFORE + 3]]
}

#[inline]
#[allow(clippy::cast_possible_truncation, reason = "the shift leaves HASH_BITS bits")]
fn hash(window: [u8; 4]) -> u16 {
    ((u32::from_le_bytes(window) | u32::from_le_bytes([FOLD; 4])).wrapping_mul(0x9e37_79b1) >> (32 - HASH_BITS)) as u16
}

fn gram(bytes: &[u8]) -> Gram {
    ([bytes[0], bytes[1], bytes[2]], bytes.get(LEAST).copied())
}

/// A gram for each literal, by its offset, and all grams: as few as can be had cheaply, and rare ones. Short literals
/// have no choice and come first; a longer one takes what is there already.
fn shared_grams(texts: &[Box<[u8]>]) -> (Vec<usize>, Vec<Gram>) {
    let mut order: Vec<usize> = (0..texts.len()).collect();
    order.sort_by_key(|&text| texts[text].len());
    let mut offsets = vec![0; texts.len()];
    let mut known: BTreeSet<Gram> = BTreeSet::new();
    for index in order {
        let text = &texts[index];
        let grams = || (0..text.len().saturating_sub(LEAST).max(1)).map(|at| (at, gram(&text[at..])));
        let shared = grams().find(|(_, gram)| known.contains(gram));
        let (offset, gram) =
            shared.unwrap_or_else(|| grams().min_by(|(_, a), (_, b)| cost(*a).total_cmp(&cost(*b))).expect("a literal has a gram"));
        offsets[index] = offset;
        known.insert(gram);
    }
    (offsets, known.into_iter().collect())
}

/// About how often a gram occurs in a million bytes of source text. What joins words counts more: the same words
/// joined otherwise would need a gram of their own.
fn cost((head, last): Gram) -> f32 {
    let Some(last) = last else { return commonness(head) };
    let often = commonness(head) * commonness([head[1], head[2], last]) / (letter(head[1]) * letter(head[2]) * 1e6);
    let joins = [head[0], head[1], head[2], last].iter().filter(|byte| matches!(byte, b' ' | b'.' | b'-' | b'_')).count();
    if joins > 0 { often * 8.0 + 20.0 } else { often }
}

#[cfg(test)]
mod tests {
    use super::{Level, Literals, WordHit};
    use proptest::prelude::*;

    fn find(level: Level, texts: &[&str], text: &[u8]) -> Vec<WordHit> {
        let mut hits = Vec::new();
        Literals::new(texts.iter().copied()).find(level, text, &mut |hit| hits.push(hit));
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
