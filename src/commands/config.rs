//! `keyward config`: `show` prints the effective configuration, as a `.keyward.yaml` that would give the same, with a
//! comment on where each value came from; `schema` what such a file may hold.

use super::{Console, Outcome, output};
use crate::config::allow::Allow;
use crate::config::select::{self, Selection};
use crate::config::{Config, Provenance, Sourced};
use crate::findings::quoted::without_secrets;
use std::collections::BTreeSet;
use std::fmt::Display;
use std::io::{self, Write};

/// Prints the configuration.
///
/// # Errors
/// Where standard output cannot be written to.
pub fn show(config: &Config, console: &mut Console<'_>) -> anyhow::Result<Outcome> {
    // Texts and reasons of `allow` may be secrets or quote them.
    let mut shown = Vec::new();
    write(config, &mut shown)?;
    let shown = without_secrets(&String::from_utf8_lossy(&shown));
    output::to_stdout(console.stdout, |out| out.write_all(shown.as_bytes()))?;
    Ok(Outcome::Clean)
}

/// Prints the JSON Schema of the configuration.
///
/// # Errors
/// Where standard output cannot be written to.
pub fn schema(console: &mut Console<'_>) -> anyhow::Result<Outcome> {
    let schema = serde_json::to_string_pretty(&crate::config::schema::configuration())?;
    output::to_stdout(console.stdout, |out| writeln!(out, "{schema}"))?;
    Ok(Outcome::Clean)
}

fn write(config: &Config, out: &mut dyn Write) -> io::Result<()> {
    match &config.file {
        Some(file) => writeln!(out, "# effective configuration, with {}", file.display())?,
        None => writeln!(out, "# effective configuration; no configuration file")?,
    }
    writeln!(out, "# {} of {} rules are on\n", config.active_rules().len(), config.rules.len())?;
    value(out, "min-severity", config.min_severity.value.as_str(), &config.min_severity.from)?;
    value(out, "min-confidence", config.min_confidence.value.as_str(), &config.min_confidence.from)?;
    value(out, "max-size", config.max_size.value, &config.max_size.from)?;
    value(out, "hidden", config.hidden.value, &config.hidden.from)?;
    value(out, "ignore-files", config.ignore_files.value, &config.ignore_files.from)?;
    value(out, "archives", config.archives.value, &config.archives.from)?;
    value(out, "inline-allow", config.inline_allow.value, &config.inline_allow.from)?;
    rules(config, out)?;
    list(out, "", "exclude", &config.exclude, |glob| quoted(glob))?;
    allow(&config.allow, out)
}

fn value(out: &mut dyn Write, key: &str, shown: impl Display, from: &Provenance) -> io::Result<()> {
    writeln!(out, "{:<31} # {from}", format!("{key}: {shown}"))
}

fn list<T>(out: &mut dyn Write, indent: &str, key: &str, items: &[Sourced<T>], shown: impl Fn(&T) -> String) -> io::Result<()> {
    if items.is_empty() {
        return Ok(());
    }
    writeln!(out, "{indent}{key}:")?;
    for item in items {
        let text = format!("{indent}  - {}", shown(&item.value));
        writeln!(out, "{text:<31} # {}", item.from)?;
    }
    Ok(())
}

fn rules(config: &Config, out: &mut dyn Write) -> io::Result<()> {
    let steps = effective_steps(config);
    if steps.is_empty() && config.rule_files.is_empty() && config.custom.is_empty() {
        return Ok(());
    }
    let of = |on: bool| steps.iter().filter(|step| step.value.on == on).cloned().collect::<Vec<_>>();
    writeln!(out, "rules:")?;
    list(out, "  ", "enable", &of(true), |step| quoted(&step.name))?;
    list(out, "  ", "disable", &of(false), |step| quoted(&step.name))?;
    list(out, "  ", "files", &config.rule_files, |path| quoted(&path.display().to_string()))?;
    if !config.custom.is_empty() {
        writeln!(out, "  custom:")?;
    }
    for custom in &config.custom {
        let yaml = serde_yaml::to_string(&custom.value.written).map_err(io::Error::other)?;
        writeln!(out, "    # {}", custom.from)?;
        for (at, line) in yaml.lines().enumerate() {
            writeln!(out, "    {} {line}", if at == 0 { "-" } else { " " })?;
        }
    }
    Ok(())
}

/// The steps that decide on at least one rule.
fn effective_steps(config: &Config) -> Vec<Sourced<Selection>> {
    let decisive: BTreeSet<usize> = config.rules.rules().iter().filter_map(|rule| select::decisive(rule, &config.selection)).collect();
    decisive.into_iter().map(|step| config.selection[step].clone()).collect()
}

fn allow(entries: &[Sourced<Allow>], out: &mut dyn Write) -> io::Result<()> {
    if !entries.is_empty() {
        writeln!(out, "allow:")?;
    }
    for entry in entries {
        writeln!(out, "  # {}", entry.from)?;
        for (at, (key, text)) in conditions(&entry.value).into_iter().enumerate() {
            writeln!(out, "  {} {key}: {text}", if at == 0 { "-" } else { " " })?;
        }
    }
    Ok(())
}

/// The keys of an entry with their values as YAML.
fn conditions(entry: &Allow) -> Vec<(&'static str, String)> {
    let texts = |texts: Vec<&str>| format!("[{}]", texts.into_iter().map(always_quoted).collect::<Vec<_>>().join(", "));
    let strings = |strings: &[String]| texts(strings.iter().map(String::as_str).collect());
    let mut keys = Vec::new();
    if let Some(paths) = &entry.paths {
        keys.push(("paths", strings(paths.patterns())));
    }
    if !entry.regex.is_empty() {
        keys.push(("regex", texts(entry.regex.iter().map(regex::bytes::Regex::as_str).collect())));
    }
    for (key, list) in [("stopwords", &entry.stopwords), ("fingerprints", &entry.fingerprints), ("rules", &entry.rules)] {
        if !list.is_empty() {
            keys.push((key, strings(list)));
        }
    }
    keys.extend(entry.reason.as_deref().map(|reason| ("reason", always_quoted(reason))));
    keys
}

/// A text as YAML, quoted where it could be read as something else.
fn quoted(text: &str) -> String {
    let plain =
        text.starts_with(|c: char| c.is_ascii_alphabetic()) && text.chars().all(|c| c.is_ascii_alphanumeric() || "-_./".contains(c));
    if plain && !matches!(text, "true" | "false" | "null" | "yes" | "no" | "on" | "off") { text.to_owned() } else { always_quoted(text) }
}

/// A text as JSON, which is YAML too.
fn always_quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
