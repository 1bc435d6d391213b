//! The codings: for each, the decoded bytes in order and the bytes that encode each of them.
//!
//! Decoding and finding the place of a decoded byte are the same walk, so they cannot disagree. What is no symbol
//! of a coding stands for itself (escapes), or ends the walk (base64, hexadecimal).

use crate::text::Span;

/// A way to write bytes as other bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Coding {
    /// RFC 4648, both alphabets, with or without padding, also over several lines.
    Base64,
    /// Two digits a byte, either case.
    Hex,
    /// `%3D`, RFC 3986.
    Percent,
    /// `\u003d`, `\x3d`, `\/`, `\"`: strings of JSON, JavaScript, Python, C and their relatives.
    Escape,
    /// `&amp;`, `&#61;`, `&#x3d;`
    Entity,
    /// `=3D` and a `=` at the end of a line that goes on, RFC 2045.
    QuotedPrintable,
}

/// Up to four decoded bytes, and how many bytes encode them.
struct Unit {
    decoded: [u8; 4],
    count: usize,
    length: usize,
}

impl Coding {
    /// Calls `visit` for every byte that `source` decodes to, in order, with the offsets of the bytes that encode
    /// it, until `visit` returns `false`.
    pub(super) fn walk(self, source: &[u8], visit: &mut impl FnMut(u8, Span) -> bool) {
        match self {
            Coding::Base64 => base64(source, visit),
            Coding::Hex => hex(source, visit),
            Coding::Percent => units(source, b'%', percent, visit),
            Coding::Escape => units(source, b'\\', escape, visit),
            Coding::Entity => units(source, b'&', entity, visit),
            Coding::QuotedPrintable => units(source, b'=', quoted_printable, visit),
        }
    }

    /// The ASCII character other than a blank that an escape at the beginning of `rest` stands for.
    pub(super) fn escaped(self, rest: &[u8]) -> Option<u8> {
        self.character(rest).map(|(decoded, _)| decoded)
    }

    /// The same, and how many bytes the escape has.
    pub(super) fn character(self, rest: &[u8]) -> Option<(u8, usize)> {
        let unit = self.unit(rest)?;
        (unit.count == 1 && unit.decoded[0].is_ascii_graphic()).then_some((unit.decoded[0], unit.length))
    }

    /// Whether `rest` begins with an escape.
    pub(super) fn is_escape(self, rest: &[u8]) -> bool {
        self.unit(rest).is_some()
    }

    fn unit(self, rest: &[u8]) -> Option<Unit> {
        match self {
            Coding::Percent => percent(rest),
            Coding::Escape => escape(rest),
            Coding::Entity => entity(rest),
            Coding::QuotedPrintable => quoted_printable(rest),
            Coding::Base64 | Coding::Hex => None,
        }
    }
}

/// The value of a base64 symbol of either alphabet; 64 for other bytes.
static SYMBOLS: [u8; 256] = symbols();

const fn symbols() -> [u8; 256] {
    let standard = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut table = [64; 256];
    let mut value = 0;
    while value < 64 {
        table[standard[value as usize] as usize] = value;
        value += 1;
    }
    table[b'-' as usize] = 62;
    table[b'_' as usize] = 63;
    table
}

/// The value of a base64 symbol.
#[inline]
pub(super) fn symbol(byte: u8) -> Option<u8> {
    let value = SYMBOLS[usize::from(byte)];
    (value < 64).then_some(value)
}

