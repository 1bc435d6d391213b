//! What the tests share.

pub(crate) mod change;
pub(crate) mod keyward;
pub(crate) mod repo;
pub(crate) mod sink;
pub(crate) mod tree;
