//! L3: the lines of a diff that are no content: headers, names, and what ends a file.

use std::borrow::Cow;

/// The text of a diff without the colours that git gives it where it is told to by its configuration.
pub(super) fn uncoloured(bytes: &[u8]) -> Cow<'_, [u8]> {
    const START: &[u8] = b"\x1b[";
    if !bytes.trim_ascii_start().starts_with(START) {
        return Cow::Borrowed(bytes);
    }
    let mut plain = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some(at) = memchr::memmem::find(rest, START) {
        plain.extend_from_slice(&rest[..at]);
        let behind = &rest[at + START.len()..];
        let digits = behind.iter().take_while(|byte| byte.is_ascii_digit() || **byte == b';').count();
        if let Some(b'm' | b'K') = behind.get(digits) {
            rest = &behind[digits + 1..];
        } else {
            plain.extend_from_slice(START);
            rest = behind;
        }
    }
    plain.extend_from_slice(rest);
    Cow::Owned(plain)
}

/// What stands for no file.
pub(super) const NOTHING: &[u8] = b"/dev/null";

/// Whether a name has one of the letters before it that git puts there, or stands for no file.
pub(super) fn is_prefixed(name: &[u8]) -> bool {
    name == NOTHING || (name.get(1) == Some(&b'/') && b"abciow12".contains(&name[0]))
}

/// Whether a line stands behind the last hunk of a file: what ends a mail, what begins the next or a commit, and what
/// Subversion says of properties.
pub(super) fn ends_file(text: &[u8]) -> bool {
    text == b"--" || [&b"From "[..], b"commit ", b"Property changes on: "].iter().any(|start| text.starts_with(start))
}

/// What a line outside of hunks says of the change to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Announced {
    /// It is to follow.
    Change,
    /// It is this, or there may be none.
    Nothing,
    /// Nothing is said of it.
    Unsaid,
}

/// Whether a change to a file has to follow behind a line. Of an empty file, a mode or a name there may be headers only.
/// Others than git have a line `diff` alone for a new file that is empty.
pub(super) fn announced(text: &[u8]) -> Announced {
    const CHANGES: [&[u8]; 3] = [b"--- ", b"+++ ", b"diff --git "];
    const WHOLE: [&[u8]; 12] = [
        b"@@",
        b"old mode ",
        b"new mode ",
        b"mode ",
        b"new file mode ",
        b"deleted file mode ",
        b"rename to ",
        b"copy to ",
        b"GIT binary patch",
        b"Binary files ",
        b"Files ",
        b"Property changes on: ",
    ];
    let begins_with = |starts: &[&[u8]]| starts.iter().any(|start| text.starts_with(start));
    match text.strip_prefix(b"index ") {
        Some(ids) if names_content(ids) => Announced::Change,
        Some(_) => Announced::Nothing,
        None if begins_with(&CHANGES) => Announced::Change,
        None if begins_with(&WHOLE) => Announced::Nothing,
        None => Announced::Unsaid,
    }
}

/// Whether the new one of two ids, `OLD..NEW MODE`, is that of a blob that is not empty.
fn names_content(ids: &[u8]) -> bool {
    const EMPTY: [&[u8]; 2] =
        [b"e69de29bb2d1d6434b8b29ae775ad8c2e48c5391", b"473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813"];
    let Some(at) = memchr::memmem::rfind(ids, b"..") else { return false };
    let new = ids[at + 2..].split(|byte| *byte == b' ').next().unwrap_or_default();
    let is_id = new.len() >= 4 && new.iter().all(u8::is_ascii_hexdigit);
    is_id && new.iter().any(|digit| *digit != b'0') && !EMPTY.iter().any(|empty| empty.starts_with(new))
}

/// Whether a line heads the old lines of a hunk in a context diff: `*** 1,5 ****`.
pub(super) fn is_context_hunk(text: &[u8]) -> bool {
    let range = text.strip_prefix(b"*** ").and_then(|rest| rest.strip_suffix(b" ****"));
    range.is_some_and(|range| !range.is_empty() && range.iter().all(|byte| byte.is_ascii_digit() || *byte == b','))
}

/// The new name in `Binary files OLD and NEW differ`.
pub(super) fn named_binary(text: &[u8]) -> Option<&[u8]> {
    let names = text.strip_prefix(b"Binary files ").or_else(|| text.strip_prefix(b"Files "))?.strip_suffix(b" differ")?;
    let at = memchr::memmem::rfind(names, b" and ")?;
    Some(&names[at + b" and ".len()..])
}

/// The name in `a/NAME b/NAME`; all of it where these are two.
pub(super) fn same_name(header: &[u8]) -> &[u8] {
    let (old, new) = header.split_at(header.len() / 2);
    let new = new.strip_prefix(b" ").unwrap_or(new);
    let (before, after) = (file_name(old), file_name(new));
    let is_same = before == after || (is_prefixed(&before) && is_prefixed(&after) && before[2..] == after[2..]);
    if is_same { new } else { header }
}

