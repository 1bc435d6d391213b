//! L3: spreads work over threads that each keep a state, such as a reader with its cache of delta bases.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use gix::ObjectId;
use rayon::ThreadPool;

use crate::sources::git::Objects;

/// One state a thread, kept from one piece of work to the next.
pub(super) struct Workers<'p, W> {
    pool: &'p ThreadPool,
    states: Vec<Mutex<W>>,
}

impl<'p, W: Send> Workers<'p, W> {
    /// Makes a state for each thread of `pool`.
    pub(super) fn new(pool: &'p ThreadPool, state: impl Fn() -> W) -> Self {
        Workers { pool, states: (0..pool.current_num_threads()).map(|_| Mutex::new(state())).collect() }
    }

    /// Calls `work` with all `items`, cut into runs of neighbours of at most `longest`. The order of runs is not fixed.
    pub(super) fn each_run<T: Sync>(&self, items: &[T], longest: usize, work: impl Fn(&mut W, &[T]) + Sync) {
        let length = items.len().div_ceil(self.states.len() * 8).clamp(1, longest);
        let next = AtomicUsize::new(0);
        let run_all = |thread: usize| {
            let mut state = self.states[thread].lock().expect("a state is poisoned only by a panic that ends the scan");
            loop {
                let start = next.fetch_add(1, Ordering::Relaxed).saturating_mul(length);
                let Some(rest) = items.get(start..).filter(|rest| !rest.is_empty()) else { break };
                work(&mut state, &rest[..length.min(rest.len())]);
            }
        };
        if items.len() <= SMALL {
            run_all(0);
        } else {
            self.pool.broadcast(|context| run_all(context.index()));
        }
    }

    /// Sorts items by where the objects that they name are stored.
    pub(super) fn sort_by_place<T: Copy + Send>(&self, objects: &Objects, items: &mut [T], id: impl Fn(&T) -> ObjectId + Sync + Send) {
        self.pool.install(|| objects.sort_by_place(items, id));
    }

    /// The states, in no particular order.
    pub(super) fn into_states(self) -> impl Iterator<Item = W> {
        self.states.into_iter().map(|state| state.into_inner().expect("a state is poisoned only by a panic that ends the scan"))
    }
}

/// Fewer items are not worth waking threads for.
const SMALL: usize = 4;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_item_is_worked_on_once_whatever_the_sizes() {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(3).build().unwrap();
        for (count, longest) in [(0, 1), (1, 1), (4, 10), (5, 1), (97, 7), (1000, 4096)] {
            let items: Vec<usize> = (0..count).collect();
            let workers = Workers::new(&pool, Vec::new);
            workers.each_run(&items, longest, |seen, run| {
                assert!(run.len() <= longest);
                seen.extend_from_slice(run);
            });
            let mut seen: Vec<usize> = workers.into_states().flatten().collect();
            seen.sort_unstable();
            assert_eq!(seen, items);
        }
    }
}
