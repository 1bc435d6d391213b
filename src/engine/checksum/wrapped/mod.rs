//! L2: tokens that are base64 of JSON or of text of a certain form, beside literals.

mod json;
mod text;

use super::code::{Base64, capacity, from_base64, unpadded};
use super::noise::Noise;
use crate::rules::check::Check;
use std::ops::Range;

/// What one kind of token holds.
struct Form {
    /// Where the base64 stands in the token.
    place: fn(&[u8]) -> Option<Range<usize>>,
    /// Whether the decoded bytes are what they should be.
    fits: fn(&[u8]) -> bool,
    /// Valid bytes of the given length, or longer where that is too short for any.
    fill: fn(usize, &mut Noise) -> Vec<u8>,
}

/// Whether the token holds what it should.
pub(super) fn verify(check: Check, token: &[u8]) -> bool {
    if check == Check::TextJetbrains {
        return jetbrains(token)
            .is_some_and(|parts| parts.into_iter().all(|part| from_base64(&token[part]).is_some_and(|name| is_printable(&name))));
    }
    let Some(form) = form(check) else { return false };
    (form.place)(token).and_then(|place| from_base64(&token[place])).is_some_and(|bytes| (form.fits)(&bytes))
}

/// Fills the token with what it should hold.
pub(super) fn seal(check: Check, token: &mut Vec<u8>) -> bool {
    let mut noise = Noise::of(token);
    if check == Check::TextJetbrains {
        let Some([user, name]) = jetbrains(token) else { return false };
        for place in [name, user] {
            let text = noise.word(capacity(&token[place.clone()]).max(1));
            Base64::Standard.splice(token, place, text.as_bytes());
        }
        return true;
    }
    let Some(form) = form(check) else { return false };
    let Some(place) = (form.place)(token) else { return false };
    let bytes = (form.fill)(capacity(&token[place.clone()]), &mut noise);
    Base64::Standard.splice(token, place, &bytes);
    true
}

fn form(check: Check) -> Option<Form> {
    json::form(check).or_else(|| text::vendor_form(check)).or_else(|| text::plain_form(check))
}

/// Text of at least one character and without control characters.
fn is_printable(bytes: &[u8]) -> bool {
    !bytes.is_empty() && std::str::from_utf8(bytes).is_ok_and(|text| !text.chars().any(char::is_control))
}

const DIGITS: fn(u8) -> bool = |byte| byte.is_ascii_digit();
const HEX: fn(u8) -> bool = |byte| byte.is_ascii_hexdigit();
const BASE64URL: fn(u8) -> bool = |byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
const COLON: fn(u8) -> bool = |byte| byte == b':';

/// A run of bytes: how many, and of which kind.
type Run = (usize, fn(u8) -> bool);

/// Whether the bytes begin with these runs.
fn is_sequence(mut bytes: &[u8], runs: &[Run]) -> bool {
    runs.iter().all(|&(length, kind)| {
        let Some((run, rest)) = bytes.split_at_checked(length) else { return false };
        bytes = rest;
        run.iter().all(|&byte| kind(byte))
    })
}

fn is_uuid(bytes: &[u8]) -> bool {
    let dash: fn(u8) -> bool = |byte| byte == b'-';
    bytes.len() == 36
        && is_sequence(bytes, &[(8, HEX), (1, dash), (4, HEX), (1, dash), (4, HEX), (1, dash), (4, HEX), (1, dash), (12, HEX)])
}

/// `head`, at least `least` letters and digits, and `tail`: `length` bytes if these fit.
fn padded(length: usize, head: &str, least: usize, noise: &mut Noise, tail: &str) -> Vec<u8> {
    padded_with(length, head, least, noise, tail, super::code::BASE62)
}

fn padded_with(length: usize, head: &str, least: usize, noise: &mut Noise, tail: &str, alphabet: &[u8]) -> Vec<u8> {
    let fill = length.saturating_sub(head.len() + tail.len()).max(least);
    [head, &noise.text(fill, alphabet), tail].concat().into_bytes()
}

/// The whole token.
#[allow(clippy::unnecessary_wraps, reason = "one of the places of a form")]
fn whole(token: &[u8]) -> Option<Range<usize>> {
    Some(0..token.len())
}

/// What follows a prefix.
fn behind(token: &[u8], prefix: &[u8]) -> Option<Range<usize>> {
    token.starts_with(prefix).then_some(prefix.len()..token.len())
}

/// What follows `sk_live_`, `pk_test_` and the like.
fn behind_second_underscore(token: &[u8]) -> Option<Range<usize>> {
    Some(memchr::memchr_iter(b'_', token).nth(1)? + 1..token.len())
}

/// What follows the last white space: `Basic …`.
#[allow(clippy::unnecessary_wraps, reason = "one of the places of a form")]
fn last_word(token: &[u8]) -> Option<Range<usize>> {
    let end = token.trim_ascii_end().len();
    Some(token[..end].iter().rposition(u8::is_ascii_whitespace).map_or(0, |at| at + 1)..end)
}

/// The part between dots with this index from 0.
fn part(token: &[u8], index: usize) -> Option<Range<usize>> {
    let start = if index == 0 { 0 } else { memchr::memchr_iter(b'.', token).nth(index - 1)? + 1 };
    let end = memchr::memchr(b'.', &token[start..])? + start;
    Some(start..end)
}

/// User name and token name of `perm:<user>.<name>.<secret>`, without padding.
fn jetbrains(token: &[u8]) -> Option<[Range<usize>; 2]> {
    let rest = token.strip_prefix(b"perm")?;
    let mut parts = rest.get(1..)?.split(|&byte| byte == b'.');
    let (user, name, _secret) = (parts.next()?, parts.next()?, parts.next()?);
    let name_start = 5 + user.len() + 1;
    let none_empty = !unpadded(user).is_empty() && !unpadded(name).is_empty();
    none_empty.then_some([5..5 + user.len(), name_start..name_start + name.len()])
}
