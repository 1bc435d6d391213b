//! Kinds of values that are no secret by what they look like: paths, versions, hashes, identifiers, sentences.

use super::super::entropy::randomness;
use super::words::{Parts, squash_into, words_of};

/// What a value is instead of a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NotASecret {
    /// Words with blanks between, or text in another script.
    Sentence,
    /// A path or the name of a file.
    Path,
    /// A URL, a URN or a host.
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

fn starts_with_any(value: &[u8], starts: &[&str]) -> bool {
    starts.iter().any(|start| value.len() >= start.len() && value[..start.len()].eq_ignore_ascii_case(start.as_bytes()))
}

/// `eyJ` is the base64 of `{"`.
fn is_jwt(value: &[u8]) -> bool {
    value.starts_with(b"eyJ") && memchr::memmem::find(value, b".eyJ").is_some()
}

/// Bytes as escapes: `\x6d\x61`.
fn is_escaped(value: &[u8]) -> bool {
    let escapes = value.windows(2).filter(|pair| pair[0] == b'\\' && matches!(pair[1], b'x' | b'u')).count();
    escapes * 8 >= value.len()
}

/// Base64 of images, fonts, gzip and zip data begins with these, from the magic numbers of the formats.
fn is_data(value: &[u8]) -> bool {
    const STARTS: [&[u8]; 9] = [b"data:", b"iVBORw0KGgo", b"/9j/4AAQ", b"R0lGOD", b"PHN2Zy", b"PD94bW", b"UEsDB", b"H4sIA", b"d09GM"];
    STARTS.iter().any(|start| value.starts_with(start)) || is_escaped(value)
}

fn is_public_key(value: &[u8]) -> bool {
    starts_with_any(value, &["ssh-rsa ", "ssh-ed25519 ", "ssh-dss ", "ecdsa-sha2-", "sk-ssh-", "ssh-rsa AAAA", "-----"])
        || value.starts_with(b"AAAAB3NzaC1")
        || value.starts_with(b"AAAAC3NzaC1")
        || value.starts_with(b"MIIBIjANBgkqhkiG9w0BAQEFAAOC")
        || value.starts_with(b"MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcD")
}

fn is_hash(value: &[u8]) -> bool {
    #[rustfmt::skip]
    const STARTS: &[&str] = &[
        "sha1-", "sha256-", "sha384-", "sha512-", "sha1:", "sha224:", "sha256:", "sha384:", "sha512:", "md5:", "sha256$", "sha1$",
        "pbkdf2", "$2a$", "$2b$", "$2y$", "$1$", "$5$", "$6$", "$y$", "$argon2", "{bcrypt", "{pbkdf2", "{scrypt", "{argon2", "$apr1$", "$scrypt$", "{sha", "{ssha", "bcrypt",
    ];
    // `user:$2y$…` of an .htpasswd file
    let hash =
        memchr::memchr(b':', value).map_or(value, |colon| if value.get(colon + 1) == Some(&b'$') { &value[colon + 1..] } else { value });
    starts_with_any(hash, STARTS) || (value.len() == 41 && value[0] == b'*' && value[1..].iter().all(u8::is_ascii_hexdigit))
}

fn is_markup(value: &[u8]) -> bool {
    static PARTS: Parts = Parts::new(&["</", "/>", "<!--", "' or '", "' OR '", "' or 1", "' OR 1", "&&", " || "]);
    const SQL: &[&str] = &["select ", "insert ", "update ", "delete ", "create ", "alter ", "grant ", "drop "];
    let tag = memchr::memchr(b'<', value).is_some_and(|open| memchr::memchr(b'>', &value[open..]).is_some());
    tag || PARTS.any_in(value) || starts_with_any(value, SQL)
}

fn is_url(value: &[u8]) -> bool {
    memchr::memmem::find(value, b"://").is_some()
        || starts_with_any(value, &["urn:", "arn:", "mailto:", "jdbc:", "//", "www.", "localhost"])
}

