//! Splitting names and values into words, without allocating.

use super::list::List;

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
        let (mut end, mut before) = (1, Class::of(text[0]));
        while let Some(&byte) = text.get(end) {
            let here = Class::of(byte);
            if is_boundary(before, here, text.get(end + 1)) {
                break;
            }
            (before, end) = (here, end + 1);
        }
        self.rest = &text[end..];
        Some(&text[..end])
    }
}

/// What a word is made of, and what parts words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    Other,
    Digit,
    Lower,
    Upper,
}

impl Class {
    fn of(byte: u8) -> Class {
        static CLASSES: [Class; 256] = {
            let mut classes = [Class::Other; 256];
            let mut byte = 0u8;
            while byte < 128 {
                if byte.is_ascii_digit() {
                    classes[byte as usize] = Class::Digit;
                } else if byte.is_ascii_lowercase() {
                    classes[byte as usize] = Class::Lower;
                } else if byte.is_ascii_uppercase() {
                    classes[byte as usize] = Class::Upper;
                }
                byte += 1;
            }
            classes
        };
        CLASSES[usize::from(byte)]
    }
}

/// Whether a word ends between two bytes.
fn is_boundary(before: Class, here: Class, next: Option<&u8>) -> bool {
    match (before, here) {
        (Class::Lower | Class::Upper, Class::Lower) | (Class::Digit, Class::Digit) => false,
        // `APIKey`: the hump is the last capital, unless only a plural `s` follows: `URLs`.
        (Class::Upper, Class::Upper) => next.is_some_and(u8::is_ascii_lowercase),
        _ => true,
    }
}

/// Texts that are looked for in short ones, where a searcher for each costs more to set up than it saves.
#[derive(Debug)]
pub(super) struct Parts {
    texts: &'static [&'static str],
    /// Which bytes are the first, and which the second of a part, one bit each.
    firsts: [u64; 4],
    seconds: [u64; 4],
}

impl Parts {
    /// # Panics
    /// If a part is shorter than two bytes.
    pub(super) const fn new(texts: &'static [&'static str]) -> Parts {
        let (mut firsts, mut seconds) = ([0; 4], [0; 4]);
        let mut index = 0;
        while index < texts.len() {
            let part = texts[index].as_bytes();
            firsts[(part[0] >> 6) as usize] |= 1 << (part[0] & 63);
            seconds[(part[1] >> 6) as usize] |= 1 << (part[1] & 63);
            index += 1;
        }
        Parts { texts, firsts, seconds }
    }

    /// Whether any of them stands in `text`.
    pub(super) fn any_in(&self, text: &[u8]) -> bool {
        let is_in = |set: &[u64; 4], byte: u8| set[usize::from(byte >> 6)] >> (byte & 63) & 1 == 1;
        text.windows(2).enumerate().any(|(at, pair)| {
            is_in(&self.firsts, pair[0])
                && is_in(&self.seconds, pair[1])
                && self.texts.iter().any(|part| text[at..].starts_with(part.as_bytes()))
        })
    }
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

