//! L2: passwords in URLs: `scheme://user:password@host`, by [RFC 3986](https://www.rfc-editor.org/rfc/rfc3986#section-3.2)
//! and by what people write, with `@` and `/` in passwords; and in the data source names of Go's `MySQL` driver.
//!
//! [`password_in_url`] says where the parts lie, [`judge_url`] whether the password is one.

use super::entropy::{RANDOM, randomness};
use super::filter::{NotASecret, Strictness, Weakness, placeholder, value_kind, weakness};
use super::judge::is_joined_passphrase;
use super::{Refusal, work};
use crate::rules::{Confidence, Rule, Shape};
use crate::text::Span;
use std::sync::Arc;

/// The longest user info and host, in bytes.
const LONGEST_AUTHORITY: usize = 900;
/// The longest scheme, in bytes.
const LONGEST_SCHEME: usize = 32;

/// Where the parts of a URL with a password lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UrlCredential {
    /// Without `://`; empty in a data source name.
    pub scheme: Span,
    /// Empty where the password stands alone: `https://token@host`.
    pub user: Span,
    /// As it is written: possibly percent-encoded.
    pub password: Span,
    /// With the port, or with several hosts.
    pub host: Span,
    /// From the scheme to the host.
    pub whole: Span,
}

/// The password in the URL whose `://` stands at `scheme_end`; `None` where there is no user info.
#[must_use]
pub fn password_in_url(bytes: &[u8], scheme_end: usize) -> Option<UrlCredential> {
    let start = scheme_end + 3;
    has_at_sign(bytes, start).then_some(())?;
    let scheme = scheme_before(bytes, scheme_end)?;
    let region = url_region(bytes, start);
    let at = user_info_end(region)?;
    let host = host_after(region, at + 1)?;
    let user_info = &region[..at];
    let (user, password) = match memchr::memchr(b':', user_info) {
        Some(colon) => (Span::new(start, start + colon), Span::new(start + colon + 1, start + at)),
        None => (Span::new(start, start), Span::new(start, start + at)),
    };
    let host = Span::new(start + at + 1, start + host);
    (!password.is_empty()).then(|| UrlCredential { scheme, user, password, host, whole: Span::new(scheme.start, host.end) })
}

/// Whether an `@` comes before a blank or the end of the line: most URLs have none, and are done with here.
#[inline]
fn has_at_sign(bytes: &[u8], start: usize) -> bool {
    let rest = &bytes[start.min(bytes.len())..bytes.len().min(start + LONGEST_AUTHORITY)];
    memchr::memchr3(b'@', b' ', b'\n', rest).is_some_and(|at| rest[at] == b'@')
}

fn scheme_before(bytes: &[u8], end: usize) -> Option<Span> {
    let is_scheme = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'.' | b'-');
    let length = bytes[..end].iter().rev().take(LONGEST_SCHEME).take_while(|byte| is_scheme(byte)).count();
    let mut start = end - length;
    // In `"\nhttp://` the `n` belongs to the escape.
    if start > 0 && bytes[start - 1] == b'\\' && start < end && matches!(bytes[start], b'n' | b't' | b'r') {
        start += 1;
    }
    while start < end && !bytes[start].is_ascii_alphabetic() {
        start += 1;
    }
    (start < end && bytes[end..].starts_with(b"://")).then(|| Span::new(start, end))
}

/// Everything that can belong to the URL: up to a blank, a quote, a bracket that closes what is around it, or the
/// next URL.
fn url_region(bytes: &[u8], start: usize) -> &[u8] {
    let limit = bytes.len().min(start + LONGEST_AUTHORITY);
    let rest = &bytes[start..limit];
    let ends = |at: usize, byte: u8| match byte {
        b'"' | b'\'' | b'`' | b'<' | b'>' | 0x7f => at > 0 || byte != b'<',
        b':' => rest[at..].starts_with(b"://"),
        b'\\' => matches!(rest.get(at + 1), Some(b'"' | b'\'' | b'n' | b'r' | b't' | b'\\') | None),
        byte => byte <= b' ',
    };
    let in_placeholder =
        |at: usize| memchr::memrchr(b'<', &rest[..at]).is_some_and(|open| !rest[open..at].contains(&b'>') && at - open < 40);
    let end = rest.iter().enumerate().position(|(at, &byte)| ends(at, byte) && !(byte == b'>' && in_placeholder(at)));
    let length = end.unwrap_or(rest.len());
    work::add(length);
    &rest[..length]
}

