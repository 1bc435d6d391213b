//! L3: what a unified diff adds, as `git diff`, `diff -u` and review tools write it.
//!
//! Each file becomes a blob of its new lines, the unchanged ones of the diff among them, at their line numbers: what
//! lies between the hunks is empty lines. The old lines are what stood there before. Format:
//! <https://www.gnu.org/software/diffutils/manual/html_node/Detailed-Unified.html>, and
//! <https://git-scm.com/docs/diff-format> for git's headers, quoted names and combined diffs.

mod binary;
mod lines;

use std::collections::HashMap;
use std::io::Read;
use std::path::PathBuf;

use self::lines::{Announced, Hunk, NOTHING, announced, ends_file, file_name, is_context_hunk, is_prefixed, named_binary, uncoloured};
use super::{Coverage, Sink, SourceError, names};
use crate::blob::{Blob, Origin, Skip, SkipReason};
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
    let mut parser = Parser {
        top,
        sink,
        file: None,
        max_size,
        unpacked: 0,
        header: Vec::new(),
        new_name: Vec::new(),
        old_name: Vec::new(),
        is_announced: false,
        open: None,
        is_deleted: false,
        is_copy: false,
        empty: 0,
        coverage: Coverage::default(),
        sections: Sections::default(),
        finished: Vec::new(),
    };
    parser.parse(&uncoloured(&bytes)).map_err(|Malformed { line, what }| SourceError::Diff { name: name.to_owned(), line, what })?;
    parser.tell_replaced();
    let mut coverage = parser.coverage;
    "diff".clone_into(&mut coverage.scope);
    Ok(coverage)
}

/// Which files the parts of a diff are about.
#[derive(Default)]
struct Sections {
    /// How many there are so far.
    count: usize,
    names: HashMap<Vec<u8>, usize>,
    /// Whether a file comes in two of them, as in a series of patches: then what one takes away another may have brought.
    are_series: bool,
}

impl Sections {
    fn name(&mut self, path: &[u8]) {
        let known = *self.names.entry(path.to_vec()).or_insert(self.count);
        self.are_series |= known != self.count;
    }
}

/// A file whose hunks are being read.
struct File {
    path: Vec<u8>,
    /// New lines at their numbers.
    new: Vec<u8>,
    /// Lines in `new`.
    lines: u64,
    old: Vec<u8>,
    /// Where the old lines stood, if at another path.
    old_path: Option<Vec<u8>>,
    /// Whether the old lines still stand there.
    is_copy: bool,
    /// Whether it is there before the change only.
    is_deleted: bool,
}

struct Parser<'s> {
    top: PathBuf,
    sink: &'s dyn Sink,
    file: Option<File>,
    /// Largest content of a binary patch, in bytes.
    max_size: Option<u64>,
    /// What binary patches gave so far.
    unpacked: u64,
    /// What stands behind `diff --git`.
    header: Vec<u8>,
    /// What the file of the current section is renamed or copied to.
    new_name: Vec<u8>,
    /// What `---` named, or a header: nothing of a file that is new.
    old_name: Vec<u8>,
    /// Whether the current section began with a line `diff`.
    is_announced: bool,
    /// The line of a header that announces a change which has not followed yet, 1-based.
    open: Option<usize>,
    /// Whether a header says that the file of the current section is deleted.
    is_deleted: bool,
    /// Whether one says that it is a copy of another.
    is_copy: bool,
    empty: u64,
    coverage: Coverage,
    sections: Sections,
    /// Files that were handed on.
    finished: Vec<File>,
}

