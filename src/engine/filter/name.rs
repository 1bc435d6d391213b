//! Names that hold secrets, and names that only look so: `password` against `password_field`.
//!
//! A name is a compound noun: its last word says what the thing is (`token_url` is a URL), the words before say of
//! what kind (`next_page_token` is a token of paging).

mod lists;

use super::list::List;
use super::words::words_of;
use lists::{
    HARMLESS_ANYWHERE, HARMLESS_ENDS, HARMLESS_KEYS, HARMLESS_STARTS, HARMLESS_TOKENS, NOT_CLEAR, SECRET_KINDS, STRONG, STRONG_BUT_SHORT,
    WEAK,
};

/// What a name says of its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NameVerdict {
    /// The value is something else: a label, a path, a public key.
    Harmless,
    /// It could be a secret: `token`, `key`, `auth`.
    Weak,
    /// It is a secret: `password`, `client_secret`, `api_key`.
    Strong,
}

/// The most words of a name that are looked at, from its end.
const MOST_WORDS: usize = 12;

/// How many words may follow the one that says what the value is: `password_tom_prod`.
const MOST_QUALIFIERS: usize = 2;

/// What is told of a secret that is none itself: `hash_of_key`, `length_of_password`.
const MEASURES: &List = &List::new(&[
    "hash",
    "digest",
    "checksum",
    "fingerprint",
    "sha",
    "md",
    "length",
    "size",
    "number",
    "count",
    "name",
    "id",
    "type",
    "list",
]);

/// Words of tokens that a form carries, so that no other page can send it.
const OF_FORMS: &List = &List::new(&["csrf", "xsrf"]);

/// What `name` says of its value. Case, separators and humps do not matter.
#[must_use]
pub fn secret_name(name: &[u8]) -> NameVerdict {
    // `form.password.value`: what is typed
    let name = name.strip_prefix(b"form.").filter(|rest| rest.ends_with(b".value")).unwrap_or(name);
    let mut words: [&[u8]; MOST_WORDS] = [b""; MOST_WORDS];
    let mut count = 0;
    for word in words_of(name) {
        if count == MOST_WORDS {
            words.rotate_left(1);
            count -= 1;
        }
        words[count] = word;
        count += 1;
    }
    let mut words = &words[..count];
    // `password2`, `API_KEY_1`, `token_v2`: numbers at the end say nothing.
    while let [head @ .., last] = words {
        let is_number = last.iter().all(u8::is_ascii_digit) || (last.len() == 1 && !head.is_empty() && !last.eq_ignore_ascii_case(b"s"));
        if !is_number || head.is_empty() {
            break;
        }
        words = head;
    }
    if ends_foreign(name) || is_content_of_secret(name) {
        return NameVerdict::Strong;
    }
    let [head @ .., last] = words else { return NameVerdict::Harmless };
    if is_one_of(last, HARMLESS_ENDS) || is_one_of(singular(last), HARMLESS_ENDS) || is_product(name) {
        return NameVerdict::Harmless;
    }
    // `csrf_secret` signs the tokens, which by themselves open nothing.
    let signs = last.eq_ignore_ascii_case(b"secret");
    let is_harmless = |word: &&[u8]| is_one_of(word, HARMLESS_ANYWHERE) && !(signs && is_one_of(word, OF_FORMS));
    // `field_encryption_key` encrypts fields.
    let is_of_fields =
        matches!(words, [first, second, _] if first.eq_ignore_ascii_case(b"field") && second.eq_ignore_ascii_case(b"encryption"));
    if head.iter().any(|word| is_harmless(word) || is_one_of(word, NOT_CLEAR))
        || words.first().is_some_and(|word| words.len() > 1 && !is_of_fields && is_one_of(word, HARMLESS_STARTS))
    {
        return NameVerdict::Harmless;
    }
    // `sha256_hash_of_signing_key`
    if words.windows(2).any(|pair| pair[1].eq_ignore_ascii_case(b"of") && is_one_of(pair[0], MEASURES)) {
        return NameVerdict::Harmless;
    }
    if head.last().is_some_and(|before| is_other_kind(before, singular(last))) {
        return NameVerdict::Harmless;
    }
    by_last_words(head, last, MOST_QUALIFIERS)
}

