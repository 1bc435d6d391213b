//! Whether a value is what a machine or a person chooses as a secret.

use crate::engine::entropy::{RANDOM, randomness, shannon};
use crate::engine::filter::{NotASecret, Weakness, value_kind, weakness, words_of};
use crate::rules::Confidence;

/// What a value is made of.
#[derive(Debug, Clone, Copy)]
pub(super) struct Traits {
    pub(super) length: usize,
    lower: usize,
    upper: usize,
    pub(super) digits: usize,
    pub(super) symbols: usize,
    /// See [`randomness`].
    pub(super) random: f32,
    /// See [`shannon`].
    entropy: f32,
    pub(super) kind: Option<NotASecret>,
}

impl Traits {
    pub(super) fn of(value: &[u8]) -> Traits {
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

    pub(super) fn letters(&self) -> usize {
        self.lower + self.upper
    }

    /// Bits that speak for chance over the whole value.
    pub(super) fn surprise(&self) -> f32 {
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
pub(super) fn machine_made(value: &[u8], traits: &Traits) -> Option<Confidence> {
    match traits.kind {
        None | Some(NotASecret::Number) => {}
        Some(NotASecret::Uuid) => return Some(Confidence::Medium),
        Some(NotASecret::Identifier) if traits.classes() == 4 => {}
        // `my_super_secret_key_2024`
        Some(NotASecret::Identifier) if traits.digits > 0 && traits.length >= 12 => return Some(Confidence::Low),
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
pub(super) fn chosen(value: &[u8], traits: &Traits) -> Option<Confidence> {
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
        Some(NotASecret::Number) if traits.digits >= 6 && traits.digits == traits.length => {
            return Some(if traits.length >= 8 { Confidence::Medium } else { Confidence::Low });
        }
        Some(NotASecret::Uuid) => return Some(Confidence::Medium),
        // `Blue-Falcon77`: a name would hardly have all of them.
        Some(NotASecret::Identifier) if traits.classes() == 4 => {}
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
    Some(Confidence::Medium)
}

/// Any literal that is no placeholder.
pub(super) fn any(value: &[u8], traits: &Traits) -> Option<Confidence> {
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
    tells
        && traits.random < 0.8
        && traits.digits + traits.symbols <= traits.length / 2
        && (traits.digits == 0 || (only && traits.classes() < 3))
}
