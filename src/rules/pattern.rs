//! L1: what is worked out of a pattern when its rule is compiled: the longest match, and where its keywords stand in it.

use super::rule::PATTERN_REACH;
use regex_syntax::hir::literal::Extractor;
use regex_syntax::hir::{Hir, HirKind};

/// A pattern, parsed.
pub struct Pattern {
    hir: Hir,
    /// The longest match, in bytes.
    pub longest: u32,
}

impl Pattern {
    /// Parses `text`.
    ///
    /// # Errors
    /// Where it is no regex, or its matches have no bound, or one above [`PATTERN_REACH`].
    pub fn parse(text: &str) -> Result<Pattern, String> {
        let hir = regex_syntax::ParserBuilder::new().utf8(false).build().parse(text).map_err(|error| error.to_string())?;
        match hir.properties().maximum_len() {
            Some(length) if length <= PATTERN_REACH => Ok(Pattern { hir, longest: small(length) }),
            Some(length) => Err(format!("a match can be {length} bytes long; at most {PATTERN_REACH} are allowed")),
            None => Err("a match can be endless: give every repetition an upper bound".to_owned()),
        }
    }

    /// How far behind the first byte of every match one of `keywords` stands: least and greatest distance in bytes.
    /// That is told by the first part of the pattern that always begins with one; `None` where there is no such part.
    #[must_use]
    pub fn place_of(&self, keywords: &[String]) -> Option<(u32, u32)> {
        let parts = match self.hir.kind() {
            HirKind::Concat(parts) => &parts[..],
            _ => std::slice::from_ref(&self.hir),
        };
        let (mut min, mut max) = (0, 0);
        for (index, part) in parts.iter().enumerate() {
            if always_begins(&parts[index..], keywords) {
                return Some((small(min), small(max)));
            }
            min += part.properties().minimum_len()?;
            max += part.properties().maximum_len()?;
        }
        None
    }
}

fn small(length: usize) -> u32 {
    u32::try_from(length).expect("lengths are bounded")
}

/// Whether all that the parts can begin with begins with one of the keywords, whatever its case.
fn always_begins(parts: &[Hir], keywords: &[String]) -> bool {
    // Enough for a word of a dozen letters in either case.
    const MOST: usize = 1 << 14;
    let mut extractor = Extractor::new();
    extractor.limit_total(MOST).limit_class(16).limit_literal_len(64);
    let begins = extractor.extract(&Hir::concat(parts.to_vec()));
    let is_keyword = |text: &[u8]| {
        let text = text.to_ascii_lowercase();
        keywords.iter().any(|keyword| text.starts_with(keyword.to_lowercase().as_bytes()))
    };
    begins.literals().is_some_and(|literals| !literals.is_empty() && literals.iter().all(|literal| is_keyword(literal.as_bytes())))
}

#[cfg(test)]
mod tests {
    use super::Pattern;

    fn place(pattern: &str, keywords: &[&str]) -> Option<(u32, u32)> {
        let keywords: Vec<String> = keywords.iter().map(|&keyword| keyword.to_owned()).collect();
        Pattern::parse(pattern).unwrap().place_of(&keywords)
    }

    #[test]
    fn the_place_of_a_keyword_is_that_of_the_part_that_begins_with_it() {
        assert_eq!(place("(?-u)abc=x{3}", &["abc="]), Some((0, 0)));
        assert_eq!(place("(?m-u)(?:^|:)_(?:auth|password) = x", &["_auth", "_password"]), Some((0, 1)));
        assert_eq!(place("(?-u)[a-z]{2,8}@(?:one|two)", &["@one", "@two"]), Some((2, 8)));
        assert_eq!(place("(?i-u)secret_?key=", &["secretkey", "secret_key"]), Some((0, 0)));
    }

    #[test]
    fn a_keyword_that_may_be_missing_has_no_place() {
        assert_eq!(place("(?-u)(?:one|two)=x", &["one"]), None);
        assert_eq!(place("(?-u)x{2}(?:one)?y", &["one"]), None);
        assert_eq!(place("(?-u)[a-z]{1,9}", &["abc"]), None);
    }
}
