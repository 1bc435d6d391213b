//! L2: a baseline as text, described in `docs/baseline.md`. Nothing in it depends on a clock or on line numbers, and
//! the order of lines carries no meaning, so that git merges two versions line by line.

use super::group::Group;
use super::key::{Key, Mark};
use super::{Baseline, Entry};
use crate::text::date;
use crate::text::fingerprint::is_meant_as_fingerprint;
use std::time::{Duration, SystemTime};

/// How the first line begins, up to the version.
const HEADER: &str = "# keyward baseline v";
/// How the line of a group begins: a comment to versions that know none.
const GROUP: &str = "# group ";
/// The version that is written.
const VERSION: &str = "1";
/// The most keys of one file: each costs time for every finding, and the file may come from an attacker.
const MOST_KEYS: usize = 8;

/// A baseline that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{name}:{line}: {what}")]
pub struct BaselineError {
    /// The file.
    pub name: String,
    /// 1-based line.
    pub line: usize,
    /// What is wrong and what to do. It quotes nothing: the file may be any.
    pub what: &'static str,
}

/// Reads a baseline; `name` is for messages.
pub(super) fn parse(name: &str, bytes: &[u8]) -> Result<Baseline, BaselineError> {
    let mut baseline = Baseline::without_key(name);
    let mut key = None;
    for (at, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
        let error = |what| BaselineError { name: name.to_owned(), line: at + 1, what };
        let line = std::str::from_utf8(line).map_err(|_| error("not UTF-8"))?;
        let line = line.strip_prefix('\u{feff}').filter(|_| at == 0).unwrap_or(line).trim();
        if let Some(header) = line.strip_prefix(HEADER) {
            key = Some(self::key(header, &mut baseline.keys).map_err(error)?);
        } else if let Some(key) = key {
            match line {
                "" => {}
                line if let Some(group) = group(line, key) => baseline.groups.push(group),
                comment if comment.starts_with('#') => baseline.comments.push(comment.to_owned()),
                line => baseline.entries.push(entry(line, key, at + 1).map_err(error)?),
            }
        } else if at > 0 || !line.is_empty() {
            return Err(error(
                "no baseline: it begins with another line than `# keyward baseline v1 KEY`; make one with `keyward baseline create`",
            ));
        }
    }
    if baseline.keys.is_empty() {
        let what = "the file is empty; make it anew with `keyward baseline create`";
        return Err(BaselineError { name: name.to_owned(), line: 1, what });
    }
    Ok(baseline)
}

/// The text of a baseline.
pub(super) fn print(baseline: &Baseline) -> String {
    let mut lines = Vec::new();
    for (index, key) in baseline.keys.iter().enumerate() {
        let mut entries: Vec<String> = baseline.entries.iter().filter(|entry| entry.key == index).map(print_entry).collect();
        // A file that was made on two branches has two keys; the second is needed for as long as it has entries.
        if index > 0 && entries.is_empty() {
            continue;
        }
        lines.push(format!("{HEADER}{VERSION} {}", key.hex()));
        if index == 0 {
            lines.extend(baseline.comments.iter().cloned());
        }
        let groups = baseline.groups.iter().filter(|group| group.key == index);
        lines.extend(groups.map(|group| format!("{GROUP}{}/{} {}", group.at, group.of, group.mark.hex())));
        entries.sort_unstable();
        entries.dedup();
        lines.append(&mut entries);
    }
    lines.iter().flat_map(|line| [line.as_str(), "\n"]).collect()
}

/// Whether a text is a day: YYYY-MM-DD, from 1970 on.
#[must_use]
pub fn is_date(text: &str) -> bool {
    let shape = text.len() == 10
        && text.bytes().enumerate().all(|(at, byte)| if at == 4 || at == 7 { byte == b'-' } else { byte.is_ascii_digit() });
    let seconds = shape.then(|| date::seconds(&format!("{text}T00:00:00Z"))).flatten();
    let time = seconds.and_then(|seconds| u64::try_from(seconds).ok()).map(|seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds));
    // February 30 is read as a day of March, and does not come back as it was.
    time.is_some_and(|time| date::utc(time).starts_with(text))
}

