//! L2: where a secret stands, for people: line, column, and an excerpt of the line that is safe to print.
//!
//! The excerpt holds at most [`CONTEXT`] characters on either side of the secret. Every secret in it is redacted,
//! whether it was reported in that place or only has the same value, and control characters are spelled out.

use super::Location;
use super::redact::redact;
use crate::text::Span;
use crate::text::lines::LineIndex;
use crate::text::sanitize::sanitize;
use bstr::ByteSlice as _;
use std::ops::Range;

/// Path under which messages of commits and tags are reported: they have none of their own.
pub const MESSAGE_PATH: &str = "(commit message)";
/// What stands behind the path of a file or directory whose name holds a secret.
pub const NAME_PATH: &str = "(name)";
/// What stands behind the name of a branch, tag or other reference that holds a secret.
pub const REFERENCE_PATH: &str = "(ref name)";
/// Path of an object that no commit reaches.
pub const NO_PATH: &str = "(unreachable)";

/// Whether a path as it is reported names something else than a file, so that it has no line to write on.
#[must_use]
pub fn is_no_file(path: &str) -> bool {
    [MESSAGE_PATH, NAME_PATH, REFERENCE_PATH].iter().any(|end| path.ends_with(end)) || path.starts_with(NO_PATH)
}

/// Characters of the line that are shown before the secret, and as many behind it.
pub const CONTEXT: usize = 80;
/// Values shorter than this many bytes are not looked for in the rest of the line: they occur by chance.
const LEAST_SOUGHT: usize = 4;

/// The location of `span`, with all of `secrets_on_line` redacted in the excerpt, and those of other lines ignored.
/// For many secrets of one text, [`Locator`] does the work that they share once.
#[must_use]
pub fn locate(text: &[u8], index: &LineIndex, span: Span, secrets_on_line: &[Span]) -> Location {
    Locator::new(text, index, secrets_on_line.iter().copied()).locate(span)
}

/// Locates the secrets of one text.
#[derive(Debug)]
pub struct Locator<'t> {
    text: &'t [u8],
    index: &'t LineIndex,
    /// All secrets of the text, by their start.
    secrets: Vec<Span>,
    /// For each of `secrets`, the greatest end among it and those before it: ends are not in order.
    reach: Vec<usize>,
}

impl<'t> Locator<'t> {
    /// A locator for `text`, whose lines are `index` and whose secrets are `secrets`, in any order.
    #[must_use]
    pub fn new(text: &'t [u8], index: &'t LineIndex, secrets: impl IntoIterator<Item = Span>) -> Self {
        let mut secrets: Vec<Span> = secrets.into_iter().collect();
        secrets.sort_unstable();
        secrets.dedup();
        let mut reach = Vec::with_capacity(secrets.len());
        let mut furthest = 0;
        for span in &secrets {
            furthest = furthest.max(span.end);
            reach.push(furthest);
        }
        Locator { text, index, secrets, reach }
    }

    /// The location of `span`, which is redacted in the excerpt even if it is none of the known secrets.
    #[must_use]
    pub fn locate(&self, span: Span) -> Location {
        let (line, column) = self.index.position(self.text, span.start);
        let (end_line, end_column) = self.index.position(self.text, span.end);
        let (excerpt, excerpt_columns) = self.excerpt(span, self.index.range(self.text, line));
        Location { line, column, end_line, end_column, offset: span.start, excerpt, excerpt_columns }
    }

