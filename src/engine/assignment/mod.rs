//! L2: a value given to a name, around a keyword: `DB_PASSWORD = "…"`, `<password>…</password>`, `--token …`.
//!
//! [`parse`] is given the place of a keyword such as `password`, widens it to the whole name and reads the value
//! that the text gives to it, in the assignment forms of programming languages, configuration formats, command
//! lines, markup and connection strings. It says nothing about whether the value is a secret: that is
//! [`judge`](super::judge::judge).
//!
//! It never looks further than [`ASSIGNMENT_REACH`] bytes from the keyword, so the answer does not depend on
//! what lies beyond, and it is linear in that distance.

mod bare;
mod beyond;
mod columns;
mod command;
mod compare;
mod cursor;
mod described;
mod fallback;
mod form;
mod listing;
mod markup;
mod members;
mod name;
mod pair;
pub(super) mod programs;
mod quote;
mod returned;
mod spaced;
mod table;
mod user;
mod value;

use super::work;
use crate::rules::ASSIGNMENT_REACH;
use crate::text::Span;
pub(super) use beyond::note as looks_at_other_lines;
pub(super) use command::ends_at as ends_program;

/// The longest name, in bytes.
pub const LONGEST_NAME: usize = 128;
/// The longest value, in bytes. A longer one is no value at all: half a secret would be wrong.
pub const LONGEST_VALUE: usize = 512;

/// What a look for an assignment takes at least, in units of [`work`].
const LEAST_WORK: usize = 32;

/// A name and the value that it is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Assignment {
    /// The whole name, with the dotted path before it and without quotes.
    pub name: Span,
    /// The value without its quotes.
    pub value: Span,
    /// Whether the value stands in quotes or between tags, so that its end is sure.
    pub quoted: bool,
    /// What stands between name and value.
    pub operator: Operator,
    /// In which kind of text.
    pub form: Form,
    /// Whether the value is only a part of what the name gets: more text follows on the line, or an expression
    /// puts it together with something else.
    pub partial: bool,
}

/// What stands between a name and its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Operator {
    /// `=`, `:=`, `<-`, `+=`
    Equals,
    /// `:`
    Colon,
    /// `=>`
    Arrow,
    /// `||`, `??`, `?:`, `or`, `?=`, `||=`: the value holds where nothing else is set.
    Fallback,
    /// `==`, `!=`, `.equals(…)`, `strcmp(name, …)`
    Compare,
    /// `,` between name and value in a call, a tuple or a list
    Comma,
    /// `() { return …; }`, `() => …`: a function of the name returns the value.
    Return,
    /// Only blanks.
    Space,
    /// `(`: the name is a function or a variable that is built
    Call,
    /// A tag or an attribute.
    Markup,
}

/// In which kind of text a value stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Form {
    /// A literal of a programming language or of JSON, TOML and the like: quotes tell where it ends.
    Literal,
    /// An unquoted value that takes the rest of its line: `.env`, `.ini`, `.properties`, YAML, shell.
    Line,
    /// An unquoted value in the middle of a line.
    Inline,
    /// `?name=value&…`
    Query,
    /// `Name=value;…`
    Connection,
    /// `Authorization: Bearer value`; the scheme is no part of the value.
    Header,
    /// `--name value`, `-name=value`
    Flag,
    /// A directive of a configuration file: `ENV NAME value`, `#define NAME "value"`, `requirepass value`.
    Directive,
    /// Markup: `<name>value</name>`, `<add key="name" value="value"/>`.
    Markup,
    /// An argument of a call, by position: `f("name", "value")`, `setName("value")`, `{"name", "value"}`.
    Argument,
    /// Something that takes a password by place, without naming it: `sshpass -p value`, `curl -u user:value`,
    /// `login("user", "value")`.
    Position,
    /// What a map of users holds: `users = {"bob": "value"}`.
    Member,
}

/// The first assignment to the name that `keyword` is a part of. `None` where nothing is assigned, where what is
/// assigned is no literal, and where the name or the value is too long.
#[must_use]
pub fn parse(bytes: &[u8], keyword: Span) -> Option<Assignment> {
    let mut first = None;
    parse_all(bytes, keyword, &mut |found| first = first.or(Some(found)));
    first
}

/// Calls `visit` with every assignment to the name that `keyword` is a part of: several where it heads a column.
pub fn parse_all(bytes: &[u8], keyword: Span, visit: &mut impl FnMut(Assignment)) {
    work::add(LEAST_WORK);
    let within = within_reach(bytes, keyword);
    let mut visit = |found| {
        if let Some(found) = whole(found, keyword) {
            visit(found);
        }
    };
    if let Some(found) = command::parse(within, keyword) {
        return visit(found);
    }
    let Some(keyword) = name::written(within, keyword) else { return };
    let Some(name) = name::Name::around(within, keyword) else { return };
    let is_all = columns::values(within, &name, &mut |found| visit(found.of(name.span)));
    table::values(within, &name, &mut |found| visit(found.of(name.span)));
    if let Some(found) = if is_all { None } else { form::parse(within, &name) } {
        visit(found);
        let mut further = |value| visit(Assignment { value, ..found });
        listing::further_items(within, &found, &mut further);
        fallback::other_branch(within, &found, &mut further);
    } else if !is_all {
        members::values(within, &name, &mut |found| visit(found.of(name.span)));
    }
}

/// What a program that takes a password by place, such as `curl`, is given. `None` where it is given nothing.
#[must_use]
pub fn parse_program(bytes: &[u8], keyword: Span) -> Option<Assignment> {
    work::add(LEAST_WORK);
    whole(command::parse(within_reach(bytes, keyword), keyword)?, keyword)
}

/// Whether what `parse` finds, which is one of the functions above, depends on no other line than that of the keyword.
/// Lines end with a line feed. `false` where that is not certain.
pub(in crate::engine) fn stays_on_line(parse: impl FnOnce()) -> bool {
    !beyond::looks(parse)
}

fn within_reach(bytes: &[u8], keyword: Span) -> &[u8] {
    &bytes[..bytes.len().min(keyword.end.saturating_add(ASSIGNMENT_REACH))]
}

/// A value that ends where the reach ends may go on.
fn whole(found: Assignment, keyword: Span) -> Option<Assignment> {
    work::add(found.name.len() + found.value.len());
    let cut = found.value.end >= keyword.end.saturating_add(ASSIGNMENT_REACH);
    (!cut && !found.value.is_empty() && found.value.len() <= LONGEST_VALUE).then_some(found)
}

/// Whether a value that stands in this form is judged by a rule of these names: names of programs judge what these take
/// by place, names of users what their maps hold, and all others the rest.
#[must_use]
pub fn is_judged_by(names: &[String], form: Form) -> bool {
    if names.first().is_some_and(|name| programs::names_program(name)) {
        return form == Form::Position;
    }
    (form == Form::Member) == are_of_users(names)
}

/// Whether rules of these names judge only what maps of users hold.
#[must_use]
pub fn are_of_users(names: &[String]) -> bool {
    names.iter().all(|name| members::holds_users(name))
}

#[cfg(test)]
pub(in crate::engine) mod tests;
