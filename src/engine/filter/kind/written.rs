//! Values that are written in some notation: markup, patterns, names joined from words.

use crate::engine::entropy::randomness;
use crate::engine::filter::list::Starts;
use crate::engine::filter::noise::is_noise_around;
use crate::engine::filter::words::{Parts, squash_into, words_of};

pub(in crate::engine::filter) fn is_markup(value: &[u8]) -> bool {
    static PARTS: Parts = Parts::new(&["</", "/>", "<!--", "' or '", "' OR '", "' or 1", "' OR 1", " && ", " || "]);
    static SQL: Starts = Starts::new(&["select ", "insert ", "update ", "delete ", "create ", "alter ", "grant ", "drop "]);
    let tag = memchr::memchr(b'<', value).is_some_and(|open| memchr::memchr(b'>', &value[open..]).is_some());
    tag || PARTS.any_in(value) || SQL.begin(value)
}

/// `#a1b2c3`, `rgb(…)`, `#login-form`, `.button`, `[name=x]`, colours of a terminal
pub(in crate::engine::filter) fn is_style(value: &[u8]) -> bool {
    #[rustfmt::skip]
    static STARTS: Starts = Starts::new(&[
        "rgb(", "rgba(", "hsl(", "linear-gradient", "input[", "input#", "input.", "div.", "div#", "//*[", "css=", "xpath=",
        "id=", "\\033[", "\\x1b[", "\\u001b[", "\\e[", "\\33[",
    ]);
    if STARTS.begin(value) {
        return true;
    }
    let Some(name) = value.strip_prefix(b"#").or_else(|| value.strip_prefix(b".")).or_else(|| value.strip_prefix(b"[")) else {
        return false;
    };
    let colour = name.strip_suffix(b";").unwrap_or(name);
    let is_colour = value[0] == b'#' && matches!(colour.len(), 3 | 4 | 6 | 8) && colour.iter().all(u8::is_ascii_hexdigit);
    let words = name.iter().all(|byte| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b' ' | b'.' | b'#' | b'>' | b'=' | b']' | b'"' | b'\'' | b':')
    });
    is_colour || (words && randomness(name) < 0.8)
}

pub(in crate::engine::filter) fn is_pattern(value: &[u8]) -> bool {
    #[rustfmt::skip]
    static PARTS: Parts = Parts::new(&[
        "[a-z", "[A-Z", "[0-9", "[^", "a-zA-Z", "A-Za-z", "\\d", "\\w", "\\s", "\\S", "\\b", "(?:", "(?i)", "(?=", "(?P<",
        "]+", "]*", "{1,", "abcdefghij", "ABCDEFGHIJ",
    ]);
    PARTS.any_in(value)
        || has_wildcard(value)
        || (value.len() > 2 && value[0] == b'/' && value[value.len() - 1] == b'/')
        || (value.starts_with(b"/^") && memchr::memmem::find(value, b"$/").is_some())
        || (value.starts_with(b"^") && value.ends_with(b"$") && value.iter().any(|byte| matches!(byte, b'(' | b'|' | b'[' | b'{')))
        || is_grammar(value)
        || is_validation(value)
        || is_rate(value)
}

/// `.*` and `.+`, which turn up in random passwords too.
fn has_wildcard(value: &[u8]) -> bool {
    let dot = value.windows(2).position(|pair| matches!(pair, b".*" | b".+"));
    dot.is_some_and(|at| !is_noise_around(value, at..at + 2))
}

/// `5/hour`, `20/m/ip,5/m/key`: how often something may be done.
fn is_rate(value: &[u8]) -> bool {
    #[rustfmt::skip]
    const UNITS: &[&str] = &[
        "s", "sec", "second", "seconds", "m", "min", "minute", "minutes", "h", "hour", "hours", "d", "day", "days", "week", "month", "year",
    ];
    value.split(|byte| matches!(byte, b',' | b';')).all(|rate| {
        let mut parts = rate.trim_ascii().split(|&byte| byte == b'/');
        let is_number = parts.next().is_some_and(|count| !count.is_empty() && count.iter().all(u8::is_ascii_digit));
        let unit = parts.next().map(|unit| &unit[unit.iter().take_while(|byte| byte.is_ascii_digit()).count()..]);
        is_number && unit.is_some_and(|unit| UNITS.iter().any(|known| unit.eq_ignore_ascii_case(known.as_bytes())))
    })
}

