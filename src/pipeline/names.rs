//! Secrets in names of files and directories.

use super::examine::{Found, Kin, examine};
use super::{Pipeline, lock, panicked};
use crate::blob::{Blob, Origin};
use crate::rules::Confidence;
use crate::sources::Sink as _;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Names that are remembered for whether they hold a secret.
const MOST_NAMES: usize = 1 << 16;

impl Pipeline<'_> {
    /// Whether a name holds a secret.
    pub(super) fn holds_secret(&self, name: &str) -> bool {
        if let Some(known) = lock(&self.names).get(name) {
            return *known;
        }
        let origin = Origin::Stdin { path: "(name)".to_owned() };
        let is_leak = !self.secrets_in_name(&origin, name).is_empty();
        let mut names = lock(&self.names);
        if names.len() >= MOST_NAMES {
            names.clear();
        }
        names.insert(name.to_owned(), is_leak);
        is_leak
    }

    /// Keeps what a name holds.
    pub(super) fn tell_name(&self, origin: Origin) {
        let Origin::Name { name, .. } = &origin else { return };
        let is_new = |path: String| lock(&self.told).insert(path);
        if self.excludes(&origin) || !origin.path().is_none_or(is_new) {
            return;
        }
        let found = self.secrets_in_name(&origin, name);
        if !found.is_empty() {
            lock(&self.hits).push((origin, found));
        }
    }

    /// The secrets in a name: those that cannot be there by chance, as in what is no text.
    fn secrets_in_name(&self, origin: &Origin, name: &str) -> Vec<Found> {
        let mut scratch = lock(&self.idle).pop().unwrap_or_default();
        let blob = Blob { bytes: name.as_bytes(), origin: origin.clone(), previous: &[] };
        let scanned = catch_unwind(AssertUnwindSafe(|| (examine(self.detector, self.policy, &blob, Kin::None, &mut scratch), scratch)));
        let Ok((examined, scratch)) = scanned else {
            self.skip(panicked(origin.label()));
            return Vec::new();
        };
        lock(&self.idle).push(scratch);
        examined.found.into_iter().filter(|found| found.confidence >= Confidence::High).collect()
    }
}
