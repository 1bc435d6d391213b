//! L1: a cheap look around a keyword, before its pattern is compiled and run: what must stand before it, and from it on.
//!
//! Most places where a keyword stands have nothing else of the pattern. Its steps are followed over 64 bytes each way
//! with a set of places, one bit each; what lies further off, or is too general, counts as fitting.

use regex_syntax::hir::{Class, Hir, HirKind, Look, Repetition};
use serde::{Deserialize, Serialize};

/// How far the steps are followed, in bytes.
const WINDOW: usize = 64;
/// Shorter texts are no reason to look through the whole reach of a pattern, in bytes.
const LEAST_NEED: usize = 4;
/// At most this many texts are looked for.
const MOST_NEEDS: usize = 3;

/// What every match has around a certain place in its pattern: one of these. Without any, it may have anything.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gate(Vec<Way>);

/// What the matches have that are put together in one way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Way {
    /// Before it, the nearest first.
    before: Vec<Step>,
    /// From there on.
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
    /// The beginning of the text, or of a line of it.
    Beginning {
        line: bool,
    },
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
    /// What every text has that is put together of one of these: parts before a keyword, and those that it begins.
    pub(super) fn of<'p>(ways: impl Iterator<Item = (&'p [Hir], &'p [Hir])>) -> Gate {
        Gate(ways.map(|(before, parts)| Way::new(before, parts)).collect())
    }

    /// Whether such a text may have its keyword at `at`, and from there `longest` bytes at most.
    #[must_use]
    pub fn may_open(&self, bytes: &[u8], at: usize, longest: usize) -> bool {
        let rest = &bytes[at..bytes.len().min(at + longest)];
        self.0.is_empty() || self.0.iter().any(|way| way.may_open(rest, &bytes[at.saturating_sub(WINDOW)..at]))
    }
}

impl Way {
    fn new(before: &[Hir], parts: &[Hir]) -> Way {
        let mut needs = Needs::default();
        for part in parts {
            needs.add(part);
        }
        Way { before: steps(before.iter().rev(), Order::Back), steps: steps(parts.iter(), Order::On), needs: needs.longest() }
    }

    /// Whether such a text may begin with `before` and go on from its keyword with `rest`.
    fn may_open(&self, rest: &[u8], before: &[u8]) -> bool {
        follow(&self.steps, rest, 1).map_or(true, |places| places != 0)
            && self.may_precede(before)
            && self.needs.iter().all(|need| stands_in(rest, need))
    }

    fn may_precede(&self, bytes: &[u8]) -> bool {
        let mut reversed = [0; WINDOW];
        for (to, &byte) in reversed.iter_mut().zip(bytes.iter().rev()) {
            *to = byte;
        }
        self.before.is_empty() || follow(&self.before, &reversed[..bytes.len()], 1).map_or(true, |places| places != 0)
    }
}

/// In which order parts are followed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Order {
    On,
    Back,
}

/// What parts ask for, one after the other.
fn steps<'p>(mut parts: impl Iterator<Item = &'p Hir>, order: Order) -> Vec<Step> {
    let mut steps = Vec::new();
    parts.try_for_each(|part| add(part, order, &mut steps)).unwrap_or_else(|Open| steps.push(Step::Anything));
    steps
}

/// Adds what `part` asks for. After [`Open`] nothing more can be said.
fn add(part: &Hir, order: Order, all: &mut Vec<Step>) -> Result<(), Open> {
    match part.kind() {
        HirKind::Look(look @ (Look::Start | Look::StartLF)) if order == Order::Back => {
            all.push(Step::Beginning { line: *look == Look::StartLF });
        }
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Capture(group) => add(&group.sub, order, all)?,
        HirKind::Concat(parts) if order == Order::On => parts.iter().try_for_each(|part| add(part, order, all))?,
        HirKind::Concat(parts) => parts.iter().rev().try_for_each(|part| add(part, order, all))?,
        HirKind::Literal(literal) if order == Order::On => all.push(Step::Text(literal.0.clone())),
        HirKind::Literal(literal) => all.push(Step::Text(literal.0.iter().rev().copied().collect())),
        HirKind::Class(class) => all.push(Step::Class(Ranges::of(class).ok_or(Open)?)),
        HirKind::Alternation(parts) => all.push(Step::Either(parts.iter().map(|part| steps([part].into_iter(), order)).collect())),
        HirKind::Repetition(repetition) => add_repetition(repetition, order, all)?,
    }
    Ok(())
}

