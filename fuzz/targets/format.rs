//! Formats as a user or a hostile repository writes them: parsing ends, and a value of the format can be made and scanned.
#![no_main]

use keyward::Detector;
use keyward::engine::sample::{Random, from_format};
use keyward::rules::format::Format;
use keyward::rules::{RuleSet, load};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let Ok(format) = Format::parse(text) else { return };
    let (least, longest) = format.length();
    assert!(least <= longest);
    let sample = from_format(&format, &mut Random::new(1));
    assert!((least..=longest).contains(&sample.len()));
    let quoted = text.replace('\'', "''");
    let yaml = format!("provider: P\nrules: [{{id: a-b, name: n, severity: low, format: '{quoted}'}}]");
    let Ok(rules) = load::parse_rules(&yaml) else { return };
    let detector = Detector::new(RuleSet::new(rules).expect("one rule")).expect("a rule that compiles can be run");
    let _ = detector.scan(&sample);
});
