//! L2: the triggers of a text, as a list: the parts of runs and the literals that rules are reached through.
//!
//! Whether something is a trigger depends on its own line, so the triggers of a version are those of its base, moved, and
//! those that are found on the lines of edits ([`window`](super::window)). Those that come to nothing by what stands on
//! their line are left out ([`quiet`]). What the others come to depends on more, and is not noted here.

use super::boundary::is_escape;
use super::decode::{CHAIN_REACH, Encoded, chains};
use super::gathered::Gathered;
use super::program::Program;
use super::quiet;
use super::runs::{Visitor, Word, for_each};
use super::simd::Places;
use super::words::WordHit;
use super::{Detector, Scratch};
use crate::blob::Copied;
use crate::rules::plan::LONGEST_WORD;
use crate::text::Span;
use crate::text::chars::is_token;

/// How many bytes beside a part of a run have a say in whether it is a trigger.
const BESIDE: usize = 2;

/// A trigger. Ordered by place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Event {
    start: u32,
    end: u32,
    /// The number of a literal, or which part of a run it is.
    what: u32,
}

/// What of a run it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// A word begins with what a head begins with.
    Beginning,
    /// A word begins, perhaps with what belongs to an escape sequence.
    Opened,
    Word,
    Wide,
    Long,
    Run,
}

/// By number.
const PARTS: [Part; 6] = [Part::Beginning, Part::Opened, Part::Word, Part::Wide, Part::Long, Part::Run];

/// The triggers of a text of less than 4 GiB, each list ordered.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Events {
    pub(super) runs: Vec<Event>,
    pub(super) literals: Vec<Event>,
    /// Where chains of escapes begin.
    pub(super) chains: Vec<Event>,
}

/// The stretches of a text in which its triggers are looked for: of runs, which no stretch may cut, literals, and chains.
pub(super) struct Stretches<'s> {
    pub(super) runs: &'s [Span],
    pub(super) literals: &'s [Span],
    pub(super) chains: &'s [Span],
}

impl Event {
    fn new(start: usize, end: usize, what: u32) -> Event {
        Event { start: short(start), end: short(end), what }
    }

    /// Where it stands.
    pub(super) fn span(self) -> Span {
        Span::new(self.start as usize, self.end as usize)
    }

    /// Which part of a run it is.
    pub(super) fn part(self) -> Part {
        PARTS[self.what as usize]
    }

    /// The literal.
    pub(super) fn literal(self) -> WordHit {
        let Span { start, end } = self.span();
        WordHit { word: self.what, start, end }
    }
}

impl Events {
    /// The triggers in stretches of a text.
    pub(super) fn find(detector: &Detector, bytes: &[u8], stretches: &Stretches<'_>, scratch: &mut Scratch) -> Events {
        let Stretches { runs, literals, .. } = *stretches;
        let mut events = Events::default();
        let mut gathered = std::mem::take(&mut scratch.gathered);
        let is_same = runs == literals;
        if let Some(seen) = Seen::all(bytes, runs, &mut gathered) {
            events.add_runs(detector, bytes, seen, scratch);
            if is_same {
                events.add_literals(detector, bytes, seen, scratch);
            }
        }
        if !is_same && let Some(seen) = Seen::all(bytes, literals, &mut gathered) {
            events.add_literals(detector, bytes, seen, scratch);
        }
        scratch.gathered = gathered;
        let begun = stretches.chains.iter().flat_map(|stretch| chains(bytes, stretch.start, stretch.end));
        events.chains = begun.map(|at| Event::new(at, at, 0)).collect();
        events.runs.sort_unstable();
        events.literals.sort_unstable();
        events
    }

    fn add_runs(&mut self, detector: &Detector, bytes: &[u8], seen: Seen<'_>, scratch: &mut Scratch) {
        let mut room = scratch.room.take().unwrap_or_default();
        let mut collector = Collector { program: &detector.program, bytes, seen, near: 0, events: &mut self.runs };
        for_each(detector.level, seen.bytes, seen.stretch, &mut room, &mut collector);
        scratch.room = Some(room);
    }

