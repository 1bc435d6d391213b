//! Chains of escapes that stand for letters, digits and the like: text that is escaped throughout, as obfuscators write
//! it. No run of token characters is beside or in it, so it is told by its escapes alone.

use super::Encoded;
use super::coding::Coding;
use super::escapes::{Hint, coding_of};
use crate::engine::simd::{BLOCK, DENSE};
use crate::text::chars::is_token;

/// The least number of escapes that make a chain.
const LEAST: usize = 8;
/// How many token characters may stand between two of them, unescaped.
const MOST_BETWEEN: usize = 3;
/// The most bytes of a link: the longest escape, and what may stand behind it, the mark of the next one twice.
const LINK: usize = 10 + MOST_BETWEEN + 1;
/// How far a chain's beginning depends on what stands before and behind it, in bytes.
pub(in crate::engine) const REACH: (usize, usize) = (LINK, LEAST * LINK);

// The beginning of a chain fills a block, or lies in two of them, of which one has half of its marks.
const _: () = assert!(BLOCK / LINK >= DENSE as usize && LEAST >= 2 * DENSE as usize);

/// Where chains begin whose beginnings lie in `from..to`.
pub(in crate::engine) fn beginnings(bytes: &[u8], from: usize, to: usize) -> impl Iterator<Item = usize> + '_ {
    let marks = memchr::memchr3_iter(b'%', b'\\', b'&', &bytes[from..to]);
    marks.map(move |at| from + at).filter(move |&at| begins(bytes, at))
}

/// Whether a chain begins at a mark.
fn begins(bytes: &[u8], at: usize) -> bool {
    let mark = bytes[at];
    let leads_here = |before: usize| bytes[before] == mark && next(bytes, before).is_some_and(|(_, next)| next == Some(at));
    link(bytes, at).is_some() && !(at.saturating_sub(LINK)..at).any(leads_here) && has_links(bytes, at, LEAST)
}

/// Whether at least so many escapes follow each other from `at` on.
fn has_links(bytes: &[u8], mut at: usize, count: usize) -> bool {
    (1..count).all(|_| match next(bytes, at) {
        Some((_, Some(next))) => {
            at = next;
            true
        }
        _ => false,
    })
}

/// Where the escape at `at` ends, if it stands for a token character.
fn link(bytes: &[u8], at: usize) -> Option<usize> {
    let (coding, rest) = (coding_of(bytes[at]), &bytes[at..]);
    // Others stand in all code.
    if coding == Coding::Escape && !matches!(rest.get(1), Some(b'x' | b'u' | b'U')) {
        return None;
    }
    let (decoded, length) = coding.character(rest)?;
    is_token(decoded).then_some(at + length)
}

/// Where the link at `at` ends, and where the next one begins, if there is one.
fn next(bytes: &[u8], at: usize) -> Option<(usize, Option<usize>)> {
    let end = link(bytes, at)?;
    let between = bytes[end..].iter().take(MOST_BETWEEN).take_while(|&&byte| is_token(byte)).count();
    // In a string within a string each mark is doubled.
    let is_doubled = bytes[end + between..].starts_with(&[bytes[at]; 2]);
    let next = end + between + usize::from(is_doubled);
    let is_next = bytes.get(next) == Some(&bytes[at]) && link(bytes, next).is_some();
    Some((end, is_next.then_some(next)))
}

impl Encoded {
    /// Looks for chains where many marks stand close together: in `from..to`, and before it as far as one may begin there.
    #[cold]
    pub(in crate::engine) fn dense(&mut self, bytes: &[u8], from: usize, to: usize) {
        let from = from.saturating_sub(REACH.1).max(self.looked).min(to);
        self.looked = to;
        beginnings(bytes, from, to).for_each(|at| self.chain(bytes, at));
    }

    /// What is escaped together with the chain that begins at `at`, stretch by stretch.
    pub(in crate::engine) fn chain(&mut self, bytes: &[u8], at: usize) {
        let mut at = Some(at);
        while let Some(start) = at {
            let end = self.escape(bytes, start, Hint::Chain);
            // Where a bound cuts it, the next stretch begins, with an escape that may have been cut too.
            at = end.and_then(|end| (end..bytes.len().min(end + LINK)).find(|&at| bytes[at] == bytes[start] && link(bytes, at).is_some()));
        }
    }
}
