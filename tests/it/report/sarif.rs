//! SARIF: valid by the OASIS schema (`tests/data`), and as GitHub reads it.

use super::sample::{Sample, attribution, found, found_by, rule, three_findings, token};
use keyward::blob::{Skip, SkipReason};
use keyward::findings::{Finding, RuleFacts, Suppression};
use keyward::report::Format;
use keyward::rules::Severity;
use serde_json::{Value, json};

/// The schema, apart from a regex in it that has a bracket too many.
fn schema() -> jsonschema::Validator {
    let text = include_str!("../../data/sarif-schema-2.1.0.json").replace("|^[a-zA-Z]{2}-[a-zA-Z]{2}]?$", "(-[a-zA-Z]{2})?$");
    let schema: Value = serde_json::from_str(&text).expect("the schema is JSON");
    jsonschema::options().should_validate_formats(true).build(&schema).expect("the schema is one")
}

/// The log, after a check against the schema.
fn log(sample: &Sample) -> Value {
    let validator = schema();
    let log = sample.json(Format::Sarif);
    let errors: Vec<String> = validator.iter_errors(&log).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    log
}

fn run(sample: &Sample) -> Value {
    log(sample)["runs"][0].clone()
}

#[test]
fn the_schema_check_can_fail() {
    let mut log = Sample::of(three_findings()).json(Format::Sarif);
    assert!(schema().is_valid(&log));
    log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"]["endColumn"] = json!(0);
    assert!(!schema().is_valid(&log));
}

#[test]
fn a_run_without_findings_is_valid_and_describes_no_rule() {
    let run = run(&Sample::clean(5));
    assert_eq!((&run["results"], &run["tool"]["driver"]["rules"]), (&json!([]), &json!([])));
    assert_eq!(run["invocations"][0]["executionSuccessful"], true);
    assert_eq!(run["columnKind"], "unicodeCodePoints");
    assert_eq!(run["automationDetails"]["id"], "keyward/tree/");
}

#[test]
fn only_rules_that_fired_are_described_with_what_github_shows() {
    let run = run(&Sample::of(three_findings()));
    let rules = run["tool"]["driver"]["rules"].as_array().expect("rules");
    assert_eq!(rules.iter().map(|rule| &rule["id"]).collect::<Vec<_>>(), ["example-token", "other-token"]);
    assert_eq!(rules[0]["properties"]["security-severity"], "9.5");
    assert_eq!(rules[1]["properties"]["security-severity"], "5.5");
    assert_eq!((&rules[0]["properties"]["precision"], &rules[1]["properties"]["precision"]), (&json!("high"), &json!("medium")));
    assert_eq!(rules[0]["properties"]["tags"], json!(["security", "secret", "external/cwe/cwe-798", "vcs"]));
    assert_eq!(
        (&rules[0]["defaultConfiguration"]["level"], &rules[1]["defaultConfiguration"]["level"]),
        (&json!("error"), &json!("warning"))
    );
    let help = &rules[0]["help"];
    assert!(help["text"].as_str().expect("text").contains("https://example.org/settings/tokens"));
    assert!(help["markdown"].as_str().expect("markdown").contains("[Revoke it](https://example.org/settings/tokens)"));
    assert_eq!(rules[0]["helpUri"], "https://example.org/docs/tokens");
    for result in run["results"].as_array().expect("results") {
        let index = usize::try_from(result["ruleIndex"].as_u64().expect("an index")).expect("small");
        assert_eq!(result["ruleId"], rules[index]["id"]);
    }
}

#[test]
fn a_severity_is_a_number_in_a_string_and_info_has_none() {
    let secret = token(1);
    let with = |severity| {
        let sample = Sample::of(vec![Finding { severity, ..found("a", &secret, &secret) }]);
        run(&sample)["tool"]["driver"]["rules"][0]["properties"]["security-severity"].clone()
    };
    let all = [Severity::Critical, Severity::High, Severity::Medium, Severity::Low, Severity::Info].map(with);
    assert_eq!(all, [json!("9.5"), json!("8.0"), json!("5.5"), json!("2.0"), Value::Null]);
}

#[test]
fn regions_are_one_based_with_an_exclusive_end() {
    let secret = token(1);
    let run = run(&Sample::of(vec![found("a", &format!("\nü = {secret}"), &secret)]));
    let region = &run["results"][0]["locations"][0]["physicalLocation"]["region"];
    assert_eq!(region, &json!({"startLine": 2, "startColumn": 5, "endLine": 2, "endColumn": 45}));
}

#[test]
fn a_secret_that_ends_at_a_line_end_has_no_column_zero() {
    let secret = "-----BEGIN X-----\nabc1\n";
    let run = run(&Sample::of(vec![found("a", secret, secret)]));
    let region = &run["results"][0]["locations"][0]["physicalLocation"]["region"];
    assert_eq!((&region["endLine"], &region["endColumn"]), (&json!(3), &json!(1)));
}

