//! L2: scans a version of something that was scanned before, and looks only at what is new.
//!
//! What a scan finds hangs on *triggers*: runs of token characters and literals. Whether something is one depends on
//! its own line, so only the lines of edits are looked at for them, and the others are those of the base ([`events`](super::events)).
//! What becomes of a trigger depends on no more than its reach, so one that was copied together with its reach comes to
//! what it came to in the base. Where that was nothing, it need not be tried again. So tried again are the triggers
//! around edits and those that came to something or look further than [`NARROW`] rules do ([`Trace`]), in the full bytes
//! of the version: nothing is taken over, and what is found is found as in a full scan. `docs/history.md` has the
//! argument for each kind of rule.

mod stretch;

use super::events::{Event, Events, Stretches, around_chains, around_runs};
use super::layout::NARROW;
use super::literals::Literals;
use super::{Detector, Match, Scratch, pairs, quiet, scanner};
use crate::blob::Copied;
use crate::rules::CONTEXT_REACH;
use crate::text::Span;
use std::borrow::Cow;
use stretch::{length, merged, widened};

/// How far before a trigger its context is looked at: the line, the name, and the head of a block of Terraform.
const BEFORE: usize = 576;
/// How far before and behind an edit a run may begin that depends on it, in bytes.
const RUNS: (usize, usize) = (NARROW + 128, BEFORE + 64);
/// The same for literals: an assignment looks 1 KiB ahead, a pattern its own length back.
const LITERALS: (usize, usize) = (1152, BEFORE + NARROW + 64);
/// A trigger is within this distance of a traced place, in bytes.
const NEAR_PLACE: usize = CONTEXT_REACH + 64;
/// Windows are one if no more bytes than these are between them.
const NEARLY: usize = 64;
/// More traced places make a blob one of whose versions all triggers are tried.
const MOST_PLACES: usize = 4096;
/// How many bytes of text there are for each trigger, at least, beyond some few, where triggers are kept: they take 12
/// bytes each.
const LEAST_APART: usize = 24;
const FEW_EVENTS: usize = 256;
/// Places that are gone through one by one.
const FEW_PLACES: usize = 8;
/// More decoded bytes do so too: below it no bound of decoding is met.
const MOST_DECODED: usize = 256 << 10;

/// Stretches of a text, ordered.
type Places = Box<[(u32, u32)]>;
/// Where something was decoded, and the bytes that this cost, ordered; `None` where more than what is near decides on it.
type Costs = Option<Box<[(u32, u32)]>>;

/// What the scan of one text leaves for its next version. Holds places, no bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trace {
    /// Where something was found or a rule of wide reach was tried, ordered.
    places: Places,
    /// `None` where all triggers of versions have to be tried.
    decoded: Costs,
    /// All triggers; `None` where they are too many, and versions have to be looked at whole.
    events: Option<Events>,
    /// Where the text begins in its blob, and its length.
    lead: usize,
    length: usize,
    /// How many bytes were looked at.
    looked: usize,
}

/// What a version was made of.
#[derive(Debug, Clone, Copy)]
pub struct Base<'a> {
    /// What the scan of the base left.
    pub trace: &'a Trace,
    /// What was copied from the base, ordered by the place in the version, as offsets into the blobs.
    pub copies: &'a [Copied],
}

impl Trace {
    /// How many bytes were looked at, at most the length of the text.
    #[must_use]
    pub fn looked(&self) -> usize {
        self.looked
    }
}

