//! L2: texts filed under the hash of a few of their bytes, compared where that hash is met.

use super::buckets::Buckets;
use super::layout::filed::Filed;
use super::layout::groups::Groups;

/// How many bytes are compared at once, and how many of them stand before those that a text is filed under.
const AROUND: usize = 16;
const BEFORE: usize = 4;
/// Folds the case of a letter.
const CASE: u8 = 0xdf;

/// A text at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct WordHit {
    /// Index of the text, in the order of [`Filed::texts`].
    pub(super) word: u32,
    /// Offset of its first byte.
    pub(super) start: usize,
    /// Offset behind its last byte.
    pub(super) end: usize,
}

/// A set of texts, found whatever their case.
#[derive(Debug)]
pub(super) struct Texts {
    /// In lower case.
    lower: Groups<u8>,
    buckets: Buckets,
    /// Sorted by hash.
    entries: Vec<Entry>,
}

/// A text, filed under some of its bytes.
#[derive(Debug)]
struct Entry {
    /// Its bytes from four before those to twelve behind their beginning, as far as it has them, letters as capitals;
    /// and which bits of the text are compared with them.
    around: u128,
    mask: u128,
    text: u32,
    /// Offset of those inside it, and its length, in bytes.
    offset: u8,
    length: u8,
    /// Whether it has bytes beyond those.
    is_longer: bool,
}

impl Entry {
    fn new(text: &[u8], index: u32, offset: u8) -> Entry {
        let (mut around, mut mask) = ([0; AROUND], [0; AROUND]);
        for (place, byte) in text.iter().enumerate() {
            if let Some(at) = (place + BEFORE).checked_sub(usize::from(offset)).filter(|&at| at < AROUND) {
                mask[at] = if byte.is_ascii_lowercase() { CASE } else { u8::MAX };
                around[at] = byte & mask[at];
            }
        }
        let length = u8::try_from(text.len()).expect("literals are short");
        let is_longer = usize::from(offset) > BEFORE || text.len() + BEFORE > usize::from(offset) + AROUND;
        Entry { around: u128::from_le_bytes(around), mask: u128::from_le_bytes(mask), text: index, offset, length, is_longer }
    }
}

impl Texts {
    pub(super) fn new(Filed { texts, keys }: Filed) -> Texts {
        let buckets = Buckets::new(&keys.iter().map(|&(hash, ..)| hash).collect::<Vec<_>>());
        let entries = keys.into_iter().map(|(_, text, offset)| Entry::new(&texts[text as usize], text, offset)).collect();
        Texts { lower: texts, buckets, entries }
    }

    /// The texts, in lower case.
    #[cfg(test)]
    pub(super) fn texts(&self) -> Vec<String> {
        self.lower.iter().map(|text| String::from_utf8_lossy(text).into_owned()).collect()
    }

    /// Whether any text has this hash.
    #[inline]
    pub(super) fn has(&self, hash: u16) -> bool {
        self.buckets.has(hash)
    }

    /// Calls `visit` for every text of which the bytes with this hash stand at `at`.
    #[inline(never)]
    pub(super) fn compare(&self, bytes: &[u8], at: usize, hash: u16, visit: &mut impl FnMut(WordHit)) {
        let window = at.checked_sub(BEFORE).and_then(|from| bytes[from..].first_chunk::<AROUND>().copied());
        let around = u128::from_le_bytes(window.unwrap_or_else(|| part(bytes, at)));
        for entry in &self.entries[self.buckets.range(hash)] {
            if around & entry.mask == entry.around
                && let Some(start) = at.checked_sub(usize::from(entry.offset))
            {
                let end = start + usize::from(entry.length);
                if end <= bytes.len() && (!entry.is_longer || bytes[start..end].eq_ignore_ascii_case(&self.lower[entry.text as usize])) {
                    visit(WordHit { word: entry.text, start, end });
                }
            }
        }
    }
}

/// The bytes around `at` near an end of the text; zeros where there are none.
#[cold]
fn part(bytes: &[u8], at: usize) -> [u8; AROUND] {
    let mut window = [0; AROUND];
    let from = at.saturating_sub(BEFORE);
    let known = &bytes[from..bytes.len().min(at + AROUND - BEFORE)];
    let first = from + BEFORE - at;
    window[first..first + known.len()].copy_from_slice(known);
    window
}
