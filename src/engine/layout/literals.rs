//! L2: by which four of its bytes each literal is told, and the tables that let through the places where such bytes may
//! stand.

use super::codes::{CODES, Codes, Gram, LENGTH};
use super::commonness::commonness;
use super::filed::{Filed, hash_four, hash_word, key, lower};
use super::fours::fours;
use super::groups::Groups;
use super::spread::{bits, spread};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Least length of a literal, in bytes.
const LEAST: usize = 3;
/// What a gram that is there already is better than another one, in places in a million bytes that become candidates.
const ANOTHER: f32 = 20.0;
/// Buckets: two sets of eight, one bit each.
pub(in crate::engine) const BUCKETS: usize = 16;
/// How literals are found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::engine) struct Literals {
    /// Those of four bytes and more, filed under four of them.
    pub(in crate::engine) long: Filed,
    /// Those of three bytes, filed under these. The texts are the same.
    pub(in crate::engine) short: Filed,
    /// Tables for each kind of codes that was asked for.
    sieves: Vec<Sieve>,
}

/// By half of the buckets, by place in the gram, and by code: the buckets that have it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Sieve {
    codes: Codes,
    tables: Vec<u8>,
}

impl Literals {
    /// How to find `texts`, each at least three bytes long, for sieves with these codes.
    pub(in crate::engine) fn of<'a>(texts: impl IntoIterator<Item = &'a str>, codes: &[Codes]) -> Literals {
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

    /// The tables of a sieve with these codes: for each half of the buckets and each place in a gram, [`CODES`] bytes.
    ///
    /// # Panics
    /// Where they were not asked for.
    pub(in crate::engine) fn tables(&self, codes: Codes) -> &[u8] {
        let sieve = self.sieves.iter().find(|sieve| sieve.codes == codes);
        &sieve.expect("a layout is made for the sieves that are used").tables
    }
}

/// The tables for a set of grams.
pub(in crate::engine) fn tables(grams: &[Gram], codes: Codes) -> Vec<u8> {
    let mut tables = vec![0; BUCKETS / 8 * LENGTH * CODES];
    for (bucket, sets) in spread::<BUCKETS>(grams, codes) {
        let half = tables[bucket / 8 * LENGTH * CODES..].as_chunks_mut::<CODES>().0;
        for (table, set) in half.iter_mut().zip(sets) {
            bits(set).for_each(|code| table[code] |= 1 << (bucket % 8));
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
