//! L2: PEM-like blocks (RFC 7468 and its relatives): `-----BEGIN LABEL-----` … `-----END LABEL-----`.
//!
//! Blocks stand in files of their own, and in source, JSON and environment files with `\n` for line ends, with
//! quotes and `+` between lines, or on one line. The body is found by its characters, so all of these count.

use super::work;
use crate::rules::PEM_REACH;
use crate::text::Span;

/// The shortest body of a private key, in base64 characters (an Ed25519 key in PKCS#8 has 64).
const LEAST_BODY: usize = 40;

/// A block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Block {
    /// From the dashes before `BEGIN` to the end of the last line.
    pub(super) span: Span,
    /// The label.
    pub(super) label: Span,
}

/// Whether a block may begin with the `BEGIN` at `begin`: dashes stand before it.
pub(super) fn announces(bytes: &[u8], begin: usize) -> bool {
    const REACH: usize = 64;
    let before = &bytes[begin.saturating_sub(REACH)..begin];
    bytes[begin..].starts_with(b"BEGIN ") && before.trim_ascii_end().ends_with(b"----")
}

/// The block whose `BEGIN` stands at `begin`, if its label is one that `is_known`: most blocks are certificates, whose
/// body is not looked at.
pub(super) fn block(bytes: &[u8], begin: usize, is_known: impl Fn(&[u8]) -> bool) -> Option<Block> {
    if !announces(bytes, begin) {
        return None;
    }
    let dashes = bytes[..begin].iter().rev().take(8).take_while(|&&byte| byte == b'-' || byte == b' ').count();
    let start = begin - dashes;
    let label_start = begin + b"BEGIN ".len();
    let line = &bytes[label_start..(label_start + 64).min(bytes.len())];
    let label_length = memchr::memmem::find(line, b"----")?;
    let label = Span::new(label_start, label_start + bytes[label_start..label_start + label_length].trim_ascii_end().len());
    is_known(label.of(bytes)).then_some(())?;
    let body_start = label_start + label_length;
    let reach = &bytes[body_start..(body_start + PEM_REACH).min(bytes.len())];
    let next_begin = memchr::memmem::find(reach, b"BEGIN ").unwrap_or(reach.len());
    work::add(next_begin);
    let ending = [b"END ", label.of(bytes)].concat();
    let (body, end) = if let Some(at) = memchr::memmem::find(&reach[..next_begin], &ending) {
        let behind = at + ending.len();
        let dashes = reach[behind..].iter().take(6).take_while(|&&byte| byte == b'-' || byte == b' ').count();
        (&reach[..at], body_start + behind + dashes)
    } else {
        // Cut short: what there is of the body counts, if it is long enough to be a key.
        let length = body_length(&reach[..next_begin]);
        (&reach[..length], body_start + length)
    };
    (base64_characters(body) >= LEAST_BODY).then_some(Block { span: Span::new(start, end), label })
}

/// Number of base64 characters on lines that hold nothing else. The dashes of the first and last line may stand
/// right beside them, where line ends were lost.
fn base64_characters(body: &[u8]) -> usize {
    let start = body.iter().take_while(|&&byte| byte == b'-').count();
    let end = body.len() - body[start..].iter().rev().take_while(|&&byte| byte == b'-').count();
    body[start..end]
        .split(|&byte| matches!(byte, b'\n' | b'\r' | b'\t' | b'"' | b'\'' | b'\\' | b' ' | b',' | b'`' | b'&' | b';' | b'<' | b'>'))
        .map(|line| if line.starts_with(b"n") { &line[1..] } else { line })
        .filter(|line| line.len() >= 16 && line.iter().all(|&byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=')))
        .map(<[u8]>::len)
        .sum()
}

/// Length of a body without an end line: up to the first line that cannot belong to it.
fn body_length(body: &[u8]) -> usize {
    let belongs = |byte: u8| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=' | b'\n' | b'\r' | b'-' | b':' | b',' | b'\\' | b' ' | b'\t')
    };
    body.iter().position(|&byte| !belongs(byte)).unwrap_or(body.len())
}

#[cfg(test)]
mod tests {
    use super::block;

    fn text(separator: &str) -> String {
        let line = "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVoxMjM0NTY3ODkwYWJjZGVmZ2hpamts";
        ["-----BEGIN RSA ", "PRIVATE KEY-----", separator, line, separator, line, separator, "-----END RSA ", "PRIVATE KEY-----"].concat()
    }

    #[test]
    fn blocks_are_found_whatever_separates_their_lines() {
        for separator in ["", "\n", "\r\n", "\\n", "\\n\" +\n  \"", "\n    ", "\n\t\t", "\t", "&#10;", "<br>\n"] {
            let text = text(separator);
            let found = block(text.as_bytes(), text.find("BEGIN").expect("a begin"), |_| true).expect(separator);
            assert_eq!(found.span.of(text.as_bytes()), text.as_bytes());
            assert_eq!(found.label.of(text.as_bytes()), b"RSA PRIVATE KEY");
        }
    }

    #[test]
    fn a_label_alone_is_no_block() {
        let text = ["grep -- '-----BEGIN RSA ", "PRIVATE KEY-----' file | sed 's/x/y/'\n"].concat();
        assert_eq!(block(text.as_bytes(), text.find("BEGIN").expect("a begin"), |_| true), None);
    }
}
