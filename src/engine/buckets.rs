//! L2: which entries belong to a hash: a bitmap that says no at once, and where in a sorted list the rest stands. The
//! list is told by fewer bits, so what is found there has to be compared.

use super::layout::filed::HASH_BITS;
use std::ops::Range;

/// So many bits of a hash say where its entries are among others, which are told apart by comparing them.
const GROUP_BITS: u32 = 12;

/// A set of hashes, one bit for each.
#[derive(Debug, Clone)]
pub(super) struct Hashes(Box<[u64; 1 << (HASH_BITS - 6)]>);

impl Default for Hashes {
    fn default() -> Self {
        Hashes(Box::new([0; 1 << (HASH_BITS - 6)]))
    }
}

impl Hashes {
    pub(super) fn add(&mut self, hash: u16) {
        self.0[usize::from(hash >> 6)] |= 1 << (hash & 63);
    }

    /// Whether the set has this hash.
    #[inline]
    pub(super) fn has(&self, hash: u16) -> bool {
        self.0[usize::from(hash >> 6)] >> (hash & 63) & 1 == 1
    }
}

/// Ranges of a list by hash.
#[derive(Debug)]
pub(super) struct Buckets {
    hashes: Hashes,
    /// For each group of hashes: where its entries begin; and the end.
    firsts: Box<[u32]>,
}

impl Buckets {
    /// The ranges of a list whose hashes, in its order, are these.
    ///
    /// # Panics
    /// If there are 2^32 of them.
    pub(super) fn new(sorted: &[u16]) -> Buckets {
        debug_assert!(sorted.is_sorted(), "the list is sorted by hash");
        let mut hashes = Hashes::default();
        let mut firsts = vec![0u32; (1 << GROUP_BITS) + 1];
        for &hash in sorted {
            hashes.add(hash);
            firsts[group(hash) + 1] += 1;
        }
        for group in 1..firsts.len() {
            firsts[group] += firsts[group - 1];
        }
        Buckets { hashes, firsts: firsts.into_boxed_slice() }
    }

    /// Whether any entry has this hash.
    #[inline]
    pub(super) fn has(&self, hash: u16) -> bool {
        self.hashes.has(hash)
    }

    /// The entries of a hash, and perhaps some of others.
    #[inline]
    pub(super) fn range(&self, hash: u16) -> Range<usize> {
        self.firsts[group(hash)] as usize..self.firsts[group(hash) + 1] as usize
    }
}

#[inline]
fn group(hash: u16) -> usize {
    usize::from(hash >> (HASH_BITS - GROUP_BITS))
}

#[cfg(test)]
mod tests {
    use super::Buckets;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_hash_has_its_entries(mut hashes in proptest::collection::vec(any::<u16>(), 0..300)) {
            hashes.extend_from_within(..hashes.len() / 2);
            hashes.sort_unstable();
            let buckets = Buckets::new(&hashes);
            for hash in (0..=u16::MAX).step_by(7).chain(hashes.iter().copied()) {
                let expected = hashes.iter().filter(|&&other| other == hash).count();
                prop_assert_eq!(buckets.has(hash), expected > 0);
                let range = buckets.range(hash);
                prop_assert_eq!(hashes[range.clone()].iter().filter(|&&other| other == hash).count(), expected);
                prop_assert!(hashes[range].iter().all(|&other| other >> 4 == hash >> 4));
            }
        }
    }
}
