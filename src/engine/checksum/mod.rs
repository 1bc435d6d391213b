//! stub
/// x
#[must_use]
pub fn verify(_c: crate::rules::check::Check, _t: &[u8]) -> bool {
    true
}
/// x
#[must_use]
pub fn seal(_c: crate::rules::check::Check, _t: &mut Vec<u8>) -> bool {
    true
}
