//! What became of one rule at one place: the detector's answer, then that of everything behind it.

use crate::config::Config;
use crate::engine::{Attempt, Detector, Match, Part};
use crate::findings::Suppression;
use crate::pipeline::Results;
use crate::rules::{Confidence, Rule};
use crate::text::Span;
use std::sync::Arc;

/// What became of a rule at a place.
#[derive(Debug, Clone)]
pub(super) struct Judged {
    pub(super) rule: String,
    pub(super) title: String,
    /// One word: `reported`, `part`, `suppressed`, `below-threshold`, `excluded`, `off`, `overlap`, `refused`.
    pub(super) verdict: &'static str,
    /// Of what was refused, the validator that said no.
    pub(super) validator: Option<&'static str>,
    /// Why, in words; empty where it was reported.
    pub(super) reason: String,
    /// Of what is a match.
    pub(super) confidence: Option<Confidence>,
}

/// Everything that decides.
pub(super) struct Judges<'a> {
    pub(super) config: &'a Config,
    /// The rules that [`Attempt::rule`] counts.
    pub(super) rules: &'a [Arc<Rule>],
    /// The detector of the rules that are on.
    pub(super) active: &'a Detector,
    /// What the detector finds in the text.
    pub(super) matches: Vec<Match>,
    /// What a scan of the text comes to.
    pub(super) results: &'a Results,
    /// Whether the text is none.
    pub(super) is_binary: bool,
}

impl Judges<'_> {
    /// What was found in encoded text, which is not traced.
    pub(super) fn encoded(&self, range: Span) -> Vec<Attempt> {
        let encoded = self.matches.iter().filter(|found| found.decoded.is_some() && found.secret.overlaps(&range));
        let attempt = |found: &Match| {
            let rule = self.rules.iter().position(|rule| rule.id == self.active.rules()[found.rule].id)?;
            Some(Attempt { rule, span: found.span, secret: found.secret, outcome: Ok(found.confidence), evidence: 0 })
        };
        encoded.filter_map(attempt).collect()
    }

    /// What became of an attempt; `None` where no scan would make it and nothing would come of it.
    pub(super) fn judge(&self, attempt: &Attempt) -> Option<Judged> {
        let rule = &self.rules[attempt.rule];
        let is_on = self.active.rules().iter().any(|active| active.id == rule.id);
        let (verdict, validator, reason) = match attempt.outcome {
            Err(_) if !is_on => return None,
            Err(refusal) => ("refused", Some(refusal.validator()), refusal.to_string()),
            Ok(_) if let Some(of) = self.whole(rule, attempt.secret) => {
                ("part", None, format!("it belongs to what {} finds near it", of.id))
            }
            Ok(_) if !is_on => ("off", None, "it would match, but the rule is off".to_owned()),
            Ok(confidence) => {
                let (verdict, reason) = self.match_(rule, attempt.secret, confidence);
                (verdict, None, reason)
            }
        };
        let confidence = attempt.outcome.ok();
        Some(Judged { rule: rule.id.clone(), title: rule.title(), verdict, validator, reason, confidence })
    }

    /// The rule of the match that this is a part of.
    fn whole(&self, rule: &Rule, secret: Span) -> Option<&Rule> {
        let is_this = |part: &Part| part.secret == secret && self.active.numbered(part.rule).id == rule.id;
        let whole = self.matches.iter().find(|found| found.parts.iter().any(is_this))?;
        Some(&self.active.rules()[whole.rule])
    }

    /// What became of a match.
    fn match_(&self, rule: &Rule, secret: Span, confidence: Confidence) -> (&'static str, String) {
        let is_same = |found: &&Match| self.active.rules()[found.rule].id == rule.id && found.secret == secret;
        if !self.matches.iter().any(|found| is_same(&found)) {
            let winner = self.matches.iter().find(|found| found.secret.overlaps(&secret));
            let winner = winner.map_or("another match", |found| self.active.rules()[found.rule].id.as_str());
            return ("overlap", format!("{winner} says more about the same text"));
        }
        if let Some(suppression) = self.suppression(rule, secret) {
            let reason = if suppression.reason.is_empty() { String::new() } else { format!(": {}", suppression.reason) };
            return ("suppressed", format!("by {}{reason}", suppression.by));
        }
        let config = self.config;
        if rule.severity < config.min_severity.value {
            let (is, least) = (rule.severity.as_str(), config.min_severity.value.as_str());
            return ("below-threshold", format!("severity {is} is below {least} ({})", config.min_severity.from));
        }
        if confidence < config.min_confidence.value {
            let (is, least) = (confidence.as_str(), config.min_confidence.value.as_str());
            return ("below-threshold", format!("confidence {is} is below {least} ({})", config.min_confidence.from));
        }
        if self.is_binary && confidence < Confidence::High {
            return ("below-threshold", "in what is no text, only high confidence counts".to_owned());
        }
        let is_reported = self.results.findings.iter().any(|finding| finding.rule.id == rule.id && finding.location.offset == secret.start);
        if is_reported { ("reported", String::new()) } else { ("excluded", "the configuration excludes this path".to_owned()) }
    }

    fn suppression(&self, rule: &Rule, secret: Span) -> Option<&Suppression> {
        let mut suppressed = self.results.suppressed.iter();
        let finding = suppressed.find(|finding| finding.rule.id == rule.id && finding.location.offset == secret.start)?;
        finding.suppressed.as_ref()
    }
}
