//! What holds where nothing else is set: `name || "…"`, `getenv("NAME") ?: "…"`, `${NAME:-…}`; and the branches of a choice.

use super::cursor::Cursor;
use super::form::Found;
use super::name::Name;
use super::quote::Quote;
use super::value::{self, Value, plain_literal};
use super::{Assignment, Form, Operator};
use crate::text::Span;

/// Methods that give what holds where their object is nothing.
#[rustfmt::skip]
const METHODS: [&str; 10] = [
    ".unwrap_or(", ".unwrap_or_else(", ".orElse(", ".getOrElse(", ".or_else(", ".withDefault(", ".default(", ".orDefault(", ".get_or(", ".or(",
];
/// How far an expression is read before what holds in its place, in bytes.
const LONGEST_EXPRESSION: usize = 128;

/// `name || "…"`, `getenv("NAME") ?: "…"`, `var("NAME").unwrap_or("…")`
pub(super) fn fallback(mut cursor: Cursor<'_>, name: &Name<'_>) -> Option<Found> {
    const OPERATORS: [&str; 8] = ["||=", "??=", "||", "??", "?:", "or ", "//=", ".."];
    if let Some(found) = filtered_default(cursor) {
        return Some(found);
    }
    if name.quoted {
        while matches!(cursor.peek(), Some(b')' | b']' | b'?')) && !cursor.rest().starts_with(b"??") && !cursor.rest().starts_with(b"?:") {
            cursor.at += 1;
        }
        while cursor.eat(".ok()") {}
        if cursor.at_line_end() && name.line.is_some_and(|line| line.ends_with(b"env::var(\"")) {
            cursor.skip_blanks_and_line_break();
        }
    }
    let direct = cursor;
    cursor.skip_blanks();
    let is_fallback = OPERATORS.iter().any(|operator| cursor.eat(operator)) || {
        cursor = direct;
        METHODS.iter().any(|method| cursor.eat(method)) && skip_closure(&mut cursor)
    };
    let value = if is_fallback { value::literal(cursor, Operator::Fallback) } else { in_block(direct, name) }?;
    Some(Found { value, operator: Operator::Fallback, form: Form::Literal })
}

/// `ENV.fetch("NAME") { "…" }` of Ruby
fn in_block(mut cursor: Cursor<'_>, name: &Name<'_>) -> Option<Value> {
    let line = name.line.filter(|_| name.quoted)?;
    line[..line.len().checked_sub(1)?].ends_with(b"fetch(").then_some(())?;
    cursor.skip_blanks();
    cursor.eat("{").then_some(())?;
    let value = value::literal(cursor, Operator::Fallback)?;
    cursor.at = value.after;
    cursor.skip_blanks();
    (cursor.peek() == Some(b'}')).then_some(value)
}

/// `name | default("…")` of Jinja, Twig and Helm.
fn filtered_default(mut cursor: Cursor<'_>) -> Option<Found> {
    cursor.skip_blanks();
    cursor.eat("|").then_some(())?;
    cursor.skip_blanks();
    ["default(", "d(", "default:", "default "].iter().any(|filter| cursor.eat(filter)).then_some(())?;
    let value = value::literal(cursor, Operator::Fallback)?;
    Some(Found { value, operator: Operator::Fallback, form: Form::Literal })
}

/// Steps over `|_|` and `() =>` before the value that a closure returns.
fn skip_closure(cursor: &mut Cursor<'_>) -> bool {
    let _ = ["|_| ", "|| ", "() => ", "() -> "].iter().any(|closure| cursor.eat(closure));
    true
}

/// `${NAME:-…}` of shells and Compose files, `${name:…}` of Spring.
pub(super) fn braced_default(mut cursor: Cursor<'_>, name: &Name<'_>) -> Option<Found> {
    (name.line.unwrap_or_default().ends_with(b"${") && !name.quoted).then_some(())?;
    (cursor.eat(":-") || cursor.eat(":=") || cursor.eat("-") || cursor.eat(":")).then_some(())?;
    let length =
        cursor.rest().iter().take(super::LONGEST_VALUE).take_while(|&&byte| byte > b' ' && !matches!(byte, b'}' | b'{' | b'"')).count();
    let end = cursor.at + length;
    (length > 0 && cursor.bytes.get(end) == Some(&b'}')).then_some(())?;
    let value = Value { span: Span::new(cursor.at, end), after: end, quoted: true, partial: false };
    Some(Found { value, operator: Operator::Fallback, form: Form::Literal })
}

/// `process.env.NAME || "…"`, `getenv('NAME') ?: '…'`, `os.Getenv(x) or "…"`, `prod ? "…" : "…"`: what an expression gives
/// that a name is set to.
pub(super) fn alternative(cursor: Cursor<'_>, operator: Operator) -> Option<Value> {
    matches!(operator, Operator::Equals | Operator::Colon | Operator::Arrow | Operator::Return).then_some(())?;
    behind_expression(cursor).or_else(|| of_choice(cursor))
}

/// What stands in the place of an expression, or of several.
fn behind_expression(mut cursor: Cursor<'_>) -> Option<Value> {
    const MOST: usize = 3;
    for _ in 0..MOST {
        if let Operand::Gives(value) = operand(&mut cursor)? {
            return Some(value);
        }
        cursor.skip_blanks();
        // `password = args.password if args.password else "…"`
        if cursor.eat("if ") {
            cursor.at += memchr::memmem::find(line(cursor), b" else ")? + b" else ".len();
            return plain_literal(cursor);
        }
        ["||", "??", "?:", "or "].iter().any(|operator| cursor.eat(operator)).then_some(())?;
        cursor.skip_blanks();
        if let Some(value) = plain_literal(cursor) {
            return Some(value);
        }
    }
    None
}

