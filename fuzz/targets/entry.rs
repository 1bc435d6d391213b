//! Headers of entries of packs that anybody may have made: what is read is what the bytes say, and no more of them.
#![no_main]
#![allow(dead_code, reason = "of the module only what is fuzzed is used")]

// The module is none of the library's interface, so it is compiled in here.
#[path = "../../src/sources/history/packed/entry.rs"]
mod entry;

use entry::Stored;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    for id in [20, 32] {
        let Some(header) = entry::read(bytes, id) else { continue };
        assert!(header.length <= bytes.len());
        // Neither what follows nor how much of it there is changes what was read.
        assert_eq!(entry::read(&bytes[..header.length], id), Some(header));
        assert_eq!(entry::read(&bytes[..header.length - 1], id), None);
        match header.stored {
            Stored::Whole(kind) => assert!((1..=4).contains(&kind)),
            Stored::OnDistance(_) => assert_eq!(bytes[0] >> 4 & 7, 6),
            Stored::OnId(base) => assert_eq!(base, &bytes[header.length - id..header.length]),
        }
    }
});
