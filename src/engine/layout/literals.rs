//! L2: by which four of its bytes each literal is told, and the tables that let through the places where such bytes may
//! stand.

use super::commonness::commonness;
use super::filed::{Filed, hash_four, hash_word, key, lower};
use super::fours::fours;
use super::groups::Groups;
use super::spread::spread;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Length of a gram in bytes.
pub(in crate::engine) const LENGTH: usize = 4;
/// Least length of a literal, in bytes.
const LEAST: usize = 3;
/// What a gram that is there already is better than another one, in places in a million bytes that become candidates.
const ANOTHER: f32 = 20.0;
/// Buckets: two sets of eight, one bit each.
pub(in crate::engine) const BUCKETS: usize = 16;
/// What tells bytes apart: the five lowest bits, which is a letter without its case.
pub(in crate::engine) const LETTERS: usize = 32;
/// What tells them apart where the processor has tables for it: all of ASCII.
pub(in crate::engine) const ASCII: usize = 128;

/// The bytes that a candidate begins with; a last byte of `None` may be any. Letters stand for both cases.
pub(in crate::engine) type Gram = ([u8; LENGTH - 1], Option<u8>);

/// How literals are found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::engine) struct Literals {
    /// Those of four bytes and more, filed under four of them.
    pub(in crate::engine) long: Filed,
    /// Those of three bytes, filed under these. The texts are the same.
    pub(in crate::engine) short: Filed,
    /// Tables for each number of codes that was asked for.
    sieves: Vec<Sieve>,
}

/// By half of the buckets, by place in the gram, and by code: the buckets that have such a byte.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Sieve {
    /// A byte's code is its remainder of this.
    codes: usize,
    tables: Vec<u8>,
}

impl Literals {
    /// How to find `texts`, each at least three bytes long, for sieves with so many codes.
    pub(in crate::engine) fn of<'a>(texts: impl IntoIterator<Item = &'a str>, codes: &[usize]) -> Literals {
        let texts = lower(texts);
        let (offsets, grams) = shared_grams(&texts);
        let (mut long, mut short) = (Vec::new(), Vec::new());
        for (number, (text, &offset)) in texts.iter().zip(&offsets).enumerate() {
            match text[offset..].first_chunk() {
                Some(&four) => long.push(key(hash_four(four), number, offset)),
                None => short.push(key(hash_word(text), number, offset)),
            }
        }
        let sieves = codes.iter().map(|&codes| Sieve { codes, tables: tables(&grams, codes) }).collect();
        Literals { long: Filed::sorted(long, &texts), short: Filed::sorted(short, &texts), sieves }
    }

    /// The tables of a sieve with so many codes: for each half of the buckets and each place in a gram, [`ASCII`] bytes.
    ///
    /// # Panics
    /// Where they were not asked for.
    pub(in crate::engine) fn tables(&self, codes: usize) -> &[u8] {
        let sieve = self.sieves.iter().find(|sieve| sieve.codes == codes);
        &sieve.expect("a layout is made for the sieves that are used").tables
    }
}

/// The tables for a set of grams.
pub(in crate::engine) fn tables(grams: &[Gram], codes: usize) -> Vec<u8> {
    let mut tables = vec![0; BUCKETS / 8 * LENGTH * ASCII];
    for (&(head, last), bucket) in grams.iter().zip(spread::<BUCKETS>(grams, codes)) {
        let half = tables[bucket / 8 * LENGTH * ASCII..].as_chunks_mut::<ASCII>().0;
        for (table, byte) in half.iter_mut().zip(head.into_iter().map(Some).chain([last])) {
            let Some(byte) = byte else {
                for buckets in table.iter_mut() {
                    *buckets |= 1 << (bucket % 8);
                }
                continue;
            };
            for byte in [byte, byte.to_ascii_uppercase()] {
                table[usize::from(byte) % codes] |= 1 << (bucket % 8);
            }
        }
    }
    tables
}

fn gram(bytes: &[u8]) -> Gram {
    ([bytes[0], bytes[1], bytes[2]], bytes.get(LEAST).copied())
}

/// A gram for each literal, by its offset, and all grams: few, and rare ones. Short literals have no choice and come
/// first; a longer one takes what is there already.
fn shared_grams(texts: &Groups<u8>) -> (Vec<usize>, Vec<Gram>) {
    let mut order: Vec<(usize, &[u8])> = texts.iter().enumerate().collect();
    order.sort_by_key(|(_, text)| text.len());
    let mut offsets = vec![0; order.len()];
    let mut known: BTreeSet<Gram> = BTreeSet::new();
    for (number, text) in order {
        let cost = |(head, last): Gram| {
            let own = last.map_or_else(|| commonness(head), |last| fours([head[0], head[1], head[2], last]));
            own + if known.contains(&(head, last)) { -ANOTHER } else { ANOTHER }
        };
        let grams = (0..text.len().saturating_sub(LEAST).max(1)).map(|at| (at, gram(&text[at..])));
        let costs = grams.map(|(at, gram)| (cost(gram), at, gram));
        let (_, offset, gram) = costs.min_by(|(a, ..), (b, ..)| a.total_cmp(b)).expect("a literal has a gram");
        offsets[number] = offset;
        known.insert(gram);
    }
    (offsets, known.into_iter().collect())
}
