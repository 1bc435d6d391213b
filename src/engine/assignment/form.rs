//! What follows a name: the operator, and with it the form of the assignment.

use super::cursor::{Cursor, begins_with, is_word};
use super::name::Name;
use super::quote::Quote;
use super::{Assignment, Form, Operator, bare, compare, fallback, listing, markup, pair, returned, spaced, user, value};
use crate::text::Span;

/// The longest type between a name and its `=`, in bytes.
const LONGEST_TYPE: usize = 64;

/// A value found behind a name.
#[derive(Debug, Clone, Copy)]
pub(super) struct Found {
    pub(super) value: value::Value,
    pub(super) operator: Operator,
    pub(super) form: Form,
}

impl Found {
    /// The assignment of the value to `name`.
    pub(super) fn of(self, name: Span) -> Assignment {
        Assignment {
            name,
            value: self.value.span,
            quoted: self.value.quoted,
            operator: self.operator,
            form: self.form,
            partial: self.value.partial,
        }
    }
}

/// The assignment to `name`.
pub(super) fn parse(bytes: &[u8], name: &Name<'_>) -> Option<Assignment> {
    let cursor = Cursor::new(bytes, name.after);
    let found = if name.quoted { after_quoted(cursor, name) } else { after_bare(cursor, name) };
    let found = found.map(|found| user::without_user(bytes, name, found)).or_else(|| compare::before(bytes, name));
    let found = found.or_else(|| pair::value_before_name(bytes, name));
    found.map(|found| scheme_apart(bytes, found).of(name.span))
}

/// Takes an authentication scheme off a quoted value, however it came to the name.
fn scheme_apart(bytes: &[u8], found: Found) -> Found {
    if !found.value.quoted || found.form == Form::Header {
        return found;
    }
    let (value, has_scheme) = value::without_scheme(bytes, found.value);
    Found { value, form: if has_scheme { Form::Header } else { found.form }, ..found }
}

/// `"name": …`, `['name'] = …`, `("name", …)`, `key="name" value=…`, `name="name">…<`
fn after_quoted(mut cursor: Cursor<'_>, name: &Name<'_>) -> Option<Found> {
    match cursor.peek()? {
        b')' => {
            let found = fallback::fallback(cursor, name).or_else(|| pair::pair_of_calls(cursor));
            return found.or_else(|| value_of_element(cursor, name));
        }
        b'>' => {
            return if cursor.rest().starts_with(b">>") { pair::erlang_binary(cursor) } else { markup::content(cursor) };
        }
        b']' => {
            cursor.at += 1;
            cursor.eat("]");
            // `fill('input[name="password"]', '…')`
            if let (Some(b'"' | b'\'' | b'`'), Some(next @ (b',' | b')'))) = (cursor.peek(), cursor.peek_ahead(1)) {
                cursor.at += 1;
                return if next == b',' { pair::pair(cursor, name) } else { pair::pair_of_calls(cursor) };
            }
        }
        _ => {}
    }
    let blanks = cursor.skip_blanks();
    match cursor.peek()? {
        b',' => pair::pair(cursor, name),
        b'\n' | b'\r' => pair::name_and_value_lines(cursor, name),
        b'{' => pair::terraform_default(cursor),
        // ``Set `NAME` to `value` ``
        b't' if blanks > 0 && cursor.rest().starts_with(b"to `") => {
            cursor.eat("to ");
            listing::quoted_in_prose(cursor)
        }
        // `"name" -> "…"` of Scala, `"name" to "…"` of Kotlin
        b'-' if cursor.eat("->") => literal_after(cursor, name, Operator::Arrow),
        b't' if blanks > 0 && cursor.eat("to ") => literal_after(cursor, name, Operator::Arrow),
        // `I fill in "Password" with "…"`
        b'w' if blanks > 0 && cursor.eat("with ") => {
            let value = value::literal(cursor, Operator::Space)?;
            Some(Found { value, operator: Operator::Comma, form: Form::Argument })
        }
        _ => assigned(cursor, name)
            .or_else(|| fallback::fallback(cursor, name))
            .or_else(|| if blanks > 0 { markup::value_attribute(cursor) } else { None }),
    }
}

