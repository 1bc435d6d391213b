//! L3: GitLab's secret detection report, to be published as `artifacts:reports:secret_detection`
//! (<https://gitlab.com/gitlab-org/security-products/security-report-schemas>).
//!
//! GitLab's word for an incomplete scan is `status: failure`. The field `raw_source_code_extract` is left out: it
//! is meant to hold the secret.

use super::view::{Entry, View};
use super::{VERSION, escaped, summary};
use crate::rules::Severity;
use crate::text::date;
use crate::text::sanitize::sanitize;
use serde::{Serialize, Serializer};
use serde_json::{Value, json as value};
use sha2::{Digest as _, Sha256};
use std::io::{self, Write};

/// The version of the schema that the report keeps to.
const SCHEMA_VERSION: &str = "15.0.7";
/// What stands for the commit where the scan was not of history; the schema wants one.
const NO_COMMIT: &str = "0000000";
/// The longest name of a finding, in characters.
const LONGEST_NAME: usize = 255;
/// The longest solution, in characters.
const LONGEST_SOLUTION: usize = 7000;

/// Writes the report.
pub(super) fn write(view: &View<'_>, out: &mut dyn Write) -> io::Result<()> {
    let report = Report {
        version: SCHEMA_VERSION,
        scan: Scan {
            start_time: date::utc(view.started),
            end_time: date::utc(view.started + view.elapsed),
            status: if view.complete { "success" } else { "failure" },
            kind: "secret_detection",
            messages: messages(view),
            analyzer: tool(),
            scanner: tool(),
        },
        vulnerabilities: Vulnerabilities(&view.findings),
    };
    escaped::pretty(&report, out)
}

#[derive(Serialize)]
struct Report<'a> {
    version: &'static str,
    scan: Scan,
    vulnerabilities: Vulnerabilities<'a>,
}

/// A list that is made while it is written: there may be very many.
struct Vulnerabilities<'a>(&'a [Entry<'a>]);

impl Serialize for Vulnerabilities<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(vulnerability))
    }
}

#[derive(Serialize)]
struct Scan {
    start_time: String,
    end_time: String,
    status: &'static str,
    #[serde(rename = "type")]
    kind: &'static str,
    messages: Vec<Value>,
    analyzer: Value,
    scanner: Value,
}

fn tool() -> Value {
    value!({"id": "keyward", "name": "keyward", "version": VERSION, "vendor": {"name": "keyward"}})
}

fn messages(view: &View<'_>) -> Vec<Value> {
    let unscanned = if view.complete { Vec::new() } else { summary::unscanned(view) };
    let warnings = unscanned.iter().map(|line| value!({"level": "warn", "value": sanitize(line)}));
    let scanned = std::iter::once(value!({"level": "info", "value": sanitize(&summary::coverage(view))}));
    warnings.chain(scanned).collect()
}

fn vulnerability(entry: &Entry<'_>) -> Value {
    let rule = entry.rule;
    let signature = format!("{}:{}", entry.fingerprint, entry.ordinal);
    let links: Vec<Value> = [("Revoke", &rule.revoke), ("Documentation", &rule.docs)]
        .into_iter()
        .filter_map(|(name, link)| {
            link.as_ref().filter(|link| link.starts_with("https://")).map(|link| value!({"name": name, "url": link}))
        })
        .collect();
    value!({
        "id": uuid(&signature),
        "name": cut(&rule.title, LONGEST_NAME),
        "description": description(entry),
        "severity": severity(entry.severity),
        "solution": cut(&rule.remediation, LONGEST_SOLUTION),
        "identifiers": [
            {"type": "keyward_rule_id", "name": format!("keyward rule {}", rule.id), "value": rule.id},
            {"type": "cwe", "name": "CWE-798", "value": "798", "url": "https://cwe.mitre.org/data/definitions/798.html"},
        ],
        "links": links,
        "location": {"file": entry.path, "start_line": entry.line, "end_line": entry.end_line, "commit": commit(entry)},
        "tracking": {
            "type": "source",
            "items": [{
                "file": entry.path,
                "start_line": entry.line,
                "end_line": entry.end_line,
                "signatures": [{"algorithm": "hash", "value": signature}],
            }],
        },
    })
}

/// GitLab renders it as Markdown; a code span keeps the redacted secret as it is.
fn description(entry: &Entry<'_>) -> String {
    let secret = sanitize(&entry.secret).replace('`', "'");
    let explanation = &entry.rule.description;
    let separator = if explanation.is_empty() { "" } else { " " };
    format!("{explanation}{separator}Found: `{secret}`. Fingerprint: `{}`.", entry.fingerprint)
}

fn commit(entry: &Entry<'_>) -> Value {
    match &entry.history {
        Some(history) if !history.commit.is_empty() => {
            value!({"sha": history.commit, "author": history.author, "date": history.date, "message": history.subject})
        }
        _ => value!({"sha": NO_COMMIT}),
    }
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "Info",
        Severity::Low => "Low",
        Severity::Medium => "Medium",
        Severity::High => "High",
        Severity::Critical => "Critical",
    }
}

/// A UUID (version 8, RFC 9562) that is the same for the same finding in every scan.
fn uuid(name: &str) -> String {
    let mut bytes: [u8; 16] = Sha256::digest(name)[..16].try_into().expect("the hash has 32 bytes");
    bytes[6] = bytes[6] & 0x0f | 0x80;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex = data_encoding::HEXLOWER.encode(&bytes);
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

fn cut(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}
