//! L3: one self-contained HTML page: no request leaves it, also where a hostile name slips through. Its content
//! security policy allows the style sheet and the script below by their hashes and nothing else.

use super::VERSION;
use super::summary;
use super::view::{Entry, View};
use crate::rules::Confidence;
use crate::text::date;
use crate::text::sanitize::sanitize;
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::io::{self, Write};

const STYLE: &str = include_str!("html/page.css");
const SCRIPT: &str = include_str!("html/page.js");

/// Writes the page.
pub(super) fn write(view: &View<'_>, out: &mut dyn Write) -> io::Result<()> {
    head(out)?;
    header(view, out)?;
    if !view.findings.is_empty() {
        filters(view, out)?;
        writeln!(out, "<main>")?;
        for group in &view.groups {
            let places: Vec<&Entry<'_>> = group.iter().map(|&index| &view.findings[index]).collect();
            card(&places, out)?;
        }
        writeln!(out, "<p id=\"none\" hidden>No finding passes the filters.</p>\n</main>")?;
        next_steps(out)?;
    }
    footer(view, out)?;
    writeln!(out, "<script>{SCRIPT}</script>\n</body>\n</html>")
}

fn head(out: &mut dyn Write) -> io::Result<()> {
    let policy = format!(
        "default-src 'none'; style-src '{}'; script-src '{}'; base-uri 'none'; form-action 'none'",
        hash_source(STYLE),
        hash_source(SCRIPT)
    );
    writeln!(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">")?;
    writeln!(out, "<meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">")?;
    writeln!(
        out,
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"referrer\" content=\"no-referrer\">"
    )?;
    writeln!(out, "<title>keyward report</title>\n<style>{STYLE}</style>\n</head>\n<body>")
}

/// What the policy calls an inline text.
fn hash_source(text: &str) -> String {
    format!("sha256-{}", data_encoding::BASE64.encode(&Sha256::digest(text)))
}

fn header(view: &View<'_>, out: &mut dyn Write) -> io::Result<()> {
    let state = match (view.findings.is_empty(), view.complete && !view.is_nothing) {
        (false, _) => "found",
        (true, true) => "clean",
        (true, false) => "unsure",
    };
    writeln!(out, "<header class=\"{state}\">\n<h1>{}</h1>\n<p>{}</p>", escape(&summary::verdict(view)), escape(&summary::coverage(view)))?;
    if !view.complete {
        writeln!(out, "<section class=\"incomplete\" role=\"alert\">\n<p>{}:</p>\n<ul>", summary::INCOMPLETE)?;
        summary::unscanned(view).iter().try_for_each(|line| writeln!(out, "<li>{}</li>", escape(line)))?;
        writeln!(out, "</ul>\n</section>")?;
    }
    writeln!(out, "</header>")
}

/// Check boxes for severities, a list of rules and a search field; `page.js` makes them work.
fn filters(view: &View<'_>, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<form id=\"filters\" hidden>\n<fieldset>\n<legend>Severity</legend>")?;
    for (severity, count) in view.by_severity() {
        let name = severity.as_str();
        writeln!(
            out,
            "<label class=\"{name}\"><input type=\"checkbox\" name=\"severity\" value=\"{name}\" checked> {name} <span>{}</span></label>",
            summary::number(count)
        )?;
    }
    writeln!(out, "</fieldset>\n<label>Rule <select name=\"rule\">\n<option value=\"\">all</option>")?;
    let rules: BTreeMap<&str, &str> = view.findings.iter().map(|entry| (entry.rule.id.as_str(), entry.rule.title.as_str())).collect();
    for (id, title) in rules {
        writeln!(out, "<option value=\"{}\">{}</option>", escape(id), escape(title))?;
    }
    writeln!(out, "</select></label>\n<label>Search <input type=\"search\" name=\"text\" placeholder=\"path, rule, author\"></label>")?;
    writeln!(out, "<output id=\"shown\"></output>\n</form>")
}

/// One secret and its places.
fn card(places: &[&Entry<'_>], out: &mut dyn Write) -> io::Result<()> {
    let first = places[0];
    let severity = first.severity.as_str();
    writeln!(out, "<article class=\"{severity}\" data-severity=\"{severity}\" data-rule=\"{}\">", escape(&first.rule.id))?;
    writeln!(
        out,
        "<h2><span class=\"badge\">{severity}</span> {}{} <code>{}</code></h2>",
        escape(&first.rule.title),
        doubt(first),
        escape(&first.rule.id)
    )?;
    writeln!(out, "<p class=\"place\">{}</p>", place(first))?;
    excerpt(first, out)?;
    writeln!(out, "<dl>")?;
    term("Why", &escape(&first.rule.description), out)?;
    term("Fix", &escape(&first.rule.remediation), out)?;
    term("Revoke", &link(first.rule.revoke.as_deref()), out)?;
    term("Documentation", &link(first.rule.docs.as_deref()), out)?;
    term("Commit", &history(first), out)?;
    others(&places[1..], out)?;
    term("No secret?", &acceptance(first), out)?;
    writeln!(out, "</dl>\n</article>")
}

/// What to do where the secret is none.
fn acceptance(entry: &Entry<'_>) -> String {
    let command = format!("<code>keyward allow {}</code>", escape(entry.fingerprint));
    if !entry.has_line() {
        return command;
    }
    format!("{command} or, in a comment on the line, <code>keyward:allow {}</code>", escape(&entry.rule.id))
}

/// The line, with the secret marked.
fn excerpt(entry: &Entry<'_>, out: &mut dyn Write) -> io::Result<()> {
    let (first, behind) = entry.excerpt_columns;
    let part = |from: usize, count: usize| escape(&entry.excerpt.chars().skip(from).take(count).collect::<String>());
    let before = part(0, first.saturating_sub(1));
    let secret = part(first.saturating_sub(1), behind.saturating_sub(first));
    let after = part(behind.saturating_sub(1), usize::MAX);
    writeln!(out, "<pre><span class=\"line\">{}</span>{before}<mark>{secret}</mark>{after}</pre>", entry.line)
}

fn others(places: &[&Entry<'_>], out: &mut dyn Write) -> io::Result<()> {
    if places.is_empty() {
        return Ok(());
    }
    let count = summary::plural(places.len(), "other place");
    let items: Vec<String> = places.iter().map(|entry| format!("<li>{}</li>", place(entry))).collect();
    let items = items.concat();
    term("Also at", &format!("<details><summary>{count}</summary><ul>{items}</ul></details>"), out)
}

/// `term` and its explanation, which is HTML; nothing where there is none.
fn term(term: &str, html: &str, out: &mut dyn Write) -> io::Result<()> {
    if html.is_empty() { Ok(()) } else { writeln!(out, "<dt>{term}</dt><dd>{html}</dd>") }
}

fn place(entry: &Entry<'_>) -> String {
    format!("<bdi>{}</bdi>:{}:{}", escape(&entry.path), entry.line, entry.column)
}

fn doubt(entry: &Entry<'_>) -> String {
    match entry.confidence {
        Confidence::High => String::new(),
        other => format!(" <small>{} confidence</small>", other.as_str()),
    }
}

fn history(entry: &Entry<'_>) -> String {
    let Some(history) = &entry.history else { return String::new() };
    let (commit, state, day) = (escape(&entry.commit()), entry.state(), escape(&entry.day()));
    let who = format!("{} &lt;{}&gt;", escape(&history.author), escape(&history.email));
    if history.commit.is_empty() {
        return format!("<b>{state}</b>");
    }
    format!("<b>{state}</b>, <code>{commit}</code> of {day} by <bdi>{who}</bdi>: <bdi>{}</bdi>", escape(&history.subject))
}

/// A link where it is one, else the text.
fn link(target: Option<&str>) -> String {
    let Some(target) = target else { return String::new() };
    let safe = escape(target);
    if target.starts_with("https://") { format!("<a href=\"{safe}\" rel=\"noopener noreferrer\">{safe}</a>") } else { safe }
}

fn next_steps(out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<section class=\"steps\">\n<h2>What to do now</h2>\n<ol>")?;
    writeln!(out, "<li>Take the secret out of the code: read it from an environment variable or a secret manager.</li>")?;
    writeln!(out, "<li>Revoke it if it was ever pushed, shared or logged: deleting the line does not undo a leak.</li>")?;
    writeln!(out, "<li>Look through the provider's log for use that is not yours.</li>\n</ol>\n</section>")
}

fn footer(view: &View<'_>, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<footer>")?;
    let lines = summary::left_out(view).into_iter().chain(view.notes.iter().map(|note| format!("note: {note}")));
    lines.into_iter().try_for_each(|line| writeln!(out, "<p>{}</p>", escape(&line)))?;
    writeln!(out, "<p>keyward {VERSION}, <time datetime=\"{0}Z\">{0} UTC</time></p>\n</footer>", date::utc(view.started))
}

/// Text as element content or attribute value.
fn escape(text: &str) -> String {
    let safe = sanitize(text);
    safe.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
        .replace("##", "#&#35;")
}
