//! L2: passwords that are only disguised, with tables that everybody has: what does not decode is none.

use super::noise::Noise;
use crate::rules::check::Check;

/// Whether the text decodes to what a person could have typed.
pub(super) fn verify(check: Check, token: &[u8]) -> bool {
    let decoded = match check {
        Check::CiscoType7 => cisco(word(token)),
        Check::JuniperType9 => juniper(word(token)),
        Check::WinscpPassword => winscp(word(token)),
        _ => None,
    };
    decoded.is_some_and(|password| !password.is_empty() && password.iter().all(|byte| (b' '..=b'~').contains(byte)))
}

/// Replaces the disguised password by that of a made-up one of about its length.
pub(super) fn seal(check: Check, token: &mut Vec<u8>) -> bool {
    let mut noise = Noise::of(token);
    let start = token.len() - word(token).len();
    let length = token.len() - start;
    let sealed = match check {
        Check::CiscoType7 => seal_cisco(noise.word((length / 2).saturating_sub(1).max(4)).as_bytes()),
        // One byte takes two to four characters.
        Check::JuniperType9 => seal_juniper(noise.word((length / 3).max(4)).as_bytes()),
        Check::WinscpPassword => seal_winscp(noise.word((length / 2).saturating_sub(4).clamp(4, 255)).as_bytes()),
        _ => return false,
    };
    token.truncate(start);
    token.extend(sealed.bytes());
    true
}

/// What follows the last white space: `password 7 …`.
fn word(token: &[u8]) -> &[u8] {
    token.rsplit(u8::is_ascii_whitespace).next().unwrap_or(token)
}

/// The constant of Cisco's type 7, published since 1995.
const CISCO: &[u8; 53] = b"dsfd;kfoA,.iyewrkldJKDHSUBsgvca69834ncxv9873254k;fg87";

/// `<start in the constant: 2 digits, 00 to 15><bytes in hex>`, each byte XOR-ed with the constant.
fn cisco(token: &[u8]) -> Option<Vec<u8>> {
    let (start, rest) = token.split_first_chunk::<2>()?;
    let start: usize = std::str::from_utf8(start).ok()?.parse().ok().filter(|start| *start <= 15)?;
    let bytes = super::code::from_hex(rest)?;
    Some(bytes.iter().zip(CISCO.iter().cycle().skip(start)).map(|(byte, key)| byte ^ key).collect())
}

fn seal_cisco(password: &[u8]) -> String {
    let start = 5;
    let bytes: Vec<u8> = password.iter().zip(CISCO.iter().cycle().skip(start)).map(|(byte, key)| byte ^ key).collect();
    format!("{start:02}{}", data_encoding::HEXUPPER.encode(&bytes))
}

/// The characters of Juniper's type 9 in four families; a family tells how many characters of salt follow the first.
const JUNIPER: [(&[u8], usize); 4] =
    [(b"QzF3n6/9CAtpu0O", 3), (b"B1IREhcSyrleKvMW8LXx", 2), (b"7N-dVbwsY2g4oaJZGUDj", 1), (b"iHkq.mPf5T", 0)];
/// What the distances between characters count, for each byte in turn.
const JUNIPER_WEIGHTS: [&[usize]; 7] = [&[1, 4, 32], &[1, 16, 32], &[1, 8, 32], &[1, 64], &[1, 32], &[1, 4, 16, 128], &[1, 32, 64]];
/// Number of characters in the four families.
const JUNIPER_SIZE: usize = 65;

/// `$9$<character><salt><characters whose distances from one another make the bytes>`.
fn juniper(token: &[u8]) -> Option<Vec<u8>> {
    let (&first, rest) = token.strip_prefix(b"$9$")?.split_first()?;
    let (_, salt) = JUNIPER.iter().find(|(family, _)| family.contains(&first))?;
    let mut rest = rest.get(*salt..)?;
    let mut previous = juniper_place(first)?;
    let mut password = Vec::new();
    while !rest.is_empty() {
        let weights = JUNIPER_WEIGHTS[password.len() % JUNIPER_WEIGHTS.len()];
        let (characters, behind) = rest.split_at_checked(weights.len())?;
        let mut byte = 0;
        for (&character, weight) in characters.iter().zip(weights) {
            let place = juniper_place(character)?;
            byte += (place + 2 * JUNIPER_SIZE - previous - 1) % JUNIPER_SIZE * weight;
            previous = place;
        }
        password.push((byte % 256).to_le_bytes()[0]);
        rest = behind;
    }
    Some(password)
}

