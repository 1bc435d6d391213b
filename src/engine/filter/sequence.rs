//! L2: values that repeat or count: nobody's secret, whatever stands before them.

use super::placeholder::Strictness;
use super::words::squash_into;

/// Blanks as escapes: `%20%20`.
pub(super) fn is_blank_escaped(value: &[u8]) -> bool {
    !value.is_empty() && value.chunks(3).all(|chunk| matches!(chunk, b"%20" | b"%25" | b"%09" | b"%0A" | b"20"))
}

/// A value half of which, or more, is one run of the same character, or that has no more than two characters.
pub(super) fn is_repeated(value: &[u8]) -> bool {
    let mut longest = 0;
    let mut run = 0;
    for at in 0..value.len() {
        run = if at > 0 && value[at] == value[at - 1] { run + 1 } else { 1 };
        longest = longest.max(run);
    }
    let mut kinds = [None; 3];
    for &byte in value {
        if !kinds.contains(&Some(byte)) {
            let Some(free) = kinds.iter_mut().find(|kind| kind.is_none()) else { break };
            *free = Some(byte);
        }
    }
    (longest >= 3 && longest * 2 >= value.len()) || (value.len() >= 4 && kinds[2].is_none()) || has_few_digits(value)
}

/// A long value of hex digits of which only half occur at all: `1234abcd-1234-abcd-…`. Random ones have 13 of 16.
fn has_few_digits(value: &[u8]) -> bool {
    let mut seen = 0u16;
    let mut count = 0;
    if value.iter().all(|byte| byte.is_ascii_digit() || *byte == b'-') {
        return false;
    }
    for &byte in value.iter().filter(|&&byte| byte != b'-') {
        let Some(digit) = char::from(byte).to_digit(16) else { return false };
        seen |= 1 << digit;
        count += 1;
    }
    count >= 24 && seen.count_ones() <= 8
}

/// What stands to the right of a letter on the keyboard; the end of a row for all else.
static RIGHT_OF: [u8; 256] = {
    const ROWS: [&[u8]; 3] = [b"qwertyuiop", b"asdfghjkl", b"zxcvbnm"];
    let mut right = [0; 256];
    let mut row = 0;
    while row < ROWS.len() {
        let mut at = 1;
        while at < ROWS[row].len() {
            right[ROWS[row][at - 1] as usize] = ROWS[row][at];
            at += 1;
        }
        row += 1;
    }
    right
};

/// A value most of which counts up or down or walks along the keyboard.
pub(super) fn is_sequence(value: &[u8], strictness: Strictness) -> bool {
    let mut buffer = [0; 128];
    let letters = &value[..value.len().min(128)];
    let Some(text) = squash_into(letters, &mut buffer) else { return false };
    if text.len() < 4 {
        return false;
    }
    if counts_in_bytes(text) {
        return true;
    }
    let follows = |pair: &[u8]| {
        let (a, b) = (pair[0], pair[1]);
        let same_class = a.is_ascii_digit() == b.is_ascii_digit();
        let counts = same_class && (b == a.wrapping_add(1) || b == a.wrapping_sub(1));
        let wraps = matches!((a, b), (b'9', b'0' | b'a') | (b'0', b'9') | (b'f', b'0') | (b'z', b'a'));
        counts || wraps || RIGHT_OF[usize::from(a)] == b
    };
    let steps = text.windows(2).filter(|pair| follows(pair)).count();
    match strictness {
        Strictness::Strict => steps * 5 >= (text.len() - 1) * 4 || longest_walk(text, follows) >= 9 || counts_in_pairs(text, follows),
        // A sequence of some length does not happen by chance: 8 steps in a row have odds of about 1 in 10^8.
        Strictness::Token => steps * 4 >= (text.len() - 1) * 3 || longest_walk(text, follows) >= 9,
    }
}

/// `000102030405060708090a0b0c0d0e0f`: bytes that count up or down, in hex digits.
fn counts_in_bytes(text: &[u8]) -> bool {
    let text = text.strip_prefix(b"0x").unwrap_or(text);
    if text.len() < 16 || text.len() % 2 == 1 || !text[..4].iter().all(u8::is_ascii_hexdigit) {
        return false;
    }
    let byte = |pair: &[u8]| std::str::from_utf8(pair).ok().and_then(|digits| u8::from_str_radix(digits, 16).ok());
    let mut bytes = text.chunks_exact(2).map(byte);
    let mut last = bytes.next().flatten();
    let mut steps = 0;
    for next in bytes {
        let (Some(a), Some(b)) = (last, next) else { return false };
        steps += usize::from(a.abs_diff(b) == 1);
        last = next;
    }
    steps * 5 >= (text.len() / 2 - 1) * 4
}

/// `AaBbCcDd1234`: each character twice, and otherwise a sequence.
fn counts_in_pairs(text: &[u8], follows: impl Fn(&[u8]) -> bool) -> bool {
    let steps = text.windows(2).filter(|pair| pair[0] != pair[1]);
    let count = steps.clone().count();
    count >= 5 && text.len() >= count + 4 && steps.filter(|pair| follows(pair)).count() * 5 >= count * 4
}

fn longest_walk(text: &[u8], follows: impl Fn(&[u8]) -> bool) -> usize {
    let mut longest = 0;
    let mut walk = 0;
    for pair in text.windows(2) {
        walk = if follows(pair) { walk + 1 } else { 0 };
        longest = longest.max(walk);
    }
    longest
}

/// Whether letters and digits count by turns: `a1b2c3d4`. Written by hand, possibly as a secret.
pub(in crate::engine) fn counts_by_turns(value: &[u8]) -> bool {
    let mut buffer = [0; 128];
    let Some(text) = squash_into(&value[..value.len().min(128)], &mut buffer) else { return false };
    let counts = |triple: &&[u8]| {
        let near = triple[0].abs_diff(triple[2]) == 1
            || matches!((triple[0], triple[2]), (b'9', b'0') | (b'0', b'9') | (b'f', b'a') | (b'a', b'f'));
        triple[0].is_ascii_digit() != triple[1].is_ascii_digit() && triple[0].is_ascii_digit() == triple[2].is_ascii_digit() && near
    };
    text.len() >= 6 && text.windows(3).filter(counts).count() * 4 >= (text.len() - 2) * 3 || counts_in_groups(text)
}

/// `abc123def456`: the letters count and the digits count, each through the whole value.
fn counts_in_groups(text: &[u8]) -> bool {
    let counts = |is_digit: bool| {
        let mut last = None;
        let (mut steps, mut total) = (0, 0);
        for &byte in text.iter().filter(|byte| byte.is_ascii_digit() == is_digit) {
            let next =
                last.is_some_and(|last: u8| byte == last.wrapping_add(1) || matches!((last, byte), (b'9', b'0') | (b'f' | b'z', b'a')));
            steps += usize::from(next);
            total += usize::from(last.is_some());
            last = Some(byte);
        }
        total >= 4 && steps * 5 >= total * 4
    };
    text.len() >= 12 && counts(true) && counts(false)
}
