//! L2: what is no secret although it stands where one could: placeholders, other kinds of values, and names that
//! only look as if they held a secret.
//!
//! Pure functions of the value or the name. [`judge`](super::judge::judge) puts them together.

mod kind;
mod list;
mod name;
mod noise;
mod placeholder;
mod sequence;
mod words;

pub use kind::{NotASecret, value_kind};
pub(super) use list::List;
pub(super) use name::is_content_of_secret;
pub use name::{NameVerdict, is_harmless_behind, says_other, secret_name};

pub use placeholder::{Strictness, Why, placeholder};
pub(super) use sequence::counts_by_turns;
pub(super) use words::{Weakness, weakness, words_of};
