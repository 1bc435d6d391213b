//! The trace says what the scan does, and why.

use super::{Attempt, Refusal, trace};
use crate::engine::sample::Random;
use crate::engine::{Detector, Match, boundary, overlap, reference};
use crate::rules::load::parse_rules;
use crate::rules::{Rule, RuleSet};
use crate::text::Span;

/// The matches among `attempts`, before overlaps are resolved, each with its evidence.
fn matches(attempts: &[Attempt]) -> Vec<(Match, usize)> {
    let found = attempts.iter().filter_map(|attempt| {
        let (rule, span, secret) = (attempt.rule, attempt.span, attempt.secret);
        let found = Match { rule, span, secret, decoded: None, confidence: attempt.outcome.ok()?, parts: Vec::new() };
        Some((found, attempt.evidence))
    });
    found.collect()
}

#[test]
fn the_trace_finds_what_the_scan_finds() {
    let all: Vec<Rule> = Detector::builtin().rules().iter().map(|rule| (**rule).clone()).collect();
    let mut random = Random::new(77);
    let mut found = 0;
    for round in 0..25 {
        let (detector, text) = reference::some_rules_and_text(&all, &mut random);
        let attempts = trace(&detector, &text, Span::new(0, text.len()));
        let traced = overlap::resolve(detector.rules(), matches(&attempts));
        let scanned = detector.scan(&text);
        let in_clear: Vec<_> = scanned.iter().filter(|one| one.decoded.is_none()).collect();
        found += in_clear.len();
        // What is encoded is found by the scan only, and may win over what stands in clear.
        // So may be what begins behind an escape.
        let is_beaten = |one: &&Match| {
            let by_other = scanned.iter().any(|other| other.decoded.is_some() && other.secret.overlaps(&one.secret));
            !by_other && !boundary::escape_ends(&text, one.secret.start)
        };
        let traced: Vec<_> = traced.iter().filter(is_beaten).collect();
        assert_eq!(traced, in_clear.into_iter().filter(|one| is_beaten(one)).collect::<Vec<_>>(), "round {round}");
    }
    assert!(found > 100, "{found}");
}

/// What is said of the only rule in a text.
fn said(format: &str, more: &str, text: &str) -> Vec<Option<Refusal>> {
    let yaml = format!("{{provider: Test, rules: [{{id: test-a, name: a, severity: low, format: '{format}'{more}}}]}}");
    let detector = Detector::new(RuleSet::new(parse_rules(&yaml).expect("a valid rule")).expect("one")).expect("one");
    let attempts = trace(&detector, text.as_bytes(), Span::new(0, text.len()));
    attempts.iter().map(|attempt| attempt.outcome.err()).collect()
}

#[test]
fn each_step_says_why_it_refuses() {
    let value = ["k9Qm92kL", "xW4ePz07"].concat();
    for (text, refusal) in [
        (format!("a = acme_{value}"), None),
        (format!("a = acme_{}", &value[1..]), Some(Refusal::Shape)),
        (format!("a = Xacme_{value}"), Some(Refusal::Begins)),
        (format!("a = acme_{value}Q"), Some(Refusal::Ends)),
        ("a = acme_xxxxxxxxxxxxxxxx".to_owned(), Some(Refusal::Placeholder(crate::engine::filter::Why::Repeated))),
        ("a = acme_aabbaabbccaabbaa".to_owned(), Some(Refusal::LowEntropy)),
    ] {
        assert_eq!(said("acme_{base62:16}", "", &text), [refusal], "{text}");
    }
    for (text, refusal) in [
        (format!("svc_token = '{value}'"), None),
        (format!("other_token = '{value}'"), Some(Refusal::NoContext)),
        (format!("svc_commit = '{value}'"), Some(Refusal::OtherName)),
        (format!("svc_token = {value}("), Some(Refusal::NoValuePlace)),
    ] {
        assert_eq!(said("{base62:16}", ", context: [svc]", &text), [refusal], "{text}");
    }
}

#[test]
fn only_the_stretch_that_was_asked_for_counts() {
    let first = ["ghq_k9Qm92kL", "xW4ePz07"].concat();
    let rules = parse_rules("{provider: T, rules: [{id: t-a, name: a, severity: low, format: 'ghq_{base62:16}'}]}").expect("valid");
    let detector = Detector::new(RuleSet::new(rules).expect("one")).expect("one");
    let text = format!("{first}\n{first}\n");
    assert_eq!(trace(&detector, text.as_bytes(), Span::new(first.len() + 1, first.len() + 5)).len(), 1);
}
