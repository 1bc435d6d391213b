//! The crate as a library: the example does what it says, and what is public is meant to be.

use keyward::engine::sample;
use keyward::{Confidence, Detector, Rule, RuleSet, Scratch, Severity, builtin_rules, parse_rules};

#[allow(dead_code, reason = "its `main` is run by `cargo run --example` only")]
#[path = "../../examples/scan.rs"]
mod example;

fn value(rule: &str, seed: u64) -> String {
    let rules = builtin_rules();
    String::from_utf8(sample::secret(rules.get(rule).expect("a built-in rule"), seed).expect("it has a form")).unwrap()
}

#[test]
fn the_example_prints_a_line_for_each_secret() {
    let token = value("github-pat-classic", 1);
    let (id, secret) = (value("aws-access-key-id", 1), value("aws-secret-access-key", 1));
    let text = format!("token = {token}\n\naws_access_key_id = {id}\naws_secret_access_key = {secret}\n");
    let lines = example::report(&Detector::builtin(), &mut Scratch::default(), "a.env", text.as_bytes());
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(lines[0].starts_with("a.env:1: critical: GitHub personal access token (classic) ghp_****"), "{lines:?}");
    assert!(lines[1].starts_with("a.env:4: critical: AWS secret access key "), "{lines:?}");
    assert!(lines[1].ends_with(", with AWS long-term access key id (IAM user or root)"), "{lines:?}");
    assert!(lines.iter().all(|line| !line.contains(&token) && !line.contains(&secret)), "{lines:?}");
}

#[test]
fn a_detector_is_shared_between_threads() {
    let detector = Detector::builtin();
    let text = format!("token = {}", value("github-pat-classic", 2));
    let expected = detector.scan(text.as_bytes());
    std::thread::scope(|scope| {
        let runs: Vec<_> = (0..4).map(|_| scope.spawn(|| detector.scan(text.as_bytes()))).collect();
        assert!(runs.into_iter().all(|run| run.join().unwrap() == expected));
    });
}

#[test]
fn values_are_those_that_were_decoded() {
    let token = value("github-pat-classic", 3);
    let text = format!("data: {}\n", data_encoding::BASE64.encode(format!("token = {token}").as_bytes()));
    let found = Detector::builtin().scan(text.as_bytes());
    assert_eq!(found.iter().map(|one| one.value(text.as_bytes())).collect::<Vec<_>>(), [token.as_bytes()]);
}

#[test]
fn rules_can_be_chosen_and_added() {
    let mut rules = builtin_rules().filter(|rule: &Rule| rule.severity >= Severity::High && rule.confidence == Confidence::High);
    let own = "{provider: Acme, rules: [{id: acme-key, name: key, severity: low, format: 'acmekey_{hex:16}'}]}";
    for rule in parse_rules(own).unwrap() {
        rules.add(rule).unwrap();
    }
    let detector = Detector::new(rules.clone()).unwrap();
    let found = detector.scan(b"k = acmekey_0c4f81b5d2e69a37");
    assert_eq!(detector.rules()[found[0].rule].id, "acme-key");
    assert!(rules.len() > 100 && Detector::new(RuleSet::default()).is_err());
}

/// A change here is a change of the interface: CHANGELOG.md has to say it.
#[test]
fn what_is_public_is_meant_to_be() {
    let source = include_str!("../../src/lib.rs");
    let mut shown = Vec::new();
    let mut before = "";
    for line in source.lines() {
        if line.starts_with("pub ") && before != "#[doc(hidden)]" {
            shown.push(line);
        }
        before = line;
    }
    insta::assert_snapshot!(shown.join("\n"), @"
    pub use engine::{Attempt, Detector, DetectorError, Match, Part, Refusal, Scratch};
    pub use findings::redact::redact;
    pub use rules::builtin::builtin as builtin_rules;
    pub use rules::load::{LoadError, parse_rules};
    pub use rules::rule::RuleError;
    pub use rules::set::DuplicateId;
    pub use rules::{About, Audience, Confidence, Details, Rule, RuleSet, Severity};
    pub use text::Span;
    ");
}
