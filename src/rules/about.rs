//! L1: what a rule says to people. Two thirds of the embedded rules are such text.

use serde::{Deserialize, Serialize};

/// What a rule says to people, and what its tests are made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    /// Who issues the secret.
    pub provider: String,
    /// What it is, without the provider's name.
    pub name: String,
    /// What somebody who finds it can do with it.
    pub description: String,
    /// What to do after a leak.
    pub remediation: String,
    /// Where such secrets are revoked.
    pub revoke: Option<String>,
    /// Documentation of the secret.
    pub docs: Option<String>,
    /// Tags, sorted.
    pub tags: Vec<String>,
    /// Documented fake values.
    pub placeholders: Vec<String>,
    /// Templates that must be found.
    pub examples: Vec<String>,
    /// Templates that must not be found.
    pub negatives: Vec<String>,
}

/// Fakes that are shorter say nothing of where else they stand: `changeit`, `android`.
const LEAST_FAKE: usize = 12;

/// What a documented fake is known by, whichever rule names it; `None` where it is too short. Digits may stand behind `0x`.
#[must_use]
pub fn mark_of_fake(fake: &[u8]) -> Option<u64> {
    let fake = fake.strip_prefix(b"0x").unwrap_or(fake);
    let fold = |hash: u64, &byte: &u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    (fake.len() >= LEAST_FAKE).then(|| fake.iter().fold(0xcbf2_9ce4_8422_2325, fold))
}
