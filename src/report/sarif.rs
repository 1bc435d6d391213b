//! L3: SARIF 2.1.0, as GitHub code scanning reads it
//! (<https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning>).
//!
//! What that means: only rules that fired are described; the severity is a number in a string; of the
//! fingerprints only `primaryLocationLineHash` counts, and the uploader computes it from the lines of a checkout,
//! in which a secret of the history is not found, so it is made here, from content and not from position.

use super::summary;
use super::view::{Entry, Piece, View};
use super::{HOME, VERSION, escaped};
use crate::findings::RuleFacts;
use crate::rules::{Confidence, Severity};
use crate::text::date;
use crate::text::path::stored;
use crate::text::sanitize::sanitize;
use serde_json::{Value, json as value};
use serde_sarif::sarif::{
    ArtifactLocation, Invocation, Location, Message, MultiformatMessageString, Notification, PhysicalLocation, PropertyBag, Region,
    ReportingConfiguration, ReportingDescriptor, ReportingDescriptorReference, Result, ResultLevel, Run, RunAutomationDetails, Sarif,
    Suppression, Tool, ToolComponent,
};
use std::collections::BTreeMap;
use std::io::{self, Write};

/// Where the schema lies.
const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
/// The most results of a run that GitHub takes.
const MOST_RESULTS: usize = 25_000;
/// The most notifications that are written; the rest is counted in one.
const MOST_NOTIFICATIONS: usize = 1000;
/// The most tags of a rule that GitHub keeps.
const MOST_TAGS: usize = 10;
/// The longest descriptions that GitHub takes, in characters.
const LONGEST_TEXT: usize = 1024;
/// The longest rule name that GitHub takes, in characters.
const LONGEST_NAME: usize = 255;
/// The name of the directory that paths are relative to.
const ROOT: &str = "%SRCROOT%";

/// Writes the log.
pub(super) fn write(view: &View<'_>, out: &mut dyn Write) -> io::Result<()> {
    let log = Sarif::builder().schema(SCHEMA).version(value!("2.1.0")).runs(vec![build_run(view)]).build();
    escaped::pretty(&log, out)
}

fn build_run(view: &View<'_>) -> Run {
    let entries = chosen(view);
    let rules = fired_rules(&entries);
    let index: BTreeMap<&str, i64> = rules.iter().enumerate().map(|(at, rule)| (rule.facts.id.as_str(), signed(at))).collect();
    let mut driver =
        ToolComponent::builder().name("keyward").semantic_version(VERSION).rules(rules.iter().map(build_rule).collect::<Vec<_>>()).build();
    driver.information_uri = (!HOME.is_empty()).then(|| HOME.to_owned());
    let root = ArtifactLocation::builder().description(message("The directory that paths are relative to.")).build();
    Run::builder()
        .tool(Tool::builder().driver(driver).build())
        .automation_details(RunAutomationDetails::builder().id(format!("keyward/{}/", view.category)).build())
        .column_kind(value!("unicodeCodePoints"))
        .original_uri_base_ids(BTreeMap::from([(ROOT.to_owned(), root)]))
        .invocations(vec![build_invocation(view, entries.len())])
        .results(entries.iter().map(|entry| build_result(entry, index[entry.rule.id.as_str()])).collect::<Vec<_>>())
        .build()
}

/// The entries that are written, in report order: where there are too many, the most severe ones.
fn chosen<'v, 'a>(view: &'v View<'a>) -> Vec<&'v Entry<'a>> {
    let mut entries: Vec<(usize, &Entry<'a>)> = view.findings.iter().chain(&view.suppressed).enumerate().collect();
    if entries.len() > MOST_RESULTS {
        entries.sort_by_key(|(at, entry)| (entry.suppressed.is_some(), std::cmp::Reverse(entry.severity), *at));
        entries.truncate(MOST_RESULTS);
        entries.sort_by_key(|(at, _)| *at);
    }
    entries.into_iter().map(|(_, entry)| entry).collect()
}

/// A rule that fired, with the worst severity and the best confidence of its findings.
struct Fired<'a> {
    facts: &'a RuleFacts,
    severity: Severity,
    confidence: Confidence,
}

