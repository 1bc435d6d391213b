//! Configuration and rule files of a hostile repository: all problems can be shown, and none writes to the terminal
//! what could control it.
#![no_main]

use keyward::config::diagnostic::Source;
use keyward::config::{read, rule_file};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let source = Source::new(".keyward.yaml", text);
    let (_, problems) = read::read(&source);
    let (_, more) = rule_file::read_file(&source);
    for problem in problems.iter().chain(&more) {
        let shown = problem.render(false);
        assert!(!shown.chars().any(|c| c.is_control() && c != '\n'), "{shown:?}");
    }
});