/// Length of what may stand at `at` between two lines of base64: a line break, a real one or one spelled `\n` in a
/// string, or the end of a string literal and the beginning of the next; and the blanks around it.
pub(super) fn line_break(bytes: &[u8], at: usize) -> Option<usize> {
    let rest = bytes.get(at..)?;
    let quote = match *rest.first()? {
        quote @ (b'"' | b'\'') => Some(quote),
        b'\n' | b'\r' | b'\\' => None,
        _ => return None,
    };
    let mut length = usize::from(quote.is_some());
    if quote.is_some() {
        length += blanks(&rest[length..], b" +\\");
    }
    length += ["\n", "\r\n", "\\n", "\\r\\n"].iter().find(|text| rest[length..].starts_with(text.as_bytes()))?.len();
    length += blanks(&rest[length..], if quote.is_some() { b" \t+" } else { b" \t" });
    match quote {
        Some(quote) => (rest.get(length) == Some(&quote)).then_some(length + 1),
        None => Some(length),
    }
}

/// How many of `set` stand at the beginning.
fn blanks(text: &[u8], set: &[u8]) -> usize {
    const MOST: usize = 64;
    text.iter().take(MOST).take_while(|byte| set.contains(byte)).count()
}

fn base64(source: &[u8], visit: &mut impl FnMut(u8, Span) -> bool) {
    let (mut bits, mut known) = (0u32, 0);
    let (mut at, mut last) = (0, 0);
    while let Some(&byte) = source.get(at) {
        let Some(value) = symbol(byte) else {
            match line_break(source, at) {
                Some(length) => at += length,
                None => return,
            }
            continue;
        };
        bits = bits << 6 | u32::from(value);
        known += 6;
        if known >= 8 {
            known -= 8;
            let decoded = (bits >> known).to_le_bytes()[0];
            if !visit(decoded, Span::new(last, at + 1)) {
                return;
            }
        }
        last = at;
        at += 1;
    }
}

fn hex(source: &[u8], visit: &mut impl FnMut(u8, Span) -> bool) {
    for (index, pair) in source.chunks_exact(2).enumerate() {
        let Some(byte) = digits(pair) else { return };
        let decoded = byte.to_le_bytes()[0];
        if !visit(decoded, Span::new(index * 2, index * 2 + 2)) {
            return;
        }
    }
}

/// The number that hexadecimal digits stand for, at most eight of them.
fn digits(text: &[u8]) -> Option<u32> {
    text.iter().try_fold(0u32, |value, &byte| Some(value << 4 | char::from(byte).to_digit(16)?))
}

/// Text in which escapes begin with `mark`.
fn units(source: &[u8], mark: u8, unit: fn(&[u8]) -> Option<Unit>, visit: &mut impl FnMut(u8, Span) -> bool) {
    let mut at = 0;
    while let Some(&byte) = source.get(at) {
        let found = if byte == mark { unit(&source[at..]) } else { None };
        let Unit { decoded, count, length } = found.unwrap_or(Unit { decoded: [byte, 0, 0, 0], count: 1, length: 1 });
        for &byte in &decoded[..count] {
            if !visit(byte, Span::new(at, at + length)) {
                return;
            }
        }
        at += length;
    }
}

impl Unit {
    fn byte(decoded: u8, length: usize) -> Unit {
        Unit { decoded: [decoded, 0, 0, 0], count: 1, length }
    }

    fn character(code: u32, length: usize) -> Option<Unit> {
        let mut decoded = [0; 4];
        let count = char::from_u32(code)?.encode_utf8(&mut decoded).len();
        Some(Unit { decoded, count, length })
    }
}

fn percent(rest: &[u8]) -> Option<Unit> {
    Some(Unit::byte(digits(rest.get(1..3)?)?.to_le_bytes()[0], 3))
}

fn quoted_printable(rest: &[u8]) -> Option<Unit> {
    if let Some(length) = ["=\n", "=\r\n"].iter().find(|text| rest.starts_with(text.as_bytes())).map(|text| text.len()) {
        return Some(Unit { decoded: [0; 4], count: 0, length });
    }
    Some(Unit::byte(digits(rest.get(1..3)?)?.to_le_bytes()[0], 3))
}