/// `getElementById("name").value = "…"`
fn value_of_element(mut cursor: Cursor<'_>, name: &Name<'_>) -> Option<Found> {
    cursor.eat(").value").then_some(())?;
    cursor.skip_blanks();
    let (operator, after) = operator(cursor)?;
    literal_after(after, name, operator)
}

/// What can follow a name that is not in quotes.
fn after_bare(mut cursor: Cursor<'_>, name: &Name<'_>) -> Option<Found> {
    match cursor.peek()? {
        b'>' => return markup::element(cursor, name.span),
        b'<' if cursor.peek_ahead(1) == Some(b'/') => return markup::next_element(cursor),
        b':' if cursor.rest().starts_with(b":</") => return markup::next_element(cursor),
        b'[' => skip_index(&mut cursor)?,
        b'}' if cursor.peek_ahead(1) == Some(b'"') => return compare::in_shell(cursor, name),
        b'.' => {
            if let Some(found) = compare::behind(cursor, name) {
                return Some(found);
            }
        }
        // `get('[name=password]').type("…")`
        b']' if matches!(cursor.peek_ahead(1), Some(b'\'' | b'"')) && matches!(cursor.peek_ahead(2), Some(b')' | b',')) => {
            cursor.at += 2;
            return if cursor.peek() == Some(b',') { pair::pair(cursor, name) } else { pair::pair_of_calls(cursor) };
        }
        b']' | b'}' => cursor.at += 1,
        b'(' => {
            let found = built(cursor, name).or_else(|| compare::behind(cursor, name));
            return found.or_else(|| returned::by_function(cursor, name));
        }
        b'{' => return built(cursor, name).or_else(|| returned::by_property(cursor, name)).or_else(|| compare::behind(cursor, name)),
        b')' => return compare::behind(cursor, name),
        b'"' => return compare::in_shell(cursor, name),
        b'?' if cursor.peek_ahead(1) == Some(b':') => cursor.at += 1,
        // `**Password**: …` of Markdown
        b'*' if cursor.peek_ahead(1) == Some(b'*') => cursor.at += 2,
        _ => {}
    }
    let blanks = cursor.skip_blanks();
    match cursor.peek()? {
        b'\n' | b'\r' => {
            let found = pair::name_and_value_lines(cursor, name).or_else(|| returned::by_method_of_ruby(cursor, name));
            found.or_else(|| returned::by_property(cursor, name))
        }
        b',' => {
            let found = pair::keyed_in_flow(cursor).or_else(|| pair::compared_or_passed(cursor, name));
            found.or_else(|| listing::next_cell(cursor, name))
        }
        b'{' => returned::by_property(cursor, name),
        b'|' => fallback::fallback(cursor, name).or_else(|| listing::next_column(cursor, name)),
        _ if blanks > 0 && markup::opens_tag(cursor.bytes, name.span) => markup::value_attribute(cursor),
        _ => {
            let found =
                fallback::braced_default(cursor, name).or_else(|| assigned(cursor, name)).or_else(|| fallback::fallback(cursor, name));
            found.or_else(|| if blanks > 0 { spaced::spaced(cursor, name) } else { None })
        }
    }
}

/// An operator and a value.
fn assigned(cursor: Cursor<'_>, name: &Name<'_>) -> Option<Found> {
    let (operator, after) = operator(cursor)?;
    if !name.quoted && (after.peek() == Some(b'"') && closes_string(name) || closes_own_string(after, name)) {
        return None;
    }
    match operator {
        Operator::Colon if in_url(name) => None,
        Operator::Colon => {
            let found = typed(after, name).or_else(|| returned::by_computed_property(after, name));
            found.or_else(|| value_after(after, name, operator))
        }
        _ => value_after(after, name, operator),
    }
}

/// Whether the mark behind the operator is the one that opened right before the name: `ask('Password: ')`.
fn closes_own_string(mut after: Cursor<'_>, name: &Name<'_>) -> bool {
    after.skip_blanks();
    let mark = Quote::at(after.bytes, after.at).map(|(quote, _)| quote);
    mark.is_some() && mark == name.opened
}

