//! Placeholders: text that stands for a secret, or that a program replaces by one.

mod code;

use super::list::{List, Starts};
use super::noise::{is_noise, is_noise_around};
use super::sequence::{is_blank_escaped, is_repeated, is_sequence};
use super::words::{Parts, squash_into, words_of};
use code::{is_call, is_expression, is_name};

/// How much is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strictness {
    /// For values that only their name calls a secret: whatever looks like a placeholder, a template or a variable.
    Strict,
    /// For tokens with a shape of their own: only what is a fake from end to end. A word that turned up in random
    /// characters by chance is none.
    Token,
}

/// Why a value is a placeholder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Why {
    /// `${X}`, `{{ x }}`, `<your key>`, `%s`, `$(cmd)`
    Template,
    /// `process.env.X`, `self.x`, `get_secret()`
    Expression,
    /// `vault:…`, `ENC[…]`, `!Ref`, an ARN: it says where the secret is kept, or holds it encrypted.
    Reference,
    /// `changeme`, `your-api-key-here`, `REPLACE_ME`, `example`, `null`, `ab****yz`
    Word,
    /// `xxxx`, `****`, `0000`
    Repeated,
    /// `123456789`, `abcdef`, `qwerty`
    Sequence,
}

/// Why `value` is a placeholder; `None` where it is not one.
#[must_use]
pub fn placeholder(value: &[u8], strictness: Strictness) -> Option<Why> {
    let value = value.trim_ascii();
    if value.ends_with(b"...") || is_blank_escaped(value) {
        return Some(Why::Repeated);
    }
    let is_masked = value.len() > 4 && value.starts_with(b"**") && value.ends_with(b"**");
    if is_masked || is_repeated(value) {
        return Some(Why::Repeated);
    }
    if is_sequence(value, strictness) {
        return Some(Why::Sequence);
    }
    if is_documented(value) {
        return Some(Why::Word);
    }
    if has_fake_word(value) || ends_as_example(value) {
        return Some(Why::Word);
    }
    match strictness {
        Strictness::Token => None,
        // Two characters that look like a template turn up by chance in a long value of all characters.
        Strictness::Strict if is_all_noise(value) => {
            if ends_in_variable(value) {
                return Some(Why::Template);
            }
            is_reference(value).then_some(Why::Reference)
        }
        Strictness::Strict => {
            if is_reference(value) {
                Some(Why::Reference)
            } else if is_template(value) {
                Some(Why::Template)
            } else if is_expression(value) {
                Some(Why::Expression)
            } else {
                is_placeholder_word(value).then_some(Why::Word)
            }
        }
    }
}

/// The tokens of the OAuth specifications' examples
/// ([RFC 6749](https://www.rfc-editor.org/rfc/rfc6749), [RFC 6750](https://www.rfc-editor.org/rfc/rfc6750),
/// [OpenID Connect](https://openid.net/specs/openid-connect-core-1_0.html)), the UUIDs of
/// [RFC 4122](https://www.rfc-editor.org/rfc/rfc4122) and of documentation, the secret of everybody's example of one-time passwords (<https://github.com/google/google-authenticator/wiki/Key-Uri-Format>), and
/// the keys of Azure's emulators ([storage](https://learn.microsoft.com/azure/storage/common/storage-connect-azurite),
/// [Cosmos DB](https://learn.microsoft.com/azure/cosmos-db/emulator)), in pieces.
fn is_documented(value: &[u8]) -> bool {
    const TOKENS: [&[&str]; 16] = [
        &["JBSWY3DP", "EHPK3PXP"],
        &["mF_9.B5", "f-4.1JqM"],
        &["2YotnFZFEjr", "1zCsicMWpAA"],
        &["tGzv3JOkF0X", "G5Qx2TlKWIA"],
        &["SplxlOBeZQQ", "YbYS6WxSbIA"],
        &["7Fjfp0ZBr1K", "tDRbnfVdmIw"],
        &["SlAV3", "2hkKG"],
        &["gX1fB", "at3bV"],
        &["s6Bhd", "Rkqt3"],
        &["123e4567-e89b-12d3", "-a456-426614174000"],
        &["550e8400-e29b-41d4", "-a716-446655440000"],
        &["f81d4fae-7dec-11d0", "-a765-00a0c91e6bf6"],
        &["6ba7b810-9dad-11d1", "-80b4-00c04fd430c8"],
        &["00112233-4455-6677", "-8899-aabbccddeeff"],
        &["Eby8vdM02xNOcqFlqUwJ", "PLlmEtlCDXJ1OUzFT50u", "SRZ6IFsuFq2UVErCz4I6tq", "/K1SZFPTOtr/KBHBekso", "GMGw=="],
        &["C2y6yDjf5/R+ob0N8A7C", "gv30VRDJIWEHLM+4QDU5", "DE2nQ9nDuVTqobD4b8mG", "GyPMbIZnqyMsEcaGQy67", "XIw/Jw=="],
    ];
    let rest = |token: &&[&str]| token.iter().try_fold(value, |rest, piece| rest.strip_prefix(piece.as_bytes()));
    // Who needs a longer secret of one-time passwords writes the example twice.
    TOKENS.iter().any(|token| rest(token).is_some_and(<[u8]>::is_empty)) || rest(&TOKENS[0]).is_some()
}

