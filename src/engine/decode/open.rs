//! Decodes stretches, has what they hold scanned, and leads what is found back to the bytes.

use super::coding::Coding;
use super::content::{self, Content, Nature, Order};
use super::frame::{self, Frame};
use super::{DEEPEST, Encoded, MOST_DECODED, SHARED, Stretch};
use crate::engine::overlap::Decoded;
use crate::engine::scanner::Scanner;
use crate::engine::work;
use crate::engine::{Detector, Match};
use crate::rules::{Place, Rule, Shape};
use crate::text::Span;

/// Opens the stretches of one level.
pub(super) struct Opener<'a> {
    detector: &'a Detector,
    bytes: &'a [u8],
    level: &'a mut Encoded,
    budget: usize,
    found: Vec<Decoded>,
    /// Entries of manifests that were decoded.
    entries: Vec<Span>,
    /// Stretches of quoted-printable text that were.
    quoted: Vec<Span>,
    opened: usize,
}

/// What came of the stretches of one level.
pub(super) struct Opened {
    /// What was found, in order of the stretches.
    pub(super) found: Vec<Decoded>,
    /// Entries of manifests that were decoded.
    pub(super) entries: Vec<Span>,
    /// Stretches of quoted-printable text that were.
    pub(super) quoted: Vec<Span>,
}

/// How the text of a stretch was come by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Inside {
    /// Decoded, possibly from UTF-16.
    Decoded(Option<Order>),
    /// Unpacked: no byte of it has a place of its own.
    Unpacked,
}

impl<'a> Opener<'a> {
    pub(super) fn new(detector: &'a Detector, bytes: &'a [u8], level: &'a mut Encoded, budget: usize) -> Self {
        Opener { detector, bytes, level, budget, found: Vec::new(), entries: Vec::new(), quoted: Vec::new(), opened: 0 }
    }

    /// How many matches were found so far.
    pub(super) fn count(&self) -> usize {
        self.found.len()
    }

    /// Takes note that stretches are left.
    pub(super) fn leave(&mut self) {
        self.level.cut = true;
    }

    /// How many bytes may still be scanned.
    pub(super) fn left(&self) -> usize {
        self.budget
    }

    /// What came of all of them.
    pub(super) fn finish(self) -> Opened {
        self.level.budget = self.level.budget.map(|_| self.budget);
        self.level.shrink();
        Opened { found: self.found, entries: self.entries, quoted: self.quoted }
    }

    /// Decodes and scans a stretch, piece by piece. Says whether it was text.
    pub(super) fn open(&mut self, stretch: Stretch) -> bool {
        let mut rest = stretch;
        let mut any = false;
        while let Some(next) = {
            let next = self.decode(rest);
            any |= self.piece(rest);
            next.filter(|_| any)
        } {
            rest.span.start = next;
        }
        if any && stretch.entry {
            self.entries.push(stretch.span);
        }
        if any && stretch.coding == Coding::QuotedPrintable {
            self.quoted.push(stretch.span);
        }
        any
    }

    /// Decodes the first [`MOST_DECODED`] bytes of a stretch; says where the next piece begins, if there is one.
    fn decode(&mut self, stretch: Stretch) -> Option<usize> {
        let raw = &mut self.level.raw;
        raw.clear();
        let mut next = None;
        stretch.coding.walk(stretch.span.of(self.bytes), &mut |byte, place| {
            if raw.len() == MOST_DECODED - SHARED {
                next = Some(stretch.span.start + place.start);
            }
            raw.push(byte);
            raw.len() < MOST_DECODED
        });
        work::add(raw.len());
        next.filter(|_| raw.len() == MOST_DECODED)
    }

    /// Scans the text in what was decoded last. Says whether there is any.
    fn piece(&mut self, stretch: Stretch) -> bool {
        let Encoded { raw, text, cut, .. } = &mut *self.level;
        text.clear();
        let (inside, nature) = match content::classify(raw) {
            Content::Text(nature) => {
                std::mem::swap(raw, text);
                (Inside::Decoded(None), nature)
            }
            Content::Utf16(order) => {
                let source = stretch.span.of(self.bytes);
                content::walk(stretch.coding, Some(order), source, &mut |byte, _| {
                    text.push(byte);
                    text.len() < MOST_DECODED
                });
                (Inside::Decoded(Some(order)), text_nature(text))
            }
            Content::Gzip => {
                *cut |= content::unpack(raw, self.budget, text);
                (Inside::Unpacked, text_nature(text))
            }
            Content::Other => return false,
        };
        let Some(nature) = nature_of(nature, stretch) else { return false };
        self.scan(stretch, inside, nature);
        true
    }

