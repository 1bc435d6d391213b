//! Whether a value is what a machine or a person chooses as a secret.

use crate::engine::Refusal;
use crate::engine::entropy::{RANDOM, randomness, shannon};
use crate::engine::filter::{List, NotASecret, Weakness, value_kind, weakness, words_of};
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
    /// Hex digits with letters and digits mixed, 16 and more, as from a generator.
    pub(super) is_hex: bool,
}

impl Traits {
    pub(super) fn of(value: &[u8]) -> Traits {
        let count = |test: fn(&u8) -> bool| value.iter().filter(|byte| test(byte)).count();
        let (lower, upper, digits) = (count(u8::is_ascii_lowercase), count(u8::is_ascii_uppercase), count(u8::is_ascii_digit));
        let is_hex =
            value.len() >= 16 && digits >= value.len() / 4 && value.iter().all(u8::is_ascii_hexdigit) && (lower == 0 || upper == 0);
        Traits {
            length: value.len(),
            lower,
            upper,
            digits,
            symbols: value.len() - lower - upper - digits,
            random: randomness(value),
            entropy: shannon(value),
            kind: value_kind(value),
            is_hex,
        }
    }

    /// How many of lower case, upper case, digits and symbols there are.
    pub(super) fn classes(&self) -> usize {
        [self.lower, self.upper, self.digits, self.symbols].iter().filter(|&&count| count > 0).count()
    }

    pub(super) fn letters(&self) -> usize {
        self.lower + self.upper
    }

    /// Whether a value has what people put into a password to make it one, and names have not: `Falcon!Harbour42`.
    pub(super) fn is_typical(&self) -> bool {
        self.length >= 8 && self.lower > 0 && self.upper > 0 && self.digits > 0 && self.symbols > 0
    }

    /// Whether a value is a word as sentences have them, perhaps with a capital.
    pub(super) fn is_word(&self) -> bool {
        self.letters() == self.length && self.upper <= 1
    }

    /// Whether a value is letters of both cases, and no longer than names are.
    pub(super) fn has_humps_only(&self) -> bool {
        self.letters() == self.length && self.lower > 0 && self.upper > 0 && self.length < 20
    }

    /// Bits that speak for chance over the whole value.
    pub(super) fn surprise(&self) -> f32 {
        self.random * self.length as f32
    }
}

/// A value of a generator: long and random.
pub(super) fn machine_made(value: &[u8], traits: &Traits) -> Result<Confidence, Refusal> {
    match traits.kind {
        // An id of OpenPGP, an address in memory: a word of a machine is too short for a key.
        Some(kind @ NotASecret::Number) if matches!(value, [b'0', b'x' | b'X', ..]) => return Err(Refusal::Kind(kind)),
        None | Some(NotASecret::Number) => {}
        Some(NotASecret::Uuid) => return Ok(Confidence::Medium),
        Some(NotASecret::Identifier) if traits.classes() == 4 && (traits.digits > 1 || traits.random > 0.5) => {}
        // `my_super_secret_key_2024`
        Some(NotASecret::Identifier) if traits.digits > 0 && traits.length >= 12 => return Ok(Confidence::Low),
        Some(kind) => return Err(Refusal::Kind(kind)),
    }
    if traits.is_hex {
        let confidence = if traits.length >= 32 { Confidence::High } else { Confidence::Medium };
        return if traits.entropy > 2.8 { Ok(confidence) } else { Err(Refusal::Weak) };
    }
    if traits.length < 10 || traits.entropy < 2.8 {
        chosen(value, traits)?;
        return if traits.length >= 8 && traits.classes() >= 3 { Ok(Confidence::Low) } else { Err(Refusal::Weak) };
    }
    let is_random = (traits.random > RANDOM - 0.2 && traits.surprise() > 20.0) || is_mixed_throughout(value);
    if is_random && traits.length >= 20 && traits.entropy > 3.4 && (traits.digits > 0 || traits.length >= 32) {
        return Ok(Confidence::High);
    }
    // Letters of one case are as random where no language has such pairs of them.
    let is_of_no_language = traits.length >= 12 && traits.random > RANDOM + 0.6;
    if is_random && (traits.digits > 0 || (traits.lower > 0 && traits.upper > 0) || traits.length >= 20 || is_of_no_language) {
        return Ok(Confidence::Medium);
    }
    // What a person typed as a key: `my-Sup3r-S3cret!key`.
    chosen(value, traits).map(|by_hand| if traits.length >= 12 && traits.classes() >= 3 { by_hand } else { Confidence::Low })
}

/// Whether letters and digits change by turns all along: no name does that.
fn is_mixed_throughout(value: &[u8]) -> bool {
    let turns = value.windows(2).filter(|pair| pair[0].is_ascii_digit() != pair[1].is_ascii_digit()).count();
    value.iter().all(u8::is_ascii_alphanumeric) && turns >= 5 && turns * 3 >= value.len()
}