/// The rules that fired, by id.
fn fired_rules<'a>(entries: &[&Entry<'a>]) -> Vec<Fired<'a>> {
    let mut rules: BTreeMap<&str, Fired<'a>> = BTreeMap::new();
    for entry in entries {
        let fired =
            rules.entry(&entry.rule.id).or_insert(Fired { facts: entry.rule, severity: entry.severity, confidence: entry.confidence });
        fired.severity = fired.severity.max(entry.severity);
        fired.confidence = fired.confidence.max(entry.confidence);
    }
    rules.into_values().collect()
}

fn build_rule(rule: &Fired<'_>) -> ReportingDescriptor {
    let facts = rule.facts;
    let description = if facts.description.is_empty() { &facts.title } else { &facts.description };
    let mut properties = BTreeMap::from([("precision".to_owned(), value!(rule.confidence.as_str()))]);
    if let Some(score) = security_severity(rule.severity) {
        properties.insert("security-severity".to_owned(), value!(score));
    }
    let mut descriptor = ReportingDescriptor::builder()
        .id(facts.id.as_str())
        .name(cut(&facts.title, LONGEST_NAME))
        .short_description(text(&cut(&facts.title, LONGEST_TEXT)))
        .full_description(text(&cut(description, LONGEST_TEXT)))
        .help(build_help(facts))
        .default_configuration(ReportingConfiguration::builder().level(value!(level(rule.severity))).build())
        .properties(PropertyBag::builder().tags(tags(facts)).additional_properties(properties).build())
        .build();
    descriptor.help_uri = facts.docs.clone().or_else(|| facts.revoke.clone()).filter(|link| is_link(link));
    descriptor
}

/// What to do, in plain text and in Markdown.
fn build_help(facts: &RuleFacts) -> MultiformatMessageString {
    let mut plain = vec![facts.description.clone(), facts.remediation.clone()];
    let mut markdown = vec![format!("**{}**", facts.title), facts.description.clone(), facts.remediation.clone()];
    for (label, link) in [("Revoke it", &facts.revoke), ("Documentation", &facts.docs)] {
        if let Some(link) = link.as_ref().filter(|link| is_link(link)) {
            plain.push(format!("{label}: {link}"));
            markdown.push(format!("[{label}]({link})"));
        }
    }
    let accept = |quote: &str| {
        let comment = format!("{quote}keyward:allow {}{quote}", facts.id);
        format!("If it is no secret, put the comment {comment} on its line, or run {quote}keyward allow{quote} with its fingerprint.")
    };
    plain.push(accept(""));
    markdown.push(accept("`"));
    let join = |parts: Vec<String>| parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n\n");
    MultiformatMessageString::builder().text(join(plain)).markdown(join(markdown)).build()
}

fn build_result(entry: &Entry<'_>, rule_index: i64) -> Result {
    let mut result = Result::builder()
        .rule_id(entry.rule.id.as_str())
        .rule_index(rule_index)
        .level(result_level(entry.severity))
        .message(message(&result_text(entry)))
        .locations(vec![build_location(&entry.path, Some(region(entry.line, entry.column, entry.end_line, entry.end_column)))])
        .partial_fingerprints(BTreeMap::from([("primaryLocationLineHash".to_owned(), line_hash(entry))]))
        .fingerprints(BTreeMap::from([("keyward/v1".to_owned(), entry.fingerprint.to_owned())]))
        .properties(PropertyBag::builder().additional_properties(result_properties(entry)).build())
        .build();
    result.related_locations = (!entry.parts.is_empty()).then(|| entry.parts.iter().map(|part| build_part(&entry.path, part)).collect());
    if let Some((by, reason)) = &entry.suppressed {
        let kind = if *by == "inline" { "inSource" } else { "external" };
        let mut suppression = Suppression::builder().kind(value!(kind)).build();
        suppression.justification = (!reason.is_empty()).then(|| sanitize(reason).into_owned());
        result.suppressions = Some(vec![suppression]);
    }
    result
}