/// A name with the calls and indices behind it.
enum Operand {
    /// Nobody knows what it gives.
    Unknown,
    /// What it gives where nothing else is set.
    Gives(Value),
}

/// Steps over the operand here.
fn operand(cursor: &mut Cursor<'_>) -> Option<Operand> {
    let start = cursor.at;
    while cursor.at - start < LONGEST_EXPRESSION {
        let before = cursor.at;
        let callee = cursor.identifier(b".$:->");
        match cursor.peek() {
            Some(open @ (b'(' | b'[')) if before > start || !callee.is_empty() => {
                let given = if open == b'(' { given_by(*cursor, callee) } else { None };
                if given.is_some() {
                    return given.map(Operand::Gives);
                }
                skip_arguments(cursor)?;
            }
            _ => return (cursor.at > start).then_some(Operand::Unknown),
        }
    }
    None
}

/// Steps over the brackets that open here.
fn skip_arguments(cursor: &mut Cursor<'_>) -> Option<()> {
    let mut depth = 0_usize;
    let end = line(*cursor).iter().position(|byte| {
        match byte {
            b'(' | b'[' => depth += 1,
            b')' | b']' => depth -= 1,
            _ => {}
        }
        depth == 0
    })?;
    cursor.at += end + 1;
    Some(())
}

/// What the call of `callee` that begins here gives: `.unwrap_or("…")`, `os.environ.get("NAME", "…")`
fn given_by(mut cursor: Cursor<'_>, callee: &[u8]) -> Option<Value> {
    let of_method = |method: &str| callee.ends_with(&method.as_bytes()[..method.len() - 1]);
    cursor.at += 1;
    if METHODS.iter().any(|method| of_method(method)) && skip_closure(&mut cursor) {
        let value = value::literal(cursor, Operator::Fallback);
        if value.is_some_and(|value| !continues(cursor.bytes, value.after)) {
            return value;
        }
    }
    asks_for_setting(callee).then_some(())?;
    let setting = plain_literal(cursor)?;
    cursor.at = setting.after;
    cursor.eat(",").then_some(())?;
    value::literal(cursor, Operator::Fallback)
}

/// Whether more arguments follow.
fn continues(bytes: &[u8], at: usize) -> bool {
    bytes.get(at) == Some(&b',')
}

/// Whether a function gives a variable of the environment, or its second argument where that is not set.
fn asks_for_setting(callee: &[u8]) -> bool {
    const ENDS: [&str; 3] = ["getordefault", "getorelse", "getproperty"];
    callee.windows(3).any(|part| part.eq_ignore_ascii_case(b"env"))
        || ENDS.iter().any(|end| callee.len() >= end.len() && callee[callee.len() - end.len()..].eq_ignore_ascii_case(end.as_bytes()))
}

/// What `cond ? "…" : "…"` gives. What stands in the place of no literal may be a name.
fn of_choice(mut cursor: Cursor<'_>) -> Option<Value> {
    let line = line(cursor);
    let question = memchr::memmem::find(line, b"? ")?;
    let condition = &line[..question];
    let quotes = condition.iter().filter(|byte| matches!(byte, b'"' | b'\'')).count();
    (quotes % 2 == 0 && !condition.iter().any(|byte| matches!(byte, b'{' | b'}' | b','))).then_some(())?;
    cursor.at += question + b"? ".len();
    if let Some(value) = plain_literal(cursor) {
        let mut after = Cursor::new(cursor.bytes, value.after);
        after.skip_blanks_and_line_break();
        return after.eat(":").then_some(value);
    }
    cursor.at += memchr::memmem::find(&line[question + 2..], b" : ")? + b" : ".len();
    plain_literal(cursor).map(|value| Value { partial: true, ..value })
}

/// The rest of the statement on the line, as far as it is read.
fn line(cursor: Cursor<'_>) -> &[u8] {
    let rest = cursor.rest();
    &rest[..rest.iter().take(LONGEST_EXPRESSION).take_while(|&&byte| !matches!(byte, b'\n' | b';')).count()]
}

/// Calls `visit` with what the other branch of a choice gives of which `found` is the first: `prod ? "…" : "…"`,
/// `"…" if prod else "…"`.
pub(super) fn other_branch(bytes: &[u8], found: &Assignment, visit: &mut impl FnMut(Span)) {
    let Some((_, width)) = Quote::before(bytes, found.value.start).filter(|_| found.quoted && found.value.start > found.name.end) else {
        return;
    };
    let is_choice = bytes[found.name.end..found.value.start - width].trim_ascii_end().ends_with(b"?");
    let mut cursor = Cursor::new(bytes, found.value.end + width);
    cursor.skip_blanks();
    let is_behind = if is_choice {
        cursor.skip_blanks_and_line_break();
        cursor.eat(": ")
    } else {
        let end = if cursor.eat("if ") { memchr::memmem::find(line(cursor), b" else ") } else { None };
        cursor.at += end.map_or(0, |end| end + b" else ".len());
        end.is_some()
    };
    if let Some(value) = if is_behind { plain_literal(cursor) } else { None } {
        visit(value.span);
    }
}
