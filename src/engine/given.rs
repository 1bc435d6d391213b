//! L2: the name that a token is given to.

use crate::rules::CONTEXT_REACH;
use crate::text::Span;
use crate::text::chars::{is_alnum, is_word};

/// How much of a line before a token is looked at, in bytes.
pub(super) const LINE_REACH: usize = 160;
/// At most this much stands between `default` and the value that it leads, in bytes.
const LEAD_REACH: usize = 32;
/// Words between a name and its value: a type, a function that only converts, what prose says.
#[rustfmt::skip]
const LEADS: [&str; 17] = [
    "str", "string", "static", "text", "any", "value", "default", "is", "as", "to", "from", "some", "new", "bytes", "byte", "b",
    "convertto-securestring",
];

/// The last name before the token: what it is given to, or the function that takes it. Looks no further back than
/// `floor`, but for the name of a variable of Terraform.
pub(super) fn last_name(bytes: &[u8], line: Span, at: usize, floor: usize) -> Span {
    let mut end = at;
    while end > line.start && !is_alnum(bytes[end - 1]) {
        end -= 1;
    }
    let mut start = end;
    while start > line.start && (is_word(bytes[start - 1]) || matches!(bytes[start - 1], b'.' | b'$')) {
        start -= 1;
    }
    // A type between the name and the value (`key: &str = …`) is not the name, nor is what Terraform calls a
    // variable's value (`variable "key" { default = … }`).
    let word = bytes[start..end].to_ascii_lowercase();
    let own = Span::new(start, end);
    let outer = match &word[..] {
        b"default" => terraform_variable(bytes, start),
        _ => None,
    };
    if let Some(outer) = outer {
        return outer;
    }
    // `<meta name="key" content="…">` and `android:name="key" android:value="…"`.
    let is_attribute = word == b"content" && bytes[..start].ends_with(b"\" ");
    if bytes[..start].ends_with(b" android:") {
        start -= b"android:".len();
    }
    if is_attribute || LEADS.iter().any(|lead| lead.as_bytes() == word) {
        let outer = last_name(bytes, Span::new(start.saturating_sub(LINE_REACH).max(floor), start), start, floor);
        if !outer.is_empty() {
            return outer;
        }
    }
    own
}

/// The name in `variable "name" {` before `at`, behind which no block has ended yet.
fn terraform_variable(bytes: &[u8], at: usize) -> Option<Span> {
    let from = at.saturating_sub(CONTEXT_REACH - LEAD_REACH);
    let head = &bytes[from..at];
    let start = memchr::memmem::rfind(head, b"variable \"")? + b"variable \"".len();
    let length = memchr::memchr(b'"', &head[start..])?;
    (!head[start..].contains(&b'}')).then(|| Span::new(from + start, from + start + length))
}
