//! L1: the alphabets of formats, as sets of bytes.

use serde::{Deserialize, Serialize};

/// A set of bytes, one bit each.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ByteSet([u64; 4]);

impl ByteSet {
    /// No byte.
    pub const EMPTY: ByteSet = ByteSet([0; 4]);

    /// Adds a byte.
    pub fn insert(&mut self, byte: u8) {
        self.0[usize::from(byte >> 6)] |= 1 << (byte & 63);
    }

    /// Whether the byte is in the set.
    #[must_use]
    #[inline]
    pub fn contains(&self, byte: u8) -> bool {
        self.0[usize::from(byte >> 6)] >> (byte & 63) & 1 == 1
    }

    /// All bytes of both sets.
    #[must_use]
    pub fn union(self, other: ByteSet) -> ByteSet {
        ByteSet(std::array::from_fn(|i| self.0[i] | other.0[i]))
    }

    /// Whether the sets share a byte.
    #[must_use]
    pub fn intersects(&self, other: &ByteSet) -> bool {
        (0..4).any(|i| self.0[i] & other.0[i] != 0)
    }

    /// Number of bytes in the set.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// Whether the set is empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The bytes in ascending order.
    pub fn iter(&self) -> impl Iterator<Item = u8> + '_ {
        (0..=255u8).filter(|&byte| self.contains(byte))
    }

    /// The bytes between `[` and `]` of a character class: characters and ranges, a dash last stands for itself.
    ///
    /// # Errors
    /// A range that runs backwards, or a byte outside ASCII.
    pub fn from_class(class: &str) -> Result<ByteSet, String> {
        let bytes = class.as_bytes();
        let mut set = ByteSet::EMPTY;
        let mut at = 0;
        while at < bytes.len() {
            let low = bytes[at];
            if !low.is_ascii() {
                return Err(format!("`{class}` holds a character outside ASCII"));
            }
            if bytes.get(at + 1) == Some(&b'-') && at + 2 < bytes.len() {
                let high = bytes[at + 2];
                if high < low {
                    return Err(format!("the range {}-{} in `{class}` runs backwards", low as char, high as char));
                }
                (low..=high).for_each(|byte| set.insert(byte));
                at += 3;
            } else {
                set.insert(low);
                at += 1;
            }
        }
        Ok(set)
    }

    /// One of the named alphabets of `rules/README.md`.
    #[must_use]
    pub fn named(name: &str) -> Option<ByteSet> {
        let class = match name {
            "digits" => "0-9",
            "hex" => "0-9a-f",
            "hex-upper" => "0-9A-F",
            "hex-any" => "0-9a-fA-F",
            "alpha" => "A-Za-z",
            "alpha-lower" => "a-z",
            "alpha-upper" => "A-Z",
            "alnum-lower" => "a-z0-9",
            "alnum-upper" => "A-Z0-9",
            "base62" => "A-Za-z0-9",
            "base64" => "A-Za-z0-9+/",
            "base64url" => "A-Za-z0-9_-",
            "base32" => "A-Z2-7",
            "base32-lower" => "a-z2-7",
            "base58" => "1-9A-HJ-NP-Za-km-z",
            "bech32" => "02-9ac-hj-np-z",
            "bech32-upper" => "02-9AC-HJ-NP-Z",
            "printable" => "!-~",
            _ => return None,
        };
        ByteSet::from_class(class).ok()
    }
}

impl std::fmt::Debug for ByteSet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "[{}]", self.iter().map(|byte| (byte as char).escape_default().to_string()).collect::<String>())
    }
}

#[cfg(test)]
mod tests {
    use super::ByteSet;

    #[test]
    fn a_last_dash_stands_for_itself() {
        let set = ByteSet::from_class("a-c_-").expect("a valid class");
        assert_eq!(set.iter().collect::<Vec<_>>(), b"-_abc");
        assert!(ByteSet::from_class("z-a").is_err());
    }

    #[test]
    fn named_alphabets_have_their_size() {
        for (name, size) in [
            ("base62", 62),
            ("base64", 64),
            ("base64url", 64),
            ("base58", 58),
            ("base32", 32),
            ("bech32", 32),
            ("hex", 16),
            ("printable", 94),
        ] {
            assert_eq!(ByteSet::named(name).expect("a known name").len(), size, "{name}");
        }
    }
}
