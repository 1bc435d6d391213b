//! L2: what `seal` fills a token with: bytes that look random and depend on the token alone, so that the
//! examples of a rule are the same in every build.

use sha2::{Digest as _, Sha256};

/// A stream of bytes made of a seed: SHA-256 over the seed and a counter.
pub(super) struct Noise {
    seed: [u8; 32],
    block: [u8; 32],
    counter: u64,
    used: usize,
}

impl Noise {
    /// The stream of a token.
    pub(super) fn of(token: &[u8]) -> Noise {
        Noise { seed: Sha256::digest(token).into(), block: [0; 32], counter: 0, used: 32 }
    }

    /// The next byte.
    pub(super) fn byte(&mut self) -> u8 {
        if self.used == self.block.len() {
            let hash = Sha256::new().chain_update(self.seed).chain_update(self.counter.to_le_bytes());
            self.block = hash.finalize().into();
            self.counter += 1;
            self.used = 0;
        }
        self.used += 1;
        self.block[self.used - 1]
    }

    /// The next bytes.
    pub(super) fn bytes(&mut self, length: usize) -> Vec<u8> {
        (0..length).map(|_| self.byte()).collect()
    }

    /// Characters of an alphabet.
    pub(super) fn text(&mut self, length: usize, alphabet: &[u8]) -> String {
        (0..length).map(|_| char::from(alphabet[usize::from(self.byte()) % alphabet.len()])).collect()
    }

    /// Lower-case hexadecimal digits.
    pub(super) fn hex(&mut self, length: usize) -> String {
        self.text(length, b"0123456789abcdef")
    }

    /// Letters and digits.
    pub(super) fn word(&mut self, length: usize) -> String {
        self.text(length, super::code::BASE62)
    }

    /// A UUID of version 4 (RFC 9562).
    pub(super) fn uuid(&mut self) -> String {
        let (a, b, c, d) = (self.hex(8), self.hex(4), self.hex(3), self.hex(3));
        format!("{a}-{b}-4{c}-a{d}-{}", self.hex(12))
    }
}

#[cfg(test)]
mod tests {
    use super::Noise;

    #[test]
    fn a_token_always_gives_the_same_noise() {
        assert_eq!(Noise::of(b"a").bytes(100), Noise::of(b"a").bytes(100));
        assert_ne!(Noise::of(b"a").bytes(100), Noise::of(b"b").bytes(100));
    }
}
