//! Deltas of packs that anybody may have made: no result is larger than its limit, and all claims are checked.
#![no_main]
#![allow(dead_code, reason = "of the module only what is fuzzed is used")]

// The module is none of the library's interface, so it is compiled in here.
#[path = "../../src/sources/history/packed/delta.rs"]
mod delta;
#[path = "parts/size.rs"]
mod size;

use keyward::blob;
use libfuzzer_sys::fuzz_target;
use size::delta_size;

fuzz_target!(|input: (&[u8], &[u8])| {
    let (base, instructions) = input;
    let sized = [&delta_size(base.len())[..], instructions].concat();
    for delta in [instructions, &sized] {
        let (mut result, mut copies) = (vec![1, 2, 3], Vec::new());
        if delta::apply(base, delta, 1 << 16, &mut result, &mut copies).is_ok() {
            assert!(result.len() <= 1 << 16);
            for copied in &copies {
                assert_eq!(result[copied.at..][..copied.length], base[copied.from..][..copied.length]);
            }
        }
        assert!(result.capacity() <= (1 << 17) + base.len() + delta.len());
    }
});