/// `required|string|min:8`: rules that a value has to follow, or types that it may have.
pub(in crate::engine::filter) fn is_validation(value: &[u8]) -> bool {
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
pub(in crate::engine::filter) fn is_grammar(value: &[u8]) -> bool {
    let Some(star) = memchr::memchr(b'*', value) else { return false };
    let name = &value[star + 1..];
    let name = &name[name.iter().take_while(|byte| byte.is_ascii_digit()).count()..];
    star > 0
        && value[..star].iter().all(u8::is_ascii_digit)
        && name.first().is_some_and(u8::is_ascii_alphabetic)
        && name.iter().all(|byte| byte.is_ascii_uppercase() || matches!(byte, b'-' | b'(' | b')' | b'/'))
}

pub(in crate::engine::filter) fn is_constant(value: &[u8]) -> bool {
    if is_term(value) || is_setting(value) || is_type(value) || is_of_protocol(value) {
        return true;
    }
    let letters = value.iter().filter(|byte| byte.is_ascii_uppercase()).count();
    value.contains(&b'_')
        && letters >= 3
        && value.iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || matches!(byte, b'_' | b'.' | b'-'))
        && randomness(value) < 1.0
}

/// Algorithms, encodings and protocols whose names have digits.
pub(in crate::engine::filter) fn is_term(value: &[u8]) -> bool {
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
    let rest = |term: &str| if text.first() == term.as_bytes().first() { text.strip_prefix(term.as_bytes()) } else { None };
    TERMS.iter().any(|term| rest(term).is_some_and(joins))
}

/// `vpc-1a2b3c4d`, `i-0a1b2c3d4e5f60718`: a [resource id](https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/resource-ids.html).
pub(in crate::engine::filter) fn is_resource_id(value: &[u8]) -> bool {
    let Some(dash) = memchr::memrchr(b'-', value) else { return false };
    let (kind, id) = (&value[..dash], &value[dash + 1..]);
    dash <= 12
        && kind.iter().all(|byte| byte.is_ascii_lowercase() || *byte == b'-')
        && matches!(id.len(), 8 | 17)
        && id.iter().all(|byte| byte.is_ascii_digit() || matches!(byte, b'a'..=b'f'))
}

/// `on_delete=CASCADE`, `field1,field2`, `Ctrl+Shift+P`, `prefix+index`: names joined by what joins no words of a password.
pub(in crate::engine::filter) fn is_list_of_names(value: &[u8]) -> bool {
    static KEYS: Starts = Starts::new(&["ctrl+", "alt+", "shift+", "cmd+", "meta+"]);
    let is_name = |part: &[u8]| {
        let digits = part.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
        digits <= 1 && part.len() > digits && part[..part.len() - digits].iter().all(|byte| byte.is_ascii_alphabetic() || *byte == b'_')
    };
    let joined = value.iter().filter(|byte| matches!(byte, b'=' | b',' | b'+')).count();
    KEYS.begin(value) || (joined > 0 && value.split(|byte| matches!(byte, b'=' | b',' | b'+')).all(is_name))
}

/// `APP_ID=app:id`: a variable that is given something of its own.
fn is_setting(value: &[u8]) -> bool {
    let name = value.iter().take_while(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || **byte == b'_').count();
    name >= 3 && value[0].is_ascii_uppercase() && value[..name].iter().any(|byte| !byte.is_ascii_digit()) && {
        let given = value[name..].strip_prefix(b"=").unwrap_or_default();
        given.iter().any(u8::is_ascii_alphanumeric)
    }
}

/// `MS-CHAP2-Response`, `Vendor.3GPP2.Shared-Key`: words with a capital and short ones of capitals, of which one has a digit.
fn is_of_protocol(value: &[u8]) -> bool {
    let mut numbered = 0;
    let mut words = 0;
    let fits = |part: &[u8]| {
        let letters = part.iter().filter(|byte| byte.is_ascii_alphabetic()).count();
        let capitals = part.iter().filter(|byte| byte.is_ascii_uppercase()).count();
        let digits = part.len() - letters;
        numbered += usize::from(digits > 0);
        words += usize::from(digits == 0 && letters >= 4 && capitals == 1);
        part.first().is_some_and(|first| first.is_ascii_uppercase() || (digits > 0 && first.is_ascii_digit()))
            && ((capitals == letters && letters >= 2 && part.len() <= 6 && digits <= 2)
                || (digits == 0 && capitals == 1 && part.iter().all(u8::is_ascii_alphabetic)))
    };
    value.len() >= 12 && value.split(|byte| matches!(byte, b'-' | b'.')).all(fits) && numbered == 1 && words > 0
}

/// `uint64_t`, `XXH64_hash_t`: a type of C.
fn is_type(value: &[u8]) -> bool {
    let name = value.strip_suffix(b"*").unwrap_or(value).strip_suffix(b"_t");
    name.is_some_and(|name| {
        name.contains(&b'_') && name.len() <= 32 && name.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
    })
}

/// Two words or more, joined by `_`, `-`, `.`, `:`, `/` or humps.
pub(in crate::engine::filter) fn is_identifier(value: &[u8]) -> bool {
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
pub(in crate::engine::filter) fn has_words(value: &[u8]) -> bool {
    let letters = value.iter().filter(|byte| byte.is_ascii_alphabetic()).count();
    let in_words: usize = words_of(value).filter(|word| word.len() >= 3 && word[0].is_ascii_alphabetic()).map(<[u8]>::len).sum();
    in_words * 2 >= letters
}