/// `@@ -OLD[,COUNT] +NEW[,COUNT] @@`; of a combined diff with an old range for each parent.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Hunk {
    /// Lines of each parent.
    pub(super) old: Vec<u64>,
    /// First line of the new text, 1-based.
    pub(super) start: u64,
    /// Lines of the new text.
    pub(super) new: u64,
}

impl Hunk {
    pub(super) fn parse(line: &[u8]) -> Option<Hunk> {
        let marks = line.iter().take_while(|byte| **byte == b'@').count();
        let text = std::str::from_utf8(line.get(marks..)?.split(|byte| *byte == b'@').next()?).ok()?;
        let mut old = Vec::new();
        for word in text.split_whitespace() {
            let (sign, range) = word.split_at_checked(1)?;
            let (start, count) = range.split_once(',').unwrap_or((range, "1"));
            let (start, count) = (start.parse().ok()?, count.parse().ok()?);
            match sign {
                "-" => old.push(count),
                "+" if old.len() + 1 == marks => return Some(Hunk { old, start, new: count }),
                _ => return None,
            }
        }
        None
    }
}

/// The name in a header: up to a tab, behind which other tools write the time, or between quotes, with git's escapes.
pub(super) fn file_name(text: &[u8]) -> Vec<u8> {
    let text = text.split(|byte| *byte == b'\t').next().unwrap_or_default();
    let Some(quoted) = text.strip_prefix(b"\"").and_then(|text| text.strip_suffix(b"\"")) else { return text.to_vec() };
    let mut name = Vec::new();
    let mut at = 0;
    while let Some(byte) = quoted.get(at) {
        let octal = quoted.get(at + 1..at + 4).filter(|digits| *byte == b'\\' && digits.iter().all(|digit| (b'0'..b'8').contains(digit)));
        let (value, length) = match (octal, byte, quoted.get(at + 1)) {
            (Some(digits), _, _) => (digits.iter().fold(0u8, |value, digit| value.wrapping_mul(8).wrapping_add(digit - b'0')), 4),
            (None, b'\\', Some(letter)) => (unescaped(*letter), 2),
            (None, byte, _) => (*byte, 1),
        };
        name.push(value);
        at += length;
    }
    name
}

/// The byte that stands behind a backslash in a quoted name.
fn unescaped(letter: u8) -> u8 {
    match letter {
        b'a' => 7,
        b'b' => 8,
        b't' => b'\t',
        b'n' => b'\n',
        b'v' => 11,
        b'f' => 12,
        b'r' => b'\r',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::{Hunk, file_name, named_binary, same_name, uncoloured};

    #[test]
    fn headers_of_hunks_are_read() {
        let parse = |text: &str| Hunk::parse(text.as_bytes());
        assert_eq!(parse("@@ -1,2 +3,4 @@ fn x() { -5 +6"), Some(Hunk { old: vec![2], start: 3, new: 4 }));
        assert_eq!(parse("@@ -0,0 +1 @@"), Some(Hunk { old: vec![0], start: 1, new: 1 }));
        assert_eq!(parse("@@@ -1,2 -1 +1,3 @@@"), Some(Hunk { old: vec![2, 1], start: 1, new: 3 }));
        for wrong in ["@@", "@@ @@", "@@ -1 @@", "@@@ -1 +1 @@@", "@@ +1 -1 @@", "@@ -x +1 @@", "@@ - + @@", "@@ é @@"] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn names_are_read_as_git_and_diff_write_them() {
        assert_eq!(file_name(b"a/b c.txt\t2024-01-01 00:00:00"), b"a/b c.txt");
        assert_eq!(file_name(br#""b/\303\274 \"x\"\\\t""#), "b/ü \"x\"\\\t".as_bytes());
        assert_eq!(file_name(br#""b/\a\b\v\f\r""#), b"b/\x07\x08\x0b\x0c\r");
        assert_eq!(file_name(b"\"b/\\"), b"\"b/\\");
    }

    #[test]
    fn binary_files_are_named_in_headers() {
        for (text, expected) in
            [("a/x b/x", "b/x"), ("a/x y b/x y", "b/x y"), ("x x", "x"), ("\"a/\\303\" \"b/\\303\"", "\"b/\\303\""), ("a/x b/y", "a/x b/y")]
        {
            assert_eq!(String::from_utf8_lossy(same_name(text.as_bytes())), expected);
        }
        assert_eq!(named_binary(b"Binary files a/x and y and b/z differ"), Some(&b"b/z"[..]));
        assert_eq!(named_binary(b"Binary files differ"), None);
    }

    #[test]
    fn colours_are_taken_off_where_a_diff_begins_with_one() {
        assert_eq!(*uncoloured(b"\x1b[1mdiff\x1b[m\n\x1b[32m+\x1b[m\x1b[32;1mx\x1b[K\x1b[2J\n\x1b["), *b"diff\n+x\x1b[2J\n\x1b[");
        assert_eq!(*uncoloured(b"diff\n+\x1b[1m"), *b"diff\n+\x1b[1m");
    }
}
