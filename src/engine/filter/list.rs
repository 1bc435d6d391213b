//! L2: lists that are asked for each word of many names, or for each of many values.

/// The longest word of a list, in bytes.
const LONGEST: usize = 23;

/// Words, found whatever their case. What is none of them is mostly told by its length and its first and last letter.
#[derive(Debug)]
pub(in crate::engine) struct List {
    words: &'static [&'static str],
    /// By length: the five lowest bits of what a word of that length begins and ends with, one bit for each.
    firsts: [u32; LONGEST + 1],
    lasts: [u32; LONGEST + 1],
}

impl List {
    /// # Panics
    /// If a word is empty or longer than [`LONGEST`] bytes.
    pub(in crate::engine) const fn new(words: &'static [&'static str]) -> List {
        let (mut firsts, mut lasts) = ([0; LONGEST + 1], [0; LONGEST + 1]);
        let mut index = 0;
        while index < words.len() {
            let word = words[index].as_bytes();
            firsts[word.len()] |= bit(word[0]);
            lasts[word.len()] |= bit(word[word.len() - 1]);
            index += 1;
        }
        List { words, firsts, lasts }
    }

    /// Whether `word` is one of them.
    pub(in crate::engine) fn has(&self, word: &[u8]) -> bool {
        let (&[first, ..], &[.., last]) = (word, word) else { return false };
        word.len() <= LONGEST
            && self.firsts[word.len()] & bit(first) != 0
            && self.lasts[word.len()] & bit(last) != 0
            && self.words.iter().any(|known| word.eq_ignore_ascii_case(known.as_bytes()))
    }
}

/// Texts that values begin with, whatever their case. Most values are told by their first two bytes.
#[derive(Debug)]
pub(super) struct Starts {
    texts: &'static [&'static str],
    /// The five lowest bits of the first bytes, and of the second ones, one bit for each.
    firsts: u32,
    seconds: u32,
}

impl Starts {
    /// # Panics
    /// If a text is shorter than two bytes.
    pub(super) const fn new(texts: &'static [&'static str]) -> Starts {
        let (mut firsts, mut seconds) = (0, 0);
        let mut index = 0;
        while index < texts.len() {
            firsts |= bit(texts[index].as_bytes()[0]);
            seconds |= bit(texts[index].as_bytes()[1]);
            index += 1;
        }
        Starts { texts, firsts, seconds }
    }

    /// Whether `value` begins with one of them.
    pub(super) fn begin(&self, value: &[u8]) -> bool {
        let &[first, second, ..] = value else { return false };
        let begins = |text: &&str| value.len() >= text.len() && value[..text.len()].eq_ignore_ascii_case(text.as_bytes());
        self.firsts & bit(first) != 0 && self.seconds & bit(second) != 0 && self.texts.iter().any(begins)
    }
}

/// A letter of either case has the same.
const fn bit(byte: u8) -> u32 {
    1 << (byte & 31)
}

#[cfg(test)]
mod tests {
    use super::{List, Starts};

    #[test]
    fn a_list_has_its_words_in_any_case_and_no_others() {
        static LIST: List = List::new(&["key", "token", "i18n", "a", "kennwort"]);
        for word in ["key", "KEY", "Token", "I18N", "a", "A", "Kennwort"] {
            assert!(LIST.has(word.as_bytes()), "{word}");
        }
        for word in ["", "ky", "kay", "tokens", "kexwoxyt", "i18m", "b", "!", "kennwort-kennwort-kennwort"] {
            assert!(!LIST.has(word.as_bytes()), "{word}");
        }
    }

    #[test]
    fn values_begin_with_a_text_in_any_case() {
        static STARTS: Starts = Starts::new(&["vault:", "//", "$2b$"]);
        for value in ["vault:a", "VAULT:", "//", "//x", "$2B$10"] {
            assert!(STARTS.begin(value.as_bytes()), "{value}");
        }
        for value in ["", "v", "vault", "a//", "/x", "$2a$10"] {
            assert!(!STARTS.begin(value.as_bytes()), "{value}");
        }
    }
}
