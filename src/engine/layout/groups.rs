//! L2: lists of things in one piece of memory, told by their number.

use serde::{Deserialize, Serialize};
use std::ops::Index;

/// Numbered groups.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::engine) struct Groups<T> {
    /// Where each group ends in the list, behind a zero.
    bounds: Vec<u32>,
    all: Vec<T>,
}

impl<T> Default for Groups<T> {
    fn default() -> Self {
        Groups { bounds: vec![0], all: Vec::new() }
    }
}

impl<T> Groups<T> {
    /// Adds a group.
    ///
    /// # Panics
    /// If there are 2^32 things.
    pub(super) fn push(&mut self, group: impl IntoIterator<Item = T>) {
        self.all.extend(group);
        self.bounds.push(u32::try_from(self.all.len()).expect("fewer than 2^32 things"));
    }

    /// The groups in order.
    pub(in crate::engine) fn iter(&self) -> impl Iterator<Item = &[T]> {
        self.bounds.windows(2).map(|bounds| &self.all[bounds[0] as usize..bounds[1] as usize])
    }
}

impl<T, G: IntoIterator<Item = T>> FromIterator<G> for Groups<T> {
    fn from_iter<I: IntoIterator<Item = G>>(all: I) -> Self {
        let mut groups = Groups::default();
        all.into_iter().for_each(|group| groups.push(group));
        groups
    }
}

impl<T> Index<usize> for Groups<T> {
    type Output = [T];

    #[inline]
    fn index(&self, group: usize) -> &[T] {
        &self.all[self.bounds[group] as usize..self.bounds[group + 1] as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::Groups;

    #[test]
    fn groups_come_back_by_number_and_in_order() {
        let lists = [vec![1, 2], vec![], vec![3]];
        let groups: Groups<i32> = lists.iter().cloned().collect();
        assert_eq!(groups.iter().collect::<Vec<_>>(), lists);
        assert!(lists.iter().enumerate().all(|(number, list)| groups[number] == list[..]));
        assert_eq!(Groups::<i32>::default().iter().count(), 0);
    }
}
