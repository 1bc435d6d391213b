//! L2: check values that are the CRC-32 of a part of the token, in the notations that providers use, and the
//! one that is cut from a SHA-256.

use super::code::{BASE36, BASE62, from_base32, write_digits};
use crate::rules::check::Check;
use crc32fast::hash as crc32;
use sha2::{Digest as _, Sha256};

/// Where the check characters stand, and what they have to be.
struct Mark {
    at: usize,
    text: [u8; 9],
    length: usize,
}

/// Whether the check characters are right.
pub(super) fn verify(check: Check, token: &[u8]) -> bool {
    if check == Check::AzureDevopsPat {
        return devops_bytes(token).is_some_and(|bytes| DEVOPS_MASKS.iter().any(|mask| devops_word(&bytes) == devops_crc(&bytes) ^ mask));
    }
    mark(check, token).is_some_and(|mark| token[mark.at..mark.at + mark.length] == mark.text[..mark.length])
}

/// Writes the right check characters.
pub(super) fn seal(check: Check, token: &mut [u8]) -> bool {
    if check == Check::AzureDevopsPat {
        return seal_devops(token);
    }
    let Some(mark) = mark(check, token) else { return false };
    token[mark.at..mark.at + mark.length].copy_from_slice(&mark.text[..mark.length]);
    true
}

/// What the check characters of a token have to be; `None` where it is too short or has not the form.
fn mark(check: Check, token: &[u8]) -> Option<Mark> {
    let behind_last = |separator: u8| token.iter().rposition(|&byte| byte == separator);
    match check {
        Check::GithubCrc32 => base62_of_last(token, 30),
        Check::VercelCrc32 => base62_of_last(token, 50),
        Check::GithubRefreshCrc32 => base62_of_last(token, 70),
        Check::MatrixCrc32 => {
            let at = behind_last(b'_')?;
            (token.len() == at + 7).then(|| base62(at + 1, &token[..at]))
        }
        Check::GithubFineGrained => fine_grained(token),
        Check::AtlassianCrc32 => {
            let at = token.len().checked_sub(8)?;
            Some(text(at, format_args!("{:08X}", crc32(&token[..at]))))
        }
        Check::CloudflareCrc32 => {
            let at = token.len().checked_sub(8)?;
            Some(text(at, format_args!("{:08x}", crc32(&token[at.checked_sub(40)?..at]))))
        }
        Check::ZuploCrc32 => {
            let last = behind_last(b'_')?;
            let first = token[..last].iter().rposition(|&byte| byte == b'_')?;
            (token.len() == last + 9).then(|| text(last + 1, format_args!("{:08x}", crc32(&token[first + 1..last]))))
        }
        Check::GrafanaCrc32 => {
            let at = behind_last(b'_')?;
            (token.len() == at + 9).then(|| text(at + 1, format_args!("{:08x}", crc32(&token[..at]).swap_bytes())))
        }
        Check::ConfluentCrc32 => {
            let at = token.len().checked_sub(6)?;
            let crc = crc32(token.get(4..at)?).to_le_bytes();
            Some(text(at, format_args!("{}", super::code::Base64::Standard.write(&crc))))
        }
        Check::GitlabRoutable => gitlab(token),
        _ => None,
    }
}

/// A mark of at most 9 characters.
fn text(at: usize, arguments: std::fmt::Arguments<'_>) -> Mark {
    use std::io::Write as _;
    let mut mark = Mark { at, text: [0; 9], length: 0 };
    let mut rest = &mut mark.text[..];
    rest.write_fmt(arguments).expect("no check value has more than 9 characters");
    mark.length = 9 - rest.len();
    mark
}

/// The CRC-32 of `covered` in 6 characters of base62.
fn base62(at: usize, covered: &[u8]) -> Mark {
    let mut mark = Mark { at, text: [0; 9], length: 6 };
    write_digits(crc32(covered), BASE62, &mut mark.text[..6]);
    mark
}

/// The last 6 characters are the check value of the `covered` characters before them.
fn base62_of_last(token: &[u8], covered: usize) -> Option<Mark> {
    let at = token.len().checked_sub(6)?;
    Some(base62(at, &token[at.checked_sub(covered)?..at]))
}

