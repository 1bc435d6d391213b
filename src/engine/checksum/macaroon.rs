//! L2: macaroons in the version 2 binary format (libmacaroons `doc/format.txt`), and Vault's protobuf, which is
//! read in the same manner: tags, lengths and bytes.

use super::code::{Base64, capacity, from_base64, from_cut_base64, from_hex};
use super::noise::Noise;
use crate::rules::check::Check;

/// Field types of a macaroon packet.
const END: u8 = 0;
const LOCATION: u8 = 1;
const IDENTIFIER: u8 = 2;
const VERIFICATION: u8 = 4;
const SIGNATURE: u8 = 6;

/// How a PyPI token begins. The location behind it, the index that it is for, is in the rule's format.
const PYPI: &[u8] = b"pypi-";
/// How a list of one Fly.io macaroon begins.
const FLYIO: &[u8] = b"FlyV1 fm2_";
/// How a Vault service token begins.
const VAULT: &[u8] = b"hvs.";
/// From this many characters on, a Vault service token is a protobuf; shorter ones are root and legacy tokens.
const VAULT_SIGNED: usize = 95;

/// Whether the token is what it should be.
pub(super) fn verify(check: Check, token: &[u8]) -> bool {
    match check {
        Check::PypiMacaroon => token.strip_prefix(PYPI).and_then(from_base64).is_some_and(|bytes| location(&bytes).is_some()),
        Check::LightningMacaroon => from_hex(token).is_some_and(|bytes| location(&bytes) == Some(b"lnd")),
        Check::FlyioMacaroons => flyio(token),
        Check::VaultServiceToken => {
            token.len() < VAULT_SIGNED || token.strip_prefix(VAULT).and_then(from_base64).is_some_and(|bytes| is_signed_token(&bytes))
        }
        _ => false,
    }
}

/// Replaces the token by a valid one of about its length.
pub(super) fn seal(check: Check, token: &mut Vec<u8>) -> bool {
    let mut noise = Noise::of(token);
    match check {
        Check::PypiMacaroon => {
            let Some(bytes) = token.strip_prefix(PYPI).and_then(from_cut_base64) else { return false };
            let Some((location, _)) = bytes.get(1..).and_then(|rest| field(rest, LOCATION)) else { return false };
            let sealed = build(location, bytes.len(), &mut noise);
            *token = [PYPI, Base64::Url.write(&sealed).as_bytes()].concat();
        }
        Check::LightningMacaroon => *token = data_encoding::HEXLOWER.encode(&build(b"lnd", token.len() / 2, &mut noise)).into_bytes(),
        Check::FlyioMacaroons => {
            // An array of four: nonce (an array of a 16-byte binary and two more), location, caveats, tail.
            let mut bytes = vec![0x94, 0x93, 0xC4, 0x10];
            let room = token.get(FLYIO.len()..).map_or(0, capacity);
            bytes.extend(noise.bytes(room.saturating_sub(bytes.len()).max(16)));
            *token = [FLYIO, Base64::Standard.write(&bytes).as_bytes()].concat();
        }
        Check::VaultServiceToken => {
            let Some(text) = token.strip_prefix(VAULT) else { return false };
            let inner = capacity(text).saturating_sub(38).clamp(30, 127);
            let mut bytes = vec![0x08, 1, 0x12, 32];
            bytes.extend(noise.bytes(32));
            bytes.extend([0x1A, inner.to_le_bytes()[0]]);
            bytes.extend(noise.bytes(inner));
            *token = [VAULT, Base64::Url.write(&bytes).as_bytes()].concat();
        }
        _ => return false,
    }
    true
}

/// A number in seven bits a byte, lowest first, at most four bytes; and what follows it.
fn varint(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let mut number = 0;
    for (place, byte) in bytes.iter().take(4).enumerate() {
        number |= usize::from(byte & 0x7f) << (7 * place);
        if byte & 0x80 == 0 {
            return Some((number, &bytes[place + 1..]));
        }
    }
    None
}

/// A field of this type at the start: its data, and what follows it.
fn field(bytes: &[u8], kind: u8) -> Option<(&[u8], &[u8])> {
    let (length, rest) = varint(bytes.strip_prefix(&[kind])?)?;
    rest.split_at_checked(length)
}

/// The location of a whole macaroon: `2 location? identifier 0 { location? identifier verification? 0 } 0 signature`.
fn location(bytes: &[u8]) -> Option<&[u8]> {
    let rest = bytes.strip_prefix(&[2])?;
    let (location, rest) = field(rest, LOCATION)?;
    let (_, rest) = field(rest, IDENTIFIER)?;
    let mut rest = rest.strip_prefix(&[END])?;
    while !rest.starts_with(&[END]) {
        if let Some((_, behind)) = field(rest, LOCATION) {
            rest = behind;
        }
        (_, rest) = field(rest, IDENTIFIER)?;
        if let Some((_, behind)) = field(rest, VERIFICATION) {
            rest = behind;
        }
        rest = rest.strip_prefix(&[END])?;
    }
    let (signature, rest) = field(&rest[1..], SIGNATURE)?;
    (signature.len() == 32 && rest.is_empty()).then_some(location)
}