impl Detector {
    /// As [`Detector::scan_with`], for a text that begins `lead` bytes behind the beginning of its blob. Finds the same
    /// with `base`, in less time.
    #[must_use]
    pub fn scan_version(&self, text: &[u8], lead: usize, base: Option<Base<'_>>, scratch: &mut Scratch) -> (Vec<Match>, Trace) {
        let trace = Trace { places: Box::default(), decoded: None, events: None, lead, length: text.len(), looked: text.len() };
        if u32::try_from(text.len()).is_err() {
            return (self.scan_with(text, scratch), trace);
        }
        let plan = base.and_then(|base| Plan::make(text, lead, &self.program.literals, base));
        let (events, looked, tried) = self.look(text, plan, scratch);
        let is_few = events.len() <= text.len() / LEAST_APART + FEW_EVENTS;
        let (matches, places, decoded) = self.try_where_needed(text, &events, tried, scratch);
        (matches, Trace { places, decoded, events: is_few.then_some(events), looked, ..trace })
    }

    /// All triggers of a text, how many bytes were looked at for them, and where they have to be tried.
    fn look(&self, text: &[u8], plan: Option<Plan<'_>>, scratch: &mut Scratch) -> (Events, usize, Option<Tried>) {
        let Some(Plan { runs, literals, chains, events, copies, tried }) = plan else {
            let whole = [Span::new(0, text.len())];
            let stretches = Stretches { runs: &whole, literals: &whole, chains: &whole };
            return (Events::find(self, text, &stretches, scratch), text.len(), None);
        };
        let stretches = Stretches { runs: &runs, literals: &literals, chains: &chains };
        let new = Events::find(self, text, &stretches, scratch);
        let all = new.inherit(self, events, &copies, &stretches, text.len());
        (all, length(&runs).max(length(&literals)), tried)
    }

    /// Tries triggers where that is needed, or all of them.
    fn try_where_needed(&self, text: &[u8], events: &Events, tried: Option<Tried>, scratch: &mut Scratch) -> (Vec<Match>, Places, Costs) {
        if let Some(tried) = tried {
            let (matches, places, again) = self.try_in(text, events, &tried.runs, &tried.literals, scratch);
            // What was decoded is more than is sure to stay below a bound.
            if let Some(decoded) = again.and_then(|again| joined(tried.decoded, &again)) {
                return (matches, places, Some(decoded));
            }
        }
        let whole = [Span::new(0, text.len())];
        self.try_in(text, events, &whole, &whole, scratch)
    }

    /// Tries the triggers that lie in these stretches.
    fn try_in(&self, text: &[u8], events: &Events, runs: &[Span], literals: &[Span], scratch: &mut Scratch) -> (Vec<Match>, Places, Costs) {
        let scanner = scanner::Scanner::new(self, text, scratch).traced();
        let found = scanner.replay(inside(&events.runs, runs), inside(&events.literals, literals), inside(&events.chains, runs));
        let mut places = scratch.trail.take().unwrap_or_default();
        places.sort_unstable();
        places.dedup();
        let decoded = scratch.encoded.settled().filter(|_| places.len() <= MOST_PLACES);
        if decoded.is_none() {
            places.clear();
        }
        let decoded = decoded.map(|costs| costs.iter().map(|&(at, cost)| (short(at), short(cost))).collect());
        let places = places.iter().map(|place| (short(place.start), short(place.end))).collect();
        (pairs::join(self, text, found), places, decoded)
    }
}

/// What of a version has to be looked at, and what of it tried.
#[derive(Debug)]
struct Plan<'b> {
    /// Where triggers may be others than in the base.
    runs: Vec<Span>,
    literals: Vec<Span>,
    chains: Vec<Span>,
    /// The triggers of the base, and what of it was copied.
    events: &'b Events,
    copies: Cow<'b, [Copied]>,
    /// `None` where all triggers have to be tried.
    tried: Option<Tried>,
}

/// Where triggers have to be tried.
#[derive(Debug)]
struct Tried {
    runs: Vec<Span>,
    literals: Vec<Span>,
    /// What was decoded of the copied parts, as in [`Trace`].
    decoded: Vec<(u32, u32)>,
}

