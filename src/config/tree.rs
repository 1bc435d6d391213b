//! L1: YAML as a tree in which every node knows its place, so that all problems of a file can be shown at once.
//!
//! Configuration lies in the scanned repository and so is hostile: anchors, aliases and tags are refused (they
//! can blow up or surprise), and depth is bounded.

use super::diagnostic::{Diagnostic, Source};
use saphyr_parser::{Event, Parser, ScalarStyle, Span};
use std::ops::Range;
use std::sync::Arc;

/// The deepest nesting that is read. The deepest that a configuration needs is 6.
const MOST_DEPTH: usize = 24;

/// A node of the tree.
#[derive(Debug, Clone)]
pub struct Node {
    /// Byte offsets of the node in the source.
    pub span: Range<usize>,
    /// What it is.
    pub value: Value,
}

/// What a [`Node`] is.
#[derive(Debug, Clone)]
pub enum Value {
    /// A scalar as it is written.
    Scalar {
        /// The text, unquoted.
        text: String,
        /// Whether it stands without quotes, so that it may be a number, a boolean or null.
        plain: bool,
    },
    /// A list.
    Sequence(Vec<Node>),
    /// Keys and values in the order of the file.
    Mapping(Vec<(Node, Node)>),
}

/// Reads the one document of a file. `None` where it holds nothing but comments.
///
/// # Errors
/// The first syntax error, or what is refused.
pub fn parse(source: &Arc<Source>) -> Result<Option<Node>, Diagnostic> {
    let offsets: Vec<usize> = source.text().char_indices().map(|(at, _)| at).chain([source.text().len()]).collect();
    let mut builder = Builder { source, offsets, events: Parser::new_from_str(source.text()) };
    let mut root = None;
    loop {
        let (event, span) = builder.next()?;
        match event {
            Event::StreamStart | Event::DocumentStart(_) | Event::DocumentEnd | Event::Nothing => {}
            Event::StreamEnd => return Ok(root.filter(|node: &Node| !node.is_null())),
            _ if root.is_some() => return Err(builder.refuse(span, "a second document", "keep everything in one document, without `---`")),
            event => root = Some(builder.node(event, span, 0)?),
        }
    }
}

impl Node {
    /// A name of the node's type for messages.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match &self.value {
            Value::Scalar { .. } if self.is_null() => "nothing",
            Value::Scalar { text, plain: true } if matches!(text.as_str(), "true" | "false") => "a boolean",
            Value::Scalar { text, plain: true } if text.parse::<f64>().is_ok() => "a number",
            Value::Scalar { .. } => "text",
            Value::Sequence(_) => "a list",
            Value::Mapping(_) => "a mapping",
        }
    }

    /// Whether the node is YAML's null: nothing at all, `~` or `null`.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(&self.value, Value::Scalar { text, plain: true } if matches!(text.as_str(), "" | "~" | "null"))
    }

    /// The text of a scalar that is not null.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Scalar { text, .. } if !self.is_null() => Some(text),
            _ => None,
        }
    }

    /// The key's node and the value of `key`, where the node is a mapping that has it.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&(Node, Node)> {
        match &self.value {
            Value::Mapping(entries) => entries.iter().find(|(name, _)| name.text() == Some(key)),
            _ => None,
        }
    }

    /// The node as a value without places, for types that deserialise themselves.
    #[must_use]
    pub fn to_yaml(&self) -> serde_yaml::Value {
        match &self.value {
            Value::Scalar { text, plain } => scalar(text, *plain),
            Value::Sequence(items) => serde_yaml::Value::Sequence(items.iter().map(Node::to_yaml).collect()),
            Value::Mapping(entries) => {
                serde_yaml::Value::Mapping(entries.iter().map(|(key, value)| (key.to_yaml(), value.to_yaml())).collect())
            }
        }
    }
}

/// A scalar by YAML's core schema.
fn scalar(text: &str, plain: bool) -> serde_yaml::Value {
    if plain {
        match text {
            "" | "~" | "null" => return serde_yaml::Value::Null,
            "true" => return serde_yaml::Value::Bool(true),
            "false" => return serde_yaml::Value::Bool(false),
            _ => {}
        }
        if let Ok(number) = text.parse::<i64>() {
            return serde_yaml::Value::Number(number.into());
        }
        if let Ok(number) = text.parse::<f64>() {
            return serde_yaml::Value::Number(number.into());
        }
    }
    serde_yaml::Value::String(text.to_owned())
}

/// Puts the parser's events together.
struct Builder<'a> {
    source: &'a Arc<Source>,
    /// Byte offset of every character: the parser counts characters.
    offsets: Vec<usize>,
    events: Parser<'a, saphyr_parser::StrInput<'a>>,
}

impl<'a> Builder<'a> {
    fn next(&mut self) -> Result<(Event<'a>, Range<usize>), Diagnostic> {
        match self.events.next() {
            Some(Ok((event, span))) => Ok((event, self.bytes(span))),
            Some(Err(error)) => {
                let at = self.byte(error.marker().index());
                let end = self.source.text()[at..].chars().next().map_or(at, |c| at + c.len_utf8());
                Err(Diagnostic::new("syntax", self.source, at..end, format!("not valid YAML: {}", error.info())))
            }
            None => Ok((Event::StreamEnd, 0..0)),
        }
    }

