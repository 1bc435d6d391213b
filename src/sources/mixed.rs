//! L3: text of which a part is in another encoding than the rest: what a shell appends to a file that PowerShell wrote,
//! or PowerShell to one of a shell, and text behind the byte order mark of an encoding that it is not in.
//!
//! Whatever opens such a file reads one part of it, and a secret may stand in either.

use crate::text::Span;

/// So many bytes of plain text in a row, of which none is zero, are in no encoding of two or four bytes a character.
/// Twelve characters of Chinese in UTF-16 have only such bytes once in a hundred million places.
const LEAST: usize = 24;
/// The same at the end, where no character behind depends on it.
const LEAST_AT_END: usize = 8;

/// The stretches of `bytes`, which follow the mark of an encoding of two or four bytes a character, that are plain text
/// all the same.
pub(super) fn plain_stretches(bytes: &[u8], is_little: bool) -> Vec<Span> {
    let mut stretches = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let length = bytes[at..].iter().take_while(|&&byte| is_plain(byte)).count();
        let (mut start, mut end) = (at, at + length);
        at = end + 1;
        // Beside a zero stands the other half of its character.
        if is_little && bytes.get(end) == Some(&0) {
            end = end.saturating_sub(1);
        } else if !is_little && start > 0 && bytes[start - 1] == 0 {
            start += 1;
        }
        let least = if end == bytes.len() { LEAST_AT_END } else { LEAST };
        if end.saturating_sub(start) >= least {
            stretches.push(Span::new(start, end));
        }
    }
    stretches
}

/// The text of bytes without a mark that are partly in UTF-16 and partly in ASCII; `None` where they are not. Then every
/// zero is half of a character, and has another one two bytes before or behind.
pub(super) fn joined(bytes: &[u8]) -> Option<Vec<u8>> {
    let is_zero = |at: Option<usize>| at.is_some_and(|at| bytes.get(at) == Some(&0));
    let is_half = |at: usize| {
        let is_alone = !is_zero(at.checked_sub(1)) && !is_zero(at.checked_add(1));
        is_alone && (is_zero(at.checked_sub(2)) || is_zero(at.checked_add(2)))
    };
    let is_text = |(at, &byte): (usize, &u8)| is_plain(byte) || byte >= 0x80 || (byte == 0 && is_half(at));
    let has_plain = || bytes.split(|&byte| !is_plain(byte)).any(|stretch| stretch.len() >= LEAST_AT_END);
    (bytes.iter().enumerate().all(is_text) && has_plain()).then(|| bytes.iter().copied().filter(|&byte| byte != 0).collect())
}

fn is_plain(byte: u8) -> bool {
    matches!(byte, b' '..=b'~' | b'\t' | b'\n' | b'\r')
}

#[cfg(test)]
mod tests {
    use super::{Span, joined, plain_stretches};

    fn wide(text: &str, unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(unit).collect()
    }

    #[test]
    fn plain_text_is_found_between_and_behind_characters_of_two_bytes() {
        let plain = "appended = by another program\n";
        for (unit, is_little) in [(u16::to_le_bytes as fn(u16) -> [u8; 2], true), (u16::to_be_bytes, false)] {
            let (head, tail) = (wide("name = 設定\r\n", unit), wide("more\n", unit));
            let bytes = [&head, plain.as_bytes(), &tail].concat();
            assert_eq!(plain_stretches(&bytes, is_little), [Span::new(head.len(), head.len() + plain.len())]);
            let bytes = [&head, &b"a = bcde\n"[..]].concat();
            assert_eq!(plain_stretches(&bytes, is_little), [Span::new(head.len(), head.len() + 9)]);
            assert!(plain_stretches(&wide("name = 設定\r\nof 24 characters and more\n", unit), is_little).is_empty());
        }
        assert_eq!(plain_stretches(b"a=bcdef\n", true), [Span::new(0, 8)]);
        assert!(plain_stretches(b"", true).is_empty());
    }

    #[test]
    fn halves_of_characters_are_left_out_and_no_other_zeros() {
        for unit in [u16::to_le_bytes, u16::to_be_bytes] {
            let bytes = [&b"first = one\n"[..], &wide("second = two\r\n", unit), b"third\n"].concat();
            assert_eq!(joined(&bytes).as_deref(), Some(&b"first = one\nsecond = two\r\nthird\n"[..]));
            assert_eq!(joined(&wide("all of it = so\n", unit)), None);
        }
        assert_eq!(joined(b"HOME=/root\0PATH=/usr/bin\0"), None);
        assert_eq!(joined(b"plain text, then\0\0\0\x01"), None);
    }
}