/// Whether the word before the last one makes of it something that is no secret.
fn is_other_kind(before: &[u8], last: &[u8]) -> bool {
    // `X-Amz-Credential` holds the id of a key and where it counts, `allowedCredentials` ids of those of a browser.
    const OF_CREDENTIAL: &List = &List::new(&["amz", "goog", "oss", "allow", "allowed", "exclude", "excluded"]);
    (last.eq_ignore_ascii_case(b"credential") && is_one_of(before, OF_CREDENTIAL))
        || (last.eq_ignore_ascii_case(b"signature") && before.eq_ignore_ascii_case(b"token"))
}

/// Whether a name is what Terraform and `CloudFormation` call the content of a secret of AWS.
pub(in crate::engine) fn is_content_of_secret(name: &[u8]) -> bool {
    name.eq_ignore_ascii_case(b"secret_string") || name.eq_ignore_ascii_case(b"SecretString")
}

/// Whether a name is that of a program that keeps passwords: `LastPass`.
fn is_product(name: &[u8]) -> bool {
    const PRODUCTS: &List = &List::new(&[
        "1password",
        "onepassword",
        "applepasswords",
        "bitpass",
        "enpass",
        "ipasswords",
        "keepass",
        "keepassdx",
        "keepassxc",
        "lastpass",
        "nordpass",
        "protonpass",
        "truekeypass",
    ]);
    let last = name.rsplit(|&byte| byte == b'.').next().unwrap_or(name);
    let is_capital = last.first().is_some_and(|byte| byte.is_ascii_uppercase() || *byte == b'1') && last.iter().any(u8::is_ascii_lowercase);
    is_capital && is_one_of(last, PRODUCTS)
}

fn by_last_words(head: &[&[u8]], last: &[u8], qualifiers: usize) -> NameVerdict {
    // The last word that is a secret word: `password_prod`, `secret_value`, `api_key_live`.
    let last = singular(last);
    if is_one_of(last, STRONG) || ends_strongly(last) {
        return if is_one_of(last, STRONG_BUT_SHORT) && head.is_empty() { NameVerdict::Weak } else { NameVerdict::Strong };
    }
    let before = head.last().map_or(&b""[..], |word| singular(word));
    match last {
        word if word.eq_ignore_ascii_case(b"token") => {
            if is_one_of(before, HARMLESS_TOKENS) {
                NameVerdict::Harmless
            } else if is_one_of(before, SECRET_KINDS) {
                NameVerdict::Strong
            } else {
                NameVerdict::Weak
            }
        }
        word if word.eq_ignore_ascii_case(b"key") => {
            if is_one_of(before, HARMLESS_KEYS) {
                NameVerdict::Harmless
            } else if is_one_of(before, SECRET_KINDS) {
                NameVerdict::Strong
            } else {
                NameVerdict::Weak
            }
        }
        word if is_one_of(word, WEAK) => NameVerdict::Weak,
        // What a qualifier at the end leaves open: `password_production`, `secret_value`.
        _ => match head {
            [rest @ .., word] if qualifiers > 0 => by_last_words(rest, word, qualifiers - 1),
            _ => NameVerdict::Harmless,
        },
    }
}

/// Whether the last word of a name says that its value is something else than a secret: `username`, `db_host`.
#[must_use]
pub fn says_other(name: &[u8]) -> bool {
    words_of(name).last().is_some_and(|word| is_one_of(word, HARMLESS_ENDS))
}

/// Whether the word before a single `token` or `key` says that it is none, as in `Next page token: …`, or that the value
/// is not in clear: `Encrypted password: …`.
#[must_use]
pub fn is_harmless_behind(before: &[u8], name: &[u8]) -> bool {
    is_one_of(before, NOT_CLEAR)
        // `String token = "…"` is declared, and not one of a lexer.
        || (name.eq_ignore_ascii_case(b"token") && is_one_of(before, HARMLESS_TOKENS) && !before.eq_ignore_ascii_case(b"string"))
        || (name.eq_ignore_ascii_case(b"key") && is_one_of(before, HARMLESS_KEYS))
}

fn is_one_of(word: &[u8], list: &List) -> bool {
    list.has(word)
}

/// `passwords` as `password`, but `pass` as it is.
fn singular(word: &[u8]) -> &[u8] {
    match word {
        [head @ .., b's' | b'S'] if head.len() > 2 && !head.ends_with(b"s") && !head.ends_with(b"S") => head,
        _ => word,
    }
}

