//! stub
use crate::rules::{Confidence, Rule};
use crate::text::Span;
/// x
pub struct UrlCredential {
    /// n
    pub whole: Span,
    /// v
    pub password: Span,
}
/// x
#[must_use]
pub fn password_in_url(_b: &[u8], _k: usize) -> Option<UrlCredential> {
    None
}
/// x
#[must_use]
pub fn judge_url(_n: &UrlCredential, _v: &[u8]) -> Option<Confidence> {
    None
}
/// x
#[must_use]
pub fn rule_for(_n: &[Rule], _u: &[u32], _v: &UrlCredential, _b: &[u8]) -> Option<u32> {
    None
}
