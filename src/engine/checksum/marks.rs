//! L2: structures that are not behind an encoding: a mark at a certain place, a range of numbers.

use super::noise::Noise;
use crate::rules::check::Check;

/// Base64 of the vendor's name, in the middle of an OpenAI key.
const OPENAI: &[u8] = b"T3BlbkFJ";
/// What an OpenAI key begins with, the longer first.
const OPENAI_PREFIXES: [&[u8]; 5] = [b"sk-proj-", b"sk-svcacct-", b"sk-admin-", b"sk-None-", b"sk-"];
/// The mark of a Groq key, and how far behind its prefix of four characters it stands.
const GROQ: (&[u8], usize) = (b"WGdyb3FY", 24);
/// Order of the group of secp256k1 (SEC 2), big-endian.
const SECP256K1: [u8; 32] = [
    0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFE, 0xBA, 0xAE, 0xDC, 0xE6, 0xAF, 0x48,
    0xA0, 0x3B, 0xBF, 0xD2, 0x5E, 0x8C, 0xD0, 0x36, 0x41, 0x41,
];

/// Whether the token has the structure.
pub(super) fn verify(check: Check, token: &[u8]) -> bool {
    match check {
        Check::OpenaiKey => {
            let body = &token[openai_prefix(token)..];
            body.len() > OPENAI.len() && body[(body.len() - OPENAI.len()) / 2..].starts_with(OPENAI) && body.len().is_multiple_of(2)
        }
        Check::GroqKey => token.get(GROQ.1..).is_some_and(|rest| rest.starts_with(GROQ.0)),
        Check::Bcrypt => bcrypt_cost(token).is_some_and(|cost| (4..=31).contains(&cost)),
        Check::Secp256k1Scalar => super::code::from_hex(scalar(token))
            .is_some_and(|number| number.len() == 32 && number.iter().any(|&byte| byte != 0) && number[..] < SECP256K1[..]),
        _ => false,
    }
}

/// Gives the token the structure.
pub(super) fn seal(check: Check, token: &mut Vec<u8>) -> bool {
    match check {
        Check::OpenaiKey => seal_openai(token),
        Check::GroqKey => {
            let Some(place) = token.get_mut(GROQ.1..GROQ.1 + GROQ.0.len()) else { return false };
            place.copy_from_slice(GROQ.0);
        }
        Check::Bcrypt => {
            let Some(cost) = token.get_mut(4..6) else { return false };
            cost.copy_from_slice(b"12");
        }
        Check::Secp256k1Scalar => {
            // A number beyond the order begins with 31 ones, and zero with none: half the order is between.
            let start = token.len() - scalar(token).len();
            let Some(first) = token.get_mut(start) else { return false };
            *first = b'7';
        }
        _ => return false,
    }
    verify(check, token)
}

/// Length of the prefix.
fn openai_prefix(token: &[u8]) -> usize {
    OPENAI_PREFIXES.iter().find(|prefix| token.starts_with(prefix)).map_or(0, |prefix| prefix.len())
}

/// Makes the part behind the mark as long as the one before it.
fn seal_openai(token: &mut Vec<u8>) {
    let prefix = openai_prefix(token);
    let Some(before) = memchr::memmem::find(&token[prefix..], OPENAI) else { return };
    let behind = Noise::of(token).word(before);
    token.truncate(prefix + before + OPENAI.len());
    token.extend(behind.bytes());
}

/// The cost of `$2b$<cost>$<53 characters>`.
fn bcrypt_cost(token: &[u8]) -> Option<u8> {
    let rest = token.strip_prefix(b"$2")?.get(1..)?.strip_prefix(b"$")?;
    let (cost, rest) = rest.split_first_chunk::<2>()?;
    let hash = rest.strip_prefix(b"$")?;
    let fits = hash.len() == 53 && hash.iter().all(|&byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'/'));
    let digit = |byte: u8| byte.is_ascii_digit().then(|| byte - b'0');
    fits.then_some(digit(cost[0])? * 10 + digit(cost[1])?)
}

/// The digits behind `0x`.
fn scalar(token: &[u8]) -> &[u8] {
    token.strip_prefix(b"0x").or_else(|| token.strip_prefix(b"0X")).unwrap_or(token)
}

#[cfg(test)]
mod tests {
    use super::{SECP256K1, verify};
    use crate::rules::check::Check;

    #[test]
    fn the_mark_stands_in_the_middle() {
        let key = |before: usize, behind: usize| ["sk-proj-", &"a".repeat(before), "T3Blbk", "FJ", &"b".repeat(behind)].concat();
        assert!(verify(Check::OpenaiKey, key(20, 20).as_bytes()));
        assert!(!verify(Check::OpenaiKey, key(20, 21).as_bytes()) && !verify(Check::OpenaiKey, key(20, 58).as_bytes()));
    }

    #[test]
    fn a_scalar_lies_below_the_order() {
        let hex = |number: &[u8]| data_encoding::HEXLOWER.encode(number);
        let mut below = SECP256K1;
        below[31] -= 1;
        assert!(verify(Check::Secp256k1Scalar, hex(&below).as_bytes()));
        assert!(verify(Check::Secp256k1Scalar, format!("0x{}", hex(&below).to_uppercase()).as_bytes()));
        assert!(!verify(Check::Secp256k1Scalar, hex(&SECP256K1).as_bytes()) && !verify(Check::Secp256k1Scalar, hex(&[0; 32]).as_bytes()));
    }

    #[test]
    fn bcrypt_costs_from_4_to_31() {
        for (cost, valid) in [("04", true), ("31", true), ("03", false), ("32", false), ("x1", false)] {
            let hash = format!("$2b${cost}${}", "a".repeat(53));
            assert_eq!(verify(Check::Bcrypt, hash.as_bytes()), valid, "{cost}");
        }
    }
}
