//! L2: whether the value of an assignment is a secret, and how sure that is.
//!
//! A value has to survive three questions: does the name hold secrets ([`secret_name`]), is the value something
//! else ([`placeholder`], [`value_kind`]), and is it what a person or a machine chooses as a secret. Medium
//! confidence means that someone who looks at the line would call it a secret; what needs a doubt is low.

use super::assignment::{Assignment, Form, Operator};
use super::entropy::{RANDOM, randomness, shannon};
use super::filter::{NameVerdict, NotASecret, Strictness, Weakness, placeholder, secret_name, value_kind, weakness, words_of};
use crate::rules::Confidence;
use crate::rules::syntax::ValueClass;

/// The longest value that is looked into as base64, in bytes.
const LONGEST_ENCODED: usize = 512;

/// The chance that the value of `assignment`, which was parsed from `bytes`, is a secret; `None` where it is none.
#[must_use]
pub fn judge(bytes: &[u8], assignment: &Assignment, class: ValueClass) -> Option<Confidence> {
    let name = judged_name(bytes, assignment);
    let value = assignment.value.of(bytes);
    let verdict = if class == ValueClass::Any || assignment.form == Form::Command { NameVerdict::Strong } else { secret_name(name) };
    if verdict == NameVerdict::Harmless || placeholder(value, Strictness::Strict).is_some() || repeats_name(name, value) {
        return None;
    }
    let call = call_of(bytes, assignment);
    if call == Call::Query {
        return None;
    }
    let mut buffer = [0; LONGEST_ENCODED];
    let traits = Traits::of(value);
    let by_value = match encoded_text(value, &mut buffer) {
        Some(text) => encoded(text),
        None => by_class(value, &traits, class),
    }?;
    let lowered = lowered(by_value, assignment, verdict, &traits)?;
    if call == Call::Other { one_less(lowered) } else { Some(lowered) }
}

fn by_class(value: &[u8], traits: &Traits, class: ValueClass) -> Option<Confidence> {
    match class {
        ValueClass::Secret => machine_made(value, traits),
        ValueClass::Password => chosen(value, traits),
        ValueClass::Any => any(value, traits),
    }
}

/// The text that `value` is the base64 of, written into `buffer`; `None` where it is not the base64 of text. By
/// chance, 12 characters are so once in 10 000, 16 once in 150 000.
fn encoded_text<'b>(value: &[u8], buffer: &'b mut [u8; LONGEST_ENCODED]) -> Option<&'b [u8]> {
    let padding = value.iter().rev().take_while(|&&byte| byte == b'=').count();
    let body = &value[..value.len() - padding];
    if value.len() < 8 || value.len() > LONGEST_ENCODED || padding > 2 || (padding == 0 && value.len() < 12) {
        return None;
    }
    let length = data_encoding::BASE64_NOPAD.decode_len(body.len()).ok()?;
    let decoded = data_encoding::BASE64_NOPAD.decode_mut(body, &mut buffer[..length]).ok()?;
    let text = buffer[..decoded].strip_suffix(b"\n").unwrap_or(&buffer[..decoded]);
    text.iter().all(|&byte| (b' '..=b'~').contains(&byte)).then_some(text)
}

/// The name that says what the value is: of a call only its last part, since `key.replace("…")` replaces.
fn judged_name<'b>(bytes: &'b [u8], assignment: &Assignment) -> &'b [u8] {
    let name = assignment.name.of(bytes);
    match assignment.operator {
        Operator::Call => name.rsplit(|&byte| byte == b'.').next().unwrap_or(name),
        _ => name,
    }
}

/// Text in base64: `user:password`, or a secret of a Kubernetes manifest.
fn encoded(text: &[u8]) -> Option<Confidence> {
    let secret = memchr::memchr(b':', text).map_or(text, |colon| &text[colon + 1..]);
    if secret.is_empty() || placeholder(secret, Strictness::Strict).is_some() {
        return None;
    }
    let traits = Traits::of(secret);
    if traits.length >= 20 { machine_made(secret, &traits) } else { chosen(secret, &traits) }
}

/// What a value is made of.
#[derive(Debug, Clone, Copy)]
struct Traits {
    length: usize,
    lower: usize,
    upper: usize,
    digits: usize,
    symbols: usize,
    /// See [`randomness`].
    random: f32,
    /// See [`shannon`].
    entropy: f32,
    kind: Option<NotASecret>,
}

impl Traits {
    fn of(value: &[u8]) -> Traits {
        let count = |test: fn(&u8) -> bool| value.iter().filter(|byte| test(byte)).count();
        let (lower, upper, digits) = (count(u8::is_ascii_lowercase), count(u8::is_ascii_uppercase), count(u8::is_ascii_digit));
        Traits {
            length: value.len(),
            lower,
            upper,
            digits,
            symbols: value.len() - lower - upper - digits,
            random: randomness(value),
            entropy: shannon(value),
            kind: value_kind(value),
        }
    }