/// The index of the key that a header names.
fn key(header: &str, keys: &mut Vec<Key>) -> Result<usize, &'static str> {
    let (version, key) = header.split_once(' ').unwrap_or((header, ""));
    if version != VERSION {
        return Err("a version of the baseline that is not known here; update keyward");
    }
    let key = Key::parse(key.trim()).ok_or("the key is not 32 hex digits; restore the first line, or make the file anew")?;
    if let Some(known) = keys.iter().position(|known| *known == key) {
        return Ok(known);
    }
    if keys.len() == MOST_KEYS {
        return Err("more than 8 keys; make the file anew with `keyward baseline create`");
    }
    keys.push(key);
    Ok(keys.len() - 1)
}

/// The group that a line stands for, if it does.
fn group(line: &str, key: usize) -> Option<Group> {
    let (place, mark) = line.strip_prefix(GROUP)?.split_once(' ')?;
    let (at, of) = place.split_once('/')?;
    let (at, of) = (at.parse().ok()?, of.parse().ok()?);
    Group::is_place(of, at).then_some(())?;
    Some(Group { key, of, at, mark: Mark::parse(mark)? })
}

fn entry(line: &str, key: usize, number: usize) -> Result<Entry, &'static str> {
    if ["<<<<<<<", "=======", ">>>>>>>", "|||||||"].iter().any(|mark| line.starts_with(mark)) {
        return Err("a merge conflict; delete its marks and keep the lines of both sides");
    }
    if is_meant_as_fingerprint(line) {
        return Err("a fingerprint, which is no entry of a baseline; accept the finding with `keyward allow FINGERPRINT`");
    }
    let mut rest = line;
    let mut word = || {
        let (word, behind) = rest.split_once(' ').unwrap_or((rest, ""));
        rest = behind.trim_start();
        word
    };
    let mark = Mark::parse(word()).ok_or("no entry: it begins with 32 hex digits; a comment begins with #")?;
    let (rule, path) = (word().to_owned(), unescape(word()).ok_or("the path has a `%` that begins no escape; write it %25")?);
    if rule.is_empty() || path.is_empty() {
        return Err("an entry cut short: it is a mark, a rule id and a path");
    }
    let mut entry = Entry { key, mark, rule, path, expires: None, by: None, reason: String::new(), line: number };
    loop {
        let (word, behind) = rest.split_once(' ').unwrap_or((rest, ""));
        if let Some(date) = word.strip_prefix("expires=").filter(|_| entry.expires.is_none()) {
            entry.expires = Some(date.to_owned()).filter(|date| is_date(date));
            entry.expires.as_ref().ok_or("`expires` is no day; write it as expires=2030-12-31")?;
        } else if let Some(by) = word.strip_prefix("by=").filter(|_| entry.by.is_none()) {
            entry.by = Some(unescape(by).ok_or("`by` has a `%` that begins no escape; write it %25")?);
        } else {
            break;
        }
        rest = behind.trim_start();
    }
    rest.clone_into(&mut entry.reason);
    Ok(entry)
}

fn print_entry(entry: &Entry) -> String {
    let mut line = format!("{} {} {}", entry.mark.hex(), entry.rule, escape(&entry.path));
    if let Some(date) = &entry.expires {
        line.push_str(" expires=");
        line.push_str(date);
    }
    if let Some(by) = &entry.by {
        line.push_str(" by=");
        line.push_str(&escape(by));
    }
    let reason = entry.reason.split(|c: char| c.is_control() || c.is_whitespace()).filter(|word| !word.is_empty());
    for word in reason {
        line.push(' ');
        line.push_str(word);
    }
    line
}

/// Percent-encodes what would end a word or a line, or deceive a reader.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if c == '%' || c.is_whitespace() || c.is_control() {
            let mut bytes = [0; 4];
            for byte in c.encode_utf8(&mut bytes).bytes() {
                escaped.push('%');
                escaped.push_str(&data_encoding::HEXUPPER.encode(&[byte]));
            }
        } else {
            escaped.push(c);
        }
    }
    escaped
}

