//! Values: literals, and what stands unquoted.

use super::cursor::{Cursor, is_word, starts_ignoring_case};
use super::name::Name;
use super::quote::quotation;
use super::{Form, LONGEST_VALUE, Operator};
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
    "qstring", "stringptr", "to_string", "literal", "lit", "quote", "encode", "char", "networkcredential",
];

/// A literal at the cursor, behind an operator: possibly on the next line, in a list or in a call that only
/// converts it, or as what holds where a variable is not set.
pub(super) fn literal(mut cursor: Cursor<'_>, operator: Operator) -> Option<Value> {
    let crossed = cursor.skip_blanks_and_line_break();
    let value = plain_literal(cursor)
        .or_else(|| if crossed { None } else { listed(cursor) })
        .or_else(|| wrapped(cursor))
        .or_else(|| if crossed { None } else { alternative(cursor, operator) })?;
    let is_key = crossed && is_key(Cursor::new(cursor.bytes, value.after));
    (!is_key).then_some(value)
}

/// A literal right here, with the prefixes that languages allow before it.
fn plain_literal(mut cursor: Cursor<'_>) -> Option<Value> {
    cursor.eat("<<");
    if cursor.eat("!!str ") || cursor.eat("!!binary ") {
        cursor.skip_blanks();
    }
    if quotation(cursor.bytes, cursor.at).is_none() {
        skip_prefix(&mut cursor)?;
    }
    let (span, after) = quotation(cursor.bytes, cursor.at)?;
    // What looks like an opening quote was a closing one where a blank follows.
    (!matches!(cursor.bytes.get(span.start), Some(b' ' | b','))).then_some(())?;
    Some(Value { span, after, quoted: true, partial: is_joined(cursor.bytes, after) })
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
    let callee = cursor.identifier(b".:<>");
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
    plain_literal(cursor).or_else(|| {
        let inner = cursor.identifier(b".:");
        (!inner.is_empty() && cursor.eat("(")).then(|| plain_literal(cursor)).flatten()
    })
}

/// `process.env.NAME || "…"`, `getenv('NAME') ?: '…'`, `os.Getenv(x) or "…"`, `cond ? a : "…"` is none.
fn alternative(mut cursor: Cursor<'_>, operator: Operator) -> Option<Value> {
    matches!(operator, Operator::Equals | Operator::Colon | Operator::Arrow).then_some(())?;
    let start = cursor.at;
    let callee = cursor.identifier(b".$:");
    (!callee.is_empty()).then_some(())?;
    if matches!(cursor.peek(), Some(b'(' | b'[')) {
        let inside = cursor.rest().iter().take(64).take_while(|&&byte| !matches!(byte, b')' | b']' | b'\n' | b';')).count();
        cursor.at += inside + 1;
        matches!(cursor.bytes.get(cursor.at - 1), Some(b')' | b']')).then_some(())?;
    }
    cursor.skip_blanks();
    (cursor.at > start && ["||", "??", "?:", "or "].iter().any(|operator| cursor.eat(operator))).then_some(())?;
    cursor.skip_blanks();
    plain_literal(cursor)
}

/// Takes an authentication scheme off a value: `Bearer …`, `Basic …`. Says whether there was one.
pub(super) fn without_scheme(bytes: &[u8], value: Value) -> (Value, bool) {
    match scheme(value.span.of(bytes)) {
        Some(width) => (Value { span: Span::new(value.span.start + width, value.span.end), ..value }, true),
        None => (value, false),
    }
}

/// The length of the authentication scheme and the blanks with which `text` begins.
fn scheme(text: &[u8]) -> Option<usize> {
    #[rustfmt::skip]
    const SCHEMES: &[&str] = &[
        "Bearer ", "Basic ", "Token token=", "Token ", "ApiKey ", "Api-Key ", "Key ", "Bot ", "SSWS ", "OAuth ", "PRIVATE-TOKEN: ",
        "JWT ",
    ];
    let scheme = SCHEMES.iter().find(|scheme| starts_ignoring_case(text, scheme.as_bytes()))?;
    let blanks = text[scheme.len()..].iter().take_while(|&&byte| byte == b' ').count();
    (scheme.len() + blanks < text.len()).then_some(scheme.len() + blanks)
}