/// One sentence. Brackets and braces would be links and placeholders.
fn result_text(entry: &Entry<'_>) -> String {
    let state = match &entry.history {
        Some(_) if entry.names_reference() => " It is in the name of a reference.",
        Some(history) if !history.in_head => " It is no longer in HEAD, but still in the history.",
        _ => "",
    };
    let description = if entry.rule.description.is_empty() { String::new() } else { format!(" {}", entry.rule.description) };
    escape(&format!("{} ({}).{description}{state}", entry.rule.title, entry.secret))
}

/// Text that stands for itself in a message.
fn escape(text: &str) -> String {
    let escaped = sanitize(text).replace('\\', "\\\\").replace('[', "\\[").replace(']', "\\]");
    escaped.replace('{', "(").replace('}', ")")
}

/// What stands near and belongs to the secret.
fn build_part(path: &str, part: &Piece) -> Location {
    let mut location = build_location(path, Some(region(part.line, part.column, part.end_line, part.end_column)));
    location.message = Some(message(&escape(&format!("{} ({})", part.title, part.secret))));
    location
}

fn region(line: usize, column: usize, end_line: usize, end_column: usize) -> Region {
    Region::builder()
        .start_line(signed(line.max(1)))
        .start_column(signed(column.max(1)))
        .end_line(signed(end_line.max(1)))
        .end_column(signed(end_column.max(1)))
        .build()
}

/// A region of a path, or the path as a whole.
fn build_location(path: &str, region: Option<Region>) -> Location {
    let (uri, relative) = uri(path);
    let mut artifact = ArtifactLocation::builder().uri(uri).build();
    artifact.uri_base_id = relative.then(|| ROOT.to_owned());
    let mut physical = PhysicalLocation::builder().artifact_location(artifact).build();
    physical.region = region;
    Location::builder().physical_location(physical).build()
}

/// A path as a URI reference, and whether it is relative to the root.
fn uri(path: &str) -> (String, bool) {
    use std::fmt::Write as _;
    let mut encoded = String::with_capacity(path.len());
    // A name that is no text has its bytes spelled out, and is found by what they are.
    for &byte in stored(path).as_os_str().as_encoded_bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            write!(encoded, "%{byte:02X}").expect("a string takes everything");
        }
    }
    let absolute = encoded.starts_with('/');
    (if absolute { format!("file://{encoded}") } else { encoded }, !absolute)
}

/// GitHub's form of a line hash: 16 hex digits and a number that tells results with the same digits apart.
fn line_hash(entry: &Entry<'_>) -> String {
    let hash = entry.fingerprint.split_once(':').map_or(entry.fingerprint, |(_, hash)| hash);
    format!("{}:{}", hash.get(..16).unwrap_or(hash), entry.ordinal)
}

fn result_properties(entry: &Entry<'_>) -> BTreeMap<String, Value> {
    let mut properties = BTreeMap::from([
        ("severity".to_owned(), value!(entry.severity.as_str())),
        ("confidence".to_owned(), value!(entry.confidence.as_str())),
        ("secret".to_owned(), value!(entry.secret)),
    ]);
    if let Some(history) = &entry.history {
        for (key, text) in [
            ("commit", &history.commit),
            ("author", &history.author),
            ("email", &history.email),
            ("date", &history.date),
            ("subject", &history.subject),
            ("blob", &history.blob),
        ] {
            properties.insert(key.to_owned(), value!(text));
        }
        properties.insert("inHead".to_owned(), value!(history.in_head));
        properties.insert("paths".to_owned(), value!(history.paths));
    }
    if let Some(removal) = entry.removal() {
        properties.insert("removedBy".to_owned(), value!(removal.commit));
        properties.insert("removedOn".to_owned(), value!(removal.date));
    }
    for (key, names) in
        entry.refs().iter().flat_map(|refs| [("branches", &refs.branches), ("tags", &refs.tags), ("otherRefs", &refs.others)])
    {
        if names.count > 0 {
            properties.insert(key.to_owned(), value!(names.list));
            properties.insert(format!("{key}Count"), value!(names.count));
        }
    }
    properties
}