fn seal_juniper(password: &[u8]) -> String {
    let characters: Vec<u8> = JUNIPER.iter().flat_map(|(family, _)| family.iter().copied()).collect();
    // A first character of the last family needs no salt.
    let mut previous = JUNIPER_SIZE - 1;
    let mut text = vec![b'$', b'9', b'$', characters[previous]];
    for (index, &byte) in password.iter().enumerate() {
        let weights = JUNIPER_WEIGHTS[index % JUNIPER_WEIGHTS.len()];
        let mut rest = usize::from(byte);
        let mut gaps: Vec<usize> = Vec::new();
        for weight in weights.iter().rev() {
            gaps.insert(0, rest / weight);
            rest %= weight;
        }
        for gap in gaps {
            previous = (previous + gap + 1) % JUNIPER_SIZE;
            text.push(characters[previous]);
        }
    }
    String::from_utf8_lossy(&text).into_owned()
}

fn juniper_place(character: u8) -> Option<usize> {
    let mut before = 0;
    JUNIPER.iter().find_map(|(family, _)| {
        let place = family.iter().position(|&known| known == character).map(|place| before + place);
        before += family.len();
        place
    })
}

/// What the bytes of `WinSCP` are XOR-ed with, and then inverted.
const WINSCP: u8 = 0xA3;
/// Marks a password with the user and host names before it.
const WINSCP_NAMED: u8 = 0xFF;

/// `[FF <unused>] <length> <bytes to skip> <those bytes> <password> <anything>`, in hex.
fn winscp(token: &[u8]) -> Option<Vec<u8>> {
    let bytes: Vec<u8> = super::code::from_hex(token)?.iter().map(|byte| !(byte ^ WINSCP)).collect();
    let (&first, rest) = bytes.split_first()?;
    let (length, rest) = if first == WINSCP_NAMED { rest.get(1..)?.split_first()? } else { (&first, rest) };
    let (&skipped, rest) = rest.split_first()?;
    rest.get(usize::from(skipped)..)?.get(..usize::from(*length)).map(<[u8]>::to_vec)
}

fn seal_winscp(password: &[u8]) -> String {
    let length = password.len().to_le_bytes()[0];
    let bytes = [&[WINSCP_NAMED, 0, length, 0][..], password].concat();
    let disguised: Vec<u8> = bytes.iter().map(|byte| !byte ^ WINSCP).collect();
    data_encoding::HEXUPPER.encode(&disguised)
}

#[cfg(test)]
mod tests {
    use super::{cisco, juniper, seal_cisco, seal_juniper, seal_winscp, verify, winscp};
    use crate::rules::check::Check;

    #[test]
    fn what_was_disguised_is_read_again() {
        for password in ["a", "cisco", "Hello, World 123", "~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~"] {
            assert_eq!(cisco(seal_cisco(password.as_bytes()).as_bytes()).as_deref(), Some(password.as_bytes()));
            assert_eq!(juniper(seal_juniper(password.as_bytes()).as_bytes()).as_deref(), Some(password.as_bytes()));
            assert_eq!(winscp(seal_winscp(password.as_bytes()).as_bytes()).as_deref(), Some(password.as_bytes()));
        }
    }

    #[test]
    fn the_published_type_7_example_reads_as_the_vendors_name() {
        assert_eq!(cisco(b"02050D480809").as_deref(), Some(&b"cisco"[..]));
    }

    #[test]
    fn the_published_type_9_example_reads_as_published() {
        assert_eq!(juniper(["$9$", "LbHX-wg4Z"].concat().as_bytes()).as_deref(), Some(&b"lc"[..]));
    }

    #[test]
    fn what_does_not_decode_is_none() {
        for (check, text) in [
            (Check::CiscoType7, "160A0B"),
            (Check::CiscoType7, "02050D48080"),
            (Check::CiscoType7, "02FFFFFF"),
            (Check::CiscoType7, ""),
            (Check::JuniperType9, "$9$"),
            (Check::JuniperType9, "$9$Qz"),
            (Check::JuniperType9, "$9$T!"),
            (Check::WinscpPassword, "A3"),
            (Check::WinscpPassword, "zz"),
        ] {
            assert!(!verify(check, text.as_bytes()), "{text}");
        }
    }
}
