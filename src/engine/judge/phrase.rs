//! Passphrases of several words, and how they differ from sentences.

use super::value::is_of_names;
use crate::engine::entropy::{RANDOM, randomness};

/// How many words a passphrase has.
const WORDS: std::ops::RangeInclusive<usize> = 4..=24;

/// Words that texts for people hold, and words drawn at random hardly do. Sorted.
#[rustfmt::skip]
const OF_TEXTS: &[&str] = &[
    "able", "access", "account", "after", "again", "all", "and", "any", "are", "auf", "because", "been", "before", "between", "bitte", "but", "can", "cannot", "change", "changed", "char",
    "characters", "check", "choose", "click", "con", "confirm", "contain", "contains", "correct", "could", "create", "current", "das", "database", "default", "del", "der", "des", "die", "does",
    "dont", "each", "ein", "eine", "email", "empty", "enter", "est", "este", "expired", "failed", "fails", "field", "file", "first", "for", "forgot", "forgotten", "from", "geben", "given", "had",
    "has", "have", "het", "incorrect", "input", "into", "invalid", "ist", "its", "kein", "key", "last", "least", "les", "letters", "log", "login", "los", "mag", "matches", "may", "missing", "mot",
    "must", "need", "needs", "never", "new", "nicht", "niet", "non", "not", "old", "one", "only", "our", "par", "para", "pas", "passe", "passphrase", "password", "passwords", "passwort", "per",
    "please", "por", "pour", "provide", "provided", "que", "required", "reset", "secret", "see", "sehr", "send", "senha", "set", "setting", "should", "show", "sich", "sie", "some", "string", "such", "test",
    "than", "that", "the", "their", "them", "then", "there", "these", "they", "this", "token", "tua", "two", "type", "una", "und", "une", "used", "user", "username", "using", "valid", "value", "van",
    "verify", "very", "voor", "votre", "wachtwoord", "was", "when", "where", "which", "will", "with", "without", "wrong", "you", "your",
];

/// Whether a value is words of lower case drawn at random: `harbour quilt lemon cable`. Sentences have capitals, marks
/// and words that only join.
pub(super) fn is_passphrase(value: &[u8]) -> bool {
    let is_drawn = |word: &[u8]| {
        (3..=10).contains(&word.len())
            && word.iter().all(u8::is_ascii_lowercase)
            && OF_TEXTS.binary_search_by(|known| known.as_bytes().cmp(word)).is_err()
    };
    let words = value.split(|&byte| byte == b' ');
    // The example that everybody knows.
    let is_known = memchr::memmem::find(value, b"horse battery").is_some();
    WORDS.contains(&words.clone().count()) && words.into_iter().all(is_drawn) && !is_known
}

/// Whether a value is such words joined by one and the same mark: `harbour-quilt-lemon-cable`.
pub(super) fn is_joined_passphrase(value: &[u8]) -> bool {
    let Some(&mark) = value.iter().find(|byte| !byte.is_ascii_alphabetic()) else { return false };
    let words = value.split(|&byte| byte == mark);
    let is_drawn = |word: &[u8]| {
        (3..=10).contains(&word.len())
            && word.iter().all(u8::is_ascii_lowercase)
            && OF_TEXTS.binary_search_by(|known| known.as_bytes().cmp(word)).is_err()
            && !is_of_names(word)
    };
    matches!(mark, b'-' | b'_') && (4..=12).contains(&words.clone().count()) && words.into_iter().all(is_drawn)
}

/// Whether a value is groups of four letters or digits at random, as passwords for one application are shown.
pub(super) fn is_in_groups(value: &[u8]) -> bool {
    let groups = value.split(|&byte| byte == b' ');
    let fits = |group: &[u8]| group.len() == 4 && group.iter().all(u8::is_ascii_alphanumeric);
    let joined: Vec<u8> = value.iter().copied().filter(|&byte| byte != b' ').take(32).collect();
    (4..=8).contains(&groups.clone().count()) && groups.into_iter().all(fits) && randomness(&joined) > RANDOM + 0.3
}

#[cfg(test)]
mod tests {
    use super::{OF_TEXTS, is_in_groups, is_passphrase};

    #[test]
    fn groups_at_random_are_told_from_words_and_numbers() {
        for halves in [["rjkw pxmq", " zvtb hcwd"], ["w9kL 2xQz", " Vb7m Jt4R n8Ws"], ["xkqz wvjp", " qhzt mrxd"]] {
            assert!(is_in_groups(halves.concat().as_bytes()), "{halves:?}");
        }
        for value in ["this text says what", "4111 1111 1111 1111", "they will make them some", "user pass name data", "abcd efg hijk lmno"]
        {
            assert!(!is_in_groups(value.as_bytes()), "{value}");
        }
    }

    #[test]
    fn words_at_random_are_told_from_sentences() {
        for phrase in ["harbour quilt lemon cable", "tiger ribbon montana copper brick"] {
            assert!(is_passphrase(phrase.as_bytes()), "{phrase}");
        }
        let sentences = [
            "enter new password again",
            "Harbour quilt lemon cable",
            "harbour quilt lemon",
            "user with this name exists",
            "harbour quilt, lemon cable",
            "mot de passe oublie",
            "das passwort ist falsch",
        ];
        for sentence in sentences {
            assert!(!is_passphrase(sentence.as_bytes()), "{sentence}");
        }
        assert!(OF_TEXTS.is_sorted());
    }
}
