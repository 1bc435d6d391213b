//! Values: literals, and what stands unquoted.

use super::cursor::{Cursor, starts_ignoring_case};
use super::quote::quotation;
use super::{Operator, fallback};
use crate::text::Span;

/// A value as it stands in the text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Value {
    pub(super) span: Span,
    /// Offset behind the value and its closing quote.
    pub(super) after: usize,
    pub(super) quoted: bool,
    pub(super) partial: bool,
}

/// Functions and types around a literal that leave it the same secret.
#[rustfmt::skip]
const WRAPPERS: &[&str] = &[
    "byte", "string", "str", "of", "from", "fromstring", "from_string", "valueof", "value_of", "bytes", "bytearray", "buffer",
    "getbytes", "get_bytes", "b64decode", "base64_decode", "frombase64string", "decode", "unhexlify", "fromhex", "from_hex", "hex2bin",
    "decodestring", "atob", "parse", "password", "secret", "secretstring", "secretstr", "some", "just", "ok", "new", "t", "_t", "text",
    "qstring", "stringptr", "to_string", "literal", "lit", "quote", "char", "networkcredential",
    "createsecretkey", "encode", "secretkey", "field", "qstringliteral",
];

/// Authentication schemes, with what separates them from their value.
#[rustfmt::skip]
const SCHEMES: &[&str] = &[
    "Bearer ", "Basic ", "Token token=", "Token ", "ApiKey ", "Api-Key ", "Key ", "Bot ", "SSWS ", "OAuth ", "PRIVATE-TOKEN: ", "JWT ",
    "GenieKey ", "Splunk ", "Klaviyo-API-Key ", "Api-Token ", "sso-key ", "PAT ",
];

/// A literal at the cursor, behind an operator: possibly on the next line, in a list or in a call that only
/// converts it, or as what holds where a variable is not set.
pub(super) fn literal(mut cursor: Cursor<'_>, operator: Operator) -> Option<Value> {
    let crossed = cursor.skip_blanks_and_line_break();
    let value = plain_literal(cursor)
        .or_else(|| if crossed { None } else { listed(cursor) })
        .or_else(|| wrapped(cursor))
        .or_else(|| if crossed { None } else { fallback::alternative(cursor, operator) })?;
    let is_key = crossed && is_key(Cursor::new(cursor.bytes, value.after));
    (!is_key).then_some(value)
}

/// A literal right here, with the prefixes that languages allow before it.
pub(super) fn plain_literal(mut cursor: Cursor<'_>) -> Option<Value> {
    cursor.eat("<<");
    if cursor.eat("!!str ") || cursor.eat("!!binary ") {
        cursor.skip_blanks();
    }
    if cursor.rest().starts_with(b"[[") {
        return bracketed(cursor);
    }
    if quotation(cursor.bytes, cursor.at).is_none() {
        skip_prefix(&mut cursor)?;
    }
    let (span, after) = quotation(cursor.bytes, cursor.at)?;
    (!follows_closing_quote(&cursor.bytes[span.start..])).then_some(())?;
    let span = inside_escaped_quotes(cursor.bytes, span);
    Some(Value { span, after, quoted: true, partial: is_joined(cursor.bytes, after) })
}

/// `"\"…\""`: a string that is code in its turn, as in `buildConfigField "String", "NAME", "\"…\""`.
fn inside_escaped_quotes(bytes: &[u8], span: Span) -> Span {
    let text = span.of(bytes);
    let is_quoted = text.len() > 4 && text.starts_with(b"\\\"") && text.ends_with(b"\\\"") && !text[2..text.len() - 2].contains(&b'"');
    if is_quoted { Span::new(span.start + 2, span.end - 2) } else { span }
}

/// Whether what looks like an opening quote was a closing one: a blank follows, or the end of a call that goes on.
fn follows_closing_quote(rest: &[u8]) -> bool {
    matches!(rest, [b' ' | b',', ..] | [b')', b',' | b';' | b'.' | b')', ..])
}

/// `[[…]]` of Lua; lists of lists hold marks that a value in it seldom has.
fn bracketed(mut cursor: Cursor<'_>) -> Option<Value> {
    cursor.eat("[[");
    let is_inside = |byte: &u8| *byte > b' ' && !matches!(byte, b'[' | b']' | b'"' | b'\'' | b',' | b'$');
    let length = cursor.rest().iter().take(super::LONGEST_VALUE).take_while(|byte| is_inside(byte)).count();
    let span = Span::new(cursor.at, cursor.at + length);
    cursor.at = span.end;
    (length > 0 && cursor.eat("]]")).then_some(Value { span, after: cursor.at, quoted: true, partial: false })
}

/// `b`, `r`, `u8`, `L`, `@`, `N`, `r#` before a quotation mark.
fn skip_prefix(cursor: &mut Cursor<'_>) -> Option<()> {
    let start = cursor.at;
    while cursor.at - start < 3 && cursor.peek().is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'@' | b'$' | b'#')) {
        cursor.at += 1;
    }
    matches!(cursor.peek(), Some(b'"' | b'\'' | b'`')).then_some(())
}

