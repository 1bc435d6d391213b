//! Key blocks of all labels around any bytes, whole, cut short, and in strings: what is found lies in the text.
#![no_main]

use keyward::{Detector, Scratch};
use libfuzzer_sys::fuzz_target;
use std::cell::RefCell;
use std::sync::LazyLock;

const LABELS: [&str; 8] = [
    "PRIVATE KEY",
    "RSA PRIVATE KEY",
    "EC PRIVATE KEY",
    "OPENSSH PRIVATE KEY",
    "ENCRYPTED PRIVATE KEY",
    "PGP PRIVATE KEY BLOCK",
    "DSA PRIVATE KEY",
    "CERTIFICATE",
];

static DETECTOR: LazyLock<Detector> = LazyLock::new(Detector::builtin);
thread_local!(static USED: RefCell<Scratch> = RefCell::default());

fuzz_target!(|input: (u8, bool, &[u8])| {
    let (label, ends, body) = input;
    let label = LABELS[usize::from(label) % LABELS.len()];
    let begin = format!("-----BEGIN {label}-----");
    let end = if ends { format!("-----END {label}-----") } else { String::new() };
    let text = [begin.as_bytes(), body, end.as_bytes()].concat();
    USED.with_borrow_mut(|scratch| {
        for found in DETECTOR.scan_with(&text, scratch) {
            assert!(found.secret.start < found.secret.end && found.secret.end <= text.len());
        }
    });
});
