//! Secrets that a change only moved from one file to another, which is nothing new.
//!
//! A secret was moved where it was a finding in a file that does not hold it any more. Where it is in more new files than
//! it left, it was copied. What was accepted there, by a comment, a path or a baseline, was accepted there only.

use super::examine::{Found, Kin, examine, without};
use super::paths::object;
use super::{Pipeline, Results, lock};
use crate::blob::{Blob, ObjectKind, Origin};
use crate::findings::location::is_no_file;
use crate::findings::{Finding, Secret};
use std::collections::{HashMap, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, OnceLock};

/// What files held before a change and hold no more.
#[derive(Debug, Default)]
pub(super) struct Lost {
    /// Rules and secrets that the change has elsewhere.
    sought: OnceLock<HashSet<(usize, Secret)>>,
    found: Mutex<Vec<(Origin, Vec<Found>)>>,
}

/// Rule, secret, and what belongs to it.
type Whole<'f> = (&'f str, &'f Secret, Vec<(&'f str, &'f Secret)>);

impl Pipeline<'_> {
    /// Whether something was found in files.
    pub(super) fn has_movable(&self) -> bool {
        let is_file = |origin: &Origin| object(origin).is_none_or(|(_, kind)| kind == ObjectKind::Blob);
        lock(&self.hits).iter().any(|(origin, _)| is_file(origin))
    }

    /// Keeps what a file held that was found elsewhere, and that `previous`, which stands in its place now, does not hold.
    pub(super) fn keep_lost(&self, blob: &Blob<'_>) {
        if self.excludes(&blob.origin) {
            return;
        }
        let found_elsewhere = || {
            let hits = lock(&self.hits);
            hits.iter().flat_map(|(_, found)| found).map(|one| (one.rule, one.secret.clone())).collect()
        };
        let sought = self.lost.sought.get_or_init(found_elsewhere);
        let mut scratch = lock(&self.idle).pop().unwrap_or_default();
        let scanned = catch_unwind(AssertUnwindSafe(|| (examine(self.eyes(), blob, Kin::None, &mut scratch), scratch)));
        // A file whose scan panics has lost nothing, so all stays new.
        let Ok((mut examined, scratch)) = scanned else { return };
        lock(&self.idle).push(scratch);
        // What a change takes away is often named in the message that says so.
        self.hide(examined.found.iter().map(|one| one.secret.clone()));
        examined.found.retain(|one| sought.contains(&(one.rule, one.secret.clone())));
        if !examined.found.is_empty() {
            lock(&self.lost.found).push((blob.origin.clone(), examined.found));
        }
    }

    /// Takes out of `bytes`, which lay at the path of `origin`, what was left out or accepted there; whether there was
    /// anything. What cannot be told counts as such.
    pub(super) fn drop_accepted(&self, origin: &Origin, bytes: &mut Vec<u8>) -> bool {
        if bytes.is_empty() {
            return false;
        }
        if self.excludes(origin) {
            bytes.clear();
            return true;
        }
        if !self.accepts_by_path() && !self.policy.honours_comments() {
            return false;
        }
        let mut scratch = lock(&self.idle).pop().unwrap_or_default();
        let is_accepted = |found: &[Found]| self.accepted(origin, found);
        let scan = || (without(self.eyes(), bytes, &mut scratch, &is_accepted), scratch);
        match catch_unwind(AssertUnwindSafe(scan)) {
            Ok((rest, scratch)) => {
                lock(&self.idle).push(scratch);
                let Some(rest) = rest else { return false };
                *bytes = rest;
            }
            Err(_) => bytes.clear(),
        }
        true
    }

    /// Whether anything is accepted because of its path.
    pub(super) fn accepts_by_path(&self) -> bool {
        let has_baseline = self.baseline.as_ref().is_some_and(|(baseline, _)| !baseline.is_empty());
        has_baseline || self.policy.judges_paths()
    }

    /// Of each match at the path of `origin` whether the policy or the baseline accepts it there.
    fn accepted(&self, origin: &Origin, found: &[Found]) -> Vec<bool> {
        let path = origin.path().unwrap_or_default();
        let mut results = Results::default();
        let mut of_finding = Vec::new();
        let mut accepted = Vec::new();
        for (at, one) in found.iter().enumerate() {
            self.settle(origin, (path.as_str(), path.as_str()), None, one, &self.facts(one.rule), &mut results);
            of_finding.resize(results.findings.len(), at);
            accepted.push(!results.suppressed.is_empty());
            results.suppressed.clear();
        }
        if let Some(judgement) = self.judged(&results.candidates) {
            let is_suppressed =
                |finding: usize| self.baseline.as_ref().is_some_and(|(baseline, _)| baseline.suppression(&judgement, finding).is_some());
            for (finding, at) in of_finding.into_iter().enumerate() {
                accepted[at] |= is_suppressed(finding);
            }
        }
        accepted
    }

    /// Drops the findings that were findings elsewhere before, and says how many secrets that are.
    pub(super) fn drop_moved(&self, results: &mut Results) {
        let lost = std::mem::take(&mut *lock(&self.lost.found));
        if lost.is_empty() {
            return;
        }
        let mut before = Results::default();
        for (origin, found) in lost {
            let path = origin.path().unwrap_or_default();
            for one in &found {
                self.settle(&origin, (path.as_str(), path.as_str()), None, one, &self.facts(one.rule), &mut before);
            }
        }
        self.apply_baseline(&mut before);
        let (left, entered) = (files(&before.findings), files(&results.findings));
        let is_moved =
            |whole: &Whole<'_>| left.get(whole).zip(entered.get(whole)).is_some_and(|(left, entered)| entered.len() <= left.len());
        let moved = entered.keys().filter(|whole| is_moved(whole)).count();
        let stays = |finding: &Finding| is_no_file(&finding.path) || !is_moved(&whole(finding));
        let mut stay = results.findings.iter().map(stays).collect::<Vec<bool>>().into_iter();
        let gone = results.findings.extract_if(.., |_| !stay.next().unwrap_or(true));
        self.hide(gone.map(|finding| finding.secret));
        match moved {
            0 => {}
            1 => results.coverage.notes.push("1 secret was only moved here from another file, so it is not new".to_owned()),
            count => results.coverage.notes.push(format!("{count} secrets were only moved here from other files, so they are not new")),
        }
    }
}

fn whole(finding: &Finding) -> Whole<'_> {
    (&finding.rule.id, &finding.secret, finding.parts.iter().map(|part| (part.rule.as_str(), &part.secret)).collect())
}

/// The files that each secret was found in.
fn files(findings: &[Finding]) -> HashMap<Whole<'_>, HashSet<&str>> {
    let mut files: HashMap<Whole<'_>, HashSet<&str>> = HashMap::new();
    for finding in findings.iter().filter(|finding| !is_no_file(&finding.path)) {
        files.entry(whole(finding)).or_default().insert(&finding.path);
    }
    files
}
