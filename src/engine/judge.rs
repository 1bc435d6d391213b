//! L2: whether the value of an assignment is a secret, and how sure that is.
//!
//! A value has to survive three questions: does the name hold secrets ([`secret_name`]), is the value something
//! else ([`placeholder`], [`value_kind`]), and is it what a person or a machine chooses as a secret. Medium
//! confidence means that someone who looks at the line would call it a secret; what needs a doubt is low.

use super::assignment::{Assignment, Form, Operator};
use super::entropy::{RANDOM, randomness, shannon};
use super::filter::{NameVerdict, NotASecret, Strictness, is_weak_password, placeholder, secret_name, value_kind, words_of};
use crate::rules::Confidence;
use crate::rules::syntax::ValueClass;

/// The chance that the value of `assignment`, which was parsed from `bytes`, is a secret; `None` where it is none.
#[must_use]
pub fn judge(bytes: &[u8], assignment: &Assignment, class: ValueClass) -> Option<Confidence> {
    let name = assignment.name.of(bytes);
    let value = assignment.value.of(bytes);
    let verdict = if class == ValueClass::Any || assignment.form == Form::Command { NameVerdict::Strong } else { secret_name(name) };
    if verdict == NameVerdict::Harmless || placeholder(value, Strictness::Strict).is_some() || repeats_name(name, value) {
        return None;
    }
    if !is_plausible_place(assignment, name) {
        return None;
    }
    let traits = Traits::of(value);
    let by_value = match class {
        ValueClass::Secret => machine_made(value, &traits),
        ValueClass::Password => chosen(value, &traits),
        ValueClass::Any => any(value, &traits),
    }?;
    lowered(by_value, assignment, verdict, &traits)
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
    if is_weak_password(value) {
        return None;
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
    if traits.length < 6 {
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
        _ if is_weak_password(value) || traits.length < 4 => None,
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

/// Whether a value can stand there: calls that ask for a secret take a prompt, not the secret.
fn is_plausible_place(assignment: &Assignment, name: &[u8]) -> bool {
    #[rustfmt::skip]
    const VERBS: &[&str] = &[
        "get", "has", "is", "check", "validate", "read", "fetch", "load", "find", "verify", "parse", "create", "generate", "make",
        "delete", "remove", "update", "reset", "encrypt", "decrypt", "hash", "prompt", "ask", "require", "assert", "test", "log",
        "print", "show", "lookup", "resolve", "list", "retrieve", "expect", "match", "compare", "contains", "describe", "input",
        "revoke", "issue", "peek", "consume", "on",
    ];
    if assignment.operator != Operator::Call {
        return true;
    }
    let method = name.rsplit(|&byte| byte == b'.').next().unwrap_or(name);
    words_of(method).next().is_none_or(|verb| !VERBS.iter().any(|known| verb.eq_ignore_ascii_case(known.as_bytes())))
}

/// What the form of the assignment and a weak name leave of the confidence.
fn lowered(found: Confidence, assignment: &Assignment, verdict: NameVerdict, traits: &Traits) -> Option<Confidence> {
    let looks_random = traits.random > RANDOM && traits.surprise() > 20.0;
    let one_less = |confidence| match confidence {
        Confidence::High => Some(Confidence::Medium),
        Confidence::Medium => Some(Confidence::Low),
        Confidence::Low => None,
    };
    let mut confidence = found;
    if !assignment.quoted {
        // An unquoted word is a variable, a type or prose far more often than a secret.
        let mixed = traits.digits > 0 && traits.letters() > 0 || traits.symbols > 0;
        match assignment.form {
            Form::Line | Form::Connection | Form::Query | Form::Header | Form::Command => {
                confidence = confidence.min(if mixed || looks_random { Confidence::High } else { Confidence::Low });
            }
            _ if !mixed && !looks_random => return None,
            Form::Inline | Form::Directive if !looks_random => confidence = one_less(confidence)?,
            _ => {}
        }
    }
    if verdict == NameVerdict::Weak && !looks_random {
        confidence = one_less(confidence)?;
    }
    let doubtful = assignment.partial
        || assignment.operator == Operator::Compare
        || (assignment.operator == Operator::Comma && assignment.form == Form::Argument);
    if doubtful && !looks_random {
        confidence = one_less(confidence)?;
    }
    if assignment.operator == Operator::Space && assignment.form == Form::Directive && assignment.partial {
        return None;
    }
    Some(confidence)
}
