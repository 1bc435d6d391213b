//! Names and values: whatever is parsed lies in the text, ends within the reach, and can be judged.
#![no_main]

use keyward::Span;
use keyward::engine::assignment::{LONGEST_NAME, LONGEST_VALUE, parse};
use keyward::engine::judge::judge;
use keyward::rules::syntax::ValueClass;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (&[u8], u16, u8)| {
    let (bytes, at, length) = input;
    let start = usize::from(at) % (bytes.len() + 1);
    let end = bytes.len().min(start + 1 + usize::from(length % 16));
    if start == end {
        return;
    }
    let Some(found) = parse(bytes, Span::new(start, end)) else { return };
    assert!(found.name.end <= bytes.len() && found.name.len() <= LONGEST_NAME);
    assert!(found.value.end <= bytes.len() && (1..=LONGEST_VALUE).contains(&found.value.len()));
    for class in [ValueClass::Secret, ValueClass::Password, ValueClass::Any] {
        let _ = judge(bytes, &found, class);
    }
});
