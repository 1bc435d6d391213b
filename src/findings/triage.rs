//! L2: what becomes of a match: reported, suppressed, or dropped. Everything here depends on where the match lies
//! and on what the user said; the detector knows neither.

use super::Suppression;
use super::inline::InlineAllow;
use crate::config::allow::Allow;
use crate::config::{Config, Sourced};
use crate::rules::{Confidence, Rule, Severity};
use std::sync::atomic::{AtomicBool, Ordering};

/// What the user said of findings.
#[derive(Debug)]
pub struct Policy {
    min_severity: Severity,
    min_confidence: Confidence,
    inline_allow: bool,
    watches_comments: bool,
    allow: Vec<Sourced<Allow>>,
    /// Which of `allow` suppressed anything.
    used: Vec<AtomicBool>,
}

/// What is known of a match when it is judged.
#[derive(Debug)]
pub struct Case<'a> {
    /// The rule that matched.
    pub rule: &'a Rule,
    /// Chance that it is real.
    pub confidence: Confidence,
    /// Path relative to the configuration's directory.
    pub path: &'a str,
    /// The secret in clear.
    pub secret: &'a [u8],
    /// Fingerprint of the finding.
    pub fingerprint: &'a str,
    /// The comment beside it, and its reason.
    pub inline: Option<(&'a InlineAllow, &'a str)>,
}

/// What becomes of a match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// A finding.
    Report,
    /// Accepted by the user.
    Suppress(Suppression),
    /// Below the thresholds.
    Drop,
}

impl Policy {
    /// The policy of a configuration.
    #[must_use]
    pub fn new(config: &Config) -> Policy {
        Policy {
            min_severity: config.min_severity.value,
            min_confidence: config.min_confidence.value,
            inline_allow: config.inline_allow.value,
            watches_comments: false,
            allow: config.allow.clone(),
            used: config.allow.iter().map(|_| AtomicBool::new(false)).collect(),
        }
    }

    /// Has comments told, whether or not they accept anything.
    #[must_use]
    pub fn watching_comments(self, watches: bool) -> Policy {
        Policy { watches_comments: watches && self.inline_allow, ..self }
    }

    /// Whether comments are told.
    #[must_use]
    pub fn watches_comments(&self) -> bool {
        self.watches_comments
    }

    /// Whether a match of a rule counts at all.
    #[must_use]
    pub fn is_of_interest(&self, rule: &Rule, confidence: Confidence) -> bool {
        rule.severity >= self.min_severity && confidence >= self.min_confidence
    }

    /// Whether comments beside secrets are honoured.
    #[must_use]
    pub fn honours_comments(&self) -> bool {
        self.inline_allow
    }

    /// Whether the path of a match decides over what is accepted: a fingerprint holds at one path.
    #[must_use]
    pub fn judges_paths(&self) -> bool {
        self.allow.iter().any(|entry| entry.value.paths.is_some() || !entry.value.fingerprints.is_empty())
    }

    /// Judges a match.
    #[must_use]
    pub fn judge(&self, case: &Case<'_>) -> Verdict {
        if !self.is_of_interest(case.rule, case.confidence) {
            return Verdict::Drop;
        }
        if let Some((inline, reason)) = case.inline.filter(|_| self.inline_allow) {
            let reason = if reason.is_empty() { inline.marker.to_owned() } else { reason.to_owned() };
            return Verdict::Suppress(Suppression { by: "inline", reason });
        }
        let covering = self.allow.iter().position(|entry| entry.value.covers(case.rule, case.path, case.secret, case.fingerprint));
        let Some(index) = covering else { return Verdict::Report };
        self.used[index].store(true, Ordering::Relaxed);
        let entry = &self.allow[index];
        let reason = entry.value.reason.as_ref().map_or_else(|| entry.from.to_string(), |reason| format!("{reason} ({})", entry.from));
        Verdict::Suppress(Suppression { by: "allowlist", reason })
    }

