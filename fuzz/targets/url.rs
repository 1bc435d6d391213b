//! URLs with passwords: the parts lie in order, and can be judged.
#![no_main]

use keyward::engine::url::{judge_url, password_in_url};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    for at in 0..bytes.len() {
        let Some(url) = (bytes[at] == b':').then(|| password_in_url(bytes, at)).flatten() else { continue };
        assert!(url.scheme.end <= url.user.start && url.user.end <= url.password.start && !url.password.is_empty());
        assert!(url.password.end < url.host.start && url.whole.end <= bytes.len());
        let _ = judge_url(&url, bytes);
    }
});