    fn scan(&mut self, stretch: Stretch, inside: Inside, nature: Nature) {
        let Encoded { text, framed, inner, depth, cut, .. } = &mut *self.level;
        let is_block = matches!(stretch.coding, Coding::Base64 | Coding::Hex);
        let value = text.trim_ascii_end();
        let is_value =
            is_block && inside != Inside::Unpacked && frame::is_value(value) && !frame::is_basic(&self.bytes[..stretch.span.start]);
        let (frame, scanned) = if is_value || !is_block {
            (Frame::write(self.bytes, stretch.span, value, is_value, framed), &framed[..])
        } else {
            (Frame::none(stretch.span, text.len()), &text[..])
        };
        if scanned.len() > self.budget {
            *cut = true;
            return;
        }
        self.budget -= scanned.len();
        work::add(scanned.len());
        self.opened += 1;
        let inner = inner.get_or_insert_default();
        inner.encoded.depth = *depth + 1;
        inner.encoded.own = Some(if inner.encoded.depth < DEEPEST { frame.own } else { Span::default() });
        inner.encoded.budget = Some(self.budget);
        let mut matches = Scanner::new(self.detector, scanned, inner).run();
        self.budget = inner.encoded.budget.unwrap_or(0);
        *cut |= inner.encoded.cut;
        let rules = self.detector.rules();
        // What was decoded further in was judged there.
        let counts = |found: &Match| found.decoded.is_some() || counts(nature, &rules[found.rule]);
        matches.retain(|found| frame.own.contains(&found.secret) && counts(found));
        let source = stretch.span.of(self.bytes);
        let places = Places::find(stretch, inside, source, &matches, frame.own);
        for found in matches {
            let mapped = lead_back(self.bytes, scanned, &frame, &places, found);
            self.found.push(Decoded { found: mapped, stretch: self.opened, escaped: !is_block });
        }
    }
}

fn text_nature(text: &[u8]) -> Nature {
    match content::classify(text) {
        Content::Text(nature) => nature,
        _ => Nature::Mixed,
    }
}

/// The nature of what a stretch holds, where that is known better than from the text; `None` where it is not
/// what it seemed.
fn nature_of(nature: Nature, stretch: Stretch) -> Option<Nature> {
    match (stretch.coding, nature) {
        // An entry is not text by chance only where all of it is.
        _ if stretch.entry => (nature != Nature::Mixed).then_some(nature),
        (Coding::Base64 | Coding::Hex, nature) => Some(nature),
        // Escapes stand in text.
        _ => Some(Nature::Real),
    }
}

/// Whether a match of the rule counts in text of this nature.
fn counts(nature: Nature, rule: &Rule) -> bool {
    let by_form = matches!(rule.shape, Shape::Format(_) | Shape::Pattern { .. } | Shape::Pem(_));
    nature == Nature::Real || (by_form && rule.keywords.iter().any(|keyword| keyword.place != Place::Near))
}

/// Puts a match that was found in `scanned` to its place in `bytes`.
fn lead_back(bytes: &[u8], scanned: &[u8], frame: &Frame, places: &Places, found: Match) -> Match {
    let place = |span: Span| frame.source(span, |index| places.of(index));
    let secret = place(found.secret);
    let value = found.decoded.unwrap_or_else(|| found.secret.of(scanned).to_vec());
    let span = place(found.span);
    Match {
        span: Span::new(span.start.min(secret.start), span.end.max(secret.end)),
        secret,
        // Text around the secret was encoded, but not the secret.
        decoded: (value != secret.of(bytes)).then_some(value),
        ..found
    }
}

/// Where the decoded bytes that matter stand in the source.
struct Places {
    /// Index of the decoded byte and its place, ordered.
    known: Vec<(usize, Span)>,
    /// Where everything stands that has no place of its own.
    whole: Span,
}

impl Places {
    /// The places of the first and last byte of everything that was matched, in one walk.
    fn find(stretch: Stretch, inside: Inside, source: &[u8], matches: &[Match], own: Span) -> Places {
        let whole = stretch.span;
        let Inside::Decoded(order) = inside else { return Places { known: Vec::new(), whole } };
        let spans = matches.iter().flat_map(|found| [found.span, found.secret]);
        let ends = spans.flat_map(|span| [span.start, span.end.saturating_sub(1)]).filter(|at| (own.start..own.end).contains(at));
        let mut wanted: Vec<usize> = ends.map(|at| at - own.start).collect();
        wanted.sort_unstable();
        wanted.dedup();
        let mut known = Vec::with_capacity(wanted.len());
        let mut wanted = wanted.into_iter().peekable();
        let mut index = 0;
        if wanted.peek().is_some() {
            content::walk(stretch.coding, order, source, &mut |_, place| {
                if wanted.next_if_eq(&index).is_some() {
                    known.push((index, Span::new(whole.start + place.start, whole.start + place.end)));
                }
                index += 1;
                wanted.peek().is_some()
            });
        }
        Places { known, whole }
    }

    fn of(&self, index: usize) -> Span {
        self.known.binary_search_by_key(&index, |&(known, _)| known).map_or(self.whole, |at| self.known[at].1)
    }
}