/// A macaroon of about `length` bytes: a UUID for identifier, and one caveat that fills the rest.
fn build(location: &[u8], length: usize, noise: &mut Noise) -> Vec<u8> {
    let mut bytes = vec![2];
    put(&mut bytes, LOCATION, location);
    put(&mut bytes, IDENTIFIER, noise.uuid().as_bytes());
    bytes.push(END);
    // One byte ends the caveats, 34 are the signature; a caveat costs 3 or 4 bytes beside its text.
    let room = length.saturating_sub(bytes.len() + 35);
    if room > 3 {
        let text = if room - 3 < 128 { room - 3 } else { room - 4 };
        put(&mut bytes, IDENTIFIER, noise.word(text).as_bytes());
        bytes.push(END);
    }
    bytes.push(END);
    put(&mut bytes, SIGNATURE, &noise.bytes(32));
    bytes
}

fn put(bytes: &mut Vec<u8>, kind: u8, data: &[u8]) {
    bytes.push(kind);
    let mut length = data.len();
    while length >= 0x80 {
        bytes.push((length & 0x7f).to_le_bytes()[0] | 0x80);
        length >>= 7;
    }
    bytes.push(length.to_le_bytes()[0]);
    bytes.extend(data);
}

/// Vault's `SignedToken`: version 1 in field 1, 32 bytes of HMAC in field 2, the token in field 3.
fn is_signed_token(bytes: &[u8]) -> bool {
    let inner = bytes.strip_prefix(&[0x08, 1]).and_then(|rest| field(rest, 0x12)).filter(|(hmac, _)| hmac.len() == 32);
    inner.and_then(|(_, rest)| field(rest, 0x1A)).is_some_and(|(token, rest)| !token.is_empty() && rest.is_empty())
}

/// `FlyV1 ` and macaroons between commas, each behind `fm1r_`, `fm1a_` or `fm2_`: base64 of a MessagePack array.
fn flyio(token: &[u8]) -> bool {
    let list = token.strip_prefix(b"FlyV1 ").unwrap_or(token);
    list.split(|&byte| byte == b',').all(|item| {
        let text = [&b"fm1r_"[..], b"fm1a_", b"fm2_"].iter().find_map(|prefix| item.strip_prefix(*prefix));
        text.and_then(from_base64).is_some_and(|bytes| matches!(bytes.first(), Some(0x90..=0x9f | 0xdc | 0xdd)))
    })
}

#[cfg(test)]
mod tests {
    use super::{Noise, build, flyio, is_signed_token, location};

    #[test]
    fn a_macaroon_is_read_to_its_last_byte() {
        for length in [0, 90, 130, 220, 221, 222, 400] {
            let bytes = build(b"lnd", length, &mut Noise::of(b""));
            assert_eq!(location(&bytes), Some(&b"lnd"[..]), "{length}");
            assert!(length < 90 || bytes.len().abs_diff(length) <= 3, "{length}: {}", bytes.len());
            assert_eq!(location(&bytes[..bytes.len() - 1]), None, "cut short");
            assert_eq!(location(&[&bytes[..], b"x"].concat()), None, "something behind it");
        }
    }

    #[test]
    fn third_party_caveats_are_read() {
        let signature = [&[6, 32][..], &[9; 32]].concat();
        let head = [2, 1, 1, b'l', 2, 1, b'i', 0];
        let caveat = [1, 1, b'x', 2, 1, b'c', 4, 2, 8, 8, 0];
        assert_eq!(location(&[&head[..], &caveat, &caveat, &[0], &signature].concat()), Some(&b"l"[..]));
        assert_eq!(location(&[&head[..], &caveat[1..], &[0], &signature].concat()), None);
    }

    #[test]
    fn a_signed_token_has_three_fields() {
        let bytes = [&[8, 1, 0x12, 32][..], &[5; 32], &[0x1A, 2, 7, 7]].concat();
        assert!(is_signed_token(&bytes));
        assert!(!is_signed_token(&bytes[..bytes.len() - 1]) && !is_signed_token(b"") && !is_signed_token(&[8, 1, 0x12, 255, 255]));
    }

    #[test]
    fn every_macaroon_of_a_list_counts() {
        assert!(flyio(b"FlyV1 fm2_lJPE,fm1r_lJPE"));
        assert!(!flyio(b"FlyV1 fm2_lJPE,fm9_lJPE") && !flyio(b"FlyV1 fm2_AAAA") && !flyio(b""));
    }
}
