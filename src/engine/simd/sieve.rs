//! L2: where one of some hundred grams may stand: a look-up of four bytes at once, in the manner of Teddy.
//!
//! Each gram has one of 16 buckets, and four codes: of its four bytes, or, where the processor has tables for as many
//! codes, of pairs of them ([`Codes`]). For each of the four, a table says which buckets have such a code; a place is a
//! candidate if some bucket has all four. That lets some places through where no gram stands, and never misses one.

use super::{BLOCK, Level, PIECE, Places, padded};
use crate::engine::layout::codes::{CODES, Codes, LENGTH};

/// The tables for a set of grams.
#[derive(Debug, Clone)]
pub(in crate::engine) struct Sieve {
    /// By half of the buckets, and by place in the gram: the buckets that have each code.
    tables: [[[u8; CODES]; LENGTH]; 2],
}

impl Sieve {
    /// A sieve of these tables, which are for the codes of the level that it is used at.
    pub(in crate::engine) fn new(tables: &[u8]) -> Sieve {
        let mut sieve = Sieve { tables: [[[0; CODES]; LENGTH]; 2] };
        sieve.tables.as_flattened_mut().as_flattened_mut().copy_from_slice(tables);
        sieve
    }

    /// Notes every place of the piece of `bytes` from `from` on where one of the grams may stand, as offsets into it,
    /// and some others. Behind the end of the bytes stand zeros.
    #[inline]
    pub(in crate::engine) fn find(&self, level: Level, bytes: &[u8], from: usize, places: &mut Places) {
        match level {
            Level::Plain => self.find_plain(&bytes[from..], places),
            #[cfg(target_arch = "x86_64")]
            #[allow(unsafe_code, reason = "Level::Avx2 exists only where the processor has these features")]
            Level::Avx2 => unsafe { vector::find(self, &bytes[from..], places) },
            #[cfg(target_arch = "x86_64")]
            #[allow(unsafe_code, reason = "Level::Avx512 exists only where the processor has these features")]
            Level::Avx512 => unsafe { pairs::find(self, &bytes[from..], places) },
        }
    }

    /// All places of a gram at once: of the four parts of `state`, each has the buckets that have the codes of as many
    /// bytes up to here.
    fn find_plain(&self, bytes: &[u8], places: &mut Places) {
        const EACH: u32 = u16::BITS;
        const FIRST: u64 = (1 << EACH) - 1;
        let tables = self.joined();
        let next = |state: u64, byte: u8| (state << EACH | FIRST) & tables[Codes::Letters.code([byte; LENGTH], 0)];
        let length = bytes.len().min(PIECE);
        let mut state = padded::<{ LENGTH - 1 }>(bytes).into_iter().fold(0, next);
        for from in (0..length).step_by(BLOCK) {
            let ahead = bytes.get(from + LENGTH - 1..).unwrap_or_default();
            let ahead: [u8; BLOCK] = ahead.first_chunk().copied().unwrap_or_else(|| padded(ahead));
            let mut mask = 0;
            for (place, byte) in ahead.into_iter().enumerate() {
                state = next(state, byte);
                mask |= u64::from(state >> (u64::BITS - EACH) != 0) << place;
            }
            let inside = length - from;
            places.add(from, if inside < BLOCK { mask & ((1 << inside) - 1) } else { mask });
        }
    }

    /// By code of a letter: the buckets that have it, in as many parts as there are places in a gram.
    fn joined(&self) -> [u64; Codes::LETTERS] {
        let buckets = |place: usize, code: usize| u16::from_le_bytes(self.tables.map(|half| half[place][code]));
        std::array::from_fn(|code| (0..LENGTH).rev().fold(0, |all, place| all << u16::BITS | u64::from(buckets(place, code))))
    }
}

#[cfg(target_arch = "x86_64")]
mod vector {
    use super::super::avx2::{load, nonzero, table};
    use super::super::padded;
    use super::{CODES, LENGTH, PIECE, Places, Sieve};
    use std::arch::x86_64::{
        __m256i, _mm256_and_si256, _mm256_blendv_epi8, _mm256_or_si256, _mm256_set1_epi8, _mm256_shuffle_epi8, _mm256_slli_epi16,
    };

