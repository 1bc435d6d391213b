//! Values in what is neither code nor a setting: lists below a name, rows of tables, prose. Nothing but their place says
//! that they belong to the name, so they are partial: only what looks random keeps its confidence.

use super::cursor::Cursor;
use super::form::Found;
use super::name::Name;
use super::{Form, Operator, bare, value};

/// `names:` and `- value` on the next line. The cursor is behind the colon.
pub(super) fn first_item(mut cursor: Cursor<'_>) -> Option<Found> {
    cursor.skip_blanks_and_line_break().then_some(())?;
    cursor.eat("- ").then_some(())?;
    let found =
        value::literal(cursor, Operator::Colon).or_else(|| bare::value(cursor, Form::Line, Operator::Colon).map(|(value, _)| value))?;
    let is_key = found.span.of(cursor.bytes).ends_with(b":") || cursor.bytes[found.after..].starts_with(b":");
    (!is_key).then_some(Found { value: found, operator: Operator::Colon, form: Form::Line })
}

/// `name,value` as a row of its own. The cursor is on the comma.
pub(super) fn next_cell(mut cursor: Cursor<'_>, name: &Name<'_>) -> Option<Found> {
    (name.line? == b"" && !name.quoted).then_some(())?;
    cursor.eat(",");
    let is_cell = cursor.peek().is_some_and(|byte| byte.is_ascii_alphanumeric());
    let (mut value, _) = is_cell.then(|| bare::value(cursor, Form::Inline, Operator::Comma)).flatten()?;
    let ends = matches!(cursor.bytes.get(value.after), None | Some(b'\n' | b'\r' | b','));
    value.partial = true;
    ends.then_some(Found { value, operator: Operator::Comma, form: Form::Inline })
}

/// `| name | value |`: the cursor is on the bar behind the name.
pub(super) fn next_column(mut cursor: Cursor<'_>, name: &Name<'_>) -> Option<Found> {
    name.line?.trim_ascii_end().ends_with(b"|").then_some(())?;
    cursor.eat("|");
    cursor.skip_blanks();
    let plain = |cursor| bare::value(cursor, Form::Inline, Operator::Space).map(|(value, _)| value);
    let mut value = value::literal(cursor, Operator::Space).or_else(|| plain(cursor))?;
    let mut after = Cursor::new(cursor.bytes, value.after);
    after.skip_blanks();
    value.partial = true;
    (after.peek() == Some(b'|')).then_some(Found { value, operator: Operator::Space, form: Form::Directive })
}

/// ``name is `value` ``: in prose, what stands in backticks is a name, unless it is random.
pub(super) fn quoted_in_prose(cursor: Cursor<'_>) -> Option<Found> {
    let mut value = value::literal(cursor, Operator::Space)?;
    value.partial = true;
    Some(Found { value, operator: Operator::Space, form: Form::Directive })
}
