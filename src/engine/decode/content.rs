//! What decoded bytes are: text, text in UTF-16, gzip, or nothing that is worth a look.

use super::coding::Coding;
use crate::text::Span;
use crate::text::chars::is_token;
use std::io::Read as _;

/// The most bytes that gzip may unpack to; and for each byte of its own, where that is not little in all. Real manifests
/// stay below 30; of zeros, which test data is made of, gzip makes a thousandth.
const MOST_UNPACKED: usize = 4 << 20;
const MOST_RATIO: usize = 128;
const LITTLE: usize = 64 << 10;
/// Lines are this long on average at most in text that people or programs write for reading, in bytes.
const LONGEST_AVERAGE: usize = 200;

/// What bytes are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Content {
    /// ASCII or UTF-8, nine tenths of it printable.
    Text(Nature),
    /// UTF-16 in this order.
    Utf16(Order),
    /// A gzip stream.
    Gzip,
    /// Something else.
    Other,
}

/// How much text is like text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Nature {
    /// A value, or configuration, JSON, a script: something that was written to be read.
    Real,
    /// Minified: only tokens that are told by their own form count.
    Dense,
    /// Text among other bytes: the same.
    Mixed,
}

/// Which byte of two comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    Little,
    Big,
}

/// What `bytes` are.
pub(super) fn classify(bytes: &[u8]) -> Content {
    if bytes.starts_with(&[0x1f, 0x8b, 8]) {
        return Content::Gzip;
    }
    if let Some(order) = utf16_order(bytes) {
        return Content::Utf16(order);
    }
    let bad = unprintable(bytes);
    if bytes.is_empty() || bad * 10 > bytes.len() || is_picture_or_map(bytes) {
        return Content::Other;
    }
    Content::Text(match bad {
        0 if has_structure(bytes) || average_line(bytes) <= LONGEST_AVERAGE => Nature::Real,
        0 => Nature::Dense,
        _ => Nature::Mixed,
    })
}

/// Whether the first bytes, of which `head` is a sample, may be of something that [`classify`] knows.
pub(super) fn may_be_text(head: &[u8]) -> bool {
    if head.starts_with(&[0x1f, 0x8b, 8]) || utf16_order(head).is_some() {
        return true;
    }
    let cut = match std::str::from_utf8(head) {
        Ok(_) => head.len(),
        Err(error) if error.error_len().is_none() => error.valid_up_to(),
        Err(_) => return unprintable(head) <= 1,
    };
    unprintable(&head[..cut]) <= 1
}

/// Whether a byte is one of plain text.
#[inline]
pub(super) fn is_plain(byte: u8) -> bool {
    matches!(byte, b' '..=b'~' | b'\n' | b'\t' | b'\r')
}

/// Number of control characters and of bytes that are no UTF-8.
fn unprintable(bytes: &[u8]) -> usize {
    if bytes.is_ascii() {
        return bytes.iter().filter(|&&byte| !is_plain(byte)).count();
    }
    let controls = |text: &str| text.bytes().filter(|byte| byte.is_ascii() && !is_plain(*byte)).count();
    bytes.utf8_chunks().map(|chunk| controls(chunk.valid()) + chunk.invalid().len()).sum()
}

/// The order of the bytes of UTF-16 text in which nine characters of ten are ASCII.
fn utf16_order(bytes: &[u8]) -> Option<Order> {
    const LEAST: usize = 8;
    let pairs = || bytes.chunks_exact(2).take(512);
    let count = pairs().count();
    let holds = |high: usize| pairs().filter(|pair| pair[high] == 0 && is_plain(pair[1 - high])).count() * 10 >= count * 9;
    if count * 2 < LEAST {
        None
    } else if bytes[1] == 0 || bytes.starts_with(&[0xff, 0xfe]) {
        holds(1).then_some(Order::Little)
    } else {
        (bytes[0] == 0 && holds(0)).then_some(Order::Big)
    }
}

/// Pictures and maps from compiled to original source: their text is data.
fn is_picture_or_map(text: &[u8]) -> bool {
    let head = &text[..text.len().min(256)].trim_ascii_start();
    let is_svg = head.starts_with(b"<svg") || (head.starts_with(b"<?xml") && memchr::memmem::find(head, b"<svg").is_some());
    let is_map = head.starts_with(b"{") && memchr::memmem::find(head, b"\"version\":3,").is_some();
    is_svg || is_map
}

/// Whether text begins as JSON, which may stand on one line however long it is.
fn has_structure(text: &[u8]) -> bool {
    matches!(text.trim_ascii_start(), [b'{', next, ..] if matches!(next, b'"' | b' ' | b'\n' | b'\r' | b'\t' | b'}'))
        || matches!(text.trim_ascii_start(), [b'[', b'{' | b'"' | b'\n', ..])
}

/// Bytes of text per line. Long words do not count: a token may be as long as a page, but nobody writes so.
fn average_line(text: &[u8]) -> usize {
    const LONGEST_WORD: usize = 48;
    let text = text.trim_ascii_end();
    let words = text.split(|&byte| !is_token(byte)).map(|word| word.len() + 1);
    let length: usize = words.filter(|&length| length <= LONGEST_WORD).sum();
    length / (memchr::memchr_iter(b'\n', text).count() + 1)
}

/// Unpacks the gzip stream `packed` into `text`, at most `limit` bytes. A stream that is cut short or goes on for
/// too long leaves what came out of it so far. Says whether there was more than the limit.
pub(super) fn unpack(packed: &[u8], limit: usize, text: &mut Vec<u8>) -> bool {
    let limit = limit.min(MOST_UNPACKED).min(packed.len().saturating_mul(MOST_RATIO).max(LITTLE));
    let mut stream = flate2::read::GzDecoder::new(packed).take(limit as u64);
    // What an error leaves is text all the same.
    let _ = stream.read_to_end(text);
    matches!(stream.into_inner().read(&mut [0]), Ok(1))
}

