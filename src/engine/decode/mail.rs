//! Parts of mails that say they are quoted-printable, patches that are sent among them: all of such a part is decoded,
//! as every `=` in it stands as `=3D`.

use super::coding::Coding;
use super::{Encoded, Stretch};
use crate::text::Span;

/// What stands before the name of the coding.
const FIELD: &[u8] = b"content-transfer-encoding:";
/// How far behind that name the other fields of the header may go, in bytes.
const LONGEST_HEADER: usize = 4 << 10;
/// Blanks between the field and the name.
const MOST_BLANKS: usize = 8;

impl Encoded {
    /// The name of the coding ends at `at` and begins at `start`: where it is that of a part, the part is noted.
    pub(in crate::engine) fn quoted(&mut self, bytes: &[u8], start: usize, at: usize) {
        if start < self.quoted || !is_field(bytes, start) {
            return;
        }
        // What a part holds hangs on its header, which may be far off.
        self.unsettled = true;
        let head = &bytes[at..bytes.len().min(at + LONGEST_HEADER)];
        let Some(body) = body(head).map(|body| at + body) else { return };
        let end = part_end(bytes, body);
        self.quoted = end;
        let text = &bytes[body..end];
        if memchr::memchr_iter(b'=', text).any(|at| Coding::QuotedPrintable.is_escape(&text[at..])) {
            self.add(Stretch { span: Span::new(body, end), coding: Coding::QuotedPrintable, entry: false });
        }
    }
}

/// Whether what begins at `start` is the value of the field, on a line of its own.
fn is_field(bytes: &[u8], start: usize) -> bool {
    let blanks = bytes[..start].iter().rev().take(MOST_BLANKS).take_while(|&&byte| byte == b' ').count();
    let before = &bytes[..start - blanks];
    let Some(at) = before.len().checked_sub(FIELD.len()) else { return false };
    before[at..].eq_ignore_ascii_case(FIELD) && (at == 0 || before[at - 1] == b'\n')
}

/// Where a header ends that begins with `head`, behind an empty line.
fn body(head: &[u8]) -> Option<usize> {
    memchr::memchr_iter(b'\n', head).find_map(|at| match head[at + 1..] {
        [b'\n', ..] => Some(at + 2),
        [b'\r', b'\n', ..] => Some(at + 3),
        _ => None,
    })
}

/// Where a part ends: at the line that its mail puts between parts, or where the next mail of a series begins.
fn part_end(bytes: &[u8], body: usize) -> usize {
    const LEAST_BOUNDARY: usize = 8;
    let is_boundary = |line: &[u8]| line.starts_with(b"--") && line.trim_ascii_end().len() >= LEAST_BOUNDARY && !line.starts_with(b"--- ");
    let mut at = body;
    while at < bytes.len() {
        let line = &bytes[at..memchr::memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |end| at + end + 1)];
        if is_boundary(line) || line.starts_with(b"From ") {
            break;
        }
        at += line.len();
    }
    at
}

/// Whether a match in a part takes a piece of an escape for a part of its secret, or of the secret for one.
pub(super) fn is_misread(bytes: &[u8], secret: Span) -> bool {
    let coding = Coding::QuotedPrintable;
    let begins_inside =
        (1..=2).any(|back| secret.start.checked_sub(back).is_some_and(|at| bytes[at] == b'=' && coding.is_escape(&bytes[at..])));
    begins_inside || memchr::memchr_iter(b'=', secret.of(bytes)).any(|at| coding.is_escape(&bytes[secret.start + at..]))
}
