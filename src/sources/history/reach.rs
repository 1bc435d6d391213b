//! L3: which blobs some trees lead to.

use gix::ObjectId;

use super::packed::trees;
use super::trees::{Blobs, Ground, Numbers, Take, visit};
use crate::blob::Skip;

/// What the trees `roots` lead to, and those that could not be read.
pub(super) fn reach<'h>(ground: Ground<'h>, numbers: &'h Numbers<'h>, roots: Vec<ObjectId>) -> (Blobs<'h>, Vec<Skip>) {
    let (takes, skips) = take_reached(ground, numbers, roots, || Blobs::new(numbers));
    let mut found = Blobs::new(numbers);
    for other in takes {
        found.add_all(other);
    }
    (found, skips)
}

/// Shows all trees below `roots` and no others; what was taken of them, and those that could not be read. The note of
/// an entry is the number of the tree that it names.
pub(super) fn take_reached<T: Take<Note = u32>>(
    ground: Ground<'_>,
    numbers: &Numbers<'_>,
    roots: Vec<ObjectId>,
    take: impl Fn() -> T,
) -> (Vec<T>, Vec<Skip>) {
    let mut visited = visit(ground, numbers, roots, Some, &take);
    drop(std::mem::take(&mut visited.notes));
    // What was taken of packs is more than what is reached if some of the trees are not.
    let is_all = visited.met.is_within(&visited.reached);
    let packed = if is_all { visited.packed } else { trees(ground.packed, ground.pool, ground.budget, Some(&visited.reached), take).takes };
    (packed.into_iter().chain(visited.others).collect(), visited.skips)
}
