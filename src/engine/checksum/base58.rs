//! L2: Base58Check: bytes and the first 4 of their double SHA-256, in base58. Wallet keys.

use super::noise::Noise;
use crate::rules::check::Check;
use sha2::{Digest as _, Sha256};

const BITCOIN: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
const RIPPLE: &[u8; 58] = b"rpshnaf39wBUDNEGHJKLM4PQRST7VWXYZ2bcdeCg65jkm8oFqi1tuvAxyz";
/// Longest text that is read, in characters: the conversion's work grows with the square of it.
const LONGEST: usize = 128;

/// Versions of private extended keys, with the letters that they make (SLIP-132).
const EXTENDED: [(&[u8; 4], [u8; 4]); 6] = [
    (b"xprv", [0x04, 0x88, 0xAD, 0xE4]),
    (b"yprv", [0x04, 0x9D, 0x78, 0x78]),
    (b"zprv", [0x04, 0xB2, 0x43, 0x0C]),
    (b"tprv", [0x04, 0x35, 0x83, 0x94]),
    (b"uprv", [0x04, 0x4A, 0x4E, 0x28]),
    (b"vprv", [0x04, 0x5F, 0x18, 0xBC]),
];
/// Versions of a Tezos Ed25519 seed (32 bytes) and key (64 bytes).
const TEZOS: [([u8; 4], usize); 2] = [([0x0D, 0x0F, 0x3A, 0x07], 32), ([0x2B, 0xF6, 0x4E, 0x07], 64)];
/// Versions of an XRP seed: secp256k1, Ed25519.
const XRP: [&[u8]; 2] = [&[0x21], &[0x01, 0xE1, 0x4B]];

/// Whether the check value is right and the bytes are what they should be.
pub(super) fn verify(check: Check, token: &[u8]) -> bool {
    let Some(payload) = decode(token, alphabet(check)) else { return false };
    match check {
        Check::BitcoinWif => {
            let compressed = payload.len() == 34 && payload[33] == 1;
            (payload.len() == 33 || compressed) && matches!(payload[0], 0x80 | 0xEF)
        }
        Check::BitcoinExtendedKey => {
            payload.len() == 78 && payload[45] == 0 && EXTENDED.iter().any(|(_, version)| payload.starts_with(version))
        }
        Check::TezosKey => TEZOS.iter().any(|(version, length)| payload.starts_with(version) && payload.len() == 4 + length),
        Check::XrpSeed => XRP.iter().any(|version| payload.starts_with(version) && payload.len() == version.len() + 16),
        _ => false,
    }
}

/// Replaces the token by a valid one of its kind and length.
pub(super) fn seal(check: Check, token: &mut Vec<u8>) -> bool {
    let mut noise = Noise::of(token);
    let payload = match check {
        // A compressed key is 52 characters long, an uncompressed one 51.
        Check::BitcoinWif if token.len() >= 52 => [&[0x80][..], &noise.bytes(32), &[1]].concat(),
        Check::BitcoinWif => [&[0x80][..], &noise.bytes(32)].concat(),
        Check::BitcoinExtendedKey => {
            let Some((_, version)) = EXTENDED.iter().find(|(letters, _)| token.starts_with(*letters)) else { return false };
            [&version[..], &noise.bytes(41), &[0], &noise.bytes(32)].concat()
        }
        Check::TezosKey => {
            let (version, length) = TEZOS[usize::from(token.len() > 54)];
            [&version[..], &noise.bytes(length)].concat()
        }
        Check::XrpSeed => [XRP[0], &noise.bytes(16)].concat(),
        _ => return false,
    };
    *token = encode(&payload, alphabet(check));
    true
}

fn alphabet(check: Check) -> &'static [u8; 58] {
    if check == Check::XrpSeed { RIPPLE } else { BITCOIN }
}

/// The first 4 bytes of the double SHA-256.
fn check_bytes(payload: &[u8]) -> [u8; 4] {
    let hash = Sha256::digest(Sha256::digest(payload));
    [hash[0], hash[1], hash[2], hash[3]]
}

/// The bytes before the check bytes, where these are right.
fn decode(text: &[u8], alphabet: &[u8; 58]) -> Option<Vec<u8>> {
    if text.len() > LONGEST {
        return None;
    }
    // Little-endian bytes of the number read so far.
    let mut number: Vec<u8> = Vec::new();
    for character in text {
        let digit = alphabet.iter().position(|letter| letter == character)?;
        let mut carry = u32::try_from(digit).expect("below 58");
        for byte in &mut number {
            carry += u32::from(*byte) * 58;
            *byte = carry.to_le_bytes()[0];
            carry >>= 8;
        }
        if carry > 0 {
            number.push(carry.to_le_bytes()[0]);
        }
    }
    let zeros = text.iter().take_while(|&&character| character == alphabet[0]).count();
    number.extend(std::iter::repeat_n(0, zeros));
    number.reverse();
    let (payload, found) = number.split_last_chunk::<4>()?;
    let right = *found == check_bytes(payload);
    right.then(|| payload.to_vec())
}

/// The text of the bytes and their check bytes.
fn encode(payload: &[u8], alphabet: &[u8; 58]) -> Vec<u8> {
    let bytes = [payload, &check_bytes(payload)].concat();
    // Little-endian digits.
    let mut digits: Vec<u8> = Vec::new();
    for &byte in &bytes {
        let mut carry = u32::from(byte);
        for digit in &mut digits {
            carry += u32::from(*digit) << 8;
            *digit = (carry % 58).to_le_bytes()[0];
            carry /= 58;
        }
        while carry > 0 {
            digits.push((carry % 58).to_le_bytes()[0]);
            carry /= 58;
        }
    }
    let zeros = bytes.iter().take_while(|&&byte| byte == 0).count();
    digits.extend(std::iter::repeat_n(0, zeros));
    digits.iter().rev().map(|&digit| alphabet[usize::from(digit)]).collect()
}

#[cfg(test)]
mod tests {
    use super::{BITCOIN, RIPPLE, decode, encode};

    /// Hex of the payload, and the well-known addresses that it is written as. Addresses are public.
    #[test]
    fn known_addresses_read_and_write() {
        let genesis = data_encoding::HEXLOWER.decode(b"0062e907b15cbf27d5425399ebf6f0fb50ebb88f18").expect("hex");
        assert_eq!(encode(&genesis, BITCOIN), b"1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa");
        assert_eq!(decode(b"1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", BITCOIN), Some(genesis));
        // The XRP Ledger's account of all zeros.
        assert_eq!(decode(b"rrrrrrrrrrrrrrrrrrrrrhoLvTp", RIPPLE), Some(vec![0; 21]));
        assert_eq!(decode(b"1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb", BITCOIN), None);
    }

    #[test]
    fn text_that_is_too_long_or_too_short_is_refused() {
        assert_eq!(decode(&[b'1'; 200], BITCOIN), None);
        assert_eq!(decode(b"", BITCOIN), None);
        assert_eq!(decode(b"1", BITCOIN), None);
    }
}
