//! L1: sizes as people write them: `500k`, `64MiB`, `1.5 GB`, `0` for no limit.

use std::fmt;
use std::str::FromStr;

/// A number of bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ByteSize(pub u64);

/// Units by their names in lower case. `k`, `M`, `G` alone are powers of 1024, as in other command line tools.
const UNITS: [(&str, u64); 14] = [
    ("", 1),
    ("b", 1),
    ("k", 1 << 10),
    ("m", 1 << 20),
    ("g", 1 << 30),
    ("t", 1 << 40),
    ("kib", 1 << 10),
    ("mib", 1 << 20),
    ("gib", 1 << 30),
    ("tib", 1 << 40),
    ("kb", 1_000),
    ("mb", 1_000_000),
    ("gb", 1_000_000_000),
    ("tb", 1_000_000_000_000),
];

impl ByteSize {
    /// The limit that it stands for: `None` for 0, which means no limit.
    #[must_use]
    pub fn limit(self) -> Option<u64> {
        (self.0 > 0).then_some(self.0)
    }
}

impl FromStr for ByteSize {
    type Err = String;

    /// # Errors
    /// Says how a size is written.
    fn from_str(text: &str) -> Result<ByteSize, String> {
        let wrong = || format!("`{text}` is not a size; write a number and a unit, as in 500k, 64MiB or 1GB (0: no limit)");
        let text_end = text.trim().to_ascii_lowercase();
        let digits = text_end.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text_end.len());
        let (number, unit) = text_end.split_at(digits);
        let unit = UNITS.iter().find(|(name, _)| *name == unit.trim()).ok_or_else(wrong)?.1;
        if let Ok(whole) = number.parse::<u64>() {
            return whole.checked_mul(unit).map(ByteSize).ok_or_else(wrong);
        }
        let fraction = number.parse::<f64>().map_err(|_| wrong())?;
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "checked to be in range; digits and a dot are never negative"
        )]
        let bytes = (fraction * unit as f64 <= 1e18).then_some((fraction * unit as f64) as u64);
        bytes.map(ByteSize).ok_or_else(wrong)
    }
}

impl fmt::Display for ByteSize {
    /// In the largest unit that divides it, so that it reads back as the same number.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = [("TiB", 40), ("GiB", 30), ("MiB", 20), ("KiB", 10)]
            .into_iter()
            .find(|(_, shift)| self.0 > 0 && self.0.is_multiple_of(1 << shift));
        match unit {
            Some((name, shift)) => write!(f, "{}{name}", self.0 >> shift),
            None => write!(f, "{}", self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::ByteSize;

    #[test]
    fn sizes_are_read_as_people_write_them() {
        for (text, bytes) in
            [("0", 0), ("12", 12), ("1k", 1024), ("1 KB", 1000), ("64MiB", 64 << 20), ("1.5g", 3 << 29), ("2GB", 2_000_000_000)]
        {
            assert_eq!(text.parse(), Ok(ByteSize(bytes)), "{text}");
        }
    }

    #[test]
    fn what_is_no_size_is_refused() {
        for text in ["", "k", "-1", "1x", "1..5k", "99999999999999999999", "99999999TiB", "1e3"] {
            assert!(text.parse::<ByteSize>().is_err(), "{text}");
        }
    }

    #[test]
    fn what_is_shown_reads_back() {
        for bytes in [0, 1, 1000, 1024, 3 << 20, 5 << 30, (1 << 20) + 1] {
            assert_eq!(ByteSize(bytes).to_string().parse(), Ok(ByteSize(bytes)));
        }
        assert_eq!(ByteSize(256 << 20).to_string(), "256MiB");
    }
}
