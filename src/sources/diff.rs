//! L3: what a unified diff adds, as `git diff`, `diff -u` and review tools write it.
//!
//! Each file becomes a blob of its new lines, the unchanged ones of the diff among them, at their line numbers: what
//! lies between the hunks is empty lines. The old lines are what stood there before. Format:
//! <https://www.gnu.org/software/diffutils/manual/html_node/Detailed-Unified.html>, and
//! <https://git-scm.com/docs/diff-format> for git's headers, quoted names and combined diffs.

use std::io::Read;
use std::path::PathBuf;

use super::{Coverage, Sink, SourceError, names};
use crate::blob::{Blob, Origin};
use crate::text::path::{display, stored};

/// Empty lines that stand for what a diff leaves out, altogether. A header of a few bytes can claim any line number.
const MOST_EMPTY: u64 = 64 << 20;

/// A diff that cannot be read.
struct Malformed {
    line: usize,
    what: &'static str,
}

/// Scans what the diff `input` adds; `name` is for messages, and paths are those below `top`. More than `max_size` bytes
/// are an error (`None` = no limit).
///
/// # Errors
/// Where `input` cannot be read to its end, or is no diff: nothing must not pass for a clean one.
pub fn scan(name: &str, input: &mut dyn Read, top: PathBuf, max_size: Option<u64>, sink: &dyn Sink) -> Result<Coverage, SourceError> {
    let mut bytes = Vec::new();
    let bound = max_size.map_or(u64::MAX, |limit| limit.saturating_add(1));
    input.take(bound).read_to_end(&mut bytes).map_err(|error| SourceError::Path { path: name.to_owned(), error })?;
    if max_size.is_some_and(|limit| bytes.len() as u64 > limit) {
        return Err(SourceError::Diff { name: name.to_owned(), line: 1, what: "the diff is too large; raise --max-size" });
    }
    let mut parser = Parser { top, sink, file: None, old_name: Vec::new(), empty: 0, coverage: Coverage::default(), named: 0, binary: 0 };
    parser.parse(&bytes).map_err(|Malformed { line, what }| SourceError::Diff { name: name.to_owned(), line, what })?;
    let mut coverage = parser.coverage;
    "diff".clone_into(&mut coverage.scope);
    if parser.binary > 0 {
        let files = if parser.binary == 1 { "file is" } else { "files are" };
        coverage.notes.push(format!("{} binary {files} only named in the diff, so that content was not scanned", parser.binary));
    }
    Ok(coverage)
}

/// A file whose hunks are being read.
struct File {
    path: Vec<u8>,
    /// New lines at their numbers.
    new: Vec<u8>,
    /// Lines in `new`.
    lines: u64,
    old: Vec<u8>,
}

struct Parser<'s> {
    top: PathBuf,
    sink: &'s dyn Sink,
    file: Option<File>,
    /// What `---` named.
    old_name: Vec<u8>,
    empty: u64,
    coverage: Coverage,
    /// Headers that were seen.
    named: usize,
    binary: usize,
}

