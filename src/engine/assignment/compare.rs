//! What a program compares a name with: `password == "…"`, `"…".equals(password)`, `assertEquals("…", user.getPassword())`,
//! `expect(user.password).toBe("…")`.

use super::cursor::{Cursor, is_word, starts_ignoring_case};
use super::form::Found;
use super::name::Name;
use super::quote::quotation;
use super::value::{self, Value};
use super::{Form, Operator, pair};

/// Methods that compare, with what stands before them in a sentence of assertions.
#[rustfmt::skip]
const METHODS: &[&str] = &[
    ".toBe(", ".toEqual(", ".toStrictEqual(", ".to.equal(", ".to.eql(", ".to.eq(", ".to.be(", ".should.equal(", ".isEqualTo(", ".to eq(", ".to eq ", ".to be(",
    ".should eq(", ".should == ", ".should eq ", ".Should().Be(", ".ShouldBe(", ".equals(", ".equalsIgnoreCase(", ".Equals(", ".compareTo(", ".eql?(", ".eq(",
];

/// `name).toBe("…")`, `getName()).isEqualTo("…")`, `getName() == "…"`, `getName().equals("…")`: the cursor is behind the name.
pub(super) fn behind(mut cursor: Cursor<'_>, name: &Name<'_>) -> Option<Found> {
    let is_getter = cursor.eat("()");
    if is_getter && cursor.peek() == Some(b',') {
        let called = name.span.of(cursor.bytes).rsplit(|&byte| byte == b'.').next().unwrap_or_default();
        let asks = starts_ignoring_case(called, b"get") || called.iter().all(u8::is_ascii_lowercase);
        asks.then_some(())?;
        return pair::compared_or_passed(cursor, name).filter(|found| found.operator == Operator::Compare);
    }
    cursor.eat(")");
    // All begin with a dot; the second byte tells most of them apart.
    let second = cursor.peek_ahead(1);
    if !METHODS.iter().any(|method| second == Some(method.as_bytes()[1]) && cursor.eat(method)) {
        cursor.skip_blanks();
        (["===", "!==", "==", "!="].iter().any(|operator| cursor.eat(operator))).then_some(())?;
    }
    Some(found(value::literal(cursor, Operator::Compare)?))
}

/// `[ "$name" = "…" ]`: the cursor is on the mark that closes the string around the name.
pub(super) fn in_shell(mut cursor: Cursor<'_>, name: &Name<'_>) -> Option<Found> {
    let line = name.line?;
    (line.ends_with(b"\"$") || line.ends_with(b"\"${")).then_some(())?;
    cursor.eat("}");
    cursor.eat("\"").then_some(())?;
    (cursor.skip_blanks() > 0).then_some(())?;
    (["==", "=", "!="].iter().any(|operator| cursor.eat(operator)) && cursor.skip_blanks() > 0).then_some(())?;
    Some(found(value::literal(cursor, Operator::Compare)?))
}

/// `"…" == name`, `"…".equals(name)`, `strcmp("…", name)`: the value stands before the name.
pub(super) fn before(bytes: &[u8], name: &Name<'_>) -> Option<Found> {
    let line = name.line.filter(|_| !name.quoted && name.dashes == 0)?;
    let from = name.span.start - line.len();
    let head = without_owner(line).trim_ascii_end();
    let (head, in_call) = match head.last()? {
        b'=' => (head.strip_suffix(b"==").or_else(|| head.strip_suffix(b"!="))?, false),
        b'(' => {
            let callee = &head[..head.len() - 1];
            let method = METHODS.iter().find(|method| callee.ends_with(&method.as_bytes()[..method.len() - 1]))?;
            (&head[..head.len() - method.len()], false)
        }
        b',' => (&head[..head.len() - 1], true),
        _ => return None,
    };
    let head = head.strip_suffix(b"=").unwrap_or(head).trim_ascii_end();
    let mark = *head.last().filter(|byte| matches!(byte, b'"' | b'\''))?;
    let open = opening(&head[..head.len() - 1], mark)?;
    (!in_call || compares(&head[..open])).then_some(())?;
    let (span, after) = quotation(bytes, from + open)?;
    (after == from + head.len()).then_some(())?;
    Some(found(Value { span, after, quoted: true, partial: false }))
}

fn found(value: Value) -> Found {
    Found { value, operator: Operator::Compare, form: Form::Literal }
}

/// Takes `$user->` off the end.
fn without_owner(line: &[u8]) -> &[u8] {
    let mut head = line;
    while let Some(owner) = head.strip_suffix(b"->") {
        let length = owner.iter().rev().take_while(|&&byte| is_word(byte)).count();
        head = &owner[..owner.len() - length];
    }
    head.strip_suffix(b"$").or_else(|| head.strip_suffix(b"@")).unwrap_or(head)
}

/// Offset of the mark that opens the string that ends with `text`.
fn opening(text: &[u8], mark: u8) -> Option<usize> {
    memchr::memrchr_iter(mark, text).find(|&at| text[..at].iter().rev().take_while(|&&byte| byte == b'\\').count() % 2 == 0)
}

/// Whether `head` ends with the beginning of a call that compares its arguments: `assertEquals(`, `assert.Equal(t, `.
fn compares(head: &[u8]) -> bool {
    let head = head.trim_ascii_end();
    let first = head.strip_suffix(b",").map_or(head, |head| {
        let length = head.iter().rev().take_while(|&&byte| is_word(byte)).count();
        &head[..head.len() - length]
    });
    first.strip_suffix(b"(").is_some_and(is_comparison)
}

/// Whether text ends with the name of a function that compares its arguments.
pub(super) fn is_comparison(callee: &[u8]) -> bool {
    const ENDS: [&str; 7] = ["cmp", "equals", "equal", "compare", "eq", "same", "equalsignorecase"];
    ENDS.iter().any(|end| callee.len() >= end.len() && callee[callee.len() - end.len()..].eq_ignore_ascii_case(end.as_bytes()))
}
