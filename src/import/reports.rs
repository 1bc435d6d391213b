//! L2: JSON reports of other tools: what they found, to be accepted. Errors quote nothing, since reports hold secrets.

use super::{Accepted, AllowEntry, ImportError, Imported, Known, checked_regex, path, short};
use crate::config::diagnostic::Source;
use crate::findings::Secret;
use serde::Deserialize;
use std::collections::BTreeMap;

/// A finding of gitleaks.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct GitleaksFinding {
    file: String,
    #[serde(default)]
    start_line: usize,
    #[serde(default)]
    secret: String,
    #[serde(default)]
    commit: String,
}

/// Reads a report of gitleaks.
pub(super) fn gitleaks(source: &Source) -> Result<Imported, ImportError> {
    let findings: Option<Vec<GitleaksFinding>> = parse(source, source.text(), 0, "a JSON report of gitleaks")?;
    let mut out = Imported::default();
    for (at, finding) in findings.unwrap_or_default().into_iter().enumerate() {
        let secret = known(&finding.secret);
        let place = format!("{}: finding {}", source.name(), at + 1);
        let (path, commit) = (path(&finding.file), finding.commit.to_ascii_lowercase());
        out.accepted.push(Accepted { path, line: finding.start_line, commit, secret, place });
    }
    Ok(out)
}

/// What a report says of a secret. Redacted ones (`REDACTED`, or cut with dots) say nothing.
fn known(secret: &str) -> Known {
    let secret = secret.trim();
    if secret.is_empty() || secret == "REDACTED" || secret.ends_with("...") {
        Known::Place
    } else {
        Known::Value(Secret::new(secret.as_bytes().to_vec()))
    }
}

/// A finding of trufflehog.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct TrufflehogFinding {
    source_metadata: Option<TrufflehogSource>,
    #[serde(default)]
    raw: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct TrufflehogSource {
    #[serde(default)]
    data: BTreeMap<String, TrufflehogPlace>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct TrufflehogPlace {
    file: String,
    line: usize,
    commit: String,
}

/// Reads a report of trufflehog: an object a line, among which its log may stand.
pub(super) fn trufflehog(source: &Source) -> Result<Imported, ImportError> {
    let mut out = Imported::default();
    for (at, line) in source.text().lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let finding: TrufflehogFinding = parse(source, line, at, "a JSON report of trufflehog (one object a line)")?;
        let place = format!("{}:{}", source.name(), at + 1);
        let Some(metadata) = finding.source_metadata else { continue };
        match metadata.data.into_values().find(|found| !found.file.is_empty()) {
            Some(found) => {
                let (path, commit) = (path(&found.file), found.commit.to_ascii_lowercase());
                out.accepted.push(Accepted { path, line: found.line, commit, secret: known(&finding.raw), place });
            }
            None => out.leave(place, "a finding that is in no file"),
        }
    }
    Ok(out)
}

/// `.secrets.baseline`.
#[derive(Deserialize)]
struct DetectSecrets {
    results: BTreeMap<String, Vec<DetectSecretsFinding>>,
    #[serde(default)]
    filters_used: Vec<Filter>,
    #[serde(default)]
    plugins_used: Vec<Plugin>,
    /// As older versions had it.
    #[serde(default)]
    exclude: Exclude,
}

#[derive(Deserialize)]
struct DetectSecretsFinding {
    hashed_secret: String,
    #[serde(default)]
    line_number: usize,
    /// What an audit came to.
    #[serde(default)]
    is_secret: Option<bool>,
}

#[derive(Deserialize)]
struct Filter {
    path: String,
    #[serde(default)]
    pattern: Patterns,
}

impl Filter {
    /// Whether it says something that the others do not: a list of words, or code of the user.
    fn is_of_the_user(&self) -> bool {
        self.path.starts_with("detect_secrets.filters.wordlist.") || !self.path.starts_with("detect_secrets.")
    }
}