    /// How many of lower case, upper case, digits and symbols there are.
    fn classes(&self) -> usize {
        [self.lower, self.upper, self.digits, self.symbols].iter().filter(|&&count| count > 0).count()
    }

    fn letters(&self) -> usize {
        self.lower + self.upper
    }

    /// Bits that speak for chance over the whole value.
    fn surprise(&self) -> f32 {
        self.random * self.length as f32
    }

    /// Hex digits with letters and digits mixed, as from a generator.
    fn is_hex(&self, value: &[u8]) -> bool {
        self.length >= 16
            && self.digits >= self.length / 4
            && value.iter().all(u8::is_ascii_hexdigit)
            && (self.lower == 0 || self.upper == 0)
    }
}

/// A value of a generator: long and random.
fn machine_made(value: &[u8], traits: &Traits) -> Option<Confidence> {
    match traits.kind {
        None | Some(NotASecret::Number) => {}
        Some(NotASecret::Uuid) => return Some(Confidence::Medium),
        Some(_) => return None,
    }
    if traits.is_hex(value) {
        return (traits.entropy > 2.8).then_some(if traits.length >= 32 { Confidence::High } else { Confidence::Medium });
    }
    if traits.length < 10 || traits.entropy < 2.8 {
        return chosen(value, traits).filter(|_| traits.length >= 8 && traits.classes() >= 3).map(|_| Confidence::Low);
    }
    let is_random = traits.random > RANDOM - 0.2 && traits.surprise() > 20.0;
    if is_random && traits.length >= 20 && traits.entropy > 3.4 && (traits.digits > 0 || traits.length >= 32) {
        return Some(Confidence::High);
    }
    if is_random && (traits.digits > 0 || (traits.lower > 0 && traits.upper > 0) || traits.length >= 20) {
        return Some(Confidence::Medium);
    }
    // What a person typed as a key: `my-Sup3r-S3cret!key`.
    chosen(value, traits).map(|by_hand| if traits.length >= 12 && traits.classes() >= 3 { by_hand } else { Confidence::Low })
}

/// A value that a person may have chosen.
fn chosen(value: &[u8], traits: &Traits) -> Option<Confidence> {
    if traits.length < 4 || traits.length > 128 {
        return None;
    }
    match weakness(value) {
        Some(Weakness::StandIn) => return None,
        Some(Weakness::WellKnown) => return Some(Confidence::Low),
        None => {}
    }
    match traits.kind {
        None => {}
        Some(NotASecret::Number) if traits.digits >= 6 && traits.digits == traits.length => return Some(Confidence::Low),
        Some(NotASecret::Uuid) => return Some(Confidence::Medium),
        Some(NotASecret::Identifier) if traits.length >= 6 => return Some(Confidence::Low),
        Some(_) => return None,
    }
    if traits.classes() == 1 {
        // A single word, or letters at random.
        let is_random = traits.length >= 8 && traits.random > RANDOM + 0.4;
        return (traits.length >= 5).then_some(if is_random { Confidence::Medium } else { Confidence::Low });
    }
    if traits.letters() == traits.length {
        let is_random = traits.length >= 8 && traits.random > RANDOM + 0.3;
        return (traits.length >= 6).then_some(if is_random { Confidence::Medium } else { Confidence::Low });
    }
    if traits.letters() == 0 && traits.digits == 0 {
        return None;
    }
    if traits.length < 6 || says_what_it_is(value, traits) {
        return Some(Confidence::Low);
    }
    Some(if traits.length >= 8 || (traits.classes() >= 3 && traits.random > 1.0) { Confidence::Medium } else { Confidence::Low })
}

/// Any literal that is no placeholder.
fn any(value: &[u8], traits: &Traits) -> Option<Confidence> {
    match traits.kind {
        Some(
            NotASecret::Sentence
            | NotASecret::Path
            | NotASecret::Markup
            | NotASecret::Pattern
            | NotASecret::Hash
            | NotASecret::PublicKey
            | NotASecret::Data,
        ) => None,
        Some(NotASecret::Identifier | NotASecret::Constant) => Some(Confidence::Low),
        _ if weakness(value).is_some() || traits.length < 4 => None,
        _ => Some(if traits.random > RANDOM || traits.length >= 16 { Confidence::High } else { Confidence::Medium }),
    }
}

