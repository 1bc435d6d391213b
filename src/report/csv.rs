//! L3: CSV (RFC 4180), with a header, for spreadsheets.
//!
//! A field that a spreadsheet would take for a formula is preceded by an apostrophe
//! (<https://owasp.org/www-community/attacks/CSV_Injection>), and control characters are spelled out.

use super::inert::inert;
use super::view::{Entry, View};
use std::io::{self, Write};

const HEADER: [&str; 18] = [
    "rule",
    "title",
    "severity",
    "confidence",
    "path",
    "line",
    "column",
    "end_line",
    "end_column",
    "secret",
    "fingerprint",
    "revoke",
    "commit",
    "author",
    "email",
    "date",
    "in_head",
    "suppressed",
];

/// Writes the table.
pub(super) fn write(view: &View<'_>, out: &mut dyn Write) -> io::Result<()> {
    row(&HEADER.map(str::to_owned), out)?;
    view.findings.iter().chain(&view.suppressed).try_for_each(|entry| row(&fields(entry), out))
}

fn fields(entry: &Entry<'_>) -> [String; HEADER.len()] {
    let history = entry.history.clone().unwrap_or_default();
    [
        entry.rule.id.clone(),
        entry.rule.title.clone(),
        entry.severity.as_str().to_owned(),
        entry.confidence.as_str().to_owned(),
        entry.path.clone(),
        entry.line.to_string(),
        entry.column.to_string(),
        entry.end_line.to_string(),
        entry.end_column.to_string(),
        entry.secret.clone(),
        entry.fingerprint.to_owned(),
        entry.rule.revoke.clone().unwrap_or_default(),
        history.commit,
        history.author,
        history.email,
        history.date,
        entry.history.as_ref().map(|history| history.in_head.to_string()).unwrap_or_default(),
        entry.suppressed.as_ref().map(|(by, _)| (*by).to_owned()).unwrap_or_default(),
    ]
}

fn row(fields: &[String], out: &mut dyn Write) -> io::Result<()> {
    let fields: Vec<String> = fields.iter().map(|field| quote(field)).collect();
    write!(out, "{}\r\n", fields.join(","))
}

/// The field, harmless, and in quotes where it needs them.
fn quote(field: &str) -> String {
    let mut safe = inert(field);
    if safe.trim_start().starts_with(['=', '+', '-', '@', '\'']) {
        safe.insert(0, '\'');
    }
    if safe.contains([',', '"', '\'', ';']) || safe.starts_with(' ') || safe.ends_with(' ') {
        return format!("\"{}\"", safe.replace('"', "\"\""));
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::quote;

    #[test]
    fn formulas_are_text() {
        assert_eq!(quote("=HYPERLINK(\"x\")"), "\"'=HYPERLINK(\"\"x\"\")\"");
        assert_eq!(quote("-1+1"), "\"'-1+1\"");
        assert_eq!(quote("\t=1"), "\"' =1\"");
    }

    #[test]
    fn separators_and_quotes_are_quoted_and_lines_are_one() {
        assert_eq!(quote("a,b"), "\"a,b\"");
        assert_eq!(quote("a\"b"), "\"a\"\"b\"");
        assert_eq!(quote("a\r\nb"), "a\\u{d}\\u{a}b");
        assert_eq!(quote("plain"), "plain");
    }
}
