//! Values in XML, HTML and property lists.

use super::cursor::{Cursor, is_word, starts_ignoring_case};
use super::form::Found;
use super::quote::quotation;
use super::value::Value;
use super::{Form, LONGEST_NAME, LONGEST_VALUE, Operator, beyond};
use crate::text::Span;

/// Tags that only say how the text in them looks.
const LOOKS: [&str; 7] = ["<code>", "<strong>", "<b>", "<kbd>", "<em>", "<tt>", "<samp>"];
/// The most attributes between a name and its value.
const MOST_ATTRIBUTES: usize = 4;

/// `<name>…</name>`, also with a namespace, and `<key>name</key><string>…</string>`. The cursor is on `>`.
pub(super) fn element(cursor: Cursor<'_>, name: Span) -> Option<Found> {
    if opens_tag(cursor.bytes, name) { content(cursor) } else { None }
}

/// Whether `name` is that of an opening tag.
pub(super) fn opens_tag(bytes: &[u8], name: Span) -> bool {
    let before = &bytes[name.start.saturating_sub(32)..name.start];
    let prefix = before.iter().rev().take_while(|&&byte| is_word(byte) || byte == b':').count();
    before.len() > prefix && before[before.len() - 1 - prefix] == b'<'
}

/// The text between the tag that ends here and the next one. The cursor is on `>`.
pub(super) fn content(mut cursor: Cursor<'_>) -> Option<Found> {
    cursor.eat(">");
    cursor.skip_blanks_and_line_break();
    if cursor.eat("<value>") || cursor.eat("<string>") || LOOKS.iter().any(|tag| cursor.eat_ignoring_case(tag)) {
        cursor.skip_blanks_and_line_break();
    }
    let is_data = cursor.eat("<![CDATA[");
    let start = cursor.at;
    let limit = cursor.bytes.len().min(start + LONGEST_VALUE + 64);
    let end = start + memchr::memchr3(b'<', b'\n', if is_data { b']' } else { b'<' }, &cursor.bytes[start..limit])?;
    let closes = {
        let mut after = Cursor::new(cursor.bytes, end);
        if is_data { after.eat("]]>") } else { after.skip_blanks_and_line_break() || after.peek() == Some(b'<') }
    };
    let text = cursor.bytes[start..end].trim_ascii();
    beyond::note();
    let followed = cursor.bytes[end..].trim_ascii_start().starts_with(b"</");
    (closes && (followed || is_data) && !text.is_empty()).then_some(())?;
    Some(found(Span::new(start, start + text.len()), end))
}

/// `</key><string>…</string>`, `</name><value>…</value>`, `</td><td>…</td>`: the cursor is on the closing tag behind a name.
pub(super) fn next_element(mut cursor: Cursor<'_>) -> Option<Found> {
    const NAMES: [&str; 9] =
        ["</key>", "</name>", "</param-name>", "</env-entry-name>", "</stringprop>", "</td>", "</th>", "</dt>", "</config-property-name>"];
    const VALUES: [&str; 8] =
        ["<string", "<value", "<param-value", "<env-entry-value", "<stringprop", "<td", "<dd", "<config-property-value"];
    let has_colon = cursor.eat(":");
    if closes_label(&mut cursor) {
        return (has_colon || cursor.eat(":")).then(|| text_behind_label(cursor)).flatten();
    }
    NAMES.iter().any(|name| cursor.eat_ignoring_case(name)).then_some(())?;
    cursor.skip_blanks_and_line_break();
    VALUES.iter().any(|value| cursor.eat_ignoring_case(value)).then_some(())?;
    cursor.at += cursor.rest().iter().take(LONGEST_NAME).take_while(|&&byte| byte != b'>' && byte != b'\n').count();
    content(cursor)
}

/// Steps over the tag that closes a label: `</b>`, `</strong>`.
fn closes_label(cursor: &mut Cursor<'_>) -> bool {
    ["</b>", "</strong>", "</label>", "</em>"].iter().any(|tag| cursor.eat_ignoring_case(tag))
}

/// `<b>Password:</b> …`, `<b>Password</b>: <code>…</code>`: the text up to the next tag, where it is one word.
fn text_behind_label(mut cursor: Cursor<'_>) -> Option<Found> {
    cursor.skip_blanks();
    let _ = LOOKS.iter().any(|tag| cursor.eat_ignoring_case(tag));
    let start = cursor.at;
    let length = cursor.rest().iter().take(LONGEST_VALUE).take_while(|&&byte| byte > b' ' && byte != b'<').count();
    cursor.at += length;
    (length > 0 && cursor.peek() == Some(b'<')).then(|| found(Span::new(start, start + length), start + length))
}

/// `Password: <strong>…</strong>`: the cursor is behind the colon.
pub(super) fn marked_text(mut cursor: Cursor<'_>) -> Option<Found> {
    cursor.skip_blanks();
    // `Password: **…**`
    if cursor.eat("**") {
        let length = cursor.rest().iter().take(LONGEST_VALUE).take_while(|&&byte| byte > b' ' && byte != b'*').count();
        let end = cursor.at + length;
        return (length > 0 && cursor.bytes[end..].starts_with(b"**")).then(|| found(Span::new(cursor.at, end), end + 2));
    }
    if LOOKS.iter().any(|tag| cursor.rest().first() == Some(&b'<') && starts_ignoring_case(cursor.rest(), tag.as_bytes())) {
        text_behind_label(cursor)
    } else {
        None
    }
}

/// `value="…"` among the attributes here, which are those behind the one that holds the name; or the content of
/// the element, where there is none.
pub(super) fn value_attribute(mut cursor: Cursor<'_>) -> Option<Found> {
    for _ in 0..MOST_ATTRIBUTES {
        let key = cursor.identifier(b":-");
        // `android:value`
        let key = key.rsplit(|&byte| byte == b':').next().unwrap_or(key);
        if key.is_empty() {
            break;
        }
        cursor.eat("=").then_some(())?;
        let (value, after) = quotation(cursor.bytes, cursor.at)?;
        if [&b"value"[..], b"Value", b"defaultValue", b"default", b"content", b"val"].contains(&key) {
            return Some(found(value, after));
        }
        cursor.at = after;
        cursor.skip_blanks_and_line_break();
    }
    if cursor.peek() == Some(b'>') { content(cursor) } else { None }
}

/// A value between tags or in an attribute.
pub(super) fn found(span: Span, after: usize) -> Found {
    Found { value: Value { span, after, quoted: true, partial: false }, operator: Operator::Markup, form: Form::Markup }
}
