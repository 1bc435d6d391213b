//! L3: which entries of a pack are needed for what is wanted, and which is a delta of which.

use super::bits::Bits;
use super::table::Table;

/// The needed entries of one pack as trees: a delta is a child of its base. Entries are known by place.
#[derive(Debug, Default)]
pub(super) struct Forest {
    /// Children of place `n`: `children[first_child[n]..first_child[n + 1]]`, the heaviest last.
    first_child: Vec<u32>,
    children: Vec<u32>,
    /// Entries that are no deltas, the heaviest tree first.
    roots: Vec<u32>,
}

impl Forest {
    /// Finds what is needed for the places that are `wanted`, which all lead to a whole object.
    pub(super) fn grow(table: &Table, wanted: impl Fn(u32) -> bool) -> Forest {
        let needed = needed(table, wanted);
        let all = || (0..table.len()).filter(|&place| needed.holds(place));
        let mut forest = Forest { first_child: vec![0; table.len() as usize + 2], ..Forest::default() };
        for base in all().filter_map(|place| table.base(place)) {
            forest.first_child[base as usize + 2] += 1;
        }
        for at in 1..forest.first_child.len() {
            forest.first_child[at] += forest.first_child[at - 1];
        }
        forest.children = vec![0; forest.first_child.last().copied().unwrap_or_default() as usize];
        for place in all() {
            match table.base(place) {
                None => forest.roots.push(place),
                Some(base) => {
                    let slot = &mut forest.first_child[base as usize + 1];
                    forest.children[*slot as usize] = place;
                    *slot += 1;
                }
            }
        }
        forest.first_child.pop();
        forest.order(table);
        forest
    }

    /// Orders children and roots by weight: the bytes to inflate for each and all that is built on it.
    fn order(&mut self, table: &Table) {
        let mut order = self.roots.clone();
        let mut at = 0;
        while at < order.len() {
            order.extend_from_slice(self.children(order[at]));
            at += 1;
        }
        let mut weights: Vec<u64> = vec![0; table.len() as usize];
        for &place in order.iter().rev() {
            // Opening a stream and handing on an object cost something by themselves.
            let weight = weights[place as usize].saturating_add(table.size(place) + 64);
            weights[place as usize] = weight;
            if let Some(base) = table.base(place) {
                weights[base as usize] = weights[base as usize].saturating_add(weight);
            }
        }
        for at in 0..table.len() as usize {
            let range = self.first_child[at] as usize..self.first_child[at + 1] as usize;
            if range.len() > 1 {
                self.children[range].sort_unstable_by_key(|&child| (weights[child as usize], child));
            }
        }
        self.roots.sort_unstable_by_key(|&root| (std::cmp::Reverse(weights[root as usize]), root));
    }

    /// The trees, the heaviest first.
    pub(super) fn roots(&self) -> &[u32] {
        &self.roots
    }

    /// The deltas that are built on an entry, the heaviest tree last.
    pub(super) fn children(&self, place: u32) -> &[u32] {
        &self.children[self.first_child[place as usize] as usize..self.first_child[place as usize + 1] as usize]
    }
}

/// What is wanted and what that is built on.
fn needed(table: &Table, wanted: impl Fn(u32) -> bool) -> Bits {
    let mut needed = Bits::new(table.len() as usize);
    for place in (0..table.len()).filter(|&place| wanted(place) && table.kind(place).is_some()) {
        let mut next = Some(place);
        while let Some(place) = next.filter(|&place| needed.insert(place)) {
            next = table.base(place);
        }
    }
    needed
}
