//! L3: `JUnit` XML, which every CI service shows: a test case for each finding, failed, and one for the scan itself,
//! which passes, or is in error where the scan was incomplete or saw nothing.

use super::summary;
use super::view::{Entry, View};
use crate::text::sanitize::sanitize;
use std::io::{self, Write};

/// Writes the test suites.
pub(super) fn write(view: &View<'_>, out: &mut dyn Write) -> io::Result<()> {
    let (failures, errors) = (view.findings.len(), usize::from(!view.complete));
    let tests = failures + view.suppressed.len() + 1;
    let time = format!("{:.3}", view.elapsed.as_secs_f64());
    writeln!(out, r#"<?xml version="1.0" encoding="UTF-8"?>"#)?;
    writeln!(out, r#"<testsuites name="keyward" tests="{tests}" failures="{failures}" errors="{errors}" time="{time}">"#)?;
    let skipped = view.suppressed.len();
    writeln!(
        out,
        r#"  <testsuite name="keyward" tests="{tests}" failures="{failures}" errors="{errors}" skipped="{skipped}" time="{time}">"#
    )?;
    scan(view, &time, out)?;
    for entry in &view.findings {
        open(entry, out)?;
        let kind = format!("{}: {}", entry.severity.as_str(), entry.rule.title);
        writeln!(
            out,
            r#"      <failure type="{}" message="{}">{}</failure>"#,
            escape(&entry.rule.id),
            escape(&kind),
            escape(&body(entry))
        )?;
        writeln!(out, "    </testcase>")?;
    }
    for entry in &view.suppressed {
        open(entry, out)?;
        let (by, reason) = entry.suppressed.as_ref().map_or(("", ""), |(by, reason)| (by, reason.as_str()));
        writeln!(out, r#"      <skipped message="{}"/>"#, escape(&format!("suppressed by {by}: {reason}")))?;
        writeln!(out, "    </testcase>")?;
    }
    writeln!(out, "  </testsuite>\n</testsuites>")
}

/// The scan as a test case.
fn scan(view: &View<'_>, time: &str, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, r#"    <testcase classname="keyward" name="everything in scope was scanned" time="{time}">"#)?;
    if !view.complete {
        let lines = summary::unscanned(view).join("\n");
        writeln!(out, r#"      <error type="incomplete" message="{}">{}</error>"#, escape(summary::INCOMPLETE), escape(&lines))?;
    }
    let output = [Some(summary::verdict(view)), Some(summary::coverage(view)), summary::left_out(view)];
    let output: Vec<String> = output.into_iter().flatten().chain(view.notes.iter().cloned()).collect();
    writeln!(out, "      <system-out>{}</system-out>", escape(&output.join("\n")))?;
    writeln!(out, "    </testcase>")
}

fn open(entry: &Entry<'_>, out: &mut dyn Write) -> io::Result<()> {
    let path = escape(&entry.path);
    let name = escape(&format!("{} at {}:{}", entry.rule.id, entry.line, entry.column));
    writeln!(out, r#"    <testcase classname="{path}" name="{name}" file="{path}" line="{}">"#, entry.line)
}

/// The place, the line, and what to do.
fn body(entry: &Entry<'_>) -> String {
    let mut lines = vec![format!("{}:{}:{}", entry.path, entry.line, entry.column), entry.excerpt.clone()];
    lines.extend([&entry.rule.description, &entry.rule.remediation].into_iter().filter(|text| !text.is_empty()).cloned());
    lines.extend(entry.rule.revoke.iter().map(|link| format!("revoke: {link}")));
    if let Some(history) = entry.history.as_ref().filter(|history| !history.commit.is_empty()) {
        lines.push(format!("commit {} ({}) of {} by {}", history.commit, entry.state(), history.date, history.author));
    } else if entry.history.is_some() {
        lines.push(entry.state().to_owned());
    }
    lines.push(format!("no secret? keyward allow {}", entry.fingerprint));
    lines.iter().map(|line| sanitize(line).into_owned()).collect::<Vec<_>>().join("\n")
}

/// Text for element content and attribute values. XML cannot hold most control characters at all, so they are
/// spelled out; line breaks of our own stay. `##[` would be a command of a build log.
fn escape(text: &str) -> String {
    let lines: Vec<String> = text.split('\n').map(|line| sanitize(line).into_owned()).collect();
    let text = lines.join("\n").replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}");
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace("##", "#&#35;")
        .replace('\n', "&#10;")
}
