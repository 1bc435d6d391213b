//! L2: which bucket of a sieve each gram goes to, so that few other places are taken for grams.

use super::codes::{Codes, Gram, LENGTH};

/// How often each gram is moved to where it does least harm, given where the others are.
const ROUNDS: usize = 3;

/// The codes of a gram at each place, one bit each.
pub(super) type Sets = [u128; LENGTH];

/// A bucket for each of `grams`, and their codes.
pub(super) fn spread<const BUCKETS: usize>(grams: &[Gram], codes: Codes) -> Vec<(usize, Sets)> {
    let shares: Shares = std::array::from_fn(|place| codes.shares(place));
    let sets: Vec<Sets> = grams.iter().map(|&gram| std::array::from_fn(|place| codes.of(gram, place))).collect();
    let mut buckets = vec![Bucket::new(&shares); BUCKETS];
    let mut chosen = vec![None; grams.len()];
    for _ in 0..ROUNDS {
        for (sets, chosen) in sets.iter().zip(&mut chosen) {
            if let Some(bucket) = chosen.take() {
                let bucket: &mut Bucket = &mut buckets[bucket];
                bucket.remove(sets, &shares);
            }
            let more = |bucket: &Bucket| bucket.share_with(sets, &shares) - bucket.share();
            let least = (0..BUCKETS).min_by(|&a, &b| more(&buckets[a]).total_cmp(&more(&buckets[b]))).expect("there are some");
            buckets[least].add(sets, &shares);
            *chosen = Some(least);
        }
    }
    chosen.into_iter().map(|bucket| bucket.expect("every gram has one")).zip(sets).collect()
}

/// By place and code: about which share of source text has it.
type Shares = [Vec<f32>; LENGTH];

/// What the grams of one bucket have at each place.
#[derive(Debug, Clone)]
struct Bucket {
    /// By place and code: how many grams have it.
    counts: [Vec<u16>; LENGTH],
    /// About which share of source text has a code of the bucket at each place.
    shares: [f32; LENGTH],
}

impl Bucket {
    fn new(shares: &Shares) -> Bucket {
        Bucket { counts: std::array::from_fn(|place| vec![0; shares[place].len()]), shares: [0.0; LENGTH] }
    }

    fn add(&mut self, sets: &Sets, shares: &Shares) {
        for place in 0..LENGTH {
            for code in bits(sets[place]) {
                let count = &mut self.counts[place][code];
                if *count == 0 {
                    self.shares[place] += shares[place][code];
                }
                *count += 1;
            }
        }
    }

    fn remove(&mut self, sets: &Sets, shares: &Shares) {
        for place in 0..LENGTH {
            for code in bits(sets[place]) {
                let count = &mut self.counts[place][code];
                *count -= 1;
                if *count == 0 {
                    self.shares[place] -= shares[place][code];
                }
            }
        }
    }

    /// About which share of the places in source text this bucket takes for grams.
    fn share(&self) -> f32 {
        self.shares.iter().product()
    }

    /// The same if it had one more.
    fn share_with(&self, sets: &Sets, shares: &Shares) -> f32 {
        let more =
            |place: usize| bits(sets[place]).filter(|&code| self.counts[place][code] == 0).map(|code| shares[place][code]).sum::<f32>();
        (0..LENGTH).map(|place| self.shares[place] + more(place)).product()
    }
}

/// The numbers of the bits that are set.
pub(super) fn bits(mut set: u128) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let bit = set.trailing_zeros() as usize;
        set &= set.wrapping_sub(1);
        (bit < 128).then_some(bit)
    })
}

#[cfg(test)]
mod tests {
    use super::{Codes, spread};

    #[test]
    fn grams_that_share_bytes_share_a_bucket() {
        let gram = |text: &[u8; 4]| (*text.first_chunk().unwrap(), Some(text[3]));
        let grams = [gram(b"pass"), gram(b"toke"), gram(b"past"), gram(b"tokx")];
        for codes in [Codes::Letters, Codes::Pairs] {
            let buckets: Vec<usize> = spread::<2>(&grams, codes).into_iter().map(|(bucket, _)| bucket).collect();
            assert!(buckets[0] == buckets[2] && buckets[1] == buckets[3] && buckets[0] != buckets[1], "{codes:?} {buckets:?}");
        }
    }
}