    /// The safe excerpt around `span` on `line`, and the columns of the secret in it.
    fn excerpt(&self, span: Span, line: Range<usize>) -> (String, (usize, usize)) {
        // Of a secret of several lines, the first line is shown.
        let own = span.start..span.end.min(line.end.max(span.start));
        let line = line.start..line.end.max(own.end);
        let lead = self.text[line.start..own.start].char_indices().rev().take(CONTEXT).last();
        let trail = self.text[own.end..line.end].char_indices().take(CONTEXT).last();
        let window = lead.map_or(own.start, |(start, _, _)| line.start + start)..trail.map_or(own.end, |(_, end, _)| own.end + end);
        let others = self.covered(&own, &window);
        let (before, after): (Vec<_>, Vec<_>) = others.into_iter().partition(|(part, _)| part.end <= own.start);

        let mut excerpt = if window.start > line.start { "…" } else { "" }.to_owned();
        excerpt.push_str(&self.plain_and_masks(window.start, &before, own.start));
        let first = excerpt.chars().count() + 1;
        excerpt.push_str(&redact(span.of(self.text)));
        let behind = excerpt.chars().count() + 1;
        excerpt.push_str(&self.plain_and_masks(own.end, &after, window.end));
        if window.end < line.end {
            excerpt.push('…');
        }
        (excerpt, (first, behind))
    }

    /// The parts of `window` that secrets cover, without `own`: disjoint, in order, each with what stands for it.
    fn covered(&self, own: &Range<usize>, window: &Range<usize>) -> Vec<(Range<usize>, String)> {
        let known = self.known_in(window);
        let mut spans: Vec<(Range<usize>, Span)> = Vec::new();
        for secret in known.iter().copied().chain([Span::new(own.start, own.end)]) {
            spans.push((secret.start.max(window.start)..secret.end.min(window.end), secret));
            let value = secret.of(self.text);
            if (LEAST_SOUGHT..=window.len()).contains(&value.len()) {
                let again = self.text[window.clone()].find_iter(value).map(|at| window.start + at);
                spans.extend(again.map(|start| (start..start + value.len(), secret)));
            }
        }
        spans.sort_by_key(|(part, secret)| (part.start, std::cmp::Reverse(part.end), *secret));
        let mut covered: Vec<(Range<usize>, String)> = Vec::new();
        for (part, secret) in spans {
            let last_end = covered.last().map_or(0, |(last, _)| last.end);
            // Nothing of `own` is left over to be shown on either side, and nothing is covered twice.
            for side in [part.start..part.end.min(own.start), part.start.max(own.end)..part.end] {
                let side = side.start.max(last_end)..side.end;
                if side.start < side.end {
                    covered.push((side, redact(secret.of(self.text))));
                }
            }
        }
        covered
    }

    /// The known secrets that share a byte with `window`.
    fn known_in(&self, window: &Range<usize>) -> Vec<Span> {
        let until = self.secrets.partition_point(|span| span.start < window.end);
        let from = self.reach.partition_point(|&end| end <= window.start);
        self.secrets[from.min(until)..until].iter().copied().filter(|span| span.end > window.start).collect()
    }

    /// The text from `start` to `end`, sanitized, with its `covered` parts replaced.
    fn plain_and_masks(&self, start: usize, covered: &[(Range<usize>, String)], end: usize) -> String {
        let mut text = String::new();
        let mut from = start;
        for (part, mask) in covered {
            text.push_str(&sanitize(&self.text[from..part.start].to_str_lossy()));
            text.push_str(mask);
            from = part.end;
        }
        text.push_str(&sanitize(&self.text[from..end].to_str_lossy()));
        text
    }
}

#[cfg(test)]
mod tests {
    use super::{CONTEXT, locate};
    use crate::findings::Location;
    use crate::findings::redact::MASK;
    use crate::text::Span;
    use crate::text::lines::LineIndex;
    use proptest::prelude::*;

    /// Locates the first of `secrets` in `text`, all of which are known.
    fn located(text: &str, secrets: &[&str]) -> Location {
        let spans: Vec<Span> = secrets.iter().map(|secret| span(text, secret)).collect();
        locate(text.as_bytes(), &LineIndex::new(text.as_bytes()), spans[0], &spans)
    }

    fn span(text: &str, secret: &str) -> Span {
        let start = text.find(secret).expect("the secret is in the text");
        Span::new(start, start + secret.len())
    }