    fn node(&mut self, event: Event<'a>, span: Range<usize>, depth: usize) -> Result<Node, Diagnostic> {
        if depth > MOST_DEPTH {
            return Err(self.refuse(span, "nested too deeply", "the deepest key of a configuration is far above this"));
        }
        match event {
            Event::Alias(_) => Err(self.refuse(span, "an alias", "write the value out")),
            Event::Scalar(_, _, anchor, _) | Event::SequenceStart(anchor, _) | Event::MappingStart(anchor, _) if anchor > 0 => {
                Err(self.refuse(span, "an anchor", "write the value out where it is needed"))
            }
            Event::Scalar(_, _, _, Some(_)) | Event::SequenceStart(_, Some(_)) | Event::MappingStart(_, Some(_)) => {
                Err(self.refuse(span, "a tag", "write the value without it"))
            }
            Event::Scalar(text, style, ..) => {
                Ok(Node { span, value: Value::Scalar { text: text.into_owned(), plain: style == ScalarStyle::Plain } })
            }
            Event::SequenceStart(..) => self.sequence(span, depth),
            Event::MappingStart(..) => self.mapping(span, depth),
            _ => Err(self.refuse(span, "an unexpected end", "see what stands before it")),
        }
    }

    fn sequence(&mut self, mut span: Range<usize>, depth: usize) -> Result<Node, Diagnostic> {
        let mut items: Vec<Node> = Vec::new();
        loop {
            let (event, at) = self.next()?;
            if event == Event::SequenceEnd {
                span.end = self.end(span.start, &at, items.last());
                return Ok(Node { span, value: Value::Sequence(items) });
            }
            items.push(self.node(event, at, depth + 1)?);
        }
    }

    fn mapping(&mut self, mut span: Range<usize>, depth: usize) -> Result<Node, Diagnostic> {
        let mut entries: Vec<(Node, Node)> = Vec::new();
        loop {
            let (event, at) = self.next()?;
            if event == Event::MappingEnd {
                span.end = self.end(span.start, &at, entries.last().map(|(_, value)| value));
                return Ok(Node { span, value: Value::Mapping(entries) });
            }
            let key = self.node(event, at, depth + 1)?;
            let (event, at) = self.next()?;
            entries.push((key, self.node(event, at, depth + 1)?));
        }
    }

    /// Where a list or mapping ends: at its bracket, or with what is last in it. The parser's own end takes in
    /// what follows, comments included.
    fn end(&self, start: usize, event: &Range<usize>, last: Option<&Node>) -> usize {
        let in_brackets = self.source.text()[start..].starts_with(['[', '{']);
        let end = if in_brackets { event.start + 1 } else { last.map_or(start, |node| node.span.end) };
        end.clamp(start, self.source.text().len())
    }

    fn refuse(&self, span: Range<usize>, what: &str, help: &str) -> Diagnostic {
        Diagnostic::new("syntax", self.source, span, format!("{what} is not accepted here")).with_help(help)
    }

    fn byte(&self, character: usize) -> usize {
        self.offsets.get(character).copied().unwrap_or(self.source.text().len())
    }

    fn bytes(&self, span: Span) -> Range<usize> {
        let (start, end) = (self.byte(span.start.index()), self.byte(span.end.index()));
        start..end.max(start)
    }
}

#[cfg(test)]
mod tests {
    use super::{Value, parse};
    use crate::config::diagnostic::Source;

    fn message(text: &str) -> String {
        parse(&Source::new("t.yaml", text)).expect_err(text).message
    }

    #[test]
    fn nodes_know_their_place() {
        let source = Source::new("t.yaml", "é: 1\nlist:\n  - 'two'\n");
        let root = parse(&source).expect("valid").expect("not empty");
        let (key, list) = root.get("list").expect("there");
        assert_eq!(&source.text()[key.span.clone()], "list");
        let Value::Sequence(items) = &list.value else { panic!("not a list") };
        assert_eq!(&source.text()[items[0].span.clone()], "'two'");
    }

    #[test]
    fn what_could_blow_up_is_refused() {
        assert!(message("a: &x [1]\nb: *x\n").contains("an anchor"));
        assert!(message("a: !!binary x\n").contains("a tag"));
        assert!(message("a: 1\n---\nb: 2\n").contains("a second document"));
        assert!(message(&"[".repeat(100)).contains("nested too deeply"));
        assert!(message("a: [1\n").contains("not valid YAML"));
    }

    #[test]
    fn a_file_of_comments_holds_nothing() {
        assert!(parse(&Source::new("t.yaml", "# only words\n")).expect("valid").is_none());
        assert!(parse(&Source::new("t.yaml", "")).expect("valid").is_none());
    }

    #[test]
    fn scalars_get_the_type_of_the_core_schema() {
        let root = parse(&Source::new("t.yaml", "[1, '1', true, yes, ~, 1.5]")).expect("valid").expect("not empty");
        let expected: serde_yaml::Value = serde_yaml::from_str("[1, '1', true, yes, ~, 1.5]").expect("valid");
        assert_eq!(root.to_yaml(), expected);
    }
}
