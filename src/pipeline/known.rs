//! Which objects of a history each secret stands in, and what history says became of it.

use super::examine::Found;
use super::{lock, object};
use crate::blob::Origin;
use crate::findings::{Fate, Secret};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Mutex;

/// A secret and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// Index of the rule.
    rule: usize,
    secret: Secret,
    /// Ids of the objects, in hex, sorted.
    pub objects: Vec<String>,
}

/// What is known of secrets besides where they were found.
#[derive(Debug, Default)]
pub(super) struct Knowledge {
    /// Objects that go on holding what their predecessors held: id, index of the rule, secret.
    carried: Mutex<Vec<(String, usize, Secret)>>,
    /// What became of secrets, by index of the rule and value.
    fates: Mutex<HashMap<(usize, Secret), Fate>>,
}

impl Knowledge {
    /// Takes note of what is not new in a blob.
    pub(super) fn carry(&self, origin: &Origin, secrets: Vec<(usize, Secret)>) {
        if let Some((id, _)) = object(origin) {
            lock(&self.carried).extend(secrets.into_iter().map(|(rule, secret)| (id.to_owned(), rule, secret)));
        }
    }

    /// Each secret that was found, with the objects that it stands in, new or not.
    pub(super) fn secrets(&self, hits: &[(Origin, Vec<Found>)]) -> Vec<Known> {
        let mut known: BTreeMap<(usize, &Secret), BTreeSet<&str>> = BTreeMap::new();
        for (origin, found) in hits {
            if let Some((id, _)) = object(origin) {
                for one in found {
                    known.entry((one.rule, &one.secret)).or_default().insert(id);
                }
            }
        }
        let carried = lock(&self.carried);
        for (id, rule, secret) in carried.iter() {
            if let Some(ids) = known.get_mut(&(*rule, secret)) {
                ids.insert(id);
            }
        }
        let owned = |ids: BTreeSet<&str>| ids.into_iter().map(str::to_owned).collect();
        known.into_iter().map(|((rule, secret), ids)| Known { rule, secret: secret.clone(), objects: owned(ids) }).collect()
    }

    /// Takes note of what became of a secret.
    pub(super) fn tell(&self, known: Known, fate: Fate) {
        lock(&self.fates).insert((known.rule, known.secret), fate);
    }

    /// What became of a secret.
    pub(super) fn fate(&self, rule: usize, secret: &Secret) -> Option<Fate> {
        lock(&self.fates).get(&(rule, secret.clone())).cloned()
    }
}
