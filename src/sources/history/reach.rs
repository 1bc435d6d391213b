//! L3: which blobs some trees lead to.

use gix::ObjectId;

use super::packed::trees;
use super::trees::{Blobs, Ground, Numbers, visit};
use crate::blob::Skip;

/// What the trees `roots` lead to, and those that could not be read.
pub(super) fn reach<'h>(ground: Ground<'h>, numbers: &'h Numbers<'h>, roots: Vec<ObjectId>) -> (Blobs<'h>, Vec<Skip>) {
    let take = || Blobs::new(numbers);
    let mut visited = visit(ground, numbers, roots, Some, take);
    drop(std::mem::take(&mut visited.notes));
    let (mut found, mut all) = (Blobs::new(numbers), Blobs::new(numbers));
    let add = |to: &mut Blobs<'h>, takes: Vec<Blobs<'h>>| takes.into_iter().for_each(|take| to.add_all(take));
    add(&mut found, visited.others);
    // What was taken of packs is more than what is reached if some of the trees are not.
    if visited.met.is_within(&visited.reached) {
        add(&mut found, visited.packed);
    } else {
        add(&mut all, visited.packed);
        add(&mut found, trees(ground.packed, ground.pool, ground.budget, Some(&visited.reached), take).takes);
        found.other_names = all.names;
    }
    (found, visited.skips)
}