#[derive(Deserialize)]
struct Plugin {
    /// Where a plugin of the user lies; others have a name only.
    #[serde(default)]
    path: Option<String>,
}

/// One or several.
#[derive(Deserialize, Default)]
#[serde(untagged)]
enum Patterns {
    Several(Vec<String>),
    One(String),
    #[default]
    None,
}

#[derive(Deserialize, Default)]
struct Exclude {
    #[serde(default)]
    files: Option<String>,
    #[serde(default)]
    lines: Option<String>,
}

/// Reads a baseline of detect-secrets.
pub(super) fn detect_secrets(source: &Source) -> Result<Imported, ImportError> {
    let baseline: DetectSecrets = parse(source, source.text(), 0, "a baseline of detect-secrets")?;
    let mut out = Imported::default();
    let mut real = 0;
    for (file, findings) in baseline.results {
        let file = path(&file);
        for finding in findings {
            real += usize::from(finding.is_secret == Some(true));
            let place = format!("{}: {file}:{}", source.name(), finding.line_number);
            let secret = Known::Sha1(finding.hashed_secret.to_ascii_lowercase());
            out.accepted.push(Accepted { path: file.clone(), line: finding.line_number, commit: String::new(), secret, place });
        }
    }
    if real > 0 {
        let what = format!("{real} of its entries were audited as real secrets: they are accepted as they were there; revoke them");
        out.leave(source.name().to_owned(), what);
    }
    for plugin in baseline.plugins_used.iter().filter_map(|plugin| plugin.path.as_deref()) {
        out.leave(source.name().to_owned(), format!("the plugin `{}`: write what it finds as a rule (rules/README.md)", short(plugin)));
    }
    for filter in baseline.filters_used {
        let patterns = match filter.pattern {
            Patterns::Several(all) => all,
            Patterns::One(one) => vec![one],
            Patterns::None => {
                if filter.is_of_the_user() {
                    out.leave(
                        source.name().to_owned(),
                        format!("the filter `{}`: write what it leaves out as an `allow` entry", short(&filter.path)),
                    );
                }
                continue;
            }
        };
        let kind = filter.path.rsplit('.').next().unwrap_or_default();
        for pattern in &patterns {
            filter_pattern(&mut out, source, kind, pattern);
        }
    }
    for (kind, pattern) in [("should_exclude_file", baseline.exclude.files), ("should_exclude_line", baseline.exclude.lines)] {
        if let Some(pattern) = pattern.filter(|pattern| !pattern.is_empty()) {
            filter_pattern(&mut out, source, kind, &pattern);
        }
    }
    Ok(out)
}

fn filter_pattern(out: &mut Imported, source: &Source, kind: &str, pattern: &str) {
    let place = source.name().to_owned();
    match kind {
        "should_exclude_file" => out.exclude(&[(place, pattern.to_owned())]),
        "should_exclude_secret" => match checked_regex(pattern) {
            Ok(regex) => {
                let entry = AllowEntry { regex: vec![regex], reason: format!("from {place}"), ..AllowEntry::default() };
                out.fragment.allow.push(entry);
            }
            Err(what) => out.leave(place, format!("`{kind}`: {what}")),
        },
        _ => out.leave(place, format!("the filter `{}`: `allow` sees the secret and the path only", short(kind))),
    }
}

/// Reads JSON that begins `before` lines into the file.
fn parse<'t, T: Deserialize<'t>>(source: &Source, text: &'t str, before: usize, what: &str) -> Result<T, ImportError> {
    serde_json::from_str(text).map_err(|error| {
        let what = if error.is_data() { format!("not {what}; say what it is with --from") } else { "not valid JSON".to_owned() };
        ImportError::Json { name: source.name().to_owned(), line: before + error.line(), column: error.column(), what }
    })
}

#[cfg(test)]
mod tests {
    use super::{detect_secrets, gitleaks, trufflehog};
    use crate::config::diagnostic::Source;
    use crate::findings::Secret;
    use crate::import::Known;

