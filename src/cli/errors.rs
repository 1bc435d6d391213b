//! How errors reach standard error: `keyward: error: …`, the whole chain in one line, configuration problems each
//! with their place.

use super::args::Cli;
use crate::config::error::{ConfigError, Problem};
use crate::findings::quoted::without_secrets;
use crate::text::sanitize::sanitize;
use crate::text::system;
use clap::CommandFactory as _;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use std::io::Write as _;
use std::path::Path;

/// A path where a subcommand belongs is a natural thing to try: says where it goes.
pub(super) fn with_hint(error: clap::Error) -> clap::Error {
    let word = match error.get(ContextKind::InvalidSubcommand) {
        Some(ContextValue::String(word)) if Path::new(word).exists() || word == "-" => word.clone(),
        _ => return error,
    };
    Cli::command().error(ErrorKind::InvalidSubcommand, format!("`{word}` is no subcommand; to scan it, run `keyward scan {word}`"))
}

/// Prints what the parser says: what was asked for in the place of a run, or an error, which may quote a secret that was
/// given as a value.
pub(super) fn print_usage(error: &clap::Error) {
    let plain = error.to_string();
    let safe = if error.use_stderr() { without_secrets(&plain) } else { plain.clone() };
    // Nothing is left to be done where even this cannot be written.
    let _ = if safe == plain { error.print() } else { std::io::stderr().lock().write_all(safe.as_bytes()) };
}

/// The most problems that are shown; who has more of them has made one mistake many times.
const MOST_PROBLEMS: usize = 20;

/// Prints an error.
pub(super) fn print(error: &anyhow::Error, color: bool) {
    let (mark, reset) = if color { ("\x1b[1;31m", "\x1b[0m") } else { ("", "") };
    let problems = error.downcast_ref::<ConfigError>().map(|error| &error.problems[..]).unwrap_or_default();
    let mut parts: Vec<String> = Vec::new();
    for problem in problems.iter().take(MOST_PROBLEMS) {
        match problem {
            Problem::At(diagnostic) => parts.push(diagnostic.render(color)),
            // The only one is what the error itself says.
            Problem::Plain(message) if problems.len() > 1 => parts.push(format!("{mark}error{reset}: {}", sanitize(message))),
            Problem::Plain(_) => {}
        }
    }
    if let Some(more) = problems.len().checked_sub(MOST_PROBLEMS).filter(|more| *more > 0) {
        parts.push(format!("… and {more} more, which are not shown"));
    }
    parts.push(format!("keyward: {mark}error{reset}: {}\n", sanitize(&chain(error))));
    // Nothing is left to be done where even this cannot be written.
    let _ = std::io::stderr().lock().write_all(without_secrets(&parts.join("\n\n")).as_bytes());
}

/// An error and its causes in one line.
fn chain(error: &anyhow::Error) -> String {
    let words = |cause: &(dyn std::error::Error + 'static)| match cause.downcast_ref::<std::io::Error>() {
        Some(error) => system::words(error),
        None => cause.to_string(),
    };
    error.chain().map(words).collect::<Vec<_>>().join(": ")
}

/// Makes a panic say where it happened and nothing else: its message may quote what was scanned.
pub fn install_panic_hook() {
    std::panic::set_hook(Box::new(|info| {
        let place = info.location().map(|location| format!("{}:{}", location.file(), location.line())).unwrap_or_default();
        let _ = writeln!(std::io::stderr().lock(), "keyward: error: internal error at {place}; please report it");
    }));
}
