//! What a password is for, told between its name and the value: `Password for the database: …`, `пароль от базы: …`.

use super::cursor::{Cursor, is_word};
use super::form::Found;
use super::name::Name;
use super::{Form, Operator, bare, listing, value};
use crate::engine::filter::List;

/// The most words between the name and what leads to the value, and the most bytes.
const MOST_WORDS: usize = 7;
const MOST_BYTES: usize = 80;

/// What follows a name that is not quoted, a blank, a preposition and some words.
pub(super) fn described(mut cursor: Cursor<'_>, name: &Name<'_>) -> Option<Found> {
    #[rustfmt::skip]
    static PREPOSITIONS: List = List::new(&[
        "for", "of", "to", "on", "für", "zu", "zum", "zur", "von", "vom", "der", "des", "de", "du", "pour", "del", "para", "do", "da", "di",
        "della", "dello", "per", "van", "voor", "dla", "od", "от", "к", "для", "на", "för", "till", "til",
    ]);
    let rest = cursor.rest();
    let line = &rest[..rest.iter().take(MOST_BYTES).take_while(|&&byte| byte != b'\n' && byte != b'\r').count()];
    let mut words = line.split(|&byte| byte == b' ');
    let first = words.next()?;
    (name.opened.is_none() && PREPOSITIONS.has(first)).then_some(())?;
    let mut end = first.len();
    let operator = words.take(MOST_WORDS).find_map(|word| {
        end += 1 + word.len();
        match role(word) {
            Role::Describes => None,
            Role::Leads(operator) => Some(Some(operator)),
            Role::Other => Some(None),
        }
    })??;
    cursor.at += end;
    (cursor.skip_blanks() > 0).then_some(())?;
    given(cursor, operator)
}

/// What a word behind the preposition does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    /// It tells what the password is for.
    Describes,
    /// It stands before the value, or ends with a colon: `is`, `-`, `base:`.
    Leads(Operator),
    /// It is no word.
    Other,
}

fn role(word: &[u8]) -> Role {
    static VERBS: List = List::new(&["is", "was", "ist", "lautet", "est", "es", "é", "is:", "это"]);
    if VERBS.has(word) {
        return Role::Leads(Operator::Space);
    }
    if matches!(word, b"=" | b"-" | b"\xe2\x80\x93" | b"\xe2\x80\x94") {
        return Role::Leads(Operator::Colon);
    }
    let plain = word.strip_suffix(b":").or_else(|| word.strip_suffix("：".as_bytes()));
    let is_plain = plain.unwrap_or(word).iter().all(|&byte| is_word(byte) || matches!(byte, b'-' | b'.' | b'@' | b'/' | b'\''));
    match plain {
        _ if !is_plain => Role::Other,
        Some(_) => Role::Leads(Operator::Colon),
        None => Role::Describes,
    }
}

/// A value that ends its line.
fn given(cursor: Cursor<'_>, operator: Operator) -> Option<Found> {
    if cursor.peek() == Some(b'`') {
        return listing::quoted_in_prose(cursor);
    }
    let literal = if matches!(cursor.peek(), Some(b'"' | b'\'')) { value::literal(cursor, Operator::Space) } else { None };
    let mut value = literal.or_else(|| bare::value(cursor, Form::Line, operator).map(|(value, _)| value))?;
    if !value.quoted && operator == Operator::Space && value.span.of(cursor.bytes).ends_with(b".") {
        value.span.end -= 1;
    }
    let mut after = Cursor::new(cursor.bytes, value.after);
    after.eat(".");
    after.skip_blanks();
    (after.at_line_end() && !value.partial).then_some(Found { value, operator, form: Form::Line })
}
