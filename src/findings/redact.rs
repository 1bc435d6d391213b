//! L2: redaction: enough of a secret to recognise it, never enough to use it.
//!
//! Every text that leaves keyward goes through here: [`redact`] writes one secret, [`Masker`] finds the known
//! secrets in text that was not meant to hold any (file names, commit subjects, error messages).

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use bstr::ByteSlice as _;
use std::borrow::Cow;

/// What stands for a secret of which nothing is shown. Always as long, so that it does not tell the length.
pub const MASK: &str = "********";
/// What stands for the hidden part of a secret of which a little is shown.
const HIDDEN: &str = "****";

/// Secrets shorter than this many characters are hidden whole.
const LEAST_SHOWN: usize = 12;
/// The last characters are shown of secrets longer than this.
const LEAST_TAIL: usize = 20;
/// The longest beginning that is shown, in characters, provided it is a fifth of the secret at most.
const LONGEST_HEAD: usize = 12;
/// Secrets shorter than this many bytes are not looked for in prose: they occur by chance.
const LEAST_IN_PROSE: usize = 4;
/// Secrets shorter than this many bytes are not looked for in paths, which should stay usable.
const LEAST_IN_PATH: usize = 12;
/// Secrets longer than this many bytes are not looked for: no path or subject line holds one whole.
const MOST_SOUGHT: usize = 8 * 1024;

/// The secret as reports show it: its beginning (up to the first `_` or `-`, else up to 4 characters, never more
/// than a fifth), `****`, and the last 2 to 4 characters where it is longer than 20. Short ones, and those that
/// a person may have chosen (no digit, spaces, letters beyond ASCII), show nothing, not even their length.
#[must_use]
pub fn redact(secret: &[u8]) -> String {
    if let Some(label) = pem_label(secret) {
        return format!("{label}{HIDDEN}");
    }
    let machine_made = secret.iter().any(u8::is_ascii_digit) && secret.iter().all(u8::is_ascii_graphic);
    if secret.len() < LEAST_SHOWN || !machine_made {
        return MASK.to_owned();
    }
    format!("{}{HIDDEN}{}", head(secret), tail(secret))
}

/// Whether a part of `text` is hidden, as far as its look tells.
#[must_use]
pub fn is_redacted(text: &str) -> bool {
    text.contains(HIDDEN)
}

/// `text` with every one of `secrets` in it redacted.
#[must_use]
pub fn redact_in(text: &str, secrets: &[&[u8]]) -> String {
    Masker::new(secrets.iter().copied()).text(text).into_owned()
}

/// Redacts a set of secrets wherever they occur in a text.
#[derive(Debug)]
pub struct Masker {
    /// `None` where there is nothing to look for.
    automaton: Option<AhoCorasick>,
    /// What stands for the secret of each pattern.
    masks: Vec<String>,
    /// There were too many secrets to look for: every text is hidden.
    overflow: bool,
}

impl Masker {
    /// A masker for `secrets`, in any order and any number of times each.
    pub fn new<'s>(secrets: impl IntoIterator<Item = &'s [u8]>) -> Self {
        let mut sought: Vec<(Vec<u8>, &[u8])> = Vec::new();
        for secret in secrets {
            if (LEAST_IN_PROSE..=MOST_SOUGHT).contains(&secret.len()) {
                sought.push((secret.to_vec(), secret));
                let shown = secret.to_str_lossy();
                if let Cow::Owned(safe) = crate::text::sanitize::sanitize(&shown) {
                    sought.push((safe.into_bytes(), secret));
                }
            }
        }
        sought.sort_unstable();
        sought.dedup();
        if sought.is_empty() {
            return Masker::none();
        }
        let masks = sought.iter().map(|(_, secret)| redact(secret)).collect();
        // Little text is looked through, and a DFA of some private keys takes as long to build as a small tree to scan.
        let automaton =
            AhoCorasick::builder().kind(Some(AhoCorasickKind::NoncontiguousNFA)).build(sought.iter().map(|(text, _)| text)).ok();
        Masker { overflow: automaton.is_none(), automaton, masks }
    }

    /// A masker that hides nothing, for `--show-secrets`.
    #[must_use]
    pub fn none() -> Self {
        Masker { automaton: None, masks: Vec::new(), overflow: false }
    }

    /// `text` without the secrets.
    #[must_use]
    pub fn text<'t>(&self, text: &'t str) -> Cow<'t, str> {
        self.replace(text, LEAST_IN_PROSE)
    }

    /// `path` without the secrets, apart from short ones, which file names hold by chance.
    #[must_use]
    pub fn path<'t>(&self, path: &'t str) -> Cow<'t, str> {
        self.replace(path, LEAST_IN_PATH)
    }

    fn replace<'t>(&self, text: &'t str, least: usize) -> Cow<'t, str> {
        if self.overflow {
            return Cow::Borrowed(MASK);
        }
        let mut safe = String::new();
        let mut from = 0;
        for (start, end, mask) in self.covered(text, least) {
            safe.push_str(&text[from..start]);
            safe.push_str(mask);
            from = end;
        }
        if from == 0 {
            return Cow::Borrowed(text);
        }
        safe.push_str(&text[from..]);
        Cow::Owned(safe)
    }

    /// The parts of `text` that secrets of `least` bytes and more cover, disjoint and in order, with what stands for each.
    fn covered(&self, text: &str, least: usize) -> Vec<(usize, usize, &str)> {
        let Some(automaton) = &self.automaton else { return Vec::new() };
        let mut matches: Vec<_> = automaton.find_overlapping_iter(text).filter(|found| found.len() >= least).collect();
        matches.sort_unstable_by_key(|found| (found.start(), std::cmp::Reverse(found.end())));
        let mut covered: Vec<(usize, usize, &str)> = Vec::new();
        for found in matches {
            match covered.last_mut() {
                Some((_, end, _)) if found.end() <= *end => {}
                Some((_, end, mask)) if found.start() < *end => (*end, *mask) = (found.end(), MASK),
                _ => covered.push((found.start(), found.end(), &self.masks[found.pattern().as_usize()])),
            }
        }
        covered
    }
}

