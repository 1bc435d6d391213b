//! Values in what is neither code nor a setting: lists below a name, rows of tables, prose. Nothing but their place says
//! that they belong to the name, so they are partial: only what looks random keeps its confidence.

use super::cursor::Cursor;
use super::form::Found;
use super::name::Name;
use super::quote::Quote;
use super::{Assignment, Form, Operator, bare, value};
use crate::text::Span;

/// The most values of a list that are looked at.
const MOST_ITEMS: usize = 64;

/// `names:` and `- value` on the next line. The cursor is behind the colon.
pub(super) fn first_item(mut cursor: Cursor<'_>) -> Option<Found> {
    cursor.skip_blanks_and_line_break().then_some(())?;
    cursor.eat("- ").then_some(())?;
    let found =
        value::literal(cursor, Operator::Colon).or_else(|| bare::value(cursor, Form::Line, Operator::Colon).map(|(value, _)| value))?;
    let is_key = found.span.of(cursor.bytes).ends_with(b":") || cursor.bytes[found.after..].starts_with(b":");
    (!is_key).then_some(Found { value: found, operator: Operator::Colon, form: Form::Line })
}

/// `name:` and the value on the next line, further to the right and alone there. The cursor is behind the colon.
pub(super) fn scalar_below(mut cursor: Cursor<'_>, name: &Name<'_>) -> Option<Found> {
    let indent = name.line.filter(|line| !name.quoted && line.iter().all(|&byte| byte == b' '))?.len();
    cursor.skip_blanks_and_line_break().then_some(())?;
    let (value, _) = bare::value(cursor, Form::Line, Operator::Colon)?;
    let is_key = value.span.of(cursor.bytes).ends_with(b":") || cursor.rest().starts_with(b"- ");
    // What goes on below is text.
    let mut after = Cursor::new(cursor.bytes, value.after);
    let ends = !after.skip_blanks_and_line_break() || after.at_line_end() || indent_at(after) <= indent;
    let is_alone = indent_at(cursor) > indent && !value.partial && !is_key && ends;
    is_alone.then_some(Found { value, operator: Operator::Colon, form: Form::Line })
}

/// How far to the right of its line's beginning a place is.
fn indent_at(cursor: Cursor<'_>) -> usize {
    cursor.at - memchr::memrchr(b'\n', &cursor.bytes[..cursor.at]).map_or(0, |at| at + 1)
}

/// Calls `visit` with the other values of the list whose first value was `found`: `names = ["…", "…"]`, and the items of
/// YAML below each other.
pub(super) fn further_items(bytes: &[u8], found: &Assignment, visit: &mut impl FnMut(Span)) {
    let is_behind = found.value.start > found.name.end;
    // `password = ["…", "…"].concat()`: the pieces of one.
    let name = found.name.of(bytes);
    let is_plural = matches!(name, [.., before, b's' | b'S'] if !matches!(before, b's' | b'S'));
    if !is_behind || !is_plural || !matches!(found.operator, Operator::Equals | Operator::Colon | Operator::Arrow) || found.partial {
        return;
    }
    let quote = if found.quoted { Quote::before(bytes, found.value.start).map_or(0, |(_, width)| width) } else { 0 };
    let between = bytes[found.name.end..found.value.start - quote].trim_ascii_end();
    let cursor = Cursor::new(bytes, found.value.end + quote);
    match between.last() {
        Some(b'[' | b'{') if found.quoted => items_of_code(cursor, visit),
        Some(b'-') if found.form == Form::Line && between.ends_with(b" -") => items_of_yaml(cursor, visit),
        _ => {}
    }
}

/// `, "…"` as often as it follows.
fn items_of_code(mut cursor: Cursor<'_>, visit: &mut impl FnMut(Span)) {
    for _ in 0..MOST_ITEMS {
        cursor.skip_blanks_and_line_break();
        if !cursor.eat(",") {
            return;
        }
        let Some(value) = value::literal(cursor, Operator::Comma) else { return };
        visit(value.span);
        cursor.at = value.after;
    }
}

/// `- …` on the next lines.
fn items_of_yaml(mut cursor: Cursor<'_>, visit: &mut impl FnMut(Span)) {
    for _ in 0..MOST_ITEMS {
        if !cursor.skip_blanks_and_line_break() || !cursor.eat("- ") {
            return;
        }
        let bare = |cursor| bare::value(cursor, Form::Line, Operator::Colon).map(|(value, _)| value);
        let Some(value) = value::literal(cursor, Operator::Colon).or_else(|| bare(cursor)) else { return };
        let is_key = value.span.of(cursor.bytes).ends_with(b":") || cursor.bytes[value.after..].starts_with(b":");
        if is_key {
            return;
        }
        visit(value.span);
        cursor.at = value.after;
    }
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

/// `| name | value |`, `| **name** | value |`, `|| name || value ||`: the cursor is on the bar behind the name.
pub(super) fn next_column(mut cursor: Cursor<'_>, name: &Name<'_>) -> Option<Found> {
    let line = name.line?;
    line.strip_suffix(b"**").unwrap_or(line).trim_ascii_end().ends_with(b"|").then_some(())?;
    cursor.eat("|");
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
