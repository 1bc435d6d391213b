//! L2: what stands around a token: context words within reach, and the name that the token is given to.

use super::given::{LINE_REACH, last_name};
use super::words::{WordHit, WordIndex};
use super::{Refusal, apart, boundary, work};
use crate::rules::format::Part;
use crate::rules::keywords::squash;
use crate::rules::{CONTEXT_REACH, Rule, Shape};
use crate::text::Span;
use crate::text::chars::{is_alnum, is_word};

/// How far behind a token a context word may stand, in bytes.
const BEHIND: usize = 96;
/// Context words up to this length must stand as words of their own (`box` is not in `checkbox`).
const SHORT_WORD: usize = 6;
/// Evidence of a word in the name and on the line: above the length of any context word.
const IN_NAME: usize = 2000;
const ON_LINE: usize = 1000;

/// The stretch in which the context words of a token are looked for.
pub(super) fn context_window(bytes: &[u8], token: Span) -> Span {
    Span::new(token.start.saturating_sub(CONTEXT_REACH), (token.end + BEHIND).min(bytes.len()))
}

/// The context words met so far, found once a byte however many tokens ask.
#[derive(Debug, Default)]
pub(super) struct ContextHits {
    hits: Vec<WordHit>,
    scanned: Option<Span>,
}

impl ContextHits {
    pub(super) fn clear(&mut self) {
        self.hits.clear();
        self.scanned = None;
    }

    /// Makes sure that every word of `window` is known.
    pub(super) fn advance(&mut self, words: &WordIndex, bytes: &[u8], window: Span) {
        let from = match self.scanned {
            Some(scanned) if scanned.start <= window.start && window.end <= scanned.end => return,
            Some(scanned) if scanned.start <= window.start && window.start <= scanned.end => scanned.end,
            _ => {
                self.clear();
                window.start
            }
        };
        work::add(window.end - from);
        words.find(bytes, from, window.end, &mut |hit| self.hits.push(hit));
        let start = self.scanned.map_or(window.start, |scanned| scanned.start);
        self.scanned = Some(Span::new(start, window.end));
    }

    /// The words that lie wholly in `window`.
    pub(super) fn within(&self, window: Span) -> impl Iterator<Item = WordHit> + '_ {
        // Hits come in order of their grams, which lie inside the words; words are shorter than 256 bytes.
        let first = self.hits.partition_point(|hit| hit.start + 256 < window.start);
        self.hits[first..]
            .iter()
            .take_while(move |hit| hit.start < window.end + 256)
            .filter(move |hit| window.start <= hit.start && hit.end <= window.end)
            .copied()
    }
}

/// Parts of names that say "secret".
const SECRET_WORDS: &[&str] =
    &["key", "token", "secret", "pass", "pwd", "auth", "cred", "bearer", "signing", "private", "login", "jwt", "webhook", "pat", "dsn"];
/// Ends of names that say that a value is something else.
#[rustfmt::skip]
const OTHER_ENDS: &[&str] = &[
    "sha", "sha1", "sha256", "sha512", "md5", "hash", "checksum", "digest", "integrity", "commit", "revision", "rev", "etag",
    "version", "path", "file", "filename", "url", "uri", "host", "name", "fingerprint", "thumbprint", "keyid", "kid", "clientid",
    "uuid", "guid", "publickey", "pubkey", "build", "image", "tag", "ref", "nonce", "salt", "sum", "trace", "traceid", "requestid",
    "sessionid", "icon", "class", "color", "cid", "oid", "blob", "tree", "snapshot", "layer",
];

/// Ends of names of what is there to be published, whatever stands before them: `RECAPTCHA_SITE_KEY`.
const PUBLIC_ENDS: [&str; 5] = ["sitekey", "publickey", "publishablekey", "pubkey", "public"];

/// How the context words stand around a token.
#[derive(Default)]
struct Standing {
    /// Evidence of the best of them.
    best: usize,
    /// Length of the longest name of a secret whose words stand apart in the name that the token is given to.
    apart: usize,
    /// Whether one is the whole name, and whether that is a header of the provider.
    is_name: bool,
    is_header: bool,
    /// Whether the id stands there that such a secret goes with.
    has_id: bool,
}

