//! L1: adds an allowlist entry to a configuration that people wrote, and leaves every other byte as it is.
//!
//! The new text is read back and compared before it is given out: a layout that this module does not understand
//! becomes an error with the entry to write by hand, never a damaged file.

use super::diagnostic::Source;
use super::read::read;
use super::tree::{Node, Value, parse};
use std::fmt::Write as _;
use std::sync::Arc;

/// The text of the configuration with an entry that accepts the fingerprints.
///
/// # Errors
/// Where the text has problems already, or is laid out so that the entry has to be added by hand.
pub fn add_allow(source: &Arc<Source>, fingerprints: &[String], reason: Option<&str>) -> Result<String, String> {
    let (before, problems) = read(source);
    let root = parse(source).ok().flatten();
    if !problems.is_empty() {
        return Err(format!("{} has problems; `keyward config show` lists them", source.name()));
    }
    let by_hand = || format!("{} is laid out unusually; add this to `allow:` by hand: {}", source.name(), flow(fingerprints, reason));
    let text = insert(source.text(), root.as_ref(), fingerprints, reason).ok_or_else(by_hand)?;
    let (after, problems) = read(&Source::new(source.name(), &text));
    let added = after.allow.last().is_some_and(|entry| entry.value.fingerprints == fingerprints && entry.value.reason.as_deref() == reason);
    if !problems.is_empty() || !added || after.allow.len() != before.allow.len() + 1 {
        return Err(by_hand());
    }
    Ok(text)
}

/// The text with the entry in its place.
fn insert(text: &str, root: Option<&Node>, fingerprints: &[String], reason: Option<&str>) -> Option<String> {
    let allow = root.and_then(|root| root.get("allow"));
    let Some((key, list)) = allow else {
        let separator = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
        return Some(format!("{text}{separator}allow:\n{}", block("  ", fingerprints, reason)));
    };
    match &list.value {
        Value::Sequence(items) if text[list.span.clone()].starts_with('[') => {
            let end = list.span.end - 1;
            let separator = if items.is_empty() { "" } else { ", " };
            let list = text[..end].trim_end();
            let list = list.strip_suffix(',').unwrap_or(list);
            Some(format!("{list}{separator}{}{}", flow(fingerprints, reason), &text[end..]))
        }
        Value::Sequence(items) => {
            let line = line_start(text, items.first()?.span.start);
            let indent = &text[line..line + text[line..].find('-')?];
            let end = items.last()?.span.end;
            indent.trim().is_empty().then(|| splice(text, end, &block(indent, fingerprints, reason)))
        }
        _ if list.is_null() => Some(splice(text, key.span.end, &block("  ", fingerprints, reason))),
        _ => None,
    }
}

/// Inserts whole lines behind the line that holds `at`.
fn splice(text: &str, at: usize, lines: &str) -> String {
    let at = text[..at].trim_end().len();
    match text[at..].find('\n') {
        Some(end) => format!("{}{lines}{}", &text[..=at + end], &text[at + end + 1..]),
        None => format!("{text}\n{lines}"),
    }
}

fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |end| end + 1)
}

/// The entry in lines of its own.
fn block(indent: &str, fingerprints: &[String], reason: Option<&str>) -> String {
    let mut lines = format!("{indent}- fingerprints: {}\n", list(fingerprints));
    if let Some(reason) = reason {
        writeln!(lines, "{indent}  reason: {}", quoted(reason)).expect("a String takes everything");
    }
    lines
}

/// The entry in one line.
fn flow(fingerprints: &[String], reason: Option<&str>) -> String {
    let reason = reason.map(|reason| format!(", reason: {}", quoted(reason))).unwrap_or_default();
    format!("{{fingerprints: {}{reason}}}", list(fingerprints))
}

fn list(texts: &[String]) -> String {
    format!("[{}]", texts.iter().map(|text| quoted(text)).collect::<Vec<_>>().join(", "))
}

/// A text as JSON, which is YAML too.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::add_allow;
    use crate::config::diagnostic::Source;

    fn add(text: &str) -> Result<String, String> {
        add_allow(&Source::new("t.yaml", text), &["kw1:0123456789abcdef0123456789abcdef".to_owned()], Some("a: fake"))
    }

    #[test]
    fn an_entry_is_added_and_the_rest_left_alone() {
        let entry = "- fingerprints: [\"kw1:0123456789abcdef0123456789abcdef\"]\n    reason: \"a: fake\"\n";
        for (before, after) in [
            ("", format!("allow:\n  {entry}")),
            ("# only words", format!("# only words\nallow:\n  {entry}")),
            ("hidden: false # why\n", format!("hidden: false # why\nallow:\n  {entry}")),
            ("allow:\n  - paths: a # x\n\n# end\nhidden: true\n", format!("allow:\n  - paths: a # x\n  {entry}\n# end\nhidden: true\n")),
            ("allow:\n  - paths: a", format!("allow:\n  - paths: a\n  {entry}")),
            ("allow:\n\nhidden: true\n", format!("allow:\n  {entry}\nhidden: true\n")),
        ] {
            assert_eq!(add(before), Ok(after), "{before}");
        }
        let flush = add("allow:\n- paths:\n  - a\n  - b\nhidden: true\n").expect("it can be added");
        assert_eq!(
            flush,
            "allow:\n- paths:\n  - a\n  - b\n- fingerprints: [\"kw1:0123456789abcdef0123456789abcdef\"]\n  reason: \"a: fake\"\nhidden: true\n"
        );
    }

    #[test]
    fn lists_in_brackets_stay_lists_in_brackets() {
        let entry = "{fingerprints: [\"kw1:0123456789abcdef0123456789abcdef\"], reason: \"a: fake\"}";
        for (before, after) in [
            ("allow: []\n", format!("allow: [{entry}]\n")),
            ("allow: [{paths: a}] # x\n", format!("allow: [{{paths: a}}, {entry}] # x\n")),
            ("allow: [\n  {paths: a},\n]\n", format!("allow: [\n  {{paths: a}}, {entry}]\n")),
        ] {
            assert_eq!(add(before), Ok(after), "{before}");
        }
    }

    #[test]
    fn what_cannot_be_added_to_safely_is_left_to_people() {
        for text in ["{hidden: true}\n", "allow:\n  - - x\n", "nonsense: 1\n", "hidden: true\n...\n", "allow: [{paths: a} # x\n]\n"] {
            assert!(add(text).is_err(), "{text}: {:?}", add(text));
        }
    }
}
