//! Reports to render. Secrets are made at run time, so that none stands in the tree.

use keyward::blob::Skip;
use keyward::findings::fingerprint::fingerprint;
use keyward::findings::location::locate;
use keyward::findings::{Attribution, Fate, Finding, Refs, Removal, RuleFacts, Secret, dedupe};
use keyward::report::{Format, Gate, Report, Style};
use keyward::rules::{Confidence, Severity};
use keyward::sources::Coverage;
use keyward::text::Span;
use keyward::text::lines::LineIndex;
use std::time::{Duration, SystemTime};

/// A token of 40 characters that is the same for the same seed.
pub(crate) fn token(seed: u64) -> String {
    let mut state = seed.wrapping_mul(2).wrapping_add(1);
    let mut body = String::new();
    while body.len() < 36 {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        body.push(char::from(b"abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"[(state >> 33) as usize % 56]));
    }
    ["tok_", &body].concat()
}

/// Everything that a report borrows.
pub(crate) struct Sample {
    pub(crate) findings: Vec<Finding>,
    pub(crate) suppressed: Vec<Finding>,
    pub(crate) coverage: Coverage,
    pub(crate) skips: Vec<Skip>,
    pub(crate) errors: Vec<String>,
    pub(crate) show_secrets: bool,
    pub(crate) gate: Gate,
}

impl Sample {
    /// A scan of a working tree that saw `blobs` files and found nothing.
    pub(crate) fn clean(blobs: u64) -> Self {
        Sample {
            findings: Vec::new(),
            suppressed: Vec::new(),
            coverage: Coverage { scope: "working tree .".into(), blobs, bytes: blobs * 1500, ..Coverage::default() },
            skips: Vec::new(),
            errors: Vec::new(),
            show_secrets: false,
            gate: Gate::None,
        }
    }

    /// A scan that found `findings`.
    pub(crate) fn of(mut findings: Vec<Finding>) -> Self {
        dedupe::arrange(&mut findings);
        Sample { findings, ..Sample::clean(8) }
    }

    pub(crate) fn render(&self, format: Format) -> String {
        self.render_in(format, Style::default())
    }

    pub(crate) fn render_in(&self, format: Format, style: Style) -> String {
        let report = Report {
            findings: &self.findings,
            suppressed: &self.suppressed,
            suppressed_count: self.suppressed.len(),
            hidden: &[],
            coverage: &self.coverage,
            skips: &self.skips,
            errors: &self.errors,
            rules: 412,
            category: "tree",
            gate: self.gate,
            started: SystemTime::UNIX_EPOCH + Duration::from_secs(1_709_208_001),
            elapsed: Duration::from_millis(310),
            show_secrets: self.show_secrets,
        };
        let mut out = Vec::new();
        keyward::report::write(format, &report, style, &mut out).expect("a vector takes everything");
        String::from_utf8(out).expect("reports are UTF-8")
    }

    /// As [`Sample::render`], with `#` for what only looks like a secret: fingerprints and object ids.
    pub(crate) fn snapshot(&self, format: Format) -> String {
        let hashes = regex::Regex::new("[0-9a-f]{32,}").expect("a valid pattern");
        hashes.replace_all(&self.render(format), "#").replace(env!("CARGO_PKG_VERSION"), "<version>").replace("\r\n", "\n")
    }

    pub(crate) fn json(&self, format: Format) -> serde_json::Value {
        serde_json::from_str(&self.render(format)).expect("the report is JSON")
    }
}

/// The facts of a made-up rule.
pub(crate) fn rule(id: &str) -> RuleFacts {
    RuleFacts {
        id: id.to_owned(),
        title: "Example access token".to_owned(),
        provider: "Example".to_owned(),
        description: "Whoever has it can read and write every repository of its owner.".to_owned(),
        remediation: "Revoke the token, make a new one with fewer rights, and keep it in a secret manager.".to_owned(),
        revoke: Some("https://example.org/settings/tokens".to_owned()),
        docs: Some("https://example.org/docs/tokens".to_owned()),
        tags: vec!["vcs".to_owned()],
        audience: None,
    }
}

/// A finding of `secret` in a file whose content is `text`.
pub(crate) fn found(path: &str, text: &str, secret: &str) -> Finding {
    found_by(&rule("example-token"), path, text, secret)
}

/// As [`found`], by a given rule.
pub(crate) fn found_by(rule: &RuleFacts, path: &str, text: &str, secret: &str) -> Finding {
    let start = text.find(secret).expect("the text holds the secret");
    let span = Span::new(start, start + secret.len());
    Finding {
        rule: rule.clone().into(),
        severity: Severity::Critical,
        confidence: Confidence::High,
        path: path.to_owned(),
        location: locate(text.as_bytes(), &LineIndex::new(text.as_bytes()), span, &[span]),
        secret: Secret::new(secret.as_bytes().to_vec()),
        fingerprint: fingerprint(&rule.id, path, secret.as_bytes()),
        history: None,
        parts: Vec::new(),
        also_at: Vec::new(),
        suppressed: None,
    }
}

/// What history says of a finding in `path`.
pub(crate) fn attribution(path: &str, in_head: bool) -> Attribution {
    Attribution {
        commit: "0123456789abcdef".repeat(3)[..40].to_owned(),
        author: "Ann Author".to_owned(),
        email: "ann@example.org".to_owned(),
        date: "2024-01-31T12:00:00+01:00".to_owned(),
        subject: "Add deployment".to_owned(),
        in_head,
        at_head: in_head,
        blob: "89abcdef01234567".repeat(3)[..40].to_owned(),
        paths: vec![path.to_owned()],
        rank: 1,
        fate: Some(fate(in_head)),
    }
}

/// What became of a secret that is on many branches and was removed unless HEAD has it.
fn fate(in_head: bool) -> Fate {
    let mut refs = Refs::default();
    refs.tags.add("v1.0");
    for number in 0..25 {
        refs.branches.add(&format!("release/{number}"));
    }
    let removal = Removal {
        commit: "fedcba9876543210".repeat(3)[..40].to_owned(),
        author: "Bob Builder".to_owned(),
        date: "2024-05-01T12:00:00+02:00".to_owned(),
        subject: "Read the key from the environment".to_owned(),
    };
    Fate { in_head, removed: (!in_head).then_some(removal), refs: Some(refs) }
}

/// A finding for each of two secrets, one of them in two places, one only in history.
pub(crate) fn three_findings() -> Vec<Finding> {
    let (one, two) = (token(1), token(2));
    let text = format!("# settings\nexport TOKEN=\"{one}\"\n");
    let old = found_by(&rule("other-token"), "deploy/old.env", &format!("KEY={two}"), &two);
    vec![
        found("config/app.env", &text, &one),
        found("scripts/run.sh", &format!("\n\n\tcurl -H 'X-Key: {one}' https://example.org\n"), &one),
        Finding { severity: Severity::Medium, confidence: Confidence::Medium, history: Some(attribution("deploy/old.env", false)), ..old },
    ]
}
