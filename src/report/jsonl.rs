//! L3: one finding a line, each the object that the JSON report has in `findings`; nothing else, so that a line
//! count is a finding count. Suppressed findings, where they are reported, have a `suppressed` key.

use super::json;
use super::view::View;
use std::io::{self, Write};

/// Writes the lines.
pub(super) fn write(view: &View<'_>, out: &mut dyn Write) -> io::Result<()> {
    view.findings.iter().chain(&view.suppressed).try_for_each(|entry| writeln!(out, "{}", json::line(entry)?))
}
