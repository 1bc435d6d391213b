//! L2: what is quoted of a command line, of a configuration or of the file of another tool, without its secrets.

use super::redact::redact_in;
use crate::engine::Detector;
use crate::rules::builtin::builtin;

/// A text in which what any of the built-in rules finds is redacted, those that are off among them.
#[must_use]
pub fn without_secrets(text: &str) -> String {
    let Ok(detector) = Detector::new(builtin()) else { return text.to_owned() };
    let found = detector.scan(text.as_bytes());
    let secrets: Vec<&[u8]> = found.iter().map(|one| one.secret.of(text.as_bytes())).collect();
    redact_in(text, &secrets)
}