/// A value that a person may have chosen.
pub(super) fn chosen(value: &[u8], traits: &Traits) -> Result<Confidence, Refusal> {
    let sure = |is_random: bool| if is_random { Confidence::Medium } else { Confidence::Low };
    let from = |least: usize, confidence: Confidence| if traits.length >= least { Ok(confidence) } else { Err(Refusal::Length) };
    if traits.length < 4 || traits.length > 128 {
        return Err(Refusal::Length);
    }
    match weakness(value) {
        Some(Weakness::StandIn) => return Err(Refusal::StandIn),
        Some(Weakness::WellKnown) => return Ok(Confidence::Low),
        None => {}
    }
    match traits.kind {
        None => {}
        Some(NotASecret::Number) if traits.digits >= 6 && traits.digits == traits.length => return Ok(sure(traits.length >= 8)),
        Some(NotASecret::Uuid) => return Ok(Confidence::Medium),
        // `Blue-Falcon77`: a name would hardly have all of them.
        Some(NotASecret::Identifier) if traits.classes() == 4 => {}
        // `falcon-harbour-77`, `falcon$harbour77`
        Some(NotASecret::Identifier) if is_phrase_with_number(value) => {}
        Some(NotASecret::Identifier) if traits.length >= 6 => return Ok(Confidence::Low),
        Some(kind) => return Err(Refusal::Kind(kind)),
    }
    if traits.classes() == 1 {
        // A single word, or letters at random.
        return from(5, sure(traits.length >= 8 && traits.random > RANDOM + 0.4));
    }
    if traits.letters() == traits.length {
        return from(6, sure(traits.length >= 8 && traits.random > RANDOM + 0.3));
    }
    if traits.letters() == 0 && traits.digits == 0 {
        return Err(Refusal::Weak);
    }
    // `level3`, `node18`
    if traits.length < 8 && traits.digits <= 2 && traits.symbols == 0 && traits.upper == 0 && value[0].is_ascii_lowercase() {
        return Ok(Confidence::Low);
    }
    Ok(sure(traits.length >= 6 && !says_what_it_is(value, traits)))
}

/// Whether names of things are made of such a word.
pub(super) fn is_of_names(word: &[u8]) -> bool {
    #[rustfmt::skip]
    static OF_NAMES: List = List::new(&[
        "password", "passwd", "pass", "pwd", "passphrase", "secret", "token", "key", "credential", "credentials", "auth", "login", "user", "username", "admin", "root", "account", "session",
        "test", "tests", "testing", "example", "sample", "demo", "dummy", "fake", "mock", "my", "your", "the", "some", "new", "old", "name", "id", "field", "input", "label", "text", "value",
        "type", "data", "db", "database", "server", "service", "client", "app", "api", "prod", "production", "staging", "stage", "dev", "env", "config", "setting", "settings", "default",
        "error", "message", "request", "response", "header", "cookie", "csrf", "form", "button", "page", "view", "item", "group", "role", "policy", "hash", "sha", "md", "aes", "rsa", "cbc", "gcm",
        "utf", "base", "version", "http", "https", "oauth", "jwt", "ssh", "ssl", "tls", "cert", "random", "string", "vault", "kms", "secrets", "bucket", "cluster", "region", "node", "host", "port", "queue", "us", "eu",
    ]);
    OF_NAMES.has(word)
}

/// Whether a value is words and, at its end, a number of two to four digits, and none of the words is one that names of
/// things are made of, but for those that are everyday words too. Numbers of names have one digit, or stand for a size.
fn is_phrase_with_number(value: &[u8]) -> bool {
    #[rustfmt::skip]
    static EVERYDAY: List = List::new(&[
        "cookie", "button", "page", "view", "item", "group", "role", "node", "region", "port", "new", "old", "my", "the", "some", "stage", "form", "vault", "base", "bucket", "header", "label",
    ]);
    let digits = value.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    let head = value[..value.len() - digits].strip_suffix(b"-").unwrap_or(&value[..value.len() - digits]);
    let mut words = words_of(head).peekable();
    // `d3pl0y-window@87`: letters of the words are written as digits where a mark stands before the number.
    let is_marked = matches!(head.last(), Some(b'@' | b'$' | b'*'));
    let body = &head[..head.len() - usize::from(is_marked)];
    // `summer-rocket-berlin8`
    let is_long = digits == 1 && words.clone().count() >= 3 && words.clone().all(|word| word.len() >= 4 && !is_of_names(word));
    (is_long || (2..=4).contains(&digits))
        && !body.iter().any(|byte| (byte.is_ascii_digit() && !is_marked) || matches!(byte, b'/' | b':' | b'[' | b']' | b'*' | b'#'))
        && words.peek().is_some()
        && words.clone().any(|word| !is_of_names(word))
        && words.all(|word| !is_of_names(word) || EVERYDAY.has(word))
}

