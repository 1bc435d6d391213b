//! Manifests of Kubernetes secrets: every value under `data` is base64, however short it is.
//!
//! The manifest is read from its `kind`: upwards and downwards over the fields beside it, in YAML by indentation,
//! in JSON by braces. <https://kubernetes.io/docs/concepts/configuration/secret/>

use super::coding::symbol;
use crate::engine::work;
use crate::text::Span;

/// How far from its `kind` the `data` of a manifest may begin, and how far it may reach, in bytes.
const REACH: usize = 64 << 10;
/// The shortest value, in base64 characters.
const LEAST_VALUE: usize = 4;

/// The bytes that were looked at around a `kind`.
struct Extent(Span);

impl Extent {
    fn touch(&mut self, at: usize) {
        self.0 = Span::new(self.0.start.min(at), self.0.end.max(at));
    }
}

/// Calls `visit` for every encoded value of the manifest whose kind, `Secret`, begins at `at`, and returns how many bytes
/// were looked at for that. Does nothing where that is not the kind of a manifest.
pub(super) fn entries(bytes: &[u8], at: usize, visit: &mut impl FnMut(Span)) -> usize {
    let mut extent = Extent(Span::new(at, at));
    read(bytes, at, &mut extent, visit);
    work::add(extent.0.end - extent.0.start);
    extent.0.end - extent.0.start
}

/// Whether what begins at `at` may be the kind of a manifest, by the six bytes there and the one before.
pub(super) fn may_be_kind(bytes: &[u8], at: usize) -> bool {
    bytes[at..].starts_with(b"Secret") && at.checked_sub(1).is_some_and(|before| matches!(bytes[before], b' ' | b'"' | b'\''))
}

fn read(bytes: &[u8], at: usize, extent: &mut Extent, visit: &mut impl FnMut(Span)) {
    let is_secret = bytes[at..].strip_prefix(b"Secret").is_some_and(|rest| !rest.first().is_some_and(u8::is_ascii_alphanumeric));
    let ending = |text: &&&str| bytes[..at].ends_with(text.as_bytes());
    if !is_secret {
        return;
    }
    if let Some(key) = ["kind: ", "kind: \"", "kind: '"].iter().find(ending) {
        in_yaml(bytes, at - key.len(), extent, visit);
    } else if ["\"kind\": \"", "\"kind\":\""].iter().any(|key| ending(&key)) {
        in_json(bytes, at, extent, visit);
    }
}

/// A line of YAML.
#[derive(Debug, Clone, Copy)]
struct Line {
    /// Where its text begins: behind blanks and the dash of a list.
    text: usize,
    end: usize,
    /// Column of `text`.
    column: usize,
    /// Whether a dash stands before `text`.
    is_item: bool,
}

impl Line {
    /// The line that holds the offset `at`, no more than [`REACH`] of it on either side.
    fn around(bytes: &[u8], at: usize) -> Line {
        let (from, to) = (at.saturating_sub(REACH), bytes.len().min(at + REACH));
        let start = memchr::memrchr(b'\n', &bytes[from..at]).map_or(from, |newline| from + newline + 1);
        let end = memchr::memchr(b'\n', &bytes[at..to]).map_or(to, |newline| at + newline);
        let blanks = |from: usize| bytes[from..end].iter().take_while(|&&byte| byte == b' ').count();
        let mut text = start + blanks(start);
        let is_item = bytes[text..end].starts_with(b"- ");
        if is_item {
            text += 1 + blanks(text + 1);
        }
        Line { text, end, column: text - start, is_item }
    }

    fn start(self) -> usize {
        self.text - self.column
    }

    fn of(self, bytes: &[u8]) -> &[u8] {
        bytes[self.text..self.end].trim_ascii_end()
    }

    fn before(self, bytes: &[u8]) -> Option<Line> {
        self.start().checked_sub(1).map(|newline| Line::around(bytes, newline))
    }

    fn behind(self, bytes: &[u8]) -> Option<Line> {
        (self.end + 1 < bytes.len()).then(|| Line::around(bytes, self.end + 1))
    }

    /// Whether the fields of a mapping whose keys stand in `column` end before this line.
    fn is_outside(self, bytes: &[u8], column: usize) -> bool {
        let text = self.of(bytes);
        text == b"---" || (!text.is_empty() && text[0] != b'#' && (self.column < column || (self.is_item && self.column <= column)))
    }
}

