//! L3: a set of small numbers, one bit each.

/// A set of numbers.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(in crate::sources::history) struct Bits(Vec<u64>);

impl Bits {
    /// The empty set, with room for numbers below `bound`.
    pub(in crate::sources::history) fn new(bound: usize) -> Self {
        Bits(vec![0; bound.div_ceil(64)])
    }

    /// Adds a number; whether it is new.
    pub(in crate::sources::history) fn insert(&mut self, number: u32) -> bool {
        let (at, bit) = (number as usize / 64, 1 << (number % 64));
        if self.0.len() <= at {
            self.0.resize(at + 1, 0);
        }
        let word = &mut self.0[at];
        let is_new = *word & bit == 0;
        *word |= bit;
        is_new
    }

    /// Whether it holds the number.
    pub(in crate::sources::history) fn holds(&self, number: u32) -> bool {
        self.0.get(number as usize / 64).is_some_and(|word| word & 1 << (number % 64) != 0)
    }

    /// Its numbers, in order.
    pub(in crate::sources::history) fn numbers(&self) -> impl Iterator<Item = u32> + '_ {
        let of_word = |(at, word): (u32, &u64)| {
            let word = *word;
            (0..64).filter(move |bit| word & 1 << bit != 0).map(move |bit| at * 64 + bit)
        };
        (0..).zip(&self.0).flat_map(of_word)
    }

    /// Adds all numbers of another set.
    pub(in crate::sources::history) fn add_all(&mut self, other: &Bits) {
        if self.0.len() < other.0.len() {
            self.0.resize(other.0.len(), 0);
        }
        for (word, other) in self.0.iter_mut().zip(&other.0) {
            *word |= other;
        }
    }

    /// Whether all its numbers are in the other set too.
    pub(in crate::sources::history) fn is_within(&self, other: &Bits) -> bool {
        self.0.iter().enumerate().all(|(at, word)| word & !other.0.get(at).copied().unwrap_or_default() == 0)
    }
}

#[cfg(test)]
mod tests {
    use super::Bits;

    #[test]
    fn numbers_are_held_once_added() {
        let mut bits = Bits::new(130);
        assert!(bits.insert(129) && !bits.insert(129) && bits.insert(0));
        assert_eq!(bits.numbers().collect::<Vec<_>>(), [0, 129]);
        assert!(bits.holds(0) && bits.holds(129) && !bits.holds(64) && !bits.holds(1000));
        let mut more = Bits::new(130);
        assert!(!bits.is_within(&more));
        more.add_all(&bits);
        assert!(bits.is_within(&more) && more.is_within(&bits));
        more.insert(6400);
        assert!(bits.is_within(&more) && !more.is_within(&bits));
    }
}
