//! `keyward history`: everything that a repository ever recorded, or what a range adds.

use super::{Console, Outcome, Session};
use crate::sources::history::{Histories, HistoryOptions};

/// Scans a history and finds out which commits introduced what was found.
///
/// # Errors
/// Where there is no repository, a revision or date is not known, or a report cannot be written.
pub fn run(session: Session, options: &HistoryOptions, console: &mut Console<'_>) -> anyhow::Result<Outcome> {
    let history = Histories::open(options)?;
    session.run("history", console, |pipeline| {
        let coverage = history.scan(pipeline)?;
        let secrets = pipeline.secrets();
        let objects: Vec<Vec<String>> = secrets.iter().map(|secret| secret.objects.clone()).collect();
        let (attributions, fates) = history.trace(&pipeline.objects(), &objects)?;
        secrets.into_iter().zip(fates).for_each(|(secret, fate)| pipeline.tell(secret, fate));
        Ok((coverage, attributions))
    })
}