/// How surely the context words among `hits` say what the token is: the more the surer; refused where they do not.
/// A word in the name that the token is given to says more than one on the line, and that more than one
/// further off; a long word says more than a short one.
pub(super) fn evidence(bytes: &[u8], rule: &Rule, token: Span, hits: impl Iterator<Item = WordHit>) -> Result<usize, Refusal> {
    let line = line_before(bytes, token.start);
    if !value_position(bytes, token) {
        return Err(Refusal::NoValuePlace);
    }
    if is_search_key(bytes, token) {
        return Err(Refusal::OtherName);
    }
    let name = last_name(bytes, line, token.start, token.start.saturating_sub(2 * LINE_REACH));
    let Standing { mut best, apart, is_name, is_header, has_id } = standing(bytes, rule, token, (line, name), hits);
    if best.max(apart) == 0 {
        return Err(Refusal::NoContext);
    }
    let squashed = squash(&String::from_utf8_lossy(name.of(bytes)));
    let ends_in = |ends: &[&str]| ends.iter().any(|end| squashed.ends_with(end));
    let says_secret = SECRET_WORDS.iter().any(|word| squashed.contains(word));
    let (is_public, says_other, ends_in_id) = (ends_in(&PUBLIC_ENDS), ends_in(OTHER_ENDS), ends_in(&["id"]));
    if apart > 0 && says_secret && !says_other && !ends_in_id {
        best = best.max(IN_NAME + apart);
    }
    let (in_name, on_line) = (best > IN_NAME, best > ON_LINE);
    if best == 0 {
        return Err(Refusal::NoContext);
    }
    if is_public && !is_name {
        return Err(Refusal::OtherName);
    }
    let means_it = if (is_name && ends_in_id) || ((is_header || has_id) && !says_other) {
        // The rule knows the very name: `CC_TEST_REPORTER_ID`, `X-Metabase-Session`; or the id that has such a secret
        // stands beside it.
        true
    } else if says_other {
        in_name && says_secret
    } else if says_secret {
        true
    } else if is_bare_uuid(rule) || ends_in_id {
        false
    } else {
        in_name || (on_line && (name.is_empty() || line_says_secret(bytes, line)))
    };
    match means_it {
        true => Ok(best),
        false if says_other => Err(Refusal::OtherName),
        false => Err(Refusal::NotNamed),
    }
}

/// How the words at `hits` stand around the token, its line and its name.
fn standing(bytes: &[u8], rule: &Rule, token: Span, (line, name): (Span, Span), hits: impl Iterator<Item = WordHit>) -> Standing {
    let line_end = line_end(bytes, token.end);
    work::add(line_end - line.start);
    let mut seen = Standing::default();
    for hit in hits {
        work::add(1);
        if let Some(length) = apart::found(bytes, rule, hit, name, token) {
            seen.apart = seen.apart.max(length);
            continue;
        }
        let is_id = begins_key_id(bytes, hit);
        if (token.start < hit.end && hit.start < token.end) || !(is_id || stands_alone(bytes, hit)) {
            continue;
        }
        seen.has_id |= is_id;
        let near = if is_generic(&bytes[hit.start..hit.end]) {
            0
        } else if name.start <= hit.start && hit.end <= name.end {
            IN_NAME
        } else if hit.start >= line.start && hit.end <= line_end {
            ON_LINE
        } else {
            1
        };
        seen.best = seen.best.max(near + (hit.end - hit.start));
        let is_name = hit.start == name.start && hit.end == name.end;
        seen.is_name |= is_name;
        seen.is_header |= is_name && name.of(bytes)[..2].eq_ignore_ascii_case(b"x-");
    }
    seen
}

/// Whether a token is the key with which the pages of a documentation search their index, which every reader gets:
/// 32 hex digits beside the name of the index, as `DocSearch` is set up.
pub(super) fn is_search_key(bytes: &[u8], token: Span) -> bool {
    const LENGTH: usize = 32;
    const WORDS: [&[u8]; 4] = [b"indexName", b"index_name", b"docsearch", b"DocSearch"];
    if token.len() != LENGTH || !token.of(bytes).iter().all(u8::is_ascii_hexdigit) {
        return false;
    }
    let window = context_window(bytes, token);
    let says = |text: &[u8]| WORDS.iter().any(|word| memchr::memmem::find(text, word).is_some());
    says(&bytes[window.start..token.start]) || says(&bytes[token.end..window.end])
}

