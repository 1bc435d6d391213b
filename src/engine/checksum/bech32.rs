//! L2: Bech32 (BIP-173) without its limit of 90 characters: keys of age and Nostr.

use crate::rules::check::Check;

const ALPHABET: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";
/// Characters of the check value.
const CHECK: usize = 6;

/// Whether the last 6 characters are the check value of what stands before them.
pub(super) fn verify(_: Check, token: &[u8]) -> bool {
    let mixed = token.iter().any(u8::is_ascii_uppercase) && token.iter().any(u8::is_ascii_lowercase);
    !mixed && parts(token).is_some_and(|(human, data)| remainder(human, data) == Some(1))
}

/// Writes the check value.
pub(super) fn seal(_: Check, token: &mut [u8]) -> bool {
    let Some(covered) = token.len().checked_sub(CHECK) else { return false };
    let upper = token.iter().any(u8::is_ascii_uppercase);
    token[covered..].fill(if upper { b'Q' } else { b'q' });
    let Some(remainder) = parts(token).and_then(|(human, data)| remainder(human, data)) else { return false };
    let value = remainder ^ 1;
    for (place, character) in token[covered..].iter_mut().enumerate() {
        let letter = ALPHABET[(value >> (5 * (CHECK - 1 - place)) & 31) as usize];
        *character = if upper { letter.to_ascii_uppercase() } else { letter };
    }
    true
}

/// What stands before the last `1`, and what behind it.
fn parts(token: &[u8]) -> Option<(&[u8], &[u8])> {
    let one = token.iter().rposition(|&byte| byte == b'1')?;
    let (human, data) = (&token[..one], &token[one + 1..]);
    let printable = human.iter().all(u8::is_ascii_graphic);
    (!human.is_empty() && printable && data.len() >= CHECK).then_some((human, data))
}

/// The remainder of the checksum polynomial; 1 where the check value is right. `None` outside the alphabet.
fn remainder(human: &[u8], data: &[u8]) -> Option<u32> {
    let lower = |byte: &u8| byte.to_ascii_lowercase();
    let mut state = 1;
    human.iter().map(lower).for_each(|byte| state = step(state, u32::from(byte >> 5)));
    state = step(state, 0);
    human.iter().map(lower).for_each(|byte| state = step(state, u32::from(byte & 31)));
    for byte in data.iter().map(lower) {
        let value = ALPHABET.iter().position(|&letter| letter == byte)?;
        state = step(state, u32::try_from(value).expect("below 32"));
    }
    Some(state)
}

/// One step of the BCH code of BIP-173.
fn step(state: u32, value: u32) -> u32 {
    const GENERATOR: [u32; 5] = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3];
    let top = state >> 25;
    let shifted = (state & 0x01ff_ffff) << 5 ^ value;
    GENERATOR.iter().enumerate().filter(|(bit, _)| top >> bit & 1 == 1).fold(shifted, |state, (_, generator)| state ^ generator)
}

#[cfg(test)]
mod tests {
    use super::verify;
    use crate::rules::check::Check;

    #[test]
    fn bip_173_vectors() {
        for valid in [
            "A12UEL5L",
            "a12uel5l",
            "an83characterlonghumanreadablepartthatcontainsthenumber1andtheexcludedcharactersbio1tt5tgs",
            "abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw",
            "split1checkupstagehandshakeupstreamerranterredcaperred2y9e3w",
            "?1ezyfcl",
        ] {
            assert!(verify(Check::Bech32, valid.as_bytes()), "{valid}");
        }
        for invalid in ["pzry9x0s0muk", "1pzry9x0s0muk", "x1b4n0q5v", "li1dgmt3", "A1G7SGD8", "10a06t8", "1qzzfhee", "A12uEL5L", " 1nwldj5"]
        {
            assert!(!verify(Check::Bech32, invalid.as_bytes()), "{invalid}");
        }
    }
}