/// Words in capitals that issuers put into documented fakes, runs of `x`, and what hides a part of a secret: our own
/// reports are text too.
fn has_fake_word(value: &[u8]) -> bool {
    static WORDS: Parts = Parts::new(&[
        "EXAMPLE",
        "PLACEHOLDER",
        "REPLACE",
        "REDACTED",
        "YOUR_",
        "CHANGEME",
        "xxxxxx",
        "XXXXXX",
        "example_",
        "_HERE",
        "......",
        "[...]",
        "FAKEFAKE",
        "fakefake",
        "placeholder",
        "testtesttest",
        "your_token",
        "your_key",
        "your_api",
        "your_secret",
        "\u{2026}",
        "***",
        "•••",
        "deadbeef",
        "DEADBEEF",
        "cafebabe",
        "CAFEBABE",
    ]);
    WORDS.any_in(value)
}

/// `….example`, `…-example`: whatever stands before it.
fn ends_as_example(value: &[u8]) -> bool {
    let last = value.rsplit(|byte| !byte.is_ascii_alphabetic()).next().unwrap_or_default();
    last.len() < value.len() && last.eq_ignore_ascii_case(b"example")
}

/// Text that a program replaces.
fn is_template(value: &[u8]) -> bool {
    #[rustfmt::skip]
    static PARTS: Parts = Parts::new(&[
        "${", "{{", "}}", "$(", "#{", "<%", "%>", "{%", "<?", "@{", "%{", "$[[", "$[", "...", "\u{2026}", "__ENV", "{0}", "{}", "](",
        "$((", "\\(",
    ]);
    const STARTS: &[&str] = &["<", "$env:", "$", "@@", "@(", "%%", "@Value", "__", "[%", "&lt;", "&", "`"];
    if value.is_empty() || PARTS.any_in(value) {
        return true;
    }
    let ends = |open: u8, close: u8| value.len() > 2 && value[0] == open && value[value.len() - 1] == close;
    let bracketed = ends(b'<', b'>')
        || ends(b'{', b'}')
        || ends(b'[', b']')
        || ends(b'%', b'%')
        || ends(b'(', b')')
        || ends(b'@', b'@')
        || ends(b'#', b'#');
    // `%b64[…]b64%` of test suites
    if ends(b'%', b'%') && value.iter().any(|byte| matches!(byte, b'[' | b'{' | b'(')) {
        return true;
    }
    let is_open = |byte: &u8| matches!(byte, b' ' | b'\'' | b'"');
    bracketed && (!is_noise(&value[1..value.len() - 1]) || (value[0] != b'#' && value[1..].iter().any(is_open)))
        || is_percent_name(value)
        || starts_template(value, STARTS)
        || is_format(value)
        || is_roff(value)
        || has_braced_name(value)
}

