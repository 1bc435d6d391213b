//! A line on standard error that shows how far a long scan is. Only on a terminal, and only after a moment: most
//! scans are over before anybody could read it.

use crate::pipeline::Progress;
use indicatif::{HumanBytes, HumanCount, ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::sync::atomic::Ordering;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

/// How long a scan runs before anything is shown.
const PATIENCE: Duration = Duration::from_millis(700);
/// Time between two updates.
const TICK: Duration = Duration::from_millis(100);

/// Runs `work` and shows `progress` meanwhile, if `show`.
pub(super) fn shown<T>(show: bool, progress: &Progress, work: impl FnOnce() -> T) -> T {
    if !show {
        return work();
    }
    std::thread::scope(|scope| {
        let (done, waiting) = channel::<()>();
        scope.spawn(move || {
            if waiting.recv_timeout(PATIENCE) != Err(RecvTimeoutError::Timeout) {
                return;
            }
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
            bar.set_style(ProgressStyle::with_template("{spinner} {msg} ({elapsed})").expect("a valid template"));
            while waiting.recv_timeout(TICK) == Err(RecvTimeoutError::Timeout) {
                let (blobs, bytes) = (progress.blobs.load(Ordering::Relaxed), progress.bytes.load(Ordering::Relaxed));
                bar.set_message(format!("scanning: {} blobs, {}", HumanCount(blobs), HumanBytes(bytes)));
                bar.tick();
            }
            bar.finish_and_clear();
        });
        let result = work();
        drop(done);
        result
    })
}