impl Parser<'_> {
    fn parse(&mut self, bytes: &[u8]) -> Result<(), Malformed> {
        let mut lines = bytes.split_inclusive(|byte| *byte == b'\n').enumerate();
        while let Some((at, line)) = lines.next() {
            let text = line.trim_ascii_end();
            if let Some(name) = text.strip_prefix(b"--- ") {
                self.finish();
                self.old_name = file_name(name);
            } else if let Some(name) = text.strip_prefix(b"+++ ") {
                self.finish();
                self.begin(file_name(name));
            } else if text.starts_with(b"diff ") {
                self.finish();
                self.named += 1;
                self.old_name.clear();
            } else if let Some(name) = text.strip_prefix(b"rename from ") {
                self.old_name = file_name(name);
            } else if let Some(name) = text.strip_prefix(b"rename to ").or_else(|| text.strip_prefix(b"copy to ")) {
                self.tell_names(&file_name(name), &self.old_name);
            } else if text == b"GIT binary patch" || (text.starts_with(b"Binary files ") && text.ends_with(b" differ")) {
                self.named += 1;
                self.binary += 1;
            } else if text.starts_with(b"@@") && self.file.is_some() {
                let hunk = Hunk::parse(text).ok_or(Malformed { line: at + 1, what: "a hunk's header cannot be read" })?;
                self.hunk(&hunk, at + 1, &mut lines)?;
            }
        }
        self.finish();
        match self.named {
            0 if !bytes.trim_ascii().is_empty() => {
                Err(Malformed { line: 1, what: "no diff; it has neither `---` and `+++` lines nor git's headers" })
            }
            _ => Ok(()),
        }
    }

    fn begin(&mut self, name: Vec<u8>) {
        self.named += 1;
        if name == b"/dev/null" {
            return;
        }
        let is_prefixed = |name: &[u8]| name == b"/dev/null" || (name.get(1) == Some(&b'/') && b"abciow12".contains(&name[0]));
        let is_below = is_prefixed(&self.old_name) && is_prefixed(&name);
        let path = if is_below { name[2..].to_vec() } else { name };
        self.tell_names(&path, if is_below { self.old_name.get(2..).unwrap_or_default() } else { &self.old_name });
        self.file = Some(File { path, new: Vec::new(), lines: 0, old: Vec::new() });
    }

    /// Tells names in a path that hold a secret, but for those that the old path has.
    fn tell_names(&self, path: &[u8], old: &[u8]) {
        let (path, old) = (display(path).into_owned(), display(old));
        let mut is_known = |path: &str| old.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        names::tell(self.sink, &path, &|| Origin::Index { path: path.clone(), id: String::new() }, &mut is_known);
    }

    /// Reads the lines that a hunk's header announces.
    fn hunk<'b>(&mut self, hunk: &Hunk, at: usize, lines: &mut impl Iterator<Item = (usize, &'b [u8])>) -> Result<(), Malformed> {
        let Some(file) = &mut self.file else { return Ok(()) };
        let gap = hunk.start.saturating_sub(1).saturating_sub(file.lines);
        self.empty = self.empty.saturating_add(gap);
        if self.empty > MOST_EMPTY {
            return Err(Malformed { line: at, what: "a hunk begins at a line that no file has" });
        }
        file.new.resize(file.new.len() + usize::try_from(gap).unwrap_or_default(), b'\n');
        file.lines += gap;
        let (mut new, mut old) = (hunk.new, hunk.old.clone());
        let parents = old.len();
        while new > 0 || old.iter().any(|left| *left > 0) {
            let Some((_, line)) = lines.next() else {
                return Err(Malformed { line: at, what: "the diff ends in the middle of this hunk" });
            };
            if line.starts_with(b"\\") {
                continue;
            }
            // Some tools take the blank off empty lines.
            let blank = line.trim_ascii_end().is_empty();
            let (signs, rest) = if blank || line.len() < parents { (&b"   "[..0], line) } else { line.split_at(parents) };
            let is_gone = signs.contains(&b'-');
            for (at, left) in old.iter_mut().enumerate() {
                let sign = signs.get(at).unwrap_or(&b' ');
                if *sign == b'-' || (*sign == b' ' && !is_gone) {
                    *left = left.saturating_sub(1);
                }
            }
            if !is_gone {
                file.new.extend_from_slice(rest);
                file.lines += 1;
                new = new.saturating_sub(1);
            }
            if is_gone || signs.contains(&b' ') {
                file.old.extend_from_slice(rest);
            }
        }
        Ok(())
    }

    /// Hands on the file that is complete.
    fn finish(&mut self) {
        let Some(file) = self.file.take() else { return };
        if file.new.is_empty() {
            return;
        }
        let path = display(&file.path).into_owned();
        let disk = self.top.join(stored(&path));
        self.coverage.blobs += 1;
        self.coverage.bytes += file.new.len() as u64;
        self.sink.blob(Blob { bytes: &file.new, origin: Origin::File { path, disk }, previous: &file.old });
    }
}

