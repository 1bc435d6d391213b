//! What a function or a property of the name returns: `String getPassword() { return "…"; }`, `password: () => "…"`,
//! `def password` and the value on the next line.

use super::cursor::{Cursor, is_word};
use super::form::{Found, operator};
use super::name::Name;
use super::value::{self, Value};
use super::{Form, Operator};

/// The longest list of parameters, and the longest type of a result, in bytes.
const LONGEST_PARAMETERS: usize = 80;
const LONGEST_RESULT: usize = 64;

/// `name() { return "…"; }` where a function is declared. The cursor is on the bracket.
pub(super) fn by_function(cursor: Cursor<'_>, name: &Name<'_>) -> Option<Found> {
    let body = Body::behind(cursor)?;
    let called = name.span.of(cursor.bytes);
    let is_own = !called.strip_prefix(b"self.").unwrap_or(called).contains(&b'.');
    (is_own && name.dashes == 0 && declares(name.line?)).then(|| body.returned()).flatten().map(found)
}

/// `() => "…"`, `lambda: "…"`, `function() { return "…" }` behind the operator.
pub(super) fn by_closure(mut cursor: Cursor<'_>) -> Option<Found> {
    cursor.skip_blanks();
    cursor.eat("async ");
    let body = match cursor.peek()? {
        b'(' => Body::behind(cursor).filter(|body| body.is_arrow)?,
        b'f' if cursor.eat("function") || cursor.eat("func") => {
            cursor.skip_blanks();
            (cursor.peek() == Some(b'(')).then_some(())?;
            Body::behind(cursor)?
        }
        b'l' if cursor.eat("lambda: ") => Body { cursor, kind: Kind::Expression, is_arrow: true },
        b'-' if cursor.eat("-> { ") => Body { cursor, kind: Kind::Block, is_arrow: true },
        _ => return None,
    };
    body.returned().map(found)
}

/// `Password { get; set; } = "…"`, `Password { get { return "…"; } }` and `Password { get => "…"; }`, also with the brace on
/// the next line.
pub(super) fn by_property(mut cursor: Cursor<'_>, name: &Name<'_>) -> Option<Found> {
    cursor.skip_blanks_and_line_break();
    cursor.eat("{").then_some(())?;
    cursor.skip_blanks_and_line_break();
    cursor.eat("get").then_some(())?;
    if cursor.peek() == Some(b';') {
        return initial(cursor);
    }
    (name.dashes == 0 && declares(name.line?)).then_some(())?;
    cursor.skip_blanks_and_line_break();
    let kind = if cursor.eat("{") { Kind::Block } else { cursor.eat("=>").then_some(Kind::Expression)? };
    Body { cursor, kind, is_arrow: false }.returned().map(found)
}

/// `; set; } = "…"`
fn initial(mut cursor: Cursor<'_>) -> Option<Found> {
    cursor.at += cursor.rest().iter().take(48).take_while(|&&byte| byte != b'}' && byte != b'\n').count();
    cursor.eat("}").then_some(())?;
    cursor.skip_blanks();
    let (operator, after) = operator(cursor)?;
    let value = value::literal(after, operator)?;
    Some(Found { value, operator, form: Form::Literal })
}

/// `var password: String { "…" }` of Swift. The cursor is behind the colon.
pub(super) fn by_computed_property(mut cursor: Cursor<'_>, name: &Name<'_>) -> Option<Found> {
    const LONGEST_TYPE: usize = 24;
    name.line?.ends_with(b"var ").then_some(())?;
    let rest = cursor.rest();
    let is_of_type = |byte: &&u8| is_word(**byte) || matches!(byte, b' ' | b'?' | b'.');
    cursor.at += rest.iter().take(LONGEST_TYPE).take_while(is_of_type).count();
    cursor.eat("{").then_some(())?;
    Body { cursor, kind: Kind::Block, is_arrow: false }.returned().map(found)
}

/// `def password` of Ruby, and its value on the next line. The cursor is at the end of the line.
pub(super) fn by_method_of_ruby(cursor: Cursor<'_>, name: &Name<'_>) -> Option<Found> {
    name.line?.trim_ascii_start().starts_with(b"def ").then_some(())?;
    Body { cursor, kind: Kind::Block, is_arrow: false }.returned().map(found)
}

fn found(value: Value) -> Found {
    Found { value, operator: Operator::Return, form: Form::Literal }
}