/// Words written together: `dbpassword`, `clientsecret`, `authtoken`.
fn ends_strongly(word: &[u8]) -> bool {
    #[rustfmt::skip]
    const ENDS: &[&str] = &[
        "password", "passwd", "passphrase", "passcode", "secret", "apikey", "accesskey", "secretkey", "privatekey", "authkey", "appkey",
        "authtoken", "accesstoken", "apitoken", "bearertoken", "userpwd", "dbpwd", "encryptionkey",
    ];
    const NO_PASSWORDS: &List = &List::new(&[
        "askpass",
        "bypass",
        "compass",
        "surpass",
        "trespass",
        "overpass",
        "underpass",
        "multipass",
        "firstpass",
        "lowpass",
        "highpass",
    ]);
    let ends = |end: &str| word.len() >= end.len() && word[word.len() - end.len()..].eq_ignore_ascii_case(end.as_bytes());
    let is_short = (word.len() >= 6 && ends("pass") && !is_one_of(word, NO_PASSWORDS)) || (word.len() >= 4 && ends("pw"));
    is_short || ENDS.iter().any(|end| ends(end))
}

/// Whether a name ends with a word for a password that ASCII has no letters for.
fn ends_foreign(name: &[u8]) -> bool {
    #[rustfmt::skip]
    const WORDS: &[&str] = &[
        "пароль", "Пароль", "ПАРОЛЬ", "密码", "密碼", "口令", "パスワード", "暗証番号", "비밀번호", "암호", "contraseña", "contraseÑa", "hasło", "hasŁo", "lösenord", "lÖsenord",
        "şifre", "Şifre", "jelszó", "jelszÓ", "lozinka", "κωδικός", "סיסמה", "รหัสผ่าน", "mật_khẩu", "mật khẩu", "parolă", "كلمة المرور", "كلمة_المرور",
    ];
    let name = name.trim_ascii_end();
    let end = |word: &&&str| name.len() >= word.len() && name[name.len() - word.len()..].eq_ignore_ascii_case(word.as_bytes());
    !name.is_ascii() && WORDS.iter().any(|word| end(&word))
}

#[cfg(test)]
mod tests {
    use super::{NameVerdict, secret_name};

    fn verdicts(names: &[&str], want: NameVerdict) {
        let wrong: Vec<_> = names.iter().map(|name| (name, secret_name(name.as_bytes()))).filter(|(_, verdict)| *verdict != want).collect();
        assert!(wrong.is_empty(), "not {want:?}: {wrong:?}");
    }

    #[test]
    fn names_of_secrets_are_strong_in_every_spelling() {
        verdicts(
            &[
                "password",
                "Password",
                "DB_PASSWORD",
                "dbPassword",
                "dbpassword",
                "user.password",
                "password2",
                "PASSWORD_1",
                "passwd",
                "mysql-root-password",
                "spring.datasource.password",
                "client_secret",
                "clientSecret",
                "SECRET_KEY",
                "api_key",
                "apiKey",
                "APIKEY",
                "X-Api-Key",
                "AWS_SECRET_ACCESS_KEY",
                "access_token",
                "authToken",
                "private_key",
                "passphrase",
                "db_pass",
                "password_production",
                "secret_value",
                "API_KEY_PROD",
                "JWT_SECRET",
                "jwtSecret",
                "encryption_key",
                "STRIPE_KEY",
                "GITHUB_TOKEN",
                "slackBotToken",
                "JIRA_DATACENTER_PAT",
                "field_encryption_key",
                "unseal_key",
            ],
            NameVerdict::Strong,
        );
    }

    #[test]
    fn names_that_only_sound_secret_are_harmless() {
        verdicts(
            &[
                "password_field",
                "passwordLabel",
                "token_url",
                "secret_name",
                "key_id",
                "public_key",
                "publicKeyToken",
                "keyboard",
                "primary_key",
                "foreign_key",
                "cache_key",
                "csrf_token",
                "next_page_token",
                "token_type",
                "tokenizer",
                "max_tokens",
                "password_hash",
                "author",
                "monkey",
                "key_path",
                "secret_version",
                "password_reset_url",
                "hotkey",
                "api_key_header",
                "password_file",
                "passwordRegex",
                "password_length",
                "password_policy",
                "is_secret",
                "hasPassword",
                "show_password",
                "tokenExpiry",
                "AccessKeyId",
                "authority",
                "secretary",
                "recv-keys",
                "Sec-WebSocket-Key",
                "Kms-Sealed-Key",
                "gpg_key",
                "recaptchaSiteKey",
                "passes",
                "hashed_key",
                "appIdKey",
                "telemetryKey",
            ],
            NameVerdict::Harmless,
        );
    }

    #[test]
    fn names_that_leave_it_open_are_weak() {
        verdicts(&["token", "key", "auth", "jwt", "session", "my_token", "salt", "Authorization"], NameVerdict::Weak);
    }
}
