//! L2: how a baseline names a secret without giving it away.
//!
//! A baseline is committed, and what it accepts is often a password that a dictionary holds. So the secret goes
//! through scrypt (RFC 7914) with a random key of the file: each guess costs what one finding costs here, no table
//! serves two files, and memory is needed that graphics cards are short of.

use crate::findings::Secret;
use data_encoding::HEXLOWER;
use sha2::{Digest as _, Sha256};

/// Bytes of a key and of a mark.
const BYTES: usize = 16;
/// Base-2 logarithm of scrypt's cost: 8 MiB and some 10 ms a secret. Another value makes every baseline worthless,
/// so it comes with another version of the file; it does not stand in the file, which may come from an attacker.
const LOG_COST: u8 = 13;
/// Keeps these hashes apart from every other use of the same functions.
const DOMAIN: &[u8] = b"keyward baseline v1";

/// The random key of a baseline. It is no secret: it only makes each file different.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key([u8; BYTES]);

/// What a baseline has of a rule and a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Mark([u8; BYTES]);

/// A secret that went through the slow function.
#[derive(Debug, Clone)]
pub(super) struct Stretched([u8; 32]);

impl Key {
    /// A new key.
    ///
    /// # Errors
    /// Where the system has no random bytes.
    pub fn random() -> std::io::Result<Key> {
        let mut bytes = [0; BYTES];
        getrandom::fill(&mut bytes).map_err(|error| std::io::Error::other(error.to_string()))?;
        Ok(Key(bytes))
    }

    /// Reads 32 hex digits.
    pub(super) fn parse(text: &str) -> Option<Key> {
        parse(text).map(Key)
    }

    pub(super) fn bytes(&self) -> &[u8; BYTES] {
        &self.0
    }

    pub(super) fn hex(&self) -> String {
        HEXLOWER.encode(&self.0)
    }

    /// The slow part, some 10 ms.
    pub(super) fn stretch(&self, secret: &Secret) -> Stretched {
        let salt = [DOMAIN, &self.0].concat();
        let params = scrypt::Params::new(LOG_COST, 8, 1, 32).expect("these numbers are in range");
        let mut out = [0; 32];
        scrypt::scrypt(secret.reveal(), &salt, &params, &mut out).expect("32 bytes are a good length");
        Stretched(out)
    }
}

impl Mark {
    /// The mark of a secret that a rule found.
    pub(super) fn new(rule: &str, secret: &Stretched) -> Mark {
        let hash = Sha256::new().chain_update(DOMAIN).chain_update(secret.0).chain_update(rule).finalize();
        let mut bytes = [0; BYTES];
        bytes.copy_from_slice(&hash[..BYTES]);
        Mark(bytes)
    }

    /// Reads 32 hex digits.
    pub(super) fn parse(text: &str) -> Option<Mark> {
        parse(text).map(Mark)
    }

    pub(super) fn bytes(&self) -> &[u8; BYTES] {
        &self.0
    }

    pub(super) fn hex(self) -> String {
        HEXLOWER.encode(&self.0)
    }
}

fn parse(text: &str) -> Option<[u8; BYTES]> {
    HEXLOWER.decode(text.as_bytes()).ok()?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::{Key, Mark};
    use crate::findings::Secret;

    #[test]
    fn the_form_is_frozen() {
        // Baselines hold these: a change here breaks every one of them.
        let key = Key::parse(&"0f".repeat(16)).expect("hex digits");
        let mark = Mark::new("rule", &key.stretch(&Secret::new(b"value".to_vec())));
        assert_eq!(mark.hex(), ["50b4aa694c21a72f", "ce6f53607a3bd86f"].concat());
    }

    #[test]
    fn key_rule_and_secret_each_change_the_mark() {
        let mark = |key: &str, rule: &str, secret: &str| {
            let key = Key::parse(&key.repeat(16)).expect("hex digits");
            Mark::new(rule, &key.stretch(&Secret::new(secret.as_bytes().to_vec())))
        };
        let one = mark("00", "a", "b");
        assert_eq!(one, mark("00", "a", "b"));
        assert!([mark("01", "a", "b"), mark("00", "b", "b"), mark("00", "a", "c")].iter().all(|other| *other != one));
    }

    #[test]
    fn keys_are_random() {
        assert_ne!(Key::random().expect("random bytes"), Key::random().expect("random bytes"));
    }
}
