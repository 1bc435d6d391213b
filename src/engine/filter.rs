//! stub
/// x
#[derive(Clone, Copy)]
pub enum Strictness {
    /// s
    Strict,
    /// t
    Token,
}
/// x
#[must_use]
pub fn placeholder(_v: &[u8], _s: Strictness) -> Option<()> {
    None
}
