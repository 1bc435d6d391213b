//! Maps whose name says what their members are: `passwords = {"bob": "…"}`, `users:` and a user with a password on each
//! line below, `[users]` and the same.

use super::beyond;
use super::cursor::Cursor;
use super::form::{Found, operator};
use super::name::Name;
use super::quote::quotation;
use super::value::Value;
use super::{Form, LONGEST_NAME, Operator, bare, value};
use crate::engine::filter::says_other;
use crate::text::Span;

/// Ends of names whose members are secrets, each by a name of its own.
const SECRETS: [&str; 6] = ["passwords", "passwds", "pwds", "api_keys", "apikeys", "api-keys"];
/// Ends of names whose members may be users, each with what this one signs in with.
const USERS: [&str; 5] = ["users", "accounts", "logins", "credentials", "creds"];
/// The most members that are looked at.
const MOST_MEMBERS: usize = 64;
/// The longest type or function before the members, in bytes.
const LONGEST_TYPE: usize = 64;

/// Whether a name is one of maps whose members are users.
pub(super) fn holds_users(name: &str) -> bool {
    ends_with_one(name.as_bytes(), &USERS)
}

/// Calls `visit` with the values of the map that `name` is given.
pub(super) fn values(bytes: &[u8], name: &Name<'_>, visit: &mut impl FnMut(Found)) {
    let text = name.span.of(bytes);
    let of_users = ends_with_one(text, &USERS);
    if name.dashes > 0 || !(of_users || ends_with_one(text, &SECRETS)) {
        return;
    }
    let mut visit = |found: Found| visit(if of_users { Found { form: Form::Member, ..found } } else { found });
    let mut cursor = Cursor::new(bytes, name.after);
    if name.line == Some(b"[") && cursor.eat("]") {
        return lines(cursor, 0, Operator::Equals, &mut visit);
    }
    cursor.skip_blanks();
    let Some((operator, after)) = operator(cursor) else { return };
    cursor = after;
    cursor.skip_blanks();
    if cursor.at_line_end() && operator == Operator::Colon {
        let indent = name.line.filter(|line| line.iter().all(|&byte| byte == b' '));
        return indent.map_or((), |indent| lines(cursor, indent.len() + 1, operator, &mut visit));
    }
    if !opens(&mut cursor) {
        return;
    }
    for _ in 0..MOST_MEMBERS {
        let Some((key, value)) = member(&mut cursor) else { return };
        if is_told(key.of(bytes)) {
            visit(Found { value, operator, form: Form::Literal });
        }
        cursor.skip_blanks();
        let _ = cursor.eat(")") || cursor.eat("]") || cursor.eat("}");
        if !cursor.eat(",") {
            return;
        }
    }
}

fn ends_with_one(text: &[u8], ends: &[&str]) -> bool {
    ends.iter().any(|end| text.len() >= end.len() && text[text.len() - end.len()..].eq_ignore_ascii_case(end.as_bytes()))
}

/// Whether a member of this key may be a secret.
fn is_told(key: &[u8]) -> bool {
    !key.is_empty() && !says_other(key)
}

/// Steps over what opens a map: `{`, `[`, `(`, also behind a type or a function, as in `map[string]string{` and `dict(`.
fn opens(cursor: &mut Cursor<'_>) -> bool {
    let start = cursor.at;
    while cursor.at - start < LONGEST_TYPE {
        let Some(byte) = cursor.peek() else { return false };
        cursor.at += 1;
        match byte {
            b'{' | b'(' => return true,
            b'[' if cursor.at == start + 1 => return true,
            b'[' | b']' | b'<' | b'>' | b',' | b' ' | b'.' | b':' | b'_' => {}
            _ if byte.is_ascii_alphanumeric() => {}
            _ => return false,
        }
    }
    false
}

/// `"key": "…"`, `key="…"`, `"key" => "…"`, `("key", "…")`, `["key"] = "…"`, `"key" to "…"`; the cursor is then behind
/// the value.
fn member(cursor: &mut Cursor<'_>) -> Option<(Span, Value)> {
    cursor.skip_blanks_and_line_break();
    // `["…", "…"]` may be a list of anything.
    let is_pair = cursor.eat("{") || cursor.eat("(");
    let is_index = cursor.eat("[");
    cursor.skip_blanks();
    let key = key(cursor)?;
    let _ = is_index && cursor.eat("]");
    cursor.skip_blanks();
    let is_given = ["=>", "->", ":", "=", "to "].iter().any(|operator| cursor.eat(operator)) || (is_pair && cursor.eat(","));
    is_given.then_some(())?;
    let value = value::literal(*cursor, Operator::Colon)?;
    cursor.at = value.after;
    Some((key, value))
}

/// A key in quotes, or a word.
fn key(cursor: &mut Cursor<'_>) -> Option<Span> {
    let key = if let Some((key, after)) = quotation(cursor.bytes, cursor.at) {
        cursor.at = after;
        key
    } else {
        let start = cursor.at;
        cursor.identifier(b"-.@");
        Span::new(start, cursor.at)
    };
    (!key.is_empty() && key.len() <= LONGEST_NAME).then_some(key)
}

/// Calls `visit` with the value of each of the lines below that have at least this indent.
fn lines(mut cursor: Cursor<'_>, indent: usize, operator: Operator, visit: &mut impl FnMut(Found)) {
    beyond::note();
    let sign = if operator == Operator::Colon { ":" } else { "=" };
    for _ in 0..MOST_MEMBERS {
        cursor.skip_blanks();
        let _ = cursor.eat("\r");
        if !cursor.eat("\n") || cursor.skip_blanks() < indent {
            return;
        }
        if cursor.peek() != Some(b'#') {
            let Some(key) = key(&mut cursor) else { return };
            cursor.skip_blanks();
            if !cursor.eat(sign) {
                return;
            }
            let value = value_on_line(cursor, operator).filter(|_| is_told(key.of(cursor.bytes)));
            if let Some(value) = value {
                visit(Found { value, operator, form: if value.quoted { Form::Literal } else { Form::Line } });
            }
        }
        cursor.at += memchr::memchr(b'\n', cursor.rest()).unwrap_or(cursor.rest().len());
    }
}

/// The value here, if it does not stand on a line below.
fn value_on_line(mut cursor: Cursor<'_>, operator: Operator) -> Option<Value> {
    cursor.skip_blanks();
    if cursor.at_line_end() || matches!(cursor.peek(), Some(b'|' | b'>')) {
        return None;
    }
    value::literal(cursor, operator).or_else(|| bare::value(cursor, Form::Line, operator).map(|(value, _)| value))
}
