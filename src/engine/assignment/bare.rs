//! Values without quotes: the rest of a line, a word, a parameter. Their end has to be guessed from where they stand,
//! and in code they are expressions rather than values.

use super::cursor::{Cursor, is_word};
use super::name::Name;
use super::quote::Quote;
use super::value::{Value, scheme};
use super::{Form, LONGEST_VALUE, Operator};
use crate::engine::filter::List;
use crate::text::Span;

/// Words that may stand before a name at the beginning of its line: shells, Dockerfiles, lists, comments, diffs.
const INTRODUCTIONS: &[&str] = &[
    "export", "set", "setx", "env", "ENV", "ARG", "declare", "-x", "local", "readonly", "typeset", "-e", "--env", "$", "$env:", "RUN",
    "rem", "REM",
];
/// What begins a comment that goes to the end of its line.
const COMMENTS: &[&str] = &["#", "##", "//", "--", ";", ";;", "*", "REM", "rem"];
/// Words that begin a line of a name and a value with nothing but blanks between.
static DIRECTIVES: List = List::new(&["${", "env", "arg", "setenv", "set", "setx", "login", "machine", "param", "default"]);
/// Keys that tell a connection string, in lower case.
#[rustfmt::skip]
const CONNECTION_KEYS: &[&str] = &[
    "server", "data source", "dbname", "hostaddr", "host", "user id", "uid", "user", "username", "initial catalog", "database", "endpoint", "accountname", "protocol", "integrated security", "driver", "address",
];

/// Which form an unquoted value behind `=` or `:` has, from where the name stands.
pub(super) fn form_of(cursor: Cursor<'_>, name: &Name<'_>, operator: Operator) -> Form {
    let line = name.line.unwrap_or_default();
    if line.ends_with(b"?") || line.ends_with(b"&") || line.ends_with(b"&amp;") {
        return Form::Query;
    }
    if operator == Operator::Equals && is_connection_string(cursor, line) {
        return Form::Connection;
    }
    // `--set name=value`, `-e NAME=value`
    let word = line.trim_ascii_end().rsplit(|byte| *byte == b' ').next().unwrap_or_default();
    if operator == Operator::Equals && word.len() > 1 && word[0] == b'-' && line.ends_with(b" ") && name.opened.is_none() {
        return Form::Flag;
    }
    // `-p:Password=…`, `/p:Password=…`
    if operator == Operator::Equals && matches!(word, b"-p:" | b"/p:" | b"-property:" | b"/property:") && name.opened.is_none() {
        return Form::Flag;
    }
    // `--from-literal=name=value`, `--build-arg=NAME=value`
    if operator == Operator::Equals && word.starts_with(b"--") && word.ends_with(b"=") && line.ends_with(b"=") && name.opened.is_none() {
        return Form::Flag;
    }
    let stands_alone = line.ends_with(b" ") || line.ends_with(b"\t");
    if name.dashes > 0 && name.opened.is_none() && stands_alone && !line.trim_ascii().is_empty() {
        return Form::Flag;
    }
    let is_line =
        |line| begins_line(line) || (operator == Operator::Colon && (is_label(cursor, line) || is_namespace(line, cursor.peek())));
    if name.opened.is_none() && name.line.is_some_and(is_line) { Form::Line } else { Form::Inline }
}

/// Which form an unquoted value behind blanks has; `None` where such a thing is prose.
pub(super) fn spaced_form(name: &Name<'_>) -> Option<Form> {
    let line = name.line?.trim_ascii();
    if name.dashes > 0 {
        return name.opened.is_none().then_some(Form::Flag);
    }
    // `-- password value`, `# password value`
    if line.is_empty() || COMMENTS.iter().any(|mark| mark.as_bytes() == line) {
        return Some(Form::Line);
    }
    let first = line.split(u8::is_ascii_whitespace).next()?;
    DIRECTIVES.has(first).then_some(Form::Directive)
}

/// Whether a name behind `line` is the first thing on its line, apart from words that only introduce it.
fn begins_line(line: &[u8]) -> bool {
    // `-`, `//`, `/*`, `1.`
    let is_mark = |word: &[u8]| {
        let digits = word.iter().take(3).take_while(|byte| byte.is_ascii_digit()).count();
        let marks = &word[digits..];
        let is_number = digits > 0 && matches!(marks, b"." | b")");
        is_number || (digits == 0 && marks.iter().all(|byte| b"-+*#/;>%!<\"'|".contains(byte)))
    };
    let known = |word: &[u8]| is_mark(word) || INTRODUCTIONS.iter().any(|known| known.as_bytes() == word);
    line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty()).all(known)
}

