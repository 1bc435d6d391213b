//! Secrets that are no findings of a report, and yet may stand in what it shows: in the subject of a commit whose message is
//! not scanned, in a note, or as what stood there before, was only moved, or is accepted. Reports hide them like findings.

use super::examine::Eyes;
use super::{Pipeline, Results, lock};
use crate::blob::Origin;
use crate::engine::Detector;
use crate::findings::{Attribution, Finding, Secret};
use crate::sources::names::LEAST;
use std::collections::BTreeSet;
use std::sync::LazyLock;

impl<'a> Pipeline<'a> {
    /// Hides what rules find beside a finding that are not to report anything: a rule that is off because its findings are
    /// of no interest makes them no less secret.
    #[must_use]
    pub fn with_hiding(self, hiding: &'a LazyLock<Detector>) -> Self {
        Pipeline { hiding: Some(hiding), ..self }
    }

    /// What it looks at blobs with.
    pub(super) fn eyes(&self) -> Eyes<'a> {
        Eyes { detector: self.detector, policy: self.policy, hiding: self.hiding }
    }

    /// Hides what the rules find in a text that will be shown and is not scanned.
    pub fn look_through(&self, text: &str) {
        let origin = Origin::Stdin { path: "(text)".to_owned() };
        self.hide(self.found_in(&origin, text.as_bytes()).into_iter().map(|one| one.secret));
        let off = self.hiding.map(|hiding| hiding.scan(text.as_bytes())).unwrap_or_default();
        self.hide(off.iter().map(|one| Secret::new(one.value(text.as_bytes()).to_vec())));
        // A token may be joined to other words, as in a name.
        for name in text.split([' ', '/']).filter(|name| name.len() >= LEAST) {
            self.hide(self.secrets_in_name(&origin, name).into_iter().map(|one| one.secret));
        }
    }

    /// Hides secrets wherever they stand.
    pub(super) fn hide(&self, secrets: impl IntoIterator<Item = Secret>) {
        // Of most blobs there are none, and all threads come by here.
        let mut secrets = secrets.into_iter().peekable();
        if secrets.peek().is_some() {
            lock(&self.hidden).extend(secrets);
        }
    }

    /// All that is to be hidden in a report of these results besides its findings.
    pub(super) fn hidden_from(&self, results: &Results) -> Vec<Secret> {
        let mut texts: BTreeSet<&str> = results.coverage.notes.iter().map(String::as_str).collect();
        for finding in results.findings.iter().chain(&results.suppressed) {
            texts.extend(said_of(finding));
        }
        for text in texts {
            self.look_through(text);
        }
        let accepted = results.suppressed.iter().flat_map(|finding| finding.parts.iter().map(|part| &part.secret).chain([&finding.secret]));
        self.hide(accepted.cloned());
        let mut hidden: Vec<Secret> = std::mem::take(&mut *lock(&self.hidden)).into_iter().collect();
        hidden.sort_unstable();
        hidden
    }
}

/// Texts of others that a report shows of a finding.
fn said_of(finding: &Finding) -> impl Iterator<Item = &str> {
    let reason = finding.suppressed.iter().map(|why| why.reason.as_str());
    finding.history.iter().flat_map(said_by_git).chain(reason)
}

fn said_by_git(history: &Attribution) -> impl Iterator<Item = &str> {
    let (removed, refs) = history.fate.as_ref().map_or((None, None), |fate| (fate.removed.as_ref(), fate.refs.as_ref()));
    let of_removal = removed.into_iter().flat_map(|removal| [removal.author.as_str(), removal.subject.as_str()]);
    let names = refs.into_iter().flat_map(|refs| [&refs.branches, &refs.tags, &refs.others]);
    let names = names.flat_map(|names| names.list.iter().map(String::as_str));
    [history.author.as_str(), history.email.as_str(), history.subject.as_str()].into_iter().chain(of_removal).chain(names)
}
