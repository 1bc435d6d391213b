//! Kinds of values that are no secret by what they look like: paths, versions, hashes, identifiers, sentences.

mod encoded;
mod numeric;
mod written;

use super::super::entropy::randomness;
use super::list::Starts;
use encoded::{is_data, is_hash, is_jwt, is_public_key};
use numeric::{is_address, is_date, is_number, is_uuid, is_version};
use written::{is_constant, is_identifier, is_markup, is_pattern, is_style};

/// What a value is instead of a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NotASecret {
    /// Words with blanks between, or text in another script.
    Sentence,
    /// A path or the name of a file.
    Path,
    /// A URL, a URN, a host, or a name in a directory.
    Url,
    /// A digest, or a password that is hashed already.
    Hash,
    /// A number, with or without a unit.
    Number,
    /// A version or a range of versions.
    Version,
    /// A date or a time.
    Date,
    /// A UUID.
    Uuid,
    /// An IP or mail address.
    Address,
    /// A media type.
    MediaType,
    /// A colour or a selector of a style sheet.
    Style,
    /// HTML, XML or SQL.
    Markup,
    /// A regular expression or a list of characters.
    Pattern,
    /// `CONSTANT_NAME`
    Constant,
    /// `snake_case`, `kebab-case`, `camelCase`, `dotted.name`: names joined from words.
    Identifier,
    /// A public key or a certificate.
    PublicKey,
    /// An image or other data in base64.
    Data,
    /// A JSON web token: rules for tokens know what it is worth.
    Jwt,
}

type Test = fn(&[u8]) -> bool;

/// What `value` is, where its shape says that it is no secret. A single word is nothing of all this.
#[must_use]
pub fn value_kind(value: &[u8]) -> Option<NotASecret> {
    const TESTS: [(NotASecret, Test); 18] = [
        (NotASecret::Jwt, is_jwt),
        (NotASecret::Data, is_data),
        (NotASecret::PublicKey, is_public_key),
        (NotASecret::Hash, is_hash),
        (NotASecret::Markup, is_markup),
        (NotASecret::Url, is_url),
        (NotASecret::Sentence, is_sentence),
        (NotASecret::Date, is_date),
        (NotASecret::Address, is_address),
        (NotASecret::Version, is_version),
        (NotASecret::Number, is_number),
        (NotASecret::Uuid, is_uuid),
        (NotASecret::MediaType, is_media_type),
        (NotASecret::Path, is_path),
        (NotASecret::Style, is_style),
        (NotASecret::Pattern, is_pattern),
        (NotASecret::Constant, is_constant),
        (NotASecret::Identifier, is_identifier),
    ];
    let value = value.trim_ascii();
    TESTS.iter().find(|(_, test)| test(value)).map(|(kind, _)| *kind)
}

fn is_url(value: &[u8]) -> bool {
    static STARTS: Starts = Starts::new(&["urn:", "arn:", "mailto:", "jdbc:", "//", "www.", "localhost"]);
    static DIRECTORY: Starts = Starts::new(&["cn=", "uid=", "ou=", "dc="]);
    memchr::memmem::find(value, b"://").is_some() || (DIRECTORY.begin(value) && value.contains(&b',')) || STARTS.begin(value)
}

/// Two words or more with blanks between, or text of another script.
fn is_sentence(value: &[u8]) -> bool {
    let letters = value.iter().filter(|byte| byte.is_ascii_alphabetic()).count();
    let beyond = value.iter().filter(|&&byte| byte >= 0x80).count();
    if beyond > 0 {
        let dashes = memchr::memchr_iter(b'-', value).count();
        return beyond * 3 >= value.len() || value.contains(&b' ') || (letters + beyond + dashes) * 10 >= value.len() * 9;
    }
    if !value.iter().any(|byte| matches!(byte, b' ' | b'\t')) {
        return false;
    }
    // What a version control system put in place of its keyword.
    if value.starts_with(b"$Id: ") {
        return true;
    }
    // Several lines in one string: `[section]\nname = …`
    if memchr::memmem::find(value, b"\\n").is_some_and(|at| at + 2 < value.len()) {
        return true;
    }
    // The reply of a server: `257 "/" is the directory`
    if value.len() > 4 && value[..3].iter().all(u8::is_ascii_digit) && value[3] == b' ' {
        return true;
    }
    let is_word = |word: &&[u8]| {
        let letters = word.iter().filter(|byte| byte.is_ascii_alphabetic()).count();
        letters >= 1 && letters + 2 >= word.len()
    };
    let words = value.split(|&byte| byte == b' ' || byte == b'\t').filter(|word| !word.is_empty());
    let count = words.clone().count();
    count == 1 || words.filter(is_word).count() * 2 >= count
}

fn is_media_type(value: &[u8]) -> bool {
    static STARTS: Starts = Starts::new(&["application/", "text/", "image/", "audio/", "video/", "multipart/", "font/", "message/"]);
    STARTS.begin(value)
}

/// `C:\x`, `C:/x`
fn is_of_drive(value: &[u8]) -> bool {
    matches!(value, [drive, b':', b'\\' | b'/', _, ..] if drive.is_ascii_alphabetic())
}