    fn add_literals(&mut self, detector: &Detector, bytes: &[u8], seen: Seen<'_>, scratch: &mut Scratch) {
        let mut near = 0;
        let Span { start, end } = seen.stretch;
        detector.program.literals.find(&seen.bytes[start..end], &mut scratch.places, &mut |hit| {
            let Some(Span { start, end }) = seen.place(&mut near, Span::new(hit.start + start, hit.end + start)) else { return };
            let hit = WordHit { start, end, ..hit };
            if !quiet::is_quiet_literal(detector, bytes, hit, &mut scratch.named) {
                self.literals.push(Event::new(start, end, hit.word));
            }
        });
    }

    /// The triggers of a text of that `length`: those of its `base` that were `copied`, and those `found` in the stretches
    /// around edits.
    pub(super) fn inherit(self, detector: &Detector, base: &Events, copies: &[Copied], looked: &Stretches<'_>, length: usize) -> Events {
        let longest = detector.program.literals.longest();
        Events {
            runs: joined(&base.runs, copies, looked.runs, &self.runs, (length, 0)),
            literals: joined(&base.literals, copies, looked.literals, &self.literals, (length, longest)),
            chains: joined(&base.chains, copies, looked.chains, &self.chains, (length, 0)),
        }
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.runs.len() + self.literals.len() + self.chains.len()
    }
}

/// The stretch in which parts of runs are other triggers than they were because of an edit: all runs that touch it.
pub(super) fn around_runs(text: &[u8], edit: Span) -> Span {
    let (start, end) = (edit.start.saturating_sub(BESIDE), text.len().min(edit.end + BESIDE));
    let before = text[..start].iter().rev().take_while(|&&byte| is_token(byte)).count();
    let behind = text[end..].iter().take_while(|&&byte| is_token(byte)).count();
    Span::new(start - before, end + behind)
}

/// The stretch in which a chain may begin elsewhere than it did, or no more, because of an edit.
pub(super) fn around_chains(text: &[u8], edit: Span) -> Span {
    let (before, behind) = CHAIN_REACH;
    Span::new(edit.start.saturating_sub(behind), text.len().min(edit.end + before))
}

/// What is looked at: a stretch of the text where it lies, or several, gathered.
#[derive(Clone, Copy)]
struct Seen<'s> {
    bytes: &'s [u8],
    stretch: Span,
    /// Where it comes from, if not from where it lies.
    gathered: Option<&'s Gathered>,
}

impl<'s> Seen<'s> {
    /// Many stretches are gathered in `room`.
    fn all(text: &'s [u8], stretches: &[Span], room: &'s mut Gathered) -> Option<Seen<'s>> {
        match *stretches {
            [] => None,
            [stretch] => Some(Seen { bytes: text, stretch, gathered: None }),
            _ => {
                room.fill(text, stretches);
                let bytes = room.bytes();
                Some(Seen { bytes, stretch: Span::new(0, bytes.len()), gathered: Some(room) })
            }
        }
    }

    /// Where in the text a span lies that was seen; `None` where it goes over the end of a stretch. See [`Gathered::place`].
    fn place(&self, near: &mut usize, span: Span) -> Option<Span> {
        self.gathered.map_or(Some(span), |gathered| gathered.place(near, span))
    }
}

/// Notes the parts of runs that were seen of `bytes`.
struct Collector<'c> {
    program: &'c Program,
    bytes: &'c [u8],
    seen: Seen<'c>,
    /// The stretch of the last one.
    near: usize,
    events: &'c mut Vec<Event>,
}

impl Collector<'_> {
    fn add(&mut self, start: usize, end: usize, part: Part) {
        self.events.push(Event::new(start, end, part as u32));
    }

    /// Where a part of a run lies. No run goes over the end of a stretch.
    fn placed(&mut self, start: usize, end: usize) -> Word {
        let Span { start, end } = self.seen.place(&mut self.near, Span::new(start, end)).expect("stretches end where runs do");
        Word { start, end }
    }
}