/// Words that stand for a password in tests and documentation: nobody's password, or nobody's fault.
/// Lower case, letters and digits only.
#[rustfmt::skip]
static STAND_INS: List = List::new(&[
    "a", "aaa", "abc", "abcd", "abcdef", "accesstoken", "adgangskode", "admin", "administrator", "adminpass", "adminpassword",
    "adminpw", "alice", "anonymous", "anotherpassword", "anothersecret", "anypassword", "anything", "apassword", "apikey",
    "apitoken", "appsecret", "authtoken", "b", "badpass", "badpassword", "bar", "barbaz", "baz", "bbb", "blah", "bob", "c", "ccc",
    "changeme", "changethis", "cleartext", "clientsecret", "contrasena", "contrasenya", "contrasinal", "correctpassword",
    "credential", "credentials", "dbpass", "dbpasswd", "dbpassword", "dbsecret", "def", "defaultpassword", "demo", "demopassword",
    "dev", "devpassword", "differentpassword", "dummy", "dummypassword", "empty", "example", "fake", "fakepassword", "fjalekalimi",
    "foo", "foobar", "foobarbaz", "fubar", "geslo", "goodpassword", "guest", "haslo", "hello", "heslo", "incorrect", "invalid",
    "invalidpassword", "jelszo", "kennwort", "key", "key1", "key2", "kodeord", "login", "losenord", "lozinka", "motdepasse",
    "myaccesstoken", "myapikey", "myauthtoken", "mypass", "mypassword", "mypw", "mypwd", "mysecret", "mysecretkey",
    "mysecretpassword", "mysecretpw", "mysql", "mytoken", "newpass", "newpassword", "newsecret", "none", "nopassword", "nothing",
    "oldpass", "oldpassword", "oldsecret", "one", "otherpassword", "palavrapasse", "parola", "parole", "parool", "pasahitza",
    "pass", "pass1", "pass2", "passord", "passphrase", "passwd", "password", "password1", "passwordhere", "passwordone",
    "passwordpassword", "passwordtwo", "passwort", "plaintext", "plaintextpassword", "postgres", "private", "public", "pw", "pwd",
    "pwd1", "randompassword", "redis", "root", "rootpass", "rootpassword", "rootpw", "salasana", "sample", "secret", "secret1",
    "secret2", "secretkey", "secretpassword", "secretpw", "secrettoken", "seekrit", "sekret", "sekrit", "senha", "sharedsecret",
    "sifre", "slaptazodis", "somepassword", "somesecret", "something", "sometoken", "string", "strongpassword", "supersecret",
    "test", "testing", "testkey", "testpass", "testpassword", "testpw", "testsecret", "testtoken", "thepassword", "thesecret",
    "thetoken", "three", "token", "token1", "token2", "topsecret", "two", "unknown", "user", "userpassword", "userpw", "validpassword",
    "value", "value1", "verysecret", "verysecretpassword", "wachtwoord", "wachtwurd", "wagwoord", "weakpassword", "whatever", "wrong",
    "wrongpass", "wrongpassword", "xyz", "yourpass",
]);
/// Passwords that everybody knows. Real, but hardly worth hiding. Written like [`STAND_INS`].
#[rustfmt::skip]
static WELL_KNOWN: List = List::new(&[
    "000000", "111111", "123", "1234", "12345", "123456", "1234567", "12345678", "123456789", "1234567890", "123qwe", "1q2w3e",
    "1q2w3e4r", "1qaz2wsx", "abc123", "abcd1234", "access", "admin01", "admin1", "admin12", "admin123", "admin1234", "admin2",
    "adminadmin", "asdf", "asdfasdf", "asdfgh", "asdfghjkl", "azerty", "baseball", "batman", "changeit", "demo123", "dragon",
    "football", "guest123", "hunter2", "iloveyou", "letmein", "master", "monkey", "p455w0rd", "p4ssw0rd", "pa55w0rd", "pa55word",
    "pass123", "pass1234", "passw0rd", "passw0rd1", "passw0rd123", "password12", "password123", "password1234", "password12345",
    "password123456", "password2", "princess", "qazwsx", "qwerty", "qwerty123", "qwertyuiop", "root123", "root1234", "s3cr3t",
    "s3cret", "secret123", "shadow", "sunshine", "superman", "swordfish", "test123", "test1234", "testing123", "toor", "trustno1", "user123",
    "welcome", "welcome1", "welcome123", "zaq12wsx",
]);

/// How weak a password is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::engine) enum Weakness {
    /// Stands for a password: `password`, `foo`, `my_secret`.
    StandIn,
    /// Everybody knows it: `123456`, `letmein`, `Passw0rd!`.
    WellKnown,
}

/// Whether `value` only stands for a password, or is one of those that everybody knows. Ignores case and punctuation.
pub(in crate::engine) fn weakness(value: &[u8]) -> Option<Weakness> {
    static TELLING: Parts = Parts::new(&["pass", "secret", "token", "pwd", "key"]);
    let mut buffer = [0; 24];
    let squashed = squash_into(value, &mut buffer)?;
    // `mypassword1`, `secret-12345`
    let digits = squashed.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    let word = &squashed[..squashed.len() - digits];
    let is_plain = value.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'));
    // `WRONG1`, `bob2`: with one digit, any stand-in is one of several.
    let tells = digits == 1 || TELLING.any_in(word);
    if digits > 0 && is_plain && tells && STAND_INS.has(word) {
        return Some(Weakness::WellKnown);
    }
    if squashed.is_empty() || STAND_INS.has(squashed) {
        Some(Weakness::StandIn)
    } else {
        WELL_KNOWN.has(squashed).then_some(Weakness::WellKnown)
    }
}

#[cfg(test)]
mod tests {
    use super::words_of;

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
}
