//! L3: what stands behind `GIT binary patch`: the new content and the old one, each as a whole or as a delta of the
//! other, deflated, in lines of git's base 85 of which each begins with a letter for its length.
//!
//! Format: `--binary` in <https://git-scm.com/docs/git-diff>, written by `emit_binary_diff` in git's `diff.c`.

use std::io::Read as _;
use std::iter::Peekable;

use super::lines::{NOTHING, file_name, is_prefixed, same_name};
use super::{Blob, Parser, SkipReason};
use crate::sources::git::size_detail;

/// The digits of base 85, as git has them.
const DIGITS: &[u8; 85] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~";

/// What binary patches may unpack to, altogether, in bytes.
const MOST_UNPACKED: u64 = 1 << 30;

/// What one of the two parts of a patch holds.
#[derive(Debug, PartialEq, Eq)]
enum Part {
    /// A whole content.
    Whole(Vec<u8>),
    /// What differs from the other content.
    Delta,
    /// A content that is larger than allowed, with the size that is stated.
    TooLarge(u64),
    /// What git did not write like this.
    Damaged,
}

impl Parser<'_> {
    /// Hands on the new content of a binary patch, with the old one as what stood there before.
    pub(super) fn binary<'b, L: Iterator<Item = (usize, &'b [u8])>>(&mut self, lines: &mut Peekable<L>) {
        let limit = self.max_size.unwrap_or(u64::MAX).min(MOST_UNPACKED - self.unpacked);
        let new = part(lines, limit);
        let size = |part: Option<&Part>| if let Some(Part::Whole(content)) = part { content.len() as u64 } else { 0 };
        self.unpacked += size(new.as_ref());
        let old = part(lines, limit.min(MOST_UNPACKED - self.unpacked));
        self.unpacked += size(old.as_ref());
        if self.is_deleted {
            return;
        }
        let name = file_name(same_name(&self.header));
        let own = if is_prefixed(&name) && name != NOTHING { &name[2..] } else { &name };
        let path = if self.new_name.is_empty() { own.to_vec() } else { self.new_name.clone() };
        let before = if self.old_name.is_empty() { path.clone() } else { self.old_name.clone() };
        self.sections.name(&path);
        self.tell_names(&path, if before == NOTHING { b"" } else { &before });
        let content = match new {
            Some(Part::Whole(content)) => content,
            Some(Part::Delta) => {
                let why = "the diff has only what differs from the old version (`delta`): make it with `git diff --text`";
                return self.skip(&path, SkipReason::Unreadable, why);
            }
            Some(Part::TooLarge(size)) if self.max_size.is_some_and(|limit| size > limit) => {
                return self.skip(&path, SkipReason::TooLarge, &size_detail(Some(size), self.max_size));
            }
            Some(Part::TooLarge(_)) => {
                let why = format!("binary patches that unpack to more than {MOST_UNPACKED} bytes altogether");
                return self.skip(&path, SkipReason::EncodedLimit, &why);
            }
            Some(Part::Damaged) | None => {
                return self.skip(&path, SkipReason::Corrupt, "the binary patch is cut or damaged: make the diff anew");
            }
        };
        let mut previous = if let Some(Part::Whole(content)) = old { content } else { Vec::new() };
        if before != path {
            self.sink.take_accepted(&self.origin(&before), &mut previous);
        }
        self.coverage.blobs += 1;
        self.coverage.bytes += content.len() as u64;
        self.sink.blob(Blob { bytes: &content, origin: self.origin(&path), previous: &previous });
    }
}

