//! Values that belong to a name by their place in a second list: `user, password = "…", "…"`, the rows below a header,
//! `INSERT INTO t (…, password) VALUES (…, '…')`.

use super::cursor::{Cursor, is_word};
use super::form::Found;
use super::name::Name;
use super::quote::quotation;
use super::value::{self, Value};
use super::{Form, Operator, beyond};
use crate::engine::work;
use crate::text::Span;

/// The most names and values of a list.
const MOST_COLUMNS: usize = 64;
/// The most rows below a header.
const MOST_ROWS: usize = 64;

/// Where a name stands in a list of names.
#[derive(Debug, Clone, Copy)]
struct Column {
    /// 0-based.
    index: usize,
    /// How many names there are.
    count: usize,
    separator: u8,
    /// Whether the list begins with a bracket.
    bracketed: bool,
    /// Offset of what ends the list: a bracket, an operator or a line break.
    end: usize,
}

/// Calls `visit` with every value that the list around `name` leads to. Says whether that is all the name can have.
pub(super) fn values(bytes: &[u8], name: &Name<'_>, visit: &mut impl FnMut(Found)) -> bool {
    let Some(column) = Column::around(bytes, name) else { return false };
    let mut cursor = Cursor::new(bytes, column.end);
    if column.bracketed {
        cursor.at += 1;
        cursor.skip_blanks_and_line_break();
        if cursor.eat_ignoring_case("values") {
            inserted(cursor, column, visit);
            return true;
        }
    } else if cursor.at_line_end() {
        let start = name.span.start - name.line.map_or(0, <[u8]>::len);
        if is_header(&bytes[start..column.end], column.separator) && !follows_row(bytes, name.span.start, start, column) {
            rows(cursor, column, is_row_of_gherkin(&bytes[start..column.end]), visit);
        }
        return false;
    }
    in_parallel(cursor, column).map(visit).is_some()
}

impl Column {
    /// The list around `name`; `None` where it is no member of one.
    fn around(bytes: &[u8], name: &Name<'_>) -> Option<Column> {
        let line = name.line.filter(|_| name.dashes == 0)?;
        let quote = usize::from(name.quoted && name.opened.is_some());
        let head = &line[..line.len() - quote.min(line.len())];
        let behind = &bytes[name.after..];
        let before = last_separator(head);
        let separator = before.or_else(|| first_separator(behind))?;
        let (before, bracketed) = count_before(head, separator)?;
        let (after, length) = count_behind(behind, separator)?;
        let closes = matches!(behind.get(length), Some(b')' | b']'));
        let count = before + after + 1;
        (count > 1 && count <= MOST_COLUMNS && bracketed == closes).then_some(Column {
            index: before,
            count,
            separator,
            bracketed,
            end: name.after + length,
        })
    }
}

fn last_separator(head: &[u8]) -> Option<u8> {
    let head = head.strip_suffix(b"$").unwrap_or(head);
    let trimmed = head.trim_ascii_end();
    match trimmed.last() {
        Some(byte @ (b',' | b';' | b'|')) => Some(*byte),
        Some(_) if head[trimmed.len()..].contains(&b'\t') => Some(b'\t'),
        _ => None,
    }
}

fn first_separator(behind: &[u8]) -> Option<u8> {
    let blanks = behind.iter().take(super::LONGEST_NAME).take_while(|&&byte| byte == b' ').count();
    behind.get(blanks).copied().filter(|byte| matches!(byte, b',' | b';' | b'|' | b'\t'))
}

/// Whether a byte may stand in a list of names.
fn is_of_names(byte: u8) -> bool {
    is_word(byte)
        || matches!(byte, b' ' | b'\t' | b'$' | b'*' | b'`' | b'"' | b'\'' | b'.' | b'-' | b'/' | b'@' | b',' | b';' | b'|' | b'#')
}

/// How many names stand before the one behind `head`, and whether a bracket opens the list.
fn count_before(head: &[u8], separator: u8) -> Option<(usize, bool)> {
    let length = head.iter().rev().take_while(|&&byte| is_of_names(byte)).count();
    let bracketed = match head.len().checked_sub(length + 1).map(|at| head[at]) {
        None => false,
        Some(b'(' | b'[') => true,
        Some(_) => return None,
    };
    let list = &head[head.len() - length..];
    Some((memchr::memchr_iter(separator, list).count(), bracketed))
}

