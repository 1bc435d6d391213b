//! L3: workflow commands of GitHub Actions, one for each finding, which become annotations of the pull request
//! (<https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands>).
//!
//! GitHub shows ten of each level for a step and drops the rest, so the worst come first, and a line that is no
//! command says how many there are. Build logs are read by many: secrets are redacted whatever the user asked.

use super::Gate;
use super::inert::inert;
use super::summary;
use super::view::{Entry, View};
use crate::rules::Severity;
use crate::text::sanitize::sanitize;
use std::io::{self, Write};

/// Writes the commands, then the summary as plain lines.
pub(super) fn write(view: &View<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut worst_first: Vec<&Entry<'_>> = view.findings.iter().collect();
    worst_first.sort_by_key(|entry| std::cmp::Reverse(entry.severity));
    for entry in worst_first {
        let properties = [place(entry), vec![("title", entry.rule.title.clone())]].concat();
        command(level(entry.severity), &properties, &advice(entry, view.gate), out)?;
    }
    if !view.complete {
        let lines = summary::unscanned(view).join("\n");
        command("error", &[("title", "keyward: incomplete scan".to_owned())], &format!("{}:\n{lines}", summary::INCOMPLETE), out)?;
    } else if view.is_nothing {
        command("warning", &[("title", "keyward: nothing scanned".to_owned())], &summary::verdict(view), out)?;
    }
    writeln!(out, "{}", inert(&summary::verdict(view)))?;
    writeln!(out, "{}", inert(&summary::coverage(view)))?;
    view.notes.iter().try_for_each(|note| writeln!(out, "note: {}", inert(note)))
}

/// Where it stands. The runner drops columns of a place on several lines, so such a place has none.
fn place(entry: &Entry<'_>) -> Vec<(&'static str, String)> {
    let mut properties = vec![("file", entry.path.clone()), ("line", entry.line.to_string()), ("endLine", entry.end_line.to_string())];
    if entry.line == entry.end_line {
        properties.push(("col", entry.column.to_string()));
        properties.push(("endColumn", entry.end_column.to_string()));
    }
    properties
}

/// What it is and what to do, on a few lines.
fn advice(entry: &Entry<'_>, gate: Gate) -> String {
    let rule = entry.rule;
    let mut lines = vec![format!("{} in clear: {}", rule.title, entry.secret), rule.description.clone(), rule.remediation.clone()];
    lines.push(rule.revoke.as_ref().map(|link| format!("Revoke it: {link}")).unwrap_or_default());
    match entry.commit() {
        commit if commit.is_empty() => lines.push(entry.state().to_owned()),
        commit => lines.push(format!("Commit {commit} ({}).", entry.state())),
    }
    lines.push(format!("No secret? {}", gate.acceptance(entry, str::to_owned).join(" ")));
    lines.retain(|line| !line.is_empty());
    lines.join("\n")
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Info => "notice",
    }
}

/// One command. Line breaks of `message` become lines of the annotation.
fn command(name: &str, properties: &[(&str, String)], message: &str, out: &mut dyn Write) -> io::Result<()> {
    let properties: Vec<String> = properties.iter().map(|(key, text)| format!("{key}={}", escape_property(&sanitize(text)))).collect();
    let lines: Vec<String> = message.split('\n').map(|line| escape(&sanitize(line))).collect();
    writeln!(out, "::{name} {}::{}", properties.join(","), lines.join("%0A"))
}

/// Text as the runner unescapes it.
fn escape(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn escape_property(text: &str) -> String {
    escape(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::{command, escape_property};

    #[test]
    fn nothing_ends_a_property_or_a_command_early() {
        assert_eq!(escape_property("a,b:c%\r\n::error::x"), "a%2Cb%3Ac%25%0D%0A%3A%3Aerror%3A%3Ax");
    }

    #[test]
    fn a_message_is_one_line_of_the_log() {
        let mut out = Vec::new();
        command("error", &[("file", "a".to_owned())], "one\r\n::error::two\n100%", &mut out).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "::error file=a::one\\u{d}%0A::error::two%0A100%25\n");
    }
}