    /// Places of the allowlist entries that suppressed nothing.
    #[must_use]
    pub fn unused(&self) -> Vec<String> {
        let entries = self.allow.iter().zip(&self.used);
        entries.filter(|(_, used)| !used.load(Ordering::Relaxed)).map(|(entry, _)| entry.from.to_string()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{Case, Policy, Verdict};
    use crate::config::diagnostic::Source;
    use crate::config::{Config, files, load, read};
    use crate::findings::inline::InlineAllow;
    use crate::rules::{Confidence, Rule};
    use std::path::Path;

    const RULE: &str = "provider: Acme\ntags: [cloud]\nrules: [{id: acme-token, name: t, severity: medium, format: 'acme_{hex:8}'}]";

    const FINGERPRINT: &str = "kw1:0123456789abcdef0123456789abcdef";
    const OTHER: &str = "kw1:0123456789abcdef0123456789abcdee";

    fn rule() -> Rule {
        crate::rules::load::parse_rules(RULE).expect("a valid rule").remove(0)
    }

    fn config(yaml: &str) -> Config {
        let custom = "rules: {custom: [{id: acme-token, name: t, severity: medium, tags: [cloud], format: 'acme_{hex:8}'}, \
                      {id: acme-other, name: t, severity: medium, format: 'acmo_{hex:8}'}]}\n";
        let (flags, problems) = read::read(&Source::new("t.yaml", &format!("{custom}{yaml}")));
        assert_eq!(problems, [], "{yaml}");
        let request = load::Request { choice: files::Choice::Nothing, start: Path::new("/"), cwd: Path::new("/"), flags };
        load::load(&request).expect("a valid configuration")
    }

    fn judge(yaml: &str, path: &str, confidence: Confidence) -> Verdict {
        let rule = rule();
        let case = Case { rule: &rule, confidence, path, secret: b"acme_0a1b2c3d", fingerprint: FINGERPRINT, inline: None };
        Policy::new(&config(yaml)).judge(&case)
    }

    fn is_suppressed(allow: &str, path: &str) -> bool {
        matches!(judge(&format!("allow: [{allow}]"), path, Confidence::High), Verdict::Suppress(_))
    }

    #[test]
    fn thresholds_drop() {
        assert_eq!(judge("", "a", Confidence::High), Verdict::Report);
        assert_eq!(judge("", "a", Confidence::Low), Verdict::Drop);
        assert_eq!(judge("min-severity: high", "a", Confidence::High), Verdict::Drop);
        assert_eq!(judge("min-severity: medium\nmin-confidence: low", "a", Confidence::Low), Verdict::Report);
    }

    #[test]
    fn every_kind_of_condition_suppresses() {
        for (hit, miss) in [
            ("{paths: 'tests/**'}", "{paths: 'src/**'}"),
            ("{regex: '0a1b.*3d$'}", "{regex: '^0a'}"),
            ("{stopwords: ['zz', '2C3D']}", "{stopwords: zz}"),
            (&format!("{{fingerprints: '{FINGERPRINT}'}}"), &format!("{{fingerprints: '{OTHER}'}}")),
            ("{rules: cloud}", "{rules: acme-other}"),
        ] {
            assert!(is_suppressed(hit, "tests/a"), "{hit}");
            assert!(!is_suppressed(miss, "tests/a"), "{miss}");
        }
    }

    #[test]
    fn all_conditions_of_an_entry_must_hold() {
        assert!(is_suppressed("{paths: tests, rules: acme-token}", "tests/a"));
        assert!(!is_suppressed("{paths: tests, regex: nope}", "tests/a"));
    }

    #[test]
    fn the_reason_names_the_entry_and_unused_ones_are_told() {
        let policy = Policy::new(&config("allow:\n  - {paths: tests, reason: fake}\n  - {paths: src}\n"));
        let rule = rule();
        let case =
            Case { rule: &rule, confidence: Confidence::High, path: "tests/a", secret: b"acme_0a1b2c3d", fingerprint: "", inline: None };
        let Verdict::Suppress(suppression) = policy.judge(&case) else { panic!("not suppressed") };
        assert_eq!((suppression.by, suppression.reason.as_str()), ("allowlist", "fake (t.yaml:3)"));
        assert_eq!(policy.unused(), ["t.yaml:4"]);
    }

    #[test]
    fn comments_count_unless_switched_off() {
        let comment = InlineAllow { marker: "keyward:allow", at: 0, reason: 0..0 };
        let rule = rule();
        let case = Case {
            rule: &rule,
            confidence: Confidence::High,
            path: "a",
            secret: b"acme_0a1b2c3d",
            fingerprint: "",
            inline: Some((&comment, "")),
        };
        assert!(matches!(Policy::new(&config("")).judge(&case), Verdict::Suppress(_)));
        assert_eq!(Policy::new(&config("inline-allow: false")).judge(&case), Verdict::Report);
    }
}
