//! L2: by which codes a sieve tells grams from other text: one at each of four places.

use super::commonness::{letter, pair};
use serde::{Deserialize, Serialize};

/// Length of a gram in bytes, and how many places have a code.
pub(in crate::engine) const LENGTH: usize = 4;
/// More than any code.
pub(in crate::engine) const CODES: usize = 128;
/// The bytes of a gram that are told in twos.
pub(in crate::engine) const PAIRS: [(usize, usize); LENGTH] = [(0, 1), (1, 2), (2, 3), (0, 3)];
/// More than any byte of text that letters are counted in.
const ASCII: u8 = 128;

/// The bytes that a candidate begins with; a last byte of `None` may be any. Letters, which are small, stand for both
/// cases.
pub(in crate::engine) type Gram = ([u8; LENGTH - 1], Option<u8>);

/// What the codes are of. None depends on the case of letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::engine) enum Codes {
    /// Of a byte: its five lowest bits, which is a letter without its case.
    Letters,
    /// Of two bytes: [`pair_code`]. It takes a table of [`CODES`], and lets a fifth as many places through.
    Pairs,
}

impl Codes {
    /// How many codes letters have.
    pub(in crate::engine) const LETTERS: usize = 32;

    /// How many codes there are.
    fn count(self) -> usize {
        match self {
            Codes::Letters => Codes::LETTERS,
            Codes::Pairs => CODES,
        }
    }

    /// The code of these bytes at a place.
    pub(in crate::engine) fn code(self, bytes: [u8; LENGTH], place: usize) -> usize {
        match self {
            Codes::Letters => usize::from(bytes[place]) % self.count(),
            Codes::Pairs => usize::from(pair_code(bytes[PAIRS[place].0], bytes[PAIRS[place].1])),
        }
    }

    /// The codes that a gram has at a place, one bit each.
    pub(super) fn of(self, (head, last): Gram, place: usize) -> u128 {
        let code = |last: u8| 1 << self.code([head[0], head[1], head[2], last], place);
        last.map_or_else(|| (0..=u8::MAX).fold(0, |codes, last| codes | code(last)), code)
    }

    /// About which share of the places in source text has each code.
    pub(super) fn shares(self, place: usize) -> Vec<f32> {
        let mut shares = vec![0.0; self.count()];
        match self {
            Codes::Letters => (0..ASCII).for_each(|byte| shares[self.code([byte; LENGTH], place)] += letter(byte)),
            Codes::Pairs => {
                let (one, other) = PAIRS[place];
                for (first, second) in (0..ASCII).flat_map(|first| (0..ASCII).map(move |second| (first, second))) {
                    let share = if one + 1 == other { pair(first, second) } else { letter(first) * letter(second) };
                    shares[usize::from(pair_code(first, second))] += share;
                }
            }
        }
        shares
    }
}

/// Five bits of the first byte and six of the second, all but those that tell the case of letters, in seven.
pub(in crate::engine) fn pair_code(first: u8, second: u8) -> u8 {
    (first << 2 ^ second & SECOND) & 0x7f
}

/// The bits of a second byte that count.
pub(in crate::engine) const SECOND: u8 = 0x5f;

#[cfg(test)]
mod tests {
    use super::{CODES, Codes, LENGTH};

    #[test]
    fn the_case_of_letters_does_not_count() {
        for codes in [Codes::Letters, Codes::Pairs] {
            for place in 0..LENGTH {
                assert_eq!(codes.code(*b"pass", place), codes.code(*b"PaSS", place));
                assert_eq!(codes.of((*b"pas", Some(b's')), place), 1 << codes.code(*b"PASS", place));
            }
        }
    }

    #[test]
    fn a_gram_of_three_has_every_last_byte() {
        for codes in [Codes::Letters, Codes::Pairs] {
            for last in 0..=u8::MAX {
                assert!((0..LENGTH).all(|place| codes.of((*b"pwd", None), place) >> codes.code([b'p', b'w', b'd', last], place) & 1 == 1));
            }
        }
    }

    #[test]
    fn every_code_is_smaller_than_their_number() {
        for bytes in 0..=u16::MAX {
            let [first, second] = bytes.to_le_bytes();
            for codes in [Codes::Letters, Codes::Pairs] {
                assert!((0..LENGTH).all(|place| codes.code([first, second, first, second], place) < codes.count()));
            }
        }
        assert_eq!(Codes::Pairs.count(), CODES);
    }
}
