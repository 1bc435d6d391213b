//! stub
use crate::rules::{Confidence, syntax::ValueClass};
use crate::text::Span;
/// x
#[derive(Clone)]
pub struct Assignment {
    /// n
    pub name: Span,
    /// v
    pub value: Span,
}
/// x
#[must_use]
pub fn parse(_b: &[u8], _k: Span) -> Option<Assignment> {
    None
}
/// x
#[must_use]
pub fn judge(_n: &[u8], _v: &[u8], _c: ValueClass, _a: &Assignment) -> Option<Confidence> {
    None
}
