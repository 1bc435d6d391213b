//! Encodings: transcoding ends, gives UTF-8, and does not grow beyond three bytes for two.
#![no_main]

use keyward::sources::content::{Content, classify};
use libfuzzer_sys::fuzz_target;
use std::borrow::Cow;

fuzz_target!(|bytes: &[u8]| match classify(bytes) {
    Content::Text(Cow::Owned(text)) => {
        assert!(std::str::from_utf8(&text).is_ok());
        assert!(text.len() <= bytes.len() * 2 + 3);
    }
    Content::Text(Cow::Borrowed(text)) => assert!(bytes.ends_with(text)),
    Content::Binary(whole) => assert_eq!(whole, bytes),
});