fn unescape(text: &str) -> Option<String> {
    let mut parts = text.split('%');
    let mut bytes = parts.next()?.as_bytes().to_vec();
    for part in parts {
        let digits = part.get(..2).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
        bytes.push(u8::from_str_radix(digits, 16).ok()?);
        bytes.extend_from_slice(&part.as_bytes()[2..]);
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::{escape, is_date, parse, print, unescape};
    use proptest::prelude::*;

    fn file(lines: &str) -> String {
        format!("# keyward baseline v1 {}\n{lines}", "0f".repeat(16))
    }

    fn line(rest: &str) -> String {
        format!("{} {rest}\n", "ab".repeat(16))
    }

    #[test]
    fn what_is_read_is_written_again_in_order() {
        let later = line("z-rule a%20b.env expires=2030-01-31 by=ada a test fixture");
        let text = file(&format!("# why\n\n{later}{}", line("a-rule c.env")));
        let baseline = parse("f", text.as_bytes()).expect("well formed");
        assert_eq!((baseline.entries[0].path.as_str(), baseline.entries[0].reason.as_str()), ("a b.env", "a test fixture"));
        assert_eq!(print(&baseline), file(&format!("# why\n{}{later}", line("a-rule c.env"))));
        let windows = text.replace('\n', "\r\n");
        assert_eq!(print(&parse("f", windows.as_bytes()).expect("well formed")), print(&baseline));
    }

    #[test]
    fn groups_stand_behind_the_comments_of_their_key() {
        let group = |place: &str| format!("# group {place} {}\n", "cd".repeat(16));
        let text = file(&format!("# why\n{}{}{}", group("0/2"), group("1/2"), line("a-rule c.env")));
        let baseline = parse("f", text.as_bytes()).expect("well formed");
        assert_eq!((baseline.groups.len(), baseline.comments.len()), (2, 1));
        assert_eq!(print(&baseline), text);
        for place in ["2/2", "0/3", "0/512", "x/2", "0", ""] {
            let baseline = parse("f", file(&group(place)).as_bytes()).expect("a comment");
            assert_eq!((baseline.groups.len(), baseline.comments.len()), (0, 1), "{place}");
        }
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        for (text, place, word) in [
            (String::new(), "f:1: ", "empty"),
            ("secret".to_owned(), "f:1: ", "no baseline"),
            ("# keyward baseline v9 00\n".to_owned(), "f:1: ", "update keyward"),
            ("# keyward baseline v1 00\n".to_owned(), "f:1: ", "32 hex digits"),
            (file("\nzz rule path\n"), "f:3: ", "no entry"),
            (file("kw1:00\n"), "f:2: ", "keyward allow"),
            (file(&line("rule")), "f:2: ", "cut short"),
            (file(&line("rule a%2")), "f:2: ", "%25"),
            (file(&line("rule a expires=2030-02-30")), "f:2: ", "no day"),
            (file("<<<<<<< ours\n"), "f:2: ", "merge conflict"),
        ] {
            let error = parse("f", text.as_bytes()).expect_err(&text).to_string();
            assert!(error.starts_with(place) && error.contains(word), "{error}");
        }
    }

    #[test]
    fn only_days_that_exist_are_dates() {
        assert!(["2024-02-29", "2999-12-31", "1970-01-01"].into_iter().all(is_date));
        assert!(!["2023-02-29", "2024-13-01", "2024-00-10", "2024-1-1", "tomorrow", "", "2024-01-32"].into_iter().any(is_date));
    }

    proptest! {
        #[test]
        fn every_path_survives(path in "\\PC{1,20}|[ %\\n\\t\\x00-\\x1f]{1,10}") {
            let escaped = escape(&path);
            prop_assert!(!escaped.contains(char::is_whitespace));
            prop_assert_eq!(unescape(&escaped), Some(path));
        }

        #[test]
        fn nothing_panics(text in prop::collection::vec(any::<u8>(), 0..80)) {
            let _ = parse("f", &text);
            let _ = parse("f", &[file("").as_bytes(), &text].concat());
        }
    }
}
