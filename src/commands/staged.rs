//! `keyward staged`: what the next commit would record.

use super::{Console, Outcome, Session};
use crate::pipeline::Attributions;
use crate::report::Gate;
use crate::sources::staged::{StagedOptions, scan};

/// Scans the index.
///
/// # Errors
/// Where there is no repository or no readable index, or a report cannot be written.
pub fn run(mut session: Session, options: &StagedOptions, console: &mut Console<'_>) -> anyhow::Result<Outcome> {
    session.gate = Gate::Commit;
    session.run("staged", console, |pipeline| Ok((scan(options, pipeline)?, Attributions::new())))
}