fn fine_grained(token: &[u8]) -> Option<Mark> {
    let at = token.len().checked_sub(16)?;
    let hash = Sha256::digest(&token[..at]);
    Some(text(at, format_args!("{}", data_encoding::BASE32_NOPAD.encode(&hash[..5]))))
}

/// `<prefix><payload>.[01.]<length of the payload: 2><CRC-32 of all before: 7>`. The prefix of a runner's token
/// has the runner's type in it (`t1_`).
fn gitlab(token: &[u8]) -> Option<Mark> {
    let at = token.len().checked_sub(9)?;
    let prefix = token.iter().position(|&byte| byte == b'-')? + if token.starts_with(b"glrt-") { 4 } else { 1 };
    let payload = token.get(prefix..at)?.iter().position(|&byte| byte == b'.')?;
    let mut mark = Mark { at, text: [0; 9], length: 9 };
    write_digits(u32::try_from(payload).ok()?, BASE36, &mut mark.text[..2]);
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&token[..at]);
    hasher.update(&mark.text[..2]);
    write_digits(hasher.finalize(), BASE36, &mut mark.text[2..]);
    Some(mark)
}

/// Places of the check value in an Azure DevOps token's 32 bytes, its lowest byte first.
const DEVOPS_PLACES: [usize; 4] = [22, 8, 7, 2];
/// What its CRC-32 is masked with: a user's token, an application's token.
const DEVOPS_MASKS: [u32; 2] = [0xE0B9_692D, 0x1019_F92E];

fn devops_bytes(token: &[u8]) -> Option<Vec<u8>> {
    (token.len() == 52).then(|| from_base32(token)).flatten().filter(|bytes| bytes.len() == 32)
}

fn devops_word(bytes: &[u8]) -> u32 {
    u32::from_le_bytes(DEVOPS_PLACES.map(|place| bytes[place]))
}

fn devops_crc(bytes: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    for (place, byte) in bytes.iter().enumerate() {
        if !DEVOPS_PLACES.contains(&place) {
            hasher.update(&[*byte]);
        }
    }
    hasher.finalize()
}

fn seal_devops(token: &mut [u8]) -> bool {
    let Some(mut bytes) = devops_bytes(token) else { return false };
    let word = (devops_crc(&bytes) ^ DEVOPS_MASKS[0]).to_le_bytes();
    for (place, byte) in DEVOPS_PLACES.iter().zip(word) {
        bytes[*place] = byte;
    }
    token.copy_from_slice(data_encoding::BASE32_NOPAD.encode(&bytes).to_lowercase().as_bytes());
    true
}

#[cfg(test)]
mod tests {
    use super::{crc32, text, verify};
    use crate::rules::check::Check;

    #[test]
    fn crc32_is_that_of_ieee() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
    }

    #[test]
    fn notations_are_told_apart() {
        let body = "0123456789";
        let crc = crc32(body.as_bytes());
        let upper = format!("{body}{crc:08X}");
        assert!(verify(Check::AtlassianCrc32, upper.as_bytes()));
        assert!(!verify(Check::AtlassianCrc32, upper.to_lowercase().as_bytes()));
        let little = data_encoding::HEXLOWER.encode(&crc.to_le_bytes());
        assert!(verify(Check::GrafanaCrc32, format!("{body}_{little}").as_bytes()));
        assert!(!verify(Check::GrafanaCrc32, format!("{body}_{crc:08x}").as_bytes()));
    }

    #[test]
    fn a_mark_knows_its_length() {
        let mark = text(3, format_args!("{:08x}", 0xabu8));
        assert_eq!((&mark.text[..mark.length], mark.at), (&b"000000ab"[..], 3));
    }

    #[test]
    fn the_payload_length_of_a_routable_token_counts() {
        let mut token = format!("{}-{}.01.000000000", "glpat", "a".repeat(27)).into_bytes();
        assert!(super::seal(Check::GitlabRoutable, &mut token) && verify(Check::GitlabRoutable, &token));
        let at = token.len() - 9;
        assert_eq!(&token[at..at + 2], b"0r");
        // With a right CRC-32 over a wrong length it still fails.
        token[at + 1] = b's';
        let mut crc = [0; 7];
        super::write_digits(crc32(&token[..at + 2]), super::BASE36, &mut crc);
        token[at + 2..].copy_from_slice(&crc);
        assert!(!verify(Check::GitlabRoutable, &token));
    }
}
