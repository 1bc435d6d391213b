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
    /// `None` where some match may have none at a certain place.
    #[must_use]
    pub fn place_of(&self, keywords: &[String]) -> Option<(u32, u32)> {
        let ways = self.ways(keywords)?;
        let least = ways.iter().map(|way| total(way.before(), |part| part.properties().minimum_len())).min()??;
        let most = ways.iter().map(|way| total(way.before(), |part| part.properties().maximum_len())).collect::<Option<Vec<_>>>()?;
        Some((least, most.into_iter().max()?))
    }

    /// What must stand before one of `keywords`, and where it stands and behind it.
    #[must_use]
    pub fn gate(&self, keywords: &[String]) -> Gate {
        let ways = self.ways(keywords).unwrap_or_default();
        Gate::of(ways.iter().map(|way| (way.before(), &way.parts[way.first..])))
    }

    /// The ways in which a match may be put together, so few that each has a part that always begins with one of
    /// `keywords`. `None` where there are too many, or none such.
    fn ways(&self, keywords: &[String]) -> Option<Vec<Way>> {
        let keywords: Vec<Vec<u8>> = keywords.iter().map(|keyword| keyword.to_lowercase().into_bytes()).collect();
        let mut left = MOST_STEPS;
        ways(vec![self.hir.clone()], &keywords, &mut left).filter(|ways| ways.len() <= MOST_WAYS)
    }
}

/// At most so many ways are told apart, and so many are tried to find them.
const MOST_WAYS: usize = 32;
const MOST_STEPS: usize = 200;

/// Parts that follow each other, of which one always begins with a keyword.
#[derive(Debug, Clone)]
struct Way {
    parts: Vec<Hir>,
    first: usize,
}

impl Way {
    fn before(&self) -> &[Hir] {
        &self.parts[..self.first]
    }
}

/// Ways in which `parts` may be put together, told by the first parts that have to be.
fn ways(parts: Vec<Hir>, keywords: &[Vec<u8>], left: &mut usize) -> Option<Vec<Way>> {
    *left = left.checked_sub(1)?;
    if let Some(first) = (0..parts.len()).find(|&first| always_begins(&parts[first..], keywords)) {
        return Some(vec![Way { parts, first }]);
    }
    let told = |at: usize| {
        let with = |choice: Vec<Hir>| ways([&parts[..at], &choice, &parts[at + 1..]].concat(), keywords, left);
        Some(choices(&parts[at], keywords)?.into_iter().map(with).collect::<Option<Vec<_>>>()?.concat())
    };
    (0..parts.len()).find_map(told)
}

/// What a part may be; `None` where it is not told further.
fn choices(part: &Hir, keywords: &[Vec<u8>]) -> Option<Vec<Vec<Hir>>> {
    match part.kind() {
        HirKind::Literal(literal) => {
            let at = keyword_in(&literal.0.to_ascii_lowercase(), keywords)?;
            let (head, tail) = literal.0.split_at(at);
            Some(vec![vec![Hir::literal(head), Hir::literal(tail)]])
        }
        HirKind::Capture(group) => Some(vec![vec![(*group.sub).clone()]]),
        HirKind::Concat(parts) => Some(vec![parts.clone()]),
        HirKind::Alternation(parts) => Some(parts.iter().map(|part| vec![part.clone()]).collect()),
        HirKind::Repetition(repetition) if (repetition.min, repetition.max) == (0, Some(1)) => {
            Some(vec![Vec::new(), vec![(*repetition.sub).clone()]])
        }
        _ => None,
    }
}

/// Where in a literal, but not at its beginning, a keyword begins, as far as they go on together.
fn keyword_in(literal: &[u8], keywords: &[Vec<u8>]) -> Option<usize> {
    (1..literal.len()).find(|&at| keywords.iter().any(|keyword| literal[at..].starts_with(keyword) || keyword.starts_with(&literal[at..])))
}

/// The sum of a length of some parts.
fn total(parts: &[Hir], length: fn(&Hir) -> Option<usize>) -> Option<u32> {
    parts.iter().map(length).sum::<Option<usize>>().map(small)
}