impl Visitor for Collector<'_> {
    fn beginnings(&mut self, from: usize, places: &mut Places) {
        let (heads, seen) = (&self.program.heads, self.seen.bytes);
        places.retain(|at| heads.may_begin(seen, from + at));
        places.retain(|at| heads.may_stand(seen, from + at));
        for at in places.iter().map(|at| from + at) {
            let at = self.placed(at, at).start;
            self.add(at, at, Part::Beginning);
        }
    }

    fn opened(&mut self, from: usize, places: &Places) {
        for at in places.iter() {
            let at = self.placed(from + at, from + at).start;
            if is_escape(self.bytes, at) {
                self.add(at, at, Part::Opened);
            }
        }
    }

    #[inline]
    fn word(&mut self, Word { start, end }: Word) {
        let word = self.placed(start, end);
        if end - start <= LONGEST_WORD && !quiet::is_quiet_word(self.program, self.bytes, word, false) {
            self.add(word.start, word.end, Part::Word);
        }
    }

    #[inline]
    fn wide(&mut self, Word { start, end }: Word) {
        let word = self.placed(start, end);
        if end - start <= LONGEST_WORD && !quiet::is_quiet_word(self.program, self.bytes, word, true) {
            self.add(word.start, word.end, Part::Wide);
        }
    }

    #[inline]
    fn long(&mut self, Word { start, end }: Word) {
        let Word { start, end } = self.placed(start, end);
        self.add(start, end, Part::Long);
    }

    #[inline]
    fn run(&mut self, start: usize, end: usize) {
        let Word { start, end } = self.placed(start, end);
        if Encoded::is_marked(self.bytes, start, end) {
            self.add(start, end, Part::Run);
        }
    }

    /// Chains are looked for by themselves, as they depend on what stands around them.
    fn dense(&mut self, _from: usize, _to: usize) {}
}

/// The triggers of `base` that were copied and do not lie in one of the stretches that `found` was looked for in, together
/// with `found`, ordered. What was not copied in one piece lies in such a stretch, and no trigger reaches from outside
/// of a stretch to there.
fn joined(base: &[Event], copies: &[Copied], looked: &[Span], mut found: &[Event], (length, longest): (usize, usize)) -> Vec<Event> {
    let mut all = Vec::with_capacity(base.len() + found.len());
    let mut copies = copies.iter().peekable();
    let (mut from, mut is_sorted) = (0, true);
    for span in looked.iter().copied().chain([Span::new(length, length)]) {
        while copies.next_if(|copied| copied.at + copied.length <= from).is_some() {}
        if let Some(copied) = copies.peek().filter(|copied| copied.at <= from && from < span.start) {
            debug_assert!(span.start <= copied.at + copied.length, "what was not copied is looked at");
            let start = from - copied.at + copied.from;
            let by = short(copied.at).wrapping_sub(short(copied.from));
            let moved = |event: &Event| Event { start: event.start.wrapping_add(by), end: event.end.wrapping_add(by), what: event.what };
            let ahead = base.partition_point(|event| event.span().start + longest < start);
            let first = ahead + base[ahead..].partition_point(|event| event.span().start < start);
            let behind = first + base[first..].partition_point(|event| event.span().start < start + span.start - from);
            let before = all.len();
            all.extend(base[ahead..first].iter().filter(|event| event.span().end > start && event.span().start >= copied.from).map(moved));
            is_sorted &= all.len() == before;
            all.extend(base[first..behind].iter().map(moved));
        }
        let inside = found.partition_point(|event| event.span().start < span.end);
        all.extend_from_slice(&found[..inside]);
        found = &found[inside..];
        from = span.end;
    }
    if !is_sorted {
        all.sort();
    }
    all
}

/// An offset into a text of less than 4 GiB.
fn short(at: usize) -> u32 {
    u32::try_from(at).expect("only texts of less than 4 GiB have their triggers noted")
}
