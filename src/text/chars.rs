//! L0: classes of characters that tokens are made of.

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
#[must_use]
pub fn is_token(byte: u8) -> bool {
    CLASS[usize::from(byte)] & TOKEN != 0
}

/// Whether the byte may stand in a word: a letter, a digit, `_` or `-`.
#[inline]
#[must_use]
pub fn is_word(byte: u8) -> bool {
    CLASS[usize::from(byte)] & WORD != 0
}

/// Whether the byte is an ASCII letter or digit.
#[inline]
#[must_use]
pub fn is_alnum(byte: u8) -> bool {
    CLASS[usize::from(byte)] & ALNUM != 0
}

/// Kinds of characters, one bit each: lower and upper case letters that are hexadecimal digits and that are
/// not, `_`, `-`, `+`, `/`. Digits have none, since every token that is told by its length has some.
#[inline]
#[must_use]
pub fn kind(byte: u8) -> u8 {
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
