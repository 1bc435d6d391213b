//! `keyward explain`: what is said of each place, for people and for programs.

use crate::support::keyward::{keyward, token};
use crate::support::tree::tree;
use std::path::Path;

/// Verdict (of what was refused: the validator) and reason of each attempt at a place.
fn answers(dir: &Path, place: &str) -> Vec<(String, String)> {
    let run = keyward(dir, ["explain", place, "--format", "json"]).acme().run().expect(0);
    let document: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!((document["version"].as_u64(), document["path"].as_str()), (Some(1), place.split(':').next()));
    let places = document["places"].as_array().unwrap();
    let attempts = places.iter().flat_map(|place| place["attempts"].as_array().unwrap());
    let text = |value: &serde_json::Value| value.as_str().map(str::to_owned);
    attempts.map(|one| (text(&one["validator"]).unwrap_or_else(|| text(&one["verdict"]).unwrap()), text(&one["reason"]).unwrap())).collect()
}

#[test]
fn a_finding_is_reported_at_its_place() {
    let dir = tree(&[("a.env", &format!("# key\nKEY={}\n", token(1)))]);
    let run = keyward(dir.path(), ["explain", "a.env:2:8"]).acme().run().expect(0);
    assert!(run.stdout.starts_with("a.env:2:5: 1 rule tried\n"), "{}", run.stdout);
    assert!(run.stdout.contains("= reported (high confidence): [acme-token]"), "{}", run.stdout);
    assert!(!run.stdout.contains(&token(1)), "{}", run.stdout);
}

#[test]
fn lines_without_a_candidate_say_so() {
    let dir = tree(&[("a.env", &format!("# key\nKEY={}\n", token(1)))]);
    let run = keyward(dir.path(), ["explain", "a.env:1"]).acme().run().expect(0);
    assert!(run.stdout.starts_with("a.env:1: no rule is tried"), "{}", run.stdout);
    keyward(dir.path(), ["explain", "a.env:9"]).acme().run().fails_with("keyward: error: a.env: there is no line 9; it has 3");
    keyward(dir.path(), ["explain", "no-such:1"]).acme().run().fails_with("keyward: error: no-such: no such file or directory");
}

#[test]
fn the_validator_that_said_no_is_named() {
    let long = token(1) + "Q7";
    let short = token(1)[..20].to_owned();
    for (text, validator) in [
        (long.as_str(), "boundary"),
        (short.as_str(), "shape"),
        ("acme_xxxxxxxxxxxxxxxxxxxxxxxx", "placeholder"),
        ("acme_aabbaabbccaabbaaccaabbcc", "entropy"),
    ] {
        let dir = tree(&[("a.env", text)]);
        let answers = answers(dir.path(), "a.env:1");
        assert_eq!(answers.iter().map(|(validator, _)| validator.as_str()).collect::<Vec<_>>(), [validator], "{text}");
    }
}

#[test]
fn what_suppresses_a_finding_is_named() {
    let marked = format!("a {} # keyward:allow acme-token -- made up\nb {}\n", token(1), token(2));
    let config = "allow: [{paths: a.env, reason: examples}]\nexclude: [c.env]\n";
    let dir = tree(&[("a.env", &marked), ("b.env", &marked), ("c.env", &marked), (".keyward.yaml", config)]);
    let said = |place: &str| answers(dir.path(), place).remove(0);
    assert_eq!(said("b.env:1"), ("suppressed".to_owned(), "by inline: made up".to_owned()));
    assert_eq!(said("a.env:2"), ("suppressed".to_owned(), "by allowlist: examples (.keyward.yaml:1)".to_owned()));
    assert_eq!(said("b.env:2").0, "reported");
    assert_eq!(said("c.env:2").0, "excluded");
}

#[test]
fn a_baseline_is_named() {
    let dir = tree(&[("a.env", &format!("KEY={}\n", token(1)))]);
    keyward(dir.path(), ["baseline", "create", "--reason", "old"]).acme().run().expect(0);
    let (verdict, reason) = answers(dir.path(), "a.env:1").remove(0);
    assert_eq!(verdict, "suppressed");
    assert!(reason.starts_with("by baseline: old"), "{reason}");
}

