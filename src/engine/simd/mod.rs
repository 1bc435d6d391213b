//! L2: the vector code: what 64 bytes are made of, and where one of many grams may stand. AVX-512 or AVX2 where the
//! processor has it, plain code elsewhere; all lead to the same answers (tested).
//!
//! This folder is the only place with `unsafe`: processor features are checked once, at [`Level::detect`], and every
//! load is of a slice whose length was checked (`docs/detector.md`, vector code).

mod classes;
mod sieve;
mod starts;

pub(super) use classes::{Blocks, Classes, classify};
pub(super) use sieve::{Gram, Sieve};
pub(super) use starts::Starts;

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
    /// The best that this processor has.
    pub(super) fn detect() -> Level {
        Level::all().last().copied().unwrap_or(Level::Plain)
    }

    /// Every level that this processor has, the best one last.
    pub(super) fn all() -> Vec<Level> {
        let mut all = vec![Level::Plain];
        #[cfg(target_arch = "x86_64")]
        {
            let bits = is_x86_feature_detected!("bmi1") && is_x86_feature_detected!("bmi2") && is_x86_feature_detected!("lzcnt");
            if bits && is_x86_feature_detected!("avx2") {
                all.push(Level::Avx2);
                if is_x86_feature_detected!("avx512bw") && is_x86_feature_detected!("avx512vbmi") {
                    all.push(Level::Avx512);
                }
            }
        }
        all
    }
}

/// The first bytes of `rest`, and zeros where it has no more.
#[cfg(target_arch = "x86_64")]
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

    use std::arch::x86_64::{__m512i, _mm512_loadu_si512, _mm512_permutex2var_epi8};

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
}