/// Whether a `"` behind the operator closes a string that began before the name: `"password:"`.
fn closes_string(name: &Name<'_>) -> bool {
    let line = name.line.unwrap_or_default();
    let mut open = false;
    let mut escaped = false;
    for &byte in line {
        open ^= byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
    }
    open
}

/// Whether the name is the user of a URL, and not one of its parameters, or a part of an ARN.
fn in_url(name: &Name<'_>) -> bool {
    let line = name.line.unwrap_or_default();
    let word = line.rsplit(|byte| matches!(byte, b' ' | b'"' | b'\'' | b'\t')).next().unwrap_or_default();
    if word.starts_with(b"arn:") {
        return true;
    }
    // `//registry/:_authToken` has no scheme.
    memchr::memmem::find(word, b"://").is_some_and(|at| at > 0) && !word.contains(&b'?') && !word.contains(&b';')
}

/// The operator here and the place behind it.
pub(super) fn operator(mut cursor: Cursor<'_>) -> Option<(Operator, Cursor<'_>)> {
    const OPERATORS: [(&str, Operator); 17] = [
        ("===", Operator::Compare),
        ("!==", Operator::Compare),
        ("==", Operator::Compare),
        ("!=", Operator::Compare),
        ("=>", Operator::Arrow),
        ("::=", Operator::Equals),
        (":=", Operator::Equals),
        ("<-", Operator::Equals),
        ("?=", Operator::Fallback),
        ("||=", Operator::Fallback),
        ("??=", Operator::Fallback),
        ("+=", Operator::Equals),
        ("=~", Operator::Call),
        ("::", Operator::Call),
        ("=", Operator::Equals),
        (":", Operator::Colon),
        ("：", Operator::Colon),
    ];
    let (text, operator) = OPERATORS.iter().find(|(text, _)| begins_with(cursor.rest(), text))?;
    cursor.at += text.len();
    // `**Password:** …`
    if *operator == Operator::Colon && cursor.rest().starts_with(b"** ") {
        cursor.at += 2;
    }
    // `=~` and `::` only look like the operators that they begin with.
    (*operator != Operator::Call).then_some((*operator, cursor))
}

/// `: &str = "…"`, the type of a declaration before its value.
pub(super) fn typed(mut cursor: Cursor<'_>, name: &Name<'_>) -> Option<Found> {
    cursor.skip_blanks();
    let start = cursor.at;
    while cursor.at - start < LONGEST_TYPE {
        let byte = cursor.peek()?;
        let lifetime = byte == b'\'' && cursor.bytes[cursor.at - 1] == b'&';
        if byte == b' ' && !blank_in_type(&cursor.bytes[start..cursor.at], &cursor.bytes[cursor.at..]) {
            return None;
        }
        if byte == b'=' || cursor.rest().starts_with(b":=") {
            break;
        }
        if !(is_word(byte) || lifetime || matches!(byte, b' ' | b'.' | b':' | b'<' | b'>' | b'[' | b']' | b'&' | b'*' | b'?' | b'|' | b'!'))
        {
            return None;
        }
        cursor.at += 1;
    }
    let (operator, after) = operator(cursor)?;
    let is_typed = cursor.at > start && operator == Operator::Equals;
    is_typed.then(|| literal_after(after, name, operator)).flatten()
}

/// Whether a type may go on behind a blank: `unsigned char`, `string | null`, `constant String`, or at its end.
fn blank_in_type(before: &[u8], after: &[u8]) -> bool {
    const WORDS: [&str; 13] =
        ["as", "const", "constant", "mut", "dyn", "static", "unsigned", "final", "readonly", "aliased", "of", "volatile", "packed"];
    let next = after.iter().find(|&&byte| byte != b' ');
    let joins = |byte: Option<&u8>| byte.is_none_or(|byte| !byte.is_ascii_alphanumeric() && *byte != b'_');
    let word = before.rsplit(|byte| !byte.is_ascii_alphanumeric()).next().unwrap_or_default();
    joins(next) || joins(before.last()) || WORDS.iter().any(|known| word.eq_ignore_ascii_case(known.as_bytes()))
}