/// Whether a name behind `line` is that of a function that is declared, and not one that is called.
fn declares(line: &[u8]) -> bool {
    #[rustfmt::skip]
    const CALLS: [&[u8]; 22] = [
        b"if", b"while", b"for", b"until", b"unless", b"switch", b"match", b"guard", b"elif", b"else", b"elsif", b"return", b"when", b"case", b"await",
        b"new", b"and", b"or", b"not", b"in", b"throw", b"yield",
    ];
    let statement = line.iter().rposition(|byte| matches!(byte, b'{' | b'}' | b';')).map_or(line, |at| &line[at + 1..]);
    let is_plain = |byte: &u8| {
        is_word(*byte) || matches!(byte, b' ' | b'\t' | b'<' | b'>' | b'[' | b']' | b',' | b'*' | b'&' | b':' | b'(' | b')' | b'?')
    };
    let mut words = statement.split(|byte| !is_word(*byte));
    statement.iter().all(is_plain) && !statement.ends_with(b"(") && !words.any(|word| CALLS.contains(&word))
}

/// Where the body of a function begins.
struct Body<'a> {
    cursor: Cursor<'a>,
    kind: Kind,
    /// Whether `=>` stands before it.
    is_arrow: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Statements, of which the last may be what is returned.
    Block,
    /// One expression.
    Expression,
}

impl<'a> Body<'a> {
    /// The body behind the list of parameters that begins here, and behind the type of what is returned.
    fn behind(mut cursor: Cursor<'a>) -> Option<Body<'a>> {
        let is_parameter = |byte: &&u8| !matches!(byte, b')' | b'"' | b'\'' | b'`' | b'{' | b'}' | b';' | b'\n');
        cursor.at += cursor.rest().iter().take(LONGEST_PARAMETERS).take_while(is_parameter).count();
        cursor.eat(")").then_some(())?;
        let start = cursor.at;
        while cursor.at - start < LONGEST_RESULT {
            let byte = cursor.peek()?;
            let mut after = Cursor::new(cursor.bytes, cursor.at + 1);
            match byte {
                b'{' => return Some(Body { cursor: after, kind: Kind::Block, is_arrow: false }),
                b'=' if after.eat(">") => return Some(Body::behind_arrow(after)),
                b'=' if after.peek() != Some(b'=') => return Some(Body { cursor: after, kind: Kind::Expression, is_arrow: false }),
                b':' if after.at_line_end() => return Some(Body { cursor: after, kind: Kind::Block, is_arrow: false }),
                b'\n' | b'\r' => {
                    cursor.skip_blanks_and_line_break();
                    let is_open = cursor.eat("{");
                    return is_open.then_some(Body { cursor, kind: Kind::Block, is_arrow: false });
                }
                b')' if !cursor.bytes[start..cursor.at].contains(&b'(') => return None,
                b'.' | b',' if cursor.at == start => return None,
                _ if is_word(byte) || b" :<>[]&*?|.,()-'!".contains(&byte) => cursor.at += 1,
                _ => return None,
            }
        }
        None
    }

    fn behind_arrow(mut cursor: Cursor<'a>) -> Body<'a> {
        cursor.skip_blanks();
        let kind = if cursor.eat("{") { Kind::Block } else { Kind::Expression };
        Body { cursor, kind, is_arrow: true }
    }

    /// The literal that it does nothing but return.
    fn returned(self) -> Option<Value> {
        let mut cursor = self.cursor;
        if self.kind == Kind::Expression {
            return value::literal(cursor, Operator::Return);
        }
        cursor.skip_blanks_and_line_break();
        skip_comment(&mut cursor);
        let is_said = cursor.eat("return ");
        let value = value::literal(cursor, Operator::Return)?;
        (is_said || is_last(Cursor::new(cursor.bytes, value.after))).then_some(value)
    }
}

/// Steps over a line that tells what the function does.
fn skip_comment(cursor: &mut Cursor<'_>) {
    if ["\"\"\"", "//", "#"].iter().any(|mark| cursor.rest().starts_with(mark.as_bytes())) {
        cursor.at += memchr::memchr(b'\n', cursor.rest()).unwrap_or_default();
        cursor.skip_blanks_and_line_break();
    }
}

/// Whether the function ends here, perhaps behind what makes of a literal another kind of string.
fn is_last(mut cursor: Cursor<'_>) -> bool {
    let _ = [".to_string()", ".into()", ".to_owned()", ".freeze", ".dup"].iter().any(|method| cursor.eat(method));
    cursor.skip_blanks_and_line_break();
    cursor.peek() == Some(b'}') || (cursor.eat("end") && cursor.peek().is_none_or(|byte| !is_word(byte)))
}
