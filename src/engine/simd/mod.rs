//! L2: the vector code: what 64 bytes are made of, and where one of many grams may stand. AVX-512 or AVX2 where the
//! processor has it, plain code elsewhere; all lead to the same answers (tested).
//!
//! This folder is the only place with `unsafe`: processor features are checked once, at [`Level::detect`], and every
//! load is of a slice whose length was checked (`docs/detector.md`, vector code).

mod blocks;
mod classes;
mod places;
mod sieve;

pub(super) use blocks::{BLOCK, Blocks, DENSE, Derived};
pub(super) use classes::classify;
pub(super) use places::{PIECE, Places};
pub(super) use sieve::Sieve;

use super::layout::codes::Codes;

/// What the processor can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Level {
    /// Plain code.
    Plain,
    /// 32 bytes at a time.
    #[cfg(target_arch = "x86_64")]
    Avx2,
    /// 64 bytes at a time, each looked up in a table of 128.
    #[cfg(target_arch = "x86_64")]
    Avx512,
}

impl Level {
    /// By which codes the sieve tells grams.
    pub(super) fn codes(self) -> Codes {
        match self {
            #[cfg(target_arch = "x86_64")]
            Level::Avx512 => Codes::Pairs,
            _ => Codes::Letters,
        }
    }

    /// The best that this processor has.
    pub(super) fn detect() -> Level {
        Level::all().last().copied().unwrap_or(Level::Plain)
    }

    /// Every level that this processor has, the best one last.
    pub(super) fn all() -> Vec<Level> {
        std::iter::once(Level::Plain).chain(Level::vectors()).collect()
    }

    /// The levels of vector code that this processor has.
    #[cfg(target_arch = "x86_64")]
    fn vectors() -> impl Iterator<Item = Level> {
        let bits = is_x86_feature_detected!("bmi1") && is_x86_feature_detected!("bmi2") && is_x86_feature_detected!("popcnt");
        let narrow = bits && is_x86_feature_detected!("avx2");
        let wide = narrow && is_x86_feature_detected!("avx512bw") && is_x86_feature_detected!("avx512vbmi");
        let wide = wide && is_x86_feature_detected!("avx512vbmi2") && is_x86_feature_detected!("gfni");
        narrow.then_some(Level::Avx2).into_iter().chain(wide.then_some(Level::Avx512))
    }

    /// There is vector code for one architecture only.
    #[cfg(not(target_arch = "x86_64"))]
    fn vectors() -> impl Iterator<Item = Level> {
        std::iter::empty()
    }
}

/// The first bytes of `rest`, and zeros where it has no more.
fn padded<const LENGTH: usize>(rest: &[u8]) -> [u8; LENGTH] {
    let mut window = [0; LENGTH];
    let known = &rest[..rest.len().min(LENGTH)];
    window[..known.len()].copy_from_slice(known);
    window
}

/// The vector operations that both stages share.
#[cfg(target_arch = "x86_64")]
mod avx2 {
    #![allow(unsafe_code, reason = "vector loads; every one is of an array of exactly its length")]

    use std::arch::x86_64::{
        __m256i, _mm_loadu_si128, _mm256_and_si256, _mm256_broadcastsi128_si256, _mm256_cmpeq_epi8, _mm256_loadu_si256,
        _mm256_movemask_epi8, _mm256_set1_epi8, _mm256_setzero_si256, _mm256_shuffle_epi8, _mm256_srli_epi16,
    };

    #[target_feature(enable = "avx2")]
    #[inline]
    pub(super) fn load(bytes: &[u8; 32]) -> __m256i {
        unsafe { _mm256_loadu_si256(bytes.as_ptr().cast()) }
    }

    /// A table of 16 bytes, twice.
    #[target_feature(enable = "avx2")]
    #[inline]
    pub(super) fn table(bytes: &[u8; 16]) -> __m256i {
        _mm256_broadcastsi128_si256(unsafe { _mm_loadu_si128(bytes.as_ptr().cast()) })
    }

    /// The low and the high nibble of each byte.
    #[target_feature(enable = "avx2")]
    #[inline]
    pub(super) fn nibbles(bytes: __m256i) -> (__m256i, __m256i) {
        let nibble = _mm256_set1_epi8(15);
        (_mm256_and_si256(bytes, nibble), _mm256_and_si256(_mm256_srli_epi16::<4>(bytes), nibble))
    }

    /// For each byte: the bits that both of its nibbles have in the tables.
    #[target_feature(enable = "avx2")]
    #[inline]
    pub(super) fn look(nibbles: (__m256i, __m256i), low: __m256i, high: __m256i) -> __m256i {
        _mm256_and_si256(_mm256_shuffle_epi8(low, nibbles.0), _mm256_shuffle_epi8(high, nibbles.1))
    }

    /// One bit a byte: set where the byte is not zero.
    #[target_feature(enable = "avx2")]
    #[inline]
    pub(super) fn nonzero(bytes: __m256i) -> u32 {
        !_mm256_movemask_epi8(_mm256_cmpeq_epi8(bytes, _mm256_setzero_si256())).cast_unsigned()
    }
}

