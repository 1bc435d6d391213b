//! What the name of a value says to the judge, beyond whether it is one of secrets.

use crate::engine::assignment::{Assignment, Operator};
use crate::engine::filter::{List, is_content_of_secret, words_of};

/// The word before the blank that ends at `at`; empty where there is none.
pub(super) fn word_before(bytes: &[u8], at: usize) -> &[u8] {
    let Some(head) = bytes[..at].strip_suffix(b" ") else { return b"" };
    let length = head.iter().rev().take(16).take_while(|byte| byte.is_ascii_alphabetic()).count();
    &head[head.len() - length..]
}

/// The name that says what the value is: of a call only its last part, since `key.replace("…")` replaces.
pub(super) fn judged_name<'b>(bytes: &'b [u8], assignment: &Assignment) -> &'b [u8] {
    let name = assignment.name.of(bytes);
    match assignment.operator {
        Operator::Call => name.rsplit(|&byte| byte == b'.').next().unwrap_or(name),
        Operator::Return => without_getter(name.rsplit(|&byte| byte == b'.').next().unwrap_or(name)),
        Operator::Compare => {
            const METHODS: [&str; 5] = ["equals", "equalsIgnoreCase", "compareTo", "eql", "eq"];
            let mut parts = name.rsplit(|&byte| byte == b'.');
            let last = parts.next().unwrap_or(name);
            let is_method = METHODS.iter().any(|method| last.eq_ignore_ascii_case(method.as_bytes()));
            without_getter(if is_method { parts.next().unwrap_or(last) } else { last })
        }
        _ => name,
    }
}

/// `getPassword` as `Password`, and `get_password` as `password`.
pub(super) fn without_getter(name: &[u8]) -> &[u8] {
    const VERBS: [&[u8]; 4] = [b"get", b"fetch", b"load", b"read"];
    let verb = |verb: &&&[u8]| name.len() > verb.len() && name[..verb.len()].eq_ignore_ascii_case(verb);
    let Some(rest) = VERBS.iter().find(verb).map(|verb| &name[verb.len()..]) else { return name };
    match rest {
        [b'_', noun @ ..] => noun,
        [first, ..] if first.is_ascii_uppercase() => rest,
        _ => name,
    }
}

/// Whether people make up the secret of this name themselves: `SESSION_SECRET`, `jwtSecret`.
pub(super) fn is_often_by_hand(name: &[u8]) -> bool {
    #[rustfmt::skip]
    static SIGNERS: List = List::new(&[
        "session", "cookie", "jwt", "app", "application", "auth", "nextauth", "signing", "hash", "csrf", "token", "refresh", "encryption", "flask", "django", "hmac",
    ]);
    let mut words = words_of(name);
    let is_secret = |word: Option<&[u8]>| word.is_some_and(|word| word.eq_ignore_ascii_case(b"secret"));
    is_content_of_secret(name) || (is_secret(words.clone().last()) && words.any(|word| SIGNERS.has(word)) && is_secret(words.next()))
}

/// Whether a name ends with an English word for a password.
pub(super) fn says_password(name: &[u8]) -> bool {
    const WORDS: [&str; 6] = ["password", "passphrase", "passwd", "pwd", "pass", "identified"];
    words_of(name).last().is_some_and(|word| WORDS.iter().any(|known| word.eq_ignore_ascii_case(known.as_bytes())))
}

/// Whether a name is that of the key with which an application signs: `SECRET_KEY`, `app.secret_key`.
pub(super) fn says_secret_key(name: &[u8]) -> bool {
    name.len() >= 10 && name[name.len() - 10..].eq_ignore_ascii_case(b"secret_key")
}

/// Whether a value only says its own name: `password = "password"`, `token: "access_token"`.
pub(super) fn repeats_name(name: &[u8], value: &[u8]) -> bool {
    let mut known = 0;
    let mut total = 0;
    for word in words_of(value) {
        total += word.len();
        if word.len() >= 3 && words_of(name).any(|part| part.eq_ignore_ascii_case(word)) {
            known += word.len();
        }
    }
    total > 0 && known * 10 >= total * 8
}

/// Whether a name is that of a token, or of a header with a key. Other keys in hex digits may be hashes or ids.
pub(super) fn says_token(name: &[u8]) -> bool {
    let is_header = matches!(name, [b'x' | b'X', b'-', ..]);
    words_of(name).last().is_some_and(|word| {
        ["token", "tokens"].iter().any(|known| word.eq_ignore_ascii_case(known.as_bytes()))
            || (is_header && word.eq_ignore_ascii_case(b"key"))
    })
}