/// Which form an unquoted value behind `=` or `:` has, from where the name stands.
pub(super) fn bare_form(cursor: Cursor<'_>, name: &Name<'_>, operator: Operator) -> Form {
    let line = name.line.unwrap_or_default();
    if line.ends_with(b"?") || line.ends_with(b"&") || line.ends_with(b"&amp;") {
        return Form::Query;
    }
    if operator == Operator::Equals && is_connection_string(cursor, line) {
        return Form::Connection;
    }
    if name.dashes > 0
        && name.opened.is_none()
        && (line.is_empty() || line.ends_with(b" ") || line.ends_with(b"\t"))
        && !line.trim_ascii().is_empty()
    {
        return Form::Flag;
    }
    if name.opened.is_none() && name.line.is_some_and(begins_line) { Form::Line } else { Form::Inline }
}

/// Which form an unquoted value behind blanks has; `None` where such a thing is prose.
pub(super) fn spaced_form(name: &Name<'_>) -> Option<Form> {
    let is_directive = |word: &[u8]| {
        const DIRECTIVES: [&str; 11] = ["${", "env", "arg", "#define", "setenv", "set", "setx", "login", "machine", "param", "default"];
        DIRECTIVES.iter().any(|known| word.eq_ignore_ascii_case(known.as_bytes()))
    };
    let line = name.line?.trim_ascii();
    if name.dashes > 0 {
        return name.opened.is_none().then_some(Form::Flag);
    }
    if line.is_empty() {
        return Some(Form::Line);
    }
    let first = line.split(u8::is_ascii_whitespace).find(|word| !word.is_empty())?;
    is_directive(first).then_some(Form::Directive)
}

/// Whether a name behind `line` is the first thing on its line, apart from words that only introduce it.
fn begins_line(line: &[u8]) -> bool {
    const WORDS: [&[u8]; 24] = [
        b"export",
        b"set",
        b"setx",
        b"env",
        b"ENV",
        b"ARG",
        b"declare",
        b"-x",
        b"local",
        b"readonly",
        b"typeset",
        b"-",
        b"-e",
        b"--env",
        b"#",
        b"//",
        b";",
        b"*",
        b"$",
        b"$env:",
        b"+",
        b">",
        b"RUN",
        b"--",
    ];
    line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty()).all(|word| WORDS.contains(&word))
}

/// Whether the line has other keys of a connection string before or behind.
fn is_connection_string(cursor: Cursor<'_>, line: &[u8]) -> bool {
    #[rustfmt::skip]
    const KEYS: &[&str] = &[
        "server", "data source", "host", "user id", "uid", "user", "username", "initial catalog", "database", "endpoint", "accountname",
        "protocol", "integrated security", "driver", "address",
    ];
    let holds = |text: &[u8]| {
        let is_key = |at: usize| KEYS.iter().any(|key| ends_ignoring_case(&text[..at], key.as_bytes()));
        text.contains(&b';') && memchr::memchr_iter(b'=', text).any(is_key)
    };
    let rest = cursor.rest();
    let rest = &rest[..rest.iter().take(LONGEST_VALUE).take_while(|&&byte| byte != b'\n').count()];
    holds(line) || holds(rest)
}

fn ends_ignoring_case(text: &[u8], end: &[u8]) -> bool {
    text.len() >= end.len() && text[text.len() - end.len()..].eq_ignore_ascii_case(end)
}

/// An unquoted value, and whether an authentication scheme stood before it.
pub(super) fn bare(mut cursor: Cursor<'_>, form: Form, operator: Operator) -> Option<(Value, bool)> {
    cursor.skip_blanks();
    if form == Form::Line && matches!(cursor.peek(), Some(b'|' | b'>')) {
        skip_block_mark(&mut cursor)?;
    }
    if cursor.peek() == Some(b'!')
        && cursor.peek_ahead(1).is_some_and(|byte| byte == b'!' || byte.is_ascii_alphabetic())
        && form == Form::Line
    {
        // A YAML tag: only the standard ones keep the value what it is.
        (cursor.eat("!!str ") || cursor.eat("!!binary ")).then_some(())?;
    }
    let rest = cursor.rest();
    let width = scheme(&rest[..rest.len().min(64)]).unwrap_or(0);
    cursor.at += width;
    let rest = cursor.rest();
    let length = rest.iter().take(LONGEST_VALUE + 1).take_while(|&&byte| !ends_bare(byte, form)).count();
    let mut value = &rest[..length];
    if form == Form::Line || form == Form::Directive {
        value = without_closing(value);
    }
    if let Some(entity) = ["&quot;", "&#34;", "&#39;", "&apos;", "&lt;", "&amp;"]
        .iter()
        .filter_map(|entity| memchr::memmem::find(value, entity.as_bytes()))
        .min()
    {
        value = &value[..entity];
    }
    (value.iter().any(u8::is_ascii_alphanumeric) && !is_open(value)).then_some(())?;
    let end = cursor.at + value.len();
    let partial = goes_on(Cursor::new(cursor.bytes, end), form, operator);
    Some((Value { span: Span::new(cursor.at, end), after: end, quoted: false, partial }, width > 0))
}

