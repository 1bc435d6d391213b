//! The binary: runs the command line, and turns even a panic into the exit status of a failure.

use std::process::ExitCode;

fn main() -> ExitCode {
    keyward::cli::install_panic_hook();
    let status = std::panic::catch_unwind(|| keyward::cli::run(std::env::args_os()));
    ExitCode::from(status.unwrap_or(keyward::commands::Outcome::Failed.code()))
}