/// Offset of the `@` that ends the user info.
fn user_info_end(region: &[u8]) -> Option<usize> {
    let authority = &region[..region.iter().position(|byte| matches!(byte, b'/' | b'?' | b'#')).unwrap_or(region.len())];
    if let Some(at) = memchr::memrchr(b'@', authority) {
        // `me@home.io:pa#ss@host`: where the port is none, the host comes later.
        let port = memchr::memchr(b':', &authority[at..]).map(|colon| &authority[at + colon + 1..]);
        let is_odd = port.and_then(<[u8]>::first).is_some_and(u8::is_ascii_alphabetic) && authority.len() < region.len();
        return if is_odd { memchr::memrchr(b'@', region) } else { Some(at) };
    }
    // `[::1]:8080/a@b`: the colons of an address
    if authority.starts_with(b"[") {
        return None;
    }
    // `user:pa/ss@host`: what looks like a port is none, so the authority goes on.
    let colon = memchr::memchr(b':', authority)?;
    let port = &authority[colon + 1..];
    let is_port = port.iter().all(u8::is_ascii_digit) || port.starts_with(b"$") || port.starts_with(b"{") || port.starts_with(b"%");
    let at = memchr::memchr(b'@', region)?;
    (!is_port && at < colon + 64 && !region[..colon].contains(&b'.')).then_some(at)
}

/// Offset behind the host that begins at `start`; `None` where no host can begin there.
fn host_after(region: &[u8], start: usize) -> Option<usize> {
    let host = &region[start..];
    let first = *host.first()?;
    if first == b'[' {
        let close = memchr::memchr(b']', host)?;
        let port = host[close + 1..].iter().take_while(|byte| byte.is_ascii_digit() || **byte == b':').count();
        return Some(start + close + 1 + port);
    }
    let is_template = matches!(first, b'$' | b'{' | b'<' | b'%' | b'(');
    let is_host = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b':' | b',' | b'~') || *byte >= 0x80;
    let is_part = |byte: &u8| is_host(byte) || (is_template && matches!(byte, b'$' | b'{' | b'}' | b'<' | b'>' | b'%' | b'(' | b')'));
    let length = host.iter().take_while(|byte| is_part(byte)).count();
    let length = length - host[..length].iter().rev().take_while(|byte| matches!(byte, b'.' | b',' | b':')).count();
    (length > 0 && (is_template || first.is_ascii_alphanumeric() || first >= 0x80)).then_some(start + length)
}

/// Where the host is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Nowhere: names that documentation uses.
    Documentation,
    /// The machine itself.
    Here,
    /// A private network or a name without a domain: a container, a variable.
    Inside,
    /// A host on the network.
    Network,
}

/// The chance that the password of `url`, which was found in `bytes`, is one.
///
/// # Errors
/// Placeholders, words that stand for a password, and weak ones on the machine itself are refused.
pub fn judge_url(url: &UrlCredential, bytes: &[u8]) -> Result<Confidence, Refusal> {
    let mut buffer = [0; 256];
    let password = decode_percent(url.password.of(bytes), &mut buffer).ok_or(Refusal::Length)?;
    let user = url.user.of(bytes);
    let place = place_of(url.host.of(bytes));
    if password.len() < 3 {
        return Err(Refusal::Length);
    }
    if place == Place::Documentation {
        return Err(Refusal::DocumentedHost);
    }
    refuse_stand_in(user, password)?;
    if weakness(password).is_some() {
        return if place == Place::Network { Ok(Confidence::Low) } else { Err(Refusal::NearHost) };
    }
    let random = randomness(password) > RANDOM && password.len() >= 8;
    if user.is_empty() && url.password.start == url.user.end {
        // A token without a user has to look like one.
        let is_token = random && password.len() >= 20 && password.iter().any(u8::is_ascii_digit);
        return if is_token && place != Place::Here && !is_public(url, bytes) { Ok(Confidence::Medium) } else { Err(Refusal::NoToken) };
    }
    let letters = password.iter().filter(|byte| byte.is_ascii_alphabetic()).count();
    let mixed = letters > 0 && letters < password.len() && password.len() >= 7;
    let mixed = mixed && (random || !is_name(password) || is_joined_passphrase(password));
    let has = |test: fn(&u8) -> bool| usize::from(password.iter().any(test));
    let kinds = has(u8::is_ascii_lowercase) + has(u8::is_ascii_uppercase) + has(u8::is_ascii_digit) + has(u8::is_ascii_punctuation);
    match (place, random, mixed) {
        // `Falcon!Harbour42`
        (Place::Inside, false, true) if password.len() >= 8 && kinds >= 3 => Ok(Confidence::Medium),
        (Place::Network, true, _) => Ok(Confidence::High),
        // Who only tries something makes up less of a password.
        (Place::Here, true, _) if password.len() >= 12 && kinds >= 3 => Ok(Confidence::Medium),
        (Place::Network, false, true) | (Place::Inside, true, _) => Ok(Confidence::Medium),
        (Place::Network, false, false) | (Place::Inside, false, true) | (Place::Here, true, _) => Ok(Confidence::Low),
        _ => Err(Refusal::NearHost),
    }
}

