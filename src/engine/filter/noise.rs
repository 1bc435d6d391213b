//! Text at random, and what looks like a notation in it by chance.

use std::ops::Range;

use crate::engine::entropy::randomness;

/// What is left of a value at random without two or three of its characters has this many at least, in bytes.
const LEAST: usize = 8;

/// Whether text is too random to be a name or a phrase.
pub(super) fn is_noise(text: &[u8]) -> bool {
    randomness(text) > 1.0 && text.iter().any(u8::is_ascii_digit)
}

/// Whether what stands around `part` of a value is so random that `part` is there by chance: `k@9.+l1v21D` is no pattern,
/// `FtdN^a*%x+ez5u` no format.
pub(super) fn is_noise_around(value: &[u8], part: Range<usize>) -> bool {
    let rest = [&value[..part.start], &value[part.end..]].concat();
    // Whether the sign is one of a notation with others of its kind: `^a.+B1c2$`, `V1(.+)S2`.
    let is_written = value.starts_with(b"^") || value.ends_with(b"$") || rest.iter().any(|byte| matches!(byte, b'(' | b')' | b'\\' | b'|'));
    rest.len() >= LEAST && !is_written && is_noise(&rest)
}

#[cfg(test)]
mod tests {
    use super::is_noise_around;

    /// Whether the sign that `<` and `>` enclose stands in a text by chance.
    fn is_by_chance(text: &str) -> bool {
        let (open, close) = (text.find('<').unwrap(), text.find('>').unwrap() - 1);
        is_noise_around(text.replace(['<', '>'], "").as_bytes(), open..close)
    }

    #[test]
    fn signs_within_random_text_are_there_by_chance() {
        for text in ["k@9@<.+>l1v21D", "PDMc8Z7<.+>e7dKquwg", "FY+3QG38<.*>R^cNkkn", "iwRpIT14ni<%q>+", "FtdN^a*<%x>+ez5u"] {
            assert!(is_by_chance(text), "{text}");
        }
        for text in ["secret<.*>key", "pass<.*>word1", "user<%d>:pass", "^a<.+>B1c2x9$", "V1(<.+>)Sig9Q2x7", "V1<.+>Sig", "<%s>-token-2024"]
        {
            assert!(!is_by_chance(text), "{text}");
        }
    }
}
