//! Every built-in rule finds its examples in real-life forms, and nothing in its negatives, through the whole engine.

use keyward::Detector;
use keyward::engine::examples::{negatives, positives};
use keyward::rules::{RuleSet, builtin::builtin};

/// A detector with every rule that is on by default, and the rule at hand.
fn with(base: &Detector, id: &str) -> Option<Detector> {
    if base.rules().iter().any(|rule| rule.id == id) {
        return None;
    }
    let set = builtin().filter(|rule| rule.enabled || rule.id == id);
    Some(Detector::new(set).expect("the built-in rules compile"))
}

#[test]
fn every_rule_finds_its_examples_and_no_other_rule_does() {
    let base = Detector::builtin();
    let mut failures = Vec::new();
    let mut examples = 0;
    for rule in builtin().rules() {
        let own = with(&base, &rule.id);
        let detector = own.as_ref().unwrap_or(&base);
        let all = positives(rule);
        if all.is_empty() {
            failures.push(format!("{}: no example can be made", rule.id));
        }
        for example in all {
            examples += 1;
            let found: Vec<(String, Vec<u8>)> = detector
                .scan(&example.text)
                .iter()
                .map(|found| (detector.rules()[found.rule].id.clone(), example.text[found.secret.start..found.secret.end].to_vec()))
                .collect();
            let hits = found.iter().filter(|(id, _)| *id == rule.id).count();
            if hits != 1 || found.len() != 1 {
                let ids: Vec<&str> = found.iter().map(|(id, _)| id.as_str()).collect();
                failures.push(format!("{}: found {ids:?} in {}", rule.id, String::from_utf8_lossy(&example.text).escape_debug()));
            }
        }
    }
    assert!(failures.is_empty(), "{} of {examples} examples:\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn no_rule_finds_its_negatives() {
    let base = Detector::builtin();
    let mut failures = Vec::new();
    for rule in builtin().rules() {
        let own = with(&base, &rule.id);
        let detector = own.as_ref().unwrap_or(&base);
        for text in negatives(rule) {
            if detector.scan(&text).iter().any(|found| detector.rules()[found.rule].id == rule.id) {
                failures.push(format!("{}: {}", rule.id, String::from_utf8_lossy(&text).escape_debug()));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn every_pattern_compiles() {
    Detector::new(RuleSet::new(builtin().rules().to_vec()).expect("unique ids"))
        .expect("rules")
        .check_patterns()
        .expect("patterns compile");
}
