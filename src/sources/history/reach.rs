//! L3: which blobs some trees lead to.

use gix::ObjectId;

use super::packed::trees;
use super::trees::{Blobs, Ground, Numbers, visit};
use crate::blob::Skip;

/// What the trees `roots` lead to, and those that could not be read.
pub(super) fn reach<'h>(ground: Ground<'h>, numbers: &'h Numbers<'h>, roots: Vec<ObjectId>) -> (Blobs<'h>, Vec<Skip>) {
    let mut visited = visit(ground, numbers, roots, Some, || Blobs::new(numbers));
    drop(std::mem::take(&mut visited.notes));
    // What was taken of packs is more than what is reached if some of the trees are not.
    let is_all = visited.met.is_within(&visited.reached);
    let packed = if is_all {
        visited.packed
    } else {
        trees(ground.packed, ground.pool, ground.budget, Some(&visited.reached), || Blobs::new(numbers)).takes
    };
    let mut found = Blobs::new(numbers);
    packed.into_iter().chain(visited.others).for_each(|other| found.add_all(other));
    (found, visited.skips)
}