/// Whether nothing but a namespace stands before a key of YAML, as in a configuration of Pulumi: `app:dbPassword: …`
fn is_namespace(line: &[u8], next: Option<u8>) -> bool {
    let word = line.trim_ascii_start().strip_suffix(b":").unwrap_or_default();
    next == Some(b' ') && !word.is_empty() && word.iter().all(|&byte| is_word(byte) || byte == b'-')
}

/// Whether a few words on the line tell what the name behind them is of, and one value follows: `# Admin password: …`.
fn is_label(mut cursor: Cursor<'_>, line: &[u8]) -> bool {
    const MOST_WORDS: usize = 4;
    let mut words = line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty()).peekable();
    let is_comment = words.next_if(|word| COMMENTS.iter().any(|mark| mark.as_bytes() == *word)).is_some();
    let begins = words.peek().is_some_and(|word| is_comment || word[0].is_ascii_uppercase());
    let mut count = 0;
    let is_plain = words.all(|word| {
        count += 1;
        count <= MOST_WORDS && word.iter().all(u8::is_ascii_alphanumeric)
    });
    let is_apart = cursor.skip_blanks() > 0;
    cursor.at += cursor.rest().iter().take(LONGEST_VALUE).take_while(|&&byte| byte > b' ').count();
    cursor.skip_blanks();
    begins && is_plain && is_apart && cursor.at_line_end()
}

/// Whether the line has other keys of a connection string before or behind.
fn is_connection_string(cursor: Cursor<'_>, line: &[u8]) -> bool {
    let holds = |text: &[u8]| {
        let is_key = |at: usize| CONNECTION_KEYS.iter().any(|key| ends_ignoring_case(&text[..at], key.as_bytes()));
        memchr::memchr_iter(b'=', text).any(is_key)
    };
    let rest = cursor.rest();
    let rest = &rest[..rest.iter().take(LONGEST_VALUE).take_while(|&&byte| byte != b'\n').count()];
    let is_listed = line.contains(&b';') || rest.contains(&b';');
    (is_listed || follows_pair(line)) && (holds(line) || holds(rest))
}

/// Whether the word before a name is a pair too: `host=db user=app password=…`.
fn follows_pair(line: &[u8]) -> bool {
    let head = line.trim_ascii_end();
    let word = head.rsplit(|byte| matches!(byte, b' ' | b'"' | b'\'' | b'`')).next().unwrap_or_default();
    head.len() < line.len() && word.contains(&b'=') && !word.iter().any(|byte| matches!(byte, b',' | b'(' | b')' | b';'))
}

fn ends_ignoring_case(text: &[u8], end: &[u8]) -> bool {
    text.len() >= end.len() && text[text.len() - end.len()..].eq_ignore_ascii_case(end)
}

/// An unquoted value, and whether an authentication scheme stood before it.
pub(super) fn value(mut cursor: Cursor<'_>, form: Form, operator: Operator) -> Option<(Value, bool)> {
    let is_tight = cursor.skip_blanks() == 0;
    if form == Form::Line && operator == Operator::Colon {
        skip_yaml(&mut cursor)?;
    }
    let rest = cursor.rest();
    let width = scheme(&rest[..rest.len().min(64)]).unwrap_or(0);
    cursor.at += width;
    let rest = cursor.rest();
    let length = rest.iter().take(LONGEST_VALUE + 1).take_while(|&&byte| !ends_before(byte, form)).count();
    let (value, closer) = match form {
        Form::Line | Form::Directive => without_closing(&rest[..length]),
        _ => (&rest[..length], None),
    };
    let value = match form {
        Form::Connection => before_closing_call(value),
        Form::Flag if operator == Operator::Equals => before_next_setting(value),
        _ => value,
    };
    let value = before_entity(value);
    if !value.iter().any(u8::is_ascii_alphanumeric) || is_code(value, form, operator, is_tight, closer) {
        return None;
    }
    let end = cursor.at + value.len();
    let partial = goes_on(Cursor::new(cursor.bytes, end), form, operator);
    Some((Value { span: Span::new(cursor.at, end), after: end, quoted: false, partial }, width > 0))
}

