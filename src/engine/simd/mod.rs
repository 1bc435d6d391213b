//! L2: the vector code: what 64 bytes are made of, and where one of many grams may stand. AVX2 where the processor
//! has it, plain code elsewhere; both give the same answers (tested).
//!
//! This folder is the only place with `unsafe`: processor features are checked once, at [`Level::detect`], and every
//! load is of a slice whose length was checked (`docs/detector.md`, vector code).

mod classes;
mod sieve;

pub(super) use classes::{Blocks, Classes, classify};
pub(super) use sieve::{Gram, Sieve};

/// What the processor can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Level {
    /// Plain code.
    Plain,
    /// 32 bytes at a time.
    #[cfg(target_arch = "x86_64")]
    Avx2,
}

impl Level {
    /// The best that this processor has.
    pub(super) fn detect() -> Level {
        #[cfg(target_arch = "x86_64")]
        if std::arch::is_x86_feature_detected!("avx2")
            && std::arch::is_x86_feature_detected!("bmi1")
            && std::arch::is_x86_feature_detected!("bmi2")
            && std::arch::is_x86_feature_detected!("lzcnt")
        {
            return Level::Avx2;
        }
        Level::Plain
    }

    /// Every level that this processor has, for tests.
    #[cfg(test)]
    pub(super) fn all() -> Vec<Level> {
        let mut all = vec![Level::Plain];
        if Level::detect() != Level::Plain {
            all.push(Level::detect());
        }
        all
    }
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
