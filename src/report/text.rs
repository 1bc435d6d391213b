//! L3: the report for people: one block for each secret, in the manner of a compiler's messages, then what to
//! do, then what was scanned and what was not.
//!
//! What a rule says of all its secrets (why, how to fix, where to revoke) stands in the rule's first block only.
//! Every text of the scanned repository is made harmless (`inert`).

use super::Style;
use super::columns::{fit, wrap};
use super::gate::Gate;
use super::inert::inert;
use super::summary;
use super::view::{Entry, View};
use crate::findings::Names;
use crate::rules::{Confidence, Severity};
use anstyle::{AnsiColor, Style as Look};
use std::collections::BTreeSet;
use std::io::{self, Write};
use unicode_width::UnicodeWidthStr as _;

/// The most places that one block lists.
const MOST_PLACES: usize = 10;
/// The most branches, and the most tags, that one block names.
const MOST_NAMES: usize = 5;
/// The least room for an excerpt, in columns, however narrow the terminal.
const LEAST_ROOM: usize = 40;

/// Writes the report.
pub(super) fn write(view: &View<'_>, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let mut page = Page { ink: Ink { color: style.color }, width: style.width.max(LEAST_ROOM), out };
    let mut explained = BTreeSet::new();
    for group in &view.groups {
        let places: Vec<&Entry<'_>> = group.iter().map(|&index| &view.findings[index]).collect();
        page.block(&places, explained.insert(&places[0].rule.id), view.gate)?;
    }
    page.suppressed(view)?;
    page.summary(view)?;
    if !view.findings.is_empty() {
        page.next_steps(view.gate)?;
    }
    page.unscanned(view)
}

/// Colours, or none.
#[derive(Clone, Copy)]
struct Ink {
    color: bool,
}

impl Ink {
    fn paint(self, look: Look, text: &str) -> String {
        if self.color { format!("{look}{text}{look:#}") } else { text.to_owned() }
    }

    fn bold(self, text: &str) -> String {
        self.paint(Look::new().bold(), text)
    }

    fn dim(self, text: &str) -> String {
        self.paint(Look::new().dimmed(), text)
    }

    fn frame(self, text: &str) -> String {
        self.paint(AnsiColor::Blue.on_default().bold(), text)
    }

    fn severity(self, severity: Severity, text: &str) -> String {
        self.paint(severity_look(severity), text)
    }

    fn loud(self, text: &str) -> String {
        self.paint(AnsiColor::Yellow.on_default().bold(), text)
    }
}

fn severity_look(severity: Severity) -> Look {
    match severity {
        Severity::Critical => AnsiColor::BrightRed.on_default().bold(),
        Severity::High => AnsiColor::Red.on_default().bold(),
        Severity::Medium => AnsiColor::Yellow.on_default().bold(),
        Severity::Low | Severity::Info => AnsiColor::Cyan.on_default().bold(),
    }
}

/// Where the report is written.
struct Page<'w> {
    ink: Ink,
    /// Columns of the terminal.
    width: usize,
    out: &'w mut dyn Write,
}

