//! L4: what a scan came to: every match with its names, the verdict of the policy and of the baseline, in order.

use super::examine::Found;
use super::paths::{paths, shown};
use super::{Attributions, Pipeline, lock};
use crate::blob::{Origin, Skip, SkipReason};
use crate::findings::baseline::{Candidate, Judgement};
use crate::findings::fingerprint::fingerprint;
use crate::findings::inline::Comment;
use crate::findings::location::is_no_file;
use crate::findings::redact::is_redacted;
use crate::findings::triage::{Case, Verdict};
use crate::findings::unheeded::Unheeded;
use crate::findings::{Attribution, Finding, RuleFacts, Secret, dedupe};
use crate::rules::About;
use crate::sources::Coverage;
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// What a scan came to.
#[derive(Debug, Default)]
pub struct Results {
    /// Counted findings, in report order.
    pub findings: Vec<Finding>,
    /// Suppressed findings, in report order.
    pub suppressed: Vec<Finding>,
    /// Secrets that are none of the findings, and yet may stand in what is shown of them.
    pub hidden: Vec<Secret>,
    /// What was not scanned, ordered.
    pub skips: Vec<Skip>,
    /// What was scanned.
    pub coverage: Coverage,
    /// Comments that accept something or could, with their paths, ordered; empty where the policy does not ask for them.
    pub comments: Vec<(String, Comment)>,
    /// Comments beside findings that do not accept them, with their paths, unordered.
    pub unheeded: Vec<(String, Unheeded)>,
    /// What the baseline was asked about; empty without one.
    pub candidates: Vec<Candidate>,
    /// Where each candidate is.
    pub sites: Vec<Site>,
    /// How the candidates stand to the baseline.
    pub judgement: Judgement,
    /// Paths of its entries at which nothing was looked at.
    pub unseen: HashSet<String>,
}

/// What is to be said of files that are no text, some of them archives that were not opened.
fn note_binary(count: u64, closed: u64) -> Option<String> {
    let (files, them) = if count == 1 { ("binary file", "it") } else { ("binary files", "them") };
    let archives = match (count, closed) {
        (0, _) => return None,
        (_, 0) => String::new(),
        (1, _) => ", an archive".to_owned(),
        (_, 1) => ", 1 of them an archive".to_owned(),
        _ => format!(", {closed} of them archives"),
    };
    let advice = if closed == 0 { "" } else { "; --archives opens archives" };
    Some(format!("{count} {files}{archives}: only what is certain to be a secret was looked for in {them}{advice}"))
}

/// Where a candidate for a baseline is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    /// 1-based line of the secret's first character.
    pub line: usize,
    /// The commit that brought it in, in hex; empty outside of history.
    pub commit: String,
}

