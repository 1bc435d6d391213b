//! L2: secrets that stand encoded: base64, hexadecimal, percent signs, escapes, entities, soft line breaks, and
//! inside of them gzip and UTF-16.
//!
//! While a blob is scanned, [`Encoded`] notes the stretches that may be encoded text; that takes no pass of its
//! own. [`with_decoded`] then decodes each of them, has the result scanned by the same rules, to a depth of
//! [`DEEPEST`], and says of what is found where it stands in the bytes. A short decoded value is scanned between
//! the text that stands around the stretch ([`frame`]), so that the name that it is given to and context words
//! count as they do for a value in clear.
//!
//! Bounds of one scan: what is decoded and scanned is at most [`TIMES_INPUT`] times the input and [`MORE`], in
//! pieces of at most [`MOST_DECODED`], of which three are held for each level of depth.

mod chain;
mod coding;
mod content;
mod escapes;
mod frame;
mod gather;
mod kubernetes;
mod mail;
mod open;

use super::filter::says_other;
use super::{Detector, Match, Scratch, overlap};
use crate::rules::Shape;
use crate::text::Span;
pub(super) use chain::{REACH as CHAIN_REACH, beginnings as chains};
use coding::Coding;
use escapes::Seen;
use open::{Opened, Opener};

/// How often something is decoded that was decoded already. Gzip and UTF-16 do not count.
const DEEPEST: u8 = 3;
/// The most bytes that are decoded in one piece. A multiple of 6, so that pieces end between groups of base64 and
/// between pairs of UTF-16.
const MOST_DECODED: usize = (4 << 20) / 6 * 6;
/// What two pieces of a longer stretch share, in decoded bytes: more than any secret but a key block. A multiple of 6.
const SHARED: usize = 12 << 10;
/// What is decoded and scanned, for each byte of input, and beyond that, in bytes.
const TIMES_INPUT: usize = 4;
const MORE: usize = 1 << 20;
/// Where more was found than this, no further stretch is opened: ten times what is kept and reported of a blob.
const MOST_MATCHES: usize = 100_000;
/// Buffers that grew beyond this are given back, in bytes.
const KEPT: usize = 256 << 10;

/// A stretch that may be encoded text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stretch {
    span: Span,
    coding: Coding,
    /// Whether it is known to be a whole value: an entry of a manifest.
    entry: bool,
}

/// What one level of depth needs; a part of [`Scratch`].
#[derive(Debug, Default)]
pub(super) struct Encoded {
    /// The stretches found so far.
    stretches: Vec<Stretch>,
    /// The last word, if it is a line of base64 that may go on.
    line: Span,
    /// Up to where text was looked at for escapes, beside runs, behind keywords and in chains, by coding.
    seen: [[Seen; 6]; 3],
    /// Up to where chains of escapes were looked for.
    looked: usize,
    /// How many bytes were looked through for the data of manifests.
    manifests: usize,
    /// Where the last entry of a manifest ends.
    entries: usize,
    /// Where the last part of a mail ends that is quoted-printable.
    quoted: usize,
    /// How often these bytes were decoded.
    depth: u8,
    /// The part of these bytes that was decoded; `None` for a whole blob.
    own: Option<Span>,
    /// How many bytes may still be decoded and scanned; `None` for a whole blob.
    budget: Option<usize>,
    /// Whether something encoded was left, wholly or in part, because a bound was reached.
    cut: bool,
    /// Whether a version of these bytes may encode something else far from where it differs.
    unsettled: bool,
    /// Where stretches began that were decoded, and how many bytes of them were scanned.
    costs: Vec<(usize, usize)>,
    /// Decoded bytes, the text that they hold, and that text in its frame.
    raw: Vec<u8>,
    text: Vec<u8>,
    framed: Vec<u8>,
    /// The next level.
    inner: Option<Box<Scratch>>,
}

