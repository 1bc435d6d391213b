//! L3: how bytes are to be looked at: as text, as text in another encoding, or as binary.
//!
//! The detector reads UTF-8 and ASCII. UTF-16 (which Windows tools write by habit) and UTF-32 are transcoded first,
//! so lines and columns are those of the transcoded text; a byte order mark is no character and is left out. A part
//! that is in another encoding than the rest is read as what it is (`mixed`). What is binary is decided as git does it:
//! a NUL within the first 8000 bytes.

use super::{colours, mixed};
use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_16BE, UTF_16LE};

/// How many bytes from the start decide whether content is binary: git's number.
const SAMPLE: usize = 8000;

/// Bytes by what they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content<'a> {
    /// Text in UTF-8 or an encoding that contains ASCII, without byte order mark. Owned where it had to be
    /// transcoded; what could not be decoded is U+FFFD then.
    Text(Cow<'a, [u8]>),
    /// Anything else, as it is.
    Binary(&'a [u8]),
}

/// Finds out what `bytes` are. Borrows wherever nothing has to be transcoded. The codes of a terminal's colours are
/// blanks in what is text.
#[must_use]
pub fn classify(bytes: &[u8]) -> Content<'_> {
    match coded(bytes) {
        Content::Text(text) => Content::Text(colours::blanked(text)),
        binary @ Content::Binary(_) => binary,
    }
}

/// The same with these codes.
fn coded(bytes: &[u8]) -> Content<'_> {
    match bytes {
        [0xef, 0xbb, 0xbf, rest @ ..] if !looks_binary(rest) => Content::Text(Cow::Borrowed(rest)),
        [0xff, 0xfe, 0, 0, rest @ ..] => marked(rest, true, |bytes| utf32(bytes, u32::from_le_bytes)),
        [0, 0, 0xfe, 0xff, rest @ ..] => marked(rest, false, |bytes| utf32(bytes, u32::from_be_bytes)),
        [0xff, 0xfe, rest @ ..] => marked(rest, true, |bytes| utf16(bytes, UTF_16LE)),
        [0xfe, 0xff, rest @ ..] => marked(rest, false, |bytes| utf16(bytes, UTF_16BE)),
        _ if !looks_binary(bytes) => Content::Text(Cow::Borrowed(bytes)),
        _ => match mixed::joined(bytes).or_else(|| unmarked_utf16(bytes).map(|encoding| utf16(bytes, encoding))) {
            Some(text) => Content::Text(Cow::Owned(text)),
            None => Content::Binary(bytes),
        },
    }
}

/// Text behind the mark of an encoding, which `read` reads, but for stretches that are plain all the same.
fn marked(bytes: &[u8], is_little: bool, read: impl Fn(&[u8]) -> Vec<u8>) -> Content<'_> {
    let mut text = Vec::with_capacity(bytes.len());
    let mut from = 0;
    for stretch in mixed::plain_stretches(bytes, is_little) {
        text.extend(read(&bytes[from..stretch.start]));
        text.extend_from_slice(stretch.of(bytes));
        from = stretch.end;
    }
    text.extend(read(&bytes[from..]));
    Content::Text(Cow::Owned(text))
}

fn looks_binary(bytes: &[u8]) -> bool {
    memchr::memchr(0, &bytes[..bytes.len().min(SAMPLE)]).is_some()
}

fn utf16(bytes: &[u8], encoding: &'static Encoding) -> Vec<u8> {
    encoding.decode_without_bom_handling(bytes).0.into_owned().into_bytes()
}

fn utf32(bytes: &[u8], unit: fn([u8; 4]) -> u32) -> Vec<u8> {
    let (units, rest) = bytes.as_chunks::<4>();
    let mut text: String = units.iter().map(|&bytes| char::from_u32(unit(bytes)).unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
    if !rest.is_empty() {
        text.push(char::REPLACEMENT_CHARACTER);
    }
    text.into_bytes()
}

/// The byte order of UTF-16 that does not say so, where the sample reads well in one.
///
/// Such text has NULs, so this runs only on what would be binary otherwise. Reading machine code, images or tables
/// of numbers as UTF-16 gives control characters, lone surrogates and private use characters at a rate that no
/// text has; and text with anything to look for in it has ASCII.
fn unmarked_utf16(bytes: &[u8]) -> Option<&'static Encoding> {
    let sample = &bytes[..bytes.len().min(SAMPLE)];
    let (units, _) = sample.as_chunks::<2>();
    let little = Tally::of(units.iter().map(|&unit| u16::from_le_bytes(unit)));
    let big = Tally::of(units.iter().map(|&unit| u16::from_be_bytes(unit)));
    let (better, encoding) = if little.ascii >= big.ascii { (little, UTF_16LE) } else { (big, UTF_16BE) };
    better.is_text().then_some(encoding)
}

/// What the units of a sample are.
#[derive(Default)]
struct Tally {
    units: usize,
    ascii: usize,
    improbable: usize,
}

impl Tally {
    fn of(units: impl Iterator<Item = u16>) -> Tally {
        let mut tally = Tally::default();
        let mut units = units.peekable();
        while let Some(unit) = units.next() {
            tally.units += 1;
            match unit {
                0x20..=0x7e | 0x09 | 0x0a | 0x0d => tally.ascii += 1,
                0xd800..=0xdbff => match units.next_if(|low| (0xdc00..=0xdfff).contains(low)) {
                    Some(_) => tally.units += 1,
                    // The sample may end in the middle of a pair.
                    None if units.peek().is_some() => tally.improbable += 1,
                    None => {}
                },
                0..=0x1f | 0x7f..=0x9f | 0xdc00..=0xf8ff | 0xfdd0..=0xfdef | 0xfffe | 0xffff => tally.improbable += 1,
                _ => {}
            }
        }
        tally
    }

