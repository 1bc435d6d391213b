//! `keyward history`: everything that a repository ever recorded, or what a range adds.

use super::cache::Cache;
use super::{Console, Outcome, Session};
use crate::sources::history::{Histories, HistoryOptions};
use std::sync::Arc;

/// Scans a history and finds out which commits introduced what was found.
///
/// # Errors
/// Where there is no repository, a revision or date is not known, or a report cannot be written.
pub fn run(mut session: Session, options: &HistoryOptions, console: &mut Console<'_>) -> anyhow::Result<Outcome> {
    let mut histories = Histories::open(options)?;
    let width = histories.id_length();
    // What a change brings in is always read, so that no cache can hide it.
    let cache = match &options.cache {
        Some(directory) if histories.is_whole() => Some(Cache::open(directory, &histories.directories(), &session.config, width)?),
        _ => None,
    };
    if let Some(cache) = &cache {
        session.keeps_clean = true;
        histories.skip_clean(&Arc::new(cache.clean.clone()));
    }
    session.run("history", console, |pipeline| {
        let mut coverage = histories.scan(pipeline)?;
        if let Some(cache) = cache {
            coverage.notes.extend(cache.note.clone());
            if let Err(error) = cache.save(width, &pipeline.take_clean()) {
                coverage.notes.push(format!("the cache could not be written: {}", crate::text::system::words(&error)));
            }
        }
        let secrets = pipeline.secrets();
        let objects: Vec<Vec<String>> = secrets.iter().map(|secret| secret.objects.clone()).collect();
        let (attributions, fates) = histories.trace(&pipeline.objects(), &objects)?;
        secrets.into_iter().zip(fates).for_each(|(secret, fate)| pipeline.tell(secret, fate));
        Ok((coverage, attributions))
    })
}
