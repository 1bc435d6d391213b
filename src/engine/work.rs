//! L2: how much is done for a text, counted for the tests that bound it for hostile ones (`hostile.rs`). Elsewhere
//! nothing is counted and nothing is left of the calls.
//!
//! A unit is about a byte that is looked at, or a step of about that cost. Work that is the same for every byte
//! (classes, sieves) does not count: it is bounded as it is.

#[cfg(test)]
thread_local!(static DONE: std::cell::Cell<u64> = const { std::cell::Cell::new(0) });

/// Counts so much work.
#[inline(always)]
#[allow(clippy::inline_always, reason = "nothing of it may be left")]
pub(super) fn add(units: usize) {
    #[cfg(test)]
    DONE.set(DONE.get() + units as u64);
    let _ = units;
}

/// What was counted on this thread while `run` ran.
#[cfg(test)]
pub(super) fn of<T>(run: impl FnOnce() -> T) -> (u64, T) {
    DONE.set(0);
    let result = run();
    (DONE.get(), result)
}
