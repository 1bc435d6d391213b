//! Code that stands where a literal could: expressions, calls, paths of names, pieces between two strings.

use crate::engine::entropy::randomness;
use crate::engine::filter::noise::is_noise;
use crate::engine::filter::words::Parts;

/// Code instead of a literal.
pub(super) fn is_expression(value: &[u8]) -> bool {
    #[rustfmt::skip]
    static PARTS: Parts = Parts::new(&[
        "process.env", "os.environ", "os.getenv", "getenv", "ENV[", "environ[", "import.meta", "System.get", "->", "::", "().", "=>",
        " + ", "\" +", " && ", "||", "<<", "function(", "function (", "() {", ") { |",
    ]);
    if PARTS.any_in(value) {
        return true;
    }
    let positive = value.strip_prefix(b"!").or_else(|| value.strip_prefix(b"{")).unwrap_or(value);
    is_call(positive)
        || is_path_of_names(positive.strip_suffix(b".").unwrap_or(positive))
        || is_cut_index(positive)
        || is_splice(value)
        || is_last_argument(value)
        || is_role(value)
        || is_cut_call(value)
        || is_cut_literal(value)
        || joins_names(value)
}

/// `[]Reference{`: a literal of Go up to its members.
fn is_cut_literal(value: &[u8]) -> bool {
    value.strip_suffix(b"{").is_some_and(|head| is_name(head.strip_prefix(b"[]").unwrap_or(head)))
}

/// `user&&user.name`: a password with two ampersands has digits, or signs that no name has.
fn joins_names(value: &[u8]) -> bool {
    let Some(at) = memchr::memmem::find(value, b"&&") else { return false };
    let is_plain = |text: &[u8]| is_name(text.strip_prefix(b"!").unwrap_or(text)) && !text.iter().any(u8::is_ascii_digit);
    is_plain(&value[..at]) && !value[at + 2..].iter().any(u8::is_ascii_digit)
}

/// `Feature(status=`: a call up to the value of an argument.
fn is_cut_call(value: &[u8]) -> bool {
    let call = value.strip_suffix(b"=").and_then(|call| Some((call, memchr::memchr(b'(', call)?)));
    call.is_some_and(|(call, open)| is_name(&call[..open]) && is_name(&call[open + 1..]))
}

/// `CONSTANT)`: a name that ends a call.
fn is_last_argument(value: &[u8]) -> bool {
    let name = value.strip_suffix(b")").map(|name| name.strip_suffix(b")").unwrap_or(name));
    name.is_some_and(|name| is_name(name) && !is_noise(name) && randomness(name) < 0.9)
}

/// ``:class:`Credentials` `` of documentation.
fn is_role(value: &[u8]) -> bool {
    value.first() == Some(&b':') && memchr::memmem::find(value, b":`").is_some()
}

/// What stands between two strings: `" . $password . "` in `'SET password = \'" . $password . "\''`.
fn is_splice(value: &[u8]) -> bool {
    // `+this._desc},`, `+e.path+`: of minified code, where the string before was taken for the name's
    if let Some(rest) = value.strip_prefix(b"+") {
        let closes =
            value.ends_with(b"+") || [&b"},"[..], b"()", b");", b"}("].iter().any(|part| memchr::memmem::find(rest, part).is_some());
        return closes && rest.first().is_some_and(u8::is_ascii_alphabetic);
    }
    let Some((b'"' | b'\'' | b'`', rest)) = value.split_first() else { return false };
    matches!(rest.trim_ascii_start().first(), Some(b'.' | b'+' | b',' | b'&' | b'|'))
}

/// `name(…)` and `name[…]`
pub(super) fn is_call(value: &[u8]) -> bool {
    let Some(open) = memchr::memchr2(b'(', b'[', value) else { return false };
    // `jwt:decode(…)` of Lua
    let callee = value[..open].rsplit(|&byte| byte == b':').next().unwrap_or_default();
    let close = if value[open] == b'(' { b')' } else { b']' };
    let closes = value.last() == Some(&close) || open + 1 == value.len() || (callee.contains(&b'.') && value[open..].contains(&close));
    let goes_on = memchr::memmem::find(&value[open..], &[close, b'.']).is_some();
    // `Q(name=value)`
    let is_long = callee.len() >= 2 || (value[open] == b'(' && memchr::memchr(b'=', value).is_some());
    (closes || goes_on) && is_name(callee) && is_long && (callee.len() < 5 || !is_noise(callee))
}

/// `e.query.password?.[0`: an index into a path of names, without its end.
fn is_cut_index(value: &[u8]) -> bool {
    let Some(open) = memchr::memchr(b'[', value).filter(|&open| !value[open..].contains(&b']')) else { return false };
    let path = &value[..open];
    is_path_of_names(path.strip_suffix(b".").unwrap_or(path))
}

/// `self.x`, `config.db.password`: names joined by dots.
fn is_path_of_names(value: &[u8]) -> bool {
    value.contains(&b'.')
        && value.split(|&byte| byte == b'.').all(|part| is_name(part) && part.len() < 40)
        && value.iter().filter(|byte| byte.is_ascii_digit()).count() * 4 <= value.len()
        && randomness(value) < if value.iter().any(u8::is_ascii_digit) { 0.5 } else { 1.0 }
}

pub(super) fn is_name(text: &[u8]) -> bool {
    text.first().is_some_and(|&byte| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'$' | b'@'))
        && text.iter().enumerate().all(|(at, &byte)| {
            // `name!.x`, `name?`: behind a name, and not within it as in `garden!5`
            let ends = || matches!(text.get(at + 1), None | Some(b'.' | b'!' | b'?'));
            byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-' | b'$') || (matches!(byte, b'?' | b'!') && ends())
        })
}
