//! The whole detector: spans lie in the bytes, and a used scratch gives what a fresh one gives.
#![no_main]

use keyward::{Detector, Scratch};
use libfuzzer_sys::fuzz_target;
use std::cell::RefCell;
use std::sync::LazyLock;

static DETECTOR: LazyLock<Detector> = LazyLock::new(Detector::builtin);
thread_local!(static USED: RefCell<Scratch> = RefCell::default());

fuzz_target!(|bytes: &[u8]| {
    let found = DETECTOR.scan(bytes);
    for one in &found {
        assert!(one.rule < DETECTOR.rules().len());
        let parts = one.parts.iter().map(|part| part.secret);
        for span in [one.span, one.secret].into_iter().chain(parts) {
            assert!(span.start <= span.end && span.end <= bytes.len());
        }
        assert!(one.secret.start < one.secret.end, "a secret is not empty");
    }
    USED.with_borrow_mut(|scratch| assert_eq!(found, DETECTOR.scan_with(bytes, scratch)));
});
