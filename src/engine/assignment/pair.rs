//! Values that are given to a name by their place: as the next argument of a call, as the other half of a pair or a
//! record.

use super::cursor::{Cursor, is_word};
use super::form::{Found, operator};
use super::name::{LINE_BEFORE, Name};
use super::quote::Quote;
use super::{Form, Operator, bare, beyond, compare, value};

/// `.get("name").value("…")`, `find(By.NAME, "password").send_keys("…")`
pub(super) fn pair_of_calls(mut cursor: Cursor<'_>) -> Option<Found> {
    const METHODS: [&str; 7] = [".send_keys(", ".sendKeys(", ".type(", ".fill(", ".setValue(", ".value(", ".val("];
    cursor.eat(")");
    cursor.eat(")");
    METHODS.iter().any(|method| cursor.eat(method)).then_some(())?;
    let value = value::literal(cursor, Operator::Comma)?;
    Some(Found { value, operator: Operator::Comma, form: Form::Argument })
}

/// `<<"name">> => <<"…">>`
pub(super) fn erlang_binary(mut cursor: Cursor<'_>) -> Option<Found> {
    cursor.eat(">>");
    cursor.skip_blanks();
    let operator = if cursor.eat("=>") {
        Operator::Arrow
    } else if cursor.eat(",") {
        Operator::Comma
    } else {
        return None;
    };
    let value = value::literal(cursor, operator)?;
    Some(Found { value, operator, form: Form::Literal })
}

/// `"name", "…"`, also `"name", default="…"` and `"name": "X", "value": "…"`.
pub(super) fn pair(mut cursor: Cursor<'_>, name: &Name<'_>) -> Option<Found> {
    cursor.eat(",");
    cursor.skip_blanks_and_line_break();
    if let Some(found) = keyed_value(cursor) {
        return Some(found);
    }
    let mut value = value::literal(cursor, Operator::Comma)?;
    let function = function_before(name.line.unwrap_or_default());
    // `hash("password", "salt")`: the name is itself a value.
    (!contains_ignoring_case(function, b"hash")).then_some(())?;
    // `["--password", "…"]`
    let is_row = function.is_empty() && name.line.is_some_and(names_settings);
    value.partial |= name.dashes == 0 && !is_row && !takes_name_and_value(function);
    Some(Found { value, operator: Operator::Comma, form: Form::Argument })
}

/// Whether a name and its value stand behind `line`: `INSERT INTO settings (name, value) VALUES ('name', …`, Gradle's
/// `buildConfigField "String", "name", …`.
fn names_settings(line: &[u8]) -> bool {
    [&b"value) values"[..], b"value`) values", b"buildconfigfield "].iter().any(|text| contains_ignoring_case(line, text))
}

/// `default="…"` or `"value": "…"` here, or behind a few other keys: `type=str, default="…"`.
fn keyed_value(mut cursor: Cursor<'_>) -> Option<Found> {
    const MOST_KEYS: usize = 4;
    for _ in 0..MOST_KEYS {
        if let Some((operator, after)) = value_key(cursor) {
            let value = value::literal(after, operator)?;
            return Some(Found { value, operator, form: Form::Literal });
        }
        let mut keyed = cursor;
        let _ = keyed.eat("\"") || keyed.eat("'");
        let key = keyed.identifier(b"");
        let is_argument = !key.is_empty() && matches!(keyed.peek(), Some(b'=' | b':' | b'"' | b'\''));
        is_argument.then_some(())?;
        let line = keyed.rest().iter().take(128).take_while(|&&byte| !matches!(byte, b',' | b'\n' | b')' | b'}')).count();
        cursor.at = keyed.at + line;
        cursor.eat(",").then_some(())?;
        cursor.skip_blanks_and_line_break();
    }
    None
}

/// `auth = ("user", "…")`, `basicAuth: ['user', '…']`
pub(super) fn user_and_password(mut cursor: Cursor<'_>, name: &Name<'_>) -> Option<Found> {
    let name = name.span.of(cursor.bytes);
    cursor.skip_blanks();
    let is_pair = matches!(cursor.peek(), Some(b'(' | b'[')) && super::name::takes_user_and_password(name);
    is_pair.then_some(())?;
    cursor.at += 1;
    let user = value::literal(cursor, Operator::Comma)?;
    cursor.at = user.after;
    cursor.skip_blanks();
    cursor.eat(",").then_some(())?;
    let value = value::literal(cursor, Operator::Comma)?;
    Some(Found { value, operator: Operator::Comma, form: Form::Position })
}

/// Whether a function's second argument is the value of the first one. Of others nobody knows.
fn takes_name_and_value(function: &[u8]) -> bool {
    const PARTS: [&str; 24] = [
        "set", "put", "add", "opt", "env", "property", "header", "param", "define", "insert", "emplace", "with", "pair", "get", "config",
        "default", "append", "field", "entry", "{", "fill", "option", "fetch", "string",
    ];
    PARTS.iter().any(|part| contains_ignoring_case(function, part.as_bytes()))
}

