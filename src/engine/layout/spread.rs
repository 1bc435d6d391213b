//! L2: which bucket of a sieve each gram goes to, so that few other places are taken for grams.

use super::commonness::letter;
use super::literals::{Gram, LENGTH};

/// How often each gram is moved to where it does least harm, given where the others are.
const ROUNDS: usize = 3;

/// A bucket for each of `grams`, where bytes are told apart by their remainder of `codes`.
pub(super) fn spread<const BUCKETS: usize>(grams: &[Gram], codes: usize) -> Vec<usize> {
    let shares: Vec<f32> = (0..codes).map(|code| (0..0x80).filter(|&byte| usize::from(byte) % codes == code).map(letter).sum()).collect();
    let mut buckets = vec![Bucket::new(codes); BUCKETS];
    let mut chosen = vec![None; grams.len()];
    for _ in 0..ROUNDS {
        for (&gram, chosen) in grams.iter().zip(&mut chosen) {
            if let Some(bucket) = chosen.take() {
                let bucket: &mut Bucket = &mut buckets[bucket];
                bucket.remove(gram, &shares);
            }
            let more = |bucket: &Bucket| bucket.share_with(gram, &shares) - bucket.share();
            let least = (0..BUCKETS).min_by(|&a, &b| more(&buckets[a]).total_cmp(&more(&buckets[b]))).expect("there are some");
            buckets[least].add(gram, &shares);
            *chosen = Some(least);
        }
    }
    chosen.into_iter().map(|bucket| bucket.expect("every gram has one")).collect()
}

/// What the grams of one bucket have at each place.
#[derive(Debug, Clone)]
struct Bucket {
    /// By place and code: how many grams have it.
    counts: [Vec<u16>; LENGTH],
    /// How many grams may have any byte at each place.
    any: [u16; LENGTH],
    /// About which share of source text has a code of the bucket at each place.
    shares: [f32; LENGTH],
}

impl Bucket {
    fn new(codes: usize) -> Bucket {
        Bucket { counts: std::array::from_fn(|_| vec![0; codes]), any: [0; LENGTH], shares: [0.0; LENGTH] }
    }

    fn add(&mut self, gram: Gram, shares: &[f32]) {
        for (place, byte) in bytes(gram).into_iter().enumerate() {
            let Some(byte) = byte else {
                self.any[place] += 1;
                continue;
            };
            let code = usize::from(byte) % shares.len();
            let count = &mut self.counts[place][code];
            if *count == 0 {
                self.shares[place] += shares[code];
            }
            *count += 1;
        }
    }

    fn remove(&mut self, gram: Gram, shares: &[f32]) {
        for (place, byte) in bytes(gram).into_iter().enumerate() {
            let Some(byte) = byte else {
                self.any[place] -= 1;
                continue;
            };
            let code = usize::from(byte) % shares.len();
            let count = &mut self.counts[place][code];
            *count -= 1;
            if *count == 0 {
                self.shares[place] -= shares[code];
            }
        }
    }

    /// About which share of the places in source text this bucket takes for grams.
    fn share(&self) -> f32 {
        self.shares.iter().zip(self.any).map(|(&share, any)| if any > 0 { 1.0 } else { share }).product()
    }

    /// The same if it had one more.
    fn share_with(&self, gram: Gram, shares: &[f32]) -> f32 {
        let place = |(place, byte): (usize, Option<u8>)| match byte {
            Some(byte) if self.any[place] == 0 => {
                let code = usize::from(byte) % shares.len();
                self.shares[place] + if self.counts[place][code] == 0 { shares[code] } else { 0.0 }
            }
            _ => 1.0,
        };
        bytes(gram).into_iter().enumerate().map(place).product()
    }
}

fn bytes((head, last): Gram) -> [Option<u8>; LENGTH] {
    [Some(head[0]), Some(head[1]), Some(head[2]), last]
}

#[cfg(test)]
mod tests {
    use super::spread;

    #[test]
    fn grams_that_share_bytes_share_a_bucket() {
        let gram = |text: &[u8; 4]| (*text.first_chunk().unwrap(), Some(text[3]));
        let grams = [gram(b"pass"), gram(b"toke"), gram(b"past"), gram(b"tokx")];
        let buckets = spread::<2>(&grams, 128);
        assert!(buckets[0] == buckets[2] && buckets[1] == buckets[3] && buckets[0] != buckets[1], "{buckets:?}");
    }
}
