//! L2: the codes that secrets are written in, read leniently and without a panic on any bytes.
//!
//! Reading takes both alphabets of base64 (RFC 4648 §4 and §5), padding or none, and ignores the spare bits of
//! the last character: providers differ in all of these, and a check must not fail on them.

use std::ops::Range;

/// Digits, upper, lower: the base62 of GitHub and its followers.
pub(super) const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// Digits and lower case.
pub(super) const BASE36: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";

/// The bytes of base64 text, `None` where a character or the length does not fit.
pub(super) fn from_base64(text: &[u8]) -> Option<Vec<u8>> {
    let characters = unpadded(text);
    (characters.len() % 4 != 1).then(|| unpack(characters, 6, sextet)).flatten()
}

/// The bytes of base64 text that was cut anywhere: of a character too many, none.
pub(super) fn from_cut_base64(text: &[u8]) -> Option<Vec<u8>> {
    let characters = unpadded(text);
    from_base64(&characters[..characters.len() - usize::from(characters.len() % 4 == 1)])
}

/// The bytes of base32 text of either case; bits that fill no byte are dropped.
pub(super) fn from_base32(text: &[u8]) -> Option<Vec<u8>> {
    unpack(text, 5, |byte| match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a'),
        b'2'..=b'7' => Some(byte - b'2' + 26),
        _ => None,
    })
}

/// The bytes of hexadecimal text of either case.
pub(super) fn from_hex(text: &[u8]) -> Option<Vec<u8>> {
    data_encoding::HEXLOWER_PERMISSIVE.decode(text).ok()
}

/// The text without the `=` at its end.
pub(super) fn unpadded(text: &[u8]) -> &[u8] {
    let end = text.iter().rposition(|&byte| byte != b'=').map_or(0, |last| last + 1);
    &text[..end]
}

/// The six bits that a base64 character of either alphabet stands for.
pub(super) fn sextet(byte: u8) -> Option<u8> {
    match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' | b'-' => Some(62),
        b'/' | b'_' => Some(63),
        _ => None,
    }
}

/// The spare bits of the last character of this many base64 characters, as a mask.
pub(super) fn spare_bits(characters: usize) -> u8 {
    match characters % 4 {
        2 => 0b1111,
        3 => 0b11,
        _ => 0,
    }
}

/// Whether base64 text is as an encoder writes it: a length that exists, spare bits zero.
pub(super) fn is_canonical_base64(text: &[u8]) -> bool {
    let characters = unpadded(text);
    let spare = spare_bits(characters.len());
    characters.len() % 4 != 1
        && characters.iter().all(|&byte| sextet(byte).is_some())
        && characters.last().and_then(|&byte| sextet(byte)).is_some_and(|bits| bits & spare == 0)
}

/// Reads characters of `width` bits each.
fn unpack(characters: &[u8], width: u32, value: impl Fn(u8) -> Option<u8>) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(characters.len() * width as usize / 8);
    let (mut bits, mut held) = (0u32, 0u32);
    for &character in characters {
        bits = (bits << width) | u32::from(value(character)?);
        held += width;
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held).to_le_bytes()[0]);
            bits &= (1 << held) - 1;
        }
    }
    Some(bytes)
}

/// Writes a number in big-endian digits of `alphabet`, padded with its first digit. Higher digits are dropped.
pub(super) fn write_digits(mut number: u32, alphabet: &[u8], out: &mut [u8]) {
    let base = u32::try_from(alphabet.len()).expect("alphabets are short");
    for digit in out.iter_mut().rev() {
        *digit = alphabet[(number % base) as usize];
        number /= base;
    }
}

/// The two alphabets of base64.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Base64 {
    /// With `+` and `/`.
    Standard,
    /// With `-` and `_`.
    Url,
}

impl Base64 {
    /// The text without padding.
    pub(super) fn write(self, bytes: &[u8]) -> String {
        match self {
            Base64::Standard => data_encoding::BASE64_NOPAD.encode(bytes),
            Base64::Url => data_encoding::BASE64URL_NOPAD.encode(bytes),
        }
    }

    /// The text with padding.
    pub(super) fn write_padded(self, bytes: &[u8]) -> String {
        match self {
            Base64::Standard => data_encoding::BASE64.encode(bytes),
            Base64::Url => data_encoding::BASE64URL.encode(bytes),
        }
    }

    /// Puts the text of `bytes` in the place of `range`, padded where what stood there was padded.
    pub(super) fn splice(self, token: &mut Vec<u8>, range: Range<usize>, bytes: &[u8]) {
        let padded = token[range.clone()].ends_with(b"=");
        let text = if padded { self.write_padded(bytes) } else { self.write(bytes) };
        token.splice(range, text.into_bytes());
    }
}

/// Number of whole bytes that base64 text holds, and one more where no text has its length.
pub(super) fn capacity(text: &[u8]) -> usize {
    let characters = unpadded(text).len();
    if characters % 4 == 1 { (characters + 1) * 3 / 4 } else { characters * 3 / 4 }
}

#[cfg(test)]
mod tests {
    use super::{BASE62, Base64, from_base32, from_base64, is_canonical_base64, write_digits};

    #[test]
    fn base64_reads_both_alphabets_and_any_padding() {
        let bytes = [0xfb, 0xff, 0xfe, 0x41];
        for text in ["+//+QQ==", "-__-QQ", "-__-QQ=", "+//+QR"] {
            assert_eq!(from_base64(text.as_bytes()).as_deref(), Some(&bytes[..]), "{text}");
        }
        assert_eq!(from_base64(b"QUJDR"), None);
        assert_eq!(from_base64(b"QU.D"), None);
    }

    #[test]
    fn rfc_4648_vectors() {
        for (plain, base64, base32) in
            [("", "", ""), ("f", "Zg", "MY"), ("fo", "Zm8", "MZXQ"), ("foo", "Zm9v", "MZXW6"), ("foobar", "Zm9vYmFy", "MZXW6YTBOI")]
        {
            assert_eq!(from_base64(base64.as_bytes()).as_deref(), Some(plain.as_bytes()));
            assert_eq!(from_base32(base32.to_lowercase().as_bytes()).as_deref(), Some(plain.as_bytes()));
            assert_eq!(Base64::Standard.write(plain.as_bytes()), base64);
        }
    }

    #[test]
    fn spare_bits_make_text_not_canonical() {
        assert!(is_canonical_base64(b"Zg==") && is_canonical_base64(b"Zm8") && is_canonical_base64(b"Zm9v"));
        assert!(!is_canonical_base64(b"Zh==") && !is_canonical_base64(b"Zm9") && !is_canonical_base64(b"Z") && !is_canonical_base64(b""));
    }

    #[test]
    fn digits_are_padded_on_the_left() {
        let mut out = [0; 6];
        write_digits(u32::MAX, BASE62, &mut out);
        assert_eq!(&out, b"4gfFC3");
        write_digits(61, BASE62, &mut out);
        assert_eq!(&out, b"00000z");
    }
}