    fn marked(location: &Location) -> String {
        let (first, behind) = location.excerpt_columns;
        location.excerpt.chars().skip(first - 1).take(behind - first).collect()
    }

    #[test]
    fn columns_count_characters_and_the_end_is_exclusive() {
        let location = located("x\r\nnäme = hunter2;\n", &["hunter2"]);
        assert_eq!((location.line, location.column, location.end_line, location.end_column), (2, 8, 2, 15));
        assert_eq!((location.offset, location.excerpt.as_str()), (11, "näme = ********;"));
        assert_eq!(marked(&location), MASK);
    }

    #[test]
    fn all_secrets_of_the_line_are_redacted() {
        let location = located("url=https://anna:swordfish@h/?k=opensesame", &["opensesame", "swordfish"]);
        assert_eq!(location.excerpt, format!("url=https://anna:{MASK}@h/?k={MASK}"));
        assert_eq!(location.excerpt_columns, (32, 40));
    }

    #[test]
    fn the_same_value_elsewhere_on_the_line_is_redacted_too() {
        let location = located("login swordfish # was swordfish", &["swordfish"]);
        assert_eq!(location.excerpt, format!("login {MASK} # was {MASK}"));
    }

    #[test]
    fn secrets_that_overlap_leave_nothing_in_clear() {
        let text = "a=outer-inner-outer z";
        let location = located(text, &["inner", "outer-inner-outer"]);
        assert_eq!(location.excerpt, format!("a={MASK}{MASK}{MASK} z"));
        assert_eq!(located(text, &["outer-inner", "inner-outer"]).excerpt, format!("a={MASK}{MASK} z"));
    }

    #[test]
    fn a_private_key_shows_its_first_line() {
        let key = format!("-----BEGIN {0} KEY-----\nTUlJRQ==\n-----END {0} KEY-----", "PRIVATE");
        let location = located(&format!("# key\n{key}\nnext"), &[&key]);
        assert_eq!((location.line, location.column, location.end_line, location.end_column), (2, 1, 4, 26));
        assert_eq!(location.excerpt, format!("-----BEGIN {} KEY-----****", "PRIVATE"));
    }

    #[test]
    fn control_characters_are_spelled_out_and_columns_follow() {
        let location = located("\x1b[2J\tkey=swordfish", &["swordfish"]);
        assert_eq!(location.excerpt, format!("\\u{{1b}}[2J key={MASK}"));
        assert_eq!(marked(&location), MASK);
        assert_eq!(location.column, 10);
    }

    #[test]
    fn a_long_line_is_cut_around_the_secret() {
        let text = format!("{}swordfish{}", "é".repeat(5000), "z".repeat(5000));
        let location = located(&text, &["swordfish"]);
        assert_eq!(location.excerpt, format!("…{}{MASK}{}…", "é".repeat(CONTEXT), "z".repeat(CONTEXT)));
        assert_eq!(location.column, 5001);
    }

    proptest! {
        #[test]
        fn the_excerpt_never_holds_a_secret(
            bytes in proptest::collection::vec(prop_oneof![any::<u8>(), b'a'..=b'c'], 1..400),
            picks in proptest::collection::vec((any::<prop::sample::Index>(), 5_usize..90), 1..6),
        ) {
            let spans: Vec<Span> = picks.iter().map(|(at, len)| { let at = at.index(bytes.len()); Span::new(at, (at + len).min(bytes.len())) }).collect();
            let location = locate(&bytes, &LineIndex::new(&bytes), spans[0], &spans);
            for secret in spans.iter().map(|span| String::from_utf8_lossy(span.of(&bytes))).filter(|secret| secret.len() > 4 && !secret.contains('\u{fffd}')) {
                prop_assert!(!location.excerpt.contains(&*secret), "{:?} in {:?}", secret, location.excerpt);
            }
            prop_assert!(location.line >= 1 && location.column >= 1 && location.end_column >= 1);
            prop_assert!(location.excerpt_columns.0 < location.excerpt_columns.1);
        }
    }
}
