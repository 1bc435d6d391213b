//! Scans files, or standard input, with the library alone: `cargo run --example scan -- FILE…`.
//!
//! Prints one line for each secret, redacted, and exits with 1 where there is one.

#![allow(clippy::print_stdout, reason = "an example prints what it finds")]

use keyward::{Detector, Scratch, redact};
use std::io::Read as _;
use std::process::ExitCode;

fn main() -> std::io::Result<ExitCode> {
    let detector = Detector::builtin();
    let mut scratch = Scratch::default();
    let mut lines = Vec::new();
    for path in std::env::args_os().skip(1) {
        let bytes = std::fs::read(&path)?;
        lines.extend(report(&detector, &mut scratch, &path.to_string_lossy(), &bytes));
    }
    if std::env::args_os().len() == 1 {
        let mut bytes = Vec::new();
        std::io::stdin().read_to_end(&mut bytes)?;
        lines.extend(report(&detector, &mut scratch, "-", &bytes));
    }
    for line in &lines {
        println!("{line}");
    }
    Ok(if lines.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

/// One line for each secret in `bytes`.
pub(crate) fn report(detector: &Detector, scratch: &mut Scratch, name: &str, bytes: &[u8]) -> Vec<String> {
    let found = detector.scan_with(bytes, scratch);
    let line = |one: &keyward::Match| {
        let rule = &detector.rules()[one.rule];
        let number = bytes[..one.secret.start].split(|&byte| byte == b'\n').count();
        let parts = one.parts.iter().map(|part| format!(", with {}", detector.numbered(part.rule).title()));
        let (title, severity, parts) = (rule.title(), rule.severity.as_str(), parts.collect::<String>());
        format!("{name}:{number}: {severity}: {title} {}{parts}", redact(one.value(bytes)))
    };
    found.iter().map(line).collect()
}