/// Whether what stands before the host is the public key of a Sentry project, `https://<32 hex digits>@host/<number>`, or
/// the id of a message, `message://%3c…@host%3e`.
fn is_public(url: &UrlCredential, bytes: &[u8]) -> bool {
    let key = url.password.of(bytes);
    let path = &bytes[url.host.end..bytes.len().min(url.host.end + 24)];
    let is_project = path.strip_prefix(b"/").is_some_and(|project| {
        let digits = project.iter().take_while(|byte| byte.is_ascii_digit()).count();
        digits > 0 && project.get(digits).is_none_or(|byte| !byte.is_ascii_alphanumeric() && !matches!(byte, b'/' | b'.' | b'-' | b'_'))
    });
    (key.len() == 32 && key.iter().all(u8::is_ascii_hexdigit) && is_project)
        || key.starts_with(b"<")
        || (key.len() > 3 && key[..3].eq_ignore_ascii_case(b"%3c"))
}

/// Which of the URL rules `among` (indices into `rules`) a URL belongs to: one that names its scheme and its host,
/// before one that names only its scheme, before one that names none.
#[must_use]
pub fn rule_for(rules: &[Arc<Rule>], among: &[u32], url: &UrlCredential, bytes: &[u8]) -> Option<u32> {
    let scheme = url.scheme.of(bytes);
    let host = url.host.of(bytes);
    let rank = |index: &u32| {
        let Shape::Url { schemes, hosts } = &rules[*index as usize].shape else { return None };
        let by_scheme = schemes.iter().any(|known| scheme.eq_ignore_ascii_case(known.as_bytes()));
        let by_host = hosts.iter().any(|known| is_at(host, known.as_bytes()));
        ((schemes.is_empty() || by_scheme) && (hosts.is_empty() || by_host)).then_some((by_host, by_scheme))
    };
    let ranked = among.iter().filter_map(|index| rank(index).map(|rank| (rank, *index)));
    ranked.max_by_key(|&(rank, index)| (rank, std::cmp::Reverse(index))).map(|(_, index)| index)
}

/// Whether one of the hosts ends with `known` or, where that begins with `:`, has this port.
fn is_at(hosts: &[u8], known: &[u8]) -> bool {
    hosts.split(|&byte| byte == b',').any(|host| {
        let port = memchr::memrchr(b':', host).filter(|_| !host.ends_with(b"]")).unwrap_or(host.len());
        let (name, port) = host.split_at(port);
        if known.starts_with(b":") {
            port == known
        } else {
            name.len() >= known.len() && name[name.len() - known.len()..].eq_ignore_ascii_case(known)
        }
    })
}