/// How many names stand behind the one that ends before `behind`, and the length of the rest of the list.
fn count_behind(behind: &[u8], separator: u8) -> Option<(usize, usize)> {
    let length = behind.iter().take(super::LONGEST_VALUE).take_while(|&&byte| is_of_names(byte)).count();
    let list = &behind[..length];
    let own = &list[..memchr::memchr(separator, list).unwrap_or(length)];
    let ends = separator == b'|' || list.trim_ascii_end().last() != Some(&separator);
    let is_whole = own.trim_ascii().is_empty() || (matches!(behind.get(length), Some(b'=' | b':')) && own.starts_with(b" "));
    (ends && is_whole).then(|| (memchr::memchr_iter(separator, list).count(), length))
}

/// `user, password = "…", "…"`, also in brackets and in a call. The cursor is behind the names.
fn in_parallel(mut cursor: Cursor<'_>, column: Column) -> Option<Found> {
    (column.separator == b',').then_some(())?;
    cursor.skip_blanks();
    (cursor.eat(":=") || (cursor.peek_ahead(1) != Some(b'=') && cursor.eat("="))).then_some(())?;
    cursor.skip_blanks_and_line_break();
    let direct = cursor;
    let _ = cursor.identifier(b".");
    if !["(", "[", "{"].iter().any(|open| cursor.eat(open)) {
        cursor = direct;
    }
    let row = Row::of_code(cursor, column)?;
    let value = literal_in(cursor.bytes, row.cell)?;
    Some(Found { value, operator: Operator::Equals, form: Form::Literal })
}

/// `(…, '…'), (…, '…')` behind `VALUES`.
fn inserted(mut cursor: Cursor<'_>, column: Column, visit: &mut impl FnMut(Found)) {
    for _ in 0..MOST_ROWS {
        cursor.skip_blanks_and_line_break();
        if !cursor.eat("(") {
            return;
        }
        let Some(row) = Row::of_code(cursor, column) else { return };
        if let Some(value) = literal_in(cursor.bytes, row.cell) {
            visit(Found { value, operator: Operator::Comma, form: Form::Literal });
        }
        cursor.at = row.end + 1;
        cursor.skip_blanks_and_line_break();
        if !cursor.eat(",") {
            return;
        }
    }
}

/// Whether the line before `start` is a row of the same table, as far as it can be seen from the name at `at`.
fn follows_row(bytes: &[u8], at: usize, start: usize, column: Column) -> bool {
    const REACH: usize = 384;
    beyond::note();
    let head = &bytes[at.saturating_sub(REACH).min(start)..start];
    let head = head.strip_suffix(b"\n").unwrap_or(head);
    let line = &head[memchr::memrchr(b'\n', head).map_or(0, |at| at + 1)..];
    memchr::memchr_iter(column.separator, line).count() + 1 >= column.count
}

/// Whether each cell of a line is a name of a few words, and not prose or data.
fn is_header(line: &[u8], separator: u8) -> bool {
    const MOST_WORDS: usize = 3;
    const LONGEST_CELL: usize = 40;
    let is_name = |cell: &[u8]| {
        let cell = cell.trim_ascii();
        let words = cell.split(|&byte| byte == b' ').count();
        cell.len() <= LONGEST_CELL
            && words <= MOST_WORDS
            && cell.iter().any(|&byte| byte.is_ascii_alphabetic() || byte >= 0x80)
            && !cell.iter().any(|byte| matches!(byte, b'/' | b'.' | b'$' | b'@'))
    };
    let line = if separator == b'|' { line.trim_ascii().strip_prefix(b"|").unwrap_or(line) } else { line };
    let line = if separator == b'|' { line.strip_suffix(b"|").unwrap_or(line) } else { line };
    line.split(|&byte| byte == separator).all(is_name)
}

/// The rows below a header that ends at the cursor.
fn rows(mut cursor: Cursor<'_>, column: Column, is_framed: bool, visit: &mut impl FnMut(Found)) {
    beyond::note();
    for row in 0..MOST_ROWS {
        cursor.eat("\r");
        if !cursor.eat("\n") {
            return;
        }
        let rest = cursor.rest();
        let line = &rest[..memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len())];
        let is_rule = column.separator == b'|' && is_rule(line);
        // Without the rule below the header it is no table, but for those of Gherkin, with a bar at both ends of each row.
        let is_row = || is_framed && is_row_of_gherkin(line);
        if column.separator == b'|' && row == 0 && !is_rule && !is_row() {
            return;
        }
        if !is_rule {
            let Some(value) = cell_of(cursor, line, column) else { return };
            if !value.span.is_empty() {
                visit(Found { value, operator: Operator::Comma, form: Form::Argument });
            }
        }
        cursor.at += line.len();
    }
}

