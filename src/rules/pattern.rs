//! L1: what is worked out of a pattern when its rule is compiled: the longest match, and where its keywords stand in it.

use super::gate::Gate;
use super::rule::PATTERN_REACH;
use regex_syntax::hir::{Class, Hir, HirKind};

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
        let before = &self.parts()[..self.first_of(keywords)?];
        let total = |length: fn(&Hir) -> Option<usize>| before.iter().map(length).sum::<Option<usize>>().map(small);
        Some((total(|part| part.properties().minimum_len())?, total(|part| part.properties().maximum_len())?))
    }

    /// What must stand before one of `keywords`, and where it stands and behind it.
    #[must_use]
    pub fn gate(&self, keywords: &[String]) -> Gate {
        self.first_of(keywords).map_or_else(Gate::default, |first| {
            let (before, parts) = self.parts().split_at(first);
            Gate::new(before, parts)
        })
    }

    fn parts(&self) -> &[Hir] {
        match self.hir.kind() {
            HirKind::Concat(parts) => parts,
            _ => std::slice::from_ref(&self.hir),
        }
    }

    /// The first part that always begins with one of `keywords`.
    fn first_of(&self, keywords: &[String]) -> Option<usize> {
        (0..self.parts().len()).find(|&first| always_begins(&self.parts()[first..], keywords))
    }
}

fn small(length: usize) -> u32 {
    u32::try_from(length).expect("lengths are bounded")
}

/// Whether all that the parts can match begins with one of the keywords, whatever its case.
fn always_begins(parts: &[Hir], keywords: &[String]) -> bool {
    let keywords: Vec<Vec<u8>> = keywords.iter().map(|keyword| keyword.to_lowercase().into_bytes()).collect();
    let mut open = vec![Reading { left: keywords.iter().map(|keyword| &keyword[..]).collect(), done: false }];
    for part in parts {
        match read(part, open) {
            Some(read) if read.iter().all(|reading| reading.done) => return true,
            Some(read) => open = read,
            None => return false,
        }
    }
    false
}

/// One way in which a pattern may begin: what is left of each keyword that it agrees with so far.
#[derive(Clone)]
struct Reading<'k> {
    left: Vec<&'k [u8]>,
    /// Whether it has read a whole keyword.
    done: bool,
}

impl Reading<'_> {
    /// Reads one byte that has to be like this; `None` where no keyword goes on so.
    fn byte(mut self, is_like: impl Fn(u8) -> bool) -> Option<Self> {
        if self.done {
            return Some(self);
        }
        self.left.retain(|left| is_like(left[0]));
        for left in &mut self.left {
            *left = &left[1..];
        }
        self.done = self.left.iter().any(|left| left.is_empty());
        (!self.left.is_empty()).then_some(self)
    }
}

/// Every way to read `part` after the ways to read what is before it. `None` where one of them agrees with no keyword,
/// and where there are too many.
fn read<'k>(part: &Hir, open: Vec<Reading<'k>>) -> Option<Vec<Reading<'k>>> {
    const MOST: usize = 64;
    let ways = match part.kind() {
        HirKind::Empty | HirKind::Look(_) => open,
        HirKind::Capture(group) => read(&group.sub, open)?,
        HirKind::Concat(parts) => parts.iter().try_fold(open, |open, part| read(part, open))?,
        HirKind::Alternation(parts) => {
            let mut ways = Vec::new();
            for part in parts {
                ways.extend(read(part, open.clone())?);
            }
            ways
        }
        HirKind::Literal(literal) => {
            let read_all = |reading: Reading<'k>| {
                literal.0.iter().try_fold(reading, |reading, byte| reading.byte(|left| left == byte.to_ascii_lowercase()))
            };
            open.into_iter().map(read_all).collect::<Option<Vec<_>>>()?
        }
        HirKind::Class(class) => {
            let is_like = |left: u8| has_only(class, left);
            open.into_iter().map(|reading| reading.byte(is_like)).collect::<Option<Vec<_>>>()?
        }
        HirKind::Repetition(repetition) if open.iter().all(|reading| reading.done) || repetition.max == Some(1) => {
            let mut ways = if repetition.min == 0 { open.clone() } else { Vec::new() };
            ways.extend(read(&repetition.sub, open)?);
            ways
        }
        HirKind::Repetition(_) => return None,
    };
    (ways.len() <= MOST).then_some(ways)
}

/// Whether every character of a class is this one, in either case.
fn has_only(class: &Class, lower: u8) -> bool {
    let is = |byte: u8| byte.to_ascii_lowercase() == lower;
    match class {
        Class::Bytes(bytes) => bytes.ranges().iter().all(|range| (range.start()..=range.end()).all(is)),
        Class::Unicode(chars) => chars
            .ranges()
            .iter()
            .all(|range| range.start() == range.end() && u8::try_from(range.start()).is_ok_and(|byte| byte.is_ascii() && is(byte))),
    }
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
        assert_eq!(place("(?i-u)ConvertTo-SecureString x", &["convertto-securestring"]), Some((0, 0)));
        assert_eq!(place(r"(?-u)a(?i:one|t[wW]o) {2,9}(b)", &["one", "two"]), Some((1, 1)));
    }

    #[test]
    fn a_keyword_that_may_be_missing_has_no_place() {
        assert_eq!(place("(?-u)(?:one|two)=x", &["one"]), None);
        assert_eq!(place("(?-u)x{2}(?:one)?y", &["one"]), None);
        assert_eq!(place("(?-u)[a-z]{1,9}", &["abc"]), None);
        assert_eq!(place("(?-u)on[ef]", &["one"]), None);
        assert_eq!(place("(?-u)(?:on){1,2}e", &["one"]), None);
    }
}
