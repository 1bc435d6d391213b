//! L2: which entries belong to a hash: a bitmap that says no at once, and where in a sorted list the rest stands.

use std::ops::Range;

/// The hashes are of 16 bits: 8 KiB of bitmap, which stay in the first-level cache.
pub(super) const HASH_BITS: u32 = 16;

/// Ranges of a list by hash.
#[derive(Debug)]
pub(super) struct Buckets {
    /// One bit for each hash that occurs.
    bitmap: Box<[u64]>,
    /// For each word of the bitmap: how many bits the words before it have.
    ranks: Box<[u16]>,
    /// For each hash that occurs, in order: where its entries begin; and the end.
    firsts: Box<[u32]>,
}

impl Buckets {
    /// The ranges of a list whose hashes, in its order, are these.
    ///
    /// # Panics
    /// If there are 2^32 of them.
    pub(super) fn new(sorted: &[u16]) -> Buckets {
        debug_assert!(sorted.is_sorted(), "the list is sorted by hash");
        let mut bitmap = vec![0u64; 1 << (HASH_BITS - 6)].into_boxed_slice();
        let mut firsts = Vec::new();
        for (at, &hash) in sorted.iter().enumerate() {
            if at == 0 || sorted[at - 1] != hash {
                firsts.push(u32::try_from(at).expect("few entries"));
            }
            bitmap[usize::from(hash >> 6)] |= 1 << (hash & 63);
        }
        firsts.push(u32::try_from(sorted.len()).expect("few entries"));
        let mut rank = 0u16;
        let count = |word: &u64| {
            let before = rank;
            rank = rank.saturating_add(u16::try_from(word.count_ones()).expect("at most 64"));
            before
        };
        let ranks = bitmap.iter().map(count).collect();
        Buckets { bitmap, ranks, firsts: firsts.into_boxed_slice() }
    }

    /// Whether any entry has this hash.
    #[inline]
    pub(super) fn has(&self, hash: u16) -> bool {
        self.bitmap[usize::from(hash >> 6)] >> (hash & 63) & 1 == 1
    }

    /// The entries of a hash that [`Buckets::has`] knows.
    #[inline]
    pub(super) fn range(&self, hash: u16) -> Range<usize> {
        let (word, bit) = (usize::from(hash >> 6), hash & 63);
        let below = (self.bitmap[word] & ((1 << bit) - 1)).count_ones();
        let known = usize::from(self.ranks[word]) + below as usize;
        self.firsts[known] as usize..self.firsts[known + 1] as usize
    }
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
                if expected > 0 {
                    let range = buckets.range(hash);
                    prop_assert_eq!(range.len(), expected);
                    prop_assert!(hashes[range].iter().all(|&other| other == hash));
                }
            }
        }
    }
}