#[test]
fn thresholds_and_rules_that_are_off_are_named() {
    let dir = tree(&[("a.env", &format!("KEY={}\n", token(1)))]);
    let run = keyward(dir.path(), ["explain", "a.env", "--min-severity", "critical"]).acme().run().expect(0);
    assert!(run.stdout.contains("below-threshold (high confidence): severity high is below critical (--min-severity)"), "{}", run.stdout);
    let only = "provider: A\nrules: [{id: acme-token, name: t, severity: low, enabled: false, format: 'acme_{base62:24}'}]";
    std::fs::write(dir.path().join("rules.yaml"), only).unwrap();
    let run = keyward(dir.path(), ["explain", "a.env", "--rule-file", "rules.yaml"]).run().expect(0);
    assert!(run.stdout.contains("= off (high confidence): it would match, but the rule is off: [acme-token]"), "{}", run.stdout);
}

#[test]
fn overlaps_name_the_winner() {
    let dir = tree(&[("a.env", &format!("API_KEY={}\n", token(1)))]);
    std::fs::write(dir.path().join("rules.yaml"), crate::support::keyward::RULES).unwrap();
    let run = keyward(dir.path(), ["explain", "a.env", "--rule-file", "rules.yaml"]).run().expect(0);
    assert!(run.stdout.contains("acme-token says more about the same text: [generic-api-key-assignment"), "{}", run.stdout);
}

#[test]
fn text_and_standard_input_can_be_explained() {
    let dir = tree(&[]);
    let text = format!("x = {}", token(3));
    let run = keyward(dir.path(), ["explain", "--text", &text]).acme().run().expect(0);
    assert!(run.stdout.starts_with("<text>:1:5: 1 rule tried"), "{}", run.stdout);
    let run = keyward(dir.path(), ["explain", "-:2"]).acme().stdin(format!("\n{text}")).run().expect(0);
    assert!(run.stdout.starts_with("<stdin>:2:5: 1 rule tried"), "{}", run.stdout);
    keyward(dir.path(), ["explain"]).run().expect(2);
}

#[test]
fn a_file_whose_name_ends_in_a_number_is_found() {
    let dir = tree(&[("a:7", &format!("KEY={}\n", token(1)))]);
    let run = keyward(dir.path(), ["explain", "a:7"]).acme().run().expect(0);
    assert!(run.stdout.starts_with("a:7:1:5: 1 rule tried"), "{}", run.stdout);
}

#[test]
fn many_values_over_the_same_bytes_do_not_show_it_in_parts() {
    // Formats of several lengths: each would show another end of the value.
    let formats: Vec<String> =
        (6..30).map(|length| format!("{{id: acme-{length}, name: t, severity: low, format: 'acme_{{base62:{length}}}'}}")).collect();
    let dir = tree(&[("a.env", &format!("KEY={}\n", token(1)))]);
    std::fs::write(dir.path().join("rules.yaml"), format!("provider: A\nrules: [{}]", formats.join(", "))).unwrap();
    for form in ["text", "json"] {
        let run = keyward(dir.path(), ["explain", "a.env", "--rule-file", "rules.yaml", "--format", form]).run().expect(0);
        let value = token(1);
        assert!(value.as_bytes()[5..25].windows(3).all(|part| !run.stdout.contains(std::str::from_utf8(part).unwrap())), "{}", run.stdout);
    }
}

#[test]
fn a_name_that_holds_a_secret_is_redacted() {
    let name = format!("{}.txt", token(1));
    let dir = tree(&[(&name, "x\n")]);
    for form in ["text", "json"] {
        let told = keyward(dir.path(), ["explain", &format!("{name}:1"), "--format", form]).acme().run().expect(0).stdout;
        assert!(!told.contains(&token(1)) && told.contains(".txt"), "{told}");
    }
}
