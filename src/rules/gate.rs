//! L1: a cheap look ahead, before a pattern is compiled and run: what must stand at its keyword and behind it.
//!
//! Most places where a keyword stands have nothing else of the pattern. Its steps are followed over the next
//! 64 bytes with a set of places, one bit each; what lies further off, or is too general, counts as fitting.

use regex_syntax::hir::{Class, Hir, HirKind, Repetition};
use serde::{Deserialize, Serialize};

/// How far the steps are followed, in bytes.
const WINDOW: usize = 64;
/// Shorter texts are no reason to look through the whole reach of a pattern, in bytes.
const LEAST_NEED: usize = 4;
/// At most this many texts are looked for.
const MOST_NEEDS: usize = 3;

/// What every match has from a certain part of its pattern on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gate {
    steps: Vec<Step>,
    /// Texts that stand somewhere behind, in lower case.
    needs: Vec<Box<[u8]>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
enum Step {
    Text(Box<[u8]>),
    Class(Ranges),
    Repeat(Ranges, u32, Option<u32>),
    Either(Vec<Vec<Step>>),
    /// What is not followed further.
    Anything,
}

/// Bytes, from and to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Ranges(Vec<(u8, u8)>);

impl Ranges {
    fn of(class: &Class) -> Option<Ranges> {
        match class {
            Class::Bytes(bytes) => Some(Ranges(bytes.ranges().iter().map(|range| (range.start(), range.end())).collect())),
            Class::Unicode(chars) => {
                let ascii = |char: char| u8::try_from(char).ok().filter(u8::is_ascii);
                let range = |range: &regex_syntax::hir::ClassUnicodeRange| Some((ascii(range.start())?, ascii(range.end())?));
                chars.ranges().iter().map(range).collect::<Option<_>>().map(Ranges)
            }
        }
    }

    fn has(&self, byte: u8) -> bool {
        self.0.iter().any(|&(from, to)| (from..=to).contains(&byte))
    }

    /// The letter, in lower case, or the other byte that this is.
    fn single(&self) -> Option<u8> {
        match self.0[..] {
            [(from, to)] if from == to => Some(from.to_ascii_lowercase()),
            [(upper, _), (lower, to)] if lower == to && upper != lower && upper.to_ascii_lowercase() == lower => {
                self.0.iter().all(|(from, to)| from == to).then_some(lower)
            }
            _ => None,
        }
    }
}

/// The way goes on further than is looked, or into what is not followed: it may be a match.
struct Open;

impl Gate {
    /// What every text has that these parts of a pattern match, one after the other.
    pub(super) fn new(parts: &[Hir]) -> Gate {
        let mut steps = Vec::new();
        parts.iter().try_for_each(|part| add(part, &mut steps)).unwrap_or_else(|Open| steps.push(Step::Anything));
        let mut needs = Needs::default();
        for part in parts {
            needs.add(part);
        }
        Gate { steps, needs: needs.longest() }
    }

    /// Whether such a text may begin at the beginning of `bytes`; its greatest length is that of `bytes`.
    #[must_use]
    pub fn may_open(&self, bytes: &[u8]) -> bool {
        follow(&self.steps, bytes, 1).map_or(true, |places| places != 0) && self.needs.iter().all(|need| stands_in(bytes, need))
    }
}

/// Adds what `part` asks for. After [`Open`] nothing more can be said.
fn add(part: &Hir, steps: &mut Vec<Step>) -> Result<(), Open> {
    match part.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Capture(group) => add(&group.sub, steps)?,
        HirKind::Concat(parts) => parts.iter().try_for_each(|part| add(part, steps))?,
        HirKind::Literal(literal) => steps.push(Step::Text(literal.0.clone())),
        HirKind::Class(class) => steps.push(Step::Class(Ranges::of(class).ok_or(Open)?)),
        HirKind::Alternation(parts) => steps.push(Step::Either(parts.iter().map(branch).collect())),
        HirKind::Repetition(repetition) => add_repetition(repetition, steps)?,
    }
    Ok(())
}

fn add_repetition(repetition: &Repetition, steps: &mut Vec<Step>) -> Result<(), Open> {
    if let HirKind::Class(class) = repetition.sub.kind() {
        steps.push(Step::Repeat(Ranges::of(class).ok_or(Open)?, repetition.min, repetition.max));
        return Ok(());
    }
    if repetition.min == 0 && repetition.max == Some(1) {
        steps.push(Step::Either(vec![Vec::new(), branch(&repetition.sub)]));
        return Ok(());
    }
    for _ in 0..repetition.min.min(1) {
        add(&repetition.sub, steps)?;
    }
    Err(Open)
}

fn branch(part: &Hir) -> Vec<Step> {
    let mut steps = Vec::new();
    add(part, &mut steps).unwrap_or_else(|Open| steps.push(Step::Anything));
    steps
}

/// Texts that every match has.
#[derive(Default)]
struct Needs {
    all: Vec<Vec<u8>>,
    /// The one that goes on.
    open: Vec<u8>,
}

impl Needs {
    fn add(&mut self, part: &Hir) {
        match part.kind() {
            HirKind::Empty => {}
            HirKind::Capture(group) => self.add(&group.sub),
            HirKind::Concat(parts) => {
                for part in parts {
                    self.add(part);
                }
            }
            HirKind::Literal(literal) => self.open.extend(literal.0.to_ascii_lowercase()),
            HirKind::Class(class) => match Ranges::of(class).and_then(|ranges| ranges.single()) {
                Some(byte) => self.open.push(byte),
                None => self.close(),
            },
            HirKind::Look(_) | HirKind::Alternation(_) | HirKind::Repetition(_) => self.close(),
        }
    }

