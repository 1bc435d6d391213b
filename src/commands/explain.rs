//! `keyward explain`: which rules a scan tries in a line, and why each of them reports or does not.

mod page;
mod verdict;

use super::rules::Form;
use super::{Console, Outcome, Session, output, session};
use crate::blob::{Blob, Origin};
use crate::engine::{Attempt, Detector};
use crate::findings::location::Locator;
use crate::findings::redact::{redact, redact_in};
use crate::pipeline::Attributions;
use crate::sources::content::{Content, classify};
use crate::sources::{Coverage, Sink as _};
use crate::text::lines::LineIndex;
use crate::text::{Span, system};
use anyhow::{Context as _, anyhow, bail};
use std::fs::File;
use std::io::Read;
use std::path::PathBuf;
use verdict::{Judged, Judges};

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Where the text is.
    pub subject: Subject,
    /// The name under which it is reported.
    pub name: String,
    /// The 1-based line; all where there is none.
    pub line: Option<usize>,
    /// The 1-based column in that line.
    pub column: Option<usize>,
    /// How to answer.
    pub form: Form,
    /// Whether long lists of rules are written out.
    pub all: bool,
}

/// Where the text is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// In a file.
    File(PathBuf),
    /// On standard input.
    Stdin,
    /// On the command line.
    Text(String),
}

/// A value, or a keyword without one, and all rules that were tried there.
struct Place {
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
    /// The value, redacted together with the other values that it shares bytes with; none where nothing was found
    /// behind a keyword.
    value: Option<String>,
    /// The line with everything redacted that may be a secret, and the columns of the value in it.
    excerpt: String,
    marked: (usize, usize),
    judged: Vec<Judged>,
}

/// Answers.
///
/// # Errors
/// Where the text cannot be read or has no such line.
pub fn run(session: &Session, question: &Question, stdin: &mut dyn Read, console: &mut Console<'_>) -> anyhow::Result<Outcome> {
    let bytes = read(session, question, stdin)?;
    let places = places(session, question, &bytes, console)?;
    let question = Question { name: shown_name(session, &question.name)?, ..question.clone() };
    output::to_stdout(console.stdout, |out| match question.form {
        Form::Text => page::text(&question, &places, out),
        Form::Json => page::json(&question, &places, out),
    })?;
    Ok(Outcome::Clean)
}

/// The name without the secrets in it, as a file may be named after one.
fn shown_name(session: &Session, name: &str) -> anyhow::Result<String> {
    let found = session::build_detector(&session.config)?.scan(name.as_bytes());
    let secrets: Vec<&[u8]> = found.iter().map(|one| one.secret.of(name.as_bytes())).collect();
    Ok(redact_in(name, &secrets))
}

fn read(session: &Session, question: &Question, stdin: &mut dyn Read) -> anyhow::Result<Vec<u8>> {
    let limit = session.config.max_size.value.limit().unwrap_or(u64::MAX);
    let mut bytes = Vec::new();
    let read = match &question.subject {
        Subject::Text(text) => return Ok(text.as_bytes().to_vec()),
        Subject::Stdin => stdin.take(limit.saturating_add(1)).read_to_end(&mut bytes),
        Subject::File(path) => File::open(path).and_then(|file| file.take(limit.saturating_add(1)).read_to_end(&mut bytes)),
    };
    read.map_err(|error| anyhow!("{}: {}", question.name, system::words(&error)))?;
    if bytes.len() as u64 > limit {
        bail!("{}: larger than {limit} bytes, so no scan reads it; raise --max-size", question.name);
    }
    Ok(bytes)
}

fn places(session: &Session, question: &Question, bytes: &[u8], console: &Console<'_>) -> anyhow::Result<Vec<Place>> {
    let (text, is_binary) = match classify(bytes) {
        Content::Text(text) => (text, false),
        Content::Binary(bytes) => (bytes.into(), true),
    };
    let index = LineIndex::new(&text);
    let asked = asked(question, &text, &index)?;
    let origin = match &question.subject {
        Subject::File(disk) => Origin::File { path: question.name.clone(), disk: disk.clone() },
        Subject::Stdin | Subject::Text(_) => Origin::Stdin { path: question.name.clone() },
    };
    let scanned = session.scan(console, |pipeline| {
        pipeline.blob(Blob { bytes, origin, previous: &[] });
        Ok((Coverage::default(), Attributions::new()))
    })?;
    let active = session::build_detector(&session.config)?;
    let all = Detector::new(session.config.rules.clone()).context("the rules cannot be used")?;
    let judges = Judges {
        config: &session.config,
        rules: all.rules(),
        active: &active,
        matches: active.scan(&text),
        results: &scanned.results,
        is_binary,
    };
    let mut attempts: Vec<Attempt> = all.trace(&text, asked.range);
    attempts.extend(judges.encoded(asked.range));
    attempts.retain(|attempt| asked.offset.is_none_or(|at| attempt.secret.start <= at && at < attempt.secret.end));
    Ok(group(&text, &index, &judges, attempts))
}

/// The bytes that are asked about.
struct Asked {
    range: Span,
    /// The one byte that is asked about.
    offset: Option<usize>,
}

fn asked(question: &Question, text: &[u8], index: &LineIndex) -> anyhow::Result<Asked> {
    let Some(line) = question.line else { return Ok(Asked { range: Span::new(0, text.len()), offset: None }) };
    if line == 0 || line > index.count() {
        bail!("{}: there is no line {line}; it has {}", question.name, index.count());
    }
    let range = index.range(text, line);
    let offset = question.column.map(|column| index.offset(text, line, column.max(1)));
    Ok(Asked { range: Span::new(range.start, range.end), offset })
}

/// The places, in order, each with what its attempts came to.
fn group(text: &[u8], index: &LineIndex, judges: &Judges<'_>, mut attempts: Vec<Attempt>) -> Vec<Place> {
    attempts.sort_by_key(|attempt| (attempt.secret, attempt.rule));
    let wholes = wholes(&attempts);
    let locator = Locator::new(text, index, wholes.iter().copied());
    let mut places = Vec::new();
    for group in attempts.chunk_by(|a, b| a.secret == b.secret && a.has_value() == b.has_value()) {
        let judged: Vec<Judged> = group.iter().filter_map(|attempt| judges.judge(attempt)).collect();
        if judged.is_empty() {
            continue;
        }
        let span = group[0].secret;
        let whole = wholes.iter().find(|whole| group[0].has_value() && whole.contains(&span));
        let at = locator.locate(*whole.unwrap_or(&span));
        let ((line, column), (end_line, end_column)) = (index.position(text, span.start), index.position(text, span.end));
        let value = whole.map(|whole| redact(whole.of(text)));
        places.push(Place { line, column, end_line, end_column, value, excerpt: at.excerpt, marked: at.excerpt_columns, judged });
    }
    places
}

/// The values, those that share bytes joined to one: the ends that are shown of many parts would show the whole.
fn wholes(attempts: &[Attempt]) -> Vec<Span> {
    let mut wholes: Vec<Span> = Vec::new();
    for span in attempts.iter().filter(|attempt| attempt.has_value()).map(|attempt| attempt.secret) {
        match wholes.last_mut() {
            Some(last) if span.start < last.end => last.end = last.end.max(span.end),
            _ => wholes.push(span),
        }
    }
    wholes
}
