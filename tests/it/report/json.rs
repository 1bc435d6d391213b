//! JSON and JSON lines.

use super::sample::{Sample, found, three_findings, token};
use keyward::blob::{Skip, SkipReason};
use keyward::findings::{Finding, Suppression};
use keyward::report::Format;
use serde_json::Value;

#[test]
fn the_document_is_frozen() {
    let mut sample = Sample::of(three_findings());
    sample.findings.remove(1);
    sample.skips = vec![Skip { what: "data/dump.sql".into(), reason: SkipReason::TooLarge, detail: "412.0 MB".into() }];
    sample.errors = vec!["pack-1.pack: truncated".into()];
    sample.coverage.notes = vec!["a shallow clone".into()];
    insta::assert_snapshot!(sample.snapshot(Format::Json), @r#"
    {
      "version": 1,
      "tool": {
        "name": "keyward",
        "version": "<version>"
      },
      "findings": [
        {
          "rule": "example-token",
          "title": "Example access token",
          "provider": "Example",
          "severity": "critical",
          "confidence": "high",
          "path": "config/app.env",
          "line": 2,
          "column": 15,
          "end_line": 2,
          "end_column": 55,
          "secret": "tok_****HzKi",
          "excerpt": "export TOKEN=\"tok_****HzKi\"",
          "fingerprint": "kw1:#",
          "description": "Whoever has it can read and write every repository of its owner.",
          "remediation": "Revoke the token, make a new one with fewer rights, and keep it in a secret manager.",
          "revoke": "https://example.org/settings/tokens",
          "docs": "https://example.org/docs/tokens",
          "tags": [
            "vcs"
          ],
          "also_at": [
            {
              "path": "scripts/run.sh",
              "line": 3,
              "column": 18
            }
          ],
          "places": 2
        },
        {
          "rule": "example-token",
          "title": "Example access token",
          "provider": "Example",
          "severity": "critical",
          "confidence": "high",
          "path": "scripts/run.sh",
          "line": 3,
          "column": 18,
          "end_line": 3,
          "end_column": 58,
          "secret": "tok_****HzKi",
          "excerpt": " curl -H 'X-Key: tok_****HzKi' https://example.org",
          "fingerprint": "kw1:#",
          "description": "Whoever has it can read and write every repository of its owner.",
          "remediation": "Revoke the token, make a new one with fewer rights, and keep it in a secret manager.",
          "revoke": "https://example.org/settings/tokens",
          "docs": "https://example.org/docs/tokens",
          "tags": [
            "vcs"
          ],
          "also_at": [
            {
              "path": "config/app.env",
              "line": 2,
              "column": 15
            }
          ],
          "places": 2
        }
      ],
      "coverage": {
        "scope": "working tree .",
        "refs": 0,
        "commits": 0,
        "blobs": 8,
        "bytes": 12000,
        "rules": 412,
        "seconds": 0.31,
        "complete": false,
        "skipped": {
          "too-large": 1
        },
        "skips": [
          {
            "what": "data/dump.sql",
            "reason": "too-large",
            "detail": "412.0 MB"
          }
        ],
        "errors": [
          "pack-1.pack: truncated"
        ],
        "notes": [
          "a shallow clone"
        ]
      },
      "summary": {
        "findings": 2,
        "secrets": 1,
        "files": 2,
        "by_severity": {
          "critical": 2
        },
        "suppressed": 0
      }
    }
    "#);
}

#[test]
fn a_line_is_a_finding_and_the_same_object_as_in_the_document() {
    let sample = Sample::of(three_findings());
    let lines: Vec<Value> = sample.render(Format::Jsonl).lines().map(|line| serde_json::from_str(line).expect("a line is JSON")).collect();
    assert_eq!(Value::Array(lines), sample.json(Format::Json)["findings"]);
}

#[test]
fn lines_of_a_clean_scan_are_none() {
    assert_eq!(Sample::clean(5).render(Format::Jsonl), "");
    let skips = vec![Skip { what: "a".into(), reason: SkipReason::Corrupt, detail: String::new() }];
    assert_eq!(Sample { skips, ..Sample::clean(5) }.render(Format::Jsonl), "");
}

#[test]
fn paths_are_exact_and_yet_safe_to_print() {
    let secret = token(1);
    let path = "a\u{202e}b\x1b[31m\n##[group].txt";
    let sample = Sample::of(vec![found(path, &secret, &secret)]);
    let line = sample.render(Format::Jsonl);
    assert!(line.trim_end().chars().all(|c| !c.is_control() && c != '\u{202e}') && !line.contains("##"), "{line}");
    assert_eq!(serde_json::from_str::<Value>(&line).expect("JSON")["path"], path);
}

#[test]
fn every_place_is_a_finding_that_names_the_others() {
    let document = Sample::of(three_findings()).json(Format::Json);
    let first = &document["findings"][0];
    assert_eq!(first["also_at"], serde_json::json!([{"path": "scripts/run.sh", "line": 3, "column": 18}]));
    assert_eq!((&first["places"], &document["findings"][1]["places"]), (&Value::from(2), &Value::from(1)));
    assert_eq!(document["summary"]["secrets"], 2);
}

#[test]
fn secrets_are_in_clear_only_on_request() {
    let secret = token(2);
    let mut sample = Sample::of(vec![found("a", &secret, &secret)]);
    assert!(!sample.render(Format::Json).contains(&secret));
    sample.show_secrets = true;
    assert_eq!(sample.json(Format::Json)["findings"][0]["secret"], secret);
    assert!(sample.render(Format::Jsonl).contains(&secret));
}

#[test]
fn every_key_is_documented() {
    fn keys(value: &Value, all: &mut Vec<String>) {
        match value {
            Value::Object(map) => map.iter().for_each(|(key, value)| {
                all.push(key.clone());
                keys(value, all);
            }),
            Value::Array(values) => values.iter().for_each(|value| keys(value, all)),
            _ => {}
        }
    }
    let mut sample = Sample::of(three_findings());
    sample.skips = vec![Skip { what: "a".into(), reason: SkipReason::TooLarge, detail: String::new() }];
    sample.suppressed =
        vec![Finding { suppressed: Some(Suppression { by: "inline", reason: String::new() }), ..sample.findings[0].clone() }];
    let mut all = Vec::new();
    keys(&sample.json(Format::Json), &mut all);
    let page = include_str!("../../../docs/json.md");
    let missing: Vec<&String> = all.iter().filter(|key| !page.contains(&format!("`{key}`"))).collect();
    assert!(missing.is_empty(), "{missing:?} are not in docs/json.md");
}

#[test]
fn the_documentation_has_every_reason() {
    use SkipReason::*;
    let all = [
        Unreadable,
        TooLarge,
        Corrupt,
        Missing,
        TooManyMatches,
        EncodedLimit,
        ArchiveLimit,
        UnsupportedArchive,
        Special,
        Submodule,
        Excluded,
    ];
    let text = include_str!("../../../docs/json.md");
    let (incomplete, other) = text.split_once("Reasons are ").unwrap().1.split_once("incomplete, and").unwrap();
    for reason in all {
        let name = serde_json::to_value(reason).unwrap();
        let list = if reason.is_incomplete() { incomplete } else { other };
        assert!(list.contains(&format!("`{}`", name.as_str().unwrap())), "{name}");
    }
}