impl<'b> Plan<'b> {
    /// `None` where the version has to be looked at whole, or that is as cheap.
    fn make(text: &[u8], lead: usize, known: &Literals, base: Base<'b>) -> Option<Plan<'b>> {
        let events = base.trace.events.as_ref()?;
        let copies = within(text.len(), lead, base);
        let edits = edits(&copies, text.len(), base.trace.length);
        let around = |&edit: &Span| stretches(text, edit, known);
        let (runs, literals): (Vec<Span>, Vec<Span>) = edits.iter().map(around).unzip();
        let (runs, literals) = (merged(runs, NEARLY), merged(literals, NEARLY));
        let chains = merged(edits.iter().map(|&edit| around_chains(text, edit)).collect(), NEARLY);
        if length(&runs).max(length(&literals)) * 8 >= text.len() * 7 {
            return None;
        }
        let tried = Tried::make(text, edits, &copies, base.trace);
        Some(Plan { runs, literals, chains, events, copies, tried })
    }
}

impl Tried {
    /// `None` where that is everywhere.
    fn make(text: &[u8], edits: Vec<Span>, copies: &[Copied], trace: &Trace) -> Option<Tried> {
        let decoded = inherited_costs(copies, trace.decoded.as_deref()?);
        // Edits whose windows meet are one: nothing is left out between them, and where their windows begin and end is the same.
        let edits = merged(edits, RUNS.0 + RUNS.1);
        let places = inherited(copies, &trace.places)?;
        let windows = |reach: (usize, usize)| {
            let around = edits.iter().map(|&edit| widened(text, edit, reach));
            let known = places.iter().map(|&place| widened(text, place, (NEAR_PLACE, NEAR_PLACE)));
            merged(around.chain(known).collect(), NEARLY)
        };
        Some(Tried { runs: windows(RUNS), literals: windows(LITERALS), decoded })
    }
}

/// Where runs and literals may be other triggers than they were because of an edit: on its lines. Of a long line it is the
/// runs that touch the edit, and what is so near that a literal may reach to it, or be quiet because of it.
fn stretches(text: &[u8], edit: Span, known: &Literals) -> (Span, Span) {
    let lines = quiet::lines(text, edit);
    let is_first = lines.start == 0 || text[lines.start - 1] == b'\n';
    let is_last = lines.end == text.len() || text[lines.end - 1] == b'\n';
    if is_first && is_last && !known.crosses_lines() {
        return (lines, lines);
    }
    let (start, end) = (edit.start.saturating_sub(known.longest()), text.len().min(edit.end + known.longest()));
    (around_runs(text, edit), Span::new(start.min(lines.start), end.max(lines.end)))
}

/// The triggers that lie in stretches, both ordered.
fn inside<'e>(events: &'e [Event], spans: &'e [Span]) -> impl Iterator<Item = Event> + 'e {
    spans.iter().flat_map(move |span| {
        let first = events.partition_point(|event| event.span().start < span.start);
        let behind = events[first..].iter().take_while(move |event| event.span().start < span.end);
        behind.filter(move |event| event.span().end <= span.end).copied()
    })
}

/// The copies as offsets into the texts, as far as they lie in them; neighbours in both are one.
fn within(length: usize, lead: usize, base: Base<'_>) -> Cow<'_, [Copied]> {
    let joins = |pair: &[Copied]| pair[0].at + pair[0].length == pair[1].at && pair[0].from + pair[0].length == pair[1].from;
    let fits = |copied: &Copied| copied.at + copied.length <= length && copied.from + copied.length <= base.trace.length;
    if lead == 0 && base.trace.lead == 0 && base.copies.iter().all(fits) && !base.copies.windows(2).any(joins) {
        return Cow::Borrowed(base.copies);
    }
    let shift = |copied: &Copied| {
        let cut = lead.saturating_sub(copied.at).max(base.trace.lead.saturating_sub(copied.from));
        let left = copied.length.checked_sub(cut).filter(|&left| left > 0)?;
        let moved = Copied { at: copied.at + cut - lead, from: copied.from + cut - base.trace.lead, length: left };
        fits(&moved).then_some(moved)
    };
    let mut copies: Vec<Copied> = Vec::with_capacity(base.copies.len());
    for copied in base.copies.iter().filter_map(shift) {
        match copies.last_mut() {
            Some(last) if joins(&[*last, copied]) => last.length += copied.length,
            _ => copies.push(copied),
        }
    }
    Cow::Owned(copies)
}

/// The first of the ordered `places` that does not begin before `from`. It is looked for from `near` on, as most copies
/// come in the order of the base.
fn seek(places: &[(u32, u32)], near: usize, from: usize) -> usize {
    let begins_before = |at: usize| (places[at].0 as usize) < from;
    if near > 0 && !begins_before(near - 1) {
        return places.partition_point(|&(start, _)| (start as usize) < from);
    }
    let few = (near..places.len()).take(FEW_PLACES).take_while(|&at| begins_before(at)).count();
    let at = near + few;
    if few < FEW_PLACES { at } else { at + places[at..].partition_point(|&(start, _)| (start as usize) < from) }
}

/// What was decoded of the copied parts of the base.
fn inherited_costs(copies: &[Copied], costs: &[(u32, u32)]) -> Vec<(u32, u32)> {
    let (mut found, mut first) = (Vec::new(), 0);
    for copied in copies {
        let end = copied.from + copied.length;
        first = seek(costs, first, copied.from);
        let inside = costs[first..].iter().take_while(|&&(start, _)| (start as usize) < end);
        found.extend(inside.map(|&(start, cost)| (short(start as usize - copied.from + copied.at), cost)));
    }
    found
}

/// What was inherited and what was decoded again, each stretch once; `None` where that is so much that a bound of
/// decoding could be met.
fn joined(mut inherited: Vec<(u32, u32)>, again: &[(u32, u32)]) -> Option<Box<[(u32, u32)]>> {
    inherited.extend_from_slice(again);
    inherited.sort_unstable();
    inherited.dedup_by(|next, kept| next.0 == kept.0 && next.1 == kept.1);
    let total = inherited.iter().fold(0usize, |total, &(_, cost)| total.saturating_add(cost as usize));
    (total <= MOST_DECODED && inherited.len() <= MOST_PLACES).then(|| inherited.into())
}

/// An offset into a text, which is smaller than 4 GiB if its trace is used.
fn short(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

/// What is not copied, and the seams between copies that were not neighbours, or the first or last of the base. Those
/// that are near each other are one: what is around them is looked at anyhow.
fn edits(copies: &[Copied], length: usize, base_length: usize) -> Vec<Span> {
    let mut edits: Vec<Span> = Vec::new();
    let mut add = |start: usize, end: usize| match edits.last_mut() {
        Some(last) if start <= last.end + NEARLY => last.end = end,
        _ => edits.push(Span::new(start, end)),
    };
    let (mut at, mut from) = (0, 0);
    for copied in copies {
        if copied.at > at || copied.from != from {
            add(at, copied.at);
        }
        (at, from) = (copied.at + copied.length, copied.from + copied.length);
    }
    if length > at || base_length != from {
        add(at, length);
    }
    edits
}

/// Where the places of the base are that were copied whole; `None` where there are too many.
fn inherited(copies: &[Copied], places: &[(u32, u32)]) -> Option<Vec<Span>> {
    let (mut found, mut first) = (Vec::new(), 0);
    for copied in copies {
        let end = copied.from + copied.length;
        first = seek(places, first, copied.from);
        let inside = places[first..].iter().take_while(|&&(start, _)| (start as usize) < end);
        let moved = |at: u32| at as usize - copied.from + copied.at;
        found.extend(inside.filter(|&&(_, last)| last as usize <= end).map(|&(start, last)| Span::new(moved(start), moved(last))));
        if found.len() > MOST_PLACES {
            return None;
        }
    }
    Some(found)
}

#[cfg(test)]
mod tests;
