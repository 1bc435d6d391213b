//! One blob on one worker thread: classify, detect, drop what is not new, and keep what later stages need.

use crate::blob::Blob;
use crate::engine::{self, Base, Detector, Match, Scratch, Trace};
use crate::findings::inline::{self, Comment, InlineAllow};
use crate::findings::location::Locator;
use crate::findings::triage::Policy;
use crate::findings::unheeded::{Unheeded, unheeded};
use crate::findings::{Location, Part, Secret};
use crate::rules::Confidence;
use crate::sources::content::{Content, classify};
use crate::text::Span;
use crate::text::lines::LineIndex;
use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::LazyLock;

/// The most matches of one blob that are kept. More is no leak but a list of keys, or an attack on memory.
pub(super) const MOST_MATCHES: usize = 10_000;
/// A secret at least this long, in bytes, that occurs in the predecessor at all is not new. Shorter ones could
/// occur by chance, so they must have been a match there too.
const LEAST_DISTINCT: usize = 16;

/// What was found in a blob.
#[derive(Debug, Default)]
pub(super) struct Examined {
    /// The matches of interest.
    pub(super) found: Vec<Found>,
    /// Rules and secrets that the predecessor held already.
    pub(super) carried: Vec<(usize, Secret)>,
    /// Whether there were more than [`MOST_MATCHES`].
    pub(super) cut: bool,
    /// The comments that accept something or could, where they are asked for.
    pub(super) comments: Vec<Comment>,
    /// Whether encoded text was left because decoding reached a bound.
    pub(super) undecoded: bool,
    /// Whether it is no text.
    pub(super) is_binary: bool,
    /// What the scan left for the next version, if there may be one; `None` of a blob that had to be transcoded.
    pub(super) trace: Option<Trace>,
}

/// A match without the blob that it stood in.
#[derive(Debug)]
pub(super) struct Found {
    /// Index of the rule.
    pub(super) rule: usize,
    pub(super) confidence: Confidence,
    pub(super) secret: Secret,
    pub(super) location: Location,
    /// The comment beside it and its reason.
    pub(super) inline: Option<(InlineAllow, String)>,
    /// The comment beside it that names other rules, where none accepts it.
    pub(super) unheeded: Option<Unheeded>,
    /// See [`Match::parts`].
    pub(super) parts: Vec<Part>,
}

impl Examined {
    /// Whether nothing at all is to be told of the blob.
    pub(super) fn is_nothing(&self) -> bool {
        self.found.is_empty() && self.carried.is_empty() && self.comments.is_empty() && !self.cut && !self.undecoded
    }
}

/// What a blob is looked at with.
#[derive(Debug, Clone, Copy)]
pub(super) struct Eyes<'a> {
    pub(super) detector: &'a Detector,
    pub(super) policy: &'a Policy,
    /// See [`Pipeline::with_hiding`](super::Pipeline::with_hiding).
    pub(super) hiding: Option<&'a LazyLock<Detector>>,
}

/// What a blob is to others.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kin<'b> {
    /// Nothing.
    None,
    /// It may have versions, and may be one: what it was made of, where that was scanned.
    Versions(Option<Base<'b>>),
}

/// Scans one blob.
pub(super) fn examine(eyes: Eyes<'_>, blob: &Blob<'_>, kin: Kin<'_>, scratch: &mut Scratch) -> Examined {
    let Eyes { detector, policy, .. } = eyes;
    let (text, least) = readable(blob.bytes);
    let (all, trace) = match (&text, kin) {
        (Cow::Borrowed(text), Kin::Versions(base)) => {
            // Only a byte order mark stands before the text.
            let (all, trace) = detector.scan_version(text, blob.bytes.len() - text.len(), base, scratch);
            (all, Some(trace))
        }
        (text, _) => (detector.scan_with(text, scratch), None),
    };
    let (undecoded, is_binary) = (scratch.is_cut(), least == Confidence::High);
    let comments = if policy.watches_comments() { comments(detector, &text, blob.previous, &all) } else { Vec::new() };
    let mut matches = of_interest(detector, policy, &all, least);
    if matches.is_empty() {
        return Examined { comments, undecoded, is_binary, trace, ..Examined::default() };
    }
    let carried = drop_known(detector, &text, blob.previous, &mut matches, scratch);
    let cut = matches.len() > MOST_MATCHES;
    matches.truncate(MOST_MATCHES);
    Examined { found: keep(eyes, &text, &all, &matches), carried, cut, undecoded, is_binary, comments, trace }
}