fn in_yaml(bytes: &[u8], at: usize, extent: &mut Extent, visit: &mut impl FnMut(Span)) {
    let kind = Line::around(bytes, at);
    extent.touch(kind.start());
    extent.touch(kind.end);
    let is_data = |line: Line| line.column == kind.column && line.of(bytes) == b"data:";
    // A mapping names its kind once: beyond another kind lies another manifest.
    let is_kind = |line: Line| line.column == kind.column && line.of(bytes).starts_with(b"kind:");
    if kind.text != at {
        return;
    }
    let mut line = kind;
    while !line.is_item
        && let Some(before) = line.before(bytes)
        && at - before.text.min(at) < REACH
    {
        extent.touch(before.start());
        // The dash belongs to the first field of an item.
        if before.is_outside(bytes, kind.column) && !(before.is_item && before.column == kind.column) {
            break;
        }
        if is_data(before) {
            return yaml_entries(bytes, before, extent, visit);
        }
        if is_kind(before) {
            break;
        }
        line = before;
    }
    let mut line = kind;
    while let Some(behind) = line.behind(bytes).filter(|behind| behind.text - at < REACH && !behind.is_outside(bytes, kind.column)) {
        extent.touch(behind.end);
        if is_data(behind) {
            return yaml_entries(bytes, behind, extent, visit);
        }
        if is_kind(behind) {
            return;
        }
        line = behind;
    }
}

/// The values of the lines below `data:`.
fn yaml_entries(bytes: &[u8], data: Line, extent: &mut Extent, visit: &mut impl FnMut(Span)) {
    let mut line = data;
    while let Some(entry) = line.behind(bytes).filter(|entry| entry.text - data.text < REACH) {
        line = entry;
        extent.touch(entry.end);
        let text = entry.of(bytes);
        if text.is_empty() || text[0] == b'#' {
            continue;
        }
        if entry.column <= data.column {
            break;
        }
        let Some(colon) = memchr::memmem::find(text, b": ") else { continue };
        let mut value = &text[colon + 2..];
        value = value.trim_ascii_start().strip_prefix(b"!!binary").unwrap_or(value).trim_ascii_start();
        if matches!(value.first(), Some(b'|' | b'>')) && value.len() <= 3 {
            let Some(block) = entry.behind(bytes).filter(|block| block.column > entry.column) else { continue };
            let mut last = block;
            while let Some(next) = last.behind(bytes).filter(|next| next.column == block.column && next.text - data.text < REACH) {
                last = next;
            }
            line = last;
            extent.touch(last.end);
            add(bytes, block.text, last.text + last.of(bytes).len(), visit);
            continue;
        }
        let start = entry.text + text.len() - value.len();
        let quoted = matches!(value, [b'"', .., b'"'] | [b'\'', .., b'\'']) && value.len() > 2;
        let (start, end) = if quoted { (start + 1, start + value.len() - 1) } else { (start, start + value.len()) };
        add(bytes, start, end, visit);
    }
}

/// Visits a value if it is whole base64: with its padding, and nothing but line breaks between.
fn add(bytes: &[u8], start: usize, end: usize, visit: &mut impl FnMut(Span)) {
    let value = &bytes[start..end];
    let padding = value.iter().rev().take(2).take_while(|&&byte| byte == b'=').count();
    let body = &value[..value.len() - padding];
    let symbols = body.iter().filter(|&&byte| symbol(byte).is_some()).count();
    let is_block = body.contains(&b'\n');
    let is_clean = body.iter().all(|&byte| symbol(byte).is_some() || (is_block && matches!(byte, b'\n' | b'\r' | b' ')));
    if is_clean && symbols + padding >= LEAST_VALUE && (symbols + padding).is_multiple_of(4) {
        visit(Span::new(start, end));
    }
}

fn in_json(bytes: &[u8], at: usize, extent: &mut Extent, visit: &mut impl FnMut(Span)) {
    if let Some(open) = object_before(bytes, at, extent).or_else(|| object_behind(bytes, at, extent)) {
        json_entries(bytes, open, extent, visit);
    }
}

/// Whether `head` ends with the key `"data":`.
fn ends_with_data(head: &[u8]) -> bool {
    head.trim_ascii_end().strip_suffix(b":").is_some_and(|head| head.trim_ascii_end().ends_with(b"\"data\""))
}

/// Where the object `data` opens, of those fields that stand before `at`.
fn object_before(bytes: &[u8], at: usize, extent: &mut Extent) -> Option<usize> {
    let mut depth = 0usize;
    for open in (at.saturating_sub(REACH)..at).rev() {
        extent.touch(open);
        match bytes[open] {
            b'}' => depth += 1,
            b'{' => {
                depth = depth.checked_sub(1)?;
                if depth == 0 && ends_with_data(&bytes[open.saturating_sub(64)..open]) {
                    return Some(open);
                }
            }
            _ => {}
        }
    }
    None
}

/// The same of those behind it.
fn object_behind(bytes: &[u8], at: usize, extent: &mut Extent) -> Option<usize> {
    let mut depth = 0usize;
    for open in at..bytes.len().min(at + REACH) {
        extent.touch(open);
        match bytes[open] {
            b'{' if depth == 0 && ends_with_data(&bytes[open.saturating_sub(64)..open]) => return Some(open),
            b'{' => depth += 1,
            b'}' => depth = depth.checked_sub(1)?,
            _ => {}
        }
    }
    None
}

