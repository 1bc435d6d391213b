//! How many threads the system lets this process have.

use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{Builder, JoinHandle};

/// Of `wanted` threads as many as can be started together, but one at least. A container may bound them, and the walk would
/// wait without end for one that it cannot start.
pub(super) fn startable(wanted: usize) -> usize {
    if wanted < 2 {
        return wanted;
    }
    let gate = Arc::new(Mutex::new(()));
    let closed = gate.lock().unwrap_or_else(PoisonError::into_inner);
    let start = |_| {
        let gate = Arc::clone(&gate);
        Builder::new().spawn(move || drop(gate.lock())).ok()
    };
    let started: Vec<JoinHandle<()>> = (0..wanted).map_while(start).collect();
    drop(closed);
    let count = started.len();
    for thread in started {
        // It only waits, and cannot fail.
        let _ = thread.join();
    }
    count.max(1)
}

#[cfg(test)]
mod tests {
    use super::startable;

    #[test]
    fn a_few_threads_can_be_started() {
        assert_eq!([0, 1, 3].map(startable), [0, 1, 3]);
    }
}