    fn close(&mut self) {
        self.all.push(std::mem::take(&mut self.open));
    }

    /// The longest of them, but not the one that everything begins with: that is the keyword.
    fn longest(mut self) -> Vec<Box<[u8]>> {
        self.close();
        let mut all: Vec<Vec<u8>> = self.all.into_iter().skip(1).filter(|text| text.len() >= LEAST_NEED).collect();
        all.sort_by_key(|text| std::cmp::Reverse(text.len()));
        all.truncate(MOST_NEEDS);
        all.into_iter().map(Vec::into_boxed_slice).collect()
    }
}

/// The places behind `steps`, from any of `places`.
fn follow(steps: &[Step], bytes: &[u8], mut places: u64) -> Result<u64, Open> {
    for step in steps {
        places = match step {
            Step::Anything => return Err(Open),
            Step::Text(text) => each(places, text.len(), |at| bytes[at.min(bytes.len())..].starts_with(text))?,
            Step::Class(ranges) => each(places, 1, |at| bytes.get(at).is_some_and(|&byte| ranges.has(byte)))?,
            Step::Repeat(ranges, min, max) => repeat(ranges, (*min, *max), bytes, places)?,
            Step::Either(branches) => {
                branches.iter().try_fold(0, |all, branch| follow(branch, bytes, places).map(|places| all | places))?
            }
        };
        if places == 0 {
            break;
        }
    }
    Ok(places)
}

/// The places `length` bytes behind those of `places` that fit.
fn each(mut places: u64, length: usize, fits: impl Fn(usize) -> bool) -> Result<u64, Open> {
    let mut behind = 0;
    while places != 0 {
        let at = places.trailing_zeros() as usize;
        places &= places - 1;
        if fits(at) {
            behind |= 1u64.checked_shl(u32::try_from(at + length).unwrap_or(u32::MAX)).ok_or(Open)?;
        }
    }
    Ok(behind)
}

fn repeat(ranges: &Ranges, (min, max): (u32, Option<u32>), bytes: &[u8], places: u64) -> Result<u64, Open> {
    let (mut current, mut all) = (places, if min == 0 { places } else { 0 });
    let mut count = 0;
    while max.is_none_or(|max| count < max) {
        count += 1;
        current = each(current, 1, |at| bytes.get(at).is_some_and(|&byte| ranges.has(byte)))?;
        if count >= min {
            // Where it was before, it had more left.
            if current & !all == 0 {
                break;
            }
            all |= current;
        } else if current == 0 {
            break;
        }
    }
    Ok(all)
}

/// Whether `lower` stands in `bytes`, in any case.
fn stands_in(bytes: &[u8], lower: &[u8]) -> bool {
    let (first, behind) = (lower[0], bytes.len().saturating_sub(lower.len() - 1));
    memchr::memchr2_iter(first, first.to_ascii_uppercase(), &bytes[..behind])
        .any(|at| bytes[at..at + lower.len()].eq_ignore_ascii_case(lower))
}

const _: () = assert!(WINDOW == u64::BITS as usize, "one bit for each place");

#[cfg(test)]
mod tests {
    use super::Gate;

    fn gate(pattern: &str) -> Gate {
        let hir = regex_syntax::ParserBuilder::new().utf8(false).build().parse(pattern).unwrap();
        Gate::new(std::slice::from_ref(&hir))
    }

    #[test]
    fn what_cannot_go_on_is_refused() {
        let quoted = gate(r#"(?-u)"auth"\s{0,4}:\s{0,4}"(?P<secret>[A-Za-z0-9+/]{8,600}={0,2})""#);
        assert!(quoted.may_open(b"\"auth\" : \"abcdefgh12\""));
        assert!(!quoted.may_open(b"\"auth\" : {") && !quoted.may_open(b"\"auth\" : \"abc\"") && !quoted.may_open(b"\"auth\""));
        let either = gate("(?i-u)(?:get|set)_?key=[0-9]{4}");
        assert!(either.may_open(b"SETKEY=1234") && either.may_open(b"get_key=1234"));
        assert!(!either.may_open(b"getkeys=1234") && !either.may_open(b"get_key=123x"));
    }

    #[test]
    fn what_is_far_off_is_looked_for_as_a_text() {
        let far = gate(r"(?i-u)<server>[^\x00]{0,500}?<password>(?P<secret>[^<]{5,200})</password>");
        let text = |name: &str| format!("<server>{}<{name}>abcdef</{name}>", " ".repeat(90));
        assert!(far.may_open(text("password").as_bytes()) && far.may_open(text("PassWord").as_bytes()));
        assert!(!far.may_open(text("passphrase").as_bytes()));
    }

    #[test]
    fn what_goes_on_beyond_the_window_may_fit() {
        let long = gate("(?-u)key=[a-z]{100}!");
        assert!(long.may_open(format!("key={}", "a".repeat(99)).as_bytes()));
        assert!(!long.may_open(b"key=abc!"));
        assert!(gate("(?-u)key(?:ab){2,9}c").may_open(b"keyab") && !gate("(?-u)key(?:ab){2,9}c").may_open(b"keya"));
    }
}
