//! L2: keys in base32: with a CRC-16 (Stellar, NATS), with an account id in them (AWS), of TOTP.

use super::code::from_base32;
use super::noise::Noise;
use crate::rules::check::Check;
use std::ops::Range;

/// The alphabet of RFC 4648.
const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
/// Version byte of a Stellar secret seed.
const STELLAR_SEED: u8 = 18 << 3;
/// First five bits of every NATS seed.
const NATS_SEED: u8 = 18 << 3;

/// Whether the token is valid.
pub(super) fn verify(check: Check, token: &[u8]) -> bool {
    match check {
        Check::StellarSeed => sealed(token, 35).is_some_and(|bytes| bytes[0] == STELLAR_SEED),
        // The type of the key's owner is five bits behind the seed's five; six bits of the second byte stay zero.
        Check::NatsSeed => sealed(token, 36).is_some_and(|bytes| bytes[0] & 0xF8 == NATS_SEED && bytes[1].trailing_zeros() >= 6),
        Check::AwsKeyId => aws_account(token).is_some_and(|account| account < 1_000_000_000_000),
        Check::TotpSecret => {
            let secret = &token[totp(token)];
            !secret.is_empty() && matches!(secret.len() % 8, 0 | 2 | 4 | 5 | 7) && from_base32(secret).is_some()
        }
        _ => false,
    }
}

/// Makes the token valid.
pub(super) fn seal(check: Check, token: &mut Vec<u8>) -> bool {
    match check {
        Check::StellarSeed => reseal(token, 35, |bytes| bytes[0] = STELLAR_SEED),
        Check::NatsSeed => reseal(token, 36, |bytes| {
            bytes[0] = bytes[0] & 7 | NATS_SEED;
            bytes[1] &= 0xC0;
        }),
        Check::AwsKeyId => seal_aws(token),
        Check::TotpSecret => {
            let secret = Noise::of(token).text(32, ALPHABET);
            let place = totp(token);
            token.splice(place, secret.bytes());
            true
        }
        _ => false,
    }
}

/// Whether a text is a public key of NATS or an account of Stellar: 35 bytes in base32, the last two of which are their
/// CRC-16. The seeds, which are secret, begin with S.
pub fn is_public_in_base32(token: &[u8]) -> bool {
    token.len() == 56 && token[0] != b'S' && sealed(token, 35).is_some()
}

/// CRC-16/XMODEM: polynomial 0x1021, from 0, most significant bit first.
fn crc16(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0, |crc: u16, &byte| {
        (0..8).fold(crc ^ u16::from(byte) << 8, |crc, _| if crc & 0x8000 == 0 { crc << 1 } else { crc << 1 ^ 0x1021 })
    })
}

/// The bytes of a canonical text of `length` bytes whose last two are the CRC-16 of the others, little-endian.
fn sealed(token: &[u8], length: usize) -> Option<Vec<u8>> {
    // The strict reader: a character that differs only in bits that fill no byte is a wrong one.
    let bytes = data_encoding::BASE32_NOPAD.decode(token).ok()?;
    let (covered, value) = bytes.split_last_chunk::<2>()?;
    (bytes.len() == length && crc16(covered).to_le_bytes() == *value).then_some(bytes)
}

fn reseal(token: &mut Vec<u8>, length: usize, fix: impl Fn(&mut [u8])) -> bool {
    let Some(mut bytes) = from_base32(token).filter(|bytes| bytes.len() == length) else { return false };
    fix(&mut bytes);
    let value = crc16(&bytes[..length - 2]).to_le_bytes();
    bytes[length - 2..].copy_from_slice(&value);
    *token = data_encoding::BASE32_NOPAD.encode(&bytes).into_bytes();
    true
}

/// The account id of an AWS key id of 20 characters: bits 1 to 40 behind the prefix. 0 for the older ids,
/// which carry none.
fn aws_account(token: &[u8]) -> Option<u64> {
    let bytes = (token.len() == 20).then(|| from_base32(&token[4..])).flatten()?;
    if matches!(token[4], b'I' | b'J') {
        return Some(0);
    }
    let number = bytes[..6].iter().fold(0u64, |number, &byte| number << 8 | u64::from(byte));
    Some((number & 0x7FFF_FFFF_FF80) >> 7)
}

/// Clears the account id's highest bit: 2^39 is below 10^12.
fn seal_aws(token: &mut [u8]) -> bool {
    let Some(first) = token.get(4).and_then(|first| ALPHABET.iter().position(|letter| letter == first)) else { return false };
    token[4] = ALPHABET[first & 0b10111];
    aws_account(token).is_some()
}

/// Where the base32 of a TOTP secret stands: the `secret` parameter of a URI, or the whole.
fn totp(token: &[u8]) -> Range<usize> {
    let start = memchr::memmem::find(token, b"secret=").map_or(0, |at| at + b"secret=".len());
    start..memchr::memchr(b'&', &token[start..]).map_or(token.len(), |at| start + at)
}

#[cfg(test)]
mod tests {
    use super::{aws_account, crc16, is_public_in_base32, reseal, totp};

    #[test]
    fn a_key_that_begins_with_s_is_none_of_the_public_ones() {
        let sealed = |first: u8| {
            let mut token = vec![b'A'; 56];
            assert!(reseal(&mut token, 35, |bytes| bytes[0] = first));
            token
        };
        assert!(is_public_in_base32(&sealed(0xa0)) && is_public_in_base32(&sealed(0x30)));
        assert!(!is_public_in_base32(&sealed(0x90)) && !is_public_in_base32(&[b'B'; 56]) && !is_public_in_base32(b""));
    }

    #[test]
    fn crc16_is_that_of_xmodem() {
        assert_eq!(crc16(b"123456789"), 0x31C3);
    }

    #[test]
    fn an_aws_key_id_carries_its_account() {
        let id = |first: &str| [first, &"A".repeat(15)].concat();
        assert_eq!(aws_account(["AKIA", &id("Q")].concat().as_bytes()), Some(0));
        // The second character's five bits are bits 35 to 31 of the account.
        assert_eq!(aws_account(["ASIA", "AB", &"A".repeat(14)].concat().as_bytes()), Some(1 << 31));
        assert_eq!(aws_account(["AKIA", "I", &"7".repeat(15)].concat().as_bytes()), Some(0), "an older one");
        // The example with which the encoding was published.
        assert_eq!(aws_account(["ASIAQNZG", "KIQY56JQ7WML"].concat().as_bytes()), Some(29_608_264_753));
        assert_eq!(aws_account(["AKIA", &"1".repeat(16)].concat().as_bytes()), None);
    }

    #[test]
    fn a_totp_secret_is_taken_out_of_its_uri() {
        let uri = b"otpauth://totp/a?secret=MZXW6YTB&issuer=b";
        assert_eq!(&uri[totp(uri)], b"MZXW6YTB");
        assert_eq!(totp(b"MZXW6YTB"), 0..8);
    }
}