/// `value:`, `"value":` or `default=` at the cursor: the operator and the place behind it.
fn value_key(mut cursor: Cursor<'_>) -> Option<(Operator, Cursor<'_>)> {
    const KEYS: [&[u8]; 10] = [
        b"with",
        b"value",
        b"default",
        b"defaultvalue",
        b"default_value",
        b"fallback",
        b"parametervalue",
        b"val",
        b"initialvalue",
        b"initial",
    ];
    let opening = Quote::at(cursor.bytes, cursor.at);
    if let Some((_, width)) = opening {
        cursor.at += width;
    }
    let key = cursor.identifier(b"");
    KEYS.iter().any(|known| key.eq_ignore_ascii_case(known)).then_some(())?;
    if let Some((quote, width)) = opening {
        (Quote::at(cursor.bytes, cursor.at)?.0 == quote).then_some(())?;
        cursor.at += width;
    }
    cursor.skip_blanks();
    let (operator, after) = operator(cursor)?;
    matches!(operator, Operator::Equals | Operator::Colon | Operator::Arrow).then_some((operator, after))
}

/// `"name": {"type": "string", "default": "…"}`, and `Default: …` a few lines further in the block of YAML that the name
/// heads. The cursor is behind the colon.
pub(super) fn nested_value(mut cursor: Cursor<'_>, name: &Name<'_>) -> Option<Found> {
    const MOST_LINES: usize = 6;
    cursor.skip_blanks();
    if cursor.eat("{") {
        cursor.skip_blanks_and_line_break();
        return keyed_value(cursor);
    }
    let line = name.line.filter(|line| line.iter().all(|&byte| byte == b' ') && !name.quoted)?;
    beyond::note();
    for _ in 0..MOST_LINES {
        cursor.skip_blanks();
        let _ = cursor.eat("\r");
        cursor.eat("\n").then_some(())?;
        (cursor.skip_blanks() > line.len()).then_some(())?;
        if let Some((operator, after)) = value_key(cursor).filter(|(operator, _)| *operator == Operator::Colon) {
            let value = value::literal(after, operator)
                .or_else(|| bare::value(after, Form::Line, operator).map(|(value, _)| value))
                .filter(|value| !cursor.bytes[after.at..value.span.start].contains(&b'\n'))?;
            return Some(Found { value, operator, form: if value.quoted { Form::Literal } else { Form::Line } });
        }
        cursor.at += memchr::memchr(b'\n', cursor.rest())?;
    }
    None
}

/// A name on one line, as the value of `name:`, and `value: …` on the next.
pub(super) fn name_and_value_lines(mut cursor: Cursor<'_>, name: &Name<'_>) -> Option<Found> {
    cursor.skip_blanks_and_line_break().then_some(())?;
    // `- --password` and `- value`: the arguments of a container
    if name.dashes == 2 && name.line.is_some_and(|line| line.trim_ascii() == b"-") {
        cursor.eat("- ").then_some(())?;
        let value = value::literal(cursor, Operator::Space)
            .or_else(|| bare::value(cursor, Form::Line, Operator::Equals).map(|(value, _)| value))?;
        return Some(Found { value, operator: Operator::Comma, form: Form::Flag });
    }
    // Commented out, or in a patch: `# - name: …` and `#   value: …`
    let line = name.line.unwrap_or_default().trim_ascii_start();
    if ["#", "//", "+"].iter().any(|mark| line.starts_with(mark.as_bytes()) && cursor.eat(mark)) {
        cursor.skip_blanks();
    }
    let (operator, after) = value_key(cursor)?;
    let value = value::literal(after, operator).or_else(|| bare::value(after, Form::Line, operator).map(|(value, _)| value))?;
    Some(Found { value, operator, form: if value.quoted { Form::Literal } else { Form::Line } })
}

/// `value: …` on the line before `name: NAME`, `{"value": "…", "name": "NAME"}`, `value="…" name="NAME"`: the value stands
/// before the key that names it.
pub(super) fn value_before_name(bytes: &[u8], name: &Name<'_>) -> Option<Found> {
    let line = name.line.filter(|_| name.dashes == 0)?;
    let quote = if name.quoted { name.opened.map_or(0, Quote::width) } else { 0 };
    let key = &line[..line.len().checked_sub(quote)?];
    let (head, is_attribute) = without_name_key(key)?;
    let start = name.span.start - line.len();
    if !head.trim_ascii().is_empty() {
        return value_that_ends(bytes, start, start + head.len(), is_attribute);
    }
    // The line before, as far as a line is looked at.
    beyond::note();
    let end = bytes[..start].strip_suffix(b"\n").map(|head| head.strip_suffix(b"\r").unwrap_or(head))?.len();
    let from = end - bytes[..end].iter().rev().take(LINE_BEFORE).take_while(|&&byte| byte != b'\n').count();
    let is_whole = from == 0 || bytes[from - 1] == b'\n';
    if is_whole { value_that_ends(bytes, from, end, is_attribute) } else { None }
}

