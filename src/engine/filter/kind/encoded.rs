//! Values that stand for other bytes: tokens, data, keys, digests.

use crate::engine::filter::list::Starts;

/// `eyJ` is the base64 of `{"`.
pub(in crate::engine::filter) fn is_jwt(value: &[u8]) -> bool {
    value.starts_with(b"eyJ") && memchr::memmem::find(value, b".eyJ").is_some()
}

/// Bytes as escapes: `\x6d\x61`, `\366\341`.
pub(in crate::engine::filter) fn is_escaped(value: &[u8]) -> bool {
    let escapes = value.windows(2).filter(|pair| pair[0] == b'\\' && matches!(pair[1], b'x' | b'u' | b'r')).count();
    let is_octal =
        |four: &&[u8]| four[0] == b'\\' && matches!(four[1], b'0'..=b'3') && four[2..].iter().all(|byte| matches!(byte, b'0'..=b'7'));
    escapes * 8 >= value.len() || value.windows(4).filter(is_octal).count() * 8 >= value.len().max(17)
}

/// Base64 of images, fonts, gzip and zip data begins with these, from the magic numbers of the formats.
pub(in crate::engine::filter) fn is_data(value: &[u8]) -> bool {
    const STARTS: [&[u8]; 9] = [b"data:", b"iVBORw0KGgo", b"/9j/4AAQ", b"R0lGOD", b"PHN2Zy", b"PD94bW", b"UEsDB", b"H4sIA", b"d09GM"];
    STARTS.iter().any(|start| value.starts_with(start)) || is_escaped(value)
}

pub(in crate::engine::filter) fn is_public_key(value: &[u8]) -> bool {
    // Mapbox, Stripe: tokens for pages that everybody gets
    static PUBLISHED: Starts = Starts::new(&["pk.eyJ", "pk_live_", "pk_test_"]);
    static STARTS: Starts = Starts::new(&["ssh-rsa ", "ssh-ed25519 ", "ssh-dss ", "ecdsa-sha2-", "sk-ssh-", "-----"]);
    // How a `SubjectPublicKeyInfo` begins (RFC 5280, in base64): RSA of 512 to 4096 bits, P-256, Ed25519.
    const PUBLIC_INFO: [&[u8]; 7] = [
        b"MFwwDQYJKoZIhvcNAQEB",
        b"MIGfMA0GCSqGSIb3DQEB",
        b"MIIBIjANBgkqhkiG9w0BAQEFAAOC",
        b"MIIBojANBgkqhkiG9w0BAQEFAAOC",
        b"MIICIjANBgkqhkiG9w0BAQEFAAOC",
        b"MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcD",
        b"MCowBQYDK2VwAyEA",
    ];
    STARTS.begin(value)
        || value.starts_with(b"AAAAB3NzaC1")
        || value.starts_with(b"AAAAC3NzaC1")
        || PUBLIC_INFO.iter().any(|start| value.starts_with(start))
        || PUBLISHED.begin(value)
        || crate::engine::checksum::is_public_in_base32(value)
}

pub(in crate::engine::filter) fn is_hash(value: &[u8]) -> bool {
    #[rustfmt::skip]
    static STARTS: Starts = Starts::new(&[
        "sha1-", "sha256-", "sha384-", "sha512-", "sha1:", "sha224:", "sha256:", "sha384:", "sha512:", "md5:", "sha256$", "sha1$",
        "pbkdf2", "$2a$", "$2b$", "$2y$", "$1$", "$5$", "$6$", "$y$", "$argon2", "{bcrypt", "{pbkdf2", "{scrypt", "{argon2", "$apr1$", "$scrypt$", "{sha", "{ssha", "bcrypt", "{crypt}", "$7$", "$8$", "$9$", "$pbkdf2", "$sha", "$p-sha", "scram-sha-", "md5$", "{md4}", "{md5}", "{smd5}", "{ldap}{", "{mssql}", "$p$", "$h$",
    ]);
    let value = value.strip_prefix(b"\"").unwrap_or(value);
    // `user:$2y$…`, `user:{SHA}…` of an .htpasswd file
    let behind_user = memchr::memchr(b':', value).map(|colon| &value[colon + 1..]);
    let hash = behind_user.filter(|hash| matches!(hash.first(), Some(b'$' | b'{'))).unwrap_or(value);
    let is_hex = |digits: &[u8], length: usize| digits.len() == length && digits.iter().all(u8::is_ascii_hexdigit);
    // As MySQL and PostgreSQL keep them
    let is_of_database = value.strip_prefix(b"*").is_some_and(|digits| is_hex(digits, 40))
        || value.strip_prefix(b"md5").is_some_and(|digits| is_hex(digits, 32));
    STARTS.begin(hash) || is_of_database || is_modular(hash)
}

/// `$scheme$parameters$salt$hash`, whatever the scheme: its parts before the last are short.
fn is_modular(hash: &[u8]) -> bool {
    let Some(rest) = hash.strip_prefix(b"$") else { return false };
    let scheme = rest.iter().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')).count();
    let dollars = memchr::memchr_iter(b'$', rest).count();
    hash.len() >= 32 && (1..=16).contains(&scheme) && rest.get(scheme) == Some(&b'$') && (2..=5).contains(&dollars)
}
