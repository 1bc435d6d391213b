//! What a call does with the literal that it is given: `setPassword("…")` takes a password, `getPassword("…")` a prompt.

use super::name::without_getter;
use crate::engine::assignment::{Assignment, Operator};
use crate::engine::filter::{List, words_of};

/// What a call does with the literal that it is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Call {
    /// No call, or one that takes a secret: `setPassword("…")`, `std::string password("…")`.
    Takes,
    /// It asks for a secret: the literal is a prompt or a name.
    Query,
    /// It does something else with it.
    Other,
}

/// How far before a name its type is looked for, in bytes.
const REACH: usize = 96;

pub(super) fn call_of(bytes: &[u8], assignment: &Assignment) -> Call {
    #[rustfmt::skip]
    static VERBS: List = List::new(&[
        "get", "has", "is", "check", "validate", "read", "fetch", "load", "find", "verify", "parse", "create", "generate", "make", "delete", "remove", "update", "reset", "encrypt",
        "decrypt", "hash", "prompt", "ask", "require", "assert", "test", "log", "print", "show", "lookup", "resolve", "list", "retrieve", "expect", "match", "compare", "contains",
        "describe", "input", "revoke", "issue", "peek", "consume", "on", "split", "mask", "redact", "strip", "extract", "handle", "process", "format", "render", "to", "accept", "advance", "authenticate",
    ]);
    static SETTERS: List = List::new(&["set", "with", "add", "put", "use", "and", "new", "init"]);
    if !matches!(assignment.operator, Operator::Call | Operator::Return) {
        return Call::Takes;
    }
    let name = assignment.name.of(bytes);
    let method = name.rsplit(|&byte| byte == b'.').next().unwrap_or(name);
    // What `getPassword()` returns is one, what `validatePassword()` returns is none.
    if assignment.operator == Operator::Return {
        let is_query = words_of(without_getter(method)).next().is_some_and(|first| VERBS.has(first));
        return if is_query { Call::Query } else { Call::Takes };
    }
    let first = words_of(method).next().unwrap_or_default();
    let before = &bytes[assignment.name.start.saturating_sub(REACH)..assignment.name.start];
    let is_declared = method.len() == name.len() && declares(before);
    // `pass("…")` says that a test holds.
    if VERBS.has(first) || method.eq_ignore_ascii_case(b"pass") {
        Call::Query
    } else if SETTERS.has(first) || is_declared || method.len() < name.len() || bytes[..assignment.name.start].ends_with(b".") {
        Call::Takes
    } else {
        Call::Other
    }
}

/// Whether what stands before a name is a type, or `new`: `std::string password("…")`.
fn declares(before: &[u8]) -> bool {
    const WORDS: [&str; 14] =
        ["return", "await", "throw", "in", "and", "or", "not", "if", "else", "elif", "when", "case", "yield", "assert"];
    let head = before.trim_ascii_end();
    if head.len() == before.len() {
        return false;
    }
    let length = head.iter().rev().take(32).take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
    let word = &head[head.len() - length..];
    (length > 0 && !WORDS.iter().any(|known| known.as_bytes() == word)) || matches!(head.last(), Some(b'>' | b'*' | b'&'))
}