/// `\fIname\fP`: a name in the font of a manual page.
fn is_roff(value: &[u8]) -> bool {
    let name = value.strip_prefix(b"\\f").and_then(|rest| rest.get(1..));
    name.is_some_and(|name| name.ends_with(b"\\fP") || name.ends_with(b"\\fR"))
}

/// `$NAME`, `$name:key`, `<name`, `__NAME__`, `@@name@@`
fn starts_template(value: &[u8], starts: &[&str]) -> bool {
    let Some(start) = starts.iter().find(|start| value.starts_with(start.as_bytes())) else { return false };
    let name = &value[start.len()..];
    match *start {
        "<" => name.iter().all(|&byte| byte != b'>') && name.first().is_some_and(u8::is_ascii_alphabetic) && !is_noise(name),
        "__" => name.ends_with(b"__"),
        // `$secret:key` of Argo CD
        "$" => {
            name.strip_suffix(b"$").unwrap_or(name).split(|&byte| byte == b':').all(is_name) && !is_noise(name) || name.starts_with(b"{")
        }
        "&" | "`" => is_name(name) && !is_noise(name),
        _ => true,
    }
}

/// `%NAME`, `%NAME%`, `%name[…]`
fn is_percent_name(value: &[u8]) -> bool {
    let Some(name) = value.strip_prefix(b"%") else { return false };
    let length = name.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
    length >= 3 && (length < 8 || !is_noise(&name[..length])) && matches!(name.get(length), None | Some(b'%' | b'[' | b'('))
}

/// `%s`, `%-10s`, `%(password)s`, `%d`; at the beginning also the verbs that would be letters of a password: `%t`
fn is_format(value: &[u8]) -> bool {
    let mut at = 0;
    while let Some(found) = memchr::memchr(b'%', &value[at..]) {
        let tail = &value[at + found + 1..];
        let flags = tail.iter().take_while(|byte| matches!(byte, b'-' | b'.' | b'0'..=b'9' | b'l' | b'*')).count();
        let letter = tail.get(flags).copied().unwrap_or(0);
        let next = tail.get(flags + 1).copied().unwrap_or(b' ');
        let is_rare = at + found == 0 && matches!(letter, b't' | b'w' | b'f' | b'p' | b'c' | b'i' | b'r');
        let is_verb = is_rare || matches!(letter, b's' | b'd' | b'v' | b'x' | b'q' | b'u' | b'@');
        at += found + 1;
        if letter == b'(' || (is_verb && !next.is_ascii_alphanumeric() && !is_noise_around(value, at - 1..at + flags + 1)) {
            return true;
        }
    }
    false
}

/// `{name}` or `{call(…)}` inside a value.
fn has_braced_name(value: &[u8]) -> bool {
    let Some(open) = memchr::memchr(b'{', value) else { return false };
    let Some(close) = memchr::memchr(b'}', &value[open..]) else { return false };
    let inner = &value[open + 1..open + close];
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-' | b' ' | b':' | b'!' | b'[' | b']');
    !inner.is_empty() && (inner.iter().all(is_plain) || is_call(inner)) && !is_noise(inner)
}

/// `eyJhbGciOi…${TOKEN}`: a prefix that everybody knows, and a variable behind it.
fn ends_in_variable(value: &[u8]) -> bool {
    let Some(at) = memchr::memmem::rfind(value, b"${") else { return false };
    let name = value[at + 2..].strip_suffix(b"}");
    name.is_some_and(|name| name.len() >= 3 && name.iter().all(|byte| byte.is_ascii_uppercase() || *byte == b'_'))
}

/// Whether a value is long and random from end to end.
fn is_all_noise(value: &[u8]) -> bool {
    let digits = value.iter().filter(|byte| byte.is_ascii_digit()).count();
    let has = |test: fn(&u8) -> bool| value.iter().any(test);
    value.len() >= 20
        && digits >= 2
        && has(u8::is_ascii_lowercase)
        && has(u8::is_ascii_uppercase)
        && super::super::entropy::randomness(value) > 1.6
}

