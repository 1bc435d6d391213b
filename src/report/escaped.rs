//! L3: JSON that is safe to show, whatever its strings hold.

use crate::text::sanitize::is_unsafe;
use serde::Serialize;
use std::io::{self, BufWriter, Write};

/// Writes a document with line breaks, safe as by [`escape`], piece by piece: it may be larger than all that was scanned.
pub(super) fn pretty(document: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    let mut safe = BufWriter::new(Safe { out, before: ' ' });
    serde_json::to_writer_pretty(&mut safe, document).map_err(io::Error::from)?;
    safe.write_all(b"\n")?;
    safe.flush()
}

/// JSON text in which characters that could fool a terminal or start a command in a build log (`##[…`) are
/// written as `\uXXXX`. They only occur inside strings, where that means the same.
pub(crate) fn escape(json: &str) -> String {
    let mut safe = String::with_capacity(json.len());
    escape_behind(' ', json, &mut safe);
    safe
}

/// Escapes text that stands behind a character, into `safe`. Returns the last character.
fn escape_behind(mut before: char, json: &str, safe: &mut String) -> char {
    use std::fmt::Write as _;
    for c in json.chars() {
        // The line breaks of pretty JSON are its only raw control characters.
        if (is_unsafe(c) && c != '\n') || (c == '#' && before == '#') {
            for unit in c.encode_utf16(&mut [0; 2]) {
                write!(safe, "\\u{unit:04x}").expect("a string takes everything");
            }
        } else {
            safe.push(c);
        }
        before = c;
    }
    before
}

/// Escapes what goes through.
struct Safe<'o> {
    out: &'o mut dyn Write,
    /// The last character.
    before: char,
}

impl Write for Safe<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // A buffer is cut anywhere, also within a character; the rest of that comes again.
        let whole = match std::str::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => std::str::from_utf8(&bytes[..error.valid_up_to()]).map_err(io::Error::other)?,
        };
        let mut safe = String::with_capacity(whole.len());
        let before = escape_behind(self.before, whole, &mut safe);
        self.out.write_all(safe.as_bytes())?;
        self.before = before;
        Ok(whole.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::{escape, pretty};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn escaping_keeps_the_meaning(text in "[\\PC\u{0}-\u{20}#\u{80}-\u{a0}\u{2028}\u{202e}\u{e0001}]{0,40}") {
            let json = serde_json::to_string_pretty(&[&text]).unwrap();
            let safe = escape(&json);
            prop_assert_eq!(serde_json::from_str::<Vec<String>>(&safe).unwrap(), [text]);
            prop_assert!(!safe.contains("##"));
            prop_assert!(safe.chars().all(|c| c == '\n' || !crate::text::sanitize::is_unsafe(c)));
        }

        #[test]
        fn what_is_written_piece_by_piece_is_the_same(text in "[a-z#\u{80}-\u{a0}é\u{2028}\u{e0001}\"]{1,40}", count in 1_usize..600) {
            let document = vec![text.repeat(count), "#".to_owned(), text];
            let mut written = Vec::new();
            pretty(&document, &mut written).unwrap();
            let whole = escape(&serde_json::to_string_pretty(&document).unwrap()) + "\n";
            prop_assert_eq!(String::from_utf8(written).unwrap(), whole);
        }
    }
}
