//! Values that are a user and a password: `credentials: user:…`, `login/password = user / …`. Only the password is the
//! secret.

use super::cursor::{Cursor, is_word};
use super::form::Found;
use super::name::Name;
use super::value::Value;
use super::{Form, Operator};
use crate::text::Span;

/// Ends of names that hold both.
const ENDS: [&str; 7] = ["userpwd", "userpass", "auth", "credential", "credentials", "creds", "userpassword"];
/// What a user is called, before `/` or `:` and the name.
#[rustfmt::skip]
const USERS: [&str; 14] = [
    "user", "username", "login", "usr", "id", "account", "email", "uid", "utilisateur", "benutzer", "usuario", "账号", "用户名", "логин",
];
/// What stands before a `:` and is no user.
#[rustfmt::skip]
const NO_USERS: [&str; 16] = [
    "arn", "http", "https", "file", "vault", "env", "ssm", "bearer", "basic", "sha256", "sha512", "sha1", "md5", "urn", "enc", "ref",
];

/// Takes the user and what separates it off a value that holds both.
pub(super) fn without_user(bytes: &[u8], name: &Name<'_>, found: Found) -> Found {
    if found.form == Form::Position {
        return found;
    }
    let text = found.value.span.of(bytes);
    let both = stands_behind_user(name);
    let separator = |byte: &u8| *byte == b':' || (both && *byte == b'/');
    let Some(at) = text.iter().position(separator).filter(|&at| at > 0 && (both || is_of_both(name.span.of(bytes)))) else {
        return found;
    };
    if !is_user(&text[..at]) || text[at..].starts_with(b"://") || text[at..].starts_with(b"::") || at + 1 == text.len() {
        return found;
    }
    let start = found.value.span.start + at + 1;
    let form = if both && !found.value.quoted { Form::Position } else { found.form };
    Found { value: Value { span: Span::new(start, found.value.span.end), ..found.value }, form, ..found }
}

/// `user / …` with blanks, and `user:…` in prose, behind a name that holds both.
pub(super) fn spaced_pair(mut cursor: Cursor<'_>, name: &Name<'_>, operator: Operator) -> Option<Found> {
    (stands_behind_user(name) || is_of_both(name.span.of(cursor.bytes))).then_some(())?;
    cursor.skip_blanks();
    let start = cursor.at;
    let user = cursor.identifier(b"@.-+");
    (is_user(user) && cursor.at > start).then_some(())?;
    let before = cursor.skip_blanks();
    matches!(cursor.peek(), Some(b'/' | b':' | b'|')).then_some(())?;
    cursor.at += 1;
    (before == cursor.skip_blanks() && before > 0).then_some(())?;
    let length = cursor.rest().iter().take(super::LONGEST_VALUE).take_while(|&&byte| byte > b' ' && !b"\"'`<>|".contains(&byte)).count();
    let text = &cursor.rest()[..length];
    let closes = |byte: &&u8| matches!(byte, b',' | b';' | b'.') || (**byte == b')' && !text.contains(&b'('));
    let marks = text.iter().rev().take_while(closes).count();
    let length = if text.ends_with(b"..") { length } else { length - marks };
    let span = Span::new(cursor.at, cursor.at + length);
    (length > 0).then_some(Found { value: Value { span, after: span.end, quoted: false, partial: false }, operator, form: Form::Position })
}

fn is_user(text: &[u8]) -> bool {
    let fits = |byte: &u8| is_word(*byte) || matches!(byte, b'@' | b'.' | b'-' | b'+' | b'\\' | b'%');
    text.len() >= 2
        && text.len() <= 64
        && text.iter().all(fits)
        && text.iter().any(|&byte| byte.is_ascii_alphabetic() || byte >= 0x80)
        && !NO_USERS.iter().any(|known| text.eq_ignore_ascii_case(known.as_bytes()))
}

/// Whether a name says by itself that a user comes first.
fn is_of_both(name: &[u8]) -> bool {
    let last = name.rsplit(|byte| matches!(byte, b'_' | b'.' | b'-')).next().unwrap_or_default();
    ENDS.iter().any(|end| last.len() >= end.len() && last[last.len() - end.len()..].eq_ignore_ascii_case(end.as_bytes()))
}

/// Whether a name stands behind that of a user: `login/password`, `user:pass`.
fn stands_behind_user(name: &Name<'_>) -> bool {
    let Some(line) = name.line else { return false };
    let head = line.trim_ascii_end();
    let Some(head) = head.strip_suffix(b"/").or_else(|| head.strip_suffix(b":").filter(|_| line.ends_with(b":"))) else { return false };
    let head = head.trim_ascii_end();
    let ends = |user: &str| {
        let at = head.len().checked_sub(user.len());
        at.is_some_and(|at| head[at..].eq_ignore_ascii_case(user.as_bytes()) && (at == 0 || !head[at - 1].is_ascii_alphanumeric()))
    };
    USERS.iter().any(|user| ends(user))
}
