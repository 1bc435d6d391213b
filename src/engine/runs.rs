//! L2: the first stage: runs of token characters.
//!
//! Almost every secret is, or holds, a run of at least [`LEAST_RUN`] characters of `A-Z a-z 0-9 _ - + / = .`,
//! so only such runs are looked at closer. Finding them does not depend on the rules: the cost per byte
//! is the same for one rule and for two thousand. What a run of this kind need not hold (passwords, PEM
//! labels, URLs) has literals of its own in [`super::literals`].

use super::simd::{self, Level};

/// The shortest run that is looked at, in bytes.
pub(super) const LEAST_RUN: usize = 12;

/// Characters of a run.
const TOKEN: u8 = 1;
/// Characters of a word: what one alphabet of most tokens is made of.
const WORD: u8 = 2;
/// Letters and digits.
const ALNUM: u8 = 4;
/// Digits.
const DIGIT: u8 = 8;

/// The classes of every byte.
static CLASS: [u8; 256] = classes();

const fn classes() -> [u8; 256] {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        #[allow(clippy::cast_possible_truncation, reason = "below 256")]
        let b = byte as u8;
        table[byte] = if b.is_ascii_digit() {
            TOKEN | WORD | ALNUM | DIGIT
        } else if b.is_ascii_alphabetic() {
            TOKEN | WORD | ALNUM
        } else if matches!(b, b'_' | b'-') {
            TOKEN | WORD
        } else if matches!(b, b'+' | b'/' | b'=' | b'.') {
            TOKEN
        } else {
            0
        };
        byte += 1;
    }
    table
}

/// Whether the byte may stand in a run.
#[inline]
pub(super) fn is_token(byte: u8) -> bool {
    CLASS[usize::from(byte)] & TOKEN != 0
}

/// Whether the byte may stand in a word: a letter, a digit, `_` or `-`.
#[inline]
pub(super) fn is_word(byte: u8) -> bool {
    CLASS[usize::from(byte)] & WORD != 0
}

/// Whether the byte is an ASCII letter or digit.
#[inline]
pub(super) fn is_alnum(byte: u8) -> bool {
    CLASS[usize::from(byte)] & ALNUM != 0
}

/// Kinds of characters, one bit each: lower and upper case letters that are hexadecimal digits and that are
/// not, `_`, `-`, `+`, `/`. Digits have none, since every token that is told by its length has some.
#[inline]
pub(super) fn kind(byte: u8) -> u8 {
    KIND[usize::from(byte)]
}

static KIND: [u8; 256] = kinds();

const fn kinds() -> [u8; 256] {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 128 {
        table[byte as usize] = match byte {
            b'a'..=b'f' => 1,
            b'g'..=b'z' => 2,
            b'A'..=b'F' => 4,
            b'G'..=b'Z' => 8,
            b'_' => 16,
            b'-' => 32,
            b'+' => 64,
            b'/' => 128,
            _ => 0u8,
        };
        byte += 1u8;
    }
    table
}

/// Calls `visit(start, end)` for every maximal run of at least [`LEAST_RUN`] token characters, in order.
#[inline]
pub(super) fn for_each(level: Level, bytes: &[u8], visit: &mut impl FnMut(usize, usize)) {
    let mut finder = Finder { start: None };
    simd::token_masks(level, bytes, &mut |at, mask| finder.block(at, mask, (bytes.len() - at).min(64), visit));
    finder.finish(bytes.len(), visit);
}

/// Puts runs together over block borders.
struct Finder {
    start: Option<usize>,
}

impl Finder {
    #[inline]
    fn block(&mut self, base: usize, mask: u64, len: usize, visit: &mut impl FnMut(usize, usize)) {
        if mask == 0 && self.start.is_none() {
            return;
        }
        // Bits at which a run begins or ends.
        let carry = u64::from(self.start.is_some());
        let mut edges = mask ^ (mask << 1 | carry);
        while edges != 0 {
            let at = edges.trailing_zeros() as usize;
            edges &= edges - 1;
            if at >= len {
                break;
            }
            match self.start.take() {
                None => self.start = Some(base + at),
                Some(start) if base + at - start >= LEAST_RUN => visit(start, base + at),
                Some(_) => {}
            }
        }
    }

    fn finish(self, len: usize, visit: &mut impl FnMut(usize, usize)) {
        if let Some(start) = self.start
            && len - start >= LEAST_RUN
        {
            visit(start, len);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{LEAST_RUN, for_each, is_token};
    use crate::engine::simd::Level;
    use proptest::prelude::*;

    fn runs(level: Level, bytes: &[u8]) -> Vec<(usize, usize)> {
        let mut found = Vec::new();
        for_each(level, bytes, &mut |start, end| found.push((start, end)));
        found
    }

    fn plain(bytes: &[u8]) -> Vec<(usize, usize)> {
        let mut found = Vec::new();
        let mut start = 0;
        for at in 0..=bytes.len() {
            if at == bytes.len() || !is_token(bytes[at]) {
                if at - start >= LEAST_RUN {
                    found.push((start, at));
                }
                start = at + 1;
            }
        }
        found
    }

    proptest! {
        #[test]
        fn runs_are_those_of_a_plain_loop(text in "([a-zA-Z0-9_=.+/-]{0,80}[ \"\n:]{0,3}){0,8}") {
            for level in Level::all() {
                prop_assert_eq!(runs(level, text.as_bytes()), plain(text.as_bytes()));
            }
        }
    }
}
