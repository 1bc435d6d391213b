//! L2: the body of a block as it stands in files of all kinds: escapes, quotes, concatenation, comment marks
//! and headers taken away, so that the characters of the key are left.

/// What is left of a body.
pub(super) struct Body {
    /// Base64 characters (and `=`) in their order.
    pub(super) text: Vec<u8>,
    /// Whether the headers say that the key is encrypted (`Proc-Type: 4,ENCRYPTED`, RFC 1421 §4.6.1).
    pub(super) encrypted: bool,
}

/// Reads the bytes between the label and the end line.
pub(super) fn read(body: &[u8]) -> Body {
    let plain = unescape(body);
    let encrypted =
        memchr::memmem::find(&plain, b"Proc-Type:").is_some_and(|at| memchr::memmem::find(&plain[at..], b"ENCRYPTED").is_some());
    let rest = behind_cipher(&plain);
    let lines: Vec<&[u8]> = rest.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii).filter(|line| !line.is_empty()).collect();
    let is_diff = lines.len() > 1 && lines.iter().all(|line| line.starts_with(b"+"));
    let mut text = Vec::with_capacity(rest.len());
    for line in lines {
        // Headers: `Version: …`, `Comment: …`. The other is the comment mark before the end line.
        let line = if line.contains(&b':') { logged(line) } else { line };
        if line.is_empty() || line == b"//" {
            continue;
        }
        let line = if is_diff { &line[1..] } else { line.strip_prefix(b"// ").unwrap_or(line) };
        text.extend(line.iter().filter(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=')));
    }
    Body { text, encrypted }
}

/// What a line of a log says, `12:00:00 INFO …`, if that may be a line of a key; headers say nothing of it.
fn logged(line: &[u8]) -> &[u8] {
    const LEAST: usize = 16;
    let last = line.rsplit(u8::is_ascii_whitespace).next().unwrap_or_default();
    let is_key = last.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'='));
    if last.len() >= LEAST && is_key && line[0].is_ascii_digit() { last } else { b"" }
}

/// What follows `DEK-Info: <cipher>,<initialisation vector>`, the last header of an encrypted key, which may
/// stand on one line with the body.
fn behind_cipher(plain: &[u8]) -> &[u8] {
    const HEADER: &[u8] = b"DEK-Info:";
    let Some(at) = memchr::memmem::find(plain, HEADER) else { return plain };
    let rest = plain[at + HEADER.len()..].trim_ascii_start();
    let end = rest.iter().position(u8::is_ascii_whitespace).unwrap_or(rest.len());
    &rest[end..]
}

/// Line ends and characters in the place of their escapes, and blanks in the place of what joins strings.
fn unescape(body: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(body.len());
    let mut rest = body;
    while let Some((&byte, behind)) = rest.split_first() {
        let (put, next) = match byte {
            b'\\' => escape(behind),
            b'%' => hex(behind, 2).unwrap_or((b' ', behind)),
            b'&' => (b'\n', entity(behind)),
            b'"' | b'\'' | b'`' => (b'\n', joint(byte, behind)),
            b'\r' => (b'\n', behind),
            b'<' if behind.starts_with(b"br") => (b'\n', &behind[behind.iter().position(|&byte| byte == b'>').map_or(2, |end| end + 1)..]),
            _ => (byte, behind),
        };
        plain.push(put);
        rest = next;
    }
    plain
}

/// The character that an escape stands for, and what follows it. Backslashes may be doubled.
fn escape(behind: &[u8]) -> (u8, &[u8]) {
    let backslashes = behind.iter().take_while(|&&byte| byte == b'\\').count();
    match behind[backslashes..].split_first() {
        Some((b'n' | b'r' | b't', rest)) => (b'\n', rest),
        Some((b'u', rest)) => hex(rest, 4).unwrap_or((b' ', rest)),
        Some((b'/', rest)) => (b'/', rest),
        _ => (b' ', &behind[backslashes..]),
    }
}

/// The ASCII character with this many hexadecimal digits, and what follows them.
fn hex(text: &[u8], digits: usize) -> Option<(u8, &[u8])> {
    let (digits, rest) = text.split_at_checked(digits)?;
    let number = u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
    Some((u8::try_from(number).ok()?, rest))
}

/// What follows a character reference of XML.
fn entity(behind: &[u8]) -> &[u8] {
    let end = behind.iter().take(8).position(|&byte| byte == b';');
    end.map_or(behind, |end| &behind[end + 1..])
}

/// What follows a quote: behind the next quote of its kind, where nothing but an operator stands between.
fn joint(quote: u8, behind: &[u8]) -> &[u8] {
    let between = behind.iter().take_while(|byte| byte.is_ascii_whitespace() || matches!(byte, b'+' | b'.' | b',' | b'&' | b'\\')).count();
    match behind[between..].split_first() {
        Some((&next, rest)) if next == quote => rest,
        _ => behind,
    }
}

#[cfg(test)]
mod tests {
    use super::read;

    fn text(body: &str) -> String {
        String::from_utf8(read(body.as_bytes()).text).expect("ASCII")
    }

    #[test]
    fn operators_between_strings_are_no_characters() {
        assert_eq!(text("ab+/\" + \"cd\"+\"+ef\" . \"gh"), "ab+/cd+efgh");
        assert_eq!(text("\"ab+\"\n + \"cd\""), "ab+cd");
    }

    #[test]
    fn escapes_are_line_ends_or_characters() {
        assert_eq!(text("ab\\ncd\\\\r\\\\nef\\u003d\\/"), "abcdef=/");
        assert_eq!(text("ab%0Acd%2B&#xA;ef"), "abcd+ef");
        assert_eq!(text("ab\\"), "ab");
    }

    #[test]
    fn headers_are_left_out() {
        assert_eq!(text("\nVersion: X 1\nComment: a\n\nabcd\n"), "abcd");
        assert_eq!(text("12:00:00 INFO abcdefghijklmnop\n12:00:01 INFO done"), "abcdefghijklmnop");
        assert_eq!(text("ab<br>cd<br />ef"), "abcdef");
        let body = read(b"Proc-Type: 4,ENCRYPTED DEK-Info: AES-128-CBC,00FF abcd");
        assert!(body.encrypted);
        assert_eq!(body.text, b"abcd");
    }

    #[test]
    fn marks_before_every_line_are_left_out() {
        assert_eq!(text("\n+abcd\n++ef\n+gh"), "abcd+efgh");
        assert_eq!(text("\n// abcd\n// ef\n//gh"), "abcdef//gh");
    }
}
