//! L2: scans a version of something that was scanned before, and looks only at what is new.
//!
//! What a scan finds hangs on *triggers*: runs of token characters and literals. What becomes of a trigger depends on
//! no more than its reach, so a trigger that was copied together with its reach comes to what it came to in the base.
//! Where that was nothing, it need not be tried again. So tried again are the triggers around edits and those that
//! came to something or look further than [`NARROW`] rules do ([`Trace`]), in the full bytes of the version: nothing is
//! taken over, and what is found is found as in a full scan. `docs/history.md` has the argument for each kind of rule.

use super::{Detector, Match, Scratch, pairs, scanner};
use crate::blob::Copied;
use crate::rules::{CONTEXT_REACH, Rule, Shape};
use crate::text::Span;
use crate::text::chars::is_token;

/// The longest match of a rule whose triggers are not traced, in bytes.
const NARROW: usize = 384;
/// How far before a trigger its context is looked at: the line, the name, and the head of a block of Terraform.
const BEFORE: usize = 576;
/// How far before and behind an edit a run may begin that depends on it, in bytes.
const RUNS: (usize, usize) = (NARROW + 128, BEFORE + 64);
/// The same for literals: an assignment looks 1 KiB ahead, a pattern its own length back.
const LITERALS: (usize, usize) = (1152, BEFORE + NARROW + 64);
/// How far escaped text reaches before and behind an escape of it, with the text around it; it does not cross lines.
const LINES: (usize, usize) = (3200, 1100);
/// What is taken of the text before and behind something decoded, with room to spare.
const FRAME: (usize, usize) = (CONTEXT_REACH + 8, 72);
/// A trigger is within this distance of a traced place, in bytes.
const NEAR_PLACE: usize = CONTEXT_REACH + 64;
/// Windows are one if no more bytes than these are between them.
const NEARLY: usize = 64;
/// More traced places make a blob one that is scanned in full.
const MOST_PLACES: usize = 4096;
/// More decoded bytes make a blob one that is scanned in full: below it no bound of decoding is met.
const MOST_DECODED: usize = 256 << 10;

/// What the scan of one text leaves for its next version. Holds places, no bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trace {
    /// Where something was found or a rule of wide reach was tried, ordered.
    places: Box<[(u32, u32)]>,
    /// Where something was decoded, and the bytes that this cost, ordered. `None` where versions have to be scanned in
    /// full.
    decoded: Option<Box<[(u32, u32)]>>,
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

/// Whether triggers of a rule are traced: what it matches may be long.
pub(super) fn is_wide(rule: &Rule) -> bool {
    match &rule.shape {
        Shape::Format(format) => format.length().1 > NARROW,
        Shape::Pattern { longest, .. } => *longest as usize > NARROW,
        Shape::Pem(_) => true,
        Shape::Url { .. } | Shape::Assignment { .. } => false,
    }
}

impl Detector {
    /// As [`Detector::scan_with`], for a text that begins `lead` bytes behind the beginning of its blob. Finds the same
    /// with `base`, in less time.
    #[must_use]
    pub fn scan_version(&self, text: &[u8], lead: usize, base: Option<Base<'_>>, scratch: &mut Scratch) -> (Vec<Match>, Trace) {
        if let Some(plan) = base.and_then(|base| Plan::make(text, lead, base)) {
            let (matches, mut trace) = self.scan_traced(text, lead, &plan.runs, &plan.literals, scratch);
            if let Some(again) = &trace.decoded
                && let Some(decoded) = joined(plan.decoded, again)
            {
                trace.decoded = Some(decoded);
                return (matches, trace);
            }
        }
        let whole = [Span::new(0, text.len())];
        self.scan_traced(text, lead, &whole, &whole, scratch)
    }

    fn scan_traced(&self, text: &[u8], lead: usize, runs: &[Span], literals: &[Span], scratch: &mut Scratch) -> (Vec<Match>, Trace) {
        let found = scanner::Scanner::new(self, text, scratch).traced().run_in(runs, literals);
        let mut places = scratch.trail.take().unwrap_or_default();
        places.sort_unstable();
        places.dedup();
        let is_small = places.len() <= MOST_PLACES && u32::try_from(text.len()).is_ok();
        let decoded = scratch.encoded.settled().filter(|_| is_small);
        if decoded.is_none() {
            places.clear();
        }
        let decoded = decoded.map(|costs| costs.iter().map(|&(at, cost)| (short(at), short(cost))).collect());
        let places = places.iter().map(|place| (short(place.start), short(place.end))).collect();
        let looked = length(runs).max(length(literals));
        (pairs::join(self, text, found), Trace { places, decoded, lead, length: text.len(), looked })
    }
}

/// What of a version has to be scanned.
#[derive(Debug)]
struct Plan {
    runs: Vec<Span>,
    literals: Vec<Span>,
    /// What was decoded of the copied parts, as in [`Trace`].
    decoded: Vec<(u32, u32)>,
}

