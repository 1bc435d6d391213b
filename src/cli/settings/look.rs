//! L6: how both output streams look: colour and width, from the flag, the environment and the terminal.

use crate::cli::args::{Color, GlobalArgs};
use crate::report::Style;
use std::io::IsTerminal as _;

/// Colour and width of both streams.
#[derive(Debug, Clone, Copy)]
pub(in crate::cli) struct Look {
    stdout: bool,
    stderr: bool,
    width: usize,
}

impl Look {
    pub(in crate::cli) fn new(args: &GlobalArgs) -> Look {
        let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let dumb = std::env::var_os("TERM").is_some_and(|value| value == "dumb");
        let wanted = |terminal: bool| match args.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => terminal && !refused && !dumb,
        };
        let width = terminal_size::terminal_size_of(std::io::stdout()).map_or(Style::default().width, |(width, _)| usize::from(width.0));
        Look { stdout: wanted(std::io::stdout().is_terminal()), stderr: wanted(std::io::stderr().is_terminal()), width }
    }

    pub(in crate::cli) fn stderr_color(self) -> bool {
        self.stderr
    }

    pub(in crate::cli) fn style(self) -> Style {
        Style { color: self.stdout, width: self.width }
    }

    pub(in crate::cli) fn stdout_choice(self) -> anstream::ColorChoice {
        if self.stdout { anstream::ColorChoice::Always } else { anstream::ColorChoice::Never }
    }
}