fn escape(rest: &[u8]) -> Option<Unit> {
    let simple = |decoded| Some(Unit::byte(decoded, 2));
    match *rest.get(1)? {
        b'n' => simple(b'\n'),
        b'r' => simple(b'\r'),
        b't' => simple(b'\t'),
        mark @ (b'"' | b'\'' | b'`' | b'\\' | b'/') => simple(mark),
        b'x' => Some(Unit::byte(digits(rest.get(2..4)?)?.to_le_bytes()[0], 4)),
        b'u' if rest.get(2) == Some(&b'{') => {
            let length = rest.iter().take(11).position(|&byte| byte == b'}').filter(|&end| end > 3)?;
            Unit::character(digits(&rest[3..length])?, length + 1)
        }
        b'u' => utf16_escape(rest),
        b'U' => Unit::character(digits(rest.get(2..10)?)?, 10),
        _ => None,
    }
}

/// `\u003d`, or two of them for one character beyond the first 65 536.
fn utf16_escape(rest: &[u8]) -> Option<Unit> {
    let first = digits(rest.get(2..6)?)?;
    if !(0xd800..0xdc00).contains(&first) {
        return Unit::character(first, 6);
    }
    let second = rest.get(6..12).filter(|next| next.starts_with(b"\\u")).and_then(|next| digits(&next[2..]))?;
    let low = second.checked_sub(0xdc00).filter(|&low| low < 0x400)?;
    Unit::character(0x10000 + ((first - 0xd800) << 10 | low), 12)
}

fn entity(rest: &[u8]) -> Option<Unit> {
    #[rustfmt::skip]
    const NAMED: [(&[u8], u8); 15] = [
        (b"amp", b'&'), (b"quot", b'"'), (b"apos", b'\''), (b"lt", b'<'), (b"gt", b'>'), (b"equals", b'='), (b"plus", b'+'),
        (b"sol", b'/'), (b"colon", b':'), (b"commat", b'@'), (b"lowbar", b'_'), (b"percnt", b'%'), (b"num", b'#'), (b"dollar", b'$'),
        (b"excl", b'!'),
    ];
    const LONGEST: usize = 10;
    let end = rest.iter().take(LONGEST).position(|&byte| byte == b';')?;
    let name = &rest[1..end];
    match name {
        [b'#', b'x' | b'X', hex @ ..] if !hex.is_empty() && hex.len() <= 6 => Unit::character(digits(hex)?, end + 1),
        [b'#', decimal @ ..] if !decimal.is_empty() && decimal.iter().all(u8::is_ascii_digit) => {
            let code = decimal.iter().fold(0, |value, &byte| value * 10 + u32::from(byte - b'0'));
            Unit::character(code, end + 1)
        }
        _ => NAMED.iter().find(|(known, _)| *known == name).map(|&(_, decoded)| Unit::byte(decoded, end + 1)),
    }
}

#[cfg(test)]
mod tests {
    use super::{Coding, Span};
    use proptest::prelude::*;

    fn decode(coding: Coding, text: &[u8]) -> (Vec<u8>, Vec<Span>) {
        let (mut decoded, mut places) = (Vec::new(), Vec::new());
        coding.walk(text, &mut |byte, place| {
            decoded.push(byte);
            places.push(place);
            true
        });
        (decoded, places)
    }

    /// Every byte in a form that the coding gives it, chosen by `pick`.
    fn encode(coding: Coding, bytes: &[u8], pick: usize) -> String {
        let each = |form: fn(u8) -> String| bytes.iter().map(|&byte| form(byte)).collect::<String>();
        match coding {
            Coding::Base64 => {
                let encodings = [
                    data_encoding::BASE64,
                    data_encoding::BASE64_NOPAD,
                    data_encoding::BASE64URL,
                    data_encoding::BASE64URL_NOPAD,
                    data_encoding::BASE64_MIME,
                ];
                encodings[pick % encodings.len()].encode(bytes)
            }
            Coding::Hex => each([|byte| format!("{byte:02x}"), |byte| format!("{byte:02X}")][pick % 2]),
            Coding::Percent => each([|byte| format!("%{byte:02X}"), |byte| format!("%{byte:02x}")][pick % 2]),
            Coding::Escape => each([|byte| format!("\\x{byte:02x}"), |byte| format!("\\x{byte:02X}")][pick % 2]),
            Coding::Entity => each([|byte| format!("&#{byte};"), |byte| format!("&#x{byte:x};")][pick % 2]),
            Coding::QuotedPrintable => each([|byte| format!("={byte:02X}"), |byte| format!("={byte:02X}=\r\n")][pick % 2]),
        }
    }

