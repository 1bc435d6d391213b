//! L1: rules: as they are written ([`syntax`]), as the detector runs them ([`rule`]), and the sets of them.
//!
//! `build.rs` includes this module's pure parts to compile `rules/*.yaml`, so nothing here may depend on a
//! higher level.

pub mod about;
pub mod alphabet;
pub mod builtin;
pub mod check;
pub mod format;
pub mod gate;
pub mod keywords;
pub mod lazy;
pub mod load;
pub mod pattern;
pub mod plan;
pub mod rule;
pub mod set;
pub mod syntax;

pub use about::About;
pub use rule::{ASSIGNMENT_REACH, CONTEXT_REACH, Details, Keyword, PAIR_REACH, PEM_REACH, Place, Rule, RuleError, Shape};
pub use set::RuleSet;
pub use syntax::{Audience, Confidence, Severity};
