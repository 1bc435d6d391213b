//! L3: GitHub-flavoured Markdown, for job summaries and comments: a table of findings, what to do, coverage.
//!
//! Text of the repository is written with a character reference for each punctuation mark: by the `CommonMark`
//! specification (section 2.5) those never are Markdown, so no name can make a link, an image or a mention.

use super::summary;
use super::view::{Entry, View};
use crate::text::sanitize::sanitize;
use std::io::{self, Write};

/// The most findings that the table lists: a job summary may have 1 MiB.
const MOST_ROWS: usize = 500;

/// Writes the page.
pub(super) fn write(view: &View<'_>, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "## keyward: {}\n", escape(&summary::verdict(view)))?;
    if !view.findings.is_empty() {
        table(view, out)?;
        rules(view, out)?;
    }
    if !view.complete {
        writeln!(out, "> [!CAUTION]\n> {}:\n>", summary::INCOMPLETE)?;
        summary::unscanned(view).iter().try_for_each(|line| writeln!(out, "> - {}", escape(line)))?;
        writeln!(out)?;
    } else if view.is_nothing {
        writeln!(out, "> [!WARNING]\n> Nothing was in scope, so nothing was scanned.\n")?;
    }
    let lines = [Some(summary::coverage(view)), summary::left_out(view)];
    let notes = view.notes.iter().map(|note| format!("note: {note}"));
    lines.into_iter().flatten().chain(notes).try_for_each(|line| writeln!(out, "- {}", escape(&line)))
}

fn table(view: &View<'_>, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "| Severity | Secret | Place | Found | Since | Fingerprint |\n|---|---|---|---|---|---|")?;
    for entry in view.findings.iter().take(MOST_ROWS) {
        let place = format!("{}:{}", entry.path, entry.line);
        writeln!(
            out,
            "| {} | {} | {} | {} | {} | {} |",
            entry.severity.as_str(),
            escape(&entry.rule.title),
            code(&place),
            code(&entry.secret),
            since(entry),
            code(entry.fingerprint)
        )?;
    }
    if view.findings.len() > MOST_ROWS {
        writeln!(out, "\n… and {} more; the json format lists all.", summary::number(view.findings.len() - MOST_ROWS))?;
    }
    writeln!(out)
}

/// What to do, once for each rule.
fn rules(view: &View<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut told = std::collections::BTreeSet::new();
    writeln!(out, "### What to do\n")?;
    for entry in view.findings.iter().filter(|entry| told.insert(&entry.rule.id)) {
        let rule = entry.rule;
        let texts: Vec<String> =
            [&rule.description, &rule.remediation].into_iter().filter(|text| !text.is_empty()).map(|text| escape(text)).collect();
        let link = rule.revoke.as_ref().filter(|link| link.starts_with("https://"));
        let link = link.map(|link| format!(" [Revoke it]({}).", link_target(link))).unwrap_or_default();
        writeln!(out, "- **{}** ({}): {}{link}", escape(&rule.title), code(&rule.id), texts.join(" "))?;
    }
    writeln!(out)?;
    writeln!(
        out,
        "Take a secret out of the code, revoke it if it was ever pushed, shared or logged, and look through the provider's log."
    )?;
    writeln!(
        out,
        "If something is no secret: <code>keyward allow</code> and its fingerprint, or the comment <code>keyward:allow</code> and the rule.\n"
    )
}

fn since(entry: &Entry<'_>) -> String {
    let Some(history) = entry.history.as_ref().filter(|history| !history.commit.is_empty()) else { return entry.state().to_owned() };
    format!("{} {}, {}", code(&entry.commit()), escape(&history.author), entry.state())
}

fn code(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("<code>{}</code>", escape(text)) }
}

/// A link target in which nothing ends the link.
fn link_target(link: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._~:/?#@!$&'*+,;=%".contains(c);
    link.chars().filter(|c| plain(*c)).collect()
}

/// Plain text as Markdown that shows it and means nothing.
fn escape(text: &str) -> String {
    use std::fmt::Write as _;
    let mut safe = String::with_capacity(text.len());
    let mut before = ' ';
    for c in sanitize(text).chars() {
        // A dot is plain, but for `www.`, which GitHub makes a link of.
        let plain = matches!(c, ' ' | '/' | '-' | ',') || (c == '.' && !matches!(before, 'w' | 'W'));
        if c.is_ascii_punctuation() && !plain || (c == '-' && before == ' ') {
            write!(safe, "&#{};", u32::from(c)).expect("a string takes everything");
        } else {
            safe.push(c);
        }
        before = c;
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn no_punctuation_is_markdown() {
        assert_eq!(escape("![x](y)|@a"), "&#33;&#91;x&#93;&#40;y&#41;&#124;&#64;a");
        assert_eq!(escape("<script>"), "&#60;script&#62;");
        assert_eq!(escape("https://www.x.org"), "https&#58;//www&#46;x.org");
        assert_eq!(escape("- a - b\n"), "&#45; a &#45; b&#92;u&#123;a&#125;");
    }
}
