//! L2: where a token may begin and end: not inside a longer identifier, hash, base64 text or number.

use crate::rules::format::Part;
use crate::rules::{Rule, Shape};
use crate::text::chars::{is_alnum, is_token, is_word};

/// Where a token begins when `at`, the beginning of a word, belongs to an escape sequence in front of it:
/// `\n`, `\t`, `\x3d`, `\u003d`, `%3D`.
pub(super) fn behind_escape(bytes: &[u8], at: usize) -> Option<usize> {
    let before = *bytes.get(at.checked_sub(1)?)?;
    let length = match (before, bytes[at]) {
        (b'\\', b'n' | b'r' | b't' | b'b' | b'f' | b'v' | b'0' | b'a' | b'e') => 1,
        (b'\\', b'x') => 3,
        (b'\\', b'u') => 5,
        (b'%', _) => 2,
        _ => return None,
    };
    let digits = if length == 1 { &[] } else { bytes.get(at + usize::from(before == b'\\')..at + length)? };
    digits.iter().all(u8::is_ascii_hexdigit).then_some(at + length)
}

/// Whether an escape sequence ends just before `at`.
pub(super) fn escape_ends(bytes: &[u8], at: usize) -> bool {
    [2, 3, 4, 6].iter().any(|&length| at >= length && behind_escape(bytes, at - length + 1) == Some(at))
}

/// Whether a token of the rule may begin at `at`.
pub(super) fn opens(bytes: &[u8], at: usize, rule: &Rule) -> bool {
    let Some(&before) = at.checked_sub(1).and_then(|before| bytes.get(before)) else {
        return true;
    };
    if is_alnum(bytes[at]) && is_alnum(before) {
        return escape_ends(bytes, at);
    }
    match before {
        // A line of a diff
        b'-' | b'+' if at < 2 || matches!(bytes[at - 2], b'\n' | b'\r') => true,
        b'-' if is_default(bytes, at) => true,
        b'_' | b'-' | b'+' => !is_word(bytes[at]) || (rule.check.is_some() && before != b'+'),
        b'/' => !in_base64(bytes, at - 1),
        _ => true,
    }
}

/// Whether what a variable of a shell has where nothing is given to it begins at `at`: `${ACME_KEY:-…}`.
pub(super) fn is_default(bytes: &[u8], at: usize) -> bool {
    bytes[..at].ends_with(b":-")
}

/// Whether a token may begin at `at` that nothing but its context tells: a few begin with `*`, which stands for all projects.
pub(super) fn may_begin(bytes: &[u8], at: usize) -> bool {
    (is_token(bytes[at]) || bytes[at] == b'*') && (!(at > 0 && is_word(bytes[at - 1])) || is_default(bytes, at))
}

/// Whether what stands at `at` may belong to an escape sequence.
pub(super) fn is_escape(bytes: &[u8], at: usize) -> bool {
    at > 0 && matches!(bytes[at - 1], b'\\' | b'%')
}

/// Whether a token of the rule that began at `start` may end at `end`.
pub(super) fn closes(bytes: &[u8], start: usize, end: usize, rule: &Rule) -> bool {
    let Some(&next) = bytes.get(end) else { return true };
    if end == start {
        return false;
    }
    let last = bytes[end - 1];
    match next {
        b'_' => !is_word(last),
        b'-' => !(is_word(last) && bytes.get(end + 1).is_some_and(|&byte| is_alnum(byte))),
        b'+' => !ends_in(rule, b'+') && !is_alnum(last),
        b'/' => !ends_in(rule, b'/'),
        b'=' => !ends_in(rule, b'='),
        // The last `/` of 43 characters of base64 that go on is no end either.
        _ if is_alnum(next) => !is_word(last) && last != b'=' && !(ends_in(rule, last) && ends_in(rule, next)),
        _ => !ends_in(rule, next) || !next.is_ascii_graphic(),
    }
}

/// Whether the last part of the rule's format could go on with this byte.
fn ends_in(rule: &Rule, byte: u8) -> bool {
    match &rule.shape {
        Shape::Format(format) => matches!(format.parts.last(), Some(Part::Run(run)) if run.set.contains(byte)),
        _ => false,
    }
}

/// Whether the `/` at `slash` stands in base64 text rather than in a path or URL: a long stretch of base64
/// characters with a digit and both cases before it, and no second slash or dot close by.
fn in_base64(bytes: &[u8], slash: usize) -> bool {
    const STRETCH: usize = 24;
    let from = slash.saturating_sub(STRETCH);
    let before = &bytes[from..slash];
    before.len() == STRETCH
        && before.iter().all(|&byte| is_alnum(byte) || byte == b'+')
        && before.iter().any(u8::is_ascii_digit)
        && before.iter().any(u8::is_ascii_uppercase)
        && before.iter().any(u8::is_ascii_lowercase)
}

#[cfg(test)]
mod tests {
    use super::behind_escape;

    #[test]
    fn escapes_before_a_token_are_known() {
        for (text, at, behind) in
            [(r"\nabc", 1, Some(2)), (r"\u003dabc", 1, Some(6)), ("%3Dabc", 1, Some(3)), (r"\x3dabc", 1, Some(4)), ("xabc", 1, None)]
        {
            assert_eq!(behind_escape(text.as_bytes(), at), behind, "{text}");
        }
    }
}
