//! What is said on standard error besides errors: `keyward: warning: …`. `-v` adds what may explain a result, `-q`
//! leaves errors only.

use super::args::GlobalArgs;
use super::settings::Look;
use log::{Level, LevelFilter};
use std::io::Write as _;

/// Starts the logger.
pub(super) fn init(args: &GlobalArgs, look: Look) {
    let level = match (args.quiet, args.verbose) {
        (true, _) => LevelFilter::Error,
        (_, 0) => LevelFilter::Warn,
        (_, 1) => LevelFilter::Info,
        _ => LevelFilter::Debug,
    };
    let color = look.stderr_color();
    let mut builder = env_logger::Builder::new();
    // Other crates may log what they read, so they have no say.
    builder.filter_level(LevelFilter::Off).filter_module("keyward", level);
    builder.write_style(env_logger::WriteStyle::Always).format(move |out, record| {
        let (name, mark) = match record.level() {
            Level::Error => ("error", "\x1b[1;31m"),
            Level::Warn => ("note", "\x1b[1;33m"),
            Level::Info => ("info", "\x1b[1m"),
            Level::Debug | Level::Trace => ("debug", "\x1b[2m"),
        };
        let (mark, reset) = if color { (mark, "\x1b[0m") } else { ("", "") };
        writeln!(out, "keyward: {mark}{name}{reset}: {}", record.args())
    });
    // A second run in one process keeps the logger of the first.
    let _ = builder.try_init();
}