/// What stands before `name: `, `"key": ` or `name=` at the end of a line, and whether that is an attribute.
fn without_name_key(line: &[u8]) -> Option<(&[u8], bool)> {
    let head = line.trim_ascii_end();
    let (head, is_attribute) = match head.split_last()? {
        (b':', head) => (head, false),
        (b'=', head) if head.len() + 1 == line.len() => (head, true),
        _ => return None,
    };
    let head = head.trim_ascii_end();
    let bare = head.strip_suffix(b"\"").or_else(|| head.strip_suffix(b"'")).unwrap_or(head);
    let word = ["name", "key", "Name", "Key"].iter().find_map(|key| bare.strip_suffix(key.as_bytes()))?;
    let rest = if bare.len() < head.len() { word.strip_suffix(&head[head.len() - 1..])? } else { word };
    rest.last().is_none_or(|byte| !is_word(*byte) && !matches!(byte, b'.' | b'-')).then_some((rest, is_attribute))
}

/// The value of the `value` key in a piece of text, where nothing else stands behind it.
fn value_that_ends(bytes: &[u8], start: usize, end: usize, is_attribute: bool) -> Option<Found> {
    let text = &bytes[start..end];
    let at = start + memchr::memmem::rfind(text, b"alue")?.checked_sub(1)?;
    let opened = at > start && matches!(bytes[at - 1], b'"' | b'\'');
    let stands_alone = at == start || !is_word(bytes[at - 1]);
    stands_alone.then_some(())?;
    let (operator, after) = value_key(Cursor::new(&bytes[..end], at - usize::from(opened)))?;
    (is_attribute == (operator == Operator::Equals)).then_some(())?;
    let found = value::literal(after, operator).or_else(|| {
        let (value, _) = bare::value(after, Form::Line, operator).filter(|_| !opened && !is_attribute)?;
        Some(value)
    })?;
    let rest = bytes[found.after..end].trim_ascii();
    (rest.is_empty() || rest == b",").then_some(())?;
    let form = if found.quoted { Form::Literal } else { Form::Line };
    Some(Found { value: found, operator, form })
}

/// `variable "name" {` and, a few lines further, `default = "…"`.
pub(super) fn terraform_default(mut cursor: Cursor<'_>) -> Option<Found> {
    const MOST_LINES: usize = 8;
    cursor.eat("{");
    for _ in 0..MOST_LINES {
        cursor.skip_blanks_and_line_break();
        if cursor.peek() == Some(b'}') {
            return None;
        }
        if let Some((operator, after)) = value_key(cursor) {
            let value = value::literal(after, operator)?;
            return Some(Found { value, operator, form: Form::Literal });
        }
        cursor.at += memchr::memchr(b'\n', cursor.rest())?;
    }
    None
}

/// `strcmp(name, "…")`, `put(NAME, "…")`, `{name, <<"…">>}`
pub(super) fn compared_or_passed(mut cursor: Cursor<'_>, name: &Name<'_>) -> Option<Found> {
    cursor.eat(",");
    cursor.skip_blanks_and_line_break();
    let mut value = value::literal(cursor, Operator::Comma)?;
    let function = function_before(name.line.unwrap_or_default());
    let operator = if compare::is_comparison(function) { Operator::Compare } else { Operator::Comma };
    value.partial |= operator == Operator::Comma && !takes_name_and_value(function);
    Some(Found { value, operator, form: Form::Argument })
}

/// `{name: NAME, value: …}` of YAML, `fill_in :name, with: "…"`: the cursor is on the comma.
pub(super) fn keyed_in_flow(mut cursor: Cursor<'_>) -> Option<Found> {
    let is_flow = cursor.eat(", value:");
    (is_flow || cursor.eat(", with:")).then_some(())?;
    cursor.skip_blanks();
    let bare = |cursor| if is_flow { bare::value(cursor, Form::Inline, Operator::Colon).map(|(value, _)| value) } else { None };
    let mut value = value::literal(cursor, Operator::Colon).or_else(|| bare(cursor))?;
    value.quoted |= cursor.bytes.get(value.after) == Some(&b'}');
    Some(Found { value, operator: Operator::Colon, form: Form::Literal })
}

/// The name of the function whose arguments begin on `line`, or the brace of a tuple.
fn function_before(line: &[u8]) -> &[u8] {
    let Some(open) = memchr::memrchr2(b'(', b'{', line) else { return b"" };
    if line[open] == b'{' {
        return &line[open..=open];
    }
    let length = line[..open].iter().rev().take_while(|&&byte| is_word(byte)).count();
    &line[open - length..open]
}

fn contains_ignoring_case(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window.eq_ignore_ascii_case(part))
}