#[test]
fn paths_are_percent_encoded_and_relative_to_the_root() {
    let secret = token(1);
    let uri = |path: &str| {
        run(&Sample::of(vec![found(path, &secret, &secret)]))["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"].clone()
    };
    assert_eq!(uri("a b/ü#?.txt"), json!({"uri": "a%20b/%C3%BC%23%3F.txt", "uriBaseId": "%SRCROOT%"}));
    assert_eq!(uri("a:b\\c%"), json!({"uri": "a%3Ab%5Cc%25", "uriBaseId": "%SRCROOT%"}));
    assert_eq!(uri("/etc/app.env"), json!({"uri": "file:///etc/app.env"}));
    assert_eq!(uri("a.zip!b/c"), json!({"uri": "a.zip%21b/c", "uriBaseId": "%SRCROOT%"}));
}

#[test]
fn fingerprints_come_from_content_and_differ_within_a_file() {
    let secret = token(1);
    let hashes = |text: &str| -> Vec<String> {
        let at: Vec<usize> = text.match_indices(&secret).map(|(at, _)| at).collect();
        let findings = at.iter().map(|&at| {
            let mut finding = found("a", &text[at..], &secret);
            finding.location.line = text[..at].matches('\n').count() + 1;
            finding
        });
        let run = run(&Sample::of(findings.collect()));
        let results = run["results"].as_array().expect("results").clone();
        results.iter().map(|result| result["partialFingerprints"]["primaryLocationLineHash"].as_str().expect("a hash").to_owned()).collect()
    };
    let before = hashes(&format!("{secret}\n{secret}\n"));
    assert_eq!(before, hashes(&format!("\n\nmoved\n{secret}\nand\n{secret}\n")));
    assert_ne!(before[0], before[1]);
    let (hash, ordinal) = before[0].split_once(':').expect("two parts");
    assert!(hash.len() == 16 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()), "{hash}");
    assert_eq!(ordinal, "1");
}

#[test]
fn an_incomplete_scan_did_not_succeed_and_says_why() {
    let skips = vec![Skip { what: "big file.sql".into(), reason: SkipReason::TooLarge, detail: "1 GB".into() }];
    let run = run(&Sample { skips, errors: vec!["bad pack".into()], ..Sample::clean(1) });
    let invocation = &run["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    let notifications = invocation["toolExecutionNotifications"].as_array().expect("notifications");
    let texts: Vec<&str> =
        notifications.iter().filter(|one| one["level"] == "error").filter_map(|one| one["message"]["text"].as_str()).collect();
    assert_eq!(texts, ["bad pack", "not scanned, too large: big file.sql (1 GB)"]);
    assert_eq!(notifications[1]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "big%20file.sql");
}

#[test]
fn findings_of_history_say_which_commit() {
    let secret = token(1);
    let history = Some(attribution("a", false));
    let result = run(&Sample::of(vec![Finding { history, ..found("a", &secret, &secret) }]))["results"][0].clone();
    assert_eq!(result["properties"]["author"], "Ann Author");
    assert_eq!(result["properties"]["inHead"], false);
    assert!(result["message"]["text"].as_str().expect("text").contains("no longer in HEAD"));
}

#[test]
fn suppressed_findings_carry_their_suppression() {
    let secret = token(1);
    let suppressed = Some(Suppression { by: "inline", reason: "fixture".into() });
    let suppressed = vec![Finding { suppressed, ..found("a", &secret, &secret) }];
    let run = run(&Sample { suppressed, ..Sample::clean(1) });
    assert_eq!(run["results"][0]["suppressions"], json!([{"kind": "inSource", "justification": "fixture"}]));
}

#[test]
fn long_texts_and_many_tags_keep_to_githubs_limits() {
    let secret = token(1);
    let long = "word ".repeat(1000);
    let tags = (0..30).map(|at| format!("tag{at:02}")).collect();
    let rule = RuleFacts { title: long.clone(), description: long.clone(), tags, ..rule("long") };
    let run = run(&Sample::of(vec![found_by(&rule, "a", &secret, &secret)]));
    let rule = &run["tool"]["driver"]["rules"][0];
    let length = |text: &Value| text.as_str().expect("text").chars().count();
    assert!(length(&rule["name"]) <= 255);
    assert!(length(&rule["shortDescription"]["text"]) <= 1024 && length(&rule["fullDescription"]["text"]) <= 1024);
    assert_eq!(rule["properties"]["tags"].as_array().expect("tags").len(), 10);
}

#[test]
fn too_many_results_keep_the_most_severe_and_say_so() {
    let secret = token(1);
    let mut findings: Vec<Finding> =
        (0..25_010).map(|at| Finding { severity: Severity::Low, ..found(&format!("f{at:05}"), &secret, &secret) }).collect();
    findings[25_009].severity = Severity::High;
    let mut sample = Sample::clean(30_000);
    sample.findings = findings;
    let run = sample.json(Format::Sarif)["runs"][0].clone();
    let results = run["results"].as_array().expect("results");
    assert_eq!(results.len(), 25_000);
    assert_eq!(results[24_999]["level"], "error");
    let notifications = run["invocations"][0]["toolExecutionNotifications"].as_array().expect("notifications");
    assert!(
        notifications.iter().any(|one| one["message"]["text"] == "25,000 of 25,010 findings are written, the most severe ones"),
        "{notifications:?}"
    );
}