fn add_repetition(repetition: &Repetition, order: Order, all: &mut Vec<Step>) -> Result<(), Open> {
    if let HirKind::Class(class) = repetition.sub.kind() {
        all.push(Step::Repeat(Ranges::of(class).ok_or(Open)?, repetition.min, repetition.max));
        return Ok(());
    }
    if repetition.min == 0 && repetition.max == Some(1) {
        all.push(Step::Either(vec![Vec::new(), steps([&*repetition.sub].into_iter(), order)]));
        return Ok(());
    }
    for _ in 0..repetition.min.min(1) {
        add(&repetition.sub, order, all)?;
    }
    Err(Open)
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
            Step::Text(text) => each_text(text, bytes, places)?,
            Step::Class(ranges) => each(places, 1, |at| bytes.get(at).is_some_and(|&byte| ranges.has(byte)))?,
            Step::Beginning { line } => each(places, 0, |at| bytes.get(at).map_or(at == bytes.len(), |&byte| *line && byte == b'\n'))?,
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

/// The places behind a text.
fn each_text(text: &[u8], bytes: &[u8], places: u64) -> Result<u64, Open> {
    let rest = |at: usize| bytes.get(at..).unwrap_or_default();
    // What is looked at may end within it.
    let mut ends = (WINDOW + 1).saturating_sub(text.len())..WINDOW;
    if bytes.len() == WINDOW && ends.any(|at| places >> at & 1 == 1 && text.starts_with(rest(at))) {
        return Err(Open);
    }
    each(places, text.len(), |at| rest(at).starts_with(text))
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
        Gate::of([(&[][..], std::slice::from_ref(&hir))].into_iter())
    }

    fn may_open(gate: &Gate, bytes: &[u8]) -> bool {
        gate.may_open(bytes, 0, bytes.len())
    }

    #[test]
    fn what_cannot_go_on_is_refused() {
        let quoted = gate(r#"(?-u)"auth"\s{0,4}:\s{0,4}"(?P<secret>[A-Za-z0-9+/]{8,600}={0,2})""#);
        assert!(may_open(&quoted, b"\"auth\" : \"abcdefgh12\""));
        assert!(!may_open(&quoted, b"\"auth\" : {") && !may_open(&quoted, b"\"auth\" : \"abc\"") && !may_open(&quoted, b"\"auth\""));
        let either = gate("(?i-u)(?:get|set)_?key=[0-9]{4}");
        assert!(may_open(&either, b"SETKEY=1234") && may_open(&either, b"get_key=1234"));
        assert!(!may_open(&either, b"getkeys=1234") && !may_open(&either, b"get_key=123x"));
    }

    #[test]
    fn what_is_far_off_is_looked_for_as_a_text() {
        let far = gate(r"(?i-u)<server>[^\x00]{0,500}?<password>(?P<secret>[^<]{5,200})</password>");
        let text = |name: &str| format!("<server>{}<{name}>abcdef</{name}>", " ".repeat(90));
        assert!(may_open(&far, text("password").as_bytes()) && may_open(&far, text("PassWord").as_bytes()));
        assert!(!may_open(&far, text("passphrase").as_bytes()));
    }

    #[test]
    fn what_goes_on_beyond_the_window_may_fit() {
        let long = gate("(?-u)key=[a-z]{100}!");
        assert!(may_open(&long, format!("key={}", "a".repeat(99)).as_bytes()));
        assert!(!may_open(&long, b"key=abc!"));
        assert!(may_open(&gate("(?-u)key(?:ab){2,9}c"), b"keyab") && !may_open(&gate("(?-u)key(?:ab){2,9}c"), b"keya"));
    }

    #[test]
    fn what_stands_before_the_keyword_counts() {
        let before = |pattern: &str, text: &str| {
            let hir = regex_syntax::ParserBuilder::new().utf8(false).build().parse(pattern).unwrap();
            let regex_syntax::hir::HirKind::Concat(parts) = hir.kind() else { panic!("several parts") };
            let at = text.find("key").unwrap();
            Gate::of([parts.split_at(parts.len() - 1)].into_iter()).may_open(text.as_bytes(), at, 3)
        };
        let line = r"(?m-u)^[ \t]{0,4}(?:export )?key";
        assert!(before(line, "key") && before(line, "  key") && before(line, "a\n\texport key"));
        assert!(!before(line, "a key") && !before(line, "\n      key") && !before(line, "\nexportkey"));
        let text = r#"(?-u)(?:^|[\s"'])a[bc]{1,3}key"#;
        assert!(before(text, "abkey") && before(text, "x \"acbkey") && !before(text, "\"akey") && !before(text, "xabkey"));
        let far = r"(?m-u)^[a-z]{0,200}key";
        assert!(before(far, &format!("{}key", "a".repeat(99))) && !before(far, "a.key"));
        // A text may stand where the window ends.
        let named = r"(?-u)<name>[a-z]{0,80}</name>\s{0,4}key";
        assert!((0..80).all(|length| before(named, &format!("<name>{}</name>key", "a".repeat(length)))));
        assert!(!before(named, &format!("<game>{}</name>key", "a".repeat(40))));
    }
}