/// `| bob | … |`
fn is_row_of_gherkin(line: &[u8]) -> bool {
    let line = line.trim_ascii();
    line.len() > 4 && line.starts_with(b"| ") && line.ends_with(b" |")
}

/// `|---|:--:|`, `+----+----+`
fn is_rule(line: &[u8]) -> bool {
    line.iter().all(|byte| matches!(byte, b'|' | b'-' | b':' | b' ' | b'+')) && memchr::memmem::find(line, b"--").is_some()
}

/// The cell of a column in `line`, which begins at the cursor; `None` where the line is no row.
fn cell_of(cursor: Cursor<'_>, line: &[u8], column: Column) -> Option<Value> {
    let (span, count) = if matches!(column.separator, b',' | b';') {
        let row = Row::read(cursor, column.separator, column.index, false);
        (row.cell, row.count)
    } else {
        let mut start = 0;
        let cells = memchr::memchr_iter(column.separator, line).chain([line.len()]);
        let found = cells.clone().enumerate().find_map(|(at, end)| {
            let cell = (at == column.index).then_some((start, end));
            start = end + 1;
            cell
        });
        let (start, end) = found?;
        (trimmed(cursor.bytes, Span::new(cursor.at + start, cursor.at + end)), cells.count())
    };
    (count == column.count).then_some(())?;
    let text = span.of(cursor.bytes);
    let quoted = quotation(cursor.bytes, span.start).filter(|&(inner, after)| after == span.end && !inner.is_empty());
    let span = quoted.map_or(span, |(inner, _)| inner);
    let is_plain = !text.iter().any(|byte| matches!(byte, b' ' | b'(' | b'=' | b'{'));
    // What is no cell of a table of values ends the table.
    (quoted.is_some() || is_plain).then_some(Value { span, after: span.end, quoted: quoted.is_some(), partial: false })
}

/// One row of a list in code or in CSV.
struct Row {
    cell: Span,
    count: usize,
    /// Offset of what ends it.
    end: usize,
}

impl Row {
    /// A row with as many cells as there are names.
    fn of_code(cursor: Cursor<'_>, column: Column) -> Option<Row> {
        let row = Row::read(cursor, b',', column.index, true);
        (row.count == column.count && !row.cell.is_empty()).then_some(row)
    }

    /// The row that begins at the cursor. In code, brackets hold together, and one that closes ends the row.
    fn read(cursor: Cursor<'_>, separator: u8, index: usize, is_code: bool) -> Row {
        let bytes = cursor.bytes;
        let mut row = Row { cell: Span::new(cursor.at, cursor.at), count: 1, end: cursor.at };
        let mut start = cursor.at;
        let mut depth = 0_usize;
        while let Some(&byte) = bytes.get(row.end) {
            if matches!(byte, b'\n' | b'\r') || (is_code && depth == 0 && matches!(byte, b')' | b']' | b'}')) {
                break;
            }
            if depth == 0 && byte == separator {
                row.close(start, index);
                row.count += 1;
                start = row.end + 1;
            }
            let quoted = if is_code || row.end == start { quotation(bytes, row.end) } else { None };
            row.end = quoted.map_or(row.end + 1, |(_, after)| after);
            match byte {
                b'(' | b'[' | b'{' if is_code => depth += 1,
                b')' | b']' | b'}' if is_code => depth -= 1,
                _ => {}
            }
        }
        work::add(row.end - cursor.at);
        row.close(start, index);
        row.cell = trimmed(bytes, row.cell);
        row
    }

    fn close(&mut self, start: usize, index: usize) {
        if self.count == index + 1 {
            self.cell = Span::new(start, self.end);
        }
    }
}

fn trimmed(bytes: &[u8], span: Span) -> Span {
    let text = span.of(bytes);
    let start = span.start + (text.len() - text.trim_ascii_start().len());
    Span::new(start, start + text.trim_ascii().len())
}

/// The literal that a cell is.
fn literal_in(bytes: &[u8], cell: Span) -> Option<Value> {
    let value = value::literal(Cursor::new(bytes, cell.start), Operator::Comma)?;
    (value.span.end <= cell.end).then_some(value)
}