/// Whether a context word is one that any provider's secret may be named by: it supports, but says little.
fn is_generic(word: &[u8]) -> bool {
    let word = squash(&String::from_utf8_lossy(word));
    matches!(
        &word[..],
        "secretkey" | "secretaccesskey" | "apikey" | "apisecret" | "accesskey" | "accesstoken" | "authtoken" | "clientsecret" | "token"
    )
}

/// Whether something is given: the token stands behind a quote, an operator, a space or a bracket.
pub(super) fn value_position(bytes: &[u8], token: Span) -> bool {
    let before = token.start.checked_sub(1).map(|at| bytes[at]);
    let opens = before.is_none_or(|byte| {
        // A letter or digit here belongs to an escape sequence, or the token could not begin.
        is_alnum(byte)
            || matches!(
                byte,
                b'"' | b'\'' | b'`' | b'=' | b':' | b' ' | b'\t' | b'(' | b',' | b'>' | b'[' | b'{' | b'|' | b'\n' | b'\r' | b';' | b'&'
            )
            || (byte == b'-' && boundary::is_default(bytes, token.start))
    });
    let behind = bytes.get(token.end).copied();
    let followed = behind.is_some_and(|byte| matches!(byte, b'/' | b'(' | b'[') || (byte == b'@' && before != Some(b':')));
    opens && !followed && !is_digest(bytes, token.start) && !is_commit(bytes, token)
}

/// Whether forty digits of hex stand behind the path of a module, as in lists of what is vendored: `golang.org/x/net 1a2b…`.
fn is_commit(bytes: &[u8], token: Span) -> bool {
    if token.len() != 40 || !matches!(bytes[..token.start].last(), Some(b' ' | b'\t')) || !token.of(bytes).iter().all(u8::is_ascii_hexdigit)
    {
        return false;
    }
    let blanks = bytes[..token.start].iter().rev().take_while(|&&byte| matches!(byte, b' ' | b'\t')).count();
    let head = &bytes[..token.start - blanks];
    let path = &head[head.len() - head.iter().rev().take(LINE_REACH).take_while(|byte| !byte.is_ascii_whitespace()).count()..];
    path.contains(&b'/') && path.contains(&b'.') && path.iter().all(|&byte| is_word(byte) || matches!(byte, b'/' | b'.' | b'-' | b'~'))
}

/// Whether what begins at `at` is called a digest: `sha256:…` of an image, `h1:…` of a Go module.
fn is_digest(bytes: &[u8], at: usize) -> bool {
    const NAMES: [&[u8]; 6] = [b"sha256", b"h1", b"sha512", b"sha1", b"md5", b"sha384"];
    let Some((b':' | b'=', before)) = bytes[..at].split_last() else { return false };
    NAMES.iter().any(|name| before.strip_suffix(*name).is_some_and(|outer| !outer.last().is_some_and(|&byte| is_word(byte))))
}

/// The part of the line before `at`, bounded; the line before where there is no letter on this one.
fn line_before(bytes: &[u8], at: usize) -> Span {
    let from = at.saturating_sub(LINE_REACH);
    let before = &bytes[from..at];
    let start = memchr::memrchr2(b'\n', b'\r', before).map_or(from, |newline| from + newline + 1);
    if bytes[start..at].iter().any(|&byte| is_alnum(byte)) || start <= from {
        return Span::new(start, at);
    }
    let trimmed = before[..start - from].iter().rposition(|&byte| byte != b'\n' && byte != b'\r').map_or(from, |last| from + last + 1);
    let previous = bytes[from..trimmed].iter().rposition(|&byte| byte == b'\n' || byte == b'\r').map_or(from, |newline| from + newline + 1);
    Span::new(previous, at)
}

