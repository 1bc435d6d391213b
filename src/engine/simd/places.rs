//! L2: lists of places in a piece of text. They are written from masks, and thinned out, without a branch for each
//! place: which places are kept is as good as random, and a branch that is guessed wrongly costs more than all else.

#![allow(clippy::inline_always, reason = "what is not inlined into vector code is compiled without its features")]

/// How much text is looked at before something is done with what was found, in bytes.
pub(in crate::engine) const PIECE: usize = 4096;
/// The most places that one mask has, and how many are written in one go.
const MASK: usize = 64;
const AT_ONCE: usize = 4;
/// How many are written in one go by the processor.
#[cfg(target_arch = "x86_64")]
const ROW: usize = 32;

/// Places in one piece, as offsets into it, in order.
#[derive(Debug, Default)]
pub(in crate::engine) struct Places {
    /// Empty before first use, so that a default costs nothing.
    at: Vec<u16>,
    count: usize,
}

impl Places {
    /// Makes room for the places of a piece.
    pub(in crate::engine) fn clear(&mut self) {
        self.at.resize(PIECE + MASK, 0);
        self.count = 0;
    }

    pub(in crate::engine) fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        self.at[..self.count].iter().map(|&at| usize::from(at))
    }

    /// Adds the places that have a bit, of the 64 from `base` on.
    ///
    /// # Panics
    /// If there are more than a piece has.
    #[inline(always)]
    #[allow(clippy::cast_possible_truncation, reason = "a piece is shorter than 64 KiB")]
    pub(in crate::engine) fn add(&mut self, base: usize, mut mask: u64) {
        let count = mask.count_ones() as usize;
        let room = self.at[self.count..].first_chunk_mut::<MASK>().expect("no more places than bytes");
        let mut next = || {
            let at = base as u16 + mask.trailing_zeros() as u16;
            mask &= mask.wrapping_sub(1);
            at
        };
        room[..AT_ONCE].fill_with(&mut next);
        if count > AT_ONCE {
            room[AT_ONCE..count].fill_with(next);
        }
        self.count += count;
    }

    /// As [`Places::add`], in one go where there are no more than 32.
    ///
    /// # Panics
    /// As [`Places::add`].
    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx512f,avx512bw,avx512vbmi2,popcnt")]
    #[inline]
    #[allow(clippy::cast_possible_truncation, reason = "a piece is shorter than 64 KiB")]
    pub(super) fn add_compressed(&mut self, base: usize, mask: u64) {
        let count = mask.count_ones() as usize;
        let room = self.at[self.count..].first_chunk_mut::<MASK>().expect("no more places than bytes");
        if count > ROW {
            return self.add(base, mask);
        }
        super::avx512::write_places(room.first_chunk_mut::<ROW>().expect("32 places"), base as u16, mask);
        self.count += count;
    }

    /// Leaves those of which `keeps` is true.
    #[inline(always)]
    pub(in crate::engine) fn retain(&mut self, mut keeps: impl FnMut(usize) -> bool) {
        let mut kept = 0;
        for index in 0..self.count {
            let at = self.at[index];
            self.at[kept] = at;
            kept += usize::from(keeps(usize::from(at)));
        }
        self.count = kept;
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "x86_64")]
    use super::super::Level;
    use super::{PIECE, Places};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn places_are_those_of_the_masks(masks in proptest::collection::vec(any::<u64>().prop_flat_map(|mask| (0u32..64).prop_map(move |by| mask >> by)), 0..PIECE / 64 + 1), divisor in 1usize..5) {
            let mut places = Places::default();
            places.clear();
            for (block, &mask) in masks.iter().enumerate() {
                places.add(block * 64, mask);
            }
            let expected: Vec<usize> = (0..masks.len() * 64).filter(|at| masks[at / 64] >> (at % 64) & 1 == 1).collect();
            prop_assert_eq!(places.iter().collect::<Vec<_>>(), expected.clone());
            #[cfg(target_arch = "x86_64")]
            if Level::all().contains(&Level::Avx512) {
                let mut compressed = Places::default();
                compressed.clear();
                for (block, &mask) in masks.iter().enumerate() {
                    #[allow(unsafe_code, reason = "Level::Avx512 exists only where the processor has these features")]
                    unsafe { compressed.add_compressed(block * 64, mask) };
                }
                prop_assert_eq!(compressed.iter().collect::<Vec<_>>(), expected.clone());
            }
            places.retain(|at| at % divisor == 0);
            prop_assert_eq!(places.iter().collect::<Vec<_>>(), expected.into_iter().filter(|at| at % divisor == 0).collect::<Vec<_>>());
        }
    }
}