fn small(length: usize) -> u32 {
    u32::try_from(length).expect("lengths are bounded")
}

/// Whether all that the parts can match begins with one of the keywords, whatever its case.
fn always_begins(parts: &[Hir], keywords: &[Vec<u8>]) -> bool {
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
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Reading<'k> {
    left: Vec<&'k [u8]>,
    /// Whether it has read a whole keyword.
    done: bool,
}

impl Reading<'_> {
    /// Reads this text; `None` where no keyword goes on so.
    fn text(mut self, text: &[u8]) -> Option<Self> {
        for byte in text.iter().map(u8::to_ascii_lowercase) {
            if self.done {
                return Some(self);
            }
            self.left.retain(|left| left[0] == byte);
            for left in &mut self.left {
                *left = &left[1..];
            }
            self.done = self.left.iter().any(|left| left.is_empty());
            if self.left.is_empty() {
                return None;
            }
        }
        Some(self)
    }
}

/// Every way to read `part` after the ways to read what is before it. `None` where one of them agrees with no keyword,
/// and where there are too many.
fn read<'k>(part: &Hir, open: Vec<Reading<'k>>) -> Option<Vec<Reading<'k>>> {
    const MOST: usize = 128;
    if open.iter().all(|reading| reading.done) {
        return Some(open);
    }
    let mut ways = match part.kind() {
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
        HirKind::Literal(literal) => open.into_iter().map(|reading| reading.text(&literal.0)).collect::<Option<Vec<_>>>()?,
        HirKind::Class(class) => {
            let members = members(class)?;
            let each = |reading: &Reading<'k>| members.iter().map(|member| reading.clone().text(member)).collect::<Vec<_>>();
            open.iter().flat_map(each).collect::<Option<Vec<_>>>()?
        }
        HirKind::Repetition(repetition) => {
            let most = repetition.max.filter(|&most| most <= MOST_REPEATED)?;
            let (mut ways, mut open) = (Vec::new(), open);
            for count in 0..=most {
                if count >= repetition.min {
                    ways.extend_from_slice(&open);
                }
                open = if count < most { read(&repetition.sub, open)? } else { Vec::new() };
            }
            ways
        }
    };
    ways.sort_unstable();
    ways.dedup();
    (ways.len() <= MOST).then_some(ways)
}

/// What is repeated more often is not told.
const MOST_REPEATED: u32 = 4;

/// The characters of a class; `None` where they are many.
fn members(class: &Class) -> Option<Vec<Vec<u8>>> {
    const MOST: usize = 12;
    let mut all: Vec<Vec<u8>> = match class {
        Class::Bytes(bytes) => {
            bytes.ranges().iter().flat_map(|range| range.start()..=range.end()).take(MOST + 1).map(|byte| vec![byte]).collect()
        }
        Class::Unicode(chars) => {
            let chars = chars.ranges().iter().flat_map(|range| range.start()..=range.end()).take(MOST + 1);
            chars.map(|char| char.to_string().into_bytes()).collect()
        }
    };
    let are_few = all.len() <= MOST;
    for member in &mut all {
        member.make_ascii_lowercase();
    }
    all.dedup();
    are_few.then_some(all)
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
    fn a_keyword_has_a_place_in_every_way_to_put_a_match_together() {
        assert_eq!(place("(?-u)(?:^| {2})(?:x{3}one|[a-z]{1,4}(?:two|b-three))=", &["one=", "two", "three"]), Some((1, 8)));
        assert_eq!(place("(?i-u)(?:ж|ab)(?:é|ñ)", &["жé", "жñ", "bé", "bñ"]), Some((0, 1)));
        assert_eq!(place("(?-u)(?:ab)?c[ =]d", &["c d", "c=d"]), Some((0, 2)));
        assert_eq!(place("(?-u)ab {0,2}=x", &["b=", "b =", "b  ="]), Some((1, 1)));
        assert_eq!(place("(?-u)ab {0,2}=x", &["b=", "b ="]), None);
        assert_eq!(place("(?-u)(?:one|x)=", &["one="]), None);
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
