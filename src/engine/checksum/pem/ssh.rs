//! L2: the key formats of OpenSSH (`PROTOCOL.key`) and of ssh.com.

use super::State;

pub(super) const OPENSSH: &[u8] = b"openssh-key-v1\0";
pub(super) const SSH2: u32 = 0x3F6F_F9EB;

/// An OpenSSH key: magic, cipher, key derivation and its options, number of keys, public keys, private part.
pub(super) fn openssh(bytes: &[u8], whole: bool) -> Option<State> {
    let rest = bytes.strip_prefix(OPENSSH)?;
    let (cipher, rest) = string(rest)?;
    let state = if cipher == b"none" { State::Clear } else { State::Encrypted };
    if !whole {
        return Some(state);
    }
    let (_derivation, rest) = string(rest)?;
    let (_options, rest) = string(rest)?;
    let (keys, mut rest) = word(rest)?;
    // A key takes more than one byte, so more keys than bytes cannot be.
    if keys == 0 || keys as usize > rest.len() {
        return None;
    }
    for _ in 0..keys {
        (_, rest) = string(rest)?;
    }
    let (private, _tag) = string(rest)?;
    // Two equal numbers tell whether decryption went well.
    let opens = state == State::Encrypted || word(private).zip(private.get(4..).and_then(word)).is_some_and(|((a, _), (b, _))| a == b);
    (!private.is_empty() && private.len().is_multiple_of(8) && opens).then_some(state)
}

/// A key of ssh.com: magic, length, type, cipher, private part.
pub(super) fn ssh2(bytes: &[u8]) -> Option<State> {
    let (magic, rest) = word(bytes)?;
    let (_length, rest) = word(rest)?;
    let (_kind, rest) = string(rest)?;
    let (cipher, _) = string(rest)?;
    (magic == SSH2).then_some(if cipher == b"none" { State::Clear } else { State::Encrypted })
}

/// A big-endian number, and what follows it.
fn word(bytes: &[u8]) -> Option<(u32, &[u8])> {
    let (word, rest) = bytes.split_first_chunk::<4>()?;
    Some((u32::from_be_bytes(*word), rest))
}

/// A string with its length before it, and what follows it.
fn string(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = word(bytes)?;
    rest.split_at_checked(length as usize)
}

/// Writes a string with its length before it.
pub(super) fn put(bytes: &mut Vec<u8>, string: &[u8]) {
    bytes.extend(u32::try_from(string.len()).expect("a short string").to_be_bytes());
    bytes.extend(string);
}