    const ALL: [Coding; 6] = [Coding::Base64, Coding::Hex, Coding::Percent, Coding::Escape, Coding::Entity, Coding::QuotedPrintable];

    proptest! {
        #[test]
        fn what_was_encoded_is_decoded(bytes in proptest::collection::vec(0u8..128, 0..200), pick in 0usize..10) {
            for coding in ALL {
                prop_assert_eq!(decode(coding, encode(coding, &bytes, pick).as_bytes()).0, &bytes[..], "{:?}", coding);
            }
        }

        #[test]
        fn bytes_decode_in_every_coding_that_has_them_all(bytes in proptest::collection::vec(any::<u8>(), 0..200), pick in 0usize..10) {
            for coding in ALL.into_iter().filter(|&coding| coding != Coding::Entity) {
                prop_assert_eq!(decode(coding, encode(coding, &bytes, pick).as_bytes()).0, &bytes[..], "{:?}", coding);
            }
        }

        #[test]
        fn any_bytes_decode_within_their_bounds(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            for coding in ALL {
                let (decoded, places) = decode(coding, &bytes);
                prop_assert!(decoded.len() <= bytes.len());
                prop_assert!(places.iter().all(|place| place.end <= bytes.len() && !place.is_empty()));
                prop_assert!(places.windows(2).all(|pair| pair[0].start <= pair[1].start && pair[0].end <= pair[1].end));
            }
        }

        #[test]
        fn a_place_is_the_smallest_stretch_of_its_byte(bytes in proptest::collection::vec(any::<u8>(), 1..60)) {
            let text = data_encoding::BASE64.encode(&bytes);
            for (index, place) in decode(Coding::Base64, text.as_bytes()).1.into_iter().enumerate() {
                prop_assert_eq!((place.start, place.end), (index * 8 / 6, (index * 8 + 8).div_ceil(6)));
            }
        }
    }

    #[test]
    fn escapes_decode_as_their_languages_do() {
        for (coding, text, decoded) in [
            (Coding::Escape, r#"\u003d\u{40}\x26\/\"\\n\d"#, r#"=@&/"\n\d"#),
            (Coding::Escape, r"\ud83d\ude00\U0001F600\ud83dx", "\u{1f600}\u{1f600}\\ud83dx"),
            (Coding::Percent, "a%3D%3d%zz%4", "a==%zz%4"),
            (Coding::Entity, "&quot;&#61;&#x3D;&equals;&amp;amp;&nosuch;&", "\"===&amp;&nosuch;&"),
            (Coding::QuotedPrintable, "ab=3Dcd=\r\nef=\ngh=x", "ab=cdefgh=x"),
        ] {
            assert_eq!(String::from_utf8_lossy(&decode(coding, text.as_bytes()).0), decoded, "{text}");
        }
    }

    #[test]
    fn base64_goes_on_over_line_breaks_and_ends_at_its_padding() {
        for text in [
            "YWJj\" +\n    \"ZGVm",
            "YWJj'\n'ZGVm",
            "YWJj\" \\\n\"ZGVm",
            "YWJj\n    ZGVm",
            "YWJj\r\nZGVm",
            r"YWJj\nZGVm",
            "YWJjZGVm=YWJj",
            "YWJjZGVm|YWJj",
        ] {
            assert_eq!(decode(Coding::Base64, text.as_bytes()).0, b"abcdef", "{text}");
        }
    }
}
