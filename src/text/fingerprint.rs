//! L0: how the fingerprint of a finding is written. It stands in reports and in allowlists.

/// How fingerprints of the version that is made begin; 32 hex digits follow.
pub const PREFIX: &str = "kw1:";
/// Digits of a fingerprint; another version may have more.
pub const DIGITS: usize = 32;

/// Whether `text` has the form of a fingerprint, of this or a later version.
#[must_use]
pub fn is_fingerprint(text: &str) -> bool {
    if let Some(digits) = text.strip_prefix(PREFIX) {
        return digits.len() == DIGITS && digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    }
    behind_version(text).is_some_and(|hash| hash.len() >= DIGITS && hash.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

/// Whether `text` begins as fingerprints do, and so is meant as one.
#[must_use]
pub fn is_meant_as_fingerprint(text: &str) -> bool {
    behind_version(text).is_some()
}

/// What stands behind `kw`, a number and a colon.
fn behind_version(text: &str) -> Option<&str> {
    let (version, hash) = text.strip_prefix("kw")?.split_once(':')?;
    (!version.is_empty() && version.bytes().all(|byte| byte.is_ascii_digit())).then_some(hash)
}

#[cfg(test)]
mod tests {
    use super::{is_fingerprint, is_meant_as_fingerprint};

    #[test]
    fn only_whole_fingerprints_are_such() {
        let digits = "0123456789abcdef".repeat(2);
        for text in [format!("kw1:{digits}"), format!("kw2:{digits}"), format!("kw12:{digits}XYZ")] {
            assert!(is_fingerprint(&text) && is_meant_as_fingerprint(&text), "{text}");
        }
        for text in ["kw1:", "kw1:abc", &format!("kw1:{digits}0"), &format!("kw1:{}", digits.to_uppercase()), &format!("kw2:{digits}/")] {
            assert!(!is_fingerprint(text) && is_meant_as_fingerprint(text), "{text}");
        }
        for text in ["", "kw", "kw1", "kw:x", &digits, &format!("1:{digits}"), &format!("kwx:{digits}")] {
            assert!(!is_fingerprint(text) && !is_meant_as_fingerprint(text), "{text}");
        }
    }
}