/// Two words or more with blanks between, or text of another script.
fn is_sentence(value: &[u8]) -> bool {
    let letters = value.iter().filter(|byte| byte.is_ascii_alphabetic()).count();
    let beyond = value.iter().filter(|&&byte| byte >= 0x80).count();
    if beyond > 0 {
        return beyond * 3 >= value.len() || value.contains(&b' ') || (letters + beyond) * 10 >= value.len() * 9;
    }
    if !value.iter().any(|byte| matches!(byte, b' ' | b'\t')) {
        return false;
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

fn is_date(value: &[u8]) -> bool {
    let shape = |pattern: &[u8]| {
        value.len() >= pattern.len()
            && pattern.iter().zip(value).all(|(&want, &byte)| if want == b'9' { byte.is_ascii_digit() } else { byte == want })
    };
    shape(b"9999-99-99") || shape(b"9999/99/99") || shape(b"99/99/9999") || shape(b"99.99.9999") || (shape(b"99:99:99") && value.len() < 16)
}

/// Digits with signs, separators and at most a short unit; also `0x…` of a machine word.
fn is_number(value: &[u8]) -> bool {
    #[rustfmt::skip]
    const UNITS: &[&str] = &[
        "s", "ms", "us", "ns", "m", "h", "d", "min", "px", "em", "rem", "%", "kb", "mb", "gb", "k", "g", "b", "l", "f", "u", "ul",
        "bytes", "kib", ".hours", ".hour", ".days", ".day", ".minutes", ".seconds", ".weeks", ".week", ".months", ".years",
    ];
    if let Some(hex) = value.strip_prefix(b"0x").or_else(|| value.strip_prefix(b"0X")) {
        return hex.len() <= 16 && hex.iter().all(|byte| byte.is_ascii_hexdigit() || *byte == b'_');
    }
    let digits = value.iter().filter(|byte| byte.is_ascii_digit()).count();
    let number = value
        .iter()
        .take_while(|byte| {
            byte.is_ascii_digit() || matches!(byte, b'.' | b',' | b'_' | b'-' | b'+' | b' ' | b':' | b'/' | b'*' | b'(' | b')')
        })
        .count();
    // An IBAN
    if value.len() >= 15
        && value[..2].iter().all(u8::is_ascii_uppercase)
        && value[2..4].iter().all(u8::is_ascii_digit)
        && value[value.len() - 10..].iter().all(u8::is_ascii_digit)
        && value[4..].iter().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase())
        && digits + 6 >= value.len()
    {
        return true;
    }
    let number = number - usize::from(number > 1 && value[number - 1] == b'.' && number < value.len());
    let unit = &value[number..];
    digits > 0 && (unit.is_empty() || UNITS.iter().any(|known| unit.eq_ignore_ascii_case(known.as_bytes())))
}

fn is_version(value: &[u8]) -> bool {
    // A range: `^6.4|^7.0`, `>=1.2, <2`
    let is_range =
        |byte: &u8| byte.is_ascii_digit() || matches!(byte, b'.' | b'^' | b'~' | b'>' | b'<' | b'=' | b'|' | b',' | b'*' | b' ' | b'-');
    if value.iter().all(is_range) && value.iter().any(|byte| matches!(byte, b'^' | b'~' | b'>' | b'<')) {
        return true;
    }
    // `ubuntu-22.04`, `python3.11`, `nginx:1.25`
    let name = value.iter().take_while(|byte| byte.is_ascii_lowercase()).count();
    let number = value[name..].strip_prefix(b"-").or_else(|| value[name..].strip_prefix(b":")).unwrap_or(&value[name..]);
    let is_dotted = |text: &[u8]| {
        text.contains(&b'.')
            && text.len() <= 8
            && text.split(|&byte| byte == b'.').all(|part| !part.is_empty() && part.iter().all(u8::is_ascii_digit))
    };
    if name >= 3 && is_dotted(number) {
        return true;
    }
    // `npm:^7.0.4`
    let protocol = memchr::memchr(b':', value).filter(|&colon| value[..colon].iter().all(u8::is_ascii_lowercase));
    let value = protocol.map_or(value, |colon| &value[colon + 1..]);
    let start = value.iter().take_while(|byte| matches!(byte, b'^' | b'~' | b'>' | b'<' | b'=' | b'v' | b'V' | b' ')).count();
    let rest = &value[start..];
    let major = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let numbers = rest.iter().take_while(|byte| byte.is_ascii_digit() || **byte == b'.').count();
    let has_dot = rest[..numbers].contains(&b'.');
    let tail = &rest[numbers..];
    major > 0
        && major <= 4
        && has_dot
        && (tail.is_empty() || (matches!(tail[0], b'-' | b'+' | b'a' | b'b' | b'r' | b'x' | b'*') && tail.len() < 24))
}

pub(super) fn is_uuid(value: &[u8]) -> bool {
    let inner = value.strip_prefix(b"{").and_then(|value| value.strip_suffix(b"}")).unwrap_or(value);
    inner.len() == 36
        && inner.iter().enumerate().all(|(at, byte)| if matches!(at, 8 | 13 | 18 | 23) { *byte == b'-' } else { byte.is_ascii_hexdigit() })
}

/// IP addresses with or without a port, and mail addresses.
fn is_address(value: &[u8]) -> bool {
    let is_digits = |byte: &u8| byte.is_ascii_digit() || matches!(byte, b'.' | b':' | b'/');
    if memchr::memchr_iter(b'.', value).count() == 3 && value.iter().all(is_digits) {
        return true;
    }
    let colons = memchr::memchr_iter(b':', value).count();
    if colons >= 2 && value.iter().all(|byte| byte.is_ascii_hexdigit() || matches!(byte, b':' | b'.' | b'/' | b'[' | b']')) {
        return true;
    }
    let Some(at) = memchr::memchr(b'@', value) else { return false };
    let (local, domain) = (&value[..at], &value[at + 1..]);
    let is_local = local.len() >= 2 && local.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-' | b'+'));
    let labels = domain.split(|&byte| byte == b'.');
    let ends = domain
        .rsplit(|&byte| byte == b'.')
        .next()
        .is_some_and(|last| (2..=10).contains(&last.len()) && last.iter().all(u8::is_ascii_lowercase));
    is_local
        && labels.clone().count() >= 2
        && ends
        && labels.clone().all(|label| !label.is_empty() && label.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-'))
}

fn is_media_type(value: &[u8]) -> bool {
    starts_with_any(value, &["application/", "text/", "image/", "audio/", "video/", "multipart/", "font/", "message/"])
}

/// Paths by how they begin, names of files by how they end, and anything with slashes between words.
fn is_path(value: &[u8]) -> bool {
    #[rustfmt::skip]
    const EXTENSIONS: &[&str] = &[
        "txt", "json", "yaml", "yml", "xml", "toml", "ini", "cfg", "conf", "config", "properties", "env", "sh", "bash", "ps1", "bat",
        "py", "rb", "go", "rs", "js", "ts", "jsx", "tsx", "mjs", "java", "kt", "cs", "php", "pl", "lua", "c", "h", "cc", "cpp", "hpp",
        "swift", "html", "htm", "css", "scss", "less", "vue", "svg", "png", "jpg", "jpeg", "gif", "ico", "pdf", "md", "rst", "csv",
        "sql", "db", "log", "pem", "key", "crt", "cer", "der", "p12", "pfx", "jks", "pub", "asc", "gpg", "kdbx", "zip", "gz", "tar",
        "jar", "exe", "dll", "so", "lock", "tpl", "service",
    ];
    let random = randomness(value);
    if starts_with_any(value, &["./", "../", "~/", "\\\\", "file:", "classpath:"]) || (value.len() > 3 && value[1..].starts_with(b":\\")) {
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

/// `#a1b2c3`, `rgb(…)`, `#login-form`, `.button`, `[name=x]`
fn is_style(value: &[u8]) -> bool {
    if starts_with_any(
        value,
        &["rgb(", "rgba(", "hsl(", "linear-gradient", "input[", "input#", "input.", "div.", "div#", "//*[", "css=", "xpath=", "id="],
    ) {
        return true;
    }
    let Some(name) = value.strip_prefix(b"#").or_else(|| value.strip_prefix(b".")).or_else(|| value.strip_prefix(b"[")) else {
        return false;
    };
    let is_colour = value[0] == b'#' && matches!(name.len(), 3 | 4 | 6 | 8) && name.iter().all(u8::is_ascii_hexdigit);
    let words = name.iter().all(|byte| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b' ' | b'.' | b'#' | b'>' | b'=' | b']' | b'"' | b'\'' | b':')
    });
    is_colour || (words && randomness(name) < 0.8)
}

fn is_pattern(value: &[u8]) -> bool {
    #[rustfmt::skip]
    static PARTS: Parts = Parts::new(&[
        "[a-z", "[A-Z", "[0-9", "[^", "a-zA-Z", "A-Za-z", "\\d", "\\w", "\\s", "\\S", "\\b", "(?:", "(?i)", "(?=", "(?P<", ".*", ".+",
        "]+", "]*", "{1,", "abcdefghij", "ABCDEFGHIJ",
    ]);
    PARTS.any_in(value)
        || (value.len() > 2 && value[0] == b'/' && value[value.len() - 1] == b'/')
        || is_grammar(value)
        || is_validation(value)
}

/// `required|string|min:8`: rules that a value has to follow, or types that it may have.
fn is_validation(value: &[u8]) -> bool {
    #[rustfmt::skip]
    const RULES: &[&str] = &[
        "required", "string", "nullable", "null", "confirmed", "sometimes", "min", "max", "between", "size", "regex", "alpha_num", "undefined", "int", "str", "none", "bool",
    ];
    let is_rule = |part: &[u8]| {
        let name = part.split(|&byte| byte == b':').next().unwrap_or_default().trim_ascii();
        RULES.iter().any(|rule| name.eq_ignore_ascii_case(rule.as_bytes()))
    };
    value.contains(&b'|') && value.split(|&byte| byte == b'|').any(is_rule)
}

/// `1*SAFE`, `8*64ALPHA`: a repetition as [RFC 5234](https://www.rfc-editor.org/rfc/rfc5234#section-3.6) writes it.
fn is_grammar(value: &[u8]) -> bool {
    let Some(star) = memchr::memchr(b'*', value) else { return false };
    let name = &value[star + 1..];
    let name = &name[name.iter().take_while(|byte| byte.is_ascii_digit()).count()..];
    star > 0
        && value[..star].iter().all(u8::is_ascii_digit)
        && name.first().is_some_and(u8::is_ascii_alphabetic)
        && name.iter().all(|byte| byte.is_ascii_uppercase() || matches!(byte, b'-' | b'(' | b')' | b'/'))
}

fn is_constant(value: &[u8]) -> bool {
    if is_term(value) {
        return true;
    }
    let letters = value.iter().filter(|byte| byte.is_ascii_uppercase()).count();
    value.contains(&b'_')
        && letters >= 3
        && value.iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || matches!(byte, b'_' | b'.' | b'-'))
        && randomness(value) < 1.0
}

/// Algorithms, encodings and protocols whose names have digits.
fn is_term(value: &[u8]) -> bool {
    #[rustfmt::skip]
    const TERMS: &[&str] = &[
        "aes128", "aes192", "aes256", "argon2", "argon2i", "argon2id", "base32", "base58", "base64", "blake2b", "cp1252", "ed25519", "es256", "es384", "http2", "hs256", "hs384",
        "hs512", "ipv4", "ipv6", "iso88591", "latin1", "md5", "ntlmv2", "oauth1", "oauth2", "pbkdf2", "pkcs1", "pkcs12", "pkcs7", "pkcs8", "ps256", "rs256", "rs384", "rs512",
        "rsa2048", "rsa4096", "secp256k1", "sha1", "sha224", "sha256", "sha3", "sha384", "sha512", "sslv3", "tls12", "tls13", "tlsv1", "tlsv12", "tlsv13", "utf16", "utf8",
        "windows1252", "x25519", "x509",
    ];
    let mut buffer = [0; 24];
    let Some(text) = squash_into(value, &mut buffer) else { return false };
    // `Base64Encoder`, `SHA256withRSA`
    let joins = |rest: &[u8]| rest.is_empty() || (rest.len() >= 3 && rest.iter().all(u8::is_ascii_alphabetic));
    TERMS.iter().any(|term| text.strip_prefix(term.as_bytes()).is_some_and(joins))
}

/// `vpc-1a2b3c4d`, `i-0a1b2c3d4e5f60718`: a [resource id](https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/resource-ids.html).
fn is_resource_id(value: &[u8]) -> bool {
    let Some(dash) = memchr::memrchr(b'-', value) else { return false };
    let (kind, id) = (&value[..dash], &value[dash + 1..]);
    dash <= 12
        && kind.iter().all(|byte| byte.is_ascii_lowercase() || *byte == b'-')
        && matches!(id.len(), 8 | 17)
        && id.iter().all(|byte| byte.is_ascii_digit() || matches!(byte, b'a'..=b'f'))
}

/// `on_delete=CASCADE`, `field1,field2`, `Ctrl+Shift+P`: names joined by what joins no words of a password.
fn is_list_of_names(value: &[u8]) -> bool {
    const KEYS: [&str; 5] = ["ctrl+", "alt+", "shift+", "cmd+", "meta+"];
    let is_name = |part: &[u8]| {
        let digits = part.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
        digits <= 1 && part.len() > digits && part[..part.len() - digits].iter().all(|byte| byte.is_ascii_alphabetic() || *byte == b'_')
    };
    let joined = value.iter().filter(|byte| matches!(byte, b'=' | b',')).count();
    starts_with_any(value, &KEYS) || (joined > 0 && value.split(|byte| matches!(byte, b'=' | b',')).all(is_name))
}

/// Two words or more, joined by `_`, `-`, `.`, `:`, `/` or humps.
fn is_identifier(value: &[u8]) -> bool {
    if value.starts_with(b"--") && value.get(2).is_some_and(u8::is_ascii_alphabetic) {
        return true;
    }
    if is_resource_id(value) || is_list_of_names(value) {
        return true;
    }
    // `users#index` names a method; with a digit it is more likely a password.
    let is_method = !value.iter().any(u8::is_ascii_digit);
    let is_joined = |byte: &u8| {
        byte.is_ascii_alphanumeric()
            || matches!(byte, b'_' | b'-' | b'.' | b':' | b'/' | b'$' | b'@' | b'*' | b'[' | b']')
            || (*byte == b'#' && is_method)
    };
    if !value.iter().all(is_joined) || !value.iter().any(u8::is_ascii_alphabetic) {
        return false;
    }
    let random = randomness(value);
    let separators = value.iter().filter(|byte| !byte.is_ascii_alphanumeric()).count();
    let digits = value.iter().filter(|byte| byte.is_ascii_digit()).count();
    let words = words_of(value).filter(|word| word[0].is_ascii_alphabetic()).count();
    // `item-1`
    if words == 1 && separators == 1 && digits == 1 && value[value.len() - 1].is_ascii_digit() && !value.iter().any(u8::is_ascii_uppercase)
    {
        return matches!(value[value.len() - 2], b'-' | b'_' | b'.') && has_words(value);
    }
    if separators > 0 {
        return (words >= 2 || value[0] == b'_' || digits == 0) && digits * 3 <= value.len() && random < 0.9 && has_words(value);
    }
    let has_hump = value.iter().any(u8::is_ascii_uppercase) && value.iter().any(u8::is_ascii_lowercase);
    has_hump && words >= 2 && digits <= 1 && random < 0.2 && has_words(value)
}

/// Whether half of the letters stand in words of three letters and more.
fn has_words(value: &[u8]) -> bool {
    let letters = value.iter().filter(|byte| byte.is_ascii_alphabetic()).count();
    let in_words: usize = words_of(value).filter(|word| word.len() >= 3 && word[0].is_ascii_alphabetic()).map(<[u8]>::len).sum();
    in_words * 2 >= letters
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
            (Path, &["/run/secrets/db", "./config.json", "C:\\keys\\a.pem", "~/.ssh/id_rsa", "secrets.yaml", "certs/server.key", "../x"]),
            (Url, &["https://x.io/token", "urn:ietf:params:oauth:token-type", "//cdn.x.io/a", "localhost:8080"]),
            (Hash, &["sha256:0a1b", "$2b$10$abc", "{SSHA}abc", "sha512-abc==", "user:$apr1$x$y"]),
            (Number, &["12", "3600", "0x1F", "1_000_000", "30s", "-1"]),
            (Version, &["1.2.3", "v2.0", "^1.2.0", "~> 1.2", "2.0.0-rc1", "^6.4|^7.0"]),
            (Date, &["2024-01-31", "2024-01-31T10:00:00Z", "31/12/2024"]),
            (Uuid, &["123e4567-e89b-12d3-a456-426614174000"]),
            (Address, &["me@corp.io", "10.0.0.1:80", "fe80::1", "00:1a:2b:3c:4d:5e"]),
            (MediaType, &["application/json", "text/html"]),
            (Style, &["#a1b2c3", "rgb(1,2,3)", "#login-password", ".btn-primary"]),
            (Markup, &["<b>x</b>", "' or '1'='1"]),
            (Pattern, &["^[a-z]+$", "\\d{3}", "(?i)token"]),
            (Constant, &["AWS_SECRET_ACCESS_KEY", "DB_PASSWORD_2"]),
            (Identifier, &["user.password.label", "my-app-secret", "getAccessToken", "auth:token", "--ask-pass", "session_key"]),
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