/// A literal or, where the surroundings allow it, an unquoted value.
fn value_after(cursor: Cursor<'_>, name: &Name<'_>, operator: Operator) -> Option<Found> {
    let found = literal_after(cursor, name, operator).or_else(|| user::spaced_pair(cursor, name, operator));
    found.or_else(|| match operator {
        Operator::Equals => bare_after(cursor, name, operator),
        Operator::Colon => {
            let plain = markup::marked_text(cursor).or_else(|| bare_after(cursor, name, operator)).or_else(|| listing::first_item(cursor));
            plain.or_else(|| pair::nested_value(cursor, name)).or_else(|| listing::scalar_below(cursor, name))
        }
        Operator::Fallback => bare_after(cursor, name, operator).filter(|found| found.form == Form::Line),
        _ => None,
    })
}

/// A literal behind an operator.
fn literal_after(cursor: Cursor<'_>, name: &Name<'_>, operator: Operator) -> Option<Found> {
    if let Some(found) = pair::user_and_password(cursor, name) {
        return Some(found);
    }
    let Some(value) = value::literal(cursor, operator) else {
        let is_set = matches!(operator, Operator::Equals | Operator::Colon | Operator::Arrow);
        return if is_set { returned::by_closure(cursor) } else { None };
    };
    let is_flag = name.dashes > 0 && !name.quoted;
    let form = if is_flag { Form::Flag } else { Form::Literal };
    Some(Found { value, operator, form })
}

/// An unquoted value behind an operator.
fn bare_after(cursor: Cursor<'_>, name: &Name<'_>, operator: Operator) -> Option<Found> {
    if let Some(value) = name.opened.filter(|_| operator == Operator::Equals).and_then(|opened| bare::rest_of_string(cursor, opened)) {
        return Some(Found { value, operator, form: Form::Literal });
    }
    let form = bare::form_of(cursor, name, operator);
    // `password= user=`: nothing is given.
    let is_empty = cursor.bytes.get(name.after) == Some(&b'=') && matches!(cursor.peek(), Some(b' ' | b'\t'));
    if form != Form::Line && is_empty {
        return None;
    }
    let (value, has_scheme) = bare::value(cursor, form, operator)?;
    Some(Found { value, operator, form: if has_scheme { Form::Header } else { form } })
}

/// `[32]`, `[]`, `[MAX + 1]` and `[:]` behind the name of an array.
fn skip_index(cursor: &mut Cursor<'_>) -> Option<()> {
    let inside = cursor.rest().iter().take(32).take_while(|&&byte| byte != b']' && byte != b'\n').count();
    cursor.at += inside + 1;
    (cursor.bytes.get(cursor.at - 1) == Some(&b']')).then_some(())
}

/// `name("…")`, `name{"…"}`, `setName("…")`, `name.equals("…")`, `new Credential("user", "…")`
fn built(mut cursor: Cursor<'_>, name: &Name<'_>) -> Option<Found> {
    cursor.at += 1;
    let callee = name.span.of(cursor.bytes);
    let method = callee.rsplit(|&byte| byte == b'.').next().unwrap_or(callee);
    let compares: [&[u8]; 6] = [b"equals", b"equalsIgnoreCase", b"Equals", b"compareTo", b"eql?", b"eq"];
    if callee.len() > method.len() && compares.contains(&method) {
        let value = value::literal(cursor, Operator::Compare)?;
        return Some(Found { value, operator: Operator::Compare, form: Form::Literal });
    }
    let value = value::literal(cursor, Operator::Call)?;
    let mut after = Cursor::new(cursor.bytes, value.after);
    after.skip_blanks();
    if after.peek() == Some(b',') && super::name::takes_user_and_password(method) {
        after.at += 1;
        after.skip_blanks_and_line_break();
        let value = value::literal(after, Operator::Comma)?;
        // `Credentials("realm", "host", "user", "…")` is of another kind.
        let is_pair = !is_followed_by_literal(Cursor::new(cursor.bytes, value.after));
        return is_pair.then_some(Found { value, operator: Operator::Comma, form: Form::Position });
    }
    Some(Found { value, operator: Operator::Call, form: Form::Argument })
}

/// Whether another literal is the next argument.
fn is_followed_by_literal(mut cursor: Cursor<'_>) -> bool {
    cursor.skip_blanks();
    cursor.eat(",") && value::literal(cursor, Operator::Comma).is_some()
}