fn line_end(bytes: &[u8], at: usize) -> usize {
    let to = (at + BEHIND).min(bytes.len());
    bytes[at..to].iter().position(|&byte| byte == b'\n' || byte == b'\r').map_or(to, |newline| at + newline)
}

/// Whether a word of the line says that a secret is at hand, or the line is a request.
fn line_says_secret(bytes: &[u8], line: Span) -> bool {
    let text = squash(&String::from_utf8_lossy(line.of(bytes)));
    ["key", "token", "secret", "passw", "auth", "cred", "curl", "apikey"].iter().any(|word| text.contains(word))
}

/// Whether a short word stands by itself: not inside a longer word in the same case. A long one that says "key" may
/// not begin inside a word: `POSTMARK_API_KEY` has no `ark_api_key`.
pub(super) fn stands_alone(bytes: &[u8], hit: WordHit) -> bool {
    let is_long = hit.end - hit.start > SHORT_WORD;
    if is_long && !says_key(&bytes[hit.start..hit.end]) {
        return true;
    }
    !joined_before(bytes, hit) && (is_long || !joined_behind(bytes, hit))
}

/// Whether a word is no part of a longer one in the same case.
pub(super) fn is_own_word(bytes: &[u8], hit: WordHit) -> bool {
    !joined_before(bytes, hit) && !joined_behind(bytes, hit)
}

fn joined_before(bytes: &[u8], hit: WordHit) -> bool {
    let first = bytes[hit.start];
    let before = hit.start.checked_sub(1).map(|at| bytes[at]);
    before.is_some_and(|byte| byte.is_ascii_alphabetic() && !(byte.is_ascii_lowercase() && first.is_ascii_uppercase()))
}

fn joined_behind(bytes: &[u8], hit: WordHit) -> bool {
    let last = bytes[hit.end - 1];
    let behind = bytes.get(hit.end).copied();
    behind.is_some_and(|byte| byte.is_ascii_lowercase() || (byte.is_ascii_uppercase() && last.is_ascii_uppercase()))
}

/// Whether a context word is the beginning of an id of an AWS key, which no secret key is without: `AKIA` and 16 more.
fn begins_key_id(bytes: &[u8], hit: WordHit) -> bool {
    const LENGTH: usize = 20;
    let is_id =
        |id: &[u8]| matches!(&id[..4], b"AKIA" | b"ASIA") && id.iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    let is_apart = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_none_or(|&byte| !is_word(byte));
    let end = hit.start + LENGTH;
    is_apart(hit.start.checked_sub(1)) && bytes.get(hit.start..end).is_some_and(is_id) && is_apart(Some(end))
}

fn says_key(word: &[u8]) -> bool {
    ["key", "token", "secret"].iter().any(|part| word.windows(part.len()).any(|window| window.eq_ignore_ascii_case(part.as_bytes())))
}

/// Whether the rule's format is a UUID and nothing else: ids look the same, so only a name can tell.
fn is_bare_uuid(rule: &Rule) -> bool {
    let Shape::Format(format) = &rule.shape else { return false };
    format.length() == (36, 36)
        && matches!(&format.parts[..], [Part::Run(first), Part::Literal(dash), ..] if first.max == 8 && dash == b"-")
}

#[cfg(test)]
mod tests {
    use super::value_position;
    use crate::text::Span;

    #[test]
    fn what_is_called_a_digest_stands_in_no_place_of_a_value() {
        let digits = "0123456789abcdef".repeat(4);
        let is_value = |before: &str| value_position(format!("{before}{digits}\"").as_bytes(), Span::new(before.len(), before.len() + 64));
        assert!(["sha256:", "\"sha256:", "image@sha256:", "name h1:", "?sha512="].iter().all(|before| !is_value(before)));
        assert!(["key:", "key=", "mysha256:", "key_sha1=", "h1 = "].iter().all(|before| is_value(before)));
        let commit =
            |before: &str| value_position(format!("{before}{}\n", &digits[..40]).as_bytes(), Span::new(before.len(), before.len() + 40));
        assert!(!commit("github.com/acme/lib ") && !commit("golang.org/x/net\t") && commit("acme_key ") && commit("path=a/b.c key="));
    }
}