    /// Bytes of a step, and what a step reads.
    const STEP: usize = 32;
    const READ: usize = STEP + LENGTH - 1;

    #[target_feature(enable = "avx2,bmi1,bmi2,popcnt")]
    pub(super) fn find(sieve: &Sieve, bytes: &[u8], places: &mut Places) {
        let tables = Tables::new(sieve);
        let mut at = 0;
        while at < PIECE
            && let Some(window) = bytes[at..].first_chunk::<READ>()
        {
            places.add(at, tables.candidates(window));
            at += STEP;
        }
        while at < bytes.len().min(PIECE) {
            let inside = bytes.len() - at;
            let candidates = tables.candidates(&padded::<READ>(&bytes[at..]));
            places.add(at, if inside < STEP { candidates & ((1 << inside) - 1) } else { candidates });
            at += STEP;
        }
    }

    /// The tables of one half of the buckets: for each place, those of the codes below 16 and from there on.
    struct Tables([[(__m256i, __m256i); LENGTH]; 2]);

    impl Tables {
        #[target_feature(enable = "avx2")]
        #[inline]
        fn new(sieve: &Sieve) -> Tables {
            let split = |codes: &[u8; CODES]| {
                let (low, high) = (codes.first_chunk(), codes[16..].first_chunk());
                (table(low.expect("16 codes")), table(high.expect("16 codes")))
            };
            let half = |half: &[[u8; CODES]; LENGTH]| [split(&half[0]), split(&half[1]), split(&half[2]), split(&half[3])];
            Tables([half(&sieve.tables[0]), half(&sieve.tables[1])])
        }

        /// One bit for each of the first 32 places.
        #[target_feature(enable = "avx2")]
        #[inline]
        fn candidates(&self, window: &[u8; READ]) -> u64 {
            let at = |place: usize| {
                let bytes = load(window[place..place + STEP].try_into().expect("32 bytes"));
                // A shuffle goes by the four lowest bits where the highest is zero, a blend by the highest.
                let index = _mm256_and_si256(bytes, _mm256_set1_epi8(0x7f));
                let fifth = _mm256_slli_epi16::<3>(bytes);
                let look = |(low, high): (__m256i, __m256i)| {
                    _mm256_blendv_epi8(_mm256_shuffle_epi8(low, index), _mm256_shuffle_epi8(high, index), fifth)
                };
                (look(self.0[0][place]), look(self.0[1][place]))
            };
            let join =
                |one: (__m256i, __m256i), other: (__m256i, __m256i)| (_mm256_and_si256(one.0, other.0), _mm256_and_si256(one.1, other.1));
            let all = join(join(at(0), at(1)), join(at(2), at(3)));
            u64::from(nonzero(_mm256_or_si256(all.0, all.1)))
        }
    }
}

#[cfg(target_arch = "x86_64")]
mod pairs {
    use super::super::avx512::{Table, load};
    use super::super::padded;
    use super::{CODES, LENGTH, PIECE, Places, Sieve};
    use crate::engine::layout::codes::{PAIRS, SECOND};
    use std::arch::x86_64::{
        __m512i, _mm512_add_epi8, _mm512_and_si512, _mm512_or_si512, _mm512_set1_epi8, _mm512_test_epi8_mask, _mm512_xor_si512,
    };

    /// Bytes of a step, and what a step reads.
    const STEP: usize = 64;
    const READ: usize = STEP + LENGTH - 1;

    #[target_feature(enable = "avx512f,avx512bw,avx512vbmi,avx512vbmi2,bmi1,bmi2,popcnt")]
    pub(super) fn find(sieve: &Sieve, bytes: &[u8], places: &mut Places) {
        let tables = Tables::new(sieve);
        let mut at = 0;
        while at < PIECE
            && let Some(window) = bytes[at..].first_chunk::<READ>()
        {
            places.add_compressed(at, tables.candidates(window));
            at += STEP;
        }
        while at < bytes.len().min(PIECE) {
            let inside = bytes.len() - at;
            let candidates = tables.candidates(&padded::<READ>(&bytes[at..]));
            places.add_compressed(at, if inside < STEP { candidates & ((1 << inside) - 1) } else { candidates });
            at += STEP;
        }
    }

