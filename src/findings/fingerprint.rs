//! L2: the identity of a finding: a versioned hash over rule, path and secret.
//!
//! No line and no commit go in, so moving code or rewriting history keeps it; the same secret twice in one
//! file has one fingerprint. It stands in reports, ignore files and `keyward allow`.
//!
//! It is a plain hash and hides nothing that can be guessed: whoever has the fingerprint of a password can try
//! passwords against it. So it is safe to publish for machine-made secrets and no better than the password
//! itself for the others. Baselines, which are committed, store a keyed slow hash instead.

use crate::text::fingerprint::{DIGITS, PREFIX};
use sha2::{Digest as _, Sha256};

/// Keeps these hashes apart from every other use of SHA-256 over the same bytes.
const DOMAIN: &[u8] = b"keyward finding fingerprint v1";
/// Bytes of the hash that are kept: 128 bits.
const KEPT: usize = DIGITS / 2;

/// The fingerprint of a secret that the rule `rule_id` found in `path` (as reported: relative, `/` separated).
#[must_use]
pub fn fingerprint(rule_id: &str, path: &str, secret: &[u8]) -> String {
    let mut hash = Sha256::new();
    for field in [DOMAIN, rule_id.as_bytes(), path.as_bytes(), secret] {
        hash.update((field.len() as u64).to_le_bytes());
        hash.update(field);
    }
    format!("{PREFIX}{}", data_encoding::HEXLOWER.encode(&hash.finalize()[..KEPT]))
}

#[cfg(test)]
mod tests {
    use super::fingerprint;
    use crate::text::fingerprint::is_fingerprint;

    #[test]
    fn the_form_is_frozen() {
        // Ignore files hold these: a change here breaks every one of them.
        assert_eq!(fingerprint("rule", "a/b.txt", b"value"), ["kw1:", "e5f413761baee25c", "0ceb1f97220f6b18"].concat());
        assert!(is_fingerprint(&fingerprint("", "", b"")));
    }

    #[test]
    fn fields_do_not_run_into_each_other() {
        let all = [fingerprint("ab", "c", b"d"), fingerprint("a", "bc", b"d"), fingerprint("a", "b", b"cd"), fingerprint("abc", "", b"d")];
        for (at, one) in all.iter().enumerate() {
            assert!(!all[at + 1..].contains(one));
        }
    }
}