impl Pipeline<'_> {
    /// Places, judges and orders what was found. `attributions` is empty outside of history.
    #[must_use]
    pub fn finish(self, coverage: Coverage, attributions: &Attributions) -> Results {
        let mut results = Results { coverage, ..Results::default() };
        let of = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        log::debug!("looked at {} of {} bytes", of(&self.progress.looked), of(&self.progress.bytes));
        let mut known: BTreeMap<usize, Arc<RuleFacts>> = BTreeMap::new();
        let (hits, skips) = (std::mem::take(&mut *lock(&self.hits)), std::mem::take(&mut *lock(&self.skips)));
        for (origin, found) in hits {
            for (path, history) in paths(&origin, attributions) {
                let shown = shown(&origin, &path, &found);
                for one in &found {
                    let facts = known.entry(one.rule).or_insert_with(|| self.facts(one.rule));
                    self.settle(&origin, (&path, &shown), history.as_ref(), one, facts, &mut results);
                }
            }
        }
        self.place_comments(attributions, &mut results);
        self.apply_baseline(&mut results);
        results.unseen = self.unseen();
        self.drop_moved(&mut results);
        for list in [&mut results.findings, &mut results.suppressed] {
            dedupe::arrange(list);
            list.iter_mut().filter_map(|finding| finding.history.as_mut()).for_each(say_head);
        }
        // Whoever reports it hides what was found; a name in which nothing was scanned may hold a secret too.
        let safe = |text: &str| self.words_without_secrets(text);
        results.skips.extend(skips.into_iter().map(|skip| Skip { what: safe(&skip.what), detail: safe(&skip.detail), ..skip }));
        results.coverage.scope = safe(&results.coverage.scope);
        results.skips.sort_by(|a, b| (&a.what, a.reason, &a.detail).cmp(&(&b.what, b.reason, &b.detail)));
        results.skips.dedup();
        results.coverage.notes.extend(note_binary(of(&self.progress.binary), of(&self.progress.closed)));
        results.hidden = self.hidden_from(&results);
        results
    }

    /// Paths of entries of the baseline that were not looked at. A name or a message has no content that could be.
    fn unseen(&self) -> HashSet<String> {
        let seen = |path: &str| self.awaited.get(path).is_some_and(|seen| seen.load(Ordering::Relaxed));
        // What is not in an archive that was opened is gone from it.
        let is_gone = |path: &str| self.archives.is_some() && path.rsplit_once('!').is_some_and(|(archive, _)| seen(archive));
        let is_unseen = |path: &&str| !seen(path) && !is_no_file(path) && !is_redacted(path) && !is_gone(path);
        self.awaited.keys().copied().filter(is_unseen).map(str::to_owned).collect()
    }

    /// Gives the comments that were asked for their paths.
    fn place_comments(&self, attributions: &Attributions, results: &mut Results) {
        for (origin, comments) in std::mem::take(&mut *lock(&self.comments)) {
            for (path, _) in paths(&origin, attributions) {
                let is_left_out = self.excluded.is_match(&self.places.configured(&origin, &path)) || self.ignores(&origin, &path);
                let placed = comments.iter().filter(|_| !is_left_out).map(|comment| (path.clone(), comment.clone()));
                results.comments.extend(placed);
            }
        }
        results.comments.sort();
        results.comments.dedup();
    }

    /// What reports need of a rule.
    pub(super) fn facts(&self, rule: usize) -> Arc<RuleFacts> {
        let rule = &self.detector.rules()[rule];
        let About { provider, description, remediation, revoke, docs, tags, .. } = rule.about().clone();
        let (id, title) = (rule.id.clone(), rule.title());
        Arc::new(RuleFacts { id, title, provider, description, remediation, revoke, docs, tags, audience: rule.audience })
    }

    /// Judges one match at one path, which is `shown` so in reports, and puts it where it belongs.
    pub(super) fn settle(
        &self,
        origin: &Origin,
        (path, shown): (&str, &str),
        history: Option<&Attribution>,
        found: &Found,
        facts: &Arc<RuleFacts>,
        results: &mut Results,
    ) {
        let (identity, configured) = (self.places.identity(origin, shown), self.places.configured(origin, path));
        if self.excluded.is_match(&configured) || self.ignores(origin, path) {
            // Paths of objects are known only now; of those in which nothing was found they never are.
            self.hide([found.secret.clone()]);
            results.skips.push(Skip { what: shown.to_owned(), reason: SkipReason::Excluded, detail: String::new() });
            return;
        }
        let rule = &self.detector.rules()[found.rule];
        let fingerprint = fingerprint(&rule.id, &identity, found.secret.reveal());
        let verdict = self.policy.judge(&Case {
            rule,
            confidence: found.confidence,
            path: &configured,
            secret: found.secret.reveal(),
            fingerprint: &fingerprint,
            inline: found.inline.as_ref().map(|(comment, reason)| (comment, reason.as_str())),
        });
        let (list, suppressed) = match verdict {
            Verdict::Drop => return self.hide([found.secret.clone()]),
            Verdict::Report => {
                results.unheeded.extend(found.unheeded.iter().map(|comment| (shown.to_owned(), comment.clone())));
                if self.baseline.is_some() {
                    let commit = history.map(|history| history.commit.clone()).unwrap_or_default();
                    results.sites.push(Site { line: found.location.line, commit });
                    let written = self.without_secrets(&identity);
                    results.candidates.push(Candidate { rule: rule.id.clone(), path: identity, written, secret: found.secret.clone() });
                }
                (&mut results.findings, None)
            }
            Verdict::Suppress(suppression) => (&mut results.suppressed, Some(suppression)),
        };
        list.push(Finding {
            rule: Arc::clone(facts),
            severity: rule.severity,
            confidence: found.confidence,
            path: shown.to_owned(),
            location: found.location.clone(),
            secret: found.secret.clone(),
            fingerprint,
            history: history.map(|history| Attribution { fate: self.known.fate(found.rule, &found.secret), ..history.clone() }),
            parts: found.parts.clone(),
            also_at: Vec::new(),
            suppressed,
        });
    }

    /// How candidates stand to the baseline; `None` without one.
    pub(super) fn judged(&self, candidates: &[Candidate]) -> Option<Judgement> {
        let (baseline, today) = self.baseline.as_ref()?;
        Some(baseline.judge(candidates, today, &|path| self.places.exists(path)))
    }

    /// Suppresses what the baseline accepts. Findings and candidates are still in the same order.
    pub(super) fn apply_baseline(&self, results: &mut Results) {
        let Some((baseline, _)) = &self.baseline else { return };
        let Some(judgement) = self.judged(&results.candidates) else { return };
        for (index, mut finding) in std::mem::take(&mut results.findings).into_iter().enumerate() {
            finding.suppressed = baseline.suppression(&judgement, index);
            let list = if finding.suppressed.is_some() { &mut results.suppressed } else { &mut results.findings };
            list.push(finding);
        }
        results.coverage.notes.extend(baseline.expired(&judgement));
        results.judgement = judgement;
    }
}

/// A secret that moved to another version or path is in HEAD where that is.
fn say_head(history: &mut Attribution) {
    history.in_head |= history.fate.as_ref().is_some_and(|fate| fate.in_head);
}