/// Whether a value only says its own name: `password = "password"`, `token: "access_token"`.
fn repeats_name(name: &[u8], value: &[u8]) -> bool {
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

/// Whether a value is words that tell of a password, as in tests: `MySecretPassword1`, `StrongPass!`.
fn says_what_it_is(value: &[u8], traits: &Traits) -> bool {
    #[rustfmt::skip]
    const QUALIFIERS: &[&str] = &[
        "my", "super", "test", "testing", "new", "old", "user", "admin", "default", "some", "the", "your", "secret", "very", "strong", "weak", "good", "bad", "wrong", "correct", "valid",
        "invalid", "another", "other", "sample", "random", "temp", "root", "db", "client", "app", "api", "secure", "plain", "text", "top", "this", "is", "a", "an", "key", "hello", "world",
        "long", "short", "great", "simple", "complex", "initial", "first", "second", "only", "for", "not", "do", "use", "change", "me", "in", "production", "prod", "dev", "local", "login",
    ];
    const WORDS: [&str; 12] =
        ["password", "passwd", "passphrase", "pass", "pwd", "secret", "token", "credential", "credentials", "passwort", "apikey", "pw"];
    let tells = words_of(value).any(|word| {
        WORDS.iter().any(|known| word.len() >= known.len() && word[word.len() - known.len()..].eq_ignore_ascii_case(known.as_bytes()))
    });
    let is_one = |word: &[u8], list: &[&str]| list.iter().any(|known| word.eq_ignore_ascii_case(known.as_bytes()));
    let only = words_of(value).filter(|word| !word[0].is_ascii_digit()).all(|word| is_one(word, QUALIFIERS) || is_one(word, &WORDS));
    tells && traits.random < 0.8 && traits.digits + traits.symbols <= traits.length / 2 && (traits.digits == 0 || only)
}

/// What a call does with the literal that it is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Call {
    /// No call, or one that takes a secret: `setPassword("…")`, `std::string password("…")`.
    Takes,
    /// It asks for a secret: the literal is a prompt or a name.
    Query,
    /// It does something else with it.
    Other,
}

fn call_of(bytes: &[u8], assignment: &Assignment) -> Call {
    #[rustfmt::skip]
    const VERBS: &[&str] = &[
        "get", "has", "is", "check", "validate", "read", "fetch", "load", "find", "verify", "parse", "create", "generate", "make", "delete", "remove", "update", "reset", "encrypt",
        "decrypt", "hash", "prompt", "ask", "require", "assert", "test", "log", "print", "show", "lookup", "resolve", "list", "retrieve", "expect", "match", "compare", "contains",
        "describe", "input", "revoke", "issue", "peek", "consume", "on", "split", "mask", "redact", "strip", "extract", "handle", "process", "format", "render", "to", "accept", "advance",
    ];
    const SETTERS: [&str; 8] = ["set", "with", "add", "put", "use", "and", "new", "init"];
    if assignment.operator != Operator::Call {
        return Call::Takes;
    }
    let name = assignment.name.of(bytes);
    let method = name.rsplit(|&byte| byte == b'.').next().unwrap_or(name);
    let first = words_of(method).next().unwrap_or_default();
    let is_one_of = |list: &[&str]| list.iter().any(|known| first.eq_ignore_ascii_case(known.as_bytes()));
    let declared =
        assignment.name.start.checked_sub(1).is_some_and(|at| matches!(bytes[at], b' ' | b'*' | b'&')) && method.len() == name.len();
    if is_one_of(VERBS) {
        Call::Query
    } else if is_one_of(&SETTERS) || declared || method.len() < name.len() || bytes[..assignment.name.start].ends_with(b".") {
        Call::Takes
    } else {
        Call::Other
    }
}

fn one_less(confidence: Confidence) -> Option<Confidence> {
    match confidence {
        Confidence::High => Some(Confidence::Medium),
        Confidence::Medium => Some(Confidence::Low),
        Confidence::Low => None,
    }
}

/// What the form of the assignment and a weak name leave of the confidence.
fn lowered(found: Confidence, assignment: &Assignment, verdict: NameVerdict, traits: &Traits) -> Option<Confidence> {
    let looks_random = (traits.random > RANDOM && traits.surprise() > 20.0) || traits.kind == Some(NotASecret::Uuid);
    let mut confidence = found;
    if !assignment.quoted {
        // An unquoted word is a variable, a type or prose far more often than a secret.
        let mixed = traits.digits > 0 && traits.letters() > 0 || traits.symbols > 0;
        match assignment.form {
            Form::Line | Form::Connection | Form::Query | Form::Header | Form::Command => {
                confidence = confidence.min(if mixed || looks_random { Confidence::High } else { Confidence::Low });
            }
            _ if !mixed && !looks_random => return None,
            Form::Inline if !looks_random => confidence = one_less(confidence)?,
            _ => {}
        }
    }
    if verdict == NameVerdict::Weak {
        confidence = if looks_random { confidence.min(Confidence::Medium) } else { one_less(confidence)? };
    }
    let doubtful = assignment.partial
        || assignment.operator == Operator::Compare
        || (assignment.operator == Operator::Comma && assignment.form == Form::Argument);
    if doubtful && !looks_random {
        confidence = one_less(confidence)?;
    }
    if assignment.operator == Operator::Space && assignment.form == Form::Line {
        // `requirepass value` on a line of its own; with more behind it, it is prose.
        confidence = if assignment.partial { return None } else { one_less(confidence)? };
    }
    Some(confidence)
}
