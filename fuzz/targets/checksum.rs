//! Checks, JSON Web Tokens and key blocks among them: any bytes can be checked, and what was sealed passes.
#![no_main]

use keyward::engine::checksum::{seal, verify};
use keyward::rules::check::Check;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u8, &[u8])| {
    let (check, token) = (Check::ALL[usize::from(input.0) % Check::ALL.len()], input.1);
    let _ = verify(check, token);
    let mut sealed = token.to_vec();
    if seal(check, &mut sealed) {
        assert!(verify(check, &sealed), "{}", check.name());
    }
});
