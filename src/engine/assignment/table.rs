//! Tables of HTML whose header names what stands in a column: `<tr><th>User</th><th>Password</th></tr>` and the rows below.

use super::beyond;
use super::cursor::starts_ignoring_case;
use super::form::Found;
use super::markup;
use super::name::Name;
use crate::engine::work;
use crate::text::Span;

/// How far before a name its header row may begin, in bytes.
const HEADER_BEFORE: usize = 384;
/// The most rows below a header.
const MOST_ROWS: usize = 64;
/// The longest cell that is a value, in bytes.
const LONGEST_CELL: usize = 160;

/// Calls `visit` with the values of the column that `name` heads.
pub(super) fn values(bytes: &[u8], name: &Name<'_>, visit: &mut impl FnMut(Found)) {
    let Some((column, mut at)) = header(bytes, name) else { return };
    for _ in 0..MOST_ROWS {
        let Some(start) = tag(bytes, at, "<tr") else { return };
        let Some(end) = tag(bytes, start, "</tr") else { return };
        work::add(end - at);
        if let Some(cell) = cell(bytes, Span::new(start, end), column) {
            visit(markup::found(cell, cell.end));
        }
        at = end;
    }
}

/// The column that the name heads, from 0, and the end of the header row.
fn header(bytes: &[u8], name: &Name<'_>) -> Option<(usize, usize)> {
    let behind = bytes[name.after..].trim_ascii_start();
    if starts_ignoring_case(behind, b"</th>") || bytes[name.after..bytes.len() - behind.len()].contains(&b'\n') {
        beyond::note();
    }
    starts_ignoring_case(behind, b"</th>").then_some(())?;
    let next = behind[b"</th>".len()..].trim_ascii_start();
    ["<th", "</tr"].iter().any(|tag| starts_ignoring_case(next, tag.as_bytes())).then_some(())?;
    let before = &bytes[name.span.start.saturating_sub(HEADER_BEFORE)..name.span.start];
    let row = memchr::memrchr_iter(b'<', before).find(|&at| starts_ignoring_case(&before[at..], b"<tr"))?;
    let cells = memchr::memchr_iter(b'<', &before[row..]).filter(|&at| is_cell(&before[row + at..])).count();
    Some((cells.checked_sub(1)?, tag(bytes, name.after, "</tr")?))
}

/// Offset of the next tag that begins with `text`.
fn tag(bytes: &[u8], from: usize, text: &str) -> Option<usize> {
    memchr::memchr_iter(b'<', &bytes[from..]).map(|at| from + at).find(|&at| starts_ignoring_case(&bytes[at..], text.as_bytes()))
}

/// Whether a cell begins here, and not `<thead>`.
fn is_cell(bytes: &[u8]) -> bool {
    (starts_ignoring_case(bytes, b"<th") || starts_ignoring_case(bytes, b"<td")) && matches!(bytes.get(3), Some(b'>' | b' '))
}

/// The text of a cell of the row.
fn cell(bytes: &[u8], row: Span, column: usize) -> Option<Span> {
    let text = row.of(bytes);
    let open = memchr::memchr_iter(b'<', text).filter(|&at| is_cell(&text[at..])).nth(column)?;
    let mut start = open + memchr::memchr(b'>', &text[open..])? + 1;
    if starts_ignoring_case(&text[start..], b"<code>") {
        start += b"<code>".len();
    }
    let content = &text[start..start + memchr::memchr(b'<', &text[start..])?];
    let inner = content.trim_ascii();
    let start = row.start + start + (content.len() - content.trim_ascii_start().len());
    (!inner.is_empty() && inner.len() <= LONGEST_CELL).then(|| Span::new(start, start + inner.len()))
}