/// Drops matches whose secret the predecessor held already; returns their rules and secrets.
fn drop_known(detector: &Detector, text: &[u8], previous: &[u8], matches: &mut Vec<&Match>, scratch: &mut Scratch) -> Vec<(usize, Secret)> {
    if previous.is_empty() || matches.is_empty() {
        return Vec::new();
    }
    let (previous, _) = readable(previous);
    let before = detector.scan_with(&previous, scratch);
    let known: HashSet<(usize, &[u8])> =
        before.iter().flat_map(|found| pieces(&previous, found)).map(|piece| (piece.rule, piece.value)).collect();
    let places = matches.iter().flat_map(|found| pieces(text, found)).map(|piece| piece.place);
    let sought: Vec<&[u8]> = places.filter(|place| place.len() >= LEAST_DISTINCT).map(|place| place.of(text)).collect();
    let occurring = occurring(&previous, &sought);
    let is_known = |piece: &Piece<'_>| known.contains(&(piece.rule, piece.value)) || occurring.contains(piece.place.of(text));
    // A new part makes the whole new, unless its rule is off: then it is no finding by itself either.
    let counts = |piece: &Piece<'_>| piece.rule < detector.rules().len();
    let (carried, new): (Vec<&Match>, Vec<&Match>) =
        matches.iter().partition(|found| pieces(text, found).filter(counts).all(|piece| is_known(&piece)));
    *matches = new;
    carried.iter().map(|found| (found.rule, Secret::new(found.value(text).to_vec()))).collect()
}

/// The text of a file without the secrets in it that are accepted; `None` where none is. `accepted` tells that of each.
pub(super) fn without(eyes: Eyes<'_>, bytes: &[u8], scratch: &mut Scratch, accepted: &dyn Fn(&[Found]) -> Vec<bool>) -> Option<Vec<u8>> {
    let (text, least) = readable(bytes);
    let all = eyes.detector.scan_with(&text, scratch);
    let matches = of_interest(eyes.detector, eyes.policy, &all, least);
    if matches.is_empty() {
        return None;
    }
    if matches.len() > MOST_MATCHES {
        return Some(Vec::new());
    }
    let accepted = accepted(&keep(eyes, &text, &all, &matches));
    let spans: Vec<Span> = matches.iter().zip(accepted).filter(|(_, accepted)| *accepted).map(|(found, _)| found.secret).collect();
    let mut rest = (!spans.is_empty()).then(|| text.into_owned())?;
    for span in spans {
        // Lines stay lines: they are compared with those of other files.
        rest[span.start..span.end].iter_mut().filter(|byte| **byte != b'\n').for_each(|byte| *byte = b' ');
    }
    Some(rest)
}

/// What of a blob is read, and how certain a match in it must be.
fn readable(bytes: &[u8]) -> (Cow<'_, [u8]>, Confidence) {
    match classify(bytes) {
        Content::Text(text) => (text, Confidence::Low),
        // Bytes that look like a weak format occur by chance in what is no text.
        Content::Binary(bytes) => (bytes.into(), Confidence::High),
    }
}

/// The matches that count.
fn of_interest<'m>(detector: &Detector, policy: &Policy, all: &'m [Match], least: Confidence) -> Vec<&'m Match> {
    let counts = |found: &&Match| found.confidence >= least && policy.is_of_interest(&detector.rules()[found.rule], found.confidence);
    all.iter().filter(counts).collect()
}

/// A match or a part of it.
struct Piece<'t> {
    rule: usize,
    place: Span,
    value: &'t [u8],
}