/// Refuses placeholders, and the words that examples use.
fn refuse_stand_in(user: &[u8], password: &[u8]) -> Result<(), Refusal> {
    #[rustfmt::skip]
    const WORDS: &[&str] = &[
        "usr", "pwd", "pswd", "psw", "mypasswd", "userpass", "username", "token", "access_token", "api_key", "apikey", "x-oauth-basic",
        "x-access-token", "port",
    ];
    if let Some(why) = placeholder(password, Strictness::Strict) {
        return Err(Refusal::Placeholder(why));
    }
    if weakness(password) == Some(Weakness::StandIn) || user.eq_ignore_ascii_case(password) {
        return Err(Refusal::StandIn);
    }
    // `bob%40x.io` has no `%x` in it.
    let mut buffer = [0; 256];
    let user = decode_percent(user, &mut buffer).unwrap_or(user);
    let of_user = if user.is_empty() { None } else { placeholder(user, Strictness::Strict) };
    if let Some(why) = of_user.filter(|why| *why != super::filter::Why::Word) {
        return Err(Refusal::Placeholder(why));
    }
    let known = |word: &&str| password.eq_ignore_ascii_case(word.as_bytes());
    let is_port = password.len() <= 5 && password.iter().all(u8::is_ascii_digit);
    if WORDS.iter().any(known) || is_port {
        return Err(Refusal::StandIn);
    }
    match value_kind(password) {
        Some(kind @ (NotASecret::Sentence | NotASecret::Markup | NotASecret::Constant | NotASecret::Pattern)) => Err(Refusal::Kind(kind)),
        _ => Ok(()),
    }
}

/// Whether a value is the name of something rather than a password.
fn is_name(password: &[u8]) -> bool {
    use NotASecret::{Address, Date, Hash, Identifier, MediaType, Path, Style, Url, Version};
    match value_kind(password) {
        // `granite-canyon-78` is a phrase.
        Some(Identifier) => {
            password.iter().filter(|byte| byte.is_ascii_digit()).count() < 2 && !password.iter().any(u8::is_ascii_uppercase)
        }
        Some(Address | Date | Hash | MediaType | Path | Style | Url | Version) => true,
        _ => false,
    }
}

fn place_of(host: &[u8]) -> Place {
    #[rustfmt::skip]
    const DOCUMENTATION: &[&str] = &[
        "example", "test", "invalid", "example.com", "example.org", "example.net", "example.edu", "domain.com", "domain.tld",
        "yourdomain.com", "mydomain.com", "host.com", "host", "hostname", "myhost", "somehost", "some-host", "yourhost", "your-host", "foo.com", "bar.com",
    ];
    const HERE: &[&str] = &["localhost", "127.0.0.1", "[::1]", "0.0.0.0", "host.docker.internal"];
    let first = host.split(|&byte| byte == b',').next().unwrap_or(host);
    let name = match memchr::memchr(b':', first) {
        Some(colon) if !first.starts_with(b"[") => &first[..colon],
        _ => &first[..memchr::memchr(b']', first).map_or(first.len(), |close| close + 1)],
    };
    let is_in = |domain: &&str| {
        let tail = name.len().checked_sub(domain.len()).map(|at| (at, &name[at..]));
        tail.is_some_and(|(at, tail)| tail.eq_ignore_ascii_case(domain.as_bytes()) && (at == 0 || name[at - 1] == b'.'))
    };
    if DOCUMENTATION.iter().any(is_in) {
        Place::Documentation
    } else if HERE.iter().any(is_in) || name.starts_with(b"127.") {
        Place::Here
    } else if !name.contains(&b'.') || is_private(name) || name.iter().any(|byte| matches!(byte, b'$' | b'{' | b'<' | b'%')) {
        Place::Inside
    } else {
        Place::Network
    }
}

/// Addresses of networks at home and of containers, and domains that only exist inside one. Of 10.0.0.0/8 are those that
/// production runs in.
fn is_private(name: &[u8]) -> bool {
    const ENDS: &[&str] = &[".local", ".internal", ".lan", ".localdomain", ".svc", ".intranet", ".home"];
    const STARTS: &[&str] = &["192.168.", "172.16.", "172.17.", "172.18.", "172.19.", "172.20.", "169.254."];
    STARTS.iter().any(|start| name.starts_with(start.as_bytes())) || ENDS.iter().any(|end| name.ends_with(end.as_bytes()))
}

/// `text` with `%41` and the like decoded into `buffer`; `None` where it is too long.
fn decode_percent<'b>(text: &[u8], buffer: &'b mut [u8]) -> Option<&'b [u8]> {
    let mut length = 0;
    let mut at = 0;
    while at < text.len() {
        let decoded = text
            .get(at + 1..at + 3)
            .filter(|_| text[at] == b'%')
            .and_then(|hex| u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok());
        *buffer.get_mut(length)? = decoded.unwrap_or(text[at]);
        at += if decoded.is_some() { 3 } else { 1 };
        length += 1;
    }
    Some(&buffer[..length])
}

#[cfg(test)]
mod tests;
