//! L2: finds the literals of all rules in one pass, ignoring case, at a cost per byte that does not grow with their
//! number.
//!
//! Each literal is told by four of its bytes (three, if it is that short). A [`Sieve`] lets through the places where
//! one of these grams may stand, a bitmap over a hash of the four bytes most of those where one does, and only then
//! the literal itself is compared. Building takes a fraction of a millisecond, which is why this and not an
//! automaton (`docs/detector.md`).

use super::buckets::Hashes;
use super::layout::filed::{hash_four, hash_word};
use super::layout::literals as layout;
use super::simd::{Level, PIECE, Places, Sieve};
use super::texts::{Texts, WordHit};

/// A set of literals.
#[derive(Debug)]
pub(super) struct Literals {
    level: Level,
    sieve: Sieve,
    /// Of four bytes: whether a literal may be told by them.
    known: Hashes,
    /// By four bytes.
    long: Texts,
    /// By three bytes: those that have no more.
    short: Texts,
    longest: usize,
    crosses_lines: bool,
}

impl Literals {
    pub(super) fn new(level: Level, literals: layout::Literals) -> Literals {
        let mut known = Hashes::default();
        literals.long.keys.iter().for_each(|&(hash, ..)| known.add(hash));
        for &(_, text, _) in &literals.short.keys {
            let text = &literals.short.texts[text as usize];
            (0..=u8::MAX).for_each(|last| known.add(hash_four([text[0], text[1], text[2], last])));
        }
        let longest = literals.long.texts.iter().map(<[u8]>::len).max().unwrap_or_default();
        let crosses_lines =
            [&literals.long.texts, &literals.short.texts].iter().any(|texts| texts.iter().any(|text| text.contains(&b'\n')));
        let sieve = Sieve::new(literals.tables(level.codes()));
        Literals { level, sieve, known, long: Texts::new(literals.long), short: Texts::new(literals.short), longest, crosses_lines }
    }

    /// Length of the longest literal, in bytes.
    pub(super) fn longest(&self) -> usize {
        self.longest
    }

    /// Whether one of them holds a line feed.
    pub(super) fn crosses_lines(&self) -> bool {
        self.crosses_lines
    }

    /// The literals, in lower case.
    #[cfg(test)]
    pub(super) fn texts(&self) -> Vec<String> {
        self.long.texts()
    }

    /// Calls `visit` for every literal in `bytes`, in the order of their grams. `places` is room for what may be one.
    #[inline]
    pub(super) fn find(&self, bytes: &[u8], places: &mut Places, visit: &mut impl FnMut(WordHit)) {
        let four = |at: usize| bytes[at..].first_chunk::<4>().copied().unwrap_or_else(|| last(bytes, at));
        for from in (0..bytes.len()).step_by(PIECE) {
            places.clear();
            self.sieve.find(self.level, bytes, from, places);
            places.retain(|at| self.known.has(hash_four(four(from + at))));
            for at in places.iter().map(|at| from + at) {
                let (long, short) = (hash_four(four(at)), hash_word(&four(at)));
                if self.long.has(long) {
                    self.long.compare(bytes, at, long, visit);
                }
                if self.short.has(short) {
                    self.short.compare(bytes, at, short, visit);
                }
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

#[cfg(test)]
mod tests {
    use super::{Level, Literals, Places, WordHit, layout};
    use proptest::prelude::*;

    fn find(level: Level, texts: &[&str], text: &[u8]) -> Vec<WordHit> {
        let mut hits = Vec::new();
        Literals::new(level, layout::Literals::of(texts.iter().copied(), &[level.codes()])).find(
            text,
            &mut Places::default(),
            &mut |hit| hits.push(hit),
        );
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
