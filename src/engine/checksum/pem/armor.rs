//! L2: ASCII armor (RFC 9580 §6): base64, then `=` and the CRC-24 of the bytes.

use super::super::code::{Base64, from_base64, from_cut_base64, unpadded};

/// Whether armored text holds an OpenPGP secret key packet. Text that is cut short has no check value.
pub(super) fn secret_key(text: &[u8], whole: bool) -> bool {
    let bytes = if whole { decode(text) } else { from_cut_base64(text) };
    bytes.and_then(|bytes| bytes.first().copied()).is_some_and(is_secret_key_tag)
}

/// Whether armored text ends in a right check value.
pub(super) fn is_checked(text: &[u8]) -> bool {
    matches!(text.split_last_chunk::<5>(), Some((_, [b'=', ..]))) && decode(text).is_some() && !text.ends_with(b"=")
}

/// The bytes, where the check value is right or not there (newer versions may leave it out).
fn decode(text: &[u8]) -> Option<Vec<u8>> {
    match text.split_last_chunk::<5>() {
        Some((data, [b'=', value @ ..])) if !value.contains(&b'=') => {
            let bytes = from_base64(data)?;
            (from_base64(value)? == crc24(&bytes).to_be_bytes()[1..]).then_some(bytes)
        }
        _ => from_base64(unpadded(text)),
    }
}

/// Armored text of the bytes: padded base64 and the check value.
pub(super) fn encode(bytes: &[u8]) -> (String, String) {
    (Base64::Standard.write_padded(bytes), format!("={}", Base64::Standard.write(&crc24(bytes).to_be_bytes()[1..])))
}

/// Packet type 5, in the old or the new form of a packet's first byte.
fn is_secret_key_tag(byte: u8) -> bool {
    byte & 0xC0 == 0xC0 && byte & 0x3F == 5 || byte & 0xC0 == 0x80 && byte >> 2 & 0xF == 5
}

/// CRC-24: polynomial 0x1864CFB, from 0xB704CE, most significant bit first.
fn crc24(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0x00B7_04CE, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte) << 16, |crc, _| {
            let shifted = crc << 1;
            if shifted & 0x0100_0000 == 0 { shifted } else { shifted ^ 0x0186_4CFB }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::{crc24, decode, encode, secret_key};

    #[test]
    fn crc24_is_that_of_openpgp() {
        assert_eq!(crc24(b""), 0x00B7_04CE);
        assert_eq!(crc24(b"123456789"), 0x0021_CF02);
    }

    #[test]
    fn a_check_value_has_to_be_right_where_there_is_one() {
        for length in 1..7 {
            let (text, value) = encode(&[0xAB; 7][..length]);
            assert_eq!(decode([text.as_str(), &value].concat().as_bytes()).map(|bytes| bytes.len()), Some(length));
            assert_eq!(decode(text.as_bytes()).map(|bytes| bytes.len()), Some(length));
            let wrong = [text.as_str(), "=AAAA"].concat();
            assert_eq!(decode(wrong.as_bytes()), None);
        }
    }

    #[test]
    fn public_keys_are_no_secret_keys() {
        for (tag, secret) in [(0x95, true), (0x94, true), (0xC5, true), (0x99, false), (0xC6, false), (0x9D, false)] {
            let (text, value) = encode(&[tag, 1, 2]);
            assert_eq!(secret_key([text, value].concat().as_bytes(), true), secret, "{tag:x}");
        }
    }
}
