//! L1: what is wrong with a file of the user, with its place and, where there is one, the remedy.
//!
//! Problems are collected and shown together. Codes are kebab-case and stable, so that scripts can rely on them.

use crate::text::lines::LineIndex;
use crate::text::sanitize::{is_unsafe, sanitize};
use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

/// A file that was read, under the name that messages show.
#[derive(Debug, PartialEq, Eq)]
pub struct Source {
    name: String,
    text: String,
}

/// One problem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Kebab-case, stable.
    pub code: &'static str,
    /// The file that it stands in.
    pub source: Arc<Source>,
    /// Where in the file, in bytes.
    pub span: Range<usize>,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
}

impl Source {
    /// A file's text under a name. A byte order mark is dropped.
    #[must_use]
    pub fn new(name: &str, text: &str) -> Arc<Source> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        Arc::new(Source { name: sanitize(name).into_owned(), text: text.to_owned() })
    }

    /// The name, safe to print.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// 1-based line of a byte offset.
    #[must_use]
    pub fn line(&self, offset: usize) -> usize {
        LineIndex::new(self.text.as_bytes()).line_of(offset)
    }
}

impl Diagnostic {
    /// A problem at a place of a file.
    #[must_use]
    pub fn new(code: &'static str, source: &Arc<Source>, span: Range<usize>, message: impl Into<String>) -> Diagnostic {
        Diagnostic { code, source: Arc::clone(source), span, message: message.into(), help: None }
    }

    /// Adds what to do.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Diagnostic {
        self.help = Some(help.into());
        self
    }

    /// The problem with its place and a caret under it.
    #[must_use]
    pub fn render(&self, color: bool) -> String {
        let text = harmless(&self.source.text);
        let snippet = Snippet::source(&*text)
            .path(self.source.name.as_str())
            .annotation(AnnotationKind::Primary.span(first_line(&self.source.text, &self.span)));
        let mut group = Group::with_title(Level::ERROR.primary_title(sanitize(&self.message)).id(self.code)).element(snippet);
        if let Some(help) = &self.help {
            group = group.element(Level::HELP.message(sanitize(help)));
        }
        let renderer = if color { Renderer::styled() } else { Renderer::plain() };
        renderer.decor_style(DecorStyle::Ascii).render(&[group])
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(false))
    }
}

/// A text in which nothing can control a terminal, at the same offsets. The renderer spells out what ASCII has of such
/// characters; of the others it leaves some as they are.
fn harmless(text: &str) -> Cow<'_, str> {
    let stands_in = |c: char| match c.len_utf8() {
        2 => "\u{b7}",
        3 => "\u{fffd}",
        _ => "\u{b7}\u{b7}",
    };
    let is_harmful = |c: char| !c.is_ascii() && is_unsafe(c);
    if !text.contains(is_harmful) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        if is_harmful(c) { safe.push_str(stands_in(c)) } else { safe.push(c) }
    }
    Cow::Owned(safe)
}

/// The part of a span that lies on its first line: a caret under a whole block says less.
fn first_line(text: &str, span: &Range<usize>) -> Range<usize> {
    let covered = &text[span.clone()];
    let length = covered.find(['\n', '\r']).unwrap_or(covered.len());
    span.start..span.start + covered[..length].trim_end().len()
}

/// The candidate that is most like `word`, where one is like it at all.
#[must_use]
pub fn closest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let scored = candidates.into_iter().map(|candidate| (strsim::normalized_damerau_levenshtein(word, candidate), candidate));
    let best = scored.max_by(|a, b| a.0.total_cmp(&b.0).then_with(|| b.1.cmp(a.1)))?;
    (best.0 >= 0.6).then_some(best.1)
}

#[cfg(test)]
mod tests {
    use super::{Diagnostic, Source, closest, is_unsafe};

    #[test]
    fn no_character_of_the_file_reaches_the_terminal_that_could_control_it() {
        // U+009B begins an escape sequence as `ESC [` does; found by fuzzing.
        for c in ['\u{83}', '\u{9b}', '\u{1b}', '\u{202e}', '\u{200b}', '\u{e0041}', '\u{61c}'] {
            let text = format!("é{c}: key\n");
            let source = Source::new(".keyward.yaml", &text);
            let start = text.find("key").expect("it is there");
            let shown = Diagnostic::new("unknown-key", &source, start..start + 3, "unknown").render(false);
            assert!(!shown.chars().any(|c| c != '\n' && is_unsafe(c) && c != '\u{fffd}'), "{shown:?}");
            assert!(shown.contains(": key") && shown.contains("^^^"), "{shown}");
        }
    }

    #[test]
    fn a_problem_is_shown_with_its_place_and_a_caret() {
        let source = Source::new(".keyward.yaml", "rules:\n  enabled: [a]\n");
        let shown =
            Diagnostic::new("unknown-key", &source, 9..16, "unknown key `enabled`").with_help("did you mean `enable`?").render(false);
        insta::assert_snapshot!(shown, @r"
        error[unknown-key]: unknown key `enabled`
         --> .keyward.yaml:2:3
          |
        2 |   enabled: [a]
          |   ^^^^^^^
          |
          = help: did you mean `enable`?
        ");
    }

    #[test]
    fn hostile_text_does_not_reach_the_terminal() {
        let source = Source::new("a\x1b[31m.yaml", "k\x1b]0;x\x07: 1\n");
        let shown = Diagnostic::new("unknown-key", &source, 0..1, "bad \x1b[2J").render(false);
        assert!(!shown.contains('\x1b') && !shown.contains('\x07'), "{shown:?}");
    }

    #[test]
    fn only_what_is_like_it_is_suggested() {
        assert_eq!(closest("enabled", ["enable", "disable", "files"]), Some("enable"));
        assert_eq!(closest("zzz", ["enable", "disable"]), None);
    }
}