/// Paths by how they begin, names of files by how they end, and anything with slashes between words.
fn is_path(value: &[u8]) -> bool {
    static STARTS: Starts = Starts::new(&["./", "../", "~/", "\\\\", "file:", "classpath:"]);
    #[rustfmt::skip]
    const EXTENSIONS: &[&str] = &[
        "txt", "json", "yaml", "yml", "xml", "toml", "ini", "cfg", "conf", "config", "properties", "env", "sh", "bash", "ps1", "bat",
        "py", "rb", "go", "rs", "js", "ts", "jsx", "tsx", "mjs", "java", "kt", "cs", "php", "pl", "lua", "c", "h", "cc", "cpp", "hpp",
        "swift", "html", "htm", "css", "scss", "less", "vue", "svg", "png", "jpg", "jpeg", "gif", "ico", "pdf", "md", "rst", "csv",
        "sql", "db", "log", "pem", "key", "crt", "cer", "der", "p12", "pfx", "jks", "pub", "asc", "gpg", "kdbx", "zip", "gz", "tar",
        "jar", "exe", "dll", "so", "lock", "tpl", "service",
    ];
    if STARTS.begin(value) || is_of_drive(value) {
        return true;
    }
    // `/srv/app2`: secrets that begin with a slash have capitals, or are long.
    let is_plain = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'/' | b'.' | b'-' | b'_');
    if value.len() > 1 && value.len() < 24 && value[0] == b'/' && value[1].is_ascii_lowercase() && value.iter().all(is_plain) {
        return true;
    }
    let slashes = value.iter().filter(|byte| matches!(byte, b'/' | b'\\')).count();
    // The scope of a signature: key, date, region, service.
    if slashes >= 3 && value.ends_with(b"_request") {
        return true;
    }
    let random = randomness(value);
    if slashes > 0 && random < 0.8 && !value.iter().any(|byte| matches!(byte, b'!' | b'&' | b'^' | b'%' | b'~')) {
        return value[0] == b'/'
            || slashes >= 2
            || value
                .iter()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'\\' | b'-' | b'_' | b'.' | b'@' | b':' | b'*'));
    }
    let Some(dot) = memchr::memrchr(b'.', value) else { return false };
    let extension = &value[dot + 1..];
    random < 1.4 && dot > 0 && EXTENSIONS.iter().any(|known| extension == known.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::{NotASecret, value_kind};

    #[test]
    fn kinds_are_told_by_their_shape() {
        use NotASecret::{
            Address, Constant, Data, Date, Hash, Identifier, Jwt, Markup, MediaType, Number, Path, Pattern, PublicKey, Sentence, Style,
            Url, Uuid, Version,
        };
        let table: &[(NotASecret, &[&str])] = &[
            (Sentence, &["Enter your password", "The token is invalid.", "\u{5bc6}\u{7801}", "Mot de passe oubli\u{e9}"]),
            (
                Path,
                &[
                    "/run/secrets/db",
                    "./config.json",
                    "C:\\keys\\a.pem",
                    "C:/tmp",
                    "~/.ssh/id_rsa",
                    "secrets.yaml",
                    "certs/server.key",
                    "../x",
                ],
            ),
            (Url, &["https://x.io/token", "urn:ietf:params:oauth:token-type", "//cdn.x.io/a", "localhost:8080"]),
            (Hash, &["sha256:0a1b", "$2b$10$abc", "{SSHA}abc", "sha512-abc==", "user:$apr1$x$y"]),
            (Number, &["12", "3600", "0x1F", "1_000_000", "30s", "-1"]),
            (Version, &["1.2.3", "v2.0", "^1.2.0", "~> 1.2", "2.0.0-rc1", "^6.4|^7.0"]),
            (Date, &["2024-01-31", "2024-01-31T10:00:00Z", "31/12/2024"]),
            (Uuid, &["123e4567-e89b-12d3-a456-426614174000"]),
            (Address, &["me@corp.io", "10.0.0.1:80", "fe80::1", "00:1a:2b:3c:4d:5e"]),
            (MediaType, &["application/json", "text/html"]),
            (Style, &["#a1b2c3", "rgb(1,2,3)", "#login-password", ".btn-primary", "\\033[42m"]),
            (Markup, &["<b>x</b>", "' or '1'='1"]),
            (Pattern, &["^[a-z]+$", "\\d{3}", "(?i)token", "^.{8,32}$"]),
            (Constant, &["AWS_SECRET_ACCESS_KEY", "DB_PASSWORD_2", "APP_ID=app:id-1", "XXH64_hash_t"]),
            (
                Identifier,
                &["user.password.label", "my-app-secret", "getAccessToken", "auth:token", "--ask-pass", "session_key", "prefix+index"],
            ),
            (PublicKey, &["ssh-rsa AAAAB3Nza", "-----BEGIN PUBLIC KEY-----"]),
            (Data, &["data:image/png;base64,xyz", "iVBORw0KGgoAAA", "\\x6d\\x61\\x73"]),
            (Jwt, &["eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0."]),
        ];
        for (kind, values) in table {
            for value in *values {
                assert_eq!(value_kind(value.as_bytes()), Some(*kind), "{value}");
            }
        }
    }

    #[test]
    fn secrets_are_of_no_kind() {
        let secrets = [
            ["Summer", "2024"],
            ["Tr0ub4", "dor&3"],
            ["x8Kq2", "LmZp0"],
            ["q83vZJ0xR/9Lk2", "Wm+Yt5uPnB7sD1eHcG=="],
            ["hunter", "2!"],
            ["p@ss/", "w0rd#1"],
            ["MZXW6YTBOJ2X", "IZLSGQ3TEMJW"],
            ["correct", "horse"],
        ];
        for secret in secrets.map(|halves| halves.concat()) {
            assert_eq!(value_kind(secret.as_bytes()), None, "{secret}");
        }
    }
}