/// Whether a value is what somebody signs in with, and no id or name: it has several kinds of characters, and it is not as
/// long as ids are.
pub(super) fn is_plainly_chosen(value: &[u8], traits: &Traits) -> bool {
    let is_marked = value.iter().any(|byte| b"!@#$%^&*?".contains(byte));
    let is_told = traits.kind.is_none() || (is_marked && traits.kind == Some(NotASecret::Identifier));
    let is_id_long = !is_marked && ((17..=22).contains(&traits.length) || traits.length == 28);
    (8..=64).contains(&traits.length) && traits.classes() >= 3 && traits.digits > 0 && is_told && !is_id_long
}

/// Whether a value is bytes of a generator as Python writes them, most of them escaped: `\x8f\x02e?…`
pub(super) fn is_bytes_at_random(value: &[u8]) -> bool {
    const MOST: usize = 64;
    let mut bytes = Vec::with_capacity(MOST);
    let (mut at, mut escapes) = (0, 0);
    while at < value.len() && bytes.len() <= MOST {
        let digits = value.get(at + 2..at + 4).filter(|_| value[at..].starts_with(b"\\x")).and_then(|hex| std::str::from_utf8(hex).ok());
        let escaped = digits.and_then(|hex| u8::from_str_radix(hex, 16).ok());
        escapes += usize::from(escaped.is_some());
        bytes.push(escaped.unwrap_or(value[at]));
        at += if escaped.is_some() { 4 } else { 1 + usize::from(value[at] == b'\\') };
    }
    let counts = bytes.windows(2).filter(|pair| pair[1] == pair[0].wrapping_add(1)).count();
    let length = bytes.len();
    let mut distinct = bytes;
    distinct.sort_unstable();
    distinct.dedup();
    (12..=MOST).contains(&length) && escapes * 3 >= length && distinct.len() * 4 >= length * 3 && counts * 4 <= length
}

/// Any literal that is no placeholder.
pub(super) fn any(value: &[u8], traits: &Traits) -> Result<Confidence, Refusal> {
    match traits.kind {
        Some(
            kind @ (NotASecret::Sentence
            | NotASecret::Path
            | NotASecret::Markup
            | NotASecret::Pattern
            | NotASecret::Hash
            | NotASecret::PublicKey
            | NotASecret::Data),
        ) => Err(Refusal::Kind(kind)),
        Some(NotASecret::Identifier | NotASecret::Constant) => Ok(Confidence::Low),
        _ if weakness(value).is_some() => Err(Refusal::StandIn),
        _ if traits.length < 4 => Err(Refusal::Length),
        _ => Ok(if traits.random > RANDOM || traits.length >= 16 { Confidence::High } else { Confidence::Medium }),
    }
}

/// Whether a value is words that tell of a password, as in tests: `MySecretPassword1`, `StrongPass!`.
fn says_what_it_is(value: &[u8], traits: &Traits) -> bool {
    #[rustfmt::skip]
    static QUALIFIERS: List = List::new(&[
        "my", "super", "test", "testing", "new", "old", "user", "admin", "default", "some", "the", "your", "secret", "very", "strong", "weak", "good", "bad", "wrong", "correct", "valid",
        "invalid", "another", "other", "sample", "random", "temp", "root", "db", "client", "app", "api", "secure", "plain", "text", "top", "this", "is", "a", "an", "key", "hello", "world",
        "long", "short", "great", "simple", "complex", "initial", "first", "second", "only", "for", "not", "do", "use", "change", "me", "in", "production", "prod", "dev", "local", "login", "hashed", "encrypted",
    ]);
    const WORDS: [&str; 12] =
        ["password", "passwd", "passphrase", "pass", "pwd", "secret", "token", "credential", "credentials", "passwort", "apikey", "pw"];
    let is_word = |word: &[u8]| WORDS.iter().any(|known| word.eq_ignore_ascii_case(known.as_bytes()));
    // `Passwordtest`, `strongpw`
    let is_compound = |word: &[u8]| {
        WORDS.iter().any(|known| {
            let (head, rest) = word.split_at(known.len().min(word.len()));
            let (front, end) = word.split_at(word.len() - head.len());
            (head.eq_ignore_ascii_case(known.as_bytes()) && QUALIFIERS.has(rest))
                || (end.eq_ignore_ascii_case(known.as_bytes()) && QUALIFIERS.has(front))
        })
    };
    let tells = words_of(value).any(|word| {
        let ends = |known: &&str| word.len() >= known.len() && word[word.len() - known.len()..].eq_ignore_ascii_case(known.as_bytes());
        WORDS.iter().any(ends) || is_compound(word)
    });
    let is_known = |word: &[u8]| QUALIFIERS.has(word) || is_word(word) || is_compound(word);
    let only = words_of(value).filter(|word| !word[0].is_ascii_digit()).all(is_known);
    tells
        && traits.random < 0.8
        && traits.digits + traits.symbols <= traits.length / 2
        && (traits.digits == 0 || (only && traits.symbols == 0))
}