/// Takes off what closes a statement, an item or a string around an unquoted value: `,`, `;`, and a quotation mark
/// that does not open in it.
fn without_closing(mut value: &[u8]) -> &[u8] {
    loop {
        let bare = value.iter().rev().skip_while(|&&byte| matches!(byte, b',' | b';' | b')')).count();
        let quote = value[..bare].last().copied().filter(|byte| matches!(byte, b'"' | b'\'' | b'`'));
        value = match (quote, value) {
            (Some(quote), _) if memchr::memchr_iter(quote, &value[..bare]).count() % 2 == 1 => &value[..bare - 1],
            (_, [head @ .., b',' | b';']) => head,
            _ => return value,
        };
    }
}

/// Whether an expression begins in `value` that goes on behind it: `dict(type='str',`, `Secrets{`, `names[1`.
fn is_open(value: &[u8]) -> bool {
    let closes = |open: u8, close: u8| {
        memchr::memchr(open, value).is_some_and(|at| {
            at > 1
                && !value[at..].contains(&close)
                && value[..at].iter().all(|&byte| is_word(byte) || matches!(byte, b'.' | b':' | b'$' | b'{' | b'*' | b'&'))
        })
    };
    if matches!(value.last(), Some(b'{' | b'(' | b'[')) || closes(b'[', b']') || closes(b'{', b'}') {
        return true;
    }
    let Some(open) = memchr::memchr(b'(', value) else { return false };
    let quoted = matches!(value.get(open + 1), Some(b'"' | b'\''));
    let callee = value[..open].iter().all(|&byte| is_word(byte) || matches!(byte, b'.' | b':' | b'!' | b'$' | b'{'));
    quoted || (open > 1 && callee && !value[open..].contains(&b')'))
}

/// `|` or `>-` and the like, and the line break: the block that follows is the value.
fn skip_block_mark(cursor: &mut Cursor<'_>) -> Option<()> {
    let start = cursor.at;
    while cursor.at - start < 3 && matches!(cursor.peek(), Some(b'|' | b'>' | b'-' | b'+' | b'0'..=b'9')) {
        cursor.at += 1;
    }
    cursor.skip_blanks_and_line_break().then_some(())
}

/// Whether an unquoted value ends before `byte`.
fn ends_bare(byte: u8, form: Form) -> bool {
    let quote = matches!(byte, b'"' | b'\'' | b'`');
    if byte < b' ' || byte == 0x7f {
        return true;
    }
    match form {
        Form::Line => matches!(byte, b' '),
        Form::Connection => quote || matches!(byte, b';' | b'<'),
        Form::Query => quote || matches!(byte, b' ' | b'&' | b'#' | b'<' | b'>' | b')' | b']' | b'}' | b'|' | b'\\' | b';' | b','),
        Form::Flag | Form::Directive => quote || matches!(byte, b' ' | b'<' | b'|' | b'\\'),
        _ => quote || matches!(byte, b' ' | b'&' | b'<' | b'>' | b')' | b']' | b'}' | b'|' | b'\\' | b';' | b','),
    }
}

/// Whether more text of the same value or expression follows on the line.
fn goes_on(mut cursor: Cursor<'_>, form: Form, operator: Operator) -> bool {
    if !matches!(form, Form::Line | Form::Directive) {
        return cursor.peek().is_some_and(|byte| matches!(byte, b'<' | b'\\') && form == Form::Inline);
    }
    let _ = cursor.eat(";") || cursor.eat(",");
    let blanks = cursor.skip_blanks();
    let comment = blanks > 0 && (cursor.peek() == Some(b'#') || cursor.peek() == Some(b';') || cursor.rest().starts_with(b"//"));
    let shell = operator == Operator::Equals && matches!(cursor.peek(), Some(b'\\' | b'&' | b'|' | b';'));
    let next_pair = operator == Operator::Equals && {
        let mut next = cursor;
        !next.identifier(b"").is_empty() && next.peek() == Some(b'=')
    };
    !(cursor.at_line_end() || comment || shell || next_pair || cursor.rest().starts_with(b"<!--"))
}