impl Parser<'_> {
    fn parse(&mut self, bytes: &[u8]) -> Result<(), Malformed> {
        let mut lines = bytes.split_inclusive(|byte| *byte == b'\n').enumerate().peekable();
        while let Some((at, line)) = lines.next() {
            let text = line.trim_ascii_end();
            self.announce(text, at + 1)?;
            if let Some(name) = text.strip_prefix(b"--- ") {
                self.finish();
                if !std::mem::take(&mut self.is_announced) {
                    self.sections.count += 1;
                }
                self.old_name = file_name(name);
            } else if let Some(name) = text.strip_prefix(b"+++ ") {
                self.finish();
                self.begin(&file_name(name));
            } else if let Some(header) = text.strip_prefix(b"diff ") {
                self.finish();
                self.sections.count += 1;
                (self.is_announced, self.is_deleted, self.is_copy) = (true, false, false);
                self.header = header.strip_prefix(b"--git ").unwrap_or_default().to_vec();
                self.old_name.clear();
                self.new_name.clear();
            } else if self.file.is_none() && text.starts_with(b"deleted file mode ") {
                self.is_deleted = true;
            } else if self.file.is_none() && text.starts_with(b"new file mode ") {
                self.old_name = NOTHING.to_vec();
            } else if let Some(name) = text.strip_prefix(b"rename from ") {
                self.old_name = file_name(name);
                self.sections.name(&self.old_name);
            } else if let Some(name) = text.strip_prefix(b"copy from ") {
                self.old_name = file_name(name);
                self.is_copy = true;
            } else if let Some(name) = text.strip_prefix(b"rename to ").or_else(|| text.strip_prefix(b"copy to ")) {
                let name = file_name(name);
                self.sections.name(&name);
                self.tell_names(&name, &self.old_name);
                self.name_released(&name);
                self.new_name = name;
            } else if text == b"GIT binary patch" {
                self.binary(&mut lines);
            } else if let Some(name) = named_binary(text) {
                let name = file_name(name);
                let path = if is_prefixed(&name) && name != NOTHING { &name[2..] } else { &name };
                let why = "the diff does not show what is in it, as in a binary file: make it with `git diff --text`";
                self.skip(path, SkipReason::Unreadable, why);
            } else if text.starts_with(b"@@") && self.file.is_some() {
                let hunk = Hunk::parse(text).ok_or(Malformed { line: at + 1, what: "a hunk's header cannot be read" })?;
                self.hunk(&hunk, at + 1, &mut lines)?;
            } else if ends_file(text) {
                self.finish();
            } else if is_context_hunk(text) {
                return Err(Malformed { line: at + 1, what: "a context diff, which is not read: make it with `diff -u`" });
            } else if line.starts_with(b"+") && self.file.is_some() {
                let what = "a line is added that belongs to no hunk; the header of the one above counts too few lines";
                return Err(Malformed { line: at + 1, what });
            }
        }
        self.finish();
        if let Some(line) = self.open {
            return Err(Malformed { line, what: "the diff ends behind this header of a file, before what becomes of it" });
        }
        match self.sections.count {
            0 if !bytes.trim_ascii().is_empty() => {
                Err(Malformed { line: 1, what: "no diff; it has neither `---` and `+++` lines nor git's headers" })
            }
            _ => Ok(()),
        }
    }

    /// Takes note of whether a line announces what is still to come, or is that.
    fn announce(&mut self, text: &[u8], line: usize) -> Result<(), Malformed> {
        match announced(text) {
            Announced::Change if text.contains(&b'\r') => {
                Err(Malformed { line, what: "lines that end in a carriage return alone, which no program applies" })
            }
            Announced::Change => {
                self.open = Some(line);
                Ok(())
            }
            Announced::Nothing => {
                self.open = None;
                Ok(())
            }
            Announced::Unsaid => Ok(()),
        }
    }

    fn begin(&mut self, name: &[u8]) {
        let is_below = is_prefixed(&self.old_name) && is_prefixed(name);
        let path = |name: &[u8]| if is_below && name != NOTHING { name[2..].to_vec() } else { name.to_vec() };
        let (old, new) = (path(&self.old_name), path(name));
        for path in [&old, &new].into_iter().filter(|path| *path != NOTHING) {
            self.sections.name(path);
        }
        let is_deleted = new == NOTHING;
        if !is_deleted {
            self.tell_names(&new, if old == NOTHING { b"" } else { &old });
        }
        let old_path = Some(&old).filter(|old| ![NOTHING, &new].contains(&old.as_slice()) && !is_deleted).cloned();
        let path = if is_deleted { old } else { new };
        self.file = Some(File { path, new: Vec::new(), lines: 0, old: Vec::new(), old_path, is_copy: self.is_copy, is_deleted });
    }

    /// Says that what is in a file was not scanned.
    fn skip(&self, path: &[u8], reason: SkipReason, detail: &str) {
        if path == NOTHING {
            return;
        }
        let what = display(path).into_owned();
        let is_left_out = self.sink.leaves_out(&self.origin(path));
        let (reason, detail) = if is_left_out { (SkipReason::Excluded, "") } else { (reason, detail) };
        self.sink.skip(Skip { what, reason, detail: detail.to_owned() });
    }

    /// Says of a file that was moved from where it is left out that the diff shows a part of it at most.
    fn name_released(&self, name: &[u8]) {
        if self.sink.leaves_out(&self.origin(&self.old_name)) && !self.sink.leaves_out(&self.origin(name)) {
            let from = display(&self.old_name);
            let why =
                format!("moved from {from}, which is left out, and the diff does not show all of it: make it with `git diff --no-renames`");
            self.skip(name, SkipReason::Unreadable, &why);
        }
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
        // Programs that apply it go by the hunk, and not by the name of nothing.
        file.is_deleted &= hunk.new == 0;
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
            if !signs.iter().all(|sign| b" +-".contains(sign)) {
                return Err(Malformed { line: at, what: "a line of this hunk begins with no sign; make the diff without --word-diff" });
            }
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
        if !file.is_deleted && !file.new.is_empty() {
            self.coverage.blobs += 1;
            self.coverage.bytes += file.new.len() as u64;
            let mut old = file.old.clone();
            if let Some(path) = &file.old_path {
                self.sink.take_accepted(&self.origin(path), &mut old);
            }
            self.sink.blob(Blob { bytes: &file.new, origin: self.origin(&file.path), previous: &old });
        }
        self.finished.push(file);
    }

    fn origin(&self, path: &[u8]) -> Origin {
        let path = display(path).into_owned();
        Origin::File { disk: self.top.join(stored(&path)), path }
    }

    /// Tells what stood in the files before, as far as the diff shows it, where something may have been moved. Of a
    /// series of patches nobody can tell what was there before all of them.
    fn tell_replaced(&self) {
        if self.sections.are_series || !self.sink.seeks_replaced() {
            return;
        }
        for file in self.finished.iter().filter(|file| !file.old.is_empty() && !file.is_copy) {
            let origin = self.origin(file.old_path.as_ref().unwrap_or(&file.path));
            self.sink.replaced(Blob { bytes: &file.old, origin, previous: &file.new });
        }
    }
}