/// `@@ -OLD[,COUNT] +NEW[,COUNT] @@`; of a combined diff with an old range for each parent.
#[derive(Debug, PartialEq, Eq)]
struct Hunk {
    /// Lines of each parent.
    old: Vec<u64>,
    /// First line of the new text, 1-based.
    start: u64,
    /// Lines of the new text.
    new: u64,
}

impl Hunk {
    fn parse(line: &[u8]) -> Option<Hunk> {
        let marks = line.iter().take_while(|byte| **byte == b'@').count();
        let text = std::str::from_utf8(line.get(marks..)?.split(|byte| *byte == b'@').next()?).ok()?;
        let mut old = Vec::new();
        for word in text.split_whitespace() {
            let (sign, range) = word.split_at_checked(1)?;
            let (start, count) = range.split_once(',').unwrap_or((range, "1"));
            let (start, count) = (start.parse().ok()?, count.parse().ok()?);
            match sign {
                "-" => old.push(count),
                "+" if old.len() + 1 == marks => return Some(Hunk { old, start, new: count }),
                _ => return None,
            }
        }
        None
    }
}

/// The name in a header: up to a tab, behind which other tools write the time, or between quotes, with git's escapes.
fn file_name(text: &[u8]) -> Vec<u8> {
    let text = text.split(|byte| *byte == b'\t').next().unwrap_or_default();
    let Some(quoted) = text.strip_prefix(b"\"").and_then(|text| text.strip_suffix(b"\"")) else { return text.to_vec() };
    let mut name = Vec::new();
    let mut at = 0;
    while let Some(byte) = quoted.get(at) {
        let octal = quoted.get(at + 1..at + 4).filter(|digits| *byte == b'\\' && digits.iter().all(|digit| (b'0'..b'8').contains(digit)));
        let (value, length) = match (octal, byte, quoted.get(at + 1)) {
            (Some(digits), _, _) => (digits.iter().fold(0u8, |value, digit| value.wrapping_mul(8).wrapping_add(digit - b'0')), 4),
            (None, b'\\', Some(letter)) => (unescaped(*letter), 2),
            (None, byte, _) => (*byte, 1),
        };
        name.push(value);
        at += length;
    }
    name
}

/// The byte that stands behind a backslash in a quoted name.
fn unescaped(letter: u8) -> u8 {
    match letter {
        b'a' => 7,
        b'b' => 8,
        b't' => b'\t',
        b'n' => b'\n',
        b'v' => 11,
        b'f' => 12,
        b'r' => b'\r',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::{Hunk, file_name};

    #[test]
    fn headers_of_hunks_are_read() {
        let parse = |text: &str| Hunk::parse(text.as_bytes());
        assert_eq!(parse("@@ -1,2 +3,4 @@ fn x() { -5 +6"), Some(Hunk { old: vec![2], start: 3, new: 4 }));
        assert_eq!(parse("@@ -0,0 +1 @@"), Some(Hunk { old: vec![0], start: 1, new: 1 }));
        assert_eq!(parse("@@@ -1,2 -1 +1,3 @@@"), Some(Hunk { old: vec![2, 1], start: 1, new: 3 }));
        for wrong in ["@@", "@@ @@", "@@ -1 @@", "@@@ -1 +1 @@@", "@@ +1 -1 @@", "@@ -x +1 @@", "@@ - + @@", "@@ é @@"] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn names_are_read_as_git_and_diff_write_them() {
        assert_eq!(file_name(b"a/b c.txt\t2024-01-01 00:00:00"), b"a/b c.txt");
        assert_eq!(file_name(br#""b/\303\274 \"x\"\\\t""#), "b/ü \"x\"\\\t".as_bytes());
        assert_eq!(file_name(br#""b/\a\b\v\f\r""#), b"b/\x07\x08\x0b\x0c\r");
        assert_eq!(file_name(b"\"b/\\"), b"\"b/\\");
    }
}