    /// The tables of each half of the buckets, by place.
    struct Tables([[Table; LENGTH]; 2]);

    impl Tables {
        #[target_feature(enable = "avx512f")]
        #[inline]
        fn new(sieve: &Sieve) -> Tables {
            let half =
                |half: &[[u8; CODES]; LENGTH]| [Table::new(&half[0]), Table::new(&half[1]), Table::new(&half[2]), Table::new(&half[3])];
            Tables([half(&sieve.tables[0]), half(&sieve.tables[1])])
        }

        /// One bit for each of the first 64 places.
        #[target_feature(enable = "avx512f,avx512bw,avx512vbmi")]
        #[inline]
        fn candidates(&self, window: &[u8; READ]) -> u64 {
            let bytes = |place: usize| load(window[place..place + STEP].try_into().expect("64 bytes"));
            let bytes = [bytes(0), bytes(1), bytes(2), bytes(3)];
            let codes = PAIRS.map(|(first, second)| code(bytes[first], bytes[second]));
            let half = |tables: &[Table; LENGTH]| {
                let look = |place: usize| tables[place].look(codes[place]);
                _mm512_and_si512(_mm512_and_si512(look(0), look(1)), _mm512_and_si512(look(2), look(3)))
            };
            let all = _mm512_or_si512(half(&self.0[0]), half(&self.0[1]));
            _mm512_test_epi8_mask(all, all)
        }
    }

    /// The [`pair_code`](crate::engine::layout::codes::pair_code) of each two bytes; the highest bit means nothing.
    #[target_feature(enable = "avx512f,avx512bw")]
    #[inline]
    fn code(first: __m512i, second: __m512i) -> __m512i {
        let twice = _mm512_add_epi8(first, first);
        let shifted = _mm512_add_epi8(twice, twice);
        _mm512_xor_si512(shifted, _mm512_and_si512(second, _mm512_set1_epi8(SECOND.cast_signed())))
    }
}

#[cfg(test)]
mod tests {
    use super::super::Level;
    use super::{Places, Sieve};
    use crate::engine::layout::codes::Gram;
    use crate::engine::layout::literals::tables;
    use proptest::prelude::*;

    fn grams() -> Vec<Gram> {
        let gram = |text: &[u8]| (text[..3].try_into().unwrap(), text.get(3).copied());
        [&b"pass"[..], b"pwd", b"://", b"toke", b"_key", b"-key", b"x42z", b"begi"].into_iter().map(gram).collect()
    }

    fn stands(bytes: &[u8], (head, last): Gram) -> bool {
        let is = |at: usize, byte: u8| bytes.get(at).is_some_and(|other| other.eq_ignore_ascii_case(&byte));
        (0..3).all(|at| is(at, head[at])) && last.is_none_or(|last| is(3, last))
    }

    proptest! {
        #[test]
        fn every_level_lets_every_gram_through(text in "[ -~\n]{0,40}((pass|PWD|://|Toke|_kEy|-key|x42z|b|e|g|i){0,2}[ -~]{0,40}){0,6}") {
            let bytes = text.as_bytes();
            for level in Level::all() {
                let mut places = Places::default();
                places.clear();
                Sieve::new(&tables(&grams(), level.codes())).find(level, bytes, 0, &mut places);
                let places: Vec<usize> = places.iter().collect();
                prop_assert!(places.is_sorted() && places.iter().all(|&at| at < bytes.len()));
                for at in 0..bytes.len() {
                    if grams().into_iter().any(|gram| stands(&bytes[at..], gram)) {
                        prop_assert!(places.contains(&at));
                    }
                }
            }
        }
    }

    #[test]
    fn most_places_of_other_text_are_no_candidates() {
        let mut places = Places::default();
        places.clear();
        Sieve::new(&tables(&grams(), Level::Plain.codes())).find(
            Level::Plain,
            "for (int i = 0; i < n; i++) { sum += values[i]; }\n".repeat(20).as_bytes(),
            0,
            &mut places,
        );
        assert_eq!(places.iter().count(), 0);
    }
}