/// Steps over what can stand before a scalar in YAML: a tag, or the mark of a block whose first line is the value.
/// `None` where the tag makes the value something else.
fn skip_yaml(cursor: &mut Cursor<'_>) -> Option<()> {
    if matches!(cursor.peek(), Some(b'|' | b'>')) {
        let mark = cursor.rest().iter().take(3).take_while(|byte| matches!(byte, b'|' | b'>' | b'-' | b'+' | b'0'..=b'9')).count();
        cursor.at += mark;
        return cursor.skip_blanks_and_line_break().then_some(());
    }
    // `password: &name …`
    let mut anchored = *cursor;
    if anchored.eat("&") && !anchored.identifier(b"-").is_empty() && anchored.skip_blanks() > 0 && !anchored.at_line_end() {
        *cursor = anchored;
    }
    let is_tag = cursor.peek() == Some(b'!') && cursor.peek_ahead(1).is_some_and(|byte| byte == b'!' || byte.is_ascii_alphabetic());
    (!is_tag || cursor.eat("!!str ") || cursor.eat("!!binary ")).then_some(())
}

/// Whether an unquoted value ends before `byte`.
fn ends_before(byte: u8, form: Form) -> bool {
    let quote = matches!(byte, b'"' | b'\'' | b'`');
    if byte <= b' ' || byte == 0x7f {
        return true;
    }
    match form {
        Form::Line => false,
        Form::Connection => quote || matches!(byte, b';' | b'<'),
        Form::Flag | Form::Directive => quote || matches!(byte, b'<' | b'|' | b'\\'),
        _ => {
            let ends = quote || matches!(byte, b'&' | b'<' | b'>' | b')' | b']' | b'}' | b'|' | b'\\' | b';' | b',');
            ends || (form == Form::Query && byte == b'#')
        }
    }
}

/// Takes off what closes a statement, an item or a string around an unquoted value: `,`, `;`, and a quotation mark
/// that does not open in it. Tells the `,` or `;` unless it closed a string first.
fn without_closing(mut value: &[u8]) -> (&[u8], Option<u8>) {
    let mut closer = None;
    loop {
        let bare = value.iter().rev().skip_while(|&&byte| matches!(byte, b',' | b';' | b')')).count();
        let quote = value[..bare].last().copied().filter(|byte| matches!(byte, b'"' | b'\'' | b'`'));
        value = match (quote, value) {
            (Some(quote), _) if memchr::memchr_iter(quote, &value[..bare]).count() % 2 == 1 => {
                closer = None;
                &value[..bare - 1]
            }
            (_, [head @ .., last @ (b',' | b';')]) => {
                closer = Some(*last);
                head
            }
            _ => return (value, closer),
        };
    }
}

/// The value up to a `)` behind which the code around a string goes on: `%w(key=value).join`.
fn before_closing_call(value: &[u8]) -> &[u8] {
    let goes_on = |at: &usize| matches!(value.get(at + 1), None | Some(b'.' | b',' | b';'));
    let end = memchr::memchr_iter(b')', value).find(goes_on).filter(|&at| !value[..at].contains(&b'('));
    &value[..end.unwrap_or(value.len())]
}

/// The value up to an entity of markup.
fn before_entity(value: &[u8]) -> &[u8] {
    const ENTITIES: [&str; 6] = ["&quot", "&#34", "&#39", "&apos", "&lt", "&amp"];
    // The `;` may be where the value was cut already.
    let is_entity = |at: usize| {
        let entity = ENTITIES.iter().find(|entity| value[at..].starts_with(entity.as_bytes()));
        entity.is_some_and(|entity| matches!(value.get(at + entity.len()), None | Some(b';')))
    };
    let end = memchr::memchr_iter(b'&', value).find(|&at| is_entity(at));
    &value[..end.unwrap_or(value.len())]
}

/// `"NAME=value"`: the rest of a string that begins with the name. `None` where more than a value follows.
pub(super) fn rest_of_string(cursor: Cursor<'_>, opened: Quote) -> Option<Value> {
    let Quote::Mark { mark, escapes } = opened else { return None };
    let length = cursor
        .rest()
        .iter()
        .take(LONGEST_VALUE)
        .take_while(|&&byte| byte > b' ' && byte != mark && !matches!(byte, b';' | b',' | b'\\'))
        .count();
    let end = cursor.at + length;
    let closes = Quote::at(cursor.bytes, end).is_some_and(|(quote, _)| quote == Quote::Mark { mark, escapes });
    let value = &cursor.bytes[cursor.at..end];
    let goes_on = memchr::memchr(b'&', value).is_some_and(|at| value[at..].contains(&b'='));
    (closes && length > 0 && !goes_on && !is_open(value)).then(|| Value {
        span: Span::new(cursor.at, end),
        after: end,
        quoted: true,
        partial: false,
    })
}