impl Plan {
    /// `None` where a full scan is needed, or is as cheap.
    fn make(text: &[u8], lead: usize, base: Base<'_>) -> Option<Plan> {
        let trace = base.trace;
        let copies = within(text.len(), lead, base);
        let decoded = inherited_costs(&copies, trace.decoded.as_deref()?);
        // Edits whose windows meet are one: nothing is left out between them, and where their windows begin and end is the same.
        let edits = merged(edits(&copies, text.len(), trace.length), RUNS.0 + RUNS.1);
        let places = inherited(&copies, &trace.places)?;
        let windows = |reach: (usize, usize)| {
            let around = edits.iter().map(|&edit| widened(text, edit, reach));
            let known = places.iter().map(|&place| widened(text, place, (NEAR_PLACE, NEAR_PLACE)));
            merged(around.chain(known).collect(), NEARLY)
        };
        let runs = windows(RUNS);
        if length(&runs) * 8 >= text.len() * 7 {
            return None;
        }
        let literals = windows(LITERALS);
        Some(Plan { runs, literals, decoded })
    }
}

/// The copies as offsets into the texts, as far as they lie in them; neighbours in both are one.
fn within(length: usize, lead: usize, base: Base<'_>) -> Vec<Copied> {
    let shift = |copied: &Copied| {
        let cut = lead.saturating_sub(copied.at).max(base.trace.lead.saturating_sub(copied.from));
        let left = copied.length.checked_sub(cut).filter(|&left| left > 0)?;
        let (at, from) = (copied.at + cut - lead, copied.from + cut - base.trace.lead);
        (at + left <= length && from + left <= base.trace.length).then_some(Copied { at, from, length: left })
    };
    let mut copies: Vec<Copied> = Vec::with_capacity(base.copies.len());
    for copied in base.copies.iter().filter_map(shift) {
        match copies.last_mut() {
            Some(last) if last.at + last.length == copied.at && last.from + last.length == copied.from => last.length += copied.length,
            _ => copies.push(copied),
        }
    }
    copies
}

/// What was decoded of the copied parts of the base.
fn inherited_costs(copies: &[Copied], costs: &[(u32, u32)]) -> Vec<(u32, u32)> {
    let mut found = Vec::new();
    for copied in copies {
        let end = copied.from + copied.length;
        let first = costs.partition_point(|&(start, _)| (start as usize) < copied.from);
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

/// What is not copied, and the seams between copies that were not neighbours, or the first or last of the base.
fn edits(copies: &[Copied], length: usize, base_length: usize) -> Vec<Span> {
    let mut edits = Vec::new();
    let (mut at, mut from) = (0, 0);
    for copied in copies {
        if copied.at > at || copied.from != from {
            edits.push(Span::new(at, copied.at));
        }
        (at, from) = (copied.at + copied.length, copied.from + copied.length);
    }
    if length > at || base_length != from {
        edits.push(Span::new(at, length));
    }
    edits
}

/// Where the places of the base are that were copied whole; `None` where there are too many.
fn inherited(copies: &[Copied], places: &[(u32, u32)]) -> Option<Vec<Span>> {
    let mut found = Vec::new();
    for copied in copies {
        let end = copied.from + copied.length;
        let first = places.partition_point(|&(start, _)| (start as usize) < copied.from);
        let inside = places[first..].iter().take_while(|&&(start, _)| (start as usize) < end);
        let moved = |at: u32| at as usize - copied.from + copied.at;
        found.extend(inside.filter(|&&(_, last)| last as usize <= end).map(|&(start, last)| Span::new(moved(start), moved(last))));
        if found.len() > MOST_PLACES {
            return None;
        }
    }
    Some(found)
}

/// The stretch in which the triggers lie that depend on `span`: as far as `reach`, over the line if that is longer, and
/// to the ends of the runs that it would cut.
fn widened(text: &[u8], span: Span, reach: (usize, usize)) -> Span {
    let (mut start, mut end) = (span.start.saturating_sub(reach.0), text.len().min(span.end + reach.1));
    let head = span.start.saturating_sub(FRAME.1);
    let tail = text.len().min(span.end + FRAME.0);
    if memchr::memrchr2(b'\n', b'\r', &text[start.min(head)..head]).is_none() {
        let from = head.saturating_sub(LINES.0);
        start = start.min(memchr::memrchr2(b'\n', b'\r', &text[from..head]).map_or(from, |at| from + at));
    }
    if memchr::memchr2(b'\n', b'\r', &text[tail..end.max(tail)]).is_none() {
        let to = text.len().min(tail + LINES.1);
        end = end.max(memchr::memchr2(b'\n', b'\r', &text[tail..to]).map_or(to, |at| tail + at));
    }
    let before = text[..start].iter().rev().take_while(|&&byte| is_token(byte)).count();
    let behind = text[end..].iter().take_while(|&&byte| is_token(byte)).count();
    Span::new(start - before, end + behind)
}

/// How many bytes the spans hold.
fn length(spans: &[Span]) -> usize {
    spans.iter().map(Span::len).sum()
}

/// The spans in order, those with at most `gap` bytes between them as one.
fn merged(mut spans: Vec<Span>, gap: usize) -> Vec<Span> {
    spans.sort_unstable();
    let mut merged: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans {
        match merged.last_mut() {
            Some(last) if span.start <= last.end + gap => last.end = last.end.max(span.end),
            _ => merged.push(span),
        }
    }
    merged
}

#[cfg(test)]
mod tests;