/// Where a secret is kept, or what holds it encrypted.
fn is_reference(value: &[u8]) -> bool {
    #[rustfmt::skip]
    static STARTS: Starts = Starts::new(&[
        "!ref", "!sub", "!vault", "!getatt", "!env", "!secret", "enc[", "enc(", "{cipher}", "{aes", "{des", "{3des", "{rsa", "crypt:", "aqicah", "vault:", "vault.", "vault/", "secret://", "secret/",
        "secrets.", "op://", "arn:", "projects/", "ssm:", "aws-ssm", "keyvault", "@microsoft.keyvault", "env:", "env.", "file:", "ref+",
        "sops", "lookup(", "kms:", "keyring:", "keychain:", "gcp-sm:", "ssm-parameter", "secretkeyref", "{vault",
    ]);
    static VAULT: Parts = Parts::new(&["$ANSIBLE_VAULT"]);
    STARTS.begin(value)
        || VAULT.any_in(value)
        || is_ciphertext(value)
        // Maven's and Jenkins' encrypted passwords.
        || (value.len() > 12 && value.starts_with(b"{") && value.ends_with(b"=}"))
        || (value.starts_with(b"{AQAAAB") && value.ends_with(b"}"))
        // A message of OpenPGP in base64, as Renovate takes it.
        || (value.len() > 200 && value.starts_with(b"wcFMA"))
}

/// `2.<iv>|<data>|<mac>` and `7.<data>` of Bitwarden.
fn is_ciphertext(value: &[u8]) -> bool {
    let is_base64 =
        |part: &[u8]| part.len() >= 8 && part.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'='));
    let [b'0'..=b'9', b'.', parts @ ..] = value else { return false };
    (parts.contains(&b'|') || parts.ends_with(b"=")) && parts.split(|&byte| byte == b'|').all(is_base64)
}

/// Words that stand for a value. A word counts where it is a word of the value, and the others are words too.
fn is_placeholder_word(value: &[u8]) -> bool {
    #[rustfmt::skip]
    static WHOLE: List = List::new(&[
        "null", "nil", "none", "undefined", "true", "false", "yes", "no", "on", "off", "empty", "blank", "default", "string", "required",
        "optional", "unset", "na", "todo", "tbd", "fixme", "void", "bar", "foo", "foobar", "any", "auto", "unknown", "hidden", "value",
        "masked",
    ]);
    #[rustfmt::skip]
    static PARTS: Parts = Parts::new(&[
        "changeme", "changeit", "changethis", "replaceme", "replacewith", "replacethis", "insertyour", "putyour", "enteryour", "addyour",
        "useyour", "yourpassword", "yoursecret", "yourtoken", "yourapikey", "youraccess", "yourkey", "yourclient", "placeholder",
        "redacted", "notarealkey", "notasecret", "notreal", "dummy", "fillme", "setme", "fakeapi", "fakekey", "fakesecret", "faketoken",
    ]);
    #[rustfmt::skip]
    static WORDS: List = List::new(&[
        "example", "examples", "sample", "your", "xxx", "xxxx", "todo", "tbd", "fake", "mock", "dummy", "placeholder", "insert",
        "replace", "replaced", "redacted", "masked", "here", "foo", "bar", "baz", "foobar", "lorem", "ipsum", "bogus", "invalid",
        // "your" and "here" in other languages
        "votre", "dein", "deine", "ihr", "ihre", "aqui", "sua", "seu", "tua", "tuo", "vostra", "jouw", "twoje",
    ]);
    let mut buffer = [0; 128];
    let Some(text) = squash_into(value, &mut buffer) else { return false };
    if WHOLE.has(text) || PARTS.any_in(text) {
        return true;
    }
    words_of(value).any(|word| WORDS.has(word))
}

#[cfg(test)]
mod tests;