/// The values of a flat object that opens at `open`: every second string.
fn json_entries(bytes: &[u8], open: usize, extent: &mut Extent, visit: &mut impl FnMut(Span)) {
    let limit = bytes.len().min(open + REACH);
    let mut at = open + 1;
    let mut is_value = false;
    while at < limit && bytes[at] != b'}' {
        extent.touch(at);
        if bytes[at] == b'"' {
            let start = at + 1;
            let Some(length) = memchr::memchr(b'"', &bytes[start..limit]) else { return extent.touch(limit) };
            if is_value {
                add(bytes, start, start + length, visit);
            }
            at = start + length;
        }
        is_value = match bytes[at] {
            b':' => true,
            b',' => false,
            _ => is_value,
        };
        at += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::entries;

    fn values(text: &str) -> Vec<&str> {
        let mut found = Vec::new();
        for (at, _) in text.match_indices("Secret") {
            let _ = entries(text.as_bytes(), at, &mut |span| found.push(&text[span.start..span.end]));
        }
        found
    }

    #[test]
    fn data_is_found_before_and_behind_its_kind() {
        let data = "data:\n  user: YWRtaW4=\n  # none\n  key: \"QUJD\"\n  no: {{ x }}\n";
        for manifest in [
            format!("apiVersion: v1\n{data}kind: Secret\n"),
            format!("kind: Secret\nmetadata:\n  name: x\n\n{data}type: Opaque\nlast: QUJD\n"),
            format!("{data}metadata:\n  x: QUJD\nkind: \"Secret\"\n"),
        ] {
            assert_eq!(values(&manifest), ["YWRtaW4=", "QUJD"], "{manifest}");
        }
    }

    #[test]
    fn data_of_another_manifest_is_left_alone() {
        let data = "data:\n  user: YWRtaW4=\n";
        for manifest in [
            format!("kind: ConfigMap\n{data}---\nkind: Secret\nstringData:\n  a: QUJD\n"),
            format!("kind: Secret\n---\n{data}"),
            format!("kind: SecretStore\n{data}"),
            format!("kind: SealedSecret\n{data}"),
            format!("spec:\n  kind: Secret\n{data}"),
            format!("kind: Secret\nkind: ConfigMap\n{data}"),
            format!("{data}kind: ConfigMap\nkind: Secret\n"),
        ] {
            assert_eq!(values(&manifest), Vec::<&str>::new(), "{manifest}");
        }
    }

    #[test]
    fn manifests_in_a_list_are_read() {
        let list = "items:\n- apiVersion: v1\n  data:\n    a: QUJD\n  kind: Secret\n- data:\n    b: QUJE\n  kind: Secret\n- kind: Secret\n  \
                    data:\n    c: QUJF\n- kind: ConfigMap\n  data:\n    d: QUJG\n";
        assert_eq!(values(list), ["QUJD", "QUJE", "QUJF"]);
    }

    #[test]
    fn values_may_stand_in_blocks() {
        let text =
            "kind: Secret\ndata:\n  a: |\n    QUJD\n    QUJE\n  b: !!binary |\n    QUJF\n  c: !!binary QUJG\n  d: >-\n    QUJH\ntype: x\n";
        assert_eq!(values(text), ["QUJD\n    QUJE", "QUJF", "QUJG", "QUJH"]);
    }

    #[test]
    fn json_manifests_are_read() {
        let item =
            |value: &str| format!("{{\"data\": {{\"a\": \"{value}\", \"b\":\"no base64\"}}, \"kind\": \"Secret\", \"metadata\": {{}}}}");
        assert_eq!(values(&item("QUJD")), ["QUJD"]);
        assert_eq!(values(&format!("[{},{}]", item("QUJD"), item("QUJE"))), ["QUJD", "QUJE"]);
        assert_eq!(values("{\"kind\":\"Secret\",\"metadata\":{\"data\":1},\"data\":{\"a\":\"QUJD\"}}"), ["QUJD"]);
        assert_eq!(values("{\"kind\":\"Secret\",\"spec\":{\"x\":{\"data\":{\"a\":\"QUJD\"}}}}"), Vec::<&str>::new());
    }

    #[test]
    fn broken_manifests_do_no_harm() {
        for text in [
            "kind: Secret",
            "kind",
            "kind: ",
            "kind: Secret\ndata:",
            "kind: Secret\ndata:\n  a: |",
            "kind\": \"Secret\" {\"data\": {\"",
            "- kind: Secret\n  data:\n    a: QUJD",
        ] {
            let _ = values(text);
        }
        let many = "kind: Secret\ndata:\n".repeat(1000);
        assert_eq!(values(&many), Vec::<&str>::new());
    }
}