impl Page<'_> {
    /// One secret and its places, the first of which is shown.
    fn block(&mut self, places: &[&Entry<'_>], explain: bool, gate: Gate) -> io::Result<()> {
        let first = places[0];
        let gutter = first.line.to_string().len() + 1;
        self.header(first)?;
        self.excerpt(first, gutter)?;
        if explain && !gate.is_hook() {
            self.note(gutter, "why", &inert(&first.rule.description))?;
            self.note(gutter, "fix", &inert(&first.rule.remediation))?;
        }
        if let Some(link) = first.rule.revoke.as_ref().filter(|_| explain) {
            let when = if gate.is_hook() { "if it ever left this machine, at " } else { "" };
            self.note(gutter, "revoke", &format!("{when}{}", inert(link)))?;
        }
        for part in &first.parts {
            self.note(gutter, "with", &inert(&format!("{} at {}:{}, {}", part.title, part.line, part.column, part.secret)))?;
        }
        self.note(gutter, "commit", &history(first))?;
        self.note(gutter, "removed", &removal(first))?;
        if !gate.is_hook() {
            self.note(gutter, "in", &refs(first))?;
        }
        self.places(places, gutter)?;
        self.acceptance(first, gutter, gate)?;
        writeln!(self.out)
    }

    /// `path:line:column: severity: title [rule-id]`, which editors and terminals turn into a link.
    fn header(&mut self, entry: &Entry<'_>) -> io::Result<()> {
        let doubt = match entry.confidence {
            Confidence::High => String::new(),
            other => format!(" ({} confidence)", other.as_str()),
        };
        let place = self.ink.bold(&format!("{}:{}:{}:", inert(&entry.path), entry.line, entry.column));
        let severity = self.ink.severity(entry.severity, &format!("{}:", entry.severity.as_str()));
        let rule = self.ink.dim(&format!("[{}]", inert(&entry.rule.id)));
        writeln!(self.out, "{place} {severity} {}{doubt} {rule}", self.ink.bold(&inert(&entry.rule.title)))
    }

    /// The line with the secret underlined.
    fn excerpt(&mut self, entry: &Entry<'_>, gutter: usize) -> io::Result<()> {
        let room = self.width.saturating_sub(gutter + 3).max(LEAST_ROOM);
        let (before, secret, after) = fit(entry, room);
        let bar = self.ink.frame("|");
        let number = self.ink.frame(&format!("{:>gutter$}", entry.line));
        writeln!(self.out, "{number} {bar} {before}{secret}{after}")?;
        let carets = self.ink.severity(entry.severity, &"^".repeat(secret.width().max(1)));
        writeln!(self.out, "{:gutter$} {bar} {}{carets}", "", " ".repeat(before.width()))
    }

    /// `= label: text`, wrapped; nothing where there is no text.
    fn note(&mut self, gutter: usize, label: &str, text: &str) -> io::Result<()> {
        if text.is_empty() {
            return Ok(());
        }
        let label = if label.ends_with('?') { label.to_owned() } else { format!("{label}:") };
        let indent = gutter + 3 + label.len() + 1;
        let lines = wrap(text, self.width.saturating_sub(indent).max(LEAST_ROOM));
        let sign = self.ink.frame("=");
        writeln!(self.out, "{:gutter$} {sign} {} {}", "", self.ink.bold(&label), lines[0])?;
        lines[1..].iter().try_for_each(|line| writeln!(self.out, "{:indent$}{line}", ""))
    }

    /// The other places of the secret.
    fn places(&mut self, places: &[&Entry<'_>], gutter: usize) -> io::Result<()> {
        let others = &places[1..];
        for (at, other) in others.iter().take(MOST_PLACES).enumerate() {
            let place = format!("{}:{}:{}", inert(&other.path), other.line, other.column);
            let label =
                if at == 0 { format!("{} {}", self.ink.frame("="), self.ink.bold("also at:")) } else { " ".repeat("= also at:".len()) };
            writeln!(self.out, "{:gutter$} {label} {place}", "")?;
        }
        if others.len() > MOST_PLACES {
            let indent = gutter + "= also at:".len() + 2;
            writeln!(self.out, "{:indent$}… and in {} more", "", summary::plural(others.len() - MOST_PLACES, "place"))?;
        }
        Ok(())
    }

    /// What to do where the secret is none. Commands stay whole, so that they can be copied.
    fn acceptance(&mut self, entry: &Entry<'_>, gutter: usize, gate: Gate) -> io::Result<()> {
        let label = "no secret? ";
        let sign = self.ink.frame("=");
        for (at, line) in gate.acceptance(entry, |text| format!("`{}`", inert(text))).iter().enumerate() {
            if at == 0 {
                writeln!(self.out, "{:gutter$} {sign} {}{line}", "", self.ink.bold("no secret?") + " ")?;
            } else {
                writeln!(self.out, "{:1$}{line}", "", gutter + 3 + label.len())?;
            }
        }
        Ok(())
    }

    /// One line for each suppressed finding.
    fn suppressed(&mut self, view: &View<'_>) -> io::Result<()> {
        for entry in &view.suppressed {
            let (by, reason) = entry.suppressed.as_ref().map_or(("", ""), |(by, reason)| (by, reason.as_str()));
            let reason = if reason.is_empty() { String::new() } else { format!(": {}", inert(reason)) };
            let place = format!("{}:{}:{}", inert(&entry.path), entry.line, entry.column);
            let line = format!("{place}: suppressed by {by}{reason}: {} [{}]", inert(&entry.rule.title), inert(&entry.rule.id));
            writeln!(self.out, "{}", self.ink.dim(&line))?;
        }
        if view.suppressed.is_empty() { Ok(()) } else { writeln!(self.out) }
    }

    fn summary(&mut self, view: &View<'_>) -> io::Result<()> {
        let verdict = summary::verdict(view);
        let verdict = match view.findings.iter().map(|finding| finding.severity).max() {
            Some(worst) => self.ink.severity(worst, &verdict),
            None if view.complete && !view.is_nothing => self.ink.paint(AnsiColor::Green.on_default().bold(), &verdict),
            None => self.ink.loud(&verdict),
        };
        writeln!(self.out, "{verdict}")?;
        writeln!(self.out, "{}", inert(&summary::coverage(view)))?;
        if let Some(left_out) = summary::left_out(view) {
            writeln!(self.out, "{left_out}")?;
        }
        view.notes.iter().try_for_each(|note| writeln!(self.out, "note: {}", inert(note)))
    }

    fn next_steps(&mut self, gate: Gate) -> io::Result<()> {
        writeln!(self.out, "\n{}", self.ink.bold("what to do now:"))?;
        for (number, step) in (1..).zip(gate.steps()) {
            writeln!(self.out, "  {number}. {}", step.join("\n     "))?;
        }
        Ok(())
    }

    /// What was not scanned, last, so that it is what the eye falls on.
    fn unscanned(&mut self, view: &View<'_>) -> io::Result<()> {
        if view.complete {
            return Ok(());
        }
        writeln!(self.out, "\n{}", self.ink.loud(&format!("{}:", summary::INCOMPLETE)))?;
        summary::unscanned(view).iter().try_for_each(|line| writeln!(self.out, "  {}", inert(line)))
    }
}

/// What history knows: `1a2b3c4d5e (only in history) of 2024-01-31 by Ann <ann@example.org>: "subject"`.
fn history(entry: &Entry<'_>) -> String {
    let Some(history) = &entry.history else { return String::new() };
    if history.commit.is_empty() {
        return entry.state().to_owned();
    }
    let (commit, state, day) = (inert(&entry.commit()), entry.state(), inert(&entry.day()));
    format!("{commit} ({state}) of {day} by {} <{}>: \"{}\"", inert(&history.author), inert(&history.email), inert(&history.subject))
}

/// What removed the secret: `1a2b3c4d5e of 2024-05-01 by Ann: "subject"`.
fn removal(entry: &Entry<'_>) -> String {
    let Some(removal) = entry.removal() else { return String::new() };
    let first = |text: &str| inert(&text.chars().take(10).collect::<String>());
    format!("{} of {} by {}: \"{}\"", first(&removal.commit), first(&removal.date), inert(&removal.author), inert(&removal.subject))
}

/// What leads to the secret: `branches main, dev and 3 more; tag v1`.
fn refs(entry: &Entry<'_>) -> String {
    let Some(refs) = entry.refs() else { return String::new() };
    let kinds = [("branch", "branches", &refs.branches), ("tag", "tags", &refs.tags), ("", "", &refs.others)];
    let of_kind = |(one, many, names): (&str, &str, &Names)| {
        let shown = names.list.iter().take(MOST_NAMES).map(|name| inert(name)).collect::<Vec<_>>().join(", ");
        let rest = names.count.saturating_sub(MOST_NAMES);
        let more = if rest > 0 { format!(" and {} more", summary::number(rest)) } else { String::new() };
        format!("{} {shown}{more}", if names.count == 1 { one } else { many }).trim_start().to_owned()
    };
    kinds.into_iter().filter(|(_, _, names)| names.count > 0).map(of_kind).collect::<Vec<_>>().join("; ")
}