    fn is_text(&self) -> bool {
        self.ascii > 0 && self.ascii * 8 >= self.units && self.improbable * 50 <= self.units
    }
}

#[cfg(test)]
mod tests {
    use super::{Content, classify};
    use proptest::prelude::*;
    use std::borrow::Cow;

    fn encode(text: &str, unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(unit).collect()
    }

    fn text_of(bytes: &[u8]) -> Option<String> {
        match classify(bytes) {
            Content::Text(text) => Some(String::from_utf8_lossy(&text).into_owned()),
            Content::Binary(_) => None,
        }
    }

    #[test]
    fn plain_text_is_borrowed() {
        assert!(matches!(classify(b"key = value\n"), Content::Text(Cow::Borrowed(b"key = value\n"))));
        assert!(matches!(classify(b""), Content::Text(Cow::Borrowed(b""))));
        assert!(matches!(classify(b"caf\xe9"), Content::Text(Cow::Borrowed(b"caf\xe9"))), "Latin-1 contains ASCII");
    }

    #[test]
    fn the_utf8_mark_takes_no_column() {
        assert!(matches!(classify("\u{feff}key".as_bytes()), Content::Text(Cow::Borrowed(b"key"))));
    }

    #[test]
    fn a_nul_in_the_first_8000_bytes_makes_binary() {
        let mut bytes = vec![b'a'; 9000];
        bytes[8000] = 0;
        assert!(matches!(classify(&bytes), Content::Text(_)));
        bytes[7999] = 0;
        assert_eq!(classify(&bytes), Content::Binary(&bytes));
        assert_eq!(text_of(b"\xef\xbb\xbfa\0b"), None);
    }

    #[test]
    fn utf16_is_read_in_both_orders_with_and_without_mark() {
        let text = "user = \"naïve 鍵 𝄞\"\r\nnext\r\n";
        for unit in [u16::to_le_bytes, u16::to_be_bytes] {
            assert_eq!(text_of(&encode(text, unit)).as_deref(), Some(text));
            assert_eq!(text_of(&encode(&format!("\u{feff}{text}"), unit)).as_deref(), Some(text));
        }
    }

    #[test]
    fn mostly_foreign_utf16_without_mark_is_text() {
        let text = "設定ファイルの説明\u{3000}密鍵は token=abc\n".repeat(20);
        for unit in [u16::to_le_bytes, u16::to_be_bytes] {
            assert_eq!(text_of(&encode(&text, unit)).as_deref(), Some(text.as_str()));
        }
    }

    #[test]
    fn each_part_is_read_in_its_own_encoding() {
        assert_eq!(text_of(b"\xff\xfe# a comment\nkey=value\n").as_deref(), Some("# a comment\nkey=value\n"));
        assert_eq!(text_of(b"\xff\xfe\0\0key=value\n").as_deref(), Some("key=value\n"));
        for unit in [u16::to_le_bytes, u16::to_be_bytes] {
            let (head, tail) = (encode("\u{feff}鍵 = 1\r\n", unit), encode("last = é\n", unit));
            let bytes = [&head, &b"in = the middle, of odd length\n"[..], &tail].concat();
            assert_eq!(text_of(&bytes).as_deref(), Some("鍵 = 1\r\nin = the middle, of odd length\nlast = é\n"));
            let bytes = [&b"first=one\n"[..], &encode("second=two\r\n", unit)].concat();
            assert_eq!(text_of(&bytes).as_deref(), Some("first=one\nsecond=two\r\n"));
        }
    }

    #[test]
    fn utf32_is_read_in_both_orders() {
        for unit in [u32::to_le_bytes, u32::to_be_bytes] {
            let bytes: Vec<u8> = "\u{feff}a鍵".chars().flat_map(|c| unit(c as u32)).collect();
            assert_eq!(text_of(&bytes).as_deref(), Some("a鍵"));
        }
    }

    #[test]
    fn a_cut_unit_is_marked_not_dropped() {
        assert_eq!(text_of(b"\xff\xfea\0b").as_deref(), Some("a\u{fffd}"));
        assert_eq!(text_of(b"\xff\xfe\0\0a\0\0\0b\0").as_deref(), Some("a\u{fffd}"));
    }

    #[test]
    fn numbers_and_machine_code_are_binary() {
        let table: Vec<u8> = (0..2000u32).flat_map(|n| (n * 7).to_le_bytes()).collect();
        let elf: Vec<u8> = b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0\x3e\0\x01\0\0\0".repeat(40);
        let strings: Vec<u8> = [encode("Version", u16::to_le_bytes), vec![0; 6], vec![1, 0, 7, 3]].concat().repeat(40);
        for bytes in [table, elf, strings, vec![0; 100]] {
            assert_eq!(classify(&bytes), Content::Binary(&bytes));
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_taken(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let _ = classify(&bytes);
        }

        #[test]
        fn marked_utf16_equals_its_utf8(text in any::<String>(), big in any::<bool>()) {
            // U+FEFF U+0000 is the mark of UTF-32.
            prop_assume!(!text.starts_with('\0'));
            let unit = if big { u16::to_be_bytes } else { u16::to_le_bytes };
            prop_assert_eq!(text_of(&encode(&format!("\u{feff}{text}"), unit)), Some(text));
        }

        #[test]
        fn unmarked_utf16_of_ordinary_text_equals_its_utf8(text in "[ -~\n]{1,40}[ -~\nà-ÿΑ-ω]{0,20}", big in any::<bool>()) {
            let unit = if big { u16::to_be_bytes } else { u16::to_le_bytes };
            prop_assert_eq!(text_of(&encode(&text, unit)), Some(text));
        }
    }
}