/// How the scan went: a scan that did not see everything did not succeed.
fn build_invocation(view: &View<'_>, results: usize) -> Invocation {
    let end = view.started + view.elapsed;
    let mut notifications = build_notifications(view);
    let found = view.findings.len() + view.suppressed.len();
    if results < found {
        let what = format!("{} of {} are written, the most severe ones", summary::number(results), summary::plural(found, "finding"));
        notifications.push(notification("too-many-results", "warning", &what, None));
    }
    Invocation::builder()
        .execution_successful(view.complete)
        .start_time_utc(format!("{}Z", date::utc(view.started)))
        .end_time_utc(format!("{}Z", date::utc(end)))
        .tool_execution_notifications(notifications)
        .build()
}

fn build_notifications(view: &View<'_>) -> Vec<Notification> {
    let errors = view.errors.iter().map(|error| notification("error", "error", error, None));
    let skips = view.skips.iter().filter(|skip| skip.reason.is_incomplete()).map(|skip| {
        let detail = if skip.detail.is_empty() { String::new() } else { format!(" ({})", skip.detail) };
        notification("not-scanned", "error", &format!("not scanned, {}: {}{detail}", skip.reason.phrase(), skip.what), Some(&skip.what))
    });
    let mut all: Vec<Notification> = errors.chain(skips).collect();
    if all.len() > MOST_NOTIFICATIONS {
        let rest = all.len() - MOST_NOTIFICATIONS;
        all.truncate(MOST_NOTIFICATIONS);
        all.push(notification("not-scanned", "error", &format!("and {} more", summary::number(rest)), None));
    }
    all.extend(view.notes.iter().map(|note| notification("note", "note", note, None)));
    let scanned = [Some(summary::coverage(view)), summary::left_out(view)];
    all.extend(scanned.into_iter().flatten().map(|line| notification("coverage", "note", &line, None)));
    all
}

fn notification(id: &str, level: &str, what: &str, path: Option<&str>) -> Notification {
    let mut notification = Notification::builder()
        .descriptor(ReportingDescriptorReference::builder().id(id).build())
        .level(value!(level))
        .message(message(&cut(&sanitize(what), LONGEST_TEXT)))
        .build();
    notification.locations = path.map(|path| vec![build_location(path, None)]);
    notification
}

/// `security` first, then what the rule says of itself.
fn tags(facts: &RuleFacts) -> Vec<String> {
    let general = ["security", "secret", "external/cwe/cwe-798"].map(str::to_owned);
    general.into_iter().chain(facts.tags.iter().filter(|tag| *tag != "security" && *tag != "secret").cloned()).take(MOST_TAGS).collect()
}

/// GitHub's scale: critical from 9.0, high from 7.0, medium from 4.0, low from 0.1. `None` is no security alert.
fn security_severity(severity: Severity) -> Option<&'static str> {
    match severity {
        Severity::Critical => Some("9.5"),
        Severity::High => Some("8.0"),
        Severity::Medium => Some("5.5"),
        Severity::Low => Some("2.0"),
        Severity::Info => None,
    }
}

fn result_level(severity: Severity) -> ResultLevel {
    match severity {
        Severity::Critical | Severity::High => ResultLevel::Error,
        Severity::Medium => ResultLevel::Warning,
        Severity::Low | Severity::Info => ResultLevel::Note,
    }
}

fn level(severity: Severity) -> String {
    result_level(severity).to_string()
}

fn message(content: &str) -> Message {
    Message::builder().text(content).build()
}

fn text(content: &str) -> MultiformatMessageString {
    MultiformatMessageString::builder().text(content).build()
}

fn is_link(link: &str) -> bool {
    link.starts_with("https://") || link.starts_with("http://")
}

/// At most `most` characters of `text`.
fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        None => text.to_owned(),
        Some(_) => text.chars().take(most - 1).chain(['…']).collect(),
    }
}

fn signed(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
