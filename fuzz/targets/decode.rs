//! Decoders: any bytes in any encoding, nested, are scanned to an end, and what is found lies in the text.
#![no_main]

use keyward::{Detector, Scratch};
use libfuzzer_sys::fuzz_target;
use std::cell::RefCell;
use std::fmt::Write as _;
use std::sync::LazyLock;

static DETECTOR: LazyLock<Detector> = LazyLock::new(Detector::builtin);
thread_local!(static USED: RefCell<Scratch> = RefCell::default());

fn each(bytes: &[u8], write: impl Fn(&mut String, u8)) -> Vec<u8> {
    let mut text = String::new();
    bytes.iter().for_each(|&byte| write(&mut text, byte));
    text.into_bytes()
}

fn base64(bytes: &[u8]) -> Vec<u8> {
    const SYMBOLS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = Vec::new();
    for chunk in bytes.chunks(3) {
        let value = chunk.iter().chain(&[0, 0]).take(3).fold(0u32, |value, &byte| value << 8 | u32::from(byte));
        let symbols = (0..4).map(|at| SYMBOLS[(value >> (18 - 6 * at) & 63) as usize]);
        text.extend(symbols.take(chunk.len() + 1));
        text.extend(std::iter::repeat_n(b'=', 3 - chunk.len()));
    }
    text
}

fn apply(step: u8, bytes: &[u8]) -> Vec<u8> {
    match step % 12 {
        0 | 1 => base64(bytes),
        2 => base64(bytes).chunks(76).collect::<Vec<_>>().join(&b'\n'),
        3 => each(bytes, |text, byte| write!(text, "{byte:02x}").unwrap()),
        4 => each(bytes, |text, byte| write!(text, "%{byte:02X}").unwrap()),
        5 => each(bytes, |text, byte| write!(text, "\\u{byte:04x}").unwrap()),
        6 => each(bytes, |text, byte| write!(text, "\\x{byte:02x}").unwrap()),
        7 => each(bytes, |text, byte| write!(text, "&#{byte};").unwrap()),
        8 => bytes.iter().flat_map(|&byte| [byte, 0]).collect(),
        9 => [b"password: \"", bytes, b"\"\n"].concat(),
        10 => [b"kind: Secret\ndata:\n  a: ", bytes].concat(),
        // Cut short, so that what is left is not whole.
        _ => bytes[..bytes.len() - bytes.len().min(usize::from(step / 12))].to_vec(),
    }
}

fuzz_target!(|input: (&[u8], &[u8])| {
    let (steps, bytes) = input;
    let text = steps.iter().take(6).fold(bytes.to_vec(), |text, &step| if text.len() < 1 << 16 { apply(step, &text) } else { text });
    USED.with_borrow_mut(|scratch| {
        for found in DETECTOR.scan_with(&text, scratch) {
            let parts = found.parts.iter().map(|part| part.secret);
            for span in [found.span, found.secret].into_iter().chain(parts) {
                assert!(span.start <= span.end && span.end <= text.len());
            }
        }
    });
});
