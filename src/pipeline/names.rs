//! Secrets in names of files and directories, and of references.

use super::examine::{Found, Kin, examine};
use super::{Pipeline, lock, panicked};
use crate::blob::{Blob, Origin};
use crate::findings::location::locate;
use crate::findings::redact::redact_in;
use crate::rules::Confidence;
use crate::sources::Sink as _;
use crate::sources::names::LEAST;
use crate::text::Span;
use crate::text::lines::LineIndex;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Names that are remembered for whether they hold a secret.
const MOST_NAMES: usize = 1 << 16;
/// Shorter words are no tokens, nor the ends of any, in bytes.
const LEAST_WORD: usize = 16;
/// Words of a name that are looked at as the end of a token.
const MOST_WORDS: usize = 4;
/// Places in front of each where that token may begin.
const MOST_BEFORE: usize = 8;

impl Pipeline<'_> {
    /// Whether a name holds a secret.
    pub(super) fn holds_secret(&self, name: &str) -> bool {
        if let Some(known) = lock(&self.names).get(name) {
            return *known;
        }
        let origin = Origin::Stdin { path: "(name)".to_owned() };
        let is_leak = !self.secrets_in_name(&origin, name).is_empty();
        let mut names = lock(&self.names);
        if names.len() >= MOST_NAMES {
            names.clear();
        }
        names.insert(name.to_owned(), is_leak);
        is_leak
    }

    /// A path with the secrets that names in it hold redacted.
    pub(super) fn without_secrets(&self, path: &str) -> String {
        let origin = Origin::Stdin { path: "(name)".to_owned() };
        let safe = |name: &str| {
            if name.len() < LEAST || !self.holds_secret(name) {
                return name.to_owned();
            }
            let found = self.secrets_in_name(&origin, name);
            redact_in(name, &found.iter().map(|one| one.secret.reveal()).collect::<Vec<_>>())
        };
        path.split('/').map(safe).collect::<Vec<_>>().join("/")
    }

    /// The same of what names are put together in: a scope, the place of what was not scanned.
    pub(super) fn words_without_secrets(&self, text: &str) -> String {
        text.split(' ').map(|word| self.without_secrets(word)).collect::<Vec<_>>().join(" ")
    }

    /// Keeps what a name holds.
    pub(super) fn tell_name(&self, origin: Origin) {
        let (Origin::Name { name, .. } | Origin::Reference { name, .. }) = &origin else { return };
        let is_new = |path: String| lock(&self.told).insert(path);
        if self.excludes(&origin) || !origin.path().is_none_or(is_new) {
            return;
        }
        let found = self.secrets_in_name(&origin, name);
        if !found.is_empty() {
            lock(&self.hits).push((origin, found));
        }
    }

    /// The secrets in a name as it is, or else behind and before what it is put together with.
    pub(super) fn secrets_in_name(&self, origin: &Origin, name: &str) -> Vec<Found> {
        let found = self.certain_in(origin, name.as_bytes());
        if !found.is_empty() {
            return found;
        }
        let found = taken_apart(name.as_bytes()).iter().map(|text| self.certain_in(origin, text)).find(|found| !found.is_empty());
        placed(found.unwrap_or_default(), name.as_bytes())
    }

    /// The secrets that cannot be there by chance, as in what is no text.
    fn certain_in(&self, origin: &Origin, bytes: &[u8]) -> Vec<Found> {
        self.found_in(origin, bytes).into_iter().filter(|found| found.confidence >= Confidence::High).collect()
    }

    /// What is found in a text that is no content of a file.
    pub(super) fn found_in(&self, origin: &Origin, bytes: &[u8]) -> Vec<Found> {
        let mut scratch = lock(&self.idle).pop().unwrap_or_default();
        let blob = Blob { bytes, origin: origin.clone(), previous: &[] };
        let scanned = catch_unwind(AssertUnwindSafe(|| (examine(self.eyes(), &blob, Kin::None, &mut scratch), scratch)));
        let Ok((examined, scratch)) = scanned else {
            self.skip(panicked(origin.label()));
            return Vec::new();
        };
        lock(&self.idle).push(scratch);
        examined.found
    }
}

/// The name with blanks in the place of the hyphens and underlines that may join a token to what stands before and
/// behind it. In a text a token goes on there; a name is put together that way, as in `fix-TOKEN-again`.
fn taken_apart(name: &[u8]) -> Vec<Vec<u8>> {
    let is_joint = |at: usize| matches!(name.get(at), Some(b'-' | b'_' | b'+'));
    let is_split = |byte: &u8| !byte.is_ascii_alphanumeric();
    let mut texts = Vec::new();
    let mut end = 0;
    let words = name.split(is_split).map(|word| {
        let start = end;
        end += word.len() + 1;
        (start, word)
    });
    let is_long = |word: &[u8]| word.len() >= LEAST_WORD && word.iter().any(u8::is_ascii_digit);
    for (start, word) in words.filter(|(_, word)| is_long(word)).take(MOST_WORDS) {
        let mut cut = name.to_vec();
        let behind = start + word.len();
        if is_joint(behind) {
            cut[behind] = b' ';
            texts.push(cut.clone());
        }
        let part = name[..start].iter().rposition(|byte| *byte == b'/').map_or(0, |slash| slash + 1);
        for before in (part..start).rev().filter(|at| is_joint(*at)).take(MOST_BEFORE) {
            let mut text = cut.clone();
            text[before] = b' ';
            texts.push(text);
        }
    }
    texts
}

/// What was found in a name that was taken apart, with its lines as the name has them.
fn placed(mut found: Vec<Found>, name: &[u8]) -> Vec<Found> {
    let index = LineIndex::new(name);
    let span = |one: &Found| Span::new(one.location.offset, one.location.offset + one.secret.reveal().len());
    let spans: Vec<Span> = found.iter().map(span).collect();
    for (one, span) in found.iter_mut().zip(&spans) {
        if name.get(span.start..span.end) == Some(one.secret.reveal()) {
            one.location = locate(name, &index, *span, &spans);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::taken_apart;

    fn texts(name: &str) -> Vec<String> {
        taken_apart(name.as_bytes()).into_iter().map(|text| String::from_utf8(text).expect("it was text")).collect()
    }

    #[test]
    fn a_name_is_taken_apart_around_long_words_with_digits() {
        let word = "a1".repeat(8);
        let expected = [format!("x-y/a-b_{word} c"), format!("x-y/a-b {word} c"), format!("x-y/a b_{word} c")];
        assert_eq!(texts(&format!("x-y/a-b_{word}-c")), expected);
        assert_eq!(texts(&format!("{word}/a-b")), [""; 0]);
        assert_eq!(texts(&format!("{}-a1-b2", "a".repeat(20))), [""; 0]);
    }

    #[test]
    fn a_hostile_name_is_taken_apart_in_few_ways() {
        assert_eq!(texts(&format!("-{}", "a1".repeat(8)).repeat(100)).len(), 4 + 1 + 2 + 3 + 4);
        assert_eq!(texts(&"-a".repeat(100_000)), [""; 0]);
    }
}
