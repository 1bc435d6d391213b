//! L2: a pattern around its keyword.

use super::automaton::Automaton;
use super::work;
use crate::rules::Place;
use crate::text::Span;
use regex_automata::{Anchored, Input};
use regex_syntax::ParserBuilder;
use regex_syntax::hir::Look;

/// With more places than this where a match may begin, they are searched in one go.
const FEW_PLACES: usize = 16;

/// A compiled pattern.
#[derive(Debug)]
pub(super) struct Pattern {
    automaton: Automaton,
    /// Whether a match begins only where a line does.
    begins_line: bool,
}

impl Pattern {
    /// Compiles a pattern that was parsed when its rule was compiled.
    ///
    /// # Errors
    /// Where its compiled form is too large.
    pub(super) fn new(regex: &str) -> Result<Pattern, String> {
        let hir = ParserBuilder::new().utf8(false).unicode(false).build().parse(regex).map_err(|error| error.to_string())?;
        let begins_line = hir.properties().look_set_prefix().contains(Look::StartLF);
        Ok(Pattern { automaton: Automaton::new(hir, "secret")?, begins_line })
    }

    /// The match that holds `keyword`, and the secret in it. `place` says how far before the keyword it can begin, and
    /// no match is longer than `longest` bytes. Beyond them nothing is read but one byte for what a boundary needs.
    pub(super) fn around(&self, bytes: &[u8], keyword: Span, place: Place, longest: usize) -> Option<(Span, Span)> {
        let (min, max) = match place {
            Place::Inside { min, max } => (min as usize, max as usize),
            Place::Near => (0, longest),
        };
        let last = keyword.start.checked_sub(min)?;
        let first = keyword.start.saturating_sub(max).max(keyword.end.saturating_sub(longest)).min(last);
        let to = (keyword.start + longest).min(bytes.len());
        let at = |at: usize| {
            self.found(&Input::new(bytes).span(at..to.min(at + longest)).anchored(Anchored::Yes))
                .filter(|(whole, _)| whole.end >= keyword.end)
        };
        if self.begins_line {
            let mut lines =
                memchr::memchr_iter(b'\n', &bytes[first.saturating_sub(1)..last]).map(|newline| first.saturating_sub(1) + newline + 1);
            return if first == 0 { at(0) } else { None }.or_else(|| lines.find_map(at));
        }
        if last - first < FEW_PLACES {
            return (first..=last).find_map(at);
        }
        let mut at = first;
        while let Some((whole, secret)) = self.found(&Input::new(bytes).span(at..to)) {
            if whole.start > last {
                return None;
            }
            if whole.end >= keyword.end {
                return Some((whole, secret));
            }
            at = whole.end.max(at + 1);
        }
        None
    }

    fn found(&self, input: &Input<'_>) -> Option<(Span, Span)> {
        // An anchored search ends at the first byte that does not fit.
        work::add(if input.get_anchored() == Anchored::Yes { 16 } else { input.get_span().len() });
        self.automaton.find(input)
    }
}

#[cfg(test)]
mod tests {
    use super::Pattern;
    use crate::rules::Place;
    use crate::text::Span;

    fn around(pattern: &str, text: &str, keyword: &str, place: Place) -> Option<String> {
        let start = text.find(keyword).expect("the keyword stands in the text");
        let found = Pattern::new(pattern).unwrap().around(text.as_bytes(), Span::new(start, start + keyword.len()), place, 64);
        found.map(|(_, secret)| text[secret.start..secret.end].to_owned())
    }

    #[test]
    fn a_match_begins_where_the_place_says_and_holds_the_keyword() {
        let pattern = r"(?m-u)^[ ]{0,4}psk=(?P<secret>\w{4,9})";
        let near = Place::Inside { min: 0, max: 4 };
        assert_eq!(around(pattern, "x\n  psk=abcd\n", "psk=", near).as_deref(), Some("abcd"));
        assert_eq!(around(pattern, "x psk=abcd", "psk=", near), None);
        assert_eq!(around(pattern, "psk=abcdefghijkl", "psk=", Place::Inside { min: 0, max: 40 }).as_deref(), Some("abcdefghi"));
    }

    #[test]
    fn a_line_does_not_begin_where_the_window_does() {
        let text = format!("{}psk=abcd", "x".repeat(80));
        for max in [4, 60] {
            assert_eq!(around(r"(?m-u)^x{0,50}psk=(?P<secret>\w{4})", &text, "psk=", Place::Inside { min: 0, max }), None);
        }
    }
}