/// Whether an expression goes on behind a literal with something that is not known.
fn is_joined(bytes: &[u8], after: usize) -> bool {
    let mut cursor = Cursor::new(bytes, after);
    let blanks = cursor.skip_blanks();
    match cursor.peek() {
        Some(b'+' | b'%') => true,
        Some(b'.') => cursor.peek_ahead(1).is_some_and(|byte| matches!(byte, b' ' | b'$' | b'.')) || cursor.rest().starts_with(b".format("),
        Some(b'&') => blanks > 0 && cursor.peek_ahead(1) == Some(b' '),
        _ => false,
    }
}

/// Whether what ended here is a key of its own: `password:` with nested keys on the next lines.
fn is_key(mut cursor: Cursor<'_>) -> bool {
    cursor.skip_blanks();
    matches!(cursor.peek(), Some(b':' | b'=')) && cursor.peek_ahead(1) != Some(b'=')
}

/// The first literal of a list.
fn listed(mut cursor: Cursor<'_>) -> Option<Value> {
    matches!(cursor.peek(), Some(b'[' | b'(' | b'{')).then_some(())?;
    cursor.at += 1;
    cursor.skip_blanks_and_line_break();
    let value = plain_literal(cursor)?;
    (!is_key(Cursor::new(cursor.bytes, value.after))).then_some(value)
}

/// `String::from("…")`, `new SecretString("…")`, `base64.b64decode(b"…")`, `ConvertTo-SecureString "…"`
fn wrapped(mut cursor: Cursor<'_>) -> Option<Value> {
    while cursor.eat("[]") || cursor.eat("new ") || cursor.eat("&") || cursor.eat("await ") || cursor.eat("(") {}
    if cursor.eat_ignoring_case("ConvertTo-SecureString ") {
        let _ = cursor.eat_ignoring_case("-String ");
        return plain_literal(cursor);
    }
    let mut callee = cursor.identifier(b".:<>");
    // `new TextEncoder().encode("…")`
    if !callee.is_empty() && cursor.eat("().") {
        callee = cursor.identifier(b".");
    }
    let last = callee.rsplit(|byte| matches!(byte, b'.' | b':')).find(|part| !part.is_empty())?;
    let known = WRAPPERS.iter().any(|wrapper| last.eq_ignore_ascii_case(wrapper.as_bytes()));
    known.then_some(())?;
    cursor.eat("!");
    if !cursor.eat("(") {
        cursor.eat("[]");
        cursor.skip_blanks();
        cursor.eat("{").then_some(())?;
    }
    cursor.skip_blanks_and_line_break();
    // `Field(default="…")`
    cursor.eat("default=");
    plain_literal(cursor).or_else(|| {
        let inner = cursor.identifier(b".:");
        (!inner.is_empty() && cursor.eat("(")).then(|| plain_literal(cursor)).flatten()
    })
}

/// Takes an authentication scheme off a value: `Bearer …`, `Basic …`. Says whether there was one.
pub(super) fn without_scheme(bytes: &[u8], value: Value) -> (Value, bool) {
    match scheme(value.span.of(bytes)) {
        Some(width) => (Value { span: Span::new(value.span.start + width, value.span.end), ..value }, true),
        None => behind_scheme(bytes, value).map_or((value, false), |value| (value, true)),
    }
}

/// The literal that is joined to one that is only a scheme: `"Bearer " + "…"`.
fn behind_scheme(bytes: &[u8], value: Value) -> Option<Value> {
    let text = value.span.of(bytes).strip_suffix(b" ")?;
    SCHEMES.iter().any(|scheme| scheme.trim_ascii_end().as_bytes().eq_ignore_ascii_case(text)).then_some(())?;
    let mut cursor = Cursor::new(bytes, value.after);
    cursor.skip_blanks();
    ["+", "..", ".", "&", "<>"].iter().any(|operator| cursor.eat(operator)).then_some(())?;
    cursor.skip_blanks_and_line_break();
    plain_literal(cursor)
}

/// The length of the authentication scheme and the blanks with which `text` begins.
pub(super) fn scheme(text: &[u8]) -> Option<usize> {
    let scheme = SCHEMES.iter().find(|scheme| starts_ignoring_case(text, scheme.as_bytes()))?;
    let blanks = text[scheme.len()..].iter().take_while(|&&byte| byte == b' ').count();
    let rest = &text[scheme.len() + blanks..];
    // `OAuth application`, `Token required`: words of a text.
    let is_text = matches!(*scheme, "OAuth " | "Key " | "Token " | "Bot ") && rest.iter().all(u8::is_ascii_alphabetic);
    (!rest.is_empty() && !is_text).then_some(scheme.len() + blanks)
}
