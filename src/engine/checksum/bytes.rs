//! L2: keys that are bytes of a certain length and form, in base64.

use super::code::{Base64, capacity, from_base64, is_canonical_base64, sextet, spare_bits, unpadded};
use super::noise::Noise;
use crate::rules::check::Check;
use std::ops::Range;

/// Whether the bytes are of the form.
pub(super) fn verify(check: Check, token: &[u8]) -> bool {
    let text = &token[place(check, token)];
    match check {
        Check::Base64Bytes32 => unpadded(text).len() == 43 && is_canonical_base64(text),
        Check::Base64Canonical => is_canonical_base64(text),
        _ => from_base64(text).is_some_and(|bytes| fits(check, &bytes)),
    }
}

fn fits(check: Check, bytes: &[u8]) -> bool {
    match check {
        Check::WireguardKey => bytes.len() == 32 && bytes[0].trailing_zeros() >= 3 && bytes[31] & 0xC0 == 0x40,
        Check::AwsSesSmtp => bytes.len() == 33 && bytes[0] == 4,
        Check::FernetToken => {
            // The three highest bytes of the time stamp are zero until the year 36812.
            bytes.len() >= 73 && (bytes.len() - 57).is_multiple_of(16) && bytes[..4] == [0x80, 0, 0, 0]
        }
        Check::GppCpassword => !bytes.is_empty() && bytes.len().is_multiple_of(16),
        Check::MinisignKey => {
            bytes.len() == 158 && bytes.starts_with(b"Ed") && matches!(&bytes[2..4], b"Sc" | b"\0\0") && &bytes[4..6] == b"B2"
        }
        Check::SignifyKey => bytes.len() == 104 && bytes.starts_with(b"EdBK"),
        _ => false,
    }
}

/// Makes the bytes be of the form.
pub(super) fn seal(check: Check, token: &mut Vec<u8>) -> bool {
    let place = place(check, token);
    if check == Check::Base64Canonical || check == Check::Base64Bytes32 && unpadded(&token[place.clone()]).len() == 43 {
        return clear_spare_bits(&mut token[place]);
    }
    let mut noise = Noise::of(token);
    let room = capacity(&token[place.clone()]);
    let length = match check {
        Check::Base64Bytes32 | Check::WireguardKey => 32,
        Check::AwsSesSmtp => 33,
        Check::FernetToken => 57 + (room.saturating_sub(57) / 16).max(1) * 16,
        Check::GppCpassword => (room / 16).max(1) * 16,
        Check::MinisignKey => 158,
        Check::SignifyKey => 104,
        _ => return false,
    };
    let mut bytes = noise.bytes(length);
    let head: &[u8] = match check {
        Check::AwsSesSmtp => &[4],
        // 2026, so that it reads as a token of our time.
        Check::FernetToken => &[0x80, 0, 0, 0, 0, 0x69, 0x60],
        Check::MinisignKey => b"EdScB2",
        Check::SignifyKey => b"EdBK",
        _ => &[],
    };
    bytes[..head.len()].copy_from_slice(head);
    if check == Check::WireguardKey {
        bytes[0] &= !7;
        bytes[31] = bytes[31] & 0x3F | 0x40;
    }
    let alphabet = if check == Check::FernetToken { Base64::Url } else { Base64::Standard };
    alphabet.splice(token, place, &bytes);
    true
}

/// Where the base64 stands.
fn place(check: Check, token: &[u8]) -> Range<usize> {
    let end = token.trim_ascii_end().len();
    let start = match check {
        // Behind whatever literal: `base64:`, `SWMKEY-1-`.
        Check::Base64Bytes32 => unpadded(&token[..end]).len().saturating_sub(43),
        Check::Base64Canonical => token.iter().rposition(|&byte| byte == b'_').map_or(0, |at| at + 1),
        _ => token[..end].iter().rposition(u8::is_ascii_whitespace).map_or(0, |at| at + 1),
    };
    start..end.max(start)
}

/// Writes the character in the last place that an encoder would.
fn clear_spare_bits(text: &mut [u8]) -> bool {
    let characters = unpadded(text).len();
    let spare = spare_bits(characters);
    let Some(last) = characters.checked_sub(1).filter(|_| characters % 4 != 1) else { return false };
    let Some(bits) = sextet(text[last]) else { return false };
    // Cleared spare bits never leave 62 or 63, so the alphabet does not matter.
    if bits & spare != 0 {
        text[last] = Base64::Standard.write(&[(bits & !spare) << 2]).as_bytes()[0];
    }
    is_canonical_base64(text)
}

#[cfg(test)]
mod tests {
    use super::{place, verify};
    use crate::engine::checksum::code::Base64;
    use crate::rules::check::Check;

    #[test]
    fn the_key_is_found_behind_its_literal() {
        let key = Base64::Standard.write(&[7; 32]);
        assert_eq!(&format!("base64:{key}=")[place(Check::Base64Bytes32, format!("base64:{key}=").as_bytes())], format!("{key}="));
        assert!(verify(Check::Base64Bytes32, format!("SWMKEY-1-{key}").as_bytes()));
        assert!(!verify(Check::Base64Bytes32, &key.as_bytes()[1..]));
    }

    #[test]
    fn a_public_wireguard_key_of_any_form_is_not_clamped() {
        let mut key = [0xff; 32];
        assert!(!verify(Check::WireguardKey, Base64::Standard.write(&key).as_bytes()));
        (key[0], key[31]) = (0xf8, 0x7f);
        assert!(verify(Check::WireguardKey, Base64::Standard.write(&key).as_bytes()));
    }

    #[test]
    fn the_token_of_the_fernet_specification_passes() {
        let published =
            ["gAAAAAAdwJ6wAAECAwQFBgcICQoLDA0ODy", "021cpGVWKZ_eEwCGM4BLLF_5CV9dOPmrhuVUPgJobwOz7JcbmrR64jVmpU4IwqDA=="].concat();
        assert!(verify(Check::FernetToken, published.as_bytes()));
        assert!(!verify(Check::FernetToken, &published.as_bytes()[4..]));
    }

    #[test]
    fn fernet_ciphertext_comes_in_whole_blocks() {
        for (length, valid) in [(73, true), (89, true), (57, false), (72, false), (80, false)] {
            let mut bytes = vec![0; length];
            bytes[0] = 0x80;
            assert_eq!(verify(Check::FernetToken, Base64::Url.write(&bytes).as_bytes()), valid, "{length}");
        }
    }
}