/// Reads the part that the next lines are, if they are one. A content of more than `limit` bytes is not unpacked.
fn part<'b, L: Iterator<Item = (usize, &'b [u8])>>(lines: &mut Peekable<L>, limit: u64) -> Option<Part> {
    let header = lines.peek()?.1.trim_ascii_end();
    let (is_delta, size) = match (header.strip_prefix(b"literal "), header.strip_prefix(b"delta ")) {
        (Some(size), _) => (false, size),
        (_, Some(size)) => (true, size),
        _ => return None,
    };
    let size = std::str::from_utf8(size).ok().and_then(|size| size.parse::<u64>().ok());
    lines.next();
    let (mut deflated, mut is_damaged) = (Vec::new(), false);
    while let Some((_, line)) = lines.next_if(|(_, line)| !line.trim_ascii_end().is_empty()) {
        is_damaged |= decode(line.trim_ascii_end(), &mut deflated).is_none();
    }
    lines.next_if(|(_, line)| line.trim_ascii_end().is_empty());
    Some(match size {
        _ if is_delta => Part::Delta,
        Some(size) if size > limit => Part::TooLarge(size),
        Some(size) if !is_damaged => inflate(&deflated, size).map_or(Part::Damaged, Part::Whole),
        _ => Part::Damaged,
    })
}

/// Adds the bytes of a line to `bytes`; `None` where it is none of git's.
fn decode(line: &[u8], bytes: &mut Vec<u8>) -> Option<()> {
    let (letter, digits) = line.split_first()?;
    let length = match letter {
        b'A'..=b'Z' => letter - b'A' + 1,
        b'a'..=b'z' => letter - b'a' + 27,
        _ => return None,
    };
    let length = usize::from(length);
    if digits.len() != length.div_ceil(4) * 5 {
        return None;
    }
    let end = bytes.len() + length;
    for group in digits.chunks_exact(5) {
        let mut value: u32 = 0;
        for digit in group {
            let digit = DIGITS.iter().position(|known| known == digit)?;
            value = value.checked_mul(85)?.checked_add(u32::try_from(digit).ok()?)?;
        }
        bytes.extend_from_slice(&value.to_be_bytes());
    }
    bytes.truncate(end);
    Some(())
}

/// The content of `size` bytes; `None` where it is not as large.
fn inflate(deflated: &[u8], size: u64) -> Option<Vec<u8>> {
    let mut content = Vec::new();
    let read = flate2::read::ZlibDecoder::new(deflated).take(size.saturating_add(1)).read_to_end(&mut content);
    (read.is_ok() && content.len() as u64 == size).then_some(content)
}

#[cfg(test)]
mod tests {
    use super::{Part, decode, part};

    fn read(text: &str, limit: u64) -> (Vec<Option<Part>>, usize) {
        let mut lines = text.as_bytes().split_inclusive(|byte| *byte == b'\n').enumerate().peekable();
        let parts = vec![part(&mut lines, limit), part(&mut lines, limit)];
        (parts, lines.count())
    }

    #[test]
    fn both_parts_are_read_and_no_line_behind_them() {
        // As git writes an empty file that becomes `a\0b\n`.
        let text = "literal 4\nLcmYdfNa6wj0#*Rd\n\nliteral 0\nHcmV?d00001\n\ndiff --git a/b b/b\n";
        let whole = |text: &[u8]| Some(Part::Whole(text.to_vec()));
        assert_eq!(read(text, 4), (vec![whole(b"a\0b\n"), whole(b"")], 1));
        assert_eq!(read(text, 3).0[0], Some(Part::TooLarge(4)));
        assert_eq!(read(&text.replace("literal 4", "delta 4"), 4).0, [Some(Part::Delta), whole(b"")]);
        assert_eq!(read("diff\n", 4), (vec![None, None], 1));
    }

    #[test]
    fn what_is_damaged_is_told() {
        for text in
            ["literal 4\n", "literal x\nHcmV?d00001\n", "literal 1\nHcmV?d00001\n", "literal 0\nIcmV?d00001\n", "literal 0\n~~~~~~\n"]
        {
            assert_eq!(read(text, 4).0[0], Some(Part::Damaged), "{text}");
        }
        assert_eq!(decode(b"D~~~~~", &mut Vec::new()), None, "more than four bytes hold");
        assert_eq!(decode(b"", &mut Vec::new()), None);
    }
}
