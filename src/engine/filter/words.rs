//! Splitting names and values into words, without allocating.

/// The words of a name: split at everything but letters and digits, at camelCase humps and between letters and digits.
#[derive(Debug, Clone)]
pub(in crate::engine) struct Words<'a> {
    rest: &'a [u8],
}

/// The words of `text`.
pub(in crate::engine) fn words_of(text: &[u8]) -> Words<'_> {
    Words { rest: text }
}

impl<'a> Iterator for Words<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let start = self.rest.iter().position(u8::is_ascii_alphanumeric)?;
        let text = &self.rest[start..];
        let mut end = 1;
        while end < text.len() && !is_boundary(text, end) {
            end += 1;
        }
        self.rest = &text[end..];
        Some(&text[..end])
    }
}

/// Whether a word ends before `text[at]`.
fn is_boundary(text: &[u8], at: usize) -> bool {
    let (before, here) = (text[at - 1], text[at]);
    if !here.is_ascii_alphanumeric() {
        return true;
    }
    if before.is_ascii_digit() != here.is_ascii_digit() {
        return true;
    }
    if before.is_ascii_lowercase() && here.is_ascii_uppercase() {
        return true;
    }
    // `APIKey`: the hump is the last capital, unless only a plural `s` follows: `URLs`.
    let next = text.get(at + 1);
    before.is_ascii_uppercase() && here.is_ascii_uppercase() && next.is_some_and(u8::is_ascii_lowercase)
}

/// Letters and digits of `text` in lower case, written into `buffer`; `None` where they do not fit.
pub(in crate::engine) fn squash_into<'b>(text: &[u8], buffer: &'b mut [u8]) -> Option<&'b [u8]> {
    let mut length = 0;
    for byte in text.iter().filter(|byte| byte.is_ascii_alphanumeric()) {
        *buffer.get_mut(length)? = byte.to_ascii_lowercase();
        length += 1;
    }
    Some(&buffer[..length])
}

/// Passwords that everybody knows, and words that stand for one in tests: not worth reporting.
/// Sorted; lower case, letters and digits only.
#[rustfmt::skip]
const WEAK: &[&str] = &[
    "123", "1234", "12345", "123456", "1234567", "12345678", "123456789", "1234567890", "123qwe", "1q2w3e", "1q2w3e4r", "abc123",
    "abcd1234", "admin", "admin1", "admin12", "admin123", "admin1234", "adminadmin", "administrator", "adminpass", "adminpassword",
    "alice", "anonymous", "asdf", "asdfasdf", "asdfgh", "asdfghjkl", "azerty", "bar", "barbaz", "baz", "blah", "bob", "changeit",
    "changeme", "changethis", "dbpass", "dbpassword", "defaultpassword", "demo", "demo123", "demopassword", "dev", "devpassword",
    "dummy", "dummypassword", "empty", "example", "fake", "fakepassword", "foo", "foobar", "foobarbaz", "fubar", "guest", "hello",
    "incorrect", "invalid", "letmein", "login", "master", "mypass", "mypassword", "mysecret", "mysecretpassword", "mysql", "mytoken",
    "newpass", "newpassword", "none", "nopassword", "oldpass", "oldpassword", "pass", "pass1", "pass123", "pass1234", "passphrase",
    "passw0rd", "passwd", "password", "password1", "password12", "password123", "password1234", "password2", "postgres", "private",
    "public", "pw", "pwd", "qwerty", "qwerty123", "qwertyuiop", "redis", "root", "rootpassword", "s3cr3t", "s3cret", "sample", "secret",
    "secret123", "secretpassword", "string", "supersecret", "swordfish", "test", "test123", "testing", "testpass", "testpassword",
    "user", "userpassword",
];

/// Whether `value` is one of the best known passwords, or only stands for one. Ignores case and punctuation.
pub(in crate::engine) fn is_weak_password(value: &[u8]) -> bool {
    let mut buffer = [0; 24];
    let Some(squashed) = squash_into(value, &mut buffer) else { return false };
    WEAK.binary_search_by(|word| word.as_bytes().cmp(squashed)).is_ok()
}

#[cfg(test)]
mod tests {
    use super::{WEAK, words_of};

    fn words(text: &str) -> Vec<&str> {
        words_of(text.as_bytes()).map(|word| std::str::from_utf8(word).expect("ASCII")).collect()
    }

    #[test]
    fn names_of_every_convention_fall_into_words() {
        assert_eq!(words("dbPassword"), ["db", "Password"]);
        assert_eq!(words("DB_PASSWORD_2"), ["DB", "PASSWORD", "2"]);
        assert_eq!(words("spring.data-source.APIKey"), ["spring", "data", "source", "API", "Key"]);
        assert_eq!(words("--x--"), ["x"]);
    }

    #[test]
    fn the_weak_passwords_are_sorted() {
        assert!(WEAK.is_sorted());
    }
}