/// Calls `visit` for every byte of UTF-8 that `source` stands for, with the bytes of `source` that stand for it.
pub(super) fn walk(coding: Coding, order: Option<Order>, source: &[u8], visit: &mut impl FnMut(u8, Span) -> bool) {
    match order {
        None => coding.walk(source, visit),
        Some(order) => {
            let mut pairs = Pairs { order, first: None, high: None };
            coding.walk(source, &mut |byte, place| pairs.take(byte, place, visit));
        }
    }
}

/// UTF-16 on its way to UTF-8.
struct Pairs {
    order: Order,
    /// The first byte of a pair.
    first: Option<(u8, usize)>,
    /// The first half of a character beyond the first 65 536.
    high: Option<(u16, usize)>,
}

impl Pairs {
    fn take(&mut self, byte: u8, place: Span, visit: &mut impl FnMut(u8, Span) -> bool) -> bool {
        let Some((first, start)) = self.first.take() else {
            self.first = Some((byte, place.start));
            return true;
        };
        let code = match self.order {
            Order::Little => u16::from_le_bytes([first, byte]),
            Order::Big => u16::from_be_bytes([first, byte]),
        };
        if (0xd800..0xdc00).contains(&code) {
            self.high = Some((code, start));
            return true;
        }
        let (character, start) = match self.high.take() {
            Some((high, start)) => (char::decode_utf16([high, code]).next().and_then(Result::ok), start),
            None => (char::from_u32(u32::from(code)), start),
        };
        let character = character.unwrap_or(char::REPLACEMENT_CHARACTER);
        // A byte order mark is no text.
        let mut buffer = [0; 4];
        let bytes = if character == '\u{feff}' { &[][..] } else { character.encode_utf8(&mut buffer).as_bytes() };
        bytes.iter().all(|&byte| visit(byte, Span::new(start, place.end)))
    }
}

#[cfg(test)]
mod tests {
    use super::{Coding, Content, Nature, Order, classify, may_be_text, unpack, walk};
    use proptest::prelude::*;
    use std::io::Write as _;

    fn pack(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(bytes).expect("memory takes everything");
        encoder.finish().expect("memory takes everything")
    }

    fn utf16(text: &str, order: Order) -> Vec<u8> {
        let bytes = |code: u16| match order {
            Order::Little => code.to_le_bytes(),
            Order::Big => code.to_be_bytes(),
        };
        text.encode_utf16().flat_map(bytes).collect()
    }

    #[test]
    fn contents_are_told_by_their_bytes() {
        let minified = "var a=1;".repeat(100);
        let json = format!("{{\"a\": \"{minified}\"}}");
        for (bytes, content) in [
            (&b"password = x"[..], Content::Text(Nature::Real)),
            ("größe: 5\n".as_bytes(), Content::Text(Nature::Real)),
            (minified.as_bytes(), Content::Text(Nature::Dense)),
            (json.as_bytes(), Content::Text(Nature::Real)),
            (b"eleven bytes, then one that is none\x01", Content::Text(Nature::Mixed)),
            (&utf16("$x = 1; y", Order::Little), Content::Utf16(Order::Little)),
            (&utf16("$x = 1; y", Order::Big), Content::Utf16(Order::Big)),
            (&pack(b"x"), Content::Gzip),
            (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", Content::Other),
            (b"<svg xmlns=\"x\">", Content::Other),
            (b"{\"version\":3,\"sources\":[]}", Content::Other),
            (b"\0\0\0\0\0\0\0\0\0\0\0\0", Content::Other),
            (b"", Content::Other),
        ] {
            assert_eq!(classify(bytes), content, "{}", String::from_utf8_lossy(bytes));
        }
    }

    #[test]
    fn a_bomb_is_cut() {
        let bomb = pack(&vec![b'a'; 64 << 20]);
        let mut text = Vec::new();
        unpack(&bomb, usize::MAX, &mut text);
        assert!(text.len() <= 4 << 20 && text.len() <= bomb.len() * 128, "{} of {}", text.len(), bomb.len());
        let mut text = Vec::new();
        unpack(&pack(&b"text ".repeat(50)), 100, &mut text);
        assert_eq!(text.len(), 100);
    }

    #[test]
    fn a_stream_that_is_cut_short_gives_its_beginning() {
        let packed = pack(b"some text that is long enough to be packed");
        let mut text = Vec::new();
        unpack(&packed[..packed.len() - 10], usize::MAX, &mut text);
        assert!(b"some text that is long enough to be packed".starts_with(&text[..]));
    }

    proptest! {
        #[test]
        fn utf16_becomes_utf8(text in "\\PC{0,40}", little in any::<bool>()) {
            let order = if little { Order::Little } else { Order::Big };
            let hex = data_encoding::HEXLOWER.encode(&utf16(&text, order));
            let mut decoded = Vec::new();
            walk(Coding::Hex, Some(order), hex.as_bytes(), &mut |byte, place| {
                assert!(place.len() % 4 == 0 && !place.is_empty());
                decoded.push(byte);
                true
            });
            prop_assert_eq!(String::from_utf8(decoded).expect("valid"), text.replace('\u{feff}', ""));
        }

        #[test]
        fn any_bytes_can_be_classified(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = (classify(&bytes), may_be_text(&bytes));
            let mut text = Vec::new();
            unpack(&bytes, 1000, &mut text);
            prop_assert!(text.len() <= 1000);
        }
    }
}
