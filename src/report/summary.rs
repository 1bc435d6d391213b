//! L3: the sentences that several formats end with, and numbers as people read them.

use super::view::View;
use std::time::Duration;

/// The most things that are listed one by one as not scanned; `--format json` lists all.
pub(super) const MOST_LISTED: usize = 20;

/// What was found: "3 findings of 2 secrets (1 critical, 2 high) in 2 files, 1 suppressed".
pub(super) fn verdict(view: &View<'_>) -> String {
    let suppressed = match view.suppressed_count {
        0 => String::new(),
        count => format!(", {} suppressed", number(count)),
    };
    if view.findings.is_empty() {
        let what = match (view.is_nothing, view.complete) {
            (true, _) => "0 files in scope: nothing was scanned",
            (_, true) => "no secrets found",
            (_, false) => "no secrets found in what was scanned",
        };
        return format!("{what}{suppressed}");
    }
    let severities: Vec<String> =
        view.by_severity().iter().map(|(severity, count)| format!("{} {}", number(*count), severity.as_str())).collect();
    let secrets =
        if view.groups.len() == view.findings.len() { String::new() } else { format!(" of {}", plural(view.groups.len(), "secret")) };
    format!(
        "{}{secrets} ({}) in {}{suppressed}",
        plural(view.findings.len(), "finding"),
        severities.join(", "),
        plural(view.files(), "file")
    )
}

/// What was scanned: "scanned history --all: 12 refs, 240 commits, 8,123 blobs, 84.2 MB with 412 rules in 0.31 s".
pub(super) fn coverage(view: &View<'_>) -> String {
    let counts = [(view.refs, "ref"), (view.commits, "commit")];
    let mut parts: Vec<String> = counts.iter().filter(|(count, _)| *count > 0).map(|(count, noun)| plural(*count, noun)).collect();
    let noun = if view.commits > 0 || view.refs > 0 { "blob" } else { "file" };
    parts.push(plural(view.blobs, noun));
    parts.push(bytes(view.bytes));
    format!("scanned {}: {} with {} in {}", view.scope, parts.join(", "), plural(view.rules, "rule"), duration(view.elapsed))
}

/// What was left out on purpose: "skipped: 2 excluded by configuration, 1 submodule"; `None` where nothing was.
pub(super) fn left_out(view: &View<'_>) -> Option<String> {
    let counts = view.skipped();
    let parts: Vec<String> = counts
        .iter()
        .filter(|(reason, _)| !reason.is_incomplete())
        .map(|(reason, count)| format!("{} {}", number(*count), reason.phrase()))
        .collect();
    (!parts.is_empty()).then(|| format!("skipped: {}", parts.join(", ")))
}

/// What should have been scanned and was not, one line each, errors first; at most [`MOST_LISTED`] and a line for the rest.
pub(super) fn unscanned(view: &View<'_>) -> Vec<String> {
    let skips = view.skips.iter().filter(|skip| skip.reason.is_incomplete());
    let skips = skips.map(|skip| match skip.detail.as_str() {
        "" => format!("{}: {}", skip.reason.phrase(), skip.what),
        detail => format!("{}: {} ({detail})", skip.reason.phrase(), skip.what),
    });
    let mut lines: Vec<String> = view.errors.iter().map(|error| format!("error: {error}")).chain(skips).collect();
    if lines.len() > MOST_LISTED {
        let rest = lines.len() - MOST_LISTED;
        lines.truncate(MOST_LISTED);
        lines.push(format!("… and {} more; the json format lists all", number(rest)));
    }
    lines
}

/// The headline over [`unscanned`].
pub(super) const INCOMPLETE: &str = "INCOMPLETE: a part of what was in scope was not scanned, so this result does not speak for it";

/// A number and its noun: "1 file", "8,123 files".
pub(super) fn plural(count: impl TryInto<u64> + Copy, noun: &str) -> String {
    let count = count.try_into().unwrap_or(u64::MAX);
    format!("{} {noun}{}", number(count), if count == 1 { "" } else { "s" })
}

/// A number with a comma after every three digits.
pub(super) fn number(count: impl TryInto<u64>) -> String {
    let digits = count.try_into().unwrap_or(u64::MAX).to_string();
    let mut text = String::new();
    for (at, digit) in digits.char_indices() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A size in decimal units: "84.2 MB".
pub(super) fn bytes(count: u64) -> String {
    let mut size = count as f64;
    let mut unit = "B";
    for larger in ["kB", "MB", "GB", "TB"] {
        if size < 999.95 {
            break;
        }
        size /= 1000.0;
        unit = larger;
    }
    if unit == "B" { format!("{count} B") } else { format!("{size:.1} {unit}") }
}

/// A duration: "0.31 s", "12.4 s", "3 min 5 s".
pub(super) fn duration(elapsed: Duration) -> String {
    let seconds = elapsed.as_secs_f64();
    match elapsed.as_secs() {
        0..10 => format!("{seconds:.2} s"),
        10..60 => format!("{seconds:.1} s"),
        whole => format!("{} min {} s", whole / 60, whole % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::{bytes, duration, number, plural};
    use std::time::Duration;

    #[test]
    fn numbers_are_grouped_and_nouns_agree() {
        assert_eq!(number(999_u64), "999");
        assert_eq!(number(1_234_567_u64), "1,234,567");
        assert_eq!(
            (plural(1_u64, "file"), plural(0_usize, "file"), plural(1000_u64, "ref")),
            ("1 file".into(), "0 files".into(), "1,000 refs".into())
        );
    }

    #[test]
    fn sizes_and_times_are_short() {
        assert_eq!([bytes(0), bytes(999), bytes(1500), bytes(999_960), bytes(84_200_000)], ["0 B", "999 B", "1.5 kB", "1.0 MB", "84.2 MB"]);
        let times = [310, 12_400, 185_000].map(|millis| duration(Duration::from_millis(millis)));
        assert_eq!(times, ["0.31 s", "12.4 s", "3 min 5 s"]);
    }
}