/// A table by the seven lowest bits of a byte.
#[cfg(target_arch = "x86_64")]
mod avx512 {
    #![allow(unsafe_code, reason = "vector loads; every one is of an array of exactly its length")]

    use std::arch::x86_64::{
        __m512i, _mm512_add_epi16, _mm512_castsi512_si256, _mm512_cvtepu8_epi16, _mm512_gf2p8affine_epi64_epi8, _mm512_loadu_si512,
        _mm512_maskz_compress_epi8, _mm512_permutex2var_epi8, _mm512_permutexvar_epi8, _mm512_set1_epi16, _mm512_set1_epi64,
        _mm512_storeu_si512,
    };

    #[target_feature(enable = "avx512f")]
    #[inline]
    pub(super) fn load(bytes: &[u8; 64]) -> __m512i {
        unsafe { _mm512_loadu_si512(bytes.as_ptr().cast()) }
    }

    /// What stands at the places below 64, and at those from there on.
    #[derive(Clone, Copy)]
    pub(super) struct Table(__m512i, __m512i);

    impl Table {
        #[target_feature(enable = "avx512f")]
        #[inline]
        pub(super) fn new(entries: &[u8; 128]) -> Table {
            let (low, high) = entries.split_at(64);
            Table(load(low.try_into().expect("64 entries")), load(high.try_into().expect("64 entries")))
        }

        /// The entry of each byte; the highest bit of the byte does not count.
        #[target_feature(enable = "avx512f,avx512bw,avx512vbmi")]
        #[inline]
        pub(super) fn look(self, bytes: __m512i) -> __m512i {
            _mm512_permutex2var_epi8(self.0, bytes, self.1)
        }
    }

    /// For each bit, which of the 64 bytes have it.
    #[target_feature(enable = "avx512f,avx512bw,avx512vbmi,gfni")]
    #[inline]
    pub(super) fn transposed(bytes: __m512i) -> [u64; 8] {
        // The product of a matrix of bits with the unit matrix takes eight bytes at a time, the last one first.
        const UNIT: i64 = 0x8040_2010_0804_0201_u64.cast_signed();
        let reversed = permuted(bytes, &REVERSED);
        let eights = _mm512_gf2p8affine_epi64_epi8::<0>(_mm512_set1_epi64(UNIT), reversed);
        let mut masks = [0; 8];
        unsafe { _mm512_storeu_si512(masks.as_mut_ptr().cast(), permuted(eights, &GATHERED)) };
        masks
    }

    /// Writes the places that have a bit, counted from `base`, the first 32 at most; what is behind them means nothing.
    #[target_feature(enable = "avx512f,avx512bw,avx512vbmi2")]
    #[inline]
    pub(super) fn write_places(room: &mut [u16; 32], base: u16, mask: u64) {
        let first = _mm512_castsi512_si256(compressed(mask));
        let places = _mm512_add_epi16(_mm512_cvtepu8_epi16(first), _mm512_set1_epi16(base.cast_signed()));
        unsafe { _mm512_storeu_si512(room.as_mut_ptr().cast(), places) };
    }

    /// These bytes in another order.
    #[target_feature(enable = "avx512f,avx512bw,avx512vbmi")]
    #[inline]
    fn permuted(bytes: __m512i, order: &[u8; 64]) -> __m512i {
        // Miri does not know the instruction for one source.
        if cfg!(miri) { _mm512_permutex2var_epi8(bytes, load(order), bytes) } else { _mm512_permutexvar_epi8(load(order), bytes) }
    }

    /// The places that have a bit, then zeros.
    #[target_feature(enable = "avx512f,avx512bw,avx512vbmi2")]
    #[inline]
    fn compressed(mask: u64) -> __m512i {
        // Miri does not know this instruction.
        if cfg!(miri) {
            let mut places = [0; 64];
            let set = (0..64).filter(|place| mask >> place & 1 == 1);
            places.iter_mut().zip(set).for_each(|(place, set)| *place = set);
            return load(&places);
        }
        _mm512_maskz_compress_epi8(mask, load(&COUNTED))
    }

    /// Each place by itself.
    const COUNTED: [u8; 64] = counted(0);

    /// The bytes of each eight, the last one first.
    const REVERSED: [u8; 64] = counted(7);

    /// The places in order, with the bits of `flipped` turned round in each.
    const fn counted(flipped: u8) -> [u8; 64] {
        let mut order = [0; 64];
        let mut at = 0u8;
        while at < 64 {
            order[at as usize] = at ^ flipped;
            at += 1;
        }
        order
    }

    /// The first byte of each eight, the second of each eight, and so on.
    const GATHERED: [u8; 64] = {
        let mut order = [0; 64];
        let mut at = 0u8;
        while at < 64 {
            order[at as usize] = at % 8 * 8 + at / 8;
            at += 1;
        }
        order
    };
}
