//! L2: names of a provider's secret with other words between theirs: `acme_key` in `ACME_STAGING_KEY`, or in `api_key`
//! under a section `[acme]`.

use super::surroundings::is_own_word;
use super::words::WordHit;
use crate::rules::{CONTEXT_REACH, Rule};
use crate::text::Span;
use crate::text::chars::is_word;

/// Whether a context word at `hit` may count for a token at `at`: not where it is the first word of such a name and, as a
/// look at what follows it tells, neither stands in a name with others nor heads a section.
pub(super) fn may_count(bytes: &[u8], rule: &Rule, hit: WordHit, at: usize) -> bool {
    rule.apart.is_empty() || !is_first(bytes, rule, hit) || may_name(bytes, hit, at)
}

/// Whether a first word of such a name stands at `hit`, and whether the others follow it in the name that the token is
/// given to: how long the longest of these names is. `None` for any other context word.
pub(super) fn found(bytes: &[u8], rule: &Rule, hit: WordHit, name: Span, token: Span) -> Option<usize> {
    if rule.apart.is_empty() || !is_first(bytes, rule, hit) {
        return None;
    }
    let floor = token.start.saturating_sub(CONTEXT_REACH);
    let is_inside = name.start <= hit.start && hit.end <= name.end;
    let is_named = may_name(bytes, hit, token.start) && (is_inside || (hit.end <= name.start && is_section(bytes, floor, hit, name.start)));
    if !is_named {
        return Some(0);
    }
    let rest = Span::new(if is_inside { hit.end } else { name.start }, name.end);
    let word = &bytes[hit.start..hit.end];
    let fitting = rule.apart.iter().filter(|words| words[0].as_bytes().eq_ignore_ascii_case(word) && follow(bytes, rest, &words[1..]));
    Some(fitting.map(|words| words.iter().map(String::len).sum()).max().unwrap_or(0))
}

fn is_first(bytes: &[u8], rule: &Rule, hit: WordHit) -> bool {
    let word = &bytes[hit.start..hit.end];
    rule.apart.iter().any(|words| words[0].as_bytes().eq_ignore_ascii_case(word))
}

/// Whether what follows the word at `hit` may be the rest of a name, or the end of a heading: it is no host and no path.
fn may_name(bytes: &[u8], hit: WordHit, at: usize) -> bool {
    if hit.end > at || !is_own_word(bytes, hit) {
        return false;
    }
    let length = bytes[hit.end..at].iter().take_while(|&&byte| is_word(byte) || matches!(byte, b'.' | b'$')).count();
    let next = bytes[hit.end + length];
    if length > 0 { next != b'/' } else { matches!(next, b'"' | b'\'' | b':' | b']' | b'=' | b'{' | b' ' | b'\t') }
}

/// Whether the words stand in `rest` one behind the other, each as a word of its own.
fn follow(bytes: &[u8], rest: Span, words: &[String]) -> bool {
    let mut at = rest.start;
    words.iter().all(|word| {
        let places = at..(rest.end + 1).saturating_sub(word.len()).max(at);
        let is_there = |start: &usize| {
            let end = start + word.len();
            bytes[*start..end].eq_ignore_ascii_case(word.as_bytes()) && is_own_word(bytes, WordHit { word: 0, start: *start, end })
        };
        let found = places.into_iter().find(is_there);
        at = found.map_or(at, |start| start + word.len());
        found.is_some()
    })
}

/// Whether the word at `hit` heads the section in which a name begins at `at`: it stands alone on its line, as `[acme]`,
/// `acme:`, `"acme": {` or `acme {`, and the lines from there to the name belong to it. Looks no further back than `floor`.
fn is_section(bytes: &[u8], floor: usize, hit: WordHit, at: usize) -> bool {
    let feed = memchr::memrchr(b'\n', &bytes[floor..hit.start]).map(|feed| floor + feed + 1);
    let Some(start) = feed.or((floor == 0).then_some(0)) else { return false };
    let Some(length) = memchr::memchr(b'\n', &bytes[hit.end..at]) else { return false };
    let (before, behind) = (&bytes[start..hit.start], bytes[hit.end..hit.end + length].trim_ascii());
    let is_block = behind.ends_with(b"{");
    // What kind of block it is may stand before its name: `provider "acme" {`.
    let opens = |byte: &u8| matches!(byte, b' ' | b'\t' | b'[' | b'"' | b'\'') || (is_block && byte.is_ascii_lowercase());
    let is_heading = before.iter().all(opens)
        && behind.iter().all(|byte| matches!(byte, b' ' | b':' | b'=' | b'{' | b']' | b'>' | b'"' | b'\''))
        && (is_block || behind.contains(&b':') || behind.contains(&b']'));
    let is_bracketed = before.contains(&b'[');
    let indent = indentation(before);
    let belongs = |line: &[u8]| {
        let text = line.trim_ascii_start();
        !text.is_empty() && if is_bracketed { text[0] != b'[' } else { indentation(line) > indent }
    };
    is_heading && bytes[hit.end + length + 1..=at].split(|&byte| byte == b'\n').all(belongs)
}

fn indentation(line: &[u8]) -> usize {
    line.iter().take_while(|&&byte| matches!(byte, b' ' | b'\t')).count()
}