/// A match and its parts.
fn pieces<'t>(text: &'t [u8], found: &'t Match) -> impl Iterator<Item = Piece<'t>> {
    let parts = found.parts.iter().map(move |part| Piece { rule: part.rule, place: part.secret, value: part.value(text) });
    std::iter::once(Piece { rule: found.rule, place: found.secret, value: found.value(text) }).chain(parts)
}

/// Those of `sought` that occur in `text`, in one pass.
fn occurring<'s>(text: &[u8], sought: &[&'s [u8]]) -> HashSet<&'s [u8]> {
    let mut distinct = sought.to_vec();
    distinct.sort_unstable();
    distinct.dedup();
    // A DFA takes longer to build than this one text to look through.
    let kind = Some(aho_corasick::AhoCorasickKind::ContiguousNFA);
    let Ok(automaton) = aho_corasick::AhoCorasick::builder().kind(kind).build(&distinct) else { return HashSet::new() };
    automaton.find_overlapping_iter(text).map(|hit| distinct[hit.pattern().as_usize()]).collect()
}

/// Takes what is needed out of the text. `all` are all matches, so that excerpts hide those that are not reported too.
fn keep(eyes: Eyes<'_>, text: &[u8], all: &[Match], matches: &[&Match]) -> Vec<Found> {
    let Eyes { detector, policy, hiding } = eyes;
    let index = LineIndex::new(text);
    let off = hiding.map(|hiding| hiding.scan(text)).unwrap_or_default();
    let known = all.iter().chain(&off);
    let secrets: Vec<Span> =
        known.flat_map(|found| std::iter::once(found.secret).chain(found.parts.iter().map(|part| part.secret))).collect();
    let locator = Locator::new(text, &index, secrets.iter().copied());
    let unheeded = |found: &Match| unheeded(text, &index, found.secret, &detector.rules()[found.rule]);
    let take = |found: &&Match| {
        let inline = comment(detector, policy, text, &index, &secrets, found);
        Found {
            rule: found.rule,
            confidence: found.confidence,
            secret: Secret::new(found.value(text).to_vec()),
            location: locator.locate(found.secret),
            unheeded: if inline.is_none() && policy.honours_comments() { unheeded(found) } else { None },
            inline,
            parts: found.parts.iter().map(|part| part_of(detector, text, &locator, part)).collect(),
        }
    };
    matches.iter().map(take).collect()
}

fn part_of(detector: &Detector, text: &[u8], locator: &Locator<'_>, part: &engine::Part) -> Part {
    let rule = detector.numbered(part.rule);
    let secret = Secret::new(part.value(text).to_vec());
    Part { rule: rule.id.clone(), title: rule.title(), location: locator.locate(part.secret), secret }
}

/// The comment that accepts a match. A reason that quotes a secret is not repeated.
fn comment(
    detector: &Detector,
    policy: &Policy,
    text: &[u8],
    index: &LineIndex,
    secrets: &[Span],
    found: &Match,
) -> Option<(InlineAllow, String)> {
    let rule = &detector.rules()[found.rule];
    let comment = policy.honours_comments().then(|| inline::allowed(text, index, found.secret, rule))??;
    let quotes = secrets.iter().any(|secret| secret.start < comment.reason.end && comment.reason.start < secret.end);
    let reason = if quotes { String::new() } else { String::from_utf8_lossy(&text[comment.reason.clone()]).into_owned() };
    Some((comment, reason))
}

/// The comments of a text. A match below the thresholds gives them a use too.
fn comments(detector: &Detector, text: &[u8], previous: &[u8], all: &[Match]) -> Vec<Comment> {
    if all.is_empty() && memchr::memmem::find(text, b"keyward:allow").is_none() {
        return Vec::new();
    }
    let index = LineIndex::new(text);
    let used = all.iter().filter_map(|found| inline::allowed(text, &index, found.secret, &detector.rules()[found.rule]));
    let used: Vec<InlineAllow> = used.collect();
    let (previous, _) = readable(previous);
    inline::comments(text, &previous, &index, &used)
}