/// The first line of a PEM-like block, which says what it is and nothing of the key.
fn pem_label(secret: &[u8]) -> Option<&str> {
    let rest = secret.strip_prefix(b"-----BEGIN ")?;
    let label = rest.find(b"-----")?;
    let plain = rest[..label].iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte == b' ');
    let end = b"-----BEGIN ".len() + label + b"-----".len();
    (plain && label <= 48).then(|| secret[..end].to_str().expect("the label is ASCII"))
}

/// The beginning that may be shown.
fn head(secret: &[u8]) -> &str {
    let most = (secret.len() / 5).min(LONGEST_HEAD);
    let alphanumeric = secret.iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
    let ends_in_separator = (2..most).contains(&alphanumeric) && matches!(secret[alphanumeric], b'_' | b'-');
    let shown = if ends_in_separator { alphanumeric + 1 } else { alphanumeric.min(most).min(4) };
    secret[..shown].to_str().expect("the beginning is ASCII")
}

/// The end that may be shown.
fn tail(secret: &[u8]) -> &str {
    let most = match secret.len() {
        len if len <= LEAST_TAIL => 0,
        len if len < 32 => 2,
        _ => 4,
    };
    let shown = secret.iter().rev().take(most).take_while(|byte| byte.is_ascii_alphanumeric()).count();
    secret[secret.len() - shown..].to_str().expect("the end is ASCII")
}

#[cfg(test)]
mod tests {
    use super::{HIDDEN, MASK, Masker, redact, redact_in};
    use proptest::prelude::*;

    #[test]
    fn a_token_keeps_its_prefix_and_its_last_characters() {
        let token = format!("{}_{}", "ghp", "0123456789".repeat(3) + "aBcDeF");
        assert_eq!(redact(token.as_bytes()), "ghp_****cDeF");
        assert_eq!(redact(b"AKXX0123456789ABCDEF"), "AKXX****");
        assert_eq!(redact(b"0123456789abcdef01234567"), "0123****67");
    }

    #[test]
    fn passwords_show_nothing_and_not_their_length() {
        for secret in ["", "hunter2", "correct horse 42 battery staple", "correct-horse-battery-staple", "pässwörter-2024-geheim"] {
            assert_eq!(redact(secret.as_bytes()), MASK);
        }
    }

    #[test]
    fn a_private_key_shows_its_label_only() {
        let key = format!("-----BEGIN RSA {} KEY-----\nMIIEow9\n-----END", "PRIVATE");
        assert_eq!(redact(key.as_bytes()), format!("-----BEGIN RSA {} KEY-----****", "PRIVATE"));
        assert_eq!(redact(b"-----BEGIN s3cr3t-that-ends-like-a-label-----"), MASK);
    }

    #[test]
    fn every_secret_in_a_text_is_redacted_the_longest_first() {
        let secrets: [&[u8]; 2] = [b"swordfish", b"swordfish2024"];
        assert_eq!(redact_in("a swordfish2024, b swordfish.", &secrets), format!("a sw{HIDDEN}, b {MASK}."));
    }

    #[test]
    fn short_secrets_do_not_mangle_paths() {
        let masker = Masker::new([&b"config"[..], &b"0123456789ab"[..]]);
        assert_eq!(masker.path("src/config/0123456789ab.pem"), "src/config/01****.pem");
        assert_eq!(masker.text("config: x"), format!("{MASK}: x"));
    }

    #[test]
    fn secrets_that_overlap_leave_nothing_of_each_other() {
        let secrets: [&[u8]; 2] = [b"xxconfig", b"config0123456789"];
        assert_eq!(redact_in("<xxconfig0123456789>", &secrets), format!("<{MASK}>"));
        assert_eq!(Masker::new(secrets).path("xxconfig0123456789/a"), "xxcon****/a");
    }

    #[test]
    fn a_secret_that_was_sanitized_is_still_known() {
        let masker = Masker::new([&b"tab\tbed-value"[..]]);
        assert_eq!(masker.text(&crate::text::sanitize::sanitize("x tab\tbed-value y")), format!("x {MASK} y"));
    }

    proptest! {
        #[test]
        fn at_most_a_fifth_and_four_characters_are_shown(secret in "[ -)+-~]{0,80}|[A-Za-z0-9]{2,6}[_-][A-Za-z0-9]{12,60}") {
            let redacted = redact(secret.as_bytes());
            prop_assert!(secret.is_empty() || !redacted.contains(&secret));
            let shown = redacted.chars().filter(|c| *c != '*').count();
            prop_assert!(shown <= secret.len() / 5 + 4, "{shown} of {}", secret.len());
            prop_assert!(shown <= 16);
        }

        #[test]
        fn any_bytes_are_redacted_without_panic(secret in proptest::collection::vec(any::<u8>(), 0..80)) {
            prop_assert!(redact(&secret).contains(HIDDEN));
        }

        #[test]
        fn a_masked_text_never_holds_the_secret(secret in "[a-z0-9]{6,40}", before in "[A-Z \u{202e}é]{0,10}", after in "[A-Z ]{0,10}") {
            let masked = redact_in(&format!("{before}{secret}{secret}{after}"), &[secret.as_bytes()]);
            prop_assert!(!masked.contains(&secret));
        }
    }
}
