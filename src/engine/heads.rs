//! L2: the formats whose leading literal stands at a place.

use super::buckets::Buckets;
use super::layout::filed::HASH_BITS;
use crate::rules::rule::LEAST_KEYWORD;

/// Formats by the first bytes of their leading literal.
#[derive(Debug)]
pub(super) struct Heads {
    /// By the first three bytes of all: most words end here.
    firsts: Buckets,
    /// By four bytes.
    long: Table,
    /// By three bytes: those that have no more.
    short: Table,
}

/// Heads by hash.
#[derive(Debug)]
struct Table {
    buckets: Buckets,
    /// Sorted by hash, then by rule.
    heads: Vec<Head>,
}

/// A leading literal, case-sensitive, and its rule.
#[derive(Debug)]
pub(super) struct Head {
    /// Its first eight bytes, and which of them it has.
    first: u64,
    mask: u64,
    /// The others.
    rest: Box<[u8]>,
    rule: u32,
}

impl Head {
    pub(super) fn new(literal: &[u8], rule: u32) -> Head {
        let (mut first, mut mask) = ([0; 8], [0; 8]);
        for (at, &byte) in literal.iter().take(8).enumerate() {
            (first[at], mask[at]) = (byte, u8::MAX);
        }
        let rest = literal.get(8..).unwrap_or_default().into();
        Head { first: u64::from_le_bytes(first), mask: u64::from_le_bytes(mask), rest, rule }
    }

    fn is_short(&self) -> bool {
        self.mask == THREE
    }

    /// Whether what it has beyond eight bytes stands at `at`. Most have nothing, and to compare nothing is not free: an
    /// empty box points nowhere, and a masked load from there, even of no byte, costs the processor 100 ns.
    #[inline]
    fn goes_on(&self, bytes: &[u8], at: usize) -> bool {
        self.rest.is_empty() || bytes.get(at..).is_some_and(|bytes| bytes.starts_with(&self.rest))
    }
}

impl Heads {
    pub(super) fn new(heads: impl Iterator<Item = Head>) -> Heads {
        let (short, long): (Vec<Head>, Vec<Head>) = heads.partition(Head::is_short);
        let mut firsts: Vec<u16> = long.iter().chain(&short).map(|head| hash(head.first & THREE)).collect();
        firsts.sort_unstable();
        Heads { firsts: Buckets::new(&firsts), long: Table::new(long, hash), short: Table::new(short, |first| hash(first & THREE)) }
    }

    /// Whether a head may stand at `at`.
    #[inline]
    pub(super) fn may_begin(&self, bytes: &[u8], at: usize) -> bool {
        let first = bytes[at..].first_chunk::<4>().map_or_else(|| padded(&bytes[at..]), |first| u64::from(u32::from_le_bytes(*first)));
        self.firsts.has(hash(first & THREE))
    }

    /// The same by its first four bytes.
    #[inline]
    pub(super) fn may_stand(&self, bytes: &[u8], at: usize) -> bool {
        let first = bytes[at..].first_chunk::<4>().map_or_else(|| padded(&bytes[at..]), |first| u64::from(u32::from_le_bytes(*first)));
        let short = hash(first & THREE);
        self.firsts.has(short) & (self.long.buckets.has(hash(first)) | self.short.buckets.has(short))
    }

    /// Calls `visit` for the rules of which a head stands at `at`.
    #[inline]
    pub(super) fn at(&self, bytes: &[u8], at: usize, visit: &mut impl FnMut(u32)) {
        let first = bytes[at..].first_chunk::<8>().map_or_else(|| padded(&bytes[at..]), |first| u64::from_le_bytes(*first));
        let short = hash(first & THREE);
        if self.firsts.has(short) {
            self.long.compare(bytes, at, first, hash(first), visit);
            self.short.compare(bytes, at, first, short, visit);
        }
    }
}

impl Table {
    fn new(mut heads: Vec<Head>, hash: impl Fn(u64) -> u16) -> Table {
        let key = |head: &Head| hash(head.first);
        heads.sort_by_key(|head| (key(head), head.rule));
        Table { buckets: Buckets::new(&heads.iter().map(key).collect::<Vec<_>>()), heads }
    }

    #[inline]
    fn compare(&self, bytes: &[u8], at: usize, first: u64, hash: u16, visit: &mut impl FnMut(u32)) {
        if !self.buckets.has(hash) {
            return;
        }
        for head in &self.heads[self.buckets.range(hash)] {
            if (head.first ^ first) & head.mask == 0 && head.goes_on(bytes, at + 8) {
                visit(head.rule);
            }
        }
    }
}

#[cold]
fn padded(bytes: &[u8]) -> u64 {
    let mut first = [0; 8];
    first[..bytes.len()].copy_from_slice(bytes);
    u64::from_le_bytes(first)
}

const _: () = assert!(LEAST_KEYWORD == 3, "a short head has three bytes");
/// The first three bytes.
const THREE: u64 = 0x00ff_ffff;

#[inline]
#[allow(clippy::cast_possible_truncation, reason = "the shift leaves HASH_BITS bits")]
fn hash(first: u64) -> u16 {
    ((first as u32).wrapping_mul(0x9e37_79b1) >> (32 - HASH_BITS)) as u16
}

#[cfg(test)]
mod tests {
    use super::{Head, Heads};

    #[test]
    fn heads_stand_where_they_are_spelled_out() {
        let literals = ["abc", "abcd", "abcdefghij", "xyz_"];
        let heads = Heads::new(literals.iter().zip(0..).map(|(literal, rule)| Head::new(literal.as_bytes(), rule)));
        let at = |text: &str| {
            let mut rules = Vec::new();
            heads.at(text.as_bytes(), 0, &mut |rule| rules.push(rule));
            rules
        };
        assert_eq!(at("abcdefghijk"), [1, 2, 0]);
        assert_eq!(at("abcdefghi"), [1, 0]);
        assert_eq!(at("abc"), [0]);
        assert!(at("ABCD").is_empty() && at("ab").is_empty() && at("xyz-1").is_empty());
        assert_eq!(at("xyz_1"), [3]);
    }
}
