//! L2: the structures of private keys in DER (X.690): PKCS#1 (RFC 8017), SEC 1 (RFC 5915), the DSA form of
//! OpenSSL, PKCS#8 (RFC 5958). Only what tells a key from other bytes is read.

pub(super) const INTEGER: u8 = 0x02;
pub(super) const BIT_STRING: u8 = 0x03;
pub(super) const OCTET_STRING: u8 = 0x04;
pub(super) const OBJECT_ID: u8 = 0x06;
pub(super) const SEQUENCE: u8 = 0x30;

/// Whether the bytes are a private key in clear. Of bytes that are cut short the beginning has to be one.
pub(super) fn is_private_key(bytes: &[u8], whole: bool) -> bool {
    if !whole && is_cut_sequence(bytes) {
        return true;
    }
    let Some((key, rest)) = element(bytes, SEQUENCE) else { return false };
    rest.is_empty() && [pkcs1, sec1, dsa, pkcs8].iter().any(|structure| structure(key).is_some())
}

/// Whether the bytes are an `EncryptedPrivateKeyInfo`: an algorithm and its output.
pub(super) fn is_encrypted_key(bytes: &[u8], whole: bool) -> bool {
    if !whole && is_cut_sequence(bytes) {
        return true;
    }
    let Some((info, rest)) = element(bytes, SEQUENCE) else { return false };
    let data = algorithm(info).and_then(|behind| element(behind, OCTET_STRING));
    rest.is_empty() && data.is_some_and(|(data, rest)| !data.is_empty() && rest.is_empty())
}

/// The content of the element with this tag at the start, and what follows it.
fn element(bytes: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (length, rest) = length(bytes.strip_prefix(&[tag])?)?;
    rest.split_at_checked(length)
}

/// A length of at most four bytes, and what follows it.
fn length(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let (&first, rest) = bytes.split_first()?;
    if first < 0x80 {
        return Some((usize::from(first), rest));
    }
    let (digits, rest) = rest.split_at_checked(usize::from(first & 0x7f)).filter(|(digits, _)| (1..=4).contains(&digits.len()))?;
    Some((digits.iter().fold(0, |length, &digit| length << 8 | usize::from(digit)), rest))
}

/// A sequence that ends behind the bytes, and has a version or another sequence in it.
fn is_cut_sequence(bytes: &[u8]) -> bool {
    let Some((length, rest)) = bytes.strip_prefix(&[SEQUENCE]).and_then(length) else { return false };
    length > rest.len() && (rest.starts_with(&[INTEGER, 1, 0]) || rest.starts_with(&[INTEGER, 1, 1]) || rest.starts_with(&[SEQUENCE]))
}

/// A version of one byte, and what follows it.
fn version(bytes: &[u8]) -> Option<(u8, &[u8])> {
    let (version, rest) = element(bytes, INTEGER)?;
    (version.len() == 1).then(|| (version[0], rest))
}

/// As many integers as asked for, by their lengths in bytes without the sign's, and what follows them.
fn integers<const N: usize>(mut bytes: &[u8]) -> Option<([usize; N], &[u8])> {
    let mut lengths = [0; N];
    for length in &mut lengths {
        let (number, rest) = element(bytes, INTEGER)?;
        *length = number.strip_prefix(&[0]).unwrap_or(number).len();
        bytes = rest;
    }
    Some((lengths, bytes))
}

/// `RSAPrivateKey`: version 0, n, e, d, p, q and three more; version 1 has further primes.
fn pkcs1(key: &[u8]) -> Option<()> {
    let (version, rest) = version(key).filter(|(version, _)| *version <= 1)?;
    let ([n, _e, _d, p, q, _dp, _dq, _qi], rest) = integers(rest)?;
    let product_fits = version == 1 || p + q == n || p + q == n + 1;
    (n >= 32 && product_fits && (version == 1 || rest.is_empty())).then_some(())
}

/// `ECPrivateKey`: version 1, the key; curve and public key may follow.
fn sec1(key: &[u8]) -> Option<()> {
    let (_, rest) = version(key).filter(|(version, _)| *version == 1)?;
    let (number, rest) = element(rest, OCTET_STRING)?;
    let rest = element(rest, 0xA0).map_or(rest, |(_, rest)| rest);
    let rest = element(rest, 0xA1).map_or(rest, |(_, rest)| rest);
    (number.len() >= 14 && rest.is_empty()).then_some(())
}

/// Version 0, p, q, g, y, x.
fn dsa(key: &[u8]) -> Option<()> {
    let (_, rest) = version(key).filter(|(version, _)| *version == 0)?;
    let ([p, q, _g, _y, _x], rest) = integers(rest)?;
    (q >= 20 && p > q && rest.is_empty()).then_some(())
}

/// `OneAsymmetricKey`: version 0 or 1, algorithm, key; attributes and public key may follow.
fn pkcs8(key: &[u8]) -> Option<()> {
    let (_, rest) = version(key).filter(|(version, _)| *version <= 1)?;
    let (key, rest) = element(algorithm(rest)?, OCTET_STRING)?;
    let further = |rest: &[u8]| rest.is_empty() || matches!(rest[0], 0x80 | 0x81 | 0xA0 | 0xA1);
    (!key.is_empty() && further(rest)).then_some(())
}

/// What follows an `AlgorithmIdentifier`: a sequence that begins with an object id.
fn algorithm(bytes: &[u8]) -> Option<&[u8]> {
    let (algorithm, rest) = element(bytes, SEQUENCE)?;
    element(algorithm, OBJECT_ID).filter(|(id, _)| !id.is_empty()).map(|_| rest)
}

/// An element with this tag and content.
pub(super) fn write(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len();
    let mut bytes = vec![tag];
    if length < 0x80 {
        bytes.push(length.to_le_bytes()[0]);
    } else {
        let digits = length.to_be_bytes();
        let digits = &digits[digits.iter().take_while(|&&digit| digit == 0).count()..];
        bytes.push(0x80 | digits.len().to_le_bytes()[0]);
        bytes.extend(digits);
    }
    bytes.extend(content);
    bytes
}

/// A positive integer of exactly these bytes.
pub(super) fn write_integer(magnitude: &[u8]) -> Vec<u8> {
    let sign: &[u8] = if magnitude.first().is_some_and(|&first| first >= 0x80) { &[0] } else { &[] };
    write(INTEGER, &[sign, magnitude].concat())
}

#[cfg(test)]
mod tests {
    use super::{OCTET_STRING, SEQUENCE, element, is_private_key, length, write, write_integer};

    #[test]
    fn lengths_have_a_short_and_a_long_form() {
        for size in [0, 1, 127, 128, 255, 256, 70_000] {
            let bytes = write(OCTET_STRING, &vec![7; size]);
            assert_eq!(element(&bytes, OCTET_STRING).map(|(content, rest)| (content.len(), rest.len())), Some((size, 0)));
            assert!(size == 0 || element(&bytes[..bytes.len() - 1], OCTET_STRING).is_none());
        }
        for refused in [&[0x80][..], &[0x85, 0, 0, 0, 0, 1], &[0x82, 1], &[]] {
            assert_eq!(length(refused), None, "{refused:?}");
        }
    }

    #[test]
    fn a_sequence_of_other_things_is_no_key() {
        let integers = |count: usize| write(SEQUENCE, &write_integer(&[9; 40]).repeat(count));
        for count in 0..12 {
            assert!(!is_private_key(&integers(count), true), "{count}");
        }
    }
}
