//! L5: the subcommands, one file each, and what they share: the exit status and the run of a scan.

pub mod allow;
pub mod baseline;
pub mod cache;
pub mod ci;
pub mod config;
pub mod explain;
mod file;
pub mod history;
pub mod hook;
pub mod import;
pub mod output;
pub mod pre_push;
pub mod pre_receive;
mod progress;
pub mod rules;
pub mod scan;
pub mod session;
pub mod staged;
mod suppressions;

pub use session::{Console, Session};

/// How a run ended, as its exit status says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Everything in scope was scanned, and nothing was found: 0.
    Clean,
    /// There are findings, whether or not everything could be scanned: 1.
    Findings,
    /// The run failed, or something in scope could not be scanned: 2.
    Failed,
}

/// What decides between the outcomes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ExitPolicy {
    /// Findings do not count (`--exit-zero`).
    pub exit_zero: bool,
    /// What could not be scanned does not count (`--allow-incomplete`).
    pub allow_incomplete: bool,
}

impl Outcome {
    /// The exit status.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Outcome::Clean => 0,
            Outcome::Findings => 1,
            Outcome::Failed => 2,
        }
    }

    /// The outcome of a scan. A finding blocks either way, so it wins over an incomplete scan; a report says both.
    #[must_use]
    pub fn of_scan(found: bool, complete: bool, policy: ExitPolicy) -> Outcome {
        match (found && !policy.exit_zero, complete || policy.allow_incomplete) {
            (true, _) => Outcome::Findings,
            (false, true) => Outcome::Clean,
            (false, false) => Outcome::Failed,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{ExitPolicy, Outcome};

    #[test]
    fn the_exit_status_tells_clean_findings_and_failure_apart() {
        let plain = ExitPolicy::default();
        assert_eq!(Outcome::of_scan(false, true, plain).code(), 0);
        assert_eq!(Outcome::of_scan(true, true, plain).code(), 1);
        assert_eq!(Outcome::of_scan(true, false, plain).code(), 1);
        assert_eq!(Outcome::of_scan(false, false, plain).code(), 2);
    }

    #[test]
    fn each_allowance_forgives_its_own_only() {
        let zero = ExitPolicy { exit_zero: true, allow_incomplete: false };
        assert_eq!(Outcome::of_scan(true, true, zero), Outcome::Clean);
        assert_eq!(Outcome::of_scan(true, false, zero), Outcome::Failed);
        let incomplete = ExitPolicy { exit_zero: false, allow_incomplete: true };
        assert_eq!(Outcome::of_scan(true, false, incomplete), Outcome::Findings);
        assert_eq!(Outcome::of_scan(false, false, incomplete), Outcome::Clean);
    }
}