    fn value(text: &str) -> Known {
        Known::Value(Secret::new(text.as_bytes().to_vec()))
    }

    #[test]
    fn findings_of_gitleaks_have_their_secret_unless_redacted() {
        let text = r#"[{"RuleID":"r","File":"./a.env","StartLine":3,"Secret":"one","Commit":"ABC"},{"RuleID":"r","File":"b","StartLine":1,"Secret":"REDACTED"}]"#;
        let found = gitleaks(&Source::new("r.json", text)).expect("well formed").accepted;
        assert_eq!((found[0].path.as_str(), found[0].line, found[0].commit.as_str(), &found[0].secret), ("a.env", 3, "abc", &value("one")));
        assert_eq!(found[1].secret, Known::Place);
        assert!(gitleaks(&Source::new("r.json", "null")).expect("an empty report").accepted.is_empty());
    }

    #[test]
    fn findings_of_trufflehog_stand_a_line_each_among_its_log() {
        let text = concat!(
            "{\"level\":\"info-0\",\"msg\":\"running\"}\n",
            "{\"SourceMetadata\":{\"Data\":{\"Git\":{\"commit\":\"ab\",\"file\":\"x.env\",\"line\":4}}},\"DetectorName\":\"X\",\"Raw\":\"one\"}\n",
            "{\"SourceMetadata\":{\"Data\":{\"Slack\":{\"channel_id\":\"c\"}}},\"Raw\":\"two\"}\n",
        );
        let imported = trufflehog(&Source::new("t.json", text)).expect("well formed");
        assert_eq!(
            (imported.accepted.len(), imported.accepted[0].path.as_str(), &imported.accepted[0].secret),
            (1, "x.env", &value("one"))
        );
        assert_eq!(imported.left[0].place, "t.json:3");
    }

    #[test]
    fn a_baseline_of_detect_secrets_has_hashes_and_filters() {
        let text = r#"{"version":"1.5.0","plugins_used":[{"name":"AWSKeyDetector"},{"name":"Own","path":"file:///own.py"}],"filters_used":[
            {"path":"detect_secrets.filters.wordlist.should_exclude_secret","file_name":"words.txt"},
            {"path":"file://filters.py::is_ours"},
            {"path":"detect_secrets.filters.heuristic.is_templated_secret"},
            {"path":"detect_secrets.filters.regex.should_exclude_file","pattern":["^vendor/"]},
            {"path":"detect_secrets.filters.regex.should_exclude_secret","pattern":"^fake"},
            {"path":"detect_secrets.filters.regex.should_exclude_line","pattern":["x"]},
            {"path":"detect_secrets.filters.allowlist.is_line_allowlisted"}],
            "results":{"a.env":[{"type":"T","hashed_secret":"AB12","line_number":2,"is_secret":true}]}}"#;
        let imported = detect_secrets(&Source::new("b", text)).expect("well formed");
        assert_eq!((imported.accepted[0].line, &imported.accepted[0].secret), (2, &Known::Sha1("ab12".to_owned())));
        assert_eq!((imported.fragment.exclude.len(), imported.fragment.allow.len(), imported.left.len()), (1, 1, 5), "{imported:?}");
    }

    #[test]
    fn errors_have_a_place_and_quote_nothing() {
        let secret = "hunter2hunter2";
        for text in [
            format!("[{{\"File\": 1, \"Secret\": \"{secret}\"}}]"),
            format!("[\"{secret}\"]"),
            format!("[\n{secret}"),
            "{\"a\":1}".to_owned(),
        ] {
            let error = gitleaks(&Source::new("r.json", &text)).expect_err(&text).to_string();
            assert!(error.starts_with("r.json:") && !error.contains(secret), "{error}");
        }
        assert!(detect_secrets(&Source::new("b", &format!("{{\"results\":{}1", "[".repeat(100_000)))).is_err());
    }
}