impl Encoded {
    /// Forgets the last blob.
    pub(super) fn reset(&mut self) {
        self.stretches.clear();
        self.line = Span::default();
        self.seen = Default::default();
        self.looked = 0;
        self.cut = false;
        self.unsettled = false;
        self.costs.clear();
        self.manifests = 0;
        self.entries = 0;
        self.quoted = 0;
    }

    /// Whether something encoded in the last blob was not decoded, or not to its end.
    pub(super) fn is_cut(&self) -> bool {
        self.cut
    }

    /// Where something was decoded and how many bytes that cost, if nothing was found in it and each stretch depends on
    /// what is close only.
    pub(in crate::engine) fn settled(&self) -> Option<&[(usize, usize)]> {
        (!self.cut && !self.unsettled).then_some(&self.costs)
    }

    /// Gives memory back.
    fn shrink(&mut self) {
        for buffer in [&mut self.raw, &mut self.text, &mut self.framed] {
            buffer.clear();
            buffer.shrink_to(KEPT);
        }
    }
}

/// `direct`, what was found in `bytes` as they are, together with what is found in what they encode, ordered by
/// place. One secret stays one match.
pub(super) fn with_decoded(detector: &Detector, bytes: &[u8], scratch: &mut Scratch, mut direct: Vec<Match>) -> Vec<Match> {
    let level = &mut scratch.encoded;
    if level.stretches.is_empty() {
        return direct;
    }
    let mut stretches = std::mem::take(&mut level.stretches);
    // An entry of a manifest is also a word: the entry is what counts.
    stretches.sort_by_key(|stretch| (stretch.span.start, !stretch.entry, stretch.coding, stretch.span.end));
    let budget = level.budget.unwrap_or_else(|| (bytes.len() * TIMES_INPUT).saturating_add(MORE));
    let mut costs = std::mem::take(&mut level.costs);
    let mut opener = Opener::new(detector, bytes, level, budget);
    let mut done = 0;
    // A stretch may be noted twice: beside a run and behind a keyword.
    stretches.dedup();
    for &stretch in &stretches {
        let is_block = matches!(stretch.coding, Coding::Base64 | Coding::Hex);
        if is_block && stretch.span.start < done {
            continue;
        }
        if opener.count() > MOST_MATCHES {
            opener.leave();
            break;
        }
        let before = opener.left();
        if opener.open(stretch) && is_block {
            done = stretch.span.end;
        }
        costs.push((stretch.span.start, before - opener.left()));
    }
    let Opened { found, entries, quoted } = opener.finish();
    stretches.clear();
    level.stretches = stretches;
    level.costs = costs;
    level.unsettled |= !found.is_empty();
    direct.retain(|one| !misread(detector, bytes, &entries, &found, one));
    direct.retain(|one| !(quoted.iter().any(|part| part.contains(&one.secret)) && mail::is_misread(bytes, one.secret)));
    overlap::merge(detector.rules(), direct, found)
}

/// The key of an entry.
fn key_of(bytes: &[u8], entry: Span) -> &[u8] {
    let is_key = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    let end = bytes[..entry.start].iter().rposition(is_key).map_or(0, |last| last + 1);
    let length = bytes[..end].iter().rev().take(128).take_while(|byte| is_key(byte)).count();
    &bytes[end - length..end]
}

/// Whether a match takes the encoded form of a manifest's entry for the value: that was judged decoded. A pattern of
/// the manifest itself holds where nothing else was found in the entry.
fn misread(detector: &Detector, bytes: &[u8], entries: &[Span], decoded: &[overlap::Decoded], direct: &Match) -> bool {
    let at = entries.partition_point(|entry| entry.end <= direct.secret.start);
    let Some(entry) = entries.get(at).filter(|entry| entry.contains(&direct.secret)) else { return false };
    match detector.rules()[direct.rule].shape {
        Shape::Assignment { .. } => true,
        Shape::Pattern { .. } => decoded.iter().any(|one| entry.contains(&one.found.secret)) || says_other(key_of(bytes, *entry)),
        _ => false,
    }
}
