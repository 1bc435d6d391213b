//! Byte offsets to lines and columns and back.
//!
//! Lines end at `\n`, `\r\n` or a lone `\r`. Lines and columns are 1-based; columns count characters
//! (Unicode scalar values; each byte of invalid UTF-8 counts as one).

use bstr::ByteSlice as _;

/// Distance of the places up to which characters are counted in advance, in bytes. Bounds the work for one
/// position in a text that is a single line of megabytes.
const MARK_EVERY: usize = 4096;

/// Where lines begin in one text. Built once per blob that has a match, never for clean ones.
#[derive(Debug)]
pub struct LineIndex {
    starts: Vec<usize>,
    /// Byte offset and number of characters before it, about every [`MARK_EVERY`] bytes.
    marks: Vec<(usize, usize)>,
    len: usize,
}

impl LineIndex {
    /// Reads `text` once.
    #[must_use]
    pub fn new(text: &[u8]) -> Self {
        let mut starts = vec![0];
        for at in memchr::memchr2_iter(b'\n', b'\r', text) {
            let crlf = text[at] == b'\r' && text.get(at + 1) == Some(&b'\n');
            if !crlf {
                starts.push(at + 1);
            }
        }
        LineIndex { starts, marks: count_marks(text), len: text.len() }
    }

    /// Number of lines, at least 1.
    #[must_use]
    pub fn count(&self) -> usize {
        self.starts.len()
    }

    /// 1-based line that holds the byte at `offset`.
    #[must_use]
    pub fn line_of(&self, offset: usize) -> usize {
        self.starts.partition_point(|&start| start <= offset)
    }

    /// 1-based line and column of the byte at `offset` of `text` (the text that the index was built from).
    #[must_use]
    pub fn position(&self, text: &[u8], offset: usize) -> (usize, usize) {
        let line = self.line_of(offset);
        let start = self.starts[line - 1];
        (line, self.characters(text, offset.min(self.len)) - self.characters(text, start) + 1)
    }

    /// Number of characters before `offset`.
    fn characters(&self, text: &[u8], offset: usize) -> usize {
        let (at, count) = self.marks[self.marks.partition_point(|&(at, _)| at <= offset) - 1];
        count + text[at..offset].chars().count()
    }

    /// Byte range of the 1-based `line`, without its line ending.
    #[must_use]
    pub fn range(&self, text: &[u8], line: usize) -> std::ops::Range<usize> {
        let start = self.starts[line - 1];
        let mut end = self.starts.get(line).copied().unwrap_or(self.len);
        while end > start && matches!(text[end - 1], b'\n' | b'\r') {
            end -= 1;
        }
        start..end
    }

    /// Byte offset of the 1-based `column` on the 1-based `line`; the end of the line where it is shorter.
    #[must_use]
    pub fn offset(&self, text: &[u8], line: usize, column: usize) -> usize {
        let range = self.range(text, line);
        let line_text = &text[range.clone()];
        line_text.char_indices().nth(column - 1).map_or(range.end, |(start, _, _)| range.start + start)
    }
}

/// Counts characters up to places [`MARK_EVERY`] bytes apart. Each lies on a byte that can begin a character,
/// so counting on from there gives the same as counting from the start, also in invalid UTF-8.
fn count_marks(text: &[u8]) -> Vec<(usize, usize)> {
    let mut marks = vec![(0, 0)];
    let (mut from, mut count) = (0, 0);
    while let Some(next) = text.get(from + MARK_EVERY..) {
        let Some(skip) = next.iter().position(|byte| byte & 0xc0 != 0x80) else { break };
        let at = from + MARK_EVERY + skip;
        count += text[from..at].chars().count();
        marks.push((at, count));
        from = at;
    }
    marks
}

#[cfg(test)]
mod tests {
    use super::{LineIndex, MARK_EVERY};
    use bstr::ByteSlice as _;
    use proptest::prelude::*;

    #[test]
    fn every_line_ending_counts_once() {
        let text = b"a\nb\r\nc\rd";
        let index = LineIndex::new(text);
        assert_eq!(index.count(), 4);
        assert_eq!(index.position(text, 7), (4, 1));
        assert_eq!(&text[index.range(text, 2)], b"b");
    }

    #[test]
    fn columns_count_characters() {
        let text = "é=x".as_bytes();
        assert_eq!(LineIndex::new(text).position(text, 3), (1, 3));
    }

    proptest! {
        #[test]
        fn columns_in_long_lines_are_those_of_a_plain_count(seed in proptest::collection::vec(any::<u8>(), 1..60), pick in any::<usize>()) {
            let text: Vec<u8> = seed.iter().copied().map(|byte| if matches!(byte, b'\n' | b'\r') { 0xc3 } else { byte }).cycle().take(MARK_EVERY * 3).collect();
            let offset = pick % text.len();
            prop_assert_eq!(LineIndex::new(&text).position(&text, offset), (1, text[..offset].chars().count() + 1));
        }

        #[test]
        fn offsets_survive_the_round_trip(text in "[a-zé\n\r]{0,40}", pick in 0usize..1000) {
            let bytes = text.as_bytes();
            let boundaries: Vec<usize> = text.char_indices().filter(|(_, c)| !matches!(c, '\n' | '\r')).map(|(at, _)| at).collect();
            prop_assume!(!boundaries.is_empty());
            let offset = boundaries[pick % boundaries.len()];
            let index = LineIndex::new(bytes);
            let (line, column) = index.position(bytes, offset);
            prop_assert_eq!(index.offset(bytes, line, column), offset);
        }
    }
}