/// Whether an unquoted value is an expression of a programming language.
fn is_code(value: &[u8], form: Form, operator: Operator, is_tight: bool, closer: Option<u8>) -> bool {
    // `name: value,` and `name = value;` are statements; `NAME=value; command` is a shell's.
    let statement = match closer {
        Some(b',') => form == Form::Line,
        Some(_) => !(is_tight && operator == Operator::Equals) && operator != Operator::Space,
        None => false,
    };
    let opens = matches!(value[0], b'(' | b'[' | b'{' | b'&' | b'*') && !(is_tight && operator == Operator::Equals && form == Form::Line);
    statement || opens || is_open(value) || holds_comment(value) || is_cut(value)
}

/// Whether what stands here began as an expression before: `null):(x.y`, `$response.body).value`, or is the rest of a
/// filter of LDAP, `2.5.13.18:=…`, or of a list of ciphers, `!SRP:!DSS`.
fn is_cut(value: &[u8]) -> bool {
    const CONSTANTS: [&str; 5] = ["null", "true", "false", "undefined", "None"];
    let closes = |rest: &[u8]| matches!(rest, [b')' | b']' | b'}' | b':', ..]);
    let number = value.iter().take_while(|byte| byte.is_ascii_digit() || **byte == b'.').count();
    CONSTANTS.iter().any(|constant| value.strip_prefix(constant.as_bytes()).is_some_and(closes))
        || value.windows(3).any(|part| part[0] == b')' && part[1] == b'.' && part[2].is_ascii_alphabetic())
        || (number > 0 && value[number..].starts_with(b":="))
        || (value.contains(&b':') && value.split(|&byte| byte == b':').all(|part| part.is_empty() || part[0] == b'!'))
}

/// Where a value in a list of settings ends, `--set name=value,other=…`: before the comma that a further name follows.
fn before_next_setting(value: &[u8]) -> &[u8] {
    let is_setting = |&at: &usize| {
        let rest = &value[at + 1..];
        let name = rest.iter().take_while(|&&byte| is_word(byte) || matches!(byte, b'.' | b'-')).count();
        name >= 3 && rest[0].is_ascii_alphabetic() && rest.get(name) == Some(&b'=')
    };
    memchr::memchr_iter(b',', value).find(is_setting).map_or(value, |comma| &value[..comma])
}

/// Whether an expression begins in `value` that goes on behind it: `dict(type='str',`, `Secrets{`, `names[1`, `Option<&'a`.
fn is_open(value: &[u8]) -> bool {
    let is_callee = |text: &[u8]| {
        text.len() > 1 && text.iter().all(|&byte| is_word(byte) || matches!(byte, b'.' | b':' | b'!' | b'$' | b'{' | b'*' | b'&'))
    };
    let unclosed =
        |open: u8, close: u8| memchr::memchr(open, value).is_some_and(|at| !value[at..].contains(&close) && is_callee(&value[..at]));
    let quoted = value.windows(2).any(|pair| matches!(pair[0], b'(' | b'{') && matches!(pair[1], b'"' | b'\'') || pair == b"({");
    let generic = value.windows(2).any(|pair| pair[0] == b'<' && pair[1] == b'&');
    matches!(value.last(), Some(b'{' | b'(' | b'['))
        || quoted
        || generic
        || unclosed(b'(', b')')
        || unclosed(b'[', b']')
        || unclosed(b'{', b'}')
        || unclosed(b'<', b'>')
}

fn holds_comment(value: &[u8]) -> bool {
    value.windows(2).any(|pair| pair == b"/*" || pair == b"*/")
}

/// Whether the comment around a value ends here, or another begins.
fn closes_comment(rest: &[u8]) -> bool {
    [&b"*/"[..], b"-->", b"<!--", b"\"\"\"", b"--%>", b"-}", b"*)"].iter().any(|mark| rest.starts_with(mark))
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
    !(cursor.at_line_end() || comment || shell || next_pair || closes_comment(cursor.rest()))
}
